"""The statistical rules on frames made by hand: who stands out, who must not, and what is not assessable."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from gongkai import rules, stats, synth
from gongkai.form import form
from gongkai.frames import build
from gongkai.pipeline import read_files
from gongkai.rules.declared import rules as declared
from gongkai.rules.history import history_verdicts
from gongkai.rules.pairs import pairs
from gongkai.rules.statistical import statistical_verdicts
from gongkai.rules.statistical.digits import last_digits

ROOT = Path(__file__).parents[1]
MINE = ("A-", "T2A-11", "T3-11", "T3-12", "T3-13", "Y-08")

Cells = dict[str, float | None]


def report(agency: str, year: int = 2023, cells: Cells | None = None, **about: Any) -> dict[str, Any]:
    """A report whose cells are 0 but those named; None is a blank cell."""
    base = {"kind": "department", "level": "county", "region": None, "parent": None, "published": None}
    return {"agency": agency, "year": year, "cells": cells or {}} | base | about


def frames(reports: Iterable[dict[str, Any]]) -> dict[str, pl.DataFrame]:
    """The frames that the statistical rules look at."""
    given = list(reports)
    headers, facts = [], []
    for r in given:
        edition = form().edition_of_year(r["year"])
        about = {
            "report_id": f"{r['agency']}-{r['year']}",
            "agency": r["agency"],
            "year": r["year"],
            "edition": edition,
        }
        headers.append(r | about | {"agency_id": r["agency"], "primary": True})
        for (table, code), item in form().items.items():
            for column in item.columns.get(edition or "", ()) if item.kind == "row" and item.shape != "single" else ():
                key = f"{table}.{code}.{column}"
                value = r["cells"].get(key, 0.0)
                facts.append(
                    about
                    | {"table": table, "item": code, "column": column, "value": value, "unit": "件", "where": "line 1"}
                    | {"status": "blank" if value is None else "number", "printed": "" if value is None else f"{value}"}
                )
    bodies = {r["agency"]: {"agency_id": r["agency"], "agency": r["agency"], "consolidates": False} for r in given}
    return {
        "reports": build("reports", headers),
        "facts": build("facts", facts),
        "agencies": build("agencies", bodies.values()),
    }


def found(reports: Iterable[dict[str, Any]], everything: bool = True) -> dict[tuple[str, str, str], dict[str, Any]]:
    """(rule, report, scope) → verdict row of the statistical rules, of Y-08 and of A-04."""
    made = frames(reports)
    following = pairs(made["reports"], made["agencies"])
    rows = statistical_verdicts(made, following, everything, [])
    rows += history_verdicts(made["facts"], made["reports"], following, everything)
    return {(r["rule"]["id"], r["report_id"], r["scope"]): r for r in rows}


def verdict(reports: Iterable[dict[str, Any]], rule: str, scope: str, report_id: str = "甲-2023") -> str:
    return str(found(reports)[rule, report_id, scope]["verdict"])


def peers(count: int, cells: Any, **about: Any) -> list[dict[str, Any]]:
    """So many bodies; `cells` of a number gives the cells of each."""
    return [report(f"乙{k}", cells=cells(k), **about) for k in range(count)]


def shares(k: int) -> Cells:
    return {"applications.processed_total.total": 100, "applications.granted.total": 60 + 2 * k}


LOW: Cells = {"applications.processed_total.total": 200, "applications.granted.total": 20}


@pytest.mark.parametrize(
    ("mine", "others", "wanted"),
    [
        (report("甲", cells=LOW), peers(12, shares), "fail"),
        (report("甲", cells=LOW), peers(8, shares), "not_assessable"),  # nine are no group
        (report("甲", cells=LOW), peers(12, shares, level="city"), "not_assessable"),
        (report("甲", cells=LOW), peers(12, shares, kind="government"), "not_assessable"),
        (report("甲", cells=LOW), peers(12, shares, year=2022), "not_assessable"),
        (report("甲", cells=LOW, level=None), peers(12, shares), "not_assessable"),
        (report("甲", cells=LOW | {"applications.partial.total": None}), peers(12, shares), "not_assessable"),
        (
            report("甲", cells={"applications.processed_total.total": 29, "applications.granted.total": 0}),
            peers(12, shares),
            "not_assessable",
        ),
        (
            report("甲", cells={"applications.processed_total.total": 30, "applications.granted.total": 18}),
            peers(12, shares),
            "pass",
        ),
    ],
)
def test_a_share_is_compared_with_peers_alone(mine: Any, others: list[Any], wanted: str) -> None:
    assert verdict([mine, *others], "A-01", "disclosed") == wanted


def test_peers_that_cannot_be_compared_are_not_zero() -> None:
    """A blank share is not rated, and takes no part among the peers of others."""
    blank = peers(12, lambda k: shares(k) | {"applications.granted.total": None if k < 4 else 60.0 + 2 * k})
    assert verdict([report("甲", cells=LOW), *blank], "A-01", "disclosed") == "not_assessable"


def test_beyond_the_outer_line_is_a_warning_and_says_so() -> None:
    row = found([report("甲", cells=LOW), *peers(12, shares)])["A-01", "甲-2023", "disclosed"]
    assert row["severity"] == "warning"
    told = row["figures"]
    assert (told["k"], told["n"], told["value"], told["interval"]) == (20, 200, "10.0%", "6.6%–14.9%")
    assert (told["others"], told["line"]) == (12, "99.8")
    # 62 to 82 of 100, on average 71: the peers' mean of the fitted beta.
    assert told["expected"] == "71.0%"


def test_a_low_share_of_not_held_does_not_stand_out() -> None:
    some = peers(
        12, lambda k: {"applications.processed_total.total": 100, "applications.unavailable_not_held.total": 40 + k}
    )
    none = report("甲", cells={"applications.processed_total.total": 400})
    assert verdict([none, *some], "T3-11", "not_held") == "pass"


def held(not_held: float | None, processed: float | None) -> dict[str, Any]:
    cells = {"applications.processed_total.total": processed, "applications.unavailable_not_held.total": not_held}
    return report("甲", cells=cells)


@pytest.mark.parametrize(
    ("not_held", "processed", "wanted"),
    [
        (962, 1566, "fail"),
        (51, 100, "fail"),
        (50, 100, "pass"),
        (99, 99, "not_assessable"),
        (101, 100, "not_assessable"),  # more than all: the figures contradict each other
        (None, 100, "not_assessable"),
        (60, None, "not_assessable"),
        (-1, 100, "not_assessable"),
    ],
)
def test_more_than_half_not_held(not_held: float | None, processed: float | None, wanted: str) -> None:
    assert verdict([held(not_held, processed)], "T3-11", "half") == wanted


def test_one_cause_is_one_finding() -> None:
    some = peers(
        12, lambda k: {"applications.processed_total.total": 100, "applications.unavailable_not_held.total": 10 + k}
    )
    high = found([held(180, 200), *some])
    assert high["T3-11", "甲-2023", "half"].get("folded_under") is None
    assert high["T3-11", "甲-2023", "not_held"]["folded_under"] == "T3-11|甲-2023|half"


# --- ratios


def decisions(of: float | None, items: float | None, change: float | None = 0) -> Cells:
    return {
        "proactive.coercion.decisions": of,
        "proactive.coercion.items_last_year": items,
        "proactive.coercion.items_change": change,
    }


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (decisions(5310, 2), "fail"),
        (decisions(40, 2, 1), "pass"),
        (decisions(10, 30), "pass"),  # far below the peers is no alarm
        (decisions(9, 1), "not_assessable"),
        (decisions(5310, 0), "not_assessable"),  # decisions without items are T2A-06
        (decisions(5310, 2, -3), "not_assessable"),
        (decisions(5310, 2, None), "not_assessable"),
        (decisions(None, 2), "not_assessable"),
    ],
)
def test_decisions_of_one_item(cells: Cells, wanted: str) -> None:
    some = [report(f"乙{k}", 2019, decisions(20 + 4 * k, 3)) for k in range(12)]
    assert verdict([report("甲", 2019, cells), *some], "T2A-11", "coercion", "甲-2019") == wanted


def test_the_robust_distance_by_hand() -> None:
    frame = pl.DataFrame({"x": [1.0, 2.0, 3.0, 4.0, 100.0, None], "g": ["a"] * 6})
    seen = stats.robust(frame, "x", ["g"]).row(0, named=True)
    # Median 3, distances 2, 1, 0, 1, 97: their median is 1, which is 0.6745 standard deviations.
    assert seen["middle"] == 3 and seen["peers"] == 5
    assert seen["spread"] == pytest.approx(1 / 0.67448975)


@pytest.mark.parametrize("n", [10, 20, 50])
def test_a_robust_distance_is_not_called_rarer_than_it_is(n: int) -> None:
    rng = np.random.default_rng(7)
    drawn = rng.normal(size=(40_000, n))
    middle = np.median(drawn, axis=1)
    spread = np.median(np.abs(drawn - middle[:, None]), axis=1) / 0.67448975
    z = (drawn[:, 0] - middle) / spread
    for limit in (2.0, 3.0, 4.0):
        p = float(stats.robust_tail(np.array([limit]), np.array([n]))[0])
        assert float((z > limit).mean()) <= 1.1 * p


def test_an_amount_in_yuan_is_seen_beside_the_peers() -> None:
    def fee(amount: float) -> Cells:
        return {"proactive.fees.amount": amount}

    some = peers(12, lambda k: fee(20.0 + 4 * k))
    assert verdict([report("甲", cells=fee(291_000)), *some], "T2B-03", "peers") == "fail"
    # Forty times as much stands out and is no slip of the unit.
    assert verdict([report("甲", cells=fee(2_000)), *some], "T2B-03", "peers") == "pass"
    assert verdict([report("甲", cells=fee(0)), *some], "T2B-03", "peers") == "not_assessable"


# --- own history

NEW = "applications.new.total"


def series(agency: str, values: Iterable[float | None], first: int = 2019, **about: Any) -> list[dict[str, Any]]:
    return [report(agency, first + k, {NEW: v}, **about) for k, v in enumerate(values)]


STEADY = (20, 22, 27, 24, 30)


@pytest.mark.parametrize(
    ("rule", "values", "wanted"),
    [
        ("Y-08", (*STEADY, 29), "pass"),
        ("Y-08", (*STEADY, 900), "fail"),
        ("Y-08", (*STEADY, 70), "pass"),  # not three times as many: no jump, however steady the years before
        ("Y-08", (*STEADY, 0), "fail"),
        ("Y-08", (*STEADY[1:], 900), "not_assessable"),  # three changes before
        ("Y-08", (1, 2, 1, 3, 2, 7), "pass"),  # seven after two may be chance
        ("Y-08", (*STEADY, None), "not_assessable"),
        ("A-04", (*STEADY, 29), "pass"),
        ("A-04", (*STEADY, 900), "fail"),
        ("A-04", (20, 22, 27, None, 900), "not_assessable"),
        ("A-04", (20, 20, 20, 20, 900), "not_assessable"),
        ("A-04", (*STEADY, None), "not_assessable"),
    ],
)
def test_own_history(rule: str, values: tuple[float | None, ...], wanted: str) -> None:
    last = 2019 + len(values) - 1
    assert verdict(series("甲", values), rule, NEW, f"甲-{last}") == wanted


def test_a_new_level_is_far_only_as_long_as_it_is_new() -> None:
    """Y-08 sees the jump; A-04 is folded under it, and alone finds the year after."""
    seen = found(series("甲", (*STEADY, 900, 950)))
    assert seen["Y-08", "甲-2024", NEW]["verdict"] == "fail"
    assert seen["A-04", "甲-2024", NEW]["folded_under"] == f"Y-08|甲-2024|{NEW}"
    assert seen["Y-08", "甲-2025", NEW]["verdict"] == "pass"
    assert seen["A-04", "甲-2025", NEW]["verdict"] == "fail"
    assert "folded_under" not in seen["A-04", "甲-2025", NEW]
    assert [c["printed"] for c in seen["A-04", "甲-2025", NEW]["cells"]] == ["950", *map(str, STEADY), "900"]


def test_a_year_in_which_all_jumped_is_no_news_of_one() -> None:
    rng = np.random.default_rng(3)
    others = []
    for k in range(14):
        years = [float(round(v)) for v in 40 * np.exp(rng.normal(0, 0.1, 5))]
        others.append((f"乙{k}", years, float(round(1300 * np.exp(rng.normal(0, 0.2))))))
    mine = series("甲", (*STEADY, 900))
    jumping = [r for name, years, last in others for r in series(name, (*years, last))]
    staying = [r for name, years, last in others for r in series(name, (*years, last / 30))]
    for rule in ("Y-08", "A-04"):
        assert verdict([*mine, *jumping], rule, NEW, "甲-2024") == "pass"
        assert verdict([*mine, *staying], rule, NEW, "甲-2024") == "fail"


# --- silence


def test_silence_by_hand() -> None:
    x, none = np.array([0.0, 8.0]), np.array([0.0, 2.0])
    # Prior with shape 2 and rate 1: (1/2)² for a body without other years, (3/4)¹⁰ after 8 in two years.
    assert stats.silence(x, none, np.array([1.0, 1.0]), (2.0, 1.0)) == pytest.approx([0.25, 0.75**10])
    assert stats.shrunk_count(x, none, (2.0, 1.0)) == pytest.approx([2.0, 10 / 3])


def test_the_peers_yearly_counts_are_found_again() -> None:
    rng = np.random.default_rng(5)
    rate = rng.gamma(2.0, 1 / 0.1, 4000)
    years = np.full(4000, 5.0)
    shape, per = stats.gamma_prior(rng.poisson(rate * years).astype(float), years) or (0, 0)
    assert (shape, per) == (pytest.approx(2.0, rel=0.1), pytest.approx(0.1, rel=0.1))
    assert stats.gamma_prior(np.zeros(20), years[:20]) is None


def busy(k: int) -> Cells:
    return {NEW: 20 + k}


@pytest.mark.parametrize(
    ("mine", "others", "wanted"),
    [
        ([{}], peers(12, busy), "fail"),
        ([{NEW: 0.0, "disputes.reconsideration.total": 1.0}], peers(12, busy), "pass"),
        ([{NEW: None}], peers(12, busy), "not_assessable"),
        ([{}], peers(8, busy), "not_assessable"),
        ([{}], peers(12, lambda k: {NEW: float(k % 3)}), "pass"),  # as quiet as its peers
    ],
)
def test_silent_years(mine: list[Cells], others: list[Any], wanted: str) -> None:
    assert verdict([*(report("甲", cells=c) for c in mine), *others], "A-07", "report") == wanted


def test_a_stretch_of_silence_is_one_finding() -> None:
    years = series("甲", (25, 0, 0, 0), 2020)
    others = [r for k in range(12) for r in series(f"乙{k}", (20 + k,) * 4, 2020)]
    seen = found([*years, *others])
    assert [seen["A-07", f"甲-{y}", "report"]["verdict"] for y in (2020, 2021, 2022, 2023)] == ["pass"] + ["fail"] * 3
    last = seen["A-07", "甲-2023", "report"]
    assert last["other_report_ids"] == ["甲-2021", "甲-2022"] and "folded_under" not in last
    assert seen["A-07", "甲-2021", "report"]["folded_under"] == "A-07|甲-2023|report"


# --- digits


def test_last_digits_that_size_alone_gives() -> None:
    """Of 10 to 19 as frequent as their inverse, 1/10 of Σ 1/x ends in 0; large values end evenly."""
    values = np.repeat(np.arange(10, 100), (2520 / np.arange(10, 100)).round().astype(int)).astype(float)
    exact = np.array([sum(1 / (10 * t + d) for t in range(1, 10)) for d in range(10)])
    assert last_digits(values) == pytest.approx(exact / exact.sum(), abs=0.002)
    assert last_digits(np.array([123456.0])) == pytest.approx(np.full(10, 0.1), abs=1e-4)


def test_digits_of_smooth_figures_raise_no_alarm_and_rounded_ones_do() -> None:
    rng = np.random.default_rng(11)
    p_clean, p_round = [], []
    for _ in range(200):
        values = np.floor(np.exp(rng.normal(3.5, 1.5, 1500)))
        values = values[values >= 10]
        counts = np.bincount((values % 10).astype(int), minlength=10).astype(float)
        p_clean.append(stats.digits_fit(counts, last_digits(values))[0])
        rounded = np.where(rng.random(len(values)) < 0.2, values.round(-1), values)
        counts = np.bincount((rounded % 10).astype(int), minlength=10).astype(float)
        p_round.append(stats.digits_fit(counts, last_digits(rounded))[0])
    assert np.mean(np.array(p_clean) < 0.05) < 0.09
    assert np.mean(np.array(p_round) < 0.001) > 0.9


def test_benford_on_decisions_of_many_orders_alone() -> None:
    rng = np.random.default_rng(13)
    names = ("licensing", "penalty", "coercion")

    def place(drawn: Any) -> list[dict[str, Any]]:
        made = [{f"proactive.{i}.decisions": float(drawn()) for i in names} for _ in range(180)]
        return [report(f"丙{k}", cells=c, region="砚泽市") for k, c in enumerate(made)]

    def first(drawn: Any) -> str:
        return verdict(place(drawn), "A-06", "first_digits", "丙0-2023")

    assert first(lambda: np.ceil(np.exp(rng.normal(5, 2.5)))) == "pass"
    assert first(lambda: rng.integers(400, 700) * 10.0 ** rng.integers(0, 4)) == "fail"
    assert first(lambda: rng.integers(400, 700)) == "not_assessable"  # not of three orders


def test_what_repeats_a_figure_is_in_no_pool() -> None:
    """Sums, what is carried over, and governments that add others up would count one figure twice."""
    cells = {
        f"{t}.{i}.total": 70.0 for (t, i), known in form().items.items() if t == "applications" and known.kind == "row"
    }
    cells |= {f"applications.{i}.business": 70.0 for i in ("carried_in", "carried_out", "processed_total")}
    place = [report(f"丙{k}", cells=cells, region="砚泽市") for k in range(30)]
    assert ("A-06", "丙0-2023", "last_digits") in found(place)
    assert verdict(place, "A-06", "last_digits", "丙0-2023") == "not_assessable"


# --- dates


@pytest.mark.parametrize(
    ("dates", "wanted"),
    [
        (["2024-01-27"] * 12, "fail"),
        (["2024-01-26"] * 12, "pass"),  # six days before
        (["2024-02-01"] * 12, "pass"),  # too late is C-06
        (["2024-01-31"] * 8 + ["2024-01-10"] * 4, "pass"),  # 8 of 12: the interval goes from 39 %
        (["2024-01-31"] * 9, "not_assessable"),
        (["2024-01-31"] * 9 + [None] * 9, "not_assessable"),
    ],
)
def test_a_cluster_before_the_deadline(dates: list[str | None], wanted: str) -> None:
    below = [report(f"丁{k}局", published=d, parent="甲") for k, d in enumerate(dates)]
    assert verdict([report("甲", kind="government"), *below], "A-08", "late") == wanted


# --- all of them


def test_nothing_of_a_blank_report_is_judged() -> None:
    """Where every cell is blank no statistical rule passes or fails, also beside peers."""
    keys = [f"{t}.{i}.{c}" for (t, i), known in form().items.items() for e in known.columns.values() for c in e]
    some = peers(12, lambda k: shares(k) | busy(k) | {"proactive.fees.amount": 20.0 + k})
    seen = found([report("甲", cells=dict.fromkeys(keys)), *some])
    mine = {key: r["verdict"] for key, r in seen.items() if key[1] == "甲-2023" and key[0] not in {"A-06", "A-08"}}
    assert mine and set(mine.values()) == {"not_assessable"}


def test_the_quick_way_finds_what_the_full_one_does() -> None:
    made = [
        report("甲", cells=LOW),
        *peers(12, shares),
        *series("戊", (*STEADY, 900)),
        held(962, 1566) | {"agency": "己"},
    ]
    full = {key for key, r in found(made).items() if r["verdict"] == "fail"}
    assert full == set(found(made, everything=False)) and len(full) >= 3


def test_every_finding_says_that_it_proves_nothing() -> None:
    for rule in (r for r in declared() if r["id"].startswith("A-") and r["id"] != "A-08"):
        texts = [v for k, v in rule.items() if k.endswith("_zh") and "{" in v]
        assert texts and all("不证明有错" in t for t in texts)
        assert all("proves nothing" in v for k, v in rule.items() if k.endswith("_en") and "{" in v)


def test_small_numbers_of_published_reports_raise_no_alarm() -> None:
    reading = read_files([ROOT / "data" / "reports"])
    fails = reading.verdicts.filter(
        (pl.col("verdict") == "fail") & pl.any_horizontal([pl.col("finding_id").str.starts_with(m) for m in MINE])
    )
    # 2 of 5 corrected, 5310 decisions from 2 items and 123 times as many coercive measures as penalties have no peers.
    assert fails["finding_id"].to_list() == ["T3-11|北京市西城区人民政府-2020|half"]
    bureau = reading.verdicts.filter(pl.col("report_id") == "北京市西城区人力资源和社会保障局-2019")
    alone = bureau.filter(pl.col("rule").is_in(["T2A-11", "A-01", "A-05"]))
    assert set(alone["verdict"]) == {"not_assessable"} and alone.height > 10


def test_one_file_is_checked_without_statistics_libraries() -> None:
    code = (
        "import sys; from gongkai.pipeline import read_files; from gongkai import rules\n"
        "reading = read_files(sys.argv[1:]); reading.findings; reading.verdicts\n"
        "print([m for m in ('scipy.stats', 'statsmodels') if m in sys.modules])"
    )
    files = [str(ROOT / "data" / "reports" / name) for name in ("xicheng-2020.txt", "xicheng-rsj-2019.txt")]
    done = subprocess.run([sys.executable, "-c", code, *files], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
def test_false_alarms_on_a_clean_panel(tmp_path: Path) -> None:
    """A panel without errors: warnings of under 0.5 % and infos of under 5 % of the reports."""
    panel = synth.make_panel(240, range(2019, 2025), "calm", ())
    synth.write(panel.reports, tmp_path, panel.agencies)
    found = rules.reportable(rules.check(read_files([tmp_path], progress=False).frames, everything=False))
    mine = found.filter(pl.any_horizontal([pl.col("finding_id").str.starts_with(m) for m in MINE]))
    mine = mine.filter(pl.col("verdict") == "fail")
    counts = dict(mine.group_by("severity").len().rows())
    assert counts.get("warning", 0) < 0.005 * len(panel.reports)
    assert counts.get("info", 0) < 0.05 * len(panel.reports)
