"""Invented reports in the layouts and with the quirks of real ones. Independent of the library under test.

`forms()` and `balanced_forms()` make a `Form`; `render(form, layout, seed)` prints it in one of `LAYOUTS`;
`QUIRKS[name].apply(text)` then damages the text as real reports are damaged; `encode` makes the file's bytes;
`expected_facts(form)` says what a right reader finds. The quirks stand in this file.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from .model import Fact, Form, Key, Printed, columns, expected_facts, items, keys, unit_of
from .render import LAYOUTS, Layout, render
from .strategies import EVERYTHING, EVERYTHING_BUT_TEXT, PLAIN, STYLES, balanced_forms, forms

__all__ = ["ENCODINGS", "EVERYTHING", "EVERYTHING_BUT_TEXT", "LAYOUTS", "PLAIN", "QUIRKS", "STYLES"]
__all__ += ["Fact", "Form", "Key", "Layout", "Printed", "Quirk"]
__all__ += ["balanced_forms", "columns", "encode", "expected_facts", "forms", "items", "keys", "render", "unit_of"]

ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "gbk")


def encode(text: str, encoding: str) -> bytes:
    """The bytes of a file in one of ENCODINGS; an unknown encoding or an impossible character is an error."""
    if encoding not in ENCODINGS:
        raise ValueError(f"{encoding} is not one of {', '.join(ENCODINGS)}")
    return text.encode(encoding)


# Layouts in which a missing or superfluous number cannot be told from its neighbours in the row.
_NO_ROWS = frozenset({"lines", "paragraphs"})
_NO_COLUMNS = _NO_ROWS | {"cell_lines", "pipes", "pipes_bordered", "spaces", "tabs_lost"}


@dataclass(frozen=True)
class Quirk:
    """A change to a rendered text, as met in print. `apply` raises ValueError where the text offers no place for it.

    Several can be applied in turn; `crlf` goes last.
    """

    name: str
    apply: Callable[[str], str]
    description: str
    placeable: bool = True  # may a right reader still place every cell that the text still shows?
    otherwise_in: frozenset[str] = frozenset()  # layouts in which the answer is the opposite
    only_in: frozenset[str] = frozenset()  # layouts that can have it; empty: all that it does not exclude
    not_in: frozenset[str] = frozenset()
    needs: Callable[[Form], bool] = lambda _form: True

    def applies(self, form: Form, layout: str) -> bool:
        """Can this report in this layout have the quirk?"""
        possible = layout in self.only_in if self.only_in else layout not in self.not_in
        return possible and self.needs(form)

    def places_all(self, layout: str) -> bool:
        """May a right reader still place every cell shown, as far as the layout itself lets it?

        May, not must: leaving the damaged row as a note is honest too. A number in a wrong cell never is.
        """
        return self.placeable != (layout in self.otherwise_in)


QUIRKS: dict[str, Quirk] = {}
_WITHOUT_TABLES = frozenset({"prose_only"})
_WITHOUT_CELLS = frozenset({"prose_only", "run_together"})
_MARKED = frozenset({"markdown", "markdown_empty"})


def _quirk(**more) -> Callable:
    def register(function: Callable[[str], str]) -> Callable[[str], str]:
        described = (function.__doc__ or "").split("\n")[0]
        QUIRKS[function.__name__] = Quirk(function.__name__, function, described, **more)
        return function

    return register


def _replace(text: str, pattern: str, replacement: str | Callable, count: int = 0) -> str:
    """re.sub that refuses to do nothing."""
    changed, times = re.subn(pattern, replacement, text, count=count, flags=re.MULTILINE)
    if not times:
        raise ValueError(f"no place for the quirk: {pattern} is not in the text")
    return changed


def _row(text: str, label: str) -> int:
    """Where the line with a row's first label begins; the label may be printed with spaces in it."""
    found = re.search(rf"^[^\n]*?{' *'.join(map(re.escape, label))}", text, re.MULTILINE)
    if found is None:
        raise ValueError(f"no place for the quirk: no row {label}")
    return found.start()


