"""The rules over two years of one body (Y-…, and those of tables two and four that look at last year's report)."""

from __future__ import annotations

from typing import Any

import polars as pl

from gongkai.agencies import same_name
from gongkai.rules.declared import Rule, rules, severity, verdicts
from gongkai.rules.history import history_verdicts, rate_verdicts
from gongkai.rules.kinds import EXPLAINED, FAIL, NOT_ASSESSABLE, PASS, Instance, judge
from gongkai.rules.messages import BLANK_AS_ZERO, figure
from gongkai.rules.pairs import beside, fits, is_prior, own, pair_instances, pairs, predecessors, series_of
from gongkai.rules.wide import Key, name

Row = dict[str, Any]
Fact = tuple[str | None, str, float | None, str]

MERGED = "merged"
_ALONE = {
    "zh": "{title}：没有读入上年的报告，或上年的表不可比，无法判断。",
    "en": "{title}: cannot be judged, last year's report was not read or its tables cannot be compared.",
}
# T3-03 in figures: what last year's own table says was left to carry over.
_BALANCE = (("new", 1), ("carried_in", 1), ("processed_total", -1))


def _looked_up(facts: pl.DataFrame, reports: set[str]) -> dict[tuple[str, Key], Fact]:
    """(report, cell) → printed, where, value, status."""
    mine = facts.filter(pl.col("report_id").is_in(list(reports)))
    columns = ("report_id", "table", "item", "column", "printed", "where", "value", "status")
    return {(r, (t, i, c)): (p, w, v, s) for r, t, i, c, p, w, v, s in mine.select(columns).iter_rows()}


def _evidence(r: Row, instance: Instance, printed: dict[tuple[str, Key], Fact]) -> None:
    """Write the cells compared, their places and the operands as figures; last year's places name its report."""
    cells, compared, figures = [], [], r["figures"]
    for operand, side, keys in instance.operands:
        total = 0.0
        for key in keys:
            report = r["prior_id"] if is_prior(key) else r["report_id"]
            if (report, own(key)) not in printed:
                continue
            text, where, value, status = printed[report, own(key)]
            place = f"{report}: {where}" if is_prior(key) else where
            cells.append({"cell": name(own(key)), "side": side, "printed": text, "where": place})
            compared.append(f"{name(key)}={figure(value) or status}")
            total += value or 0.0
        figures[operand] = total
    # Of whole tables the places of every cell would bury the finding.
    shown = [] if instance.rule["per"] == "table" else cells
    r |= {"cells": shown, "where": [c["where"] for c in shown], "compared": ";".join(dict.fromkeys(compared))}


def _balanced(r: Row, printed: dict[tuple[str, Key], Fact]) -> None:
    """Say in Y-01 whether what last year's table leaves to carry over is just what this year's carries in."""
    r["figures"] |= {"balanced_zh": "", "balanced_en": ""}
    cells = [printed.get((r["prior_id"], ("applications", item, r["column"]))) for item, _ in _BALANCE]
    if any(c is None or c[2] is None for c in cells):
        return
    rest = sum(sign * (c[2] or 0.0) for c, (_, sign) in zip(cells, _BALANCE, strict=True) if c)
    if rest == r["left"] and rest != r["right"]:
        n = figure(rest)
        r["figures"] |= {
            "balanced_zh": f"上年表内新收加上年结转减办理总计恰为 {n}，上年的结转下年度可能应为 {n}。",
            "balanced_en": f" By last year's own table {n} were left to carry over, which would balance both years.",
        }


def _severity(rule: Rule, grade: int, column: str | None) -> str:
    return str(rule.get("severities", {}).get(column) or severity(rule, grade))


