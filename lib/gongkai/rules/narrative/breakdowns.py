"""Breakdowns against their totals (kind `breakdown`): N-05 outcomes, N-06 applicants, N-07 channels, N-18, X-03."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from gongkai.form import form
from gongkai.rules.declared import Rule
from gongkai.rules.kinds import EXPLAINED, FAIL, PASS
from gongkai.rules.messages import figure
from gongkai.rules.narrative.figures import distinct, judge
from gongkai.rules.narrative.lists import Breakdown, breakdowns, is_open
from gongkai.rules.narrative.rows import Row, against, doubt, quote, row, unsure
from gongkai.rules.narrative.shares import shares_of
from gongkai.rules.narrative.sums import Sum, add, evidence, holds, written
from gongkai.rules.narrative.told import Claim, Told, clause, counts, pattern

_TABLE = "applications"
# The six outcomes of section 三; together they are a whole.
_GROUPS = ("granted", "partial", "refused", "unavailable", "rejected", "other")


def group_of(term: str) -> str:
    """The outcome that a term belongs to: refused_secret is one of refused."""
    if term == "withdrawn":
        return "other"
    return next((g for g in _GROUPS if term == g or term.startswith(f"{g}_")), term)


def _overlaps(one: Breakdown) -> bool:
    """Whether a part may be counted in another: a group beside its own row, a term twice, the withdrawn beside 其他."""
    groups = [group_of(t) for t in one.terms]
    return len(one.terms) < len(one.parts) or len(set(groups)) < len(groups)


def _outcomes_whole(one: Breakdown, told: Told) -> bool:
    """Whether every outcome that the table has is in the list."""
    if "combined" in one.terms:
        return False
    missing = set(_GROUPS) - {group_of(t) for t in one.terms}
    sums = [add(told, _TABLE, g) for g in missing]
    return all(s is not None and not s.hard and not s.soft and s.value == 0 for s in sums)


def _applicants_whole(one: Breakdown, told: Told) -> bool:
    """Whether every applicant is in the list: natural persons and organisations are, or the table has no others."""
    if "from_natural_person" in one.terms and "from_organisations" in one.terms:
        return True
    columns = [c for t, c in form().columns if t == _TABLE and c != "total"]
    sums = [add(told, _TABLE, "new", c) for c in columns if f"from_{c}" not in one.terms]
    return all(s is not None and not s.hard and not s.soft and s.value == 0 for s in sums)


def _shares_whole(one: Breakdown, told: Told) -> bool:
    """Whether the printed shares of all parts add up to 100."""
    shares = shares_of(told)
    mine = [shares[p["n"]] for p in one.parts if p["n"] in shares]
    loose = sum(0.5 * 10.0 ** -s["decimals"] for s in mine)
    return len(mine) == len(one.parts) and abs(sum(s["low"] for s in mine) - 100) <= loose + 1e-9


_WHOLE: dict[str, Callable[[Breakdown, Told], bool]] = {
    "outcome": _outcomes_whole,
    "applicant": _applicants_whole,
    "channel": _shares_whole,
}


def _of_rule(rule: Rule, told: Told) -> Iterator[Breakdown]:
    """The report's breakdowns of the rule's terms, with at least two parts."""
    for one in breakdowns(told):
        if len(one.parts) > 1 and one.terms <= set(rule["terms"]):
            yield one


def _nested(one: Breakdown) -> bool:
    return one.total is not None and group_of(one.total["term"] or "") in _GROUPS


def why_not(one: Breakdown, told: Told) -> str | None:
    """Why a list that does not add up may still be right, or None."""
    for claim in (*one.parts, *([one.claimed] if one.claimed else [])):
        if why := doubt(claim, told):
            return why
    if one.claimed and pattern("part_of_it").search(clause(one.claimed)):
        return "part"
    return "open" if is_open(one) else "part" if _overlaps(one) and one.terms != {"channel"} else None


def candidates(rule: Rule, one: Breakdown, told: Told) -> list[tuple[str, Sum, str]]:
    """(reading, value, its name) of the totals the list may add up to: those of the table and the printed one."""
    said = [("", Sum(one.claimed["low"]), "")] if one.claimed and one.claimed["low"] == one.claimed["high"] else []
    if _nested(one):
        return said
    sums = [(code, add(told, _TABLE, text), text) for code, text in rule.get("readings", ())]
    known = [(code, s, text) for code, s, text in sums if s is not None and not s.hard]
    return said + known if rule["list"] != "outcome" else known + said


def _row(
    rule: Rule, one: Breakdown, told: Told, scope: str, verdict: str, held: tuple[str, Sum, str], **more: Any
) -> Row:
    """A verdict on a list: its sum on the left, the total it was compared with on the right."""
    code, right, _ = held
    places = [p["where"] for p in (*one.parts, *([one.claimed] if one.claimed else []))]
    cells = evidence((right,))
    exact = one.low == one.high
    return row(
        rule,
        told,
        scope,
        verdict,
        table=_TABLE if cells else None,
        left=one.low if exact else None,
        right=right.value,
        difference=round(one.low - right.value, 6) if exact else None,
        reading=code if verdict == EXPLAINED else None,
        where=list(dict.fromkeys([*places, *(str(c["where"]) for c in cells)])),
        cells=cells,
        compared=f"parts={one.written};{written((right,)) or f'total={figure(right.value)}'}",
        figures={
            "parts": one.written,
            "sum": figure(one.low),
            "total": figure(right.value),
            "sentence": quote(one.parts[0]["sentence"]),
        },
        **more,
    )


def _list_verdict(rule: Rule, one: Breakdown, told: Told) -> Row:
    nested = _nested(one)
    scope = f"{one.total['term']}-list" if nested and one.total else f"{rule['list']}-list"
    found = candidates(rule, one, told)
    table_read = any(text for _, _, text in found)
    if not found or (rule["list"] == "outcome" and not nested and not table_read):
        return unsure(rule, told, scope, "cells", where=[one.parts[0]["where"]])
    held = next((f for f in found if one.adds_to(f[1].value)), None)
    if held:
        # Where every filling would do, a blank cell proves no total.
        code = held[0] or ("blank_as_zero" if held[1].soft else "")
        return _row(rule, one, told, scope, EXPLAINED if code else PASS, (code, *held[1:]))
    if any(s.soft for _, s, _ in found):
        return unsure(rule, told, scope, "cells", where=[one.parts[0]["where"]])
    more = one.low > max(s.value for _, s, _ in found)
    if not more and (nested or not _WHOLE[rule["list"]](one, told)):
        return unsure(rule, told, scope, "open", where=[one.parts[0]["where"]])
    if why := why_not(one, told):
        return unsure(rule, told, scope, why, where=[one.parts[0]["where"]])
    if rule["list"] != "outcome" and one.total is None:
        return unsure(rule, told, scope, "part", where=[one.parts[0]["where"]])
    return _row(rule, one, told, scope, FAIL, found[0])


def breakdown_verdicts(rule: Rule, told: Told) -> list[Row]:
    """Each list of the rule's terms against its total, then each of its counts against its own cell."""
    found: list[Row] = []
    sure: dict[int, int] = {}
    for one in _of_rule(rule, told):
        verdict = _list_verdict(rule, one, told)
        found.append(verdict)
        if verdict["verdict"] in {PASS, EXPLAINED} and not why_not(one, told) and "combined" not in one.terms:
            sure |= {p["n"]: one.parts[0]["n"] for p in one.parts}
        found += _changes(rule, one, told)
    for spec in rule.get("claims", ()):
        for claim in distinct([c for c in counts(told, set(spec["terms"])) if not c["denial"]]):
            verdict = _cell_verdict(rule, spec, claim, told, claim["n"] in sure)
            found.append(verdict | {"list": sure.get(claim["n"])})
    return found


