"""Word files and workbooks: what Office shows of them, and what is refused and why."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime

import docx
import openpyxl
import pytest
import xlsxwriter
from docx.oxml import parse_xml
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.styles import Border, Side

from gongkai.document import Content
from gongkai.errors import UnreadableFile
from gongkai.readers import container, sheet, word

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
NAMES = (
    f'xmlns:w="{W}" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "application/vnd.openxmlformats-officedocument"
RELS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'


def relation(kind: str, target: str, more: str = "") -> str:
    return f'<Relationship Id="{kind}" Type="{REL}/{kind}" Target="{target}" {more}/>'


def zipped(files: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def types(part: str, kind: str) -> str:
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/{part}" ContentType="{kind}"/></Types>'
    )


def word_files(body: str, styles: str = "", numbering: str = "") -> dict[str, str | bytes]:
    kind = f"{TYPES}.wordprocessingml.document.main+xml"
    return {
        "[Content_Types].xml": types("word/document.xml", kind),
        "_rels/.rels": RELS.format(relation("officeDocument", "word/document.xml")),
        "word/_rels/document.xml.rels": RELS.format(
            relation("styles", "styles.xml")
            + relation("numbering", "/word/numbering.xml")
            + relation("image", "http://127.0.0.1:1/x.png", 'TargetMode="External"')
        ),
        "word/document.xml": f'<?xml version="1.0"?><w:document {NAMES}><w:body>{body}</w:body></w:document>',
        "word/styles.xml": f"<w:styles {NAMES}>{styles}</w:styles>",
        "word/numbering.xml": f"<w:numbering {NAMES}>{numbering}</w:numbering>",
    }


def read_word(body: str, styles: str = "", numbering: str = "") -> Content:
    return word.read(zipped(word_files(body, styles, numbering)), "x.docx")


def texts(content: Content) -> list[str | list[str]]:
    return [[c.text for c in row.cells] if row.delimited else row.text for row in content.rows]


def t(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def p(inside: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{inside if inside.startswith('<') else t(inside)}</w:p>"


def tc(inside: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inside if inside.startswith('<') else p(inside)}</w:tc>"


def tr(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(c if c.startswith('<w:') else tc(c) for c in cells)}</w:tr>"


def tbl(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(rows)}</w:tbl>"


# -- Word --------------------------------------------------------------------------------------------

BOX = f"<w:txbxContent>{p('框内')}</w:txbxContent>"
FIELD = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
INLINE = {
    "insertion": (f"<w:ins>{t('新')}</w:ins><w:moveTo>{t('移')}</w:moveTo>", "新移"),
    "deletion": (
        f"{t('留')}<w:del><w:r><w:delText>删</w:delText></w:r></w:del><w:moveFrom>{t('移')}</w:moveFrom>",
        "留",
    ),
    "content control": (f"<w:sdt><w:sdtPr/><w:sdtContent>{t('控件')}</w:sdtContent></w:sdt>", "控件"),
    "placeholder": (
        f"{t('甲')}<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{t('单击此处输入')}</w:sdtContent></w:sdt>",
        "甲",
    ),
    "smart tag, hyperlink": (f"<w:smartTag>{t('甲')}</w:smartTag><w:hyperlink>{t('乙')}</w:hyperlink>", "甲乙"),
    "simple field": (f'<w:fldSimple w:instr="DATE">{t("2024年")}</w:fldSimple>', "2024年"),
    "complex field": (
        FIELD.format("begin")
        + "<w:r><w:instrText>PAGE</w:instrText></w:r>"
        + t("码")
        + FIELD.format("separate")
        + t("7")
        + FIELD.format("end")
        + t("页"),
        "7页",
    ),
    "a field never closed": (FIELD.format("begin") + "<w:r><w:instrText>X</w:instrText></w:r>", ""),
    "signs": (
        "<w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t><w:noBreakHyphen/><w:softHyphen/><w:t>丙</w:t>"
        '<w:sym w:font="Symbol" w:char="F035"/></w:r>',
        "甲\t乙-丙5",
    ),
    "hidden": (t("见") + t("不见", "<w:vanish/>") + t("也见", '<w:vanish w:val="0"/>'), "见也见"),
    "hidden by style": (t("见") + t("不见", '<w:rStyle w:val="ghost"/>'), "见"),
    "a footnote mark": (t("12") + t("1", '<w:vertAlign w:val="superscript"/>'), "12¹"),
    "struck": (t("12", "<w:strike/>") + t("15"), "1\u03362\u033615"),
    "split runs": (t("1") + t("2"), "12"),
    "alternate": (
        "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:t>一次</w:t></mc:Choice>"
        "<mc:Fallback><w:t>两次</w:t></mc:Fallback></mc:AlternateContent></w:r>",
        "一次",
    ),
}
STYLES = (
    '<w:style w:styleId="ghost"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:styleId="a3" w:type="paragraph"><w:name w:val="Title"/></w:style>'
)


@pytest.mark.parametrize("name", INLINE)
def test_text_of_a_paragraph(name: str) -> None:
    inside, expected = INLINE[name]
    content = read_word(p(inside) + p("后文") + tbl(tr(tc(p(inside)), "乙")), STYLES)
    assert texts(content) == ([expected] if expected else []) + ["后文", [expected, "乙"]]


def test_text_boxes_pictures_breaks_and_title() -> None:
    box = f"<mc:AlternateContent><mc:Choice>{BOX}</mc:Choice><mc:Fallback>{BOX}</mc:Fallback></mc:AlternateContent>"
    content = read_word(
        p("某局年度报告", '<w:pStyle w:val="a3"/>')
        + p(f"{t('锚')}<w:r>{box}</w:r>")
        + p("<w:r><w:drawing><a:blip r:embed='x'/></w:drawing></w:r>")
        + p(f"{t('图注')}<w:r><w:pict><v:imagedata/></w:pict></w:r>")
        + p("<w:r><w:t>上</w:t><w:br/><w:t>下</w:t></w:r>"),
        STYLES,
    )
    assert [(row.text, row.role) for row in content.rows] == [
        ("某局年度报告", "title"), ("锚", ""), ("框内", ""), ("", "picture"), ("图注", ""), ("上", ""), ("下", "")
    ]  # fmt: skip
    assert [str(row.place) for row in content.rows] == [f"paragraph {n}" for n in range(1, 8)]


def test_lines_of_a_cell() -> None:
    pairs = {("结果", "维持"): "结果维持", ("1", "2"): "1 2", ("1", "234"): "1\n234", ("1.", "国家"): "1. 国家"}
    for (a, b), expected in pairs.items():
        body = tbl(tr(tc(p(a) + p(b)), "乙"), tr(tc(p(f"<w:r><w:t>{a}</w:t><w:br/><w:t>{b}</w:t></w:r>")), "丙"))
        assert [row.cells[0].text for row in read_word(body).rows] == [expected, expected]


RESTART, GOES_ON = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


def test_merged_cells() -> None:
    content = read_word(
        p("前")
        + tbl(
            tr(tc("甲", RESTART + '<w:gridSpan w:val="2"/>'), "乙", "丙"),
            tr(
                tc("隐", GOES_ON + '<w:gridSpan w:val="2"/>'),
                tc("丁", '<w:hMerge w:val="restart"/>'),
                tc("", "<w:hMerge/>"),
            ),
            tr("删", "去", properties="<w:del/>"),
            tr("戊", properties='<w:gridBefore w:val="1"/><w:gridAfter w:val="2"/>'),
            tr(tc("孤", GOES_ON), f"<w:sdt><w:sdtContent>{tc('己')}</w:sdtContent></w:sdt>", "庚", "辛"),
        )
    )
    rows = [row for row in content.rows if row.delimited]
    assert [([c.text for c in row.cells], row.spans) for row in rows] == [
        (["甲", "乙", "丙"], ((0, 2), (2, 3), (3, 4))),
        (["丁"], ((2, 4),)),
        (["戊"], ((1, 2),)),
        (["孤", "己", "庚", "辛"], ((0, 1), (1, 2), (2, 3), (3, 4))),
    ]
    assert str(rows[1].cells[0].place) == "table 1, row 2, column 3"
    assert {row.table for row in rows} == {1}


def test_nested_and_layout_tables() -> None:
    single, small = tbl(tr("内")), tbl(tr("甲", "1"), tr("乙", "2"))
    content = read_word(
        tbl(tr(tc(single + p("")), "外"))
        + tbl(tr(tc(p("左栏"))), tr(tc(p("说明") + small + p("后记"))))
        + tbl(tr(tc(p("一段") + p("又一段"))))
        + tbl(tr("标题", "长" * 401))
    )
    assert texts(content) == [
        ["内", "外"], "左栏", "说明", ["甲", "1"], ["乙", "2"], "后记", "一段", "又一段", "标题", "长" * 401
    ]  # fmt: skip


def level(n: int, form: str, text: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/>{more}<w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
    )


def number(num: int, at: int = 0) -> str:
    return f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{num}"/></w:numPr>'


def test_automatic_numbers() -> None:
    numbering = (
        f'<w:abstractNum w:abstractNumId="0">{level(0, "chineseCountingThousand", "%1、")}'
        f"{level(1, 'chineseCounting', '（%2）')}{level(2, 'decimal', '%1.%3', '<w:isLgl/>')}</w:abstractNum>"
        f'<w:abstractNum w:abstractNumId="1">{level(0, "decimal", "%1")}{level(1, "bullet", "·")}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>'
        '<w:num w:numId="3"><w:abstractNumId w:val="1"/></w:num>'
    )
    styles = (
        f'<w:style w:styleId="h" w:type="paragraph"><w:pPr>{number(1)}</w:pPr></w:style>'
        '<w:style w:styleId="h2" w:type="paragraph"><w:basedOn w:val="h"/></w:style>'
    )
    content = read_word(
        p("总体情况", '<w:pStyle w:val="h"/>')
        + p("甲", number(1, 1))
        + p("乙", number(1, 1))
        + p("申请", '<w:pStyle w:val="h2"/>')
        + p("丙", number(1, 1))
        + p("丁", number(1, 2))
        + p("无号", '<w:pStyle w:val="h"/>' + number(0))
        + p("另起", number(2))
        + p("接着", number(1))
        + p("点", number(3, 1))
        + tbl(tr(tc(p("5", number(3))), tc(p("234", number(3))))),
        styles,
        numbering,
    )
    assert texts(content) == [
        "一、总体情况", "（一）甲", "（二）乙", "二、申请", "（一）丙", "2.1丁", "无号", "五、另起", "六、接着", "点",
        ["1 5", "2\n234"]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "n", "expected"),
    [
        ("decimal", 7, "7"), ("decimalZero", 7, "07"), ("decimalFullWidth", 12, "１２"),
        ("decimalEnclosedCircle", 12, "⑫"), ("decimalEnclosedCircle", 21, "21"), ("upperRoman", 14, "XIV"),
        ("lowerRoman", 9, "ix"), ("upperLetter", 28, "BB"),
        ("lowerLetter", 3, "c"), ("chineseCounting", 10, "十"), ("chineseCountingThousand", 21, "二十一"),
        ("chineseCountingThousand", 110, "一百一十"), ("chineseCountingThousand", 1005, "一千零五"),
        ("ideographDigital", 20, "二〇"), ("japaneseCounting", 110, "百十"), ("taiwaneseCountingThousand", 15, "十五"),
        ("chineseLegalSimplified", 12, "壹拾贰"), ("ideographTraditional", 2, "乙"), ("none", 3, ""),
        ("unheard of", 3, "3"),
    ],
)  # fmt: skip
def test_number_formats(form: str, n: int, expected: str) -> None:
    lists = f'<w:abstractNum w:abstractNumId="0">{level(0, form, "%1")}</w:abstractNum>'
    lists = lists.replace('<w:start w:val="1"/>', f'<w:start w:val="{n}"/>')
    lists += '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    assert texts(read_word(p("题", number(1)), numbering=lists)) == [f"{expected}题"]


@st.composite
def grids(draw: st.DrawFn) -> list[list[int]]:
    """A grid of numbers: equal numbers are one cell, as merged by python-docx."""
    rows, columns = draw(st.integers(2, 5)), draw(st.integers(2, 5))
    grid = [[r * columns + c for c in range(columns)] for r in range(rows)]
    for _ in range(draw(st.integers(0, 3))):
        top, left = draw(st.integers(0, rows - 1)), draw(st.integers(0, columns - 1))
        bottom, right = draw(st.integers(top, rows - 1)), draw(st.integers(left, columns - 1))
        inside = [(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)]
        if all(grid[r][c] == r * columns + c for r, c in inside):
            for r, c in inside:
                grid[r][c] = top * columns + left
    return grid


def blown_up(content: Content, rows: int, columns: int) -> list[list[str]]:
    """The rows as python-docx gives them, each cell repeated over all that it covers."""
    grid = [[""] * columns for _ in range(rows)]
    for row in content.rows:
        for cell, (start, end) in zip(row.cells, row.spans, strict=True):
            grid[row.place.line - 1][start:end] = [cell.text] * (end - start)
    for r in range(1, rows):
        grid[r] = [here or above for here, above in zip(grid[r], grid[r - 1], strict=True)]
    return grid


@settings(max_examples=15, deadline=None)
@given(grids())
def test_spans_are_those_python_docx_finds(grid: list[list[int]]) -> None:
    document = docx.Document()
    table = document.add_table(len(grid), len(grid[0]))
    for n in {n for row in grid for n in row}:
        places = [(r, c) for r, row in enumerate(grid) for c, m in enumerate(row) if m == n]
        first, last = table.cell(*places[0]), table.cell(*places[-1])
        first.merge(last).text = f"第{n}格"
    if all(len(set(row)) == 1 for row in grid):
        return
    stream = io.BytesIO()
    document.save(stream)
    stream.seek(0)
    cells = [[c.text for c in row.cells] for row in docx.Document(stream).tables[0].rows]
    assert blown_up(word.read(stream.getvalue(), "x"), len(grid), len(grid[0])) == cells


def test_a_file_of_python_docx_with_meta() -> None:
    document = docx.Document()
    document.core_properties.title = "某局年度报告"
    document.add_paragraph("某局年度报告", style="Title")
    document.add_paragraph("第一条", style="List Number")
    document.add_paragraph("第二条", style="List Number")
    document.element.body.insert(3, parse_xml(f"<w:p xmlns:w='{W}'><w:r><w:t>尾</w:t></w:r></w:p>"))
    stream = io.BytesIO()
    document.save(stream)
    content = word.read(stream.getvalue(), "x")
    assert container.family(stream.getvalue(), "x") == "docx"
    assert [(row.text, row.role) for row in content.rows] == [
        ("某局年度报告", "title"), ("1.第一条", ""), ("2.第二条", ""), ("尾", "")
    ]  # fmt: skip
    assert content.meta["title"] == "某局年度报告"


# -- workbooks ---------------------------------------------------------------------------------------


def saved(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    book = openpyxl.Workbook()
    fill(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def changed(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return zipped({name: change(name, archive.read(name)) for name in archive.namelist()})


VALUES = [
    (5, "General", "5"), (5.0, "0.00", "5"), (25.1, "0", "25.1"), (0.1 + 0.2, "General", "0.3"), (0.125, "0%", "12.5%"),
    (1234567, "#,##0", "1234567"), (-3, "0_);(0)", "-3"), (" 007 ", "@", "007"), ("１２", "@", "１２"),
    (True, "General", "TRUE"),
    (date(2024, 1, 31), "yyyy-mm-dd", "2024-01-31"), (251000, '0"元"', "251000元"),
    (251000, "#,##0,", "251000 [#,##0,]"),
    (12345, '0\\.0,"万"', '12345 [0\\.0,"万"]'), (0, '_ * #,##0_ ;_ * \\-#,##0_ ;_ * "-"??_ ;_ @_ ', "0"),
    (7, ";;;", ""),
    (25.1, '"¥"#,##0.00', "¥25.1"), ("#DIV/0!", "General", "#DIV/0!"), ("=SUM(A1:A2)", "General", "=SUM(A1:A2)"),
    (1e-7, "General", "0.0000001"), (12, "0.00E+00", "12"), ("结果\n维持", "General", "结果维持"),
    ("1\n2", "General", "1 2"),
]  # fmt: skip


def test_values_as_shown() -> None:
    def fill(book: openpyxl.Workbook) -> None:
        for r, (value, form, _) in enumerate(VALUES, 1):
            book.active.cell(r, 1, "项")
            book.active.cell(r, 2, value).number_format = form
            book.active.cell(r, 3, "末")

    data = saved(fill)
    assert container.family(data, "x") == "xlsx"
    assert [row.cells[1].text for row in sheet.read(data, "x").rows] == [expected for *_, expected in VALUES]


def test_results_of_formulas() -> None:
    def fill(book: openpyxl.Workbook) -> None:
        for c, text in enumerate(["=A9", "=B9", "=C9", "=D9"], 1):
            book.active.cell(1, c, text)

    values = {b"A9": b"<v>3</v>", b"B9": b"<v>0</v>", b"C9": b"<v></v>"}

    def give(name: str, body: bytes) -> bytes:
        for key, value in values.items():
            body = re.sub(rb"<f>" + key + rb"</f><v ?/?>(</v>)?", b"<f>" + key + b"</f>" + value, body)
        return body

    stale = changed(saved(fill), give)
    assert texts(sheet.read(stale, "x")) == [["3", "=B9", "=C9", "=D9"]]
    fresh = changed(stale, lambda _, body: body.replace(b'fullCalcOnLoad="1"', b""))
    assert texts(sheet.read(fresh, "x")) == [["3", "0", "=C9", "=D9"]]


def test_sheets_rows_and_columns_that_are_hidden_or_merged() -> None:
    def fill(book: openpyxl.Workbook) -> None:
        first = book.active
        first.title = "表三"
        for r, row in enumerate([["项", "密", "甲", "乙"], ["藏", 0, 0, 0], ["规章", 9, 1, None], [None, 9, 2, 3]], 2):
            for c, value in enumerate(row, 2):
                first.cell(r, c, value)
        first.merge_cells("B4:B5")
        first.merge_cells("C2:D2")
        first["C2"], first["E3"] = "合", 8
        first.row_dimensions[3].hidden = True
        first.column_dimensions["C"].hidden = True
        book.create_sheet("藏").sheet_state = "hidden"
        book.create_sheet("空")
        book.create_sheet("说明")["A1"] = "一、总体情况\n某局"

    content = sheet.read(saved(fill), "x")
    assert texts(content) == ["表三", ["项", "合", "乙"], ["规章", "1", ""], ["2", "3"], "说明", "一、总体情况", "某局"]
    assert [row.spans for row in content.rows[1:4]] == [
        ((1, 2), (3, 4), (4, 5)),
        ((1, 2), (3, 4), (4, 5)),
        ((3, 4), (4, 5)),
    ]
    assert str(content.rows[3].place) == "sheet 表三, row 5, column 4"
    assert str(content.rows[5].place) == "sheet 说明, row 1, column 1"


@pytest.mark.parametrize("boxed", [True, False])
def test_headings_prose_and_tables_of_a_sheet(boxed: bool) -> None:
    lines: list[tuple[list[object], bool]] = [
        (["某局2023年度报告"], False), ([], False), (["一、总体情况"], False), (["全年公开信息十条。"], False),
        (["二、主动公开"], False), (["条款", None, None], True), (["信息内容", "制发", "现行"], True),
        (["规章", None, None], True),
        (["许可", 5, 6], True), ([], False), (["三、申请"], False), (["项", "甲", "乙", "丙"], True),
        (["新收", 1, None, 2], True),
        (["本表由某局填报，如有疑问请来电。"], False),
    ]  # fmt: skip

    def fill(book: openpyxl.Workbook) -> None:
        for r, (row, inside) in enumerate(lines, 1):
            for c, value in enumerate(row, 1):
                cell = book.active.cell(r, c, value)
                if boxed and inside:
                    cell.border = Border(*[Side(style="thin")] * 4)
        if boxed:
            book.active.merge_cells("A6:C6")

    content = sheet.read(saved(fill), "x")
    expected = [
        "某局2023年度报告", "一、总体情况", "全年公开信息十条。", "二、主动公开", ["条款"] if boxed else "条款",
        ["信息内容", "制发", "现行"], ["规章", "", ""], ["许可", "5", "6"], "三、申请", ["项", "甲", "乙", "丙"],
        ["新收", "1", "", "2"], "本表由某局填报，如有疑问请来电。",
    ]  # fmt: skip
    assert texts(content) == expected
    assert [row.table for row in content.rows if row.delimited] == [1] * (4 if boxed else 3) + [2] * 2


def shared_strings() -> bytes:
    """A workbook of xlsxwriter, whose texts are shared strings and whose formulas have results."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["甲", "乙", "丙"])
        raised, struck = book.add_format({"font_script": 1}), book.add_format({"font_strikeout": True})
        page.write_rich_string(1, 0, "12", raised, "1")
        page.write_rich_string(1, 1, "4", struck, "5", " ")
        page.write_formula(1, 2, "=1+1", None, 2)
        page.write_datetime(2, 0, datetime(2024, 1, 31), book.add_format({"num_format": "yyyy/m/d"}))
        page.write_formula(2, 1, "=1-1")
        page.write_formula(2, 2, "=1", None, "是")
    return stream.getvalue()


