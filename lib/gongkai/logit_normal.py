"""Peers whose true shares vary by a normal distribution of their logits: how they vary, and who is far out.

Its tails on the long side are heavier than a beta's of the same mean and spread. scipy is imported where it is needed,
as in `stats`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gongkai.stats import Numbers

# Adaptive Gauss–Hermite quadrature: this many points around the likeliest logit of each body.
_POINTS = 9
# Tails: steps of 0.04 standard deviations out to 6 on both sides.
_AWAY = np.linspace(-6, 6, 301)
_WEIGHTS = np.exp(-(_AWAY**2) / 2) / np.exp(-(_AWAY**2) / 2).sum()


def likelihood(k: Numbers, n: Numbers, mean: float, spread: float) -> Numbers:
    """The log chance of each k of n, without the binomial coefficient, where logits have this mean and spread.

    Source: Q. Liu and D. A. Pierce, A note on Gauss–Hermite quadrature, Biometrika 81 (1994), 624–629.
    """
    from scipy.special import expit

    at, weights = np.polynomial.hermite_e.hermegauss(_POINTS)
    # Newton's steps to the likeliest logit, from the mean of the body's own and the peers' by their precision.
    share = (k + 0.5) / (n + 1)
    curved = n * share * (1 - share)
    likeliest = (curved * np.log(share / (1 - share)) + mean * spread**-2) / (curved + spread**-2)
    for _ in range(10):
        share = expit(likeliest)
        curved = n * share * (1 - share) + spread**-2
        likeliest = likeliest + np.clip((k - n * share - (likeliest - mean) / spread**2) / curved, -2, 2)
    logits = likeliest[:, None] + at / np.sqrt(curved)[:, None]
    height = k[:, None] * logits - n[:, None] * np.logaddexp(0, logits) - ((logits - mean) / spread) ** 2 / 2
    top = height.max(axis=1)
    summed = np.exp(height - top[:, None] + at**2 / 2) @ (weights / np.sqrt(2 * np.pi))
    return np.asarray(top + np.log(summed) - np.log(spread) - np.log(curved) / 2)


def fit(k: Numbers, n: Numbers) -> tuple[float, float]:
    """The mean and spread of the peers' logits, by maximum likelihood. The shares must not all be 0 or all 1.

    Source: D. J. Spiegelhalter, Handling over-dispersion of performance indicators, Quality and Safety in Health Care
    14 (2005), 347–351, for normal effects on a transformed scale.
    """
    from scipy.optimize import minimize

    mean = k.sum() / n.sum()

    def loss(at: Any) -> float:
        return -float(likelihood(k, n, at[0], np.exp(at[1])).sum())

    best = minimize(loss, [np.log(mean / (1 - mean)), -1.0], method="Nelder-Mead", bounds=[(-12, 12), (-5, 2)])
    return float(best.x[0]), float(np.exp(best.x[1]))


def tails(k: Numbers, n: Numbers, fitted: tuple[float, float]) -> tuple[Numbers, Numbers]:
    """The chance of fewer and of more than k of n where logits vary so; half of P(k) is in each (mid-p)."""
    from scipy.special import bdtr, expit

    shares = expit(fitted[0] + fitted[1] * _AWAY)
    k, of = k[:, None], n[:, None].astype(int)
    before = np.where(k > 0, bdtr(np.maximum(k - 1, 0), of, shares), 0)
    below = ((bdtr(k, of, shares) + before) / 2) @ _WEIGHTS
    return np.clip(below, 0, 1), np.clip(1 - below, 0, 1)


def share_at(chance: float, n: int, fitted: tuple[float, float]) -> float:
    """The share of n below which this chance lies (mid-p, interpolated between the two nearest k)."""

    def below(*k: int) -> Numbers:
        return tails(np.array(k, dtype=float), np.full(len(k), float(n)), fitted)[0]

    low, high = 0, n
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if below(middle)[0] <= chance else (low, middle)
    return float(np.interp(chance, below(low, high), [low / n, high / n]))
