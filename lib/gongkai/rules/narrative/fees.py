"""The information-processing fee in the prose (kind `told`): X-02, X-03 and X-04."""

from __future__ import annotations

from gongkai.rules.declared import Rule
from gongkai.rules.kinds import EXPLAINED, FAIL, PASS
from gongkai.rules.messages import BLANK_AS_ZERO, figure
from gongkai.rules.narrative.lists import Breakdown, breakdowns, is_open
from gongkai.rules.narrative.rows import Row, row, said, unsure
from gongkai.rules.narrative.sums import add, evidence, written
from gongkai.rules.narrative.told import Claim, Told, clause, counts

_YUAN = {"元": 1, "万元": 10_000, "亿元": 100_000_000}
# The tariff knows no smaller step than 10 元 a page. Source: 国办函〔2020〕109号.
_STEP = 10


def _yuan(claim: Claim) -> float:
    return round(float(claim["low"]) * _YUAN.get(claim["unit"], 1), 6)


def _income(told: Told) -> Claim | None:
    """The fee that the prose says was collected in all: the first statement of it that is no part of another."""
    # The administrative fees of section 二 are another thing.
    stated = [c for c in counts(told, {"fee_income"}) if "行政事业性" not in clause(c)]
    stated = [c for c in stated if c["unit"] in _YUAN or c["denial"]]
    return next((c for c in stated if c["role"] != "part"), None)


def unpaid_beside_income(rule: Rule, told: Told) -> list[Row]:
    """X-02: requests closed because the fee was not paid, beside what was collected."""
    unpaid, income = add(told, "applications", "other_unpaid_fee"), _income(told)
    if unpaid is None or unpaid.hard:
        return [unsure(rule, told, "report", "cells")] if told.claims else []
    cells = evidence((unpaid,))
    where = [*([income["where"]] if income else []), *(str(c["where"]) for c in cells)]
    figures = {"unpaid": figure(unpaid.value), "income": income["printed"] if income else "—"}
    more: Row = {"table": "applications", "item": "other_unpaid_fee", "column": "total", "cells": cells, "where": where}
    more |= {"figures": figures, "compared": f"{written((unpaid,))};income={figures['income']}"}
    if not unpaid.value:
        reading = BLANK_AS_ZERO if unpaid.soft else None
        return [row(rule, told, "report", EXPLAINED if reading else PASS, reading=reading, **more)]
    if income is None:
        return [unsure(rule, told, "report", "none", table="applications", where=where)]
    if income["low"] == 0:
        return [row(rule, told, "report", EXPLAINED, reading="unpaid_no_income", **more)]
    return [row(rule, told, "report", PASS, **more)]


def _cases_whole(one: Breakdown, told: Told) -> bool:
    """Whether the requests counted beside the parts are all those that the fee was collected for."""
    cases = [c for c in counts(told, {"fee_cases"}) if c["role"] == "total" and c["where"] == one.parts[0]["where"]]
    ns = {c["n"] for c in cases}
    beside = [b for b in breakdowns(told) if b.total is not None and b.total["n"] in ns]
    return any(b.total and b.adds_to(b.total["low"]) and len(b.parts) == len(one.parts) for b in beside)


def fee_parts(rule: Rule, told: Told) -> list[Row]:
    """X-03: what the bodies collected adds up to the fee collected in all."""
    found = []
    for one in breakdowns(told):
        total = one.total
        if total is None or total["term"] != "fee_income" or len(one.parts) < 2:
            continue
        scope, where = "fee_income-list", list(dict.fromkeys([total["where"], *(p["where"] for p in one.parts)]))
        if any(c["low"] != c["high"] or c["unit"] not in _YUAN for c in (total, *one.parts)):
            found.append(unsure(rule, told, scope, "rough", where=where))
            continue
        left, right = round(sum(map(_yuan, one.parts)), 6), _yuan(total)
        more: Row = {"left": left, "right": right, "difference": round(left - right, 6), "where": where}
        more |= {"compared": f"parts={one.written};total={total['printed']}", "figures": {"parts": one.written}}
        if abs(left - right) < 1e-6:
            found.append(row(rule, told, scope, PASS, **more))
        elif is_open(one) or (left < right and not _cases_whole(one, told)):
            found.append(unsure(rule, told, scope, "open", where=where))
        else:
            found.append(row(rule, told, scope, FAIL, **more))
    return found


def fee_steps(rule: Rule, told: Told) -> list[Row]:
    """X-04: what was collected is a multiple of the tariff's smallest step."""
    income = _income(told)
    if income is None or told.report["edition"] is None:
        return []
    where, scope = [income["where"]], "fee_income"
    yuan = _yuan(income)
    # 0.22万元 may be rounded.
    rounded = _YUAN.get(income["unit"], 1) > 1 and yuan % _STEP
    if income["low"] != income["high"] or rounded:
        return [unsure(rule, told, scope, "rough", where=where)]
    more: Row = {"left": yuan, "right": None, "where": where, "compared": f"income={income['printed']}"}
    return [row(rule, told, scope, FAIL if yuan % _STEP else PASS, figures=said(income), **more)]
