"""Rules on copied prose (kind `duplicate`): a body's own last year, other bodies, and what copying leaves behind."""

from __future__ import annotations

import polars as pl

from gongkai.rules.declared import rules
from gongkai.rules.duplication.bodies import copied_from_others
from gongkai.rules.duplication.judged import Row
from gongkai.rules.duplication.leftovers import leftovers
from gongkai.rules.duplication.sentences import masked_sentences
from gongkai.rules.duplication.years import copied_from_last_year, only_figures_differ, repeated_problems

_CHECKS = {
    "copied_from_last_year": copied_from_last_year,
    "only_figures_differ": only_figures_differ,
    "repeated_problems": repeated_problems,
    "copied_from_others": copied_from_others,
    "leftovers": leftovers,
}


def duplication_verdicts(frames: dict[str, pl.DataFrame]) -> list[Row]:
    """Verdicts of the `duplicate` rules on every report that counts (`reports.primary`)."""
    rows = masked_sentences(frames)
    found: list[Row] = []
    for rule in rules("duplicate"):
        found += _CHECKS[rule["check"]](rule, frames, rows)
    return _folded(found)


def _folded(found: list[Row]) -> list[Row]:
    """Sections that repeat last year's go under the finding that the whole report does."""
    whole = {r["report_id"]: r for r in found if r["rule"].get("whole") and r["verdict"] == "fail"}
    for r in found:
        parent = whole.get(r["report_id"])
        if parent and r["rule"]["id"] in parent["rule"]["whole"] and r["verdict"] == "fail":
            r["folded_under"] = f"{parent['rule']['id']}|{parent['report_id']}|{parent['scope']}"
    return found
