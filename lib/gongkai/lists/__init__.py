"""Results row by row as HTML for people; see `tellings` for the same in sentences."""

from gongkai.lists.measured import changes, counts, mixes, peers, rates, splits, trends
from gongkai.lists.read import (
    amounts,
    aside,
    coverage,
    crossing,
    doubtful,
    findings,
    priorities,
    stated,
    unassessed,
)
from gongkai.lists.table import MOST

__all__ = [
    "MOST",
    "amounts",
    "aside",
    "changes",
    "counts",
    "coverage",
    "crossing",
    "doubtful",
    "findings",
    "mixes",
    "peers",
    "priorities",
    "rates",
    "splits",
    "stated",
    "trends",
    "unassessed",
]
