"""What is drawn on a PDF page and can be seen: characters, rules, shading, pictures. No tables yet."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from pdfminer.cmapdb import CMap, FileCMap, FileUnicodeMap
from pdfminer.converter import PDFLayoutAnalyzer
from pdfminer.layout import LTChar, LTCurve, LTLine, LTRect
from pdfminer.pdffont import PDFCIDFont, PDFFont
from pdfminer.pdfinterp import PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFStream, resolve1
from pdfminer.utils import apply_matrix_pt, apply_matrix_rect

from gongkai.readers.ruled import Glyph, Rule

# Its warnings about odd fonts and colours would reach the terminal of people who cannot act on them.
logging.getLogger("pdfminer").setLevel(logging.CRITICAL)

MOST_CHARACTERS = 200_000
MOST_DRAWINGS = 50_000
MOST_COMPARED = 20_000_000

# A filled shape as thin as this is a rule, a line as thick as twice this is shading.
_THIN = 3.0
_INVISIBLE = {3, 7}  # text render modes: neither filled nor stroked
_PLAIN_COLOURS = {"DeviceGray", "DeviceRGB", "CalGray", "CalRGB", "ICCBased"}

# Code points that fonts of phones and WPS give for whole characters; Unicode has no mapping for these radicals.
_RADICALS = str.maketrans(
    "⺠⺟⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳", "民母西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟"
)

Rectangle = tuple[float, float, float, float]


class TooMuchDrawnError(ValueError):
    """A page with more on it than a report's page can have."""


def plain(text: str) -> str:
    """Radicals and compatibility ideographs as the characters they stand for; everything else as printed."""
    if text.isascii():
        return text.replace("\x00", "")
    return "".join(
        unicodedata.normalize("NFKC", c) if "\u2f00" <= c <= "\u2fdf" or "\uf900" <= c <= "\ufaff" or c > "\U0002f7ff"
        else c
        for c in text.translate(_RADICALS)
    )  # fmt: skip


def _white(space: Any, colour: Any) -> bool:
    values = colour if isinstance(colour, (tuple, list)) else (colour,)
    light = all(isinstance(v, (int, float)) and v >= 0.999 for v in values)
    return light and len(values) in (1, 3) and getattr(space, "name", "") in _PLAIN_COLOURS


def _pairs(tree: Mapping[int, Any], code: int = 0) -> Iterator[tuple[int, int]]:
    """(code, glyph number) of a tree of the bytes of codes."""
    for byte, below in tree.items():
        if isinstance(below, int):
            yield code * 256 + byte, below
        else:
            yield from _pairs(below, code * 256 + byte)


def _embedded(stream: PDFStream) -> FileCMap:
    """The codes of a font that brings its own table of them, which pdfminer leaves unread."""
    data, codes = stream.get_data(), FileCMap()
    for block in re.findall(rb"begincid(?:char|range)(.*?)endcid", data, re.S)[:1000]:
        for first, last, number in re.findall(rb"<([0-9a-fA-F]+)>\s*(?:<([0-9a-fA-F]+)>\s*)?(\d+)", block):
            low, high, digits = int(first, 16), int(last or first, 16), len(first) // 2
            for code in range(low, min(high, low + 0xFFFF) + 1):
                codes.add_code2cid(code.to_bytes(digits, "big").decode("latin-1"), int(number) + code - low)
    if re.search(rb"/WMode\s+1", data):
        codes.set_attr("WMode", 1)
    return codes


class Fonts(PDFResourceManager):
    """pdfminer's fonts, with two repairs: codes tables within the file, and ToUnicode tables, which go by code.

    pdfminer looks a character up by its glyph number, which is another character where the two differ.
    """

    def get_font(self, objid: object, spec: Mapping[str, object]) -> PDFFont:
        font = super().get_font(objid, spec)
        if "DescendantFonts" in spec or not isinstance(font, PDFCIDFont):
            return font  # whose descendant came through here
        encoding = resolve1(spec.get("Encoding"))
        if isinstance(encoding, PDFStream) and not getattr(font.cmap, "code2cid", True):
            font.cmap = _embedded(encoding)
        if isinstance(font.cmap, CMap) and isinstance(font.unicode_map, FileUnicodeMap) and spec.get("ToUnicode"):
            by_code = font.unicode_map.cid2unichr
            known_as = {cid: by_code[code] for code, cid in _pairs(font.cmap.code2cid) if code in by_code}
            font.unicode_map = FileUnicodeMap()
            font.unicode_map.cid2unichr = known_as
        return font


