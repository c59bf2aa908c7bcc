"""A share of every peer against its cases: who lies beyond the lines between which nearly all peers lie."""

from __future__ import annotations

import math
from collections.abc import Sequence

import polars as pl

from gongkai import measures
from gongkai.charts import titles
from gongkai.charts.shared import cited_shares, spread
from gongkai.drawing import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    Figure,
    Said,
    Spec,
    amount,
    clipped,
    framed,
    mark,
    named,
    panel,
    text_width,
    tips,
)
from gongkai.stats import FEW
from gongkai.words import number, percent, word

_WIDTH, _HIGH, _LINE = 520, 290, 14
# A label moves past at most so many places to stand on no point.
_NEAR = 16
# So many names are printed in a panel, each at most so wide.
_NAMES, _WIDEST = 8, 230
_LINES = ("low_998", "low_95", "high_95", "high_998")

Box = tuple[float, float, float, float]


def placed(
    points: Sequence[tuple[float, float]], widths: Sequence[float], every: Sequence[tuple[float, float]], room: Box
) -> list[Box]:
    """Where labels of these widths stand beside their points: within `room` (pixels), on no other label, and on none of
    `every` point where that is possible.
    """
    taken: list[Box] = [(x - 5, y - 5, x + 5, y + 5) for x, y in points]
    dots: list[Box] = [(x - 3, y - 3, x + 3, y + 3) for x, y in every]
    boxes: list[Box] = []
    for (x, y), wide in zip(points, widths, strict=True):
        tops = [y + sign * step * _LINE - _LINE / 2 for step in range(int(2 * room[3] / _LINE)) for sign in (1, -1)]
        found = [(left, top, left + wide, top + _LINE) for top in tops for left in (x + 8, x - 8 - wide)]
        free = [b for b in found if _inside(b, room) and not any(_meets(b, other) for other in taken)]
        clear = [b for b in free[:_NEAR] if not any(_meets(b, dot) for dot in dots)]
        boxes.append((clear or free or found)[0])
        taken.append(boxes[-1])
    return boxes


def _inside(box: Box, room: Box) -> bool:
    return box[0] >= room[0] and box[2] <= room[2] and box[1] >= room[1] and box[3] <= room[3]


