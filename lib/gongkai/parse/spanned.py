"""Tables whose file says how wide each cell is: a value belongs to the column whose header stands over it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import TypeVar

from gongkai.cells import is_value, normalise_label
from gongkai.document import Cell, Row
from gongkai.form import form
from gongkai.parse.align import Aligned
from gongkai.parse.headers import column_codes, is_header
from gongkai.parse.model import Line, Region

Span = tuple[int, int]
K = TypeVar("K")


def _overlap(a: Span, b: Span) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def _joined(spans: list[Span]) -> Span | None:
    """Spans side by side as one, or None where something stands between them."""
    ordered = sorted(spans)
    for (_, end), (start, _) in pairwise(ordered):
        if end != start:
            return None
    return ordered[0][0], ordered[-1][1]


def header_spans(above: Iterable[Row], table: str, columns: tuple[str, ...]) -> dict[str, Span] | None:
    """Where each of `columns` stands in the grid, from header rows, the nearest first.

    A header cell repeated side by side is one. None unless each column is named by cells of its own.
    """
    found: dict[str, Span] = {}
    for row in above:
        here: dict[str, list[Span]] = {}
        for code, span in zip(column_codes(row, table), row.spans, strict=True):
            if code in columns and code not in found:
                here.setdefault(code, []).append(span)
        for code, spans in here.items():
            whole = _joined(spans)
            if whole is None:
                return None
            found[code] = whole
        if len(found) == len(columns):
            break
    places = sorted(found.values())
    apart = all(a[1] <= b[0] for a, b in pairwise(places))
    return found if len(found) == len(columns) and apart else None


def header_pairs(above: list[Row], table: str) -> dict[tuple[str, str], Span]:
    """(item, column) → where the values of that pair stand, for items that the header prints over their columns.

    In the order of the grid. A pair that is named twice is left out.
    """
    items: list[tuple[str, Span]] = []
    columns: list[tuple[str, Span]] = []
    for row in above:
        for cell, span in zip(row.cells, row.spans, strict=True):
            word = normalise_label(cell.text, keep_mark=True)
            if code := form().column_labels[table].get(word):
                columns.append((code, span))
            elif (code := form().item_labels[table].get(word)) and form().items[table, code].kind == "row":
                items.append((code, span))
    found: dict[tuple[str, str], Span] = {}
    twice: set[tuple[str, str]] = set()
    for column, span in sorted(columns, key=lambda pair: pair[1]):
        over = [code for code, wide in items if wide[0] <= span[0] and span[1] <= wide[1]]
        for item in over if len(over) == 1 else ():
            twice |= {(item, column)} & set(found)
            found[item, column] = span
    return {key: span for key, span in found.items() if key not in twice}


def values_of(line: Line, row: Row) -> list[tuple[Cell, Span]]:
    """The cells of a row behind its label, with their spans."""
    first = len(row.cells) - len(line.values)
    return list(zip(row.cells[first:], row.spans[first:], strict=True))


def under(values: list[tuple[Cell, Span]], labels: list[Span], places: dict[K, Span]) -> dict[K, Cell] | None:
    """The cell under each header, or None where a cell stands under two, or a column has none or a label in it.

    Where a column is cut into several cells, all but one must be empty.
    """
    found: dict[K, Cell] = {}
    for code, place in places.items():
        cells = [(cell, span) for cell, span in values if _overlap(place, span)]
        filled = [cell for cell, _ in cells if cell.text.strip()]
        twice = any(sum(_overlap(span, other) for other in places.values()) > 1 for _, span in cells)
        if not cells or len(filled) > 1 or twice or any(_overlap(place, span) for span in labels):
            return None
        found[code] = filled[0] if filled else cells[0][0]
    return found


class Spanned:
    """Reads the lines of a table whose rows have spans."""

    def __init__(self, region: Region, table: str) -> None:
        self.rows = dict(region)
        self.table = table
        self.known: dict[tuple[object, ...], dict[str, Span] | None] = {}
        self.headers = [(k, row) for k, row in region if row.spans and is_header(row, table)]

    def places(self, line: Line, columns: tuple[str, ...], table: int) -> dict[str, Span] | None:
        """Where the header that stands over the line in a table of the file shows its columns."""
        above = [(k, r) for k, r in reversed(self.headers) if k < line.row and r.table == table]
        key = (above[0][0] if above else None, columns)
        if key not in self.known:
            self.known[key] = header_spans([r for _, r in above], self.table, columns)
        return self.known[key]

    def under_header(self, line: Line, columns: tuple[str, ...]) -> list[Cell] | None:
        row = self.rows[line.row]
        first = len(row.cells) - len(line.values)
        last = next((r.table for k, r in reversed(self.headers) if k < line.row), row.table)
        if last != row.table:
            # Cut in two without its header, a table goes on where the same columns stand in the same places.
            places = self.places(line, columns, last)
            return line.values if places and list(row.spans[first:]) == [places[c] for c in columns] else None
        places = self.places(line, columns, row.table)
        if places is None or max(end for _, end in places.values()) > row.spans[-1][1]:
            return None
        if list(row.spans[first:]) == [places[code] for code in columns]:
            return line.values
        labels = list(row.spans[:first])
        found = under(values_of(line, row), labels, places)
        if found is None:
            return None
        # A number under no header may belong under one: the header or the row has a cell too many.
        over = set(line.values) - set(found.values())
        return None if any(is_value(cell.text) for cell in over) else [found[code] for code in columns]

    def _ends(self, line: Line, end: int) -> bool:
        return self.rows[line.row].spans[-1][1] == end

    def read(self, tried: list[tuple[Line, tuple[str, ...]]]) -> list[Aligned | None]:
        """How each line is read; None for those without columns or spans.

        A row that prints as many cells as it has columns is read in their order. Any other, and one
        with empty cells in a table whose rows differ, is read under its header; only where the rows
        that are certain in themselves stand under theirs, and if it ends where most rows do: a cell too
        many would else push the others under the next header.
        """
        spanned = [bool(columns) and bool(self.rows[line.row].spans) for line, columns in tried]
        shown = [
            self.under_header(line, columns) if s else None for (line, columns), s in zip(tried, spanned, strict=True)
        ]
        counts = [(len(line.values), len(columns)) for (line, columns), s in zip(tried, spanned, strict=True) if s]
        even = all(found == wanted for found, wanted in counts)
        certain = [
            places is not None
            for (line, columns), places, s in zip(tried, shown, spanned, strict=True)
            if s and len(line.values) == len(columns) and all(cell.text.strip() for cell in line.values)
        ]
        ends = Counter(self.rows[line.row].spans[-1][1] for (line, _), s in zip(tried, spanned, strict=True) if s)
        end = max(ends, key=lambda k: ends[k], default=0)
        in_line = all(certain) if certain else all(p is not None for p, s in zip(shown, spanned, strict=True) if s)
        return [
            _settled(line.values, len(columns), places if self._ends(line, end) else None, even, in_line) if s else None
            for (line, columns), places, s in zip(tried, shown, spanned, strict=True)
        ]


def _settled(values: list[Cell], n: int, places: list[Cell] | None, even: bool, in_line: bool) -> Aligned:
    """A row of `n` columns by the number of its cells, or by its header where `in_line`."""
    filled = sum(bool(cell.text.strip()) for cell in values)
    if len(values) == n and (filled == n or places or (even and not in_line)):
        return Aligned(list(values)) if places is None or places == values else Aligned(None, "ambiguous")
    if places and in_line:
        return Aligned(list(places))
    return Aligned(None, "long" if filled > n else "short" if len(values) < n else "ambiguous")
