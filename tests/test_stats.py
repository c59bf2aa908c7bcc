"""Every statistic against a published value, another program's, or arithmetic by hand."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from gongkai import beta_binomial, logit_normal, outliers, stats


def array(*values: float) -> stats.Numbers:
    return np.array(values, dtype=float)


def wilson(k: float, n: float, level: float = 0.95) -> tuple[float, ...]:
    low, high = stats.wilson(pl.col("k"), pl.col("n"), level)
    return pl.DataFrame({"k": [k], "n": [n]}).select(low.alias("low"), high.alias("high")).row(0)


# R 4: prop.test(k, n, correct = FALSE)$conf.int
WILSON = [(2, 5, 0.1176208, 0.7692757), (0, 10, 0.0, 0.2775328), (10, 10, 0.7224672, 1.0), (962, 1566, 0.5899, 0.6381)]


@pytest.mark.parametrize(("k", "n", "low", "high"), WILSON)
def test_wilson_is_r_s_prop_test(k: int, n: int, low: float, high: float) -> None:
    places = 4 if n == 1566 else 7
    assert [round(end, places) for end in wilson(k, n)] == [low, high]


@pytest.mark.parametrize("level", [0.8, 0.95, 0.998])
def test_wilson_is_that_of_statsmodels(level: float) -> None:
    from statsmodels.stats.proportion import proportion_confint

    for n in (1, 7, 30, 1566):
        for k in {0, 1, n // 3, n}:
            wanted = proportion_confint(k, n, alpha=1 - level, method="wilson")
            assert wilson(k, n, level) == pytest.approx(wanted, abs=1e-12)


def test_no_cases_have_no_interval() -> None:
    assert wilson(0, 0) == (None, None)


def test_difference_is_newcombe_s_tenth_method() -> None:
    # Newcombe 1998, table II, contrasts (a) and (c): 56/70 − 48/80 and 9/10 − 3/10.
    low, high = stats.difference(array(56, 9), array(70, 10), array(48, 3), array(80, 10))
    assert low == pytest.approx([0.0524, 0.1705], abs=5e-5)
    assert high == pytest.approx([0.3339, 0.8090], abs=5e-5)


def test_fisher_on_the_lady_tasting_tea() -> None:
    # 3 of 4 and 1 of 4: (1 + 16 + 16 + 1) / 70 of the tables are as far out.
    assert stats.fisher(array(3), array(4), array(1), array(4)) == pytest.approx([34 / 70])


def test_ratio_of_counts_is_r_s_poisson_test() -> None:
    # R 4: binom.test(10, 30): p 0.09874, 0.1728742–0.5281200, as odds.
    p, low, high = stats.count_ratio(array(10), array(20))
    assert p == pytest.approx([0.09874], abs=5e-6)
    assert (low[0], high[0]) == pytest.approx((0.1728742 / 0.8271258, 0.52812 / 0.47188), rel=1e-5)


def test_ratio_of_counts_at_nothing() -> None:
    p, low, high = stats.count_ratio(array(0, 5, 0), array(5, 0, 0))
    assert p == pytest.approx([2 / 2**5, 2 / 2**5, 1])
    assert low[0] == 0 and high[1] == math.inf and np.isnan([low[2], high[2]]).all()
    # Clopper and Pearson for 0 of 5: 1 − 0.025^(1/5).
    assert high[0] == pytest.approx((1 - 0.025**0.2) / 0.025**0.2)


def test_discoveries_of_benjamini_and_hochberg_s_own_example() -> None:
    # Their section 3.2: 15 comparisons, of which the procedure at 0.05 rejects the four smallest.
    p = array(
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1
    )
    assert (stats.discoveries(p) <= 0.05).tolist() == [True] * 4 + [False] * 11
    assert len(stats.discoveries(array())) == 0


def test_theil_sen_by_hand() -> None:
    # The six slopes of 1, 3, 2, 5 are −1, 0.5, 1, 4/3, 2, 3.
    slope, low, high = stats.theil_sen(array(1, 2, 3, 4), array(1, 3, 2, 5))
    assert slope == pytest.approx((1 + 4 / 3) / 2) and low <= -0.99 and high >= 2.99


def test_mann_kendall_of_six_rising_years_by_hand() -> None:
    # One of 720 orders rises all the time, one falls.
    assert stats.mann_kendall(array(*range(2019, 2025)), array(1, 2, 3, 5, 8, 9)) == pytest.approx((1, 2 / 720))


def test_the_beta_of_the_peers_is_the_likeliest() -> None:
    from scipy.stats import betabinom

    # Chromosome associations in Brassica, Skellam 1948: 0, 1, 2, 3 of 3 in 32, 103, 122, 80 nuclei.
    k, n = np.repeat([0.0, 1, 2, 3], [32, 103, 122, 80]), np.full(337, 3.0)
    prior = beta_binomial.beta_prior(k, n)
    assert prior is not None
    best = betabinom.logpmf(k, n, *prior).sum()
    for a in np.linspace(prior[0] * 0.9, prior[0] * 1.1, 9):
        for b in np.linspace(prior[1] * 0.9, prior[1] * 1.1, 9):
            assert betabinom.logpmf(k, n, a, b).sum() <= best + 1e-4
    assert prior[0] / sum(prior) == pytest.approx(k.sum() / n.sum(), abs=0.002)


@pytest.mark.parametrize(("k", "n"), [([0, 0, 0], [40, 50, 60]), ([40, 50, 60], [40, 50, 60]), ([5, 9], [40, 50])])
def test_peers_that_do_not_vary_or_are_two_have_no_beta(k: list[float], n: list[float]) -> None:
    assert beta_binomial.beta_prior(array(*k), array(*n)) is None and outliers.funnel(array(*k), array(*n)) is None


def test_shrinkage_by_hand() -> None:
    # 2 of 5 where the peers are as 4 of 10: 6 of 15; with 0 of 0 the peers' own 4 of 10.
    mean, low, high = beta_binomial.shrunk(array(2, 0, 400), array(5, 0, 1000), (4.0, 6.0))
    assert mean == pytest.approx([6 / 15, 4 / 10, 404 / 1010])
    assert (low < mean).all() and (mean < high).all() and high[2] - low[2] < high[0] - low[0]


def test_tails_where_every_number_is_as_likely() -> None:
    # A beta of 1 and 1 makes 0 … 9 of 9 equally likely: three and a half tenths are below 3, six and a half above.
    low, high = beta_binomial.tails(array(3), array(9), (1.0, 1.0))
    assert (low[0], high[0]) == pytest.approx((0.35, 0.65))


def test_funnel_lines_where_every_number_is_as_likely() -> None:
    assert outliers.funnel_line((1.0, 1.0), (0.0, 0.1), 999, 0.05) == pytest.approx((0.025, 0.975), abs=0.001)
    assert outliers.funnel_line((1.0, 1.0), (0.0, 0.1), 999, 0.002) == pytest.approx((0.001, 0.999), abs=0.001)


def test_funnel_lines_are_the_outer_of_both() -> None:
    # Logits around 0 that hardly vary are a binomial of one half; a narrow beta around one half is so too.
    narrow = outliers.funnel_line((5000.0, 5000.0), (0.0, 0.007), 100, 0.05)
    assert narrow == pytest.approx((0.40, 0.60), abs=0.01)
    assert outliers.funnel_line((5000.0, 5000.0), (0.0, 1.0), 100, 0.05) < (0.2, 0.8) < (1, 1)
    assert outliers.funnel_line((2.0, 2.0), (0.0, 0.007), 100, 0.05)[1] > 0.8


# k, n, mean and spread of the logits.
LOGITS = [(0, 30, -2.2, 0.5), (3, 30, -2.2, 0.5), (20, 40, -2.2, 0.5), (300, 3000, -2.2, 1.0), (5, 30, -1.0, 0.01)]


@pytest.mark.parametrize(("k", "n", "mean", "spread"), LOGITS)
def test_normal_logits_against_numerical_integration(k: int, n: int, mean: float, spread: float) -> None:
    from scipy.integrate import quad
    from scipy.special import expit
    from scipy.stats import binom, norm

    def over(of: Callable[[float], float]) -> float:
        ends, middle = (mean - 9 * spread, mean + 9 * spread), math.log((k + 0.5) / (n - k + 0.5))
        points = [min(max(middle, ends[0]), ends[1])]
        return float(quad(lambda x: of(expit(x)) * norm.pdf(x, mean, spread), *ends, points=points, limit=400)[0])

    chance = over(lambda share: binom.pmf(k, n, share)) / math.comb(n, k) if n < 1000 else None
    low, high = logit_normal.tails(array(k), array(n), (mean, spread))
    assert low[0] == pytest.approx(over(lambda s: (binom.cdf(k, n, s) + binom.cdf(k - 1, n, s)) / 2), rel=1e-4)
    assert low[0] + high[0] == pytest.approx(1)
    if chance:
        assert logit_normal.likelihood(array(k), array(n), mean, spread)[0] == pytest.approx(math.log(chance), rel=1e-5)


def test_the_fit_of_normal_logits_is_the_likeliest_and_share_at_undoes_the_tails() -> None:
    k, n = array(3, 9, 12, 30, 7, 2, 50, 14), array(50, 60, 90, 150, 70, 40, 160, 110)
    mean, spread = logit_normal.fit(k, n)
    best = logit_normal.likelihood(k, n, mean, spread).sum()
    for m in (mean - 0.1, mean, mean + 0.1):
        for s in (spread * 0.9, spread, spread * 1.1):
            assert logit_normal.likelihood(k, n, m, s).sum() <= best + 1e-6
    low = float(logit_normal.tails(array(30), array(150), (mean, spread))[0][0])
    assert logit_normal.share_at(low, 150, (mean, spread)) == pytest.approx(30 / 150, abs=1e-6)


def test_a_long_tail_of_shares_is_not_called_an_outlier() -> None:
    # The logits are normal quantiles around 10 %: in a beta's short tail the largest would stand out.
    from scipy.special import expit
    from scipy.stats import norm

    n = np.full(150, 400.0)
    k = (n * expit(-2.2 + 0.8 * norm.ppf((np.arange(150) + 0.5) / 150))).round()
    prior = beta_binomial.beta_prior(k, n)
    found = outliers.funnel(k, n)
    assert prior is not None and found is not None
    alone = np.minimum(1, 2 * np.minimum(*beta_binomial.tails(k, n, prior)))
    assert alone[-1] < found.p[-1] and (found.q > 0.05).all()


def test_the_one_that_stands_out_is_found_and_does_not_hide_itself() -> None:
    n = np.full(30, 200.0)
    k = np.array([20.0 + (i % 5) for i in range(30)])
    k[7] = 90
    found = outliers.funnel(k, n)
    assert found is not None and np.flatnonzero(found.q <= 0.05).tolist() == [7]
    assert found.prior[0] / sum(found.prior) == pytest.approx(0.11, abs=0.005)


def test_those_that_stand_out_together_do_not_hide_each_other() -> None:
    # Shares of 5.5 to 15 % in 36 bodies and 30 % in four: in a fit with all, each of the four is within what varies.
    n = np.full(40, 400.0)
    k = np.append(np.linspace(22, 60, 36).round(), [120] * 4)
    prior = beta_binomial.beta_prior(k, n)
    assert prior is not None
    alone = stats.discoveries(np.minimum(1, 2 * np.minimum(*beta_binomial.tails(k, n, prior))))
    found = outliers.funnel(k, n)
    assert (alone > 0.05).all() and found is not None
    assert np.flatnonzero(found.q <= 0.05).tolist() == [36, 37, 38, 39]


def test_shift_by_hand() -> None:
    # Nothing in common: 1. (1/2, 1/2) against (1, 0): √(0.5·(0.5·log2(2/3) + 0.5) + 0.5·log2(4/3)).
    assert stats.shift(array(5, 0), array(0, 7))[0] == pytest.approx(1)
    wanted = math.sqrt(0.5 * (0.5 * math.log2(2 / 3) + 0.5) + 0.5 * math.log2(4 / 3))
    assert stats.shift(array(1, 1), array(1, 0)) == (pytest.approx(wanted), None)


def test_chi_square_is_agresti_s_party_and_gender() -> None:
    # R 4, example of chisq.test (Agresti 2007, p. 39): X² 30.07, 2 degrees of freedom, p 2.954e-07.
    assert stats.shift(array(762, 327, 468), array(484, 239, 477))[1] == pytest.approx(2.954e-07, rel=2e-4)


@pytest.mark.parametrize(("now", "before"), [([20, 9], [40, 40]), ([100, 1], [100, 2]), ([50, 0], [60, 0])])
def test_chi_square_is_not_made_where_n_does_not_allow(now: list[float], before: list[float]) -> None:
    assert stats.shift(array(*now), array(*before))[1] is None


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    code = (
        "import sys, gongkai.stats, gongkai.measures; print([m for m in ('scipy', 'statsmodels') if m in sys.modules])"
    )
    done: Any = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
