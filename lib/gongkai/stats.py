"""Statistics on columns and arrays: intervals, exact tests, trends, robust spread, computed by scipy and statsmodels.

Both are imported where they are needed: together they take three seconds, which a command that needs neither
should not cost. For the same reason the one formula written here is Wilson's, which the rules compute in bulk.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

# Below this many cases a share is shown with its interval and neither rated nor ranked.
FEW = 30


# The median absolute deviation of a normal distribution is this many of its standard deviations.
MAD = NormalDist().inv_cdf(0.75)


def wilson(k: pl.Expr, n: pl.Expr, level: float = 0.95) -> tuple[pl.Expr, pl.Expr]:
    """The Wilson interval of k of n as two expressions, null for n = 0.

    Source: E. B. Wilson, Probable inference, JASA 22 (1927), 209–212; equal to statsmodels' `proportion_confint`.
    """
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = k / n
    centre, spread = share + z * z / (2 * n), z * (share * (1 - share) / n + z * z / (4 * n * n)).sqrt()
    low, high = ((centre + sign * spread) / (1 + z * z / n) for sign in (-1, 1))
    return tuple(pl.when(n > 0).then(end.clip(0, 1)) for end in (low, high))  # type: ignore[return-value]


def difference(k1: Numbers, n1: Numbers, k0: Numbers, n0: Numbers) -> tuple[Numbers, Numbers]:
    """The 95 % interval of k1/n1 − k0/n0, all n > 0.

    Source: R. G. Newcombe, Interval estimation for the difference between independent proportions, Statistics in
    Medicine 17 (1998), 873–890, method 10.
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(k1, n1, k0, n0, method="newcomb", compare="diff")
    return np.asarray(low), np.asarray(high)


def fisher(k1: Numbers, n1: Numbers, k0: Numbers, n0: Numbers) -> Numbers:
    """Fisher's exact two-sided p that both shares are one, a pair at a time (about 0.2 ms each)."""
    from scipy.stats import fisher_exact

    tables = zip(k1, n1 - k1, k0, n0 - k0, strict=True)
    return np.array([fisher_exact([[a, b], [c, d]]).pvalue for a, b, c, d in tables])


