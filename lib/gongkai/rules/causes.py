"""Ways in which a sum goes wrong: the formulas RC-01 to RC-06 and what a printed cell shows beside its repair."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import polars as pl

from gongkai.form import form
from gongkai.rules.declared import Rule, causes, cells_of, words
from gongkai.rules.kinds import sql
from gongkai.rules.messages import figure
from gongkai.rules.wide import Key

_TABLE = "applications"


@dataclass(frozen=True)
class Cause:
    """The cause of a failed rule, written out in figures, and the value its cell would have (None: not proven).

    `columns`: in how many of the columns in which the rule fails the cause holds, and how many those are.
    """

    cause: str
    arithmetic: str | None = None
    repair: float | None = None
    cell: Key | None = None
    columns: tuple[int, int] | None = None


def of_kind(kind: str) -> list[Rule]:
    """The declared causes of one kind."""
    return [cause for cause in causes() if cause["kind"] == kind]


def columns() -> list[str]:
    """The columns of the table of section 三, in form order."""
    return [c for t, c in form().columns if t == _TABLE]


# (cause, column) → the repair and the arithmetic.
Held = dict[tuple[str, str], tuple[float | None, str]]


def _written(cause: Rule) -> list[tuple[str, str]]:
    """(condition, template) of the cause's arithmetic."""
    told = cause["arithmetic"]
    return [(cause["when"], told)] if isinstance(told, str) else [(when, text) for when, text in told]


def _holds(wide: pl.DataFrame) -> dict[str, Held]:
    """report_id → what holds of it, for each formula whose signature a column shows."""
    known = {code for t, code in form().items if t == _TABLE}
    found: dict[str, Held] = defaultdict(dict)
    for cause in of_kind("formula"):
        written = _written(cause)
        texts = [cause["when"], cause.get("repair", ""), *(part for pair in written for part in pair)]
        names = sorted(words(" ".join(texts)) & known)
        for column in columns():
            operands = {w: tuple(cells_of(_TABLE, w, column, "column")) for w in names}
            repair = sql(cause["repair"], operands) if "repair" in cause else pl.lit(None, dtype=pl.Float64)
            rows = wide.filter(sql(cause["when"], operands)).select(
                "report_id",
                repair.cast(pl.Float64).alias("#repair"),
                *[sql(name, operands).alias(name) for name in names],
                *[sql(when, operands).alias(f"#{k}") for k, (when, _) in enumerate(written)],
            )
            for row in rows.iter_rows(named=True):
                # A count cannot be negative: such a repair would only move the error.
                if row["#repair"] is None or row["#repair"] >= 0:
                    text = next(text for k, (_, text) in enumerate(written) if row[f"#{k}"])
                    told = text.format(**{name: figure(row[name]) for name in names})
                    found[row["report_id"]][cause["id"], column] = (row["#repair"], told)
    return found


def _best(rule: str, failing: set[str], held: Held) -> list[Rule]:
    """The formulas that explain every failing column, else the only one that explains the total."""
    able = [c for c in of_kind("formula") if rule in c["explains"]]
    whole = [c for c in able if all((c["id"], column) in held for column in failing)]
    if whole:
        return whole
    total = [c for c in able if (c["id"], "total") in held]
    return total if "total" in failing and len(total) == 1 else []


def _of_column(best: list[Rule], column: str, held: Held, failing: set[str]) -> Cause | None:
    """What the formulas say of one column. Several are all named, with a repair only if they agree in it."""
    here = [c for c in best if (c["id"], column) in held]
    if not here:
        return None
    repairs = {held[c["id"], column][0] for c in here}
    cells = {c.get("cell") for c in here}
    sure = len(repairs) == 1 and len(cells) == 1 and None not in cells
    told = "; ".join(dict.fromkeys(held[c["id"], column][1] for c in here))
    explained = min(sum((c["id"], f) in held for f in failing) for c in here)
    return Cause(
        "/".join(c["id"] for c in here),
        told,
        repairs.pop() if sure else None,
        (_TABLE, str(cells.pop()), column) if sure else None,
        (explained, len(failing)),
    )


