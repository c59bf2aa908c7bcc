"""The form's tables laid out again from facts: rows, groups and columns as the report's edition has them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gongkai.form import form
from gongkai.words import word

Fact = dict[str, Any]
Row = dict[str, Any]


def _ancestors(table: str, item: str) -> list[str]:
    """The groups above a row, outermost first."""
    found: list[str] = []
    parent = form().items[table, item].parent
    while parent:
        found.insert(0, parent)
        parent = form().items[table, parent].parent
    return found


def _label(table: str, item: str, edition: str | None, lang: str) -> str:
    entry = form().items[table, item]
    return entry.en if lang == "en" else entry.labels.get(edition or "", entry.zh)


def _header(fact: Fact, edition: str | None, lang: str) -> str:
    """The column's label, with the unit of table two; a unit that is not known or stands in the cell is not made up."""
    entry = form().columns[fact["table"], fact["column"]]
    text = entry.en if lang == "en" else entry.labels.get(edition or "", entry.zh)
    if fact["table"] != "proactive" or "元" in (fact["printed"] or ""):
        return text
    return text + word("paren", lang, text=word(f"unit_{fact['unit']}", lang))


def _rows_of(facts: Iterable[Fact]) -> dict[str, dict[str, Fact]]:
    rows: dict[str, dict[str, Fact]] = {}
    for fact in facts:
        rows.setdefault(fact["item"], {})[fact["column"]] = fact
    return rows


def form_blocks(
    facts: list[Fact], report: dict[str, Any], marks: dict[tuple[str, str], list[int]], lang: str
) -> list[dict[str, Any]]:
    """One table of one report as blocks of rows under the same columns.

    A block has `columns` (headers) and `rows`; a row has label, depth, group and cells; a cell has text
    (as printed), status and the numbers of the findings that concern it. Rows that the table's edition
    and shape have come in form order, with the groups above them.
    """
    if not facts:
        return []
    table, edition = facts[0]["table"], report["edition"]
    items = _rows_of(facts)
    blocks: list[dict[str, Any]] = []
    shown: set[str] = set()
    for item, cells in items.items():
        columns = tuple(cells)
        if not blocks or blocks[-1]["codes"] != columns:
            headers = [_header(cells[c], edition, lang) for c in columns]
            blocks.append({"codes": columns, "columns": headers, "rows": []})
        rows: list[Row] = blocks[-1]["rows"]
        above = _ancestors(table, item)
        for depth, group in enumerate(above):
            if group not in shown:
                shown.add(group)
                rows.append({"label": _label(table, group, edition, lang), "depth": depth, "group": True, "cells": []})
        printed = [
            {
                "text": cells[c]["printed"],
                "status": cells[c]["status"],
                "marks": marks.get((report["report_id"], f"{table}.{item}.{c}"), []),
            }
            for c in columns
        ]
        rows.append(
            {"label": _label(table, item, edition, lang), "depth": len(above), "group": False, "cells": printed}
        )
    return blocks
