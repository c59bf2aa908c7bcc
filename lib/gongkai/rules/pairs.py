"""Reports beside those of the year before: which follows which, and the wide frame of both years.

The columns of last year's cells begin with `prior.`, so that the declared kinds of rule compute on two years as on
one: `prior_carried_out` in a rule is the operand `carried_out` of last year's report.
"""

from __future__ import annotations

from fnmatch import fnmatch
from functools import cache

import polars as pl

from gongkai.agencies import same_name
from gongkai.form import form
from gongkai.rules.declared import Rule, cells_of, rules
from gongkai.rules.kinds import Instance, exists
from gongkai.rules.wide import Key, all_keys, name

PRIOR = "prior."
_OPERAND = "prior_"
_PAIRS = {"report_id": pl.String, "series": pl.String, "year": pl.Int64, "prior_id": pl.String, "merged": pl.Boolean}


def series_of(reports: pl.DataFrame) -> list[tuple[str, str, int]]:
    """(report_id, series, year) of the reports that count: the body's id, else its name as printed."""
    kept = reports.filter(pl.col("primary") & pl.col("agency").is_not_null() & pl.col("year").is_not_null())
    rows = kept.select("report_id", "agency_id", "agency", "year").rows()
    return [(report_id, agency_id or f"={same_name(agency)}", year) for report_id, agency_id, agency, year in rows]


def predecessors(agencies: pl.DataFrame) -> dict[str, list[tuple[str, int | None]]]:
    """agency_id → (id, last year) of the bodies declared to have gone over into it."""
    found: dict[str, list[tuple[str, int | None]]] = {}
    for row in agencies.filter(pl.col("successor").is_not_null()).iter_rows(named=True):
        found.setdefault(row["successor"], []).append((row["agency_id"], row["last_year"]))
    return found


def pairs(reports: pl.DataFrame, agencies: pl.DataFrame) -> pl.DataFrame:
    """One row a report that counts: report_id, series, year, prior_id, merged.

    `prior_id`: the report of the year before, of the body or of the one body that it took over; null where there is
    none, or several. `merged`: a body went over into this one since, so that the years need not agree.
    """
    by_year: dict[tuple[str, int], list[str]] = {}
    counted = series_of(reports)
    for report_id, series, year in counted:
        by_year.setdefault((series, year), []).append(report_id)
    before = predecessors(agencies)
    latest: dict[str, int] = {}
    for series, year in by_year:
        latest[series] = max(latest.get(series, year), year)
    rows = []
    for report_id, series, year in counted:
        # One that reports this year or later, or was gone before last year, did not change the figures between.
        gone = [
            p
            for p, last in before.get(series, ())
            if latest.get(p, year - 1) < year and (last is None or year - 1 <= last <= year)
        ]
        prior = by_year.get((series, year - 1)) or [r for p in gone for r in by_year.get((p, year - 1), ())]
        alone = len(by_year[series, year]) == 1 and len(prior) == 1
        rows.append((report_id, series, year, prior[0] if alone else None, bool(gone)))
    return pl.DataFrame(rows, schema=_PAIRS, orient="row")


def beside(wide: pl.DataFrame, found: pl.DataFrame, reports: pl.DataFrame) -> pl.DataFrame:
    """The wide frame of the reports in `found` with last year's columns, `body_kind` and `body_level`.

    Without a report of last year its columns are null: neither a number nor 0.
    """
    last = wide.rename({c: PRIOR + c for c in wide.columns})
    body = reports.select("report_id", pl.col("kind").alias("body_kind"), pl.col("level").alias("body_level"))
    return (
        wide.join(found.select("report_id", "prior_id", "merged"), on="report_id", maintain_order="left")
        .join(last, left_on="prior_id", right_on=f"{PRIOR}report_id", how="left", maintain_order="left")
        .join(body, on="report_id", how="left", maintain_order="left")
        .with_columns(pl.col(f"{PRIOR}amount_unit").alias("prior_amount_unit"))
    )


def is_prior(key: Key) -> bool:
    """Whether the cell is one of last year's report."""
    return key[0].startswith(PRIOR)


