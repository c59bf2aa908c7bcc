"""Whether the statistics keep what they say: coverage of intervals, false discoveries, power, by simulation.

`python -m bench.statistics [ROUNDS]`. Every line names what it should be; nothing here is a timed assertion.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
from tqdm import tqdm

from gongkai import measures, outliers, priority, stats
from gongkai.pipeline import read_files
from gongkai.stats import Numbers
from gongkai.synth import error_classes, make_panel, write

SEED = 20261123
# Sizes like those of published reports: a few dozen requests in most, thousands in some.
SIZES = (4.5, 1.0)


def _sizes(rng: np.random.Generator, count: int) -> Numbers:
    drawn = np.exp(rng.normal(*SIZES, count))
    return np.asarray(np.maximum(stats.FEW, drawn).round(), dtype=float)


def wilson_coverage(rng: np.random.Generator) -> None:
    """The exact coverage of the 95 % interval, averaged over p from 0 to 1."""
    from scipy.stats import binom

    grid = rng.uniform(0, 1, 2000)
    print("Wilson 95 % interval, coverage averaged over 2 000 p (95 ± 1.5 %):")
    for n in (5, 10, 30, 100, 1000):
        k = np.arange(n + 1.0)
        low, high = stats.wilson(pl.col("k"), pl.col("n"))
        ends = pl.DataFrame({"k": k, "n": [float(n)] * len(k)}).select(low.alias("low"), high.alias("high")).to_numpy()
        inside = (ends[:, :1] <= grid) & (grid <= ends[:, 1:])
        print(f"  n = {n:<5} {(binom.pmf(k[:, None], n, grid) * inside).sum(axis=0).mean():.4f}")


def newcombe_coverage(rng: np.random.Generator, rounds: int) -> None:
    """How often the interval of a difference of two shares holds the true difference."""
    print(f"Newcombe 95 % interval of a difference, {10 * rounds} pairs (about 95 %):")
    for n1, n0 in ((30, 30), (30, 200), (500, 500)):
        p1, p0 = rng.uniform(0, 1, (2, 10 * rounds))
        a, b = np.full(len(p1), float(n1)), np.full(len(p1), float(n0))
        low, high = stats.difference(rng.binomial(n1, p1).astype(float), a, rng.binomial(n0, p0).astype(float), b)
        print(f"  n = {n1} and {n0:<5} {np.mean((low <= p1 - p0) & (p1 - p0 <= high)):.4f}")


def ratio_errors(rng: np.random.Generator, rounds: int) -> None:
    """How often two counts of one rate are called different."""
    print("Exact test of two counts of one rate, called different at 5 % (at most 5 %):")
    for mean in (3, 30, 3000):
        now, before = rng.poisson(mean, (2, 20 * rounds)).astype(float)
        print(f"  mean {mean:<6} {np.mean(stats.count_ratio(now, before)[0] <= 0.05):.4f}")


Truth = Callable[[np.random.Generator, int], Numbers]


def _beta(mean: float, size: float) -> Truth:
    return lambda rng, count: rng.beta(mean * size, (1 - mean) * size, count)


def _logit(mean: float, spread: float) -> Truth:
    return lambda rng, count: 1 / (1 + np.exp(-np.log(mean / (1 - mean)) - rng.normal(0, spread, count)))


# The peers' true shares: all the same; varying as the funnel supposes; varying in another way.
TRUTHS: dict[str, Truth] = {
    "all 10 %": lambda rng, count: np.full(count, 0.1),
    "all 60 %": lambda rng, count: np.full(count, 0.6),
    "beta, mean 10 %, size 60": _beta(0.1, 60),
    "beta, mean 30 %, size 10": _beta(0.3, 10),
    "beta, mean 60 %, size 60": _beta(0.6, 60),
    "logit-normal around 10 %": _logit(0.1, 0.5),
    "logit-normal around 30 %": _logit(0.3, 0.5),
    "logit-normal, 10 %, wide": _logit(0.1, 0.8),
}


def _one_phi(k: Numbers, n: Numbers) -> Numbers:
    """q where one φ serves all sizes: the winsorised mean of z², as in Spiegelhalter's first paper of 2005."""
    from scipy.stats import norm

    mean = k.sum() / n.sum()
    z = (k - n * mean) / np.sqrt(n * mean * (1 - mean))
    phi = float(np.mean(np.clip(z, *np.quantile(z, [0.1, 0.9])) ** 2))
    phi = phi if phi > 1 + 2 * np.sqrt(2 / len(z)) else 1.0
    return stats.discoveries(2 * norm.sf(np.abs(z) / np.sqrt(phi)))


