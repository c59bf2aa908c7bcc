"""PDF with text: lines of prose, and ruled tables with exact spans, in reading order.

What is drawn is read with pdfminer, the characters are compared with PDFium's, which reads the file on its own.
"""

from __future__ import annotations

import io
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pypdfium2
from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser

from gongkai.document import Box, Cell, Content, Place, Row
from gongkai.errors import UnreadableFile
from gongkai.readers.ink import Fonts, TooMuchDrawnError
from gongkai.readers.pdf_page import BARE, MARGIN, MARK, ImpossibleSizeError, Part, Sheet, sheet
from gongkai.readers.ruled import Line, TooManyRulesError, clusters, nearest

MOST_PAGES = 300
MOST_INFLATED = 40_000_000
MOST_PICTURE = 150_000_000

_SAVE_ZH = "请从 Word 或 WPS 重新导出 PDF，或改存为 .docx 或 .txt 后再读。"
_SAVE = "Export the PDF again from Word or WPS, or save it as .docx or .txt, and read that."
_REFUSED = {
    "locked": (
        "PDF 有打开密码。请用密码打开后另存为不加密的 PDF 再读。",
        "the PDF asks for a password. Open it with the password, save it without one and read that.",
    ),
    "cipher": (
        "PDF 的加密方式无法识别。请用阅读软件打开并另存为不加密的 PDF 再读。",
        "the PDF is encrypted in an unknown way. Open it in a viewer, save it without encryption and read that.",
    ),
    "damaged": (
        f"PDF 已损坏或不完整。请重新下载；仍不行，{_SAVE_ZH}",
        f"the PDF is damaged or incomplete. Download it again; if that does not help: {_SAVE}",
    ),
    "empty": (f"PDF 没有页面。{_SAVE_ZH}", f"the PDF has no pages. {_SAVE}"),
    "long": (
        f"PDF 超过 {MOST_PAGES} 页，不是一份年度报告。请只保留报告部分，另存为一个文件。",
        f"the PDF has more than {MOST_PAGES} pages, too many for an annual report. "
        "Cut out the report and save it as a file of its own.",
    ),
    "crowded": (
        f"PDF 有一页的文字、线条或解压后的数据过多，不像年度报告。{_SAVE_ZH}",
        f"a page of the PDF holds more text, lines or data than a report's page can. {_SAVE}",
    ),
    "size": (f"PDF 有一页的尺寸异常。{_SAVE_ZH}", f"a page of the PDF has an impossible size. {_SAVE}"),
    "scan": (
        "PDF 里没有文字，是扫描件或图片，目前还不能读。请取得文字版，或另存为 .docx 或 .txt 后再读。",
        "there is no text in the PDF: it is a scan or picture, which cannot be read yet. "
        "Get the version with text, or save the text as .docx or .txt, and read that.",
    ),
}
_SAME = 4.0  # the sides of a table that goes on on the next page differ by no more


class Refused(Exception):
    """A file that cannot be read, with the key of the reason."""


def _check_data(data: bytes) -> None:
    """Refuse cut files, whose lost pages nobody would miss, and streams that inflate beyond measure."""
    if b"%%EOF" not in data[-4096:]:
        raise Refused("damaged")
    for found in re.finditer(rb"stream\r?\n(?=[\x08-\x78][\x01-\xff])", data):
        start = found.end()
        if (data[start] * 256 + data[start + 1]) % 31 or data[start] & 15 != 8:
            continue
        limit = MOST_PICTURE if b"/Image" in data[max(0, start - 400) : start] else MOST_INFLATED
        unpack, size, rest = zlib.decompressobj(), 0, data[start:]
        try:
            while rest and not unpack.eof:
                size += len(unpack.decompress(rest, 1_000_000))
                rest = unpack.unconsumed_tail
                if size > limit:
                    raise Refused("crowded")
        except zlib.error:
            continue


def _in_margin(line: Line, page: Sheet) -> bool:
    return line.bottom < MARGIN * page.height or line.top > (1 - MARGIN) * page.height


def _pattern(line: Line, page: Sheet) -> tuple[str, bool]:
    return re.sub(r"\d+", "#", line.text), line.top < page.height / 2


def _body(sheets: list[Sheet]) -> list[list[Line]]:
    """For each page the lines that are no page number and no running head (the same on several pages)."""
    margins = [{_pattern(line, page) for line in page.lines if _in_margin(line, page)} for page in sheets]
    often = {pattern for pattern, n in Counter(p for page in margins for p in page).items() if n > 1}
    return [
        [
            line
            for line in page.lines
            if not _in_margin(line, page)
            or not (MARK.fullmatch(line.text) or BARE.fullmatch(line.text) or _pattern(line, page) in often)
        ]
        for page in sheets
    ]


def _ends(page: Sheet, body: list[Line], foot: bool) -> list[Part]:
    """The tables with nothing after them on a page, or nothing before them."""
    others: list[Line | Part] = [*body, *page.pictures, *page.parts]
    if foot:
        return [p for p in page.parts if not any(o.top > p.bottom - _SAME for o in others)]
    return [p for p in page.parts if not any(o.bottom < p.top + _SAME for o in others)]


