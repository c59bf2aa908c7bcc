"""Bytes → text: by mark, strict UTF-8, the charset declared, the one detected; the GB family always as gb18030."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter

from gongkai.errors import UnreadableFile

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# gb18030 contains GB2312 and GBK, which fail on characters in use (€, 镕); big5hkscs contains Big5.
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5hkscs", "cp950": "big5hkscs"}
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,20})""", re.IGNORECASE)
_DECLARED_WITHIN, _DETECTED_WITHIN = 4096, 40_000
_SAMPLE = 2_000


def _wider(name: str) -> str | None:
    """The codec of a charset's name, or None if Python has no text codec of that name."""
    try:
        codec = codecs.lookup(name)
    except LookupError:
        return None
    plain = codec.name.replace("-", "").replace("_", "")
    return _WIDER.get(plain, codec.name) if codec._is_text_encoding else None


def _declared(data: bytes) -> str | None:
    found = _DECLARED.search(data[:_DECLARED_WITHIN])
    return _wider(found[1].decode("ascii")) if found else None


def _detected(data: bytes) -> str | None:
    # chardet is right on all lengths and charsets tried, and costs 40 ms to import: only where it is needed.
    import chardet

    found = chardet.detect(data[:_DETECTED_WITHIN])["encoding"]
    name = _wider(found) if found else None
    # Of few characters chardet makes Thai or Korean; a report is in neither.
    return name if name and name.startswith(("gb", "big5", "utf")) else None


def _looks_like_text(content: str) -> bool:
    """Whether few characters are control codes, private or unassigned: gb18030 decodes nearly anything."""
    counts = Counter(content[:: 1 + len(content) // _SAMPLE])
    odd = sum(n for c, n in counts.items() if c not in "\t\n\r\f\v" and unicodedata.category(c) in {"Cc", "Co", "Cn"})
    return odd <= counts.total() // 100


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        content = data.decode(encoding)
    except (UnicodeDecodeError, UnicodeError):
        return None
    return content if _looks_like_text(content) else None


def decode(data: bytes, source: str) -> tuple[str, str]:
    """The text of a file and its encoding.

    A declared charset is a hint: strict UTF-8 comes before it, and what it decodes must look like
    text. Where detection and declaration disagree within the Chinese encodings, detection wins, for
    gb18030 and Big5 decode each other's bytes without complaint. Raises UnreadableFile.
    """
    marked = [name for mark, name in _BOMS if data.startswith(mark)]
    if content := _decoded(data, marked[0] if marked else "utf-8"):
        return content, marked[0] if marked else "utf-8"
    if not marked:
        for encoding in dict.fromkeys([_detected(data), _declared(data), "gb18030"]):
            if encoding and encoding != "utf-8" and (content := _decoded(data, encoding)):
                return content, encoding
    raise UnreadableFile(
        source,
        "内容不是 UTF-8 或 GB18030（GBK、GB2312）编码的文字。请用编辑器打开并另存为 UTF-8。",
        "the bytes are no text in UTF-8 or GB18030 (GBK, GB2312). Open it in an editor and save it as UTF-8.",
    )
