"""Shares of the prose (kind `percent`): N-08 against the counts they are of, N-09 that they add to 100."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from gongkai.percent import Percent, bases, percent, share
from gongkai.rules.declared import Rule
from gongkai.rules.kinds import EXPLAINED, FAIL, PASS
from gongkai.rules.messages import figure
from gongkai.rules.narrative.lists import TOTALS, Breakdown, breakdowns, is_open
from gongkai.rules.narrative.rows import Row, quote, row, unsure
from gongkai.rules.narrative.sums import add
from gongkai.rules.narrative.told import Claim, Told, counts, pattern

_TRUNCATED, _OTHER_BASE = "truncated", "other_base"
_SUMS = ("new", "processed_total", "new + carried_in", "processed_total + carried_out")


def whole(claim: Claim | None) -> int | None:
    """The whole number that a count states, or None."""
    exact = claim is not None and claim["low"] == claim["high"] and float(claim["low"]).is_integer()
    return int(claim["low"]) if claim and exact else None


def spoken_of(claim: Claim, told: Told) -> list[Claim]:
    """The counts that a share may be of: the one it is linked with, and the one printed right before it."""
    linked, before = told.claim(claim["of"]), told.claim(claim["n"] - 1)
    near = before if before and before["kind"] == "count" and before["sentence"] == claim["sentence"] else None
    return [c for c in (near, linked) if c is not None and whole(c) is not None]


def _own_totals(count: Claim, told: Told) -> list[int]:
    """What the count itself is printed as a part of, and what that is a part of."""
    found: list[int] = []
    above = told.claim(count["of"])
    while above is not None and len(found) < 4:
        found += [n for n in [whole(above)] if n]
        above = told.claim(above["of"]) if above["of"] != above["n"] else None
    return found


def _stated(told: Told, unit: str) -> list[int]:
    """The totals that the report states: counts of requests or of the same unit, lists added up, the table's sums."""
    said = [whole(c) for c in counts(told) if c["term"] in TOTALS]
    said += [whole(c) for c in told.claims if c["kind"] == "count" and c["unit"] == unit and c["role"] != "part"]
    said += [int(b.low) for b in breakdowns(told) if b.low == b.high]
    sums = [add(told, "applications", text) for text in _SUMS]
    said += [int(s.value) for s in sums if s is not None and not s.hard]
    return sorted({n for n in said if n})


def _holds(p: Percent, ks: list[int], ns: list[int]) -> tuple[int, int] | None:
    return next(((k, n) for k in ks for n in ns if k <= n and p.rounds(share(k, n))), None)


def _cut(p: Percent, ks: list[int], ns: list[int]) -> tuple[int, int] | None:
    return next(((k, n) for k in ks for n in ns if k <= n and p.cuts(share(k, n))), None)


def _about(claim: Claim, told: Told) -> str:
    found = spoken_of(claim, told)
    return f"{found[0]['term'] or 'other'}-share" if found else "share"


def _share_verdict(rule: Rule, claim: Claim, told: Told) -> Row | None:
    """One share: k/n with its own total, then another total of the report, then with its digits cut off."""
    found = spoken_of(claim, told)
    if not found:
        return None
    p, scope, place = percent(claim), _about(claim, told), [claim["where"]]
    if claim["low"] != claim["high"] or not 0 <= claim["low"] <= 100:
        return unsure(rule, told, scope, "rough", where=place)
    ks = [k for k in map(whole, found) if k is not None]
    own = [n for c in found for n in _own_totals(c, told)]
    others = _stated(told, found[0]["unit"])
    figures = {"said": claim["printed"], "sentence": quote(claim["sentence"], claim["printed"])}
    for code, pair in (
        ("", _holds(p, ks, own)),
        (_OTHER_BASE if own else "", _holds(p, ks, others)),
        (_TRUNCATED, _cut(p, ks, own or others)),
    ):
        if pair:
            k, n = pair
            more: dict[str, Any] = {"figures": figures | {"k": k, "n": n, "exact": _shown(share(k, n))}, "where": place}
            more["compared"] = f"share={claim['printed']};k={k};n={n}"
            if code:
                return row(rule, told, scope, EXPLAINED, reading=code, **more)
            return row(rule, told, scope, PASS, **more)
    k = ks[0]
    solved = bases(k, p)
    listed = "、".join(map(str, solved))
    if not own or pattern("other_period").search(claim["sentence"]):
        zh = f"若 {k} 是其 {claim['printed']}，基数可为 {listed}。" if solved else ""
        return unsure(rule, told, scope, "base", (zh, f" Possible bases: {', '.join(map(str, solved))}." if zh else ""))
    n = own[0]
    figures |= {"k": k, "n": n, "exact": _shown(share(k, n)) if n else "", "bases": listed or "—"}
    compared = f"share={claim['printed']};k={k};n={n}"
    return row(rule, told, scope, FAIL, figures=figures, where=place, compared=compared)


