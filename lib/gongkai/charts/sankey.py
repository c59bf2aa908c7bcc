"""The requests of one year as a flow: where they came from, and what became of them."""

from __future__ import annotations

from typing import Any

import polars as pl

from gongkai import measures
from gongkai.charts import titles
from gongkai.charts.shared import cited, who
from gongkai.drawing import (
    BLUE,
    INK,
    ORANGE,
    SKY,
    Figure,
    Said,
    Spec,
    amount,
    framed,
    listed,
    mark,
    named,
    panel,
    tips,
)
from gongkai.form import form
from gongkai.measures import OUTCOMES
from gongkai.words import number, word

# One end of the flow: key, name, value (null: no figure), colour.
Node = dict[str, Any]

COLOURS = dict(zip(OUTCOMES, [BLUE, SKY, ORANGE, "#E69F00", "#CC79A7", "#8C8C8C"], strict=True))
_FROM, _OVER, _MIDDLE = "#7FA7BF", "#009E73", "#4D4D4D"
# Places across, and how high all requests together are, in pixels.
_LEFT, _MID, _RIGHT, _BAR, _WIDTH, _HIGH = 196, 300, 404, 12, 610, 250
_SLOT, _GAP, _STEPS = 15, 5, 12


def _kinds() -> list[str]:
    return [c for t, c in form().columns if t == "applications" and c != "total"]


def _parts(facts: pl.DataFrame, kept: pl.DataFrame) -> pl.DataFrame:
    """A row a report: what came in (by kind where `kinds` is true) and what became of it.

    Adds before (carried in and received), done (the six outcomes), after (done and carried over) and gap (before less
    after), all null where a part is missing.
    """
    mine = facts.filter((pl.col("table") == "applications") & pl.col("report_id").is_in(kept["report_id"].implode()))
    total = pl.col("column") == "total"
    name = pl.when(total).then(pl.col("item")).otherwise(pl.col("column"))
    wanted = ["new", "carried_in", "processed_total", "carried_out", *_kinds()]
    cells = mine.filter(total | (pl.col("item") == "new")).with_columns(name=name)
    found = cells.group_by("report_id").agg(
        [pl.col("value").filter(pl.col("name") == w).first().alias(w) for w in wanted]
    )
    kinds, done = pl.sum_horizontal(_kinds(), ignore_nulls=False), pl.sum_horizontal(OUTCOMES, ignore_nulls=False)
    return (
        measures.outcome_mix(mine, kept)
        .join(found, on="report_id", how="left", maintain_order="left")
        .with_columns(before=pl.col("carried_in") + pl.col("new"), done=done, after=done + pl.col("carried_out"))
        .with_columns(gap=pl.col("before") - pl.col("after"), kinds=(kinds == pl.col("new")).fill_null(False))
    )


def _sum(values: pl.Series) -> float | None:
    """The sum, null where any is missing."""
    return None if values.is_empty() or values.null_count() else float(values.sum())


def _left(parts: pl.DataFrame, lang: str) -> list[Node]:
    apart = -float(parts["gap"].clip(upper_bound=0).sum())
    by_kind, rest = parts.filter(pl.col("kinds")), parts.filter(~pl.col("kinds"))
    name = form().name("applications", "carried_in", lang)
    nodes = [{"key": "carried_in", "name": name, "value": _sum(parts["carried_in"]), "colour": "#A9A9A9"}]
    for kind in _kinds() if by_kind.height else []:
        name = word("chart_received_from", lang, name=form().name("applications", kind, lang))
        nodes.append({"key": kind, "name": name, "value": _sum(by_kind[kind]), "colour": _FROM})
    if rest.height:
        name = word("chart_kind_unknown", lang)
        nodes.append({"key": "new", "name": name, "value": _sum(rest["new"]), "colour": _FROM})
    return [*nodes, {"key": "gap", "name": word("chart_gap", lang), "value": apart, "colour": ORANGE}]


def _right(parts: pl.DataFrame, lang: str) -> list[Node]:
    apart = float(parts["gap"].clip(lower_bound=0).sum())
    colours = COLOURS | {"carried_out": _OVER}
    nodes = [
        {"key": k, "name": form().name("applications", k, lang), "value": _sum(parts[k]), "colour": colours[k]}
        for k in colours
    ]
    return [*nodes, {"key": "gap", "name": word("chart_gap", lang), "value": apart, "colour": ORANGE}]


