"""Why a sum fails: T3-06 localises a wrong cell, RC-01 to RC-06 recognise a way of going wrong."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import polars as pl

from gongkai.form import form
from gongkai.rules.declared import Rule, causes, cells_of, words
from gongkai.rules.kinds import sql

_TABLE = "applications"


@dataclass(frozen=True)
class Cause:
    """The cause of a failed rule: its id, and the value its cell would have (None: not proven)."""

    cause: str
    repair: float | None
    cell: tuple[str, str, str] | None


def _columns() -> list[str]:
    return [c for t, c in form().columns if t == _TABLE]


def _operands(text: str, column: str) -> dict[str, tuple[tuple[str, str, str], ...]]:
    known = {code for t, code in form().items if t == _TABLE}
    return {w: tuple(cells_of(_TABLE, w, column, "column")) for w in words(text) & known}


def _holds(wide: pl.DataFrame) -> dict[str, dict[tuple[str, str], float | None]]:
    """report_id → (cause, column) → repair, for each cause whose signature the column shows."""
    found: dict[str, dict[tuple[str, str], float | None]] = defaultdict(dict)
    for cause in causes():
        text = cause["when"] + " " + cause.get("repair", "")
        for column in _columns():
            operands = _operands(text, column)
            repair = sql(cause["repair"], operands) if "repair" in cause else pl.lit(None, dtype=pl.Float64)
            rows = wide.filter(sql(cause["when"], operands)).select(
                "report_id", repair.cast(pl.Float64).alias("repair")
            )
            for report_id, value in rows.iter_rows():
                # A count cannot be negative: such a repair would only move the error.
                if value is None or value >= 0:
                    found[report_id][cause["id"], column] = value
    return found


def _best(rule: str, failing: set[str], held: dict[tuple[str, str], float | None]) -> list[Rule]:
    """The causes that explain every failing column, else the only one that explains the total."""
    able = [c for c in causes() if rule in c["explains"]]
    whole = [c for c in able if all((c["id"], column) in held for column in failing)]
    if whole:
        return whole
    total = [c for c in able if (c["id"], "total") in held]
    return total if "total" in failing and len(total) == 1 else []


def root_causes(fails: pl.DataFrame, wide: pl.DataFrame) -> dict[tuple[str, str, str], Cause]:
    """(report_id, rule, column) → Cause for failed T3-02 and T3-03. `fails`: report_id, rule, column.

    Where several causes explain the same columns, all are named and the repair is given only if they
    agree in it.
    """
    explained = {rule for cause in causes() for rule in cause["explains"]}
    mine = fails.filter(pl.col("rule").is_in(explained))
    held = _holds(wide.filter(pl.col("report_id").is_in(mine["report_id"].unique().implode())))
    found: dict[tuple[str, str, str], Cause] = {}
    for (report_id, rule), rows in mine.group_by("report_id", "rule"):
        failing = set(rows["column"])
        best = _best(str(rule), failing, held.get(str(report_id), {}))
        for column in failing if best else ():
            here = [c for c in best if (c["id"], column) in held[str(report_id)]]
            repairs = {held[str(report_id)][c["id"], column] for c in here}
            cells = {c.get("cell") for c in here}
            sure = len(repairs) == 1 and len(cells) == 1 and None not in cells
            if here:
                cell = (_TABLE, str(cells.pop()), column) if sure else None
                name = "/".join(c["id"] for c in here)
                found[str(report_id), str(rule), column] = Cause(name, repairs.pop() if sure else None, cell)
    return found


def _column_sign(item: str, rule: str) -> int:
    """How an item's error shows in a column's rule: on its left side (+1), its right (−1) or not at all."""
    if rule == "T3-03":
        return {"new": 1, "carried_in": 1, "processed_total": -1, "carried_out": -1}.get(item, 0)
    return -1 if item == "processed_total" else int(item in form().descendants(_TABLE, "processed"))


def localise(fails: pl.DataFrame) -> list[tuple[str, str, str, float]]:
    """(report_id, item, column, error) of cells found wrong by T3-06.

    `fails`: failed T3-01 (with item), T3-02 and T3-03 (with column) of rows and columns whose operands
    are all numbers, with `difference`. A cell is named if it alone accounts for one failed row and for
    just the failed sums of one column, and no other does. Source: rule T3-06.
    """
    found = []
    for (report_id,), rows in fails.group_by("report_id"):
        by_row = {r["item"]: r["difference"] for r in rows.iter_rows(named=True) if r["rule"] == "T3-01"}
        by_column: dict[str, dict[str, float]] = defaultdict(dict)
        for r in rows.iter_rows(named=True):
            if r["rule"] != "T3-01":
                by_column[r["column"]][r["rule"]] = r["difference"]
        pairs = [
            (item, column, error)
            for item, across in by_row.items()
            for column, down in by_column.items()
            if (error := across if column != "total" else -across)
            and down == {r: s * error for r in ("T3-02", "T3-03") if (s := _column_sign(item, r))}
        ]
        for item, column, error in pairs:
            if sum(i == item for i, _, _ in pairs) == 1 and sum(c == column for _, c, _ in pairs) == 1:
                found.append((str(report_id), item, column, error))
    return found
