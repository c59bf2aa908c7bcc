"""Drawing: the one chart theme, charts as Vega-Lite, bars with their figures, and the SVG that carries its own font.

Colours are those of Okabe and Ito, told apart by colour-blind readers; figures are printed beside their bars,
so that no chart needs a legend.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import polars as pl

from gongkai import fonts, fork
from gongkai.words import number, word

# Of the panels: beside labels of rows, and where none are.
WIDTH, FULL = 400, 600
INK, GREY, PALE, BLUE, SKY, ORANGE = "#222222", "#666666", "#DDDDDD", "#0072B2", "#56B4E9", "#D55E00"
YEAR_COLOURS = ["#A6CBE3", SKY, BLUE, "#004D7A", "#E69F00", ORANGE, "#009E73", "#CC79A7"]

# A piece of Vega-Lite, or a row of its data.
Spec = dict[str, Any]

# A longer text alternative is not read out: the title and the caption say where the figures are.
_SPOKEN = 1500


@dataclass(frozen=True)
class Said:
    """A sentence in the place of a chart that would show nothing."""

    text: str

    def _repr_html_(self) -> str:
        return f'<p class="said">{html.escape(self.text)}</p>'


@dataclass(frozen=True)
class Picture:
    """A drawn chart: SVG that needs nothing from outside, and the same in words."""

    svg: str
    text: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"image/svg+xml": self.svg, "text/plain": self.text}


class Drawn(alt.VConcatChart):
    """A chart given as Vega-Lite itself: where Altair puts charts together it copies all their rows many times."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(description=spec["description"])
        object.__setattr__(self, "_spec", spec)

    def to_dict(self, *_: Any, **__: Any) -> Spec:
        found: Spec = object.__getattribute__(self, "_spec")
        # Who renders it may set another font.
        return found | {"$schema": alt.SCHEMA_URL, "config": dict(found["config"])}


Figure = Drawn | Said


def plot(rows: list[Spec]) -> alt.Chart:
    """A chart over these rows, held in the chart itself."""
    return alt.Chart(alt.Data(values=rows))  # type: ignore[no-untyped-call]


def mark(kind: str, encoding: Spec, rows: list[Spec] | None = None, **look: Any) -> Spec:
    """One layer: a mark, what it encodes, and its own rows where they are not those of the panel."""
    layer: Spec = {"mark": {"type": kind, **look}, "encoding": encoding}
    return layer if rows is None else layer | {"data": {"values": rows}}


def amount(field: str, **more: Any) -> Spec:
    """A channel of numbers, without a title."""
    return {"field": field, "type": "quantitative", "title": None, **more}


def named(field: str, **more: Any) -> Spec:
    """A channel of names, without a title."""
    return {"field": field, "type": "nominal", "title": None, **more}


def panel(layers: Sequence[Spec], rows: list[Spec], width: float, height: Any, title: str = "", **more: Any) -> Spec:
    """Layers over the same rows."""
    about: Spec = {"data": {"values": rows}, "layer": list(layers), "width": width, "height": height, **more}
    return about | ({"title": panel_title(title)} if title else {})


def tips(**titles: str) -> list[Spec]:
    """What the pointer is told: field → its name in the language of the chart."""
    return [{"field": field, "type": "nominal", "title": title} for field, title in titles.items()]


def interval(low: float, high: float) -> str:
    """The ends of an interval in percent: 21.9–26.1."""
    return f"{100 * low:.1f}–{100 * high:.1f}"


def listed(names: Iterable[Any], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(map(str, names))


def text_width(text: str, size: float) -> float:
    """About how many pixels a text takes; a Chinese character is as wide as the font is high."""
    return sum(size if unicodedata.east_asian_width(c) in "WF" else size * 0.56 for c in text)


def wrap(text: str, size: float, width: float = FULL) -> list[str]:
    """Lines of at most about `width` pixels."""
    lines: list[str] = []
    line, used = "", 0.0
    for piece in re.findall(r"[（“]?[\x21-\x7e–−]+\s*|\s+|[（“]?[^\x00-\x7f]", text):
        wide = text_width(piece, size)
        if used + wide > width and line and piece not in "，。；：、）":
            lines, line, used = [*lines, line.rstrip()], "", 0.0
        line, used = line + piece, used + wide
    return [*lines, line.rstrip()] if line.strip() else lines


def clipped(text: str, size: float, width: float, most: int = 2) -> list[str]:
    """The first `most` lines of `wrap`; what is left out is shown as an ellipsis."""
    lines = wrap(text, size, width)
    return lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1][:-1] + "…"]


def theme() -> dict[str, Any]:
    text = {"labelFontSize": 12, "titleFontSize": 12, "labelColor": INK, "titleColor": GREY}
    return {
        "font": fonts.FAMILY,
        "background": "transparent",
        "view": {"stroke": None},
        "axis": text | {"labelLimit": 0, "domainColor": "#999999", "tickColor": "#999999", "gridColor": "#E6E6E6"},
        "header": {"labelFontSize": 12, "labelLimit": 0, "labelColor": INK, "titleFontSize": 12},
        "title": {"fontSize": 15, "fontWeight": "bold", "subtitleFontSize": 12, "color": INK, "subtitleColor": GREY},
        "text": {"font": fonts.FAMILY, "fontSize": 12, "color": INK},
        "aria": False,
    }


