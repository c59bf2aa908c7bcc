"""Damaged labels: the item that order and numbering leave for them."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from gongkai.cells import list_mark, normalise_label
from gongkai.form import Item
from gongkai.parse.model import Line, TableReading

# Less alike than this, a damaged label without its list mark is not taken for the one that is missing in
# its place (行政确权 is not 行政确认).
_LIKE = 0.8


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
        if likeness >= _LIKE or agrees:
            line.item = item.item
            reading.note("damaged_label", line.where, text=line.label_text, item=item.item)