def false_discoveries(rng: np.random.Generator, rounds: int) -> None:
    """How often a group of honest peers has a discovery at all; beside it what one φ for all sizes would call."""
    print(f"Honest peers, groups with any discovery at q ≤ 0.05, {rounds} groups a line (at most 5 ± 1.5 %):")
    print(f"  {'true shares':<28}{'peers':>6}{'funnel':>9}{'one φ':>9}")
    every: list[float] = []
    for name, truth in tqdm(TRUTHS.items(), desc="false discoveries", leave=False):
        for peers in (15, 40, 150):
            called = plain = 0
            for _ in range(rounds):
                n = _sizes(rng, peers)
                k = rng.binomial(n.astype(int), truth(rng, peers)).astype(float)
                found = outliers.funnel(k, n)
                called += found is not None and bool((found.q <= 0.05).any())
                plain += bool((_one_phi(k, n) <= 0.05).any()) if 0 < k.sum() < n.sum() else False
            every.append(called / rounds)
            print(f"  {name:<28}{peers:>6}{called / rounds:>9.3f}{plain / rounds:>9.3f}")
    print(f"  all lines together          {np.mean(every):>15.3f}")


def power(rng: np.random.Generator, rounds: int) -> None:
    """How often a planted outlier is found, and the share of false ones among all that are found."""
    print(f"Two planted outliers among 40 peers (beta, mean 10 %, size 60), {rounds} groups a line:")
    print(f"  {'outlier':<22}{'found':>8}{'false among found':>20}")
    for share in (0.2, 0.3, 0.4, 0.6):
        for size in (60, 400):
            found = false = 0
            proportions: list[float] = []
            for _ in range(rounds):
                n = np.append(_sizes(rng, 38), [size, size])
                truth = np.append(rng.beta(6, 54, 38), [share, share])
                result = outliers.funnel(rng.binomial(n.astype(int), truth).astype(float), n)
                out = result.q <= 0.05 if result is not None else np.zeros(40, bool)
                found, false = found + int(out[38:].sum()), int(out[:38].sum())
                proportions.append(false / max(int(out.sum()), 1))
            label = f"{share:.0%} of {size}"
            print(f"  {label:<22}{found / (2 * rounds):>8.3f}{np.mean(proportions):>20.3f}")


def priorities(agencies: int = 200) -> None:
    """How the review priority parts reports with a planted error from those of a panel without any."""
    print(f"Review priority on made-up panels of {agencies} agencies, 2019–2024 (share of reports):")
    print(f"  {'':<34}{'reports':>8}{'high':>8}{'medium':>8}{'low':>8}")
    for label, errors in (("no error planted", ()), ("one detectable error in the report", tuple(error_classes()))):
        panel = make_panel(agencies, range(2019, 2025), SEED, errors)
        with tempfile.TemporaryDirectory() as folder:
            write(panel.reports, Path(folder), panel.agencies, panel.key)
            reading = read_files([Path(folder) / "reports"])
        found = priority.priorities(reading, measures.compare(measures.rates(reading.facts, reading.reports)))
        planted = [e.found_at or e.report_id for e in panel.key if e.detectable]
        kept = found.filter(pl.col("report_id").is_in(planted)) if errors else found
        shares = [kept.filter(pl.col("priority") == p).height / kept.height for p in priority.PRIORITIES]
        print(f"  {label:<34}{kept.height:>8}" + "".join(f"{s:>8.3f}" for s in shares))


def main(rounds: int = 400) -> None:
    rng = np.random.default_rng(SEED)
    wilson_coverage(rng)
    newcombe_coverage(rng, rounds)
    ratio_errors(rng, rounds)
    false_discoveries(rng, rounds)
    power(rng, rounds)
    priorities()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
