"""Linked charts of the chosen figures: for each quantity its course over the years beside the agencies of one year.

A click on a point picks its agency and year in all of them. Missing figures are crosses, never zeros.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import altair as alt
import polars as pl

from gongkai import fonts
from gongkai.drawing import GREY, INK, panel_title, plot, theme, wrap
from gongkai.explore.chosen import quantities, said, with_runs
from gongkai.form import form
from gongkai.words import number, percent, word

# More agencies or quantities are not told apart in one picture; the table has them all.
MOST_AGENCIES = 8
MOST_QUANTITIES = 4

# Okabe and Ito, without the yellow that is not seen on white.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8C6D31"]

PICKED = "picked"
FIELDS = ["quantity", "agency", "year"]
_WIDTH, _HEIGHT, _PEERS = 330, 190, 150
# Points of one year stand side by side, so that equal figures do not hide each other.
_DODGE = 0.06
_CROSS = "M-1,-1L1,1M-1,1L1,-1"

Row = dict[str, Any]


def drawn(found: pl.DataFrame) -> pl.DataFrame:
    """The figures that the charts show: those of the first quantities and agencies."""
    codes = found["quantity"].unique(maintain_order=True).head(MOST_QUANTITIES)
    agencies = found["agency"].unique(maintain_order=True).head(MOST_AGENCIES)
    return found.filter(pl.col("quantity").is_in(codes.implode()), pl.col("agency").is_in(agencies.implode()))


def rows(found: pl.DataFrame, lang: str) -> list[Row]:
    """What the charts hold of each figure: `at` (the place on the axis of years), `run`, label and words besides."""
    agencies = list(dict.fromkeys(found["agency"]))
    runs = {tuple(r[f] for f in FIELDS): r["run"] for r in with_runs(found).iter_rows(named=True)}
    shown = []
    for row in found.iter_rows(named=True):
        value = row["value"]
        label = percent(value) if value is not None and row["n"] is not None else number(value, lang)
        place = agencies.index(row["agency"]) - (len(agencies) - 1) / 2
        shown.append(
            {c: row[c] for c in (*FIELDS, "value", "low", "high", "state")}
            | {"at": row["year"] + _DODGE * place, "run": runs.get(tuple(row[f] for f in FIELDS))}
            | {"label": label, "said": said(row, lang)}
            | {"words": f"{row['agency']} {row['year']} {said(row, lang)}"}
        )
    return shown


def _strength() -> Any:
    """Strong where nothing is picked or the agency is."""
    mine = f"!{PICKED}.agency || indexof({PICKED}.agency, datum.agency) >= 0"
    return alt.condition(mine, alt.value(1.0), alt.value(0.18))


@dataclass(frozen=True)
class _Drawing:
    """What the two panels of a quantity share: its rows, the agencies in order and the language."""

    code: str
    rows: list[Row]
    agencies: list[str]
    lang: str

    @property
    def share(self) -> bool:
        return quantities()[self.code].share

    @property
    def years(self) -> list[int]:
        return sorted({r["year"] for r in self.rows})

    def without_report(self) -> list[Row]:
        """The agencies and years of which there is no report."""
        there = {(r["agency"], r["year"]) for r in self.rows}
        missing = [(a, y) for a in self.agencies for y in self.years if (a, y) not in there]
        return [{"agency": a, "year": y, "label": word("explore_no_report", self.lang)} for a, y in missing]

    def base(self) -> alt.Chart:
        """A chart over the rows in the agencies' colours."""
        scale = alt.Scale(domain=self.agencies, range=COLOURS[: len(self.agencies)])
        return plot(self.rows).encode(color=alt.Color("agency:N", scale=scale, legend=None))

    @cached_property
    def _range(self) -> tuple[float, float]:
        """The least figure, or 0, and the greatest, or 1 where there is none."""
        read = [r for r in self.rows if r["value"] is not None]
        top = max([r["high"] if self.share else r["value"] for r in read], default=0.0) or 1.0
        return min([0.0, *(r["value"] for r in read)]), top

    def on(self, channel: str, field: str) -> Any:
        """A field on the scale of the figures, which starts at 0; crosses stand below its start."""
        (low, top), some = self._range, any(r["value"] is None for r in self.rows)
        under = low - (0.14 if some else 0.02) * (top - low)
        scale = alt.Scale(domain=[under, top + 0.05 * (top - low)], nice=False, zero=False)
        form_of = ".0%" if self.share else "~s" if top >= 10_000 else ",.3~f"
        axis = alt.Axis(format=form_of, tickCount=5 if channel == "y" else 3, ticks=False, domain=False)
        return (alt.Y if channel == "y" else alt.X)(f"{field}:Q", title=None, scale=scale, axis=axis)

    def marked(self, base: alt.Chart, name: str, channel: str) -> alt.Chart:
        """What can be clicked: points, hollow for a share of few cases, and a cross for each figure that is missing."""
        low, top = self._range
        tooltip = [
            alt.Tooltip("agency:N", title=word("agency", self.lang)),
            alt.Tooltip("year:O", title=word("year", self.lang)),
            alt.Tooltip("said:N", title=word("explore_figure", self.lang)),
        ]
        # A layer holds a selection once, so points and crosses are one mark.
        marks: alt.Chart = (
            base.transform_calculate(place=f"isValid(datum.value) ? datum.value : {low - 0.08 * (top - low)}")
            .mark_point(size=75, strokeWidth=2, cursor="pointer")
            .encode(
                shape=alt.condition("isValid(datum.value)", alt.value("circle"), alt.value(_CROSS)),
                fill=alt.condition("datum.state == 'few'", alt.value("white"), base.encoding.color),
                opacity=_strength(),
                tooltip=tooltip,
                description="words:N",
                **{channel: self.on(channel, "place")},
            )
            .properties(name=name)
        )
        return marks


