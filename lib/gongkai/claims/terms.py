"""What a figure speaks of: declared patterns that end right before it or begin right behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from gongkai.claims.vocabulary import pattern
from gongkai.form import declared_rows

# Words that may stand between what is counted and its figure.
_FILLER = r"(?:（[^（）]{0,40}）|”|的|共计|合计|总计|累计|分别|共有|共|总|为|有|达到|达|是|计|数|量|了|：|（|即|约)*"
_BODY = re.compile(
    r"(?:省|市|州|县|区|旗|镇|乡|街道|办事处|局|委|办公室|厅|部门|政府|单位|机关|中心|公司|分局|直属机构|级|本级)(?:有)?$"
)


_OF_BODY = re.compile(r"(?:其中|分别|包括)?(?P<body>[^，、；：（）。]{1,30}?)(?:共计|合计|收到|共有|共|有|为)*$")
_DOCUMENT = re.compile(r"规章(?!制度)|规范性文件")
# What another clause speaks of says nothing of this figure.
_CLAUSE = re.compile(r"[，。；、]")


@dataclass(frozen=True)
class Term:
    """A term with its category (request, outcome, applicant, …)."""

    term: str
    category: str


@cache
def _patterns() -> dict[str, list[tuple[Term, re.Pattern[str]]]]:
    """The declared patterns by side: before a figure, behind it, or before it where no other fits."""
    found: dict[str, list[tuple[Term, re.Pattern[str]]]] = {"left": [], "right": [], "otherwise": []}
    for row in declared_rows("claim_patterns"):
        known = row["pattern"] if row["side"] == "right" else f"(?:{row['pattern']}){_FILLER}$"
        found[row["side"]].append((Term(row["term"], row["category"]), re.compile(known)))
    return found


@cache
def _any(side: str) -> re.Pattern[str]:
    """All patterns of a side as one, to see at once that none fits. Groups would make it slow."""
    rows = [row["pattern"] for row in declared_rows("claim_patterns") if row["side"] == side]
    every = "|".join(rows)
    return re.compile(every if side == "right" else f"(?:{every}){_FILLER}$")


@cache
def _foreign() -> re.Pattern[str]:
    return re.compile("|".join(row["word"] for row in declared_rows("claim_foreign")))


# Requests, outcomes and cases are counted in these; articles of a website are not.
_CASES = {"件", "件次", "宗", "份", "条", "条次", "起", "次", "项", "例", "人次", "个", "%", ""}
_OF_CASES = {"request", "status", "outcome", "applicant", "channel", "dispute", "result", "feecase"}


def _about_disclosure(term: Term, words: str, about: bool, unit: str) -> bool:
    """Whether a term of requests is about requests for government information, not about letters or permits."""
    if term.category in _OF_CASES and unit not in _CASES:
        return False
    if term.category not in {"request", "status", "outcome", "channel", "applicant", "topic"}:
        return True
    return about and not _foreign().search(words)


def speaks_of_requests(text: str) -> bool:
    """Whether a paragraph speaks of requests for government information at all."""
    return "申请" in text and "公开" in text


def _fitting(side: str, text: str, beside: str, about: bool, unit: str) -> Term | None:
    """The term of the pattern that reaches back furthest (or is declared first) and may be meant; None if none is."""
    first = _any(side).search(text)
    if first is None:
        return None
    known = _patterns()[side]
    term = next(t for t, p in known if p.match(text, first.start()))
    if _about_disclosure(term, first.group() + beside, about, unit):
        return term
    found = ((p.search(text), term) for term, p in known)
    fits = [(m.start(), t) for m, t in found if m and _about_disclosure(t, m.group() + beside, about, unit)]
    return min(fits, key=lambda f: f[0])[1] if fits else None


def term_of(left: str, right: str, about: bool, unit: str) -> Term | None:
    """The term of a figure between `left` and `right` (the words of its sentence); None if none is declared.

    `about`: whether the paragraph so far speaks of requests, which a term of requests needs.
    """
    # No pattern reaches over a comma.
    tail, head = left[max(left.rfind("，"), len(left) - 60, 0) :], _CLAUSE.split(right[:12])[0]
    last = _CLAUSE.split(tail)[-1]
    behind = _fitting("right", right[:60], tail[-8:], about, unit)
    if behind and behind.category == "feecase":
        return behind
    if behind and behind.term == "received" and not pattern("all_of_them").match(last):
        behind = None
    before = _fitting("left", tail, head, about, unit)
    if before and before.category == "request" and "申请" not in last and not pattern("own_noun").match(head):
        before = None
    if before and before.term in {"received", "handled"} and pattern("some_of_them").search(last):
        before = None
    if before or behind:
        return before or behind
    if _BODY.search(tail):
        return Term("body", "body")
    return _fitting("otherwise", tail, head, about, unit)


def body_named(left: str) -> str | None:
    """The body that a figure behind `left` is of, as printed: 其中市本级 → 市本级."""
    found = _OF_BODY.search(left)
    return found["body"] if found else None


def of_document(term: Term, text: str) -> Term | None:
    """废止3件 is of rules or of normative documents, as `text` before it says; None where it does not."""
    if not term.term.startswith("documents_"):
        return term
    said = _DOCUMENT.findall(text)
    kind = {"规章": "rules", "规范性文件": "normative_documents"}.get(said[-1] if said else "")
    return Term(term.term.replace("documents", kind), term.category) if kind else None
