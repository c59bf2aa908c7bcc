"""Counts over years, trends, the mix of outcomes and what a change is made of, in sentences."""

from __future__ import annotations

import numpy as np
import polars as pl

from gongkai.measures import OUTCOMES
from gongkai.measures.changes import SHORTEST, TESTED
from gongkai.stats import FEW, discoveries
from gongkai.tellings.told import FALSE, NAMED, Row, Told, counted, joined, of, points, reasons, say, step_of, told
from gongkai.words import number, word


def _q(found: pl.DataFrame) -> pl.DataFrame:
    """Adds q: the p of the frame adjusted over all of them (null where p is)."""
    p = found["p"].to_numpy().astype(float)
    q, some = np.full(len(p), np.nan), ~np.isnan(p)
    q[some] = discoveries(p[some])
    return found.with_columns(pl.Series("q", q, dtype=pl.Float64).fill_nan(None))


def _count(row: Row, lang: str) -> str:
    """宿迁市人民政府 2024 年 3,511 → 3,525（+0.4%）."""
    figures = {"before": number(row["value_before"], lang), "now": number(row["value"], lang)}
    return say("count_each", lang, of=of(row, lang), step=step_of(row["ratio"], lang), **figures)


def counts(found: pl.DataFrame, lang: str) -> Told:
    """How many counts changed by more than chance. `found`: `measures.yearly_counts` or `growth`."""
    pairs = found.filter(pl.col("value").is_not_null() & pl.col("value_before").is_not_null())
    tested = _q(found.filter(pl.col("p").is_not_null()))
    beyond = tested.filter(pl.col("q") <= FALSE).sort("q", "agency", "year")
    line = counted("counts", lang, tested, beyond, pl.col("value") > pl.col("value_before"))
    largest = joined([_count(r, lang) for r in beyond.head(NAMED).to_dicts()], lang)
    missing = found["value"].null_count()
    parts = [
        (word("tell_no_figure", lang), missing),
        (word("tell_no_pair", lang), found.height - missing - pairs.height),
    ]
    return told(
        line if tested.height else say("changes_none", lang),
        say("largest", lang, each=largest) if largest else None,
        say("not_compared", lang, parts=reasons(parts, lang)) if pairs.height < found.height else None,
        say("poisson", lang) if tested.height else None,
    )


def growth(found: pl.DataFrame, lang: str) -> Told:
    """As `counts`, and where last year's figure comes from the words alone. `found`: what `measures.growth` returns."""
    implied = found.filter(pl.col("before_from") == "words")
    each = joined([_count(r, lang) for r in implied.head(NAMED).to_dicts()], lang)
    return told(
        *counts(found, lang).lines, say("implied", lang, n=implied.height, each=each) if implied.height else None
    )


def trends(found: pl.DataFrame, series: int, lang: str) -> Told:
    """The trends of the series that are long enough, of `series` in all. `found`: what `measures.trends` returns."""
    tested = _q(found.filter(pl.col("p").is_not_null()))
    beyond = tested.filter(pl.col("q") <= FALSE)
    up = beyond.filter(pl.col("tau") > 0).height
    if found.is_empty():
        return told(say("trends_none", lang, n=series, least=SHORTEST))
    sure = found.filter((pl.col("slope_low") > 0) | (pl.col("slope_high") < 0)).height
    many = say(
        "trends_tested", lang, n=tested.height, least=TESTED, beyond=beyond.height, up=up, down=beyond.height - up
    )
    return told(
        say("trends", lang, n=found.height, least=SHORTEST, left=series - found.height, sure=sure),
        many if tested.height else say("trends_untested", lang, least=TESTED),
        say("trends_method", lang),
    )


def rated_mixes(found: pl.DataFrame) -> pl.DataFrame:
    """The mixes of outcomes that can be compared: known in both years, of 30 cases or more each."""
    both = [pl.sum_horizontal(f"{item}{end}" for item in OUTCOMES) >= FEW for end in ("", "_before")]
    return found.filter(pl.col("distance").is_not_null(), *both)


def mixes(found: pl.DataFrame, lang: str) -> Told:
    """How far the mix of outcomes moved. `found`: what `measures.mix_changes` returns."""
    rated, few = rated_mixes(found), found.filter(pl.col("distance").is_not_null()).height
    few -= rated.height
    parts = [(word("tell_mix_missing", lang), found.height - rated.height - few), (say("left_few", lang, few=FEW), few)]
    left = say("not_compared", lang, parts=reasons(parts, lang)) if found.height > rated.height else None
    if rated.is_empty():
        return told(say("mixes_none", lang, n=found.height), left)
    tested = _q(rated.filter(pl.col("p").is_not_null()))
    figures = {"beyond": tested.filter(pl.col("q") <= FALSE).height, "untested": rated.height - tested.height}
    far = rated.sort("distance", descending=True).head(NAMED).to_dicts()
    each = joined([say("mix_each", lang, of=of(r, lang), distance=f"{r['distance']:.3f}") for r in far], lang)
    middle = f"{float(str(rated['distance'].median())):.3f}"
    return told(
        say("mixes", lang, n=rated.height, middle=middle, each=each),
        say("mixes_tested", lang, n=tested.height, **figures),
        left,
        say("mixes_method", lang),
    )


def _parts(row: Row, lang: str, whose: str) -> str:
    return say(
        "split_each", lang, of=whose, change=points(row["change"]), mix=points(row["mix"]), rate=points(row["rate"])
    )


def splits(found: pl.DataFrame, lang: str) -> Told:
    """What each change of the share disclosed is made of. `found`: agency, year and what `split` returns."""
    known = found.filter(pl.col("change").is_not_null())
    if known.is_empty():
        return told(say("splits_none", lang, n=found.height))
    far = known.sort(pl.col("change").abs(), descending=True).head(NAMED).to_dicts()
    line = say("splits", lang, n=known.height, each=joined([_parts(r, lang, of(r, lang)) for r in far], lang))
    turned = known.filter(pl.col("change") * pl.col("rate") < 0).height
    left = found.height - known.height
    return told(
        line,
        say("splits_turned", lang, n=turned) if turned else None,
        say("splits_left", lang, n=left) if left else None,
        say("splits_method", lang),
    )


def pooled(found: pl.DataFrame, groups: pl.DataFrame, lang: str) -> Told:
    """What the change of all agencies together is made of. `found`: year and what `split` returns of `groups`."""
    known = found.filter(pl.col("change").is_not_null())
    if known.is_empty():
        return told(say("pooled_none", lang))
    agencies = dict(groups.group_by("year").len().rows())
    each = [say("pooled_each", lang, year=str(r["year"]), n=agencies[r["year"]]) for r in known.iter_rows(named=True)]
    lines = [_parts(r, lang, name) for r, name in zip(known.iter_rows(named=True), each, strict=True)]
    return told(*lines, say("pooled_method", lang))
