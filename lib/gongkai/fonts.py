"""The packaged Chinese font (Noto Sans SC, OFL): measured with by charts, embedded as a subset in what is published."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from tempfile import TemporaryDirectory
from typing import Any

import pylopdf_fonts_zh_cn

FAMILY = "Noto Sans SC"

# Behind the embedded subset: what Windows, macOS and Linux have.
FALLBACK = "'Noto Sans SC','Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif"

# vl-convert keeps what it was given, also once the file is gone: no family comes twice in a process.
_FAMILIES = count()

# What of the font's hhea and OS/2 tables decides about the height and width of lines.
_ACROSS = ("ascent", "descent", "lineGap", "advanceWidthMax")
_LINES = ("sTypoAscender", "sTypoDescender", "sTypoLineGap", "usWinAscent", "usWinDescent", "fsSelection")


@cache
def _font() -> Any:
    from fontTools.ttLib import TTFont

    return TTFont(io.BytesIO(pylopdf_fonts_zh_cn.sans_path().read_bytes()), lazy=True)


@cache
def _shapes() -> tuple[dict[int, str], Any]:
    """Character → glyph of the packaged font, and its glyphs."""
    return _font().getBestCmap(), _font().getGlyphSet()


@cache
def _glyph(character: int) -> tuple[bytes, tuple[int, int]] | None:
    """The outline of a character without hints and subroutines, and its advance and left bearing."""
    from fontTools.pens.t2CharStringPen import T2CharStringPen

    names, glyphs = _shapes()
    if character not in names:
        return None
    name = names[character]
    pen = T2CharStringPen(glyphs[name].width, glyphs)
    glyphs[name].draw(pen)
    drawn = pen.getCharString()
    drawn.compile()
    return drawn.bytecode, _font()["hmtx"][name]


@cache
def register() -> None:
    """Let vl-convert lay charts out with the packaged font, once a process."""
    import vl_convert

    vl_convert.register_font_directory(str(pylopdf_fonts_zh_cn.sans_path().parent))


def _subset(text: str, family: str) -> Any:
    """The packaged font with only the characters of `text`.

    Built from the outlines, which are kept: fontTools' subsetter reads the tables of all 30 000 characters every time.
    """
    from fontTools.fontBuilder import FontBuilder
    from fontTools.misc.psCharStrings import T2CharString

    codes = sorted({ord(c) for c in text} | {0x20})
    found = {f"u{c:X}": (c, glyph) for c in codes if (glyph := _glyph(c))}
    head, across, metrics = (_font()[table] for table in ("head", "hhea", "OS/2"))
    box = [head.xMin, head.yMin, head.xMax, head.yMax]
    builder = FontBuilder(head.unitsPerEm, isTTF=False)
    builder.setupGlyphOrder([".notdef", *found])
    builder.setupCharacterMap({c: name for name, (c, _) in found.items()})
    outlines = {name: T2CharString(bytecode=outline) for name, (_, (outline, _)) in found.items()}
    # An endchar alone: what the font lacks is never drawn with it.
    builder.setupCFF("subset", {"FontBBox": box}, {".notdef": T2CharString(bytecode=b"\x0e"), **outlines}, {})
    builder.setupHorizontalMetrics({".notdef": (0, 0)} | {name: place for name, (_, (_, place)) in found.items()})
    builder.setupHorizontalHeader(**{name: getattr(across, name) for name in _ACROSS})
    builder.setupOS2(**{name: getattr(metrics, name) for name in _LINES})
    # Browsers refuse a font without names; vl-convert measures one without a PostScript name with another font.
    builder.setupNameTable({"familyName": family, "styleName": "Regular", "psName": family})
    builder.setupPost(keepGlyphNames=False)
    font = builder.font
    font["head"].created = font["head"].modified = head.created
    font["head"].xMin, font["head"].yMin, font["head"].xMax, font["head"].yMax = box
    font.recalcTimestamp = font.recalcBBoxes = False
    return font


def subset_font(text: str) -> bytes:
    """The packaged font with only the characters of `text`, as WOFF; the same text gives the same bytes.

    A character that the font lacks is left to the reader's fonts. WOFF2 would be 8 % smaller and take 20 times as long.
    """
    font, out = _subset(text, "subset"), io.BytesIO()
    font.flavor = "woff"
    font.save(out)
    return out.getvalue()


@contextmanager
def registered(text: str) -> Iterator[str]:
    """The characters of `text` as a font of its own for vl-convert, by its family.

    vl-convert maps a font's file into memory again for every piece of text that it measures: of the whole font that
    takes longer than all the rest of a chart.
    """
    import vl_convert

    family = f"gongkai-{next(_FAMILIES)}"
    with TemporaryDirectory() as folder:
        _subset(text, family).save(f"{folder}/subset.otf")
        vl_convert.register_font_directory(folder)
        yield family


def face(text: str, family: str) -> str:
    """A CSS @font-face rule that carries the characters of `text` itself: nothing is fetched."""
    data = base64.b64encode(subset_font(text)).decode("ascii")
    return f"@font-face{{font-family:'{family}';src:url(data:font/woff;base64,{data}) format('woff')}}"
