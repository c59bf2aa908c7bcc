"""Breakdowns: which figures are parts of which total, and what a share or change is of."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace

from gongkai.claims.reading import Found
from gongkai.claims.vocabulary import pattern
from gongkai.form import form

_TABLE = "applications"
_LONGEST_LIST = 60
_LONGEST_SENTENCE = 3000
Key = tuple[str, int | None, str]
_ENDS = re.compile(r"[。！？!?]")
# Figures of these categories come as parts of a list; of these terms is what the list breaks down.
_PARTS = {"outcome", "applicant", "channel", "topic", "status", "result", "body"}
_TOTALS = {
    "outcome": {"received", "handled", "answered", "completed"},
    "status": {"received", "handled", "answered"},
    "applicant": {"received", "handled", "answered", "completed"},
    "channel": {"received", "handled"},
    "topic": {"received", "handled"},
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
        if not _is_count(f):
            continue
        if category == "body":
            near = f.sentence is found[k].sentence and f.figure.unit == unit
            if near and (f.term is None or f.term.category != "body"):
                return j
        elif f.term and f.year is None and f.term.term in _TOTALS[category]:
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
            found[k] = replace(f, term=before.term, scope=before.scope)


def _in_bracket(found: list[Found], j: int, k: int) -> bool:
    """Whether a bracket opened behind figure `j` is still open at figure `k`."""
    between = "".join(f.left for f in found[j + 1 : k + 1])
    return between.rfind("（") > between.rfind("）")


def _is_count(f: Found) -> bool:
    return f.kind == "count" and not f.denial


def _spoken(found: list[Found], links: Links, k: int) -> int | None:
    """The count that a share or change is said of.

    It is the last one in the sentence, or what the share or change right before it is said of; behind a closed
    bracket, of 总数, and behind a list whose other parts have no change of their own, the list's total.
    """
    f = found[k]
    if f.alone:
        return None
    if k and found[k - 1].kind != "count" and found[k - 1].sentence is f.sentence:
        return links.of.get(k - 1)
    last = next((j for j in _back(k) if _is_count(found[j]) and found[j].year is None), None)
    whole = f.kind == "change" and ("总数" in f.left or "总量" in f.left)
    if last is None or (found[last].sentence is not f.sentence and not whole):
        return None
    total = links.of.get(last)
    closed = "）" in f.left and "（" not in f.left
    if closed:
        # 3512条（其中网站2100条），较上年…: of what stands before the bracket.
        opened = next((j for j in _back(k) if "（" in found[j + 1].left), None)
        if opened is not None and _is_count(found[opened]):
            return opened
    if total is None or whole or closed:
        return last if total is None else total
    parts = [j for j in _back(last) if links.of.get(j) == total and found[j].kind == "count"]
    told = any(found[j + 1].kind == "change" for j in parts)
    behind = f.kind == "change" and parts and not told and not _in_bracket(found, last, k)
    return total if behind else last


def _key(found: list[Found], k: int, keys: dict[Key, int]) -> Key | None:
    """The list that a figure is a part of: its kind, its total, and the unit of a body's figures; None: of none."""
    category, term = _category(found[k]), found[k].term
    if category not in _PARTS or term is None:
        return None
    owner = _owner(found, k) if category == "outcome" else None
    total = owner if owner is not None else _total(found, k, category)
    if term.term == "withdrawn" and ("outcome", total, "") in keys:
        category = "outcome"  # 予以公开5件、部分公开2件、撤回1件
    key = ("rows" if owner is not None else category, total, found[k].figure.unit if category == "body" else "")
    # 收到95件、结转下年度5件: only behind outcomes is it one of them.
    return None if term.term == "carried_out" and key not in keys else key


def link(found: list[Found], first_group: int) -> Links:
    """The links among the figures of one paragraph, groups numbered from `first_group`."""
    links = Links()
    keys: dict[Key, int] = {}
    members: dict[int, list[int]] = {}
    _share_amounts(found)
    for k, f in enumerate(found):
        if f.kind in {"share", "change"}:
            spoken = _spoken(found, links, k)
            if spoken is not None:
                links.of[k] = spoken
            elif f.kind == "share" and (not f.alone or pattern("topic_share").match(f.right)):
                members.setdefault(keys.setdefault(("share", None, str(f.sentence.start)), len(keys)), []).append(k)
            continue
        key = _key(found, k, keys)
        if key is None:
            continue
        if key[1] is not None:
            links.of[k] = key[1]
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


def whole_sentences(text: str, found: list[Found], links: Links) -> list[str]:
    """For each figure of a paragraph its printed sentence. A list that goes on behind ； stays whole."""
    spans = [(f.sentence.start, f.sentence.start + len(f.sentence.printed)) for f in found]
    lists: dict[int, tuple[int, int]] = {}
    for k, group in links.group.items():
        start, end = lists.get(group, spans[k])
        # The total may stand in a sentence of its own, far before its parts.
        if links.role[k] == "part" or _ENDS.search(text, spans[k][0], start) is None:
            lists[group] = (min(start, spans[k][0]), max(end, spans[k][1]))
    whole = {g: span for g, span in lists.items() if _ENDS.search(text, span[0], span[1] - 1) is None}
    joined: list[tuple[int, int]] = []
    for start, end in sorted(whole.values()):
        if end - start > _LONGEST_SENTENCE:
            continue
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    starts = [start for start, _ in joined]
    shown: dict[tuple[int, int], str] = {}
    said = []
    for start, end in spans:
        k = bisect_right(starts, start)
        inside = k > 0 and end <= joined[k - 1][1]
        span = joined[k - 1] if inside else (start, end)
        # One string for all figures of a sentence, as a long one holds many.
        if span not in shown:
            shown[span] = text[span[0] : span[1]].strip()
        said.append(shown[span])
    return said
