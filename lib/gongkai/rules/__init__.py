"""All rules over all reports: frames → findings. The rules are declared in `declared/rules.toml`."""

from __future__ import annotations

from typing import Any

import polars as pl

from gongkai.frames import build, empty
from gongkai.rules.causes import localise, root_causes
from gongkai.rules.declared import SEVERITIES, rules, severity
from gongkai.rules.kinds import EXPLAINED, FAIL, NOT_ASSESSABLE, PASS, instances, judge
from gongkai.rules.messages import BLANK_AS_ZERO, message
from gongkai.rules.reading_rules import domain_verdicts, reading_verdicts
from gongkai.rules.wide import name, widen

Row = dict[str, Any]


def _computed(wide: pl.DataFrame) -> list[Row]:
    """Verdicts of the rules that compute on cells."""
    found = []
    for v in judge(wide).iter_rows(named=True):
        instance = instances()[v["instance"]]
        sides = {side: v[side] for side in ("left", "right")}
        both = v["left"] is not None and v["right"] is not None and instance.rule["kind"] != "identical"
        found.append(
            {
                "rule": instance.rule,
                "report_id": v["report_id"],
                "scope": instance.scope,
                "table": instance.rule["table"],
                "item": instance.item,
                "column": instance.column,
                "verdict": v["verdict"],
                "severity": severity(instance.rule, v["grade"]),
                "reading": BLANK_AS_ZERO if v["verdict"] == EXPLAINED else None,
                "difference": round(v["left"] - v["right"], 6) if both else None,
                "operands": instance.operands,
                **sides,
            }
        )
    return found


def _localised(found: list[Row], wide: pl.DataFrame) -> list[Row]:
    """T3-06 from the failed sums of the table of section 三, one verdict per wrong cell or report."""
    rule = next(r for r in rules() if r["kind"] == "localise")
    sums = [r for r in found if r["rule"]["id"] in {"T3-01", "T3-02", "T3-03"}]
    schema = {
        "report_id": pl.String,
        "rule": pl.String,
        "item": pl.String,
        "column": pl.String,
        "difference": pl.Float64,
    }
    fails = pl.DataFrame(
        [{**r, "rule": r["rule"]["id"]} for r in sums if r["verdict"] == FAIL], schema=schema, strict=False
    )
    cells = localise(fails)
    about = {"rule": rule, "table": rule["table"], "severity": rule["severity"]}
    rows: list[Row] = []
    values = {
        row["report_id"]: row
        for row in wide.filter(pl.col("report_id").is_in([c[0] for c in cells])).iter_rows(named=True)
    }
    for report_id, item, column, error in cells:
        key = (rule["table"], item, column)
        printed = values[report_id][name(key)]
        rows.append(
            about
            | {"report_id": report_id, "scope": f"{item}.{column}", "item": item, "column": column, "verdict": FAIL}
            | {"left": printed, "right": printed - error, "difference": error, "cause": rule["id"]}
            | {"repair": printed - error, "repair_cell": name(key), "operands": ((item, "left", (key,)),)}
        )
    by_report: dict[str, set[str]] = {}
    for r in sums:
        by_report.setdefault(r["report_id"], set()).add(r["verdict"])
    done = {c[0] for c in cells}
    for report_id, verdicts in by_report.items():
        if report_id not in done:
            verdict = PASS if verdicts <= {PASS, EXPLAINED} else NOT_ASSESSABLE
            rows.append(about | {"report_id": report_id, "scope": rule["table"], "verdict": verdict})
    return rows


def _add_causes(found: list[Row], localised: list[Row], wide: pl.DataFrame) -> None:
    """Write cause and repair into the failed sums they explain."""
    sums = [r for r in found if r["verdict"] == FAIL and r["rule"]["id"] in {"T3-01", "T3-02", "T3-03"}]
    schema = {"report_id": pl.String, "rule": pl.String, "column": pl.String}
    fails = pl.DataFrame([{**r, "rule": r["rule"]["id"]} for r in sums], schema=schema, strict=False)
    known = root_causes(fails, wide)
    cells = {(r["report_id"], r["item"], r["column"]): r for r in localised if r["verdict"] == FAIL}
    for r in sums:
        here = [
            c for (rid, i, c_), c in cells.items() if rid == r["report_id"] and (i == r["item"] or c_ == r["column"])
        ]
        cause = known.get((r["report_id"], r["rule"]["id"], r["column"]))
        if len(here) == 1:
            r |= {"cause": here[0]["cause"], "repair": here[0]["repair"], "repair_cell": here[0]["repair_cell"]}
        elif cause:
            r |= {"cause": cause.cause, "repair": cause.repair, "repair_cell": name(cause.cell) if cause.cell else None}