class Ink(PDFLayoutAnalyzer):
    """Collects what a page shows, in points from the upper left corner of what is shown of it.

    Invisible and slanted text (watermarks) is left out, as is white on white. Raises TooMuchDrawnError
    while the page is read, so that no page can fill the memory.
    """

    def __init__(self, manager: PDFResourceManager) -> None:
        super().__init__(manager)
        self.glyphs: list[Glyph] = []
        self.across: list[Rule] = []
        self.down: list[Rule] = []
        self.shading: list[Rectangle] = []
        self.pictures: list[Rectangle] = []
        self.quarters: Counter[int] = Counter()  # characters by how far the page must be turned to read them
        self.hidden = False
        self._pale: list[tuple[float, float, Callable[[], None]]] = []
        self._invisible = False
        self.drawings = self._characters = 0

    def begin_page(self, page: PDFPage, ctm: Any) -> None:
        super().begin_page(page, ctm)
        self.matrix = ctm
        x0, y0, x1, y1 = apply_matrix_rect(ctm, page.cropbox)
        whole = self.cur_item
        self.left, self.bottom = max(x0, 0.0), max(y0, 0.0)
        self.width, self.height = min(x1, whole.x1) - self.left, min(y1, whole.y1) - self.bottom

    def end_page(self, page: PDFPage) -> None:
        if len(self._pale) * (len(self.shading) + len(self.pictures)) > MOST_COMPARED:
            raise TooMuchDrawnError
        for x, y, keep in self._pale:
            if any(a <= x <= c and b <= y <= d for a, b, c, d in (*self.shading, *self.pictures)):
                keep()
        self._pale.clear()
        super().end_page(page)

    def user_space(self, box: Rectangle) -> Rectangle:
        """A rectangle of the page as shown (from its upper left corner), in the file's own coordinates."""
        a, b, c, d, e, f = self.matrix
        turn = a * d - b * c
        back = (d / turn, -b / turn, -c / turn, a / turn, (c * f - d * e) / turn, (b * e - a * f) / turn)
        x0, top, x1, bottom = box
        corners = [
            apply_matrix_pt(back, (x + self.left, self.bottom + self.height - y)) for x, y in ((x0, top), (x1, bottom))
        ]
        (u0, v0), (u1, v1) = corners
        return min(u0, u1), min(v0, v1), max(u0, u1), max(v0, v1)

    def _shown(self, x0: float, y0: float, x1: float, y1: float) -> Rectangle:
        height = self.bottom + self.height
        return x0 - self.left, height - y1, x1 - self.left, height - y0

    def _inside(self, x: float, y: float) -> bool:
        return -1 <= x <= self.width + 1 and -1 <= y <= self.height + 1

    def _count_drawing(self, weight: int = 1) -> None:
        self.drawings += weight
        if self.drawings > MOST_DRAWINGS:
            raise TooMuchDrawnError

    def begin_figure(self, name: str, bbox: Any, matrix: Any) -> None:
        self._count_drawing(10)
        super().begin_figure(name, bbox, matrix)

    def render_image(self, _name: str, _stream: Any) -> None:
        figure = self.cur_item
        self.pictures.append(self._shown(figure.x0, figure.y0, figure.x1, figure.y1))

    def render_string(self, textstate: Any, seq: Any, ncs: Any, graphicstate: Any) -> None:
        self._invisible = textstate.render in _INVISIBLE
        super().render_string(textstate, seq, ncs, graphicstate)

    def handle_undefined_char(self, _font: Any, _cid: int) -> str:
        return "\ufffd"  # not "(cid:12)", which would bring digits into a cell

    def render_char(self, *args: Any, **kwargs: Any) -> float:
        self._characters += 1
        if self._characters > MOST_CHARACTERS:
            raise TooMuchDrawnError
        advance = super().render_char(*args, **kwargs)
        item = self.cur_item._objs.pop()
        if isinstance(item, LTChar):
            self._take(item)
        return advance

    def _take(self, char: LTChar) -> None:
        a, b, _, d, _, base = char.matrix
        if min(abs(a), abs(b)) > 0.05 * max(abs(a), abs(b)):
            self.hidden = True
            return
        if self._invisible:
            self.hidden = self.hidden or bool(char.get_text().strip())
            return
        quarter = (90 if b > 0 else 270) if abs(b) > abs(a) else 180 if a < 0 and d < 0 else 0
        turned = quarter != 0
        self.quarters[quarter] += 1
        x0, top, x1, bottom = self._shown(char.x0, char.y0, char.x1, char.y1)
        size = bottom - top
        upright_base = self.bottom + self.height - base
        vertical = char.size != char.height
        glyph = Glyph(
            plain(char.get_text()),
            x0,
            x1 if x1 > x0 else x0 + size / 2,
            bottom - 0.15 * size if turned or vertical else upright_base,
            size,
            turned,
        )
        x, y = glyph.middle
        if not glyph.text or not self._inside(x, y):
            return
        if _white(char.ncs, char.graphicstate.ncolor):
            self.hidden = self.hidden or bool(glyph.text.strip())
            self._pale.append((x, y, lambda: self.glyphs.append(glyph)))
        else:
            self.glyphs.append(glyph)

    def paint_path(self, gstate: Any, stroke: bool, fill: bool, evenodd: bool, path: Sequence[Any]) -> None:
        super().paint_path(gstate, stroke, fill, evenodd, path)
        drawn, self.cur_item._objs = self.cur_item._objs, []
        for item in drawn:
            if isinstance(item, LTCurve):
                self._count_drawing()
                self._draw(item, gstate)

    def _draw(self, item: LTCurve, gstate: Any) -> None:
        box = self._shown(item.x0, item.y0, item.x1, item.y1)
        width, height = item.x1 - item.x0, item.y1 - item.y0
        if item.fill and min(width, height) <= _THIN:
            pale = _white(gstate.ncs, item.non_stroking_color)
            if width >= height or max(width, height) <= _THIN:
                self._rule(self.across, Rule((box[1] + box[3]) / 2, box[0], box[2]), pale)
            if height > width or max(width, height) <= _THIN:
                self._rule(self.down, Rule((box[0] + box[2]) / 2, box[1], box[3]), pale)
        elif item.fill and not _white(gstate.ncs, item.non_stroking_color):
            self.shading.append(box)
        straight = isinstance(item, (LTLine, LTRect)) or all(step[0] in "mlh" for step in item.original_path or [])
        if item.stroke and straight and (item.linewidth or 0) <= 2 * _THIN:
            self._sides(item, _white(gstate.scs, item.stroking_color))

    def _sides(self, item: LTCurve, pale: bool) -> None:
        points = [self._shown(x, y, x, y)[:2] for x, y in item.pts]
        if isinstance(item, LTRect):
            points.append(points[0])
        for (ax, ay), (bx, by) in pairwise(points):
            if abs(ay - by) <= 0.5:
                self._rule(self.across, Rule((ay + by) / 2, min(ax, bx), max(ax, bx)), pale)
            elif abs(ax - bx) <= 0.5:
                self._rule(self.down, Rule((ax + bx) / 2, min(ay, by), max(ay, by)), pale)

    def _rule(self, rules: list[Rule], rule: Rule, pale: bool) -> None:
        middle = (rule.start + rule.end) / 2
        x, y = (middle, rule.at) if rules is self.across else (rule.at, middle)
        if not self._inside(x, y):
            return
        if pale:
            self._pale.append((x, y, lambda: rules.append(rule)))
        else:
            rules.append(rule)


def once(glyphs: list[Glyph]) -> list[Glyph]:
    """Without characters printed again (almost) in their own place to look bold.

    A real second digit stands a digit's width further on.
    """
    seen: dict[tuple[str, int, int], list[Glyph]] = {}
    kept = []
    for glyph in glyphs:
        near = 0.3 * (glyph.x1 - glyph.x0)
        row, column = round(glyph.base / 4), round(glyph.x0 / 8)
        around = [(glyph.text, r, c) for r in (row - 1, row, row + 1) for c in (column - 1, column, column + 1)]
        others = [g for place in around for g in seen.get(place, ())]
        if not any(abs(g.x0 - glyph.x0) < near and abs(g.base - glyph.base) < 0.3 * glyph.size for g in others):
            if len(others) > MOST_DRAWINGS // 100:
                raise TooMuchDrawnError  # hundreds of the same character in a space for three
            seen.setdefault((glyph.text, row, column), []).append(glyph)
            kept.append(glyph)
    return kept
