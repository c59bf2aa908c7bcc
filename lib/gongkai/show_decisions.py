"""The decisions that stand beside no finding shown, as HTML for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from gongkai.decision_words import in_ledger
from gongkai.show import Html, fill

if TYPE_CHECKING:
    from gongkai.pipeline import Reading


def decisions(reading: Reading, lang: str = "zh", everything: bool = False) -> Html:
    """The decisions whose finding is gone, or folded under another, with the reason; with `everything` all of them."""
    shown = reading.findings["finding_id"].implode()
    rows = reading.reviews
    if not everything:
        rows = rows.filter(pl.col("current_id").is_null() | ~pl.col("current_id").is_in(shown))
    listed = [row | in_ledger(row, lang) for row in rows.iter_rows(named=True)]
    return Html(fill("decisions.html", lang, decisions=listed, total=reading.reviews.height))
