"""The cells of a workbook as Excel shows them: numbers with the words of their format, dates, results of formulas."""

from __future__ import annotations

import re
from datetime import datetime, time
from decimal import Decimal
from typing import NamedTuple

from lxml.etree import _Element

from gongkai.readers.container import Package, marked

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ON = {"1", "true"}
_V, _F, _R, _T, _IS = (S + name for name in ("v", "f", "r", "t", "is"))


class Book(NamedTuple):
    """What the sheets of a workbook share. `stale`: the results of formulas are to be worked out anew."""

    strings: list[str]
    formats: list[str]
    bordered: list[bool]
    epoch: datetime
    stale: bool


# Python reads more as a number than Excel writes: 1_000, inf.
_NUMBER = re.compile(r"-?[0-9]*\.?[0-9]+(?:[Ee][+-]?[0-9]{1,3})?")
_FORMAT = re.compile(
    r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|_.|\*.|\[\$(?P<currency>[^\]-]*)[^\]]*\]|\[[^\]]*\]'
    r"|(?P<digits>General|[0#?][0#?,.]*%?)|(?P<other>.)"
)


def _formatted(number: str, form: str) -> str:
    """A number with the words that its format prints around it (251000元).

    A format that shows another number (in thousands, as a fraction, on conditions) is named beside it, so that
    the cell is not read as a number that nobody sees.
    """
    section = re.sub(r"E[+-]0+", "", form.partition(";")[0])
    tokens = list(_FORMAT.finditer(section))
    digits = [t["digits"] for t in tokens if t["digits"]]
    if section in {"@", ""}:
        return number
    if len(digits) != 1 or digits[0].endswith(",") or re.search(r"\[[<>=]", form):
        return f"{number} [{form}]"
    words = [number if t["digits"] else t["quoted"] or t["escaped"] or t["currency"] or t["other"] for t in tokens]
    return "".join(word for word in words if word).strip()


def shown(value: float, form: str) -> str:
    """A number as text under its format, in full and never rounded; a per cent format shows per cent."""
    # Excel shows no more than 15 digits: 0.1 + 0.2 is 0.3 there.
    number = Decimal(f"{value:.15g}")
    percent = "%" in re.sub(r'"[^"]*"', "", form)
    text = f"{(number * 100 if percent else number):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return _formatted(text + ("%" if percent else ""), form)


def _rich(element: _Element) -> str:
    """The text of a string, without the readings above it; what is raised or struck through is marked."""
    parts = [element.findtext(_T) or ""]
    for run in element.findall(_R):
        align, strike = run.find(f"{S}rPr/{S}vertAlign"), run.find(f"{S}rPr/{S}strike")
        raised = align is not None and align.get("val") in {"superscript", "subscript"}
        parts.append(marked(run.findtext(_T) or "", raised, strike is not None and strike.get("val", "1") in ON))
    return "".join(parts)


def cell_text(cell: _Element, book: Book) -> str:
    """What a cell shows. A formula without its result shows itself, as it would else be an empty cell.

    Libraries that write formulas leave 0 for a result and ask for all to be worked out anew.
    """
    from openpyxl.styles.numbers import is_date_format
    from openpyxl.utils.datetime import from_excel

    kind, value = cell.get("t", "n"), cell.findtext(_V)
    if cell.find(_F) is not None and (not value or (book.stale and value == "0")) and (kind != "str" or value is None):
        return f"={cell.findtext(_F) or '…'}"
    if kind == "inlineStr":
        inline = cell.find(_IS)
        return _rich(inline) if inline is not None else ""
    if not value or kind in {"str", "e", "d"}:
        return (value or "").removesuffix("T00:00:00")
    if kind == "b":
        return "TRUE" if int(value) else "FALSE"
    if kind == "s":
        if not value.isdecimal():
            raise ValueError("no number of a string")
        return book.strings[int(value)]
    if not _NUMBER.fullmatch(value):
        return value
    style = int(cell.get("s") or 0)
    form = book.formats[style] if style else "General"
    if not form.strip(";"):
        return ""
    if is_date_format(form):
        date = from_excel(float(value), book.epoch)
        return str(date.date() if isinstance(date, datetime) and date.time() == time() else date)
    return shown(float(value), form)


def read_book(package: Package, main: str) -> Book:
    from openpyxl.styles.numbers import BUILTIN_FORMATS
    from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

    trees = [package.xml(n) for kind in ("sharedStrings", "styles") for n in package.related(main, kind).values()]
    forms = {int(f.get("numFmtId") or 0): f.get("formatCode") or "" for t in trees for f in t.iter(S + "numFmt")}
    drawn = [any(side.get("style", "none") != "none" for side in b) for t in trees for b in t.iterfind(f"{S}borders/*")]
    styles = [xf for t in trees for xf in t.iterfind(f"{S}cellXfs/{S}xf")]
    numbers = [int(xf.get("numFmtId") or 0) for xf in styles]
    borders = [int(xf.get("borderId") or 0) for xf in styles]
    settings, count = package.xml(main).find(S + "workbookPr"), package.xml(main).find(S + "calcPr")
    return Book(
        [_rich(item) for t in trees for item in t.iterfind(S + "si")],
        [forms.get(n) or BUILTIN_FORMATS.get(n, "General") for n in numbers],
        [drawn[b] if b < len(drawn) else False for b in borders],
        MAC_EPOCH if settings is not None and settings.get("date1904") in ON else WINDOWS_EPOCH,
        count is not None and count.get("fullCalcOnLoad") in ON,
    )
