"""Do the generated files hold the form? Read by other libraries, and each cell found by its printed labels."""

import io
import re
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from random import Random

import openpyxl
import pandas as pd
import pdfplumber
import pytest
from docx import Document
from lxml import etree, html
from opencc import OpenCC

from layouts import EVERYTHING, EVERYTHING_BUT_TEXT, PLAIN, Form, Key, keys
from layouts.formats import FORMATS, KINDS, Format
from layouts.model import APPLICANTS, APPLICATION_PATHS, CLAUSES, DISPUTE_COLUMNS, DISPUTES, RELATION, SUBROWS
from layouts.strategies import printed

Matrix = list[list[str]]  # a table in full width, merged cells repeated
ALL = FORMATS | KINDS
SHAPES = (
    ("2019", True, ()),
    ("2019", False, ("inspection", "confirmation")),
    ("2021", True, ()),
    ("2021", False, ()),
)
TABLE = "第二十条", RELATION[:6], "行政复议"  # how a table begins


def form(seed: int, may: frozenset[str] = EVERYTHING_BUT_TEXT) -> Form:
    """An invented report; four seeds have every shape of the form."""
    edition, single, subrows = SHAPES[seed % 4]
    cells = {key: printed(key, may, Random(f"{seed} {key}").choice) for key in keys(edition, single, subrows)}
    return Form(edition, single, subrows, "栖枫市云埠区水务局", 2020 if edition == "2019" else 2024, cells)


def bare(text: object) -> str:
    return "" if text is None else re.sub(r"\s", "", str(text))


def _proactive(rows: Matrix, edition: str) -> Iterator[tuple[Key, str]]:
    items = {bare(label): (code, clause) for clause in CLAUSES[edition] for code, label in clause.rows}
    other = items.get("其他对外管理服务事项", ("", None))[1]
    items |= {label: (code, other) for code, label in SUBROWS.items()}
    header: list[str] = []
    for row in rows:
        if row[0] == "信息内容":
            header = row
        elif not row[0].startswith("第二十条"):
            label = row[1] if row[1] in SUBROWS.values() else row[0]
            item, clause = items[label if label in items else label.removeprefix("行政")]
            codes = {name: code for code, name in clause.columns}
            found = {codes[name]: text for name, text in zip(header, row, strict=True) if name in codes}
            yield from ((("proactive", item, column), text) for column, text in found.items())


def _applications(rows: Matrix) -> Iterator[tuple[Key, str]]:
    items = {path: item for item, path in APPLICATION_PATHS.items()}
    columns = {label: code for code, label in APPLICANTS.items()}
    for row in rows[3:]:
        path = tuple(dict.fromkeys(row[:3]))
        for label, text in zip(rows[2][3:], row[3:], strict=True):
            yield ("applications", items[path], columns[label]), text


def _disputes(rows: Matrix) -> Iterator[tuple[Key, str]]:
    items = {label: code for code, label in DISPUTES.items()}
    columns = {label: code for code, label in DISPUTE_COLUMNS.items()}
    for first, second, third, text in zip(*rows, strict=True):
        yield ("disputes", items[first if first in items else second], columns[third]), text


def found(tables: list[Matrix], edition: str) -> dict[Key, str]:
    """Every cell by its labels."""
    proactive, applications, disputes = tables
    return dict([*_proactive(proactive, edition), *_applications(applications), *_disputes(disputes)])


def texts(of: Form) -> dict[Key, str]:
    return {key: cell.text for key, cell in of.cells.items()}


def _decoded(data: bytes) -> str:
    return data.decode("gb18030" if b"charset=gb2312" in data or b'charset="gb2312"' in data else "utf-8")


def _shown(page: str) -> list[Matrix]:
    """The innermost tables of a page without what no browser shows, by pandas."""
    tree = html.fromstring(re.sub(r"<(/?)th\b", r"<\1td", page))  # pandas takes rows of th out of a table
    for hidden in tree.xpath(
        "//script | //td[contains(translate(@style, 'DISPLAYNOE ', 'displaynoe'), 'display:none')]"
    ):
        hidden.drop_tree()
    tables = []
    for table in tree.xpath("//table[not(.//table)]"):
        source = html.tostring(table, encoding="unicode")
        across = pd.read_html(io.StringIO(source))[0].shape[1]
        as_text = dict.fromkeys(range(across), str)
        options = {"converters": as_text, "keep_default_na": False, "thousands": None}
        frame = pd.read_html(io.StringIO(source), **options)[0]
        rows = [[bare(text) for text in row] for row in frame.itertuples(index=False)]
        tables.append([row for row in rows if any(row)])
    return tables


