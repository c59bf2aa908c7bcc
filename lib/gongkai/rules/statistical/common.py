"""What the statistical rules share: the reports that count with their peer group, sums of cells, and rows of findings.

A blank, unreadable or absent cell makes a sum null, and what rests on it is not assessable: never 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import polars as pl

from gongkai.agencies import agency_of
from gongkai.measures import FEWEST, counted, peer_group, row_codes
from gongkai.rules.declared import Rule, severity
from gongkai.rules.kinds import FAIL, NOT_ASSESSABLE, PASS
from gongkai.rules.wide import Key
from gongkai.stats import discoveries

Row = dict[str, Any]
Operands = tuple[tuple[str, str, tuple[Key, ...]], ...]
Told = Callable[[Row], Row]

GROUP = peer_group()
# Of what is called outlying in a group of peers, at most this share by chance (Benjamini and Hochberg).
FALSE = 0.05


def bodies(reports: pl.DataFrame) -> pl.DataFrame:
    """The reports that count: report_id, series (one name a body), kind, level, year, edition, region, parent."""
    about = ("report_id", "agency_id", "kind", "level", "year", "edition", "region", "parent")
    return counted(reports).with_columns(series=agency_of()).select("series", *about)


def groups_of_peers(reports: pl.DataFrame) -> bool:
    """Whether any kind, level and year has enough reports for a comparison; if none, nothing need be computed."""
    kept = counted(reports).filter(pl.col("kind").is_not_null() & pl.col("level").is_not_null())
    return not kept.group_by(GROUP).len().filter(pl.col("len") >= FEWEST).is_empty()


def keys_of(table: str, item: str, column: str) -> tuple[Key, ...]:
    """The cells of an item, which may be a group or （六） in either shape."""
    return tuple((table, row, column) for row in row_codes(table, [item]))


def cell(text: str) -> tuple[Key, ...]:
    """The cells that `table.item.column` names."""
    table, item, column = text.split(".")
    return keys_of(table, item, column)


def sums(facts: pl.DataFrame, wanted: dict[str, tuple[Key, ...]]) -> pl.DataFrame:
    """report_id and the sum of each name's cells: null where one is no number, or the form has none of them."""
    named = [(name, *key) for name, keys in wanted.items() for key in keys]
    cells = pl.DataFrame(named, schema=["name", "table", "item", "column"], orient="row")
    value = pl.when(pl.col("value").null_count() == 0).then(pl.col("value").sum()).alias("value")
    long = facts.join(cells, on=["table", "item", "column"]).group_by("report_id", "name").agg(value)
    return long.pivot(on="name", on_columns=list(wanted), index="report_id", values="value")


def adjusted(tested: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Adds q: the p of the rows adjusted over each group of `by`; null where p is."""
    parts = []
    for _, group in tested.group_by(by, maintain_order=True):
        p = group["p"].to_numpy().astype(float)
        q = np.full(len(p), np.nan)
        some = ~np.isnan(p)
        q[some] = discoveries(p[some])
        parts.append(group.with_columns(pl.Series("q", q).fill_nan(None)))
    return pl.concat(parts) if parts else tested.with_columns(pl.lit(None, dtype=pl.Float64).alias("q"))


def judged(fails: pl.Expr, known: pl.Expr) -> pl.Expr:
    """not_assessable unless `known`; then fail or pass."""
    verdict = pl.when(~known.fill_null(False)).then(pl.lit(NOT_ASSESSABLE)).when(fails.fill_null(False))
    return verdict.then(pl.lit(FAIL)).otherwise(pl.lit(PASS)).alias("verdict")


def rows(rule: Rule, found: pl.DataFrame, everything: bool, about: Mapping[str, Row], told: Told) -> list[Row]:
    """The verdicts of a frame with report_id, scope, verdict: `about` its scopes, and `told` of a row that fails.

    Without `everything` only those that fail.
    """
    kept = found if everything else found.filter(pl.col("verdict") == FAIL)
    base: Row = {"rule": rule, "severity": severity(rule), "table": None}
    return [
        base
        | {"report_id": f["report_id"], "scope": f["scope"], "verdict": f["verdict"]}
        | about.get(f["scope"], {})
        | (told(f) if f["verdict"] == FAIL else {})
        for f in kept.iter_rows(named=True)
    ]


def place(operands: Operands) -> Row:
    """Table and row of what is judged, and its cells, which a finding shows with their places."""
    keys = operands[0][2]
    item = keys[0][1] if len(keys) == 1 else None
    return {"table": keys[0][0], "item": item, "operands": operands}


def saying(rule: Rule, which: str) -> Rule:
    """The rule with the messages of one of its scopes, where it declares such: `<which>_zh` and `<which>_en`."""
    said = {f"message_{lang}": rule.get(f"{which}_{lang}", rule[f"message_{lang}"]) for lang in ("zh", "en")}
    empty = {f"not_assessable_{lang}": rule.get(f"{which}_not_assessable_{lang}") for lang in ("zh", "en")}
    return rule | said | {k: v for k, v in empty.items() if v}
