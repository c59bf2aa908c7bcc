"""PDF as drawn: ruled tables of every make, page ends, text that is not what it seems, and files that are refused."""

from __future__ import annotations

import io
import random
import zlib
from collections.abc import Callable
from pathlib import Path

import pylopdf_fonts_zh_cn
import pypdfium2
import pytest
from fpdf import FPDF
from PIL import Image

from gongkai.document import Content, Row
from gongkai.errors import UnreadableFile
from gongkai.readers import pdf

Draw = Callable[[FPDF], None]
NUMBERS = ["甲", "1", "23", "456"]


def paper(*pages: Draw, **options: object) -> bytes:
    """A PDF with a page for each function that draws one, in points."""
    out = FPDF(unit="pt", format="A4")
    out.set_auto_page_break(False)
    out.add_font("sans", "", str(pylopdf_fonts_zh_cn.sans_path()))
    for draw in pages:
        out.add_page()
        out.set_font("sans", size=10)
        out.set_line_width(0.5)
        draw(out)
    if "password" in options:
        out.set_encryption("owner", user_password=str(options["password"]))
    return bytes(out.output())


def read(*pages: Draw) -> Content:
    return pdf.read(paper(*pages), "x.pdf")


def tables(content: Content) -> list[tuple[int, list[str], tuple[tuple[int, int], ...]]]:
    return [(row.table, [c.text for c in row.cells], row.spans) for row in content.rows if row.table]


def texts(content: Content) -> list[list[str]]:
    return [[c.text for c in row.cells] for row in content.rows]


def grid(  # noqa: PLR0913
    p: FPDF,
    rows: list[list[str]],
    x: float = 60,
    y: float = 100,
    width: float = 40,
    height: float = 20,
    foot: bool = True,
    rule: Callable[[float, float, float, float], None] | None = None,
) -> None:
    """A table of equal cells; its rules as long lines, or by `rule(x0, y0, x1, y1)`."""
    line = rule or p.line
    right, bottom = x + width * len(rows[0]), y + height * len(rows)
    for k in range(len(rows) + foot):
        line(x, y + k * height, right, y + k * height)
    for k in range(len(rows[0]) + 1):
        line(x + k * width, y, x + k * width, bottom)
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            p.text(x + c * width + 4, y + r * height + 14, text)


def bars(p: FPDF) -> Callable[[float, float, float, float], None]:
    """Rules as filled rectangles half a point thick, as Word draws them."""
    p.set_fill_color(0)
    return lambda x0, y0, x1, y1: p.rect(x0, y0, max(x1 - x0, 0.5), max(y1 - y0, 0.5), style="F")


def double(p: FPDF) -> Callable[[float, float, float, float], None]:
    def rule(x0: float, y0: float, x1: float, y1: float) -> None:
        p.line(x0, y0, x1, y1)
        p.line(x0 + 1.5 * (x0 == x1), y0 + 1.5 * (y0 == y1), x1 + 1.5 * (x0 == x1), y1 + 1.5 * (y0 == y1))

    return rule


def dashed(p: FPDF) -> Callable[[float, float, float, float], None]:
    """Dashes drawn one by one, two points apart."""

    def rule(x0: float, y0: float, x1: float, y1: float) -> None:
        across = y0 == y1
        start, end = (x0, x1) if across else (y0, y1)
        while start < end:
            stop = min(start + 3, end)
            p.line(*((start, y0, stop, y0) if across else (x0, start, x0, stop)))
            start = stop + 2

    return rule


def test_the_sample(samples: Path) -> None:
    content = pdf.read((samples / "hongze-2023.pdf").read_bytes(), "hongze")
    rows = [row for row in content.rows if row.table]
    assert [max(c for r in rows if r.table == t for _, c in r.spans) for t in (1, 2, 3)] == [4, 10, 15]
    assert [sum(r.table == t for r in rows) for t in (1, 2, 3)] == [14, 26, 4]
    assert not [row for row in content.rows if row.role]
    last = [[c.text for c in r.cells[-7:]] for r in rows if r.table == 2][3:]
    several = {0: 21, 3: 4, 4: 1, 9: 1, 10: 1, 12: 10, 13: 3, 15: 1, 21: 21}
    assert len(last) == 23
    assert last == [[str(n), *"00000", str(n)] for n in (several.get(k, 0) for k in range(23))]
    assert [c.text for c in rows[-1].cells] == ["10", "1", *"00000000", "5", *"0000"]
    assert [c.text for r in rows if r.table == 1 for c in r.cells if c.text[0].isdigit()] == [
        *"000055", "550", "4119", "195", "7730.28"
    ]  # fmt: skip
    assert [row.text for row in content.rows if not row.table][24::15][0] == "-1-"


