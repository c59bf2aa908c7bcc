"""Shares of the form's figures, each with its k, its n and its Wilson interval; the list is declared in `rates.csv`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import polars as pl

from gongkai.agencies import agency_of
from gongkai.errors import choose
from gongkai.form import declared_rows, form
from gongkai.measures.figures import counted, row_codes
from gongkai.stats import FEW, wilson

# What can be said of a share: `rated` n ≥ 30, `few` n < 30 (shown, never rated), `none` n = 0, `missing` a part is no
# number, `not in form` the report's form has no such row, `impossible` k > n or a negative part.
STATUSES = ("rated", "few", "none", "missing", "not in form", "impossible")

Term = tuple[int, str, str, str]


@dataclass(frozen=True)
class Rate:
    """One declared share: signed cells (sign, table, item, column) above and below the line, and their names."""

    rate: str
    zh: str
    en: str
    k: tuple[Term, ...]
    n: tuple[Term, ...]
    k_name: dict[str, str]
    n_name: dict[str, str]

    def name(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


def _terms(text: str) -> tuple[Term, ...]:
    found: list[Term] = []
    for term in text.split():
        table, item, column = term.lstrip("-").split(".")
        found.append((-1 if term.startswith("-") else 1, table, item, column))
    return tuple(found)


@cache
def rates_declared() -> dict[str, Rate]:
    """The declared shares by code, in the order of the file."""
    return {
        r["rate"]: Rate(
            r["rate"],
            r["zh"],
            r["en"],
            _terms(r["k"]),
            _terms(r["n"]),
            {"zh": r["k_zh"], "en": r["k_en"]},
            {"zh": r["n_zh"], "en": r["n_en"]},
        )
        for r in declared_rows("rates")
    }


def rate(code: str) -> Rate:
    """The declared share `code`. Raises GongkaiError listing the choices."""
    choose("rate", [code], rates_declared())
    return rates_declared()[code]


def rate_crosses(code: str) -> str:
    """`yes`, `approximately` or `no`: may a trend of this share cross 2020/2021?"""
    marks = {form().crosses(t, i, c) for _, t, i, c in (*rate(code).k, *rate(code).n)}
    return next(mark for mark in ("no", "approximately", "yes") if mark in marks)


@cache
def _cells() -> pl.DataFrame:
    """rate, side, term, sign, table, item, column: every cell of every declared share."""
    rows = [
        (known.rate, side, f"{side}{t}", sign, table, row, column)
        for known in rates_declared().values()
        for side, terms in (("k", known.k), ("n", known.n))
        for t, (sign, table, item, column) in enumerate(terms)
        for row in row_codes(table, [item])
    ]
    return pl.DataFrame(rows, schema=["rate", "side", "term", "sign", "table", "item", "column"], orient="row")


def parts(facts: pl.DataFrame, codes: list[str]) -> pl.DataFrame:
    """report_id, rate, k, n (null where a part is no number or the form lacks it), missing and lacking (bool)."""
    wanted = _cells().filter(pl.col("rate").is_in(codes))
    terms = (
        facts.lazy()
        .select("report_id", "table", "item", "column", "value")
        .join(wanted.lazy(), on=["table", "item", "column"])
        .group_by("report_id", "rate", "side", "term")
        # polars' sum reads null as 0, so what is missing is counted beside it.
        .agg((pl.col("value") * pl.col("sign")).sum().alias("sum"), pl.col("value").null_count().alias("missing"))
    )
    needed = wanted.group_by("rate").agg(pl.col("term").n_unique().alias("needed"))
    k, n = pl.col("side") == "k", pl.col("side") == "n"
    return (
        terms.group_by("report_id", "rate")
        .agg(
            pl.col("sum").filter(k).sum().alias("k"),
            pl.col("sum").filter(n).sum().alias("n"),
            (pl.col("missing").sum() > 0).alias("missing"),
            pl.len().alias("there"),
        )
        .join(needed.lazy(), on="rate")
        .with_columns((pl.col("there") < pl.col("needed")).alias("lacking"))
        .with_columns(pl.when(~pl.col("missing") & ~pl.col("lacking")).then(pl.col("k", "n")))
        .select("report_id", "rate", "k", "n", "missing", "lacking")
        .collect()
    )


def _status() -> pl.Expr:
    return (
        pl.when(pl.col("lacking"))
        .then(pl.lit("not in form"))
        .when(pl.col("missing"))
        .then(pl.lit("missing"))
        .when((pl.col("k") < 0) | (pl.col("n") < 0) | (pl.col("k") > pl.col("n")))
        .then(pl.lit("impossible"))
        .when(pl.col("n") == 0)
        .then(pl.lit("none"))
        .when(pl.col("n") < FEW)
        .then(pl.lit("few"))
        .otherwise(pl.lit("rated"))
    )


def rates(facts: pl.DataFrame, reports: pl.DataFrame, codes: list[str] | None = None) -> pl.DataFrame:
    """Every declared share (or those of `codes`) of every report that counts, by agency (its latest name) and year.

    Returns report_id, agency, agency_id, kind, level, region, year, edition, rate, k, n, value (0 to 1; null unless
    rated or few), low and high (Wilson, 95 %), status (see STATUSES), crosses. Raises GongkaiError on an unknown share.
    """
    wanted = list(rates_declared()) if codes is None else codes
    choose("rate", wanted, rates_declared())
    about = ("report_id", "agency", "agency_id", "kind", "level", "region", "year", "edition")
    kept = counted(reports).with_columns(agency=agency_of()).select(*about)
    order = pl.DataFrame({"rate": wanted, "crosses": [rate_crosses(c) for c in wanted]})
    shown = pl.col("status").is_in(["rated", "few"])
    low, high = wilson(pl.col("k"), pl.col("n"))
    return (
        kept.join(order.with_row_index("_order"), how="cross")
        .join(parts(facts, wanted), on=["report_id", "rate"], how="left")
        .with_columns(pl.col("missing").fill_null(False), pl.col("lacking").fill_null(True))
        .with_columns(_status().alias("status"))
        .with_columns(
            pl.when(shown).then(pl.col("k") / pl.col("n")).alias("value"),
            pl.when(shown).then(low).alias("low"),
            pl.when(shown).then(high).alias("high"),
        )
        .sort("agency", "year", "_order")
        .select(*about, "rate", "k", "n", "value", "low", "high", "status", "crosses")
    )
