"""Drawing: the one chart theme, bars with their figures, and the SVG that carries its own font.

Colours are those of Okabe and Ito, told apart by colour-blind readers; figures are printed beside their bars,
so that no chart needs a legend.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import polars as pl

from gongkai import fonts
from gongkai.words import number

WIDTH = 400
_TEXT_WIDTH = 600
INK, GREY = "#222222", "#666666"
YEAR_COLOURS = ["#A6CBE3", "#56B4E9", "#0072B2", "#004D7A", "#E69F00", "#D55E00", "#009E73", "#CC79A7"]


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


Figure = alt.VConcatChart | Said


def plot(rows: list[dict[str, Any]]) -> alt.Chart:
    """A chart over these rows, held in the chart itself."""
    return alt.Chart(alt.Data(values=rows))  # type: ignore[no-untyped-call]


def wrap(text: str, size: float, width: float = _TEXT_WIDTH) -> list[str]:
    """Lines of at most about `width` pixels; a Chinese character is as wide as the font is high."""
    lines: list[str] = []
    line, used = "", 0.0
    for piece in re.findall(r"[\x21-\x7e]+\s*|\s+|[^\x00-\x7f]", text):
        wide = sum(size if unicodedata.east_asian_width(c) in "WF" else size * 0.55 for c in piece)
        if used + wide > width and line and piece not in "，。；：、）":
            lines, line, used = [*lines, line.rstrip()], "", 0.0
        line, used = line + piece, used + wide
    return [*lines, line.rstrip()] if line.strip() else lines


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


def framed(panels: Sequence[Any], title: str, subtitle: str, caption: str, words: str) -> alt.VConcatChart:
    """The panels under one title, with the caption below and the text alternative as description."""
    lines = wrap(caption, 11, WIDTH + 60)
    note = (
        plot([{}])
        .mark_text(align="left", baseline="top", fontSize=11, color=GREY, lineHeight=16, text=lines)
        .encode(x=alt.value(0), y=alt.value(0))
        .properties(width=WIDTH, height=16 * len(lines))
    )
    head = alt.Title(wrap(title, 15), subtitle=wrap(subtitle, 12), anchor="start", frame="bounds", offset=12)
    whole = alt.vconcat(*panels, note, spacing=14, title=head, description=f"{title}. {words}")
    themed: alt.VConcatChart = whole.configure(**theme())
    return themed


def years_of(found: pl.DataFrame) -> list[int]:
    return sorted(set(found["year"]))


def bars(found: pl.DataFrame, names: Sequence[str], lang: str, heading: str | None = None, width: int = WIDTH) -> Any:
    """Bars with their figures: one row a name, one bar a year. `found`: name, year, value (null: not read)."""
    years = years_of(found)
    several = len(years) > 1
    shown = [
        {
            "name": r["name"],
            "year": str(r["year"]),
            "value": r["value"] or 0.0,
            "at": max(r["value"] or 0.0, 0.0),
            "label": number(r["value"], lang) + (f"  ({r['year']})" if several else ""),
        }
        for r in found.iter_rows(named=True)
    ]
    colours = YEAR_COLOURS[: len(years)] if len(years) > 3 else YEAR_COLOURS[3 - len(years) : 3]
    base = plot(shown).encode(
        y=alt.Y("name:N", sort=list(names), title=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=6)),
    )
    if several:
        base = base.encode(yOffset=alt.YOffset("year:N", sort=[str(y) for y in years]))
    x = alt.X("value:Q", title=None, axis=None)
    colour = alt.Color("year:N", scale=alt.Scale(domain=[str(y) for y in years], range=colours), legend=None)
    bars = base.mark_bar(height=13).encode(x=x, color=colour)
    labels = base.mark_text(align="left", dx=4).encode(x="at:Q", text="label:N")
    panel = alt.layer(bars, labels).properties(width=width, height=alt.Step(17 if several else 22))
    return panel.properties(title=panel_title(heading)) if heading else panel


def panel_title(text: str) -> alt.TitleParams:
    return alt.Title(text, fontSize=12, anchor="start", frame="group", fontWeight="bold", offset=6)


def in_words(found: pl.DataFrame, lang: str) -> str:
    joiner = "；" if lang == "zh" else "; "
    return joiner.join(f"{r['year']} {r['name']} {number(r['value'], lang)}" for r in found.iter_rows(named=True))


def render(figure: Figure) -> Picture | Said:
    """The chart as SVG, laid out with the packaged font and carrying the characters it uses; a sentence stays one.

    The same chart gives the same bytes. The font family is named after the content: in a page with several
    charts a later @font-face rule of the same name would take the place of an earlier one.
    """
    if isinstance(figure, Said):
        return figure
    import vl_convert

    fonts.register()
    svg = vl_convert.vegalite_to_svg(
        figure.to_dict(), vl_version=".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    )
    family = "gongkai-" + hashlib.sha256(svg.encode()).hexdigest()[:12]
    drawn = "".join(re.findall(r">([^<]*)<", svg))
    svg = re.sub(rf"font-family=(['\"]){fonts.FAMILY}\1", f'font-family="{family},{fonts.FALLBACK}"', svg)
    said = html.escape(str(figure.description), quote=True)
    rule = fonts.face(html.unescape(drawn), family)
    opening = rf'<svg role="img" aria-label="{said}" '
    svg = svg.replace("<svg ", opening, 1)
    return Picture(svg.replace(">", f"><style>{rule}</style>", 1), str(figure.description))