def html_tables(data: bytes) -> list[Matrix]:
    """The three tables; one that was split in two is put together, labels that go on are repeated."""
    made: list[Matrix] = []
    for rows in _shown(_decoded(data)):
        if made and len(made) < 3 and len(rows[0]) == len(made[-1][0]) and rows[0][0] != "行政复议":
            for row in rows[3:] if rows[0][0] == RELATION else rows:
                last = made[-1][-1]
                if len(row) == 10:
                    row[0] = row[0] or last[0]
                    row[1] = row[1] or last[1]
                made[-1].append(row)
        elif rows[0][0].startswith(TABLE):
            made.append(rows)
    return made


def test_of_pages_by_pandas() -> None:
    for name in ("html_clean", "html_word", "html_gbk", "html_page", "html_pandas"):
        for seed in range(8):
            of = form(seed, EVERYTHING)
            assert found(html_tables(FORMATS[name].write(of, seed)), of.edition) == texts(of), (name, seed)


def test_of_traditional_characters_turned_back() -> None:
    for seed in range(4):
        of = form(seed, EVERYTHING)
        page = _decoded(FORMATS["html_traditional"].write(of, seed))
        shown = FORMATS["html_traditional"].shown(of, seed)
        assert shown.agency == "棲楓市雲埠區水務局" and f"{shown.agency}{of.year}年政府" in page
        again = OpenCC("t2s").convert(page.replace("檔案", "文件").replace("資訊", "信息"))
        assert found(html_tables(again.encode()), of.edition) == texts(of)


def test_what_a_page_says_around_the_report() -> None:
    of = form(2)
    page = "".join(_decoded(FORMATS["html_page"].write(of, seed)) for seed in range(6))
    for words in ('name="ArticleTitle"', 'name="PubDate"', "索引号", "上一篇", "2023年政府信息公开", "display:none"):
        assert words in page


@pytest.mark.parametrize("name", [name for name in KINDS if name.startswith("html")])
def test_a_damaged_page_still_prints_every_number(name: str) -> None:
    of = form(1, PLAIN)
    text = _decoded(KINDS[name].write(of, 3))
    there = Counter(re.findall(r">(\d+)(?=[<\n])", text))
    expected = Counter(texts(of).values())
    assert text != _decoded(FORMATS["html_clean"].write(of, 3))
    assert not expected - there


def _without_controls(data: bytes) -> bytes:
    """A DOCX with its revisions accepted and its content controls opened: python-docx reads neither."""
    w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as made:
        for name in source.namelist():
            part = source.read(name)
            if name == "word/document.xml":
                tree = etree.fromstring(part)
                etree.strip_elements(tree, f"{w}del", f"{w}sdtPr", with_tail=False)
                etree.strip_tags(tree, f"{w}ins", f"{w}sdt", f"{w}sdtContent")
                part = etree.tostring(tree)
            made.writestr(name, part)
    return out.getvalue()


def docx_tables(data: bytes) -> list[Matrix]:
    tables = Document(io.BytesIO(_without_controls(data))).tables
    return [[[bare(cell.text) for cell in row.cells] for row in table.rows] for table in tables]


def test_of_docx_by_python_docx() -> None:
    for name in [name for name in ALL if name.startswith("docx")]:
        for seed in range(8 if name == "docx" else 2):
            of = form(seed, EVERYTHING)
            assert found(docx_tables(ALL[name].write(of, seed)), of.edition) == texts(of), (name, seed)


def test_docx_has_what_it_is_named_after() -> None:
    marks = {"inserted": "<w:ins ", "deleted": "<w:delText>", "numbered": "<w:numPr>", "text_box": "<w:txbxContent>"}
    marks |= {"control_cell": "<w:sdtContent><w:tc>", "control_row": "<w:sdtContent><w:tr>"}
    plain = zipfile.ZipFile(io.BytesIO(KINDS["docx_plain"].write(form(0), 1))).read("word/document.xml").decode()
    for name, mark in marks.items():
        file = zipfile.ZipFile(io.BytesIO(KINDS[f"docx_{name}"].write(form(0), 1)))
        assert mark in file.read("word/document.xml").decode(), name
        assert mark not in plain, name
    assert "一、总体情况" in plain


