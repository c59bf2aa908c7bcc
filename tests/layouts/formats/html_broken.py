"""Web pages with wrong spans and missing tags. What they show may be beyond reading; it must never be read wrongly."""

import re
from collections.abc import Callable
from random import Random

from layouts.model import Form

from .blocks import Block, Placed, blocks, placed
from .html import clean_block, clean_table, page

Choice = Callable[[Placed, int], bool]  # may this cell of a table of so many rows have the damage?


def _span_of_one(block: Block, rng: Random, may: Choice, said: Callable[[Placed, int], str]) -> str:
    """The table with the span of one cell said wrongly; of no cell, if none may."""
    height = len(block.rows)
    there = [at for row in placed(block.rows) for at in row if may(at, height)]
    table = clean_table(block)
    if not there:
        return table
    chosen = rng.choice(there)
    before = sum(len(row) for row in block.rows[: chosen.row]) + [
        at.column for at in placed(block.rows)[chosen.row]
    ].index(chosen.column)
    tags = list(re.finditer(r"<t[dh][^>]*>", table))
    tag = tags[before]
    name, _, value = said(chosen, height).partition("=")
    other = re.sub(rf' {name}="\d+"', "", tag[0])
    return f'{table[: tag.start()]}{other[:-1]} {name}="{value}">{table[tag.end() :]}'


def _wide(at: Placed, height: int) -> bool:
    return at.cell.across > 1


def _deep(at: Placed, height: int) -> bool:
    return at.cell.down > 1


def colspan_huge(block: Block, rng: Random) -> str:
    """colspan="20000" in one cell."""
    return _span_of_one(block, rng, lambda at, height: True, lambda at, height: "colspan=20000")


def colspan_zero(block: Block, rng: Random) -> str:
    """colspan="0" in one cell."""
    return _span_of_one(block, rng, lambda at, height: True, lambda at, height: "colspan=0")


def colspan_px(block: Block, rng: Random) -> str:
    """colspan="2px" for 2."""
    return _span_of_one(block, rng, _wide, lambda at, height: f"colspan={at.cell.across}px")


def rowspan_beyond(block: Block, rng: Random) -> str:
    """A rowspan that reaches beyond the table."""
    return _span_of_one(block, rng, _deep, lambda at, height: f"rowspan={height + 7}")


def rowspan_more(block: Block, rng: Random) -> str:
    """A rowspan one too many."""
    return _span_of_one(block, rng, _deep, lambda at, height: f"rowspan={at.cell.down + 1}")


def rowspan_less(block: Block, rng: Random) -> str:
    """A rowspan one too few."""
    return _span_of_one(block, rng, _deep, lambda at, height: f"rowspan={at.cell.down - 1}")


def closing_missing(block: Block, rng: Random) -> str:
    """Some </td>, </th> and </tr> missing."""
    return re.sub(r"</(?:td|th|tr)>", lambda m: m[0] if rng.random() < 0.7 else "", clean_table(block))


def spans_lost(block: Block, rng: Random) -> str:
    """No spans: each row holds only its own cells."""
    return re.sub(r' (?:row|col)span="\d+"', "", clean_table(block))


def rowspans_lost(block: Block, rng: Random) -> str:
    """No rowspans: the rows under a merged label begin too far left."""
    return re.sub(r' rowspan="\d+"', "", clean_table(block))


DAMAGES: dict[str, Callable[[Block, Random], str]] = {
    made.__name__: made
    for made in (
        colspan_huge,
        colspan_zero,
        colspan_px,
        rowspan_beyond,
        rowspan_more,
        rowspan_less,
        closing_missing,
        spans_lost,
        rowspans_lost,
    )
}


def damaged(form: Form, seed: int, damage: str) -> bytes:
    """A clean page with one kind of damage in each table."""
    rng = Random(seed)
    made = blocks(form, rng)
    body = [DAMAGES[damage](b, rng) if b.kind == "table" else clean_block(b, rng) for b in made]
    return page(made[0].text, "\n".join(body)).encode()


def broken(form: Form, seed: int) -> bytes:
    """Wrong spans or missing tags, of a kind that the seed chooses."""
    return damaged(form, seed, Random(f"kind {seed}").choice(list(DAMAGES)))
