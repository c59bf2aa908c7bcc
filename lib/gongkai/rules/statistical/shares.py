"""Shares beside those of the peers (A-01, part of A-05 and T3-11), and shares and figures against a declared limit."""

from __future__ import annotations

from functools import partial

import polars as pl

from gongkai.measures import Rate, compare, rate, rates
from gongkai.rules.declared import Rule, rules
from gongkai.rules.statistical.common import (
    FALSE,
    GROUP,
    Operands,
    Row,
    adjusted,
    cell,
    judged,
    keys_of,
    place,
    rows,
    saying,
    sums,
)
from gongkai.stats import wilson
from gongkai.words import chance, percent


def _operands(known: Rate) -> Operands:
    """The cells of a share. They are shown, not added up: what stands below the line may be subtracted."""
    sides = (("above", "left", known.k), ("below", "right", known.n))
    return tuple(
        (name, side, tuple(k for _, t, i, c in terms for k in keys_of(t, i, c))) for name, side, terms in sides
    )


def _told(rule: Rule, f: Row) -> Row:
    """A share with its interval beside its peers."""
    known, warns = rate(f["rate"]), f["beyond"] == "99.8" and "beyond_severity" in rule
    names = {f"{what}_{lang}": of[lang] for what, of in (("k", known.k_name), ("n", known.n_name)) for lang in of}
    figures = names | {f"share_{lang}": known.name(lang) for lang in ("zh", "en")} | {"k": f["k"], "n": f["n"]}
    figures |= {"value": percent(f["value"]), "interval": f"{percent(f['low'])}–{percent(f['high'])}"}
    figures |= {"expected": percent(f["expected"]), "others": f["peers"] - 1, "year": f["year"]}
    figures |= {"line": f["beyond"] or "95", "z": f"{f['z']:.1f}", "q": chance(f["q"])}
    row = {"figures": figures, "left": f["k"], "right": f["n"]}
    return row | ({"severity": rule["beyond_severity"]} if warns else {})


def _beside_peers(found: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """The rule's shares as `measures.compare` has them, with q over all of them in a group of peers, and verdict."""
    seen = compare(found.filter(pl.col("rate").is_in(rule["rates"]) & (pl.col("status") != "not in form")))
    tested = adjusted(seen, GROUP) if seen["p"].count() else seen
    high = pl.col("z") > 0 if rule.get("only") == "high" else pl.lit(True)
    fails = (pl.col("q") <= FALSE) & high
    return tested.with_columns(judged(fails, pl.col("q").is_not_null()), pl.col("rate").alias("scope"))


def funnel_verdicts(facts: pl.DataFrame, reports: pl.DataFrame, everything: bool) -> list[Row]:
    """A share far from those of its peers: outside of the funnel, at a false discovery rate of 5 %."""
    made: list[Row] = []
    wanted = [rule for rule in rules() if "rates" in rule]
    found = rates(facts, reports, [code for rule in wanted for code in rule["rates"]])
    for rule in wanted:
        about = {code: place(_operands(rate(code))) for code in rule["rates"]}
        made += rows(rule, _beside_peers(found, rule), everything, about, partial(_told, rule))
    return made


def limit_verdicts(facts: pl.DataFrame, reports: pl.DataFrame, everything: bool) -> list[Row]:
    """Shares of one report against a limit that the rule declares: `fails` and `na` are conditions on its two sides."""
    counting = reports.filter("primary").select("report_id")
    made: list[Row] = []
    for rule in (r for r in rules() if "fails" in r):
        (above, k_cells), (below, n_cells) = rule["limited"].items()
        wanted = {above: tuple(k for c in k_cells for k in cell(c)), below: tuple(k for c in n_cells for k in cell(c))}
        k, n = pl.col(above), pl.col(below)
        low, high = wilson(k, n)
        # Figures that are not all there, or contradict each other, say nothing of a share.
        known = k.is_not_null() & n.is_not_null() & (k >= 0) & (k <= n) & ~pl.sql_expr(rule.get("na", "FALSE"))
        found = counting.join(sums(facts, wanted), on="report_id", how="inner").with_columns(
            judged(pl.sql_expr(rule["fails"]), known),
            pl.lit(rule["scope"]).alias("scope"),
            *(e.alias(name) for e, name in ((k, "k"), (n, "n"), (k / n, "value"), (low, "low"), (high, "high"))),
        )
        operands: Operands = ((above, "left", wanted[above]), (below, "right", wanted[below]))
        made += rows(saying(rule, "limit"), found, everything, {rule["scope"]: place(operands)}, _limited)
    return made


def _limited(f: Row) -> Row:
    """A share that is over the limit, with its interval."""
    interval = f"{percent(f['low'])}–{percent(f['high'])}"
    return {"figures": {"value": percent(f["value"]), "interval": interval}, "left": f["k"], "right": f["n"]}
