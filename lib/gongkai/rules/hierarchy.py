"""A body and those below it (H-01, H-02), and the power to make rules (T2A-12, T2B-04), by agencies.csv."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import polars as pl

from gongkai.agencies import same_name
from gongkai.form import form
from gongkai.rules.declared import Rule, rules
from gongkai.rules.kinds import EXPLAINED, FAIL, NOT_ASSESSABLE, PASS
from gongkai.rules.messages import BLANK_AS_ZERO, figure
from gongkai.rules.wide import Key, name

Row = dict[str, Any]
Cells = dict[Key, dict[str, Any]]

_GAPS = {"blank", "dash"}
_OF_CELL = ("agency", "table", "item", "column", "value", "status", "unit", "printed", "where")
# A government below the cities with districts, as its name says it. Not 自治区, 地区 or 开发区.
_BELOW = re.compile(r"(?<!自治)(?<!地)(?<!开发)(?:区|县|旗)(?:人民)?政府|(?:镇|乡)(?:人民)?政府|街道办事处")
# A department of a district or county: 某区…局. Words in which 区 is no district do not count.
_BELOW_DEPARTMENT = re.compile(
    r"^(?:.{2,7}?(?:省|自治区|市|自治州|盟))*[^省市州盟]{1,5}?(?<!自治)(?<!地)(?<!社)(?<!园)(?<!景)(?<!护)(?<!库)(?<!城)(?<!开发)(?<!辖)"
    r"(?:区|县|旗)(?![域划县内])[^区县旗]{2,}(?:局|委员会|委|办公室)$"
)


def _worst(verdicts: set[str]) -> str:
    return next(v for v in (FAIL, NOT_ASSESSABLE, EXPLAINED, PASS) if v in verdicts | {PASS})


def _value(fact: dict[str, Any] | None) -> float:
    return 0.0 if fact is None else fact["value"] or 0.0


def _at_most(child: dict[str, Any], parent: dict[str, Any] | None) -> str:
    """H-02 in one cell; the child's blank is at least 0, the parent's may be anything."""
    if parent is None or parent["unit"] != child["unit"] or child["unit"] == "unknown":
        return PASS
    if {child["status"], parent["status"]} - _GAPS - {"number"}:
        return NOT_ASSESSABLE
    if _value(child) <= _value(parent):
        return EXPLAINED if _GAPS & {child["status"], parent["status"]} else PASS
    return NOT_ASSESSABLE if parent["status"] in _GAPS else FAIL


def _adds_up(children: list[dict[str, Any]], parent: dict[str, Any]) -> str:
    """H-01 in one cell; blanks are read as 0, and as more where the sum falls short."""
    every = [*children, parent]
    if len({f["unit"] for f in every}) > 1 or parent["unit"] == "unknown":
        return NOT_ASSESSABLE
    if {f["status"] for f in every} - _GAPS - {"number"}:
        return NOT_ASSESSABLE
    difference = round(sum(map(_value, children)) - _value(parent), 6)
    gaps = any(f["status"] in _GAPS for f in every)
    if difference == 0:
        return EXPLAINED if gaps else PASS
    open_side = any(f["status"] in _GAPS for f in children) if difference < 0 else parent["status"] in _GAPS
    return NOT_ASSESSABLE if open_side else FAIL


def _compared(rule: Rule, cells: Cells, table: str) -> list[Key]:
    return [k for k in cells if k[0] == table and k[2] not in rule["spared"]]


class _Corpus:
    """The reports that count by body and year, their cells, and who is below whom."""

    def __init__(self, frames: dict[str, pl.DataFrame]) -> None:
        kept = frames["reports"].filter(
            pl.col("primary") & pl.col("agency_id").is_not_null() & pl.col("year").is_not_null()
        )
        self.reports: dict[tuple[str, int], list[str]] = {}
        for report_id, agency, year in kept.select("report_id", "agency_id", "year").rows():
            self.reports.setdefault((agency, year), []).append(report_id)
        self.agencies = {a["agency_id"]: a for a in frames["agencies"].iter_rows(named=True) if a["agency_id"]}
        self.below: dict[str, list[str]] = {}
        for a in self.agencies.values():
            if a["parent"]:
                self.below.setdefault(a["parent"], []).append(a["agency_id"])
        related = {
            i
            for (a, _), ids in self.reports.items()
            if a in self.below or self.agencies.get(a, {}).get("parent")
            for i in ids
        }
        mine = frames["facts"].filter(pl.col("report_id").is_in(list(related)))
        self._facts = mine.select("report_id", *_OF_CELL).partition_by("report_id", as_dict=True, include_key=False)
        # Rows take many times the room of a frame: only those of a body and some below it are held at a time.
        self.cells = lru_cache(maxsize=64)(self._cells)

    def _cells(self, report: str) -> Cells:
        """The cells of a report; none where it is neither above nor below another."""
        found = self._facts.get((report,))
        rows = () if found is None else found.iter_rows(named=True)
        return {(f["table"], f["item"], f["column"]): f for f in rows}

    def children(self, agency: str, year: int) -> list[str]:
        """The bodies declared below it that were there in the year."""
        found = [self.agencies[c] for c in self.below.get(agency, ())]
        return [
            c["agency_id"]
            for c in found
            if (c["first_year"] is None or c["first_year"] <= year)
            and (c["last_year"] is None or year <= c["last_year"])
        ]


def _evidence(key: Key, left: list[tuple[str, Row]], right: Row) -> Row:
    """The cells of one comparison with their places; those of the bodies below name their report."""
    cells = [
        {"cell": name(key), "side": "left", "printed": f["printed"], "where": f"{report}: {f['where']}"}
        for report, f in left
    ]
    cells.append({"cell": name(key), "side": "right", "printed": right["printed"], "where": right["where"]})
    return {"cells": cells, "where": [c["where"] for c in cells]}


def _spoken(worst: str, failed: list[Key], sides: dict[Key, tuple[float, float]]) -> Row:
    """Sides, figures and cell of the first of the failed cells, else nothing."""
    if worst != FAIL:
        return {"reading": BLANK_AS_ZERO if worst == EXPLAINED else None, "figures": {}}
    first = min(failed, key=lambda k: (k[2] != "total", 0))
    left, right = sides[first]
    compared = ";".join(f"{name(k)}={figure(sides[k][0])}/{figure(sides[k][1])}" for k in failed)
    names = {f"cell_{lang}": form().cell_name(*first, lang) for lang in ("zh", "en")}
    difference = round(left - right, 6)
    about = {"left": left, "right": right, "difference": difference, "item": first[1], "column": first[2]}
    return about | {"compared": compared, "figures": {"cells": len(failed), **names}, "first": first}


def _upper(rule: Rule, corpus: _Corpus, report: str, agency: str, child: str, other: str) -> list[Row]:
    """H-02 of one body below, a verdict a table."""
    rows: list[Row] = []
    mine, theirs = corpus.cells(report), corpus.cells(other)
    declared = corpus.agencies[agency]["consolidates"]
    for table in rule["tables"]:
        keys = _compared(rule, theirs, table)
        verdicts = {k: _at_most(theirs[k], mine.get(k)) for k in keys} if declared else {}
        worst = _worst(set(verdicts.values())) if declared and keys else NOT_ASSESSABLE
        failed = [k for k in keys if verdicts.get(k) == FAIL]
        about = _spoken(worst, failed, {k: (_value(theirs[k]), _value(mine.get(k))) for k in failed})
        about["figures"]["child"] = theirs[keys[0]]["agency"] if keys else child
        if worst == FAIL:
            about |= _evidence(about["first"], [(other, theirs[about["first"]])], mine[about["first"]])
        elif worst == EXPLAINED:
            about["compared"] = ";".join(f"{name(k)}={theirs[k]['status']}" for k in keys if verdicts[k] == EXPLAINED)
        rows.append(
            {"rule": rule, "report_id": report, "scope": f"{table}:{child}", "table": table, "verdict": worst}
            | {"severity": rule["severity"], "other_report_ids": [other]}
            | about
        )
    return rows


def _sum(rule: Rule, corpus: _Corpus, report: str, agency: str, year: int) -> list[Row]:
    """H-01 of one consolidated report, a verdict a table; never without all bodies and the own office."""
    rows: list[Row] = []
    mine, children = corpus.cells(report), corpus.children(agency, year)
    loaded = [corpus.reports.get((c, year), []) for c in children]
    office = any(corpus.agencies[c]["kind"] == "office" for c in children)
    whole = bool(children) and office and all(len(ids) == 1 for ids in loaded)
    ids = [i for found in loaded for i in found]
    below = {i: corpus.cells(i) for i in ids}
    for table in rule["tables"]:
        keys = _compared(rule, mine, table)
        there = {k: [(i, below[i][k]) for i in ids if k in below[i]] for k in keys}
        # A cell that some of the reports do not have, as their form is another, cannot be added.
        verdicts = {
            k: _adds_up([f for _, f in there[k]], mine[k]) if len(there[k]) == len(ids) else NOT_ASSESSABLE
            for k in keys
        }
        worst = _worst(set(verdicts.values())) if whole and keys else NOT_ASSESSABLE
        failed = [k for k in keys if verdicts[k] == FAIL]
        about = _spoken(worst, failed, {k: (sum(_value(f) for _, f in there[k]), _value(mine[k])) for k in failed})
        about["figures"]["children"] = len(children)
        if worst == FAIL:
            about |= _evidence(about["first"], there[about["first"]], mine[about["first"]])
        elif worst == EXPLAINED:
            about["compared"] = ";".join(f"{name(k)}={mine[k]['status']}" for k in keys if verdicts[k] == EXPLAINED)
        rows.append(
            {"rule": rule, "report_id": report, "scope": table, "table": table, "verdict": worst}
            | {"severity": rule["severity"], "other_report_ids": ids if whole else []}
            | about
        )
    return rows


def _fold(rows: list[Row]) -> None:
    """A sum that is too large because of one body below follows from that body's finding."""
    failed = {
        (r["report_id"], r["table"]): f"{r['rule']['id']}|{r['report_id']}|{r['scope']}"
        for r in rows
        if r["verdict"] == FAIL and r["rule"]["id"] == "H-02"
    }
    for r in rows:
        if r["verdict"] == FAIL and "H-02" in r["rule"].get("folds", ()):
            r["folded_under"] = failed.get((r["report_id"], r["table"]))


