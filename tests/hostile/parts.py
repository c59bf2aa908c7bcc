"""A small honest report in each format, to be spoilt: title, two sections, the 15 numbers of section 四."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from itertools import count

TITLE = "甲子县人民政府2022年政府信息公开工作年度报告"
PROSE = ("一、总体情况", "本年度各项工作有序推进。", "四、因政府信息公开工作被申请行政复议、提起行政诉讼情况")
OUTCOMES = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
ITEMS = ("reconsideration", "litigation_direct", "litigation_after_reconsideration")
NUMBERS = ("7", "8", "9", "10", "34", "1", "2", "3", "4", "10", "5", "6", "7", "8", "26")
# What the honest report says; no other number may come out of a spoilt one.
FACTS = {
    ("disputes", item, column): float(NUMBERS[5 * i + k])
    for i, item in enumerate(ITEMS)
    for k, column in enumerate(("upheld", "corrected", "other", "pending", "total"))
}
# Each header cell: text, columns, rows.
HEADERS: tuple[tuple[tuple[str, int, int], ...], ...] = (
    (("行政复议", 5, 1), ("行政诉讼", 10, 1)),
    (*((o, 1, 2) for o in OUTCOMES), ("未经复议直接起诉", 5, 1), ("复议后起诉", 5, 1)),
    tuple((o, 1, 1) for o in (*OUTCOMES, *OUTCOMES)),
)


def numbers(*first: str) -> tuple[str, ...]:
    """The 15 numbers, the first ones replaced."""
    return first + NUMBERS[len(first) :]


def text(cells: Sequence[str] = NUMBERS, title: str = TITLE) -> str:
    rows = (
        "行政复议\t\t\t\t\t行政诉讼" + "\t" * 9,
        "\t".join(OUTCOMES) + "\t未经复议直接起诉\t\t\t\t\t复议后起诉\t\t\t\t",
        "\t" * 5 + "\t".join(OUTCOMES * 2),
        "\t".join(cells),
    )
    return "\n".join((title, "", *PROSE, "", *rows, ""))


def table(cells: Sequence[str] = NUMBERS, attributes: str = "") -> str:
    head = "".join(
        "<tr>" + "".join(f'<td colspan="{c}" rowspan="{r}">{t}</td>' for t, c, r in row) + "</tr>" for row in HEADERS
    )
    return f"<table {attributes}>{head}<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr></table>"


def page(before: str = "", after: str = "", cells: Sequence[str] = NUMBERS, title: str = TITLE, head: str = "") -> str:
    prose = "".join(f"<p>{line}</p>" for line in PROSE)
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8">{head}<title>{title}</title></head>'
        f"<body>{before}<h1>{title}</h1>{prose}{table(cells)}{after}</body></html>"
    )


def zipped(parts: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip with the time of all zips, so that the same bytes come out each time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method, compresslevel=1) as archive:
        for name, data in parts.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            archive.writestr(info, data)
    return out.getvalue()


_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def relations(*found: tuple[str, str, str]) -> str:
    """(type, target, mode) of each relation."""
    inner = "".join(
        f'<Relationship Id="rId{k}" Type="{_RELS}/{kind}" Target="{target}" TargetMode="{mode}"/>'
        for k, (kind, target, mode) in enumerate(found, 1)
    )
    return f'{XML}<Relationships xmlns="{_RELS.replace("officeDocument", "package")}">{inner}</Relationships>'


def _office(main: str, kind: str) -> dict[str, str | bytes]:
    types = (
        f'{XML}<Types xmlns="{_TYPES}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{main}" ContentType="application/vnd.openxmlformats-officedocument.{kind}.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
    )
    return {"[Content_Types].xml": types, "_rels/.rels": relations(("officeDocument", main, "Internal"))}


def word_cell(text: str, across: int = 1, merge: str = "") -> str:
    span = f'<w:gridSpan w:val="{across}"/>' if across > 1 else ""
    return f"<w:tc><w:tcPr>{span}{merge}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


def word_table(cells: Sequence[str] = NUMBERS) -> str:
    begin, go_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    rows = ["".join(word_cell(t, c, begin if r > 1 else "") for t, c, r in row) for row in HEADERS]
    rows[2] = word_cell("", 1, go_on) * 5 + rows[2]
    rows.append("".join(word_cell(cell) for cell in cells))
    grid = "<w:gridCol/>" * 15
    body = "".join(f"<w:tr>{row}</w:tr>" for row in rows)
    return f"<w:tbl><w:tblGrid>{grid}</w:tblGrid>{body}</w:tbl>"


def word_body(cells: Sequence[str] = NUMBERS, before: str = "", after: str = "") -> str:
    prose = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in (TITLE, *PROSE))
    body = before + prose + word_table(cells) + after
    return f'<w:document xmlns:w="{_W}" xmlns:r="{_RELS}"><w:body>{body}</w:body></w:document>'


def word(document: str | bytes, more: dict[str, str | bytes] | None = None) -> dict[str, str | bytes]:
    parts = _office("word/document.xml", "wordprocessingml.document")
    return parts | {"word/document.xml": document} | (more or {})


def column(number: int) -> str:
    """1 → A, 27 → AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def sheet_rows(cells: Sequence[str] = NUMBERS) -> tuple[str, str]:
    """The rows of the report, and its merged ranges."""
    rows: list[list[tuple[int, str]]] = [[(1, line)] for line in (TITLE, *PROSE)]
    merged: list[str] = []
    taken: set[tuple[int, int]] = set()
    for r, header in enumerate(HEADERS, len(rows) + 1):
        free = (k for k in count(1) if (r, k) not in taken)
        row = []
        for text_, across, down in header:
            first = next(free)
            row.append((first, text_))
            taken |= {(r + i, first + k) for i in range(down) for k in range(across)}
            if across * down > 1:
                merged.append(f"{column(first)}{r}:{column(first + across - 1)}{r + down - 1}")
        rows.append(row)
    rows.append(list(enumerate(cells, 1)))
    body = "".join(
        f'<row r="{r}">' + "".join(sheet_cell(f"{column(k)}{r}", value) for k, value in row) + "</row>"
        for r, row in enumerate(rows, 1)
    )
    return body, "".join(f'<mergeCell ref="{m}"/>' for m in merged)


def sheet_cell(where: str, value: str) -> str:
    if value.isascii() and value.isdigit():
        return f'<c r="{where}"><v>{value}</v></c>'
    return f'<c r="{where}" t="inlineStr"><is><t>{value}</t></is></c>'


def sheet(rows: str, merged: str = "", dimension: str = "A1:O9") -> str:
    merges = f"<mergeCells>{merged}</mergeCells>" if merged else ""
    return (
        f'{XML}<worksheet xmlns="{_S}"><dimension ref="{dimension}"/><sheetData>{rows}</sheetData>{merges}</worksheet>'
    )


def book(sheet_xml: str | bytes, more: dict[str, str | bytes] | None = None) -> dict[str, str | bytes]:
    workbook = (
        f'{XML}<workbook xmlns="{_S}" xmlns:r="{_RELS}"><sheets><sheet name="年报" sheetId="1" r:id="rId1"/></sheets>'
        "</workbook>"
    )
    parts = _office("xl/workbook.xml", "spreadsheetml.sheet") | {"xl/workbook.xml": workbook}
    parts["xl/_rels/workbook.xml.rels"] = relations(("worksheet", "worksheets/sheet1.xml", "Internal"))
    return parts | {"xl/worksheets/sheet1.xml": sheet_xml} | (more or {})
