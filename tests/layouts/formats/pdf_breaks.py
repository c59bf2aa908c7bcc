"""PDF whose tables run over page breaks."""

from collections.abc import Collection
from dataclasses import replace
from random import Random

from layouts.model import TABLES, Form

from .blocks import blocks, header_rows, is_label, placed
from .paper import BOTTOM, MARGIN, Paper
from .pdf import BREAKS, Band, Drawing, begin, draw, measured, write_text


def paginate(made: Drawing, room: float, cutting: bool) -> list[range]:
    """The bands on each page. A row that does not fit goes to the next page; `cutting` cuts it if its label can be."""
    pages, start, band = [], 0, 0
    while band < len(made.bands):
        height = made.bands[band].height
        if height <= room:
            room -= height
            band += 1
            continue
        if cutting and _cut(made, band, room):
            band += 1
            cutting = False  # one in a table
        pages.append(range(start, band))
        start, room = band, BOTTOM - MARGIN
    return [*pages, range(start, band)]


def _label_lines(made: Drawing, row: int) -> int:
    """How many lines the label of a row of values has; 0 for a row of headers."""
    if row in header_rows(made.block):
        return 0
    own = [at for at in placed(made.block.rows)[row] if at.cell.down == 1 and is_label(made.block, at)]
    return len(made.lines[row, own[0].column]) if own else 0


def _cut(made: Drawing, band: int, room: float) -> bool:
    """Cuts a row in two where its label has lines for both and there is room for one; was it cut?"""
    row, height = made.bands[band]
    above = int(room // made.leading)
    if above < 1 or _label_lines(made, row) < 2:
        return False
    below = max(1, _label_lines(made, row) - above) + 0.5
    made.bands[band : band + 1] = [Band(row, room), Band(row, max(height - room, below * made.leading))]
    return True


def _gap(paper: Paper, fresh: Drawing, cutting: bool, wanted: bool, rng: Random) -> float:
    """An empty space above the table that makes it break as it should; none, if no space does.

    A break that is `wanted` may take any space, another only a few lines of it.
    """
    gaps = list(range(0, int(paper.room()) if wanted else 72, 4))
    rng.shuffle(gaps)
    for gap in gaps:
        trial = replace(fresh, bands=list(fresh.bands))
        pages = paginate(trial, paper.room() - gap, cutting)
        if len(pages) > 1 and len(pages[0]) > 0 and (len(trial.bands) > len(fresh.bands)) == cutting:
            return float(gap)
    return 0.0


def breaking(form: Form, seed: int, features: Collection[str]) -> bytes:
    """Tables over page breaks, with these of BREAKS and no others."""
    rng = Random(seed)
    made = blocks(form, rng)
    paper = begin(form, made)
    drawings = measured(paper, made, seed)
    must_break = rng.choice(TABLES)
    for block in made:
        if block.kind != "table":
            write_text(paper, block, rng)
            continue
        drawing = drawings[block.table]
        cutting = "row_cut" in features
        wanted = block.table == must_break
        paper.y += _gap(paper, drawing, cutting, wanted, Random(f"gap {block.table} {seed}"))
        pages = paginate(drawing, paper.room(), cutting)
        if not pages[0]:  # not one row fits
            paper.turn()
            pages = pages[1:]
        draw(paper, drawing, pages, features, rng)
        paper.y += 12
    return paper.done()


def pdf_breaks(form: Form, seed: int) -> bytes:
    """Tables over page breaks; what the breaks do is left to the seed."""
    choose = Random(f"breaks {seed}")
    return breaking(form, seed, [feature for feature in BREAKS if choose.random() < 0.4])
