"""The cells of the form from what was placed: one fact for every cell, printed or not."""

from __future__ import annotations

from functools import cache

from gongkai.cells import BLANK, UNREADABLE, Number, read_number, to_wan_yuan
from gongkai.form import TABLES, Shape, form
from gongkai.parse.model import Fact, Note, Part


def _number(text: str, column: str, unit: str, header: str | None) -> tuple[Number, str]:
    """What a cell says and in which unit, given the unit of its header (money only)."""
    signed = column == "items_change"
    found = read_number(text, signed=signed)
    if column != "amount":
        return (UNREADABLE if found.unit == "万元" else found), unit
    if found.value is None or found.unit == "万元":
        return found, unit
    if found.unit is not None:
        return UNREADABLE, unit
    if header is None:
        return found, "unknown"
    return Number(to_wan_yuan(found.value, header), found.status, header, found.sign), unit


@cache
def _cells(table: str, edition: str | None, shape: Shape) -> tuple[tuple[str, str, str], ...]:
    """(item, column, unit) of every cell of a table, in form order."""
    return tuple(
        (item.item, column, form().columns[table, column].unit)
        for item in form().rows(table, edition, shape)
        for column in form().item_columns(item, edition)
    )


def _said(part: Part, table: str, item: str, column: str, unit: str) -> Fact | None:
    """What one file says of a cell, or None if it does not have it."""
    reading = part.readings[table]
    cell = reading.placed.get((item, column))
    if cell is None:
        return None
    found, unit = _number(cell.text, column, unit, reading.money.get((item, column)))
    printed = "" if found is BLANK else part.texts.get(cell.place, cell.text)
    return Fact(table, item, column, found.value, found.status, unit, printed, str(cell.place), found.sign, part.source)


def disagreement(main: Fact, other: Fact, kind: str, other_source: str) -> Note:
    """That two sources of a report print different things in a cell; the first is the one that counts."""
    figures = {
        "item": main.item,
        "column": main.column,
        "printed": main.printed,
        "source": main.source,
        "other": other.printed,
        "other_source": other_source,
    }
    return Note(kind, main.table, main.where, figures)


def all_facts(parts: list[Part], edition: str | None, shape: Shape) -> tuple[list[Fact], list[Note]]:
    """The facts of a report from its files in order, and where two of them print different things."""
    facts: list[Fact] = []
    notes: list[Note] = []
    for table in TABLES:
        where = next((p.readings[table].where for p in parts if p.readings[table].where), "")
        for item, column, unit in _cells(table, edition, shape):
            first, *others = [f for p in parts if (f := _said(p, table, item, column, unit)) is not None] or [
                Fact(table, item, column, None, "absent", unit, None, where, None, parts[0].source)
            ]
            facts.append(first)
            differing = [f for f in others if (f.value, f.status) != (first.value, first.status)]
            notes += [disagreement(first, f, "files_disagree", f.source) for f in differing]
    return facts, notes
