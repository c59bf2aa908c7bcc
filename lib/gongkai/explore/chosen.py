"""What is chosen → its figures, and the cells of the form behind one of them. Missing is never read as 0."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import polars as pl

from gongkai import measures
from gongkai.agencies import agency_of
from gongkai.errors import GongkaiError, choose
from gongkai.words import number, percent, word

# As many agencies are chosen to begin with: those with the most years.
_FIRST = 4

# What can be said of a figure. Of counts there are `figure`, `missing` and `not in form`; of shares also `few` (n < 30,
# shown and never rated), `none` (n = 0) and `impossible` (k > n or a negative part).
STATES = ("figure", "few", "missing", "not in form", "none", "impossible")

SCHEMA = {
    "quantity": pl.String,
    "agency": pl.String,
    "year": pl.Int64,
    "edition": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "k": pl.Float64,
    "n": pl.Float64,
    "cells": pl.Int64,
    "missing": pl.Int64,
    "state": pl.String,
    "crosses": pl.String,
}


@dataclass(frozen=True)
class Quantity:
    """An indicator or a share that can be chosen; `share` has values from 0 to 1 and an interval."""

    code: str
    zh: str
    en: str
    unit: str
    share: bool
    crosses: str

    def label(self, lang: str) -> str:
        unit = "%" if self.share else word(f"unit_{self.unit}", lang)
        return (self.zh if lang == "zh" else self.en) + word("paren", lang, text=unit)


@dataclass(frozen=True)
class Choice:
    """Agencies (empty: all) by their latest names, first and last year, and codes of quantities."""

    agencies: tuple[str, ...]
    first: int
    last: int
    quantities: tuple[str, ...]


@cache
def quantities() -> dict[str, Quantity]:
    """The declared indicators by code, then the declared shares as `rate.` and their code."""
    counts = [
        Quantity(i.indicator, i.zh, i.en, i.unit, share=False, crosses=measures.crosses(i.indicator))
        for i in measures.indicators().values()
    ]
    shares = [
        Quantity(f"rate.{r.rate}", r.zh, r.en, "", share=True, crosses=measures.rate_crosses(r.rate))
        for r in measures.rates_declared().values()
    ]
    return {q.code: q for q in [*counts, *shares]}


def choices(reports: pl.DataFrame) -> tuple[list[str], list[int]]:
    """The agencies by latest name and the years there are to choose from. Raises GongkaiError where there are none."""
    kept = measures.counted(reports)
    if kept.is_empty():
        raise GongkaiError("no report with agency and year is known, so there is nothing to choose from.")
    return sorted(set(kept.select(agency_of())["agency"])), sorted(set(kept["year"]))


def first_choice(reports: pl.DataFrame) -> Choice:
    """What is shown to begin with: the agencies with the most years, all years, requests and share disclosed."""
    _, years = choices(reports)
    most = measures.counted(reports).group_by(agency_of()).agg(pl.col("year").n_unique().alias("years"))
    named = most.sort("years", "agency", descending=[True, False])["agency"].head(_FIRST)
    return Choice(tuple(named), years[0], years[-1], ("received", "rate.disclosed"))


def check(choice: Choice, reports: pl.DataFrame) -> None:
    """Raise GongkaiError listing the choices where something chosen does not exist."""
    agencies, years = choices(reports)
    choose("agency", choice.agencies, agencies)
    choose("year", [choice.first, choice.last], years)
    choose("indicator", choice.quantities, quantities())
    if choice.first > choice.last:
        raise GongkaiError(f"the first year {choice.first} is after the last {choice.last}. Choices: {years}")


def _counts(facts: pl.DataFrame, reports: pl.DataFrame, code: str) -> pl.DataFrame:
    found = measures.by_year(facts, reports, code)
    lacking = pl.when(pl.col("missing") > 0).then(pl.lit("missing")).otherwise(pl.lit("not in form"))
    state = pl.when(pl.col("value").is_null()).then(lacking).otherwise(pl.lit("figure")).alias("state")
    return found.with_columns(pl.lit(code).alias("quantity"), state).rename({"parts": "cells"})


def _shares(facts: pl.DataFrame, reports: pl.DataFrame, code: str) -> pl.DataFrame:
    found = measures.rates(facts, reports, [code.removeprefix("rate.")])
    return found.rename({"status": "state"}).with_columns(
        pl.lit(code).alias("quantity"), pl.col("state").replace("rated", "figure")
    )


def figures(facts: pl.DataFrame, reports: pl.DataFrame, choice: Choice) -> pl.DataFrame:
    """The chosen figures: one row a quantity, agency and year of a counted report, in the order chosen.

    Returns quantity, agency, year, edition, value (null where there is none; shares 0 to 1), low, high (95 %
    interval), k, n (of shares), cells, missing (of counts), state (see STATES), crosses. Raises GongkaiError
    listing the choices.
    """
    check(choice, reports)
    kept = reports.filter(pl.col("year").is_between(choice.first, choice.last))
    if choice.agencies:
        kept = kept.filter(agency_of().is_in(list(choice.agencies)))
    mine = facts.filter(pl.col("report_id").is_in(kept["report_id"].implode()))
    wanted = [quantities()[code] for code in choice.quantities]
    frames = [(_shares if q.share else _counts)(mine, kept, q.code) for q in wanted]
    empty = pl.DataFrame(schema=SCHEMA)
    found = pl.concat([empty, *frames], how="diagonal_relaxed").select(pl.col(c).cast(t) for c, t in SCHEMA.items())
    place = {a: k for k, a in enumerate(choice.agencies)}
    order = pl.col("agency").replace_strict(place, default=len(place), return_dtype=pl.Int64)
    code = pl.col("quantity").cast(pl.Enum(list(dict.fromkeys(choice.quantities))))
    return found.sort(code, order, "agency", "year", maintain_order=True)


def with_runs(found: pl.DataFrame) -> pl.DataFrame:
    """The figures there are, with `run`: points of one run are joined by a line.

    A run is consecutive years of one quantity and agency, and ends where the edition changes unless the
    quantity means the same in both.
    """
    mine = ["quantity", "agency"]
    drawn = found.filter(pl.col("value").is_not_null()).sort(*mine, "year", maintain_order=True)
    next_year = pl.col("year") == pl.col("year").shift(1).over(mine) + 1
    carried = (pl.col("edition") == pl.col("edition").shift(1).over(mine)) | (pl.col("crosses") == "yes")
    return drawn.with_columns(run=(~(next_year & carried)).fill_null(True).cum_sum())


def said(row: dict[str, object], lang: str) -> str:
    """A figure in words: the number, a share with k, n and interval, or why there is none."""
    value, state = row["value"], str(row["state"])
    if not isinstance(value, float):
        if state == "missing" and row["cells"]:
            return word("parts_missing", lang, parts=row["cells"], missing=row["missing"])
        return word(f"explore_{state.replace(' ', '_')}", lang)
    if row["n"] is None:
        return number(value, lang)
    k, n, low, high = (float(str(row[c])) for c in ("k", "n", "low", "high"))
    parts = {"k": number(k, lang), "n": number(n, lang), "low": percent(low), "high": percent(high)}
    text = word("explore_share", lang, value=percent(value), **parts)
    return text + (word("explore_few_note", lang) if state == "few" else "")


def _terms(code: str) -> Iterable[tuple[str, int, str, str, str]]:
    """Part (k, n or empty), sign, table, row of the form, column: every cell that a quantity is made of."""
    if quantities()[code].share:
        known = measures.rate(code.removeprefix("rate."))
        for part, terms in (("k", known.k), ("n", known.n)):
            for sign, table, item, column in terms:
                yield from ((part, sign, table, row, column) for row in measures.row_codes(table, [item]))
    else:
        count = measures.indicator(code)
        for sign, item, columns in [(1, i, count.columns) for i in count.items] + [
            (-1, i, (c,)) for i, c in count.less
        ]:
            for row in measures.row_codes(count.table, [item]):
                yield from (("", sign, count.table, row, column) for column in columns)


def cells(facts: pl.DataFrame, reports: pl.DataFrame, code: str, agency: str, year: int) -> pl.DataFrame:
    """The printed cells behind one figure, in the order of the form; those that the report's form lacks are left out.

    Returns part (k, n or empty), sign, and report_id, table, item, column, value, status, unit, printed, where,
    source, corrected of the fact. Raises GongkaiError listing the choices.
    """
    check(Choice((agency,), year, year, (code,)), reports)
    ids = measures.counted(reports).filter(agency_of() == agency, pl.col("year") == year)["report_id"]
    mine = facts.filter(pl.col("report_id").is_in(ids.implode()))
    names = ["part", "sign", "table", "item", "column"]
    terms = pl.DataFrame(list(_terms(code)), schema=names, orient="row")
    shown = ["report_id", "value", "status", "unit", "printed", "where", "source", "corrected"]
    found = terms.join(mine.select(*names[2:], *shown), on=names[2:], how="inner", maintain_order="left")
    return found.select("part", "sign", "report_id", *names[2:], *shown[1:])
