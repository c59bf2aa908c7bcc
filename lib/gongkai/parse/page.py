"""What the page around a report says of it: publisher, date, index number, address. Never of the prose."""

from __future__ import annotations

import re
from functools import cache

from gongkai.cells import compact
from gongkai.document import Row
from gongkai.form import declared_rows

_LONGEST_NAME = 8
_COLON = re.compile(r"[:：]")


@cache
def _fields() -> dict[str, str]:
    """Name as printed or as in the page's head, lower case → field."""
    return {row["name"].lower(): row["field"] for row in declared_rows("page_fields")}


def _pairs(row: Row) -> list[tuple[str, str]]:
    """(name, text) pairs of a row: `发布机构｜某局` over two cells, or `发布机构：某局 公开日期：…` in one."""
    texts = [compact(cell.text) for cell in row.cells]
    found = list(zip([_COLON.sub("", t) for t in texts], texts[1:], strict=False))
    for cell in row.cells:
        for part in cell.text.split():
            name, colon, text = part.partition("：") if "：" in part else part.partition(":")
            if colon and len(name) <= _LONGEST_NAME:
                found.append((name, text))
    return found


def page_fields(rows: tuple[Row, ...], meta: dict[str, str]) -> dict[str, str]:
    """Field → what is printed in `rows`, else what the head of the page (`meta`) says, by the order of the names."""
    found: dict[str, str] = {}
    known = {name.lower(): text for name, text in meta.items()}
    said = [(name, known[name]) for name in _fields() if name in known]
    for name, text in [pair for row in rows for pair in _pairs(row)] + said:
        field = _fields().get(name.lower())
        if field and text.strip() and compact(text).lower() not in _fields():
            found.setdefault(field, text.strip())
    return found