def _cell_verdict(rule: Rule, spec: dict[str, Any], claim: Claim, told: Told, sure: bool) -> Row:
    """A part against its own cell. Only that of a list that is whole can be said to differ."""
    judged = judge(rule, spec, claim, told)
    scope = claim["term"]
    if judged is None or (judged.verdict == FAIL and not sure):
        return unsure(rule, told, scope, "part" if judged else "about", where=[claim["where"]])
    said = {f"message_{lang}": rule[f"cell_{lang}"] for lang in ("zh", "en")}
    said |= {f"explained_{lang}": rule[f"cell_explained_{lang}"] for lang in ("zh", "en")}
    return against(rule | said, told, scope, claim, judged, _TABLE)


def _changes(rule: Rule, one: Breakdown, told: Told) -> list[Row]:
    """Whether the changes of the parts against last year add to that of the total, where all are printed as numbers."""
    if rule["list"] != "channel" or one.total is None:
        return []
    changes = {c["of"]: c for c in told.claims if c["kind"] == "change" and c["unit"] != "%" and c["low"] == c["high"]}
    mine = [changes[p["n"]] for p in one.parts if p["n"] in changes]
    total = changes.get(one.total["n"])
    if total is None or len(mine) < len(one.parts):
        return []
    listed = Breakdown(tuple(mine), total, None)
    scope = f"{rule['list']}-changes"
    held = ("", Sum(total["low"]), "")
    if listed.adds_to(total["low"]):
        return [_row(rule, listed, told, scope, PASS, held)]
    if not one.adds_to(one.total["low"]) or why_not(one, told):
        return [unsure(rule, told, scope, "open", where=[total["where"]])]
    said = {f"message_{lang}": rule[f"changes_{lang}"] for lang in ("zh", "en")}
    return [_row(rule | said, listed, told, scope, FAIL, held)]


