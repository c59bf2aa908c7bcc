"""What stands beside a table whose sums fail: last year's report, numbers that were not read, the count of numbers."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl

from gongkai.cells import read_number
from gongkai.form import declared_rows
from gongkai.rules.causes import Cause, manner
from gongkai.rules.declared import rules
from gongkai.rules.wide import NUMBER, Key, all_keys, name

Wide = dict[str, Any]


def miscounted(tables: pl.DataFrame) -> set[tuple[str, str]]:
    """(report_id, table) of tables whose count of numbers fails: their sums speak of the reading. Source: P-12."""
    count = next(r for r in rules("reading") if r["id"] == "P-12")
    fails = pl.sql_expr(count["grades"][0][1]) & ~pl.sql_expr(count["na"])
    return set(tables.filter(fails).select("report_id", "table").rows())


def years_before(reports: pl.DataFrame) -> dict[str, tuple[int, str]]:
    """report_id → (the year before, the report of the same agency for it), where there is one that counts."""
    known = reports.with_columns(pl.coalesce("agency_id", "agency").alias("series"))
    known = known.filter(pl.col("series").is_not_null() & pl.col("year").is_not_null())
    counting = {(s, y): r for s, y, r in known.filter("primary").select("series", "year", "report_id").rows()}
    found = {}
    for series, year, report_id in known.select("series", "year", "report_id").rows():
        if before := counting.get((series, year - 1)):
            found[report_id] = (year - 1, before)
    return found


def printed_cells(row: Wide) -> dict[Key, float]:
    """The cells of a report (a row of the wide frame) that hold a number."""
    return {k: row[name(k)] for k in all_keys() if row[f"{name(k)}#"] == NUMBER}


@cache
def _not_read() -> dict[str, re.Pattern[str]]:
    """Kind of note → the place of the numbers in its sentence, for notes on numbers that were not read."""
    found = {}
    for row in declared_rows("notes"):
        wanted = "numbers" if "{numbers}" in row["zh"] else "text" if row["kind"] == "stray_number" else ""
        if wanted:
            parts = re.split(r"(\{\w+\})", row["zh"])
            marks = ["(.*?)" if p == f"{{{wanted}}}" else ".*?" if p[:1] == "{" else re.escape(p) for p in parts]
            found[row["kind"]] = re.compile("".join(marks), re.S)
    return found


def unread_rows(notes: pl.DataFrame) -> dict[tuple[str, str], list[list[float]]]:
    """(report_id, table) → the numbers that were not read, a list a row or place."""
    found: dict[tuple[str, str], list[list[float]]] = defaultdict(list)
    mine = notes.filter(pl.col("kind").is_in(list(_not_read())) & pl.col("table").is_not_null())
    for report_id, table, kind, text in mine.select("report_id", "table", "kind", "text").rows():
        if match := _not_read()[kind].fullmatch(text.strip()):
            values = [read_number(part).value for part in match[1].split("、")]
            found[report_id, table].append([v for v in values if v is not None])
    return found


@dataclass(frozen=True)
class Evidence:
    """What is known of one report: its row of the wide frame, its year and the cells of the year before.

    `unread`: the numbers that were not read of each table whose count of numbers fails.
    """

    row: Wide
    year: int | None
    last_year: int | None
    last: dict[Key, float]
    unread: dict[str, list[list[float]]]

    def manner(self, key: Key, value: int) -> Cause | None:
        """How the printed cell may have come about if it should hold `value`."""
        last = (self.last_year, self.last[key]) if self.last_year is not None and key in self.last else None
        return manner(int(self.row[name(key)]), value, last, self.year)


def gather(frames: dict[str, pl.DataFrame], wide: pl.DataFrame, reports: set[str]) -> dict[str, Evidence]:
    """report_id → Evidence for each of `reports`."""
    years = dict(frames["reports"].select("report_id", "year").rows())
    before = years_before(frames["reports"])
    wanted = list(reports | {before[r][1] for r in reports if r in before})
    rows = {r["report_id"]: r for r in wide.filter(pl.col("report_id").is_in(wanted)).iter_rows(named=True)}
    lost = unread_rows(frames["notes"])
    unread: dict[str, dict[str, list[list[float]]]] = {}
    for report_id, table in miscounted(frames["tables"]):
        unread.setdefault(report_id, {})[table] = lost.get((report_id, table), [])
    found = {}
    for report_id in reports:
        year, last = before.get(report_id, (None, ""))
        found[report_id] = Evidence(
            rows[report_id],
            years.get(report_id),
            year,
            printed_cells(rows[last]) if last in rows else {},
            unread.get(report_id, {}),
        )
    return found