def formulas(fails: pl.DataFrame, wide: pl.DataFrame) -> dict[tuple[str, str, str], Cause]:
    """(report_id, rule, column) → Cause, by the formulas. `fails`: report_id, rule, column of failed sums.

    Source: RC-01 to RC-06.
    """
    explained = {rule for cause in of_kind("formula") for rule in cause["explains"]}
    mine = fails.filter(pl.col("rule").is_in(explained))
    held = _holds(wide.filter(pl.col("report_id").is_in(mine["report_id"].unique().implode())))
    found: dict[tuple[str, str, str], Cause] = {}
    for (report_id, rule), rows in mine.group_by("report_id", "rule"):
        failing, here = set(rows["column"]), held.get(str(report_id), {})
        best = _best(str(rule), failing, here)
        for column in failing:
            if cause := _of_column(best, column, here, failing):
                found[str(report_id), str(rule), column] = cause
    return found


def _column_sign(item: str, rule: str) -> int:
    """How an item's error shows in a column's rule: on its left side (+1), its right (−1) or not at all."""
    if rule == "T3-03":
        return {"new": 1, "carried_in": 1, "processed_total": -1, "carried_out": -1}.get(item, 0)
    return -1 if item == "processed_total" else int(item in _outcomes())


@cache
def _outcomes() -> frozenset[str]:
    return frozenset(form().descendants(_TABLE, "processed"))


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


def swapped(printed: int, value: int) -> bool:
    """Whether two digits of one have changed places in the other; the difference is then a multiple of 9."""
    a, b = str(printed), str(value)
    apart = [k for k in range(min(len(a), len(b))) if a[k] != b[k]]
    return len(a) == len(b) and len(apart) == 2 and sorted(a) == sorted(b)


def digit_off(printed: int, value: int) -> bool:
    """Whether one is the other with a digit left out, wherever it stands."""
    short, long = sorted((str(printed), str(value)), key=len)
    return (
        short != "0"
        and len(long) == len(short) + 1
        and any(long[:k] + long[k + 1 :] == short for k in range(len(long)))
    )


def manner(printed: int, value: int, last: tuple[int, float] | None, year: int | None) -> Cause | None:
    """What a cell shows that should hold `value`. `last`: the year before and the cell in its report.

    Source: RC-07, RC-08, RC-10.
    """
    kept = of_kind("last_year")[0]
    same = last is not None and last[1] == printed != value and printed > kept["above"]
    shown = {"swap": swapped(printed, value), "digit": digit_off(printed, value), "last_year": same}
    figures = {"printed": str(printed), "value": str(value), "year": str(year)}
    figures |= {"last_year": str(last[0]), "last": figure(last[1])} if last else {}
    named = [c for kind, holds in shown.items() if holds for c in of_kind(kind)]
    told = dict.fromkeys(c["arithmetic"].format(**figures) for c in named)
    return Cause("/".join(c["id"] for c in named), "; ".join(told)) if named else None


def moved(row: list[int]) -> list[list[int]]:
    """What a row may have been before its figures slipped by one column; its total stands last.

    Either the applicants alone slipped or the total too. What fell off the end was 0, or came in again at the
    other, or follows from the sum. Source: RC-09.
    """
    *parts, total = row
    first, after = parts[-1] - sum(parts[:-1]), sum(parts[1:]) + total
    found = []
    if parts[0] == 0:
        found.append([*parts[1:], 0, total])
    if parts[-1] == 0:
        found.append([0, *parts[:-1], total])
    if parts[0] in {0, after}:
        found.append([*parts[1:], total, after])
    if total in {0, first}:
        found.append([first, *parts])
    return [new for new in found if new != row and min(new) >= 0 and sum(new[:-1]) == new[-1]]


def unread(differences: Mapping[str, float], rows: Iterable[list[float]]) -> bool:
    """Whether the numbers of one row that was not read are what the columns lack. `differences`: column → difference.

    Of a row with another number of figures than columns, any may be the missing one. Source: RC-11.
    """
    for numbers in rows:
        if len(numbers) == len(columns()):
            if all(abs(differences.get(c, 0.0)) == n for c, n in zip(columns(), numbers, strict=True)):
                return True
        elif all(abs(d) in numbers for d in differences.values()):
            return True
    return False
