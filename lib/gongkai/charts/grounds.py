"""On what grounds nothing was disclosed: by law, because it is not there, by procedure; the years side by side."""

from __future__ import annotations

import polars as pl

from gongkai import measures
from gongkai.charts import titles
from gongkai.charts.sankey import COLOURS
from gongkai.charts.shared import cited, who
from gongkai.drawing import (
    FULL,
    GREY,
    Figure,
    Said,
    Spec,
    amount,
    framed,
    in_words,
    mark,
    named,
    panel,
    text_width,
    tips,
    years_of,
)
from gongkai.form import form
from gongkai.stats import wilson
from gongkai.words import number, percent, word

_COLOURS = {"statutory": COLOURS["refused"], "factual": COLOURS["unavailable"], "procedural": COLOURS["rejected"]}
# The height of a line, in pixels.
_ROW = 19
# Of more years there is room for the share of a kind alone.
_MANY = 3
_GROUNDS = {"statutory": ["refused"], "factual": ["unavailable"], "procedural": ["rejected", "other"]}


def _rows_of(facts: pl.DataFrame) -> dict[str, list[str]]:
    """The rows of each kind of ground; 其他处理 as one row unless every report has its three."""
    three = facts.group_by("report_id").agg((pl.col("item") == "other").any().alias("single"))
    split = not three["single"].any()
    found = {
        kind: measures.row_codes("applications", [g for g in groups if g != "other"])
        for kind, groups in _GROUNDS.items()
    }
    found["procedural"] += (
        [c for c in measures.row_codes("applications", ["other"]) if c != "other"] if split else ["other"]
    )
    return found


def _grounds(facts: pl.DataFrame, reports: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, list[str]]]:
    """report_id, agency, year, item, value (null where a cell is missing) of the grounds, and the rows of each kind."""
    codes = measures.row_codes("applications", [g for groups in _GROUNDS.values() for g in groups])
    here = (pl.col("table") == "applications") & (pl.col("column") == "total") & pl.col("item").is_in(codes)
    kept = measures.counted(reports).select("report_id", "agency", "year")
    cells = facts.filter(here).select("report_id", "item", "value").join(kept, on="report_id", maintain_order="left")
    rows = _rows_of(cells)
    one = [c for c in codes if c.startswith("other")] if "other" in rows["procedural"] else []
    joined = cells.with_columns(item=pl.when(pl.col("item").is_in(one)).then(pl.lit("other")).otherwise(pl.col("item")))
    return _summed(joined, ["report_id", "agency", "year", "item"]), rows


