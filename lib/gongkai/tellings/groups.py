"""Agencies beside their peers, and what stands out of them, in sentences."""

from __future__ import annotations

import polars as pl

from gongkai.measures import FEWEST
from gongkai.measures import rate as declared
from gongkai.show_rates import said
from gongkai.stats import FEW
from gongkai.tellings.shares import left_out
from gongkai.tellings.told import FALSE, NAMED, Row, Told, joined, of, reasons, say, told
from gongkai.words import chance, percent, word


def _group(row: Row, lang: str) -> str:
    """2023 年县级政府."""
    figures = {
        "year": str(row["year"]),
        "level": word(f"page_level_{row['level']}", lang),
        "kind": word(f"page_kind_{row['kind']}", lang),
    }
    return say("group", lang, **figures)


def _one(row: Row, lang: str) -> str:
    name = declared(row["rate"]).name(lang)
    return say(
        "out_each",
        lang,
        of=of(row, lang),
        name=name,
        said=said(row, lang),
        expected=percent(row["expected"]),
        q=chance(row["q"]),
    )


def _outside(tested: pl.DataFrame, lang: str) -> list[str]:
    """How many lie beyond the lines and how many would by chance; how many stand out after adjusting, and which."""
    far = tested.filter(pl.col("beyond") == "99.8").height
    wide = far + tested.filter(pl.col("beyond") == "95").height
    by_chance = {"by_chance": f"{0.05 * tested.height:.1f}", "far_by_chance": f"{0.002 * tested.height:.1f}"}
    out = tested.filter(pl.col("q") <= FALSE).sort("q", "agency", "year")
    each = joined([_one(r, lang) for r in out.head(NAMED).to_dicts()], lang)
    stand = say("peers_out", lang, n=out.height, each=each) if out.height else say("peers_none_out", lang)
    return [say("peers_lines", lang, n=tested.height, wide=wide, far=far, **by_chance), stand]


def peers(group: pl.DataFrame, lang: str) -> Told:
    """One group of peers: who it is, who lies beyond the lines, who was left out. `group`: `selection.peers`."""
    if group.is_empty():
        return told(say("peers_unknown", lang))
    first = group.row(0, named=True)
    figures = {"group": _group(first, lang), "name": declared(first["rate"]).name(lang)}
    line = say("peers", lang, **figures, n=group.height, rated=first["peers"])
    if group["expected"].null_count():
        why = "peers_few" if first["peers"] < FEWEST else "peers_alike"
        return told(line, say(why, lang, fewest=FEWEST, few=FEW), left_out(group, lang))
    tested = group.filter(pl.col("p").is_not_null())
    mean = say("peers_mean", lang, expected=percent(first["expected"]), variation=f"{first['variation']:.3f}")
    return told(
        line, mean, *_outside(tested, lang), left_out(group, lang), say("peers_method", lang, few=FEW, fewest=FEWEST)
    )


def standing_out(compared: pl.DataFrame, lang: str) -> Told:
    """How many comparisons with peers were made, who stands out, what was left out. `compared`: `measures.compare`."""
    tested = compared.filter(pl.col("p").is_not_null())
    unknown = compared.filter(pl.col("kind").is_null() | pl.col("level").is_null()).height
    alone = compared.filter(
        pl.col("kind").is_not_null()
        & pl.col("level").is_not_null()
        & (pl.col("status") == "rated")
        & pl.col("p").is_null()
    ).height
    parts = [(word("tell_unknown_kind", lang), unknown), (say("small_group", lang, fewest=FEWEST), alone)]
    left = say("not_compared", lang, parts=reasons(parts, lang)) if unknown + alone else None
    if tested.is_empty():
        return told(say("peers_no_tests", lang, fewest=FEWEST), left, left_out(compared, lang))
    method = say("peers_method", lang, few=FEW, fewest=FEWEST)
    return told(*_outside(tested, lang), left, left_out(compared, lang), method)
