"""Word files (.docx, .docm): what Word shows, in reading order, tables with their spans.

One pass of lxml over the main part; automatic numbers, which are not in the text, are computed (ECMA-376, 17.9).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element

from gongkai.document import Cell, Content, Place, Row
from gongkai.readers.container import Package, gap, guarded, joined, marked, refuse
from gongkai.readers.numbering import Numbering, Styles, child, is_on, value, w

_P, _TBL, _TR, _TC, _R, _T, _RPR, _PPR = (w(name) for name in ("p", "tbl", "tr", "tc", "r", "t", "rPr", "pPr"))
_TCPR, _TRPR, _MERGE, _VAL, _DELETED = (w(name) for name in ("tcPr", "trPr", "vMerge", "val", "del"))
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_ALTERNATE, _CHOICE = f"{_MC}AlternateContent", f"{_MC}Choice"
_TEXTS = frozenset({_T, "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"})
_SIGNS = {w("br"): "\n", w("cr"): "\n", w("tab"): "\t", w("ptab"): "\t", w("noBreakHyphen"): "-"}
_PICTURES = frozenset(
    {"{http://schemas.openxmlformats.org/drawingml/2006/main}blip", "{urn:schemas-microsoft-com:vml}imagedata"}
)
# What is not shown: properties, deletions, the origin of what was moved, field codes, the reading above a character.
_SILENT = frozenset(
    map(w, ("pPr", "rPr", "tblPr", "tblGrid", "trPr", "tcPr", "sdtPr", "sdtEndPr", "del", "moveFrom"))
) | frozenset(map(w, ("delText", "instrText", "delInstrText", "rt")))
_SYM, _FIELD, _BOX, _SDT = (w(name) for name in ("sym", "fldChar", "txbxContent", "sdt"))
_PLACEHOLDER = f"{w('sdtPr')}/{w('showingPlcHdr')}"
_IMPORTED = frozenset({w("altChunk"), w("subDoc")})
# A cell with more text than any cell of a form has is a part of the page's layout.
_LONGEST_CELL = 400
_MOST_CELLS, _MOST_COLUMNS, _DEEPEST = 100_000, 1_000, 20

_NOTHING = etree.Element("nothing")
_BLOCKS = frozenset({_P, _TBL}) | _IMPORTED
_ROWS, _CELLS = frozenset({_TR}), frozenset({_TC})
_CONTENT = frozenset({_P, _TBL, _TR, _TC})


def _unwrapped(parent: _Element, wanted: frozenset[str]) -> Iterator[_Element]:
    """The children of those names, also those inside content controls, insertions and the like."""
    for inner in parent:
        tag = inner.tag
        if tag in wanted:
            yield inner
        elif tag == _ALTERNATE:
            yield from _unwrapped(_chosen(inner), wanted)
        elif tag not in _SILENT and tag not in _CONTENT:
            yield from _unwrapped(inner, wanted)


def _chosen(alternate: _Element) -> _Element:
    """The one of several forms of the same content that is read: the first, as a new Word does."""
    choice = child(alternate, _CHOICE)
    return choice if choice is not None else alternate[0] if len(alternate) else alternate


class _Slot(NamedTuple):
    """A cell of a table's grid: its element and its columns, from and to (excluded)."""

    cell: _Element
    start: int
    end: int


def _number(properties: _Element | None, name: str, least: int) -> int:
    return max(int(value(properties, name) or least), least)


def _slots(row: _Element) -> list[tuple[_Slot, str | None]]:
    """The cells of a row with their columns, each with its vertical merge."""
    properties = child(row, _TRPR)
    column = _number(properties, "gridBefore", 0)
    found: list[tuple[_Slot, str | None]] = []
    for cell in _unwrapped(row, _CELLS):
        own = child(cell, _TCPR)
        end = column + _number(own, "gridSpan", 1)
        merge = child(own, _MERGE) if own is not None else None
        if found and value(own, "hMerge", "continue") == "continue":
            found[-1] = (found[-1][0]._replace(end=end), found[-1][1])
        else:
            down = None if merge is None else merge.get(_VAL) or "continue"
            found.append((_Slot(cell, column, end), down))
        column = end
    return found


