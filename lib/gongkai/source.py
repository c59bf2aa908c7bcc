"""The place of a table in its file as a person sees it (lines, cells or pages), with what became of each cell.

Everything a file says goes through `escaped`.
"""

from __future__ import annotations

import base64
import html
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from gongkai import pipeline, worker
from gongkai.document import Box, Cell, Document, Place, Row
from gongkai.errors import GongkaiError, UnreadableFile
from gongkai.form import TABLES, form
from gongkai.parse.regions import find_regions, loose_region
from gongkai.parse.sections import first_report
from gongkai.parse.traditional import simplified
from gongkai.pipeline import Reading
from gongkai.readers import read_document
from gongkai.words import word

DPI = 110
# A page of poster size is drawn no larger than this.
MOST_PIXELS = 2000
# A section without the next heading can go on to the end of a long file.
MOST_ROWS = 400
MOST_CHARACTERS = 500

SIGNS = {"doubt": "？", "loose": "▲"}


@dataclass(frozen=True, repr=False)
class Review:
    """One report as read, its file, and the rows of the file in which each table stands or should stand."""

    reading: Reading
    document: Document
    regions: dict[str, list[Row]]

    def certainty(self, table: str) -> str:
        return str(self.reading.tables.filter(pl.col("table") == table)["certainty"].item())

    def facts(self, table: str) -> list[dict[str, Any]]:
        return self.reading.facts.filter(pl.col("table") == table).to_dicts()

    def notes(self, table: str) -> list[dict[str, Any]]:
        return self.reading.notes.filter(pl.col("table") == table).to_dicts()


def _regions(document: Document) -> dict[str, list[Row]]:
    """The rows of each table as the file prints them; of a table that was not found its section with the heading."""
    about = {s.section: s.table for s in form().sections}
    for every in (document.rows, simplified(document.rows)):
        rows, headings, _ = first_report(every)
        found = find_regions(rows, headings)
        if found or len({section for section, _ in headings}) >= 2:
            heads = {about[section]: k for section, k in headings}
            loose = {t: [heads[t], *(k for k, _ in loose_region(rows, headings, t))] for t in TABLES if t in heads}
            lines = loose | {t: [k for k, _ in part] for t, part in found.items()}
            return {t: [document.rows[k] for k in lines.get(t, ())] for t in TABLES}
    return {t: [] for t in TABLES}


def load(file: str | Path) -> Review:
    """Read one report and keep its file beside it. Raises UnreadableFile with the reason and the remedy."""
    reading = pipeline.read(file)
    if "facts" in reading.reports["format"]:
        raise UnreadableFile(
            str(file),
            "这是 gongkai 写出的事实表，不是报告原文。请给出报告文件。",
            "this is a table of facts that gongkai wrote. Name the file of the report itself.",
        )
    document = worker.run(read_document, str(file))
    return Review(reading, document, _regions(document))


class Mark(NamedTuple):
    """What became of a cell of the file.

    `kind`: read, doubt, loose (a number that was read into no cell of the form) or nothing. `said`: that in
    words, and its place; `link`: the id by which the facts point to it.
    """

    kind: str = ""
    said: str = ""
    link: str = ""


Marks = dict[Place, Mark]


class Picture(NamedTuple):
    """A page drawn as PNG, with its size in points."""

    number: int
    width: float
    height: float
    png: bytes


@dataclass
class _Slot:
    """A cell of a grid being laid out; it grows downwards over gaps. Without `cell` nothing is printed there."""

    start: int
    end: int
    cell: Cell | None = None
    height: int = 1


def escaped(text: str) -> str:
    """`text` for HTML or SVG, cut where it is longer than any cell."""
    return html.escape(text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + "…")


def _attributes(mark: Mark) -> str:
    link = f' id="{mark.link}"' if mark.link else ""
    return f'class="c {mark.kind}"{link} title="{escaped(mark.said)}"'


def _text(cell: Cell, mark: Mark) -> str:
    sign = f'<b class="sign">{SIGNS[mark.kind]}</b>' if mark.kind in SIGNS else ""
    return f"{sign}{escaped(cell.text) or '&nbsp;'}"


def _lines(rows: Iterable[Row], marks: Marks, lang: str) -> str:
    """Lines with their numbers; the cells of each apart."""
    shown = []
    for row in rows:
        picture = escaped(word("review_picture", lang)) if row.role == "picture" else ""
        for number, cells in groupby(row.cells, key=lambda cell: cell.place.line):
            spans = "".join(
                f"<span {_attributes(m)}>{_text(c, m)}</span>" for c in cells for m in [marks.get(c.place, Mark())]
            )
            shown.append(f'<tr><th class="n">{number}</th><td>{picture or spans}</td></tr>')
    return f'<table class="lines"><tbody>{"".join(shown)}</tbody></table>'