_SECOND_ROW = "二、上年结转政府信息公开申请数量"  # these labels begin their rows in every layout
_RESULT_ROW = "三、本年度办理结果"
_FORM_6, _FORM_8 = "第二十条第（六）项", "第二十条第（八）项"


def _inside_table(text: str, line: str) -> str:
    at = _row(text, _SECOND_ROW)
    return f"{text[:at]}{line}\n{text[at:]}"


for _name, _line, _description, _unclear_in in (
    ("page_mark_dashes", "- 4 -", "A line `- 4 -` between two rows of table three.", frozenset()),
    ("page_mark_words", "第 4 页", "A line `第 4 页` between two rows of table three.", frozenset()),
    ("page_number", "4", "A line `4` there; where a cell is a line, none can tell it from a cell.", _NO_ROWS),
):
    QUIRKS[_name] = Quirk(
        _name, partial(_inside_table, line=_line), _description, otherwise_in=_unclear_in, not_in=_WITHOUT_TABLES
    )

_NUMBERED = r"([1-8])\.(?=属于|其他|危及|保护|本机关|没有|补正|信访|重复|要求|无正当|申请人)"
_LAW = "其他法律行政法规禁止公开"
for _name, _pattern, _replacement, _description in (
    ("spaced_words", "(予以|行政|重复)(公开|许可|申请)", r"\1 \2", "Spaces inside label words: `予以 公开`."),
    ("numbers_wide", _NUMBERED, r"\1．", "`1．` for `1.`"),
    ("numbers_comma", _NUMBERED, r"\1、", "`1、` for `1.`"),
    ("numbers_brackets", _NUMBERED, r"（\1）", "`（1）` for `1.`"),
    ("label_garbled_in_part", _LAW, "其他法律行政止公开", "Characters dropped and one wrong: 其他法律行政止公开."),
    ("label_word_dropped", _LAW, "其他法律法规禁止公开", "A word dropped: 其他法律法规禁止公开."),
    (
        "label_broken",
        _LAW,
        "其他法律行政\n法规禁止公开",
        "A label over two lines; with tabs or bars it breaks within the cell.",
    ),
    (
        "label_garbled",
        r"6\.属于四类过程性信息",
        "□※□◇□※□",
        "三（三）6 beyond recognition; its neighbours tell the row.",
    ),
):
    QUIRKS[_name] = Quirk(
        _name, partial(_replace, pattern=_pattern, replacement=_replacement), _description, not_in=_WITHOUT_TABLES
    )


@_quirk(not_in=_WITHOUT_TABLES, needs=lambda form: form.edition == "2019")
def amount_unit_in_header(text: str) -> str:
    """`采购总金额（万元…）`: the unit is then 万元, see `header_unit` of `expected_facts`."""
    return _replace(text, "采购总金额", "采购总金额（万元，保留四位小数）")


@_quirk()
def prose_page_break(text: str) -> str:
    """An empty line in the middle of a sentence of section 一."""
    start = re.search(r"一、总体情况\n+", text).end()
    at = re.compile(r"(?<=[\u4e00-\u9fff])(?=[\u4e00-\u9fff])").search(text, start + 12).start()
    return f"{text[:at]}\n\n{text[at:]}"


@_quirk(not_in=_WITHOUT_TABLES)
def numbers_spaced(text: str) -> str:
    """Half-width brackets and a space after the number: `(一) 予以公开`, `1. 属于国家秘密`."""
    return _replace(_replace(text, _NUMBERED, r"\1. "), r"（([一二三四五六七])）(?!项)", r"(\1) ")


@_quirk(not_in=_WITHOUT_TABLES)
def label_explained(text: str) -> str:
    """An explanation in brackets after a label."""
    text = _replace(text, "行政许可", "行政许可（含变更与延续）")
    return _replace(text, "（六）其他处理", "（六）其他处理（含主动撤回的）")


