"""How sure the reading of a table is: by the count of its numbers, the sums of its rows and their order."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from gongkai.form import form
from gongkai.parse.model import Fact, TableReading

SURE, DOUBTFUL, NOT_READ = "sure", "doubtful", "not read"

_REFUSED = {
    "orphan_numbers", "short_row", "long_row", "ambiguous_row", "unmatched_row", "other_edition", "duplicate_row",
    "header_order", "run_together", "cut_row",
}  # fmt: skip
_DAMAGED = frozenset({"damaged_label", "damaged_header", "no_header"})
# An agency may get some totals wrong; where most rows fail, the columns may not be those of the header.
_MOST_FAILING = 0.5
_FEW = 3


def _row_sums(facts: list[Fact]) -> tuple[int, int]:
    """(rows that can be added across and are not all zero, those of them that miss their total)."""
    rows: dict[str, dict[str, Fact]] = {}
    for fact in facts:
        rows.setdefault(fact.item, {})[fact.column] = fact
    assessed = failing = 0
    for (table, whole), column in form().columns.items():
        if not column.sum_of:
            continue
        for cells in rows.values():
            if whole not in cells or cells[whole].table != table or any(f.status != "number" for f in cells.values()):
                continue
            total = cells[whole].value or 0.0
            parts = sum(f.value or 0.0 for f in cells.values()) - total
            assessed += bool(total or parts)
            failing += parts != total
    return assessed, failing


def judged(reading: TableReading, facts: list[Fact]) -> TableReading:
    """The reading with its certainty and, where it is doubtful, every reason with its figures."""
    if not reading.present or all(f.status == "absent" for f in facts):
        return replace(reading, certainty=NOT_READ)
    statuses = Counter(f.status for f in facts)
    kinds = Counter(n.kind for n in reading.notes)
    assessed, failing = _row_sums(facts)
    refused = sum(kinds[k] for k in _REFUSED)
    own = [f for f in facts if f.status == "number"]
    figures: list[tuple[str, bool, dict[str, Any]]] = [
        ("absent", statuses["absent"] > 0, {"absent": statuses["absent"]}),
        ("refused", refused > 0, {"refused": refused}),
        ("count", reading.numbers_printed > len(own), {"printed": reading.numbers_printed, "read": len(own)}),
        ("damaged", any(kinds[k] for k in _DAMAGED), {}),
        ("order", not reading.rows_in_order, {}),
        (
            "sums",
            failing >= _FEW and failing > _MOST_FAILING * assessed,
            {"rows": assessed, "failing": failing},
        ),
        ("unsure", kinds["unsure_row"] > 0, {"unsure": kinds["unsure_row"]}),
    ]
    doubts = tuple((name, values) for name, holds, values in figures if holds)
    return replace(reading, certainty=DOUBTFUL if doubts else SURE, doubts=doubts)
