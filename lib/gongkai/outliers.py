"""Who stands out of a group of peers whose true shares vary, and the lines of their funnel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gongkai import beta_binomial, logit_normal
from gongkai.stats import MAD, Numbers, discoveries


@dataclass(frozen=True)
class Funnel:
    """How the peers vary without those who stand out (a and b of a beta; mean and spread of normal logits), and each
    one's two-sided p and adjusted q.
    """

    prior: tuple[float, float]
    logits: tuple[float, float]
    p: Numbers
    q: Numbers


def _staying(k: Numbers, n: Numbers, prior: tuple[float, float], level: float) -> NDArray[np.bool_]:
    """False for those so far out that together they hide each other, as each widens the beta the others are judged by.

    The generalised extreme deviate test: who is furthest out is taken away, as often as shares lie beyond three robust
    standard deviations (of three tenths at most), and the last one beyond its limit settles how many stay away.
    Source: B. Rosner, Percentage points for a generalized ESD many-outlier procedure, Technometrics 25 (1983), 165–172.
    """
    away = np.abs(beta_binomial.apart(k, n, prior) - np.median(beta_binomial.apart(k, n, prior)))
    far = int((away > 3 * np.median(away) / MAD).sum())
    rest, settled = np.arange(len(k)), 0
    taken: list[int] = []
    for step in range(min(far, int(0.3 * len(k)))):
        fitted = beta_binomial.beta_prior(k[rest], n[rest])
        if fitted is None:
            break
        z = beta_binomial.apart(k[rest], n[rest], fitted)
        ends = np.array([z.argmin(), z.argmax()])
        p = 2 * np.minimum(*beta_binomial.tails(k[rest][ends], n[rest][ends], fitted))
        settled = step + 1 if p.min() <= level / len(rest) else settled
        taken.append(int(rest[ends[p.argmin()]]))
        rest = np.delete(rest, ends[p.argmin()])
    stay = np.ones(len(k), dtype=bool)
    stay[taken[:settled]] = False
    return stay


def funnel(k: Numbers, n: Numbers, level: float = 0.05) -> Funnel | None:
    """Who stands out of a group of peers, or None where the shares are all 0 or all 1 or the peers fewer than 3.

    The true shares of honest peers vary, so z = (k − n·p0)/√(n·p0(1−p0)·φ) needs φ = 1 + (n − 1)·ρ that grows with
    n: the beta-binomial. One φ for all sizes calls most large bodies outliers. Nobody knows by what distribution they
    vary, so p is the larger of that of a beta and that of normal logits, whose long tail is heavier. Who stands out at
    a false discovery rate of `level` is left out and the rest fitted again; at most three tenths are.
    Source: D. J. Spiegelhalter, Handling over-dispersion of performance indicators, Quality and Safety in Health Care
    14 (2005), 347–351, for funnels with variation between the units; `make bench` shows its false discoveries.
    """
    prior = beta_binomial.beta_prior(k, n)
    if prior is None:
        return None
    kept = _staying(k, n, prior, level)
    found: Funnel | None = None
    for _ in range(3):
        prior = beta_binomial.beta_prior(k[kept], n[kept])
        if prior is None:
            return found
        logits = logit_normal.fit(k[kept], n[kept])
        both = np.maximum(beta_binomial.tails(k, n, prior), logit_normal.tails(k, n, logits))
        p = np.minimum(1, 2 * both.min(axis=0))
        found = Funnel(prior, logits, p, discoveries(p))
        inside = found.q > level
        if (inside == kept).all() or inside.mean() < 0.7:
            break
        kept = inside
    return found


def funnel_line(prior: tuple[float, float], logits: tuple[float, float], n: int, tail: float) -> tuple[float, float]:
    """The shares of n beyond which p is below `tail` (mid-p, interpolated): the outer of the two distributions."""
    from scipy.stats import betabinom

    k = np.arange(n + 1)
    pmf = betabinom.pmf(k, n, *prior)
    middle = np.cumsum(pmf) - pmf / 2
    low, high = np.interp([tail / 2, 1 - tail / 2], middle, k / n)
    others = (logit_normal.share_at(chance, n, logits) for chance in (tail / 2, 1 - tail / 2))
    return min(float(low), next(others)), max(float(high), next(others))
