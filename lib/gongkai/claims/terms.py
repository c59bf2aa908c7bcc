"""What a figure speaks of: declared patterns that end right before it or begin right behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from gongkai.form import declared_rows

# Words that may stand between what is counted and its figure.
_FILLER = r"(?:（[^（）]{0,40}）|”|的|共计|合计|总计|累计|分别|共有|共|总|为|有|达到|达|是|计|数|量|了|：|（|即|约)*"
_BODY = re.compile(
    r"(?:省|市|州|县|区|旗|镇|乡|街道|办事处|局|委|办公室|厅|部门|政府|单位|机关|中心|公司|分局|直属机构|级|本级)(?:有)?$"
)


# What another clause speaks of says nothing of this figure.
_CLAUSE = re.compile(r"[，。；、]")


@dataclass(frozen=True)
class Term:
    """A term with its category (request, outcome, applicant, …)."""

    term: str
    category: str


@cache
def _patterns() -> dict[str, list[tuple[Term, re.Pattern[str]]]]:
    found: dict[str, list[tuple[Term, re.Pattern[str]]]] = {"left": [], "right": []}
    for row in declared_rows("claim_patterns"):
        pattern = f"(?:{row['pattern']}){_FILLER}$" if row["side"] == "left" else row["pattern"]
        found[row["side"]].append((Term(row["term"], row["category"]), re.compile(pattern)))
    return found


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
    if term.category not in {"request", "status", "channel", "applicant"}:
        return True
    return about and not _foreign().search(words)


def speaks_of_requests(text: str) -> bool:
    """Whether a paragraph speaks of requests for government information at all."""
    return "申请" in text and "公开" in text


def term_of(left: str, right: str, about: bool, unit: str) -> Term | None:
    """The term of a figure between `left` and `right` (the words of its sentence); None if none is declared.

    `about`: whether the paragraph so far speaks of requests, which a term of requests needs.
    """
    tail = left[-60:]
    best: tuple[int, Term] | None = None
    for term, pattern in _patterns()["right"]:
        if term.category == "feecase" and pattern.search(right):
            return term
    for term, pattern in _patterns()["left"]:
        m = pattern.search(tail)
        if m and _about_disclosure(term, m.group() + _CLAUSE.split(right[:12])[0], about, unit) and (best is None or m.start() < best[0]):
            best = (m.start(), term)
    if best is not None:
        return best[1]
    for term, pattern in _patterns()["right"]:
        m = pattern.search(right)
        if m and _about_disclosure(term, m.group() + tail[-8:], about, unit):
            return term
    return Term("body", "body") if _BODY.search(tail) else None