def _row(v: Row, instance: Instance, pair: Row) -> Row:
    """One verdict of a rule on a report and the one before."""
    rule, verdict, reading = instance.rule, v["verdict"], v["reading"] or BLANK_AS_ZERO
    if verdict == FAIL and pair["merged"] and rule["pairs"] == "both":
        verdict, reading = (EXPLAINED if EXPLAINED in verdicts(rule) else NOT_ASSESSABLE), MERGED
    sides = {side: v[side] for side in ("left", "right")}
    both = v["left"] is not None and v["right"] is not None
    prior = pair["prior_id"]
    return {
        "rule": rule,
        "report_id": v["report_id"],
        "scope": instance.scope,
        "table": rule.get("table") or instance.keys[0][0],
        "item": instance.item,
        "column": instance.column,
        "verdict": verdict,
        "severity": _severity(rule, v["grade"], instance.column),
        "reading": reading if verdict == EXPLAINED else None,
        "difference": round(v["left"] - v["right"], 6) if both else None,
        "other_report_ids": [prior] if prior else [],
        "prior_id": prior,
        "figures": {"prior_year": pair["year"] - 1, "year": pair["year"]},
        **sides,
    }


def _judged(wide: pl.DataFrame, found: pl.DataFrame, frames: dict[str, pl.DataFrame], everything: bool) -> list[Row]:
    """The verdicts of the declared kinds over two years."""
    judged = judge(beside(wide, found, frames["reports"]), pair_instances(), fits)
    if not everything:
        judged = judged.filter(pl.col("verdict").is_in([FAIL, EXPLAINED]))
    pair = {p["report_id"]: p for p in found.iter_rows(named=True)}
    instances = pair_instances()
    rows = [_row(v, instances[v["instance"]], pair[v["report_id"]]) for v in judged.iter_rows(named=True)]
    spoken = [
        (r, instances[v["instance"]])
        for r, v in zip(rows, judged.iter_rows(named=True), strict=True)
        if r["verdict"] in {FAIL, EXPLAINED}
    ]
    wanted = {i for r, _ in spoken for i in (r["report_id"], *r["other_report_ids"])}
    printed = _looked_up(frames["facts"], wanted)
    for r, instance in spoken:
        _evidence(r, instance, printed)
        if r["rule"]["id"] == "Y-01":
            _balanced(r, printed)
    return rows


def _unjudged(rows: list[Row], found: pl.DataFrame) -> list[Row]:
    """One not_assessable for each rule over two years and report that it could not look at."""
    judged = {(r["report_id"], r["rule"]["id"]) for r in rows}
    missing = []
    for rule in rules():
        if rule.get("pairs") != "both":
            continue
        said = rule | {f"not_assessable_{lang}": t.format(title=rule[f"title_{lang}"]) for lang, t in _ALONE.items()}
        missing += [
            {
                "rule": said,
                "report_id": r,
                "scope": "report",
                "table": None,
                "verdict": NOT_ASSESSABLE,
                "severity": _severity(rule, 0, ""),
            }
            for r in found["report_id"]
            if (r, rule["id"]) not in judged
        ]
    return missing


def _doubt(rows: list[Row], frames: dict[str, pl.DataFrame], found: list[Row]) -> None:
    """Where last year's table was read in doubt, what is said against it is in doubt too, and no error."""
    doubtful = frames["tables"].filter(pl.col("certainty") == "doubtful").select("report_id", "table").rows()
    miscounted = [(r["report_id"], r["table"]) for r in found if r["rule"]["id"] == "P-12" and r["verdict"] == FAIL]
    doubted = {*doubtful, *miscounted}
    for r in rows:
        if r["verdict"] == FAIL and (r["prior_id"], r["table"]) in doubted:
            r["doubtful"] = True
            r["severity"] = "warning" if r["severity"] == "error" else r["severity"]


def _id(r: Row) -> str:
    return f"{r['rule']['id']}|{r['report_id']}|{r['scope']}"


def _fold(rows: list[Row], found: list[Row]) -> None:
    """One cause, one finding: what follows from a failed rule at the same scope, or from last year's wrong sum.

    A wrong carried_out was found by T3-03 in last year's report; Y-01 would say it a second time.
    """
    sums = {(r["report_id"], r["column"]): _id(r) for r in found if r["rule"]["id"] == "T3-03" and r["verdict"] == FAIL}
    failed = {(r["rule"]["id"], r["report_id"], r["scope"]): _id(r) for r in rows if r["verdict"] == FAIL}
    for r in rows:
        if r["verdict"] != FAIL:
            continue
        above = [failed.get((p, r["report_id"], r["scope"])) for p in r["rule"].get("folds", ())]
        if r["rule"]["id"] == "Y-01":
            above.append(sums.get((r["prior_id"], r["column"])))
        r["folded_under"] = next((a for a in above if a), None)


