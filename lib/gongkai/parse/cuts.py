"""Rows that a page break cut in two, made whole again: the label tells."""

from __future__ import annotations

from dataclasses import replace

from gongkai.cells import is_value, normalise_label
from gongkai.document import Cell, Row
from gongkai.parse.model import Region


def _label(row: Row) -> int | None:
    """The place of the cell that ends a row's label: the last text before its values."""
    texts = [k for k, cell in enumerate(row.cells) if cell.text.strip() and not is_value(cell.text)]
    return texts[-1] if texts else None


def _joined(above: Cell, below: Cell) -> Cell:
    if not above.text.strip():
        return Cell(below.text, below.place)
    return Cell(f"{above.text}\n{below.text}" if below.text.strip() else above.text, above.place)


def _is_cut(above: Row, below: Row, labels: dict[str, str]) -> bool:
    """Whether `below` goes on with the row `above`: only both labels together are one of the form's."""
    if not set(below.spans) <= set(above.spans):
        return False
    at, under = _label(above), _label(below)
    if at is None or normalise_label(above.cells[at].text) == "":
        return False
    if under is None:
        # A label on one page and its values on the next; or nothing at all.
        spans = set(above.spans[at + 1 :])
        values = [c.text for c, s in zip(above.cells, above.spans, strict=True) if s in spans]
        return not any(c.text.strip() for c in below.cells) or not any(v.strip() for v in values)
    whole = labels.get(normalise_label(above.cells[at].text + below.cells[under].text))
    own, other = (labels.get(normalise_label(row.cells[k].text)) for row, k in ((above, at), (below, under)))
    return whole is not None and other is None and own in {None, whole} and above.spans[at] == below.spans[under]


def whole_rows(region: Region, labels: dict[str, str]) -> Region:
    """The region with rows that end one page and begin the next put together where their label shows it."""
    found: Region = []
    last = -1  # the row of the table read last
    for k, row in region:
        above = found[last][1] if last >= 0 else None
        cut = above is not None and bool(row.spans) and above.table == row.table
        if above is not None and cut and above.place.within != row.place.within and _is_cut(above, row, labels):
            below = dict(zip(row.spans, row.cells, strict=True))
            cells = [
                _joined(cell, below[span]) if span in below else cell
                for cell, span in zip(above.cells, above.spans, strict=True)
            ]
            found[last] = (found[last][0], replace(above, cells=tuple(cells)))
            continue
        if row.spans:
            last = len(found)
        found.append((k, row))
    return found
