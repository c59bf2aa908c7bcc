"""Decisions on findings last: over re-runs, formats, wordings, names, merges; a changed figure reopens them."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import gongkai
from gongkai import show, show_decisions, terminal
from gongkai.frames import schema
from gongkai.ledger import COLUMNS, content, parse, read_ledger, update
from gongkai.pipeline import Reading, read_files, read_folder
from gongkai.reviews import same_figures
from gongkai.rules.declared import rules
from gongkai.shared_file import locked
from gongkai.store import csv_bytes, save
from layouts import Form, Printed, keys, render
from layouts.formats import FORMATS
from test_bad_input import gongkai as command
from test_rules import AGENCIES

AGENCY = "砚泽县水务局"
REPORT = f"{AGENCY}-2023"
FINDING = f"T3-03|{REPORT}|natural_person"
DAY = "2024-05-01"


def form(agency: str = AGENCY, new: str = "1566", year: int = 2023) -> Form:
    """A report of which one column does not balance: `new` received, nothing processed."""
    cells = {key: Printed("0", 0.0, "number") for key in keys("2021", False)}
    for column in ("natural_person", "total"):
        cells["applications", "new", column] = Printed(new, None, "unreadable")
    return Form("2021", False, (), agency, year, cells)


def folder(base: Path, text: str | bytes | None = None, name: str = "report.md") -> Path:
    """A data folder with one report; the reports' own folder."""
    reports = base / "data" / "reports"
    reports.mkdir(parents=True, exist_ok=True)
    given = render(form(), "markdown_empty", 0) if text is None else text
    (reports / name).write_bytes(given.encode() if isinstance(given, str) else given)
    return reports


def reread(reports: Path, text: str | bytes, name: str = "report.md") -> Reading:
    """The reading once the folder holds this one file instead."""
    for file in reports.iterdir():
        file.unlink()
    folder(reports.parents[1], text, name)
    return read_files([reports])


def decide(reports: Path, finding: str = FINDING, decision: str = "false alarm", **more: str) -> Path:
    given = {"reason": "已电话核实", "who": "甲", "date": DAY} | more
    return gongkai.decide(reports, finding, decision, **given)


def on(reading: Reading, finding: str = FINDING) -> dict[str, Any]:
    return reading.findings.filter(pl.col("finding_id") == finding).row(0, named=True)


def states(reading: Reading) -> list[tuple[str, str, str | None]]:
    return [(r["decision"], r["state"], r["why"]) for r in reading.reviews.iter_rows(named=True)]


def line(finding: str = FINDING, decision: str = "confirmed", **more: str) -> str:
    row = {"finding_id": finding, "decision": decision, "reason": "r", "who": "乙", "date": DAY} | more
    return ",".join(row.get(c, "") for c in COLUMNS)