def _levels_verdicts(frames: dict[str, pl.DataFrame]) -> list[Row]:
    """H-01 and H-02 of every report whose body has others below it."""
    rules_by_id = {r["id"]: r for r in rules("hierarchy")}
    corpus = _Corpus(frames)
    rows: list[Row] = []
    for (agency, year), ids in corpus.reports.items():
        if agency not in corpus.below or len(ids) > 1:
            continue
        for child in corpus.children(agency, year):
            for other in corpus.reports.get((child, year), [])[:1]:
                rows += _upper(rules_by_id["H-02"], corpus, ids[0], agency, child, other)
        if corpus.agencies[agency]["consolidates"]:
            rows += _sum(rules_by_id["H-01"], corpus, ids[0], agency, year)
    _fold(rows)
    return rows


def has_power(agency: str | None, kind: str | None, level: str | None) -> bool | None:
    """Whether a body may make rules (规章); null where neither its level nor its name says so.

    Source: 立法法: ministries, and the governments of provinces, cities with districts and autonomous prefectures.
    """
    if level in {"province", "city"}:
        return None if kind is None else kind != "department"
    if level is not None:
        return level == "ministry"
    plain = same_name(agency or "")
    return False if _BELOW.search(plain) or _BELOW_DEPARTMENT.match(plain) else None


