"""Shares, changes over years and peers, on small frames counted by hand."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from gongkai import measures
from gongkai.errors import GongkaiError
from gongkai.form import declared_rows, form
from gongkai.frames import build
from gongkai.pipeline import Reading, read_folder
from test_bad_input import ROOT
from test_measures import fact, report

OUTCOMES = ["granted", "partial", "refused_secret", "unavailable_not_held", "rejected_petition", "other"]


def one_rate(facts: list[dict[str, Any]], code: str, year: int = 2020) -> dict[str, Any]:
    return measures.rates(build("facts", facts), build("reports", [report("a", "甲", year)]), [code]).to_dicts()[0]


@pytest.fixture(scope="module")
def bundled() -> Reading:
    return read_folder(ROOT / "data" / "reports", progress=False)


# rate, k, n, value and interval in percent as printed.
XICHENG = [
    ("disclosed", 375, 1566, "23.9 21.9 26.1"),
    ("not_held", 962, 1566, "61.4 59.0 63.8"),
    ("granted_share", 350, 1566, "22.3 20.4 24.5"),
    ("factual", 962, 1055, "91.2 89.3 92.7"),
    ("disputed", 130, 1216, "10.7 9.1 12.6"),
    ("reconsideration_corrected", 3, 69, "4.3 1.5 12.0"),
    ("reconsideration_corrected_concluded", 3, 64, "4.7 1.6 12.9"),
    ("natural_persons", 1518, 1576, "96.3 95.3 97.1"),
]


@pytest.mark.parametrize(("code", "k", "n", "printed"), XICHENG)
def test_shares_of_a_published_report(bundled: Reading, code: str, k: int, n: int, printed: str) -> None:
    found = measures.rates(bundled.facts, bundled.reports, [code]).filter(
        pl.col("report_id") == "北京市西城区人民政府-2020"
    )
    row = found.to_dicts()[0]
    assert (row["k"], row["n"], row["status"]) == (k, n, "rated")
    assert " ".join(f"{100 * row[c]:.1f}" for c in ("value", "low", "high")) == printed


def test_two_of_five_are_shown_and_not_rated(bundled: Reading) -> None:
    found = measures.rates(bundled.facts, bundled.reports, ["reconsideration_corrected"])
    row = found.filter(pl.col("report_id") == "北京市西城区人力资源和社会保障局-2019").to_dicts()[0]
    assert (row["k"], row["n"], row["status"]) == (2, 5, "few")
    assert f"{100 * row['low']:.1f}–{100 * row['high']:.1f}" == "11.8–76.9"


def test_a_wrong_carry_over_is_no_share(bundled: Reading) -> None:
    found = measures.rates(bundled.facts, bundled.reports, ["carried_over"])
    row = found.filter(pl.col("report_id") == "北京市西城区人民政府-2020").to_dicts()[0]
    assert (row["k"], row["n"], row["status"], row["value"]) == (2782, 1621, "impossible", None)


@pytest.mark.parametrize("status", ["blank", "dash", "unreadable", "absent"])
def test_one_missing_cell_makes_a_share_missing(status: str) -> None:
    facts = [fact("a", "granted", None, status), fact("a", "partial", 2.0), fact("a", "processed_total", 40.0)]
    row = one_rate(facts, "disclosed")
    assert (row["status"], row["k"], row["n"], row["value"], row["low"]) == ("missing", None, None, None, None)


SHARES = [
    (10.0, 2.0, 40.0, "rated", 0.3),
    (10.0, 2.0, 29.0, "few", 12 / 29),
    (0.0, 0.0, 0.0, "none", None),
    (30.0, 20.0, 40.0, "impossible", None),
    (-1.0, 0.0, 40.0, "impossible", None),
]


@pytest.mark.parametrize(("granted", "partial", "total", "status", "value"), SHARES)
def test_what_can_be_said_of_a_share(granted: float, partial: float, total: float, status: str, value: float) -> None:
    facts = [fact("a", "granted", granted), fact("a", "partial", partial), fact("a", "processed_total", total)]
    row = one_rate(facts, "disclosed")
    assert (row["status"], row["value"]) == (status, value)


def test_what_the_form_lacks_is_not_missing() -> None:
    facts = [fact("a", "other", 3.0), fact("a", "processed_total", 40.0)]
    assert one_rate(facts, "unpaid_fee")["status"] == "not in form"
    assert one_rate([fact("a", "other_unpaid_fee", 3.0), *facts], "unpaid_fee", 2021)["value"] == 3 / 40


def test_a_difference_below_the_line_is_subtracted() -> None:
    cells = [
        fact("a", "reconsideration", v, table="disputes", column=c)
        for c, v in (("corrected", 2), ("total", 50), ("pending", 10))
    ]
    assert one_rate(cells, "reconsideration_corrected_concluded")["n"] == 40


def test_every_declared_share_is_of_known_cells_in_both_languages() -> None:
    for row in declared_rows("rates"):
        known = measures.rate(row["rate"])
        for sign, table, item, column in (*known.k, *known.n):
            assert (table, item) in form().items and (table, column) in form().columns and abs(sign) == 1
            assert measures.row_codes(table, [item])
        assert all(row.values()) and not any("\u4e00" <= c <= "\u9fff" for c in row["en"] + row["k_en"] + row["n_en"])
    assert {c for c in measures.rates_declared() if measures.rate_crosses(c) != "yes"} == {"unpaid_fee"}


def test_no_share_has_the_code_of_a_quantity() -> None:
    assert not set(measures.rates_declared()) & set(measures.indicators())


def test_an_unknown_share_lists_the_choices() -> None:
    with pytest.raises(GongkaiError, match="Choices: disclosed, granted_share"):
        measures.rates(build("facts", []), build("reports", []), ["公开率"])


def series(values: dict[int, float | None], crosses: str = "yes", agency: str = "甲") -> pl.DataFrame:
    rows = [(agency, y, form().edition_of_year(y), v, crosses) for y, v in values.items()]
    types = {"agency": pl.String, "year": pl.Int64, "edition": pl.String, "value": pl.Float64, "crosses": pl.String}
    return pl.DataFrame(rows, schema=types, orient="row")


# years, crosses, the runs that they make
RUNS = [
    ([2019, 2020, 2021, 2022], "yes", [4]),
    ([2019, 2020, 2021, 2022], "approximately", [2, 2]),
    ([2019, 2020, 2021, 2022], "no", [2, 2]),
    ([2021, 2022, 2024], "yes", [2, 1]),
    ([2022, 2022], "yes", [1, 1]),
]


@pytest.mark.parametrize(("years", "crosses", "lengths"), RUNS)
def test_no_run_spans_a_gap_or_a_break(years: list[int], crosses: str, lengths: list[int]) -> None:
    frame = pl.concat([series({y: 1.0}, crosses) for y in years])
    assert measures.runs(frame, ["agency"]).group_by("run", maintain_order=True).len()["len"].to_list() == lengths


def test_one_body_s_years_do_not_join_another_s() -> None:
    frame = pl.concat([series({2021: 1.0}), series({2022: 2.0}, agency="乙")])
    assert measures.yearly_counts(frame)["value_before"].to_list() == [None, None]


def test_counts_against_the_year_before() -> None:
    found = measures.yearly_counts(series({2021: 20.0, 2022: 10.0, 2023: None, 2024: 0.0}))
    assert found["value_before"].to_list() == [None, 20.0, 10.0, None]
    assert found["ratio"].to_list() == [None, 0.5, None, None]
    assert [round(p, 4) if p is not None else None for p in found["p"]] == [None, 0.0987, None, None]


def test_amounts_are_no_counts_of_chance() -> None:
    found = measures.yearly_counts(series({2021: 20.5, 2022: 10.0}))
    assert found["ratio"][1] == 10 / 20.5 and found["p"][1] is None and found["ratio_low"][1] is None


def some_rates(rows: list[tuple[int, float, float]]) -> pl.DataFrame:
    facts, reports = [], []
    for year, k, n in rows:
        about = f"甲-{year}"
        reports.append(report(about, "甲", year))
        facts += [fact(about, "granted", k), fact(about, "partial", 0.0), fact(about, "processed_total", n)]
    return measures.rates(build("facts", facts), build("reports", reports), ["disclosed"])


def test_shares_against_the_year_before() -> None:
    found = measures.yearly_rates(some_rates([(2020, 48, 80), (2021, 56, 70), (2022, 5, 10)]))
    assert found["change"].to_list() == [None, pytest.approx(0.2), pytest.approx(-0.3)]
    assert (round(found["change_low"][1], 4), round(found["change_high"][1], 4)) == (0.0524, 0.3339)
    # 10 cases are shown with their interval and not tested.
    assert found["p"].is_null().to_list() == [True, False, True] and found["change_low"][2] is not None
    assert found["q"][1] == found["p"][1] < 0.05


def test_a_trend_is_of_the_latest_run() -> None:
    found = measures.trends(series({2017: 9.0, 2019: 1.0, 2020: 3.0, 2021: 2.0, 2022: 5.0}), ["agency"]).to_dicts()[0]
    assert (found["first_year"], found["last_year"], found["years"], found["p"]) == (2019, 2022, 4, None)
    assert found["slope"] == pytest.approx((1 + 4 / 3) / 2)
    assert measures.trends(series({2019: 1.0, 2020: 3.0, 2021: 2.0, 2022: 5.0}, "no"), ["agency"]).is_empty()


def test_six_years_are_tested() -> None:
    found = measures.trends(series({y: float(y) for y in range(2019, 2025)}), ["agency"]).to_dicts()[0]
    assert (found["tau"], found["p"]) == pytest.approx((1, 2 / 720))
    level = measures.trends(series(dict.fromkeys(range(2019, 2025), 4.0)), ["agency"]).to_dicts()[0]
    assert (level["slope"], level["p"]) == (0, None)


def test_a_trend_of_shares_leaves_out_the_few() -> None:
    rows = [(2019, 10, 40), (2020, 5, 10), (2021, 11, 40), (2022, 12, 40), (2023, 13, 40)]
    found = measures.trends(some_rates([(y, float(k), float(n)) for y, k, n in rows]), ["agency", "rate"]).to_dicts()[0]
    assert (found["first_year"], found["years"], found["slope"]) == (2021, 3, pytest.approx(0.025))


def mix(values: dict[int, list[float | None]]) -> pl.DataFrame:
    facts = [
        fact(f"甲-{y}", item, v)
        for y, row in values.items()
        for group, v in zip(measures.OUTCOMES, row, strict=True)
        for item in [dict(zip(measures.OUTCOMES, OUTCOMES, strict=True))[group]]
    ]
    return measures.mix_changes(build("facts", facts), build("reports", [report(f"甲-{y}", "甲", y) for y in values]))


def test_a_mix_against_the_year_before() -> None:
    found = mix({2020: [50, 0, 0, 50, 0, 0], 2021: [100, 0, 0, 0, 0, 0], 2022: [9, None, 0, 0, 0, 0], 2023: [0] * 6})
    assert [None if d is None else round(d, 4) for d in found["distance"]] == [None, 0.5579, None, None]
    assert found["p"][1] is not None and found["p"][1] < 1e-6


def test_a_change_is_parted_into_mix_and_rate_by_hand() -> None:
    # Weights ½ and ½, then ¾ and ¼; shares 0.2 and 0.6, then 0.4 and 0.6.
    groups = pl.DataFrame(
        {
            "agency": ["甲", "甲"],
            "k": [30.0, 15.0],
            "n": [75.0, 25.0],
            "k_before": [10.0, 30.0],
            "n_before": [50.0, 50.0],
        }
    )
    row = measures.split(groups, ["agency"]).to_dicts()[0]
    assert row["mix"] == pytest.approx(0.25 * 0.3 - 0.25 * 0.6) and row["rate"] == pytest.approx(0.2 * 0.625)
    assert row["change"] == pytest.approx(45 / 100 - 40 / 100)


@pytest.mark.parametrize("gone", [{"k": None}, {"n": None, "k": None}, {"n_before": -1.0}, {"k": 3.0}])
def test_a_change_with_a_missing_or_impossible_group_is_not_parted(gone: dict[str, float | None]) -> None:
    row = {"agency": "甲", "k": 1.0, "n": 2.0, "k_before": 1.0, "n_before": 2.0}
    assert measures.split(pl.DataFrame([row, row | gone]), ["agency"]).row(0)[1:] == (None, None, None)


def test_parts_of_the_change_add_up_over_applicants(bundled: Reading) -> None:
    groups = measures.by_applicant(bundled.facts, bundled.reports)
    parted = measures.split(groups, ["agency", "year"]).drop_nulls()
    assert parted.select("agency", "year").rows() == [("宿迁市人民政府", 2024)]
    rates = measures.yearly_rates(measures.rates(bundled.facts, bundled.reports, ["disclosed"]))
    change = rates.filter(pl.col("year") == 2024)["change"][0]
    assert parted["change"][0] == pytest.approx(change)


def group(shares: list[tuple[float, float]], **about: Any) -> pl.DataFrame:
    """A group of peers: a frame as `measures.rates` returns, of one share in one year."""
    facts, reports = [], []
    for i, (k, n) in enumerate(shares):
        name = f"机关{i:02d}"
        reports.append(report(name, name, 2022) | {"kind": "department", "level": "county"} | about)
        facts += [fact(name, "granted", k), fact(name, "partial", 0.0), fact(name, "processed_total", n)]
    return measures.rates(build("facts", facts), build("reports", reports), ["disclosed"])


ALIKE = [(20.0 + i % 5, 200.0) for i in range(20)]


def test_who_stands_out_of_the_peers() -> None:
    found = measures.compare(group([*ALIKE, (90, 200), (3, 10)]))
    out = found.filter(pl.col("q") <= 0.05)
    assert out["agency"].to_list() == ["机关20"] and out["beyond"].to_list() == ["99.8"] and out["z"][0] > 3
    assert set(found["peers"]) == {21} and out["place"].to_list() == [1]


def test_few_cases_are_shrunk_and_never_ranked() -> None:
    few = measures.compare(group([*ALIKE, (3, 10)])).filter(pl.col("status") == "few").to_dicts()[0]
    assert (few["place"], few["p"], few["q"], few["z"], few["beyond"]) == (None,) * 5
    assert few["expected"] < few["shrunk"] < few["value"]


def test_a_small_group_is_not_compared() -> None:
    found = measures.compare(group(ALIKE[: measures.FEWEST - 1]))
    assert set(found["peers"]) == {measures.FEWEST - 1} and found["expected"].null_count() == found.height
    assert measures.lines(found).is_empty()


@pytest.mark.parametrize("about", [{"kind": None}, {"level": None}])
def test_unknown_kind_or_level_has_no_peers(about: dict[str, None]) -> None:
    found = measures.compare(group(ALIKE, **about))
    assert set(found["peers"]) == {0} and found["shrunk"].null_count() == found.height == len(ALIKE)


def test_regions_part_the_peers_where_asked() -> None:
    both = pl.concat([group(ALIKE, region="甲市"), group(ALIKE, region="乙市")])
    assert set(measures.compare(both)["peers"]) == {40} and set(measures.compare(both, by_region=True)["peers"]) == {20}


def test_funnel_lines_close_with_n_and_hold_the_mean() -> None:
    found = measures.compare(group([*ALIKE, (400, 4000)]))
    drawn = measures.lines(found)
    mean = found["expected"][0]
    for row in drawn.iter_rows(named=True):
        assert row["low_998"] <= row["low_95"] < mean < row["high_95"] <= row["high_998"]
    assert all(a >= b - 1e-9 for a, b in pairwise(drawn["high_998"]))
    assert drawn["n"][0] == 30 and drawn["n"][-1] == 4000


def test_growth_from_the_words_where_last_year_s_report_is_not_there(bundled: Reading) -> None:
    found = measures.growth(bundled.facts, bundled.reports, bundled.claims)
    rows = {
        (a[:8], y): (v, b, f)
        for a, y, v, b, f in found.select("agency", "year", "value", "value_before", "before_from").rows()
    }
    assert rows["北京市西城区人民", 2020] == (1576, 973, "words")
    assert rows["北京市西城区人力", 2019] == (24, 35, "words")
    assert rows["宿迁市人民政府", 2024] == (3525, 3511, "report")
    assert rows["洪泽区人民政府", 2023][1:] == (None, None)


def test_measures_change_nothing_on_another_order_of_reports(tmp_path: Path) -> None:
    rates = group([*ALIKE, (90, 200)])
    mixed = rates.sample(fraction=1, shuffle=True, seed=1)
    one, other = (measures.compare(f).sort("agency")["q"].to_numpy() for f in (rates, mixed))
    assert np.allclose(one.astype(float), other.astype(float), rtol=1e-6)
