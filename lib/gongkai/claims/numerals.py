"""Figures in prose: Arabic and Chinese numerals, approximate ones as the interval they stand for, with their unit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from gongkai.form import declared_rows

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "○": 0}
_TENS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10_000, "亿": 100_000_000}


@dataclass(frozen=True)
class Figure:
    """A printed figure: where it begins and ends in the text, its interval, unit and decimals."""

    start: int
    end: int
    low: float
    high: float
    unit: str
    decimals: int


def chinese_number(text: str) -> int | None:
    """十二 → 12, 一百二十 → 120, 三万五千 → 35000; None for what is no number (一二三, 十十)."""
    total = section = digit = 0
    open_digit = False
    for char in text:
        if char in _DIGITS:
            if open_digit and digit:
                return None
            digit, open_digit = _DIGITS[char], True
        elif char in _TENS:
            if not digit and char != "十":
                return None
            section += (digit or 1) * _TENS[char]
            digit, open_digit = 0, False
        elif char in _MYRIADS:
            total = (total + section + digit) * _MYRIADS[char]
            section, digit, open_digit = 0, 0, False
        else:
            return None
    value = total + section + digit
    return value if value or set(text) <= set("零〇○") else None


@cache
def _pattern() -> re.Pattern[str]:
    words = declared_rows("claim_approximations")
    before, after = (
        "|".join(sorted((r["word"] for r in words if r["place"] == side), key=len, reverse=True))
        for side in ("before", "after")
    )
    units = "|".join(sorted((r["unit"] for r in declared_rows("claim_units")), key=len, reverse=True))
    number = r"(?:\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.\d{1,6})?|[一二两三四五六七八九十百千零〇○]{1,9}"
    return re.compile(
        rf"(?P<before>{before})?(?<![\d.A-Za-z])(?P<number>{number})(?![\d.]\d|\d)(?P<mid>{after})?(?P<scale>[万亿]{{0,2}})"
        rf"(?P<after>{after})?(?P<unit>{units})?(?P<late>左右|以上)?"
    )


@cache
def _approximations() -> dict[str, tuple[str, str]]:
    return {r["word"]: (r["low"], r["high"]) for r in declared_rows("claim_approximations")}


def _step(number: Decimal) -> Decimal:
    """One unit of the last figure that is no filling zero: 4100 → 100, 14 → 1, 1.2 → 0.1."""
    text = format(number.normalize(), "f")
    if "." in text:
        return Decimal(1).scaleb(-len(text.split(".")[1]))
    return Decimal(10) ** (len(text) - len(text.rstrip("0"))) if number else Decimal(1)


def _bound(rule: str, value: Decimal) -> Decimal:
    """A declared bound: `+step` one step of the last figure more, else a factor."""
    return value + _step(value) if rule == "+step" else value * Decimal(rule)


def figures(text: str) -> list[Figure]:
    """The figures in `text` (blanks removed, full width made plain), in order.

    `high` of an approximate one is excluded. A Chinese numeral counts only with a unit.
    """
    found = []
    for m in _pattern().finditer(text):
        digits = m["number"].replace(",", "")
        value = Decimal(digits) if digits[0].isascii() else chinese_number(digits)
        if value is None or (not digits[0].isascii() and not m["unit"]):
            continue
        number = Decimal(value)
        unit, scale = m["unit"] or "", Decimal(1)
        if unit == "元" and m["scale"] in {"万", "亿"} and not m["after"]:
            unit = m["scale"] + unit  # 1.5万元 is an amount in 万元, as the form prints it
        else:
            for char in m["scale"]:
                scale *= _MYRIADS[char]
        words = [w for w in (m["before"], m["mid"], m["after"], m["late"]) if w]
        low = high = number
        if words:
            rules = _approximations()[words[-1]]
            low, high = _bound(rules[0], number), _bound(rules[1], number)
        decimals = len(digits.partition(".")[2])
        found.append(Figure(m.start(), m.end(), float(low * scale), float(high * scale), unit, decimals))
    return found
