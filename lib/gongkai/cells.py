"""Pure functions on the text of one cell: normalise a label, read a number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

# Full-width ASCII and the ideographic space, nothing more: NFKC would also turn the footnote
# mark in "12①" into a digit and so make 121 of it.
_WIDTH = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: " ", 0xA0: " ", 0x2007: " ", 0x202F: " "}
_ZERO_WIDTH = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD])
_TABLE = str.maketrans({**_WIDTH, **_ZERO_WIDTH})

_MARK = re.compile(
    r"^(?:第?[一二三四五六七八九十]+[、.．]|[(][一二三四五六七八九十]+[)]、?|[(][0-9]{1,2}[)]|[0-9]{1,2}[.、)](?![0-9])|[①-⑳])"
)
_EXPLANATION = re.compile(r"[(][^()]*(?:[)]|$)")
_PUNCTUATION = re.compile(r"[\s\"'“”‘’「」《》<>,，.。、;；:：/\\·*#|_-]+")
_CHINESE_DIGITS = "零一二三四五六七八九"

_DASHES = {"—", "–", "-", "―", "−", "‑", "─", "/", "\\", "无"}
_MINUS = "−–—‑―-"  # the hyphen last: inside […] it is then no range
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]{1,3}(?: [0-9]{3})+(?:\.[0-9]+)?")
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_UNITS = {"亿元": (Decimal(10000), "万元"), "万元": (Decimal(1), "万元"), "元": (Decimal("0.0001"), "万元")}
_COUNT_UNITS = ("件", "项", "个", "条", "次", "宗", "起", "部", "份")
_NUMBER = re.compile(
    rf"(?P<sign>[+{_MINUS}]|增加|增长|减少|下降|增|减)?\s*(?P<digits>[0-9][0-9,. ]*)\s*"
    rf"(?P<unit>亿元|万元|元|{'|'.join(_COUNT_UNITS)})?"
)
# Labels and small numbers are the same in every report.
_MOST_CACHED = 20_000
# More digits than a float holds exactly would come back changed.
_MOST_DIGITS = 15


def plain(text: str) -> str:
    """`text` with full-width ASCII as ASCII, odd blanks as blanks, invisible characters gone."""
    return text if text.isascii() else text.translate(_TABLE)


def compact(text: str) -> str:
    """`plain` without any white space: words with spaces inside are one word again."""
    return "".join(plain(text).split())


@lru_cache(_MOST_CACHED)
def list_mark(text: str) -> int | None:
    """The number before a label (`5.`, `（三）`, `四、`), or None."""
    found = _MARK.match(compact(text))
    if not found:
        return None
    body = re.sub(r"[^0-9一二三四五六七八九十]", "", found.group())
    if body.isdigit():
        return int(body)
    tens, _, ones = body.rpartition("十") if "十" in body else ("", "", body)
    base = 10 * (_CHINESE_DIGITS.index(tens) if tens else 1) if "十" in body else 0
    return base + (_CHINESE_DIGITS.index(ones) if ones else 0) if body else None


@lru_cache(_MOST_CACHED)
def normalise_label(text: str, keep_mark: bool = False) -> str:
    """A label as it is compared: no blanks, list mark, explanation in brackets or punctuation."""
    label = compact(text)
    if not keep_mark:
        label = _MARK.sub("", label, count=1)
    return _PUNCTUATION.sub("", _EXPLANATION.sub("", label))


@dataclass(frozen=True, slots=True)
class Number:
    """What one cell says: `value` (None unless `status` is number), its printed `unit` and sign."""

    value: float | None
    status: str
    unit: str | None = None
    sign: str | None = None


BLANK = Number(None, "blank")
DASH = Number(None, "dash")
UNREADABLE = Number(None, "unreadable")


def _digits(text: str) -> Decimal | None:
    """The number in `text` if its digits are grouped as numbers are, else None."""
    body = text.strip()
    if _PLAIN.fullmatch(body):
        number = body
    elif _GROUPED.fullmatch(body):
        number = body.replace(",", "").replace(" ", "")
    else:
        return None
    return Decimal(number) if len(number.replace(".", "").lstrip("0")) <= _MOST_DIGITS else None


@lru_cache(_MOST_CACHED)
def read_number(text: str, signed: bool = False) -> Number:
    """The number in a cell, with its unit if one is printed in the cell.

    Money in 元, 万元 or 亿元 comes back in 万元. `signed` cells (本年增/减) may say 增加 or 减少.
    What is printed and is no number comes back as `unreadable`, a lone dash as `dash`, nothing as
    `blank`; none of them has a value. Source: form.md, Facts; rule P-08.
    """
    body = plain(text).strip()
    if not body:
        return BLANK
    if body in _DASHES or re.fullmatch(rf"[{_MINUS}─]{{2,4}}", body):
        return DASH
    if body in {"零", "〇"}:
        return Number(0.0, "number")
    found = _NUMBER.fullmatch(body.replace("，", ","))
    digits = _digits(found["digits"]) if found else None
    if found is None or digits is None:
        return UNREADABLE
    sign = found["sign"]
    if sign and sign not in f"+{_MINUS}" and not signed:
        return UNREADABLE
    if sign and (sign in _MINUS or sign in {"减少", "下降", "减"}):
        digits = -digits
    scale, unit = _UNITS.get(found["unit"] or "", (Decimal(1), found["unit"]))
    # Through the text of the decimal: 251000 × 0.0001 is 25.1 and not 25.100000000000001.
    return Number(float(str(digits * scale)) + 0.0, "number", unit, sign)


@lru_cache(_MOST_CACHED)
def is_value(text: str) -> bool:
    """Whether `text` alone can stand in a value cell: a number or a dash, not a word."""
    return read_number(text, signed=True).status in {"number", "dash"}


def is_unit(text: str) -> bool:
    """Whether the text is a unit and nothing else, as in a column of units."""
    return compact(text) in {*_UNITS, *_COUNT_UNITS}


def header_unit(text: str) -> str | None:
    """The unit of money a header prints (`采购总金额（万元，保留四位小数）`), or None if it is none of ours."""
    found = set(re.findall(r"[美欧日港韩千百十亿万]*元", compact(text)))
    return found.pop() if len(found) == 1 and found <= set(_UNITS) else None


def to_wan_yuan(value: float, unit: str) -> float:
    """`value` in 元, 万元 or 亿元 as 万元."""
    return float(str(Decimal(str(value)) * _UNITS[unit][0]))
