"""The rows of the index: agencies with what is filtered and sorted by, regions, and bodies with others below them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import polars as pl

from gongkai import selection
from gongkai.agencies import agency_of
from gongkai.page_names import parent_name, region_name, safe_name
from gongkai.rules.declared import GRADES
from gongkai.words import word

if TYPE_CHECKING:
    from gongkai.pipeline import Reading
    from gongkai.saved import Measured

PRIORITIES = ("high", "medium", "low")
LEVELS = ("ministry", "province", "city", "county", "township")
_CHOICES = {"level": LEVELS, "kind": ("government", "department", "office")}


def link(name: str, made: set[str]) -> str:
    """The address of a page by its file name without ending, or nothing where it was not made."""
    return quote(f"{name}.html") if f"{name}.html" in made else ""


def undecided() -> pl.Expr:
    """Whether a finding waits for a decision: it fails and has none, or its figures have changed since."""
    open_ = pl.col("decision").is_null() | (pl.col("decision_state") == "reopened")
    return (pl.col("verdict") == "fail") & open_


def span(years: list[int]) -> str:
    """Sorted years with runs drawn together: 2019–2021, 2023."""
    runs: list[list[int]] = []
    for year in years:
        if runs and runs[-1][-1] == year - 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(str(r[0]) if len(r) == 1 else f"{r[0]}–{r[-1]}" for r in runs)


def _findings(reading: Reading, named: pl.DataFrame) -> dict[str, dict[str, int]]:
    """Agency → number of its findings by severity, and how many wait for a decision.

    A report that is missing has findings and no row of its own: they count for the body that it is missing of.
    """
    names = reading.agencies.select("names", "agency").explode("names").rows()
    latest = dict(named.filter(pl.col("agency_id").is_not_null()).select("agency", "now").rows())
    of_name = {name: latest.get(agency, agency) for name, agency in names}
    of_report = dict(named.select("report_id", "now").rows())
    found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys((*GRADES, "undecided"), 0))
    graded = reading.findings.select("report_id", selection.grade_of(), undecided().alias("undecided"))
    for report, grade, waits in graded.rows():
        body = of_report.get(report) or of_name.get(report.rpartition("-")[0], "")
        found[body][grade] += 1
        found[body]["undecided"] += int(waits)
    return found


def _latest(measured: Measured) -> dict[str, dict[str, Any]]:
    """Agency → requests received and the share disclosed in its latest year."""
    received = measured.figures.filter(pl.col("indicator") == "received").select("agency", "year", "value")
    shares = measured.compared.filter(pl.col("rate") == "disclosed").select(
        "agency", "year", pl.col("value").alias("share"), "status"
    )
    both = received.join(shares, on=["agency", "year"], how="left").sort("agency", "year")
    last = both.group_by("agency", maintain_order=True).last()
    return {row["agency"]: row for row in last.iter_rows(named=True)}


def rows(reading: Reading, measured: Measured, made: set[str]) -> list[dict[str, Any]]:
    """One row an agency: what it is, its years, its latest figures, its findings, its page if it is in `made`."""
    named = reading.reports.with_columns(now=agency_of())
    cells = reading.facts.group_by("report_id").agg(
        pl.len().alias("cells"), pl.col("value").null_count().alias("missing")
    )
    about = (
        named.join(cells, on="report_id", how="left")
        .sort("now", "year", nulls_last=False)
        .group_by("now", maintain_order=True)
        .agg(
            pl.col("year").drop_nulls().unique().sort().alias("years"),
            pl.col("region", "level", "kind").drop_nulls().last(),
            pl.col("cells", "missing").fill_null(0).sum(),
        )
    )
    found, latest = _findings(reading, named), _latest(measured)
    rank = {p: k for k, p in enumerate(PRIORITIES)}
    first: dict[str, str] = {}
    for agency, priority in measured.priority.select("agency", "priority").rows():
        first[agency] = min(first.get(agency, priority), priority, key=rank.__getitem__)
    none = {"value": None, "share": None, "status": "missing", "year": None}
    return [
        row
        | {"agency": row["now"], "span": span(row["years"]), "page": link(safe_name(row["now"]), made)}
        | {"latest": latest.get(row["now"], none), "priority": first.get(row["now"], "")}
        | {"rank": rank.get(first.get(row["now"], ""), len(rank))}
        | found[row["now"]]
        for row in about.iter_rows(named=True)
    ]


def filters(listed: list[dict[str, Any]], lang: str) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """(field, label, its choices as value and words) for what the rows of the index are filtered by."""
    bodies = []
    for field in ("level", "kind"):
        there = {row[field] or "-" for row in listed}
        choices = [(v, word(f"page_{field}_{v}", lang)) for v in _CHOICES[field] if v in there]
        bodies.append((field, word(f"page_{field}", lang), choices + [("-", word("unknown", lang))] * ("-" in there)))
    names = sorted({row["region"] for row in listed if row["region"]})
    regions_ = [(n, n) for n in names] + [("-", word("unknown", lang))] * any(not row["region"] for row in listed)
    years = [(str(y), str(y)) for y in sorted({y for row in listed for y in row["years"]}, reverse=True)]
    found = [(v, word(f"page_found_{v}", lang)) for v in ("error", "warning", "info", "undecided", "none")]
    return [
        ("region", word("page_region", lang), regions_),
        *bodies,
        ("years", word("year", lang), years),
        ("found", word("head_findings", lang), found),
    ]


def regions(reading: Reading, made: set[str]) -> list[tuple[str, str, int]]:
    """(region, its page, its agencies) for every declared region."""
    named = reading.reports.filter(pl.col("region").is_not_null()).select("region", agency_of().alias("now"))
    counts = named.group_by("region").agg(pl.col("now").n_unique()).sort("region").rows()
    return [(region, link(region_name(region), made), n) for region, n in counts]


def parents(reading: Reading, made: set[str]) -> list[tuple[str, str, int]]:
    """(name, its page, how many are declared below it) for every body with others below it."""
    below = reading.agencies.filter(pl.col("parent").is_not_null()).group_by("parent").len()
    named = reading.agencies.select("agency_id", "agency").join(below, left_on="agency_id", right_on="parent")
    return [(name, link(parent_name(i), made), n) for i, name, n in named.sort("agency_id").rows()]
