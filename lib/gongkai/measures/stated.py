"""The growth that the prose states beside the one that the figures give."""

from __future__ import annotations

from typing import Any

import polars as pl

from gongkai.agencies import agency_of
from gongkai.measures.figures import by_year, counted
from gongkai.percent import change, percent

_TYPES = {"agency": pl.String, "year": pl.Int64, "report_id": pl.String, "printed": pl.String, "unit": pl.String}
_TYPES |= {
    "stated": pl.Float64,
    "decimals": pl.Int64,
    "value": pl.Float64,
    "value_before": pl.Float64,
    "computed": pl.Float64,
    "agrees": pl.Boolean,
}


def _whole(figure: float | None) -> int | None:
    return int(figure) if figure is not None and figure >= 0 and figure.is_integer() else None


def _judged(claim: dict[str, Any], now: int | None, before: int | None) -> tuple[float | None, bool | None]:
    """The change in the claim's unit as the figures give it, and whether the claim is that, rounded as printed."""
    if now is None or before is None or (claim["unit"] in {"%", "倍"} and before == 0):
        return None, None
    if claim["unit"] == "%":
        exact = change(now, before)
        if claim["low"] == claim["high"]:
            return float(exact), percent(claim).rounds(exact)
        return float(exact), bool(claim["low"] <= exact <= claim["high"])
    computed = (now - before) / before if claim["unit"] == "倍" else float(now - before)
    return computed, claim["low"] <= computed <= claim["high"]


def stated_growth(facts: pl.DataFrame, reports: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """Every change of the requests received that the prose states, beside the one that both years' reports give.

    Returns agency, year, report_id, printed (as in the prose), unit, stated (signed; null where approximate), decimals,
    value and value_before (件), computed (the change in that unit; null where last year's figure is not known, or 0)
    and agrees (equal as rounded, null likewise).
    """
    received = by_year(facts, reports, "received").select("agency", "year", "value")
    before = received.select("agency", pl.col("year") + 1, pl.col("value").alias("value_before"))
    about = counted(reports).select("report_id", agency_of().alias("agency"), pl.col("year"))
    told = claims.filter(
        (pl.col("kind") == "change")
        & (pl.col("table") == "applications")
        & (pl.col("item") == "new")
        & (pl.col("column") == "total")
    ).drop("year")
    joined = told.join(about, on="report_id").join(received, on=["agency", "year"]).sort("agency", "year", "n")
    rows = []
    for claim in joined.join(before, on=["agency", "year"], how="left", maintain_order="left").iter_rows(named=True):
        computed, agrees = _judged(claim, _whole(claim["value"]), _whole(claim["value_before"]))
        stated = claim["low"] if claim["low"] == claim["high"] else None
        rows.append({**{c: claim.get(c) for c in _TYPES}, "stated": stated, "computed": computed, "agrees": agrees})
    return pl.DataFrame(rows, schema=_TYPES)
