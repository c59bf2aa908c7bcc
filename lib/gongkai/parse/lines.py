"""Cut a table's region into printed rows: labels, and the value cells that follow them."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from gongkai.cells import is_value, list_mark, normalise_label
from gongkai.document import Cell, Place, Row
from gongkai.form import Item, form
from gongkai.parse.align import printed_values
from gongkai.parse.model import Line, TableReading
from gongkai.parse.sections import is_page_mark

# A label that page breaks or narrow cells cut has been seen in three parts.
_MOST_PARTS = 4
# Below these a damaged label is not taken for the one that is missing in its place: with a list mark
# that agrees half the characters do, without one nearly all must (行政确权 is not 行政确认).
_LIKE_WITH_MARK, _LIKE = 0.5, 0.8


def _words(cell: Cell) -> list[Cell]:
    """A line `label 1 2 3` or `1 2 3` as its label and its numbers, each with its place."""
    parts = cell.text.split()
    start = len(parts)
    while start and is_value(parts[start - 1]):
        start -= 1
    if start == len(parts):
        return [cell]
    label = [Cell(" ".join(parts[:start]), cell.place)] if start else []
    return label + [Cell(part, Place(cell.place.line, k)) for k, part in enumerate(parts[start:], start + 1)]


class Cutter:
    """Walks the rows of one table's region and collects its `lines`."""

    def __init__(self, table: str, reading: TableReading) -> None:
        self.table = table
        self.reading = reading
        self.lines: list[Line] = []
        self.run: list[Cell] = []
        self.context = ""
        self.labels = form().item_labels[table]
        self.groups = {i.parent for i in form().items.values() if i.table == table}

    def match(self, run: list[Cell]) -> tuple[str, int] | None:
        """(item or group, cells used) for the label that `run` ends with."""
        for size in range(1, min(_MOST_PARTS, len(run)) + 1):
            text = "".join(cell.text for cell in run[-size:])
            code = self.labels.get(normalise_label(text))
            if code and self._fits(code, text):
                return code, size
        return None

    def _fits(self, code: str, text: str) -> bool:
        """Whether a label that is also a column's (其他, 总计) stands where the item can stand."""
        if normalise_label(text) not in form().column_labels[self.table]:
            return True
        matched = [line.item for line in self.lines if line.item]
        item = form().items[self.table, code]
        if list_mark(text) == list_mark(next(iter(item.labels.values()))):
            return True
        if item.sum_of:
            return any(m in form().descendants(self.table, item.sum_of) for m in matched)
        siblings = form().descendants(self.table, item.parent)
        return self.context == item.parent or bool(matched) and matched[-1] in siblings

    def add_text(self, cell: Cell) -> None:
        self.run.append(cell)
        found = self.match(self.run)
        if found and found[0] in self.groups:
            self.context = found[0]

    def open(self, values: list[Cell], row: int, **more: object) -> Line:
        """A new line whose label is what the text since the last values ends with."""
        found = self.match(self.run)
        item = found[0] if found and form().items[self.table, found[0]].kind == "row" else None
        size = found[1] if found else min(1, len(self.run))
        label, prefix = self.run[len(self.run) - size :], self.run[: len(self.run) - size]
        line = Line(item, label, values, row, bool(more.pop("delimited", False)), prefix, **more)  # type: ignore[arg-type]
        self.lines.append(line)
        self.run = []
        return line

    def delimited(self, row: Row, index: int) -> None:
        """A row whose cells are parted by a delimiter."""
        at = self._label_at(row)
        if at is not None:
            for cell in row.cells[:at]:
                self._before_label(cell, index)
            self.add_text(row.cells[at])
            self.open(list(row.cells[at + 1 :]), index, delimited=True, label_at=at, width=len(row.cells))
            return
        texts = [k for k, c in enumerate(row.cells) if c.text.strip() and not is_value(c.text)]
        numbers = [k for k, c in enumerate(row.cells) if is_value(c.text)]
        if not numbers and texts:
            for k in texts:
                self.add_text(row.cells[k])
        elif numbers and texts:
            at = max([k for k in texts if k < numbers[0]], default=-1)
            for k in texts:
                if k <= at:
                    self.add_text(row.cells[k])
            self.open(list(row.cells[at + 1 :]), index, delimited=True, label_at=max(at, 0), width=len(row.cells))
        elif self._goes_on(row):
            self.lines[-1].pieces.append(list(row.cells))
        elif numbers:
            self.open(list(row.cells), index, delimited=True, label_at=-1, width=len(row.cells))

    def _goes_on(self, row: Row) -> bool:
        """Whether a row of values alone opens with the cell that broke the line before it."""
        return row.opens and not self.run and bool(self.lines) and self.lines[-1].row >= 0 and self._closed

    def _before_label(self, cell: Cell, index: int) -> None:
        if is_value(cell.text):
            self.open([cell], index, delimited=True, label_at=-1, width=1)
        elif cell.text.strip():
            self.add_text(cell)

    def _label_at(self, row: Row) -> int | None:
        """The last cell of the row that ends a known label and is no group's."""
        texts = [k for k, c in enumerate(row.cells) if c.text.strip() and not is_value(c.text)]
        for k in reversed(texts):
            before = [row.cells[t] for t in texts if t <= k]
            found = self.match(self.run + before) if len(before) < _MOST_PARTS else self.match(before)
            if found is None or form().items[self.table, found[0]].kind != "row":
                continue
            rest = row.cells[k + 1 :]
            return k if rest and (self._may_be_empty(found[0], row.cells[k]) or printed_values(rest)) else None
        return None

    def _may_be_empty(self, code: str, label: Cell) -> bool:
        """Whether the label may stand before empty cells only.

        Not where it may as well be a header (其他, 总计 and all items of the table of section 四), nor
        where it opens a group: （六）其他处理 is a row in one shape and heads three in the other.
        """
        header = normalise_label(label.text) in form().column_labels[self.table]
        return not header and code not in self.groups and form().tables[self.table]["items_in"] == "rows"

    def plain(self, row: Row, index: int) -> None:
        """A line without delimiters: a label, a value, or a label and its values parted by blanks."""
        words = _words(row.cells[0])
        numbers = [cell for cell in words if is_value(cell.text)]
        if len(numbers) < len(words):
            self.add_text(words[0])
        if not numbers:
            return
        if len(numbers) < len(words) or self.run or not self.lines or self.lines[-1].delimited:
            self.open([], index)
        line = self.lines[-1]
        line.values += numbers
        line.lines += [row.cells[0]] if len(numbers) == len(words) else numbers

    def walk(self, rows: list[tuple[int, Row]]) -> list[Line]:
        """The lines of the region; strays and page marks go to notes."""
        mostly_delimited = sum(row.delimited for _, row in rows) * 2 > len(rows)
        self._closed = False
        for index, row in rows:
            if is_page_mark(row.text):
                self.reading.note("page_mark", str(row.place), text=row.text)
            elif row.delimited:
                self.delimited(row, index)
                self._closed = row.closes
            elif mostly_delimited and not self.run and is_value(row.text):
                # A number on a line of its own is no cell of a table whose cells are delimited.
                self.reading.note("stray_number", str(row.place), text=row.text)
            else:
                self.plain(row, index)
                self._closed = False
        return self.lines


