"""Ratios of two figures beside those of the peers: T2A-11, part of A-05, and the fee amount (T2B-03 without last year).

Such figures differ between bodies by orders of magnitude, so their logarithms are compared: the distance from the
peers' median in robust standard deviations, to which the chance in the body's own counts is added.
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import polars as pl

from gongkai.form import form
from gongkai.measures import FEWEST
from gongkai.rules.declared import Rule, rules
from gongkai.rules.statistical.common import (
    FALSE,
    GROUP,
    Operands,
    Row,
    adjusted,
    bodies,
    cell,
    judged,
    place,
    rows,
    saying,
    sums,
)
from gongkai.rules.wide import Key
from gongkai.stats import robust, robust_tail
from gongkai.words import chance


def outlying(found: pl.DataFrame, both: bool) -> pl.DataFrame:
    """Adds middle, peers, z, p and q to the logarithms `x` with the variance `noise` of their own chance, by `scope`.

    p and q are null where x is, and in groups of fewer than FEWEST that have one or whose kind or level is unknown.
    `both`: also what is far below stands out.
    """
    group = [*GROUP, "scope"]
    seen = robust(found, "x", group)
    seen = seen.with_columns(
        ((pl.col("x") - pl.col("middle")) / (pl.col("spread") ** 2 + pl.col("noise")).sqrt()).alias("z")
    )
    enough = (pl.col("peers") >= FEWEST) & pl.col("kind").is_not_null() & pl.col("level").is_not_null()
    able = enough & (pl.col("spread") > 0) & pl.col("x").is_not_null()
    seen = seen.with_row_index("_row").with_columns(pl.lit(None, dtype=pl.Float64).alias("p"))
    tested = seen.filter(able)
    if tested.is_empty():
        return seen.with_columns(pl.lit(None, dtype=pl.Float64).alias("q")).drop("_row")
    z, n = tested["z"].to_numpy(), tested["peers"].to_numpy()
    p = np.minimum(1, 2 * robust_tail(np.abs(z), n)) if both else robust_tail(z, n)
    tested = adjusted(tested.with_columns(pl.Series("p", p)), GROUP)
    rest = seen.join(tested.select("_row"), on="_row", how="anti").with_columns(
        pl.lit(None, dtype=pl.Float64).alias("q")
    )
    return pl.concat([tested, rest.select(tested.columns)]).drop("_row")


def _operands(rule: Rule) -> dict[str, Operands]:
    """The cells above and below the line of each of a rule's ratios, by scope."""
    wanted = {code: ([above], [below]) for code, above, below in rule.get("ratios", ())}
    for item in rule.get("items", ()):
        above, below = ([f"proactive.{item}.{c}" for c in rule[side]] for side in ("above", "below"))
        wanted[item] = (above, below)
    return {code: (_side("left", above), _side("right", below)) for code, (above, below) in wanted.items()}


def _side(side: str, cells: list[str]) -> tuple[str, str, tuple[Key, ...]]:
    return {"left": "above", "right": "below"}[side], side, tuple(k for c in cells for k in cell(c))


def _long(facts: pl.DataFrame, about: pl.DataFrame, operands: dict[str, Operands]) -> pl.DataFrame:
    """The ratios that the reports' forms have: a row a report and scope with k and n."""
    parts = []
    for scope, sides in operands.items():
        cells = {name: side[2] for name, side in zip(("k", "n"), sides, strict=True)}
        table, item, column = cells["n"][0]
        same = (pl.col("table") == table) & (pl.col("item") == item) & (pl.col("column") == column)
        mine = sums(facts, cells).join(facts.filter(same).select("report_id"), on="report_id", how="semi")
        parts.append(about.join(mine.with_columns(pl.lit(scope).alias("scope")), on="report_id"))
    return pl.concat(parts)


def _times(ratio: float) -> str:
    """A ratio with three figures that count: 0.0081, 123, 2655."""
    digits = max(0, 2 - math.floor(math.log10(abs(ratio)))) if ratio else 0
    return f"{ratio:.{digits}f}"


def _told(operands: dict[str, Operands], f: Row) -> Row:
    figures: Row = {"k": f["k"], "n": f["n"], "ratio": _times(f["k"] / f["n"]), "usual": _times(math.exp(f["middle"]))}
    for side, (_, _, keys) in zip(("k", "n"), operands[f["scope"]], strict=True):
        figures |= {f"{side}_{lang}": form().cell_name(*keys[0], lang) for lang in ("zh", "en")}
    figures |= {"others": f["peers"] - 1, "year": f["year"], "z": f"{f['z']:.1f}", "q": chance(f["q"])}
    return {"figures": figures, "left": f["k"], "right": f["n"]}


def ratio_verdicts(facts: pl.DataFrame, reports: pl.DataFrame, everything: bool) -> list[Row]:
    """T2A-11 (decisions of one item) and the ratios of A-05."""
    made: list[Row] = []
    about = bodies(reports)
    for rule in (r for r in rules() if "least_cases" in r):
        operands = _operands(rule)
        k, n = pl.col("k"), pl.col("n")
        # Below so many cases chance alone moves a ratio; a ratio of 0 has no logarithm and is not judged.
        enough = (k >= rule["least_cases"]) & (n >= rule["least_below"])
        noise = 1 / k + (1 / n if rule["both"] else 0)
        found = _long(facts, about, operands).with_columns(
            pl.when(enough).then((k / n).log()).alias("x"), pl.when(enough).then(noise).alias("noise")
        )
        seen = outlying(found, rule["both"]).with_columns(judged(pl.col("q") <= FALSE, pl.col("q").is_not_null()))
        places = {scope: place(sides) for scope, sides in operands.items()}
        made += rows(saying(rule, "ratio"), seen, everything, places, partial(_told, operands))
    return made


def fee_verdicts(facts: pl.DataFrame, reports: pl.DataFrame, everything: bool) -> list[Row]:
    """T2B-03 beside the peers: an amount far above theirs that would be among them if it were 元 printed as 万元.

    Only the factor of ten thousand is looked for: bodies differ by a hundred times without any slip.
    """
    rule = next(r for r in rules() if r["id"] == "T2B-03")
    key = cell(rule["cells"][0])[0]
    of_rule = (pl.col("table") == key[0]) & (pl.col("item") == key[1]) & (pl.col("column") == key[2])
    amounts = facts.filter(of_rule & (pl.col("unit") != "unknown")).select("report_id", pl.col("value").alias("k"))
    about = bodies(reports).filter(pl.col("edition").is_in(rule["editions"]))
    found = about.join(amounts, on="report_id", how="inner").with_columns(
        pl.lit("peers").alias("scope"),
        pl.when(pl.col("k") > 0).then(pl.col("k").log()).alias("x"),
        pl.lit(0.0).alias("noise"),
    )
    nearer = pl.col("x") - pl.col("middle") > math.log(10_000) / 2
    seen = outlying(found, both=False).with_columns(judged((pl.col("q") <= FALSE) & nearer, pl.col("q").is_not_null()))
    operands: Operands = (("amount", "left", (key,)),)
    about_scope = {"table": key[0], "item": key[1], "column": key[2], "operands": operands}
    return rows(saying(rule, "peers"), seen, everything, {"peers": about_scope}, _fee_told)


def _fee_told(f: Row) -> Row:
    figures = {"value": f["k"], "usual": _times(math.exp(f["middle"])), "others": f["peers"] - 1, "year": f["year"]}
    figures |= {"z": f"{f['z']:.1f}", "q": chance(f["q"]), "as_yuan": _times(f["k"] / 10_000)}
    return {"figures": figures, "left": f["k"]}