@pytest.mark.parametrize("make", [lambda p: p.line, bars, double, dashed])
def test_rules_of_every_make(make: Callable[[FPDF], Callable[[float, float, float, float], None]]) -> None:
    content = read(lambda p: grid(p, [NUMBERS, ["乙", "", "0", "7730.28"]], rule=make(p)))
    spans = ((0, 1), (1, 2), (2, 3), (3, 4))
    assert tables(content) == [(1, NUMBERS, spans), (1, ["乙", "", "0", "7730.28"], spans)]
    assert str(content.rows[1].cells[3].place) == "page 1, table 1, row 2, column 4"
    assert not any(row.role for row in content.rows)


def test_cells_drawn_one_by_one_with_shading() -> None:
    def draw(p: FPDF) -> None:
        p.set_fill_color(40, 60, 120)
        for k in range(4):
            p.rect(60.3 + 40 * k, 100, 39.6, 20, style="DF")
            p.rect(60.3 + 40 * k, 120.4, 39.6, 20, style="D")
        p.set_text_color(255)
        for k, text in enumerate(["名称", "本年", "上年", "合计"]):
            p.text(64 + 40 * k, 114, text)
        p.set_text_color(0)
        for k, text in enumerate(NUMBERS):
            p.text(64 + 40 * k, 134, text)

    assert [row for _, row, _ in tables(read(draw))] == [["名称", "本年", "上年", "合计"], NUMBERS]


def test_shaded_and_framed_paragraphs_are_no_tables() -> None:
    def draw(p: FPDF) -> None:
        p.set_fill_color(230)
        for k in range(5):
            p.rect(60, 100 + 20 * k, 300, 20, style="F")
            p.text(64, 114 + 20 * k, f"第{k}行")
        p.rect(60, 300, 200, 40)
        p.text(64, 314, "框内")

    assert texts(read(draw)) == [["第0行"], ["第1行"], ["第2行"], ["第3行"], ["第4行"], ["框内"]]


def test_merged_cells_give_spans_with_gaps() -> None:
    def draw(p: FPDF) -> None:
        p.rect(60, 100, 15 * 30, 60)
        p.line(60 + 150, 100, 60 + 150, 160)
        p.line(60 + 150, 120, 60 + 450, 120)
        p.line(60, 140, 60 + 450, 140)
        for k in range(1, 15):
            p.line(60 + 30 * k, 140 if k < 5 else 120, 60 + 30 * k, 160)
        for k in range(15):
            p.text(64 + 30 * k, 154, str(k * 11))
        p.text(64, 114, "复议")
        p.text(214, 114, "诉讼")

    (_, first, a), (_, second, b), (_, third, c) = tables(read(draw))
    assert (first, a) == (["复议", "诉讼"], ((0, 5), (5, 15)))
    assert (second, b) == ([""] * 10, tuple((k, k + 1) for k in range(5, 15)))
    assert (third, c) == ([str(k * 11) for k in range(15)], tuple((k, k + 1) for k in range(15)))


def test_a_table_over_two_pages_keeps_its_number_and_columns() -> None:
    def one(p: FPDF) -> None:
        p.text(200, 40, "政府年度报告")
        p.line(60, 700, 300, 700)
        p.line(60, 720, 300, 720)
        p.line(140, 740, 300, 740)
        for x in (60, 140, 180, 300):
            p.line(x, 720 if 60 < x < 180 else 700, x, 760)  # cut by the page foot
        for x, y, text in [(64, 714, "标题"), (184, 714, "合计"), (64, 734, "（四）无"), (144, 734, "1."), (184, 734, "5")]:
            p.text(x, y, text)
        p.text(144, 754, "2.")
        p.text(184, 754, "6")
        p.text(280, 800, "- 1 -")

    def two(p: FPDF) -> None:
        p.text(200, 40, "政府年度报告")
        for x in (60, 140, 180, 240, 300):
            p.line(x + 0.4, 80, x + 0.4, 120)
        for y in (80, 100, 120):
            p.line(60.4 if y != 100 else 140, y, 300.4, y)
        for x, y, text in [(64, 94, "法提供"), (144, 94, "3."), (184, 94, "7"), (244, 94, "8"), (144, 114, "4.")]:
            p.text(x, y, text)
        p.text(60, 200, "五、问题")
        p.text(280, 800, "- 2 -")

    content = read(one, two)
    assert tables(content) == [
        (1, ["标题", "合计"], ((0, 2), (2, 4))),
        (1, ["（四）无", "1.", "5"], ((0, 1), (1, 2), (2, 4))),
        (1, ["2.", "6"], ((1, 2), (2, 4))),
        (1, ["法提供", "3.", "7", "8"], ((0, 1), (1, 2), (2, 3), (3, 4))),
        (1, ["4.", "", ""], ((1, 2), (2, 3), (3, 4))),
    ]
    assert [row.text for row in content.rows if not row.table] == [
        "政府年度报告", "- 1 -", "政府年度报告", "五、问题", "- 2 -",
    ]  # fmt: skip
    assert str(content.rows[-4].cells[0].place) == "page 2, table 1, row 1, column 1"


def test_a_heading_between_two_pages_starts_a_new_table() -> None:
    def one(p: FPDF) -> None:
        grid(p, [NUMBERS], y=720)

    def two(p: FPDF) -> None:
        p.text(60, 60, "四、行政复议情况")
        grid(p, [NUMBERS])

    assert [row.table for row in read(one, two).rows if row.table] == [1, 2]


