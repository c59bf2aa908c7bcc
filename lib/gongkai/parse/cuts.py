"""Cells and rows that a page break cut in two, made whole again: the label tells."""

from __future__ import annotations

from dataclasses import replace

from gongkai.cells import is_value, normalise_label
from gongkai.document import Cell, Row
from gongkai.parse.model import Region

Span = tuple[int, int]
Cells = dict[Span, Cell]


def _cells(row: Row) -> Cells:
    return dict(zip(row.spans, row.cells, strict=True))


def _as_row(row: Row, cells: Cells) -> Row:
    spans = tuple(sorted(cells))
    return replace(row, cells=tuple(cells[span] for span in spans), spans=spans)


def _joined(above: Cell, below: Cell) -> Cell:
    if not above.text.strip():
        return Cell(below.text, below.place)
    return Cell(f"{above.text}\n{below.text}" if below.text.strip() else above.text, above.place)


def _goes_on(above: Cell, below: Cell, labels: dict[str, str]) -> bool:
    """Whether a label was cut: only both pieces together, or the first as well, are one of the form's."""
    if not above.text.strip() or not below.text.strip() or is_value(above.text) or is_value(below.text):
        return False
    whole = labels.get(normalise_label(above.text + below.text))
    own, other = labels.get(normalise_label(above.text)), labels.get(normalise_label(below.text))
    # Of a label cut behind its list mark the second piece is known by itself.
    alone = other is None or (other == whole and normalise_label(above.text) == "")
    return whole is not None and alone and own in {None, whole}


def _is_rest(above: Cells, below: Cells, taken: set[Span], labels: dict[str, str]) -> bool:
    """Whether what is left of the row `below` belongs to the row `above`.

    It does if it has no label of its own, the label above went on in it or one of the two has no values,
    and no cell is printed on both pages. Left of the label a group may begin again.
    """
    known = [span for span in above if normalise_label(above[span].text) in labels]
    if not known:
        return False
    values = {span: cell for span, cell in below.items() if span > known[-1]}
    printed = {span for span, cell in below.items() if cell.text.strip()}
    both = any(above[span].text.strip() for span in printed if span in above)
    own = {span: cell for span, cell in below.items() if span not in taken and span >= min(above)}
    words = any(normalise_label(cell.text) in labels for cell in own.values())
    empty = not any(cell.text.strip() for span, cell in above.items() if span > known[-1])
    return set(values) <= set(above) and not both and not words and (bool(taken) or empty or not printed)


def _mend(found: Region, row: Row, labels: dict[str, str]) -> Row | None:
    """The first row of a page without what belongs to rows on the page before; None if all of it does.

    Changes the rows in `found` that it completes.
    """
    below, taken = _cells(row), set()
    last = next(k for k in range(len(found) - 1, -1, -1) if found[k][1].spans)
    for span, cell in list(below.items()):
        for k in range(last, -1, -1):
            index, other = found[k]
            cells = _cells(other) if other.table == row.table else {}
            if span in cells:
                if _goes_on(cells[span], cell, labels):
                    found[k] = (index, _as_row(other, cells | {span: _joined(cells[span], cell)}))
                    below[span] = Cell("", cell.place)
                    taken |= {span} if k == last else set()
                break
    index, other = found[last]
    above = _cells(other)
    if _is_rest(above, below, taken, labels):
        joined = {span: _joined(above[span], cell) if span in above else cell for span, cell in below.items()}
        found[last] = (index, _as_row(other, above | joined))
        return None
    if _may_be_values(above, below, labels):
        found[last] = (index, _as_row(other, {span: c for span, c in above.items() if c.text.strip()}))
    return _as_row(row, {span: cell for span, cell in below.items() if span not in taken})


def _may_be_values(above: Cells, below: Cells, labels: dict[str, str]) -> bool:
    """Whether numbers without a label on a new page may be those of the row above, whose cells are then not empty."""
    known = [span for span in above if normalise_label(above[span].text) in labels]
    own = [cell for span, cell in below.items() if span >= min(above)]
    unlabelled = not any(normalise_label(cell.text) in labels for cell in own)
    empty = bool(known) and not any(cell.text.strip() for span, cell in above.items() if span > known[-1])
    return empty and unlabelled and any(is_value(cell.text) for cell in below.values())


def whole_rows(region: Region, labels: dict[str, str]) -> Region:
    """The region with cells and rows that end one page and begin the next put together where a label shows it."""
    found: Region = []
    above: Row | None = None
    for k, row in region:
        kept: Row | None = row
        if row.spans and above is not None and above.table == row.table and above.place.within != row.place.within:
            kept = _mend(found, row, labels)
        if kept is not None:
            found.append((k, kept))
        above = row if row.spans else above
    return found
