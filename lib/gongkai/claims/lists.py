"""Breakdowns: which figures are parts of which total, and what a share or change is of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from gongkai.claims.reading import Found
from gongkai.form import form

_TABLE = "applications"
_LONGEST_LIST = 60
# Figures of these categories come as parts of a list; of these terms is what the list breaks down.
_PARTS = {"outcome", "applicant", "channel", "status", "result", "body"}
_TOTALS = {
    "outcome": {"received", "handled", "answered", "completed"},
    "status": {"received", "handled", "answered"},
    "applicant": {"received", "handled", "answered", "completed"},
    "channel": {"received", "handled"},
    "result": {"reconsideration", "litigation", "litigation_direct", "litigation_after_reconsideration", "disputes"},
}


@dataclass
class Links:
    """For each figure of a paragraph: the breakdown it belongs to, its role there, and the figure it speaks of."""

    group: dict[int, int] = field(default_factory=dict)
    role: dict[int, str] = field(default_factory=dict)
    of: dict[int, int] = field(default_factory=dict)


def _back(k: int) -> range:
    """The figures before `k`, nearest first, as far back as a list reaches."""
    return range(k - 1, max(-1, k - 1 - _LONGEST_LIST), -1)


def _below(term: str, above: str) -> bool:
    """Whether `term` is a row of the group `above` of the form."""
    return (_TABLE, above) in form().items and term in form().descendants(_TABLE, above)


def _category(found: Found) -> str | None:
    """The kind of list a figure can be a part of."""
    return found.term.category if found.kind == "count" and not found.denial and found.term else None


def _total(found: list[Found], k: int, category: str) -> int | None:
    """The nearest figure before `k` that a list of this category breaks down."""
    unit = found[k].figure.unit
    for j in _back(k):
        f = found[j]
        if f.kind != "count" or f.denial or f.term is None:
            continue
        if category == "body":
            near = f.sentence is found[k].sentence and f.term.category != "body" and f.figure.unit == unit
            if near:
                return j
        elif f.term.term in _TOTALS[category]:
            return j
    return None


def _owner(found: list[Found], k: int) -> int | None:
    """The part right before `k` in the sentence of which `k` is a row: 无法提供8件，其中信息不存在7件."""
    term = found[k].term
    for j in _back(k):
        f = found[j]
        if f.sentence is not found[k].sentence:
            return None
        if f.kind == "count" and f.term and term and _below(term.term, f.term.term):
            return j
    return None


def _share_amounts(found: list[Found]) -> None:
    """某局1件420元: an amount right behind a body's count is that body's too."""
    for k in range(1, len(found)):
        f, before = found[k], found[k - 1]
        if f.term is None and f.left == "" and f.kind == "count" and before.term and before.term.category == "body":
            found[k] = replace(f, term=before.term)


def _in_bracket(found: list[Found], j: int, k: int) -> bool:
    """Whether a bracket opened behind figure `j` is still open at figure `k`."""
    between = "".join(f.left for f in found[j + 1 : k + 1])
    return between.rfind("（") > between.rfind("）")


def _spoken(found: list[Found], links: Links, k: int) -> int | None:
    """The count that a share or change is said of.

    It is the last one in the sentence, or what the share or change right before it is said of; behind a closed
    bracket, of 总数, and behind a list whose other parts have no change of their own, the list's total.
    """
    f = found[k]
    if k and found[k - 1].kind != "count" and found[k - 1].sentence is f.sentence:
        return links.of.get(k - 1)
    last = next((j for j in _back(k) if found[j].kind == "count" and not found[j].denial), None)
    if last is None or found[last].sentence is not f.sentence:
        return None
    total = links.of.get(last)
    closed = "）" in f.left and "（" not in f.left
    whole = f.kind == "change" and ("总数" in f.left or "总量" in f.left)
    if total is None or whole or closed:
        return last if total is None else total
    parts = [j for j in _back(last) if links.of.get(j) == total and found[j].kind == "count"]
    told = any(found[j + 1].kind == "change" for j in parts)
    behind = f.kind == "change" and parts and not told and not _in_bracket(found, last, k)
    return total if behind else last


def link(found: list[Found], first_group: int) -> Links:
    """The links among the figures of one paragraph, groups numbered from `first_group`."""
    links = Links()
    keys: dict[tuple[str, int | None, str], int] = {}
    members: dict[int, list[int]] = {}
    _share_amounts(found)
    for k, f in enumerate(found):
        if f.kind in {"share", "change"}:
            spoken = _spoken(found, links, k)
            if spoken is not None:
                links.of[k] = spoken
            continue
        category = _category(f)
        if category not in _PARTS:
            continue
        owner = _owner(found, k) if category == "outcome" else None
        total = owner if owner is not None else _total(found, k, category)
        key = ("rows" if owner is not None else category, total, f.figure.unit if category == "body" else "")
        if f.term and f.term.term == "carried_out" and key not in keys:
            continue  # 收到95件、结转下年度5件: only behind outcomes is it one of them
        if total is not None:
            links.of[k] = total
        members.setdefault(keys.setdefault(key, len(keys)), []).append(k)
    number = first_group
    for (_, total, _), n in keys.items():
        if len(members[n]) < 2:
            continue
        for k in members[n]:
            links.group[k], links.role[k] = number, "part"
        if total is not None and total not in links.group:
            links.group[total], links.role[total] = number, "total"
        number += 1
    return links
