"""Paper to print on: pages of A4 with text in an embedded Chinese font and rules; the same input, the same bytes."""

import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pylopdf_fonts_zh_cn
from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable
from fpdf import FPDF

PAGE_WIDTH, PAGE_HEIGHT, MARGIN, FOOT = 595.28, 841.89, 72.0, 46.0
TEXT_WIDTH = PAGE_WIDTH - 2 * MARGIN
BOTTOM = PAGE_HEIGHT - MARGIN  # where the text of a page ends
_FONT = "sc"


@cache
def _usual_characters() -> frozenset[str]:
    """All that invented reports can be made of, and so all that is in the modules beside this package."""
    texts = (path.read_text("utf-8") for path in Path(__file__).parents[1].glob("*.py"))
    return frozenset("".join(texts)) | frozenset(map(chr, range(0x20, 0x7F)))


@cache
def _font_file(characters: frozenset[str]) -> Path:
    """The packaged font with these characters only: it has 30,000, which would take a second a report.

    With TrueType outlines, as word processors embed them: pdfminer reads no text in this font's own encoding.
    """
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    font = TTFont(pylopdf_fonts_zh_cn.sans_path(), lazy=True, recalcTimestamp=False)
    for unused in ("GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG"):
        if unused in font:
            del font[unused]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=sorted(map(ord, characters)))
    subsetter.subset(font)
    _to_truetype(font)
    folder = tempfile.TemporaryDirectory(prefix="gongkai-font-")
    _FOLDERS.append(folder)  # kept until the process ends
    path = Path(folder.name) / "font.ttf"
    font.save(path)
    return path


def _to_truetype(font: TTFont) -> None:
    drawn = font.getGlyphSet()
    glyphs = {}
    for name in font.getGlyphOrder():
        pen = TTGlyphPen(None)
        drawn[name].draw(Cu2QuPen(pen, max_err=2.0, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = font.getGlyphOrder(), glyphs
    del font["CFF "]
    font["maxp"].tableVersion = 0x00010000
    for name in ("maxZones", "maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs"):
        setattr(font["maxp"], name, int(name == "maxZones"))
    for name in ("maxStackElements", "maxSizeOfInstructions", "maxComponentElements"):
        setattr(font["maxp"], name, 0)
    font["head"].glyphDataFormat = 0
    font["post"].formatType = 3.0
    font.sfntVersion = "\x00\x01\x00\x00"


_FOLDERS: list[tempfile.TemporaryDirectory[str]] = []


class Paper:
    """Pages, written from the top; `y` is where the next line goes."""

    def __init__(self, text: str) -> None:
        self.pdf = FPDF(unit="pt", format=(PAGE_WIDTH, PAGE_HEIGHT))
        self.pdf.set_auto_page_break(False)
        self.pdf.set_creation_date(datetime(2024, 1, 2, 3, 4, 6, tzinfo=UTC))
        self.pdf.add_font(_FONT, fname=_font_file(_usual_characters() | frozenset(text) - {"\n"}))
        self.pdf.set_line_width(0.5)
        self.pdf.set_font(_FONT)
        self.widths = self.pdf.fonts[_FONT].cw
        self.pages = 0
        self.y = BOTTOM
        self.turn()

    def turn(self) -> None:
        """A new page, with its number at the foot."""
        self.pdf.add_page()
        self.pages += 1
        number = f"- {self.pages} -"
        self.write(number, (PAGE_WIDTH - self.wide(number, 10)) / 2, PAGE_HEIGHT - FOOT, 10)
        self.y = MARGIN

    def room(self) -> float:
        """How much of the page is left."""
        return BOTTOM - self.y

    def wide(self, text: str, size: float) -> float:
        """How wide a text is in points."""
        return sum(self.widths[ord(character)] for character in text) * size / 1000

    def write(self, text: str, x: float, baseline: float, size: float) -> None:
        """A piece of text on its baseline."""
        self.pdf.set_font(_FONT, size=size)
        self.pdf.text(x, baseline, text)

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """A line."""
        self.pdf.line(x0, y0, x1, y1)

    def shade(self, x: float, y: float, width: float, height: float) -> None:
        """A coloured ground without a border."""
        self.pdf.set_fill_color(198, 215, 238)
        self.pdf.rect(x, y, width, height, style="F")

    def done(self) -> bytes:
        """The file."""
        return bytes(self.pdf.output())
