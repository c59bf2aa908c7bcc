"""The kinds of rule that compute on cells, as polars expressions over all reports at once.

An *instance* is a rule applied to one column or row of the form. For each, one expression gives the
verdict of every report: where every operand is a number, pass or fail; where some are blank, what
reading them as 0 gives (explained) or, if another filling could still make the rule hold, no verdict;
where one is unreadable or absent, not_assessable. Null: the report's form has no such cells.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import polars as pl

from gongkai.form import form
from gongkai.rules.declared import Rule, cells_of, rules, words
from gongkai.rules.wide import HARD, NUMBER, SOFT, Key, all_keys, name

PASS, EXPLAINED, NOT_ASSESSABLE, FAIL = "pass", "explained", "not_assessable", "fail"


@dataclass(frozen=True)
class Instance:
    """A rule on one scope, with its operands as cells: (operand, side, cells)."""

    rule: Rule
    scope: str
    item: str | None
    column: str | None
    operands: tuple[tuple[str, str, tuple[Key, ...]], ...]

    @property
    def keys(self) -> tuple[Key, ...]:
        return tuple(key for _, _, keys in self.operands for key in keys)


def _scopes(rule: Rule) -> list[str]:
    """The rows or columns a rule is applied to, in form order."""
    table = rule["table"]
    if rule["per"] == "column":
        return [c for t, c in form().columns if t == table]
    rows = [i.item for i in form().items.values() if i.table == table and i.kind == "row"]
    return [i for i in rows if i in rule.get("items", rows)]


def _instance(rule: Rule, scope: str) -> Instance:
    table, per = rule["table"], rule["per"]
    if rule["kind"] == "balance":
        named = [(o, "left") for o in rule["left"]] + [(o, "right") for o in rule["right"]]
    else:
        sides = {o: side for side in ("right", "left") for o in words(rule.get(side, ""))}
        named = [(o, sides.get(o, "")) for o in rule["operands"]]
    operands = tuple((o, side, tuple(cells_of(table, o, scope, per))) for o, side in named)
    item, column = (scope, None) if per == "item" else (None, scope)
    return Instance(rule, scope, item, column, operands)


@cache
def instances() -> tuple[Instance, ...]:
    """Every instance of the balance, condition and identical rules that look at one report."""
    found = []
    for rule in rules():
        if "pairs" in rule:
            continue
        if rule["kind"] in {"balance", "condition"}:
            found += [_instance(rule, scope) for scope in _scopes(rule)]
        elif rule["kind"] == "identical":
            rows = [i.item for i in form().items.values() if i.table == rule["table"] and i.kind == "row"]
            for a, b in combinations(rule["columns"], 2):
                sides = [
                    (c, side, tuple((rule["table"], r, c) for r in rows)) for c, side in ((a, "left"), (b, "right"))
                ]
                found.append(Instance(rule, f"{a}={b}", None, a, tuple(sides)))
    known = set(all_keys())
    return tuple(
        Instance(
            i.rule,
            i.scope,
            i.item,
            i.column,
            tuple((o, s, tuple(k for k in ks if k in known)) for o, s, ks in i.operands),
        )
        for i in found
    )


def _state(keys: tuple[Key, ...], state: int) -> pl.Expr:
    """Whether any of the cells has the state."""
    return pl.any_horizontal([pl.lit(False), *[(pl.col(f"{name(k)}#") == state).fill_null(False) for k in keys]])


def exists(instance: Instance) -> pl.Expr:
    """Whether the report's edition and shape have a cell of every operand, and the rule is for it."""
    has = [
        pl.any_horizontal([pl.lit(False), *[pl.col(f"{name(k)}#").is_not_null() for k in keys]])
        for _, _, keys in instance.operands
    ]
    editions = instance.rule["editions"]
    fits = pl.col("edition").is_in(editions) | pl.col("edition").is_null() & pl.lit(
        len(editions) == len(form().editions)
    )
    return pl.all_horizontal([fits, *has])


def _sum(keys: tuple[Key, ...]) -> pl.Expr:
    return pl.sum_horizontal([pl.col(name(k)) for k in keys]) if keys else pl.lit(0.0)


def _balance(instance: Instance) -> dict[str, pl.Expr]:
    sides = {s: tuple(k for _, side, keys in instance.operands if side == s for k in keys) for s in ("left", "right")}
    left, right = _sum(sides["left"]), _sum(sides["right"])
    # Counts are whole; rounding keeps a sum of printed decimals from missing by 1e-16.
    difference = (left - right).round(6)
    soft_left, soft_right = _state(sides["left"], SOFT), _state(sides["right"], SOFT)
    verdict = (
        pl.when(_state(instance.keys, HARD))
        .then(pl.lit(NOT_ASSESSABLE))
        .when((difference == 0) & ~soft_left & ~soft_right)
        .then(pl.lit(PASS))
        .when(difference == 0)
        .then(pl.lit(EXPLAINED))
        .when((difference < 0) & soft_left | (difference > 0) & soft_right)
        .then(pl.lit(NOT_ASSESSABLE))
        .otherwise(pl.lit(FAIL))
    )
    return {"verdict": verdict, "grade": pl.lit(0), "left": left, "right": right}


