"""The words of pages and charts, Chinese and English, from `declared/words.csv`."""

from __future__ import annotations

import re
import string
from functools import cache
from typing import Any

from gongkai.errors import GongkaiError
from gongkai.form import declared_rows

LANGS = ("zh", "en")

_PLACE = re.compile(
    r"(?:^|, )(page|table|row|column|line|cell|paragraph) (\d+)(?=, | \(|$)|(?:^|, )sheet (.+?)(?=, row)"
)
_OTHER = re.compile(r"(.+-(?:[12][0-9]{3}|unknown)(?:-[0-9a-f]{8})?): (.+)")
_ZH = {"page": "页", "table": "个表", "row": "行", "column": "列", "line": "行", "cell": "格", "paragraph": "段"}


@cache
def _words() -> dict[str, dict[str, str]]:
    return {row["key"]: row for row in declared_rows("words")}


def check_lang(lang: str) -> str:
    """`lang` if it is zh or en. Raises GongkaiError otherwise."""
    if lang not in LANGS:
        raise GongkaiError(f"unknown language {lang!r}. Choices: {', '.join(LANGS)}")
    return lang


class _Filling(string.Formatter):
    """str.format and plurals: in `{n} {n:row|rows}` the first word stands for 1 and the second for all else."""

    def format_field(self, value: Any, format_spec: str) -> str:
        one, of_two, more = format_spec.partition("|")
        return (one if str(value) == "1" else more) if of_two else str(super().format_field(value, format_spec))


def fill(text: str, /, **figures: Any) -> str:
    """A declared sentence with its figures and its plurals."""
    return _Filling().vformat(text, (), figures)


def word(key: str, lang: str, **figures: Any) -> str:
    """The word or sentence `key` in `lang`, with its figures. Raises GongkaiError if it is not declared."""
    if key not in _words():
        raise GongkaiError(f"declared/words.csv: no word {key}")
    return fill(_words()[key][check_lang(lang)], **figures)


def place(where: str, lang: str) -> str:
    """A place in the file as people say it: `page 2, table 3, row 5, column 4` → 第2页第3个表第5行第4列."""
    if lang == "en":
        return where
    # A place in another report begins with its id.
    if other := _OTHER.match(where):
        return f"{other[1]}：{place(other[2], lang)}"
    return _PLACE.sub(lambda m: f"工作表“{m[3]}”" if m[3] else f"第{m[2]}{_ZH[m[1]]}", where)


def number(value: float | None, lang: str) -> str:
    """1,566 and 44,899.2477; a missing figure says so."""
    if value is None:
        return word("no_figure", lang)
    return f"{value:,.0f}" if float(value).is_integer() else f"{round(value, 4):,}"


def percent(share: float) -> str:
    """0.2394636 → 23.9%."""
    return f"{100 * share:.1f}%"


def chance(p: float) -> str:
    """A p or q behind its name: q = 0.012, q < 0.001."""
    return f"= {p:.3f}" if p >= 0.001 else "< 0.001"
