"""A share over the years with its interval and its cases: a panel an agency, or the spread of many."""

from __future__ import annotations

import polars as pl

from gongkai import measures
from gongkai.charts import titles
from gongkai.charts.boxes import quantiles, spread_panel
from gongkai.charts.shared import PANELS, cited_shares, edition_change, span, who, year_axis
from gongkai.drawing import BLUE, FULL, Figure, Said, Spec, amount, framed, mark, named, panel, tips
from gongkai.stats import FEW
from gongkai.words import number, percent, word

_WIDTH = FULL - 50
# Up to so many agencies each panel is high.
_TALL = 4
_ROOM = 32
# Of the rates: a frame of `measures.compare` has these and more.
_COLUMNS = ("agency", "rate", "year", "edition", "k", "n", "value", "low", "high", "status", "crosses")
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


def percent_ticks(highest: float) -> list[float]:
    """At most five round shares from 0 on; none above 100 %."""
    step = next(s for s in _STEPS if highest <= 4 * s or s == _STEPS[-1])
    return [round(k * step, 2) for k in range(5) if k * step <= min(1.0, highest + step)]


def segments(found: pl.DataFrame) -> pl.DataFrame:
    """The rated rows with `run`, the number of the line they are on (see `measures.runs`)."""
    return measures.runs(found.filter(pl.col("status") == "rated"), ["agency"])


def _rows(mine: pl.DataFrame, lang: str) -> list[Spec]:
    """What is drawn of one agency: the shares there are, in words too."""
    drawn = mine.filter(pl.col("value").is_not_null())
    return [
        {k: r[k] for k in ("agency", "year", "value", "low", "high")}
        | {"fill": "white" if r["n"] < FEW else BLUE, "label": percent(r["value"]), "said": titles.share(r, lang)}
        | {"cases": f"{number(r['k'], lang)}/{number(r['n'], lang)}"}
        for r in drawn.iter_rows(named=True)
    ]


def _foot(mine: pl.DataFrame, years: list[int], lang: str) -> list[Spec]:
    """What stands below each year: the cases and whether they are too few, or why there is no share."""
    there = {r["year"]: r for r in mine.iter_rows(named=True)}
    rows = []
    for year in years:
        row = there.get(year)
        if row is None:
            lines = [word("chart_no_report", lang)]
        elif row["value"] is None:
            lines = [titles.why(row["status"], lang)]
        else:
            few = [word("chart_not_rated", lang)] if row["n"] < FEW else []
            lines = [word("chart_n", lang, n=number(row["n"], lang)), *few]
        rows.append({"year": year, "lines": [str(year), *lines]})
    return rows


def _panel(mine: pl.DataFrame, years: list[int], top: float, high: int, lang: str, title: str, first: bool) -> Spec:
    axis, rows = year_axis(years, labels=False), _rows(mine, lang)
    ticks = {"values": percent_ticks(top * (1 - _ROOM / high)), "format": ".0%", "ticks": False, "domain": False}
    y = amount("value", scale={"domain": [0, top], "nice": False}, axis=ticks)
    base: Spec = {"x": axis, "y": y}
    told = tips(agency=word("agency", lang), year=word("year", lang), said=word("chart_share_tip", lang))
    told += tips(cases=word("chart_cases", lang))
    lines = segments(mine).select("agency", "year", "value", "run").to_dicts()
    layers = [
        mark("rule", {"x": axis, "y": y | {"field": "low"}, "y2": {"field": "high"}}, color=BLUE, strokeWidth=1.5),
        mark("line", base | {"detail": named("run")}, lines, color=BLUE, strokeWidth=1, opacity=0.6),
        mark("point", base | {"fill": named("fill", scale=None), "tooltip": told}, stroke=BLUE, size=60, opacity=1),
        mark("text", {"x": axis, "y": y | {"field": "high"}, "text": named("label")}, dy=-9, fontSize=11),
        mark(
            "text",
            {"x": axis, "y": {"value": high + 6}, "text": named("lines")},
            _foot(mine, years, lang),
            baseline="top",
            lineHeight=14,
            fontSize=11,
        ),
        *edition_change(years, lang, axis, first),
    ]
    return panel(layers, rows, _WIDTH, high, title)


def _why(found: pl.DataFrame, lang: str) -> str:
    """The reports that have no share or one of few cases, by reason."""
    counts = dict(found.group_by("status").len().sort("status").rows())
    few = counts.pop("few", 0)
    counts.pop("rated", 0)
    each = word("chart_and", lang).join(f"{titles.why(s, lang)} {number(n, lang)}" for s, n in counts.items())
    left = number(sum(counts.values()), lang)
    text = word("chart_rate_left_out", lang, n=left, why=each) if counts else ""
    return text + (word("chart_rate_few", lang, n=number(few, lang)) if few else "")


def _latest(mine: pl.DataFrame) -> list[titles.Row]:
    """The rows of the latest year with their changes; an agency alone its latest year of which there is a share."""
    shown = mine.filter(pl.col("value").is_not_null())
    year = int(str(shown["year"].max()))
    return measures.yearly_rates(mine.filter(pl.col("year") >= year - 1)).filter(pl.col("year") == year).to_dicts()


def rate_by_year(rates: pl.DataFrame, code: str, lang: str = "zh") -> Figure:
    """The share `code` over the years with its 95 % interval and n, a panel an agency, or the spread of many.

    `rates`: what `measures.rates` returns. Shares of fewer than 30 cases are hollow and joined with none; lines join
    consecutive years, and cross the change of edition only where the share does.
    """
    known, found = measures.rate(code), rates.filter(pl.col("rate") == code).select(_COLUMNS)
    shown = found.filter(pl.col("value").is_not_null())
    if shown.is_empty():
        return Said(word("chart_rate_none", lang, name=known.name(lang)))
    agencies = sorted(set(shown["agency"]))
    about = {"who": who(agencies, lang), "k": known.k_name[lang], "n": known.n_name[lang]}
    note = cited_shares([code], lang)
    note += word(f"crosses_{measures.rate_crosses(code)}", lang) if found["edition"].drop_nulls().n_unique() > 1 else ""
    note += _why(found, lang)
    if len(agencies) > PANELS:
        boxes, years = quantiles(found.filter(pl.col("status") == "rated")), span(found["year"])
        if boxes.is_empty():
            return Said(word("chart_rate_none", lang, name=known.name(lang)))
        words = "; ".join(f"{r['year']} {percent(r['p50'])} ({r['agencies']})" for r in boxes.iter_rows(named=True))
        drawing = spread_panel(boxes, years, percent, ".0%", lang)
        title = titles.spread_title(known.name(lang), boxes.row(-1, named=True), percent, lang)
        return framed([drawing], title, word("chart_spread_sub", lang, **about), note, words)
    high = 110 if len(agencies) <= _TALL else 80
    # Above the highest interval is room for its figure and the name of the edition.
    years, top = span(found["year"]), float(str(shown["high"].max())) * high / (high - _ROOM)
    panels = [
        _panel(
            found.filter(pl.col("agency") == a), years, top, high, lang, a if len(agencies) > 1 else "", first=k == 0
        )
        for k, a in enumerate(agencies)
    ]
    words = "; ".join(f"{r['agency']} {r['year']} {titles.share(r, lang)}" for r in found.iter_rows(named=True))
    mine = found.filter(pl.col("agency").is_in(agencies))
    title = titles.rate_title(code, _latest(mine), len(agencies), lang)
    return framed(panels, title, word("chart_rate_sub", lang, **about), word("chart_rate_note", lang) + note, words)
