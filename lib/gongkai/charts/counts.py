"""Counts of the three tables as bars, the years side by side: frame → chart, or a sentence where nothing is to draw."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from gongkai import measures
from gongkai.charts import titles
from gongkai.charts.shared import counted, nothing, read_years, source
from gongkai.drawing import Figure, Spec, bars, framed, in_words, listed, years_of
from gongkai.form import form
from gongkai.words import word


def _title(key: str, found: pl.DataFrame, lang: str) -> str:
    return word(key, lang, years=listed(years_of(found), lang))


def _cells(facts: pl.DataFrame, table: str, item: str, columns: Sequence[str], lang: str) -> pl.DataFrame:
    """year, name (of the column), value of one row of a table, for the years where any cell was read."""
    cells = facts.filter(
        (pl.col("table") == table) & (pl.col("item") == item) & pl.col("column").is_in(list(columns))
    ).with_columns(name=pl.col("column").replace_strict({c: form().name(table, c, lang) for c in columns}))
    return read_years(cells.select("year", "name", "value"))


def applicants(facts: pl.DataFrame, reports: pl.DataFrame, lang: str = "zh") -> Figure:
    """Who asked: requests received this year by kind of applicant (件), years side by side."""
    mine = counted(facts, reports)
    columns = [c for t, c in form().columns if t == "applications" and c != "total"]
    found = _cells(mine, "applications", "new", columns, lang)
    if said := nothing(mine, found, "applications", word("what_received", lang), lang):
        return said
    names = [form().name("applications", c, lang) for c in columns]
    note = source(mine, "applications", found, lang)
    rates = measures.rates(mine, reports, ["natural_persons"])
    latest = measures.yearly_rates(rates.filter(pl.col("year").is_in(found["year"].implode()))).to_dicts()[-1:]
    title = titles.outcome_title(latest, lang) if latest else _title("chart_applicants", found, lang)
    return framed([bars(found, names, lang)], title, word("chart_applicants_sub", lang), note, in_words(found, lang))


def disputes(facts: pl.DataFrame, reports: pl.DataFrame, lang: str = "zh") -> Figure:
    """Reconsideration and litigation by result (件): a column of bars a result, all on one scale."""
    mine = counted(facts, reports)
    cells = mine.filter((pl.col("table") == "disputes") & (pl.col("column") != "total"))
    found = read_years(cells)
    if said := nothing(mine, found, "disputes", word("what_disputes", lang), lang):
        return said
    items = [i for (t, i), item in form().items.items() if t == "disputes" and item.kind == "row"]
    names = [form().name("disputes", i, lang) for i in items]
    named = found.with_columns(name=pl.col("item").replace_strict(dict(zip(items, names, strict=True))))
    columns = [c for t, c in form().columns if t == "disputes" and c != "total"]
    panels = []
    for k, column in enumerate(columns):
        part = named.filter(pl.col("column") == column)
        panel = bars(part, names, lang, heading=form().name("disputes", column, lang), width=72)
        if k:
            for layer in panel["layer"]:
                layer["encoding"]["y"] = layer["encoding"]["y"] | {"axis": None}
        panels.append(panel)
    side: Spec = {"hconcat": panels, "spacing": 58, "resolve": {"scale": {"x": "shared", "y": "shared"}}}
    note = source(mine, "disputes", found, lang)
    words = in_words(named.with_columns(name=pl.col("name") + " " + pl.col("column")), lang)
    latest = mine.filter((pl.col("table") == "disputes") & (pl.col("year") == found["year"].max()))
    title = titles.disputes_title(latest.select("year", "item", "column", "value").to_dicts(), lang)
    return framed([side], title, word("chart_disputes_sub", lang), note, words)


_PANELS_OF_PROACTIVE = {
    "documents": ("made", "disclosed", "disclosed_total", "issued", "repealed", "in_force"),
    "decisions": ("decisions",),
    "items": ("items_last_year", "items_change", "projects"),
    "amounts": ("amount",),
}


def proactive(facts: pl.DataFrame, reports: pl.DataFrame, lang: str = "zh") -> Figure:
    """The figures of table two in four panels, each on a scale of its own: documents, decisions, items, amounts.

    Amounts of an unknown unit are not drawn beside amounts in 万元; the caption says so.
    """
    mine = counted(facts, reports)
    found = read_years(mine.filter(pl.col("table") == "proactive"))
    if said := nothing(mine, found, "proactive", word("what_proactive", lang), lang):
        return said
    known = found.filter(pl.col("unit") != "unknown")
    named = known.with_columns(
        name=pl.struct("item", "column").map_elements(
            lambda cell: form().cell_name("proactive", cell["item"], cell["column"], lang), return_dtype=pl.String
        )
    )
    panels, zero = [], []
    for panel, columns in _PANELS_OF_PROACTIVE.items():
        part = named.filter(pl.col("column").is_in(list(columns)))
        shown = part.filter(((pl.col("value") != 0) | pl.col("value").is_null()).any().over("name"))
        zero += [n for n in dict.fromkeys(part["name"]) if n not in set(shown["name"])]
        if shown.height:
            heading = word(f"panel_{panel}", lang)
            panels.append(bars(shown, list(dict.fromkeys(shown["name"])), lang, heading=heading))
    note = word("chart_zero_named", lang, names=listed(zero, lang)) if zero else ""
    note += word("chart_unit_unknown", lang) if known.height < found.height else ""
    note += source(mine, "proactive", known, lang)
    latest = found.filter((pl.col("year") == found["year"].max()) & (pl.col("column") == "decisions"))
    decisions: dict[str, float | None] = dict.fromkeys(("licensing", "penalty", "coercion"))
    decisions |= {item: value for item, value in latest.select("item", "value").rows() if item in decisions}
    title = titles.proactive_title(years_of(found)[-1], decisions, lang)
    return framed(panels, title, word("chart_proactive_sub", lang), note, in_words(named, lang))
