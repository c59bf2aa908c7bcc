"""PDF with ruled tables. Each table stands on one page, or runs over page breaks that cut rows and merged labels."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from layouts.model import Form

from .blocks import Block, Placed, blocks, header_rows, is_label, placed, width
from .paper import MARGIN, PAGE_WIDTH, TEXT_WIDTH, Paper

BREAKS = ("row_cut", "values_below", "open_foot", "label_on_top", "label_below")
_PAD = 2.5
_LEAST = 3.0  # points; the smallest letters that a value is printed in to fit its cell


class Band(NamedTuple):
    """A row, or one of the two parts of a row that is cut by a page's end."""

    row: int
    height: float


@dataclass
class Drawing:
    """A table measured out: where its columns are, how high its rows and what its cells' lines of text are."""

    block: Block
    size: float
    edges: list[float]
    lines: dict[tuple[int, int], list[str]]
    bands: list[Band]

    @property
    def leading(self) -> float:
        return self.size * 1.25

    def cells(self) -> list[Placed]:
        return [at for row in placed(self.block.rows) for at in row]

    def height(self) -> float:
        return sum(band.height for band in self.bands)


def wrap(paper: Paper, text: str, size: float, room: float, first: float = 0) -> list[str]:
    """The lines of a text; no number is broken and no line begins with a comma. `first` is the first one's indent."""
    lines, line, used = [], "", first
    for piece in re.findall(r"(?:[0-9０-９][0-9０-９.,，]*|.)[，。、；：）”]*", text):
        wide = paper.wide(piece, size)
        if line and used + wide > room:
            lines.append(line)
            line, used = "", 0.0
        line, used = line + piece, used + wide
    return [*lines, line] if line else lines


def _shares(block: Block, rng: Random) -> list[float]:
    """How wide the columns are against each other; those of group labels are narrow."""
    if block.table == "applications":
        return [rng.choice((22, 30)), rng.choice((40, 60)), rng.choice((110, 130)), *[36] * 7]
    if block.table == "proactive" and width(block.rows) == 5:
        return [70, 50, 90, 90, 90]
    return [90.0] * width(block.rows)


def measure(paper: Paper, block: Block, rng: Random) -> Drawing:
    """Columns, lines and heights of a table."""
    size = rng.choice((7.5, 8.0, 9.0)) if block.table == "proactive" else 7.5
    shares = _shares(block, rng)
    edges = [MARGIN + TEXT_WIDTH * sum(shares[:n]) / sum(shares) for n in range(len(shares) + 1)]
    made = Drawing(block, size, edges, {}, [])
    pad = rng.choice((2.0, 3.0, 4.0))
    heights = [0.0] * len(block.rows)
    for at in sorted(made.cells(), key=lambda at: at.cell.down):
        room = edges[at.column + at.cell.across] - edges[at.column] - 2 * _PAD
        lines = wrap(paper, at.cell.text, size, room) if is_label(block, at) else [at.cell.text]
        made.lines[at.row, at.column] = [line for line in lines if line]
        needed = max(1, len(lines)) * made.leading + 2 * pad
        covered = heights[at.row : at.row + at.cell.down]
        heights[at.row + at.cell.down - 1] += max(0.0, needed - sum(covered))
    made.bands = [Band(r, height) for r, height in enumerate(heights)]
    return made


class _Piece(NamedTuple):
    """The part of a cell that stands on one page."""

    at: Placed
    top: int  # bands
    bottom: int
    lines: list[str]


def _pieces(made: Drawing, pages: list[range], features: Collection[str], rng: Random) -> list[list[_Piece]]:
    """For each page the parts of cells on it; a label that is cut has its lines on both, a value on one."""
    by_page: list[list[_Piece]] = [[] for _ in pages]
    below = "values_below" in features
    for at in made.cells():
        mine = [b for b, band in enumerate(made.bands) if at.row <= band.row < at.row + at.cell.down]
        on = [p for p, page in enumerate(pages) if page.start <= mine[-1] and mine[0] < page.stop]
        ends = [(max(mine[0], pages[p].start), min(mine[-1] + 1, pages[p].stop)) for p in on]
        heights = [sum(band.height for band in made.bands[top:bottom]) for top, bottom in ends]
        parts = _shared(made.lines[at.row, at.column], heights, made.leading, _way(made, at, below, features), rng)
        for p, (top, bottom), lines in zip(on, ends, parts, strict=True):
            by_page[p].append(_Piece(at, top, bottom, lines))
    return by_page


def _way(made: Drawing, at: Placed, below: bool, features: Collection[str]) -> str:
    if not is_label(made.block, at):
        return "label_below" if below else "label_on_top"
    if at.cell.down == 1:
        return "both"  # a row that is cut has its label on both parts, or it would look like two rows
    return next((way for way in ("label_on_top", "label_below") if way in features), "both")


