"""What the prose says of last year (kind `percent`): N-10, N-11 and Y-09."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gongkai.percent import Percent, change, percent, priors, width
from gongkai.rules.declared import Rule
from gongkai.rules.kinds import EXPLAINED, FAIL, PASS
from gongkai.rules.messages import figure
from gongkai.rules.narrative.figures import readings_of, specs
from gongkai.rules.narrative.rows import Row, quote, row, said, unsure
from gongkai.rules.narrative.shares import whole
from gongkai.rules.narrative.sums import Sum, compare, written
from gongkai.rules.narrative.told import Claim, Told, clause, counts, pattern, same_scope

_TRUNCATED = "truncated"
# The message lists no more whole numbers than a reader can look at.
_LISTED = 6


@dataclass(frozen=True)
class Change:
    """A printed change of a count against the year before, with the whole number the count is."""

    claim: Claim
    count: Claim
    now: int

    @property
    def scope(self) -> str:
        return f"{self.count['term'] or 'other'}-change"


def _changes(told: Told, *, in_percent: bool) -> Iterator[Change]:
    for c in told.claims:
        count = told.claim(c["of"]) if c["kind"] == "change" and (c["unit"] == "%") == in_percent else None
        now = whole(count)
        printed = any(d.isdigit() for d in c["printed"])
        exact = c["low"] == c["high"] and c["unit"] not in {"个百分点", "百分点", "倍"} and printed
        if count is not None and now is not None and exact and "元" not in count["unit"]:
            yield Change(c, count, now)


def _cells(count: Claim, told: Told) -> list[tuple[str, Sum | None]]:
    """The sums of a report that a count of this term may stand for; last year's prose where it says the same."""
    if count["term"] not in specs():
        return []
    rule, spec = specs()[count["term"]]
    table = spec.get("table") or rule.get("table") or count["table"]
    found = readings_of(spec, table, count, told) if table else []
    return [(code, s) for code, s in found if s is not None and not s.hard]


def _last(one: Change | Claim, told: Told) -> list[tuple[str, Sum | None]]:
    """Last year's figures of the term: those of its tables, then what its own prose says."""
    count = one.count if isinstance(one, Change) else one
    if told.prior is None:
        return []
    known = _cells(count, told.prior)
    here = [c for c in counts(told.prior, {count["term"]}) if c["low"] == c["high"] and same_scope(c, told.prior)]
    quoted = {c["low"] for c in here if c["role"] != "part" and not c["denial"]}
    return known + ([("last_prose", Sum(quoted.pop()))] if len(quoted) == 1 else [])


def _listed(found: list[int] | None) -> str:
    if found is None:
        return "……"
    return "、".join(map(str, found[:_LISTED])) + ("……" if len(found) > _LISTED else "")


def _figures(one: Change, told: Told, known: list[int] | None) -> dict[str, str]:
    year = told.report["year"]
    sign = "−" if one.claim["low"] < 0 else "+" if one.claim["low"] > 0 else ""
    return said(one.claim) | {
        "said": f"{sign}{one.claim['printed'].lstrip('+-−')}",
        "now": str(one.now),
        "priors": _listed(known),
        "prior_year_zh": f"{year - 1}年" if year else "上年",
        "prior_year_en": str(year - 1) if year else "last year",
    }


def _last_denies(one: Change, told: Told, p: Percent, counts_now: list[int]) -> bool:
    """Whether last year's report is known and with none of its figures the percentage comes out, however rounded."""
    last = [int(s.value) for _, s in _last(one, told) if s is not None and s.value and not s.soft]
    fits = (p.rounds(change(n, q)) or p.cuts(change(n, q)) for n in counts_now for q in last)
    return bool(last) and not any(fits)


