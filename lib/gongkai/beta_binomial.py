"""Peers whose true shares vary by a beta distribution: how they vary, who stands out, and shares drawn to their mean.

scipy is imported where it is needed, as in `stats`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gongkai.stats import MAD, Numbers, discoveries


def beta_prior(k: Numbers, n: Numbers) -> tuple[float, float] | None:
    """The a and b of the beta distribution of the peers' true shares, by maximum likelihood; None without variation.

    Source: the beta-binomial of J. G. Skellam, JRSS B 10 (1948), 257–261, fitted as empirical Bayes.
    """
    from scipy.optimize import minimize
    from scipy.special import betaln

    some = n > 0
    k, n = k[some], n[some]
    mean = k.sum() / n.sum() if len(k) else 0.0
    if len(k) < 3 or not 0 < mean < 1:
        return None

    def loss(at: Any) -> float:
        share, size = 1 / (1 + np.exp(-at[0])), np.exp(at[1])
        a, b = share * size, (1 - share) * size
        return float(-np.sum(betaln(k + a, n - k + b) - betaln(a, b)))

    best = minimize(loss, [np.log(mean / (1 - mean)), np.log(20.0)], method="Nelder-Mead", bounds=[(-12, 12), (-3, 12)])
    share, size = 1 / (1 + np.exp(-best.x[0])), float(np.exp(best.x[1]))
    return float(share * size), float((1 - share) * size)


def shrunk(k: Numbers, n: Numbers, prior: tuple[float, float]) -> tuple[Numbers, Numbers, Numbers]:
    """The share of each given its peers: posterior mean and 95 % interval of the beta-binomial with this prior."""
    from scipy.stats import beta

    a, b = k + prior[0], n - k + prior[1]
    return a / (a + b), np.asarray(beta.ppf(0.025, a, b)), np.asarray(beta.ppf(0.975, a, b))


def tails(k: Numbers, n: Numbers, prior: tuple[float, float]) -> tuple[Numbers, Numbers]:
    """The chance of fewer and of more than k of n where shares vary by this beta; half of P(k) is in each (mid-p)."""
    from scipy.stats import betabinom

    at, below = betabinom.pmf(k, n, *prior), betabinom.cdf(k, n, *prior)
    return np.clip(below - at / 2, 0, 1), np.clip(1 - below + at / 2, 0, 1)


def apart(k: Numbers, n: Numbers, prior: tuple[float, float]) -> Numbers:
    """z: how many standard deviations each share lies from the mean where shares vary by this beta."""
    mean, alike = prior[0] / sum(prior), 1 / (sum(prior) + 1)
    return np.asarray((k - n * mean) / np.sqrt(n * mean * (1 - mean) * (1 + (n - 1) * alike)))


@dataclass(frozen=True)
class Funnel:
    """The peers' beta distribution fitted without those who stand out, and each one's two-sided p and adjusted q."""

    prior: tuple[float, float]
    p: Numbers
    q: Numbers


def _staying(k: Numbers, n: Numbers, prior: tuple[float, float], level: float) -> NDArray[np.bool_]:
    """False for those so far out that together they hide each other, as each widens the beta the others are judged by.

    The generalised extreme deviate test: who is furthest out is taken away, as often as shares lie beyond three robust
    standard deviations (of three tenths at most), and the last one beyond its limit settles how many stay away.
    Source: B. Rosner, Percentage points for a generalized ESD many-outlier procedure, Technometrics 25 (1983), 165–172.
    """
    away = np.abs(apart(k, n, prior) - np.median(apart(k, n, prior)))
    far = int((away > 3 * np.median(away) / MAD).sum())
    rest, settled = np.arange(len(k)), 0
    taken: list[int] = []
    for step in range(min(far, int(0.3 * len(k)))):
        fitted = beta_prior(k[rest], n[rest])
        if fitted is None:
            break
        z = apart(k[rest], n[rest], fitted)
        ends = np.array([z.argmin(), z.argmax()])
        p = 2 * np.minimum(*tails(k[rest][ends], n[rest][ends], fitted))
        settled = step + 1 if p.min() <= level / len(rest) else settled
        taken.append(int(rest[ends[p.argmin()]]))
        rest = np.delete(rest, ends[p.argmin()])
    stay = np.ones(len(k), dtype=bool)
    stay[taken[:settled]] = False
    return stay


def funnel(k: Numbers, n: Numbers, level: float = 0.05) -> Funnel | None:
    """Who stands out of a group of peers, or None where the shares are all 0 or all 1 or the peers fewer than 3.

    The true shares of honest peers vary, so z = (k − n·p0)/√(n·p0(1−p0)·φ) needs φ = 1 + (n − 1)·ρ that grows with
    n: the beta-binomial. One φ for all sizes calls most large bodies outliers. Who stands out at a false discovery
    rate of `level` is left out and the rest fitted again; at most three tenths are.
    Source: D. J. Spiegelhalter, Handling over-dispersion of performance indicators, Quality and Safety in Health Care
    14 (2005), 347–351, for funnels with variation between the units; `make bench` shows its false discoveries.
    """
    prior = beta_prior(k, n)
    if prior is None:
        return None
    kept = _staying(k, n, prior, level)
    found: Funnel | None = None
    for _ in range(3):
        prior = beta_prior(k[kept], n[kept])
        if prior is None:
            return found
        p = np.minimum(1, 2 * np.minimum(*tails(k, n, prior)))
        found = Funnel(prior, p, discoveries(p))
        inside = found.q > level
        if (inside == kept).all() or inside.mean() < 0.7:
            break
        kept = inside
    return found


def funnel_line(prior: tuple[float, float], n: int, tail: float) -> tuple[float, float]:
    """The shares of n between which all but `tail` of the peers lie, half of it on each side (mid-p, interpolated)."""
    from scipy.stats import betabinom

    k = np.arange(n + 1)
    pmf = betabinom.pmf(k, n, *prior)
    middle = np.cumsum(pmf) - pmf / 2
    low, high = np.interp([tail / 2, 1 - tail / 2], middle, k / n)
    return float(low), float(high)
