"""Rules on the figures of the prose: kinds `claim`, `breakdown`, `percent`, `denial` and `told`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from gongkai.form import form
from gongkai.rules.declared import Rule, rules
from gongkai.rules.kinds import FAIL
from gongkai.rules.narrative.breakdowns import breakdown_verdicts, prose_only
from gongkai.rules.narrative.changes import prior_verdicts, quoted_verdicts, telling_verdicts
from gongkai.rules.narrative.fees import fee_parts, fee_steps, unpaid_beside_income
from gongkai.rules.narrative.figures import claim_verdicts, denial_verdicts
from gongkai.rules.narrative.rows import Row, complete, numbered
from gongkai.rules.narrative.sayings import empty_table, form_terms, one_value
from gongkai.rules.narrative.shares import hundred_verdicts, share_verdicts
from gongkai.rules.narrative.told import Told, all_told

Check = Callable[[Rule, Told], list[Row]]

# The kinds of rule that one function judges, and the functions of the others by the declared `check`.
_KINDS: dict[str, Check] = {"claim": claim_verdicts, "breakdown": breakdown_verdicts, "denial": denial_verdicts}
_CHECKS: dict[str, Check] = {
    "shares": share_verdicts,
    "hundred": hundred_verdicts,
    "priors": prior_verdicts,
    "telling": telling_verdicts,
    "quoted": quoted_verdicts,
    "one_value": one_value,
    "prose_only": prose_only,
    "form_terms": form_terms,
    "empty_table": empty_table,
    "unpaid": unpaid_beside_income,
    "fee_parts": fee_parts,
    "fee_steps": fee_steps,
}


def _judged(rule: Rule, told: list[Told]) -> list[Row]:
    """The verdicts of one rule on all reports of its editions."""
    check = _KINDS.get(rule["kind"]) or _CHECKS[rule["check"]]
    every = len(rule["editions"]) == len(form().editions)
    mine = [t for t in told if t.report["edition"] in rule["editions"] or (t.report["edition"] is None and every)]
    found = numbered(r for t in mine if t.claims for r in check(rule, t))
    return complete(rule, mine, found)


def _fold(found: list[Row]) -> None:
    """One cause, one finding: a wrong change is N-10's before it is Y-09's, an empty table T3-09's before N-01's."""
    failed: dict[tuple[str, str, Any], Row] = {}
    for r in found:
        if r["verdict"] == FAIL:
            key = r["compared"] if r["rule"]["id"] == "N-10" else None
            failed.setdefault((r["report_id"], r["rule"]["id"], key), r)
    lists: dict[tuple[str, str, int], Row] = {}
    for r in found:
        if r["verdict"] != FAIL:
            continue
        if r.get("list") is not None:
            # Of a list that is right as a whole at least two parts are wrong, and that is one thing.
            first = lists.setdefault((r["report_id"], r["rule"]["id"], r["list"]), r)
            r["folded_under"] = f"{r['rule']['id']}|{r['report_id']}|{first['scope']}" if first is not r else None
        for rule, key in (("N-10", r["compared"]), ("T3-09", None)):
            above = failed.get((r["report_id"], rule, key))
            if above is not None and rule in r["rule"].get("under", ()):
                r["folded_under"] = f"{rule}|{r['report_id']}|{above['scope']}"


def narrative_verdicts(frames: dict[str, pl.DataFrame]) -> list[Row]:
    """Verdicts of the rules on the figures of the prose, each report against its own tables and last year's report.

    A rule that finds nothing to judge in a report answers once, not_assessable.
    """
    told = all_told(frames)
    kinds = (*_KINDS, "percent", "told")
    found = [r for kind in kinds for rule in rules(kind) for r in _judged(rule, told)]
    _fold(found)
    return found