def prose_only(rule: Rule, told: Told) -> list[Row]:
    """N-18: without the table of requests, the outcomes against the requests that the prose itself counts."""
    total = add(told, _TABLE, "processed_total")
    if total is not None and not total.hard:
        return []
    found = []
    for one in _of_rule(rule, told):
        if _nested(one) or one.claimed is None or one.claimed["low"] != one.claimed["high"]:
            continue
        claimed = one.claimed["low"]
        account = (
            claimed + sum(_said_of(told, t) for t in ("carried_in",)) if one.claimed["term"] in rule["new"] else claimed
        )
        if "carried_out" not in one.terms and one.claimed["term"] in rule["new"]:
            account -= _said_of(told, "carried_out")
        held = next((v for v in (claimed, account) if one.adds_to(v)), None)
        scope, place = "outcome-list", [one.claimed["where"]]
        if held is not None:
            found.append(_row(rule, one, told, scope, PASS, ("", Sum(held), "")))
        elif one.low < max(claimed, account) or why_not(one, told):
            found.append(unsure(rule, told, scope, why_not(one, told) or "open", where=place))
        else:
            r = _row(rule, one, told, scope, FAIL, ("", Sum(account), ""))
            r["figures"] |= _applicants(told, one.claimed) | {"rest": figure(one.low - account)}
            found.append(r)
    return found


def _said_of(told: Told, term: str) -> float:
    values = {c["low"] for c in counts(told, {term}) if c["low"] == c["high"]}
    return values.pop() if len(values) == 1 else 0.0


def _applicants(told: Told, total: Claim) -> dict[str, str]:
    """What the split by applicant adds up to, for the message; empty where there is none that agrees."""
    for one in breakdowns(told):
        if all(t.startswith("from_") for t in one.terms) and holds(total, one.low):
            told_zh = f"按申请人分 {one.written} = {figure(one.low)}，与之相符。"
            told_en = f" By applicant {one.written} = {figure(one.low)} agrees with it."
            return {"applicants_zh": told_zh, "applicants_en": told_en}
    return {"applicants_zh": "", "applicants_en": ""}
