"""All rules over all reports: frames → findings. The rules are declared in `declared/rules/`."""

from __future__ import annotations

from typing import Any

import polars as pl

from gongkai.frames import build, empty
from gongkai.rules.coverage import coverage_verdicts
from gongkai.rules.declared import SEVERITIES, rules, severity
from gongkai.rules.duplication import duplication_verdicts
from gongkai.rules.hierarchy import hierarchy_verdicts
from gongkai.rules.kinds import EXPLAINED, FAIL, NOT_ASSESSABLE, instances, judge
from gongkai.rules.messages import BLANK_AS_ZERO, figure, message
from gongkai.rules.narrative import narrative_verdicts
from gongkai.rules.pairs import pairs
from gongkai.rules.reading_rules import domain_verdicts, reading_verdicts
from gongkai.rules.statistical import statistical_verdicts
from gongkai.rules.sums import add_causes, localised
from gongkai.rules.wide import name, widen
from gongkai.rules.wording import wording_verdicts
from gongkai.rules.years import years_verdicts

Row = dict[str, Any]


def _computed(wide: pl.DataFrame, everything: bool) -> list[Row]:
    """Verdicts of the rules that compute on cells."""
    judged = judge(wide)
    if not everything:
        judged = judged.filter(pl.col("verdict").is_in([FAIL, EXPLAINED]))
    found = []
    for v in judged.iter_rows(named=True):
        instance = instances()[v["instance"]]
        sides = {side: v[side] for side in ("left", "right")}
        both = v["left"] is not None and v["right"] is not None and instance.rule["kind"] != "identical"
        found.append(
            {
                "rule": instance.rule,
                "report_id": v["report_id"],
                "scope": instance.scope,
                "table": instance.rule["table"],
                "item": instance.item,
                "column": instance.column,
                "verdict": v["verdict"],
                "severity": severity(instance.rule, v["grade"]),
                "reading": BLANK_AS_ZERO if v["verdict"] == EXPLAINED else None,
                "difference": round(v["left"] - v["right"], 6) if both else None,
                "operands": instance.operands,
                **sides,
            }
        )
    return found


def _fold(found: list[Row]) -> None:
    """Put a failed finding under the failed finding it follows from (one cause, one finding)."""
    failed: dict[tuple[str, str], list[Row]] = {}
    for r in found:
        if r["verdict"] == FAIL:
            failed.setdefault((r["report_id"], r["rule"]["id"]), []).append(r)
    for r in found:
        if r["verdict"] != FAIL:
            continue
        for parent in [p for rule in r["rule"].get("folds", ()) for p in failed.get((r["report_id"], rule), ())]:
            same_column = r.get("column") is not None and r.get("column") == parent.get("column")
            if same_column or (r.get("table") is not None and r["table"] in parent.get("tables", ())):
                r["folded_under"] = finding_id(parent)
                break


def _doubt(found: list[Row], tables: pl.DataFrame) -> None:
    """Where a table's count of numbers fails (P-12), or its reading is doubtful, its sums speak of the reading.

    They are then no errors of the agency.
    """
    doubted = set(tables.filter(pl.col("certainty") == "doubtful").select("report_id", "table").rows())
    doubted |= {(r["report_id"], r["table"]) for r in found if r["rule"]["id"] == "P-12" and r["verdict"] == FAIL}
    for r in found:
        arithmetic = r["rule"]["kind"] != "reading"
        if arithmetic and r["verdict"] == FAIL and (r["report_id"], r["table"]) in doubted:
            r["doubtful"] = True
            r["severity"] = "warning" if r["severity"] == "error" else r["severity"]


def _followed(found: list[Row]) -> list[Row]:
    """The rules that say the same as another: its verdicts under their own id, failed ones folded under it."""
    follows: dict[str, list[Row]] = {}
    for rule in rules("follows"):
        follows.setdefault(rule["of"], []).append(rule)
    return [
        {**r, "rule": rule, "folded_under": finding_id(r) if r["verdict"] in {FAIL, EXPLAINED} else None}
        for r in found
        for rule in follows.get(r["rule"]["id"], ())
    ]


def _spare_condensed(found: list[Row], reports: pl.DataFrame) -> None:
    """Nothing is said of an agency's wording where the prose is condensed, as it is not the agency's."""
    condensed = set(reports.filter(pl.col("prose") == "condensed")["report_id"])
    for r in found:
        if r["rule"].get("wording") and r["report_id"] in condensed:
            r |= {"verdict": NOT_ASSESSABLE, "condensed": True}


