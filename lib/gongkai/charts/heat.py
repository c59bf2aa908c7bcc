"""Agencies by shares of one year: where each stands among its peers, and which figures a finding concerns."""

from __future__ import annotations

import polars as pl

from gongkai import measures
from gongkai.agencies import agency_of
from gongkai.charts import titles
from gongkai.charts.shared import cited_shares
from gongkai.drawing import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PALE,
    Figure,
    Said,
    Spec,
    amount,
    clipped,
    framed,
    listed,
    mark,
    named,
    panel,
    tips,
)
from gongkai.words import number, word

# More agencies than this are left out, those with the least to see first.
_MOST = 40
# The room of the names, the size of a cell and the slope of the headings.
_NAMES, _WIDE, _HIGH, _SLOPE = 178, 33, 26, 300
_DARK = {("99.8", False): BLUE, ("99.8", True): ORANGE}
_LIGHT = {("95", False): "#A6CBE3", ("95", True): "#F4C08A"}


def _concerned(findings: pl.DataFrame) -> pl.DataFrame:
    """report_id and rate: the shares with a cell that an error or warning concerns."""
    told = findings.filter(pl.col("severity").is_in(["error", "warning"]) & (pl.col("verdict") == "fail"))
    cells = told.select("report_id", "cells").explode("cells").drop_nulls()
    held = cells.select("report_id", pl.col("cells").struct.field("cell").alias("cell")).unique()
    uses = [
        (known.rate, f"{table}.{row}.{column}")
        for known in measures.rates_declared().values()
        for _, table, item, column in (*known.k, *known.n)
        for row in measures.row_codes(table, [item])
    ]
    used = pl.DataFrame(uses, schema=["rate", "cell"], orient="row")
    return held.join(used, on="cell").select("report_id", "rate").unique().with_columns(marked=pl.lit(True))


def _cells(compared: pl.DataFrame, findings: pl.DataFrame, year: int) -> pl.DataFrame:
    """The shares of the year with `marked` and `apart` (beyond the 99.8 % line); those no agency has are left out."""
    mine = compared.filter(pl.col("year") == year).join(_concerned(findings), on=["report_id", "rate"], how="left")
    some = pl.col("status").is_in(["rated", "few"]).any().over("rate")
    return mine.filter(some).with_columns(
        pl.col("marked").fill_null(False), (pl.col("beyond") == "99.8").fill_null(False).alias("apart")
    )


def _in_order(cells: pl.DataFrame) -> list[str]:
    """The agencies, those with the most to see first."""
    seen = cells.group_by("agency").agg(pl.col("apart", "marked").sum(), pl.col("n").max())
    order = ["apart", "marked", "n", "agency"]
    return seen.sort(order, descending=[True, True, True, False], nulls_last=True)["agency"].to_list()


def _look(row: titles.Row, lang: str) -> Spec:
    """Colour, ink, text and sign of a cell."""
    text = f"{100 * row['value']:.1f}" if row["value"] is not None else ""
    if row["status"] == "few":
        text = f"{row['k']:.0f}/{row['n']:.0f}"
        return {"fill": "white", "ink": GREY, "text": text, "sign": "", "few": True}
    if row["status"] != "rated":
        key = f"chart_heat_{row['status'].replace(' ', '_')}"
        return {"fill": "white", "ink": GREY, "text": word(key, lang), "sign": "", "few": False}
    if row["z"] is None:
        return {"fill": "#E4E4E4", "ink": INK, "text": text, "sign": "", "few": False}
    place = (row["beyond"], row["z"] > 0)
    sign = "" if not row["beyond"] else "▲" if row["z"] > 0 else "▼"
    if fill := _DARK.get(place):
        return {"fill": fill, "ink": "white", "text": text, "sign": sign, "few": False}
    return {"fill": _LIGHT.get(place, "#F6F3E8"), "ink": INK, "text": text, "sign": sign, "few": False}


def _rows(cells: pl.DataFrame, agencies: list[str], rates: list[str], lang: str) -> list[Spec]:
    at = {a: k for k, a in enumerate(agencies)}
    rows = []
    for row in cells.filter(pl.col("agency").is_in(agencies)).iter_rows(named=True):
        x, y = _NAMES + rates.index(row["rate"]) * _WIDE, at[row["agency"]] * _HIGH
        about = {"agency": row["agency"], "rate": titles.rate_name(row["rate"], lang), "said": titles.share(row, lang)}
        place = {
            "x": x + 1,
            "x2": x + _WIDE - 1,
            "y": y + 1,
            "y2": y + _HIGH - 1,
            "cx": x + _WIDE / 2,
            "cy": y + _HIGH / 2,
        }
        weight = "bold" if row["apart"] else "normal"
        note = {"note": "※" if row["marked"] else "", "weight": weight}
        rows.append(about | place | note | _look(row, lang))
    return rows


