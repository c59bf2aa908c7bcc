"""Rules on the wording and completeness of the prose (kinds `wording` and `mention`), report by report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import polars as pl

from gongkai.form import form
from gongkai.rules.declared import Rule, rules
from gongkai.rules.wording.complete import empty_sections, fee_stated, mentions, period_and_basis, problems_and_measures
from gongkai.rules.wording.judged import Row, unsure
from gongkai.rules.wording.others import one_agency, other_bodies
from gongkai.rules.wording.slips import joined_cuts, one_report, slips
from gongkai.rules.wording.stale import stale
from gongkai.rules.wording.text import Prose, all_prose, tidy

Check = Callable[[Rule, Prose], Iterator[Row]]

# The check of each rule of kind `wording`, by its declared name.
_CHECKS: dict[str, Check] = {
    "empty_sections": empty_sections,
    "fee_stated": fee_stated,
    "problems_and_measures": problems_and_measures,
    "period_and_basis": period_and_basis,
    "stale": stale,
    "other_bodies": other_bodies,
    "one_agency": one_agency,
    "slips": slips,
    "joined_cuts": joined_cuts,
    "one_report": one_report,
    "mentions": mentions,
}


def _totals(facts: pl.DataFrame, items: tuple[str, ...]) -> dict[str, float]:
    """report_id → the sum of the items in column `total`; reports in which one is absent or unreadable are left out.

    A blank or dashed cell counts as 0: it settles the weight of a question, never whether it is asked.
    """
    mine = facts.filter(
        (pl.col("table") == "applications") & pl.col("item").is_in(items) & (pl.col("column") == "total")
    )
    known = pl.col("status").is_in(["number", "blank", "dash"]).all() & (pl.len() == len(items))
    sums = mine.group_by("report_id").agg(pl.col("value").sum(), known.alias("known")).filter("known")
    return dict(sums.select("report_id", "value").iter_rows())


def _bodies(agencies: pl.DataFrame | None) -> dict[str, Any]:
    """`ids`: name → agency_id; `parents`: agency_id → that of its parent body, of the agencies with an entry."""
    known = [] if agencies is None else agencies.filter(pl.col("agency_id").is_not_null()).to_dicts()
    ids = {tidy(name): a["agency_id"] for a in known for name in (*a["names"], a["agency"])}
    return {"ids": ids, "parents": {a["agency_id"]: a["parent"] for a in known}}


def _context(frames: dict[str, pl.DataFrame]) -> dict[str, Any]:
    """What checks need besides the prose, looked up once for all reports."""
    notes = frames["notes"].filter(pl.col("kind") == "second_report")
    return {
        "tables": set(frames["tables"].filter("present").select("report_id", "table").iter_rows()),
        "requests": _totals(frames["facts"], ("new", "carried_in")),
        "unpaid": _totals(frames["facts"], ("other_unpaid_fee",)),
        "further": dict(notes.select("report_id", "where").iter_rows()),
        **_bodies(frames.get("agencies")),
    }


def wording_verdicts(frames: dict[str, pl.DataFrame]) -> list[Row]:
    """Verdicts of the `wording` and `mention` rules on every report whose edition they are for.

    Where the report has no sections (only its facts were read) there is one verdict, not_assessable,
    unless the rule judges the file and not its prose.
    """
    everything = len(form().editions)
    found: list[Row] = []
    prose = all_prose(frames, _context(frames))
    for rule in (*rules("wording"), *rules("mention")):
        check = _CHECKS[rule.get("check", "mentions")]
        for one in prose:
            # What is due goes by the year; the form that was used is another matter (P-02).
            edition = one.report["edition_of_year"] or one.report["edition"]
            if edition is not None and edition not in rule["editions"]:
                continue
            known = edition is not None or len(rule["editions"]) == everything
            if not rule.get("about_file") and (not one.sections or not known):
                found.append(unsure(rule, one))
            else:
                found += check(rule, one)
    return found