def _numbered(sheets: list[Sheet], body: list[list[Line]]) -> list[list[int]]:
    """The number of the table of each part; a part that goes on from the page before has its number."""
    numbers: list[list[int]] = []
    count = 0
    open_tables: list[tuple[Part, int]] = []
    for page, prose in zip(sheets, body, strict=True):
        first = _ends(page, prose, foot=False)
        mine = []
        for part in page.parts:
            before = [n for p, n in open_tables if part in first and _same_sides(p, part)]
            count += not before
            mine.append(before[0] if before else count)
        last = _ends(page, prose, foot=True)
        open_tables = [(p, n) for p, n in zip(page.parts, mine, strict=True) if p in last]
        numbers.append(mine)
    return numbers


def _same_sides(one: Part, other: Part) -> bool:
    return all(abs(a - b) <= _SAME for a, b in zip(one.xs, other.xs, strict=True))


def _columns(sheets: list[Sheet], numbers: list[list[int]]) -> dict[int, list[float]]:
    """The sides of the grid columns of each table, from all its parts."""
    sides: dict[int, list[float]] = {}
    for page, mine in zip(sheets, numbers, strict=True):
        for part, number in zip(page.parts, mine, strict=True):
            fields = [cell.field for row in part.rows for cell in row]
            sides.setdefault(number, []).extend(x for field in fields for x in (field.x0, field.x1))
    return {number: clusters(xs) for number, xs in sides.items()}


class _Writer:
    """Gathers rows, and where they are drawn."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.boxes: dict[str, Box] = {}

    def _drawn(self, place: Place, page: Sheet, at: Any) -> None:
        if page.straight:
            self.boxes[str(place)] = Box(page.number, *(round(v, 2) for v in (at.x0, at.top, at.x1, at.bottom)))

    def line(self, line: Line, page: Sheet, number: int) -> None:
        place = Place(number, None, f"page {page.number}", "line")
        self.rows.append(Row((Cell(line.text, place),)))
        self._drawn(place, page, line)

    def picture(self, picture: Line, page: Sheet, number: int) -> None:
        place = Place(number, None, f"page {page.number}", "picture")
        self.rows.append(Row((Cell("", place),), role="picture"))
        self._drawn(place, page, picture)

    def part(self, part: Part, page: Sheet, table: int, sides: list[float]) -> None:
        broken = [c.field for row in part.rows for c in row if not c.field.whole]
        for k, row in enumerate(part.rows, 1):
            spans = tuple((nearest(sides, c.field.x0), nearest(sides, c.field.x1)) for c in row)
            within = f"page {page.number}, table {table}"
            cells = tuple(Cell(c.text, Place(k, s[0] + 1, within, "row")) for c, s in zip(row, spans, strict=True))
            unsure = not all(c.sure for c in row) or any(f.top <= row[0].field.top < f.bottom for f in broken)
            self.rows.append(Row(cells, True, spans=spans, table=table, role="unsure" if unsure else ""))
            for cell, drawn in zip(cells, row, strict=True):
                self._drawn(cell.place, page, drawn.field)


def _content(sheets: list[Sheet]) -> Content:
    body = _body(sheets)
    if not any(body) and not any(page.parts for page in sheets):
        raise Refused("scan")
    numbers = _numbered(sheets, body)
    sides = _columns(sheets, numbers)
    out = _Writer()
    for page, mine in zip(sheets, numbers, strict=True):
        steps: list[tuple[float, float, Callable[..., None], tuple[Any, ...]]]
        steps = [(line.top, line.x0, out.line, (line, page, k)) for k, line in enumerate(page.lines, 1)]
        steps += [(p.top, p.x0, out.picture, (p, page, k)) for k, p in enumerate(page.pictures, 1)]
        steps += [(p.top, p.xs[0], out.part, (p, page, n, sides[n])) for p, n in zip(page.parts, mine, strict=True)]
        for _, _, write, what in sorted(steps, key=lambda step: step[:2]):
            write(*what)
    return Content(tuple(out.rows), boxes=out.boxes)


def _sheets(data: bytes) -> Iterator[Sheet]:
    document = PDFDocument(PDFParser(io.BytesIO(data)), password="")
    pages = list(islice(PDFPage.create_pages(document), MOST_PAGES + 1))
    if not pages:
        raise Refused("empty")
    if len(pages) > MOST_PAGES:
        raise Refused("long")
    second = pypdfium2.PdfDocument(data)
    try:
        if len(second) != len(pages):
            raise Refused("damaged")
        fonts = Fonts()
        for number, page in enumerate(pages, 1):
            yield sheet(number, page, fonts, second)
    finally:
        second.close()


def _reason(error: Exception) -> str:
    """The key of the reason; what the PDF libraries raise for a broken file is legion."""
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, PDFPasswordIncorrect):
        return "locked"
    if isinstance(error, PDFEncryptionError):
        return "cipher"
    if isinstance(error, (TooMuchDrawnError, TooManyRulesError, MemoryError)):
        return "crowded"
    return "size" if isinstance(error, ImpossibleSizeError) else "damaged"


def read(data: bytes, source: str) -> Content:
    """The rows of a PDF in reading order, and where they are drawn. Raises UnreadableFile.

    A row is `unsure` where digits may not be what they seem: two readings of the file differ, or
    digits lie over each other or over a rule, or a form field or note is laid over the cell.
    """
    try:
        _check_data(data)
        return _content(list(_sheets(data)))
    except Exception as error:
        raise UnreadableFile(source, *_REFUSED[_reason(error)]) from error