@_quirk()
def contents(text: str) -> str:
    """A table of contents before section 一, with page numbers."""
    headings = re.findall(
        r"^#* ?([一二三四五六]、(?:总体|主动|收到|政府信息|因政府|存在|其他需要).*)$", text, re.MULTILINE
    )
    listed = "\n".join(f"{heading}……{page}" for page, heading in enumerate(headings, 1))
    return _replace(text, r"^(#* ?一、总体情况)$", lambda m: f"目录\n{listed}\n\n{m[0]}", count=1)


@_quirk()
def title_missing(text: str) -> str:
    """No title; agency and year are left in preface and section 六."""
    return text.split("\n", 1)[1].lstrip("\n")


@_quirk()
def title_two_lines(text: str) -> str:
    """The agency on one line, year and name of the report on the next."""
    return _replace(text, r"\A(#* ?)(.*?)(\d{4}年.*)$", r"\1\2\n\1\3", count=1)


@_quirk(not_in=_MARKED)
def title_marked(text: str) -> str:
    """A title behind `#`, in a text without other marks."""
    return f"# {text}"


@_quirk()
def title_chinese_year(text: str) -> str:
    """The title's year in Chinese numerals: 二〇二三年."""
    return _replace(
        text, r"\A.*?\d{4}年", lambda m: m[0].translate(str.maketrans("0123456789", "〇一二三四五六七八九")), count=1
    )


@_quirk()
def title_year_extended(text: str) -> str:
    """`2023年度` in the title."""
    return _replace(text, r"\A(.*?\d{4}年)", r"\1度", count=1)


@_quirk()
def crlf(text: str) -> str:
    """Lines end as on Windows; write the text without newline translation."""
    return text.replace("\n", "\r\n")


def _numbered_header(text: str, first_row: str) -> str:
    """The header line above a row of table two, as a row with 7, 8 and 9 for its three columns."""
    end = _row(text, first_row)
    start = text.rindex("\n", 0, text.rindex("信息内容", 0, end)) + 1
    header = text[start:end]
    for digit, words in (
        ("7", "上一年项目数量|本年新\n?制作数量|本年制发件数"),
        ("8", "本年增/减|本年新\n?公开数量|本年废止件数"),
    ):
        header = _replace(header, words, digit)
    return _replace(header, "处理决定数量|对外公开总数量|现行\n?有效件数", "9")


# how the row of a further sub-row begins where 信息内容 covers both label columns
_SPLIT_LABEL = (
    ("| 信息内容 | 信息内容 |", "| 其他对外管理服务事项 | 行政征收 |"),
    ("| 信息内容 |  |", "|  | 行政征收 |"),
    ("\t信息内容\n", "\t\n\t行政征收\n"),
    ("信息内容\t\t7", "\t行政征收\t7"),
    ("信息内容\t7\t8\t9\t", "\t行政征收\t7\t8\t9"),
    ("信息内容", "行政征收"),
)


@_quirk(not_in=_WITHOUT_CELLS, needs=lambda form: form.edition == "2019")
def unknown_subrow(text: str) -> str:
    """A further row 行政征收 with 7, 8 and 9 under 其他对外管理服务事项: no cell of the form, so a note."""
    row = _numbered_header(text, "行政许可")
    pairs = _SPLIT_LABEL if "行政检查" in text else _SPLIT_LABEL[-1:]
    old, new = next(pair for pair in pairs if pair[0] in row)
    at = _row(text, _FORM_6)
    return text[:at] + row.replace(old, new) + text[at:]


