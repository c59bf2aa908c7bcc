"""Change over years: from one year to the next, over three and more, and of the mix of outcomes.

No comparison crosses a missing year, nor the change of edition for what the form does not carry over.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from gongkai.agencies import agency_of
from gongkai.form import form
from gongkai.measures.figures import OUTCOMES, counted, totals
from gongkai.stats import FEW, Numbers, count_ratio, difference, discoveries, fisher, mann_kendall, shift, theil_sen

# A trend has at least this many years in a row; the test for one has at least TESTED.
SHORTEST, TESTED = 3, 6


def runs(found: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """`found` sorted by `by` and year with `run`: the same number for consecutive years that may be compared.

    `found` has year, edition, crosses. A run ends at a missing year, and at a change of edition unless crosses is yes.
    """
    ordered = found.sort(*by, "year")
    same = pl.all_horizontal([pl.col(c).eq_missing(pl.col(c).shift(1)) for c in by])
    next_year = pl.col("year") == pl.col("year").shift(1) + 1
    carried = (pl.col("crosses") == "yes") | pl.col("edition").eq_missing(pl.col("edition").shift(1))
    return ordered.with_columns(run=(~(same & next_year & carried)).fill_null(True).cum_sum())


def _with_year_before(found: pl.DataFrame, by: Sequence[str], columns: Sequence[str]) -> pl.DataFrame:
    ordered = runs(found, by)
    joined = pl.col("run") == pl.col("run").shift(1)
    return ordered.with_columns([pl.when(joined).then(pl.col(c).shift(1)).alias(f"{c}_before") for c in columns])


def yearly_rates(rates: pl.DataFrame) -> pl.DataFrame:
    """Each share against the year before. `rates`: what `measures.rates` returns.

    Adds k_before, n_before, value_before, change (of the share), change_low, change_high (95 %, Newcombe), p (Fisher's
    exact test), q (adjusted over all changes tested in the frame). Null where either year has no share to compare, p
    and q also where either has fewer than 30 cases.
    """
    found = _with_year_before(rates, ["agency", "rate"], ["k", "n", "value"])
    ready = found.with_row_index("_row").with_columns((pl.col("value") - pl.col("value_before")).alias("change"))
    pairs = ready.filter(pl.col("change").is_not_null())
    low, high = difference(*_cases(pairs)) if pairs.height else (np.empty(0), np.empty(0))
    ends = pairs.select("_row").with_columns(
        pl.Series("change_low", low, dtype=pl.Float64), pl.Series("change_high", high, dtype=pl.Float64)
    )
    rated = pairs.filter((pl.col("n") >= FEW) & (pl.col("n_before") >= FEW))
    p = fisher(*_cases(rated))
    tests = rated.select("_row").with_columns(
        pl.Series("p", p, dtype=pl.Float64), pl.Series("q", discoveries(p), dtype=pl.Float64)
    )
    joined = ready.join(ends, on="_row", how="left", maintain_order="left")
    return joined.join(tests, on="_row", how="left", maintain_order="left").drop("_row", "run")


def _cases(pairs: pl.DataFrame) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    k, n, k0, n0 = (pairs[c].to_numpy() for c in ("k", "n", "k_before", "n_before"))
    return k, n, k0, n0


def yearly_counts(found: pl.DataFrame) -> pl.DataFrame:
    """Each count against the year before. `found`: what `measures.by_year` returns, of one or several indicators.

    Adds value_before, ratio (null from 0), ratio_low, ratio_high (95 %, exact for two Poisson counts) and p. Chance
    alone: requests that come in bundles vary more. Null where either year has no figure, or it is no count.
    """
    by = ["agency", *(["indicator"] if "indicator" in found.columns else [])]
    ready = _with_year_before(found, by, ["value"]).with_row_index("_row")
    sound = [(pl.col(c) >= 0) & (pl.col(c) == pl.col(c).round()) for c in ("value", "value_before")]
    pairs = ready.filter(*sound)
    p, low, high = count_ratio(pairs["value"].to_numpy(), pairs["value_before"].to_numpy())
    tested = pairs.select("_row").with_columns(
        pl.Series("ratio_low", low, dtype=pl.Float64).fill_nan(None),
        pl.Series("ratio_high", high, dtype=pl.Float64).fill_nan(None),
        pl.Series("p", p, dtype=pl.Float64),
    )
    ratio = pl.when(pl.col("value_before") > 0).then(pl.col("value") / pl.col("value_before"))
    return (
        ready.with_columns(ratio.alias("ratio"))
        .join(tested, on="_row", how="left", maintain_order="left")
        .drop("_row", "run")
    )


def trends(found: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """The trend of the latest run of years of each series. `found`: by, year, edition, value, crosses, or rates.

    Returns by, first_year, last_year, years, slope (a year), slope_low, slope_high (Theil–Sen, 95 %), tau and p
    (Mann–Kendall, from six years on, else null). Years of a share with n < 30 end a
    run; series whose latest run has fewer than three years are left out.
    """
    rows = []
    rated = pl.col("status") == "rated" if "status" in found.columns else pl.lit(True)
    known = runs(found.filter(pl.col("value").is_not_null() & rated), by)
    latest = known.filter(pl.col("run") == pl.col("run").max().over(list(by)))
    for key, mine in latest.group_by(*by, maintain_order=True):
        if mine.height < SHORTEST:
            continue
        x, y = mine["year"].to_numpy().astype(float), mine["value"].to_numpy().astype(float)
        tau, p = mann_kendall(x, y) if len(x) >= TESTED and len(set(y)) > 1 else (None, None)
        rows.append((*key, int(x[0]), int(x[-1]), len(x), *theil_sen(x, y), tau, p))
    numbers: dict[str, Any] = {"first_year": pl.Int64, "last_year": pl.Int64, "years": pl.Int64}
    numbers |= dict.fromkeys(["slope", "slope_low", "slope_high", "tau", "p"], pl.Float64)
    return pl.DataFrame(rows, schema={c: found.schema[c] for c in by} | numbers, orient="row")


def outcome_mix(facts: pl.DataFrame, reports: pl.DataFrame) -> pl.DataFrame:
    """The six groups of outcomes (件) of every report that counts: agency, year, edition, report_id, six, crosses."""
    found = counted(reports).with_columns(agency=agency_of()).select("agency", "year", "edition", "report_id")
    for item in OUTCOMES:
        sums = totals(facts, "applications", [item], ["total"]).select("report_id", pl.col("value").alias(item))
        found = found.join(sums, on="report_id", how="left")
    return found.with_columns(pl.lit("yes").alias("crosses")).sort("agency", "year")


def mix_changes(facts: pl.DataFrame, reports: pl.DataFrame) -> pl.DataFrame:
    """How the mix of outcomes changed from the year before, of every report that counts.

    Returns the columns of `outcome_mix`, those of the year before (…_before), distance (Jensen–Shannon, 0 to 1) and p
    (χ², null where n does not allow it). Null where an outcome of either year is missing, negative, or all are 0.
    """
    found = _with_year_before(outcome_mix(facts, reports), ["agency"], OUTCOMES).drop("run")
    before = [f"{c}_before" for c in OUTCOMES]
    rows = []
    for row in found.select(*OUTCOMES, *before).iter_rows():
        sound = all(v is not None and v >= 0 for v in row) and sum(row[:6]) > 0 and sum(row[6:]) > 0
        rows.append(shift(np.array(row[:6]), np.array(row[6:])) if sound else (None, None))
    tested = pl.DataFrame(rows, schema={"distance": pl.Float64, "p": pl.Float64}, orient="row")
    return found.hstack(tested)


def split(groups: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """A change of k/n over groups parted into mix (other groups weigh more) and rate (the groups' own shares change).

    `groups`: by, k, n, k_before, n_before, a row a group. Returns by, change, mix, rate, with change = mix + rate. A
    group with n 0 in one year has the share of the other. Null where a figure is missing or impossible (k > n), or a
    year's n are all 0.
    Source: E. M. Kitagawa, Components of a difference between two rates, JASA 50 (1955), 1168–1194.
    """
    figures = ["k", "n", "k_before", "n_before"]
    there = pl.all_horizontal([(pl.col(c).is_not_null() & (pl.col(c) >= 0)).all() for c in figures])
    sound = there & (pl.col("k") <= pl.col("n")).all() & (pl.col("k_before") <= pl.col("n_before")).all()
    weight, weight_before = pl.col("n") / pl.col("n").sum(), pl.col("n_before") / pl.col("n_before").sum()
    own = pl.when(pl.col("n") > 0).then(pl.col("k") / pl.col("n"))
    own_before = pl.when(pl.col("n_before") > 0).then(pl.col("k_before") / pl.col("n_before"))
    share, share_before = pl.coalesce(own, own_before, 0.0), pl.coalesce(own_before, own, 0.0)
    mix = ((weight - weight_before) * (share + share_before) / 2).sum()
    rate = ((share - share_before) * (weight + weight_before) / 2).sum()
    allowed = sound & (pl.col("n").sum() > 0) & (pl.col("n_before").sum() > 0)
    return groups.group_by(*by, maintain_order=True).agg(
        pl.when(allowed).then(mix + rate).alias("change"),
        pl.when(allowed).then(mix).alias("mix"),
        pl.when(allowed).then(rate).alias("rate"),
    )


def by_applicant(facts: pl.DataFrame, reports: pl.DataFrame) -> pl.DataFrame:
    """agency, year, column (kind of applicant), k (granted in full or part), n (processed) and the year before's, 件.

    What `split` takes to part the change of the share disclosed of one agency into who asked and what they got.
    """
    kept = counted(reports).with_columns(agency=agency_of()).select("agency", "year", "edition", "report_id")
    cells = pl.col("table") == "applications"
    columns = [c for t, c in form().columns if t == "applications" and c != "total"]
    mine = facts.filter(cells & pl.col("column").is_in(columns))
    wide = [
        mine.filter(pl.col("item").is_in(items))
        .group_by("report_id", "column")
        .agg(pl.when(pl.col("value").null_count() == 0).then(pl.col("value").sum()).alias(name))
        for name, items in (("k", ["granted", "partial"]), ("n", ["processed_total"]))
    ]
    found = kept.join(wide[0].join(wide[1], on=["report_id", "column"]), on="report_id")
    ready = _with_year_before(found.with_columns(pl.lit("yes").alias("crosses")), ["agency", "column"], ["k", "n"])
    return ready.select("agency", "year", "column", "k", "n", "k_before", "n_before")
