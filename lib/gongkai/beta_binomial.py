"""Peers whose true shares vary by a beta distribution: how they vary, how far out each is, shares drawn to the mean.

scipy is imported where it is needed, as in `stats`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gongkai.stats import Numbers


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