def _edition_change(years: Sequence[int], lang: str) -> list[alt.Chart]:
    """A dashed line where the edition of the form changes, if the years lie on both sides."""
    change = min(int(e.first_year) for e in form().editions.values() if e.edition != min(form().editions)) - 0.5
    if not min(years) < change < max(years):
        return []
    base = plot([{"change": change, "label": word("break_label", lang)}]).encode(x="change:Q")
    rule = base.mark_rule(strokeDash=[4, 4], color=GREY)
    text = base.mark_text(align="left", dx=4, color=GREY, fontSize=11, baseline="bottom")
    return [rule, text.encode(text="label:N", y=alt.value(-2))]


def _over_years(d: _Drawing, name: str) -> Any:
    """Lines over the years; the intervals of shares behind their points."""
    ticks = list(range(d.years[0], d.years[-1] + 1))
    axis = alt.Axis(values=ticks, format="d", grid=False, labelOverlap=True)
    scale = alt.Scale(domain=[ticks[0] - 0.5, ticks[-1] + 0.5], nice=False, zero=False)
    base = d.base().encode(x=alt.X("at:Q", title=None, axis=axis, scale=scale))
    figures = base.transform_filter("isValid(datum.value)")
    bands = figures.mark_rule(strokeWidth=5, strokeCap="round", opacity=0.2).encode(y=d.on("y", "low"), y2="high:Q")
    lines = figures.mark_line(strokeWidth=2).encode(y=d.on("y", "value"), detail="run:N", opacity=_strength())
    layers = [*_edition_change(d.years, d.lang), *([bands] if d.share else []), lines, d.marked(base, name, "y")]
    title = panel_title(quantities()[d.code].label(d.lang))
    return alt.layer(*layers).properties(width=_WIDTH, height=_HEIGHT, title=title)