def _summed(cells: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """by, value: the sums, null where a cell is missing."""
    sums = cells.group_by(by, maintain_order=True).agg(
        pl.col("value").sum(), pl.col("value").null_count().alias("gone")
    )
    return sums.with_columns(pl.when(pl.col("gone") == 0).then(pl.col("value"))).drop("gone")


def _share(k: float, n: float) -> dict[str, float]:
    low, high = wilson(pl.lit(k), pl.lit(n))
    ends = pl.select(low.alias("low"), high.alias("high")).row(0, named=True)
    return {"k": k, "n": n, "value": k / n, **ends}


def _layout(found: pl.DataFrame, rows: dict[str, list[str]], lang: str) -> tuple[list[Spec], int]:
    """The lines of the chart from above, a heading a kind and its rows; and how many rows are 0 in every year.

    Each has kind, name, key and `values`: year → figure (null: missing; a heading has the sum of its rows).
    """
    figures = {(r["item"], r["year"]): r["value"] for r in found.iter_rows(named=True)}
    years = years_of(found)
    lines, zero = [], 0
    for kind, items in rows.items():
        known = [i for i in items if any((i, y) in figures for y in years)]
        mine = [{y: figures[i, y] for y in years if (i, y) in figures} for i in known]
        shown = [(i, v) for i, v in zip(known, mine, strict=True) if any(x != 0 for x in v.values())]
        zero += len(known) - len(shown)
        every = [[v.get(y) for v in mine] for y in years]
        sums = {
            y: sum(x for x in part if x is not None) if None not in part else None
            for y, part in zip(years, every, strict=True)
        }
        lines.append({"kind": kind, "name": word(f"chart_grounds_{kind}", lang), "key": "", "values": sums})
        lines += [{"kind": kind, "name": form().name("applications", i, lang), "key": i, "values": v} for i, v in shown]
    return lines, zero


def _cells_of(lines: list[Spec], years: list[int], room: float, lang: str) -> tuple[list[Spec], list[Spec]]:
    """The bars with their figures, and the names, at their places in pixels."""
    names, cells = [], []
    whole = {y: [line["values"][y] for line in lines if not line["key"]] for y in years}
    most = max([v or 0 for line in lines if line["key"] for v in line["values"].values()], default=0) or 1
    step = (FULL - room) / len(years)
    figures = max(text_width(number(most, lang), 11), 40.0) + 10
    y = 0.0
    for line in lines:
        y += _ROW if line["key"] else _ROW + 8
        names.append({"name": line["name"], "y": y, "weight": "normal" if line["key"] else "bold"})
        for k, year in enumerate(years):
            value, x = line["values"].get(year), room + k * step
            total = sum(whole[year]) if None not in whole[year] else None
            label = number(value, lang) if year in line["values"] else "–"
            if not line["key"] and value is not None and total:
                label = percent(value / total) if len(years) > _MANY else f"{label} · {percent(value / total)}"
            long = (value or 0) / most * (step - figures) if line["key"] else 0.0
            about = {"name": line["name"], "year": str(year), "kind": line["kind"], "label": label}
            cells.append(about | {"x": x, "x2": x + long, "y": y, "weight": "normal" if line["key"] else "bold"})
    return names, cells


def _drawing(lines: list[Spec], years: list[int], lang: str) -> Spec:
    room = max(text_width(line["name"], 12 if line["key"] else 12.6) for line in lines) + 10
    names, cells = _cells_of(lines, years, room, lang)
    high = max(n["y"] for n in names) + _ROW / 2
    heads = [{"x": room + k * (FULL - room) / len(years), "year": str(y)} for k, y in enumerate(years)]
    x = amount("x", axis=None, scale={"domain": [0, FULL], "nice": False})
    y = amount("y", axis=None, scale={"domain": [high, 0], "nice": False})
    told = tips(name=word("row", lang), year=word("year", lang), label=word("chart_figure", lang))
    colour = named("kind", scale={"domain": list(_COLOURS), "range": list(_COLOURS.values())}, legend=None)
    place: Spec = {"x": x | {"field": "x2"}, "y": y, "text": named("label"), "tooltip": told}
    bold = "datum.weight === 'bold'"
    side: Spec = {"x": {"value": 0}, "y": y, "text": named("name")}
    layers = [
        mark("bar", {"x": x, "x2": {"field": "x2"}, "y": y, "color": colour, "tooltip": told}, height=12),
        mark("text", place, align="left", dx=4, fontSize=11, fontWeight={"expr": f"{bold} ? 'bold' : 'normal'"}),
        mark("text", side, names, align="left", fontWeight={"expr": f"{bold} ? 'bold' : 'normal'"}),
        mark("text", {"x": x, "y": {"value": 2}, "text": named("year")}, heads, align="left", dx=4, color=GREY),
    ]
    return panel(layers, cells, FULL, round(high))


def refusal_grounds(facts: pl.DataFrame, reports: pl.DataFrame, lang: str = "zh") -> Figure:
    """On what grounds nothing was disclosed (件): by law, because it is not there, by procedure; years side by side.

    Of several agencies the reports with all rows known are summed; of one, what is missing is named.
    """
    table = form().tables["applications"][lang]
    cells, rows = _grounds(facts, reports)
    if cells["value"].drop_nulls().is_empty():
        return Said(word("not_read" if cells.height else "no_year", lang, table=table))
    several = cells["agency"].n_unique() > 1
    known = cells.filter(pl.col("value").is_not_null().all().over("report_id")) if several else cells
    if known.is_empty():
        return Said(word("not_read", lang, table=table))
    found = _summed(known, ["item", "year"]).sort("year", maintain_order=True)
    if found["value"].null_count() == 0 and (found["value"] == 0).all():
        years = " ".join(map(str, years_of(found)))
        return Said(word("all_zero", lang, years=years, what=word("what_not_granted", lang)))
    lines, zero = _layout(found, rows, lang)
    note = cited(["applications"], lang) + (word("chart_zero_rows", lang, n=zero) if zero else "")
    missing, left_out = found["value"].null_count(), cells["report_id"].n_unique() - known["report_id"].n_unique()
    note += word("chart_missing", lang, n=missing) if missing else ""
    note += word("chart_left_out", lang, n=left_out) if left_out else ""
    subtitle = word("chart_grounds_sub", lang, who=who(known["agency"], lang))
    words = in_words(
        found.with_columns(
            name=pl.col("item").map_elements(lambda i: form().name("applications", i, lang), return_dtype=pl.String)
        ),
        lang,
    )
    return framed([_drawing(lines, years_of(found), lang)], _title(found, rows, lang), subtitle, note, words)


def _title(found: pl.DataFrame, rows: dict[str, list[str]], lang: str) -> str:
    """The kinds of ground of the latest year of which all rows are known."""
    whole = found.filter(pl.col("value").is_not_null().all().over("year") & (pl.col("value").sum().over("year") > 0))
    if whole.is_empty():
        return word("chart_grounds_missing", lang)
    latest = whole.filter(pl.col("year") == pl.col("year").max())
    total = float(latest["value"].sum())
    sums = {kind: float(latest.filter(pl.col("item").is_in(items))["value"].sum()) for kind, items in rows.items()}
    ordered = sorted(sums, key=lambda kind: -sums[kind])
    parts = [(word(f"chart_ground_{kind}", lang), _share(sums[kind], total)) for kind in ordered]
    return titles.grounds_title(latest["year"][0], total, parts, lang)
