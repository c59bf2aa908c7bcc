"""Made-up reports: the same seed gives the same bytes, clean ones keep every relation, every error is really one."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from gongkai.errors import GongkaiError
from gongkai.form import form
from gongkai.pipeline import read_files
from gongkai.synth import LAYOUTS, error_classes, make_panel, make_reports, plant, render, write
from gongkai.synth.cases import make_cases
from gongkai.synth.chance import chance
from gongkai.synth.model import Key, MadeReport
from gongkai.synth.numbers import approximate, chinese, percent, wan_yuan
from gongkai.synth.wording import compiled
from test_bad_input import ROOT, gongkai

PLANTED = [code for code, about in error_classes().items() if about.beside != "panel"]


def number(text: str) -> float:
    """A printed cell as a number; one that is left empty or dashed is a zero here."""
    body = text.replace(",", "").replace("+", "")
    body = {"": "0", "—": "0"}.get(body, body)
    return float(body.removesuffix("万元").removesuffix("元")) * (0.0001 if re.search("[0-9]元", body) else 1)


def column(report: MadeReport, column: str) -> dict[str, float]:
    return {i: number(text) for (t, i, c), text in report.cells.items() if t == "applications" and c == column}


OUTCOMES = [*form().descendants("applications", "processed")]


def broken(report: MadeReport) -> list[str]:
    """The relations of the form that the printed cells break, by plain arithmetic of its own."""
    found = []
    rows: dict[tuple[str, str], dict[str, float]] = {}
    for (table, item, name), text in report.cells.items():
        rows.setdefault((table, item), {})[name] = number(text)
    for (table, item), row in rows.items():
        if table != "proactive" and sum(row.values()) != 2 * row["total"]:
            found.append(f"row {table}.{item}")
    for name in next(row for (table, _), row in rows.items() if table == "applications"):
        cells = column(report, name)
        if sum(cells.get(i, 0) for i in OUTCOMES) != cells["processed_total"]:
            found.append(f"results {name}")
        if cells["new"] + cells["carried_in"] != cells["processed_total"] + cells["carried_out"]:
            found.append(f"flow {name}")
    return found


@pytest.mark.parametrize("edition", ["2019", "2021"])
def test_clean_reports_keep_the_relations_of_the_form(edition: str) -> None:
    for report in make_reports(150, edition, seed=edition):
        assert broken(report) == [], report.report_id
        assert min(number(text) for (_, _, c), text in report.cells.items() if c != "items_change") >= 0
        assert report.edition == edition


def test_figures_are_of_every_size() -> None:
    received = sorted(report.figures["applications", "new", "total"] for report in make_reports(300, seed=3))
    assert received[60] == 0
    assert 0 < received[180] < 30
    assert received[-3] > 200


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_clean_corpus_is_read_back_cell_by_cell_and_has_no_errors(layout: str, tmp_path: Path) -> None:
    made = {report.report_id: report for report in make_reports(12, "both", f"back {layout}", layout)}
    write(made.values(), tmp_path)
    reading = read_files([tmp_path / "reports"])
    assert reading.set_aside.is_empty()
    assert set(reading.reports["report_id"]) == set(made)
    for (name,), facts in reading.facts.group_by("report_id"):
        read = {(f["table"], f["item"], f["column"]): f["printed"] or "" for f in facts.iter_rows(named=True)}
        assert read == dict(made[str(name)].cells), (name, made[str(name)].style)
    wrong = [f for f in reading.findings.iter_rows(named=True) if (f["severity"], f["verdict"]) == ("error", "fail")]
    assert [(f["rule"], f["report_id"], f["message_en"]) for f in wrong] == []


def cases_of(code: str) -> list:
    # Only governments can leave out what governments have to say.
    count = 45 if error_classes()[code].kinds else 12
    return list(make_cases(count, "both", f"planted {code}", (code,), rate=1.0))


@pytest.mark.parametrize("code", PLANTED)
def test_every_class_is_planted_and_changes_the_print(code: str) -> None:
    planted = [case for case in cases_of(code) if case.entry]
    assert len(planted) >= 6
    for case in planted:
        entry = case.entry
        report = next(r for r in case.reports if r.report_id == entry.report_id)
        assert entry.code == code
        assert report.deviations == (code,)
        assert entry.printed != entry.true or code == "table_picture"
        assert entry.found_at in {r.report_id for r in case.reports}
        assert set(entry.rules) <= set(error_classes()[code].rules)
        assert entry.detectable == (entry.verdict != "none")
        assert entry.detectable or entry.reason
        if entry.column:
            assert report.cells[entry.table, entry.item, entry.column] == entry.printed
        assert render(report)


SEEN_BY_SUMS = [code for code in PLANTED if error_classes()[code].seen_by == "sums" and code != "blank_for_zero"]


@pytest.mark.parametrize("code", SEEN_BY_SUMS)
def test_what_sums_can_see_breaks_a_sum(code: str) -> None:
    for case in cases_of(code):
        if case.entry:
            assert broken(next(r for r in case.reports if r.report_id == case.entry.report_id))


@pytest.mark.parametrize("code", ["columns_swapped", "rows_swapped", "blank_for_zero"])
def test_what_sums_cannot_see_breaks_none(code: str) -> None:
    for case in cases_of(code):
        assert all(broken(report) == [] for report in case.reports)


def test_an_error_that_has_no_place_is_not_planted() -> None:
    report = next(r for r in make_reports(60, seed=1) if not r.figures["applications", "partial", "total"])
    assert plant(report, "partial_twice", chance(1)) is None
    with pytest.raises(GongkaiError, match="unknown class"):
        plant(report, "nonsense", chance(1))


def test_the_root_cause_signatures_are_as_declared() -> None:
    for case in cases_of("sum_range"):
        if case.entry is None:
            continue
        cells = column(case.reports[0], "total")
        assert cells["carried_out"] in {2 * cells["processed_total"], 2 * cells["processed_total"] - cells["granted"]}
    for case in cases_of("partial_twice"):
        if case.entry is not None:
            cells = column(case.reports[0], "total")
            assert sum(cells.get(i, 0) for i in OUTCOMES) - cells["processed_total"] == cells["partial"]


def total(report: MadeReport, key: Key) -> float:
    return number(report.cells[key])


def test_the_chains_of_a_panel_hold() -> None:
    panel = make_panel(40, range(2019, 2025), seed=2)
    by_key = {(r.agency.agency_id, r.year): r for r in panel.reports}
    followed = 0
    for (agency, year), report in by_key.items():
        later = by_key.get((agency, year + 1))
        if later is None:
            continue
        followed += 1
        for name in ("natural_person", "business", "total"):
            left, right = ("applications", "carried_out", name), ("applications", "carried_in", name)
            assert total(report, left) == total(later, right)
        stock = [("proactive", "normative_documents", c) for c in ("in_force", "issued", "repealed")]
        if stock[0] in report.cells and stock[0] in later.cells:
            have, new, gone = (total(later, k) for k in stock)
            assert total(report, stock[0]) + new - gone == have
        items = [("proactive", "licensing", c) for c in ("items_last_year", "items_change")]
        if items[0] in report.cells and items[0] in later.cells:
            assert sum(total(report, k) for k in items) == total(later, items[0])
    assert followed > 150
    assert {r.edition for r in panel.reports} == {"2019", "2021"}


def test_a_government_that_consolidates_is_the_sum_of_its_bodies() -> None:
    panel = make_panel(80, range(2020, 2023), seed=5)
    tops = [a for a in panel.agencies if a.consolidates]
    assert {a.level for a in tops} >= {"county", "city"}
    for top in tops:
        for year in range(2020, 2023):
            own = [r for r in panel.reports if r.year == year and r.agency.parent == top.agency_id]
            report = next(r for r in panel.reports if r.year == year and r.agency == top)
            assert sum(r.agency.kind == "office" for r in own) == 1
            for key in report.cells:
                assert report.figures[key] == sum(r.figures[key] for r in own), (top.name, key)


def test_merged_departments_go_on_in_their_successor() -> None:
    panel = make_panel(80, range(2019, 2025), seed=5)
    gone = [a for a in panel.agencies if a.successor]
    assert gone
    for old in gone:
        new = next(a for a in panel.agencies if a.agency_id == old.successor)
        assert new.first_year == old.last_year + 1
        assert not [r for r in panel.reports if r.agency == old and r.year > old.last_year]
    left, right = ("applications", "carried_out", "total"), ("applications", "carried_in", "total")
    for new in {a.successor for a in gone}:
        first = min((r for r in panel.reports if r.agency.agency_id == new), key=lambda r: r.year)
        last = [r for r in panel.reports if r.agency.successor == new and r.year == first.year - 1]
        assert sum(r.figures[left] for r in last) == first.figures[right]


def test_a_panel_with_errors_has_late_and_missing_reports_in_its_key() -> None:
    panel = make_panel(80, range(2019, 2025), 4, tuple(error_classes()), rate=0.4)
    entries = {e.code: e for e in panel.key}
    assert {"late_report", "missing_report", "cell_off", "sign_wrong", "change_wrong"} <= set(entries)
    there = {r.report_id for r in panel.reports}
    for entry in panel.key:
        assert (entry.report_id in there) == (entry.code != "missing_report")
    for one, other in pairwise(sorted(e.report_id for e in panel.key)):
        assert one != other


def digest(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.mark.parametrize("more", [["--n", "25"], ["--panel", "--agencies", "8", "--years", "2020-2022"]])
def test_the_same_seed_gives_the_same_bytes(more: list[str], tmp_path: Path) -> None:
    found = []
    for k, salt in enumerate(("0", "1", "77")):
        out = tmp_path / str(k)
        command = [sys.executable, "-m", "gongkai.cli", "synth", "--out", str(out), "--errors", "all", *more]
        seed = ["--seed", "9" if k < 2 else "10"]
        subprocess.run([*command, *seed], check=True, env={**os.environ, "PYTHONHASHSEED": salt}, capture_output=True)
        found.append(digest(out))
    assert found[0] == found[1]
    assert found[0] != found[2]


def test_the_command_writes_a_data_folder_and_refuses_a_strangers(tmp_path: Path) -> None:
    out = tmp_path / "made"
    done = gongkai("synth", "--out", out, "--n", "6", "--errors", "cell_off", "--rate", "1", "--lang", "en")
    assert (done.returncode, "6 reports" in done.stderr) == (0, True), done.stderr
    assert {p.name for p in out.iterdir()} == {"reports", "manifest.csv", "agencies.csv", "answer_key.csv"}
    key = list(csv.DictReader(io.StringIO((out / "answer_key.csv").read_text("utf-8"))))
    assert {row["class"] for row in key} == {"cell_off"}
    checked = gongkai("check", out / "reports", "--format", "jsonl")
    found = [json.loads(line) for line in checked.stdout.splitlines()]
    for row in key:
        assert {f["rule"] for f in found if f["report_id"] == row["report_id"]} & set(row["rules"].split())
    # An earlier run is replaced; a file of anyone else stops it.
    assert gongkai("synth", "--out", out, "--n", "3").returncode == 0
    assert len(list((out / "reports").iterdir())) == 3
    (out / "reports" / "notes.txt").write_text("mine", "utf-8")
    refused = gongkai("synth", "--out", out, "--n", "3")
    assert refused.returncode == 2
    assert "notes.txt" in refused.stderr
    assert (out / "reports" / "notes.txt").read_text("utf-8") == "mine"


def test_a_changed_file_of_an_earlier_run_is_kept(tmp_path: Path) -> None:
    write(make_reports(2), tmp_path)
    changed = next((tmp_path / "reports").iterdir())
    changed.write_text("corrected by hand", "utf-8")
    with pytest.raises(GongkaiError, match=re.escape(changed.name)):
        write(make_reports(2), tmp_path)
    assert changed.read_text("utf-8") == "corrected by hand"


@pytest.mark.parametrize(
    "wrong",
    [
        ["--errors", "typo"],
        ["--layout", "brochure"],
        ["--panel", "--years", "2024-2019"],
        ["--panel", "--years", "2001"],
    ],
)
def test_a_wrong_call_says_what_there_is(wrong: list[str], tmp_path: Path) -> None:
    done = gongkai("synth", "--out", tmp_path / "x", *wrong)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("part", "base", "places", "text"),
    [
        (1, 3, 2, "33.33"),
        (2, 3, 0, "67"),
        (1, 8, 2, "12.50"),
        (1, 8, 1, "12.5"),
        (5, 1000, 0, "1"),
        (-602, 973, 2, "61.87"),
    ],
)
def test_percentages_are_rounded_half_up(part: int, base: int, places: int, text: str) -> None:
    assert percent(part, base, places) == text


def test_numbers_as_print_has_them() -> None:
    assert [chinese(n) for n in (0, 3, 10, 12, 20, 35)] == ["零", "三", "十", "十二", "二十", "三十五"]
    assert (wan_yuan(1), wan_yuan(251_000), wan_yuan(12_000_000)) == ("0.000001", "0.251", "12")
    for number in (1234, 9876, 14_567, 145_678):
        text = approximate(chance(1), number)
        low = float(text.rstrip("余万")) * (10_000 if "万" in text else 1)
        assert low <= number < low * 1.1


def test_the_package_reads_nothing() -> None:
    modules = list((ROOT / "lib" / "gongkai" / "synth").glob("*.py"))
    assert modules
    for path in modules:
        assert not re.search(r"gongkai\.(readers|parse|claims|rules|cells|pipeline|frames)", path.read_text("utf-8")), (
            path
        )


def test_a_template_with_open_brackets_is_refused() -> None:
    with pytest.raises(GongkaiError, match="brackets"):
        compiled("[甲|乙")
