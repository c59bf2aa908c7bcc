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

from gongkai.document import Content
from gongkai.errors import UnreadableFile
from gongkai.readers import pdf
from gongkai.readers.ink import plain

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


def grid(
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
        for x, y, text in [
            (64, 714, "标题"),
            (184, 714, "合计"),
            (64, 734, "（四）无"),
            (144, 734, "1."),
            (184, 734, "5"),
        ]:
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
    assert not any(row.role for row in content.rows)


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
        p.text(132.5, 114, "4")
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


def saved(document: pypdfium2.PdfDocument) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def changed(data: bytes, change: Callable[[pypdfium2.PdfPage], object]) -> bytes:
    document = pypdfium2.PdfDocument(data)
    change(document[0])
    return saved(document)


ROWS = [NUMBERS, ["乙", "5", "6", "7"]]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_shown_turned_is_read_upright(turn: int) -> None:
    content = pdf.read(changed(paper(lambda p: grid(p, ROWS, y=300)), lambda page: page.set_rotation(turn)), "x")
    assert [row for _, row, _ in tables(content)] == ROWS
    assert not any(row.role for row in content.rows)
    assert not content.boxes  # they would not fit the picture of the page


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_landscape_page(turn: int) -> None:
    def draw(p: FPDF) -> None:
        with p.rotation(turn, 297, 420):
            grid(p, ROWS, x=200, y=400)

    content = pdf.read(changed(paper(draw), lambda page: page.set_rotation(turn)), "x")
    assert [row for _, row, _ in tables(content)] == ROWS
    assert not any(row.role for row in content.rows)
    box = content.boxes["page 1, table 1, row 2, column 1"]
    assert (round(box.x1 - box.x0), round(box.bottom - box.top)) == (40, 20)


def test_a_cropped_page() -> None:
    def draw(p: FPDF) -> None:
        grid(p, ROWS, y=300)
        p.text(60, 820, "裁掉的文字")

    content = pdf.read(changed(paper(draw), lambda page: page.set_cropbox(30, 100, 500, 700)), "x")
    assert texts(content) == ROWS
    assert not any(row.role for row in content.rows)
    box = content.boxes["page 1, table 1, row 1, column 1"]
    assert [round(v) for v in box] == [1, 30, 158, 70, 178]


def test_text_that_cannot_be_seen_is_left_out() -> None:
    def draw(p: FPDF) -> None:
        grid(p, ROWS)
        p.text_mode = "INVISIBLE"
        p.text(112, 114, "9")
        p.text_mode = "FILL"
        p.set_text_color(255)
        p.text(152, 134, "9")
        p.set_text_color(200)
        with p.rotation(30, 60, 160):
            p.text(80, 160, "水印2023水印2023")
        p.set_text_color(0)
        p.text(700, 100, "页外")

    content = read(draw)
    assert texts(content) == ROWS
    assert not any(row.role for row in content.rows)


def test_characters_printed_twice_are_read_once_and_repeated_digits_stay() -> None:
    def draw(p: FPDF) -> None:
        grid(p, [["合计", "11", "1111", "7"]])
        for shift in (0.3, 0.6):
            p.text(64 + shift, 114, "合计")
            p.text(104 + shift, 114, "11")

    content = read(draw)
    assert texts(content) == [["合计", "11", "1111", "7"]]
    assert not any(row.role for row in content.rows)


def test_digits_that_may_be_others_are_marked() -> None:
    def over(p: FPDF) -> None:
        grid(p, [*ROWS, ["丙", "", "8", "9"]])
        p.text(104.3, 114, "3")  # on the 1
        p.text(137, 134, "77")  # through a rule
        with p.rotation(90, 110, 150):
            p.text(110, 154, "4")

    assert [row.role for row in read(over).rows] == ["unsure", "unsure", "unsure"]


def test_a_form_field_over_a_cell_is_marked() -> None:
    def draw(p: FPDF) -> None:
        grid(p, ROWS)
        p.free_text_annotation("12", x=105, y=122, w=20, h=14)

    assert [row.role for row in read(draw).rows] == ["", "unsure"]


def test_a_cell_that_is_no_rectangle_is_marked() -> None:
    def draw(p: FPDF) -> None:
        grid(p, [NUMBERS])
        for x0, y0, x1, y1 in [(60, 120, 60, 160), (60, 160, 220, 160), (220, 120, 220, 160), (140, 120, 140, 140),
                               (60, 140, 140, 140)]:  # fmt: skip
            p.line(x0, y0, x1, y1)
        p.text(64, 154, "5")

    assert [row.role for row in read(draw).rows] == ["", "unsure"]


def test_radicals_are_the_characters_they_stand_for() -> None:
    assert list(map(plain, ["⼈⺠", "⻄城", "１２，Ａ", "﨑", "㎡"])) == [
        "人民", "西城", "１２，Ａ", "﨑", "㎡",
    ]  # fmt: skip


def picture(p: FPDF, x: float, y: float, width: float, height: float) -> None:
    p.image(Image.new("L", (8, 8), 128), x, y, width, height)


def test_a_page_or_table_that_is_a_picture() -> None:
    def scan(p: FPDF) -> None:
        picture(p, 0, 0, 595, 842)
        p.text(280, 800, "- 2 -")

    def mixed(p: FPDF) -> None:
        p.text(60, 90, "三、收到申请")
        picture(p, 60, 100, 400, 300)
        picture(p, 400, 500, 60, 60)  # a seal
        p.text(60, 420, "四、复议")

    content = read(lambda p: p.text(60, 90, "一、总体"), scan, mixed)
    assert [(row.text, row.role, str(row.place)) for row in content.rows] == [
        ("一、总体", "", "page 1, line 1"),
        ("", "picture", "page 2, picture 1"),
        ("- 2 -", "", "page 2, line 1"),
        ("三、收到申请", "", "page 3, line 1"),
        ("", "picture", "page 3, picture 1"),
        ("四、复议", "", "page 3, line 2"),
    ]


HELVETICA = b"/F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def by_hand(content: bytes, page: bytes = b"", forms: dict[str, bytes] | None = None, font: bytes = HELVETICA) -> bytes:
    """A PDF written out: a page with this content stream, and forms that it may draw."""
    names = list(forms or {})
    listed = b" ".join(f"/{name} {k} 0 R".encode() for k, name in enumerate(names, 6))
    resources = b"<< /Font << %s >> /XObject << %s >> >>" % (font, listed)
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Resources 4 0 R /Contents 5 0 R %s >>" % (page or b"/MediaBox [0 0 595 842]"),
        resources,
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(content), content),
    ]
    for name in names:
        body = (forms or {})[name]
        bodies.append(
            b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources 4 0 R /Length %d >>\nstream\n%s\nendstream"
            % (len(body), body)
        )
    out, offsets = b"%PDF-1.4\n", []
    for k, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (k, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(bodies) + 1
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        count, table, count, len(out),
    )  # fmt: skip


