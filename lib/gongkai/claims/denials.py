"""Statements of none: 未收到政府信息公开申请, 未发生行政复议."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from gongkai.claims.numerals import Figure
from gongkai.claims.terms import Term
from gongkai.claims.vocabulary import alternatives, pattern
from gongkai.form import declared_rows


@cache
def _denied() -> re.Pattern[str]:
    return re.compile(rf"(?P<said>{alternatives('denial')})[^，。；！？（]{{0,44}}")


@cache
def _deniable() -> list[tuple[Term, re.Pattern[str]]]:
    return [(Term(r["term"], r["category"]), re.compile(r["pattern"])) for r in declared_rows("claim_denials")]


def denials(text: str, about: bool) -> Iterator[tuple[Figure, Term]]:
    """What a sentence says there was none of, each with a figure of 0 at the words of denial.

    `about`: whether the paragraph speaks of requests for government information.
    """
    for m in _denied().finditer(text):
        if pattern("no_denial").match(m.group()):
            continue
        said = set()
        for term, words in _deniable():
            if term not in said and (about or term.category != "request") and words.search(m.group()):
                said.add(term)
                unit = "元" if term.category == "fee" else "件"
                yield Figure(m.start(), m.end("said"), 0.0, 0.0, unit, 0), term
