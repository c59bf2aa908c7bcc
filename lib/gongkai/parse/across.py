"""The table of section 四: its items stand in the header, and its fifteen values are one row."""

from __future__ import annotations

from gongkai.cells import plain
from gongkai.document import Cell
from gongkai.form import form
from gongkai.parse.align import Aligned, align, printed_values
from gongkai.parse.headers import header_text, named_columns, stacked_text
from gongkai.parse.model import Header, Line, Region, TableReading
from gongkai.parse.plans import known, look, remember
from gongkai.parse.spanned import header_pairs, under
from gongkai.parse.tables import TableReader

# The offset of a row that was read under its header.
UNDER_HEADER = -1


def _wrong_size(line: Line, cells: list[tuple[str, str]]) -> str:
    return "long" if len(line.values) > len(cells) else "short"


class AcrossReader(TableReader):
    """A table whose items stand in the header, over their columns, and whose values are one row."""

    def _place_all(self, headers: list[Header]) -> None:
        items = form().rows(self.table, self.reading.edition, self.reading.shape)
        cells = [(i.item, c) for i in items for c in form().item_columns(i, self.reading.edition)]
        rows = [line for line in self.lines if self._is_values(line, len(cells))]
        if not rows:
            super()._place_all(headers)
            return
        found = [(line, self._aligned(line, cells)) for line in rows]
        whole = [(line, a) for line, a in found if a.cells is not None and not a.reason]
        texts = {tuple(plain(c.text) for c in line.values) for line, _ in whole}
        self.reading.present = True
        for line, a in found:
            if a.cells is None or a.reason:
                self.reading.rows_short += 1
                self._refuse(line, f"{a.reason}_row", columns=len(cells))
            elif len(texts) > 1:
                self.reading.rows_twice += 1
                self._refuse(line, "duplicate_row")
        if len(texts) != 1:
            return
        line, a = whole[0]
        if not (a.offset == UNDER_HEADER or self._in_order(line, [c for _, c in cells])):
            self._refuse(line, "header_order")
            return
        for key, cell in zip(cells, a.cells or [], strict=True):
            if cell is not None:
                self.reading.placed[key] = cell
        self.reading.rows_found = len(items)

    def _is_values(self, line: Line, n: int) -> bool:
        """Whether a line is the row of values under the header, and no row of an item of its own."""
        if self.rows_at[line.row].spans:
            whole = len(line.values) == len(self.rows_at[line.row].cells)
            return whole and bool(line.label) and bool(printed_values(line.values) or len(line.values) == n)
        return line.item is None and bool(line.label) and bool(printed_values(self._cells(line)))

    def _aligned(self, line: Line, cells: list[tuple[str, str]]) -> Aligned:
        """The values under their headers where the file shows how wide each is, else by their number."""
        row = self.rows_at[line.row]
        if not row.spans:
            return align(line, len(cells), self.grid)
        places = header_pairs([r for k, r in self.region if k < line.row and r.table == row.table], self.table)
        # In another order than the form's the header itself may have a cell too many.
        whole = list(places) == cells and row.spans[-1][1] == max(end for _, end in places.values())
        found = under(list(zip(row.cells, row.spans, strict=True)), [], places) if whole else None
        if found is None:
            known = len(line.values) == len(cells)
            return align(line, len(cells), self.grid) if known else Aligned(None, _wrong_size(line, cells))
        self.reading.header_in_order = True
        return Aligned([found[key] for key in cells], offset=UNDER_HEADER)

    def _in_order(self, line: Line, columns: list[str]) -> bool:
        """Whether the header names the columns in form order; noted where it cannot be told."""
        cells = line.prefix + line.label
        rows = [row for _, row in self.region if set(row.cells) & set(cells)]
        # The last row alone names them all where cells merged downwards are repeated.
        texts = [header_text(cells), stacked_text(rows), *(header_text(list(row.cells)) for row in rows)]
        named = [named_columns(self.table, text) for text in texts]
        self.reading.header_in_order = tuple(columns) in named and self._items_in_order(cells)
        if self.reading.header_in_order:
            return True
        # Read by order only if what is left of the header is in the order of the form.
        longest = iter(columns)
        if not self._items_in_order(cells) or not all(name in longest for name in max(named, key=len)):
            return False
        self.reading.note("damaged_header", line.where, item="")
        return True

    def _items_in_order(self, cells: list[Cell]) -> bool:
        """Whether the items that the header names come in form order within their group."""
        text = header_text(cells)
        places: dict[str, int] = {}
        for label, code in form().item_labels[self.table].items():
            if label in text:
                places[code] = min(text.index(label), places.get(code, len(text)))
        items = [i for i in form().items.values() if i.table == self.table and i.item in places]
        siblings = [[places[i.item] for i in items if i.parent == parent] for parent in {i.parent for i in items}]
        return all(group == sorted(group) for group in siblings)

    def _orphans(self) -> None:
        refused = {n.where for n in self.reading.notes}
        placed = {id(cell) for cell in self.reading.placed.values()}
        for line in self.lines:
            numbers = [c for c in printed_values(self._cells(line)) if id(c) not in placed]
            if numbers and line.where not in refused and len(numbers) == len(printed_values(self._cells(line))):
                self._orphan(numbers, line.row)


def read_table(table: str, region: Region, edition: str | None) -> TableReading:
    """Read `table` from the rows of its region; `edition` is what is known where its header is silent."""
    key = (table, edition, look(region)) if region else None
    if plan := known(key):
        return plan.read(region)
    across = form().tables[table]["items_in"] == "header"
    reader = (AcrossReader if across else TableReader)(table, region, edition)
    reading = reader.read()
    if not reader.looked_at_numbers:
        remember(key, region, reading)
    return reading
