"""A verdict on wording as a row for the findings frame."""

from __future__ import annotations

from typing import Any

from gongkai.rules.declared import Rule, severity
from gongkai.rules.kinds import FAIL, NOT_ASSESSABLE, PASS
from gongkai.rules.wording.text import Prose

Row = dict[str, Any]

# A message quotes no more of a sentence than a reader needs to find it.
_LONGEST_QUOTE = 60


def quote(sentence: str, about: str = "") -> str:
    """As much of a sentence around `about` as a message quotes."""
    start = max(sentence.find(about) + len(about) - _LONGEST_QUOTE, 0)
    end = start + _LONGEST_QUOTE
    return ("……" if start else "") + sentence[start:end] + ("……" if end < len(sentence) else "")


def verdict(
    rule: Rule, prose: Prose, given: str, scope: str = "report", sections: str = "", grade: int = 0, **more: Any
) -> Row:
    """A row: `given` verdict of `rule` at `scope`; `sections` are those a person looks at."""
    where = list(dict.fromkeys(prose.where[s] for s in sections if s in prose.where))
    base = {"rule": rule, "report_id": prose.report["report_id"], "scope": scope, "table": None, "verdict": given}
    return base | {"severity": severity(rule, grade), "where": where, "figures": {}} | more


def failed(rule: Rule, prose: Prose, scope: str, sections: str, grade: int, compared: str, **figures: Any) -> Row:
    """A failed verdict with what its message quotes and what a decision on it rests on."""
    return verdict(rule, prose, FAIL, scope, sections, grade, figures=figures, compared=compared)


def passed(rule: Rule, prose: Prose, scope: str = "report") -> Row:
    return verdict(rule, prose, PASS, scope)


def unsure(rule: Rule, prose: Prose, scope: str = "report") -> Row:
    return verdict(rule, prose, NOT_ASSESSABLE, scope)
