"""N-16: another body's name as the subject of the report's own work; P-03: the names of the body agree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from gongkai.rules.declared import Rule
from gongkai.rules.kinds import PASS
from gongkai.rules.wording.agencies import NAME, OTHER, SAME, compare, same_place, split_name
from gongkai.rules.wording.judged import Row, failed, passed, quote, unsure, verdict
from gongkai.rules.wording.text import Prose, body_kind, pattern, tidy

# The name stands where the subject of a sentence does: at its start or behind short openings (一年来，在…指导下，…).
_SUBJECT = re.compile(rf"^(?:[^，]{{1,20}}，){{0,3}}?(?:20\d\d年(?:度|以来|全年)?)?(?P<name>{NAME})(?P<rest>.*)$")
_MADE_BY = re.compile(rf"(?:本年?度?报告由|由(?={NAME}[^，。]{{0,12}}编制))(?P<name>{NAME})")
_CONTACT = re.compile(rf"(?:[请可]以?(?:与|向|联系)|联系单位：|编制机关：|发布机构：)(?P<name>{NAME})")

_TOWNSHIPS = ("镇", "乡", "街道")


class Named(NamedTuple):
    """A body named where a report names its own: `as_` subject, author or contact."""

    as_: str
    section: str
    name: str
    sentence: str


def _does_own_work(name: str, rest: str) -> bool:
    """Whether the body of that name is told of as the report's own would be: what it did for disclosure."""
    if pattern("not_subject").search(name) or pattern("not_own_work").search(rest):
        return False
    return bool(pattern("own_work").search(rest)) and not pattern("own_subject").search(rest)


def named(prose: Prose) -> list[Named]:
    """The bodies that stand where the report's own would, in reading order."""
    found = []
    for section, lines in prose.paragraphs:
        for line in lines:
            for as_, where in (("subject", _SUBJECT), ("author", _MADE_BY), ("contact", _CONTACT)):
                hit = where.search(line)
                if hit and (as_ != "subject" or _does_own_work(hit["name"], hit["rest"])):
                    found.append(Named(as_, section, hit["name"], line))
    return found


def _related(one: str, other: str, agencies: dict[str, str | None]) -> bool:
    """Whether one body stands above the other by agencies.csv."""
    for low, high in ((one, other), (other, one)):
        at: str | None = low
        while at is not None:
            at = agencies.get(at)
            if at == high:
                return True
    return False


def _told_apart(name: str, prose: Prose) -> str:
    """`compare` of the report's body with a name; agencies.csv settles it where it has both."""
    own, other = prose.report["agency_id"], prose.context["ids"].get(tidy(name))
    if own in prose.context["parents"] and other:
        if own == other or _related(own, other, prose.context["parents"]):
            return SAME
        # Of two bodies without a parent it is not known how they stand to each other.
        if prose.context["parents"][own] or prose.context["parents"][other]:
            return OTHER
    return compare(str(prose.report["agency"]), name)


def _is_other(one: Named, prose: Prose) -> bool | None:
    """Whether the name is clearly of another body than the report's; None if that cannot be told."""
    own = str(prose.report["agency"])
    how = _told_apart(one.name, prose)
    if how == SAME:
        return False
    department = body_kind(prose.report) == "department"
    beside = same_place(own, one.name)
    # A government's report tells of the work of its departments and of the governments below it.
    if not department and (beside or body_kind({"agency": one.name}) != "government"):
        return None
    # Of the bodies of one place another may be told of for its own work.
    if beside and one.as_ == "subject" and (own in one.sentence or any(c.isdigit() for c in one.sentence)):
        return None
    return True if how == OTHER or _is_namesake(one, own) else None


def _is_namesake(one: Named, own: str) -> bool:
    """Whether the report tells of a body of the same function elsewhere in the words kept for one's own.

    Not of townships, which a government tells of as its own, nor of a body given as an example.
    """
    (places, function), (others, their) = split_name(own), split_name(one.name)
    apart = bool(places and others) and not set(places) & set(others) and not others[-1].endswith(_TOWNSHIPS)
    own_words = bool(pattern("stance").search(one.sentence)) and not pattern("example").search(one.sentence)
    return apart and function == their and one.as_ == "subject" and own_words


def other_bodies(rule: Rule, prose: Prose) -> Iterator[Row]:
    """N-16: the subject of the report's work and its author are the report's own body."""
    if not prose.report["agency"]:
        yield unsure(rule, prose)
        return
    seen: dict[str, tuple[Named, bool | None]] = {}
    for one in named(prose):
        if one.as_ != "contact" and _told_apart(one.name, prose) != SAME:
            seen.setdefault(one.name, (one, _is_other(one, prose)))
    counts: dict[str, int] = {}
    for one, other in seen.values():
        scope = f"{one.section}.{one.as_}"
        counts[scope] = counts.get(scope, 0) + 1
        scope += f"-{counts[scope]}" if counts[scope] > 1 else ""
        if other:
            figures = {"name": one.name, "agency": prose.report["agency"], "sentence": quote(one.sentence)}
            yield failed(rule, prose, scope, one.section, 0, f"name={one.name}", **figures)
        elif other is None:
            yield unsure(rule, prose, scope)
    if not any(other is not False for _, other in seen.values()):
        yield passed(rule, prose)


def one_agency(rule: Rule, prose: Prose) -> Iterator[Row]:
    """P-03: the body of the title is that of the contact line, the author line and the page's publisher."""
    own = prose.report["agency"]
    names = [(one.name, one.section) for one in named(prose) if one.as_ != "subject"]
    publisher = tidy(prose.report["publisher"] or "")
    names += [(publisher, "")] if split_name(publisher)[0] else []
    if not own or not names:
        yield unsure(rule, prose)
        return
    judged = [(name, section, _told_apart(name, prose)) for name, section in names]
    others = [(name, section) for name, section, how in judged if how == OTHER]
    # The publisher may be the government or its office, and an office of the same house may take questions.
    clear = [(n, s) for n, s in others if not same_place(own, n)]
    if clear:
        name, section = clear[0]
        yield failed(rule, prose, "report", section, 0, f"name={name}", name=name, agency=own)
    elif any(how == SAME for _, _, how in judged):
        yield verdict(rule, prose, PASS)
    else:
        yield unsure(rule, prose)