def _slot(lines: list[Line], k: int, items: list[Item]) -> Item | None:
    """The one item of the form missing between the matched neighbours of line `k`, if it is alone."""
    order = {item.item: n for n, item in enumerate(items)}
    matched = [(j, order[line.item]) for j, line in enumerate(lines) if line.item in order]
    before = max(((j, n) for j, n in matched if j < k), default=(-1, -1))
    after = min(((j, n) for j, n in matched if j > k), default=(len(lines), len(items)))
    between = [item for item in items[before[1] + 1 : after[1]] if item.item not in {line.item for line in lines}]
    strangers = [j for j in range(before[0] + 1, after[0]) if lines[j].item is None and lines[j].label]
    return between[0] if len(between) == 1 and strangers == [k] else None


def mend_labels(lines: list[Line], items: list[Item], reading: TableReading) -> None:
    """Give a damaged label the item its order and numbering leave for it, with a note."""
    for k, line in enumerate(lines):
        if line.item is not None or not line.label:
            continue
        item = _slot(lines, k, items)
        if item is None:
            continue
        text = re.sub(r"[0-9]+$", "", line.label_text)
        likeness = max(
            SequenceMatcher(None, normalise_label(text), normalise_label(label)).ratio()
            for label in item.labels.values()
        )
        mark = list_mark(text)
        agrees = mark is not None and mark == list_mark(next(iter(item.labels.values())))
        if likeness >= _LIKE or agrees and likeness >= _LIKE_WITH_MARK:
            line.item = item.item
            reading.note("damaged_label", line.where, text=line.label_text, item=item.item)
