"""What charts share: which reports they count, where figures come from, the axis of years and the change of edition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from gongkai import measures
from gongkai.agencies import agency_of
from gongkai.drawing import GREY, Said, Spec, amount, listed, mark, named, years_of
from gongkai.form import form
from gongkai.words import number, word

# More agencies than this get one shared panel instead of a panel each.
PANELS = 24


def counted(facts: pl.DataFrame, reports: pl.DataFrame) -> pl.DataFrame:
    """The facts of the versions that count, of reports whose year is known."""
    kept = reports.filter(pl.col("primary") & pl.col("year").is_not_null())
    return facts.filter(pl.col("report_id").is_in(kept["report_id"].implode()))


def counted_reports(reports: pl.DataFrame) -> pl.DataFrame:
    """Agency (its latest name), year, edition, report_id of the reports that count."""
    return measures.counted(reports).with_columns(agency=agency_of()).select("agency", "year", "edition", "report_id")


def cited(tables: Iterable[str], lang: str) -> str:
    """The sentence that names the tables of the form behind a chart, in the order of the form."""
    found = set(tables)
    return word("chart_source", lang, table=listed([form().tables[t][lang] for t in form().tables if t in found], lang))


def cited_shares(codes: Iterable[str], lang: str) -> str:
    """The sentence that names the tables whose cells the shares rest on."""
    known = [measures.rate(code) for code in codes]
    return cited({table for r in known for _, table, _, _ in (*r.k, *r.n)}, lang)


def source(facts: pl.DataFrame, table: str, found: pl.DataFrame, lang: str) -> str:
    """Where the figures come from, and what is left out of the chart."""
    text = cited([table], lang)
    unread = sorted(set(facts.filter(pl.col("table") == table)["year"]) - set(found["year"]))
    if unread:
        text += word("chart_years_unread", lang, years=", ".join(map(str, unread)))
    missing = found["value"].null_count()
    return text + (word("chart_missing", lang, n=missing) if missing else "")


def nothing(facts: pl.DataFrame, found: pl.DataFrame, table: str, what: str, lang: str) -> Said | None:
    """The sentence to say where no cell was read or every figure is 0; else None."""
    name, years = form().tables[table][lang], years_of(facts)
    if found["value"].drop_nulls().is_empty():
        return Said(word("not_read", lang, table=name) if years else word("no_year", lang, table=name))
    if found["value"].null_count() == 0 and (found["value"] == 0).all():
        return Said(word("all_zero", lang, years=listed(years_of(found), lang), what=what))
    return None


def read_years(found: pl.DataFrame) -> pl.DataFrame:
    return found.filter(pl.col("value").is_not_null().any().over("year")) if found.height else found


def who(agencies: Iterable[str], lang: str) -> str:
    """The one agency by name, or how many they are."""
    names = sorted(set(agencies))
    return names[0] if len(names) == 1 else word("chart_agencies", lang, n=number(len(names), lang))


def span(years: Iterable[int]) -> list[int]:
    """Every year from the first to the last."""
    known = sorted(set(years))
    return list(range(known[0], known[-1] + 1))


def year_axis(years: Iterable[int], labels: bool = True) -> Spec:
    """Years as places on a line, a step each."""
    values = span(years)
    scale = {"domain": [values[0] - 0.5, values[-1] + 0.5], "nice": False, "zero": False}
    axis = {"values": values, "format": "d", "grid": False, "labelOverlap": True} if labels else None
    return amount("year", scale=scale, axis=axis)


def edition_change(years: Iterable[int], lang: str, axis: Spec, label: bool = True, above: bool = False) -> list[Spec]:
    """A dashed line where the edition of the form changes, if the years lie on both sides; its name in or above it."""
    known = sorted(set(years))
    change = min(int(e.first_year) for e in form().editions.values() if e.edition != min(form().editions)) - 0.5
    if not known[0] < change < known[-1]:
        return []
    rows, x = [{"year": change, "label": word("break_label", lang)}], {"x": axis}
    rule = mark("rule", x, rows, strokeDash=[4, 4], color=GREY)
    look: Spec = {"align": "left", "dx": 4, "color": GREY, "fontSize": 11, "baseline": "bottom" if above else "top"}
    return [rule, *([mark("text", {**x, "y": {"value": -4}, "text": named("label")}, rows, **look)] if label else [])]


def spread(places: Sequence[float], apart: float, last: float) -> list[float]:
    """Places in ascending order moved as little as needed to lie `apart`, none beyond `last`."""
    found: list[float] = []
    for place in places:
        found.append(max(place, found[-1] + apart) if found else place)
    limit = last
    for k in reversed(range(len(found))):
        found[k] = min(found[k], limit)
        limit = found[k] - apart
    return found
