"""Shares of disputes as dots with their intervals, a row a year."""

from __future__ import annotations

import polars as pl

from gongkai import measures
from gongkai.charts import titles
from gongkai.charts.pooled import pooled
from gongkai.charts.shared import cited_shares, who
from gongkai.drawing import BLUE, GREY, Figure, Said, Spec, amount, framed, interval, mark, named, panel, tips, years_of
from gongkai.form import form
from gongkai.stats import FEW
from gongkai.words import number, percent, word

DISPUTES = (
    "disputed",
    *("reconsideration_corrected", "reconsideration_corrected_concluded"),
    *("litigation_corrected", "litigation_corrected_concluded"),
)
# The room of the dots, where it starts, and the height of a row, in pixels.
_WIDTH, _START, _ROW = 300, 60, 19


def _said(row: titles.Row, lang: str) -> str:
    """A share with interval and cases, or why there is none."""
    if row["value"] is None:
        return titles.share(row, lang)
    share = word("chart_share", lang, value=percent(row["value"]), interval=interval(row["low"], row["high"]))
    few = f" {word('chart_not_rated', lang)}" if row["n"] < FEW else ""
    return f"{share}  {number(row['k'], lang)}/{number(row['n'], lang)}{few}"


def _lines(found: pl.DataFrame, lang: str) -> tuple[list[Spec], list[Spec]]:
    """The headings, a share each, and the rows below them, at their places in pixels."""
    heads, rows, y = [], [], 0.0
    for code in DISPUTES:
        mine = found.filter(pl.col("rate") == code)
        known, y = measures.rate(code), y + _ROW + 4
        told = word("chart_of_cells", lang, k=known.k_name[lang], n=known.n_name[lang])
        heads.append({"y": y, "name": f"{known.name(lang)}{word('colon', lang)}{told}"})
        for row in mine.iter_rows(named=True):
            y += _ROW
            place = {k: row[k] for k in ("year", "value", "low", "high")}
            fill = "white" if (row["n"] or 0) < FEW else BLUE
            rows.append(place | {"y": y, "name": known.name(lang), "said": _said(row, lang), "fill": fill})
    return heads, rows


def _drawing(found: pl.DataFrame, lang: str) -> Spec:
    heads, rows = _lines(found, lang)
    drawn = [r for r in rows if r["value"] is not None]
    top = min(1.0, 1.05 * max(r["high"] for r in drawn))
    high = rows[-1]["y"] + _ROW
    y = amount("y", axis=None, scale={"domain": [high, 0], "nice": False})
    ticks = {"format": ".0%", "tickCount": 4, "ticks": False, "domain": False, "orient": "bottom", "labelFlush": False}
    x = amount("value", axis=ticks, scale={"domain": [0, top], "nice": False, "range": [_START, _START + _WIDTH]})
    told = tips(name=word("row", lang), year=word("year", lang), said=word("chart_share_tip", lang))
    point: Spec = {"x": x, "y": y, "fill": named("fill", scale=None), "tooltip": told}
    beside: Spec = {"x": {"value": _START - 14}, "y": y, "text": named("year")}
    layers = [
        mark("rule", {"x": x | {"field": "low"}, "x2": {"field": "high"}, "y": y}, drawn, color=BLUE, strokeWidth=1.5),
        mark("point", point, drawn, stroke=BLUE, size=60, opacity=1),
        mark("text", {"x": {"value": 0}, "y": y, "text": named("name")}, heads, align="left", fontWeight="bold"),
        mark("text", beside, align="right", color=GREY, fontSize=11),
        mark("text", {"x": {"value": _START + _WIDTH + 12}, "y": y, "text": named("said")}, align="left", fontSize=11),
    ]
    return panel(layers, rows, _START + _WIDTH, round(high))


def dispute_rates(rates: pl.DataFrame, lang: str = "zh") -> Figure:
    """How often decisions were disputed, and how often corrected, with 95 % intervals: a row a share and year.

    `rates`: what `measures.rates` returns. Corrected is of all cases and of those concluded. The cases of several
    agencies are pooled; the caption says so.
    """
    mine = rates.filter(pl.col("rate").is_in(DISPUTES))
    agencies = mine["agency"].n_unique()
    found = pooled(mine)
    table = form().tables["disputes"][lang]
    if found["value"].drop_nulls().is_empty():
        zero = not mine.is_empty() and (found["status"] == "none").any()
        known = {"years": " ".join(map(str, years_of(found))), "what": word("what_disputes", lang)}
        return Said(word("all_zero", lang, **known) if zero else word("not_read", lang, table=table))
    latest = found.filter(pl.col("year") == pl.col("year").max())
    codes = ("disputed", "reconsideration_corrected_concluded", "litigation_corrected_concluded")
    rows = [
        latest.row(by_predicate=pl.col("rate") == code, named=True) for code in codes if code in set(latest["rate"])
    ]
    note = cited_shares(DISPUTES, lang)
    note += word("chart_pooled", lang, n=number(agencies, lang)) if agencies > 1 else ""
    subtitle = word("chart_dispute_sub", lang, who=who(mine["agency"], lang))
    words = "; ".join(
        f"{titles.rate_name(r['rate'], lang)} {r['year']} {_said(r, lang)}" for r in found.iter_rows(named=True)
    )
    return framed([_drawing(found, lang)], titles.dispute_title(rows, lang), subtitle, note, words)
