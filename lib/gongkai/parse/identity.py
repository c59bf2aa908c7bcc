"""Agency, year and title, each from the surest place that names it, never from the prose.

Order for both: the title, heading lines, the attachment line; then, for the year, 统计期限 before the
attachment and the signature after it, for the agency the contact line of section 六 and 发布机构.
"""

from __future__ import annotations

import re

from gongkai.cells import compact
from gongkai.document import Row
from gongkai.parse.model import Identity
from gongkai.parse.page import page_fields

_YEAR = r"(?P<year{n}>[12][0-9]{{3}}|[一二三四五六七八九〇○零０]{{4}})年度?"
_REPORT = r"(?:政府信息公开|政务公开|信息公开)(?:工作)?(?:情况)?(?:的)?(?:年度(?:工作)?报告|年报)"
_AGENCY = r"(?P<agency{n}>[\u4e00-\u9fff（）()·]{{2,40}}?)(?:关于)?"
_TITLE = re.compile(
    f"(?:{_AGENCY.format(n=1)})?{_YEAR.format(n=1)}(?:{_AGENCY.format(n=2)})?{_REPORT}(?:[（(][^）)]*[)）])?"
)
# The year may stand behind: 某局政府信息公开工作年度报告（2023年度）.
_TITLE_YEAR_LAST = re.compile(f"{_AGENCY.format(n=1)}?{_REPORT}[（(]{_YEAR.format(n=1)}[)）]")
_PERIOD = re.compile(
    r"(?:统计期限|数据.{0,8}期限|时间范围).{0,12}?自?([12][0-9]{3})年1月1日.{0,3}?至.{0,2}?(?:([12][0-9]{3})年)?12月31日"
)
_SIGNED = re.compile(
    r"(?:[一-鿿]{2,30}(?:局|政府|委员会|办公室|办事处|厅|委|中心))?([12][0-9]{3}|二[〇○零]二?[一二三四五六七八九〇○零十]+)年[0-9一二三四五六七八九十]{1,3}月[0-9一二三四五六七八九十]{1,3}日"
)
_CONTACT = re.compile(
    r"请(?:与|向)([一-鿿（）]{3,40}?(?:局|委员会|委|办公室|政府|街道办事处|厅|部|院|中心|处))(?:办公室|综合科|秘书科)?(?:进行)?(?:联系|咨询|反映)"
)
_NOT_AGENCY = re.compile(r"根据|按照|依据|附件|本报告|如下|公布|首页|^关于$|编制")
_AGENCY_END = (
    "局",
    "政府",
    "委员会",
    "办公室",
    "厅",
    "办事处",
    "委",
    "中心",
    "院",
    "处",
    "部",
    "市",
    "区",
    "县",
    "镇",
    "乡",
    "公司",
    "大学",
    "站",
)
# Rows that are not of the report itself.
_AROUND = {"link", "sheet"}
_DIGITS = {**{c: str(i) for i, c in enumerate("〇一二三四五六七八九")}, "○": "0", "零": "0", "０": "0"}


def _year(text: str) -> int | None:
    digits = "".join(_DIGITS.get(c, c) for c in text)
    return int(digits) if re.fullmatch(r"[12][0-9]{3}", digits) else None


def read_title(text: str) -> tuple[str | None, int] | None:
    """(agency, year) if `text`, blanks removed, is the title of a report, else None."""
    if "年" not in text or "报" not in text:
        return None
    body = re.sub(r"^(?:#+|\*+|附件[0-9一二三]?[:：]?|[0-9]{1,2}[.．、]|《)+", "", compact(text)).rstrip("*》。 ")
    found = _TITLE.fullmatch(body) or _TITLE_YEAR_LAST.fullmatch(body)
    year = _year(found["year1"]) if found else None
    if not found or year is None:
        return None
    agency = found["agency1"] or found.groupdict().get("agency2")
    named = agency is not None and agency not in {"政府", "政务"} and not _NOT_AGENCY.search(agency)
    return (agency if named else None), year


def _titles(lines: list[str]) -> list[tuple[str | None, int, str]]:
    """Titles among `lines`, each of one to four lines."""
    found = []
    for start in range(len(lines)):
        for size in range(1, 5):
            part = [line.strip().lstrip("#").strip() for line in lines[start : start + size]]
            if len(part) == size and (read := read_title("".join(dict.fromkeys(part)))):
                found.append((*read, " ".join(dict.fromkeys(part))))
    return found