def _meets(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _named(rated: pl.DataFrame, agency: str) -> pl.DataFrame:
    """The agency asked for, then those furthest beyond the 99.8 % lines."""
    mine = rated.filter(pl.col("agency") == agency)
    beyond = rated.filter((pl.col("beyond") == "99.8") & (pl.col("agency") != agency))
    return pl.concat([mine, beyond.sort(pl.col("z").abs(), "agency", descending=[True, False])]).head(_NAMES)


def _labels(rated: pl.DataFrame, agency: str, most: float, top: float) -> list[Spec]:
    """The names with the places of their text and of the line to their point, as n and share."""
    shown = _named(rated, agency).to_dicts()
    long = math.log(most / FEW)

    def at_pixels(rows: list[titles.Row]) -> list[tuple[float, float]]:
        return [(math.log(r["n"] / FEW) / long * _WIDTH, (1 - r["value"] / top) * _HIGH) for r in rows]

    points = at_pixels(shown)
    names = [clipped(r["agency"], 11, _WIDEST, 1)[0] for r in shown]
    boxes = placed(points, [text_width(n, 11) + 4 for n in names], at_pixels(rated.to_dicts()), (0, 0, _WIDTH, _HIGH))
    rows = []
    for row, name, (x, y), box in zip(shown, names, points, boxes, strict=True):
        middle = (box[1] + box[3]) / 2
        end = box[0] if box[0] > x else box[2]
        at = {"label_n": FEW * math.exp(box[0] / _WIDTH * long), "label_at": (1 - middle / _HIGH) * top}
        line = {"end_n": FEW * math.exp(end / _WIDTH * long)} if abs(middle - y) > 1 else {"end_n": row["n"]}
        weight = "bold" if row["agency"] == agency else "normal"
        rows.append({"n": row["n"], "value": row["value"], "name": name, "weight": weight, **at, **line})
    return rows


def _ends(lines: pl.DataFrame, mean: float, top: float, lang: str) -> list[Spec]:
    """The names of the lines at their right ends."""
    last = lines.row(-1, named=True)
    ends = [(last["low_998"], "99.8%"), (last["low_95"], "95%"), (mean, word("chart_mean", lang, value=percent(mean)))]
    ends += [(last["high_95"], "95%"), (last["high_998"], "99.8%")]
    places = spread([(1 - v / top) * _HIGH for v, _ in reversed(ends)], 12, _HIGH)
    return [
        {"n": last["n"], "at": (1 - p / _HIGH) * top, "label": t}
        for p, (_, t) in zip(places, reversed(ends), strict=True)
    ]


def _points(rated: pl.DataFrame, agency: str, lang: str) -> list[Spec]:
    colours = {"99.8": ORANGE, "95": BLUE, "": "#8FB8CF"}
    rows = [
        {"agency": r["agency"], "n": r["n"], "value": r["value"], "said": titles.share(r, lang)}
        | {"cases": f"{number(r['k'], lang)}/{number(r['n'], lang)}", "mine": r["agency"] == agency}
        | {"colour": INK if r["agency"] == agency else colours[r["beyond"]]}
        | {"shape": "diamond" if r["beyond"] == "99.8" else "circle"}
        for r in rated.iter_rows(named=True)
    ]
    return sorted(rows, key=lambda r: r["mine"])


def _panel(group: pl.DataFrame, agency: str, lang: str) -> Spec:
    rated = group.filter(pl.col("status") == "rated")
    lines, mean = measures.lines(group, steps=24), float(rated["expected"][0])
    most = float(lines["n"].max())  # type: ignore[arg-type]
    top = min(1.0, max(float(lines["high_998"].max()), float(rated["value"].max())) * 1.04)  # type: ignore[arg-type]
    x = amount(
        "n",
        scale={"type": "log", "domain": [FEW, most], "nice": False},
        axis={"ticks": False, "tickCount": 5, "format": ",d"},
    )
    y = amount(
        "value", scale={"domain": [0, top], "nice": False}, axis={"format": ".0%", "tickCount": 5, "ticks": False}
    )
    told = tips(agency=word("agency", lang), said=word("chart_share_tip", lang), cases=word("chart_cases", lang))
    labels, curves = _labels(rated, agency, most, top), lines.to_dicts()
    dashes = {"95": [6, 4], "998": [1, 3]}
    point: Spec = {"x": x, "y": y, "tooltip": told}
    point |= {"fill": named("colour", scale=None), "shape": named("shape", scale=None)}
    where: Spec = {"x": x | {"field": "label_n"}, "y": y | {"field": "label_at"}, "text": named("name")}
    to: Spec = {"x": x, "y": y, "x2": {"field": "end_n"}, "y2": {"field": "label_at"}}
    end: Spec = {"x": x, "y": y | {"field": "at"}, "text": named("label")}
    name: Spec = {"align": "left", "dx": 2, "fontSize": 11, "fontWeight": {"expr": "datum.weight"}}
    layers = [
        mark("rule", {"y": y}, [{"value": mean}], color=GREY),
        *[
            mark(
                "line",
                {"x": x, "y": y | {"field": f}},
                curves,
                color=GREY,
                strokeDash=dashes[f.split("_")[1]],
                strokeWidth=1.3,
            )
            for f in _LINES
        ],
        mark("point", point, stroke="white", strokeWidth=0.5, size=50, opacity=0.9),
        mark("rule", to, labels, color=GREY, strokeWidth=0.7),
        mark("text", where, labels, **name, stroke="white", strokeWidth=3),
        mark("text", where, labels, **name),
        mark("text", end, _ends(lines, mean, top, lang), align="left", dx=5, fontSize=10, color=GREY),
    ]
    kind, level = group["kind"][0], group["level"][0]
    told_group = {"kind": word(f"chart_kind_{kind}", lang), "level": word(f"chart_level_{level}", lang)}
    title = word("chart_funnel_group", lang, n=number(rated.height, lang), **told_group)
    return panel(layers, _points(rated, agency, lang), _WIDTH, _HIGH, title)


def _mine(found: pl.DataFrame, agency: str, lang: str) -> str:
    """The sentence of the title on the agency asked for."""
    rows = found.filter(pl.col("agency") == agency).to_dicts()
    if not rows or rows[0]["value"] is None:
        return ""
    key = "few" if rows[0]["status"] == "few" else f"beyond_{rows[0]['beyond']}"
    place = word(f"chart_funnel_{key}", lang)
    return word("chart_funnel_mine", lang, agency=agency, share=titles.share(rows[0], lang), place=place)


def funnel(compared: pl.DataFrame, code: str, year: int, lang: str = "zh", agency: str = "") -> Figure:
    """The share `code` of the peers in a year against their cases, with mean, 95 and 99.8 % lines, a panel a group.

    `compared`: what `measures.compare` returns. With `agency` only its group is drawn, and it is marked. Groups of
    fewer than FEWEST rated peers have no funnel.
    """
    known = measures.rate(code)
    found = compared.filter((pl.col("rate") == code) & (pl.col("year") == year))
    if agency:
        mine = found.filter(pl.col("agency") == agency).select("kind", "level").unique()
        found = found.join(mine, on=["kind", "level"], maintain_order="left")
    groups = [g for _, g in found.group_by("kind", "level", maintain_order=True)]
    drawn = [g for g in groups if g["expected"].drop_nulls().len()]
    name = titles.rate_name(code, lang, inside=True)
    if not drawn:
        return Said(word("chart_funnel_said", lang, year=year, name=name, fewest=measures.FEWEST))
    drawn.sort(key=lambda g: -g.filter(pl.col("status") == "rated").height)
    rated = pl.concat(drawn).filter(pl.col("status") == "rated")
    beyond = rated.filter(pl.col("beyond") == "99.8")
    title = titles.funnel_title(code, year, rated.height, beyond.height, _mine(found, agency, lang), lang)
    shown = [_named(g.filter(pl.col("status") == "rated"), agency) for g in drawn]
    hidden = beyond.height - sum(s.filter(pl.col("beyond") == "99.8").height for s in shown)
    note = cited_shares([code], lang) + word("chart_funnel_note", lang)
    note += word("chart_funnel_unlabelled", lang, n=number(hidden, lang)) if hidden else ""
    few = pl.concat(drawn).filter(pl.col("status") != "rated").height
    note += word("chart_funnel_not_rated", lang, n=number(few, lang)) if few else ""
    left = len(groups) - len(drawn)
    note += word("chart_funnel_small", lang, n=left, fewest=measures.FEWEST) if left else ""
    subtitle = word("chart_funnel_sub", lang, name=known.name(lang), k=known.k_name[lang], n=known.n_name[lang])
    words = "; ".join(f"{r['agency']} {titles.share(r, lang)}" for r in beyond.iter_rows(named=True))
    return framed([_panel(g, agency, lang) for g in drawn], title, subtitle, note, words)
