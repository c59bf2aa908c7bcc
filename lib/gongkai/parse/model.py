"""What the form says: the types that `parse` hands on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from gongkai.document import Cell, Place, Row
from gongkai.form import Shape

# Rows of a table with their index in the file.
Region = list[tuple[int, Row]]


@dataclass(frozen=True, slots=True)
class Header:
    """A header: index of the line it stands over, and its words.

    `named`: columns that its text names; `exact`: (printed row, column) for each cell that is a
    column's label and nothing else; `words`: its cells normalised; `led`: a heading over the applicant
    columns (申请人情况) is printed before 总计.
    """

    line: int
    named: tuple[str, ...]
    editions: frozenset[str]
    exact: tuple[tuple[int, str], ...]
    words: tuple[str, ...]
    led: bool
    delimited: bool


@dataclass(frozen=True, slots=True)
class Note:
    """Something the reading could not do or had to say. `kind` is declared in `declared/notes.csv`."""

    kind: str
    table: str | None
    where: str
    figures: dict[str, Any]


class Fact(NamedTuple):
    """One cell of the form; see form.md, Facts."""

    table: str
    item: str
    column: str
    value: float | None
    status: str
    unit: str
    printed: str | None
    where: str
    sign: str | None = None
    source: str = ""


# The place of a label that line breaks moved: nothing can be concluded from it.
UNKNOWN = -2


@dataclass(slots=True)
class Line:
    """A printed row of a table: its label as found, the item it was matched to, its value cells.

    `values` are the cells after the label, `pieces` those of following lines that an empty cell at
    a line end may have broken off. `delimited` rows show their empty cells; of the others `lines`
    keeps the cells one a line, `values` those parted by blanks.
    """

    item: str | None
    label: list[Cell]
    values: list[Cell]
    row: int
    delimited: bool
    prefix: list[Cell] = field(default_factory=list)
    lines: list[Cell] = field(default_factory=list)
    pieces: list[list[Cell]] = field(default_factory=list)
    label_at: int = 0
    width: int = 0

    @property
    def label_text(self) -> str:
        return "".join(cell.text for cell in self.label)

    @property
    def where(self) -> str:
        cells = self.label or self.values
        return str(cells[0].place) if cells else ""


@dataclass(slots=True)
class TableReading:
    """How one table was read: what is placed, and the counts that the P rules judge."""

    table: str
    where: str = ""
    present: bool = False
    edition: str | None = None
    markers: frozenset[str] = frozenset()
    shape: Shape = field(default_factory=Shape)
    placed: dict[tuple[str, str], Cell] = field(default_factory=dict)
    money: dict[tuple[str, str], str] = field(default_factory=dict)
    rows_found: int = 0
    rows_unmatched: int = 0
    rows_short: int = 0
    rows_twice: int = 0
    numbers_printed: int = 0
    orphans: int = 0
    header_in_order: bool | None = None
    rows_in_order: bool = True
    certainty: str = "not read"
    doubts: tuple[tuple[str, dict[str, Any]], ...] = ()
    prose: frozenset[int] = frozenset()
    notes: list[Note] = field(default_factory=list)

    def note(self, kind: str, where: str, **figures: Any) -> None:
        self.notes.append(Note(kind, self.table, where, figures))


@dataclass(frozen=True, slots=True)
class Section:
    """A section as printed: its number, heading and prose, tables left out.

    `paragraphs`: (text, place); `cuts`: how many of their sentences a page break had cut in two.
    """

    section: str
    heading: str
    paragraphs: tuple[tuple[str, str], ...]
    where: str
    cuts: int = 0

    @property
    def text(self) -> str:
        return "\n".join(text for text, _ in self.paragraphs)


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose report and of which year, and where either was found."""

    agency: str | None
    agency_from: str | None
    year: int | None
    year_from: str | None
    title: str | None
    other_years: tuple[tuple[str, int], ...] = ()
    page: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """What one file says of a report. `texts`: cells as printed, where they were read in another script."""

    source: str
    identity: Identity
    readings: dict[str, TableReading]
    sections: tuple[Section, ...]
    headings: tuple[str, ...]
    notes: tuple[Note, ...]
    texts: dict[Place, str]


@dataclass(frozen=True, slots=True)
class Report:
    """One report as parsed, before it gets its id."""

    identity: Identity
    edition: str | None
    edition_from: str | None
    markers: frozenset[str]
    shape: Shape
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    headings: tuple[str, ...]
    tables: tuple[TableReading, ...]
    notes: tuple[Note, ...]
    files: int = 1
