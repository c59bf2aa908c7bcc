"""N-15: an older year left in the name of a plan or in a sentence on the year's own work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from gongkai.rules.declared import Rule
from gongkai.rules.wording.judged import Row, failed, passed, quote, unsure
from gongkai.rules.wording.text import Prose, pattern

# Not a document number 〔2022〕, nor the end of a range 2020—2022.
_YEAR = r"(?<![\d〔\[［【—–\-~～至到/])(?P<year>20\d\d)"
_START = re.compile(rf"^(?:截[至止]到?)?{_YEAR}年(?:度|底|末|全年|12月31日|12月底)?[，,]?(?P<rest>(?!\d{{1,2}}月).*)$")


class Stale(NamedTuple):
    """An older year: `kind` plan or period, what it stands in, and whether the older year may be meant."""

    kind: str
    section: str
    year: int
    name: str
    sentence: str
    doubtful: bool


@cache
def _plans() -> tuple[re.Pattern[str], ...]:
    kinds = "|".join(pattern(name).pattern for name in ("plan_annual", "plan_other"))
    words = r"[^，。；：、《》“”\d（）()]{0,30}?"
    # 《2022年政务公开工作要点》, and with the year behind: 《政务公开工作要点（2022年）》.
    return (
        re.compile(rf"{_YEAR}年度?(?P<topic>{words})(?P<kind>{kinds})"),
        re.compile(rf"《(?P<topic>[^，。；《》\d]{{0,30}}?)(?P<kind>{kinds})[（(](?P<year>20\d\d)年度?[)）]》"),
    )


def _is_future(sentence: str, year: int, own: int) -> bool:
    return year > own and bool(pattern("future").search(sentence))


def _plan_doubt(found: re.Match[str], sentence: str, own: int) -> bool:
    """Whether the plan of the older year may be meant: a standing plan, another subject, or work looked back on."""
    around = sentence.replace(found.group(), "")
    topic = "公开" in found["topic"]
    annual = bool(pattern("plan_annual").fullmatch(found["kind"]))
    beside = any(int(other["year"]) >= own for plan in _plans() for other in plan.finditer(around))
    return not topic or not annual or beside or bool(pattern("stale_doubt").search(around))


def _in_sentence(section: str, line: str, own: int) -> Iterator[Stale]:
    for plan in _plans():
        for found in plan.finditer(line):
            year = int(found["year"])
            if year < own:
                doubt = _plan_doubt(found, line, own)
                yield Stale("plan", section, year, found.group().strip("《》"), line, doubt)


def _period(section: str, line: str, near: str, own: int) -> Stale | None:
    """The sentence tells of the work of another year as if it were this one's."""
    found = _START.match(line)
    year = int(found["year"]) if found else own
    if found is None or year == own or str(own) in line or _is_future(line, year, own):
        return None
    rest = found["rest"]
    figure, mine = pattern("period_figure").search(rest), pattern("own_subject").search(rest)
    if pattern("stale_doubt").search(line) or not (figure or mine) or year > own:
        return None
    # A sentence beside it on the report's year makes a comparison likely.
    return Stale("period", section, year, found.group()[: found.start("rest")], line, not figure or str(own) in near)


def stale_years(prose: Prose) -> list[Stale]:
    """The older years in a report, each name once."""
    own = prose.report["year"]
    found: dict[tuple[str, str], Stale] = {}
    for section, lines in prose.paragraphs:
        for k, line in enumerate(lines):
            near = "".join(lines[max(k - 1, 0) : k] + lines[k + 1 : k + 2])
            period = _period(section, line, near, own)
            for one in [*_in_sentence(section, line, own), *([period] if period else [])]:
                key = (one.kind, one.name if one.kind == "plan" else one.sentence)
                if key not in found or found[key].doubtful:
                    found[key] = one
    return list(found.values())


def stale(rule: Rule, prose: Prose) -> Iterator[Row]:
    """One verdict for each older year, or one for the report."""
    if prose.report["year"] is None:
        yield unsure(rule, prose)
        return
    counts: dict[str, int] = {}
    found = stale_years(prose)
    for one in found:
        scope = f"{one.section}.{one.kind}"
        counts[scope] = counts.get(scope, 0) + 1
        scope += f"-{counts[scope]}" if counts[scope] > 1 else ""
        if one.doubtful:
            yield unsure(rule, prose, scope)
        else:
            figures = {"year": prose.report["year"], "name": one.name, "sentence": quote(one.sentence, one.name)}
            yield failed(rule, prose, scope, one.section, 0, f"{one.kind}={one.year}", **figures)
    if not found:
        yield passed(rule, prose)
