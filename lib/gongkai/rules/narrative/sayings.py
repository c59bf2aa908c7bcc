"""What the prose says against itself and against the whole table (kind `told`): N-17, N-20 and T3-09."""

from __future__ import annotations

import re
from itertools import pairwise

from gongkai.rules.declared import Rule
from gongkai.rules.kinds import FAIL, PASS
from gongkai.rules.messages import figure
from gongkai.rules.narrative.breakdowns import group_of
from gongkai.rules.narrative.figures import judge, specs
from gongkai.rules.narrative.lists import TOTALS
from gongkai.rules.narrative.rows import Row, doubt, quote, row, said, unsure
from gongkai.rules.narrative.told import Claim, Told, clause, counts, pattern


def _apart(a: Claim, b: Claim) -> bool:
    """Whether two statements leave no value that both allow."""
    if a["low"] == a["high"] or b["low"] == b["high"]:
        exact, other = (a, b) if a["low"] == a["high"] else (b, a)
        inside = other["low"] <= exact["low"] < other["high"] or exact["low"] == other["low"]
        return not inside
    return bool(a["high"] <= b["low"] or b["high"] <= a["low"])


def _may_differ(a: Claim, b: Claim, told: Told) -> str | None:
    """Why two values of one term may both be right, or None."""
    if a["section"] != b["section"] or a["scope"] != b["scope"] or a["where"] != b["where"]:
        return "twice"
    if a["role"] == "part" or b["role"] == "part" or a["of"] != b["of"]:
        return "part"
    if pattern("one_of_several").search(a["sentence"]) or pattern("one_of_several").search(b["sentence"]):
        return "part"
    for c in (a, b):
        if why := doubt(c, told):
            return why
    rule, spec = specs()[a["term"]]
    judged = [judge(rule, spec, c, told) for c in (a, b)]
    # 收到24件 and 收到26件 may be what came in this year and with what was left from last year.
    return "twice" if all(j is not None and j.verdict not in {FAIL, "not_assessable"} for j in judged) else None


def one_value(rule: Rule, told: Told) -> list[Row]:
    """N-17: what is stated twice is stated with one value; one verdict for each term stated more than once."""
    by_term: dict[str, list[Claim]] = {}
    for c in counts(told, set(specs())):
        by_term.setdefault(c["term"], []).append(c)
    found = []
    for term, mine in by_term.items():
        if len(mine) < 2:
            continue
        clashes = [(a, b) for a, b in pairwise(mine) if a["unit"] == b["unit"] and _apart(a, b)]
        where = list(dict.fromkeys(c["where"] for c in mine))
        sure = next(((a, b) for a, b in clashes if not _may_differ(a, b, told)), None)
        if sure:
            a, b = sure
            figures = {"first": a["printed"], "second": b["printed"], "sentence": quote(b["sentence"], b["printed"])}
            compared = f"first={a['printed']};second={b['printed']}"
            more: Row = {"figures": figures, "where": where, "compared": compared, "left": a["low"], "right": b["low"]}
            found.append(row(rule, told, term, FAIL, **more))
        elif clashes:
            found.append(unsure(rule, told, term, _may_differ(*clashes[0], told) or "twice", where=where))
        else:
            found.append(row(rule, told, term, PASS, where=where))
    return found


def form_terms(rule: Rule, told: Told) -> list[Row]:
    """N-20: the outcomes are called as the form calls them; one verdict for each declared pair of names that occurs."""
    outcomes = [c for c in counts(told) if group_of(c["term"]) in rule["outcomes"]]
    if not outcomes:
        return []
    found = []
    for pair in rule["names"]:
        named = [c for c in outcomes if group_of(c["term"]) == pair["outcome"]]
        other = next(((c, m) for c in outcomes if (m := re.search(pair["other"], c["sentence"]))), None)
        if other:
            claim, m = other
            figures = {"said": m.group(), "form": pair["form"], "sentence": quote(claim["sentence"], m.group())}
            more: Row = {"figures": figures, "where": [claim["where"]], "compared": f"said={m.group()}"}
            found.append(row(rule, told, pair["outcome"], FAIL, **more))
        elif named:
            found.append(row(rule, told, pair["outcome"], PASS, where=[named[0]["where"]]))
    return found


def _own(claim: Claim) -> bool:
    """Whether a verb ties the count to requests that this body received or answered."""
    words = clause(claim)
    tied = pattern("receiving").search(words) or pattern("answering").search(words)
    return bool(tied) and not pattern("part_of_it").search(words)


def empty_table(rule: Rule, told: Told) -> list[Row]:
    """T3-09: requests in the prose, and nothing but zeros in the table of requests."""
    spoken = [c for c in counts(told, TOTALS) if c["low"] > 0 and not c["denial"]]
    if not spoken or told.requests is None:
        return []
    first = spoken[0]
    more: Row = {"table": "applications", "where": [first["where"]]}
    if told.requests == "some":
        return [row(rule, told, "report", PASS, **more)]
    sure = [c for c in spoken if not doubt(c, told) and c["role"] != "part" and c["section"] == "一" and _own(c)]
    if told.requests != "zero" or not sure:
        why = "cells" if told.requests != "zero" else doubt(first, told) or "part"
        return [unsure(rule, told, "report", why, **more)]
    claim = sure[0]
    more |= {"left": claim["low"], "right": 0.0, "compared": f"claim={claim['printed']};table=0"}
    return [row(rule, told, "report", FAIL, figures=said(claim) | {"value": figure(claim["low"])}, **more)]
