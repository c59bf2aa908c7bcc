"""The cells of the form from what was placed: one fact for every cell, printed or not."""

from __future__ import annotations

from gongkai.cells import BLANK, UNREADABLE, Number, read_number, to_wan_yuan
from gongkai.form import TABLES, Shape, form
from gongkai.parse.model import Fact, Note, Part

# The codes of table, item and column.
Key = tuple[str, str, str]


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


def _fact(part: Part, key: Key, unit: str) -> Fact | None:
    """What one file says of a cell, or None if it does not have it."""
    table, item, column = key
    reading = part.readings[table]
    cell = reading.placed.get((item, column))
    if cell is None:
        return None
    found, unit = _number(cell.text, column, unit, reading.money.get((item, column)))
    printed = "" if found == BLANK else part.texts.get(cell.place, cell.text)
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
        for item in form().rows(table, edition, shape):
            for column in form().item_columns(item, edition):
                unit = form().columns[table, column].unit
                said = [f for p in parts if (f := _fact(p, (table, item.item, column), unit)) is not None]
                if not said:
                    said = [Fact(table, item.item, column, None, "absent", unit, None, where, None, parts[0].source)]
                facts.append(said[0])
                differing = [f for f in said[1:] if (f.value, f.status) != (said[0].value, said[0].status)]
                notes += [disagreement(said[0], f, "files_disagree", f.source) for f in differing]
    return facts, notes
