"""Figures in the prose of a report as claims: what is counted, how much, whose, and where it is said.

Source: the contract of claims; what is recognised is declared in `declared/claim_*.csv`.
"""

from __future__ import annotations

import re
from functools import cache

from gongkai.claims.lists import Links, link, whole_sentences
from gongkai.claims.model import Claim
from gongkai.claims.reading import Found, read_paragraph
from gongkai.form import declared_rows
from gongkai.parse.model import Section

__all__ = ["Claim", "read_claims"]

# A sub-heading, alone or at the head of its paragraph, says what the figures below it are about.
_HEADING = re.compile(
    r"\s*#*\s*(?:[（(][一二三四五六七八九十\d]+[)）]|[一二三四五六七八九十]+、|\d+[.．、])[^。，,]{2,30}(?=[。，,]|$)|[^。；，,]{2,20}$"
)


@cache
def _terms() -> dict[str, dict[str, str]]:
    return {row["term"]: row for row in declared_rows("claim_terms")}


def _named(found: list[Found], links: Links, k: int) -> str | None:
    """The term of a figure; 维持1件 is one of the reconsiderations or suits it is a part of."""
    term = found[k].term
    if term is None or term.category != "result":
        return term.term if term else None
    total = links.of.get(k)
    about = found[total].term if total is not None else None
    name = f"{about.term}_{term.term.removeprefix('result_')}" if about else ""
    return name if name in _terms() else None


def _cell(found: Found, term: str | None, edition: str | None) -> tuple[str | None, str | None, str | None]:
    """The cell of the form a figure speaks of; none for a figure of another year or a part of the body."""
    if term is None or found.year is not None or found.kind == "share":
        return None, None, None
    cells = {row[f"cell_{e}"] for row in (_terms()[term],) for e in ("2019", "2021") if edition in {e, None}}
    cell = cells.pop() if len(cells) == 1 else ""
    if not cell:
        return None, None, None
    table, item, column = cell.split(".")
    return table, item, column


def _claim(found: list[Found], links: Links, k: int, first: int, about: tuple[str, str, str, str | None]) -> Claim:
    section, where, sentence, edition = about
    f = found[k]
    term = _named(found, links, k)
    # A share or a change says something of the figure it is said of.
    spoken = found[links.of[k]] if f.kind != "count" and k in links.of else f
    of_term = _named(found, links, links.of[k]) if spoken is not f else term
    table, item, column = _cell(spoken, of_term, edition)
    part_of_status = links.role.get(k) == "part" and f.term is not None and f.term.category == "status"
    if part_of_status:
        table = item = column = None
    return Claim(
        section,
        f.kind,
        table,
        item,
        column,
        f.figure.low,
        f.figure.high,
        f.figure.unit,
        f.base,
        f.scope,
        sentence,
        where,
        first + k,
        of_term if f.kind != "count" else term,
        f.sentence.shown(f.figure.start, f.figure.end),
        f.figure.decimals,
        f.denial,
        f.year,
        first + links.of[k] if k in links.of else None,
        links.group.get(k),
        links.role.get(k),
    )


def read_claims(sections: tuple[Section, ...], edition: str | None, year: int | None) -> list[Claim]:
    """Every figure and statement of none in the prose of the sections, in reading order.

    Parts of a breakdown share `group` and name their total in `of`; where one total is broken down several
    times it carries the number of the first. A share's or change's `of` is the count it is said of.
    """
    claims: list[Claim] = []
    group = 1
    for section in sections:
        heading = ""
        for text, where in section.paragraphs:
            headed = _HEADING.match(text)
            heading = headed.group() if headed else heading
            found = read_paragraph(text, year, heading)
            links = link(found, group)
            group = max([group - 1, *links.group.values()]) + 1
            first = len(claims) + 1
            said = whole_sentences(text, found, links)
            about = [(section.section, where, sentence, edition) for sentence in said]
            claims += [_claim(found, links, k, first, about[k]) for k in range(len(found))]
    return claims
