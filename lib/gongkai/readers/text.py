"""Plain text and Markdown: lines of prose, and rows whose cells are parted by tabs or bars."""

from __future__ import annotations

import html
import re
from itertools import groupby

from gongkai.document import Cell, Content, Place, Row
from gongkai.readers.encoding import decode

_BARS = re.compile(r"[|｜│┃]")
_RULE = re.compile(r"[\s|:+=─━-]*(?:-{2,}|─{2,}|━{2,})[\s|:+=─━-]*")
_TAG = re.compile(r"</?(?:br|b|strong|em|i|u|span|p|font)\b[^<>|]*>", re.IGNORECASE)
_EMPHASIS = re.compile(r"(\*\*|__|`)([^*_`]+)\1")


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


def read(data: bytes, source: str) -> Content:
    """The lines of a text. Raises UnreadableFile if the bytes are no text."""
    content, encoding = decode(data, source)
    return Content(rows(content), encoding=encoding)
