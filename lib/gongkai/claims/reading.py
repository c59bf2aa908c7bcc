"""The figures of one paragraph as claims, before breakdowns are put together."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from gongkai.claims.compared import base, compares, in_words, kind, last_year
from gongkai.claims.denials import denials
from gongkai.claims.numerals import Figure, figures
from gongkai.claims.terms import Term, body_named, of_document, speaks_of_requests, term_of
from gongkai.claims.text import Sentence, sentences
from gongkai.claims.vocabulary import pattern
from gongkai.form import declared_rows

# How far back in a sentence a scope or year is looked for; a sentence of a megabyte is no sentence.
_REACH = 300
# How far back the words reach that say what it counts.
_NEAR = 120
_END = 1 << 60
_BRACKET = re.compile(r"（[^（）]{0,400}）")
_NESTED = 8
# A figure right behind a year: 上年32件.
_FIGURE = re.compile(r"(?:度|同期|为|是|的|共|末|底)*(?=\d)")
# What figures of requests and of their parts are of.
_REQUESTS = {"request", "status", "outcome", "applicant", "channel", "topic", "body"}


@dataclass(frozen=True)
class Found:
    """A figure in its sentence, on the way to a claim. `alone`: a percentage of nothing counted (办结率100%)."""

    figure: Figure
    sentence: Sentence
    left: str
    right: str
    kind: str
    term: Term | None
    base: str | None = None
    scope: str | None = None
    year: int | None = None
    denial: bool = False
    alone: bool = False


@cache
def _scopes() -> re.Pattern[str]:
    words = sorted((row["scope"] for row in declared_rows("claim_scopes")), key=len, reverse=True)
    # 全区各公开机构 is one; 非本机关掌握 is what an answer says, not whose it is.
    return re.compile(rf"(?<!非)(?:{'|'.join(words)})+(?!不?掌握|负责|公开范围|职责)")


@dataclass(frozen=True)
class Said:
    """The words of a sentence that hold for the figures behind them: whose they are, and of which year."""

    scopes: list[re.Match[str]]
    years: list[re.Match[str]]
    brackets: list[re.Match[str]]
    carried: tuple[re.Match[str] | None, re.Match[str] | None] = (None, None)

    @classmethod
    def of(cls, sentence: Sentence, before: Said | None) -> Said:
        """The words of `sentence`, and the last ones of what stands before its ；. Names say no years."""
        scopes = [*_scopes().finditer(sentence.text)]
        years = [*pattern("year").finditer(sentence.named)]
        brackets = [*_BRACKET.finditer(sentence.named)]
        return cls(scopes, years, brackets, (before.scope(_END), before.year(_END)) if before else (None, None))

    def scope(self, place: int) -> re.Match[str] | None:
        """The last words before `place` that say whose the figures are."""
        return _last(self.scopes, place) or self.carried[0]

    def year(self, place: int) -> re.Match[str] | None:
        """The last words before `place` that say of which year they are; those in a bracket hold within it."""
        found = _last(self.years, place)
        for _ in range(_NESTED):
            k = bisect_right(self.brackets, found.start(), key=lambda m: m.start()) if found else 0
            if found is None or not k or not found.end() <= self.brackets[k - 1].end() <= place:
                break
            found = _last(self.years, found.start())
        return found or self.carried[1]


def _last(found: list[re.Match[str]], place: int) -> re.Match[str] | None:
    """The last of the words that end before `place` and not too far from it."""
    k = bisect_right(found, place, key=lambda m: m.end())
    return found[k - 1] if k and (place == _END or found[k - 1].end() > place - _REACH) else None


def _year(words: re.Match[str] | None, found: Found, year: int | None) -> tuple[bool, int | None]:
    """Whether a figure behind these words is of another year than the report's, and of which if that is known.

    2022年结转 in a report of 2023 is what was carried in this year, 结转2024年 what was carried out. Behind
    上年32件 it is open of which year the next figure is.
    """
    if words is None or not (words["year"] or words["last"]):
        return False, None
    named = int(words["year"]) if words["year"] else year and year - 1
    own = {"carried_in": -1, "carried_out": 1}.get(found.term.term if found.term else "", 0)
    if named is not None and year is not None and named in {year, year + own}:
        return False, None
    nearest = _FIGURE.match(words.string, words.end())
    mine = nearest and words.string is found.sentence.named and nearest.end() >= found.figure.start
    return True, None if nearest and not mine else named


def _bare(figure: Figure, left: str, right: str, term: Term | None) -> bool:
    """Whether a figure without a unit can still count requests: 受理3259，答复3278."""
    # A word stands right before it, and the end of its clause behind.
    alone = not figure.unit and "一" <= left[-1:] <= "鿿" and (not right or right[0] in "，。；、（）□")
    return alone and (term is None or term.category in {"request", "status", "outcome"})


def _compared_with(found: Found, before: Found | None, year: int | None) -> Found:
    """收到24件，比上年的35件下降…: the figure for comparison counts what the one before it counts."""
    is_last, named = last_year(found.left, year)
    if not is_last or before is None or found.term is not None:
        return found
    same = before.kind == "count" and before.term is not None and before.figure.unit == found.figure.unit
    return replace(found, term=before.term if same and named is not None else None, year=named)


def _result(found: Found, before: Found | None) -> Found:
    """由上年的20件增至40件: the second is what it was this year."""
    if before is None or not pattern("resulting").search(before.right) or before.year is None:
        return found
    return replace(found, term=before.term, year=None)


def _unknown(found: Found) -> bool:
    """Whether a figure without a term is of something else than requests."""
    return "公开申请" not in found.left + found.right[:8] and not pattern("some_of_them").search(found.left)


def _own(found: Found, before: Found | None) -> Found:
    """收到行政复议20件，办结18件: a bare verb takes what the figure before it counts; if no request, nothing known."""
    bare = found.term is not None and found.term.category in {"request", "status"} and "申请" not in found.left
    other = before is not None and (_unknown(before) if before.term is None else before.term.category not in _REQUESTS)
    return replace(found, term=None) if bare and other and "申请" not in found.right[:8] else found


def _rest(found: Found, before: Found | None) -> Found:
    """其他1件 behind applicants are those of other organisations, behind outcomes other handling.

    收取信息处理费310元，涉及申请3件: behind a fee the requests are those it was collected for.
    """
    if before is None or before.term is None:
        return found
    if before.term.category == "fee" and "涉及" in found.left and "申请" in found.left and found.figure.unit == "件":
        return replace(found, term=Term("fee_cases", "feecase"))
    if found.term is None or found.term.term != "result_other":
        return found
    rest = {"applicant": "from_other_org", "outcome": "other"}.get(before.term.category)
    return replace(found, term=Term(rest, before.term.category)) if rest else found


def _read(figure: Figure, sentence: Sentence, span: tuple[str, str], about: bool, compared: bool) -> Found | None:
    """One figure between the words of `span`, or None where it makes no claim."""
    left, right = span
    what, signed = kind(figure, left, compared)
    if what is None and not _bare(figure, left, right, None):
        return None
    term = term_of(left, right, about, figure.unit) if what != "change" else None
    if what is None and (term is None or not _bare(figure, left, right, term)):
        return None
    shared, of = base(left) if what == "share" else (True, None)
    if term and term.category == "doc":
        term = of_document(term, sentence.text[max(0, figure.start - _REACH) : figure.start])
    if pattern("cumulated").search(left):
        term = None
    return Found(signed, sentence, left, right, what or "count", term, of, alone=not shared)


def _placed(found: Found, said: Said, year: int | None) -> Found:
    """A figure with whose it is and of which year; of a year that is not known it counts nothing known."""
    words = said.scope(found.figure.start)
    scope = words.group() if words else None
    if found.term and found.term.category == "body" and not found.denial:
        scope = body_named(found.left) or scope
    if found.kind == "change" or found.year is not None:
        return replace(found, scope=scope)
    other, named = _year(said.year(found.figure.start), found, year)
    return replace(found, scope=scope, year=named, term=None if other and named is None else found.term)


def read_sentence(
    sentence: Sentence, said: Said, about: bool, year: int | None, before: Found | None
) -> Iterator[Found]:
    """The figures of one sentence. `about`: whether its paragraph speaks of requests for information.

    `before`: the last count in front of the ； that the sentence stands behind.
    """
    text, bare = sentence.text, sentence.bare
    end, compared = 0, False
    found = figures(bare)
    for k, figure in enumerate(found):
        left = text[max(end, figure.start - _NEAR) : figure.start]
        right = text[figure.end : found[k + 1].start if k + 1 < len(found) else len(text)]
        compared = (compared and "）" not in left and "；" not in left) or compares(left)
        one = _read(figure, sentence, (left, right), about, compared)
        if one is None:
            continue
        end = figure.end
        one = _own(_compared_with(one, before, year), before)
        one = _result(_rest(_placed(one, said, year), before), before)
        before = one if one.kind == "count" and one.year is None else before if one.kind != "count" else one
        yield one


def _in_words(sentence: Sentence, said: Said, about: bool, year: int | None) -> Iterator[Found]:
    """What a sentence says without digits: changes in words, and statements of none."""
    for figure in in_words(sentence.bare):
        left = sentence.text[max(0, figure.start - 20) : figure.start]
        yield _placed(Found(figure, sentence, left, "", "change", None), said, year)
    for figure, term in denials(sentence.bare, about):
        yield _placed(Found(figure, sentence, "", "", "count", term, denial=True), said, year)


def read_paragraph(text: str, year: int | None, heading: str) -> list[Found]:
    """Every figure and statement of none in a paragraph under `heading`, in reading order."""
    found: list[Found] = []
    context, said, before = heading, None, None
    for sentence in sentences(text):
        about = speaks_of_requests(context + sentence.text)
        said = Said.of(sentence, said)
        here = [*read_sentence(sentence, said, about, year, before)]
        before = next((f for f in reversed(here) if f.kind == "count"), before)
        here += [*_in_words(sentence, said, about, year)]
        found += sorted(here, key=lambda f: f.figure.start)
        said, before = (said, before) if sentence.text.endswith("；") else (None, None)
        context = heading + (context + sentence.text)[-400:]
    return found
