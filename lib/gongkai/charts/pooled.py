"""The cases of several agencies as one share, with the interval that chance alone gives."""

from __future__ import annotations

import polars as pl

from gongkai.stats import FEW, wilson


def pooled(rates: pl.DataFrame) -> pl.DataFrame:
    """rate, year, k, n, value, low, high, status, agencies: the sums over the agencies whose cases are known.

    Where no agency's are, `status` is that of the first report. Of one agency these are its own rates.
    """
    some = pl.col("status").is_in(["rated", "few", "none"])
    found = rates.group_by("rate", "year", maintain_order=True).agg(
        pl.col("k", "n").filter(some).sum(), some.sum().cast(pl.Int64).alias("agencies"), pl.col("status").first()
    )
    low, high = wilson(pl.col("k"), pl.col("n"))
    shown = pl.col("n") > 0
    status = pl.when(pl.col("n") >= FEW).then(pl.lit("rated")).when(shown).then(pl.lit("few")).otherwise(pl.lit("none"))
    return (
        found.with_columns(pl.when(pl.col("agencies") > 0).then(pl.col("k", "n")))
        .with_columns(
            pl.when(shown).then(pl.col("k") / pl.col("n")).alias("value"), low.alias("low"), high.alias("high")
        )
        .with_columns(pl.when(pl.col("agencies") > 0).then(status).otherwise(pl.col("status")).alias("status"))
        .sort("rate", "year", maintain_order=True)
    )
