"""Counts and shares over the years: a panel an agency, or one panel with the spread where there are too many."""

from __future__ import annotations

from typing import Any

import polars as pl

from gongkai import measures
from gongkai.charts.shared import PANELS, edition_change, year_axis
from gongkai.drawing import BLUE, FULL, Figure, Said, Spec, amount, framed, in_words, mark, named, panel, tips, years_of
from gongkai.form import form
from gongkai.words import number, word


def segments(found: pl.DataFrame) -> pl.DataFrame:
    """The rows with a figure, with `run`: the number of the line they are on (see `measures.runs`)."""
    return measures.runs(found.filter(pl.col("value").is_not_null()), ["agency"])


def _points(found: pl.DataFrame, lang: str, axis: Spec, labels: bool) -> tuple[list[Spec], list[Spec]]:
    columns = ("agency", "year", "value", "run")
    rows = [r | {"label": number(r["value"], lang)} for r in segments(found).select(columns).to_dicts()]
    top = max([r["value"] for r in rows], default=0.0) or 1.0
    low = min([0.0, *(r["value"] for r in rows)])
    # Where every point carries its figure, an axis would only repeat them.
    scale: dict[str, Any] = {"domain": [low, top * 1.2], "nice": False}
    y = amount("value", scale=scale, axis=None if labels else {"tickCount": 4, "ticks": False})
    told = tips(agency=word("agency", lang), year=word("year", lang), label=word("chart_figure", lang))
    base: Spec = {"x": axis, "y": y}
    layers = [
        mark("line", base | {"detail": named("run")}, color=BLUE, strokeWidth=2),
        mark("point", base | {"tooltip": told}, color=BLUE, filled=True, size=55, opacity=1 if labels else 0.45),
    ]
    return rows, [*layers, *([mark("text", base | {"text": named("label")}, dy=-11)] if labels else [])]


def _panels(found: pl.DataFrame, lang: str) -> list[Spec]:
    """A panel an agency, or one panel with all where there are too many."""
    axis, years = year_axis(found["year"]), years_of(found)
    drawn = found.filter(pl.col("value").is_not_null())
    agencies = sorted(set(drawn["agency"]))
    if len(agencies) > PANELS:
        rows, layers = _points(found, lang, axis, labels=False)
        return [panel([*layers, *edition_change(years, lang, axis)], rows, FULL - 60, 240)]
    panels = []
    for k, agency in enumerate(agencies):
        rows, layers = _points(drawn.filter(pl.col("agency") == agency), lang, axis, labels=True)
        panels.append(panel([*layers, *edition_change(years, lang, axis, k == 0)], rows, FULL - 60, 84, agency))
    return panels


def by_year(found: pl.DataFrame, code: str, lang: str = "zh") -> Figure:
    """The indicator `code` over the years, a panel an agency. `found`: what `measures.by_year` returns.

    Only consecutive years are joined, and no line crosses the change of edition unless the indicator does.
    """
    known = measures.indicator(code)
    name = known.zh if lang == "zh" else known.en
    if found["value"].drop_nulls().is_empty():
        return Said(word("no_indicator", lang, name=name))
    known_years = years_of(found)
    years = "–".join(str(y) for y in dict.fromkeys((known_years[0], known_years[-1])))
    title = word("chart_trend", lang, name=name, years=years)
    many = found.filter(pl.col("value").is_not_null())["agency"].n_unique() > PANELS
    subtitle = word("chart_trend_one" if many else "chart_trend_sub", lang, unit=word(f"unit_{known.unit}", lang))
    missing, blank = found["value"].null_count(), int(found.filter(pl.col("value").is_null())["blank"].sum())
    note = word(f"crosses_{measures.crosses(code)}", lang)
    note += word("chart_trend_source", lang, table=form().tables[known.table][lang])
    note += word("chart_trend_missing", lang, n=missing, blank=blank) if missing else ""
    words = in_words(found.rename({"agency": "name"}), lang)
    return framed(_panels(found, lang), title, subtitle, note, words)
