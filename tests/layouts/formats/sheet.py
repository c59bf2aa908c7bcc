"""XLSX: all in one sheet or a sheet a table, numbers as numbers or as text, merged cells."""

import io
import re
import zipfile
from random import Random

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Side
from openpyxl.worksheet.worksheet import Worksheet

from layouts.model import Form

from .blocks import Block, as_zip, blocks, placed, width

_THIN = Border(*(Side("thin"),) * 4)
_MIDDLE = Alignment("center", "center", wrap_text=True)
_NAMES = (("表一", "表二", "表三"), ("主动公开", "依申请公开", "复议诉讼"), ("Sheet1", "Sheet2", "Sheet3"))
_FIXED = "2024-01-02T03:04:06Z"


def _value(text: str, numbers: bool) -> str | int | float | None:
    """A plain number as a number, if numbers are to be; nothing for an empty cell."""
    if not text:
        return None
    if numbers and re.fullmatch(r"-?(0|[1-9]\d*)", text):
        return int(text)
    if numbers and re.fullmatch(r"-?\d+\.\d*[1-9]", text):
        return float(text)
    return text


def _put_table(sheet: Worksheet, block: Block, top: int, left: int, numbers: bool) -> int:
    """A table at a place; the next free row comes back."""
    for row in placed(block.rows):
        for at in row:
            r, c = top + at.row, left + at.column
            put = sheet.cell(r, c, _value(at.cell.text, numbers))
            put.border, put.alignment = _THIN, _MIDDLE
            if at.cell.across * at.cell.down > 1:
                sheet.merge_cells(
                    start_row=r, start_column=c, end_row=r + at.cell.down - 1, end_column=c + at.cell.across - 1
                )
    return top + len(block.rows)


def _put_line(sheet: Worksheet, text: str, top: int, left: int, over: int) -> int:
    """A line of text over all columns of the sheet; the next free row comes back."""
    sheet.cell(top, left, text).alignment = Alignment(wrap_text=True)
    if over > 1:
        sheet.merge_cells(start_row=top, start_column=left, end_row=top, end_column=left + over - 1)
    return top + 1


def _one_sheet(book: Workbook, made: list[Block], rng: Random, numbers: bool) -> None:
    sheet, left, top = book.active, rng.choice((1, 1, 2)), 1
    sheet.title = rng.choice(("Sheet1", "年度报告"))
    over = rng.choice((1, max(width(b.rows) for b in made if b.kind == "table")))
    for block in made:
        top += rng.choice((0, 0, 1))
        if block.kind == "table":
            top = _put_table(sheet, block, top, left, numbers)
        else:
            top = _put_line(sheet, block.text, top, left, over)


def _three_sheets(book: Workbook, made: list[Block], rng: Random, numbers: bool) -> None:
    """Title, heading and table on each, as an attachment has them; the prose is left out."""
    book.remove(book.active)
    names = rng.choice(_NAMES)
    headings = [made[n] for n in range(len(made)) if made[n].kind == "heading"][1:4]
    tables = [block for block in made if block.kind == "table"]
    for name, heading, block in zip(names, headings, tables, strict=True):
        sheet, over = book.create_sheet(name), width(block.rows)
        top = _put_line(sheet, made[0].text, 1, 1, over)
        top = _put_line(sheet, heading.text, top, 1, over)
        _put_table(sheet, block, top, 1, numbers)


def xlsx(form: Form, seed: int) -> bytes:
    """A workbook."""
    rng = Random(seed)
    made = blocks(form, rng)
    book = Workbook()
    rng.choice((_one_sheet, _three_sheets))(book, made, rng, rng.random() < 0.6)
    out = io.BytesIO()
    book.save(out)
    return _undated(out.getvalue())


def _undated(data: bytes) -> bytes:
    """The same workbook without the time at which it was saved."""
    with zipfile.ZipFile(io.BytesIO(data)) as saved:
        parts = {name: saved.read(name) for name in saved.namelist()}
    core = "docProps/core.xml"
    parts[core] = re.sub(rb">[\d-]+T[\d:]+Z<", f">{_FIXED}<".encode(), parts[core])
    return as_zip(parts)