@pytest.mark.parametrize("mark", ["- 3 -", "—12—", "第 3 页"])
def test_a_page_number_inside_a_table_is_prose(mark: str) -> None:
    def draw(p: FPDF) -> None:
        grid(p, [NUMBERS, ["乙", "5", "6", "7"]], y=760, height=30, foot=False)
        p.text(105, 815, mark)

    content = read(draw)
    assert [row for _, row, _ in tables(content)] == [NUMBERS, ["乙", "5", "6", "7"]]
    assert texts(content)[-1] == [mark]


def test_a_bare_page_number_below_the_last_rule_is_prose() -> None:
    def draw(p: FPDF) -> None:
        grid(p, [NUMBERS, ["乙", "5", "6", "7"], ["", "", "3", ""]], y=740, foot=False)

    content = read(draw)
    assert [row for _, row, _ in tables(content)] == [NUMBERS, ["乙", "5", "6", "7"]]
    assert texts(content)[-1] == ["3"]


def test_lines_of_a_cell_join_but_numbers_never_fuse() -> None:
    def draw(p: FPDF) -> None:
        grid(p, [["行政", "1", "12.", "see"]], height=40)
        for k, text in enumerate(["许可", "2", "5", "also"]):
            p.text(64 + 40 * k, 128, text)

    assert tables(read(draw))[0][1] == ["行政许可", "1 2", "12. 5", "see also"]


def test_numbers_with_a_gap_do_not_fuse() -> None:
    def draw(p: FPDF) -> None:
        grid(p, [["甲", "1", "2", "3"]], width=60)
        p.text(130, 114, "4")
        p.text(184 + 6.2, 114, "0")

    assert tables(read(draw))[0][1] == ["甲", "1 4", "20", "3"]


def test_tables_side_by_side_and_a_table_in_a_cell() -> None:
    def draw(p: FPDF) -> None:
        grid(p, [["甲", "1"], ["乙", "2"]])
        grid(p, [["丙", "3"], ["丁", "4"], ["戊", "5"]], x=300)
        grid(p, [["", ""]], y=300, width=150, height=100)
        grid(p, [["己", "6"]], x=80, y=320, width=30)
        p.text(220, 350, "外")

    assert [(t, row) for t, row, _ in tables(read(draw))] == [
        (1, ["甲", "1"]), (1, ["乙", "2"]), (2, ["丙", "3"]), (2, ["丁", "4"]), (2, ["戊", "5"]),
        (3, ["", "外"]), (4, ["己", "6"]),
    ]  # fmt: skip


def test_rules_inside_a_cell_that_part_nothing() -> None:
    def draw(p: FPDF) -> None:
        grid(p, [NUMBERS, ["乙", "5", "6", "7"]], width=60, height=30)
        p.line(60, 115, 90, 115)  # from the side half through a cell
        p.line(124, 117, 140, 117)  # an underline
        p.line(60, 130, 120, 160)  # 斜线表头
        p.line(60, 320, 120, 380)

    content = read(draw)
    assert tables(content) == [
        (1, NUMBERS, ((0, 1), (1, 2), (2, 3), (3, 4))),
        (1, ["乙", "5", "6", "7"], ((0, 1), (1, 2), (2, 3), (3, 4))),
    ]


def test_a_table_open_at_the_sides() -> None:
    def draw(p: FPDF) -> None:
        for y in (100, 120, 140):
            p.line(60, y, 180, y)
        for x in (100, 140):
            p.line(x, 100, x, 140)
        for k, text in enumerate(["甲", "1", "2", "乙", "3", "4"]):
            p.text(64 + 40 * (k % 3), 114 + 20 * (k // 3), text)

    assert [row for _, row, _ in tables(read(draw))] == [["甲", "1", "2"], ["乙", "3", "4"]]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_and_cropped_pages(turn: int) -> None:
    document = pypdfium2.PdfDocument(paper(lambda p: grid(p, [NUMBERS, ["乙", "5", "6", "7"]], y=300)))
    document[0].set_rotation(turn)
    turned = io.BytesIO()
    document.save(turned)
    # Upright characters on a turned page are read as if they stood upright, and are not drawn on its picture.
    content = pdf.read(turned.getvalue(), "x")
    assert [row for _, row, _ in tables(content)] == [NUMBERS, ["乙", "5", "6", "7"]]
    assert not any(row.role for row in content.rows)
    assert not content.boxes
    document[0].set_rotation(0)
    document[0].set_cropbox(30, 100, 500, 700)
    cropped = io.BytesIO()
    document.save(cropped)
    content = pdf.read(cropped.getvalue(), "x")
    assert [row for _, row, _ in tables(content)] == [NUMBERS, ["乙", "5", "6", "7"]]
    assert not any(row.role for row in content.rows)
    box = content.boxes["page 1, table 1, row 1, column 1"]
    assert [round(v) for v in box] == [1, 30, 300 - 142, 70, 320 - 142]
