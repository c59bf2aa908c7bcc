"""Settle rows that their own cells leave open: by the header over them, and by what it repeats."""

from __future__ import annotations

from gongkai.cells import plain, read_number
from gongkai.document import Row
from gongkai.form import form
from gongkai.parse.align import Aligned, Grid, at_offset
from gongkai.parse.headers import column_codes, first_column, is_header, spans
from gongkai.parse.model import UNKNOWN, Line, Region


def misses_total(table: str, columns: tuple[str, ...], found: Aligned) -> bool:
    """Whether a row does not add to its total.

    In a file that drops empty cells, such a row may hold a page number in place of one of them.
    """
    whole = [c for c in columns if form().columns[table, c].sum_of]
    if found.cells is None or len(whole) != 1:
        return False
    values = {c: read_number(x.text).value or 0.0 for c, x in zip(columns, found.cells, strict=True) if x}
    return 2 * values.get(whole[0], 0.0) != sum(values.values())


class Settler:
    """Knows the rows of a table's region, to look up the header over a line."""

    def __init__(self, table: str, region: Region, grid: Grid) -> None:
        self.table = table
        self.region = region
        self.grid = grid
        self.rows_at = dict(region)
        self.headers = [(i, row) for i, row in region if is_header(row, table)]

    def _above(self, line: Line) -> list[Row]:
        """The header rows over a line, the nearest last."""
        return [row for i, row in self.headers if i < line.row]

    def repeats(self) -> bool:
        """Whether a header row repeats a column, as where a merged cell is printed in all it covered."""
        codes = [[c for c in column_codes(row, self.table) if c] for _, row in self.headers]
        return any(len(set(found)) < len(found) for found in codes)

    def stands_in_line(self, tried: list[tuple[Line, tuple[str, ...]]], aligned: list[Aligned | None]) -> bool:
        """Whether values stand under their headers, because the grid kept its merged cells.

        Then labels of one level (一、, （一）, 1.) stand under each other, the deepest of them just left
        of the first value column, and rows that are certain in themselves (one at least) under it.
        """
        levels: dict[int, int] = {}
        starts: set[int | None] = set()
        agree: list[bool] = []
        for (line, columns), found in zip(tried, aligned, strict=True):
            if line.item is None or found is None or not line.delimited:
                continue
            if levels.setdefault(form().items[self.table, line.item].level, line.label_at) != line.label_at:
                return False
            start = first_column(self._above(line), self.table, columns)
            starts.add(start)
            if found.offset is not None:
                agree.append(found.offset == start)
        return any(agree) and all(agree) and starts == {max(levels.values()) + 1}

    def by_header(self, line: Line, columns: tuple[str, ...], found: Aligned) -> Aligned:
        """Settle an ambiguous row by its header; only where `stands_in_line`."""
        if found.reason != "ambiguous" or not line.delimited or line.label_at == UNKNOWN:
            return found
        if line.width < self.grid.width and not self.grid.stripped:
            return found
        start = first_column(self._above(line), self.table, columns)
        cells = at_offset(line, len(columns), start, self.grid.stripped) if start is not None else None
        return Aligned(cells) if cells else found

    def unrepeated(self, line: Line, columns: tuple[str, ...]) -> Aligned | None:
        """A row that repeats a merged value over its span, as the header repeats the column's label.

        None where the header repeats nothing.
        """
        row = self.rows_at[line.row]
        above = [r for r in reversed(self._above(line)) if len(r.cells) == len(row.cells)]
        header = next((r for r in above if set(columns) & set(column_codes(r, self.table))), None)
        places = spans(header, self.table, columns) if header else None
        if not line.delimited or places is None:
            return None
        picked = [[row.cells[k] for k in places[c]] for c in columns]
        if any(len({plain(c.text) for c in cells}) != 1 for cells in picked):
            return Aligned(None, "ambiguous")
        # What is repeated is printed once: the count of numbers goes by what is left.
        line.values = [cells[0] for cells in picked]
        return Aligned(list(line.values))
