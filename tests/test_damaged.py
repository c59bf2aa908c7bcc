"""Files that once gave a wrong number or a wrong name: what each must give now."""

from __future__ import annotations

from pathlib import Path

import pytest

from gongkai.parse import parse
from gongkai.parse.model import Report
from gongkai.readers import read_document

FOLDER = Path(__file__).parent / "damaged"


def read(name: str) -> Report:
    return parse(read_document(FOLDER / f"{name}.txt"))


def row(name: str, item: str) -> list[float | str | None]:
    """The cells of a row as read: numbers, else their status."""
    return [f.value if f.status == "number" else f.status for f in read(name).facts if f.item == item]


@pytest.mark.parametrize(
    ("name", "item", "cells"),
    [
        ("org_heading_worded", "new", [11, 12, 13, 14, 15, 16, 81]),
        ("total_first_one_row_header", "new", [11, 12, 13, 14, 15, 16, 81]),
        ("header_cell_broken_over_lines", "new", [11, 12, 13, 14, 15, 16, 81]),
        ("bars_total_column_empty", "granted", [31, 32, 33, 34, 35, 36, "blank"]),
        ("bracket_cell", "licensing", ["unreadable", 857, 767]),
        ("dispute_blocks_swapped", "reconsideration", ["absent"] * 5),
        ("unknown_subrow_pushed", "other_management", ["absent"] * 3),
        ("replaced_column", "normative_documents", ["absent"] * 3),
        ("replaced_applicant", "new", ["absent"] * 7),
        ("extra_column_blank", "carried_in", ["absent"] * 7),
        ("line_number_column", "carried_in", ["absent"] * 7),
        ("group_cell_takes_row", "other", ["absent"] * 7),
        ("first_report_without_tables", "new", ["absent"] * 7),
        ("row_ends_lost", "other", ["absent"] * 7),
        ("row_ends_lost", "granted", [31, 32, 33, 34, 35, 36, 201]),
        ("label_goes_on_before_numbers", "refused_law", ["absent"] * 7),
        ("label_goes_on_before_numbers", "refused_secret", [21, 22, 23, 24, 25, 26, 141]),
        ("header_again_label_lost", "other", [61, 62, 63, 64, 65, 66, 381]),
        ("header_again_label_lost", "processed_total", ["absent"] * 7),
        ("header_again_label_lost_one_a_line", "other", [61, 62, 63, 64, 65, 66, 381]),
        ("header_again_label_lost_one_a_line", "processed_total", ["absent"] * 7),
        ("header_again_before_total", "other", [61, 62, 63, 64, 65, 66, 381]),
        ("header_again_before_total", "processed_total", [71, 72, 73, 74, 75, 76, 441]),
    ],
)
def test_row(name: str, item: str, cells: list[float | str]) -> None:
    assert row(name, item) == cells


@pytest.mark.parametrize(
    ("name", "agency", "year"),
    [
        ("title_in_related_links", "霁禾市水务局", 2019),
        ("title_over_four_lines", "霁禾市水务局", 2019),
        ("attachment_of_other_body", "霁禾市水务局", None),
        ("prose_contact", None, None),
        ("prose_period", None, None),
        ("first_report_without_tables", "霁禾市水务局", 2019),
    ],
)
def test_identity(name: str, agency: str | None, year: int | None) -> None:
    identity = read(name).identity
    assert (identity.agency, identity.year) == (agency, year)


def test_markdown_marks_are_no_part_of_a_cell(tmp_path: Path) -> None:
    lines = [
        "# 某镇水务局2023年政府信息公开工作年度报告",
        "## 一、总体情况",
        "平稳。",
        "## 二、主动公开政府信息情况",
        "",
    ]
    lines += ["| 信息内容 | **本年制发<br>件数** | 本年废止件数 | &nbsp;现行有效件数 |", "|---|---|---|---|"]
    lines += ["| **规章** | **4** | 5* | <u>6</u> |", "| 行政规范性文件 | 7 | 8 | &nbsp; |"]
    file = tmp_path / "marks.md"
    file.write_text("\n".join(lines), "utf-8")
    cells = {
        (f.item, f.column): f.value if f.status == "number" else f.status for f in parse(read_document(file)).facts
    }
    assert [cells["rules", c] for c in ("issued", "repealed", "in_force")] == [4, "unreadable", 6]
    assert [cells["normative_documents", c] for c in ("issued", "repealed", "in_force")] == [7, 8, "blank"]


def test_refused_numbers_are_named() -> None:
    noted = {n for note in read("unknown_subrow_pushed").notes for n in note.figures.get("numbers", [])}
    assert {"11", "22", "33", "44", "55", "66"} <= noted
    noted = {n for note in read("replaced_applicant").notes for n in note.figures.get("numbers", [])}
    assert {"11", "81", "21", "141"} <= noted


def test_a_second_report_is_said() -> None:
    assert "second_report" in {note.kind for note in read("first_report_without_tables").notes}


def test_an_unknown_unit_of_money_is_no_yuan() -> None:
    amount = next(f for f in read("unit_qianyuan").facts if f.column == "amount" and f.item == "procurement")
    assert (amount.value, amount.unit) == (251, "unknown")


def test_a_very_long_line_is_read_in_time() -> None:
    import time

    lines = (FOLDER / "org_heading_worded.txt").read_text("utf-8")
    long = lines.replace("二、上年结转", " ".join(["7"] * 20_000) + "\n二、上年结转")
    start = time.perf_counter()
    from gongkai.document import Document
    from gongkai.readers import text

    parse(Document("long.txt", "0" * 64, "txt", "utf-8", text.rows(long)))
    assert time.perf_counter() - start < 20
