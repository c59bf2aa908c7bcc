"""Plain text and Markdown: lines of prose, and rows whose cells are parted by tabs or bars."""

from __future__ import annotations

import html
import re
import unicodedata
from itertools import groupby

from gongkai.document import Cell, Place, Row
from gongkai.errors import UnreadableFile

_BARS = re.compile(r"[|｜│┃]")
_RULE = re.compile(r"[\s|:+=─━-]*(?:-{2,}|─{2,}|━{2,})[\s|:+=─━-]*")
_TAG = re.compile(r"</?(?:br|b|strong|em|i|u|span|p|font)\b[^<>|]*>", re.IGNORECASE)
_EMPHASIS = re.compile(r"(\*\*|__|`)([^*_`]+)\1")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def _looks_like_text(content: str) -> bool:
    """Whether few characters are control codes, private or unassigned: gb18030 decodes nearly anything."""
    sample = content[:20_000]
    odd = sum(unicodedata.category(c) in {"Cc", "Co", "Cn"} and c not in "\t\n\r\f\v" for c in sample)
    return odd <= len(sample) // 100


def decode(data: bytes, source: str) -> tuple[str, str]:
    """The text and its encoding: by mark, else strict UTF-8, else the GB family as gb18030.

    gb18030 contains GB2312 and GBK; the narrower codecs fail on characters in use (€, 镕).
    Raises UnreadableFile.
    """
    encodings = [name for mark, name in _BOMS if data.startswith(mark)] or ["utf-8", "gb18030"]
    for encoding in encodings:
        try:
            content = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _looks_like_text(content):
            return content, encoding
    raise UnreadableFile(
        source,
        "内容不是 UTF-8 或 GB18030（GBK、GB2312）编码的文字。请用编辑器打开并另存为 UTF-8。",
        "the bytes are no text in UTF-8 or GB18030 (GBK, GB2312). Open it in an editor and save it as UTF-8.",
    )


def _single(line: str, number: int) -> Row:
    return Row((Cell(line.strip(), Place(number)),))


def _split(line: str, number: int, parts: list[str], bordered: bool = False) -> Row:
    """The row of a line; behind a tab, unlike behind a bar, an editor may have cut empty cells off."""
    cells = tuple(Cell(part.strip(), Place(number, k)) for k, part in enumerate(parts, 1))
    opens, closes = not parts[0].strip() and not bordered, not parts[-1].strip() and not bordered
    return Row(cells, delimited=True, opens=opens, closes=closes, open_end="\t" in line)


def _unmarked(cell: str) -> str:
    """A cell without Markdown's marks: `**4**`, `<br>`, `&nbsp;`. A lone asterisk is print and stays."""
    body = html.unescape(_TAG.sub("", cell)).strip()
    found = _EMPHASIS.fullmatch(body)
    return found[2] if found else body


def _framed(line: str) -> bool:
    return len(line) > 1 and bool(_BARS.match(line)) and bool(_BARS.match(line[-1]))


def _bar_rows(lines: list[tuple[int, str]]) -> list[Row]:
    """Rows of consecutive lines with bars, which are borders where all lines, or the ruled one, have them at both ends.

    Elsewhere a bar at the end of a line has an empty cell behind it: to drop it would shift the row.
    """
    content = [(n, line.strip()) for n, line in lines if not _RULE.fullmatch(line)]
    ruled = any(_framed(line.strip()) for _, line in lines if _RULE.fullmatch(line))
    bordered = len(lines) > 1 and (ruled or all(_framed(line) for _, line in content))
    rows = []
    for n, line in content:
        parts = _BARS.split(line)
        if bordered:
            parts = parts[bool(_BARS.match(line)) : len(parts) - bool(_BARS.match(line[-1]))]
        rows.append(_split(line, n, [_unmarked(part) for part in parts] or [""], bordered))
    return rows


def _tab_rows(lines: list[tuple[int, str]]) -> list[Row]:
    """Rows of a run of lines without an empty one between them, some of which have tabs.

    Either a line is a row and tabs part its cells, or (where a tab only ever opens a line) each line
    is a cell and the run is one row; then a line without a tab between two others goes on with the
    cell before it and stays a cell of its own here.
    """
    if any("\t" in line[1:].rstrip("\t ") or line.startswith("\t\t") or _inner(line) for _, line in lines):
        return [_split(line, n, line.split("\t")) if "\t" in line else _single(line, n) for n, line in lines]
    tabbed = [k for k, (_, line) in enumerate(lines) if "\t" in line]
    first, last = tabbed[0], tabbed[-1]
    before = [_single(line, n) for n, line in lines[:first]]
    cells = tuple(Cell(line.strip(), Place(n)) for n, line in lines[first : last + 1])
    after = [_single(line, n) for n, line in lines[last + 1 :]]
    return [*before, Row(cells, delimited=True), *after]


def _inner(line: str) -> bool:
    """Whether a tab stands behind text: `规章<TAB>` has an (empty) second cell."""
    return "\t" in line.lstrip("\t ")


def _kind(line: str) -> str:
    if not line.strip(" \r"):
        return "empty"
    return "bars" if _BARS.search(line) else "text"


def rows(content: str) -> tuple[Row, ...]:
    """The rows of a text in reading order; line numbers as an editor shows them, from 1."""
    lines = [line.replace("\f", "") for line in re.split(r"\r\n|\r|\n", content)]
    numbered = list(enumerate(lines, 1))
    found: list[Row] = []
    for kind, group in groupby(numbered, key=lambda pair: _kind(pair[1])):
        run = list(group)
        if kind == "bars":
            found += _bar_rows(run)
        elif kind == "text" and any("\t" in line for _, line in run):
            found += _tab_rows(run)
        elif kind == "text":
            found += [_single(line, n) for n, line in run]
    return tuple(row for row in found if row.cells)
