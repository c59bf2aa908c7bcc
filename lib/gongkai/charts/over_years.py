"""Counts and shares over the years: a panel an agency, or one panel with the spread where there are too many."""

from __future__ import annotations

import polars as pl

from gongkai import measures
from gongkai.charts import titles
from gongkai.charts.boxes import quantiles, spread_panel
from gongkai.charts.shared import PANELS, edition_change, span, who, year_axis
from gongkai.drawing import BLUE, FULL, Figure, Said, Spec, amount, framed, in_words, mark, named, panel, tips
from gongkai.form import form
from gongkai.words import number, word

# The height of a panel, and in it the room for the figure of the highest point and the name of the edition.
_HIGH, _ROOM = 96, 30


def segments(found: pl.DataFrame) -> pl.DataFrame:
    """The rows with a figure, with `run`: the number of the line they are on (see `measures.runs`)."""
    return measures.runs(found.filter(pl.col("value").is_not_null()), ["agency"])


def _panel(mine: pl.DataFrame, years: list[int], lang: str, title: str, first: bool) -> Spec:
    columns = ("agency", "year", "value", "run")
    axis = year_axis(years)
    rows = [r | {"label": number(r["value"], lang)} for r in segments(mine).select(columns).to_dicts()]
    top, low = max(r["value"] for r in rows) or 1.0, min([0.0, *(r["value"] for r in rows)])
    # Every point carries its figure, an axis would only repeat them.
    y = amount("value", scale={"domain": [low, top * _HIGH / (_HIGH - _ROOM)], "nice": False}, axis=None)
    told = tips(agency=word("agency", lang), year=word("year", lang), label=word("chart_figure", lang))
    base: Spec = {"x": axis, "y": y}
    layers = [
        mark("line", base | {"detail": named("run")}, color=BLUE, strokeWidth=2),
        mark("point", base | {"tooltip": told}, color=BLUE, filled=True, size=55, opacity=1),
        mark("text", base | {"text": named("label")}, dy=-11),
        *edition_change(years, lang, axis, first),
    ]
    return panel(layers, rows, FULL - 60, _HIGH, title)


def _title(drawn: pl.DataFrame, name: str, lang: str) -> str:
    """The figure of the latest year, of one agency against the year before."""
    year = int(str(drawn["year"].max()))
    latest = measures.yearly_counts(drawn.filter(pl.col("year") >= year - 1)).filter(pl.col("year") == year)
    return titles.count_title(name, latest.to_dicts(), drawn["agency"].n_unique(), lang)


def by_year(found: pl.DataFrame, code: str, lang: str = "zh") -> Figure:
    """The indicator `code` over the years, a panel an agency, or the spread of many. `found`: of `measures.by_year`.

    Only consecutive years are joined, and no line crosses the change of edition unless the indicator does.
    """
    known = measures.indicator(code)
    name, unit = known.zh if lang == "zh" else known.en, word(f"unit_{known.unit}", lang)
    drawn = found.filter(pl.col("value").is_not_null())
    if drawn.is_empty():
        return Said(word("no_indicator", lang, name=name))
    missing, blank = found["value"].null_count(), int(found.filter(pl.col("value").is_null())["blank"].sum())
    note = word(f"crosses_{measures.crosses(code)}", lang) if found["edition"].drop_nulls().n_unique() > 1 else ""
    note += word("chart_trend_source", lang, table=form().tables[known.table][lang])
    note += word("chart_trend_missing", lang, n=missing, blank=blank) if missing else ""
    agencies, years = sorted(set(drawn["agency"])), span(found["year"])
    if len(agencies) > PANELS:
        boxes, told = quantiles(drawn), word("chart_count_spread", lang, who=who(agencies, lang), unit=unit)
        title = titles.spread_title(name, boxes.row(-1, named=True), lambda value: number(value, lang), lang)
        drawing = spread_panel(boxes, years, lambda value: number(value, lang), ",.6~f", lang)
        words = "; ".join(
            f"{r['year']} {number(r['p50'], lang)} ({r['agencies']})" for r in boxes.iter_rows(named=True)
        )
        return framed([drawing], title, told, note, words)
    panels = [_panel(drawn.filter(pl.col("agency") == a), years, lang, a, first=a == agencies[0]) for a in agencies]
    words = in_words(found.rename({"agency": "name"}), lang)
    title = _title(drawn, name, lang)
    return framed(panels, title, word("chart_trend_sub", lang, unit=unit), note, words)
