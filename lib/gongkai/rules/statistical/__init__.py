"""The statistical rules: a report beside its peers, beside its own past, and pools of figures.

Standing out is no error: each of these findings says how far, beside how many, and that it proves nothing. Nothing
below 30 cases is rated, no group of fewer than ten compared, and no blank cell read as 0. What is computed with scipy
is computed only where a group is large enough, as loading it takes longer than checking a report.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from gongkai.rules.kinds import FAIL
from gongkai.rules.statistical.common import groups_of_peers
from gongkai.rules.statistical.digits import digit_verdicts
from gongkai.rules.statistical.late import late_verdicts
from gongkai.rules.statistical.mixes import mix_verdicts
from gongkai.rules.statistical.ratios import fee_verdicts, ratio_verdicts
from gongkai.rules.statistical.shares import funnel_verdicts, limit_verdicts
from gongkai.rules.statistical.silent import silent_verdicts

Row = dict[str, Any]


def statistical_verdicts(
    frames: dict[str, pl.DataFrame], following: pl.DataFrame, everything: bool, found: list[Row]
) -> list[Row]:
    """The verdicts of the statistical rules but Y-08 and A-04. `following`: what `rules.pairs.pairs` returns.

    `found`: the verdicts on single reports and years, under which one that says the same is folded.
    """
    facts, reports = frames["facts"], frames["reports"]
    made = limit_verdicts(facts, reports, everything)
    able = groups_of_peers(reports)
    # Where nobody has enough peers there is nothing to find beside them, only what is not assessable to list.
    if able or everything:
        made += funnel_verdicts(facts, reports, everything) + ratio_verdicts(facts, reports, everything)
        made += mix_verdicts(facts, reports, following, everything, able)
        made += silent_verdicts(facts, reports, everything)
        fees = fee_verdicts(facts, reports, everything)
        _fold_fees(fees, found)
        made += fees
    made += digit_verdicts(frames, everything) + late_verdicts(frames, everything)
    _fold(made)
    return made


def _fold_fees(fees: list[Row], found: list[Row]) -> None:
    """An amount that last year's already shows to be in another unit says nothing new beside the peers."""
    shown = {r["report_id"]: r for r in found if r["rule"]["id"] == "T2B-03" and r["verdict"] == FAIL}
    for r in fees:
        above = shown.get(r["report_id"])
        if above and r["verdict"] == FAIL:
            r["folded_under"] = f"T2B-03|{above['report_id']}|{above['scope']}"


# What a finding follows from, most telling first: (rule, scope) → (rule, scopes) that say it already.
_FOLDS = {
    ("T3-11", "not_held"): [("T3-11", "half"), ("A-01", "unavailable_share")],
    ("A-03", "peers"): [("A-01", s) for s in ("disclosed", "refused_share", "unavailable_share", "screened")],
}


def _fold(made: list[Row]) -> None:
    """One cause, one finding: a share above one half, and one that stands out, bends the mix and its own part too."""
    failed = {(r["rule"]["id"], r["scope"], r["report_id"]) for r in made if r["verdict"] == FAIL}
    for r in made:
        for rule, scope in _FOLDS.get((r["rule"]["id"], r["scope"]), ()) if r["verdict"] == FAIL else ():
            if (rule, scope, r["report_id"]) in failed:
                r["folded_under"] = f"{rule}|{r['report_id']}|{scope}"
                break