def test_shared_strings_with_marks_and_results_of_formulas() -> None:
    assert texts(sheet.read(shared_strings(), "x")) == [
        ["甲", "乙", "丙"], ["12¹", "45\u0336", "2"], ["2024-01-31", "=1-1", "是"]
    ]  # fmt: skip


def test_ranges_without_end_cost_nothing() -> None:
    def change(name: str, body: bytes) -> bytes:
        merges = b'</sheetData><mergeCells><mergeCell ref="B2:XFD1048576"/></mergeCells>'
        links = b'<hyperlinks><hyperlink ref="A1:XFD1048576" location="x"/></hyperlinks>'
        body = body.replace(b"</sheetData>", merges).replace(b"<pageMargins", links + b"<pageMargins")
        return body.replace(b"</row></sheetData>", b'</row><row r="1048576"><c r="XFD1048576"/></row></sheetData>')

    data = saved(lambda book: [book.active.append(row) for row in (["甲", "乙"], ["丙", 1])])
    assert texts(sheet.read(changed(data, change), "x")) == [["甲", "乙"], ["丙", "1"]]


# -- refused -----------------------------------------------------------------------------------------

DAMAGED = "the file is damaged or cut off. Download it again, or open it in Word, Excel or WPS, save it and read that."
TOO_LARGE = "it unpacks to far more than an annual report is. Check that this is the right file."
DTD = (
    "its XML declares a document type or entities, as no Office program writes. "
    "Open it in Word, Excel or WPS, save it and read that file."
)
ODD_NAMES = (
    "the container has entries of one name or that lead out of it, as no Office program writes. "
    "Open it in Word, Excel or WPS, save it and read that file."
)
LOCKED = "it is locked with a password. Open it with the password and save a copy without one."
MANY = "the container has more than 5000 entries, which no annual report has. Check that this is the right file."
LARGE_TABLE = (
    "its tables have more than 100000 cells, 1000 columns or 20 levels, which no annual report has. "
    "Save the report alone."
)
GOOD = word_files(p("一、总体情况") + tbl(tr("甲", "1")))
BILLION = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


