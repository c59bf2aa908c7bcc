"""Charts of one agency and of many: frame → chart, or a sentence where there is nothing to draw."""

from gongkai.charts.counts import applicants, disputes, proactive
from gongkai.charts.funnels import funnel
from gongkai.charts.grounds import refusal_grounds
from gongkai.charts.heat import heat_map
from gongkai.charts.outcome_bars import outcome_shares
from gongkai.charts.over_years import by_year
from gongkai.charts.rate_rows import dispute_rates
from gongkai.charts.rate_years import rate_by_year
from gongkai.charts.sankey import flow
from gongkai.drawing import render

__all__ = [
    "applicants",
    "by_year",
    "dispute_rates",
    "disputes",
    "flow",
    "funnel",
    "heat_map",
    "outcome_shares",
    "proactive",
    "rate_by_year",
    "refusal_grounds",
    "render",
]
