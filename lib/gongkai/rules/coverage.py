"""Which reports there are (C-07) and whether they were published in time (C-06)."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import Any

import polars as pl

from gongkai.agencies import EVER, ending, same_name
from gongkai.rules.declared import Rule, rules
from gongkai.rules.kinds import FAIL, NOT_ASSESSABLE, PASS

Row = dict[str, Any]

_DATE = re.compile(
    r"(?<![0-9])(20[0-9]{2})(?:\D{1,3}(0?[1-9]|1[0-2])\D{1,3}([0-3]?[0-9])|(0[1-9]|1[0-2])([0-3][0-9]))(?![0-9])"
)


def published_on(text: str | None) -> date | None:
    """The date in a page's field (2024-01-17, 2024年1月17日, 20240117), or None."""
    found = _DATE.search(text or "")
    if not found:
        return None
    year, month, day = found[1], found[2] or found[4], found[3] or found[5]
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def due_on(rule: Rule, row: Row, local: str | None) -> tuple[date, date] | None:
    """(surely in time until, surely late after) for a report, or None where article 49 sets its body no date.

    An office stands for its government or reports as a department: between the two dates nothing can be said.
    """
    unbound = row["kind"] != "office" and ending(row["agency"] or "").get("bound") == "no"
    if row["kind"] is None or row["level"] == "township" or unbound:
        return None
    year = row["year"] + 1
    days = rule["deadlines"]
    first, last = (days["department"], days["government"]) if row["kind"] == "office" else (days[row["kind"]],) * 2
    early, late = (date.fromisoformat(f"{year}-{min(d, local or d)}") for d in (first, last))
    return early, late


def _punctual(rule: Rule, row: Row, published: date | None, local: str | None) -> tuple[str, date | None]:
    due = due_on(rule, row, local) if row["year"] is not None else None
    # A date outside of the year after is that of something else, such as a move of the site.
    if due is None or published is None or published.year != row["year"] + 1:
        return NOT_ASSESSABLE, None
    if published <= due[0]:
        return PASS, due[0]
    return (FAIL if published > due[1] else NOT_ASSESSABLE), due[1]


def publications(frames: dict[str, pl.DataFrame]) -> list[tuple[Row, date | None, str | None]]:
    """Every report that counts, the first date that any of its versions gives, and the local deadline."""
    local = {a: d for a, d in frames["agencies"].select("agency_id", "deadline").rows() if a and d}
    first: dict[tuple[str | None, int | None], date] = {}
    reports = frames["reports"].select(
        "report_id", "agency", "agency_id", "year", "kind", "level", "published", "primary", "parent", "region"
    )
    for row in reports.iter_rows(named=True):
        found, key = published_on(row["published"]), (row["agency_id"] or row["agency"], row["year"])
        if found and row["year"] is not None and found.year > row["year"]:
            first[key] = min(first.get(key, found), found)
    dated = []
    for row in reports.filter("primary").iter_rows(named=True):
        body = row["agency_id"] or row["agency"]
        published = first.get((body, row["year"])) if body else published_on(row["published"])
        dated.append((row, published, local.get(row["agency_id"])))
    return dated


def _due_verdicts(frames: dict[str, pl.DataFrame]) -> list[Row]:
    """C-06 of every report that counts, by the first date that any of its versions gives."""
    rows: list[Row] = []
    for rule in rules("due"):
        for row, published, local in publications(frames):
            verdict, due = _punctual(rule, row, published, local)
            figures = {"published": str(published), "due": str(due)}
            rows.append(
                {"rule": rule, "report_id": row["report_id"], "scope": "report", "severity": rule["severity"]}
                | {
                    "table": None,
                    "verdict": verdict,
                    "figures": figures,
                    "compared": f"published={published};due={due}",
                }
            )
    return rows


def _inside(short: str, long: str) -> bool:
    """Whether the characters of `short` come in `long` in this order, as those of an abbreviation do."""
    rest = iter(long)
    return all(c in rest for c in short)


def _strangers(reports: pl.DataFrame) -> dict[int | None, list[str | None]]:
    """Year (None: not known) → names of the reports whose body is not in agencies.csv (None: no name)."""
    found: dict[int | None, list[str | None]] = {}
    for agency, year, known in reports.select("agency", "year", "agency_id").rows():
        if known is None or year is None:
            found.setdefault(year, []).append(same_name(agency) if agency else None)
    return found


