"""Names of agencies in prose: whether a name is the reporting body's own, another's, or cannot be told."""

from __future__ import annotations

import re
from functools import cache

from gongkai.cells import compact

SAME, OTHER, UNSURE = "same", "other", "unsure"

_PLACE = re.compile(r"[一-鿿]{1,8}?(?:特别行政区|自治区|自治州|自治县|开发区|街道|省|市|州|地区|盟|区|县|旗|镇|乡)")
# Words of functions that hold a character which also ends the name of a place.
_NO_PLACE = re.compile(r"和|与|及|城乡|城市|农村|住房|市场|超市|社区|灾区|景区|州际|区域|乡村|市政|县域")
_LEVELS = {"省": 1, "自治区": 1, "市": 2, "自治州": 2, "州": 2, "地区": 2, "盟": 2, "镇": 4, "乡": 4, "街道": 4}
_ENDING = re.compile(r"(?:管理委员会|委员会|人民政府|政府|办事处|办公室|管委会|局|厅|委|办|中心|院|处|部)+$")
# A full name of an agency in running text: a place by name, then what the body is.
NAME = (
    r"[一-鿿]{2,7}?(?:省|市|区|县|旗|州|镇|乡|街道)"
    r"(?:[一-鿿]{0,18}?)(?:人民政府办公[室厅]|人民政府|管理委员会|委员会|办事处|街道办事处|局|厅)"
)


@cache
def split_name(name: str) -> tuple[tuple[str, ...], str]:
    """(places, function) of a name: 澜川市砚泽县水务局 → (澜川市, 砚泽县), 水务局."""
    rest, places = compact(name), []
    while found := _PLACE.match(rest):
        if _NO_PLACE.search(found.group()) or len(found.group()) < 2 or not rest[found.end() :]:
            break
        places.append(found.group())
        rest = rest[found.end() :]
    return tuple(places), rest


def _level(place: str) -> int:
    ending = next((e for e in sorted(_LEVELS, key=len, reverse=True) if place.endswith(e)), "")
    return _LEVELS.get(ending, 3)


def _function(rest: str) -> str:
    return _ENDING.sub("", rest)


def _is_short_for(a: str, b: str) -> bool:
    """Whether one function may be the other's abbreviation or combined form (人社 in 人力资源和社会保障)."""
    short, long = sorted((a, b), key=len)
    return not short or set(short) <= set(long) or len(set(short) & set(long)) >= 2


@cache
def compare(name: str, other: str) -> str:
    """Whether two names are of the same body, of clearly different ones, or it cannot be told.

    Clearly different are names of two places at one level below the city, and of bodies of one place
    whose functions share nothing. A county-level city may belong to a city, and a place without a level
    to any other: those cannot be told.
    """
    a, b = compact(name), compact(other)
    if not a or not b or a in b or b in a:
        return SAME if a and b else UNSURE
    (places, function), (others, their) = split_name(a), split_name(b)
    if not places or not others:
        return UNSURE
    if places[-1] == others[-1] or places[-1].endswith(others[-1]) or others[-1].endswith(places[-1]):
        mine, theirs = _function(function), _function(their)
        if _is_short_for(mine, theirs):
            return SAME if bool(mine) == bool(theirs) else UNSURE
        return OTHER
    if set(places) & set(others[-1:]) or set(others) & set(places[-1:]):
        return UNSURE
    levels = {_level(places[-1]), _level(others[-1])}
    return OTHER if len(levels) == 1 and levels <= {3, 4} else UNSURE


def same_place(name: str, other: str) -> bool:
    """Whether the two bodies are of one place."""
    places, others = split_name(name)[0], split_name(other)[0]
    return bool(places and others) and (places[-1] == others[-1])
