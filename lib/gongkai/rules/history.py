"""Figures against their own history, the change (Y-08) and the level (A-04), and the share corrected (T4-08)."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import polars as pl

from gongkai.form import form
from gongkai.measures import FEWEST
from gongkai.rules.declared import Rule, cells_of, rules
from gongkai.rules.kinds import FAIL, NOT_ASSESSABLE, PASS
from gongkai.rules.messages import figure
from gongkai.rules.statistical.common import GROUP, bodies, judged, rows
from gongkai.rules.wide import NUMBER, name
from gongkai.stats import MAD, robust, wilson
from gongkai.words import percent

Row = dict[str, Any]


def _percent(share: float | None) -> str:
    return "—" if share is None else percent(share)


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
    found: list[Row] = []
    for rule in rules("rate"):
        for item in rule["items"]:
            for f in _shares(wide, rule, item).iter_rows(named=True):
                high = not f["unsure"] and f["low"] is not None and f["low"] > rule["most"]
                verdict = NOT_ASSESSABLE if f["unsure"] else FAIL if high else PASS
                found.append(
                    {"rule": rule, "report_id": f["report_id"], "scope": item, "table": rule["table"], "item": item}
                    | {"verdict": verdict, "severity": rule["severity"], "figures": _told(f) if high else {}}
                    | {"compared": ";".join(f"{c}={figure(f[c])}" for c in ("corrected", "total", "pending"))}
                    | {"operands": _operands(rule["table"], item)}
                )
    return found


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


def _figures(facts: pl.DataFrame, following: pl.DataFrame, about: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """The cells that a rule follows over the years, a row a report and cell, with log (of 1 + value; null: no number).

    `segment` counts the mergers of the body so far; `form` is the edition for cells that do not cross it.
    """
    key = pl.concat_str("table", "item", "column", separator=".").alias("cell")
    cells = facts.with_columns(key).filter(pl.col("cell").is_in(rule["cells"]))
    mergers = pl.col("merged").cast(pl.Int64).cum_sum().over("series").alias("segment")
    single = following.sort("series", "year").with_columns(mergers).filter(pl.len().over("series", "year") == 1)
    crossing = [c for c in rule["cells"] if form().crosses(*c.split(".")) == "yes"]
    log = pl.when(pl.col("value") >= 0).then(pl.col("value").log1p()).alias("log")
    return (
        about.join(single.select("report_id", "segment", pl.col("series").alias("body")), on="report_id")
        .join(cells.select("report_id", "cell", "value", "printed", "where", log), on="report_id")
        .with_columns(pl.when(pl.col("cell").is_in(crossing)).then(pl.lit("")).otherwise("edition").alias("form"))
        .sort("body", "cell", "year")
    )


def _changes(known: pl.DataFrame) -> pl.DataFrame:
    """Y-08: `of` is the change of log from the year before; chance in both counts adds to its variance."""
    keys = ["body", "segment", "form", "cell", "year"]
    last = known.select(
        *keys[:-1], pl.col("year") + 1, pl.col("log").alias("last"), pl.col("value").alias("prior"),
        pl.col("printed").alias("prior_printed"), pl.col("where").alias("prior_where"),
        pl.col("report_id").alias("prior_id"),
    )  # fmt: skip
    found = known.join(last, on=keys, how="left", nulls_equal=True, maintain_order="left")
    return _against_earlier(
        found.with_columns((pl.col("log") - pl.col("last")).alias("of")),
        ["body", "cell"],
        1 / pl.col("last").exp() + 1 / (pl.col("last") + pl.col("usual")).exp(),
    )


def _levels(known: pl.DataFrame) -> pl.DataFrame:
    """A-04: `of` is the figure's own log; earlier ones count since the last merger."""
    found = known.with_columns(pl.col("log").alias("of"))
    return _against_earlier(found, ["body", "segment", "form", "cell"], 1 / pl.col("usual").exp())


def _against_earlier(found: pl.DataFrame, keys: list[str], noise: pl.Expr) -> pl.DataFrame:
    """Adds n (how many earlier `of`), usual (their median), away and z; z is null where these do not vary.

    To the spread of the own history comes the chance in the counts themselves: 3 after 1 is no jump.
    """
    earlier = found.filter(pl.col("of").is_not_null()).select(
        *keys, pl.col("year").alias("then"), pl.col("of").alias("was")
    )
    both = found.select("report_id", "year", *keys).join(earlier, on=keys, nulls_equal=True)
    both = both.filter(pl.col("then") < pl.col("year"))
    both = both.with_columns(pl.col("was").median().over("report_id", "cell").alias("usual"))
    history = both.group_by("report_id", "cell").agg(
        pl.len().alias("n"), pl.col("usual").first(), (pl.col("was") - pl.col("usual")).abs().median().alias("mad")
    )
    seen = found.join(history, on=["report_id", "cell"], how="left", maintain_order="left")
    seen = seen.with_columns((pl.col("of") - pl.col("usual")).alias("away"))
    spread = ((pl.col("mad") / MAD) ** 2 + noise).sqrt()
    return seen.with_columns(pl.when(pl.col("mad") > 0).then(pl.col("away") / spread).alias("z"))