def _missing_verdicts(frames: dict[str, pl.DataFrame]) -> list[Row]:
    """C-07: one verdict for each declared body and year; the `report_id` of a missing one is the one it would have.

    Where at least as many files were not read, or not recognised, as reports are missing, each may be one of them.
    """
    matrix = coverage_matrix(frames["reports"], frames["agencies"]).filter(pl.col("agency_id").is_not_null())
    matrix = matrix.filter(pl.col("status") != "not due")
    strangers = _strangers(frames["reports"])
    missing = Counter(matrix.filter(pl.col("status") == "missing")["year"].to_list())
    aside = frames["files"].filter(pl.col("status") == "set aside").height
    names = {a: [same_name(n) for n in ns] for a, ns in frames["agencies"].select("agency_id", "names").rows() if a}
    rows: list[Row] = []
    for rule in rules("coverage"):
        for m in matrix.iter_rows(named=True):
            others = [*strangers.get(m["year"], ()), *strangers.get(None, ())]
            alike = any(o and (_inside(o, n) or _inside(n, o)) for o in others for n in names[m["agency_id"]])
            open_files = aside + sum(o is None for o in others)
            doubt = alike or open_files >= missing[m["year"]] > 0 or m["status"] == "unknown"
            verdict = PASS if m["status"] == "reported" else NOT_ASSESSABLE if doubt else FAIL
            rows.append(
                {"rule": rule, "report_id": m["report_id"] or f"{m['agency']}-{m['year']}", "scope": "report"}
                | {"table": None, "severity": rule["severity"], "verdict": verdict, "compared": f"status={m['status']}"}
                | {
                    "figures": {"agency": m["agency"], "year": m["year"]},
                    "agency_id": m["agency_id"],
                    "year": m["year"],
                }
            )
    return rows


def _fold_gaps(found: list[Row], absent: list[Row]) -> None:
    """A gap in a body's series (Y-10) all of whose years are found missing by C-07 says nothing new."""
    missing = {
        (r["agency_id"], r["year"]): f"C-07|{r['report_id']}|{r['scope']}" for r in absent if r["verdict"] == FAIL
    }
    for r in found:
        if r["rule"]["id"] == "Y-10" and r["verdict"] == FAIL and r.get("missing"):
            above = [missing.get((r["series"], year)) for year in r["missing"]]
            r["folded_under"] = above[0] if all(above) else None


def _there(agency: dict[str, Any], year: int, reported: list[int]) -> str:
    """`missing` where a body was surely there in a year without a report, `not due` where not, else `unknown`."""
    first, last = agency["first_year"], agency["last_year"]
    if (first is not None and year < first) or (last is not None and year > last):
        return "not due"
    between = bool(reported) and min(reported) < year < max(reported)
    return "missing" if first is not None or between else "unknown"


def coverage_matrix(reports: pl.DataFrame, agencies: pl.DataFrame) -> pl.DataFrame:
    """Every body in every year from the first to the last of the reports that count.

    Returns agency_id, agency (its name in the year), year, report_id (null without a report), status: reported,
    missing, not due, or unknown where nothing says that the body was there (`first_year` is not declared).
    """
    types = {"agency_id": pl.String, "agency": pl.String, "year": pl.Int64, "report_id": pl.String, "status": pl.String}
    kept = reports.filter(pl.col("primary") & pl.col("agency").is_not_null() & pl.col("year").is_not_null())
    at: dict[str, dict[int, str]] = {}
    for report_id, agency, agency_id, year in kept.select("report_id", "agency", "agency_id", "year").rows():
        at.setdefault(agency_id or f"={agency}", {}).setdefault(year, report_id)
    years = kept["year"].to_list()
    rows = []
    for a in agencies.iter_rows(named=True):
        mine = at.get(a["agency_id"] or f"={a['agency']}", {})
        for year in range(min(years, default=1), max(years, default=0) + 1):
            status = "reported" if year in mine else _there(a, year, list(mine))
            rows.append((a["agency_id"], _name_in(a, year), year, mine.get(year), status))
    return pl.DataFrame(rows, schema=types, orient="row")


def _name_in(agency: dict[str, Any], year: int) -> str:
    """The latest of a body's names that it bore in a year, else its latest."""
    borne = []
    for name, years in zip(agency["names"], agency["name_years"], strict=True):
        first, last = (int(y) if y else ever for y, ever in zip(years.split("-"), EVER, strict=True))
        borne += [name] if first <= year <= last else []
    return str(borne[-1] if borne else agency["agency"])


def coverage_verdicts(frames: dict[str, pl.DataFrame], found: list[Row]) -> list[Row]:
    """The verdicts of C-06 and C-07; a gap in a series among those `found` is folded under the missing report."""
    missing = _missing_verdicts(frames)
    _fold_gaps(found, missing)
    return _due_verdicts(frames) + missing