def with_part(name: str, content: str | bytes) -> bytes:
    return zipped({**GOOD, name: content})


def with_doctype(name: str, encoding: str = "utf-8") -> bytes:
    body = str(GOOD[name]).partition("?>")[2] or str(GOOD[name])
    return with_part(name, f'<?xml version="1.0" encoding="{encoding}"?>{BILLION}{body}'.encode(encoding))


def locked() -> bytes:
    data = bytearray(zipped(GOOD))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(mark), bytes(data)):
            data[found.start() + offset] |= 1
    return bytes(data)


def lying_size() -> bytes:
    """The directory says that the main part is small."""
    data = bytearray(with_part("word/document.xml", b"<a>" + b" " * 30_000_000 + b"</a>"))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        for found in re.finditer(re.escape(mark), bytes(data)):
            data[found.start() + offset : found.start() + offset + 4] = (900).to_bytes(4, "little")
    return bytes(data)


def bad_checksum() -> bytes:
    return zipped(GOOD, zipfile.ZIP_STORED).replace("总体".encode(), "具体".encode())


def twice() -> bytes:
    stream = io.BytesIO(zipped(GOOD))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("Word/Document.xml", "<a/>")
    return stream.getvalue()


def nested(depth: int) -> bytes:
    inner = tbl(tr("甲", "1"))
    for _ in range(depth):
        inner = tbl(tr(tc(inner + p("")), "乙"))
    return zipped(word_files(inner))


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "cut off": (lambda: zipped(GOOD)[:-300], DAMAGED),
    "no zip": (lambda: b"PK\x03\x04" + bytes(99), DAMAGED),
    "bad checksum": (bad_checksum, DAMAGED),
    "no main part": (lambda: zipped({k: v for k, v in GOOD.items() if k != "word/document.xml"}), DAMAGED),
    "no XML": (lambda: with_part("word/document.xml", b"\x00\x01"), DAMAGED),
    "XML too deep": (lambda: with_part("word/document.xml", b"<a>" * 100_000), DAMAGED),
    "deep XML that is read": (
        lambda: zipped(word_files("<w:p>" + "<w:smartTag>" * 1500 + t("甲") + "</w:smartTag>" * 1500 + "</w:p>")),
        DAMAGED,
    ),
    "a span that is no number": (lambda: zipped(word_files(tbl(tr(tc("甲", '<w:gridSpan w:val="x"/>'))))), DAMAGED),
    "other compression": (lambda: zipped(GOOD, zipfile.ZIP_BZIP2), DAMAGED),
    "a bomb": (lambda: with_part("word/media/a.bin", bytes(50_000_000)), TOO_LARGE),
    "a directory that lies": (lying_size, DAMAGED),
    "a large part": (lambda: zipped({**GOOD, "word/document.xml": bytes(20_000_001)}, zipfile.ZIP_STORED), TOO_LARGE),
    "many entries": (lambda: zipped({**GOOD, **{f"m/{k}": "" for k in range(5_001)}}), MANY),
    "a way out": (lambda: with_part("../../evil", "x"), ODD_NAMES),
    "two of one name": (twice, ODD_NAMES),
    "locked": (locked, LOCKED),
    "entities": (lambda: with_doctype("word/document.xml"), DTD),
    "entities in UTF-16": (lambda: with_doctype("word/document.xml", "utf-16-le"), DTD),
    "entities in styles": (lambda: with_doctype("word/styles.xml"), DTD),
    "entities in relations": (lambda: with_doctype("_rels/.rels"), DTD),
    "wide": (lambda: zipped(word_files(tbl(tr(tc("甲", '<w:gridSpan w:val="99999999"/>'), "乙")))), LARGE_TABLE),
    "nested tables": (lambda: nested(30), LARGE_TABLE),
    "imported text": (
        lambda: zipped(word_files('<w:altChunk r:id="x"/>')),
        "its text is another file that it imports (altChunk). Open it in Word, save it as .docx and read that file.",
    ),
    "an archive": (
        lambda: zipped({"报告.docx": zipped(GOOD), "b.txt": "x"}),
        "this is an archive of 2 files. Unpack it first and read the report in it.",
    ),
    "odt": (
        lambda: zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}),
        "this is an OpenDocument file or e-book (.odt, .ods, .epub). Save it as .docx or .xlsx and read that file.",
    ),
    "pptx": (
        lambda: zipped({"[Content_Types].xml": types("ppt/presentation.xml", "x"), "ppt/presentation.xml": "<a/>"}),
        "this is a presentation (.pptx). Save the report as .docx or PDF and read that file.",
    ),
    "jar": (
        lambda: zipped({"META-INF/MANIFEST.MF": "x", "a.class": "x"}),
        "this is a Java archive (.jar) and no report. Check that this is the right file.",
    ),
    "ofd": (
        lambda: zipped({"OFD.xml": "<a/>"}),
        "this is an OFD file. Convert it to PDF with an OFD reader and read that file.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    make, reason = REFUSED[name]
    with pytest.raises(UnreadableFile) as caught:
        word.read(make(), "报告.docx")
    assert (caught.value.file, caught.value.en) == ("报告.docx", reason)
    assert re.search(r"[\u4e00-\u9fff].*请", caught.value.zh)
    assert "\n" not in str(caught.value)


def at(cell: str) -> bytes:
    return saved(lambda book: book.active.__setitem__(cell, "远"))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: at("XFD1048576"), "sheet Sheet goes on in row 1048576, column 16384 or has more than 100000 cells, "
         "which no annual report has. Save the report alone."),
        (lambda: changed(at("A1"), lambda n, b: b.replace(b"</row>", b'<c r="A1"><v>2</v></c></row>')), DAMAGED),
        (lambda: changed(shared_strings(), lambda n, b: b.replace(b't="s"><v>0<', b't="s"><v>9<')), DAMAGED),
        (lambda: changed(shared_strings(), lambda n, b: b.replace(b"<sst", BILLION.encode() + b"<sst")), DTD),
        (lambda: changed(at("A1"), lambda n, b: BILLION.encode() + b if n.endswith("sheet1.xml") else b), DTD),
    ],
)  # fmt: skip
def test_refused_workbook(make: Callable[[], bytes], reason: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        sheet.read(make(), "表.xlsx")
    assert (caught.value.file, caught.value.en) == ("表.xlsx", reason)


def test_the_wrong_reader_and_office_files_with_a_password() -> None:
    assert texts(word.read(zipped(GOOD), "x")) == ["一、总体情况", ["甲", "1"]]
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert container.is_encrypted_office(ole + "EncryptedPackage".encode("utf-16-le"))
    assert not container.is_encrypted_office(ole)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=4), st.sampled_from([word.read, sheet.read]))
def test_nothing_else_than_unreadable_file_escapes(
    at: int, bytes_: bytes, read: Callable[[bytes, str], Content]
) -> None:
    data = bytearray(zipped(GOOD) if read is word.read else saved(lambda book: book.active.append(["甲", 1])))
    data[at % len(data) : at % len(data) + len(bytes_)] = bytes_
    try:
        read(bytes(data), "x")
    except UnreadableFile as e:
        assert e.en