def _shared(lines: list[str], heights: list[float], leading: float, way: str, rng: Random) -> list[list[str]]:
    """The lines of a cell on the pages that it stands on: as wanted, as far as there is room."""
    if len(heights) == 1:
        return [lines]
    first, second = (int(height // leading) for height in heights[:2])
    ways = [at for at in range(len(lines) + 1) if at <= first and len(lines) - at <= second]
    if way == "label_below":
        at = min(ways, default=0)
    elif way == "label_on_top":
        at = max(ways, default=len(lines))
    else:
        at = rng.choice([at for at in ways if 0 < at < len(lines)] or ways or [len(lines)])
    return [lines[:at], lines[at:], *[[]] * (len(heights) - 2)]


def draw(paper: Paper, made: Drawing, pages: list[range], features: Collection[str], rng: Random) -> None:
    """The table on its pages."""
    shaded = rng.random() < 0.4
    for p, pieces in enumerate(_pieces(made, pages, features, rng)):
        if p:
            paper.turn()
        tops = [paper.y]
        for band in made.bands[pages[p].start : pages[p].stop]:
            tops.append(tops[-1] + band.height)
        is_open = "open_foot" in features and p < len(pages) - 1
        for piece in pieces:
            x0, x1 = made.edges[piece.at.column], made.edges[piece.at.column + piece.at.cell.across]
            y0, y1 = tops[piece.top - pages[p].start], tops[piece.bottom - pages[p].start]
            if shaded and piece.at.row in header_rows(made.block):
                paper.shade(x0, y0, x1 - x0, y1 - y0)
            foot = is_open and piece.bottom == pages[p].stop
            _rules(paper, (x0, y0, x1, y1), foot)
            _text(paper, made, piece, (x0, y0, x1, y1))
        paper.y = tops[-1]


def _rules(paper: Paper, box: tuple[float, float, float, float], without_foot: bool) -> None:
    x0, y0, x1, y1 = box
    paper.rule(x0, y0, x1, y0)
    paper.rule(x0, y0, x0, y1)
    paper.rule(x1, y0, x1, y1)
    if not without_foot:
        paper.rule(x0, y1, x1, y1)


def _text(paper: Paper, made: Drawing, piece: _Piece, box: tuple[float, float, float, float]) -> None:
    """The lines of a cell, in its middle from top to bottom; long labels begin at the left."""
    x0, y0, x1, y1 = box
    label = is_label(made.block, piece.at)
    to_left = label and piece.at.row not in header_rows(made.block) and piece.at.column + piece.at.cell.across >= 3
    y = (y0 + y1 - len(piece.lines) * made.leading) / 2 + made.size
    for line in piece.lines:
        size = made.size
        while not label and size > _LEAST and paper.wide(line, size) > x1 - x0 - 2:
            size -= 0.5
        x = x0 + _PAD if to_left else (x0 + x1 - paper.wide(line, size)) / 2
        paper.write(line, x, y, size)
        y += made.leading


def write_text(paper: Paper, block: Block, rng: Random) -> None:
    """Title, heading or prose, wrapped; a page that is full is turned."""
    size = {"title": 18.0, "heading": 14.0, "prose": rng.choice((10.5, 12.0))}[block.kind]
    indent = 0.0 if block.kind == "title" else 2 * size
    for n, line in enumerate(_text_lines(paper, block, size, indent)):
        if paper.room() < size * 1.6:
            paper.turn()
        x = MARGIN + (0 if n else indent)
        if block.kind == "title":
            x = (PAGE_WIDTH - paper.wide(line, size)) / 2
        paper.write(line, x, paper.y + size, size)
        paper.y += size * 1.6
    paper.y += size * 0.4


def _text_lines(paper: Paper, block: Block, size: float, indent: float) -> list[str]:
    if block.kind == "title" and paper.wide(block.text, size) > TEXT_WIDTH:
        return list(re.fullmatch(r"(.*?)(\d{4}年.*)", block.text).groups())
    return wrap(paper, block.text, size, TEXT_WIDTH, indent)


def measured(paper: Paper, made: list[Block], seed: int) -> dict[str, Drawing]:
    """The tables of a report, measured out."""
    return {b.table: measure(paper, b, Random(f"{b.table} {seed}")) for b in made if b.kind == "table"}


def begin(form: Form, made: list[Block]) -> Paper:
    """Paper with a font that has all characters of this report."""
    return Paper("".join(cell.text for cell in form.cells.values()) + made[0].text)


def pdf(form: Form, seed: int) -> bytes:
    """Each table on one page, with its heading."""
    rng = Random(seed)
    made = blocks(form, rng)
    paper = begin(form, made)
    drawings = measured(paper, made, seed)
    for n, block in enumerate(made):
        if block.kind == "table":
            drawing = drawings[block.table]
            draw(paper, drawing, [range(len(drawing.bands))], (), rng)
            paper.y += 12
            continue
        # heading, introduction and table stay together
        table = next((b.table for b in made[n + 1 : n + 3] if b.kind in ("heading", "table")), "")
        if block.kind == "heading" and table and paper.room() < drawings[table].height() + 70:
            paper.turn()
        write_text(paper, block, rng)
    return paper.done()
