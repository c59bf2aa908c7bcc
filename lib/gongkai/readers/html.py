"""Web pages, as published and as saved: what a browser shows, in reading order, tables with their spans.

One lxml tree and our own span grid, which keeps the place of every cell; spans as the HTML standard has them
(HTML Living Standard, 4.9.12: rowspan 0 reaches to the end of the row group, and none further; colspan is clamped).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count

from lxml import etree

from gongkai.document import Cell, Content, Place, Row
from gongkai.errors import UnreadableFile
from gongkai.readers.shown import BREAK, Element, mark_lines, strip_hidden, tree

_ROW_GROUPS = {"thead": 0, "tbody": 1, "tfoot": 2}
_SPACE = re.compile(r"[ \t\n\r\f]+")
_BLANKS = "\xa0 \u3000"
# What a picture in a cell says: the cell is not empty, and no number alone.
_PICTURE = "[图片]"
_WIDEST_SPAN = 100
# A cell with more text than any cell of a form has is a part of the page's layout.
_LONGEST_CELL = 400
_MOST_CELLS = 100_000
_LONGEST_META = 300


def _collapsed(line: str) -> str:
    """A line as shown: white space of the source is one blank. `str.split` would also eat blanks that are print."""
    return _SPACE.sub(" ", line).strip(" ")


def _lines(text: str) -> list[str]:
    """The lines of a text that show something."""
    return [shown for line in text.split(BREAK) if (shown := _collapsed(line)).strip(_BLANKS)]


def _cell_text(text: str) -> str:
    """The text of a cell; the lines of one that has several stay apart."""
    words = text.split()
    return "\n".join(_lines(text)) if len(words) > 1 else "".join(words)


def _text(element: Element) -> str:
    """All text of an element (lxml's serialiser is eight times faster than itertext)."""
    return etree.tostring(element, method="text", encoding="unicode", with_tail=False)


def _span(value: str | None, most: int) -> int | None:
    """A span as browsers read it: the digits it begins with, 1 to `most`; None without any."""
    found = re.match(r"\s*\+?(\d{1,9})", value) if value else None
    return min(int(found[1]), most) if found else None


def _table_rows(table: Element) -> Iterator[tuple[int, list[Element]]]:
    """(rows left in the group, cells) for each row, in the order in which a browser shows them."""
    groups: list[tuple[int, list[Element]]] = []
    for child in table:
        if child.tag == "tr":
            if not groups or groups[-1][0] != 1:
                groups.append((1, []))
            groups[-1][1].append(child)
        elif child.tag in _ROW_GROUPS:
            groups.append((_ROW_GROUPS[child.tag], [r for r in child if r.tag == "tr"]))
            if child.tag == "tbody":
                groups.append((1, []))
    for _, rows in sorted(groups, key=lambda group: group[0]):
        for k, row in enumerate(rows):
            yield len(rows) - k, [c for c in row if c.tag in {"td", "th"}]


def _is_layout(table: Element) -> bool:
    """Whether a table holds tables that are more than a frame around one figure."""
    for inner in table.iterdescendants("table"):
        cells = sum(1 for _ in inner.iterdescendants("td", "th"))
        if cells > 1 or len(_text(inner)) > _LONGEST_CELL:
            return True
    return False


def _is_long(row: Row) -> bool:
    return any(len(cell.text) > _LONGEST_CELL for cell in row.cells)


def _alone(row: Row) -> bool:
    """Whether the row shows one cell, as where a whole report stands in one table."""
    return sum(bool(cell.text) for cell in row.cells) == 1


def _as_prose(row: Row) -> list[Row]:
    return [Row((Cell(line, row.place),)) for cell in row.cells for line in cell.text.split("\n") if line]


class _Page:
    """Walks a page and collects its rows."""

    def __init__(self, root: Element, source: str) -> None:
        self.source = source
        self.rows: list[Row] = []
        self.buffer: list[tuple[str, str]] = []
        self.paragraphs = count(1)
        self.tables = count(1)
        self.cells = 0
        # Elements with something in them that is more than text; the others are read in one piece.
        self.mixed: set[Element] = set()
        for special in root.iter("table", "img", "a", "h1"):
            element: Element | None = special
            while element is not None and element not in self.mixed:
                self.mixed.add(element)
                element = element.getparent()

    def flush(self) -> None:
        """End the paragraphs of the flow so far."""
        line: list[tuple[str, str]] = []
        for text, role in [*self.buffer, (BREAK, "")]:
            first, *more = text.split(BREAK)
            line.append((first, role))
            for part in more:
                self.paragraph(line)
                line = [(part, role)]
        self.buffer = []

    def paragraph(self, parts: list[tuple[str, str]]) -> None:
        """A line of prose; it has a role if all its text has it."""
        text = _collapsed("".join(text for text, _ in parts)).strip(_BLANKS)
        if text:
            roles = {role for text, role in parts if text.strip()}
            place = Place(next(self.paragraphs), None, "", "paragraph")
            self.rows.append(Row((Cell(text, place),), role=roles.pop() if len(roles) == 1 else ""))

    def flow(self, element: Element, role: str = "") -> None:
        """The content of an element in reading order."""
        self.buffer.append((element.text or "", role))
        for child in element:
            tag = child.tag
            if child not in self.mixed:
                self.buffer.append((_text(child), role))
            elif tag == "img":
                self.picture()
            elif tag == "table":
                self.flush()
                self.table(child)
            else:
                self.flow(child, {"a": "link", "h1": "title"}.get(str(tag), role))
            self.buffer.append((child.tail or "", role))

    def picture(self) -> None:
        self.flush()
        place = Place(next(self.paragraphs), None, "", "paragraph")
        self.rows.append(Row((Cell("", place),), role="picture"))

    def table(self, table: Element) -> None:
        """The rows of a table; of one that parts the page and not figures, what flows in it."""
        start = len(self.rows)
        if not _is_layout(table):
            self.grid(table)
            made = self.rows[start:]
            del self.rows[start:]
            if any(len(row.cells) > 1 for row in made) and all(_alone(row) for row in made if _is_long(row)):
                self.rows += [part for row in made for part in (_as_prose(row) if _is_long(row) else [row])]
                return
        for cell in table.iter("caption", "td", "th"):
            if next(cell.iterancestors("table")) is table:
                self.flow(cell)
                self.flush()

    def grid(self, table: Element) -> None:
        """The rows of a table with the grid columns of each cell."""
        number = next(self.tables)
        within = f"table {number}"
        taken: dict[int, int] = {}  # column → rows of the group into which a cell from above still reaches
        for r, (left, cells) in enumerate(_table_rows(table), 1):
            found: list[Cell] = []
            spans: list[tuple[int, int]] = []
            begun: dict[int, int] = {}
            column = 0
            for cell in cells:
                while column in taken:
                    column += 1
                across, down = cell.get("colspan"), cell.get("rowspan")
                end = column + ((_span(across, _WIDEST_SPAN) or 1) if across else 1)
                rows = _span(down, left) if down else 1
                if rows != 1 and left > 1:
                    begun.update(dict.fromkeys(range(column, end), rows or (left if rows == 0 else 1)))
                text = _cell_text(_text(cell))
                if cell in self.mixed and next(cell.iter("img"), None) is not None:
                    text = f"{text}{_PICTURE}"
                found.append(Cell(text, Place(r, column + 1, within, "row")))
                spans.append((column, end))
                column = end
            taken = {k: n - 1 for k, n in (taken | begun).items() if n > 1} if left > 1 else {}
            if found:
                self.rows.append(Row(tuple(found), delimited=True, spans=tuple(spans), table=number))
            self.cells += len(found)
            if self.cells > _MOST_CELLS:
                raise UnreadableFile(
                    self.source,
                    f"网页表格超过 {_MOST_CELLS} 格，不是年度报告。请只保存报告部分。",
                    f"its tables have more than {_MOST_CELLS} cells, which no report has. Save the report alone.",
                )


def _meta(root: Element) -> dict[str, str]:
    """What the page says of itself: its title, its `meta` fields by name, its canonical address."""
    found: dict[str, str] = {}
    for element in root.iter("title", "meta", "link"):
        name, text = element.get("name") or element.get("property"), element.get("content")
        if element.tag == "title":
            name, text = "title", element.text
        elif element.tag == "link":
            name, text = ("canonical", element.get("href")) if element.get("rel") == "canonical" else (None, None)
        if name and text and text.strip() and len(text) <= _LONGEST_META:
            found.setdefault(name, " ".join(text.split()))
    return found


def read(data: bytes, source: str) -> Content:
    """The rows of a page as a browser shows it without running anything. Raises UnreadableFile."""
    root, encoding = tree(data, source)
    meta = _meta(root)
    strip_hidden(root, data)
    body = root.find("body")
    body = root if body is None else body
    mark_lines(body, nested=any(True for _ in body.iterfind(".//table//table")))
    page = _Page(body, source)
    page.flow(body)
    page.flush()
    return Content(tuple(page.rows), meta, {}, encoding)
