"""Sums of cells that a figure in the prose may stand for, and whether it does.

A sum is declared as `new + carried_in - disputes.reconsideration.pending`: an item of the rule's table (a group is
the sum of its rows) in the column that the claim speaks of, `item.column`, `table.item.column`, or `claim.term`
(what the prose itself says of that term).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from gongkai.form import TABLES
from gongkai.rules.kinds import EXPLAINED, FAIL, NOT_ASSESSABLE, PASS
from gongkai.rules.messages import BLANK_AS_ZERO, figure
from gongkai.rules.narrative.told import Cell, Claim, Told, counts, rows_of, same_scope
from gongkai.rules.wide import Key, name

_OPERAND = re.compile(r"([+-]?)\s*([a-z_]+(?:\.[a-z_]+){0,2})")
_SCALES = {"万": 1e4, "亿": 1e8}


@dataclass(frozen=True)
class Sum:
    """A declared sum in one report. `soft`: blank cells, read as 0, on its plus (1) or minus (−1) side."""

    value: float
    cells: tuple[tuple[Key, Cell], ...] = ()
    soft: frozenset[int] = frozenset()
    hard: bool = False


@dataclass(frozen=True)
class Judged:
    """A verdict on a figure with the reading that holds, the sum it is compared with, and all sums looked at."""

    verdict: str
    reading: str | None = None
    sum: Sum | None = None
    sums: tuple[Sum, ...] = ()


@cache
def _operands(expression: str) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """(sign, name in parts) of each operand."""
    return tuple((-1 if sign == "-" else 1, tuple(text.split("."))) for sign, text in _OPERAND.findall(expression))


def _keys(told: Told, table: str, parts: tuple[str, ...], column: str) -> list[Key]:
    """The cells of an operand that the report's form has: the row itself, else the rows below it."""
    if parts[0] in TABLES:
        table, parts = parts[0], parts[1:]
    item, column = parts[0], parts[1] if len(parts) > 1 else column
    own, below = rows_of(table, item)
    for rows in (own, below):
        if found := [(table, row, column) for row in rows if (table, row, column) in told.cells]:
            return found
    return []


def _said(told: Told, term: str) -> float | None:
    """What the prose says of a term, if it says one thing."""
    values = {c["low"] for c in counts(told, {term}) if c["low"] == c["high"] and same_scope(c, told)}
    return values.pop() if len(values) == 1 else None


def add(told: Told, table: str, expression: str, column: str = "total") -> Sum | None:
    """The declared sum in a report; None where its form has no such cell or its prose makes no such claim."""
    value, cells, soft, hard = 0.0, [], set(), False
    for sign, parts in _operands(expression):
        if parts[0] == "claim":
            said = _said(told, parts[1])
            if said is None:
                return None
            value += sign * said
            continue
        keys = _keys(told, table, parts, column)
        if not keys:
            return None
        for key in keys:
            cell = told.cells[key]
            cells.append((key, cell))
            hard |= cell.status in {"absent", "unreadable"}
            if cell.status in {"blank", "dash"}:
                soft.add(sign)
            value += sign * (cell.value or 0.0)
    return Sum(round(value, 6), tuple(cells), frozenset(soft), hard)


def tolerance(claim: Claim) -> float:
    """Half a unit of the last printed digit, where the figure is printed in decimals or in 万 or 亿: 3.5万 ± 500."""
    scale = 1.0
    for mark, size in _SCALES.items():
        if mark in claim["printed"] and not claim["unit"].startswith(mark):
            scale = size
    if scale == 1.0 and not claim["decimals"]:
        return 0.0
    return 0.5 * float(scale) * float(10.0 ** -claim["decimals"])


def holds(claim: Claim, value: float) -> bool:
    """Whether a value is what the claim says: the number as far as printed, or within an approximate one."""
    if claim["low"] == claim["high"]:
        return bool(abs(value - claim["low"]) <= tolerance(claim) + 1e-9)
    return bool(claim["low"] <= value < claim["high"])


def _could(claim: Claim, found: Sum) -> bool:
    """Whether some non-negative filling of its blank cells could make the sum hold."""
    more, less = claim["low"] > found.value, claim["high"] < found.value
    return bool((more and 1 in found.soft) or (less and -1 in found.soft))


def compare(claim: Claim, readings: list[tuple[str, Sum | None]]) -> Judged:
    """A claim against the sums that it may stand for, in order; the first of those that need no naming holds plainly.

    A reading whose cells or claims the report does not have is left out.
    """
    known = [(code, found) for code, found in readings if found is not None]
    sums = tuple(found for _, found in known)
    if not known or known[0][1].hard:
        return Judged(NOT_ASSESSABLE, None, None, sums)
    for code, found in known:
        if not found.hard and not found.soft and holds(claim, found.value):
            return Judged(EXPLAINED if code else PASS, code or None, found, sums)
    for code, found in known:
        if not found.hard and holds(claim, found.value):
            return Judged(EXPLAINED, code or BLANK_AS_ZERO, found, sums)
    if any(found.hard or _could(claim, found) for found in sums):
        return Judged(NOT_ASSESSABLE, None, known[0][1], sums)
    return Judged(FAIL, None, known[0][1], sums)


def evidence(sums: tuple[Sum, ...]) -> list[dict[str, str | None]]:
    """The cells of the sums, each once, as the findings frame keeps them."""
    cells = dict(pair for found in sums for pair in found.cells)
    return [{"cell": name(k), "side": "right", "printed": c.printed, "where": c.where} for k, c in cells.items()]


def written(sums: tuple[Sum, ...]) -> str:
    """`new=23;carried_in=0`: the cells that a verdict rests on, each once."""
    cells = dict(pair for found in sums for pair in found.cells)
    return ";".join(f"{name(k)}={figure(c.value) or c.status}" for k, c in cells.items())
