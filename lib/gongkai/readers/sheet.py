"""Workbooks (.xlsx, .xlsm): what their visible sheets show; rows of several cells are tables, lone cells prose.

The cells are read with lxml out of the checked container, what they mean (dates, formats, coordinates) with openpyxl,
whose own loader would fill merged and linked ranges cell by cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from lxml.etree import _Element

from gongkai.document import Cell, Content, Place, Row
from gongkai.readers.container import Package, guarded, joined, refuse
from gongkai.readers.values import ON, Book, S, cell_text, read_book

_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ROW, _C = S + "row", S + "c"
# A report in a workbook has some hundred rows, and the widest table of the form 15 columns.
_LAST_ROW, _LAST_COLUMN, _MOST_CELLS = 20_000, 256, 100_000
_LONGEST_LABEL = 60
_SENTENCE = re.compile(r"。|[；！？]$")


class _Area(NamedTuple):
    """A cell, perhaps merged: its text, its first row and column and its last."""

    text: str
    top: int
    left: int
    bottom: int
    right: int


class _Sheet:
    """What a sheet shows: for each row, the areas in it by column and the columns that borders are drawn around."""

    def __init__(self, root: _Element, name: str, book: Book, source: str) -> None:
        self.name, self.source = name, source
        self.rows: dict[int, dict[int, _Area]] = {}
        self.drawn: dict[int, set[int]] = {}
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        for column in root.iter(S + "col"):
            if column.get("hidden") in ON or column.get("width") == "0":
                last = min(int(column.get("max") or 0), _LAST_COLUMN)
                self.hidden_columns.update(range(int(column.get("min") or 1), last + 1))
        texts: dict[tuple[int, int], str] = {}
        for r, c, cell in self._cells(root):
            if text := cell_text(cell, book).strip():
                self.check(r, c, len(texts))
                texts[r, c] = text
            style = int(cell.get("s") or 0)
            if style and book.bordered[style] and r <= _LAST_ROW and c <= _LAST_COLUMN:
                self.drawn.setdefault(r, set()).add(c)
        self._place(root, texts)

    def _cells(self, root: _Element) -> Iterator[tuple[int, int, _Element]]:
        """(row, column, element) of each cell; those without a coordinate follow the one before."""
        from openpyxl.utils.cell import coordinate_to_tuple

        seen: set[tuple[int, int]] = set()
        r = 0
        for row in root.iter(_ROW):
            r, c = int(row.get("r") or r + 1), 0
            if row.get("hidden") in ON or row.get("ht") in {"0", "0.0"}:
                self.hidden_rows.add(r)
            for cell in row.iterchildren(_C):
                at, c = coordinate_to_tuple(cell.get("r")) if cell.get("r") else (r, c + 1)
                if at != r or (r, c) in seen:
                    raise ValueError("a cell in another row, or two in one place")
                seen.add((r, c))
                yield r, c, cell

    def check(self, r: int, c: int, cells: int) -> None:
        if r > _LAST_ROW or c > _LAST_COLUMN or cells > _MOST_CELLS:
            refuse(
                self.source,
                f"工作表“{self.name}”第 {r} 行第 {c} 列仍有内容，或超过 {_MOST_CELLS} 格。请只保留报告部分。",
                f"sheet {self.name} goes on in row {r}, column {c} or has more than {_MOST_CELLS} cells, "
                "which no annual report has. Save the report alone.",
            )

    def _place(self, root: _Element, texts: dict[tuple[int, int], str]) -> None:
        """Put the cells, merged ones first, where they are visible; ranges are cut where the sheet's use ends."""
        from openpyxl.utils.cell import range_boundaries

        used = [*texts, *((r, c) for r, columns in self.drawn.items() for c in columns)]
        last_row, last_column = max((r for r, _ in used), default=0), max((c for _, c in used), default=0)
        inside: set[tuple[int, int]] = set()
        for merge in root.iter(S + "mergeCell"):
            left, top, right, bottom = range_boundaries(merge.get("ref"))
            rows, columns = range(top, min(bottom, last_row) + 1), range(left, min(right, last_column) + 1)
            self.check(1, 1, len(inside) + len(rows) * len(columns))
            places = {(r, c) for r in rows for c in columns}
            if places & inside:
                raise ValueError("merged cells that overlap")
            inside |= places
            seen = sorted((r, c) for r, c in places if r not in self.hidden_rows and c not in self.hidden_columns)
            for r, c in seen:
                area = _Area(texts.get((top, left), ""), *seen[0], *seen[-1])
                self.rows.setdefault(r, {})[c] = area
        for (r, c), text in texts.items():
            if (r, c) not in inside and r not in self.hidden_rows and c not in self.hidden_columns:
                self.rows.setdefault(r, {})[c] = _Area(text, r, c, r, c)

    def starts(self, r: int) -> list[_Area]:
        """What is printed in a row and begins there."""
        areas = self.rows.get(r, {})
        return [area for c, area in sorted(areas.items()) if area.text and (area.top, area.left) == (r, c)]

    def lone(self, r: int) -> bool:
        """Whether one cell is all that is printed in a row, and neither it nor another goes on over several rows."""
        return len(self.starts(r)) == 1 and all(a.top == a.bottom for a in self.rows[r].values() if a.text)

    def columns(self, r: int) -> set[int]:
        return set(self.rows.get(r, ())) | self.drawn.get(r, set()) - self.hidden_columns

    def runs(self) -> Iterator[list[int]]:
        """Rows that stand together, with nothing empty between them."""
        run: list[int] = []
        for r in sorted({*self.rows, *self.drawn} - self.hidden_rows):
            if run and any(k not in self.hidden_rows for k in range(run[-1] + 1, r)):
                yield run
                run = []
            run.append(r)
        yield run


