"""Declared corrections, reports of several files, and facts read back: what is joined, what fails loudly."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import polars as pl
import pytest

from gongkai import GongkaiError, measures
from gongkai.corrections import COLUMNS
from gongkai.pipeline import Reading, read_files
from gongkai.store import save, write_csv
from test_rules import printed

HEAD = ",".join(COLUMNS) + "\n"
REPORT = "砚泽县水务局-2019"


def write(folder: Path, changes: str = "") -> Path:
    file = folder / "report.md"
    file.write_text(printed("2019 1", changes).text, "utf-8")
    return file


def correct(folder: Path, *lines: str) -> None:
    (folder / "corrections.csv").write_text(HEAD + "".join(f"{line}\n" for line in lines), "utf-8-sig")


def fact(reading: Reading, item: str, column: str) -> dict[str, object]:
    return reading.facts.filter((pl.col("item") == item) & (pl.col("column") == column)).row(0, named=True)


def test_a_correction_settles_a_doubt_and_shows(tmp_path: Path) -> None:
    file = write(tmp_path, "cell applications.new.total=见附件")
    assert fact(read_files([file]), "new", "total")["status"] == "unreadable"
    correct(tmp_path, f"{REPORT},applications,new,total,见附件,0,原件为 0,甲,2024-05-01")
    reading = read_files([file])
    got = fact(reading, "new", "total")
    assert (got["value"], got["status"], got["printed"]) == (0.0, "number", "见附件")
    assert (got["corrected"], got["correction"]) == ("0", "原件为 0（甲，2024-05-01）")
    assert reading.facts["correction"].null_count() == reading.facts.height - 1


def test_a_cell_not_read_is_corrected_and_the_table_is_sure(tmp_path: Path) -> None:
    file = write(tmp_path, "cell applications.new.total=x ; | x | => |")
    before = read_files([file])
    absent = before.facts.filter(pl.col("status") == "absent")
    assert set(absent["item"]) == {"new"}
    assert before.tables.filter(pl.col("table") == "applications")["certainty"].to_list() == ["doubtful"]
    correct(tmp_path, *[f"{REPORT},applications,new,{c},,0,原件,甲,2024-05-01" for c in absent["column"]])
    after = read_files([file]).tables.filter(pl.col("table") == "applications").row(0, named=True)
    assert after["certainty"] == "sure"
    assert after["doubt"].endswith("（已核对更正）")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f"{REPORT},applications,new,total,7,8,r,w,d", "new·total is expected to print “7”, but 0 was read there"),
        (f"{REPORT},applications,new,all,0,8,r,w,d", "has no cell applications·new·all"),
        (f"{REPORT},applications,new,total,0,about 8,r,w,d", "“about 8” is no number, dash or blank"),
        (f"{REPORT},applications,new,total,0,8,,w,d", "line 2: reason missing"),
    ],
)
def test_a_correction_that_does_not_match_stops_the_run(line: str, reason: str, tmp_path: Path) -> None:
    file = write(tmp_path)
    correct(tmp_path, line)
    with pytest.raises(GongkaiError, match=r"corrections\.csv, line 2") as caught:
        read_files([file])
    assert reason in str(caught.value)


def test_two_corrections_of_a_cell_stop_the_run(tmp_path: Path) -> None:
    file = write(tmp_path)
    correct(tmp_path, *[f"{REPORT},applications,new,total,0,{n},r,w,d" for n in (1, 2)])
    with pytest.raises(GongkaiError, match="corrected twice"):
        read_files([file])


def test_a_correction_of_a_report_that_is_not_read_waits(tmp_path: Path) -> None:
    file = write(tmp_path)
    correct(tmp_path, "别的局-2019,applications,new,total,7,8,r,w,d")
    assert read_files([file]).facts["correction"].null_count() == 197 + 1


def manifest(folder: Path, **roles: str) -> None:
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["report", "agency", "year", "file", "role", "prose", "source", "sha256"])
        for name, role in roles.items():
            file = f"{name}.md"
            digest = hashlib.sha256((folder / file).read_bytes()).hexdigest()
            writer.writerow([REPORT, "", "", file, role, "full", "", digest])


def two_files(folder: Path, changes: str = "") -> None:
    """A page without its tables, and an attachment that holds nothing else."""
    text = printed("2019 1", "").text
    start, end = text.index("| 第二十条第（一）项"), text.index("六、其他需要")
    lines = [line for line in text.split("\n") if not line.startswith("|")]
    (folder / "page.md").write_text("\n".join(lines), "utf-8")
    tables = printed("2019 1", changes).text
    (folder / "tables.md").write_text(tables[tables.index("| 第二十条第（一）项") : end], "utf-8")
    assert start < end


def test_an_attachment_fills_what_the_page_lacks(tmp_path: Path) -> None:
    two_files(tmp_path, "cell applications.new.total=7")
    apart = read_files([tmp_path])
    assert apart.reports.height == 2
    manifest(tmp_path, page="primary", tables="attachment")
    reading = read_files([tmp_path])
    assert reading.reports["report_id"].to_list() == [REPORT]
    assert set(reading.facts["status"]) == {"number"}
    assert fact(reading, "new", "total")["value"] == 7.0
    assert set(reading.facts["source"]) == {str(tmp_path / "tables.md")}
    assert reading.files["report_id"].to_list() == [REPORT, REPORT]
    assert set(reading.sections["section"]) == set("一二三四五六")
    assert "no_table" not in set(reading.notes["kind"])


def test_files_that_disagree_are_a_finding(tmp_path: Path) -> None:
    write(tmp_path).rename(tmp_path / "page.md")
    (tmp_path / "tables.md").write_text(printed("2019 1", "cell applications.new.total=7").text, "utf-8")
    manifest(tmp_path, page="primary", tables="attachment")
    reading = read_files([tmp_path])
    assert fact(reading, "new", "total")["value"] == 0.0
    found = reading.findings.filter(pl.col("rule") == "P-17").to_dicts()
    assert [(f["table"], f["severity"]) for f in found] == [("applications", "warning")]
    said = reading.notes.filter(pl.col("kind") == "files_disagree")["text_en"].item()
    assert "“0” in" in said
    assert "“7” in" in said


def test_the_surer_of_two_versions_counts(tmp_path: Path) -> None:
    write(tmp_path, "cell applications.new.total=x ; | x | => |").rename(tmp_path / "a.md")
    write(tmp_path)
    reports = read_files([tmp_path]).reports
    assert dict(reports.select("source", "primary").rows()) == {
        str(tmp_path / "a.md"): False,
        str(tmp_path / "report.md"): True,
    }


def test_one_report_under_two_names_of_its_body_counts_once(tmp_path: Path) -> None:
    write(tmp_path)
    other = printed("2019 1", "cell applications.new.total=7").text.replace("砚泽县水务局", "砚泽县水利局")
    (tmp_path / "old_name.md").write_text(other, "utf-8")
    apart = read_files([tmp_path])
    assert apart.reports["primary"].to_list() == [True, True]
    names = "agency_id,name,first_year,last_year,level,region,code,kind,parent,successor,consolidates\n"
    lines = "shui,砚泽县水利局,,2018,,,,,,,\nshui,砚泽县水务局,2019,,,,,,,,\n"
    (tmp_path / "agencies.csv").write_text(names + lines, "utf-8")
    reading = read_files([tmp_path])
    assert reading.reports["agency_id"].to_list() == ["shui", "shui"]
    assert sorted(reading.reports["primary"]) == [False, True]
    assert measures.by_year(reading.facts, reading.reports, "received").height == 1
    found = reading.findings.filter(pl.col("rule") == "P-17").to_dicts()
    counts = reading.reports.filter("primary")["report_id"].item()
    assert [(f["report_id"], f["table"], f["severity"]) for f in found] == [(counts, "applications", "warning")]
    twins = reading.findings.filter(pl.col("rule") == "Y-10").select("report_id", "scope", "other_report_ids").rows()
    others = reading.reports.filter(~pl.col("primary"))["report_id"].to_list()
    assert twins == [(counts, "duplicate", others)]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_facts_that_were_written_are_read_back(kind: str, tmp_path: Path) -> None:
    before = read_files([write(tmp_path, "cell applications.new.total=9")])
    out = tmp_path / f"facts.{kind}"
    if kind == "csv":
        write_csv(before.facts, out)
    else:
        before.facts.write_parquet(out)
    after = read_files([out])
    assert after.reports["format"].to_list() == ["facts"]
    kept = [c for c in before.facts.columns if c not in {"printed"}]
    assert after.facts.select(kept).equals(before.facts.select(kept))
    arithmetic = pl.col("rule").str.starts_with("T")
    ids = before.findings.filter(arithmetic)["finding_id"].to_list()
    assert ids == after.findings.filter(arithmetic)["finding_id"].to_list() != []


def test_a_table_that_gongkai_did_not_write_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f.parquet").write_bytes(b"PAR1" + bytes(50) + b"PAR1")
    aside = read_files([tmp_path / "f.parquet"]).set_aside
    assert aside["reason_en"].item().startswith("this is no table of facts that gongkai wrote")


def test_a_table_without_facts_is_refused(tmp_path: Path) -> None:
    facts = read_files([write(tmp_path)]).facts
    write_csv(facts.clear(), tmp_path / "none.csv")
    aside = read_files([tmp_path / "none.csv"]).set_aside
    assert "(it holds no facts)" in aside["reason_en"].item()


def test_what_gongkai_made_is_no_report(tmp_path: Path) -> None:
    file = write(tmp_path)
    before = read_files([file])
    made = tmp_path / "derived" / "reports"
    save(before.frames | {"findings": before.findings, "reviews": before.reviews}, made)
    (made / "page.html").write_text("<h1>砚泽县水务局</h1>", "utf-8")
    assert read_files([tmp_path]).files["file"].to_list() == [str(file)]
    assert read_files([made]).facts.drop("source").equals(before.facts.drop("source"))
