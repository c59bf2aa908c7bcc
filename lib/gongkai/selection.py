"""Picking from a reading: one agency, some years, findings of some severity. Every wrong choice lists the choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from gongkai import measures, store
from gongkai.agencies import agency_of
from gongkai.errors import GongkaiError, choose
from gongkai.pipeline import Reading
from gongkai.reviews import of_reports
from gongkai.rules.coverage import coverage_matrix
from gongkai.rules.declared import GRADES, SEVERITIES
from gongkai.stats import FEW

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
    stored = Path(folder) / VERDICTS
    if stored.is_file():
        return store.rows_of(stored, reports)
    return reading.verdicts.filter(pl.col("report_id").is_in(reports["report_id"].implode()))


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


def chosen(reading: Reading, agencies: Sequence[str] = (), first: int = 0, last: int = 0) -> Reading:
    """The reading of these agencies (their latest names; none means all) from `first` to `last` (0: no limit).

    Reports without a known year are kept only where no limit is given. Raises GongkaiError listing the choices, also
    where no report is left.
    """
    reports = reading.reports
    choose("agency", agencies, agencies_of(reports))
    if not (agencies or first or last):
        return reading
    kept = within(reports.with_columns(_agency=agency_of()), agencies, first, last, "_agency").drop("_agency")
    if kept.is_empty():
        years = ", ".join(str(y) for y in sorted({y for y in reports["year"] if y}))
        raise GongkaiError(
            f"no report of these agencies from {first or '…'} to {last or '…'}. Years there are: {years}"
        )
    ids = kept["report_id"].implode()
    tables = ("facts", "claims", "sections", "notes", "tables")
    frames = {n: getattr(reading, n).filter(pl.col("report_id").is_in(ids)) for n in tables}
    found = reading.findings.filter(pl.col("report_id").is_in(ids))
    decided = of_reports(reading.reviews, kept, lambda: pl.lit(False))
    return replace(reading, reports=kept, **frames, stored_findings=found, stored_reviews=decided)


def within(
    frame: pl.DataFrame, agencies: Sequence[str] = (), first: int = 0, last: int = 0, agency: str = "agency"
) -> pl.DataFrame:
    """The rows of a frame with `year` and an agency that are of these agencies and years (none and 0: no limit)."""
    kept = frame.filter(pl.col(agency).is_in(list(agencies))) if agencies else frame
    kept = kept.filter(pl.col("year") >= first) if first else kept
    return kept.filter(pl.col("year") <= last) if last else kept


def one_agency(reading: Reading) -> Reading:
    """The reading of the agency that received the most requests in any year, the first by name where none is known."""
    received = measures.by_year(reading.facts, reading.reports, "received").drop_nulls("value")
    names = received.sort("value", "agency", descending=[True, False])["agency"].to_list()
    return pick(reading, (names or agencies_of(reading.reports))[0])


def one_year(reading: Reading, year: int = 0) -> Reading:
    """The reports of one year, 0 the latest. Raises GongkaiError listing the years."""
    years = sorted({y for y in reading.reports["year"] if y})
    choose("year", [year] if year else [], years)
    at = year or (years[-1] if years else 0)
    return chosen(reading, (), at, at)


def largest(found: pl.DataFrame, by: str = "value", most: int = 24) -> pl.DataFrame:
    """The rows of the `most` agencies with the largest figure in column `by`, as a chart has no room for more."""
    top = found.group_by("agency").agg(pl.col(by).max()).sort(by, "agency", descending=[True, False], nulls_last=True)
    return found.filter(pl.col("agency").is_in(top["agency"].head(most).implode()))


def coverage(reading: Reading, agencies: Sequence[str] = (), first: int = 0, last: int = 0) -> pl.DataFrame:
    """What `rules.coverage.coverage_matrix` returns, with each body under its latest name, of these agencies and years.

    Raises GongkaiError listing the agencies.
    """
    ids = pl.col("agency_id").is_not_null()
    latest = reading.reports.select("agency_id", agency_of().alias("_latest")).filter(ids).unique()
    matrix = coverage_matrix(reading.reports, reading.agencies).join(latest, on="agency_id", how="left")
    named = matrix.with_columns(agency=pl.coalesce("_latest", "agency")).drop("_latest")
    choose("agency", agencies, sorted(set(named["agency"])))
    return within(named, agencies, first, last)


def peers(
    compared: pl.DataFrame,
    year: int = 0,
    kind: str = "",
    level: str = "",
    by_region: bool = False,
    agencies: Sequence[str] = (),
) -> pl.DataFrame:
    """The rows of one group of peers of `measures.compare`; what is left open is that of the largest group.

    Largest: with the most rated peers, then the latest year; of those that one of `agencies` is in, where any is named.
    `by_region` as in `measures.compare`. Empty where there is no such group, or nothing is known of kind and level.
    Raises GongkaiError listing the choices.
    """
    found = compared.filter(pl.col("kind").is_not_null() & pl.col("level").is_not_null())
    for name, given in (("year", year), ("kind", kind), ("level", level)):
        choose(name, [given] if given else [], sorted(set(found[name].drop_nulls())))
        found = found.filter(pl.col(name) == given) if given else found
    keys = [*measures.peer_group(by_region), "rate"]
    order = (
        within(found, agencies)
        .select("peers", *keys)
        .unique()
        .sort("peers", "year", *keys, descending=[True, True, *[False] * len(keys)])
    )
    return found.join(order.head(1).select(keys), on=keys, nulls_equal=True, maintain_order="left")


def rated_groups(groups: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """The groups that `measures.split` takes, with k null wherever the whole of `by` is not rated in both years.

    Not rated: fewer than 30 cases, or a group with more of k than of n.
    """
    sound = (pl.col("k") <= pl.col("n")) & (pl.col("k_before") <= pl.col("n_before"))
    enough = (pl.col("n").sum() >= FEW) & (pl.col("n_before").sum() >= FEW)
    return groups.with_columns(pl.when((sound.all() & enough).over(by)).then("k").alias("k"))


def verdict_counts(reading: Reading, folder: str | Path, reports: pl.DataFrame | None = None) -> pl.DataFrame:
    """How many checks of each rule gave which verdict on `reports`: rule, verdict, folded (bool), len.

    Without `reports` on all of them, those that are missing (C-07) too. From the verdicts stored in `folder`
    where there are any, else from the rules.
    """
    mine = pl.lit(True) if reports is None else pl.col("report_id").is_in(reports["report_id"].implode())
    stored = Path(folder) / VERDICTS
    every = pl.scan_parquet(stored) if stored.is_file() else reading.verdicts.lazy()
    folded = pl.col("folded_under").is_not_null().alias("folded")
    return every.filter(mine).group_by("rule", "verdict", folded).len().collect()


def of_rules(found: pl.DataFrame, prefixes: Sequence[str]) -> pl.DataFrame:
    """The findings of the rules whose id is one of `prefixes` or begins with one that ends in a hyphen (A-)."""
    begins = [p for p in prefixes if p.endswith("-")]
    exact = pl.col("rule").is_in([p for p in prefixes if not p.endswith("-")])
    return found.filter(pl.any_horizontal([exact, *[pl.col("rule").str.starts_with(p) for p in begins]]))


def gravest(found: pl.DataFrame, most: int = 40) -> pl.DataFrame:
    """The first `most` findings, the gravest first and what another reading explains last."""
    rank = grade_of().replace_strict({g: k for k, g in enumerate(GRADES)}, return_dtype=pl.Int64)
    return found.filter(pl.col("folded_under").is_null()).sort(rank, maintain_order=True).head(most)


def reports_of(reading: Reading, found: pl.DataFrame) -> pl.DataFrame:
    """The reports that these findings are on, or about (a reports frame)."""
    about = pl.concat([found["report_id"], found["other_report_ids"].explode().drop_nulls()]).unique()
    return reading.reports.filter(pl.col("report_id").is_in(about.implode()))


def of_first(reading: Reading, found: pl.DataFrame) -> Reading:
    """The reading of the report of the first finding that is on a report, else of none."""
    on = found.join(reading.reports.select("report_id"), on="report_id", maintain_order="left").head(1)
    return reading.kept(reading.reports.filter(pl.col("report_id").is_in(on["report_id"].implode())), None, None)