def _placed(nodes: list[Node], scale: float, lang: str) -> list[Node]:
    """The nodes that are drawn, each with its place: top, bottom, at (of its label), and label."""
    placed, y = [], 0.0
    for node in nodes:
        if node["value"] == 0:
            continue
        high = (node["value"] or 0.0) * scale
        slot = max(high, _SLOT)
        at, y = y + slot / 2, y + slot + _GAP
        missing = node["value"] is None
        label = f"{node['name']} {number(node['value'], lang)}"
        said = word("chart_side_missing", lang, name=node["name"]) if missing else label
        placed.append(node | {"top": at - high / 2, "bottom": at + high / 2, "at": at, "label": said})
    return placed


def _moved(nodes: list[Node], high: float) -> list[Node]:
    """A side of the flow in the middle of the height."""
    by = (high - max((max(n["bottom"], n["at"] + _SLOT / 2) for n in nodes), default=0.0)) / 2
    return [n | {k: n[k] + by for k in ("top", "bottom", "at")} for n in nodes]


def _ribbons(nodes: list[Node], start: float, inward: bool) -> list[Spec]:
    """The bands between the nodes of one side and the bar in the middle, as rows of points."""
    rows, y = [], start
    ends = (_LEFT + _BAR, _MID) if inward else (_MID + _BAR, _RIGHT)
    for node in nodes:
        high = node["bottom"] - node["top"]
        first, last = (node["top"], y) if inward else (y, node["top"])
        y += high
        for step in range(_STEPS + 1 if high else 0):
            t = step / _STEPS
            top = first + (last - first) * (3 * t * t - 2 * t**3)
            about = {"band": f"{inward}{node['key']}", "name": node["name"], "count": node["label"]}
            rows.append(about | {"x": ends[0] + (ends[1] - ends[0]) * t, "top": top, "bottom": top + high})
    return rows


def _marks(rows: dict[str, list[Spec]], colours: dict[str, str], x: Spec, y: Spec, lang: str) -> list[Spec]:
    """Bands, bars, labels; what does not add up is hatched out by a dashed edge."""
    told = tips(label=word("chart_figure", lang))
    fill = named("band", scale={"domain": list(colours), "range": list(colours.values())}, legend=None)
    band: Spec = {"x": x, "y": y, "y2": {"field": "bottom"}, "detail": named("band")}
    bar: Spec = {"x": x, "x2": {"field": "x2"}, "y": y, "y2": {"field": "bottom"}, "tooltip": told}
    place: Spec = {"x": x, "y": y | {"field": "at"}, "text": named("label"), "tooltip": told}
    edge: Spec = {"stroke": ORANGE, "strokeDash": [4, 3], "strokeWidth": 1.5}
    return [
        mark("area", band | {"color": fill}, rows["bands"], opacity=0.5),
        mark("area", band, rows["gaps"], fill="white", line=False, **edge),
        mark("rect", bar | {"color": {"field": "colour", "type": "nominal", "scale": None}}, rows["bars"]),
        mark("rect", bar, rows["gap_bars"], color="white", **edge),
        mark("text", place, rows["left"], align="right", dx=-6),
        mark("text", place, rows["right"], align="left", dx=6),
        mark("text", place, rows["middle"], align="center", baseline="bottom", dy=-3, color=INK, fontWeight="bold"),
    ]


