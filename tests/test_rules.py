"""The cases of every rule (rule_cases/), through the whole road: printed report → verdict."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from gongkai.form import TABLES, Shape, declared_rows, form
from gongkai.pipeline import Reading, read_files
from gongkai.rules.declared import causes, rules, severity, verdicts
from gongkai.store import write_csv
from layouts import Form, Printed, keys, render

# A file a family of rules. One line a case:
#
#     rule  verdict[:severity]  scope | form | steps ; steps
#
# Form: edition and the number of rows of （六）, then `facts` (the facts alone are read) or `twice` (beside it a second
# version in which every cell is 0). Every cell not named is printed 0; `cell table.item.column=value …` prints others,
# an empty one too. `year=2023`, `agency=名`, `file=name` and `prose=condensed` set those; `一: text` is the whole prose
# of a section, its paragraphs parted by ~. `A => B` replaces text in the printed report (~ a line end), `A .. B` cuts
# from the line with A up to the line with B. `agencies line` is a line of agencies.csv (its header is AGENCIES).
# `report=id` looks for the verdict on that report, which may be one that is missing.
# Further reports follow after ` || ` as `form | steps`; the case is about the first. `12* form | steps` are twelve
# reports: in the steps {k} is a character for each, and {20+3k} is 20, 23, 26 … In `cell`, * stands for any part.
FAMILIES = sorted((Path(__file__).parent / "rule_cases").glob("*.txt"))
CASES = [line for f in FAMILIES for line in f.read_text("utf-8").splitlines() if line and line[0] != "#"]
EXAMPLES = {(r["rule"], r["verdict"]): r for r in declared_rows("examples")}
AGENCIES = "agency_id,name,first_year,last_year,level,region,code,kind,parent,successor,consolidates,deadline"


@dataclass
class Given:
    """What the steps of one report of a case ask for."""

    outline: str
    text: str = ""
    file: str = "report"
    prose: str = ""
    agencies: tuple[str, ...] = ()
    report: str = ""


_EACH = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"


def repeated(one: str) -> list[str]:
    """The reports that `12* form | steps` stands for."""
    found = re.match(r" *([0-9]+)\* ", one)
    if not found:
        return [one]

    def filled(k: int) -> str:
        text = one[found.end() :].replace("{k}", _EACH[k])
        return re.sub(r"\{([0-9]+)\+([0-9]+)k\}", lambda m: str(int(m[1]) + int(m[2]) * k), text)

    return [filled(k) for k in range(int(found[1]))]


def printed(outline: str, steps: str) -> Given:
    """The report of a case as Markdown: every cell 0 but those named, then the changes to its text."""
    edition, rows = outline.split()[:2]
    cells = dict.fromkeys(keys(edition, rows == "1"), "0")
    year, agency, changes, sections = 2019 if edition == "2019" else 2023, "砚泽县水务局", [], {}
    given = Given(outline.strip())
    for step in [s.strip() for s in steps.split(" ; ") if s.strip()]:
        if re.match(r"(year|agency|file|prose|report)=", step):
            name, value = step.split("=", 1)
            year, agency = int(value) if name == "year" else year, value if name == "agency" else agency
            given.file, given.prose = (
                value if name == "file" else given.file,
                value if name == "prose" else given.prose,
            )
            given.report = value if name == "report" else given.report
        elif step.startswith("agencies "):
            given.agencies += (step[9:],)
        elif step[1:3] == ": ":
            sections[step[0]] = step[3:].replace("~", "\n")
        elif step.split(" ")[0] == "cell":
            for pair in step[5:].split():
                name, value = pair.split("=", 1)
                named = [key for key in cells if fnmatch(".".join(key), name)]
                assert named, name
                cells |= dict.fromkeys(named, value)
        else:
            changes.append(step)
    shown = {key: Printed(text, None, "unreadable") for key, text in cells.items()}
    text = render(Form(edition, rows == "1", (), agency, year, shown), "markdown_empty", 0)
    for section, prose in sections.items():
        text = re.sub(rf"(?m)^(#* *{section}、.*)\n(?:(?!#).*\n?)*", lambda m, p=prose: f"{m[1]}\n{p}\n", text, count=1)
    for change in changes:
        text = changed(text, change)
    given.text = text.replace("END", "")
    return given


def changed(text: str, change: str) -> str:
    text = text.rstrip("\n") + "\nEND\n"
    if " => " in change:
        old, new = change.split(" => ")
        assert old in text, (old, text)
        return text.replace(old, new.replace("~", "\n"))
    start, end = change.split(" .. ")
    found = re.search(rf"(?m)^.*{re.escape(start)}(?s:.*?)(?=^.*{re.escape(end)})", text)
    assert found, (start, end, text)
    return text.replace(found.group(), "")


def read_given(reports: list[Given], folder: Path) -> Reading:
    """The reading of the reports of a case."""
    manifest = ["report,agency,year,file,role,prose,source,sha256"]
    agencies = [AGENCIES, *(line for g in reports for line in g.agencies)]
    for k, given in enumerate(reports):
        file = folder / f"{given.file}{k or ''}.md"
        file.write_text(given.text, "utf-8")
        if given.outline.endswith(" twice"):
            (folder / "other.md").write_text(printed(given.outline, "").text + "\n", "utf-8")
        if given.prose:
            hashed = hashlib.sha256(file.read_bytes()).hexdigest()
            manifest.append(f"r{k},,,{file.name},primary,{given.prose},,{hashed}")
    if len(manifest) > 1:
        (folder / "manifest.csv").write_text("\n".join(manifest) + "\n", "utf-8")
    if len(agencies) > 1:
        (folder / "agencies.csv").write_text("\n".join(agencies) + "\n", "utf-8")
    reading = read_files([folder])
    assert reading.set_aside.is_empty(), reading.set_aside.to_dicts()
    if reports[0].outline.endswith(" facts"):
        write_csv(reading.facts, folder / "facts.csv")
        reading = read_files([folder / "facts.csv"])
    return reading


def read_text(text: str | Given, folder: Path) -> Reading:
    """The reading of one report."""
    return read_given([text if isinstance(text, Given) else Given("2021 3", text)], folder)


def example_key(case: str) -> tuple[str, str]:
    """The rule and verdict of a case."""
    rule, verdict, _ = case.split("|", maxsplit=1)[0].split()
    return rule, verdict.partition(":")[0]


def case_verdict(case: str, folder: Path) -> dict[str, Any]:
    """The one verdict of a case's rule at its scope in its first report."""
    head, rest = (case + " ").split("|", 1)
    rule, _, scope = head.split()
    every = [one for given in rest.split(" || ") for one in repeated(given)]
    reports = [printed(*one.split("|", 1)) for one in every]
    reading = read_given(reports, folder)
    counting = reading.reports.filter("primary")["report_id"].to_list()
    if len(reports) > 1:
        first = reading.reports.filter(pl.col("source").str.ends_with(f"{reports[0].file}.md"))["report_id"].to_list()
        counting = [r for r in counting if r in first]
    counting = [reports[0].report] if reports[0].report else counting
    mine = (pl.col("rule") == rule) & (pl.col("scope") == scope) & pl.col("report_id").is_in(counting)
    found = reading.verdicts.filter(mine).to_dicts()
    assert len(found) == 1, found
    return found[0]


