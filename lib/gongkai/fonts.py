"""The packaged Chinese font (Noto Sans SC, OFL): measured with by charts, embedded as a subset in what is published."""

from __future__ import annotations

import base64
import io
from functools import cache

import pylopdf_fonts_zh_cn

FAMILY = "Noto Sans SC"

# Behind the embedded subset: what Windows, macOS and Linux have.
FALLBACK = "'Noto Sans SC','Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif"


@cache
def _font_file() -> bytes:
    return pylopdf_fonts_zh_cn.sans_path().read_bytes()


@cache
def register() -> None:
    """Let vl-convert lay charts out with the packaged font, once a process."""
    import vl_convert

    vl_convert.register_font_directory(str(pylopdf_fonts_zh_cn.sans_path().parent))


def subset_font(text: str) -> bytes:
    """The packaged font with only the characters of `text`, as woff2; the same text gives the same bytes.

    A character that the font lacks is left to the reader's fonts.
    """
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options()
    options.hinting = False
    options.desubroutinize = True
    options.layout_features = []
    options.name_IDs = []
    font = TTFont(io.BytesIO(_font_file()), lazy=True, recalcTimestamp=False)
    for unused in ("GSUB", "GPOS", "BASE", "VORG", "vhea", "vmtx"):
        if unused in font:
            del font[unused]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=sorted({ord(c) for c in text} | {0x20}))
    subsetter.subset(font)
    font.flavor = "woff2"
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def face(text: str, family: str) -> str:
    """A CSS @font-face rule that carries the characters of `text` itself: nothing is fetched."""
    data = base64.b64encode(subset_font(text)).decode("ascii")
    return f"@font-face{{font-family:'{family}';src:url(data:font/woff2;base64,{data}) format('woff2')}}"
