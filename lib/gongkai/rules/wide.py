"""Long facts → one row a report with a value and a state for every cell: what the rules compute on."""

from __future__ import annotations

import polars as pl

from gongkai.form import form

# The states of a cell that a rule distinguishes; null is a cell that this report's form does not have.
NUMBER, SOFT, HARD = 0, 1, 2
_STATES = {"number": NUMBER, "blank": SOFT, "dash": SOFT, "unreadable": HARD, "absent": HARD}

Key = tuple[str, str, str]


def name(key: Key) -> str:
    """The column of a cell in the wide frame; `name(key) + "#"` is that of its state."""
    return ".".join(key)


def all_keys() -> list[Key]:
    """Every cell of every edition and shape."""
    keys = []
    for (table, code), item in form().items.items():
        columns = dict.fromkeys(c for edition in item.columns.values() for c in edition)
        keys += [(table, code, c) for c in columns if item.kind == "row"]
    return keys


def widen(facts: pl.DataFrame) -> pl.DataFrame:
    """One row a report: `report_id`, `edition`, per cell the value with blanks read as 0, and its state.

    This is the one place where a blank or dash is read as 0. The state goes with it everywhere, so that
    no rule takes such a sum for a plain one: see `gongkai.rules.kinds`.
    """
    long = facts.select(
        "report_id",
        "edition",
        pl.concat_str("table", "item", "column", separator=".").alias("key"),
        pl.col("value").fill_null(0.0),
        pl.col("status").replace_strict(_STATES, return_dtype=pl.Int8).alias("state"),
    )
    names = [name(key) for key in all_keys()]
    index = ["report_id", "edition"]
    values = long.pivot(on="key", on_columns=names, index=index, values="value", aggregate_function="first")
    states = long.pivot(on="key", on_columns=names, index=index, values="state", aggregate_function="first")
    states = states.rename({n: f"{n}#" for n in names}).drop("edition")
    units = facts.filter(pl.col("column") == "amount").select("report_id", pl.col("unit").alias("amount_unit"))
    units = units.group_by("report_id").agg(
        pl.when((pl.col("amount_unit") == "unknown").any())
        .then(pl.lit("unknown"))
        .otherwise(pl.lit("万元"))
        .first()
        .alias("amount_unit")
    )
    return (
        values.join(states, on="report_id", maintain_order="left")
        .join(units, on="report_id", how="left", maintain_order="left")
        .with_columns(pl.col(names).fill_null(0.0))
    )
