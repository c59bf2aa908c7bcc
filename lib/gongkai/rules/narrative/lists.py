"""The breakdowns of the prose: a total and its parts, and which of them is a whole."""

from __future__ import annotations

from dataclasses import dataclass

from gongkai.rules.messages import figure
from gongkai.rules.narrative.sums import tolerance
from gongkai.rules.narrative.told import Claim, Told, counts, pattern

# What a list of outcomes, applicants or channels may be a breakdown of.
TOTALS = {"received", "handled", "answered", "completed"}
# How far from its figures a word says that a list is not whole (其中主要为…, …等).
_BEFORE, _AFTER = 14, 8


@dataclass(frozen=True)
class Breakdown:
    """Counts that stand beside each other as parts. `near`: the last total said before them in the paragraph."""

    parts: tuple[Claim, ...]
    total: Claim | None
    near: Claim | None

    @property
    def terms(self) -> set[str]:
        return {p["term"] for p in self.parts}

    @property
    def claimed(self) -> Claim | None:
        """The printed total, else the one said just before."""
        return self.total or self.near

    @property
    def low(self) -> float:
        return round(sum(float(p["low"]) for p in self.parts), 6)

    @property
    def high(self) -> float:
        return round(sum(float(p["high"]) for p in self.parts), 6)

    def adds_to(self, value: float) -> bool:
        """Whether the parts can add up to a value; approximate parts leave a range."""
        loose = sum(tolerance(p) for p in self.parts) + 1e-9
        return self.low - loose <= value <= self.high + loose

    @property
    def written(self) -> str:
        """`144+4+16+56`."""
        return "+".join(figure(p["low"]) if p["low"] == p["high"] else p["printed"] for p in self.parts)


def _nearest(told: Told, first: Claim) -> Claim | None:
    before = [c for c in counts(told, TOTALS) if c["n"] < first["n"] and c["where"] == first["where"]]
    return before[-1] if before else None


def breakdowns(told: Told) -> list[Breakdown]:
    """The lists of the report's own year: parts that share a group and its total by `of` or by its role."""
    groups: dict[int, list[Claim]] = {}
    for c in told.claims:
        if c["kind"] == "count" and c["group"] is not None and c["role"] == "part" and c["year"] is None:
            groups.setdefault(c["group"], []).append(c)
    found = []
    for group, parts in groups.items():
        of = {p["of"] for p in parts}
        total = told.claim(of.pop()) if len(of) == 1 else None
        total = total or next((c for c in told.claims if c["group"] == group and c["role"] == "total"), None)
        found.append(Breakdown(tuple(parts), total, _nearest(told, parts[0])))
    return found


def is_open(one: Breakdown) -> bool:
    """Whether a word around its figures says that the list is not whole, or may overlap."""
    first, last = one.parts[0], one.parts[-1]
    start = first["sentence"].find(first["printed"])
    end = last["sentence"].rfind(last["printed"]) + len(last["printed"])
    if first["sentence"] != last["sentence"]:
        span = first["sentence"][max(start - _BEFORE, 0) :] + last["sentence"][: end + _AFTER]
    else:
        span = first["sentence"][max(start - _BEFORE, 0) : end + _AFTER]
    return bool(pattern("open_list").search(span))