def framed(panels: Sequence[Spec], title: str, subtitle: str, caption: str, words: str) -> Drawn:
    """The panels under one title, with the caption below and the text alternative as description."""
    lines = wrap(caption, 11)
    place = {"x": {"value": 0}, "y": {"value": 0}}
    look: Spec = {"align": "left", "baseline": "top", "fontSize": 11, "color": GREY, "lineHeight": 16, "text": lines}
    note = panel([mark("text", place, **look)], [{}], WIDTH, 16 * len(lines))
    spoken = words if len(words) <= _SPOKEN else f"{subtitle} {caption}"
    return Drawn(
        {
            "vconcat": [*panels, note],
            "spacing": 14,
            "title": {
                "text": wrap(title, 15),
                "subtitle": wrap(subtitle, 12),
                "anchor": "start",
                "frame": "bounds",
                "offset": 12,
            },
            "description": f"{title} {spoken}".strip(),
            "config": theme(),
        }
    )


def years_of(found: pl.DataFrame) -> list[int]:
    return sorted(set(found["year"]))


def bars(found: pl.DataFrame, names: Sequence[str], lang: str, heading: str = "", width: int = WIDTH) -> Spec:
    """Bars with their figures: one row a name, one bar a year. `found`: name, year, value (null: not read)."""
    years = [str(y) for y in years_of(found)]
    several = len(years) > 1
    shown = [
        {
            "name": r["name"],
            "year": str(r["year"]),
            "value": r["value"],
            "at": max(r["value"] or 0.0, 0.0),
            "label": number(r["value"], lang) + (f"  ({r['year']})" if several else ""),
        }
        for r in found.iter_rows(named=True)
    ]
    colours = YEAR_COLOURS[: len(years)] if len(years) > 3 else YEAR_COLOURS[3 - len(years) : 3]
    axis = {"ticks": False, "domain": False, "labelPadding": 6}
    told = tips(name=word("row", lang), year=word("year", lang), label=word("chart_figure", lang))
    base: Spec = {"y": named("name", sort=list(names), axis=axis), "tooltip": told}
    if several:
        base["yOffset"] = named("year", sort=years)
    colour = named("year", scale={"domain": years, "range": colours}, legend=None)
    layers = [
        mark("bar", base | {"x": amount("value", axis=None), "color": colour}, height=13),
        mark("text", base | {"x": amount("at"), "text": named("label")}, align="left", dx=4),
    ]
    return panel(layers, shown, width, {"step": 17 if several else 22}, heading)


def panel_title(text: str) -> Spec:
    return {"text": text, "fontSize": 12, "anchor": "start", "frame": "group", "fontWeight": "bold", "offset": 6}


def in_words(found: pl.DataFrame, lang: str) -> str:
    joiner = "；" if lang == "zh" else "; "
    return joiner.join(f"{r['year']} {r['name']} {number(r['value'], lang)}" for r in found.iter_rows(named=True))


# What charts write that stands in no specification: the figures of axes, minus signs and ellipses.
_ALWAYS = "".join(map(chr, range(0x20, 0x7F))) + "−–…·±"


def _laid_out(spec: str) -> str:
    """The SVG of a specification (JSON), without saying in which font."""
    import vl_convert

    version = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    with fonts.registered(spec + _ALWAYS) as family:
        svg = vl_convert.vegalite_to_svg(spec.replace(f'"{fonts.FAMILY}"', f'"{family}"'), vl_version=version)
    return str(svg).replace(f'"{family}"', f'"{fonts.FAMILY}"')


def render(figure: Figure) -> Picture | Said:
    """The chart as SVG, laid out with the packaged font and carrying the characters it uses; a sentence stays one.

    The same chart gives the same bytes. The font family is named after the content: in a page with several
    charts a later @font-face rule of the same name would take the place of an earlier one.
    """
    if isinstance(figure, Said):
        return figure
    svg = fork.beside(_laid_out, json.dumps(figure.to_dict(), ensure_ascii=False))
    family = "gongkai-" + hashlib.sha256(svg.encode()).hexdigest()[:12]
    drawn = "".join(re.findall(r">([^<]*)<", svg))
    svg = re.sub(rf"font-family=(['\"]){fonts.FAMILY}\1", f'font-family="{family},{fonts.FALLBACK}"', svg)
    said = html.escape(str(figure.description), quote=True)
    rule = fonts.face(html.unescape(drawn), family)
    opening = rf'<svg role="img" aria-label="{said}" '
    svg = svg.replace("<svg ", opening, 1)
    return Picture(svg.replace(">", f"><style>{rule}</style>", 1), str(figure.description))
