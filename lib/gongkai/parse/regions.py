"""Where in the file each table lies."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from gongkai.cells import is_value, normalise_label
from gongkai.document import Row
from gongkai.form import TABLES, form
from gongkai.parse.model import Region

# So many different labels of one table make it that table; fewer are words that prose uses too.
_ENOUGH = 3


@cache
def _owners() -> dict[str, str]:
    """Normalised label → the only table that has it."""
    owners: dict[str, set[str]] = {}
    for table in TABLES:
        for labels in (form().item_labels[table], form().column_labels[table], form().heading_labels[table]):
            for label in labels:
                owners.setdefault(label, set()).add(table)
    return {label: next(iter(tables)) for label, tables in owners.items() if len(tables) == 1}


def _labels(row: Row) -> set[tuple[str, str]]:
    """(table, label) for each cell of the row that is a label of one table only."""
    words = {normalise_label(cell.text) for cell in row.cells}
    if not row.delimited:
        # A line may hold several labels, or a label and its numbers, parted by blanks.
        words |= {normalise_label(part) for part in row.text.split()}
        words.add(normalise_label("".join(part for part in row.text.split() if not is_value(part))))
    return {(_owners()[w], w) for w in words if w in _owners()}


def _span(rows: tuple[Row, ...], headings: list[tuple[str, int]], table: str) -> range | None:
    """The rows of the section that holds `table`."""
    for k, (section, start) in enumerate(headings):
        if any(s.section == section and s.table == table for s in form().sections):
            return range(start + 1, headings[k + 1][1] if k + 1 < len(headings) else len(rows))
    return None


def _within(rows: tuple[Row, ...], span: range, table: str, owned: list[set[tuple[str, str]]]) -> range | None:
    """The part of `span` from the first label of `table` to where another table begins."""
    mine = [k for k in span if any(t == table for t, _ in owned[k])]
    if len({label for k in mine for t, label in owned[k] if t == table}) < _ENOUGH:
        return None
    start, end = mine[0], span.stop
    for k in range(mine[0], span.stop):
        ahead = {pair for j in range(k, min(k + 4, span.stop)) for pair in owned[j]}
        if (
            owned[k]
            and not any(t == table for t, _ in owned[k])
            and len({w for t, w in ahead if t != table}) >= _ENOUGH
        ):
            end = k
            break
    # Header cells that are no table's own (总计, an empty corner) stand before the first label.
    while start > span.start and rows[start - 1].delimited:
        start -= 1
    return range(start, end)


def find_regions(rows: tuple[Row, ...], headings: list[tuple[str, int]]) -> dict[str, Region]:
    """Rows of each table: in its own section, else wherever its labels stand together."""
    owned = [_labels(row) for row in rows]
    bounds = [0, *[k for _, k in headings], len(rows)]
    stretches = [range(a, b) for a, b in pairwise(bounds)]
    found: dict[str, range] = {}
    for table in TABLES:
        span = _span(rows, headings, table)
        part = _within(rows, span, table, owned) if span else None
        if part is None:
            parts = [p for s in stretches if (p := _within(rows, s, table, owned))]
            part = max(parts, key=len, default=None)
        if part is not None:
            found[table] = part
    return {table: [(k, rows[k]) for k in part] for table, part in found.items()}


def loose_region(rows: tuple[Row, ...], headings: list[tuple[str, int]], table: str) -> Region:
    """The whole section of a table that was not found, for a look at what stands there instead."""
    span = _span(rows, headings, table)
    return [(k, rows[k]) for k in span] if span else []