def _power_verdicts(frames: dict[str, pl.DataFrame]) -> list[Row]:
    """T2A-12 and T2B-04: rules of a body without the power to make them; one verdict a report that has the cells."""
    rows: list[Row] = []
    of = {
        report: has_power(agency, kind, level)
        for report, agency, kind, level in frames["reports"].select("report_id", "agency", "kind", "level").rows()
    }
    for rule in rules("power"):
        keys = tuple((rule["table"], rule["item"], c) for c in rule["columns"])
        mine = frames["facts"].filter(
            (pl.col("table") == rule["table"])
            & (pl.col("item") == rule["item"])
            & pl.col("column").is_in(rule["columns"])
            & pl.col("edition").is_in(rule["editions"])
        )
        for (report,), found in mine.group_by("report_id", maintain_order=True):
            statuses, most = set(found["status"]), max((v for v in found["value"] if v is not None), default=0.0)
            judged = NOT_ASSESSABLE if of[str(report)] is None else PASS if of[str(report)] else FAIL
            # None printed is none made, whoever the body; a blank or unread cell may hold some.
            verdict = judged if most > 0 else PASS if statuses == {"number"} else NOT_ASSESSABLE
            names = {
                f"columns_{x}": ("、" if x == "zh" else ", ").join(
                    form().name(rule["table"], c, x) for c in rule["columns"]
                )
                for x in ("zh", "en")
            }
            rows.append(
                {"rule": rule, "report_id": str(report), "scope": rule["item"], "table": rule["table"]}
                | {"item": rule["item"], "verdict": verdict, "severity": rule["severity"], "left": most}
                | {"figures": names, "operands": (("left", "left", keys),)}
            )
    return rows


def hierarchy_verdicts(frames: dict[str, pl.DataFrame]) -> list[Row]:
    """The verdicts of H-01, H-02, T2A-12 and T2B-04."""
    return _levels_verdicts(frames) + _power_verdicts(frames)
