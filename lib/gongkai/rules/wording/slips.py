"""N-21: slips of the pen; P-14: sentences that a page break cut; P-15: one report in a file."""

from __future__ import annotations

from collections.abc import Iterator

from gongkai.rules.declared import Rule
from gongkai.rules.kinds import PASS
from gongkai.rules.wording.judged import Row, failed, passed, unsure, verdict
from gongkai.rules.wording.text import Prose, entries

# What a message names; the count tells of the rest.
_MOST_NAMED = 5
_PAIRS = (("《", "》"), ("“", "”"))
_AROUND = 6


def _slips(section: str, paragraph: str) -> Iterator[tuple[str, str, str]]:
    """(kind, what is printed, section) of each slip in a paragraph."""
    for typo, note in entries("typo"):
        for found in typo.finditer(paragraph):
            start = max(found.start() - _AROUND, 0)
            yield note, paragraph[start : found.end() + _AROUND], section
    for opening, closing in _PAIRS:
        # Quotation marks that are printed all alike say nothing.
        if {opening, closing} <= set(paragraph) and paragraph.count(opening) != paragraph.count(closing):
            yield opening + closing, f"{opening}…{closing}", section


def slips(rule: Rule, prose: Prose) -> Iterator[Row]:
    """One verdict for all slips of a report."""
    text = prose.text()
    if not text:
        yield unsure(rule, prose)
        return
    found = [
        slip
        for section, prose_ in prose.sections.items()
        for line in prose_.split("\n")
        for slip in _slips(section, line)
    ]
    if not found:
        yield passed(rule, prose)
        return
    named = "；".join(f"“{printed}”（{kind}）" for kind, printed, _ in found[:_MOST_NAMED])
    sections = "".join(section for _, _, section in found)
    compared = ";".join(sorted({f"{section}={kind}" for kind, _, section in found}))
    yield failed(rule, prose, "report", sections, 0, compared, n=len(found), named=named)


def joined_cuts(rule: Rule, prose: Prose) -> Iterator[Row]:
    """P-14: sentences that a page break had cut were joined again before the prose was judged; says how many."""
    if prose.sections:
        yield verdict(rule, prose, PASS, figures={"n": sum(prose.cuts.values())})
    else:
        yield unsure(rule, prose)


def one_report(rule: Rule, prose: Prose) -> Iterator[Row]:
    """P-15: the file holds one report."""
    if place := prose.context["further"].get(prose.report["report_id"]):
        yield failed(rule, prose, "report", "", 0, "further", place=place) | {"where": [place]}
    elif prose.sections:
        yield verdict(rule, prose, PASS)