def _fold(found: list[Row]) -> None:
    """Put a failed finding under the failed finding it follows from (one cause, one finding)."""
    failed: dict[tuple[str, str], list[Row]] = {}
    for r in found:
        if r["verdict"] == FAIL:
            failed.setdefault((r["report_id"], r["rule"]["id"]), []).append(r)
    for r in found:
        if r["verdict"] != FAIL:
            continue
        for parent in [p for rule in r["rule"].get("folds", ()) for p in failed.get((r["report_id"], rule), ())]:
            same_column = r.get("column") is not None and r.get("column") == parent.get("column")
            if same_column or (r.get("table") is not None and r["table"] in parent.get("tables", ())):
                r["folded_under"] = f"{parent['rule']['id']}|{parent['report_id']}|{parent['scope']}"
                break


def _doubt(found: list[Row], tables: pl.DataFrame) -> None:
    """Where a table's count of numbers fails (P-12), or its reading is doubtful, its sums speak of the reading.

    They are then no errors of the agency.
    """
    doubted = set(tables.filter(pl.col("certainty") == "doubtful").select("report_id", "table").rows())
    doubted |= {(r["report_id"], r["table"]) for r in found if r["rule"]["id"] == "P-12" and r["verdict"] == FAIL}
    for r in found:
        arithmetic = r["rule"]["kind"] != "reading"
        if arithmetic and r["verdict"] == FAIL and (r["report_id"], r["table"]) in doubted:
            r["doubtful"] = True
            r["severity"] = "warning" if r["severity"] == "error" else r["severity"]


def _with_cells(found: list[Row], facts: pl.DataFrame) -> None:
    """Give every finding that is spoken of the printed cells it compares, and operands as figures."""
    wanted = {r["report_id"] for r in found if r["verdict"] in {FAIL, EXPLAINED} and "operands" in r}
    mine = facts.filter(pl.col("report_id").is_in(list(wanted)))
    printed = {
        (f["report_id"], f["table"], f["item"], f["column"]): (f["printed"], f["where"], f["value"])
        for f in mine.iter_rows(named=True)
    }
    for r in found:
        figures = r.setdefault("figures", {})
        if r["verdict"] not in {FAIL, EXPLAINED} or "operands" not in r:
            continue
        cells = []
        for operand, side, keys in r["operands"]:
            there = [(key, printed[r["report_id"], *key]) for key in keys if (r["report_id"], *key) in printed]
            figures[operand] = sum(value or 0.0 for _, (_, _, value) in there)
            cells += [{"cell": name(k), "side": side, "printed": p, "where": w} for k, (p, w, _) in there]
        r["cells"] = cells
        r["where"] = [c["where"] for c in cells]


def check(frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Every verdict of every rule on every report: a findings frame, errors first within a report."""
    facts, reports = frames["facts"], frames["reports"]
    if reports.is_empty():
        return empty("findings")
    found = reading_verdicts(frames) + domain_verdicts(facts)
    if not facts.is_empty():
        wide = widen(facts)
        computed = _computed(wide)
        localised = _localised(computed, wide)
        _add_causes(computed, localised, wide)
        found += computed + localised
    _fold(found)
    _doubt(found, frames["tables"])
    _with_cells(found, facts)
    rows = []
    for r in found:
        r["rule_id"] = r["rule"]["id"]
        texts = {f"message_{lang}": message(r["rule"], r, lang) for lang in ("zh", "en")}
        finding_id = f"{r['rule_id']}|{r['report_id']}|{r['scope']}"
        base = {"other_report_ids": [], "where": [], "cells": [], "doubtful": False}
        kept = {k: v for k, v in r.items() if k not in {"rule", "operands", "figures", "tables", "rule_id"}}
        rows.append({**base, **kept, **texts, "rule": r["rule_id"], "finding_id": finding_id})
    order = {report_id: k for k, report_id in enumerate(reports["report_id"])}
    ids = {r["id"]: k for k, r in enumerate(rules())}
    rows.sort(key=lambda r: (order[r["report_id"]], SEVERITIES.index(r["severity"]), ids[r["rule"]]))
    return build("findings", rows).unique("finding_id", maintain_order=True)


def reportable(verdicts: pl.DataFrame) -> pl.DataFrame:
    """The findings to show: failed or explained, without those folded under another."""
    return verdicts.filter(pl.col("verdict").is_in([FAIL, EXPLAINED]) & pl.col("folded_under").is_null())


def has_errors(findings: pl.DataFrame) -> bool:
    """Whether a finding of severity error fails."""
    return not findings.filter((pl.col("severity") == "error") & (pl.col("verdict") == FAIL)).is_empty()
