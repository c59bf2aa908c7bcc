"""Shares and their changes in sentences, with what could not be rated and why."""

from __future__ import annotations

import polars as pl

from gongkai.measures import rate as declared
from gongkai.measures.rates import STATUSES
from gongkai.show_rates import said
from gongkai.stats import FEW
from gongkai.tellings.told import FALSE, NAMED, Row, Told, counted, joined, of, points, reasons, say, tally, told
from gongkai.words import percent, word


def left_out(rates: pl.DataFrame, lang: str) -> str | None:
    """How many shares are not rated, by reason (status few, none, missing, not in form, impossible)."""
    n = tally(rates, "status")
    parts = [(say(f"left_{s.replace(' ', '_')}", lang, few=FEW), n.get(s, 0)) for s in STATUSES[1:]]
    return say("left_out", lang, parts=reasons(parts, lang)) if any(k for _, k in parts) else None


def _one(row: Row, lang: str) -> str:
    """宿迁市人民政府 2024 年 54.0% [52.4–55.7%] 1,902/3,521."""
    return f"{of(row, lang)} {said(row, lang)}"


def _of_rate(code: str, mine: pl.DataFrame, lang: str) -> str:
    name, rated = declared(code).name(lang), mine.filter(pl.col("status") == "rated").sort("value")
    if rated.is_empty():
        return say("rate_none", lang, name=name)
    rows = rated.to_dicts()
    if len(rows) <= NAMED:
        return say("rate_each", lang, name=name, each=joined([_one(r, lang) for r in rows], lang))
    middle = percent(float(str(rated["value"].median())))
    ends = {"low": _one(rows[0], lang), "high": _one(rows[-1], lang)}
    return say("rate_spread", lang, name=name, n=len(rows), middle=middle, **ends)


def rates(found: pl.DataFrame, lang: str) -> Told:
    """The rated shares, share by share; the few that are shown and not rated; what was left out; how sure.

    `found`: what `measures.rates` returns.
    """
    if found.is_empty():
        return told(say("no_counted", lang))
    lines = [
        _of_rate(code, found.filter(pl.col("rate") == code), lang) for code in found["rate"].unique(maintain_order=True)
    ]
    few = found.filter(pl.col("status") == "few")
    each = [
        say("few_each", lang, name=declared(r["rate"]).name(lang), one=_one(r, lang))
        for r in few.sort("n", descending=True, maintain_order=True).head(NAMED).to_dicts()
    ]
    shown = say("few", lang, few=FEW, n=few.height, each=joined(each, lang)) if each else None
    return told(*lines, shown, left_out(found, lang), say("wilson", lang, few=FEW))


def _change(row: Row, lang: str) -> str:
    figures = {"before": percent(row["value_before"]), "now": percent(row["value"]), "step": points(row["change"])}
    ends = {"low": points(row["change_low"]), "high": points(row["change_high"])}
    return say("change_each", lang, of=of(row, lang), name=declared(row["rate"]).name(lang), **figures, **ends)


def changes(found: pl.DataFrame, lang: str) -> Told:
    """How many shares changed by more than chance from the year before, of how many tested, and what was not.

    `found`: what `measures.yearly_rates` returns.
    """
    pairs, tested = found.filter(pl.col("change").is_not_null()), found.filter(pl.col("p").is_not_null())
    beyond = tested.filter(pl.col("q") <= FALSE).sort("q", pl.col("change").abs(), descending=[False, True])
    line = counted("changes", lang, tested, beyond, pl.col("change") > 0)
    largest = joined([_change(r, lang) for r in beyond.head(NAMED).to_dicts()], lang)
    few, alone = pairs.height - tested.height, found.height - pairs.height
    parts = [(say("left_few", lang, few=FEW), few), (word("tell_no_pair", lang), alone)]
    return told(
        line if tested.height else say("changes_none", lang),
        say("largest", lang, each=largest) if largest else None,
        say("not_compared", lang, parts=reasons(parts, lang)) if few + alone else None,
        say("fisher", lang) if tested.height else None,
    )