# The first case of each rule and verdict, whose message stands in the rules reference.
EXAMPLE_CASES = {example_key(case): case for case in reversed(CASES)}


@pytest.mark.parametrize("case", CASES)
def test_case(case: str, tmp_path: Path) -> None:
    rule, wanted, scope = case.split("|", maxsplit=1)[0].split()
    verdict, _, grade = wanted.partition(":")
    found = case_verdict(case, tmp_path)
    assert found["verdict"] == verdict
    if grade:
        assert found["severity"] == grade
    assert found["finding_id"] == f"{rule}|{found['report_id']}|{scope}"
    messages = {name: found[name] for name in ("message_zh", "message_en")}
    for message in messages.values():
        assert message and not re.search(r"[{}]|None", message)
    if verdict in {"fail", "explained"}:
        assert found["figures"]
    example = EXAMPLES.get((rule, verdict))
    if EXAMPLE_CASES[example_key(case)] == case and example:
        told = {k: example[k] for k in messages}
        assert told == messages, "run `python tests/refresh_examples.py` and read its diff"


def test_every_rule_has_a_case_of_every_verdict_it_can_give() -> None:
    have = {(rule, verdict.split(":")[0]) for rule, verdict, *_ in (case.split() for case in CASES)}
    assert {(r["id"], v) for r in rules() for v in verdicts(r)} == have