def _of_one_year(d: _Drawing, name: str) -> Any:
    """The agencies in the year that is picked, or in the last one, with the intervals of shares."""
    year = f"({PICKED}.year ? {PICKED}.year[0] : {d.years[-1]})"
    names = {a: wrap(a, 11, 150) for a in d.agencies}
    text = f"({json.dumps(names, ensure_ascii=False)})[datum.value]"
    axis = alt.Axis(ticks=False, domain=False, labelExpr=text, labelLimit=0, labelFontSize=11, labelPadding=8)
    y = alt.Y("agency:N", title=None, sort=d.agencies, scale=alt.Scale(domain=d.agencies), axis=axis)
    base = d.base().transform_filter(f"datum.year == {year}").encode(y=y)
    ranged = base.transform_filter("isValid(datum.value)").mark_rule(strokeWidth=2)
    intervals = ranged.encode(x=d.on("x", "low"), x2="high:Q", opacity=_strength())
    labels = base.mark_text(align="left", dx=8, fontSize=11)
    labels = labels.encode(x=alt.value(_PEERS), text="label:N", color=alt.value(INK), opacity=_strength())
    none = plot(d.without_report()).transform_filter(f"datum.year == {year}").mark_text(align="left", dx=8, fontSize=11)
    none = none.encode(y=y, x=alt.value(_PEERS), text="label:N", color=alt.value(GREY))
    layers = [*([intervals] if d.share else []), d.marked(base, name, "x"), labels, none]
    title = alt.Title(alt.expr(f"'' + {year}"), fontSize=12, anchor="start", frame="group", offset=6)
    return alt.layer(*layers).properties(width=_PEERS, height=_HEIGHT, title=title)


def chart(found: pl.DataFrame, lang: str, pick: Row | None = None) -> alt.VConcatChart:
    """The linked charts of `found` (what `drawn` returns, not empty). `pick`: quantity, agency and year of a point.

    The selection `picked` holds those of the point that was clicked.
    """
    shown, agencies = rows(found, lang), list(dict.fromkeys(found["agency"]))
    panels = []
    for k, code in enumerate(dict.fromkeys(found["quantity"])):
        drawing = _Drawing(code, [r for r in shown if r["quantity"] == code], agencies, lang)
        panels.append(alt.hconcat(_over_years(drawing, f"years{k}"), _of_one_year(drawing, f"peers{k}"), spacing=24))
    whole: alt.VConcatChart = alt.vconcat(*panels, spacing=22)
    # Altair numbers the names of views when it joins charts, so they are read where they are final.
    layers = [layer for pair in whole.vconcat for side in pair.hconcat for layer in side.layer]
    whole.params = [
        alt.TopLevelSelectionParameter(
            name=PICKED,
            select=alt.PointSelectionConfig(type="point", fields=FIELDS, on="click", toggle=False),
            views=[layer.name for layer in layers if layer.name is not alt.Undefined],
            value=[{f: pick[f] for f in FIELDS}] if pick else alt.Undefined,
        )
    ]
    return whole


def notes(found: pl.DataFrame, lang: str) -> list[str]:
    """What the charts leave out and how far they may be read across the editions."""
    shown = drawn(found)
    told: list[str] = []
    for column, key in (("agency", "explore_more_agencies"), ("quantity", "explore_more_quantities")):
        if found[column].n_unique() > shown[column].n_unique():
            told.append(word(key, lang, n=found[column].n_unique(), shown=shown[column].n_unique()))
    missing = shown["value"].null_count()
    told += [word("explore_crosses", lang, n=missing)] if missing else []
    told += [word("explore_hollow", lang)] if (shown["state"] == "few").any() else []
    if shown["edition"].drop_nulls().n_unique() > 1:
        for code, mark in dict(shown.select("quantity", "crosses").rows()).items():
            told.append(quantities()[code].label(lang) + word("colon", lang) + word(f"crosses_{mark}", lang).strip())
    return told


def _themed(figure: alt.VConcatChart, family: str, **more: Any) -> alt.VConcatChart:
    text = theme()["text"] | {"font": family}
    own = {"font": family, "text": text, "background": "white"} | more
    themed: alt.VConcatChart = figure.configure(**theme() | own)
    return themed


def for_browser(figure: alt.VConcatChart) -> alt.VConcatChart:
    """The chart in the reader's own fonts, its points readable aloud."""
    return _themed(figure, fonts.FALLBACK, aria=True)


def png(figure: alt.VConcatChart) -> bytes:
    """The chart as PNG at twice its size, laid out and drawn with the packaged font."""
    import vl_convert

    fonts.register()
    version = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    spec = _themed(figure, fonts.FAMILY).to_dict()
    return bytes(vl_convert.vegalite_to_png(spec, vl_version=version, scale=2.0))