def write(reports: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = reports.parent / "reviews.csv"
    path.write_bytes("\n".join([",".join(COLUMNS), *lines, ""]).encode(encoding))
    return path


def held(reading: Reading, finding: str = FINDING) -> None:
    """The decision stands beside its finding as it was made."""
    row = on(reading, finding)
    assert (row["decision"], row["decision_state"]) == ("false alarm", "current")
    assert (row["decision_reason"], row["decision_who"], row["decision_date"]) == ("已电话核实", "甲", DAY)
    assert states(reading) == [("false alarm", "current", None)]


def test_a_decision_is_there_after_a_re_run(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    path = decide(reports)
    assert path == reports.parent / "reviews.csv"
    held(read_files([reports]))
    held(read_folder(reports, progress=False))


@pytest.mark.parametrize("layout", ["markdown", "cell_lines", "tabs_lost"])
def test_it_is_there_after_the_report_is_read_from_another_layout(layout: str, tmp_path: Path) -> None:
    reports = folder(tmp_path)
    decide(reports)
    held(reread(reports, render(form(), layout, 0), "other.md"))


@pytest.mark.parametrize("new", ["1566", "1,566", "１５６６"])
def test_it_is_there_after_the_report_is_read_from_a_page(new: str, tmp_path: Path) -> None:
    reports = folder(tmp_path)
    decide(reports)
    reading = reread(reports, FORMATS["html_clean"].write(form(new=new), 0), "page.html")
    assert reading.reports["format"].to_list() == ["html"]
    held(reading)


@pytest.mark.parametrize("rule", ["T3-03", "P-04"])
def test_findings_of_a_text_and_a_page_rest_on_the_same_figures(rule: str, tmp_path: Path) -> None:
    def figures(reading: Reading) -> list[str]:
        return reading.findings.filter(pl.col("rule") == rule)["figures"].to_list()

    reports = folder(tmp_path, render(form(), "markdown_empty", 0).replace("五、存在", "存在"))
    before = figures(read_files([reports]))
    page = FORMATS["html_clean"].write(form(), 0).replace("五、存在".encode(), "存在".encode())
    assert before == figures(reread(reports, page, "page.html")) != []


def test_it_is_there_after_the_rule_is_worded_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reports = folder(tmp_path)
    decide(reports)
    rule = next(r for r in rules() if r["id"] == "T3-03")
    before = on(read_files([reports]))["message_zh"]
    for lang in ("zh", "en"):
        monkeypatch.setitem(rule, f"message_{lang}", "?")
        monkeypatch.setitem(rule, f"title_{lang}", "?")
    monkeypatch.setitem(rule, "severity", "info")
    reading = read_files([reports])
    assert on(reading)["message_zh"] != before
    held(reading)


def test_it_is_there_after_the_file_is_renamed_and_moved(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    decide(reports)
    (reports / "2023").mkdir()
    (reports / "report.md").rename(reports / "2023" / "年报.txt")
    held(read_files([reports]))


def test_the_same_bytes_under_a_better_name(tmp_path: Path) -> None:
    """Before, the agency could not be told; the hash in the line says that it is this file."""
    reports = folder(tmp_path)
    decide(reports)
    path = reports.parent / "reviews.csv"
    text = path.read_text("utf-8-sig").replace(REPORT, "县水务局-2022")
    path.write_text(text, "utf-8")
    reading = read_files([reports])
    held(reading)
    assert reading.reviews.select("finding_id", "current_id").rows() == [
        ("T3-03|县水务局-2022|natural_person", FINDING)
    ]


def test_a_better_name_by_the_list_of_agencies(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    decide(reports)
    lines = ("yz,砚泽县水务局,,2023,,,,,,,", "yz,砚泽县水务和移民局,2023,,,,,,,,")
    reading = reread(reports, render(form("砚泽县水务和移民局"), "markdown_empty", 0))
    assert states(reading) == [("false alarm", "gone", "report")]
    (reports.parent / "agencies.csv").write_text("\n".join([AGENCIES, *lines, ""]), "utf-8")
    held(read_files([reports]), "T3-03|砚泽县水务和移民局-2023|natural_person")


def test_a_name_that_two_bodies_bore_is_not_guessed(tmp_path: Path) -> None:
    """The name was another body's in that year, so the finding of this one is not meant."""
    reports = folder(tmp_path)
    decide(reports)
    (reports.parent / "agencies.csv").write_text(
        "\n".join(
            [AGENCIES, "a,砚泽县水务局,,2023,,,,,,,", "b,砚泽县水务局,2024,,,,,,,,", "b,江河办,,2023,,,,,,,", ""]
        ),
        "utf-8",
    )
    reading = reread(reports, render(form("江河办公室"), "markdown_empty", 0).replace("江河办公室", "江河办"))
    assert states(reading) == [("false alarm", "gone", "report")]
    assert reading.findings["decision"].null_count() == reading.findings.height


def test_a_better_name_by_an_alias(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    decide(reports)
    text = "old_report_id,report_id\n砚泽县水务局-2023,中间名-2023\n中间名-2023,砚泽县水利局-2023\n"
    (reports.parent / "aliases.csv").write_text(text, "utf-8-sig")
    reading = reread(reports, render(form("砚泽县水利局"), "markdown_empty", 0))
    held(reading, "T3-03|砚泽县水利局-2023|natural_person")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("old,new\na,b\n", "line 1: the columns are old_report_id and report_id"),
        ("old_report_id,report_id\na-1,\n", "line 2: report_id missing"),
        ("old_report_id,report_id\na-1,b-1\na-1,c-1\n", "line 3: “a-1” is already an alias of “b-1”"),
    ],
)
def test_a_broken_list_of_aliases_stops_the_run(text: str, problem: str, tmp_path: Path) -> None:
    reports = folder(tmp_path)
    (reports.parent / "aliases.csv").write_text(text, "utf-8")
    with pytest.raises(gongkai.GongkaiError) as caught:
        read_files([reports])
    assert problem in str(caught.value)


def test_aliases_in_a_circle_end(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    write(reports, line("T3-03|a-1|total"))
    (reports.parent / "aliases.csv").write_text("old_report_id,report_id\na-1,b-1\nb-1,a-1\n", "utf-8")
    assert states(read_files([reports])) == [("confirmed", "gone", "report")]


def test_of_two_versions_the_one_that_was_decided_on(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    decide(reports)
    folder(tmp_path, render(form(), "markdown", 0), "other.md")
    reading = read_files([reports])
    first = reading.reports.filter(pl.col("source").str.ends_with("report.md"))["report_id"].item()
    assert first.startswith(f"{REPORT}-")
    assert reading.reviews.select("current_id", "state").rows() == [(f"T3-03|{first}|natural_person", "current")]
    (reports / "other.md").unlink()
    held(read_files([reports]))


def test_which_of_two_versions_is_not_guessed(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    folder(tmp_path, render(form(), "markdown", 0), "other.md")
    write(reports, line())
    reading = read_files([reports])
    assert states(reading) == [("confirmed", "gone", "ambiguous")]
    assert reading.findings["decision"].null_count() == reading.findings.height


def test_a_decision_on_a_version_holds_when_it_is_the_only_one(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    sha256 = read_files([reports]).reports["sha256"].item()
    write(reports, line(f"T3-03|{REPORT}-{sha256[:8]}|natural_person"), line(f"T3-03|{REPORT}-00000000|natural_person"))
    assert states(read_files([reports])) == [("confirmed", "gone", "report"), ("confirmed", "current", "no_figures")]


def test_a_changed_figure_reopens_and_says_so(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    decide(reports)
    reading = reread(reports, render(form(new="1567"), "markdown_empty", 0))
    row = on(reading)
    assert (row["decision"], row["decision_state"], row["decision_date"]) == ("false alarm", "reopened", DAY)
    assert "new.natural_person=1566" in row["decision_figures"]
    assert "new.natural_person=1567" in row["figures"]
    assert states(reading) == [("false alarm", "reopened", None)]
    for lang, words in (("zh", "数字已变"), ("en", "figures changed")):
        page = show.findings(reading.findings, reading.reports, lang).html
        listed = terminal.reviews(reading, lang)
        for text in (page, listed, terminal.findings(reading.findings, lang)):
            assert words in text
            assert "new.natural_person=1566" in "".join(text.split())
            assert "new.natural_person=1567" in "".join(text.split())
    assert 'class="decided reopened"' in page
    decide(reports, decision="confirmed", date="2024-06-01")
    again = read_files([reports])
    assert (on(again)["decision"], on(again)["decision_state"]) == ("confirmed", "current")
    assert states(again) == [("false alarm", "superseded", None), ("confirmed", "current", None)]


@pytest.mark.parametrize(
    ("made_on", "now", "same"),
    [
        ("new=1566;in=3", "in=3;new=1566", True),
        ("new=1,566; in=3.0", "new=1566;in=3", True),
        ("new=1566", "new=1567", False),
        ("new=0", "new=blank", False),
        ("new=0.1", "new=0.1000000001", True),
        ("new=-0", "new=0", True),
        ("new=1566", "new=1566;in=3", False),
        ("applications;disputes", "disputes;applications", True),
        ("applications", "disputes", False),
        ("", "new=1", True),
    ],
)
def test_when_figures_are_the_same(made_on: str, now: str, same: bool) -> None:
    assert same_figures(made_on, now) is same


def test_a_decision_without_its_finding_is_listed_with_why(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    decide(reports)
    with (reports.parent / "reviews.csv").open("a", encoding="utf-8") as out:
        out.write("\n".join([line("T9-99|x-2020|total"), line("T3-03|x-2020|total"), ""]))
    reading = reread(reports, render(form(new="0"), "markdown_empty", 0))
    whys = {("false alarm", "gone", "finding"), ("confirmed", "gone", "rule"), ("confirmed", "gone", "report")}
    assert set(states(reading)) == whys
    again = read_files([reports])
    assert again.verdicts.height > 0
    assert set(states(again)) == whys - {("false alarm", "gone", "finding")} | {("false alarm", "gone", "pass")}
    page = show_decisions.decisions(again, "zh").html
    assert all(said in page for said in ("规则现已符合", "没有这条规则", "不在本次读取之列", FINDING))
    done = command("review", reports, "--lang", "en")
    assert done.returncode == 0
    assert "finding gone" in done.stdout
    assert "the rule holds now" in done.stdout


def test_a_decision_on_a_folded_finding_holds_and_is_listed(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    reading = read_files([reports])
    folded = reading.verdicts.filter(pl.col("folded_under").is_not_null())["finding_id"].to_list()
    assert folded
    decide(reports, folded[0])
    again = read_files([reports])
    assert states(again) == [("false alarm", "current", None)]
    assert folded[0] in show_decisions.decisions(again).html


def test_of_several_decisions_the_latest_counts(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    write(reports, line(date="2024-05-02", decision="explained"), line(date="2024-05-01", decision="confirmed"))
    reading = read_files([reports])
    assert on(reading)["decision"] == "explained"
    assert on(reading)["decision_against"] is None
    assert sorted(states(reading)) == [("confirmed", "superseded", None), ("explained", "current", "no_figures")]


def test_two_people_who_disagree_on_a_day_are_both_shown(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    write(reports, line(decision="explained", who="甲"), line(decision="confirmed", who="乙", reason="<b>否</b>"))
    reading = read_files([reports])
    assert on(reading)["decision"] == "confirmed"
    assert on(reading)["decision_against"] == ["explained (甲: r)"]
    assert sorted(states(reading)) == [
        ("confirmed", "current", "disagreement"),
        ("explained", "superseded", "disagreement"),
    ]
    page = show.findings(reading.findings, reading.reports, "zh").html
    assert "同一天另有不同的决定：可以解释 (甲: r)" in page


def test_a_line_without_figures_gets_them_when_the_next_is_written(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    write(reports, line())
    others = [f for f in read_files([reports]).findings["finding_id"] if f != FINDING]
    path = decide(reports, others[0])
    row = next(r for r in parse(path.read_bytes(), "x")[0] if r["finding_id"] == FINDING)
    assert "new.natural_person=1566" in row["figures"]
    assert row["sha256"] == read_files([reports]).reports["sha256"].item()


# --- git ---------------------------------------------------------------------------------------------


def git(base: Path, *words: str) -> str:
    about = ["-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", *about, *words], cwd=base, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_decisions_of_two_reviewers_merge_in_git(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    found = read_files([reports]).findings["finding_id"].to_list()
    assert len(found) >= 3
    git(tmp_path, "init", "-q", "-b", "main")
    decide(reports, found[0], who="甲")
    assert (reports.parent / ".gitattributes").read_text("utf-8") == "reviews.csv text eol=lf merge=union\n"
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    git(tmp_path, "checkout", "-qb", "other")
    decide(reports, found[1], "confirmed", who="乙")
    decide(reports, found[0], "confirmed", who="乙", date="2024-06-01")
    git(tmp_path, "commit", "-qam", "theirs")
    git(tmp_path, "checkout", "-q", "main")
    decide(reports, found[1], "explained", who="甲")
    decide(reports, found[2], "corrected by agency", who="甲")
    git(tmp_path, "commit", "-qam", "mine")
    git(tmp_path, "merge", "-q", "other")
    reading = read_files([reports])
    given = {(r["finding_id"], r["decision"], r["who"]) for r in reading.reviews.iter_rows(named=True)}
    assert given == {
        (found[0], "false alarm", "甲"),
        (found[0], "confirmed", "乙"),
        (found[1], "confirmed", "乙"),
        (found[1], "explained", "甲"),
        (found[2], "corrected by agency", "甲"),
    }
    assert reading.reviews.height == 5
    assert on(reading, found[0])["decision"] == "confirmed"
    assert on(reading, found[1])["decision_against"] is not None


def test_git_attributes_that_speak_of_the_ledger_are_left(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    git(tmp_path, "init", "-q")
    (tmp_path / ".gitattributes").write_text("* text=auto\nreviews.csv merge=ours\n", "utf-8")
    decide(reports)
    assert not (reports.parent / ".gitattributes").exists()


def test_marks_of_a_conflict_are_refused(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    path = write(reports, "<<<<<<< HEAD", line(), "=======", line(who="丙"), ">>>>>>> other")
    before = path.read_bytes()
    with pytest.raises(gongkai.GongkaiError, match=r"reviews\.csv, line 2, 4, 6: marks of a conflict of git"):
        read_files([reports])
    assert path.read_bytes() == before


# --- the file ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (line(decision="maybe"), "“maybe” is none of confirmed, explained, false alarm, corrected by agency"),
        (line(finding=""), "finding_id missing"),
        (line(finding="T3-03"), "“T3-03” is no finding_id"),
        (line(date="yesterday"), "date “yesterday” is no day"),
        (line(date="2024-02-30"), "date “2024-02-30” is no day"),
        (line(date="5/1/2024"), "date “5/1/2024” is no day, or could be two"),
        (line(who="", reason=""), "reason, who missing"),
        (line(reason="so, it is", figures="a=1", sha256="0"), "more fields than columns"),
        (line(reason='"open'), "its quotation marks do not match"),
    ],
)
def test_a_broken_line_stops_the_run_and_loses_nothing(bad: str, problem: str, tmp_path: Path) -> None:
    reports = folder(tmp_path)
    path = write(reports, line(), bad, line(decision="perhaps"))
    before = path.read_bytes()
    with pytest.raises(gongkai.GongkaiError) as caught:
        read_files([reports])
    assert f"reviews.csv, line 3: {problem}" in str(caught.value).replace("decision “", "“")
    assert "reviews.csv, line 4: decision “perhaps”" in str(caught.value)
    with pytest.raises(gongkai.GongkaiError):
        update(path, lambda rows: rows)
    assert path.read_bytes() == before
    assert command("review", reports).returncode == 2


def test_what_git_and_editors_leave_is_read(tmp_path: Path) -> None:
    """A second header (one with a mark), a line twice, once without figures, blank lines."""
    reports = folder(tmp_path)
    header = ",".join(COLUMNS)
    full = line(figures="left=1")
    write(reports, f"\ufeff{header}", full, "", full, line(), ",,,,,,", header, line(who="丙", decision="误报"))
    assert [(r["who"], r["decision"]) for r in read_ledger([reports]).rows] == [
        ("乙", "confirmed"),
        ("丙", "false alarm"),
    ]


def excel(rows: list[list[str]], delimiter: str, encoding: str) -> bytes:
    """A table as Excel saves it: its own delimiter and encoding, CRLF, dates as the country writes them."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


@pytest.mark.parametrize(
    ("delimiter", "encoding", "date"),
    [
        (",", "utf-8-sig", "2024/5/1"),
        (",", "gbk", "2024/5/1"),
        (",", "gb18030", "2024年5月1日"),
        (";", "utf-8-sig", "01.05.2024"),
        ("\t", "utf-16", "2024-05-01"),
        (",", "utf-8", "2024-05-01 00:00:00"),
    ],
)
def test_a_ledger_that_excel_saved_is_read(delimiter: str, encoding: str, date: str, tmp_path: Path) -> None:
    reports = folder(tmp_path)
    path = decide(reports, reason="=SUM(A1), 核对；“无误”")
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    at = COLUMNS.index("date")
    last = [*rows[1][:at], "31.12.2023" if "." in date else DAY, *rows[1][at + 1 :]]
    saved = excel(
        [[*rows[0], "", ""], [*rows[1][:at], date, *rows[1][at + 1 :], "", ""], [*last, "", ""]], delimiter, encoding
    )
    path.write_bytes(saved)
    row = on(read_files([reports]))
    assert (row["decision_state"], row["decision_date"]) == ("current", DAY)
    assert row["decision_reason"] == "=SUM(A1), 核对；“无误”"


def test_lines_of_two_encodings_are_read(tmp_path: Path) -> None:
    """One reviewer's Excel wrote GBK, the other's UTF-8, and git put the lines together."""
    reports = folder(tmp_path)
    path = write(reports, line(who="张三", reason="核对无误"))
    path.write_bytes(path.read_bytes() + (line(who="李四", reason="原件如此") + "\r\n").encode("gbk"))
    assert [(r["who"], r["reason"]) for r in read_ledger([reports]).rows] == [
        ("张三", "核对无误"),
        ("李四", "原件如此"),
    ]


@pytest.mark.parametrize(
    "reason",
    [
        "=cmd|'/c calc'!A1",
        "+1",
        "-1",
        "@x",
        "'=1",
        "''-x",
        "'plain",
        "a,b",
        'say "no"',
        "<script>alert(1)</script>",
        "a;b\tc",
    ],
)
def test_text_comes_back_as_it_was_and_runs_nowhere(reason: str, tmp_path: Path) -> None:
    reports = folder(tmp_path)
    path = decide(reports, reason=reason)
    written = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))[1][COLUMNS.index("reason")]
    assert written[0] not in "=+-@"
    reading = read_files([reports])
    assert on(reading)["decision_reason"] == reason.replace("\t", " ")
    for page in (
        show.findings(reading.findings, reading.reports).html,
        show_decisions.decisions(reading, everything=True).html,
    ):
        assert "<script>" not in page
        assert "decided" in page or "decisions" in page
    cells = [c for row in csv.reader(io.StringIO(csv_bytes(reading.reviews).decode("utf-8-sig"))) for c in row]
    assert not [c for c in cells if c[:1] in set("=@")]


def test_a_decision_is_one_line_whatever_is_typed(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    path = decide(reports, reason="a\r\nb\x00\x1b[31m\u2028c", who="x\ny")
    assert len(path.read_bytes().splitlines()) == 2
    assert on(read_files([reports]))["decision_reason"] == "a b [31m c"


def test_the_file_is_the_same_in_whatever_order_it_was_written() -> None:
    rows = [{c: f"{c}{n}" for c in COLUMNS} | {"date": f"2024-01-0{n % 3 + 1}", "place": "p"} for n in range(6)]
    assert content(rows) == content(rows[::-1])
    assert content(rows).startswith(b"\xef\xbb\xbffinding_id,")
    assert b"\r" not in content(rows)


def test_columns_that_somebody_added_are_kept(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    path = reports.parent / "reviews.csv"
    path.write_text(f"{','.join(COLUMNS)},ticket\n{line('T3-03|x-2020|total')},17\n", "utf-8")
    decide(reports)
    rows, problems = parse(path.read_bytes(), "x")
    assert problems == []
    assert {r["finding_id"]: r["ticket"] for r in rows} == {"T3-03|x-2020|total": "17", FINDING: ""}


def test_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"

    def one(n: int) -> None:
        row = {"finding_id": f"R|x-2020|{n}", "decision": "confirmed", "reason": "r", "who": "甲", "date": DAY}
        update(path, lambda rows: [*rows, row | {"figures": "", "sha256": ""}])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(40)))
    assert len(parse(path.read_bytes(), "x")[0]) == 40
    assert sorted(p.name for p in tmp_path.iterdir()) == [".gitattributes", "reviews.csv"]


def test_two_commands_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    found = read_files([reports]).findings["finding_id"].to_list()[:2]
    words = [sys.executable, "-m", "gongkai.cli", "review", str(reports), "--decision", "confirmed", "--reason", "r"]
    both = [subprocess.Popen([*words, "--who", "甲", "--set", f]) for f in found]
    assert [p.wait() for p in both] == [0, 0]
    assert {r["finding_id"] for r in read_ledger([reports]).rows} == set(found)


def test_a_ledger_that_is_kept_by_another_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gongkai.shared_file.PATIENCE", 0.1)
    path = tmp_path / "reviews.csv"
    with locked(path), pytest.raises(gongkai.GongkaiError, match=r"delete .*\.reviews\.csv\.lock"):
        update(path, lambda rows: rows)
    assert not path.exists()


def test_a_writer_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    path = decide(reports)
    before = path.read_bytes()
    with pytest.raises(ZeroDivisionError):
        update(path, lambda rows: [] if 1 // 0 else rows)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.glob(".reviews*")] == []


# --- every output --------------------------------------------------------------------------------------


def test_the_store_keeps_decisions(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    decide(reports)
    before = read_files([reports])
    made = tmp_path / "made"
    save(before.frames | {"findings": before.findings, "reviews": before.reviews}, made)
    after = read_folder(made)
    held(after)
    assert on(after)["decision"] == after.verdicts.filter(pl.col("finding_id") == FINDING)["decision"].item()
    assert after.reviews.equals(before.reviews)
    with pytest.raises(gongkai.GongkaiError, match="made from reports"):
        gongkai.decide(after, FINDING, "confirmed", "r", "甲")
    assert read_files([made]).ledger.path is None


def test_one_agency_has_its_own_decisions(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    folder(tmp_path, render(form("江河县民政局"), "markdown_empty", 0), "other.txt")
    other = "T3-03|江河县民政局-2023|natural_person"
    write(reports, line(), line(other), line("T9-99|江河县民政局-2023|x"), line("T3-03|江河县民政局-2011|total"))
    reading = read_files([reports])
    of_one = reading.only(agency=AGENCY)
    assert of_one.reviews["finding_id"].to_list() == [FINDING]
    assert on(of_one)["decision"] == "confirmed"
    assert set(reading.only(agency="江河县民政局").reviews["state"]) == {"current", "gone"}
    assert reading.only(agency="江河县民政局").reviews.height == 3


def test_a_decision_neither_hides_a_finding_nor_changes_exit_codes(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    before = read_files([reports])
    decide(reports)
    after = read_files([reports])
    plain = [c for c in schema("findings") if not c.startswith("decision")]
    assert after.findings.select(plain).equals(before.findings.select(plain))
    done = command("check", reports, "--lang", "en")
    assert done.returncode == 1
    assert "current · false alarm: 已电话核实" in done.stdout


def test_the_command_sets_lists_and_refuses(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    data = ("--data", reports.parent)
    given = ("--set", FINDING, "--reason", "核实", "--who", "甲", "--date", DAY)
    wrong = command("review", *data, "--set", FINDING + "s", "--decision", "confirmed", "--reason", "r")
    assert wrong.returncode == 2
    assert FINDING in wrong.stderr.replace(FINDING + "s", "")
    assert command("review", *data, *given, "--decision", "perhaps").returncode == 2
    assert command("review", *data, "--decision", "confirmed").returncode == 2
    assert not (reports.parent / "reviews.csv").exists()
    done = command("review", *data, *given, "--decision", "误报")
    assert done.returncode == 0, done.stderr
    assert "甲 (--who), 2024-05-01" in done.stderr
    assert "误报：核实（甲，2024-05-01）" in command("review", *data).stdout
    listed = command("review", *data, "--format", "csv").stdout
    assert listed.lstrip("\ufeff").splitlines()[0] == ",".join(schema("reviews"))
    bare = command("review", *data, "--open", "--format", "csv").stdout
    assert FINDING not in bare


def test_a_table_filled_in_is_taken_over_once(tmp_path: Path) -> None:
    reports = folder(tmp_path)
    data = ("--data", reports.parent)
    table = tmp_path / "todo.csv"
    assert command("review", *data, "--open", "--format", "csv", "--out", table).returncode == 0
    rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8-sig"))))
    rows[0] |= {"decision": "机关已更正", "reason": "见更正公告"}
    with table.open("w", encoding="gbk", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    for count in (1, 0):
        done = command("review", *data, "--from", table, "--who", "乙", "--date", DAY)
        assert done.returncode == 0, done.stderr
        assert f"{count} 条新决定" in done.stderr
    assert states(read_files([reports])) == [("corrected by agency", "current", None)]
    rows[0]["decision"] = "vielleicht"
    table.write_bytes(excel([list(rows[0]), *[list(r.values()) for r in rows]], ",", "utf-8"))
    assert "line 2: decision “vielleicht”" in command("review", *data, "--from", table).stderr
