"""Digits of pooled figures (A-06): last digits, round numbers, and Benford's first digits of decisions.

A pool is every report of one region and year, as one place compiles them. What repeats another figure is left out:
sums, what is carried from year to year, and governments that add up the bodies below them. Of figures below 10 the
last digit is the figure. Those below 100 end in small digits more often, as small numbers are more frequent (14 % of
10 to 19 in 0, 7 % in 9): what their size alone would give is what the digits are held against.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from gongkai.form import form
from gongkai.rules.declared import Rule, rules
from gongkai.rules.kinds import FAIL
from gongkai.rules.statistical.common import FALSE, Row, adjusted, bodies, judged, rows, saying
from gongkai.stats import Numbers, digits_fit, more_often
from gongkai.words import chance, percent

# From the highest level of government to the lowest.
_LEVELS = ("ministry", "province", "city", "county", "township")
# The last digits of a round number.
_ROUND = [0, 5]


def last_digits(values: Numbers) -> Numbers:
    """The shares of the last digits 0 to 9 that whole values from 10 on have where nothing but their size decides.

    Small numbers are more frequent, so of 10 to 19 more end in 0 than in 9. Within ten neighbours the frequency is
    taken to fall as x^−a, with the likeliest a for the tens of the values below 100; from 100 on it hardly counts.
    """
    tens, digits = np.arange(1, 10), np.arange(10)
    seen = np.bincount((values[values < 100] // 10).astype(int), minlength=10)[1:10]
    slopes = np.linspace(-2, 5, 141)
    of_tens = [((10 * tens[:, None] + digits) ** -a).sum(axis=1) for a in slopes]
    slope = slopes[int(np.argmax([seen @ np.log(w / w.sum()) for w in of_tens]))] if seen.sum() else 1.0
    near = (10 * (values // 10)[:, None] + digits) ** -slope
    return np.asarray((near / near.sum(axis=1, keepdims=True)).mean(axis=0))


def _pools(frames: dict[str, pl.DataFrame], rule: Rule) -> pl.DataFrame:
    """region, year, report_id, column, value of the figures of every pool."""
    adding_up = frames["agencies"].filter("consolidates")["agency_id"].drop_nulls().implode()
    about = bodies(frames["reports"]).filter(pl.col("region").is_not_null())
    about = about.filter(~pl.col("agency_id").is_in(adding_up) | pl.col("agency_id").is_null())
    sums = [c for (_, c), known in form().columns.items() if known.sum_of]
    kept = frames["facts"].filter(
        pl.col("value").is_not_null() & (pl.col("value") > 0) & (pl.col("value") == pl.col("value").round())
        & ~pl.col("column").is_in([*sums, *rule["spared_columns"]]) & ~pl.col("item").is_in(rule["spared_items"])
    )  # fmt: skip
    return about.select("report_id", "region", "year").join(kept.select("report_id", "column", "value"), on="report_id")


def _text() -> pl.Expr:
    return pl.col("value").cast(pl.Int64).cast(pl.String)


def _counts(group: pl.DataFrame, digits: str) -> Numbers:
    seen = dict(group.group_by("digit").len().rows())
    return np.array([seen.get(d, 0) for d in digits], dtype=float)


def _last(group: pl.DataFrame, rule: Rule) -> Row | None:
    counted = group.filter(pl.col("value") >= rule["least"]).with_columns(_text().str.tail(1).alias("digit"))
    if counted.height < rule["fewest"]:
        return None
    counts, expected = _counts(counted, "0123456789"), last_digits(counted["value"].to_numpy())
    p, away = digits_fit(counts, expected)
    return {"p": p, "away": away, "counts": counts, "expected": expected, "n": counted.height, "stands": True}


def _round(group: pl.DataFrame, rule: Rule) -> Row | None:
    found = _last(group, rule)
    if found is None:
        return None
    k, share = int(found["counts"][_ROUND].sum()), float(found["expected"][_ROUND].sum())
    return found | {"p": more_often(k, found["n"], share), "k": k}


def _first(group: pl.DataFrame, rule: Rule) -> Row | None:
    counted = group.filter(pl.col("column") == "decisions").with_columns(_text().str.head(1).alias("digit"))
    values = counted["value"]
    if counted.height < rule["fewest"] or values.max() < 10 ** rule["orders"] * values.min():
        return None
    counts, expected = _counts(counted, "123456789"), np.log10(1 + 1 / np.arange(1, 10))
    p, away = digits_fit(counts, expected)
    # Of many figures any small deviation is more than chance.
    stands = away > rule["nonconforming"]
    return {"p": p, "away": away, "counts": counts, "expected": expected, "n": counted.height, "stands": stands}


_TESTS = {"last_digits": _last, "round_numbers": _round, "first_digits": _first}


def _told(f: Row) -> Row:
    digits = "123456789" if f["scope"] == "first_digits" else "0123456789"
    shares = zip(digits, f["counts"], f["expected"], strict=True)
    shown = [f"{d}: {percent(c / f['n'])} ({percent(e)})" for d, c, e in shares]
    figures = {"region": f["region"], "year": f["year"], "n": f["n"], "reports": f["reports"]}
    figures |= {"shown_zh": "、".join(shown), "shown_en": ", ".join(shown), "q": chance(f["q"])}
    figures |= {"share": percent((f["k"] or 0) / f["n"]), "away": f"{f['away']:.3f}"}
    figures["even"] = percent(sum(f["expected"][d] for d in _ROUND)) if digits[0] == "0" else ""
    compared = ";".join(f"{d}={int(c)}" for d, c in zip(digits, f["counts"], strict=True))
    return {"figures": figures, "other_report_ids": f["others"], "compared": compared}


def _chief(reports: pl.DataFrame) -> dict[tuple[str, int], str]:
    """Region and year → the report at which a finding on its pool stands: the highest government's, else the first."""
    order = pl.when(pl.col("kind") == "government").then(0).otherwise(1)
    level = pl.col("level").replace_strict(dict(zip(_LEVELS, range(len(_LEVELS)), strict=True)), default=len(_LEVELS))
    about = (
        bodies(reports)
        .filter(pl.col("region").is_not_null())
        .sort(order, level, "series", "report_id", maintain_order=True)
    )
    found: dict[tuple[str, int], str] = {}
    for report_id, region, year in about.select("report_id", "region", "year").rows():
        found.setdefault((region, year), report_id)
    return found


