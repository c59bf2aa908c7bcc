"""The failed sums of the table of section 三: which cell is wrong, what caused it and what would mend it."""

from __future__ import annotations

from typing import Any

import polars as pl

from gongkai.rules.causes import localise, root_causes
from gongkai.rules.declared import rules
from gongkai.rules.kinds import EXPLAINED, FAIL, NOT_ASSESSABLE, PASS
from gongkai.rules.wide import name

Row = dict[str, Any]


def localised(found: list[Row], wide: pl.DataFrame) -> list[Row]:
    """T3-06 from the failed sums of the table of section 三, one verdict per wrong cell or report."""
    rule = next(r for r in rules() if r["kind"] == "localise")
    sums = [r for r in found if r["rule"]["id"] in {"T3-01", "T3-02", "T3-03"}]
    schema = {
        "report_id": pl.String,
        "rule": pl.String,
        "item": pl.String,
        "column": pl.String,
        "difference": pl.Float64,
    }
    fails = pl.DataFrame(
        [{**r, "rule": r["rule"]["id"]} for r in sums if r["verdict"] == FAIL], schema=schema, strict=False
    )
    cells = localise(fails)
    about = {"rule": rule, "table": rule["table"], "severity": rule["severity"]}
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
    by_report: dict[str, set[str]] = {}
    for r in sums:
        by_report.setdefault(r["report_id"], set()).add(r["verdict"])
    done = {c[0] for c in cells}
    for report_id, verdicts in by_report.items():
        if report_id not in done:
            verdict = PASS if verdicts <= {PASS, EXPLAINED} else NOT_ASSESSABLE
            rows.append(about | {"report_id": report_id, "scope": rule["table"], "verdict": verdict})
    return rows


def add_causes(found: list[Row], cells_found: list[Row], wide: pl.DataFrame) -> None:
    """Write cause and repair into the failed sums they explain."""
    sums = [r for r in found if r["verdict"] == FAIL and r["rule"]["id"] in {"T3-01", "T3-02", "T3-03"}]
    schema = {"report_id": pl.String, "rule": pl.String, "column": pl.String}
    fails = pl.DataFrame([{**r, "rule": r["rule"]["id"]} for r in sums], schema=schema, strict=False)
    known = root_causes(fails, wide)
    cells = {(r["report_id"], r["item"], r["column"]): r for r in cells_found if r["verdict"] == FAIL}
    for r in sums:
        here = [
            c for (rid, i, c_), c in cells.items() if rid == r["report_id"] and (i == r["item"] or c_ == r["column"])
        ]
        cause = known.get((r["report_id"], r["rule"]["id"], r["column"]))
        if len(here) == 1:
            r |= {"cause": here[0]["cause"], "repair": here[0]["repair"], "repair_cell": here[0]["repair_cell"]}
        elif cause:
            r |= {"cause": cause.cause, "repair": cause.repair, "repair_cell": name(cause.cell) if cause.cell else None}
