"""Reports in traditional characters: read through their simplified form, which keeps every character's place."""

from __future__ import annotations

from dataclasses import replace

from gongkai.cells import compact
from gongkai.document import Cell, Row

# Words for which converters to traditional characters put other words of the same length.
_WORDS = (("资讯", "信息"), ("讯息", "信息"), ("档案", "文件"))


def simplified(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The rows in simplified characters, each text as long as it was."""
    # OpenCC is loaded only for the few reports that need it.
    import opencc

    convert = opencc.OpenCC("t2s").convert

    def change(cell: Cell) -> Cell:
        text = convert(cell.text)
        if len(text) != len(cell.text):
            # Word by word it may grow or shrink; character by character it does not.
            text = "".join(simple if len(simple := convert(c)) == 1 else c for c in cell.text)
        for word, ours in _WORDS:
            text = text.replace(word, ours)
        return Cell(text, cell.place)

    return tuple(replace(row, cells=tuple(change(cell) for cell in row.cells)) for row in rows)


def as_printed(text: str | None, rows: tuple[Row, ...], originals: tuple[Row, ...]) -> str | None:
    """`text`, found in simplified `rows`, as the `originals` print it."""
    if text is None:
        return None
    wanted = compact(text)
    for row, original in zip(rows, originals, strict=True):
        at = compact(row.text).find(wanted)
        if at >= 0:
            return compact(original.text)[at : at + len(wanted)]
    return text