def own(key: Key) -> Key:
    """The cell in its own report."""
    return key[0].removeprefix(PRIOR), key[1], key[2]


def _prior(keys: list[Key]) -> list[Key]:
    return [(PRIOR + table, item, column) for table, item, column in keys]


def _named(spec: str) -> list[Key]:
    """The cells that `table.item.column` names: a group is its rows, * is any, `prior.` last year's."""
    if spec.startswith(PRIOR):
        return _prior(_named(spec.removeprefix(PRIOR)))
    table, item, column = spec.split(".")
    if "*" in spec:
        return [k for k in all_keys() if fnmatch(name(k), spec) and k[2] != "items_change"]
    return cells_of(table, item, column, "column")


def _operands(rule: Rule, scope: str) -> list[tuple[str, list[Key]]]:
    """The operands of a rule at a scope, as cells."""
    if rule["per"] == "report":
        return [(o, [k for spec in specs for k in _named(spec)]) for o, specs in rule["cells"].items()]
    if rule["per"] == "cell":
        return [("value", _named(scope)), ("prior_value", _prior(_named(scope)))]
    if rule["per"] == "table":
        mine = [k for k in all_keys() if k[0] == scope]
        return [("value", mine), ("prior_value", _prior(mine))]
    found = []
    for operand in rule.get("operands") or [*rule["left"], *rule["right"]]:
        keys = cells_of(rule["table"], operand.removeprefix(_OPERAND), scope, rule["per"])
        found.append((operand, _prior(keys) if operand.startswith(_OPERAND) else keys))
    return found


def _scopes(rule: Rule) -> list[str]:
    per = rule["per"]
    if per == "report":
        return [rule.get("scope", "report")]
    if per in {"cell", "table"}:
        return list(rule[f"{per}s"])
    if per == "column":
        return [c for t, c in form().columns if t == rule["table"]]
    return list(rule["items"])


def _side(rule: Rule, operand: str) -> str:
    for side in ("left", "right"):
        if operand in rule.get(side, ()) or (rule["kind"] == "condition" and operand in rule.get(side, "").split()):
            return side
    return {"value": "left", "prior_value": "right"}.get(operand, "")


@cache
def pair_instances() -> tuple[Instance, ...]:
    """Every instance of the declared rules with `pairs`, one for each scope."""
    known = set(all_keys())
    found = []
    for rule in rules():
        for scope in _scopes(rule) if "pairs" in rule else ():
            operands = tuple(
                (o, _side(rule, o), tuple(k for k in keys if own(k) in known)) for o, keys in _operands(rule, scope)
            )
            at: dict[str, tuple[str | None, str | None]] = {"item": (scope, None), "column": (None, scope)}
            if rule["per"] == "cell":
                at["cell"] = (scope.split(".")[1], scope.split(".")[2])
            item, column = at.get(rule["per"], (None, None))
            found.append(Instance(rule, scope, item, column, operands))
    return tuple(found)


def crosses(instance: Instance) -> bool:
    """Whether form.md lets every compared cell cross the editions; a row of the shape of three is of one shape."""
    keys = {own(k) for k in instance.keys} if any(is_prior(k) for k in instance.keys) else set()
    return all(form().crosses(*key) == "yes" or form().items[key[:2]].shape == "three" for key in keys)


def fits(instance: Instance) -> pl.Expr:
    """Whether both reports have the cells of the rule, in editions it is declared for and that may be compared."""
    rule = instance.rule
    needed = [o for o in instance.operands if rule["pairs"] == "both" or not is_prior((o[2] or (("", "", ""),))[0])]
    here = exists(Instance(rule, instance.scope, None, None, tuple(needed)))
    if rule["pairs"] != "both":
        return here
    editions: list[str] = rule.get("prior_editions") or rule["editions"]
    last = pl.col(f"{PRIOR}edition")
    every = pl.lit(len(editions) == len(form().editions))
    there = pl.col("prior_id").is_not_null() & (last.is_in(editions) | last.is_null() & every)
    same = pl.lit(True) if crosses(instance) else (last == pl.col("edition")).fill_null(False)
    return here & there & same
