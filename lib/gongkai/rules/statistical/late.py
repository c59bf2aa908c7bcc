"""Reports of one place that were nearly all published in the last days before the deadline (A-08)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl

from gongkai.measures import FEWEST
from gongkai.rules.coverage import due_on, publications
from gongkai.rules.declared import Rule, rules
from gongkai.rules.statistical.common import Row, judged, rows
from gongkai.stats import wilson
from gongkai.words import percent

_SCHEMA = {"report_id": pl.String, "place": pl.String, "year": pl.Int64, "late": pl.Boolean, "due": pl.String}


def _dated(frames: dict[str, pl.DataFrame], due: Rule, days: int) -> pl.DataFrame:
    """The reports below one body, or of one region, with a sure date and a sure deadline; late: in its last days."""
    found: list[tuple[Any, ...]] = []
    for row, published, local in publications(frames):
        place = row["parent"] or row["region"]
        limits = due_on(due, row, local) if row["year"] is not None else None
        if place is None or limits is None or limits[0] != limits[1]:
            continue
        if published is None or published.year != row["year"] + 1:
            continue
        late = limits[1] - timedelta(days=days) < published <= limits[1]
        found.append((row["report_id"], place, row["year"], late, str(limits[1])))
    return pl.DataFrame(found, schema=_SCHEMA, orient="row")


def _told(f: Row) -> Row:
    others = [r for r in f["clustered"] if r != f["report_id"]]
    figures = {"year": f["year"], "k": f["k"], "n": f["n"], "value": percent(f["value"]), "due": f["due"]}
    figures |= {"interval": f"{percent(f['low'])}–{percent(f['high'])}"}
    row = {"figures": figures, "left": f["k"], "right": f["n"], "other_report_ids": others}
    return row | {"compared": f"late={f['k']:.0f};dated={f['n']:.0f}"}


def late_verdicts(frames: dict[str, pl.DataFrame], everything: bool) -> list[Row]:
    """A-08: one verdict for each place and year, at the report of the body above or else the first of the place."""
    made: list[Row] = []
    (due,) = rules("due")
    at = {(a, y): r for r, a, y in frames["reports"].filter("primary").select("report_id", "agency_id", "year").rows()}
    for rule in rules("late"):
        dated = _dated(frames, due, rule["days"]).sort("report_id")
        low, high = wilson(pl.col("k"), pl.col("n"))
        found = dated.group_by("place", "year", maintain_order=True).agg(
            pl.col("late").sum().cast(pl.Float64).alias("k"),
            pl.len().cast(pl.Float64).alias("n"),
            pl.col("report_id").first(),
            pl.col("report_id").filter("late").alias("clustered"),
            pl.col("due").mode().sort().first(),
        )
        chief = [at.get((p, y), r) for p, y, r in found.select("place", "year", "report_id").rows()]
        found = found.with_columns(
            pl.Series("report_id", chief, dtype=pl.String),
            pl.lit("late").alias("scope"),
            *(e.alias(c) for e, c in ((pl.col("k") / pl.col("n"), "value"), (low, "low"), (high, "high"))),
        ).with_columns(judged(pl.col("low") > rule["most"], pl.col("n") >= FEWEST))
        made += rows(rule, found, everything, {}, _told)
    return made
