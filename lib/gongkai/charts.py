"""Charts of one agency and of many: frame → Altair chart, or a sentence where there is nothing to draw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import altair as alt
import polars as pl

from gongkai import measures
from gongkai.drawing import (
    GREY,
    WIDTH,
    Figure,
    Said,
    bars,
    framed,
    in_words,
    panel_title,
    plot,
    render,
    years_of,
)
from gongkai.form import form
from gongkai.words import number, word

__all__ = ["applicants", "by_year", "disputes", "outcomes", "proactive", "reasons", "render"]

# More agencies than this get one shared panel instead of a panel each.
_PANELS = 24

Panel = alt.LayerChart | alt.FacetChart


def _source(facts: pl.DataFrame, table: str, found: pl.DataFrame, lang: str) -> str:
    """Where the figures come from, and what is left out of the chart."""
    text = word("chart_source", lang, table=form().tables[table][lang])
    unread = sorted(set(facts.filter(pl.col("table") == table)["year"]) - set(found["year"]))
    if unread:
        text += word("chart_years_unread", lang, years=", ".join(map(str, unread)))
    missing = found["value"].null_count()
    return text + (word("chart_missing", lang, n=missing) if missing else "")


def _listed(years: Iterable[int], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(map(str, years))


def _years_title(key: str, years: Iterable[int], lang: str) -> str:
    return word(key, lang, years=_listed(years, lang))


def _counted(facts: pl.DataFrame, reports: pl.DataFrame) -> pl.DataFrame:
    """The facts of the versions that count, of reports whose year is known."""
    kept = reports.filter(pl.col("primary") & pl.col("year").is_not_null())
    return facts.filter(pl.col("report_id").is_in(kept["report_id"].implode()))


def _nothing(facts: pl.DataFrame, found: pl.DataFrame, table: str, what: str, lang: str) -> Said | None:
    """The sentence to say where no cell was read or every figure is 0; else None."""
    name, years = form().tables[table][lang], years_of(facts)
    if found["value"].drop_nulls().is_empty():
        return Said(word("not_read", lang, table=name) if years else word("no_year", lang, table=name))
    if found["value"].null_count() == 0 and (found["value"] == 0).all():
        return Said(word("all_zero", lang, years=_listed(years_of(found), lang), what=what))
    return None


def _cells(facts: pl.DataFrame, table: str, item: str, columns: Sequence[str], lang: str) -> pl.DataFrame:
    """year, name (of the column), value of one row of a table, for the years where any cell was read."""
    cells = facts.filter(
        (pl.col("table") == table) & (pl.col("item") == item) & pl.col("column").is_in(list(columns))
    ).with_columns(name=pl.col("column").replace_strict({c: form().name(table, c, lang) for c in columns}))
    return _read_years(cells.select("year", "name", "value"))


def _read_years(found: pl.DataFrame) -> pl.DataFrame:
    return found.filter(pl.col("value").is_not_null().any().over("year")) if found.height else found


def applicants(facts: pl.DataFrame, reports: pl.DataFrame, lang: str = "zh") -> Figure:
    """Who asked: requests received this year by kind of applicant (件), years side by side."""
    mine = _counted(facts, reports)
    columns = [c for t, c in form().columns if t == "applications" and c != "total"]
    found = _cells(mine, "applications", "new", columns, lang)
    if said := _nothing(mine, found, "applications", word("what_received", lang), lang):
        return said
    names = [form().name("applications", c, lang) for c in columns]
    title = _years_title("chart_applicants", years_of(found), lang)
    panel = bars(found, names, lang)
    note = _source(mine, "applications", found, lang)
    return framed([panel], title, word("chart_applicants_sub", lang), note, in_words(found, lang))


def _totals(facts: pl.DataFrame, items: Sequence[str], lang: str) -> pl.DataFrame:
    years = facts.select("report_id", "year").unique(maintain_order=True)
    frames = [
        measures.totals(facts, "applications", [item], ["total"])
        .join(years, on="report_id", maintain_order="left")
        .sort("year", maintain_order=True)
        .select("year", pl.lit(form().name("applications", item, lang)).alias("name"), "value")
        for item in items
    ]
    return _read_years(pl.concat(frames))


def outcomes(facts: pl.DataFrame, reports: pl.DataFrame, lang: str = "zh") -> Figure:
    """What became of the requests: the six groups of outcomes (件), years side by side."""
    mine = _counted(facts, reports)
    found = _totals(mine, measures.OUTCOMES, lang)
    if said := _nothing(mine, found, "applications", word("what_processed", lang), lang):
        return said
    names = [form().name("applications", item, lang) for item in measures.OUTCOMES]
    title = _years_title("chart_outcomes", years_of(found), lang)
    note = _source(mine, "applications", found, lang)
    return framed([bars(found, names, lang)], title, word("chart_outcomes_sub", lang), note, in_words(found, lang))


def reasons(facts: pl.DataFrame, reports: pl.DataFrame, lang: str = "zh") -> Figure:
    """Why requests were not granted: the single rows below refused, unavailable, rejected and other (件)."""
    mine = _counted(facts, reports)
    groups = {g: measures.row_codes("applications", [g]) for g in ("refused", "unavailable", "rejected", "other")}
    cells = mine.filter((pl.col("table") == "applications") & (pl.col("column") == "total"))
    found = _read_years(cells.filter(pl.col("item").is_in([i for rows in groups.values() for i in rows])))
    if said := _nothing(mine, found, "applications", word("what_not_granted", lang), lang):
        return said
    shown = found.filter(((pl.col("value") != 0) | pl.col("value").is_null()).any().over("item"))
    named = shown.with_columns(
        name=pl.col("item").replace_strict({i: form().name("applications", i, lang) for i in set(shown["item"])})
    )
    panels = []
    for group, rows in groups.items():
        part = named.filter(pl.col("item").is_in(rows))
        if part.height:
            names = [form().name("applications", i, lang) for i in rows if i in set(part["item"])]
            panels.append(bars(part, names, lang, heading=form().name("applications", group, lang)))
    title = _years_title("chart_reasons", years_of(found), lang)
    zero = found["item"].n_unique() - shown["item"].n_unique()
    note = word("chart_zero_rows", lang, n=zero) + _source(mine, "applications", found, lang)
    scaled = alt.vconcat(*panels, spacing=10).resolve_scale(x="shared")
    return framed([scaled], title, word("chart_reasons_sub", lang), note, in_words(named, lang))


def disputes(facts: pl.DataFrame, reports: pl.DataFrame, lang: str = "zh") -> Figure:
    """Reconsideration and litigation by result (件): a column of bars a result, all on one scale."""
    mine = _counted(facts, reports)
    cells = mine.filter((pl.col("table") == "disputes") & (pl.col("column") != "total"))
    found = _read_years(cells)
    if said := _nothing(mine, found, "disputes", word("what_disputes", lang), lang):
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
            panel.layer[0].encoding.y.axis = panel.layer[1].encoding.y.axis = None
        panels.append(panel)
    side = alt.hconcat(*panels, spacing=58).resolve_scale(x="shared", y="shared")
    title = _years_title("chart_disputes", years_of(found), lang)
    note = _source(mine, "disputes", found, lang)
    words = in_words(named.with_columns(name=pl.col("name") + " " + pl.col("column")), lang)
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
    mine = _counted(facts, reports)
    found = _read_years(mine.filter(pl.col("table") == "proactive"))
    if said := _nothing(mine, found, "proactive", word("what_proactive", lang), lang):
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
    joiner = "、" if lang == "zh" else ", "
    note = word("chart_zero_named", lang, names=joiner.join(zero)) if zero else ""
    note += word("chart_unit_unknown", lang) if known.height < found.height else ""
    note += _source(mine, "proactive", known, lang)
    title = _years_title("chart_proactive", years_of(found), lang)
    return framed(panels, title, word("chart_proactive_sub", lang), note, in_words(named, lang))


def _segments(found: pl.DataFrame, joins_break: bool) -> pl.DataFrame:
    """Number the runs of consecutive years with a figure; a run ends at the change of edition unless it joins."""
    step = pl.col("year") != pl.col("year").shift(1) + 1
    other = pl.col("edition") != pl.col("edition").shift(1)
    starts = step if joins_break else step | other
    drawn = found.filter(pl.col("value").is_not_null()).sort("agency", "year")
    return drawn.with_columns(run=(starts | (pl.col("agency") != pl.col("agency").shift(1))).fill_null(True).cum_sum())


def _year_axis(found: pl.DataFrame) -> alt.X:
    first, last = found["year"].min(), found["year"].max()
    values = list(range(int(str(first)), int(str(last)) + 1))
    scale = alt.Scale(domain=[values[0] - 0.4, values[-1] + 0.4], nice=False, zero=False)
    return alt.X("year:Q", title=None, scale=scale, axis=alt.Axis(values=values, format="d", grid=False))


def _break_rule(found: pl.DataFrame, label: str) -> Panel | None:
    """A dashed line where the edition of the form changes, or None if the years lie on one side."""
    change = min(int(e.first_year) for e in form().editions.values() if e.edition != min(form().editions)) - 0.5
    if not int(str(found["year"].min())) < change < int(str(found["year"].max())):
        return None
    base = plot([{"year": change, "label": label}]).encode(x="year:Q")
    rule = base.mark_rule(strokeDash=[4, 4], color=GREY)
    text = base.mark_text(align="left", dx=4, color=GREY, fontSize=11, baseline="top").encode(
        text="label:N", y=alt.value(-4)
    )
    return alt.layer(rule, text)


def _lines(found: pl.DataFrame, joins: bool, lang: str, width: int, labels: bool, axis: alt.X) -> Panel:
    rows = _segments(found, joins).select("agency", "year", "value", "run").to_dicts()
    shown = [r | {"label": number(r["value"], lang), "run": str(r["run"])} for r in rows]
    top = max([r["value"] for r in rows], default=0.0) or 1.0
    scale = alt.Scale(domain=[0, top * 1.2], nice=False)
    # Where every point carries its figure, an axis would only repeat them.
    y = alt.Y("value:Q", title=None, scale=scale, axis=None if labels else alt.Axis(tickCount=4, ticks=False))
    base = plot(shown).encode(x=axis, y=y)
    layers: list[alt.Chart] = [
        base.mark_line(color="#0072B2", strokeWidth=2).encode(detail="run:N"),
        base.mark_point(color="#0072B2", filled=True, size=55, opacity=1 if labels else 0.45),
    ]
    if labels:
        layers.append(base.mark_text(dy=-11).encode(text="label:N"))
    return alt.layer(*layers).properties(width=width, height=84 if labels else 240)


def _trend_panels(found: pl.DataFrame, joins: bool, lang: str) -> list[Panel]:
    """A panel an agency, or one panel with all where there are too many."""
    axis = _year_axis(found)
    agencies = sorted(set(found.filter(pl.col("value").is_not_null())["agency"]))
    rule = _break_rule(found, word("break_label", lang))
    if len(agencies) > _PANELS:
        panel = _lines(found, joins, lang, WIDTH, labels=False, axis=axis)
        return [alt.layer(panel, rule) if rule else panel]
    panels = []
    for agency in agencies:
        lines = _lines(found.filter(pl.col("agency") == agency), joins, lang, WIDTH, labels=True, axis=axis)
        panel = alt.layer(lines, rule) if rule else lines
        panels.append(panel.properties(title=panel_title(agency)))
        rule = _break_rule(found, "")
    return panels


def by_year(found: pl.DataFrame, code: str, lang: str = "zh") -> Figure:
    """The indicator `code` over the years, a panel an agency. `found`: what `measures.by_year` returns.

    Only consecutive years are joined, and no line crosses the change of edition unless the indicator does.
    """
    known = measures.indicator(code)
    name = known.zh if lang == "zh" else known.en
    if found["value"].drop_nulls().is_empty():
        return Said(word("no_indicator", lang, name=name))
    mark = measures.crosses(code)
    known_years = years_of(found)
    years = "–".join(str(y) for y in dict.fromkeys((known_years[0], known_years[-1])))
    title = word("chart_trend", lang, name=name, years=years)
    many = found.filter(pl.col("value").is_not_null())["agency"].n_unique() > _PANELS
    subtitle = word("chart_trend_one" if many else "chart_trend_sub", lang, unit=word(f"unit_{known.unit}", lang))
    missing, blank = found["value"].null_count(), int(found.filter(pl.col("value").is_null())["blank"].sum())
    note = word(f"crosses_{mark}", lang) + word("chart_trend_source", lang, table=form().tables[known.table][lang])
    note += word("chart_trend_missing", lang, n=missing, blank=blank) if missing else ""
    words = in_words(found.rename({"agency": "name"}), lang)
    return framed(_trend_panels(found, mark == "yes", lang), title, subtitle, note, words)
