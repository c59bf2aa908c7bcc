"""Cut a table's region into printed rows: labels, and the value cells that follow them."""

from __future__ import annotations

import re

from gongkai.cells import is_value, list_mark, normalise_label
from gongkai.document import Cell, Row
from gongkai.form import form
from gongkai.parse.align import printed_values
from gongkai.parse.model import UNKNOWN, Line, TableReading
from gongkai.parse.sections import is_page_mark

# A label that page breaks or narrow cells cut has been seen in three parts.
_MOST_PARTS = 4
_LONGEST_LABEL = 80
_SENTENCE = re.compile(r"。|！|？")
_FOOTNOTES = ("注：", "注:", "备注", "说明：", "说明:", "填表说明", "*")


def _parts(cell: Cell) -> list[Cell]:
    """The words of a line, each with its place."""
    return [Cell(part, cell.place._replace(cell=k)) for k, part in enumerate(cell.text.split(), 1)]


class Cutter:
    """Walks the rows of one table's region and collects its `lines`."""

    def __init__(self, table: str, reading: TableReading) -> None:
        self.table = table
        self.reading = reading
        self.lines: list[Line] = []
        self.run: list[Cell] = []
        self.named: set[str] = set()  # words of columns since the last values
        self.heads: set[Cell] = set()
        self.seen: set[str] = set()
        self.prose: set[int] = set()
        self.context = ""
        self._closed = False
        self.labels = form().item_labels[table]
        self.across = form().tables[table]["items_in"] == "header"
        self.groups = {i.parent for i in form().items.values() if i.table == table}

    def match(self, run: list[Cell]) -> tuple[str, int] | None:
        """(item or group, cells used) for the label that `run` ends with."""
        for size in range(1, min(_MOST_PARTS, len(run)) + 1):
            if run[-size] in self.heads:
                return None
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
        return self.context == item.parent or (bool(matched) and matched[-1] in siblings)

    def _heads_a_column(self, word: str) -> bool:
        """Whether a label that is also a row's (其他, 总计) is the column's: the first after other columns."""
        columns = form().column_labels[self.table]
        new = word in columns and columns[word] not in {columns[w] for w in self.named}
        return new and not self.across and any(w not in self.labels for w in self.named)

    def add_text(self, cell: Cell, beside_values: bool = False) -> None:
        """Text since the last values; `beside_values`: in one row with some, where no header stands."""
        word = normalise_label(cell.text, keep_mark=True)
        if not beside_values and self._heads_a_column(word):
            self.heads.add(cell)
        # Where blanks part the words of a header, a line of it is one cell.
        words = {word, *(normalise_label(part, keep_mark=True) for part in cell.text.split())}
        words &= form().column_labels[self.table].keys()
        if any(w in self.named and w not in self.labels for w in words):
            self.named = set()  # the header begins again, or its next line repeats what reaches over several
        self.named |= words
        self.run.append(cell)
        found = self.match(self.run)
        if found:
            self.seen.add(found[0])
            if found[0] in self.groups:
                self.context = found[0]

    def open(self, values: list[Cell], row: int, **more: object) -> Line:
        """A new line whose label is what the text since the last values ends with."""
        found = self.match(self.run)
        item = found[0] if found and form().items[self.table, found[0]].kind == "row" else None
        size = found[1] if found else int(bool(self.run) and self.run[-1] not in self.heads)
        label, prefix = self.run[len(self.run) - size :], self.run[: len(self.run) - size]
        line = Line(item, label, values, row, bool(more.pop("delimited", False)), prefix, **more)  # type: ignore[arg-type]
        self.lines.append(line)
        self.run, self.named = [], set()
        return line

    def delimited(self, row: Row, index: int) -> None:
        """A row whose cells are parted by a delimiter."""
        at = self._label_at(row)
        if at is not None:
            for cell in row.cells[:at]:
                if cell.text.strip():
                    self.add_text(cell, beside_values=True)
            self.add_text(row.cells[at], beside_values=True)
            line = self.open(list(row.cells[at + 1 :]), index, delimited=True, label_at=at, width=len(row.cells))
            if any(cell not in row.cells for cell in line.label):
                # The label began on the line before: where its row begins in the grid is not known.
                line.label_at = UNKNOWN
        else:
            self._unlabelled(row, index)

    def _unlabelled(self, row: Row, index: int) -> None:
        """A row without a label of the form: header cells, values alone, or a row that is not in the form."""
        texts = [k for k, c in enumerate(row.cells) if c.text.strip() and not is_value(c.text)]
        numbers = [k for k, c in enumerate(row.cells) if is_value(c.text)]
        if self._goes_on(row) and not any(self._is_word(row.cells[k]) for k in texts):
            self.lines[-1].pieces.append(list(row.cells))
        elif not numbers and texts:
            for k in texts:
                self.add_text(row.cells[k])
        elif numbers and texts and not (self.across and not any(self._is_word(row.cells[k]) for k in texts)):
            at = max([k for k in texts if k < numbers[0]], default=-1)
            for k in texts:
                if k <= at:
                    self.add_text(row.cells[k], beside_values=True)
            self.open(list(row.cells[at + 1 :]), index, delimited=True, label_at=max(at, 0), width=len(row.cells))
        elif numbers or (not texts and self.across and row.spans and self.run):
            # In the one row of values of a table laid out across, text is a cell that is no number.
            self.open(list(row.cells), index, delimited=True, label_at=-1, width=len(row.cells))

    def _is_word(self, cell: Cell) -> bool:
        """Whether the cell is a label or header of this table, or begins like a label."""
        label = normalise_label(cell.text)
        return list_mark(cell.text) is not None or label in self.labels or label in form().column_labels[self.table]

    def _goes_on(self, row: Row) -> bool:
        """Whether a row opens with the cell that broke the line before it."""
        return row.opens and self._closed and not self.run and bool(self.lines) and self.lines[-1].delimited

    def _label_at(self, row: Row) -> int | None:
        """The last cell of the row that ends a known label and is no group's."""
        values = [k for k, c in enumerate(row.cells) if is_value(c.text)]
        texts = [k for k, c in enumerate(row.cells) if c.text.strip() and not is_value(c.text)]
        texts = [k for k in texts if not values or k < values[0]]
        for k in reversed(texts):
            before = [row.cells[t] for t in texts if t <= k]
            # What says nothing (（见注）, a dot) ends a label only where the label began on a line before.
            if len(before) > 1 and not normalise_label(row.cells[k].text):
                continue
            found = self.match(self.run + before) if len(before) < _MOST_PARTS else self.match(before)
            if found is None or form().items[self.table, found[0]].kind != "row":
                continue
            rest = row.cells[k + 1 :]
            # Text behind a group's label is a sub-row of its own, known or not, and its numbers are not the group's.
            if found[0] in self.groups and texts[-1] != k and not self._fills(row, k, found[0]):
                return None
            empty = self._may_be_empty(found[0], row.cells[k], bool(row.spans))
            return k if rest and (empty or printed_values(list(rest))) else None
        return None

    def _fills(self, row: Row, at: int, code: str) -> bool:
        """Whether the cells behind a label are as many as its columns, in a file that says how wide they are.

        Text among them is then a cell that is no number; unless it looks like a label.
        """
        counts = {len(c) for c in form().items[self.table, code].columns.values() if c}
        rest = row.cells[at + 1 :]
        return bool(row.spans) and {len(rest)} == counts and not any(self._is_word(cell) for cell in rest)

    def _may_be_empty(self, code: str, label: Cell, shown: bool) -> bool:
        """Whether the label may stand before empty cells only; `shown`: the file says how wide they are.

        Not where it may as well be a header (其他, 总计 and all items of the table of section 四), nor,
        unless its cells are shown, where it opens a group: （六）其他处理 is a row in one shape and heads
        three in the other.
        """
        words = normalise_label(label.text, keep_mark=True)
        header = list_mark(label.text) is None and words in form().column_labels[self.table]
        return not header and (shown or code not in self.groups) and not self.across

    def plain(self, row: Row, index: int) -> None:
        """A line without delimiters: a label, one value, or a whole row with its values parted by blanks.

        Values that stand on one line are all there are: a number on the next line is not theirs. Numbers
        among words are a row too, of cells that are no number, unless the line is a sentence.
        """
        parts = _parts(row.cells[0])
        at = self._label_end(parts)
        if at:
            for text in self._cut(parts[:at]):
                self.add_text(text, beside_values=len(parts) > at)
            if len(parts) > at:
                self.open(parts[at:], index)
            return
        words = [part.text for part in parts if not is_value(part.text)]
        numbers = len(parts) - len(words)
        if words and (numbers < 2 or re.search(r"[，；]", "".join(words))):
            self.add_text(row.cells[0])
            return
        lead = next((k for k, part in enumerate(parts) if is_value(part.text)), 0)
        if lead and self.run and self.match(self.run) is None:
            # The words before the numbers may be the rest of a label that began on a line before.
            self.add_text(Cell(" ".join(words[:lead]), parts[0].place), beside_values=True)
            self.open(parts[lead:], index)
            return
        last = self.lines[-1] if self.lines else None
        one_a_line = last is not None and not last.delimited and len(last.lines) == len(last.values)
        if last is None or len(parts) > 1 or self.run or not one_a_line:
            last = self.open([], index)
        last.values += parts
        last.lines.append(row.cells[0])

    def _label_end(self, parts: list[Cell]) -> int:
        """How many words of a line are its label: to the end of the last known label before the values.

        Where none is known it is what stands before the numbers that end the line; 0 if there are none.
        """
        values = [k for k, part in enumerate(parts) if is_value(part.text)]
        first, last = (values[0], values[-1]) if values else (len(parts), -1)
        # A label holds no number of its own; without numbers behind it, it is the whole line.
        for end in range(first, 0, -1) if values else [len(parts)]:
            if self._known_start(parts, end) is not None:
                return end
        start = len(parts)
        while start and is_value(parts[start - 1].text):
            start -= 1
        return start if start < len(parts) == last + 1 else 0

    def _known_start(self, parts: list[Cell], end: int) -> int | None:
        """Where the shortest known label that ends before word `end` begins."""
        text = ""
        for start in range(end - 1, -1, -1):
            text = parts[start].text + text
            if len(text) > _LONGEST_LABEL:
                return None
            if normalise_label(text) in self.labels:
                return start
        return None

    def _cut(self, label: list[Cell]) -> list[Cell]:
        """The words of a label as one cell, or as two where group and row share the line."""
        start = self._known_start(label, len(label)) or 0
        cut = [label[:start], label[start:]] if start else [label]
        return [Cell(" ".join(c.text for c in words), words[0].place) for words in cut]

    def walk(self, rows: list[tuple[int, Row]]) -> list[Line]:
        """The lines of the region; strays and page marks go to notes."""
        mostly_delimited = sum(row.delimited for _, row in rows) * 2 > len(rows)
        for index, row in rows:
            if is_page_mark(row.text):
                self.reading.note("page_mark", str(row.place), text=row.text)
            elif row.delimited:
                self.delimited(row, index)
                self._closed = row.closes
            elif _SENTENCE.search(row.text) or row.text.startswith(_FOOTNOTES):
                # A sentence between the rows is prose of the section, with whatever numbers it holds.
                self.prose.add(index)
            elif mostly_delimited and not self.run and is_value(row.text):
                # A number on a line of its own is no cell of a table whose cells are delimited.
                self.reading.note("stray_number", str(row.place), text=row.text)
            else:
                self.plain(row, index)
                self._closed = False
        return self.lines