def _gap(known: list[int], year: int, lived: tuple[int | None, int | None]) -> list[int]:
    """The years without a report between the one before and this one in which the body was there."""
    before = [y for y in known if y < year]
    first, last = lived
    return [
        y
        for y in range(max(before) + 1 if before else year, year)
        if (first is None or first <= y) and (last is None or y <= last)
    ]


def _of_body(reports: pl.DataFrame) -> dict[tuple[str, int], list[tuple[str, str]]]:
    """(agency_id, year) → report_id and printed name of every report of it, also of versions that do not count."""
    found: dict[tuple[str, int], list[tuple[str, str]]] = {}
    for report_id, body, year, printed in reports.select("report_id", "agency_id", "year", "agency").rows():
        if body and year is not None:
            found.setdefault((body, year), []).append((report_id, same_name(printed)))
    return found


def series_verdicts(frames: dict[str, pl.DataFrame]) -> list[Row]:
    """Y-10: a year without a report between two of a body, or reports of one year under two of its names.

    One verdict for each. Versions under one name are compared by P-17.
    """
    rule = next(r for r in rules("series"))
    counted = series_of(frames["reports"])
    names: dict[str, dict[int, list[str]]] = {}
    for report_id, series, year in counted:
        names.setdefault(series, {}).setdefault(year, []).append(report_id)
    lived = {
        a: (first, last) for a, first, last in frames["agencies"].select("agency_id", "first_year", "last_year").rows()
    }
    before = predecessors(frames["agencies"])
    of_body = _of_body(frames["reports"])
    rows: list[Row] = []
    known = {report_id for report_id, _, _ in counted}
    about = {"rule": rule, "severity": rule["severity"], "table": None}
    for report_id, series, year in counted:
        years = sorted({*names[series], *(y for p, _ in before.get(series, ()) for y in names.get(p, ()))})
        missing = _gap(years, year, lived.get(series, (None, None)))
        mine = of_body.get((series, year), [])
        here = [printed for r, printed in mine if r == report_id]
        twins = [r for r, printed in mine if printed not in here]
        earlier = [y for y in years if y < year]
        listed = "、".join(map(str, missing))
        gap = {
            "what_zh": f"{max(earlier, default=year)}年之后、{year}年之前没有读入本机关 {listed} 年的报告。",
            "what_en": f"No report of {', '.join(map(str, missing))} was read between those of this body.",
        }
        twin = {"what_zh": f"{year}年另有 {len(twins)} 份以本机关其他名称发布的报告，没有计入。"}
        twin["what_en"] = f"Reports for {year} under another name of this body, not counted: {len(twins)}."
        others = [r for y in earlier[-1:] for r in names[series].get(y, [])]
        rows.append(
            about
            | {"report_id": report_id, "scope": "gap", "verdict": FAIL if missing else PASS, "figures": gap}
            | {"other_report_ids": others if missing else [], "compared": f"missing={listed}", "missing": missing}
            | {"series": series}
        )
        rows.append(
            about
            | {"report_id": report_id, "scope": "duplicate", "verdict": FAIL if twins else PASS, "figures": twin}
            | {"other_report_ids": twins, "compared": f"reports={len(twins) + 1}"}
        )
    unknown = [r for r in frames["reports"].filter("primary")["report_id"] if r not in known]
    return rows + [about | {"report_id": r, "scope": "gap", "verdict": NOT_ASSESSABLE} for r in unknown]


def years_verdicts(
    frames: dict[str, pl.DataFrame], wide: pl.DataFrame, everything: bool, found: list[Row]
) -> list[Row]:
    """The verdicts over two and more years. `wide`: that of all facts; `found`: the verdicts on single reports."""
    following = pairs(frames["reports"], frames["agencies"])
    rows = _judged(wide, following, frames, everything)
    _fold(rows, found)
    _doubt(rows, frames, found)
    if everything:
        rows += _unjudged(rows, following)
    rows += history_verdicts(frames["facts"], frames["reports"], following, everything)
    return rows + rate_verdicts(wide) + series_verdicts(frames)
