"""The page of a region, or of a body with those below it: coverage, order of review, sums, shares, findings by rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from gongkai import measures
from gongkai.agencies import EVER, agency_of
from gongkai.page_names import safe_name
from gongkai.rules.declared import SEVERITIES, rules
from gongkai.show import Html, fill
from gongkai.show_rates import interval, k_of_n
from gongkai.stats import FEW, wilson
from gongkai.words import percent, word

if TYPE_CHECKING:
    from gongkai.pipeline import Reading
    from gongkai.saved import Measured

Row = dict[str, Any]


def _page(agency: str) -> str:
    return f"{safe_name(agency)}.html"


def _years(some: Reading) -> list[int]:
    return sorted(set(measures.counted(some.reports)["year"]))


def latest(some: Reading) -> int:
    """The latest year that any of the bodies reported on; 0 where no report has a year."""
    return max(_years(some), default=0)


def _expected(body: Row, year: int) -> bool:
    """Whether a declared body existed in the year."""
    return bool((body["first_year"] or EVER[0]) <= year <= (body["last_year"] or EVER[1]))


def _reporting(some: Reading) -> dict[int, dict[str, str]]:
    """Year → the bodies that reported: agency_id, or the name where there is none, and the latest name."""
    kept = measures.counted(some.reports).with_columns(now=agency_of())
    found: dict[int, dict[str, str]] = {year: {} for year in _years(some)}
    for year, body, name in kept.select("year", pl.coalesce("agency_id", "now"), "now").rows():
        found[year][body] = name
    return found


def coverage(some: Reading, lang: str = "zh") -> Html:
    """Year by year how many of the bodies declared for the year reported, and which did not."""
    rows = []
    bodies = some.agencies.to_dicts()
    for year, there in _reporting(some).items():
        expected = {b["agency_id"] or b["agency"]: b["agency"] for b in bodies if _expected(b, year)}
        names = {**expected, **there}
        missing = sorted(name for body, name in names.items() if body not in there)
        rows.append({"year": year, "expected": len(names), "reported": len(there), "missing": missing})
    unknown = sorted(some.reports.filter(pl.col("year").is_null())["report_id"])
    return Html(fill("region_coverage.html", lang, rows=rows, unknown=unknown))


def order(some: Reading, measured: Measured, lang: str = "zh") -> Html:
    """The agencies by review priority: the report of each that is best looked at first, and why; with its page."""
    graded = some.findings.filter(pl.col("verdict") == "fail").group_by("report_id", "severity").len().rows()
    counts: dict[tuple[str, str], int] = {(report, grade): n for report, grade, n in graded}
    rows: dict[str, Row] = {}
    ranked = measured.priority.sort("points", "year", "agency", descending=[True, True, False])
    names = dict(some.reports.select("report_id", agency_of()).rows())
    for row in ranked.iter_rows(named=True):
        name = names[row["report_id"]]
        entry = rows.setdefault(name, row | {"name": name, "page": _page(name), "reports": 0, "found": {}})
        entry["reports"] += 1
        for grade in SEVERITIES:
            entry["found"][grade] = entry["found"].get(grade, 0) + counts.get((row["report_id"], grade), 0)
    return Html(fill("region_order.html", lang, rows=list(rows.values()), severities=SEVERITIES))


def _consolidating(some: Reading) -> list[str]:
    """The bodies whose reports are declared to add up those of others."""
    return some.agencies.filter(pl.col("consolidates"))["agency"].to_list()


def without_consolidated(some: Reading) -> Reading:
    """The reading without reports that add up others, so that no case is counted twice."""
    apart = pl.col("agency_id").is_in(some.agencies.filter(pl.col("consolidates"))["agency_id"].implode())
    return some.kept(some.reports.filter(~apart.fill_null(False)), None, None)


def sums(some: Reading, measured: Measured, lang: str = "zh") -> Html:
    """Every count by year over the bodies, with how many have no figure; consolidated reports stand apart.

    A consolidated report already holds the figures of the bodies below it.
    """
    figures = measured.figures
    apart = _consolidating(some)
    single = figures.filter(~pl.col("agency").is_in(apart))
    own = {(r["agency"], r["indicator"], r["year"]): r["value"] for r in figures.iter_rows(named=True)}
    rows = []
    for code, known in measures.indicators().items():
        mine = single.filter(pl.col("indicator") == code)
        totals = {
            year: {"sum": total if n else None, "n": n, "missing": missing}
            for year, total, n, missing in mine.group_by("year")
            .agg(
                pl.col("value").sum().alias("total"),
                pl.col("value").count().alias("n"),
                pl.col("value").null_count().alias("missing"),
            )
            .rows()
        }
        name = known.zh if lang == "zh" else known.en
        rows.append({"name": name, "unit": known.unit, "years": totals, "crosses": measures.crosses(code)})
        rows[-1]["apart"] = {a: {y: own[a, code, y] for y in _years(some) if (a, code, y) in own} for a in apart}
    named = [{"name": a, "page": _page(a)} for a in apart if a in set(figures["agency"])]
    bodies = dict(single.group_by("year").agg(pl.col("agency").n_unique()).rows())
    values = {
        "rows": rows,
        "years": _years(some),
        "apart": named,
        "bodies": {y: bodies.get(y, 0) for y in _years(some)},
    }
    return Html(fill("region_sums.html", lang, **values))


def pooled(compared: pl.DataFrame, leave_out: list[str]) -> pl.DataFrame:
    """Each share of all cases taken together: rate, year, k, n, value, low, high (95 %), bodies and left_out.

    `compared`: rows of `measures.compare`; a share that cannot be computed is left out and counted, never taken for 0.
    """
    kept = compared.filter(~pl.col("agency").is_in(leave_out) & (pl.col("status") != "not in form"))
    sound = pl.col("status").is_in(["rated", "few", "none"])
    low, high = wilson(pl.col("k"), pl.col("n"))
    return (
        kept.group_by("rate", "year", maintain_order=True)
        .agg(
            pl.col("k").filter(sound).sum(),
            pl.col("n").filter(sound).sum(),
            sound.sum().alias("bodies"),
            (~sound).sum().alias("left_out"),
        )
        .with_columns(
            pl.when(pl.col("n") > 0).then(pl.col("k") / pl.col("n")).alias("value"),
            low.alias("low"),
            high.alias("high"),
        )
    )


def shares(some: Reading, measured: Measured, lang: str = "zh") -> Html:
    """Every share of the bodies' cases taken together, by year, with interval, and how many bodies it leaves out."""
    found = pooled(measured.compared, _consolidating(some))
    rows = []
    for code, known in measures.rates_declared().items():
        mine = {r["year"]: r for r in found.filter(pl.col("rate") == code).iter_rows(named=True)}
        for row in mine.values():
            row["percent"] = None
            if row["value"] is not None:
                row |= {"percent": percent(row["value"]), "interval": interval(row, lang), "cases": k_of_n(row, lang)}
        about = word("page_share_of", lang, k=known.k_name[lang], n=known.n_name[lang])
        if mine:
            rows.append({"name": known.name(lang), "about": about, "years": mine})
    return Html(fill("region_shares.html", lang, rows=rows, years=_years(some), few=FEW))


def by_rule(some: Reading, lang: str = "zh") -> Html:
    """The findings by rule: how many, of how many agencies; what another reading explains apart."""
    names = dict(some.reports.select("report_id", agency_of()).rows())
    known = {r["id"]: r for r in rules()}
    found: dict[tuple[int, str], Row] = {}
    for row in some.findings.filter(pl.col("folded_under").is_null()).iter_rows(named=True):
        key = (SEVERITIES.index(row["severity"]), row["rule"])
        entry = found.setdefault(
            key, {"rule": row["rule"], "severity": row["severity"], "fail": 0, "explained": 0, "agencies": set()}
        )
        entry[row["verdict"]] = entry.get(row["verdict"], 0) + 1
        if row["verdict"] == "fail":
            entry["agencies"].add(names.get(row["report_id"], row["report_id"].rpartition("-")[0]))
    rows = [
        entry | {"agencies": len(entry["agencies"]), "title": known.get(entry["rule"], {}).get(f"title_{lang}", "")}
        for _, entry in sorted(found.items())
    ]
    return Html(fill("region_rules.html", lang, rows=rows))