def _prose(sheet: _Sheet, run: list[int]) -> set[int]:
    """The rows of a run that are no row of a table, though they may stand right above or below one.

    A lone cell is a table's where borders go around it or others beside it; without any borders, where it stands
    below a row of several cells and is no sentence.
    """
    several = [r for r in run if len(sheet.starts(r)) > 1]
    boxed = any(sheet.drawn.get(r) for r in several)
    found = set()
    for r in run:
        if sheet.lone(r):
            (area,) = sheet.starts(r)
            beside = sheet.drawn.get(r, set()) - set(range(area.left, area.right + 1))
            said = len(area.text) > _LONGEST_LABEL or bool(_SENTENCE.search(area.text))
            apart = not sheet.drawn.get(r) if boxed else not several or r < several[0]
            if not beside and (said or apart):
                found.add(r)
    return found


def _tables(sheet: _Sheet, rows: list[int]) -> Iterator[list[int]]:
    """The tables among rows that stand together: a lone cell begins another where what follows is wider."""
    parts: list[list[int]] = []
    for r in rows:
        if not parts or (sheet.lone(r) and r != rows[-1]):
            parts.append([])
        parts[-1].append(r)
    table: list[int] = []
    width: set[int] = set()
    for part in parts:
        columns = set().union(*map(sheet.columns, part))
        wider = bool(width) and not (min(width) <= min(columns) and max(columns) <= max(width))
        if wider and not all(map(sheet.lone, table)):
            yield table
            table, width = [], set()
        table, width = table + part, width | columns
    yield table


class _Writer:
    """Collects the rows of the sheets."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.tables = 0

    def sheet(self, sheet: _Sheet) -> None:
        for run in sheet.runs():
            prose = _prose(sheet, run)
            for is_prose, group in groupby(run, key=prose.__contains__):
                if is_prose:
                    self.lines(sheet, list(group))
                else:
                    for table in _tables(sheet, list(group)):
                        self.table(sheet, table)

    def lines(self, sheet: _Sheet, rows: list[int]) -> None:
        for r in rows:
            for area in sheet.starts(r):
                place = Place(r, area.left, f"sheet {sheet.name}", "row")
                self.rows += [Row((Cell(line.strip(), place),)) for line in area.text.split("\n") if line.strip()]

    def table(self, sheet: _Sheet, rows: list[int]) -> None:
        if not any(map(sheet.starts, rows)):
            return
        self.tables += 1
        used = set().union(*map(sheet.columns, rows))
        width = [c for c in range(min(used), max(used) + 1) if c not in sheet.hidden_columns]
        for r in rows:
            areas = [sheet.rows.get(r, {}).get(c) or _Area("", r, c, r, c) for c in width]
            begun = [a for c, a in zip(width, areas, strict=True) if (a.top, a.left) == (r, c)]
            cells = [Cell(joined(a.text.split("\n")), Place(r, a.left, f"sheet {sheet.name}", "row")) for a in begun]
            if cells:
                spans = tuple((a.left - 1, a.right) for a in begun)
                self.rows.append(Row(tuple(cells), delimited=True, spans=spans, table=self.tables))
        sheet.check(1, 1, len(self.rows) * len(width))


def read(data: bytes, source: str) -> Content:
    """The rows of a workbook's visible sheets. Raises UnreadableFile."""
    with guarded(source):
        package = Package(data, source)
        main = package.main()[1]
        parts, book, writer = set(package.related(main, "worksheet").values()), read_book(package, main), _Writer()
        visible = [s for s in package.xml(main).iter(S + "sheet") if s.get("state", "visible") == "visible"]
        inside = package.related(main)
        # A sheet of another kind (a chart) is a part as well; one that is no part at all is missing.
        named = [(s.get("name") or "", inside[s.get(_ID) or ""]) for s in visible]
        roots = [(name, package.xml(part)) for name, part in named if part in parts]
        sheets = [(_Sheet(root, name, book, source), root.find(S + "drawing") is not None) for name, root in roots]
        sheets = [(sheet, picture) for sheet, picture in sheets if sheet.rows or picture]
        for k, (sheet, picture) in enumerate(sheets, 1):
            place = Place(k, None, "", "sheet")
            if len(sheets) > 1:
                writer.rows.append(Row((Cell(sheet.name, place),), role="sheet"))
            if not sheet.rows and picture:
                writer.rows.append(Row((Cell("", place),), role="picture"))
            writer.sheet(sheet)
        return Content(tuple(writer.rows), package.meta())