def _impossible(rule: Rule, one: Change, told: Told, p: Percent, figures: dict[str, str]) -> Row:
    """No whole number gives the percentage for the printed count: so too for the other sums that it may stand for?"""
    cells = _cells(one.count, told)
    if one.count["term"] is None or pattern("compared_with").search(clause(one.count)):
        return unsure(rule, told, one.scope, "base", where=[one.claim["where"]])
    where, compared = [one.claim["where"]], f"now={one.now};change={one.claim['printed']}"
    for cut in (False, True):
        for _, s in [("", Sum(one.now)), *cells]:
            if s is None or not (found := priors(int(s.value), p, cut=cut)):
                continue
            if _last_denies(one, told, p, [one.now, *(int(s.value) for _, s in cells if s is not None)]):
                return _beside_last(rule, one, told, p, figures | {"priors": _listed(found)}, 1)
            reading = _TRUNCATED if cut else "other_count"
            figures |= {"now": figure(s.value), "priors": _listed(found)}
            return row(
                rule, told, one.scope, EXPLAINED, reading=reading, figures=figures, where=where, compared=compared
            )
    if one.count["term"] in specs() and not cells:
        return unsure(rule, told, one.scope, "cells", where=where)
    return row(rule, told, one.scope, FAIL, figures=figures, where=where, compared=compared)


def _beside_last(rule: Rule, one: Change, told: Told, p: Percent, figures: dict[str, str], grade: int) -> Row:
    """The percentage against last year's report: any of the sums the count may stand for may be its base."""
    last = _last(one, told)
    where, scope = [one.claim["where"]], one.scope
    others = [told.prior.report_id] if told.prior else []
    values = [int(s.value) for _, s in last if s is not None and s.value]
    compared = f"now={one.now};change={one.claim['printed']};last={','.join(map(str, values))}"
    more: Row = {"where": where, "other_report_ids": others, "compared": compared}
    for code, fits in (("", p.rounds), (_TRUNCATED, p.cuts)):
        if q := next((q for q in values if fits(change(one.now, q))), None):
            told_figures = figures | {"last": str(q), "true": _shown(one.now, q)}
            verdict = EXPLAINED if code else PASS
            return row(rule, told, scope, verdict, reading=code or None, figures=told_figures, **more)
    if any(s is not None and s.soft for _, s in last) or not values:
        return unsure(rule, told, scope, "prior", _implied(figures), where=where, other_report_ids=others)
    if told.merged:
        return unsure(rule, told, scope, "merged", _implied(figures), where=where, other_report_ids=others)
    doubtful = pattern("restated").search(one.claim["sentence"]) or pattern("other_period").search(
        one.claim["sentence"]
    )
    if doubtful or not same_scope(one.count, told):
        return unsure(rule, told, scope, "scope", _implied(figures), where=where, other_report_ids=others)
    best = min(values, key=lambda q: abs(change(one.now, q) - p.value))
    figures |= {"last": str(best), "true": _shown(one.now, best)}
    cells = [
        {"cell": ".".join(k), "side": "right", "printed": c.printed, "where": f"{others[0]}: {c.where}"}
        for k, c in {k: c for _, s in last if s is not None for k, c in s.cells}.items()
    ]
    said_ = {f"message_{lang}": rule.get(f"last_{lang}", rule[f"message_{lang}"]) for lang in ("zh", "en")}
    found = row(rule | said_, told, scope, FAIL, grade, figures=figures, cells=cells, **more)
    return found | {"where": [*where, *dict.fromkeys(str(c["where"]) for c in cells)]}


def _shown(now: int, before: int) -> str:
    return figure(round(float(change(now, before)), 4))


def _implied(figures: dict[str, str]) -> tuple[str, str]:
    """What the printed change implies, said where it could not be compared."""
    return (
        f"按“{figures['said']}”与本年 {figures['now']} 推算，{figures['prior_year_zh']}应为 {figures['priors']}。",
        f" {figures['said']} and {figures['now']} imply {figures['priors']} for {figures['prior_year_en']}.",
    )


