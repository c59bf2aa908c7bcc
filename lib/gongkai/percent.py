"""Exact arithmetic of printed percentages: whether k of n is p %, and what whole number p % more than it makes c."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any


@dataclass(frozen=True)
class Percent:
    """A printed percentage with its unit of the last digit; signed where it is a change."""

    value: Fraction
    unit: Fraction

    @property
    def half(self) -> Fraction:
        return self.unit / 2

    def rounds(self, exact: Fraction) -> bool:
        """Whether `exact` may be printed so: a half may be rounded up or to the even digit."""
        return abs(exact - self.value) <= self.half

    def cuts(self, exact: Fraction) -> bool:
        """Whether `exact` is printed so when further digits are cut off."""
        same_side = exact * self.value >= 0
        return same_side and abs(self.value) <= abs(exact) < abs(self.value) + self.unit


def percent(claim: Mapping[str, Any]) -> Percent:
    """The percentage of a share or change as printed."""
    unit = Fraction(1, 10 ** claim["decimals"])
    return Percent(Fraction(round(claim["low"] * 10 ** claim["decimals"])) * unit, unit)


def share(k: int, n: int) -> Fraction:
    return Fraction(100 * k, n)


def change(now: int, before: int) -> Fraction:
    """By how many percent `now` differs from `before` (not 0)."""
    return Fraction(100 * (now - before), before)


def bounds(now: int, p: Percent) -> tuple[Fraction, Fraction | None]:
    """Between which figures last year's lies if it changed to `now` by p % as rounded; None: no upper bound."""
    most, least = 1 + (p.value + p.half) / 100, 1 + (p.value - p.half) / 100
    low = Fraction(now) / most if most > 0 else Fraction(0)
    return low, Fraction(now) / least if least > 0 else None


def priors(now: int, p: Percent, *, cut: bool = False, most: int = 1000) -> list[int] | None:
    """The whole numbers that p % more than makes `now`; None where there are more than `most`.

    `cut`: the printed digits are not rounded but cut off. Source: rule N-10.
    """
    wide = Percent(p.value, 4 * p.unit) if cut else p
    low, high = bounds(now, wide)
    if high is None or high - low > most:
        return None
    fits = p.cuts if cut else p.rounds
    return [q for q in range(max(ceil(low), 1), floor(high) + 1) if fits(change(now, q))]


def width(now: int, p: Percent) -> Fraction | None:
    """How many figures of last year would be printed so: far below 1 the percentage says much. Source: rule N-11."""
    low, high = bounds(now, p)
    return None if high is None else high - low


def bases(k: int, p: Percent, most: int = 5) -> list[int]:
    """The first whole numbers of which k is p %."""
    least, upper = p.value - p.half, p.value + p.half
    if upper <= 0:
        return []
    low, high = Fraction(100 * k) / upper, Fraction(100 * k) / least if least > 0 else None
    last = floor(high) if high is not None else ceil(low) + most
    return [n for n in range(max(ceil(low), k, 1), min(last, ceil(low) + most) + 1) if p.rounds(share(k, n))][:most]
