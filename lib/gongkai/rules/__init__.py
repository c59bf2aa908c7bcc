"""All rules over all reports: frames → findings. The rules are declared in `declared/rules/`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import count
from typing import Any

import polars as pl
from tqdm import tqdm

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
from gongkai.rules.sums import add_causes, localised, not_localised
from gongkai.rules.wide import name, widen
from gongkai.rules.wording import wording_verdicts
from gongkai.rules.years import years_verdicts

Row = dict[str, Any]
Frames = dict[str, pl.DataFrame]

# The verdicts that a person looks at.
SPOKEN = (FAIL, EXPLAINED)
# As many rows are made a frame at a time.
_PART = 50_000


def _computed(judged: pl.DataFrame) -> list[Row]:
    """Verdicts of the rules that compute on cells. `judged`: what `kinds.judge` returns."""
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


def _sums(frames: Frames, wide: pl.DataFrame, everything: bool) -> Iterator[list[Row]]:
    """The verdicts within one report, with the causes of what fails."""
    judged = judge(wide)
    spoken = pl.col("verdict").is_in(SPOKEN)
    computed = _computed(judged.filter(spoken))
    cells = localised(computed, wide)
    add_causes(computed, cells, frames, wide)
    yield computed + cells
    if everything:
        yield not_localised(judged, cells)
        for part in judged.filter(~spoken).iter_slices(_PART):
            yield _computed(part)


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
        {**r, "rule": rule, "folded_under": finding_id(r) if r["verdict"] in SPOKEN else None}
        for r in found
        for rule in follows.get(r["rule"]["id"], ())
    ]


def _spare_condensed(found: list[Row], condensed: set[str]) -> None:
    """Nothing is said of an agency's wording where the prose is condensed, as it is not the agency's."""
    for r in found:
        if r["rule"].get("wording") and r["report_id"] in condensed:
            r |= {"verdict": NOT_ASSESSABLE, "condensed": True}


def _with_cells(found: list[Row], facts: pl.DataFrame) -> None:
    """Give every finding the printed cells it compares, and operands as figures."""
    named = ("report_id", "table", "item", "column")
    wanted = {(r["report_id"], *key) for r in found for _, _, keys in r.get("operands", ()) for key in keys}
    mine = facts.join(pl.DataFrame(list(wanted), schema=dict.fromkeys(named, pl.String), orient="row"), on=named)
    printed = {
        (f["report_id"], f["table"], f["item"], f["column"]): (f["printed"], f["where"], f["value"], f["status"])
        for f in mine.iter_rows(named=True)
    }
    for r in found:
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


def _stages(frames: Frames, everything: bool, spoken: list[Row]) -> list[Callable[[], Iterable[list[Row]]]]:
    """The rules family by family, in order: later ones look at what earlier ones found, the `spoken` verdicts."""
    facts, reports = frames["facts"], frames["reports"]
    stages: list[Callable[[], Iterable[list[Row]]]] = [lambda: [reading_verdicts(frames), domain_verdicts(facts)]]
    if not facts.is_empty():
        wide = widen(facts)
        following = partial(pairs, reports, frames["agencies"])
        stages += [
            lambda: _sums(frames, wide, everything),
            lambda: [years_verdicts(frames, wide, everything, spoken)],
            lambda: [statistical_verdicts(frames, following(), everything, spoken)],
        ]
    return [
        *stages,
        lambda: [hierarchy_verdicts(frames), coverage_verdicts(frames, spoken)],
        lambda: [wording_verdicts(frames)],
        lambda: [duplication_verdicts(frames)],
        lambda: [narrative_verdicts(frames)],
    ]


_LEFT_OUT = {"rule", "operands", "figures", "compared", "tables", "condensed", "n"}


def _frame(found: list[Row]) -> pl.DataFrame:
    """A findings frame, with `n`, the place of each row in the order of the rules."""
    rows = []
    for r in found:
        texts = {f"message_{lang}": message(r["rule"], r, lang) for lang in ("zh", "en")}
        base = {"other_report_ids": [], "where": [], "cells": [], "repairs": [], "doubtful": False}
        kept = {k: v for k, v in r.items() if k not in _LEFT_OUT}
        about = {"rule": r["rule"]["id"], "finding_id": finding_id(r), "figures": _compared(r)}
        rows.append({**base, **kept, **texts, **about})
    return build("findings", rows).with_columns(n=pl.Series([r["n"] for r in found], dtype=pl.Int64))


def _found(frames: Frames, everything: bool, progress: bool) -> tuple[list[Row], list[pl.DataFrame]]:
    """The verdicts that a person looks at, and with `everything` the others.

    The others are made frames at once: they are most of a large corpus, and rows take ten times the room.
    """
    condensed = set(frames["reports"].filter(pl.col("prose") == "condensed")["report_id"])
    spoken: list[Row] = []
    silent: list[pl.DataFrame] = []
    numbers = count()
    stages = _stages(frames, everything, spoken)
    for stage in tqdm(stages, desc="核对 / checking", unit="step", delay=2, disable=not progress):
        for judged in stage():
            rows = judged + _followed(judged)
            _spare_condensed(rows, condensed)
            for r in rows:
                r["n"] = next(numbers)
            spoken += [r for r in rows if r["verdict"] in SPOKEN]
            others = [r for r in rows if r["verdict"] not in SPOKEN] if everything else []
            silent += [_frame(others[k : k + _PART]) for k in range(0, len(others), _PART)]
    return spoken, silent


def check(frames: Frames, everything: bool = True, progress: bool = False) -> pl.DataFrame:
    """The verdicts of every rule on every report: a findings frame, errors first within a report.

    Without `everything` only those that a person looks at: `fail` and `explained`.
    """
    reports = frames["reports"]
    if reports.is_empty():
        return empty("findings")
    spoken, silent = _found(frames, everything, progress)
    _fold(spoken)
    _doubt(spoken, frames["tables"])
    _with_cells(spoken, frames["facts"])
    order = {report_id: k for k, report_id in enumerate(reports["report_id"])}
    ids = {r["id"]: k for k, r in enumerate(rules())}
    # A report that is missing has findings too; they come last.
    place = pl.col("report_id").replace_strict(order, default=len(order), return_dtype=pl.Int64)
    grade = pl.col("severity").cast(pl.Enum(SEVERITIES))
    rule = pl.col("rule").replace_strict(ids, return_dtype=pl.Int64)
    found = pl.concat([*silent, _frame(spoken)]).sort(place, grade, rule, "n")
    return found.drop("n").unique("finding_id", keep="first", maintain_order=True)


def reportable(verdicts: pl.DataFrame) -> pl.DataFrame:
    """The findings to show: failed or explained, without those folded under another."""
    return verdicts.filter(pl.col("verdict").is_in(SPOKEN) & pl.col("folded_under").is_null())


def has_errors(findings: pl.DataFrame) -> bool:
    """Whether a finding of severity error fails."""
    return not findings.filter((pl.col("severity") == "error") & (pl.col("verdict") == FAIL)).is_empty()
