"""What became of the requests: the six groups of outcomes as shares, by year."""

from __future__ import annotations

import polars as pl

from gongkai import measures
from gongkai.charts import titles
from gongkai.charts.pooled import pooled
from gongkai.charts.sankey import COLOURS
from gongkai.charts.shared import cited, edition_change, span, spread, who
from gongkai.drawing import GREY, INK, Figure, Said, Spec, amount, framed, listed, mark, named, panel, tips, years_of
from gongkai.form import form
from gongkai.measures import OUTCOMES
from gongkai.words import number, percent, word

# The height of all, the room of a year, the room for names, and how far these lie apart, in pixels.
_HIGH, _STEP, _NAMES, _APART = 280, 76, 210, 17
# A segment below this carries no figure.
_SMALL = 0.05
# On these segments figures are white.
_DARK = {"granted", "refused", "other"}


def _yearly(mix: pl.DataFrame) -> pl.DataFrame:
    """year, agencies, n and the six sums (件) of the reports whose six outcomes are known."""
    sums = mix.group_by("year").agg(pl.len().alias("agencies"), pl.col(OUTCOMES).sum()).sort("year")
    return sums.with_columns(n=pl.sum_horizontal(OUTCOMES))


def _segments(yearly: pl.DataFrame, lang: str) -> list[Spec]:
    rows = []
    for year in yearly.filter(pl.col("n") > 0).iter_rows(named=True):
        at = 0.0
        for item in OUTCOMES:
            share = year[item] / year["n"]
            about = {"item": item, "name": form().name("applications", item, lang), "year": year["year"]}
            about |= {"count": number(year[item], lang), "share": percent(share), "ink": INK}
            about |= {
                "label": percent(share) if share >= _SMALL else "",
                "from": at,
                "to": at + share,
                "at": at + share / 2,
            }
            rows.append(about | ({"ink": "white"} if item in _DARK else {}))
            at += share
    return rows


def _names(rows: list[Spec], last: int) -> list[Spec]:
    """The names beside the last bar, each with its figures, and where its line starts."""
    mine = [r for r in rows if r["year"] == last and r["count"] != "0"]
    places = spread([r["at"] * _HIGH for r in mine], _APART, _HIGH)
    return [
        r | {"place": p / _HIGH, "said": f"{r['name']} {r['share']} ({r['count']})"}
        for r, p in zip(mine, places, strict=True)
    ]


def _foot(yearly: pl.DataFrame, lang: str) -> list[Spec]:
    """What stands below each year: its cases, or that there is no report."""
    there = {r["year"]: r for r in yearly.iter_rows(named=True)}
    rows = []
    for year in span(there):
        row = there.get(year)
        lines = [str(year), word("chart_n", lang, n=number(row["n"], lang)) if row else word("chart_no_report", lang)]
        rows.append({"year": year, "lines": lines})
    return rows


def _stacks(rows: list[Spec], foot: list[Spec], lang: str) -> Spec:
    years = [r["year"] for r in foot]
    step = min(_STEP, (600 - _NAMES) / len(years))
    last, width = max(r["year"] for r in rows), step * len(years) + _NAMES
    scale = {"domain": [years[0] - 0.5, years[0] - 0.5 + width / step], "nice": False, "zero": False}
    x = amount("year", axis=None, scale=scale)
    y = amount("from", axis=None, scale={"domain": [0, 1], "nice": False})
    bar = [r | {"x": r["year"] - 0.4, "x2": r["year"] + 0.4} for r in rows]
    beside = [r | {"x": last + 0.42, "x2": last + 0.42 + 16 / step} for r in _names(rows, last)]
    colour = named("item", scale={"domain": list(COLOURS), "range": list(COLOURS.values())}, legend=None)
    told = tips(name=word("chart_name", lang), year=word("year", lang), count=word("chart_cases", lang))
    told += tips(share=word("chart_share_tip", lang))
    across: Spec = {"x": x | {"field": "x"}, "x2": {"field": "x2"}}
    ink: Spec = {"field": "ink", "type": "nominal", "scale": None}
    layers = [
        mark("rect", across | {"y": y, "y2": {"field": "to"}, "color": colour, "tooltip": told}, bar, stroke="white"),
        mark("text", {"x": x, "y": y | {"field": "at"}, "text": named("label"), "color": ink}, fontSize=11),
        mark(
            "rule", across | {"y": y | {"field": "at"}, "y2": {"field": "place"}}, beside, color=GREY, strokeWidth=0.7
        ),
        mark(
            "text",
            {"x": x | {"field": "x2"}, "y": y | {"field": "place"}, "text": named("said")},
            beside,
            align="left",
            dx=4,
        ),
        *edition_change(years, lang, x, above=True),
        mark(
            "text",
            {"x": x, "y": {"value": _HIGH + 6}, "text": named("lines")},
            foot,
            baseline="top",
            lineHeight=15,
            fontSize=11,
        ),
    ]
    return panel(layers, rows, width, _HIGH)


def _title(rates: pl.DataFrame, agencies: int, lang: str) -> str:
    """The shares disclosed and not held in the latest year; of one agency also how the first of them changed."""
    one = pooled(rates) if agencies > 1 else rates
    latest = one.filter(pl.col("year") == pl.col("year").max())
    rows = [latest.row(by_predicate=pl.col("rate") == code, named=True) for code in ("disclosed", "not_held")]
    if agencies == 1:
        two = rates.filter((pl.col("rate") == "disclosed") & (pl.col("year") >= rows[0]["year"] - 1))
        rows[0] = measures.yearly_rates(two).row(-1, named=True)
    return titles.outcome_title(rows, lang)


def outcome_shares(facts: pl.DataFrame, reports: pl.DataFrame, lang: str = "zh") -> Figure:
    """The six groups of outcomes as shares of their sum, a bar a year; of one agency, or the sum of several.

    Reports with an outcome missing or negative are left out and counted. Source: `measures.outcome_mix`; the title's
    shares are those of `measures.rates`.
    """
    table = form().tables["applications"][lang]
    mix = measures.outcome_mix(facts, reports)
    known = mix.filter(pl.all_horizontal(pl.col(OUTCOMES) >= 0))
    if known.is_empty():
        return Said(word("no_year" if mix.is_empty() else "not_read", lang, table=table))
    yearly = _yearly(known)
    if not yearly["n"].sum():
        return Said(
            word("all_zero", lang, years=" ".join(map(str, years_of(yearly))), what=word("what_processed", lang))
        )
    agencies = known["agency"].n_unique()
    rows = _segments(yearly, lang)
    rates = measures.rates(facts, reports, ["disclosed", "not_held"])
    kept = rates.filter(pl.col("report_id").is_in(known.filter(pl.sum_horizontal(OUTCOMES) > 0)["report_id"].implode()))
    note = cited(["applications"], lang) + word("chart_outcome_small", lang)
    note += word("crosses_yes", lang) if known["edition"].n_unique() > 1 else ""
    note += word("chart_left_out", lang, n=mix.height - known.height) if mix.height > known.height else ""
    if agencies > 1:
        counts = yearly.select("year", "agencies").rows()
        each = [word("chart_year_agencies", lang, year=y, n=number(n, lang)) for y, n in counts]
        note += word("chart_counted", lang, each=listed(each, lang))
    words = "; ".join(f"{r['year']} {r['name']} {r['share']} ({r['count']})" for r in rows)
    subtitle = word("chart_outcome_sub", lang, who=who(known["agency"], lang))
    drawing = _stacks(rows, _foot(yearly, lang), lang)
    return framed([drawing], _title(kept, agencies, lang), subtitle, note, words)
