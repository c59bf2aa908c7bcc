"""Workbooks (.xlsx, .xlsm): what their visible sheets show; rows of several cells are tables, lone cells prose.

The cells are read with lxml out of the checked container, what they mean (dates, formats, coordinates) with openpyxl,
whose own loader would fill merged and linked ranges cell by cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, time
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from lxml.etree import _Element

from gongkai.document import Cell, Content, Place, Row
from gongkai.readers.container import Package, guarded, joined, marked, refuse

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ON = {"1", "true"}
_V, _F, _R, _T, _IS = (S + name for name in ("v", "f", "r", "t", "is"))


class Book(NamedTuple):
    """What the sheets of a workbook share. `stale`: the results of formulas are to be worked out anew."""

    strings: list[str]
    formats: list[str]
    bordered: list[bool]
    epoch: datetime
    stale: bool


# Python reads more as a number than Excel writes: 1_000, inf.
_NUMBER = re.compile(r"-?[0-9]*\.?[0-9]+(?:[Ee][+-]?[0-9]{1,3})?")
_FORMAT = re.compile(
    r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|_.|\*.|\[\$(?P<currency>[^\]-]*)[^\]]*\]|\[[^\]]*\]'
    r"|(?P<digits>General|[0#?][0#?,.]*%?)|(?P<other>.)"
)


def _formatted(number: str, form: str) -> str:
    """A number with the words that its format prints around it (251000元).

    A format that shows another number (in thousands, as a fraction, on conditions) is named beside it, so that
    the cell is not read as a number that nobody sees.
    """
    section = re.sub(r"E[+-]0+", "", form.partition(";")[0])
    tokens = list(_FORMAT.finditer(section))
    digits = [t["digits"] for t in tokens if t["digits"]]
    if section in {"@", ""}:
        return number
    if len(digits) != 1 or digits[0].endswith(",") or re.search(r"\[[<>=]", form):
        return f"{number} [{form}]"
    words = [number if t["digits"] else t["quoted"] or t["escaped"] or t["currency"] or t["other"] for t in tokens]
    return "".join(word for word in words if word).strip()


def shown(value: float, form: str) -> str:
    """A number as text under its format, in full and never rounded; a per cent format shows per cent."""
    # Excel shows no more than 15 digits: 0.1 + 0.2 is 0.3 there.
    number = Decimal(f"{value:.15g}")
    percent = "%" in re.sub(r'"[^"]*"', "", form)
    text = f"{(number * 100 if percent else number):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return _formatted(text + ("%" if percent else ""), form)


def _rich(element: _Element) -> str:
    """The text of a string, without the readings above it; what is raised or struck through is marked."""
    parts = [element.findtext(_T) or ""]
    for run in element.findall(_R):
        align, strike = run.find(f"{S}rPr/{S}vertAlign"), run.find(f"{S}rPr/{S}strike")
        raised = align is not None and align.get("val") in {"superscript", "subscript"}
        parts.append(marked(run.findtext(_T) or "", raised, strike is not None and strike.get("val", "1") in ON))
    return "".join(parts)


def cell_text(cell: _Element, book: Book) -> str:
    """What a cell shows. A formula without its result shows itself, as it would else be an empty cell.

    Libraries that write formulas leave 0 for a result and ask for all to be worked out anew.
    """
    from openpyxl.styles.numbers import is_date_format
    from openpyxl.utils.datetime import from_excel

    kind, value = cell.get("t", "n"), cell.findtext(_V)
    if cell.find(_F) is not None and (not value or (book.stale and value == "0")) and (kind != "str" or value is None):
        return f"={cell.findtext(_F) or '…'}"
    if kind == "inlineStr":
        inline = cell.find(_IS)
        return _rich(inline) if inline is not None else ""
    if not value or kind in {"str", "e", "d"}:
        return (value or "").removesuffix("T00:00:00")
    if kind == "b":
        return "TRUE" if int(value) else "FALSE"
    if kind == "s":
        if not value.isdecimal():
            raise ValueError("no number of a string")
        return book.strings[int(value)]
    if not _NUMBER.fullmatch(value):
        return value
    style = int(cell.get("s") or 0)
    form = book.formats[style] if style else "General"
    if not form.strip(";"):
        return ""
    if is_date_format(form):
        date = from_excel(float(value), book.epoch)
        return str(date.date() if isinstance(date, datetime) and date.time() == time() else date)
    return shown(float(value), form)


def read_book(package: Package, main: str) -> Book:
    from openpyxl.styles.numbers import BUILTIN_FORMATS
    from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

    trees = [package.xml(n) for kind in ("sharedStrings", "styles") for n in package.related(main, kind).values()]
    forms = {int(f.get("numFmtId") or 0): f.get("formatCode") or "" for t in trees for f in t.iter(S + "numFmt")}
    drawn = [any(side.get("style", "none") != "none" for side in b) for t in trees for b in t.iterfind(f"{S}borders/*")]
    styles = [xf for t in trees for xf in t.iterfind(f"{S}cellXfs/{S}xf")]
    numbers = [int(xf.get("numFmtId") or 0) for xf in styles]
    borders = [int(xf.get("borderId") or 0) for xf in styles]
    settings, count = package.xml(main).find(S + "workbookPr"), package.xml(main).find(S + "calcPr")
    return Book(
        [_rich(item) for t in trees for item in t.iterfind(S + "si")],
        [forms.get(n) or BUILTIN_FORMATS.get(n, "General") for n in numbers],
        [drawn[b] if b < len(drawn) else False for b in borders],
        MAC_EPOCH if settings is not None and settings.get("date1904") in ON else WINDOWS_EPOCH,
        count is not None and count.get("fullCalcOnLoad") in ON,
    )


from lxml.etree import _Element

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
                writer.rows.append(Row((Cell(sheet.name, place),)))
            if not sheet.rows and picture:
                writer.rows.append(Row((Cell("", place),), role="picture"))
            writer.sheet(sheet)
        return Content(tuple(writer.rows), package.meta())
