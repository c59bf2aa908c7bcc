"""The spread of many agencies year by year: median, middle half and middle eight tenths."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from gongkai.charts.shared import edition_change, year_axis
from gongkai.drawing import BLUE, FULL, Spec, amount, mark, named, panel, tips
from gongkai.words import number, word

_HIGH = 240


def quantiles(found: pl.DataFrame) -> pl.DataFrame:
    """year, agencies and p10, p25, p50, p75, p90 of `value`, which is nowhere null."""
    at = {"p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9}
    spread = [pl.col("value").quantile(q, "linear").alias(name) for name, q in at.items()]
    return found.group_by("year").agg(pl.len().alias("agencies"), *spread).sort("year")


def spread_panel(boxes: pl.DataFrame, years: list[int], said: Callable[[float], str], ticks: str, lang: str) -> Spec:
    """`boxes`: what `quantiles` returns; `said`: a figure in words; `ticks`: the form of the figures of the axis."""
    axis = year_axis(years, labels=False)
    rows = [
        r | {"label": said(r["p50"]), "half": f"{said(r['p25'])} – {said(r['p75'])}", "n": number(r["agencies"], lang)}
        for r in boxes.iter_rows(named=True)
    ]
    rated = {r["year"]: r["n"] for r in rows}
    foot = [{"year": y, "lines": [str(y), word("chart_n", lang, n=rated.get(y, "0"))]} for y in years]
    top, low = 1.05 * float(str(boxes["p90"].max())) or 1.0, min(0.0, float(str(boxes["p10"].min())))
    form_of = {"format": ticks, "tickCount": 5, "ticks": False, "domain": False}
    y = amount("p50", scale={"domain": [low, top], "nice": False}, axis=form_of)
    told = tips(year=word("year", lang), n=word("chart_bodies", lang), label=word("chart_median", lang))
    told += tips(half=word("chart_middle_half", lang))
    place: Spec = {"x": axis, "y": {"value": _HIGH + 6}, "text": named("lines")}
    half: Spec = {"color": "#A6CBE3", "strokeWidth": 18}
    layers = [
        mark("rule", {"x": axis, "y": y | {"field": "p10"}, "y2": {"field": "p90"}}, color=BLUE, strokeWidth=1.5),
        mark("rule", {"x": axis, "y": y | {"field": "p25"}, "y2": {"field": "p75"}, "tooltip": told}, **half),
        mark("tick", {"x": axis, "y": y, "tooltip": told}, orient="horizontal", color=BLUE, thickness=3, size=24),
        mark("text", {"x": axis, "y": y, "text": named("label")}, align="left", dx=15, fontSize=11),
        mark("text", place, foot, baseline="top", lineHeight=14, fontSize=11),
        *edition_change(years, lang, axis),
    ]
    return panel(layers, rows, FULL - 50, _HIGH)
