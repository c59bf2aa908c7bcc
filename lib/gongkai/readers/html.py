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
from gongkai.readers.encoding import decode

_Element = etree._Element

_INVISIBLE = ("script", "style", "noscript", "template", "select", "object", "svg", "iframe", "button")
# Elements that begin and end a line (HTML Living Standard, 15.3); unknown ones are inline.
_BLOCKS = (
    "address", "article", "aside", "blockquote", "br", "caption", "center", "dd", "details", "dir", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "legend", "li", "main", "menu", "nav", "ol", "option", "p", "pre", "section", "summary", "ul",
)  # fmt: skip
_ROW_GROUPS = {"thead": 0, "tbody": 1, "tfoot": 2}
_HIDING_WORDS = (b"display", b"visibility", b"mso-hide", b"hidden")
_MAY_HIDE = etree.XPath(
    "//*[@hidden or contains(translate(@style, 'NOEHIDAL', 'noehidal'), 'none') or @class"
    " or contains(translate(@style, 'NOEHIDAL', 'noehidal'), 'hid')]"
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_HIDING_CLASS = re.compile(r"\.([\w-]+)\s*\{[^{}]*display\s*:\s*none", re.IGNORECASE)
# Where a line ends; no other white space of HTML does.
_BREAK = "\u2028"
_SPACE = re.compile(r"[ \t\n\r\f]+")
_BLANKS = "\xa0 \u3000"
# What a cell that shows a picture and no text says: it is not empty.
_PICTURE = "[图片]"
_WIDEST_SPAN = 100
# A cell with more text than any cell of a form has is a part of the page's layout.
_LONGEST_CELL = 400
_MOST_CELLS = 100_000
_LONGEST_META = 300


def _tree(data: bytes, source: str) -> tuple[_Element, str]:
    content, encoding = decode(data, source)
    body = data if encoding == "utf-8" else content.encode("utf-8", "replace")
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    root = etree.fromstring(body.replace(b"\0", b""), parser)
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise UnreadableFile(
            source,
            "网页标签嵌套过深，可能是恶意文件或下载不完整。请在浏览器中打开，另存正文后再读。",
            "the page's elements are nested too deep to be read. Open it in a browser and save the report alone.",
        )
    if root is None:
        raise UnreadableFile(
            source, "网页里没有内容。请重新下载。", "there is nothing on this page. Download it again."
        )
    return root, encoding


def _remove(element: _Element) -> None:
    """Take an element out and leave the text behind it."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if element.tail:
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _is_hidden(element: _Element, classes: set[str]) -> bool:
    named = classes.intersection((element.get("class") or "").split()) if classes else False
    return bool(named) or element.get("hidden") is not None or bool(_HIDDEN.search(element.get("style") or ""))


def _strip_hidden(root: _Element, data: bytes) -> None:
    """Take out what the page does not show; a cell that is hidden leaves its place to the next, as in a browser.

    `visibility: hidden` keeps its place: such an element is emptied.
    """
    lower = data.lower()
    if any(word in lower for word in _HIDING_WORDS):
        styles = "".join("".join(style.itertext()) for style in root.iter("style"))
        classes = set(_HIDING_CLASS.findall(styles))
        for element in [e for e in _MAY_HIDE(root) if _is_hidden(e, classes)]:
            if "visibility" in (element.get("style") or "").lower():
                tail = element.tail
                element.clear()
                element.tail = tail
            else:
                _remove(element)
    etree.strip_elements(root, *_INVISIBLE, with_tail=False)


def _mark_lines(root: _Element, nested: bool) -> None:
    """Write into the text what only its look says: where a line ends, what is raised or typed into a field.

    A footnote mark that is raised would else be one more digit of its number.
    """
    for element in root.iter("sup", "sub", "input"):
        if element.tag == "input":
            shown = (element.get("type") or "text").lower() in {"text", "number"}
            element.tail = ((element.get("value") or "") if shown else "") + (element.tail or "")
        elif element.text and element.text.strip():
            element.text = ("^" if element.tag == "sup" else "_") + element.text
    for element in root.iter(*_BLOCKS, *(("td", "th") if nested else ())):
        element.text = _BREAK + (element.text or "")
        if (tail := element.tail) and not tail.isspace():
            element.tail = _BREAK + tail


def _collapsed(line: str) -> str:
    """A line as shown: white space of the source is one blank. `str.split` would also eat blanks that are print."""
    return _SPACE.sub(" ", line).strip(" ")


def _lines(text: str) -> list[str]:
    """The lines of a text that show something."""
    return [shown for line in text.split(_BREAK) if (shown := _collapsed(line)).strip(_BLANKS)]


def _cell_text(text: str) -> str:
    """The text of a cell; the lines of one that has several stay apart."""
    words = text.split()
    return "\n".join(_lines(text)) if len(words) > 1 else "".join(words)


def _text(element: _Element) -> str:
    """All text of an element (lxml's serialiser is eight times faster than itertext)."""
    return etree.tostring(element, method="text", encoding="unicode", with_tail=False)


def _span(value: str | None, most: int) -> int | None:
    """A span as browsers read it: the digits it begins with, 1 to `most`; None without any."""
    found = re.match(r"\s*\+?(\d{1,9})", value) if value else None
    return min(int(found[1]), most) if found else None


def _table_rows(table: _Element) -> Iterator[tuple[int, list[_Element]]]:
    """(rows left in the group, cells) for each row, in the order in which a browser shows them."""
    groups: list[tuple[int, list[_Element]]] = []
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


def _is_layout(table: _Element) -> bool:
    """Whether a table holds tables that are more than a frame around one figure."""
    for inner in table.iterdescendants("table"):
        cells = sum(1 for _ in inner.iterdescendants("td", "th"))
        if cells > 1 or len(_text(inner)) > _LONGEST_CELL:
            return True
    return False


class _Page:
    """Walks a page and collects its rows."""

    def __init__(self, root: _Element, source: str) -> None:
        self.source = source
        self.rows: list[Row] = []
        self.buffer: list[tuple[str, str]] = []
        self.paragraphs = count(1)
        self.tables = count(1)
        self.cells = 0
        # Elements with something in them that is more than text; the others are read in one piece.
        self.mixed: set[_Element] = set()
        for special in root.iter("table", "img", "a", "h1"):
            element: _Element | None = special
            while element is not None and element not in self.mixed:
                self.mixed.add(element)
                element = element.getparent()

    def flush(self) -> None:
        """End the paragraphs of the flow so far."""
        line: list[tuple[str, str]] = []
        for text, role in [*self.buffer, (_BREAK, "")]:
            first, *more = text.split(_BREAK)
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

    def flow(self, element: _Element, role: str = "") -> None:
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

    def table(self, table: _Element) -> None:
        """The rows of a table; of one that parts the page and not figures, what flows in it."""
        start = len(self.rows)
        if not _is_layout(table):
            self.grid(table)
            made = self.rows[start:]
            long = any(len(cell.text) > _LONGEST_CELL for row in made for cell in row.cells)
            if not long and any(len(row.cells) > 1 for row in made):
                return
            del self.rows[start:]
        for cell in table.iter("caption", "td", "th"):
            if next(cell.iterancestors("table")) is table:
                self.flow(cell)
                self.flush()

    def grid(self, table: _Element) -> None:
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
                if not text and cell in self.mixed and next(cell.iter("img"), None) is not None:
                    text = _PICTURE
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


def _meta(root: _Element) -> dict[str, str]:
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
    root, encoding = _tree(data, source)
    meta = _meta(root)
    _strip_hidden(root, data)
    body = root.find("body")
    body = root if body is None else body
    _mark_lines(body, nested=any(True for _ in body.iterfind(".//table//table")))
    page = _Page(body, source)
    page.flow(body)
    page.flush()
    return Content(tuple(page.rows), meta, {}, encoding)
