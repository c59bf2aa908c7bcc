"""The review priority: its reasons in words, and what does not count."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from gongkai import measures, priority
from gongkai.form import declared_rows
from gongkai.frames import build
from gongkai.pipeline import Reading, read_folder
from test_bad_input import ROOT
from test_measures import report


@pytest.fixture(scope="module")
def bundled() -> Reading:
    return read_folder(ROOT / "data" / "reports", progress=False)


def finding(rule: str, severity: str = "error", **more: Any) -> dict[str, Any]:
    base = {"finding_id": f"{rule}|a|", "rule": rule, "severity": severity, "verdict": "fail", "report_id": "a"}
    return base | {"doubtful": False} | more


def ranked(findings: list[dict[str, Any]], certainty: str = "sure", far: int = 0) -> dict[str, Any]:
    frames = {name: build(name, []) for name in ("facts", "claims", "sections", "notes", "files", "agencies")}
    tables = build("tables", [{"report_id": "a", "table": "applications", "certainty": certainty}])
    reading = Reading(
        **frames,
        reports=build("reports", [report("a", "甲", 2022)]),
        tables=tables,
        stored_findings=build("findings", findings),
    )
    rates = measures.rates(reading.facts, reading.reports, ["disclosed", "not_held"])
    compared = measures.compare(rates).with_columns(
        pl.when(pl.int_range(pl.len()) < far).then(0.001).alias("q"), pl.lit("99.8").alias("beyond")
    )
    return priority.priorities(reading, compared).to_dicts()[0]


WARNING = finding("Y-01", "warning")
# findings, certainty of the table, shares that stand out → points, priority, kinds of reason
RANKED = [
    ([], "sure", 0, 0, "low", []),
    ([finding("T3-03")], "sure", 0, 3, "medium", ["errors"]),
    ([finding("T3-03"), finding("T3-01")], "sure", 0, 5, "high", ["errors"]),
    ([finding("T3-03"), WARNING], "sure", 0, 6, "high", ["errors", "warnings"]),
    ([], "sure", 2, 2, "medium", ["outliers"]),
    ([finding("P-09", "info")], "sure", 0, 0, "low", []),
    ([finding("T3-03", verdict="explained")], "sure", 0, 0, "low", []),
    ([finding("T3-03", doubtful=True)], "doubtful", 0, 3, "medium", ["doubtful"]),
    ([finding("P-12", "warning")], "not read", 0, 3, "medium", ["doubtful"]),
    ([finding("T3-03", decision="false alarm", decision_state="current")], "sure", 0, 0, "low", ["settled"]),
    ([finding("T3-03", decision="confirmed", decision_state="current")], "sure", 0, 3, "medium", ["errors"]),
    ([finding("T3-03", decision="explained", decision_state="reopened")], "sure", 0, 6, "high", ["errors", "reopened"]),
]


@pytest.mark.parametrize(("findings", "certainty", "far", "points", "level", "kinds"), RANKED)
def test_a_priority_is_the_sum_of_its_reasons(
    findings: list[dict[str, Any]], certainty: str, far: int, points: int, level: str, kinds: list[str]
) -> None:
    found = ranked(findings, certainty, far)
    assert (found["points"], found["priority"]) == (points, level)
    assert [c["what"] for c in found["contributions"]] == kinds
    assert sum(c["points"] for c in found["contributions"]) == points


def test_reasons_name_the_rules_and_shares_in_both_languages() -> None:
    found = ranked([finding("T3-03"), finding("C-02"), finding("T3-03", scope="x")], far=1)["contributions"]
    assert (
        found[0]["zh"] == "有 3 条“错误”级发现（C-02、T3-03）"
        and found[0]["en"] == "3 findings of severity error (C-02, T3-03)"
    )
    assert found[1]["en"].endswith("(beyond the 99.8% line): Disclosed") and "公开率" in found[1]["zh"]


def test_every_declared_reason_has_its_words() -> None:
    assert {row["what"] for row in declared_rows("priority")} == set(priority._counts(EMPTY, COMPARED))
    assert all(not any("\u4e00" <= c <= "\u9fff" for c in row["en"]) for row in declared_rows("priority"))


EMPTY = Reading(
    **{name: build(name, []) for name in ("reports", "facts", "claims", "sections", "notes", "tables", "files")},
    stored_findings=build("findings", []),
)
COMPARED = measures.compare(measures.rates(EMPTY.facts, EMPTY.reports))


def test_no_reports_have_no_priorities() -> None:
    assert priority.priorities(EMPTY, COMPARED).is_empty()


def test_bundled_reports_in_order(bundled: Reading) -> None:
    compared = measures.compare(measures.rates(bundled.facts, bundled.reports))
    found = priority.priorities(bundled, compared)
    assert found.height == 8 and found["points"].to_list() == sorted(found["points"], reverse=True)
    one = found.filter(pl.col("report_id") == "北京市西城区人力资源和社会保障局-2019").to_dicts()[0]
    assert all("T4-08" not in c["zh"] for c in one["contributions"])