def prior_verdicts(rule: Rule, told: Told) -> list[Row]:
    """N-10: a change in % leaves some whole number for last year, which last year's report has to know."""
    found = []
    for one in _changes(told, in_percent=True):
        p = percent(one.claim)
        known = priors(one.now, p)
        figures = _figures(one, told, known)
        if known is not None and not known:
            found.append(_impossible(rule, one, told, p, figures))
            continue
        verdict = _beside_last(rule, one, told, p, figures, 1) if told.prior else None
        if verdict is None or "last" not in verdict["figures"]:
            # Without last year's report what can be said is that a whole number is possible.
            verdict = row(rule, told, one.scope, PASS, figures=figures, where=[one.claim["where"]])
        found.append(verdict)
    for one in _changes(told, in_percent=False):
        before = one.now - int(one.claim["low"])
        figures = _figures(one, told, [before])
        compared = f"now={one.now};change={one.claim['printed']}"
        verdict_ = PASS if before >= 0 else FAIL
        found.append(
            row(rule, told, one.scope, verdict_, figures=figures, where=[one.claim["where"]], compared=compared)
        )
    return found


def telling_verdicts(rule: Rule, told: Told) -> list[Row]:
    """N-11: how much a change in % says of last year's figure: below one whole number, it says which."""
    found = []
    for one in _changes(told, in_percent=True):
        p = percent(one.claim)
        wide = width(one.now, p)
        figures = _figures(one, told, priors(one.now, p)) | {"width": figure(round(float(wide), 4)) if wide else ""}
        if wide is not None and wide < 1 and one.now:
            found.append(row(rule, told, one.scope, PASS, figures=figures, where=[one.claim["where"]]))
        else:
            found.append(unsure(rule, told, one.scope, "weak", _implied(figures), where=[one.claim["where"]]))
    return found


def _quoted(rule: Rule, told: Told, claim: Claim, scope: str, implied: str = "") -> Row:
    """A figure of last year in this year's prose, printed or implied, against last year's report."""
    last = _last(claim, told)
    note = (f"由本年数推算上年为 {implied}。", f" {implied} is implied for last year.") if implied else ("", "")
    others = [told.prior.report_id] if told.prior else []
    if not last:
        return unsure(rule, told, scope, "prior", note, where=[claim["where"]], other_report_ids=others)
    judged = compare(claim, last)
    figures = said(claim) | {"quoted": figure(claim["low"]), "last": figure(judged.sum.value) if judged.sum else ""}
    figures |= {"year": figure(told.report["year"] - 1), "sentence": quote(claim["sentence"], claim["printed"])}
    why = "scope" if not same_scope(claim, told) or pattern("restated").search(claim["sentence"]) else None
    why = "merged" if told.merged else why or ("period" if pattern("other_period").search(claim["sentence"]) else None)
    if judged.verdict not in {PASS, EXPLAINED} and (why or judged.verdict != FAIL):
        return unsure(rule, told, scope, why or "prior", note, where=[claim["where"]], other_report_ids=others)
    more: Row = {"left": claim["low"], "right": judged.sum.value if judged.sum else None, "other_report_ids": others}
    compared = f"claim={claim['printed']};{written(judged.sums)}"
    where = [claim["where"], *(f"{others[0]}: {c.where}" for s in judged.sums[:1] for _, c in s.cells)]
    reading = judged.reading if judged.verdict == EXPLAINED else None
    return row(
        rule, told, scope, judged.verdict, figures=figures, reading=reading, where=where, compared=compared, **more
    )


def quoted_verdicts(rule: Rule, told: Told) -> list[Row]:
    """Y-09: last year's figures that the prose prints or implies, as last year's report has them."""
    found, year = [], told.report["year"]
    for c in told.claims:
        of_last = c["kind"] == "count" and c["year"] is not None and year is not None and c["year"] == year - 1
        if of_last and c["term"] in specs() and not c["denial"] and c["role"] != "part":
            found.append(_quoted(rule, told, c, f"{c['term']}-prior"))
    for one in _changes(told, in_percent=False):
        if one.count["term"] not in specs():
            continue
        before = float(one.now) - one.claim["low"]
        implied = one.count | {"low": before, "high": before, "printed": figure(before), "decimals": 0}
        implied |= {"sentence": one.claim["sentence"], "where": one.claim["where"]}
        found.append(_quoted(rule, told, implied, f"{one.count['term']}-prior", figure(before)))
    for one in _changes(told, in_percent=True):
        if one.count["term"] not in specs():
            continue
        p = percent(one.claim)
        if known := priors(one.now, p):
            verdict = _beside_last(rule, one, told, p, _figures(one, told, known), 0)
            found.append(verdict)
    return found
