"""A report as the blocks that every file format writes, in reading order."""

import io
import zipfile
from random import Random
from typing import NamedTuple

from layouts.model import Cell, Form, Grid, _placed, grid
from layouts.render import Layout, render


class Block(NamedTuple):
    """A part of a report; only a table has a name and rows."""

    kind: str  # title | heading | prose | table
    text: str
    table: str = ""
    rows: Grid = []


class Placed(NamedTuple):
    """A cell and where its corner is."""

    cell: Cell
    row: int
    column: int


def blocks(form: Form, rng: Random) -> list[Block]:
    """Title, headings, prose and tables, worded as `render` words them."""
    drawn: dict[str, Grid] = {}

    def keep(form: Form, table: str, rng: Random) -> str:
        drawn[table] = grid(form, table, rng)
        return f"<{table}>"

    text = render(form, Layout("blocks", keep, True, True, True, marked=True), rng)
    return [_block(part, drawn) for part in text.rstrip("\n").split("\n\n")]


def _block(part: str, drawn: dict[str, Grid]) -> Block:
    if part[0] == "<":
        return Block("table", "", part[1:-1], drawn[part[1:-1]])
    if part[0] == "#":
        return Block("title" if part.startswith("# ") else "heading", part.lstrip("# "))
    return Block("prose", part)


def placed(rows: Grid) -> list[list[Placed]]:
    """The cells with their places, row by row."""
    return [
        [Placed(cell, r, c) for c, (cell, right, down) in enumerate(row) if (right, down) == (0, 0)]
        for r, row in enumerate(_placed(rows))
    ]


def width(rows: Grid) -> int:
    """How many columns a table has."""
    return sum(cell.across for cell in rows[0])


def header_rows(block: Block) -> set[int]:
    """The rows of a table that hold no values; the second part of one that was cut may have none."""
    if block.table == "applications" and not any(cell.text == "申请人情况" for cell in block.rows[0]):
        return set()
    if block.table != "proactive":
        return {0, 1, 2}
    return {r for r, row in enumerate(block.rows) if row[0].text.startswith(("第二十条", "信息内容"))}


def is_label(block: Block, at: Placed) -> bool:
    """Is this a label or header, not a value of the form?"""
    if at.row in header_rows(block):
        return True
    labels = {"proactive": width(block.rows) - 3, "applications": 3, "disputes": 0}[block.table]
    return at.column < labels


def cut(rows: Grid, at: int, rng: Random) -> tuple[Grid, Grid]:
    """A table in two; a merged cell cut through goes on with its text repeated, or with none."""
    again = rng.random() < 0.5
    first = [[cell._replace(down=min(cell.down, at - r)) for cell in row] for r, row in enumerate(rows[:at])]
    second = [list(row) for row in rows[at:]]
    through = [p for row in placed(rows)[:at] for p in row if p.row + p.cell.down > at]
    rest = [Cell(p.cell.text if again else "", p.cell.across, p.row + p.cell.down - at) for p in through]
    return first, [[*rest, *second[0]], *second[1:]]


def as_zip(parts: dict[str, str | bytes]) -> bytes:
    """A zip file whose bytes depend on its content alone."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            entry = zipfile.ZipInfo(name, (2024, 1, 2, 3, 4, 6))
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, data)
    return out.getvalue()
