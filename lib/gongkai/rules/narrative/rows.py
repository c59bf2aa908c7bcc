"""A verdict on what the prose claims as a row for the findings frame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from gongkai.rules.declared import Rule, severity
from gongkai.rules.kinds import EXPLAINED, FAIL, NOT_ASSESSABLE
from gongkai.rules.messages import figure
from gongkai.rules.narrative.sums import Judged, evidence, written
from gongkai.rules.narrative.told import Claim, Told, same_scope, whole_year

Row = dict[str, Any]

# A message quotes no more of a sentence than a reader needs to find it.
_LONGEST_QUOTE = 60
_INNER = str.maketrans("“”", "‘’")

# Why a verdict could not be given.
_WHY = {
    "none": ("正文没有说到可以核对的数字", "the prose gives no figure to compare"),
    "cells": ("表中有格子空白、读不出或未印", "cells are blank, unreadable or not printed"),
    "scope": ("正文与表格所说的范围可能不同", "prose and table may not speak of the same bodies"),
    "period": ("正文所说的时间可能不是全年", "the prose may not speak of the whole year"),
    "part": ("正文所说的可能只是一部分", "the prose may speak of a part only"),
    "open": ("列举可能没有列全", "the list may not be complete"),
    "base": ("不知道以什么数为基数", "what it is a share of is not known"),
    "about": ("不能确定正文所说的就是表中这一项", "it is not certain that the prose speaks of this row"),
    "twice": ("两处所说的可能不是同一范围", "the two places may not speak of the same"),
    "prior": ("没有读入上年的报告，或上年的表读不出", "last year's report was not read, or its tables were not"),
    "merged": ("有机关并入本机关，与上年不可比", "another body was merged into this one since last year"),
    "rough": ("数字是约数", "the figure is approximate"),
    "weak": ("百分比的位数不足以推定上年数", "the percentage has too few digits to tell last year's figure"),
}


def quote(sentence: str, about: str = "") -> str:
    """As much of a sentence around `about` as a message quotes."""
    start = max(sentence.find(about) + len(about) - _LONGEST_QUOTE, 0) if about else 0
    end = start + _LONGEST_QUOTE
    text = ("……" if start else "") + sentence[start:end] + ("……" if end < len(sentence) else "")
    return text.translate(_INNER)


def row(rule: Rule, told: Told, scope: str, verdict: str, grade: int = 0, **more: Any) -> Row:
    """A verdict of `rule` on a report at `scope`."""
    base = {"rule": rule, "report_id": told.report_id, "scope": scope, "table": None, "verdict": verdict}
    return base | {"severity": severity(rule, grade), "where": [], "figures": {}} | more


def unsure(rule: Rule, told: Told, scope: str, why: str, also: tuple[str, str] = ("", ""), **more: Any) -> Row:
    """A verdict not_assessable that says why, and in `also` (Chinese, English) what is known all the same."""
    zh, en = _WHY[why]
    said = rule | {
        "not_assessable_zh": f"{rule['title_zh']}：{zh}，无法判断。{also[0]}",
        "not_assessable_en": f"{rule['title_en']}: cannot be judged, {en}.{also[1]}",
    }
    return row(said, told, scope, NOT_ASSESSABLE, **more)


def said(claim: Claim) -> dict[str, str]:
    """The figures of a message that quotes a claim."""
    return {
        "said": f"{claim['printed']}",
        "unit": claim["unit"],
        "sentence": quote(claim["sentence"], claim["printed"]),
    }


def doubt(claim: Claim, told: Told) -> str | None:
    """Why a claim that differs from the table may still be right, or None."""
    if not same_scope(claim, told):
        return "scope"
    return None if whole_year(claim) else "period"


def against(rule: Rule, told: Told, scope: str, claim: Claim, judged: Judged, table: str | None) -> Row:
    """A claim beside the cells it was compared with. A doubtful claim that fails is not assessable."""
    why = doubt(claim, told)
    if judged.verdict == NOT_ASSESSABLE or (judged.verdict == FAIL and why):
        lacking = "cells" if judged.verdict == NOT_ASSESSABLE else why or "cells"
        return unsure(rule, told, scope, lacking, table=table, where=[claim["where"]])
    cell = judged.sum.cells[0][0] if judged.sum and judged.sum.cells else (None, None, None)
    exact = claim["low"] == claim["high"]
    left, right = claim["low"], judged.sum.value if judged.sum else None
    shown = judged.sums if judged.verdict == FAIL else tuple(s for s in (judged.sum,) if s)
    cells = evidence(shown)
    return row(
        rule,
        told,
        scope,
        judged.verdict,
        table=table,
        item=cell[1] if cell[0] == table else None,
        column=cell[2] if cell[0] == table else None,
        left=left if exact else None,
        right=right,
        difference=round(left - right, 6) if exact and right is not None else None,
        reading=judged.reading if judged.verdict == EXPLAINED else None,
        where=list(dict.fromkeys([claim["where"], *(str(c["where"]) for c in cells)])),
        cells=cells,
        compared=f"claim={claim['printed']};{written(judged.sums)}",
        figures=said(claim) | {"in_table": figure(right)},
    )


def numbered(found: Iterable[Row]) -> list[Row]:
    """The rows with scopes made unique: the second of a report, rule and scope is `…-2`."""
    rows, seen = [], Counter[tuple[str, str, str]]()
    for r in found:
        key = (r["report_id"], r["rule"]["id"], r["scope"])
        seen[key] += 1
        rows.append(r if seen[key] == 1 else r | {"scope": f"{r['scope']}-{seen[key]}"})
    return rows


def complete(rule: Rule, told: list[Told], found: list[Row]) -> list[Row]:
    """The verdicts with one not_assessable for each report of the rule's editions on which nothing was said."""
    spoken = {r["report_id"] for r in found}
    fits = [t for t in told if t.report["edition"] is None or t.report["edition"] in rule["editions"]]
    return found + [unsure(rule, t, "report", "none") for t in fits if t.report_id not in spoken]