def count_ratio(now: Numbers, before: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Exact p, low and high of the ratio of two Poisson counts, given their sum; the 95 % ends are 0 and inf at 0.

    A pure count of chance: requests that come in bundles vary more. Both counts 0: p 1 and no interval (nan).
    Source: J. Przyborowski and H. Wilenski, Homogeneity of results in testing samples from Poisson series, Biometrika
    31 (1940), 313–323; the interval by Clopper and Pearson, as R's poisson.test.
    """
    from scipy.stats import binom
    from statsmodels.stats.proportion import proportion_confint

    total = now + before
    some = np.where(total > 0, total, 1.0)
    low, high = (np.asarray(end) for end in proportion_confint(np.where(total > 0, now, 0), some, method="beta"))
    p = np.minimum(1, 2 * np.minimum(binom.cdf(now, total, 0.5), binom.sf(now - 1, total, 0.5)))
    with np.errstate(divide="ignore"):
        ends = [np.where(total > 0, end / (1 - end), np.nan) for end in (np.nan_to_num(low), high)]
    return p, ends[0], np.where(before == 0, np.where(total > 0, np.inf, np.nan), ends[1])


def discoveries(p: Numbers) -> Numbers:
    """The p-values adjusted so that a share of at most q of those ≤ q are false.

    Source: Y. Benjamini and Y. Hochberg, Controlling the false discovery rate, JRSS B 57 (1995), 289–300.
    """
    from scipy.stats import false_discovery_control

    return np.asarray(false_discovery_control(p)) if len(p) else p


def theil_sen(x: Numbers, y: Numbers) -> tuple[float, float, float]:
    """The median of all pairwise slopes and its 95 % interval.

    Source: P. K. Sen, Estimates of the regression coefficient based on Kendall's tau, JASA 63 (1968), 1379–1389.
    """
    from scipy.stats import theilslopes

    found = theilslopes(y, x, alpha=0.95)
    return float(found.slope), float(found.low_slope), float(found.high_slope)


def mann_kendall(x: Numbers, y: Numbers) -> tuple[float, float]:
    """Kendall's tau of y with the years x, and its p (exact without ties): the Mann–Kendall test for a trend.

    Source: H. B. Mann, Nonparametric tests against trend, Econometrica 13 (1945), 245–259.
    """
    from scipy.stats import kendalltau

    found = kendalltau(x, y)
    return float(found.statistic), float(found.pvalue)


def shift(now: Numbers, before: Numbers) -> tuple[float, float | None]:
    """How far one mix lies from another, and the p of the χ² test that both are one.

    The Jensen–Shannon distance with logarithms to base 2: 0 the same, 1 nothing in common. p is None where fewer than
    30 cases or an expected count below 5 (after leaving out what is 0 in both) do not allow the test.
    Source: J. Lin, Divergence measures based on the Shannon entropy, IEEE Trans. Inf. Theory 37 (1991), 145–151;
    W. G. Cochran, Some methods for strengthening the common χ² tests, Biometrics 10 (1954), 417–451, for the fives.
    """
    from scipy.spatial.distance import jensenshannon
    from scipy.stats import chi2_contingency

    distance = float(jensenshannon(now, before, base=2))
    table = np.array([now, before])[:, (now + before) > 0]
    if min(now.sum(), before.sum()) < FEW or table.shape[1] < 2:
        return distance, None
    tested = chi2_contingency(table, correction=False)
    return distance, float(tested.pvalue) if tested.expected_freq.min() >= 5 else None


def robust(frame: pl.DataFrame, value: str, by: Sequence[str]) -> pl.DataFrame:
    """Adds middle (the median of `value` within `by`), spread (a standard deviation, from the median absolute
    deviation; 0 where half do not vary) and peers (how many are not null).
    """
    middle = frame.with_columns(
        pl.col(value).median().over(by).alias("middle"), pl.col(value).count().over(by).cast(pl.Int64).alias("peers")
    )
    away = (pl.col(value) - pl.col("middle")).abs()
    return middle.with_columns(away.median().over(by).alias("spread") / MAD)


def robust_tail(z: Numbers, n: Numbers) -> Numbers:
    """The chance that a robust z of one of n peers is above this: Student's t with 0.37·n degrees of freedom.

    A median absolute deviation of n is as sure as a standard deviation of 0.37·n: P. J. Rousseeuw and C. Croux,
    Alternatives to the median absolute deviation, JASA 88 (1993), 1273–1283. By simulation of normal peers it is too
    large rather than too small: P(z > 4) is 0.005 for n = 10 (given as 0.009), 0.0016 for 20 (0.0023).
    """
    from scipy.stats import t

    return np.asarray(t.sf(z, 0.37 * n))


def gamma_prior(x: Numbers, exposure: Numbers) -> tuple[float, float] | None:
    """Shape and rate of the gamma distribution of the peers' true yearly counts, by maximum likelihood, or None.

    `x`: each one's count over `exposure` years. None for fewer than 3, or where all are 0.
    Source: the negative binomial of M. Greenwood and G. U. Yule, JRSS 83 (1920), 255–279, fitted as empirical Bayes.
    """
    from scipy.optimize import minimize
    from scipy.special import gammaln

    some = exposure > 0
    x, exposure = x[some], exposure[some]
    if len(x) < 3 or x.sum() == 0:
        return None

    def loss(at: Any) -> float:
        shape, rate = np.exp(at[0]), np.exp(at[1])
        fits = gammaln(x + shape) - gammaln(shape) + shape * np.log(rate) - (x + shape) * np.log(rate + exposure)
        return float(-np.sum(fits))

    mean = x.sum() / exposure.sum()
    best = minimize(loss, [0.0, -np.log(mean)], method="Nelder-Mead", bounds=[(-7, 7), (-16, 16)])
    return float(np.exp(best.x[0])), float(np.exp(best.x[1]))


def shrunk_count(x: Numbers, exposure: Numbers, prior: tuple[float, float]) -> Numbers:
    """The yearly count of each given its peers: the posterior mean of the gamma-Poisson with this prior."""
    return (x + prior[0]) / (exposure + prior[1])


def silence(x: Numbers, exposure: Numbers, years: Numbers, prior: tuple[float, float]) -> Numbers:
    """The chance of no case in `years` further ones, after x in `exposure` years: P(0) of the gamma-Poisson."""
    return ((exposure + prior[1]) / (exposure + prior[1] + years)) ** (x + prior[0])


def digits_fit(counts: Numbers, expected: Numbers) -> tuple[float, float]:
    """The p of the χ² test that digits fall as `expected` (shares), and their mean absolute deviation from it.

    Source of the deviation: M. J. Nigrini, Benford's Law, Wiley 2012: above 0.015 first digits do not conform.
    """
    from scipy.stats import chisquare

    total = counts.sum()
    return float(chisquare(counts, expected * total).pvalue), float(np.abs(counts / total - expected).mean())


def more_often(k: int, n: int, share: float) -> float:
    """The chance of k or more of n at this share (exact binomial)."""
    from scipy.stats import binom

    return float(binom.sf(k - 1, n, share))
