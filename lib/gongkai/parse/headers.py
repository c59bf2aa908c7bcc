"""The header of a table: which columns it names, in which order, in which edition's words."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache

from gongkai.cells import is_value, list_mark, normalise_label
from gongkai.document import Cell, Row
from gongkai.form import form
from gongkai.parse.model import Header


# Headers are the same in most reports.
@lru_cache(2_000)
def named_columns(table: str, text: str) -> tuple[str, ...]:
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
    return tuple(code for _, code in sorted(found))


def header_text(cells: list[Cell]) -> str:
    """Header cells in reading order as one normalised text: a label split over lines is whole again."""
    return "".join(normalise_label(cell.text, keep_mark=True) for cell in cells)


def stacked_text(rows: list[Row]) -> str:
    """The same column by column: labels that several rows of equal width print in slices; else nothing."""
    if len({len(row.cells) for row in rows}) != 1:
        return ""
    columns = ["".join(row.cells[k].text for row in rows) for k in range(len(rows[0].cells))]
    return "".join(normalise_label(text, keep_mark=True) for text in columns)


def editions_of(table: str, columns: tuple[str, ...], text: str) -> set[str]:
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
    """The column each cell of a row names, if any. A header has no list mark: 3.其他 and （七）总计 are rows."""
    labels = form().column_labels[table]
    found = [labels.get(normalise_label(cell.text, keep_mark=True)) for cell in row.cells]
    return [
        code and (code if list_mark(cell.text) is None else None) for code, cell in zip(found, row.cells, strict=True)
    ]


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


# A header cell as unlike a label as this is another column and no damaged label.
_LIKE = 0.6


def read_header(table: str, line: int, cells: list[Cell], rows: list[Row]) -> Header | None:
    """The header that `cells` of `rows` make over line number `line`, or None if they name no column."""
    text = header_text(cells)
    named = named_columns(table, text)
    whole = [set(c) for i in form().items.values() if i.table == table for c in i.columns.values() if c]
    if set(named) not in whole and len(better := named_columns(table, stacked := stacked_text(rows))) > len(named):
        named, text = better, stacked
    # A short word alone (其他) is found in many labels and makes no header.
    long = any(len(label) > 3 for c in named for label in form().columns[table, c].labels.values())
    if len(set(named)) < 2 and not long:
        return None
    labels = form().column_labels[table]
    words = tuple(normalise_label(cell.text, keep_mark=True) for cell in cells)
    exact = tuple((cell.place.line, labels[w]) for cell, w in zip(cells, words, strict=True) if w in labels)
    sums = {w for w in labels if form().columns[table, labels[w]].sum_of}
    first_sum = next((k for k, w in enumerate(words) if w in sums), len(words))
    led = bool(form().heading_labels[table] & set(words[:first_sum]))
    delimited = any(row.delimited for row in rows)
    return Header(line, named, frozenset(editions_of(table, named, text)), exact, words, led, delimited)


def column_order(header: Header, table: str, declared: tuple[str, ...]) -> tuple[tuple[str, ...], bool] | None:
    """The `declared` columns in the order in which the header prints them, and whether it is damaged.

    Only cells that are a label and nothing else can show another order than the form's: 其他 is also
    found in headings. None where the order cannot be known.
    """
    printed = tuple(dict.fromkeys(code for _, code in header.exact if code in declared))
    if set(printed) == set(declared):
        order = _with_total(header, table, printed)
        return (order, False) if order else None
    named = tuple(dict.fromkeys(code for code in header.named if code in declared))
    sums = {c for c in declared if form().columns[table, c].sum_of}
    in_order = [c for c in named if c not in sums] == [c for c in declared if c in named and c not in sums]
    foreign = any(code not in declared for _, code in header.exact)
    missing = [c for c in declared if c not in named]
    if not in_order or foreign or not all(_damaged(header, table, c) for c in missing):
        return None
    return declared, bool(missing)


def _damaged(header: Header, table: str, column: str) -> bool:
    """Whether some cell of the header is like the label of `column`."""
    labels = [normalise_label(label) for label in form().columns[table, column].labels.values()]
    likeness = [SequenceMatcher(None, w, label).ratio() for w in header.words for label in labels]
    return max(likeness, default=0) >= _LIKE


def _with_total(header: Header, table: str, printed: tuple[str, ...]) -> tuple[str, ...] | None:
    """`printed` with the total where its values stand.

    A total merged downwards is printed in an upper header row, before columns it stands behind; in one
    row with all the others it stands where it is printed.
    """
    total = next((c for c in printed if form().columns[table, c].sum_of), None)
    if total is None or printed[-1] == total:
        return printed
    rows = {code: row for row, code in reversed(header.exact)}
    if header.delimited and len({rows[c] for c in printed}) == 1:
        return printed
    behind = header.led or printed[0] != total
    return (*[c for c in printed if c != total], total) if behind else None
