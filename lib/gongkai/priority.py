"""What to look at first: a review priority for every report, with the reasons that make it up.

A priority says where a reviewer's hour is best spent. It is no grade of an agency and no finding.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from gongkai.agencies import agency_of
from gongkai.form import declared_rows
from gongkai.measures import counted, rate
from gongkai.pipeline import Reading
from gongkai.rules.declared import rules

# Points from which a priority holds. They and the points in priority.csv come from made-up panels: a point is about
# one doubling of the odds that the report has a planted error. `make bench` prints how they fare on another panel.
PRIORITIES = {"high": 5, "medium": 2, "low": 0}

_REASON = pl.Struct({"what": pl.String, "points": pl.Int64, "zh": pl.String, "en": pl.String})
_SETTLED = ("false alarm", "explained", "corrected by agency")


def _steps() -> dict[str, list[dict[str, str]]]:
    """The declared reasons by kind, the highest step first."""
    found: dict[str, list[dict[str, str]]] = {}
    for row in declared_rows("priority"):
        found.setdefault(row["what"], []).append(row)
    return {what: sorted(steps, key=lambda s: -int(s["least"])) for what, steps in found.items()}


def _kept(findings: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The findings that count; those that a decision has settled; those whose decision is reopened.

    Not counted: what another reading explains, what is a question about the reading itself (the tables' certainty
    says that), and the funnel's own rule, whose reason is given apart.
    """
    ours = [r["id"] for r in rules() if r.get("about_reading")]
    failed = findings.filter(
        (pl.col("verdict") == "fail") & ~pl.col("doubtful") & ~pl.col("rule").is_in([*ours, "A-01"])
    )
    reopened = (pl.col("decision_state") == "reopened").fill_null(False)
    settled = pl.col("decision").is_in(_SETTLED).fill_null(False) & ~reopened
    return failed.filter(~settled), failed.filter(settled), failed.filter(reopened)


def _counts(reading: Reading, compared: pl.DataFrame) -> dict[str, dict[str, tuple[int, list[str]]]]:
    """By kind of reason and report: how many, and the ids or codes that are named."""
    kept, settled, reopened = _kept(reading.findings)
    unsure = reading.tables.filter(pl.col("certainty") != "sure")
    far = compared.filter((pl.col("q") <= 0.05) & (pl.col("beyond") == "99.8"))
    frames = {
        "errors": (kept.filter(pl.col("severity") == "error"), "rule"),
        "warnings": (kept.filter(pl.col("severity") == "warning"), "rule"),
        "doubtful": (unsure, "table"),
        "outliers": (far, "rate"),
        "reopened": (reopened, "rule"),
        "settled": (settled, "rule"),
    }
    return {
        what: {
            report: (n, sorted(names))
            for report, n, names in frame.group_by("report_id").agg(pl.len(), pl.col(column).unique().alias("_")).rows()
        }
        for what, (frame, column) in frames.items()
    }


def _reason(what: str, steps: list[dict[str, str]], n: int, names: list[str]) -> dict[str, Any]:
    step = next(s for s in steps if n >= int(s["least"]))
    told = {}
    for lang, joiner in (("zh", "、"), ("en", ", ")):
        shown = [rate(c).name(lang) for c in names] if what == "outliers" else names
        told[lang] = step[lang].format(n=n, rules=joiner.join(shown), rates=joiner.join(shown))
    return {"what": what, "points": int(step["points"]), **told}


def priorities(reading: Reading, compared: pl.DataFrame) -> pl.DataFrame:
    """The review priority of every report that counts. `compared`: what `measures.compare` returns, of all agencies.

    Returns report_id, agency, agency_id, kind, level, region, year, priority (high, medium, low), points and
    contributions (a list of what, points, zh, en: the reasons, the weightiest first); the highest first, then by agency
    and year.
    """
    found, steps = _counts(reading, compared), _steps()
    about = ("report_id", "agency", "agency_id", "kind", "level", "region", "year")
    kept = counted(reading.reports).with_columns(agency=agency_of()).select(*about)
    rows = []
    for report in kept["report_id"]:
        reasons = [_reason(what, steps[what], *found[what][report]) for what in steps if report in found[what]]
        reasons.sort(key=lambda r: -r["points"])
        points = sum(r["points"] for r in reasons)
        rows.append((next(p for p, least in PRIORITIES.items() if points >= least), points, reasons))
    types: dict[str, Any] = {"priority": pl.String, "points": pl.Int64, "contributions": pl.List(_REASON)}
    added = pl.DataFrame(rows, schema=types, orient="row")
    return kept.hstack(added).sort("points", "agency", "year", descending=[True, False, False], maintain_order=True)