@_quirk(not_in=_WITHOUT_CELLS, otherwise_in=_NO_ROWS)
def numbers_without_label(text: str) -> str:
    """A line of 7, 8 and 9 without a label, below 规章."""
    row = _numbered_header(text, "规章")
    # a layout with fixed columns keeps the empty label field, the others show nothing in its place
    label = r"信息内容" if re.search(r"^[\t|]|信息内容\t", row) else r"信息内容[\n| ]+"
    at = _row(text[: text.index(_FORM_6)], "规范性文件")
    return text[:at] + _replace(row, label, "") + text[at:]


def _last_number_is_printed(form: Form) -> bool:
    return any(cell.text for cell in form.row("applications", "carried_in"))


@_quirk(
    placeable=False,
    otherwise_in=frozenset(LAYOUTS) - _NO_COLUMNS,
    not_in=_WITHOUT_CELLS,
    needs=_last_number_is_printed,
)
def last_number_missing(text: str) -> str:
    """The last printed cell of 二、上年结转 is gone with its separator; counted from the left the rest is certain."""
    start, end = _row(text, _SECOND_ROW), _row(text, _RESULT_ROW)
    row = _replace(text[start:end], r"(?:\n\n|\n\t|\n\||\n|\t|\| ?| )[^\s|]+ ?(?=[\s|]*\Z)", "", count=1)
    return text[:start] + row + text[end:]


@_quirk(not_in=_WITHOUT_TABLES)
def rows_swapped(text: str) -> str:
    """行政强制 stands above 行政处罚."""
    penalty, coercion, end = _row(text, "行政处罚"), _row(text, "行政强制"), _row(text, _FORM_8)
    return text[:penalty] + text[coercion:end] + text[penalty:coercion] + text[end:]


@_quirk(placeable=False, only_in=frozenset({"tabs_lost"}), needs=lambda form: bool(form.subrows))
def subrow_overflow(text: str) -> str:
    """Five cells in a table of four columns: the last cells of 行政检查 and 行政确认 stand on a line below both."""
    begin, start, end = _row(text, "第二十条第（一）项"), _row(text, "行政检查"), _row(text, _FORM_6)
    close = _row(text, "三、收到和处理")
    before, after = (re.sub(r"\t$", "", part, flags=re.MULTILINE) for part in (text[begin:start], text[end:close]))
    fronts, lasts = zip(*(line.rsplit("\t", 1) for line in text[start:end].splitlines()), strict=True)
    overflow = "\n".join([*fronts, "\t".join([*lasts, "", ""])])
    return f"{text[:begin]}{before}{overflow}\n{after}{text[close:]}"


_FIRST_ROW, _TOTAL_ROW = "一、本年新收政府信息公开申请数量", "（七）总计"


def _header_again(text: str, row: str, label: str | None = None) -> str:
    """The header of table three once more, as on a new page, above a row; `label`: what is left of that row's."""
    end, at = _row(text, _FIRST_ROW), _row(text, row)
    header = text[_row(text[:end], "（本列数据") : end]
    rest = text[at:] if label is None else text[at:].replace(row, label)
    return f"{text[:at]}{header}{rest}"


for _name, _label, _needs, _description in (
    ("header_again_above_total", _TOTAL_ROW, lambda _form: True, "The header of table three above （七）总计."),
    ("header_again_in_group", "2.重复申请", lambda _form: True, "The same inside （五）不予处理."),
    ("header_again_above_other", "3.其他", lambda form: not form.single_other, "The same above （六）3.其他."),
):
    QUIRKS[_name] = Quirk(_name, partial(_header_again, row=_label), _description, not_in=_WITHOUT_TABLES, needs=_needs)


@_quirk(placeable=False, not_in=_WITHOUT_CELLS)
def header_again_label_lost(text: str) -> str:
    """The header above （七）总计, whose label the new page lost: no word of the header is its label."""
    return _header_again(text, _TOTAL_ROW, label="")


@_quirk(placeable=False, not_in=_WITHOUT_CELLS)
def header_again_row_unnamed(text: str) -> str:
    """The same above 2.重复申请: its numbers belong to no row that is named."""
    return _header_again(text, "2.重复申请", label="")
