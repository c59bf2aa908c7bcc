"""Indicators over years and agencies: frame → frame. Missing is never read as 0: one missing part makes a sum null."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from gongkai import agencies as bodies
from gongkai.errors import GongkaiError
from gongkai.form import declared_rows, form
from gongkai.rules import coverage
from gongkai.rules.declared import SEVERITIES

if TYPE_CHECKING:
    from gongkai.pipeline import Reading

# One name a body over the years: what pages, charts and trends group by.
agency_of = bodies.agency_of

# Which body has a report of which year.
coverage_matrix = coverage.coverage_matrix

OUTCOMES = ("granted", "partial", "refused", "unavailable", "rejected", "other")

# The file beside the store's frames that holds every verdict, also those that are not findings.
VERDICTS = "verdicts.parquet"


@dataclass(frozen=True)
class Indicator:
    """One declared quantity: the sum of `items` in the first of `columns` that the edition has."""

    indicator: str
    zh: str
    en: str
    table: str
    items: tuple[str, ...]
    columns: tuple[str, ...]
    unit: str


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
        )
        for r in declared_rows("indicators")
    }


def choose(name: str, given: Iterable[object], choices: Iterable[object]) -> None:
    """Raise GongkaiError, listing the choices, where something given is not among them."""
    known = list(dict.fromkeys(choices))
    unknown = [g for g in given if g not in known]
    if unknown:
        listed = ", ".join(str(k) for k in known)
        raise GongkaiError(f"unknown {name} {', '.join(repr(u) for u in unknown)}. Choices: {listed}")


def indicator(code: str) -> Indicator:
    """The declared indicator `code`. Raises GongkaiError listing the choices."""
    choose("indicator", [code], indicators())
    return indicators()[code]


def crosses(code: str) -> str:
    """`yes`, `approximately` or `no`: may a trend of this indicator cross 2020/2021?"""
    known = indicator(code)
    marks = {form().crosses(known.table, i, c) for i in known.items for c in known.columns}
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


def agencies_of(reports: pl.DataFrame) -> list[str]:
    """Every agency in the reports by its latest name, sorted; a report without one counts by its id."""
    return sorted(set(reports.select(agency_of())["agency"]))


def pick(reading: Reading, agency: str, year: int = 0) -> Reading:
    """The reading of one agency (its latest name, or the id of a report without one); `year` 0 is all years.

    Raises GongkaiError listing the agencies or years there are.
    """
    choose("agency", [agency], agencies_of(reading.reports))
    kept = reading.reports.filter(agency_of() == agency)
    if year:
        choose(f"year of {agency}", [year], sorted(y for y in kept["year"] if y))
        kept = kept.filter(pl.col("year") == year)
    return reading.kept(kept, agency, year or None)


def verdicts(reading: Reading, folder: str | Path, reports: pl.DataFrame) -> pl.DataFrame:
    """Every verdict on `reports`: those stored in `folder` with the frames, else from the rules (a findings frame)."""
    ids = reports["report_id"].implode()
    stored = Path(folder) / VERDICTS
    if stored.is_file():
        return pl.scan_parquet(stored).filter(pl.col("report_id").is_in(ids)).collect()
    return reading.verdicts.filter(pl.col("report_id").is_in(ids))


def grade_of() -> pl.Expr:
    """A finding's severity, or `explained` where another reading explains it (expression on a findings frame)."""
    return pl.when(pl.col("verdict") == "explained").then(pl.lit("explained")).otherwise("severity").alias("grade")


def select_findings(
    findings: pl.DataFrame,
    reports: pl.DataFrame,
    agencies: Sequence[str] = (),
    years: Sequence[int] = (),
    severity: str = "",
) -> pl.DataFrame:
    """The findings on these agencies and years, of this severity or graver; empty means all.

    Raises GongkaiError listing the choices.
    """
    choose("agency", agencies, agencies_of(reports))
    choose("year", years, sorted({y for y in reports["year"] if y}))
    choose("severity", [severity] if severity else [], SEVERITIES)
    kept = reports.filter(agency_of().is_in(list(agencies))) if agencies else reports
    kept = kept.filter(pl.col("year").is_in(list(years))) if years else kept
    graver = SEVERITIES[: SEVERITIES.index(severity) + 1] if severity else SEVERITIES
    return findings.filter(
        pl.col("report_id").is_in(kept["report_id"].implode()) & pl.col("severity").is_in(list(graver))
    )
