"""The figures of one paragraph as claims, before breakdowns are put together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from gongkai.claims.numerals import Figure, figures
from gongkai.claims.terms import Term, speaks_of_requests, term_of
from gongkai.claims.text import Sentence, sentences
from gongkai.form import declared_rows

_COMPARED = r"(?:同比|环比|(?:较|比|与)(?:上年度?|上一年度?|去年|往年|[12]\d{3}年度?)(?:同期)?(?:相比)?(?:总?数)?)"
_UP = r"(?:增加|增长|上升|提高|提升|上涨|增|多)"
_DOWN = r"(?:减少|下降|降低|减|回落|下滑|少)"
_CHANGE = re.compile(rf"{_COMPARED}[^。；]{{0,14}}?(?:(?P<up>{_UP})|(?P<down>{_DOWN}))(?P<to>至|到)?了?(?:约|近)?$")
# Within a bracket or list the comparison is said once.
_MORE = re.compile(rf"(?:^|[，、（])(?:[^，、（]{{0,6}}?)(?:(?P<up>{_UP})|(?P<down>{_DOWN}))(?P<to>至|到)?了?$")
_SHARE = re.compile(
    r"占(?P<base>[^，。；、（）□]{0,20}?)(?:的?(?:比例|比重|比)|的)?(?:分别)?(?:为|达|约|是)?$|(?P<rate>[^，。；、（）]{1,12}?率)(?:为|达到?|约|是)?$"
)
_YEAR = re.compile(
    r"(?<![较比与和同])(?:(?P<year>[12]\d{3})年|(?P<last>上年|去年|上一年)(?!度?(?:结转|转入|遗留|未)))|今年|本年"
)
_CUMULATED = re.compile(r"累计|历年|以来|年来|截至(?!目前|□*12月31日)")
_DENIED = re.compile(
    r"(?P<said>(?:均?未|从未|尚未)(?:再|曾)?(?:收到|受理|接到|接收|发生|产生|出现|收取|涉及|被|有)"
    r"|(?:没有|均?无|不存在)(?:收到|受理|接到|接收|发生|产生|出现|收取|涉及)?)(?P<what>[^，。；！？（]{0,44})"
)
_NOT_DENIED = re.compile(r"^(?:无)(?:法|障|正当|偿|纸|须|需|论|缝|线|效|误|故|关|证|形|偏|理|锡|为|产|人|害)")


# How far back in a sentence a scope or year is looked for; a sentence of a megabyte is no sentence.
_REACH = 300


@dataclass(frozen=True)
class Found:
    """A figure in its sentence, on the way to a claim."""

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


@cache
def _counted() -> frozenset[str]:
    return frozenset(row["unit"] for row in declared_rows("claim_units") if row["claim"] == "yes")


@cache
def _scopes() -> re.Pattern[str]:
    words = sorted((row["scope"] for row in declared_rows("claim_scopes")), key=len, reverse=True)
    # 全区各公开机构 is one; 非本机关掌握 is what an answer says, not whose it is.
    return re.compile(rf"(?<!非)(?:{'|'.join(words)})+(?!不?掌握|负责|公开范围|职责)")


def _scope(text: str) -> str | None:
    found = list(_scopes().finditer(text))
    return found[-1].group() if found else None


def _year(text: str, year: int | None) -> int | None:
    """The other year that a figure behind `text` is of, or None: the report's."""
    found = list(_YEAR.finditer(text))
    if not found:
        return None
    last = found[-1]
    if last["last"]:
        return None if year is None else year - 1
    return int(last["year"]) if last["year"] and int(last["year"]) != year else None


def _change(figure: Figure, left: str, compared: bool) -> Figure | None:
    """The figure as a signed change, if what stands before it says so; with unit "" if it cannot be told."""
    m = _CHANGE.search(left) or (_MORE.search(left) if compared else None)
    if m is None:
        return None
    if m["to"] or figure.unit == "倍":
        return replace(figure, unit="")
    if not m["down"]:
        return figure
    return replace(figure, low=-figure.high, high=-figure.low)


def _kind(figure: Figure, left: str, compared: bool) -> tuple[str | None, Figure, str | None]:
    """The kind of claim a figure makes (None: none), the figure with its sign, and a share's base."""
    changed = _change(figure, left, compared)
    if changed is not None:
        return ("change" if changed.unit in {*_counted(), "%"} else None), changed, None
    if figure.unit == "%":
        share = _SHARE.search(left)
        return "share", figure, (share["base"] or None) if share else None
    return ("count" if figure.unit in _counted() else None), figure, None


def _bare(figure: Figure, left: str, right: str, term: Term | None) -> bool:
    """Whether a figure without a unit still counts requests: 受理3259，答复3278."""
    alone = not figure.unit and (not right or right[0] in "，。；、（）□")
    return alone and term is not None and term.category in {"request", "status", "outcome"} and left != ""


def read_sentence(sentence: Sentence, context: str, year: int | None) -> Iterator[Found]:
    """The figures of one sentence. `context`: its paragraph so far."""
    text, bare = sentence.text, sentence.bare
    about = speaks_of_requests(context + text)
    end, compared = 0, False
    found = figures(bare)
    for k, figure in enumerate(found):
        left = text[max(end, figure.start - _REACH) : figure.start]
        until = found[k + 1].start if k + 1 < len(found) else len(text)
        right = text[figure.end : until]
        compared = (compared and "）" not in left and "；" not in left) or bool(re.search(_COMPARED, left))
        kind, signed, base = _kind(figure, left, compared)
        term = term_of(left, right, about, figure.unit) if kind != "change" else None
        if kind is None and _bare(figure, left, right, term):
            kind = "count"
        end = figure.end
        if kind is None:
            continue
        said = text[max(0, figure.start - _REACH) : figure.start]
        if _CUMULATED.search(left):
            term = None
        of_year = None if kind == "change" else _year(said, year)
        yield Found(signed, sentence, left, right, kind, term, base, _scope(said), of_year)


@cache
def _deniable() -> list[tuple[Term, re.Pattern[str]]]:
    return [(Term(r["term"], r["category"]), re.compile(r["pattern"])) for r in declared_rows("claim_denials")]


def read_denials(sentence: Sentence, year: int | None) -> Iterator[Found]:
    """Statements of none in a sentence, one a thing denied."""
    for m in _DENIED.finditer(sentence.bare):
        if _NOT_DENIED.match(m.group()):
            continue
        said = sentence.text[max(0, m.start() - _REACH) : m.start()]
        for term, pattern in _deniable():
            if pattern.search(m.group()):
                unit = "元" if term.term == "fee_income" else "件"
                figure = Figure(m.start(), m.end("said"), 0.0, 0.0, unit, 0)
                yield Found(figure, sentence, "", "", "count", term, None, _scope(said), _year(said, year), True)


def read_paragraph(text: str, year: int | None, heading: str) -> list[Found]:
    """Every figure and statement of none in a paragraph under `heading`, in reading order."""
    found: list[Found] = []
    context = heading
    for sentence in sentences(text):
        here = [*read_sentence(sentence, context, year), *read_denials(sentence, year)]
        found += sorted(here, key=lambda f: f.figure.start)
        context = heading + (context + sentence.text)[-400:]
    return found