def _heading_agency(lines: list[str]) -> str | None:
    for line in reversed(lines):
        name = compact(line).lstrip("#")
        if 4 <= len(name) <= 40 and name.endswith(_AGENCY_END) and re.fullmatch(r"[\u4e00-\u9fff（）()]+", name):
            return name
    return None


def _attachment(lines: list[str]) -> tuple[str | None, int] | None:
    """Agency and year of a title that stands in an attachment line."""
    after = False
    for line in lines:
        after = after or compact(line).startswith("附件")
        if after and (read := read_title(line)):
            return read
    return None


def _first(pattern: re.Pattern[str], lines: list[str]) -> re.Match[str] | None:
    return next((m for line in lines if (m := pattern.search(compact(line)))), None)


def _years(
    head: list[str], tail: list[str], attached: tuple[str | None, int] | None, titled: int | None, page: dict[str, str]
) -> list[tuple[str, int]]:
    """Every place that names the year, surest first."""
    found: list[tuple[str, int]] = [] if titled is None else [("title", titled)]
    if period := _first(_PERIOD, head):
        found.append(("period", int(period[2] or period[1])))
    if attached:
        found.append(("attachment", attached[1]))
    if published := re.match(r"[12][0-9]{3}", page.get("published", "")):
        found.append(("published", int(published[0]) - 1))
    signed = [m for line in tail[-6:] if (m := _SIGNED.fullmatch(compact(line)))]
    if signed and (year := _year(signed[-1][1])):
        found.append(("signature", year - 1))
    return found


def _page_title(page: dict[str, str]) -> list[tuple[str | None, int, str]]:
    """The title in the page's head, alone or before the name of the site."""
    text = page.get("page_title", "")
    parts = [text, *re.split(r"\s*[-_|—–]+\s*", text)]
    return [(*read, part) for part in parts if (read := read_title(part))][:1]


def _best_title(
    rows: tuple[Row, ...], page: dict[str, str], is_page: bool
) -> tuple[str | None, int | None, str | None]:
    """(agency, year, title) of the report, from the rows before section 一.

    Links to other years' reports stand around the title. On a page the first heading is it, else what
    the page's head says, else the title nearest to the report; in a text the latest year is this
    report's, and of its readings the first, which has the whole name where it is printed in several lines.
    """
    headed = _titles([row.text for row in rows if row.role == "title"])
    titles = _titles([row.text for row in rows if row.role not in _AROUND])
    named = [t for t in titles if t[0]] or titles
    if is_page:
        inner = headed or _page_title(page) or named[-1:]
        year = inner[0][1] if inner else None
        # The heading may leave the agency to the page's head.
        choice = [t for t in [*headed, *_page_title(page), *named] if t[0] and t[1] == year] or inner
        return choice[0] if choice else (None, None, None)
    latest = max((t[1] for t in named), default=None)
    return next((t for t in named if t[1] == latest), (None, None, None))


def identify(
    rows: tuple[Row, ...], headings: list[tuple[str, int]], in_tables: set[int], meta: dict[str, str]
) -> Identity:
    """Agency, year and title of a report from its rows and what its page says of itself (`meta`)."""
    first = min((k for _, k in headings), default=min(len(rows), 40))
    # The front of a report is short; what stands far above section 一 is the page around it.
    front = rows[max(0, first - 40) : first]
    head = [row.text for row in front if row.role not in _AROUND]
    tail_start = max((k for _, k in headings), default=first)
    tail = [
        row.text for k, row in enumerate(rows) if k >= tail_start and k not in in_tables and row.role not in _AROUND
    ]
    page = page_fields(front, meta)
    is_page = bool(meta) or any(row.role in {"title", "link"} for row in rows)
    agency, title_year, title = _best_title(front, page, is_page)
    attached = _attachment(tail)
    source = "title" if agency else None
    candidates = [
        ("heading", _heading_agency(head)),
        ("attachment", attached[0] if attached else None),
        ("contact", m[1] if (m := _first(_CONTACT, tail)) else None),
        ("publisher", page.get("publisher")),
    ]
    if agency is None:
        source, agency = next(((s, a) for s, a in candidates if a), (None, None))
    # An attachment may be another body's report.
    own = attached if attached and attached[0] in {None, agency} else None
    years = _years(head, tail, own, title_year, page)
    return Identity(
        agency=agency,
        agency_from=source,
        year=years[0][1] if years else None,
        year_from=years[0][0] if years else None,
        title=title,
        other_years=tuple(years[1:]),
        page=page,
    )