def sql(text: str, operands: dict[str, tuple[Key, ...]]) -> pl.Expr:
    """A declared condition as an expression: each operand becomes the sum of its cells."""

    def cells(found: re.Match[str]) -> str:
        keys = operands.get(found.group())
        return found.group() if keys is None else "(" + (" + ".join(f'"{name(k)}"' for k in keys) or "0") + ")"

    return pl.sql_expr(re.sub(r"\b[a-z][a-z_]*\b", cells, text))


def _condition(instance: Instance) -> dict[str, pl.Expr]:
    rule = instance.rule
    operands = {o: keys for o, _, keys in instance.operands}
    grade = pl.lit(None, dtype=pl.Int32)
    for k, (_, when) in reversed(list(enumerate(rule["grades"]))):
        grade = pl.when(sql(when, operands).fill_null(False)).then(pl.lit(k)).otherwise(grade)
    barred = sql(rule["na"], operands).fill_null(False) if "na" in rule else pl.lit(False)
    reading = pl.lit(None, dtype=pl.String)
    for code, when in reversed(rule.get("readings", [])):
        reading = pl.when(sql(when, operands).fill_null(False)).then(pl.lit(code)).otherwise(reading)
    soft = _state(instance.keys, SOFT)
    verdict = (
        pl.when(_state(instance.keys, HARD) | barred)
        .then(pl.lit(NOT_ASSESSABLE))
        .when(grade.is_not_null() & ~soft & reading.is_not_null())
        .then(pl.lit(EXPLAINED))
        .when(grade.is_null())
        .then(pl.when(soft).then(pl.lit(EXPLAINED)).otherwise(pl.lit(PASS)))
        .when(soft)
        .then(pl.lit(NOT_ASSESSABLE))
        .otherwise(pl.lit(FAIL))
    )
    sides = {
        side: sql(rule[side], operands) if side in rule else pl.lit(None, dtype=pl.Float64)
        for side in ("left", "right")
    }
    named = pl.when(grade.is_not_null()).then(reading)
    return {"verdict": verdict, "grade": grade.fill_null(0), "reading": named, **sides}


def _identical(instance: Instance) -> dict[str, pl.Expr]:
    (_, _, left), (_, _, right) = instance.operands
    pairs = list(zip(left, right, strict=True))
    same = pl.all_horizontal([pl.col(name(a)) == pl.col(name(b)) for a, b in pairs])
    filled = pl.sum_horizontal([(pl.col(name(a)) != 0).cast(pl.Int32) for a, _ in pairs])
    unsure = _state(instance.keys, SOFT) | _state(instance.keys, HARD)
    fails = same & (filled >= instance.rule["fewest"])
    # Blank cells beside each other are no proof of copying; a pair of columns that differ in print is.
    known = [
        (pl.col(f"{name(a)}#") == NUMBER) & (pl.col(f"{name(b)}#") == NUMBER) & (pl.col(name(a)) != pl.col(name(b)))
        for a, b in pairs
    ]
    verdict = (
        pl.when(pl.any_horizontal([k.fill_null(False) for k in known]))
        .then(pl.lit(PASS))
        .when(unsure)
        .then(pl.lit(NOT_ASSESSABLE))
        .when(fails)
        .then(pl.lit(FAIL))
        .otherwise(pl.lit(PASS))
    )
    return {
        "verdict": verdict,
        "grade": pl.lit(0),
        "left": filled.cast(pl.Float64),
        "right": pl.lit(None, dtype=pl.Float64),
    }


_KINDS = {"balance": _balance, "condition": _condition, "identical": _identical}


def judge(
    wide: pl.DataFrame,
    chosen: tuple[Instance, ...] | None = None,
    fits: Callable[[Instance], pl.Expr] = exists,
) -> pl.DataFrame:
    """Verdicts of the instances (all of `instances()`) on every report that they fit.

    Returns report_id, instance (its number), verdict, grade, left, right, reading (null: blanks read as 0).
    """
    columns = []
    for k, instance in enumerate(instances() if chosen is None else chosen):
        parts = _KINDS[instance.rule["kind"]](instance)
        whole = pl.struct(
            parts["verdict"].alias("verdict"),
            parts["grade"].cast(pl.Int32).alias("grade"),
            parts["left"].cast(pl.Float64).alias("left"),
            parts["right"].cast(pl.Float64).alias("right"),
            parts.get("reading", pl.lit(None)).cast(pl.String).alias("reading"),
        )
        columns.append(pl.when(fits(instance)).then(whole).alias(str(k)))
    return (
        wide.select("report_id", *columns)
        .unpivot(index="report_id", variable_name="instance", value_name="result")
        .filter(pl.col("result").struct.field("verdict").is_not_null())
        .unnest("result")
        .with_columns(pl.col("instance").cast(pl.Int32))
    )
