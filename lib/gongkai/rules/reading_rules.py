"""Rules on how a file was read (P-…, C-02) and on the allowed values of a cell (kind `domain`)."""

from __future__ import annotations

from typing import Any

import polars as pl

from gongkai.form import form
from gongkai.rules.declared import Rule, rules, severity, words
from gongkai.rules.kinds import FAIL, NOT_ASSESSABLE, PASS

Row = dict[str, Any]


def _frame(rule: Rule, frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """The rows that a reading rule judges, with `table` and `scope`."""
    reports = frames["reports"]
    if rule["frame"] == "reports":
        return reports.with_columns(pl.lit(None, dtype=pl.String).alias("table"), pl.lit("report").alias("scope"))
    editions = reports.select("report_id", "edition")
    if rule["frame"] == "tables":
        rows = frames["tables"].join(editions, on="report_id").with_columns(pl.col("table").alias("scope"))
        return rows.filter(pl.col("table").is_in(rule["tables"])) if "tables" in rule else rows
    holds = pl.DataFrame(
        {"section": [s.section for s in form().sections], "table": [s.table or None for s in form().sections]}
    )
    present = frames["tables"].select("report_id", "table", "present")
    return (
        frames["sections"]
        .join(holds, on="section")
        .join(present, on=["report_id", "table"], how="left")
        .join(editions, on="report_id")
        .group_by("report_id", "section", "table", "edition", maintain_order=True)
        .agg(
            pl.col("heading").first(),
            pl.col("where").first(),
            (pl.col("text").str.len_chars().max() == 0).alias("no_text"),
            pl.col("present").first().fill_null(False),
        )
        .with_columns((pl.col("no_text") & ~pl.col("present")).alias("empty"), pl.col("section").alias("scope"))
    )


def _gathered(found: list[Row]) -> list[Row]:
    """One row a report of a rule that speaks once for all tables; `tables` keeps which."""
    by_report: dict[str, list[Row]] = {}
    for row in found:
        by_report.setdefault(row["report_id"], []).append(row)
    gathered = []
    for rows in by_report.values():
        failed = [r for r in rows if r["verdict"] == FAIL]
        first = (failed or rows)[0]
        tables = [r["table"] for r in failed]
        first["compared"] = ";".join(tables)
        gathered.append(first | {"scope": "report", "tables": tables, "table": tables[0] if len(tables) == 1 else None})
    return gathered


def reading_verdicts(frames: dict[str, pl.DataFrame]) -> list[Row]:
    """Verdicts of the `reading` rules: rule, report_id, scope, table, verdict, severity, figures, where."""
    found = []
    noted = {
        key: rows["where"].to_list()
        for key, rows in frames["notes"].group_by("report_id", "table", "kind", maintain_order=True)
    }
    for rule in rules("reading"):
        frame = _frame(rule, frames)
        grade = pl.lit(None, dtype=pl.Int32)
        for k, (_, when) in reversed(list(enumerate(rule["grades"]))):
            grade = pl.when(pl.sql_expr(when).fill_null(False)).then(pl.lit(k)).otherwise(grade)
        barred = pl.sql_expr(rule["na"]).fill_null(False) if "na" in rule else pl.lit(False)
        verdict = (
            pl.when(barred)
            .then(pl.lit(NOT_ASSESSABLE))
            .when(grade.is_null())
            .then(pl.lit(PASS))
            .otherwise(pl.lit(FAIL))
        )
        # Not by what says whether it can be judged: that may hang on the file's format, and a decision must not.
        judged_by = sorted(set.union(*(words(w) for _, w in rule["grades"])) & {*frame.columns})
        rows = []
        for figures in frame.with_columns(verdict.alias("verdict"), grade.alias("grade")).iter_rows(named=True):
            names = {"report_id", "scope", "table", "verdict"}
            about = [
                w for k in rule.get("notes", ()) for w in noted.get((figures["report_id"], figures["table"], k), ())
            ]
            where = about or ([figures["where"]] if figures.get("where") else [])
            rows.append(
                {k: figures[k] for k in names}
                | {"rule": rule, "severity": severity(rule, figures["grade"] or 0), "figures": figures, "where": where}
                | {"compared": ";".join(f"{w}={figures[w]}" for w in judged_by)}
            )
        found += _gathered(rows) if rule.get("gather") else rows
    return found


def _allowed(rule: Rule, column: str) -> tuple[str, str]:
    signed, places = column in rule["signed"], rule.get("decimals", {}).get(column, 0)
    zh = ("" if signed else "不为负的") + (
        "整数" if not places else "数" if places > 6 else f"数（至多 {places} 位小数）"
    )
    en = "a " + ("" if signed else "non-negative ") + ("whole number" if not places else "number")
    return zh, en + (f" with at most {places} decimals" if 0 < places <= 6 else "")


def domain_verdicts(facts: pl.DataFrame) -> list[Row]:
    """Verdicts of the `domain` rules: a failed one per cell, else one for the table."""
    found: list[Row] = []
    for rule in rules("domain"):
        mine = facts.filter(
            (pl.col("table") == rule["table"])
            & pl.col("column").is_in(rule["columns"])
            & (
                pl.col("edition").is_in(rule["editions"])
                | pl.col("edition").is_null() & pl.lit(rule["table"] != "proactive")
            )
        )
        places = pl.col("column").replace_strict(rule.get("decimals", {}) or {"": 0}, default=0, return_dtype=pl.Int32)
        scaled = pl.col("value") * pl.lit(10.0).pow(places.clip(0, 6))
        broken = (scaled - scaled.round(0)).abs() > 1e-6 + 1e-13 * scaled.abs()
        wrong = (pl.col("value") < 0) & ~pl.col("column").is_in(rule["signed"]) | broken & (places <= 6)
        marked = mine.with_columns(wrong.fill_null(False).alias("wrong"))
        for f in marked.filter("wrong").iter_rows(named=True):
            zh, en = _allowed(rule, f["column"])
            cell = f"{f['table']}.{f['item']}.{f['column']}"
            figures = f | {"allowed_zh": zh, "allowed_en": en}
            cells = [{"cell": cell, "side": "left", "printed": f["printed"], "where": f["where"]}]
            found.append(
                {"rule": rule, "report_id": f["report_id"], "scope": f"{f['item']}.{f['column']}", "table": f["table"]}
                | {"item": f["item"], "column": f["column"], "verdict": FAIL, "severity": rule["severity"]}
                | {"left": f["value"], "figures": figures, "where": [f["where"]], "cells": cells}
            )
        rest = marked.group_by("report_id", maintain_order=True).agg(
            pl.col("wrong").any(), (pl.col("status") == "number").any().alias("some")
        )
        for f in rest.filter(~pl.col("wrong")).iter_rows(named=True):
            verdict = PASS if f["some"] else NOT_ASSESSABLE
            found.append(
                {"rule": rule, "report_id": f["report_id"], "scope": rule["table"], "table": rule["table"]}
                | {"verdict": verdict, "severity": rule["severity"], "figures": f, "where": []}
            )
    return found
