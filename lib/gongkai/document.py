"""What a file shows and where, before anyone knows what it means: the one intermediate type."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person finds something in a text file: line and cell, counted from 1."""

    line: int
    cell: int | None = None

    def __str__(self) -> str:
        return f"line {self.line}" if self.cell is None else f"line {self.line}, cell {self.cell}"


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of one cell, as printed, and its place."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Row:
    """One printed row. `delimited`: cells are parted by a mark, so that an empty cell shows.

    `opens` and `closes`: the line begins or ends with a delimiter that borders nothing, so that a
    cell may go on over the line end. `open_end`: empty last cells may have vanished with the white
    space at the line's end.
    """

    cells: tuple[Cell, ...]
    delimited: bool = False
    opens: bool = False
    closes: bool = False
    open_end: bool = False

    @property
    def text(self) -> str:
        return " ".join(cell.text.strip() for cell in self.cells if cell.text.strip())

    @property
    def place(self) -> Place:
        return self.cells[0].place


@dataclass(frozen=True, slots=True)
class Document:
    """A file as read: rows in reading order, each a line of prose or a row of a table."""

    source: str
    sha256: str
    format: str
    encoding: str
    rows: tuple[Row, ...] = field(repr=False)