def _laid_out(rows: Sequence[Row]) -> list[list[_Slot]]:
    """The cells of each row; a cell grows over the gaps below it, as the cell that covers them has no other trace."""
    columns = max(end for row in rows for _, end in row.spans)
    above: list[_Slot] = []
    laid: list[list[_Slot]] = []
    for row in rows:
        mine = [_Slot(a, b, c) for c, (a, b) in zip(row.cells, row.spans, strict=True)]
        taken = {k for slot in mine for k in range(slot.start, slot.end)}
        grown = [s for s in above if taken.isdisjoint(range(s.start, s.end))]
        for slot in grown:
            slot.height += 1
        taken |= {k for slot in grown for k in range(slot.start, slot.end)}
        empty = [_Slot(k, k + 1) for k in range(columns) if k not in taken]
        new = sorted([*mine, *empty], key=lambda slot: slot.start)
        laid.append(new)
        above = [*grown, *new]
    return laid


def _grid(rows: Sequence[Row], marks: Marks) -> str:
    """A table drawn again from the places of its cells."""
    shown = []
    for slots in _laid_out(rows):
        cells = ""
        for slot in slots:
            size = f'colspan="{slot.end - slot.start}" rowspan="{slot.height}"'
            if slot.cell is None:
                cells += f'<td class="none" {size}></td>'
                continue
            mark = marks.get(slot.cell.place, Mark())
            cells += f"<td {_attributes(mark)} {size}>{_text(slot.cell, mark)}</td>"
        shown.append(f"<tr>{cells}</tr>")
    return f'<table class="grid"><tbody>{"".join(shown)}</tbody></table>'


def redrawn(rows: Sequence[Row], marks: Marks, lang: str) -> str:
    """The rows as HTML: tables with their cells where they stand, anything else as lines."""
    shown = ""
    for tabular, run in groupby(rows[:MOST_ROWS], key=lambda row: row.table if row.spans else 0):
        mine = list(run)
        shown += _grid(mine, marks) if tabular else _lines(mine, marks, lang)
    if len(rows) > MOST_ROWS:
        shown += f"<p>{escaped(word('review_more', lang, n=len(rows) - MOST_ROWS))}</p>"
    return shown


def draw_pages(path: str, numbers: Sequence[int]) -> list[Picture]:
    """Pages of a PDF, counted from 1, as a viewer shows them. To be run in the worker."""
    import pypdfium2

    document = pypdfium2.PdfDocument(Path(path).read_bytes())
    drawn = []
    for number in numbers:
        page = document[number - 1]
        width, height = page.get_size()
        bitmap = page.render(scale=min(DPI / 72, MOST_PIXELS / max(width, height)))
        png = io.BytesIO()
        bitmap.to_pil().save(png, "PNG", optimize=True)
        drawn.append(Picture(number, width, height, png.getvalue()))
        page.close()
    document.close()
    return drawn


def _rectangle(box: Box, mark: Mark) -> str:
    x, y, width, height = box.x0, box.top, box.x1 - box.x0, box.bottom - box.top
    at = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    link = f' id="{mark.link}"' if mark.link else ""
    sign = SIGNS.get(mark.kind, "")
    text = f'<text class="sign" x="{box.x1 - 9:.1f}" y="{box.top + 8:.1f}">{sign}</text>' if sign else ""
    return f'<rect class="c {mark.kind}"{link} {at}><title>{escaped(mark.said)}</title></rect>{text}'


def _page(picture: Picture, boxes: Iterable[tuple[Box, Place]], marks: Marks, lang: str) -> str:
    """A page with the cells found on it."""
    name = escaped(word("review_page", lang, n=picture.number))
    data = base64.b64encode(picture.png).decode("ascii")
    size = f'width="{picture.width:g}" height="{picture.height:g}"'
    cells = "".join(_rectangle(box, marks.get(place, Mark())) for box, place in boxes)
    return (
        f'<figure><figcaption>{name}</figcaption><svg role="img" aria-label="{name}" '
        f'viewBox="0 0 {picture.width:g} {picture.height:g}">'
        f'<image href="data:image/png;base64,{data}" {size}/>{cells}</svg></figure>'
    )


def _pages_of(rows: Sequence[Row]) -> list[int]:
    """The pages that rows stand on."""
    found = [re.match(r"page (\d+)", row.place.within) for row in rows]
    return sorted({int(f[1]) for f in found if f})


def shown(document: Document, rows: Sequence[Row], marks: Marks, lang: str) -> str:
    """The rows as their file shows them: pages of a PDF with the cells drawn in, anything else redrawn."""
    if not rows:
        return f"<p>{escaped(word('review_no_source', lang))}</p>"
    if document.format != "pdf":
        return redrawn(rows, marks, lang)
    try:
        pictures = worker.run(draw_pages, document.source, _pages_of(rows))
    except (GongkaiError, RuntimeError):
        return f"<p>{escaped(word('review_no_page', lang))}</p>" + redrawn(rows, marks, lang)
    places = [cell.place for row in rows for cell in row.cells]
    drawn = [(document.boxes[str(p)], p) for p in places if str(p) in document.boxes]
    pages = "".join(_page(p, [d for d in drawn if d[0].page == p.number], marks, lang) for p in pictures)
    # On a page that had to be turned to be read nothing can be drawn in.
    undrawn = [row for row in rows if any(str(cell.place) not in document.boxes for cell in row.cells)]
    return pages + (redrawn(undrawn, marks, lang) if undrawn else "")
