"""The command line as the contract has it (form.md): formats, fields, exit codes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest

from test_bad_input import GOOD, ROOT, gongkai

REPORTS = ROOT / "data" / "reports"
FACTS = [
    "report_id",
    "agency",
    "year",
    "edition",
    "table",
    "item",
    "column",
    "value",
    "status",
    "unit",
    "printed",
    "where",
]
FINDING = ["finding_id", "rule", "severity", "verdict", "report_id", "other_report_ids", "scope", "table", "item"]
FINDING += ["column", "left", "right", "difference", "reading", "cause", "repair", "message_zh", "message_en", "where"]


CLAIM = ["section", "kind", "table", "item", "column", "low", "high", "unit", "base", "scope", "sentence", "where"]
CLAIM_VALUES: list[object] = ["一", "count", "applications", "new", "total", 0.0, 0.0, "件", None, "本局"]
CLAIM_VALUES += ["2023 年，本局未收到政府信息公开申请。", "line 15"]


def test_parse_jsonl_is_one_object_a_report_in_input_order() -> None:
    files = ["data/reports/xigong-rsj-2023.txt", "data/reports/beijing-rsj-2019.txt"]
    done = gongkai("parse", *files, "--format", "jsonl")
    assert (done.returncode, done.stderr) == (0, "")
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert [o["report"]["source"] for o in objects] == files
    first = objects[0]
    assert list(first) == ["schema", "report", "facts", "claims", "notes"]
    assert {k: first["report"][k] for k in ("report_id", "agency", "year", "edition", "format")} == {
        "report_id": "西工区人力资源和社会保障局-2023",
        "agency": "西工区人力资源和社会保障局",
        "year": 2023,
        "edition": "2021",
        "format": "txt",
    }
    (denied,) = [c for c in first["claims"] if c["denial"]]
    assert [denied[k] for k in CLAIM] == CLAIM_VALUES
    assert all(list(fact)[: len(FACTS)] == FACTS for fact in first["facts"])
    fee = next(f for f in first["facts"] if f["item"] == "fees")
    assert (fee["value"], fee["unit"], fee["printed"], fee["status"]) == (1.4028, "万元", "1.4028", "number")
    assert all({"kind", "where", "text"} <= set(note) for o in objects for note in o["notes"])


def test_parse_csv_and_parquet_hold_the_same_facts(tmp_path: Path) -> None:
    assert gongkai("parse", REPORTS, "--format", "csv", "--out", tmp_path / "f.csv").returncode == 0
    assert gongkai("parse", REPORTS, "--format", "parquet", "--out", tmp_path / "f.parquet").returncode == 0
    data = (tmp_path / "f.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    facts = pl.read_parquet(tmp_path / "f.parquet")
    assert list(rows[0]) == facts.columns
    assert facts.columns[: len(FACTS)] == FACTS
    assert [float(r["value"]) if r["value"] else None for r in rows] == facts["value"].to_list()
    assert [r["printed"] or None for r in rows if r["printed"]] == [p for p in facts["printed"] if p]


def test_parse_table_shows_every_figure() -> None:
    done = gongkai("parse", GOOD)
    assert done.returncode == 0
    assert "1.4028" in done.stdout
    assert "行政事业性收费" in done.stdout


def test_check_exit_codes() -> None:
    assert gongkai("check", "data/reports/xigong-rsj-2023.txt").returncode == 0
    assert gongkai("check", "data/reports/xiqing-rsj-2019.txt").returncode == 0
    assert gongkai("check", "data/reports/xicheng-2020.txt").returncode == 1
    assert gongkai("check", "data/reports/xicheng-2020.txt", "nowhere.txt").returncode == 2


def test_check_jsonl_of_a_known_report() -> None:
    done = gongkai("check", "data/reports/xicheng-2020.txt", "--format", "jsonl")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(set(FINDING) <= set(f) for f in found)
    sums = [f for f in found if f["table"] in {"applications", "disputes"}]
    assert [(f["rule"], f["verdict"], f["column"], f["cause"], f["repair"]) for f in sums] == [
        ("T3-03", "fail", "natural_person", "RC-01", 55),
        ("T3-03", "fail", "business", "RC-01", 0),
        ("T3-03", "fail", "legal_service", "RC-01", 0),
        ("T3-03", "fail", "total", "RC-01", 55),
        ("T3-11", "fail", None, None, None),
    ]
    total = sums[3]
    assert (total["left"], total["right"], total["difference"]) == (1621, 4348, -2727)
    assert [c["printed"] for c in total["cells"]] == ["1576", "45", "1566", "2782"]
    assert len(total["where"]) == 4


def test_check_all_adds_the_other_verdicts() -> None:
    done = gongkai("check", GOOD, "--format", "jsonl", "--all")
    verdicts = {json.loads(line)["verdict"] for line in done.stdout.splitlines()}
    assert {"pass"} <= verdicts <= {"pass", "not_assessable", "fail", "explained"}
    assert done.returncode == 0


def test_check_xlsx_holds_text_as_text(tmp_path: Path) -> None:
    hostile = (ROOT / "data" / "reports" / "xicheng-2020.txt").read_text("utf-8").replace("2782", "=HYPERLINK(1)")
    (tmp_path / "x.txt").write_text(hostile, "utf-8")
    done = gongkai("check", tmp_path / "x.txt", "--format", "xlsx", "--out", tmp_path / "f.xlsx")
    assert done.returncode == 1
    import zipfile

    with zipfile.ZipFile(tmp_path / "f.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet
    assert gongkai("check", GOOD, "--format", "xlsx").returncode == 2


@pytest.mark.parametrize(("lang", "words"), [("zh", "发现"), ("en", "A finding is a question to the agency")])
def test_check_table_in_both_languages(lang: str, words: str) -> None:
    assert words in gongkai("check", "data/reports/xicheng-2020.txt", "--lang", lang).stdout


def test_the_same_bytes_twice_are_one_report(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_bytes(GOOD.read_bytes())
    done = gongkai("parse", tmp_path, "--format", "jsonl")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 1
    assert f"{tmp_path / 'b.txt'}: " in done.stderr


def test_two_versions_of_a_report_get_ids_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(GOOD.read_bytes())
    (tmp_path / "b.txt").write_bytes(GOOD.read_bytes() + b"\n")
    reports = [json.loads(x)["report"] for x in gongkai("parse", tmp_path, "--format", "jsonl").stdout.splitlines()]
    assert [r["report_id"] for r in reports] == [f"西工区人力资源和社会保障局-2023-{r['sha256'][:8]}" for r in reports]
    assert sorted(r["primary"] for r in reports) == [False, True]