def _expanded(table: pdfplumber.table.Table) -> Matrix:
    """A ruled table with each text in every field that its cell covers."""
    lefts = sorted({round(cell[0]) for cell in table.cells})
    tops = sorted({round(cell[1]) for cell in table.cells})
    fields = [[""] * len(lefts) for _ in tops]
    for row, said in zip(table.rows, table.extract(), strict=True):
        for box, text in zip(row.cells, said, strict=True):
            if box:
                x0, y0, x1, y1 = map(round, box)
                for r in [r for r, y in enumerate(tops) if y0 <= y < y1]:
                    for c in [c for c, x in enumerate(lefts) if x0 <= x < x1]:
                        fields[r][c] = bare(text)
    return fields


def pdf_tables(data: bytes) -> list[Matrix]:
    with pdfplumber.open(io.BytesIO(data)) as file:
        return [_expanded(table) for page in file.pages for table in page.find_tables()]


def test_of_pdf_by_pdfplumber() -> None:
    for seed in range(4):
        of = form(seed, EVERYTHING)
        assert found(pdf_tables(FORMATS["pdf"].write(of, seed)), of.edition) == texts(of), seed


def _number_rows(data: bytes) -> list[list[str]]:
    """The lines of numbers on all pages, without what stands at the foot."""
    lines: list[list[str]] = []
    with pdfplumber.open(io.BytesIO(data)) as file:
        for page in file.pages:
            words = page.crop((0, 0, page.width, 780)).extract_words(x_tolerance=1)
            numbers = sorted((w["bottom"], w["x0"], w["text"]) for w in words if re.fullmatch(r"[\d.]+", w["text"]))
            at = -100.0
            line: list[tuple[float, str]] = []
            for bottom, x, text in [*numbers, (10_000.0, 0.0, "")]:
                if bottom - at > 4 and line:
                    lines.append([text for _, text in sorted(line)])
                    line = []
                line.append((x, text))
                at = bottom
    return lines


@pytest.mark.parametrize("name", [name for name in ALL if name.startswith("pdf_")])
def test_of_pdf_with_breaks_by_its_words(name: str) -> None:
    for seed in range(4) if name == "pdf_breaks" else (1,):
        of = form(seed, PLAIN)
        data = ALL[name].write(of, seed)
        expected = [
            [cell.text for cell in of.row(table, item)]
            for table in ("proactive", "applications")
            for item in of.items(table)
        ]
        expected.append([cell.text for item in of.items("disputes") for cell in of.row("disputes", item)])
        assert _number_rows(data) == expected, seed
        with pdfplumber.open(io.BytesIO(data)) as file:
            assert "- 2 -" in file.pages[1].extract_text()


def _sheet_rows(sheet: openpyxl.worksheet.worksheet.Worksheet) -> list[list[str]]:
    fields = [[bare(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    for merged in sheet.merged_cells.ranges:
        for r, c in merged.cells:
            fields[r - 1][c - 1] = fields[merged.min_row - 1][merged.min_col - 1]
    left = min(c for row in fields for c, text in enumerate(row) if text)
    return [row[left:] for row in fields]


def xlsx_tables(data: bytes, of: Form) -> list[Matrix]:
    labels = 5 if of.subrows else 4
    made: list[Matrix] = []
    for sheet in openpyxl.load_workbook(io.BytesIO(data)):
        inside = False
        for row in _sheet_rows(sheet):
            begins = not inside and row[0].startswith(TABLE)
            inside = begins or (inside and bool(row[0] or any(row[1:])) and not _is_heading(row[0]))
            if begins:
                made.append([])
            if inside:
                made[-1].append(row[: (labels, 10, 15)[len(made) - 1]])
    return made


def _is_heading(text: str) -> bool:
    return bool(re.match(r"[三四五六]、(收到|政府信息|因政府|存在|其他需要)", text))


def test_of_xlsx_by_openpyxl() -> None:
    sheets = set()
    for seed in range(8):
        of = form(seed, EVERYTHING)
        data = FORMATS["xlsx"].write(of, seed)
        sheets.add(len(openpyxl.load_workbook(io.BytesIO(data)).sheetnames))
        assert found(xlsx_tables(data, of), of.edition) == texts(of), seed
    assert sheets == {1, 3}


@pytest.mark.parametrize("kind", ALL.values(), ids=list(ALL))
def test_the_same_seed_gives_the_same_bytes(kind: Format) -> None:
    of = form(2)
    first = kind.write(of, 5)
    assert first == kind.write(of, 5)
    assert any(first != kind.write(of, seed) for seed in range(5))


def test_bytes_do_not_depend_on_the_clock() -> None:
    of, names = form(2), ("docx", "pdf", "xlsx")
    before = {name: FORMATS[name].write(of, 5) for name in names}
    time.sleep(1.1)  # the files could tell seconds
    assert {name: FORMATS[name].write(of, 5) for name in names} == before
