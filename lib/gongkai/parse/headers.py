"""The header of a table: which columns it names, in which order, in which edition's words."""

from __future__ import annotations

import re

from gongkai.cells import is_value, normalise_label
from gongkai.document import Cell, Row
from gongkai.form import form


def named_columns(table: str, text: str) -> list[str]:
    """Column codes in the order in which normalised header `text` names them.

    The longest label is looked for first (本年处理决定数量 holds 处理决定数量), and what is found is taken
    out so that nothing is found in it again.
    """
    for heading in form().heading_labels[table]:
        text = text.replace(heading, "〇" * len(heading))
    labels = sorted(form().column_labels[table].items(), key=lambda pair: -len(pair[0]))
    found: list[tuple[int, str]] = []
    for label, code in labels:
        found += [(match.start(), code) for match in re.finditer(re.escape(label), text)]
        text = text.replace(label, "〇" * len(label))
    return [code for _, code in sorted(found)]


def header_text(cells: list[Cell]) -> str:
    """Header cells in reading order as one normalised text: a label split over lines is whole again."""
    return "".join(normalise_label(cell.text, keep_mark=True) for cell in cells)


def stacked_text(rows: list[Row]) -> str:
    """The same column by column: labels that several rows of equal width print in slices."""
    width = max((len(row.cells) for row in rows), default=0)
    columns = ["".join(row.cells[k].text for row in rows if k < len(row.cells)) for k in range(width)]
    return "".join(normalise_label(text, keep_mark=True) for text in columns)


def editions_of(table: str, columns: list[str], text: str) -> set[str]:
    """The editions whose own words the header uses (rule P-01)."""
    found = set()
    for code in columns:
        labels = form().columns[table, code].labels
        if len(labels) == 1 and "column" not in labels:
            found |= set(labels)
        elif len(set(labels.values())) > 1:
            exact = {e: normalise_label(label) for e, label in labels.items()}
            longest = max((e for e in exact if exact[e] in text), key=lambda e: len(exact[e]), default=None)
            found |= {longest} if longest else set()
    return found


def column_codes(row: Row, table: str) -> list[str | None]:
    """The column each cell of a row names, if any. A header has no list mark: 3.其他 is a row."""
    labels = form().column_labels[table]
    return [labels.get(normalise_label(cell.text, keep_mark=True)) for cell in row.cells]


def is_header(row: Row, table: str) -> bool:
    """Whether a delimited row names columns and holds no values."""
    return row.delimited and any(column_codes(row, table)) and not any(is_value(cell.text) for cell in row.cells)


def header_places(headers: list[Row], columns: tuple[str, ...], table: str) -> list[int] | None:
    """Where the header cells of `columns` stand in the grid, from header rows, nearest last.

    None unless every column is named by a cell of its own.
    """
    places: dict[str, int] = {}
    for row in reversed(headers):
        for k, code in enumerate(column_codes(row, table)):
            if code in columns:
                places.setdefault(code, k)
        if len(places) == len(columns):
            return [places[c] for c in columns]
    return None


def first_column(headers: list[Row], table: str, columns: tuple[str, ...]) -> int | None:
    """Where the first value column stands, if the header shows the columns side by side in their order."""
    places = header_places(headers, columns, table)
    if places is None or places != list(range(places[0], places[0] + len(columns))):
        return None
    return places[0]


def spans(row: Row, table: str, columns: tuple[str, ...]) -> dict[str, list[int]] | None:
    """Columns of a header row that repeats merged cells: code → places, or None without repetition."""
    found: dict[str, list[int]] = {}
    for k, code in enumerate(column_codes(row, table)):
        if code in columns:
            found.setdefault(code, []).append(k)
    whole = set(found) == set(columns) and any(len(places) > 1 for places in found.values())
    return found if whole else None
