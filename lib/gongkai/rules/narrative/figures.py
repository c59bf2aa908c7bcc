"""Figures of the prose beside the cells they speak of (kinds `claim` and `denial`): N-01 to N-04, N-12 to N-14."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from gongkai.form import declared_rows
from gongkai.rules.declared import Rule, rules
from gongkai.rules.kinds import FAIL
from gongkai.rules.narrative.rows import Row, against, unsure
from gongkai.rules.narrative.sums import Judged, Sum, add, compare
from gongkai.rules.narrative.told import Claim, Told, behind, clause, counts, pattern

# What a rule compares claims with: the terms, and (reading, sum) in order.
Spec = dict[str, Any]


@cache
def has_cell(term: str, edition: str | None) -> bool:
    """Whether the form has a cell for a term (without an edition: whether any has)."""
    row = next((r for r in declared_rows("claim_terms") if r["term"] == term), {})
    cells = [v for k, v in row.items() if k.startswith("cell_") and edition in {None, k.removeprefix("cell_")}]
    return any(cells)


def column_of(claim: Claim, table: str) -> str:
    """The column of the applicant that a claim on the table of requests names; its items name theirs themselves."""
    return str(claim["column"]) if claim["column"] and table == claim["table"] == "applications" else "total"


def readings_of(spec: Spec, table: str, claim: Claim, told: Told) -> list[tuple[str, Sum | None]]:
    """The sums that a claim may stand for in a report; `cell` is the one cell that the claim speaks of."""
    own = f"{claim['table']}.{claim['item']}.{claim['column']}"
    column = column_of(claim, table)
    return [
        (code, add(told, table, own if expression == "cell" else expression, column))
        for code, expression in spec["readings"]
        if expression != "cell" or claim["item"]  # a figure of another year speaks of no cell of this report
    ]


def _in_wan(claim: Claim) -> Claim:
    """An amount in 万元, as the cells have it."""
    if claim["unit"] != "元":
        return claim
    return claim | {"low": claim["low"] / 1e4, "high": claim["high"] / 1e4, "decimals": claim["decimals"] + 4}


def distinct(claims: list[Claim]) -> list[Claim]:
    """The claims without those that say the same again."""
    keys = ("term", "low", "high", "scope", "role", "column", "denial")
    return list({tuple(c[k] for k in keys): c for c in reversed(claims)}.values())[::-1]


def judge(rule: Rule, spec: Spec, claim: Claim, told: Told) -> Judged | None:
    """A claim against the declared readings, or None where the reader could not say what cell it speaks of."""
    needs_cell = has_cell(claim["term"], told.report["edition"]) or spec["readings"][0][1] == "cell"
    if needs_cell and claim["item"] is None:
        return None
    table = spec.get("table") or rule.get("table") or claim["table"]
    return compare(_in_wan(claim), readings_of(spec, table, claim, told))


def _doubt(rule: Rule, claim: Claim, told: Told) -> str | None:
    """Why a claim that differs may not speak of the cell: only named words of the sentence leave it certain."""
    sentence, words = claim["sentence"], clause(claim)
    if "verbs" in rule and not claim["denial"] and not pattern(rule["verbs"]).search(words):
        return "about"
    if "verbs" in rule and (pattern("part_of_it").search(words) or pattern("named_behind").match(behind(claim))):
        return "part"
    if claim["role"] == "part" and not rule.get("parts"):
        return "part"
    if "about" in rule and claim["section"] != "四" and rule["about"] not in sentence:
        return "about"
    if "mixed" in rule and all(re.search(word, words) for word in rule["mixed"]):
        return "about"
    if rule.get("own_figures") and (told.report.get("kind") != "department" or pattern("other_body").search(sentence)):
        return "scope"
    return None


def claim_verdicts(rule: Rule, told: Told) -> list[Row]:
    """Each count of the rule's terms against its cells; statements of none are left to N-14."""
    return [
        _verdict(rule, spec, claim, told)
        for spec in rule["claims"]
        for claim in distinct([c for c in counts(told, set(spec["terms"])) if not c["denial"]])
    ]


def _verdict(rule: Rule, spec: Spec, claim: Claim, told: Told) -> Row:
    judged, scope = judge(rule, spec, claim, told), claim["term"]
    if judged is None:
        return unsure(rule, told, scope, "about", where=[claim["where"]])
    why = _doubt(rule, claim, told) if judged.verdict == FAIL else None
    table = spec.get("table") or rule.get("table") or claim["table"]
    if why:
        return unsure(rule, told, scope, why, table=table, where=[claim["where"]])
    return against(rule, told, scope, claim, judged, table)


@cache
def specs() -> dict[str, tuple[Rule, Spec]]:
    """By term: the rule that judges counts of it, and what it compares them with."""
    return {t: (rule, spec) for rule in rules() for spec in rule.get("claims", ()) for t in spec["terms"]}


def denial_verdicts(rule: Rule, told: Told) -> list[Row]:
    """N-14: each statement of none against what its cells say, in the plain readings of the term's own rule."""
    found = []
    for claim in distinct([c for c in counts(told, set(specs())) if c["denial"]]):
        of, spec = specs()[claim["term"]]
        plain = spec | {"readings": [r for r in spec["readings"] if not r[0]]}
        judged = judge(of, plain, claim, told)
        doubtful = judged is not None and judged.verdict == FAIL and _doubt(of | {"parts": True}, claim, told)
        if judged is None or doubtful:
            found.append(unsure(rule, told, claim["term"], str(doubtful or "about"), where=[claim["where"]]))
        else:
            found.append(against(rule, told, claim["term"], claim, judged, spec.get("table") or of.get("table")))
    return found
