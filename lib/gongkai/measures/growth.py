"""How requests grew: against last year's report, or against the figure that this year's own words imply."""

from __future__ import annotations

from typing import Any

import polars as pl

from gongkai.agencies import agency_of
from gongkai.measures.changes import yearly_counts
from gongkai.measures.figures import by_year, counted
from gongkai.percent import percent, priors

Claim = dict[str, Any]


def _implied(now: float, claim: Claim) -> int | None:
    """The one whole number of last year that a stated change leads back to, or None where it leaves several or none."""
    if claim["low"] != claim["high"] or not now.is_integer():
        return None
    if claim["unit"] != "%":
        before = now - claim["low"]
        return int(before) if before >= 0 and before.is_integer() else None
    found = priors(int(now), percent(claim)) or []
    return found[0] if len(found) == 1 else None


def growth(facts: pl.DataFrame, reports: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """Requests received against the year before (件), of every report that counts.

    Returns agency, year, value, value_before, before_from (`report`: last year's report; `words`: the only whole number
    that all changes stated in this year's prose lead to; null: not known), ratio, ratio_low, ratio_high, p as in
    `yearly_counts`; from words ratio alone. Source: the indicator 申请增速, implied prior allowed; rule N-10.
    """
    found = yearly_counts(by_year(facts, reports, "received"))
    told = claims.filter(
        (pl.col("kind") == "change")
        & (pl.col("table") == "applications")
        & (pl.col("item") == "new")
        & (pl.col("column") == "total")
    )
    stated: dict[str, list[Claim]] = {}
    for claim in told.iter_rows(named=True):
        stated.setdefault(claim["report_id"], []).append(claim)
    ids = counted(reports).select(agency_of().alias("agency"), "year", "report_id")
    named = {(agency, year): report_id for agency, year, report_id in ids.rows()}
    before: list[int | None] = []
    for agency, year, value in found.select("agency", "year", "value").rows():
        claims_here = stated.get(named.get((agency, year), ""), []) if value is not None else []
        implied = {_implied(value, claim) for claim in claims_here}
        before.append(implied.pop() if len(implied) == 1 else None)
    from_words = pl.Series("_words", before, dtype=pl.Float64)
    known = pl.col("value_before").is_not_null()
    return found.with_columns(from_words).select(
        "agency",
        "year",
        "value",
        pl.coalesce("value_before", "_words").alias("value_before"),
        pl.when(known)
        .then(pl.lit("report"))
        .when(pl.col("_words").is_not_null())
        .then(pl.lit("words"))
        .alias("before_from"),
        pl.coalesce("ratio", pl.when(pl.col("_words") > 0).then(pl.col("value") / pl.col("_words"))).alias("ratio"),
        "ratio_low",
        "ratio_high",
        "p",
    )