def packed(content: bytes) -> bytes:
    return zlib.compress(content, 9)


TEXT = b"BT /F 10 Tf 50 700 Td (12) Tj ET"
NO_TEXT = (
    "there is no text in the PDF: it is a scan or picture, which cannot be read yet. "
    "Get the version with text, or save the text as .docx or .txt, and read that."
)
SAVE = "Export the PDF again from Word or WPS, or save it as .docx or .txt, and read that."
DAMAGED = f"the PDF is damaged or incomplete. Download it again; if that does not help: {SAVE}"
CROWDED = f"a page of the PDF holds more text, lines or data than a report's page can. {SAVE}"


def many() -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(301):
        document.new_page(595, 842)
    return saved(document)


def lattice() -> bytes:
    across = b"".join(b"0 %d m 8000 %d l S " % (4 * k, 4 * k) for k in range(2000))
    return across + b"".join(b"%d 0 m %d 8000 l S " % (4 * k, 4 * k) for k in range(2000))


def nested() -> dict[str, bytes]:
    return {name: f"/{below} Do ".encode() * 50 for name, below in zip("ABCDE", "BCDEF", strict=True)} | {"F": b""}


REFUSED = {
    "no text": (lambda: paper(lambda p: picture(p, 0, 0, 595, 842)), NO_TEXT),
    "nothing": (lambda: by_hand(packed(b"")), NO_TEXT),
    "password": (
        lambda: paper(lambda p: p.text(60, 90, "甲"), password="open"),  # noqa: S106
        "the PDF asks for a password. Open it with the password, save it without one and read that.",
    ),
    "cut": (lambda: paper(lambda p: grid(p, ROWS))[:-5000], DAMAGED),
    "only a head": (lambda: b"%PDF-1.7\n%%EOF", DAMAGED),
    "no pages": (
        lambda: by_hand(packed(TEXT)).replace(b"/Kids [3 0 R] /Count 1", b"/Kids [     ] /Count 0").replace(
            b"/Type /Page ", b"/Type /Pag_ "
        ),
        f"the PDF has no pages. {SAVE}",
    ),
    "a page lost": (lambda: by_hand(packed(TEXT)).replace(b"/Count 1", b"/Count 3"), DAMAGED),
    "many pages": (
        many,
        "the PDF has more than 300 pages, too many for an annual report. "
        "Cut out the report and save it as a file of its own.",
    ),
    "a huge page": (
        lambda: by_hand(packed(TEXT), b"/MediaBox [0 0 99999999 842]"),
        f"a page of the PDF has an impossible size. {SAVE}",
    ),
    "many characters": (lambda: by_hand(packed(b"BT /F 1 Tf (" + b"1" * 250_000 + b") Tj ET")), CROWDED),
    "many lines": (lambda: by_hand(packed(b"0 0 m 9 9 l S " * 60_000)), CROWDED),
    "a lattice": (lambda: by_hand(packed(lattice()), b"/MediaBox [0 0 9000 9000]"), CROWDED),
    "a bomb": (lambda: by_hand(packed(b" " * 60_000_000)), CROWDED),
    "forms in forms": (lambda: by_hand(packed(b"/A Do " * 50), forms=nested()), CROWDED),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_files(name: str) -> None:
    make, reason = REFUSED[name]
    with pytest.raises(UnreadableFile) as refused:
        pdf.read(make(), "x.pdf")
    assert refused.value.en == reason
    assert "\n" not in refused.value.zh
    assert refused.value.zh.endswith("。")


def test_a_form_that_draws_itself_ends() -> None:
    assert texts(pdf.read(by_hand(packed(b"/A Do " + TEXT), forms={"A": b"/A Do"}), "x.pdf")) == [["12"]]


def test_a_damaged_page_is_refused_though_half_of_it_could_be_read() -> None:
    stream = packed(b"".join(b"BT /F 10 Tf 50 %d Td (%d) Tj ET " % (700 - k, k * k) for k in range(0, 600, 12)))
    with pytest.raises(UnreadableFile, match="damaged"):
        pdf.read(by_hand(stream[:200] + bytes(20) + stream[220:]), "x.pdf")


@pytest.mark.parametrize("encoding", ["GBK-EUC-H", "GB-EUC-H", "UniGB-UCS2-H"])
def test_fonts_that_are_not_in_the_file(encoding: str) -> None:
    codec = "utf-16-be" if "UCS2" in encoding else "gbk"
    shown = "行政许可12".encode(codec).hex().encode()
    font = (
        b"/F << /Type /Font /Subtype /Type0 /BaseFont /SimSun /Encoding /%s /DescendantFonts [<< /Type /Font "
        b"/Subtype /CIDFontType2 /BaseFont /SimSun /DW 1000 /W [1 95 500 814 939 500] /CIDSystemInfo "
        b"<< /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>] >>"
    ) % encoding.encode()
    data = by_hand(packed(b"BT /F 10 Tf 50 700 Td <%s> Tj ET" % shown), font=font)
    assert texts(pdf.read(data, "x.pdf")) == [["行政许可12"]]


def test_a_protected_file_that_opens_without_a_password() -> None:
    assert texts(pdf.read(paper(lambda p: grid(p, ROWS), password=""), "x.pdf")) == ROWS


def test_damage_anywhere_is_refused_or_read_and_nothing_else() -> None:
    whole = paper(lambda p: grid(p, ROWS))
    lots = random.Random(7)
    for _ in range(60):
        damaged = bytearray(whole)
        for _ in range(lots.randrange(1, 30)):
            damaged[lots.randrange(len(damaged))] = lots.randrange(256)
        try:
            content = pdf.read(bytes(damaged), "x.pdf")
        except UnreadableFile:
            continue
        sure = {cell.text for row in content.rows if not row.role for cell in row.cells}
        assert {text for text in sure if any(c.isdigit() for c in text)} <= {text for row in ROWS for text in row}
