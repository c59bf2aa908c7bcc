"""Indicators over years and agencies: frame → frame. Missing is never read as 0: one missing part makes a sum null."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from gongkai.agencies import agency_of
from gongkai.errors import choose
from gongkai.form import declared_rows, form

OUTCOMES = ("granted", "partial", "refused", "unavailable", "rejected", "other")


@dataclass(frozen=True)
class Indicator:
    """One declared quantity: the sum of `items` in the first of `columns` that the edition has, without `less`."""

    indicator: str
    zh: str
    en: str
    table: str
    items: tuple[str, ...]
    columns: tuple[str, ...]
    unit: str
    less: tuple[tuple[str, str], ...] = ()


@cache
def indicators() -> dict[str, Indicator]:
    """The declared indicators by code, in the order of the file."""
    return {
        r["indicator"]: Indicator(
            r["indicator"],
            r["zh"],
            r["en"],
            r["table"],
            tuple(r["items"].split()),
            tuple(r["column"].split()),
            r["unit"],
            tuple((item, column) for item, _, column in (cell.partition(".") for cell in r["less"].split())),
        )
        for r in declared_rows("indicators")
    }


def indicator(code: str) -> Indicator:
    """The declared indicator `code`. Raises GongkaiError listing the choices."""
    choose("indicator", [code], indicators())
    return indicators()[code]


def crosses(code: str) -> str:
    """`yes`, `approximately` or `no`: may a trend of this indicator cross 2020/2021?"""
    known = indicator(code)
    cells = [*((i, c) for i in known.items for c in known.columns), *known.less]
    marks = {form().crosses(known.table, i, c) for i, c in cells}
    return next(mark for mark in ("no", "approximately", "yes") if mark in marks)


def row_codes(table: str, items: Iterable[str]) -> list[str]:
    """The rows that `items` stand for: a group is its rows; `other` the single row or its three."""
    found: list[str] = []
    for item in items:
        found += [item] if form().items[table, item].kind == "row" else []
        found += form().descendants(table, item)
    return found


def totals(facts: pl.DataFrame, table: str, items: Iterable[str], columns: Iterable[str]) -> pl.DataFrame:
    """Per report the sum of the cells that its shape has of these rows and columns.

    Returns report_id, value (null where any of the cells holds no number), parts, missing, blank (cells;
    `blank` of the missing ones are empty or hold a dash).
    """
    cells = facts.filter(
        (pl.col("table") == table)
        & pl.col("item").is_in(row_codes(table, items))
        & pl.col("column").is_in(list(columns))
    )
    missing = pl.col("value").is_null().sum()
    # polars' sum reads null as 0, so the sum is taken only where nothing is missing.
    return cells.group_by("report_id", maintain_order=True).agg(
        pl.when(missing == 0).then(pl.col("value").sum()).alias("value"),
        pl.len().cast(pl.Int64).alias("parts"),
        missing.cast(pl.Int64).alias("missing"),
        pl.col("status").is_in(["blank", "dash"]).sum().cast(pl.Int64).alias("blank"),
    )


def _subtracted(sums: pl.DataFrame, less: pl.DataFrame) -> pl.DataFrame:
    """`sums` less the others (both as `totals` returns): null where either is missing, or not in the form."""
    both = sums.join(less, on="report_id", how="left", suffix="_less", maintain_order="left")
    counts = [(pl.col(c) + pl.col(f"{c}_less").fill_null(0)).alias(c) for c in ("parts", "missing", "blank")]
    return both.select("report_id", pl.col("value") - pl.col("value_less"), *counts)


def counted(reports: pl.DataFrame) -> pl.DataFrame:
    """The reports that sums and trends count: one version of each, with agency and year known."""
    return reports.filter(pl.col("primary") & pl.col("agency").is_not_null() & pl.col("year").is_not_null())


def by_year(
    facts: pl.DataFrame,
    reports: pl.DataFrame,
    code: str,
    agencies: Sequence[str] = (),
    first: int | None = None,
    last: int | None = None,
) -> pl.DataFrame:
    """The indicator `code` (件 unless declared otherwise) of each counted report, by agency (its latest name) and year.

    Returns agency, year, edition, value (null where a part is missing), parts, missing, blank (cells) and
    crosses. Raises GongkaiError on an unknown indicator or agency.
    """
    known = indicator(code)
    kept = counted(reports).with_columns(agency=agency_of())
    choose("agency", agencies, sorted(set(kept["agency"])))
    if agencies:
        kept = kept.filter(pl.col("agency").is_in(list(agencies)))
    kept = kept.filter(
        pl.lit(True) if first is None else pl.col("year") >= first,
        pl.lit(True) if last is None else pl.col("year") <= last,
    )
    sums = totals(facts, known.table, known.items, known.columns)
    for item, column in known.less:
        sums = _subtracted(sums, totals(facts, known.table, [item], [column]))
    return (
        kept.select("report_id", "agency", "year", "edition")
        .join(sums, on="report_id", how="left")
        .with_columns(pl.col("parts", "missing", "blank").fill_null(0), pl.lit(crosses(code)).alias("crosses"))
        .drop("report_id")
        .sort("agency", "year")
    )


def key_figures(facts: pl.DataFrame, reports: pl.DataFrame) -> pl.DataFrame:
    """Every declared indicator by agency and year: indicator, then the columns of `by_year`."""
    frames = [by_year(facts, reports, code).select(pl.lit(code).alias("indicator"), pl.all()) for code in indicators()]
    return pl.concat(frames)
