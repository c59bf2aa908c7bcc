"""Figures against their own history (Y-08) and shares with their uncertainty (T4-08)."""

from __future__ import annotations

from statistics import NormalDist, median
from typing import Any

import polars as pl

from gongkai.form import form
from gongkai.rules.declared import Rule, cells_of, rules
from gongkai.rules.kinds import FAIL, NOT_ASSESSABLE, PASS
from gongkai.rules.messages import figure
from gongkai.rules.wide import NUMBER, name
from gongkai.stats import wilson

Row = dict[str, Any]

# The median absolute deviation of a normal distribution is this many standard deviations.
_MAD = NormalDist().inv_cdf(0.75)


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{100 * share:.1f}%"


def _shares(wide: pl.DataFrame, rule: Rule, item: str) -> pl.DataFrame:
    """report_id, corrected, total, concluded, unsure and the intervals of both shares."""
    table = rule["table"]
    rows = form().descendants(table, item) or [item]
    keys = {c: [(table, row, c) for row in rows] for c in ("corrected", "total", "pending")}
    every = [k for ks in keys.values() for k in ks]
    sums = {c: pl.sum_horizontal([pl.col(name(k)) for k in ks]).alias(c) for c, ks in keys.items()}
    # A share of figures that are not all there, or contradict each other, would be made up.
    unread = pl.any_horizontal([(pl.col(f"{name(k)}#") != NUMBER).fill_null(True) for k in every])
    found = wide.select("report_id", unread.alias("unread"), *sums.values()).with_columns(
        (pl.col("total") - pl.col("pending")).alias("concluded")
    )
    low, high = wilson(pl.col("corrected"), pl.col("total"))
    low_concluded, high_concluded = wilson(pl.col("corrected"), pl.col("concluded"))
    impossible = (pl.col("corrected") > pl.col("concluded")) | (pl.min_horizontal(*sums) < 0)
    return found.with_columns(
        (pl.col("unread") | impossible).alias("unsure"),
        low.alias("low"),
        high.alias("high"),
        low_concluded.alias("low_concluded"),
        high_concluded.alias("high_concluded"),
    )


def rate_verdicts(wide: pl.DataFrame) -> list[Row]:
    """T4-08: an alarm where even the lower bound of the share corrected is above the declared one."""
    rows: list[Row] = []
    for rule in rules("rate"):
        for item in rule["items"]:
            for f in _shares(wide, rule, item).iter_rows(named=True):
                high = not f["unsure"] and f["low"] is not None and f["low"] > rule["most"]
                verdict = NOT_ASSESSABLE if f["unsure"] else FAIL if high else PASS
                rows.append(
                    {"rule": rule, "report_id": f["report_id"], "scope": item, "table": rule["table"], "item": item}
                    | {"verdict": verdict, "severity": rule["severity"], "figures": _told(f) if high else {}}
                    | {"compared": ";".join(f"{c}={figure(f[c])}" for c in ("corrected", "total", "pending"))}
                    | {"operands": _operands(rule["table"], item)}
                )
    return rows


def _told(f: Row) -> Row:
    """The shares and their intervals as they are printed."""
    return {c: f[c] for c in ("corrected", "total", "concluded")} | {
        "share": _percent(f["corrected"] / f["total"]),
        "share_concluded": _percent(f["corrected"] / f["concluded"] if f["concluded"] else None),
        "interval": f"{_percent(f['low'])}–{_percent(f['high'])}",
        "interval_concluded": f"{_percent(f['low_concluded'])}–{_percent(f['high_concluded'])}",
    }


def _operands(table: str, item: str) -> tuple[tuple[str, str, tuple[tuple[str, str, str], ...]], ...]:
    sides = {"corrected": "left", "total": "right", "pending": ""}
    return tuple((c, side, tuple(cells_of(table, item, c, "column"))) for c, side in sides.items())


def deviation(changes: list[float], change: float) -> float | None:
    """Robust z of `change` against earlier ones (median, median absolute deviation); None where these do not vary."""
    middle = median(changes)
    spread = median(abs(c - middle) for c in changes)
    return None if spread == 0 else _MAD * (change - middle) / spread


def _logs(facts: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """report_id, cell, value, log(1+value) and place of the cells that a rule follows over the years."""
    key = pl.concat_str("table", "item", "column", separator=".")
    mine = facts.filter(key.is_in(rule["cells"]) & (pl.col("value") >= 0))
    return mine.select(
        "report_id", "edition", key.alias("cell"), "value", "where", "printed", pl.col("value").log1p().alias("log")
    )


def _crosses(cell: str) -> bool:
    table, item, column = cell.split(".")
    return form().crosses(table, item, column) == "yes"


def history_verdicts(facts: pl.DataFrame, following: pl.DataFrame) -> list[Row]:
    """Y-08: a yearly change of log(1+x) far from the body's own earlier ones.

    `following`: report_id, series, year, prior_id, merged. Changes are taken between reports of consecutive years that
    may be compared; one over a merger is none of the body's own.
    """
    rows: list[Row] = []
    for rule in rules("history"):
        at = {(f["report_id"], f["cell"]): f for f in _logs(facts, rule).iter_rows(named=True)}
        for (series,), mine in following.sort("year").group_by("series", maintain_order=True):
            for cell in rule["cells"]:
                changes: list[float] = []
                for p in mine.iter_rows(named=True):
                    now, last = at.get((p["report_id"], cell)), at.get((p["prior_id"], cell))
                    if now is None:
                        continue
                    same = last is not None and (_crosses(cell) or now["edition"] == last["edition"])
                    change = now["log"] - last["log"] if last and same and not p["merged"] else None
                    rows.append(_jump(rule, p, cell, changes, change, now, last))
                    changes += [] if change is None else [change]
            del series
    return rows


def _jump(rule: Rule, p: Row, cell: str, changes: list[float], change: float | None, now: Row, last: Row | None) -> Row:
    """The verdict on one figure of one year."""
    table, item, column = cell.split(".")
    row: Row = {"rule": rule, "report_id": p["report_id"], "scope": cell, "table": table, "item": item}
    row |= {"column": column, "severity": rule["severity"], "verdict": NOT_ASSESSABLE}
    z = deviation(changes, change) if change is not None and len(changes) >= rule["fewest"] else None
    if z is None or last is None:
        return row
    figures = {"n": len(changes), "z": f"{z:.1f}", "most": rule["most"], "prior_year": p["year"] - 1}
    places = [now["where"], f"{p['prior_id']}: {last['where']}"]
    cells = [
        {"cell": cell, "side": side, "printed": f["printed"], "where": where}
        for f, side, where in zip((now, last), ("left", "right"), places, strict=True)
    ]
    row |= {"verdict": FAIL if abs(z) > rule["most"] else PASS, "left": now["value"], "right": last["value"]}
    return row | {"figures": figures, "where": places, "cells": cells, "other_report_ids": [p["prior_id"]]}
