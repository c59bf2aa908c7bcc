"""What pages need over all agencies: computed once a run, saved beside the frames, read back by one page."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path

import polars as pl

from gongkai import measures, selection, store
from gongkai.agencies import agency_of
from gongkai.errors import choose
from gongkai.pipeline import Reading, read_folder
from gongkai.priority import priorities

_OF_REPORTS = ("facts", "claims", "sections", "notes", "tables")


@dataclass(frozen=True)
class Measured:
    """What is measured over all reports, one frame each, or the rows of some of them.

    `compared`: every share beside its peers (`measures.compare`); `changed`: every share against the year before
    (`measures.yearly_rates`); `figures`: every count likewise (`measures.yearly_counts`) with its report_id;
    `priority`: the order of review (`priority.priorities`).
    """

    compared: pl.DataFrame
    changed: pl.DataFrame
    figures: pl.DataFrame
    priority: pl.DataFrame

    def of(self, reports: pl.DataFrame) -> Measured:
        """The rows of these reports."""
        mine = pl.col("report_id").is_in(reports["report_id"].implode())
        return Measured(**{f.name: getattr(self, f.name).filter(mine) for f in fields(self)})


def measure(reading: Reading) -> Measured:
    """Every share and count of every report, beside its peers and the year before, and the order in which to review."""
    rates = measures.rates(reading.facts, reading.reports)
    compared = measures.compare(rates)
    ids = measures.counted(reading.reports).select(agency_of().alias("agency"), "year", "report_id")
    figures = measures.yearly_counts(measures.key_figures(reading.facts, reading.reports))
    named = figures.join(ids.unique(["agency", "year"], keep="first"), on=["agency", "year"], how="left")
    return Measured(compared, measures.yearly_rates(rates), named, priorities(reading, compared))


def _file(folder: Path, name: str) -> Path:
    return folder / f"measured_{name}.parquet"


def save(measured: Measured, folder: Path) -> None:
    """Write the frames into `folder`."""
    for field in fields(measured):
        getattr(measured, field.name).write_parquet(_file(folder, field.name))


def _stored(folder: Path, reports: pl.DataFrame) -> Measured:
    return Measured(**{f.name: store.rows_of(_file(folder, f.name), reports) for f in fields(Measured)})


def _is_whole(folder: Path) -> bool:
    return store.is_store(folder) and all(_file(folder, f.name).is_file() for f in fields(Measured))


def _part(folder: Path, wanted: pl.DataFrame) -> Reading:
    """The reading with the frames of `wanted` reports alone, from the frames saved in `folder`."""
    whole = {n: pl.read_parquet(folder / f"{n}.parquet") for n in ("reports", "files", "agencies")}
    mine = pl.col("report_id").is_in(wanted["report_id"].implode())
    there = pl.col("report_id").is_in(whole["reports"]["report_id"].implode())
    scanned = {n: store.rows_of(folder / f"{n}.parquet", wanted) for n in _OF_REPORTS}
    found = pl.scan_parquet(folder / "findings.parquet").filter(mine | ~there).collect()
    decided = pl.read_parquet(folder / "reviews.parquet")
    return Reading(**(whole | scanned), stored_findings=found, stored_reviews=decided)  # type: ignore[arg-type]


def of_agency(folder: str | Path, agency: str, year: int = 0) -> tuple[Reading, Measured, pl.DataFrame]:
    """One agency (its latest name; `year` 0 is all years): its reading, its measures among all, every verdict on it.

    From a folder that `gongkai reports` wrote only the agency's rows are read; any other is read whole, as rules and
    peers need all of it. Raises GongkaiError listing the agencies or years there are.
    """
    folder = Path(folder)
    if not (_is_whole(folder) and (folder / selection.VERDICTS).is_file()):
        everything = read_folder(folder, progress=False)
        one = selection.pick(everything, agency, year)
        return one, measure(everything).of(one.reports), selection.verdicts(everything, folder, one.reports)
    reports = pl.read_parquet(folder / "reports.parquet")
    choose("agency", [agency], selection.agencies_of(reports))
    one = selection.pick(_part(folder, reports.filter(agency_of() == agency)), agency, year)
    return one, _stored(folder, one.reports), selection.verdicts(one, folder, one.reports)


def of_bodies(folder: str | Path, region: str = "", parent: str = "") -> tuple[Reading, Measured]:
    """The reading of the bodies of a region, or of a body (its agency_id) and those below it, and their measures.

    The agencies frame holds these bodies, also those without a report. Raises GongkaiError listing the choices.
    """
    folder = Path(folder)
    whole = _is_whole(folder)
    everything = None if whole else read_folder(folder, progress=False)
    agencies = everything.agencies if everything else pl.read_parquet(folder / "agencies.parquet")
    reports = everything.reports if everything else pl.read_parquet(folder / "reports.parquet")
    if parent:
        choose("parent", [parent], sorted(set(agencies["parent"].drop_nulls())))
        wanted = (pl.col("agency_id") == parent) | (pl.col("parent") == parent)
    else:
        choose("region", [region], sorted(set(reports["region"].drop_nulls())))
        wanted = pl.col("region") == region
    mine, bodies = reports.filter(wanted), agencies.filter(wanted)
    if everything:
        some, measured = everything.kept(mine, None, None), measure(everything).of(mine)
    else:
        some, measured = _part(folder, mine).kept(mine, None, None), _stored(folder, mine)
    return replace(some, agencies=bodies, stored_findings=_of(some.findings, mine, bodies)), measured


def _of(findings: pl.DataFrame, reports: pl.DataFrame, bodies: pl.DataFrame) -> pl.DataFrame:
    """The findings on these reports, and on reports that are missing of these bodies."""
    there = pl.col("report_id").is_in(reports["report_id"].implode())
    names = bodies.select(pl.col("names").explode())["names"].implode()
    missing = pl.col("report_id").str.extract(r"^(.*)-[0-9]{4}$").is_in(names)
    return findings.filter(there | missing)
