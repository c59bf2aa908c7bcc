"""Agencies beside their peers: bodies of one kind and level in one year, by region too where that is asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from gongkai.beta_binomial import apart, shrunk
from gongkai.outliers import Funnel, funnel, funnel_line
from gongkai.stats import FEW, Numbers

# Fewer rated peers than this are no group to compare with.
FEWEST = 10

_ADDED = {
    "peers": pl.Int64,
    "expected": pl.Float64,
    "variation": pl.Float64,
    "logit_mean": pl.Float64,
    "logit_spread": pl.Float64,
    "z": pl.Float64,
    "p": pl.Float64,
    "q": pl.Float64,
    "beyond": pl.String,
    "shrunk": pl.Float64,
    "shrunk_low": pl.Float64,
    "shrunk_high": pl.Float64,
    "place": pl.Int64,
}


def peer_group(by_region: bool = False) -> list[str]:
    """What peers have in common: kind, level and year, and the region where that is asked for."""
    return ["kind", "level", "year", *(["region"] if by_region else [])]


def _beyond(p: Numbers) -> list[str]:
    """The line of the funnel a p lies beyond: 95, 99.8 or none."""
    return ["99.8" if x < 0.002 else "95" if x < 0.05 else "" for x in p]


def _prior(found: Funnel) -> tuple[float, float]:
    """The peers' mean share, and how alike the cases of one body are (ρ, 0: chance alone)."""
    a, b = found.prior
    return a / (a + b), 1 / (a + b + 1)


def _compared(group: pl.DataFrame) -> pl.DataFrame:
    """The rates of one group with its columns added; null where the group is too small or does not vary."""
    rated = group["status"].to_numpy() == "rated"
    k, n = (group[c].to_numpy().astype(float) for c in ("k", "n"))
    found = funnel(k[rated], n[rated]) if rated.sum() >= FEWEST else None
    columns: dict[str, pl.Series] = {c: pl.Series(c, [None] * group.height, dtype=t) for c, t in _ADDED.items()}
    columns["peers"] = pl.Series("peers", [int(rated.sum())] * group.height)
    if found is None:
        return group.with_columns(*columns.values())
    expected, variation = _prior(found)
    some = np.isin(group["status"].to_numpy(), ["rated", "few"])
    values: dict[str, tuple[Any, Any]] = {
        "z": (rated, apart(k[rated], n[rated], found.prior)),
        "p": (rated, found.p),
        "q": (rated, found.q),
        "beyond": (rated, _beyond(found.p)),
    }
    values |= dict(
        zip(
            ("shrunk", "shrunk_low", "shrunk_high"),
            [(some, v) for v in shrunk(k[some], n[some], found.prior)],
            strict=True,
        )
    )
    of_all = ("expected", "variation", "logit_mean", "logit_spread")
    for name, value in zip(of_all, (expected, variation, *found.logits), strict=True):
        columns[name] = pl.Series(name, [value] * group.height)
    for name, (at, filled) in values.items():
        column = np.full(group.height, None, dtype=object)
        column[at] = list(filled)
        columns[name] = pl.Series(name, list(column), dtype=_ADDED[name])
    place = pl.when(pl.col("status") == "rated").then(pl.col("shrunk"))
    return group.with_columns(*columns.values()).with_columns(
        place.rank("min", descending=True).cast(pl.Int64).alias("place")
    )


def compare(rates: pl.DataFrame, by_region: bool = False) -> pl.DataFrame:
    """Each share beside those of its peers in the year. `rates`: what `measures.rates` returns.

    Adds peers (how many are rated: n ≥ 30), expected (their mean share), variation (ρ: how much true shares vary, 0 not
    at all), logit_mean and logit_spread (how they vary as normal logits), z, p (two-sided, the larger of both), q (p
    adjusted over the peers after Benjamini and Hochberg), beyond (95, 99.8 or empty, the line of the funnel), shrunk,
    shrunk_low and shrunk_high (drawn to the peers' mean as far as n is small, 95 %), place (by shrunk, 1 the highest;
    only rated ones have one). All but `peers` are null in a group of fewer than FEWEST rated peers, of unknown kind or
    level, or without any variation.
    """
    kept = rates.filter(pl.col("kind").is_not_null() & pl.col("level").is_not_null())
    others = rates.filter(pl.col("kind").is_null() | pl.col("level").is_null())
    groups = [_compared(g) for _, g in kept.group_by("rate", *peer_group(by_region), maintain_order=True)]
    alone = others.with_columns(*[pl.lit(None, dtype=t).alias(c) for c, t in _ADDED.items()])
    alone = alone.with_columns(pl.lit(0, dtype=pl.Int64).alias("peers"))
    return pl.concat([*groups, alone]).sort("agency", "year", maintain_order=True)


def lines(compared: pl.DataFrame, steps: int = 40) -> pl.DataFrame:
    """The funnel of one group: n, and the ends of the 95 and 99.8 % lines (low_95, high_95, low_998, high_998).

    `compared`: rows of `compare` of one share, year and group. No rows where the group has no funnel.
    """
    known = compared.filter(pl.col("expected").is_not_null() & (pl.col("status") == "rated"))
    types = dict.fromkeys(["n", "low_95", "high_95", "low_998", "high_998"], pl.Float64)
    if known.is_empty():
        return pl.DataFrame(schema=types)
    mean, rho = known["expected"][0], max(known["variation"][0], 1e-9)
    size = 1 / rho - 1
    most = max(float(str(known["n"].max())), FEW + 1.0)
    at = np.unique(np.geomspace(FEW, most, steps).round()).astype(int)
    prior = (mean * size, (1 - mean) * size)
    logits = (known["logit_mean"][0], known["logit_spread"][0])
    rows = [
        (float(n), *(end for tail in (0.05, 0.002) for end in funnel_line(prior, logits, int(n), tail))) for n in at
    ]
    return pl.DataFrame(rows, schema=types, orient="row")