def _tested(frames: dict[str, pl.DataFrame], rule: Rule) -> pl.DataFrame:
    """A row a pool and test: p and what the digits are, null where the pool is too small; with verdict."""
    pools = dict(iter(_pools(frames, rule).group_by("region", "year", maintain_order=True)))
    none = pl.DataFrame(schema={"report_id": pl.String, "column": pl.String, "value": pl.Float64})
    found = []
    for (region, year), at in _chief(frames["reports"]).items():
        group = pools.get((region, year), none)
        others = [r for r in group["report_id"].unique(maintain_order=True) if r != at]
        about = {"report_id": at, "region": region, "year": year, "others": others}
        about["reports"] = group["report_id"].n_unique()
        for scope, test in _TESTS.items():
            tested = test(group, rule) or {}
            found.append(dict.fromkeys(_SCHEMA) | about | {"scope": scope} | tested)
    frame = pl.DataFrame(found, schema=_SCHEMA, orient="row")
    tests = adjusted(frame, ["scope"]) if frame["p"].count() else frame.with_columns(pl.lit(1.0).alias("q"))
    return tests.with_columns(judged((pl.col("q") <= FALSE) & pl.col("stands"), pl.col("p").is_not_null()))


def digit_verdicts(frames: dict[str, pl.DataFrame], everything: bool) -> list[Row]:
    """A-06: one verdict for each pool and test. Round numbers fold under the last digits that they bend."""
    made: list[Row] = []
    for rule in rules("digits"):
        seen = _tested(frames, rule)
        for scope in _TESTS:
            made += rows(saying(rule, scope), seen.filter(pl.col("scope") == scope), everything, {}, _told)
    failed = {r["report_id"] for r in made if r["scope"] == "last_digits" and r["verdict"] == FAIL}
    for r in made:
        if r["scope"] == "round_numbers" and r["verdict"] == FAIL and r["report_id"] in failed:
            r["folded_under"] = f"{r['rule']['id']}|{r['report_id']}|last_digits"
    return made


_SCHEMA: dict[str, Any] = {
    "report_id": pl.String,
    "scope": pl.String,
    "region": pl.String,
    "year": pl.Int64,
    "reports": pl.Int64,
    "others": pl.List(pl.String),
    "p": pl.Float64,
    "away": pl.Float64,
    "n": pl.Int64,
    "k": pl.Int64,
    "stands": pl.Boolean,
    "counts": pl.List(pl.Float64),
    "expected": pl.List(pl.Float64),
}