def _shown(exact: Fraction) -> str:
    """An exact percentage as people write it, to four decimals."""
    return figure(round(float(exact), 4))


def share_verdicts(rule: Rule, told: Told) -> list[Row]:
    """N-08: every share that is printed with a count."""
    rows = (_share_verdict(rule, c, told) for c in told.claims if c["kind"] == "share" and c["unit"] == "%")
    return [r for r in rows if r is not None]


def _exact_shares(told: Told) -> list[Claim]:
    return [c for c in told.claims if c["kind"] == "share" and c["unit"] == "%" and c["low"] == c["high"]]


def shares_of(told: Told) -> dict[int, Claim]:
    """The number of a count → its printed share."""
    found: dict[int, Claim] = {}
    for c in _exact_shares(told):
        for count in spoken_of(c, told)[:1]:
            found.setdefault(count["n"], c)
    return found


def _of_part(part: Claim, by_count: dict[int, Claim], told: Told) -> list[Claim]:
    """The share of a part, or those of the parts it is divided into in turn."""
    if part["n"] in by_count:
        return [by_count[part["n"]]]
    below = [b for b in breakdowns(told) if b.total is not None and b.total["n"] == part["n"]]
    shares = [by_count.get(p["n"]) for b in below[:1] for p in b.parts]
    return [] if None in shares else [c for c in shares if c is not None]


def _of_its_total(one: Breakdown, mine: list[Claim], told: Told) -> bool:
    """Whether the list is whole and its shares are of its own total: all but one agree with it."""
    n = whole(one.total)
    if not n or not one.adds_to(float(n)) or is_open(one):
        return False
    ks = [k for c in mine for k in [whole(next(iter(spoken_of(c, told)), None))] if k is not None]
    agree = sum(percent(c).rounds(share(k, n)) for c, k in zip(mine, ks, strict=False))
    return len(ks) == len(mine) and agree >= len(mine) - 1


def _listed_shares(told: Told) -> Iterator[tuple[Breakdown | None, list[Claim]]]:
    """The shares of one list: those of the parts of a breakdown, or such as share a group themselves."""
    by_count = shares_of(told)
    for one in breakdowns(told):
        mine = [_of_part(p, by_count, told) for p in one.parts]
        if sum(map(len, mine)) > 1:
            yield one, [c for part in mine for c in part] if all(mine) else []
    groups: dict[int, list[Claim]] = {}
    for c in _exact_shares(told):
        if c["group"] is not None and c["role"] == "part":
            groups.setdefault(c["group"], []).append(c)
    for listed in groups.values():
        if len(listed) > 1:
            yield None, listed


def hundred_verdicts(rule: Rule, told: Told) -> list[Row]:
    """N-09: the shares of a list that is whole add up to 100, give or take half a unit of each."""
    found = []
    for one, mine in _listed_shares(told):
        scope = f"{one.parts[0]['term'] or 'other'}-shares" if one else "shares"
        if not mine:
            found.append(unsure(rule, told, scope, "open", where=[one.parts[0]["where"]] if one else []))
            continue
        total = sum((percent(c).value for c in mine), Fraction(0))
        loose = sum((percent(c).half for c in mine), Fraction(0))
        written = "+".join(c["printed"].removesuffix("%") for c in mine)
        more: dict[str, Any] = {"where": list(dict.fromkeys(c["where"] for c in mine)), "compared": f"shares={written}"}
        more |= {"figures": {"shares": written, "sum": figure(float(total))}, "left": float(total), "right": 100.0}
        if abs(total - 100) <= loose:
            found.append(row(rule, told, scope, PASS, **more))
        elif one is None or not _of_its_total(one, mine, told):
            # Shares of a larger total, or of classes that overlap or lack, need not add to 100.
            found.append(unsure(rule, told, scope, "open", where=more["where"]))
        else:
            found.append(row(rule, told, scope, FAIL, **more))
    return found
