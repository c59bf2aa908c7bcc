"""Measures: frame → frame, vectorised over all reports, each with its uncertainty and with what was left out.

`figures` sums declared cells; `rates` are shares with k, n and interval; `changes` compares years; `peers` compares
agencies of one level and kind in one year.
"""

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

__all__ = [
    "OUTCOMES",
    "Indicator",
    "by_year",
    "counted",
    "crosses",
    "indicator",
    "indicators",
    "key_figures",
    "row_codes",
    "totals",
]
