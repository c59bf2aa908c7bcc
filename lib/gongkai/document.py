"""What a file shows and where, before anyone knows what it means: the one intermediate type."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Place(NamedTuple):
    """Where a person finds something in a file, counted from 1.

    `line` and `cell` are a line and the cell in it; in a table the row and its column, and `within`
    says in which (`page 3, table 2`); `kind` says what is counted (line, paragraph, row).
    """

    line: int
    cell: int | None = None
    within: str = ""
    kind: str = "line"

    def __str__(self) -> str:
        inside = f"{self.within}, " if self.within else ""
        if self.cell is None:
            return f"{inside}{self.kind} {self.line}"
        return f"{inside}{self.kind} {self.line}, {'column' if self.kind == 'row' else 'cell'} {self.cell}"


class Cell(NamedTuple):
    """The text of one cell, as printed, and its place."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Row:
    """One printed row. `delimited`: cells are parted by a mark, so that an empty cell shows.

    `opens` and `closes`: the line begins or ends with a delimiter that borders nothing, so that a
    cell may go on over the line end. `open_end`: empty last cells may have vanished with the white
    space at the line's end.

    `spans`: where the file itself says how wide its cells are, the grid columns of each cell, from
    and to (excluded), from 0. A cell that covers several rows is a cell of the first of them only,
    so that there are gaps. `table`: the number of that table in the file, from 1; 0 outside tables.
    `role`: what the file says the row is: `title`, `link`, `sheet` (the name of one), `picture` (a
    table or page that is one), `unsure` (two ways of reading it differ) or nothing.
    """

    cells: tuple[Cell, ...]
    delimited: bool = False
    opens: bool = False
    closes: bool = False
    open_end: bool = False
    spans: tuple[tuple[int, int], ...] = ()
    table: int = 0
    role: str = ""

    @property
    def text(self) -> str:
        return " ".join(cell.text.strip() for cell in self.cells if cell.text.strip())

    @property
    def place(self) -> Place:
        return self.cells[0].place


class Box(NamedTuple):
    """A rectangle on a page, in points from its upper left corner; `page` from 1."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float


class Content(NamedTuple):
    """What a reader finds in a file's bytes; see Document for the fields."""

    rows: tuple[Row, ...]
    meta: dict[str, str] = {}
    boxes: dict[str, Box] = {}
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A file as read: rows in reading order, each a line of prose or a row of a table.

    `meta`: what the file says of itself, by the names it uses (title, ArticleTitle, PubDate).
    `boxes`: where cells are drawn, by `str(place)`, for files that are drawn.
    """

    source: str
    sha256: str
    format: str
    encoding: str
    rows: tuple[Row, ...] = field(repr=False)
    meta: dict[str, str] = field(default_factory=dict, repr=False)
    boxes: dict[str, Box] = field(default_factory=dict, repr=False)