def _grid(table: _Element) -> Iterator[tuple[int, list[_Slot]]]:
    """(row number, the cells that begin in it) for each row that is shown."""
    open_: dict[int, int] = {}  # first column → end of the cells that may go on below
    number = 0
    for row in _unwrapped(table, _ROWS):
        properties = child(row, _TRPR)
        if is_on(properties, "hidden") or (properties is not None and child(properties, _DELETED) is not None):
            continue
        number += 1
        slots = _slots(row)
        begun = [s for s, merge in slots if merge != "continue" or open_.get(s.start) != s.end]
        open_ = {s.start: s.end for s, merge in slots if merge is not None}
        yield number, begun


class _Paragraph:
    """What a paragraph shows: its text, the text boxes anchored in it, whether there is a picture."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.boxes: list[_Element] = []
        self.picture = False


class _Story:
    """Walks the text of a document and collects its rows."""

    def __init__(self, source: str, styles: Styles, numbering: Numbering) -> None:
        self.source, self.styles, self.numbering = source, styles, numbering
        self.rows: list[Row] = []
        self.paragraphs, self.tables = count(1), count(1)
        self.cells = self.depth = 0
        # For each field around the text: whether its result has begun, which may be paragraphs after its code.
        self.fields: list[bool] = []
        self.style: str | None = None

    def _run(self, run: _Element, into: _Paragraph) -> None:
        """A run, as far as it is not hidden; what is raised or struck through is marked."""
        properties = child(run, _RPR)
        if properties is None:
            properties = _NOTHING
        if self.styles.hides(properties, self.style):
            return
        raised = value(properties, "vertAlign") in {"superscript", "subscript"}
        struck = is_on(properties, "strike") or is_on(properties, "dstrike")
        start = len(into.parts)
        self._inline(run, into)
        if raised or struck:
            into.parts[start:] = [marked("".join(into.parts[start:]), raised, struck)]

    def _inline(self, parent: _Element, into: _Paragraph) -> None:
        """The text inside a paragraph, whatever wraps it."""
        for inner in parent:
            tag = inner.tag
            if tag == _R:
                self._run(inner, into)
            elif tag in _TEXTS:
                if all(self.fields) and inner.text:
                    into.parts.append(inner.text.replace("\n", " "))
            elif tag in _SILENT:
                continue
            elif tag in _SIGNS:
                into.parts.append(_SIGNS[tag] if all(self.fields) else "")
            elif tag == _FIELD:
                self._field(inner.get(w("fldCharType")))
            elif tag == _SYM:
                into.parts.append(_symbol(inner))
            elif tag == _BOX:
                into.boxes.append(inner)
            elif tag == _ALTERNATE:
                self._inline(_chosen(inner), into)
            elif tag != _SDT or inner.find(_PLACEHOLDER) is None:
                into.picture = into.picture or tag in _PICTURES
                self._inline(inner, into)

    def _field(self, kind: str | None) -> None:
        if kind == "begin":
            self.fields.append(False)
        elif kind == "separate" and self.fields:
            self.fields[-1] = True
        elif kind == "end" and self.fields:
            self.fields.pop()

    def read(self, paragraph: _Element) -> tuple[list[str], _Paragraph]:
        """The lines of a paragraph behind its number, and what else is in it."""
        found = _Paragraph()
        properties = child(paragraph, _PPR)
        outer, self.style = self.style, value(properties, "pStyle")
        self._inline(paragraph, found)
        self.style = outer
        # No code of a field goes on in the next paragraph: it is one that was never closed.
        self.fields = [begun for begun in self.fields if begun]
        text = "".join(found.parts).strip()
        mark = child(properties, _RPR) if properties is not None else None
        if properties is None or (not text and mark is not None and child(mark, _DELETED) is not None):
            return text.split("\n"), found
        label = self.numbering.label(properties)
        if label:
            text = label + (gap("0", text) if text[:1].isdigit() else "") + text
        return text.split("\n"), found

    def paragraph(self, element: _Element) -> None:
        lines, found = self.read(element)
        role = "title" if self.styles.is_title(child(element, _PPR)) else ""
        lines = [line for raw in lines if (line := raw.strip())]
        for line in lines or ([""] if found.picture else []):
            place = Place(next(self.paragraphs), None, "", "paragraph")
            self.rows.append(Row((Cell(line, place),), role=role if line else "picture"))
        for box in found.boxes:
            self.flow(box)

    def flow(self, parent: _Element) -> None:
        """Paragraphs and tables in reading order."""
        for block in self.blocks(parent):
            if block.tag == _P:
                self.paragraph(block)
            else:
                self.table(block)

    def blocks(self, parent: _Element) -> Iterator[_Element]:
        for block in _unwrapped(parent, _BLOCKS):
            if block.tag in _IMPORTED:
                refuse(
                    self.source,
                    "正文是引用的另一文件（altChunk），本身没有文字。请用 Word 打开后另存为 .docx 再读。",
                    "its text is another file that it imports (altChunk). "
                    "Open it in Word, save it as .docx and read that file.",
                )
            yield block

    def text(self, parent: _Element) -> str:
        """All text of a cell."""
        lines: list[str] = []
        for block in self.blocks(parent):
            if block.tag == _TBL:
                lines += [self.text(slot.cell) for _, slots in _grid(block) for slot in slots]
            else:
                own, found = self.read(block)
                lines += [*own, *(self.text(box) for box in found.boxes)]
        return joined(lines)

    def table(self, table: _Element) -> None:
        """The rows of a table, or the flow of what a layout table holds."""
        self.depth += 1
        grid = list(_grid(table))
        self._check(grid)
        number = 0 if _is_layout(table) else next(self.tables)
        if number and _parts_figures(grid):
            self._add_rows(grid, number)
        else:
            for _, slots in grid:
                for slot in slots:
                    self.flow(slot.cell)
        self.depth -= 1

    def _add_rows(self, grid: list[tuple[int, list[_Slot]]], number: int) -> None:
        for r, slots in grid:
            cells = tuple(Cell(self.text(s.cell), Place(r, s.start + 1, f"table {number}", "row")) for s in slots)
            if cells:
                spans = tuple((s.start, s.end) for s in slots)
                self.rows.append(Row(cells, delimited=True, spans=spans, table=number))

    def _check(self, grid: list[tuple[int, list[_Slot]]]) -> None:
        self.cells += sum(len(slots) for _, slots in grid)
        wide = any(slot.end > _MOST_COLUMNS for _, slots in grid for slot in slots)
        if wide or self.cells > _MOST_CELLS or self.depth > _DEEPEST:
            refuse(
                self.source,
                f"表格超过 {_MOST_CELLS} 格、{_MOST_COLUMNS} 列或 {_DEEPEST} 层，不是年度报告。请只保存报告部分。",
                f"its tables have more than {_MOST_CELLS} cells, {_MOST_COLUMNS} columns or {_DEEPEST} levels, "
                "which no annual report has. Save the report alone.",
            )


def _symbol(element: _Element) -> str:
    """A character given by its number in a font; Symbol's stand where Unicode has private ones."""
    code = int(element.get(w("char")) or "20", 16)
    return chr(code - 0xF000 if 0xF020 <= code < 0xF080 and element.get(w("font")) == "Symbol" else code)


def _is_layout(table: _Element) -> bool:
    """Whether a table holds a table of more than one cell."""
    return any(sum(1 for _ in inner.iter(_TC)) > 1 for inner in table.iterdescendants(_TBL))


def _parts_figures(grid: list[tuple[int, list[_Slot]]]) -> bool:
    """Whether a table has rows of several cells and no column of prose."""
    several = [slots for _, slots in grid if len(slots) > 1]
    return bool(several) and not any(
        sum(len(t.text or "") for t in slot.cell.iter(_T)) > _LONGEST_CELL for slots in several for slot in slots
    )


def read(data: bytes, source: str) -> Content:
    """The rows of a Word file. Headers, footers, notes and comments are not read. Raises UnreadableFile."""
    with guarded(source):
        package = Package(data, source)
        main = package.main()[1]
        parts = [next(iter(package.related(main, kind).values()), None) for kind in ("styles", "numbering")]
        trees = [package.xml(name) if name else None for name in parts]
        styles = Styles(trees[0])
        body = package.xml(main).find(w("body"))
        story = _Story(source, styles, Numbering(trees[1], styles))
        if body is None:
            raise ValueError("no body")
        story.flow(body)
        return Content(tuple(story.rows), package.meta())
