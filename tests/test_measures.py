"""Indicators from small frames whose sums are counted by hand."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from gongkai import measures, selection
from gongkai.errors import GongkaiError
from gongkai.form import form
from gongkai.frames import build

REFUSED = form().descendants("applications", "refused")


def report(report_id: str, agency: str | None, year: int | None, primary: bool = True) -> dict[str, Any]:
    edition = form().edition_of_year(year) if year else None
    return {"report_id": report_id, "agency": agency, "year": year, "edition": edition, "primary": primary}


def fact(report_id: str, item: str, value: float | None, status: str = "number", **more: Any) -> dict[str, Any]:
    table, column = more.get("table", "applications"), more.get("column", "total")
    about = {"report_id": report_id, "table": table, "item": item, "column": column}
    return about | {"value": value, "status": status if value is None else "number"}


def values(facts: list[dict[str, Any]], reports: list[dict[str, Any]], code: str, **more: Any) -> list[tuple[Any, ...]]:
    found = measures.by_year(build("facts", facts), build("reports", reports), code, **more)
    return found.select("agency", "year", "value", "parts", "missing", "blank").rows()


def test_a_group_is_the_sum_of_its_rows() -> None:
    facts = [fact("a", item, k) for k, item in enumerate(REFUSED, 1)]
    assert values(facts, [report("a", "甲", 2022)], "refused") == [("甲", 2022, 36.0, 8, 0, 0)]


@pytest.mark.parametrize("status", ["blank", "dash", "unreadable", "absent"])
def test_one_missing_part_makes_the_sum_missing_and_not_smaller(status: str) -> None:
    facts = [fact("a", item, None if k == 3 else 1.0, status) for k, item in enumerate(REFUSED)]
    blank = 1 if status in {"blank", "dash"} else 0
    assert values(facts, [report("a", "甲", 2022)], "refused") == [("甲", 2022, None, 8, 1, blank)]


def test_all_missing_is_not_zero() -> None:
    assert values([fact("a", "new", None, "absent")], [report("a", "甲", 2022)], "received")[0][2] is None


def test_a_report_without_the_cell_has_no_parts_and_no_value() -> None:
    assert values([], [report("a", "甲", 2022)], "received") == [("甲", 2022, None, 0, 0, 0)]


def test_other_handling_is_its_single_row_or_its_three() -> None:
    three = [fact("b", i, v) for i, v in (("other_no_correction", 1), ("other_unpaid_fee", 2), ("other_other", 4))]
    reports = [report("a", "甲", 2020), report("b", "甲", 2021)]
    assert [v[2] for v in values([fact("a", "other", 5.0), *three], reports, "other")] == [5.0, 7.0]


def test_made_in_one_edition_is_issued_in_the_other() -> None:
    about = {"table": "proactive"}
    facts = [fact("a", "normative_documents", 3.0, column="made", **about)]
    facts += [fact("a", "normative_documents", 9.0, column="disclosed", **about)]
    facts += [fact("b", "normative_documents", 4.0, column="issued", **about)]
    reports = [report("a", "甲", 2020), report("b", "甲", 2021)]
    assert [v[2] for v in values(facts, reports, "normative_documents")] == [3.0, 4.0]
    assert measures.crosses("normative_documents") == "approximately"
    assert measures.crosses("received") == measures.crosses("other") == "yes"


def test_documents_issued_less_repealed() -> None:
    cells = {"issued": 3.0, "repealed": 5.0, "in_force": 40.0}
    facts = [fact("b", "normative_documents", v, column=c, table="proactive") for c, v in cells.items()]
    facts += [fact("a", "normative_documents", 3.0, column="made", table="proactive")]
    facts += [fact("c", "normative_documents", 3.0, column="issued", table="proactive")]
    facts += [fact("c", "normative_documents", None, "blank", column="repealed", table="proactive")]
    reports = [report("a", "甲", 2020), report("b", "甲", 2021), report("c", "甲", 2022)]
    found = values(facts, reports, "normative_documents_net")
    assert found == [("甲", 2020, None, 0, 0, 0), ("甲", 2021, -2.0, 2, 0, 0), ("甲", 2022, None, 2, 1, 1)]
    assert measures.crosses("normative_documents_net") == "no"


def test_only_primary_reports_with_agency_and_year_count() -> None:
    reports = [report("a", "甲", 2022), report("b", "甲", 2022, primary=False)]
    reports += [report("c", None, 2022), report("d", "甲", None)]
    facts = [fact(r["report_id"], "new", 1.0) for r in reports]
    assert values(facts, reports, "received") == [("甲", 2022, 1.0, 1, 0, 0)]


def test_agencies_and_years_are_chosen_inclusively() -> None:
    reports = [report(f"{a}{y}", a, y) for a in "甲乙" for y in (2019, 2020, 2021)]
    facts = [fact(r["report_id"], "new", float(r["year"])) for r in reports]
    found = values(facts, reports, "received", agencies=["乙"], first=2020, last=2021)
    assert [v[:3] for v in found] == [("乙", 2020, 2020.0), ("乙", 2021, 2021.0)]


def test_the_fictitious_total_column_is_not_mixed_in() -> None:
    facts = [fact("a", "new", 5.0), fact("a", "new", 3.0, column="business")]
    assert values(facts, [report("a", "甲", 2022)], "received")[0][2] == 5.0


def test_every_indicator_names_cells_of_the_form() -> None:
    for code, known in measures.indicators().items():
        assert measures.row_codes(known.table, known.items), code
        assert all((known.table, c) in form().columns for c in known.columns), code
        assert measures.crosses(code) in {"yes", "approximately", "no"}, code


def test_what_is_unknown_is_refused_with_the_choices() -> None:
    reports, facts = build("reports", [report("a", "甲", 2022)]), build("facts", [])
    with pytest.raises(GongkaiError, match=r"unknown indicator 'recieved'.*received, carried_in"):
        measures.by_year(facts, reports, "recieved")
    with pytest.raises(GongkaiError, match=r"unknown agency '乙'. Choices: 甲"):
        measures.by_year(facts, reports, "received", agencies=["乙"])
    with pytest.raises(GongkaiError, match="Choices: error, warning, info"):
        selection.select_findings(build("findings", []), reports, severity="grave")
    with pytest.raises(GongkaiError, match=r"unknown year 1999. Choices: 2022"):
        selection.select_findings(build("findings", []), reports, years=[1999])


def test_findings_are_chosen_by_agency_year_and_severity_or_graver() -> None:
    reports = build("reports", [report("a", "甲", 2021), report("b", "乙", 2022)])
    rows = [
        {"finding_id": f"{r}{s}", "report_id": r, "severity": s} for r in "ab" for s in ("error", "warning", "info")
    ]
    found = build("findings", rows)
    assert list(selection.select_findings(found, reports, severity="warning")["finding_id"]) == [
        "aerror", "awarning", "berror", "bwarning",
    ]  # fmt: skip
    assert selection.select_findings(found, reports, agencies=["乙"], severity="error")["finding_id"].to_list() == [
        "berror"
    ]
    assert selection.select_findings(found, reports, years=[2021])["report_id"].unique().to_list() == ["a"]
    assert isinstance(found, pl.DataFrame)
