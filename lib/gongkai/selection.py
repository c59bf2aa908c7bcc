"""Picking from a reading: one agency, some years, findings of some severity. Every wrong choice lists the choices."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from gongkai.agencies import agency_of
from gongkai.errors import choose
from gongkai.pipeline import Reading
from gongkai.rules.declared import SEVERITIES

# The file beside the store's frames that holds every verdict, also those that are not findings.
VERDICTS = "verdicts.parquet"


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
