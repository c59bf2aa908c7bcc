"""Seeded chance: everything made up here is drawn from a generator named by text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")

# Above this a multinomial is drawn by its expectation with noise: one choice a case would be slow.
_MOST_SINGLE_DRAWS = 300


def chance(*names: object) -> Random:
    """A generator that depends on the names alone, the same on every platform (the seed is text, hashed by SHA-512)."""
    return Random("|".join(map(str, names)))  # noqa: S311 (made-up reports, no secrets)


def heavy(rng: Random, middle: float, spread: float) -> float:
    """A positive number with a heavy tail (log-normal) and the given median."""
    return middle * math.exp(rng.gauss(0, spread))


def whole(rng: Random, mean: float) -> int:
    """A whole number around `mean`: the fraction decides by chance."""
    base = math.floor(mean)
    return base + (rng.random() < mean - base)


def portion(rng: Random, number: int, share: float) -> int:
    """How many of `number` have something that has probability `share`."""
    if number <= _MOST_SINGLE_DRAWS:
        return sum(rng.random() < share for _ in range(number))
    noise = rng.gauss(0, math.sqrt(number * share * (1 - share)))
    return min(number, max(0, round(number * share + noise)))


def split(rng: Random, number: int, weights: Sequence[float]) -> list[int]:
    """`number` divided by chance over the weights; the parts add to it."""
    parts = [0] * len(weights)
    if number <= 0:
        return parts
    left, rest = number, sum(weights)
    if number > _MOST_SINGLE_DRAWS:
        for k, weight in enumerate(weights):
            parts[k] = portion(rng, left, min(1.0, weight / rest)) if rest > 0 else 0
            left, rest = left - parts[k], rest - weight
        parts[max(range(len(weights)), key=weights.__getitem__)] += left
        return parts
    for k in rng.choices(range(len(weights)), weights, k=number):
        parts[k] += 1
    return parts


def pick(rng: Random, choices: Sequence[T], count: int) -> list[T]:
    """`count` different choices (all of them if there are no more)."""
    return rng.sample(choices, min(count, len(choices)))
