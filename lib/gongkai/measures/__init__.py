"""Measures: frame → frame, vectorised over all reports, each with its uncertainty and with what was left out.

`figures` sums declared cells; `rates` are shares with k, n and interval; `changes` compares years; `peers` compares
agencies of one level and kind in one year.
"""

from gongkai.measures.changes import (
    by_applicant,
    mix_changes,
    outcome_mix,
    runs,
    split,
    trends,
    yearly_counts,
    yearly_rates,
)
from gongkai.measures.figures import (
    OUTCOMES,
    Indicator,
    by_year,
    counted,
    crosses,
    indicator,
    indicators,
    key_figures,
    row_codes,
    totals,
)
from gongkai.measures.growth import growth
from gongkai.measures.peers import FEWEST, compare, lines, peer_group
from gongkai.measures.rates import Rate, Term, rate, rate_crosses, rates, rates_declared
from gongkai.measures.stated import stated_growth

__all__ = [
    "FEWEST",
    "OUTCOMES",
    "Indicator",
    "Rate",
    "Term",
    "by_applicant",
    "by_year",
    "compare",
    "counted",
    "crosses",
    "growth",
    "indicator",
    "indicators",
    "key_figures",
    "lines",
    "mix_changes",
    "outcome_mix",
    "peer_group",
    "rate",
    "rate_crosses",
    "rates",
    "rates_declared",
    "row_codes",
    "runs",
    "split",
    "stated_growth",
    "totals",
    "trends",
    "yearly_counts",
    "yearly_rates",
]
