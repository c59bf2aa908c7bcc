"""One page of a PDF as it stands: lines of prose, parts of ruled tables, pictures.

What is drawn is read with pdfminer; every cell is compared with what PDFium reads there on its own.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import pypdfium2
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFStream, list_value, resolve1
from pdfminer.psparser import PSLiteralTable

from gongkai.readers.ink import MOST_COMPARED, Ink, TooMuchDrawnError, once
from gongkai.readers.ruled import Field, Glyph, Grid, Line, cell_text, doubtful, grids, line_of, lines, split_lines

MOST_POINTS = 14_400  # what PDF viewers themselves show at most
MARGIN = 0.12  # page numbers and running heads stand in this part of the page's height, at both ends
MARK = re.compile(r"[-—–－─―‐]+\s*\d{1,4}\s*[-—–－─―‐]+|第\s*\d{1,4}\s*页.{0,12}|\d{1,4}\s*[/／]\s*\d{1,4}")
BARE = re.compile(r"\d{1,4}")
_OUTLINED = 200  # so many drawings on a page without text are its text


class ImpossibleSizeError(ValueError):
    """A page larger than any viewer shows, or without extent."""


def _check_intact(page: PDFPage) -> None:
    """Raises zlib.error if what the page draws is damaged: pdfminer and PDFium show what comes before the damage."""
    flate = PSLiteralTable.intern("FlateDecode")
    for stream in map(resolve1, page.contents):
        if not isinstance(stream, PDFStream) or stream.decipher or not stream.rawdata:
            continue
        if [name for name, _ in stream.get_filters()] == [flate]:
            zlib.decompressobj().decompress(stream.rawdata)


class Drawn(NamedTuple):
    """A cell of a table as drawn. `sure`: nothing speaks against its text."""

    field: Field
    text: str
    sure: bool


class Part(NamedTuple):
    """What stands of a table on one page, row by row."""

    rows: tuple[tuple[Drawn, ...], ...]
    xs: tuple[float, float]
    top: float
    bottom: float


class Sheet(NamedTuple):
    """What stands on a page. `straight`: as a viewer shows it, not turned to be read."""

    number: int
    height: float
    lines: list[Line]
    parts: list[Part]
    pictures: list[Line]
    straight: bool


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _within(small: str, large: str) -> bool:
    """Whether the characters of one text come in the same order in the other."""
    rest = iter(large)
    return all(c in rest for c in small)


def _page_mark_runs(glyphs: list[Glyph], height: float) -> tuple[list[Line], set[int]]:
    """Page numbers between dashes in the margins, and the characters (by id) they are made of.

    Some programs print them inside a table that fills the page.
    """
    outer = [g for g in glyphs if not MARGIN * height < g.base < (1 - MARGIN) * height]
    marks: list[Line] = []
    used: set[int] = set()
    for line in split_lines(outer):
        runs: list[list[Glyph]] = []
        for glyph in line:
            if runs and glyph.x0 - runs[-1][-1].x1 <= 0.6 * glyph.size:
                runs[-1].append(glyph)
            else:
                runs.append([glyph])
        for run in runs:
            if MARK.fullmatch(line_of(run).text):
                marks.append(line_of(run))
                used.update(map(id, run))
    return marks, used


class _Second:
    """PDFium's reading of a page, and form fields or notes, whose text neither reading has.

    `more`: it has characters that we left out, invisible, slanted, printed twice or a page number.
    """

    def __init__(self, ink: Ink, page: PDFPage, number: int, document: pypdfium2.PdfDocument, more: bool) -> None:
        self._ink = ink
        self._more = more
        self._typed = list(_typed_over(page))
        # Only now: PDFium has no limits of its own, the page in `ink` has kept within ours.
        self._page = document[number - 1]
        self._text = self._page.get_textpage()

    def close(self) -> None:
        self._text.close()
        self._page.close()

    def agrees(self, field: Field, text: str) -> bool:
        left, bottom, right, top = self._ink.user_space((field.x0, field.top, field.x1, field.bottom))
        if any(left <= x <= right and bottom <= y <= top for x, y in self._typed):
            return False
        theirs = _digits(self._text.get_text_bounded(left, bottom, right, top))
        ours = _digits(text)
        return ours == theirs or (self._more and _within(ours, theirs))


def _typed_over(page: PDFPage) -> Iterator[tuple[float, float]]:
    """The middles of form fields and notes with text of their own."""
    for item in list_value(page.annots) if page.annots else []:
        note = resolve1(item)
        subtype = getattr(note.get("Subtype"), "name", "") if isinstance(note, dict) else ""
        if subtype in ("Widget", "FreeText") and "Rect" in note:
            x0, y0, x1, y1 = (float(resolve1(v)) for v in list_value(note["Rect"]))
            yield (x0 + x1) / 2, (y0 + y1) / 2


def _part(grid: Grid, held: dict[int, list[Glyph]], second: _Second) -> tuple[Part | None, list[Glyph]]:
    """The rows of a grid, and the characters of a last row that is only a page number."""
    rows: dict[float, list[Drawn]] = {}
    for k, field in enumerate(grid.fields):
        glyphs = held.get(k, [])
        text = cell_text(line.text for line in lines(glyphs))
        sure = field.whole and not doubtful(glyphs, field) and second.agrees(field, text)
        rows.setdefault(field.top, []).append(Drawn(field, text, sure))
    last, freed = max(rows), []
    filled = [cell.text for cell in rows[last] if cell.text]
    if grid.cut and len(rows[last]) > 1 and len(filled) == 1 and BARE.fullmatch(filled[0]):
        freed = [g for cell in rows.pop(last) for g in held.get(grid.fields.index(cell.field), [])]
    kept = [
        tuple(sorted(row, key=lambda cell: cell.field.x0))
        for _, row in sorted(rows.items())
        if any(cell.text or cell.field.bottom - cell.field.top >= 6 for cell in row)
    ]
    if not kept:
        return None, freed
    return Part(tuple(kept), (grid.xs[0], grid.xs[-1]), grid.ys[0], grid.ys[-1]), freed


def _parts(found: list[Grid], glyphs: list[Glyph], second: _Second) -> tuple[list[Part], list[Glyph]]:
    """The tables, and the characters that stand in none of their cells."""
    parts = []
    for grid in found:
        held: dict[int, list[Glyph]] = {}
        outside: list[Glyph] = []
        for glyph in glyphs:
            owner = grid.at(*glyph.middle)
            (outside if owner is None else held.setdefault(owner, [])).append(glyph)
        part, freed = _part(grid, held, second)
        glyphs = outside + freed
        parts += [part] if part else []
    second.close()
    return parts, glyphs


def _pictures(ink: Ink, glyphs: list[Glyph]) -> list[Line]:
    """Pictures as wide as a table and without text on them; slices of one scan are one picture."""
    found: list[Line] = []
    for x0, top, x1, bottom in sorted(ink.pictures, key=lambda box: box[1]):
        if x1 - x0 < 0.35 * ink.width:
            continue
        if found and top - found[-1].bottom < 5:
            found[-1] = found[-1]._replace(bottom=max(bottom, found[-1].bottom))
        else:
            found.append(Line("", x0, top, x1, bottom))
    wide = [p for p in found if p.bottom - p.top > 0.06 * ink.height]
    middles = [g.middle for g in glyphs if g.text.strip()]
    return [p for p in wide if sum(p.x0 < x < p.x1 and p.top < y < p.bottom for x, y in middles) < 20]


def _draw(manager: PDFResourceManager, page: PDFPage) -> Ink:
    ink = Ink(manager)
    PDFPageInterpreter(manager, ink).process_page(page)
    return ink


def sheet(number: int, page: PDFPage, manager: PDFResourceManager, document: pypdfium2.PdfDocument) -> Sheet:
    x0, y0, x1, y1 = page.mediabox
    if not (1 < abs(x1 - x0) <= MOST_POINTS and 1 < abs(y1 - y0) <= MOST_POINTS):
        raise ImpossibleSizeError
    _check_intact(page)
    ink = _draw(manager, page)
    quarter, most = next(iter(ink.quarters.most_common(1)), (0, 0))
    straight = quarter == 0 or most <= len(ink.glyphs) / 2
    if not straight:
        page.rotate = (page.rotate + quarter) % 360
        ink = _draw(manager, page)
    glyphs = once(ink.glyphs)
    marks, used = _page_mark_runs(glyphs, ink.height)
    free = [g for g in glyphs if id(g) not in used]
    found = grids(ink.across, ink.down) if ink.down else []
    if sum(len(grid.fields) for grid in found) * len(free) > MOST_COMPARED:
        raise TooMuchDrawnError
    more = ink.hidden or bool(used) or len(glyphs) < len(ink.glyphs)
    parts, free = _parts(found, free, _Second(ink, page, number, document, more)) if found else ([], free)
    parts.sort(key=lambda part: (part.top, part.xs[0]))
    prose = sorted([*lines(free), *marks], key=lambda line: line.top)
    pictures = _pictures(ink, glyphs)
    if not prose and not parts and not pictures and ink.drawings > _OUTLINED:
        pictures = [Line("", 0, 0, ink.width, ink.height)]
    return Sheet(number, ink.height, prose, parts, pictures, straight)