def _drawing(left: list[Node], right: list[Node], lang: str) -> Spec:
    most = max(sum(n["value"] or 0 for n in side) for side in (left, right))
    scale = _HIGH / most
    sides = [_placed(left, scale, lang), _placed(right, scale, lang)]
    high = max([_HIGH + 20.0, *(n["at"] + max(_SLOT, n["bottom"] - n["top"]) / 2 for side in sides for n in side)])
    sides = [_moved(side, high) for side in sides]
    start = (high - _HIGH) / 2
    bands = _ribbons(sides[0], start, inward=True) + _ribbons(sides[1], start, inward=False)
    bars = [
        n | {"x": x, "x2": x + _BAR} for side, x in zip(sides, (_LEFT, _RIGHT), strict=True) for n in side if n["value"]
    ]
    ins, outs = (sum(n["value"] or 0 for n in side if n["key"] != "gap") for side in (left, right))
    told = {"before": number(ins, lang), "after": number(outs, lang)}
    label = word("chart_to_handle" if ins == outs else "chart_in_and_out", lang, **told)
    middle = {
        "key": "",
        "label": label,
        "colour": _MIDDLE,
        "x": _MID,
        "x2": _MID + _BAR,
        "top": start,
        "bottom": start + _HIGH,
    }
    rows = {
        "bands": [b for b in bands if not b["band"].endswith("gap")],
        "gaps": [b for b in bands if b["band"].endswith("gap")],
        "bars": [b for b in [*bars, middle] if b["key"] != "gap"],
        "gap_bars": [b for b in bars if b["key"] == "gap"],
        "left": [n | {"x": _LEFT} for n in sides[0]],
        "right": [n | {"x": _RIGHT + _BAR} for n in sides[1]],
        "middle": [{"x": _MID + _BAR / 2, "at": 0, "label": label}],
    }
    colours = {
        f"{inward}{n['key']}": n["colour"] for inward, side in zip((True, False), sides, strict=True) for n in side
    }
    x = amount("x", axis=None, scale={"domain": [0, _WIDTH], "nice": False})
    y = amount("top", axis=None, scale={"domain": [high, 0], "nice": False})
    return panel(_marks(rows, colours, x, y, lang), [], _WIDTH, round(high))


def _note(parts: pl.DataFrame, nodes: list[Node], left_out: int, lang: str) -> str:
    text = cited(["applications"], lang)
    zero = [n["name"] for n in nodes if n["value"] == 0 and n["key"] != "gap"]
    text += word("chart_zero_named", lang, names=listed(zero, lang)) if zero else ""
    text += word("chart_flow_unlike", lang) if not parts["kinds"].all() else ""
    done, total = _sum(parts["done"]), _sum(parts["processed_total"])
    if done is not None and total is not None and (parts["done"] != parts["processed_total"]).any():
        text += word("chart_flow_total", lang, sum=number(done, lang), total=number(total, lang))
    return text + (word("chart_flow_left_out", lang, n=number(left_out, lang)) if left_out else "")


def flow(facts: pl.DataFrame, reports: pl.DataFrame, lang: str = "zh") -> Figure:
    """The requests of the latest year (件): what came in, and what became of it; several agencies are summed.

    Where both sides do not add up the difference is a band of its own. Of several agencies only those without a missing
    part are summed; of one, what is missing is named. Source: `applications`, column `total`, and row `new` by column.
    """
    table = form().tables["applications"][lang]
    kept = measures.counted(reports)
    if kept.is_empty():
        return Said(word("no_year", lang, table=table))
    year = int(str(kept["year"].max()))
    every = _parts(facts, kept.filter(pl.col("year") == year))
    parts = every if every.height == 1 else every.filter(pl.col("gap").is_not_null())
    figures = parts.select("carried_in", "new", *OUTCOMES, "carried_out", *_kinds())
    if parts.is_empty() or all(figures[c].null_count() == figures.height for c in figures.columns):
        return Said(word("not_read", lang, table=table))
    if any((figures[c] < 0).any() for c in figures.columns):
        return Said(word("chart_flow_negative", lang, year=year))
    left, right = _left(parts, lang), _right(parts, lang)
    if not any(n["value"] for n in (*left, *right)):
        return Said(word("all_zero", lang, years=year, what=word("what_received", lang)))
    missing = [n["name"] for n in (*left, *right) if n["value"] is None]
    apart = parts.filter(pl.col("gap") != 0)
    sides: Node = {"year": year, "agencies": parts.height, "before": _sum(parts["before"]), "done": _sum(parts["done"])}
    sides |= {"over": _sum(parts["carried_out"]), "gap": float(apart["gap"].abs().sum()), "apart": apart.height}
    sides |= {"missing": missing, "unlike": float((parts["done"] - parts["processed_total"]).abs().sum())}
    note = _note(parts, [*left, *right], every.height - parts.height, lang)
    words = listed([f"{n['name']} {number(n['value'], lang)}" for n in (*left, *right) if n["value"] != 0], lang)
    subtitle = word("chart_flow_sub", lang, who=who(parts["agency"], lang))
    return framed([_drawing(left, right, lang)], titles.flow_title(sides, lang), subtitle, note, words)
