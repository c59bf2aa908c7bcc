"""The six sections: their headings among the rows, and their prose with page cuts mended."""

from __future__ import annotations

import re

from gongkai.cells import compact, normalise_label
from gongkai.document import Row
from gongkai.form import form
from gongkai.parse.model import Section

_PAGE_MARK = re.compile(
    r"[-—–－]\s*\d{1,3}\s*[-—–－]|[-—–－]?\s*第?\s*\d{1,3}\s*页\s*(?:[,，/]?\s*共\s*\d{1,3}\s*页)?\s*[-—–－]?|\d{1,3}\s*/\s*\d{1,3}"
)
_LEADERS = re.compile(r"[.．·…‥⋯]{2,}\s*\d*$|\s+\d{1,3}$")
_NUMERAL = re.compile(r"^#*第?([一二三四五六])(?:部分|[、.．，,])")
_SENTENCE_ENDS = tuple("。！？；：:!?;”」…")
_LONGEST_HEADING = 40
# Shorter lines are sub-headings or signatures; a line that a page cut in a sentence runs on.
_SHORTEST_CUT = 15


def is_page_mark(text: str) -> bool:
    """Whether a line is a page number in its usual dress (`- 4 -`, `第4页 共6页`, `4/6`)."""
    return bool(_PAGE_MARK.fullmatch(text.strip()))


def heading_of(text: str) -> str | None:
    """The section whose heading `text` is, whatever its Markdown level or wording known, or None."""
    if len(text) > 2 * _LONGEST_HEADING:
        return None
    body = _LEADERS.sub("", text.strip().lstrip("#*").strip()).rstrip("*")
    if len(compact(body)) > _LONGEST_HEADING or re.search(r"[。；！？]", body):
        return None
    numeral = _NUMERAL.match(compact(body))
    label = normalise_label(re.sub(r"^第[一二三四五六]部分", "", compact(body)))
    for section in form().sections:
        # Without its numeral only the official wording is a heading: （一）主动公开情况 is a sub-heading of 一.
        if numeral is None and normalise_label(body, keep_mark=True) == normalise_label(section.zh):
            return section.section
        if numeral is not None and numeral[1] == section.section and section.pattern.search(label):
            return section.section
    return None


def find_headings(rows: tuple[Row, ...]) -> list[tuple[str, int]]:
    """(section, row) of each heading in reading order, without a table of contents.

    A table of contents is a run of three or more headings with nothing between them, all of which
    come again later.
    """
    found = [(s, k) for k, row in enumerate(rows) if (s := _row_heading(row)) is not None]
    last = {section: n for n, (section, _) in enumerate(found)}
    kept: list[tuple[str, int]] = []
    start = 0
    while start < len(found):
        end = start
        run = {found[start][0]}
        while end + 1 < len(found) and found[end + 1][1] == found[end][1] + 1 and found[end + 1][0] not in run:
            end += 1
            run.add(found[end][0])
        if end - start < 2 or any(last[section] <= end for section in run):
            kept += found[start : end + 1]
        start = end + 1
    return kept


def first_report(rows: tuple[Row, ...]) -> tuple[tuple[Row, ...], list[tuple[str, int]], Row | None]:
    """The rows and headings of the first report in a file, and where another begins.

    That is where section 一 comes again after section 五 or 六.
    """
    headings = find_headings(rows)
    seen: set[str] = set()
    for section, k in headings:
        if section == "一" and seen & {"五", "六"} and "一" in seen:
            start = next((j for j in range(k - 1, max(k - 12, 0), -1) if "年度报告" in rows[j].text), k)
            return rows[:start], find_headings(rows[:start]), rows[start]
        seen.add(section)
    return rows, headings, None


def _row_heading(row: Row) -> str | None:
    filled = [cell for cell in row.cells if cell.text.strip()]
    return heading_of(filled[0].text) if len(filled) == 1 else None


def join_cut(lines: list[tuple[str, str]]) -> tuple[list[tuple[str, str]], int]:
    """Paragraphs (text, place) with sentences that a page break cut in two made whole, and how many (rule P-14)."""
    joined: list[tuple[str, str]] = []
    cuts = 0
    for line, where in lines:
        cut = (
            bool(joined)
            and len(joined[-1][0]) >= _SHORTEST_CUT
            and not joined[-1][0].endswith((*_SENTENCE_ENDS, "）", ")"))
            and not re.match(r"#|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[)）]|\d+[.、]", line)
        )
        if cut:
            joined[-1] = (joined[-1][0] + line, joined[-1][1])
            cuts += 1
        else:
            joined.append((line, where))
    return joined, cuts


def sections(rows: tuple[Row, ...], headings: list[tuple[str, int]], in_tables: set[int]) -> tuple[Section, ...]:
    """The sections with their prose. `in_tables`: indices of the rows that belong to a table."""
    found = []
    for k, (section, start) in enumerate(headings):
        end = headings[k + 1][1] if k + 1 < len(headings) else len(rows)
        lines = [(rows[i].text, str(rows[i].place)) for i in range(start + 1, end) if i not in in_tables]
        paragraphs, cuts = join_cut([(t, where) for t, where in lines if t and not is_page_mark(t)])
        heading = rows[start].text.lstrip("#").strip()
        found.append(Section(section, heading, tuple(paragraphs), str(rows[start].place), cuts))
    return tuple(found)
