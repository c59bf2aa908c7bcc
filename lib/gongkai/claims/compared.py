"""What kind of claim a figure makes: a count, a share of something, a change against the year before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from gongkai.claims.numerals import Figure
from gongkai.claims.vocabulary import alternatives, pattern
from gongkai.form import declared_rows


@cache
def counted() -> frozenset[str]:
    """The units of things that are counted."""
    return frozenset(row["unit"] for row in declared_rows("claim_units") if row["claim"] == "yes")


@cache
def _directions() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """同比…增加 right before a figure; and 增加 alone, where the comparison was said before in the sentence."""
    up, down, to = (alternatives(name) for name in ("up", "down", "to"))
    way = rf"(?:(?P<up>{up})|(?P<down>{down}))(?P<to>{to})?了?(?:约|近)?$"
    return (
        re.compile(rf"{alternatives('compared')}[^。；]{{0,14}}?{way}"),
        re.compile(rf"(?:^|[，、（])[^，、（]{{0,6}}?{way}"),
    )


def compares(left: str) -> bool:
    """Whether the words before a figure compare it with the year before."""
    return bool(pattern("compared").search(left))


def _down(figure: Figure) -> Figure:
    return replace(figure, low=-figure.high, high=-figure.low)


def kind(figure: Figure, left: str, compared: bool) -> tuple[str | None, Figure]:
    """The kind of claim a figure makes behind `left` (None: none), and the figure with its sign.

    `compared`: whether a comparison was said before in the sentence. 增至40件 is a count.
    """
    if pattern("other_period").search(left):
        return None, figure
    for name in ("rate_up", "rate_down"):
        if figure.unit == "%" and pattern(name).search(left):
            return "change", _down(figure) if name == "rate_down" else figure
    full, short = _directions()
    found = full.search(left) or (short.search(left) if compared else None)
    if found is None:
        return ("share" if figure.unit == "%" else "count" if figure.unit in counted() else None), figure
    if found["to"]:
        return ("count" if figure.unit in counted() - {"%"} else None), figure
    if figure.unit not in {*counted(), "倍"}:
        return None, figure
    return "change", _down(figure) if found["down"] else figure


def base(left: str) -> tuple[bool, str | None]:
    """Whether a percentage behind `left` is a share of something counted, and the base as printed."""
    found = pattern("share").search(left)
    return found is not None, (found["base"] or None) if found else None


def last_year(left: str, year: int | None) -> tuple[bool, int | None]:
    """Whether a figure behind `left` is another year's, given for comparison (比上年的35件), and its year if known."""
    found = pattern("last_year").search(left)
    if found is None:
        return False, None
    return True, int(found["year"]) if found["year"] else year and year - 1


def in_words(text: str) -> Iterator[Figure]:
    """Changes that are said in words: 与上年持平 is none, 翻一番 as much again."""
    for name, value, unit in (("even", 0.0, ""), ("doubled", 1.0, "倍")):
        for found in pattern(name).finditer(text):
            if name == "doubled" or compares(text[max(0, found.start() - 20) : found.start()]):
                yield Figure(found.start(), found.end(), value, value, unit, 0)