def test_the_reference_has_an_example_of_every_verdict() -> None:
    assert set(EXAMPLES) == set(EXAMPLE_CASES), "run `python tests/refresh_examples.py`"


def test_every_grade_has_a_case() -> None:
    have = {
        (case.split()[0], case.split()[1].partition(":")[2]) for case in CASES if case.split()[1].startswith("fail")
    }
    for rule in rules():
        grades = [g for g, _ in rule.get("grades", [])]
        if len(grades) > 1:
            assert {(rule["id"], g) for g in grades} <= have


def test_rules_are_declared_whole() -> None:
    assert {r["source"] != "" for r in rules()} == {True}
    assert {severity(r) for r in rules()} <= {"error", "warning", "info"}
    assert [c["id"] for c in causes()] == [f"RC-{k:02}" for k in range(1, 14)]
    ids = {r["id"] for r in rules()}
    assert {f for r in rules() for f in r.get("folds", [])} <= ids


def test_a_rule_that_follows_from_another_is_folded_under_it(tmp_path: Path) -> None:
    cells = "cell applications.new.total=5 applications.new.business=5"
    cells += " applications.processed_total.total=7 applications.processed_total.business=7"
    reading = read_text(printed("2019 1", cells), tmp_path)
    folded = {f["finding_id"]: f["folded_under"] for f in reading.verdicts.to_dicts() if f["folded_under"]}
    assert folded["T3-04|砚泽县水务局-2019|business"] == "T3-02|砚泽县水务局-2019|business"
    assert "T3-04" not in set(reading.findings["rule"])


def test_sums_of_a_doubtful_reading_are_no_error_of_the_agency(tmp_path: Path) -> None:
    steps = "cell applications.new.business=5 applications.carried_in.total=x ; | x | => |"
    found = read_text(printed("2021 3", steps), tmp_path).findings.filter(pl.col("rule") == "T3-01")
    assert found.select("scope", "severity", "doubtful").rows() == [("new", "warning", True)]


def test_a_report_with_blank_zeros_is_explained_and_raises_no_error(tmp_path: Path) -> None:
    blank = {key: "" for key in keys("2021", False) if key[0] == "applications"}
    numbers = {("new", "natural_person"): 3, ("new", "total"): 3, ("granted", "natural_person"): 3}
    numbers |= {("processed_total", "natural_person"): 3, ("processed_total", "total"): 3}
    cells = " ".join(f"{'.'.join(k)}={numbers.get(k[1:], v)}" for k, v in blank.items())
    reading = read_text(printed("2021 3", "cell " + cells), tmp_path)
    assert "fail" not in set(reading.verdicts.filter(pl.col("rule").str.starts_with("T3-0"))["verdict"])
    by_scope = {f["scope"]: f["verdict"] for f in reading.verdicts.filter(pl.col("rule") == "T3-01").to_dicts()}
    assert (by_scope["new"], by_scope["granted"]) == ("explained", "not_assessable")
    assert set(reading.verdicts.filter(pl.col("rule") == "P-12")["verdict"]) == {"pass"}


@pytest.mark.parametrize(
    ("edition", "single", "split", "cells"),
    [
        ("2019", True, (), [22, 161, 15]),
        ("2019", True, ("inspection", "confirmation"), [25, 161, 15]),
        ("2021", False, (), [10, 175, 15]),
        ("2021", True, (), [10, 161, 15]),
    ],
)
def test_the_form_has_the_cells_that_the_notices_print(
    edition: str, single: bool, split: tuple[str, ...], cells: list[int]
) -> None:
    shape = Shape(single, frozenset(split))
    tables = [form().rows(table, edition, shape) for table in TABLES]
    assert [sum(len(form().item_columns(item, edition)) for item in rows) for rows in tables] == cells


def test_a_finding_about_the_reading_leads_to_the_place(tmp_path: Path) -> None:
    text = printed("2019 1", "| 行政强制 | => | | 800 | 22701 | |~| 行政强制 |").text
    line = next(k for k, row in enumerate(text.splitlines(), 1) if "22701" in row)
    found = read_text(text, tmp_path).findings.filter(pl.col("rule") == "P-11")
    assert found["where"].to_list() == [[f"line {line}, cell 2"]]
