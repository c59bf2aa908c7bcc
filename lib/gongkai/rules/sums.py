"""The failed sums of sections 三 and 四: which cell is wrong, what caused it and what would mend it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import polars as pl

from gongkai.rules.causes import Cause, formulas, localise, of_kind, unread
from gongkai.rules.declared import rules
from gongkai.rules.evidence import Evidence, gather
from gongkai.rules.kinds import EXPLAINED, FAIL, NOT_ASSESSABLE, PASS, instances
from gongkai.rules.messages import figure
from gongkai.rules.wide import name

Row = dict[str, Any]
# The sums of the table of section 三, whose differences lead to one cell.
_SUMS = ("T3-01", "T3-02", "T3-03")
_SCHEMA = {"report_id": pl.String, "rule": pl.String, "item": pl.String, "column": pl.String, "difference": pl.Float64}


def _about() -> Row:
    """What all verdicts of T3-06 have in common."""
    rule = next(r for r in rules() if r["kind"] == "localise")
    return {"rule": rule, "table": rule["table"], "severity": rule["severity"]}


def localised(found: list[Row], wide: pl.DataFrame) -> list[Row]:
    """T3-06 from the failed sums of the table of section 三, one verdict per wrong cell."""
    sums = [r for r in found if r["rule"]["id"] in _SUMS and r["verdict"] == FAIL]
    cells = localise(pl.DataFrame([{**r, "rule": r["rule"]["id"]} for r in sums], schema=_SCHEMA, strict=False))
    about = _about()
    rule = about["rule"]
    rows: list[Row] = []
    values = {
        row["report_id"]: row
        for row in wide.filter(pl.col("report_id").is_in([c[0] for c in cells])).iter_rows(named=True)
    }
    for report_id, item, column, error in cells:
        key = (rule["table"], item, column)
        printed = values[report_id][name(key)]
        rows.append(
            about
            | {"report_id": report_id, "scope": f"{item}.{column}", "item": item, "column": column, "verdict": FAIL}
            | {"left": printed, "right": printed - error, "difference": error, "cause": rule["id"]}
            | {"repair": printed - error, "repair_cell": name(key), "operands": ((item, "left", (key,)),)}
        )
    return rows


def not_localised(judged: pl.DataFrame, cells: list[Row]) -> list[Row]:
    """T3-06 of the reports without a wrong cell among `cells`: it holds where all sums do. `judged`: by `judge`."""
    mine = [k for k, instance in enumerate(instances()) if instance.rule["id"] in _SUMS]
    done = {r["report_id"] for r in cells}
    holds = pl.col("verdict").is_in([PASS, EXPLAINED]).all()
    sums = judged.filter(pl.col("instance").is_in(mine)).group_by("report_id", maintain_order=True).agg(holds)
    about = _about()
    return [
        about | {"report_id": r, "scope": about["table"], "verdict": PASS if held else NOT_ASSESSABLE}
        for r, held in sums.rows()
        if r not in done
    ]


def _lost(sums: list[Row], evidence: Evidence) -> dict[tuple[str, str], Cause]:
    """(rule, scope) → Cause, where a number that was not read is just what is lacking. Source: RC-11."""
    cause = of_kind("unread")[0]
    by_rule: dict[str, list[Row]] = defaultdict(list)
    for r in sums:
        by_rule[r["rule"]["id"]].append(r)
    found = {}
    for rule, rows in by_rule.items():
        lists = evidence.unread.get(rows[0]["table"], []) if rule in cause["explains"] else []
        by_column = {r["column"]: r["difference"] for r in rows}
        for r in rows:
            in_row = r["column"] is None and any(abs(r["difference"]) in numbers for numbers in lists)
            if in_row or (r["column"] is not None and unread(by_column, lists)):
                figures = {side: figure(r[side]) for side in ("left", "right", "difference")}
                found[rule, r["scope"]] = Cause(cause["id"], cause["arithmetic"].format(**figures))
    return found


def _local(r: Row, cells: list[Row], formula: Cause | None, evidence: Evidence) -> Cause | None:
    """The one cell found wrong by T3-06 in the row or column of a failed sum, and how it may have come about."""
    here = [c for c in cells if c["item"] == r["item"] or c["column"] == r["column"]]
    if len(here) != 1:
        return None
    key, value = (r["table"], here[0]["item"], here[0]["column"]), here[0]["repair"]
    if formula and (formula.cell, formula.repair) == (key, value):
        return formula
    shown = evidence.manner(key, int(value)) if value >= 0 else None
    return Cause(shown.cause if shown else here[0]["cause"], shown.arithmetic if shown else None, value, key)


def _tell(r: Row, cause: Cause | None, repairs: Any) -> None:
    """Write cause and repairs into a finding."""
    if cause:
        r |= {"cause": cause.cause, "arithmetic": cause.arithmetic, "repair": cause.repair}
        r |= {"repair_cell": name(cause.cell) if cause.cell else None, "in_columns": cause.columns}
    if repairs:
        told = [" + ".join(f"{name(k)}={'?' if v is None else v}" for k, v in s.items()) for s in repairs.sets]
        r |= {"repairs": told, "edits": repairs.size}


def add_causes(found: list[Row], cells_found: list[Row], frames: dict[str, pl.DataFrame], wide: pl.DataFrame) -> None:
    """Write cause, arithmetic and repairs into the failed sums, and how it went wrong into the wrong cells."""
    explained = set(of_kind("smallest")[0]["explains"])
    sums: dict[str, list[Row]] = defaultdict(list)
    for r in found:
        if r["verdict"] == FAIL and r["rule"]["id"] in explained:
            sums[r["report_id"]].append(r)
    if not sums:
        return
    # numpy and scipy are needed only where a sum fails.
    from gongkai.rules.mending import by_repair, parts

    wrong: dict[str, list[Row]] = defaultdict(list)
    for r in cells_found:
        if r["verdict"] == FAIL:
            wrong[r["report_id"]].append(r)
    fails = [{**r, "rule": r["rule"]["id"]} for rows in sums.values() for r in rows]
    known = formulas(pl.DataFrame(fails, schema=_SCHEMA, strict=False), wide)
    evidence = gather(frames, wide, set(sums))
    for report_id, rows in sums.items():
        about, cells = evidence[report_id], wrong[report_id]
        lost = _lost(rows, about)
        mends = [part for table in dict.fromkeys(r["table"] for r in rows) for part in parts(about, table)]
        for r in rows:
            keys = {k for _, _, ks in r["operands"] for k in ks}
            part = next((p for p in mends if p.keys & keys), None)
            formula = known.get((report_id, r["rule"]["id"], r["column"]))
            cause = lost.get((r["rule"]["id"], r["scope"])) or _local(r, cells, formula, about) or formula
            _tell(r, cause or (by_repair(part, keys, about) if part else None), part.repairs if part else None)
        for c in cells:
            key = (c["table"], c["item"], c["column"])
            part = next((p for p in mends if key in p.keys), None)
            shown = about.manner(key, int(c["repair"])) if c["repair"] >= 0 else None
            cause = Cause(shown.cause, shown.arithmetic, c["repair"], key) if shown else None
            _tell(c, cause, part.repairs if part else None)