def _beside_peers(found: pl.DataFrame) -> pl.DataFrame:
    """Adds peers and peers_z: the robust z of `away` among those of the cell and year; null where these are too few."""
    seen = robust(found, "away", [*GROUP, "cell"])
    known = pl.col("kind").is_not_null() & pl.col("level").is_not_null() & (pl.col("peers") >= FEWEST)
    z = (pl.col("away") - pl.col("middle")) / pl.col("spread")
    return seen.with_columns(pl.when(known & (pl.col("spread") > 0)).then(z).alias("peers_z"))


def _stands_out(most: float, least: float) -> pl.Expr:
    """Far from the own history, by the declared factor at least, and far from the peers in the same direction."""
    z, peers, away = (pl.col(c) for c in ("z", "peers_z", "away"))
    beside = peers.is_null() | (peers.abs() > most) & (peers * away > 0)
    return (z.abs() > most) & (away.abs() >= math.log(least)) & beside


def _peers_told(f: Row) -> Row:
    """What is said of the peers, in a sentence of its own."""
    if f["peers_z"] is None:
        return {"peers_zh": "没有足够的同级同类机关可以对照。", "peers_en": " There are too few peers to compare with."}
    others, z = f["peers"] - 1, f"{f['peers_z']:.1f}"
    return {
        "peers_zh": f"同级同类的其他 {others} 个机关当年没有这样变动（偏离其中位数 {z} 个稳健标准差）。",
        "peers_en": f" Its {others} peers did not move so in the year ({z} robust deviations from their median).",
    }


def _earlier_cells(f: Row, known: pl.DataFrame) -> pl.DataFrame:
    """The earlier figures that A-04 compares with."""
    same = [pl.col(c).eq_missing(pl.lit(f[c])) for c in ("body", "segment", "form", "cell")]
    return known.filter(*same, pl.col("year") < f["year"], pl.col("log").is_not_null())


def _evidence(f: Row, last: list[tuple[str, str | None, str]]) -> Row:
    """The cells: this year's, and the earlier ones with their report, as (report, printed, where)."""
    cells = [{"cell": f["cell"], "side": "left", "printed": f["printed"], "where": f["where"]}]
    cells += [{"cell": f["cell"], "side": "right", "printed": p, "where": f"{r}: {w}"} for r, p, w in last]
    row = {"cells": cells, "where": [c["where"] for c in cells], "other_report_ids": [r for r, _, _ in last]}
    return row | {"left": f["value"]}


def _jump(rule: Rule, f: Row) -> Row:
    figures = {"n": f["n"], "z": f"{f['z']:.1f}", "most": rule["most"], "prior_year": f["year"] - 1} | _peers_told(f)
    row = _evidence(f, [(f["prior_id"], f["prior_printed"], f["prior_where"])])
    return row | {"right": f["prior"], "figures": figures}


def _level(rule: Rule, known: pl.DataFrame, f: Row) -> Row:
    mine = _earlier_cells(f, known)
    shown = [f"{y}: {figure(v)}" for y, v in mine.select("year", "value").rows()]
    figures = {
        "n": f["n"],
        "z": f"{f['z']:.1f}",
        "most": rule["most"],
        "usual": figure(round(math.expm1(f["usual"]), 1)),
    }
    figures |= {"shown_zh": "、".join(shown), "shown_en": ", ".join(shown)} | _peers_told(f)
    row = _evidence(f, mine.select("report_id", "printed", "where").rows())
    return row | {"figures": figures, "compared": f"{f['cell']}={figure(f['value'])}"}


def _fold_levels(found: list[Row]) -> None:
    """A figure that jumped (Y-08) is far from the years before it too: A-04 would say it a second time."""
    jumps = {
        (r["report_id"], r["scope"]): r for r in found if r["rule"]["looks_at"] == "change" and r["verdict"] == FAIL
    }
    for r in found:
        above = jumps.get((r["report_id"], r["scope"]))
        if above and r["rule"]["looks_at"] == "level" and r["verdict"] == FAIL:
            r["folded_under"] = f"{above['rule']['id']}|{above['report_id']}|{above['scope']}"


def history_verdicts(
    facts: pl.DataFrame, reports: pl.DataFrame, following: pl.DataFrame, everything: bool
) -> list[Row]:
    """Y-08 and A-04: a yearly change of log(1+x), or log(1+x) itself, far from the body's own earlier ones.

    `following`: report_id, series, year, merged. Changes are taken between reports of consecutive years that may be
    compared; one over a merger is none of the body's own. Four or five earlier years often vary little by chance, and
    then one in nine figures is more than 4 deviations away: hence the declared factor `least`, and the peers.
    """
    found: list[Row] = []
    about = bodies(reports)
    for rule in rules("history"):
        known = _figures(facts, following, about, rule)
        change = rule["looks_at"] == "change"
        seen = _beside_peers(_changes(known) if change else _levels(known))
        able = pl.col("z").is_not_null() & (pl.col("n") >= rule["fewest"])
        seen = seen.with_columns(judged(_stands_out(rule["most"], rule["least"]), able), pl.col("cell").alias("scope"))
        told = partial(_jump, rule) if change else partial(_level, rule, known)
        places = {c: dict(zip(("table", "item", "column"), c.split("."), strict=True)) for c in rule["cells"]}
        found += rows(rule, seen, everything, places, told)
    _fold_levels(found)
    return found
