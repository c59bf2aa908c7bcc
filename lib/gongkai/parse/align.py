"""Which column each value of a printed row belongs to, or why that cannot be known."""

from __future__ import annotations

from dataclasses import dataclass

from gongkai.cells import is_value
from gongkai.document import Cell, Row
from gongkai.parse.model import UNKNOWN, Line


@dataclass(frozen=True, slots=True)
class Aligned:
    """The cells in column order (None: not printed). `reason` says why there are none.

    `offset` is the place of the first column in the printed row, for rows where it is certain.
    """

    cells: list[Cell | None] | None
    reason: str = ""
    offset: int | None = None
    readings: int = 1


def _blank(cell: Cell) -> bool:
    return not cell.text.strip()


def readings(values: list[Cell], n: int, stripped: bool) -> dict[int, list[Cell | None]]:
    """Every way to read a row of `n` columns: leading blanks left out → the cells.

    Empty cells before the first and after the last printed one may be columns or what a lost merged
    cell left behind; those between are columns. With `stripped`, empty cells at the row's end may
    have vanished. A row of blanks reads the same however it is cut.
    """
    filled = [k for k, cell in enumerate(values) if not _blank(cell)]
    if not filled:
        return {0: list(values[:n])} if len(values) >= n else {}
    first, last = filled[0], filled[-1]
    found: dict[int, list[Cell | None]] = {}
    for skip in range(first + 1):
        end = skip + n
        if last < end and (end <= len(values) or stripped):
            body: list[Cell | None] = list(values[skip : min(end, len(values))])
            # A blank that the file no longer shows is still a blank cell of a row that shows cells.
            place = values[-1].place
            found[skip] = body + [Cell("", place) for _ in range(n - len(body))]
    return found


def _rejoined(line: Line, n: int) -> list[Cell | None] | None:
    """The row with the lines that empty cells broke off, if that gives exactly `n` cells.

    `4|0|` and `|0|0|0|4` are one row whose third cell is empty: the bar that ends a line and the one
    that opens the next are the two borders of that cell.
    """
    joined = list(line.values)
    for piece in line.pieces:
        if not joined or not _blank(joined[-1]) or not _blank(piece[0]):
            return None
        joined = joined[:-1] + piece
    if len(joined) == n + 1 and _blank(joined[-1]):
        joined = joined[:-1]
    return list(joined) if line.pieces and len(joined) == n else None


def _cut_at_width(line: Line, n: int, width: int) -> list[Cell | None] | None:
    """The row if a label more than usual pushed its last values past the table's width.

    The values that stand there fill the columns from the first; what was pushed out is None.
    """
    pushed = line.label_at + 1 + n - width
    fits = len(line.values)
    if line.label_at < 1 or line.width != width or pushed < 1 or fits != n - pushed or fits < 1:
        return None
    if any(_blank(cell) for cell in line.values):
        return None
    return [*line.values, *[None] * pushed]


def _undelimited(line: Line, n: int) -> Aligned:
    """Cells that only line ends or blanks part: certain if they are just as many as the columns."""
    ways = {tuple(c.text for c in way): way for way in (line.lines, line.values) if len(way) == n}
    if len(ways) == 1:
        return Aligned(list(next(iter(ways.values()))))
    count = len(line.values)
    return Aligned(None, "ambiguous" if ways else "short" if count < n else "long", readings=max(1, len(ways)))


@dataclass(frozen=True, slots=True)
class Grid:
    """What the delimited rows of a table have in common.

    `width`: cells of the widest row; `even`: nearly all rows are as wide, so that a narrower one has
    lost cells; `stripped`: empty cells at line ends may have vanished.
    """

    width: int
    even: bool
    stripped: bool


# One row in five may be cut without making the table uneven.
_EVEN = 0.8


def grid_of(rows: list[Row]) -> Grid:
    """The common shape of delimited rows."""
    widths = [len(row.cells) for row in rows if row.delimited]
    width = max(widths, default=0)
    shown = any(len(row.cells) > 1 and not row.cells[-1].text for row in rows if row.delimited)
    open_end = any(row.open_end for row in rows if row.delimited)
    return Grid(width, bool(widths) and widths.count(width) >= _EVEN * len(widths), open_end and not shown)


def _shown_in_full(line: Line, n: int, grid: Grid) -> bool:
    """Whether no cell of the row can have been lost, so that its empty cells say which are empty."""
    return line.width == grid.width if grid.even else len(line.values) == n


def align(line: Line, n: int, grid: Grid) -> Aligned:
    """The `n` columns of `line`. Never guesses; see Aligned.reason."""
    if not line.delimited:
        return _undelimited(line, n)
    ways = readings(line.values, n, grid.stripped)
    distinct = {tuple((c.text, str(c.place)) if c and not _blank(c) else None for c in way) for way in ways.values()}
    if len(distinct) == 1:
        skip, cells = next(iter(ways.items()))
        filled = sum(c is not None and not _blank(c) for c in cells)
        if filled == n or _shown_in_full(line, n, grid):
            known = filled and line.label_at != UNKNOWN
            return Aligned(cells, offset=line.label_at + 1 + skip if known else None)
    if distinct:
        return Aligned(None, "ambiguous", readings=len(distinct))
    joined = _rejoined(line, n)
    if joined is not None:
        return Aligned(joined)
    cut = _cut_at_width(line, n, grid.width)
    if cut is not None:
        return Aligned(cut, "cut")
    filled = sum(not _blank(cell) for cell in line.values)
    return Aligned(None, "long" if filled > n else "short")


def at_offset(line: Line, n: int, offset: int, stripped: bool) -> list[Cell | None] | None:
    """The reading of an ambiguous row whose first column stands at `offset`, if it is one."""
    return readings(line.values, n, stripped).get(offset - line.label_at - 1)


def printed_values(cells: list[Cell]) -> list[Cell]:
    """The cells that hold a number or a dash."""
    return [cell for cell in cells if is_value(cell.text)]