def _with_cells(found: list[Row], facts: pl.DataFrame) -> None:
    """Give every finding that is spoken of the printed cells it compares, and operands as figures."""
    spoken = [r for r in found if r["verdict"] in {FAIL, EXPLAINED}]
    wanted = {i for r in spoken if "operands" in r for i in (r["report_id"], *r.get("other_report_ids", ()))}
    mine = facts.filter(pl.col("report_id").is_in(list(wanted)))
    printed = {
        (f["report_id"], f["table"], f["item"], f["column"]): (f["printed"], f["where"], f["value"], f["status"])
        for f in mine.iter_rows(named=True)
    }
    for r in spoken:
        figures = r.setdefault("figures", {})
        if "operands" not in r:
            continue
        cells, compared = [], []
        for operand, side, keys in r["operands"]:
            there = [(key, printed[r["report_id"], *key]) for key in keys if (r["report_id"], *key) in printed]
            figures[operand] = sum(value or 0.0 for _, (_, _, value, _) in there)
            cells += [{"cell": name(k), "side": side, "printed": p, "where": w} for k, (p, w, _, _) in there]
            compared += [f"{name(k)}={figure(v) or status}" for k, (_, _, v, status) in there]
        r["cells"] = cells
        r["where"] = [c["where"] for c in cells]
        r["compared"] = ";".join(dict.fromkeys(compared))


def _compared(r: Row) -> str:
    """The figures a decision on the finding rests on: they do not change with the rule's wording."""
    sides = [f"{side}={figure(r[side])}" for side in ("left", "right") if r.get(side) is not None]
    return str(r.get("compared") or ";".join(sides))


def finding_id(r: Row) -> str:
    """`rule|report|scope`."""
    return f"{r['rule']['id']}|{r['report_id']}|{r['scope']}"


def _verdicts(frames: dict[str, pl.DataFrame], everything: bool) -> list[Row]:
    """The verdicts of all rules, before they are folded and their cells looked up."""
    found = reading_verdicts(frames) + domain_verdicts(frames["facts"])
    if not frames["facts"].is_empty():
        wide = widen(frames["facts"])
        computed = _computed(wide, everything)
        cells = localised(computed, wide)
        add_causes(computed, cells, frames, wide)
        found += computed + cells
        found += years_verdicts(frames, wide, everything, found)
        found += statistical_verdicts(frames, pairs(frames["reports"], frames["agencies"]), everything, found)
    found += hierarchy_verdicts(frames) + coverage_verdicts(frames, found)
    found += wording_verdicts(frames) + duplication_verdicts(frames)
    found += narrative_verdicts(frames)
    return found + _followed(found)


_LEFT_OUT = {"rule", "operands", "figures", "compared", "tables", "condensed"}


def check(frames: dict[str, pl.DataFrame], everything: bool = True) -> pl.DataFrame:
    """The verdicts of every rule on every report: a findings frame, errors first within a report.

    Without `everything` only those that a person looks at: `fail` and `explained`.
    """
    reports = frames["reports"]
    if reports.is_empty():
        return empty("findings")
    found = _verdicts(frames, everything)
    _spare_condensed(found, reports)
    if not everything:
        found = [r for r in found if r["verdict"] in {FAIL, EXPLAINED}]
    _fold(found)
    _doubt(found, frames["tables"])
    _with_cells(found, frames["facts"])
    rows = []
    for r in found:
        texts = {f"message_{lang}": message(r["rule"], r, lang) for lang in ("zh", "en")}
        base = {"other_report_ids": [], "where": [], "cells": [], "repairs": [], "doubtful": False}
        kept = {k: v for k, v in r.items() if k not in _LEFT_OUT}
        about = {"rule": r["rule"]["id"], "finding_id": finding_id(r), "figures": _compared(r)}
        rows.append({**base, **kept, **texts, **about})
    order = {report_id: k for k, report_id in enumerate(reports["report_id"])}
    ids = {r["id"]: k for k, r in enumerate(rules())}
    # A report that is missing has findings too; they come last.
    rows.sort(key=lambda r: (order.get(r["report_id"], len(order)), SEVERITIES.index(r["severity"]), ids[r["rule"]]))
    return build("findings", rows).unique("finding_id", maintain_order=True)


def reportable(verdicts: pl.DataFrame) -> pl.DataFrame:
    """The findings to show: failed or explained, without those folded under another."""
    return verdicts.filter(pl.col("verdict").is_in([FAIL, EXPLAINED]) & pl.col("folded_under").is_null())


def has_errors(findings: pl.DataFrame) -> bool:
    """Whether a finding of severity error fails."""
    return not findings.filter((pl.col("severity") == "error") & (pl.col("verdict") == FAIL)).is_empty()
