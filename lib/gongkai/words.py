"""The words of pages and charts, Chinese and English, from `declared/words.csv`."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from gongkai.errors import GongkaiError
from gongkai.form import declared_rows

LANGS = ("zh", "en")

_PLACE = re.compile(r"line (\d+)(?:, cell (\d+))?(.*)", re.DOTALL)


@cache
def _words() -> dict[str, dict[str, str]]:
    return {row["key"]: row for row in declared_rows("words")}


def check_lang(lang: str) -> str:
    """`lang` if it is zh or en. Raises GongkaiError otherwise."""
    if lang not in LANGS:
        raise GongkaiError(f"unknown language {lang!r}. Choices: {', '.join(LANGS)}")
    return lang


def word(key: str, lang: str, **figures: Any) -> str:
    """The word or sentence `key` in `lang`, with its figures. Raises GongkaiError if it is not declared."""
    if key not in _words():
        raise GongkaiError(f"declared/words.csv: no word {key}")
    return _words()[key][check_lang(lang)].format(**figures)


def place(where: str, lang: str) -> str:
    """A place in the file as people say it: `line 52, cell 4` → 第52行第4格; other places as they are."""
    found = _PLACE.fullmatch(where)
    if lang == "en" or not found:
        return where
    line, cell, rest = found.groups()
    return f"第{line}行" + (f"第{cell}格" if cell else "") + rest


def number(value: float | None, lang: str) -> str:
    """1,566 and 44,899.2477; a missing figure says so."""
    if value is None:
        return word("no_figure", lang)
    return f"{value:,.0f}" if float(value).is_integer() else f"{round(value, 4):,}"
