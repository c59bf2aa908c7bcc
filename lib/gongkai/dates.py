"""Days as people and spreadsheets write them → 2024-05-01."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

_YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]\d.*)?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[ T]\d.*)?")


def day_first(texts: Iterable[str]) -> bool | None:
    """Whether dates such as 1/5/2024 begin with the day, as the other dates of the file show; None if none does."""
    found = [m for t in texts if (m := _YEAR_LAST.fullmatch(t))]
    days = {True for m in found if int(m[1]) > 12} | {False for m in found if int(m[2]) > 12}
    return days.pop() if len(days) == 1 else None


def iso_date(text: str, order: bool | None = None) -> str | None:
    """A day as YYYY-MM-DD; None if it is none, or if it could be two and `order` (see `day_first`) does not say."""
    if m := _YEAR_FIRST.fullmatch(text):
        year, month, day = int(m[1]), int(m[2]), int(m[3])
    elif m := _YEAR_LAST.fullmatch(text):
        first, second, year = int(m[1]), int(m[2]), int(m[3])
        known = True if first > 12 else False if second > 12 or first == second else order
        if known is None:
            return None
        day, month = (first, second) if known else (second, first)
    else:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