def _drawing(cells: pl.DataFrame, agencies: list[str], lang: str) -> Spec:
    rates = [code for code in measures.rates_declared() if code in set(cells["rate"])]
    rows, width, high = _rows(cells, agencies, rates, lang), _NAMES + len(rates) * _WIDE, len(agencies) * _HIGH
    names = [
        {"cy": (k + 0.5) * _HIGH, "name": clipped(a, 10.5, _NAMES - 10), "agency": a} for k, a in enumerate(agencies)
    ]
    # On one line each: second lines of sloping headings run into the next heading.
    heads = [{"cx": _NAMES + (k + 0.5) * _WIDE + 4, "name": titles.rate_name(c, lang)} for k, c in enumerate(rates)]
    x = amount("cx", axis=None, scale={"domain": [0, width], "nice": False})
    y = amount("cy", axis=None, scale={"domain": [high, 0], "nice": False})
    told = tips(agency=word("agency", lang), rate=word("chart_name", lang), said=word("chart_share_tip", lang))
    area: Spec = {"x": x | {"field": "x"}, "x2": {"field": "x2"}, "y": y | {"field": "y"}, "y2": {"field": "y2"}}
    area |= {"fill": named("fill", scale=None), "tooltip": told}
    ink, edge = named("ink", scale=None), {"y": y | {"field": "y"}, "color": named("ink", scale=None)}
    right, left = x | {"field": "x2"}, x | {"field": "x"}
    bold: Spec = {"fontSize": 10, "dy": 2, "fontWeight": {"expr": "datum.weight"}}
    beside: Spec = {"align": "right", "fontSize": 10.5, "lineHeight": 11.5}
    above: Spec = {"align": "left", "angle": _SLOPE, "fontSize": 10.5}
    few = [r for r in rows if r["few"]]
    noted, signed = [r for r in rows if r["note"]], [r for r in rows if r["sign"]]
    top: Spec = {"baseline": "top"}
    layers = [
        mark("rect", area),
        mark("rect", area, few, stroke=PALE, strokeDash=[3, 2]),
        mark("text", {"x": x, "y": y, "text": named("text"), "color": ink}, **bold),
        mark("text", edge | {"x": right, "text": named("note")}, noted, fontSize=9, align="right", **top),
        mark("text", edge | {"x": left, "text": named("sign")}, signed, fontSize=7, align="left", dx=1, dy=1, **top),
        mark("text", {"x": {"value": _NAMES - 6}, "y": y, "text": named("name")}, names, **beside),
        mark("text", {"x": x, "y": {"value": -6}, "text": named("name")}, heads, **above),
    ]
    return panel(layers, rows, width, high)


def heat_map(
    compared: pl.DataFrame, findings: pl.DataFrame, reports: pl.DataFrame, lang: str = "zh", year: int | None = None
) -> Figure:
    """Every share of the agencies in a year (the latest if not given): figure, place among peers, and what is marked.

    `compared`: what `measures.compare` returns. ※ marks shares with a cell that an error or warning concerns. At most
    40 agencies are drawn, those with the most to see first.
    """
    there = measures.counted(reports).with_columns(agency=agency_of())
    years = set(compared["year"])
    at = year if year is not None else max(years, default=0)
    cells = _cells(compared, findings, at)
    if cells.is_empty():
        return Said(word("chart_heat_said", lang, year=at))
    agencies = _in_order(cells)
    drawn = agencies[:_MOST]
    some = cells.group_by("agency").agg(pl.col("apart", "marked").any(), pl.col("z").is_not_null().any())
    judged, apart, marked = (int(some[c].sum()) for c in ("z", "apart", "marked"))
    title = titles.heat_title(at, len(agencies), judged, apart, marked, lang)
    note = cited_shares(set(cells["rate"]), lang) + word("chart_heat_note", lang)
    left, absent = len(agencies) - len(drawn), there["agency"].n_unique() - len(agencies)
    note += word("chart_heat_more", lang, n=len(drawn), more=number(left, lang)) if left else ""
    note += word("chart_heat_absent", lang, n=number(absent, lang), year=at) if absent else ""
    lost = [titles.rate_name(c, lang) for c in dict.fromkeys(compared["rate"]) if c not in set(cells["rate"])]
    note += word("chart_heat_no_rate", lang, names=listed(lost, lang)) if lost else ""
    words = "; ".join(drawn)
    return framed([_drawing(cells, drawn, lang)], title, word("chart_heat_sub", lang), note, words)
