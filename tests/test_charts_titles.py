"""What the titles of charts say, against figures computed by hand."""

from __future__ import annotations

import pytest

from gongkai.charts import titles
from gongkai.charts.funnels import placed
from gongkai.charts.rate_years import percent_ticks
from gongkai.charts.shared import spread
from gongkai.drawing import clipped, interval, text_width, wrap
from gongkai.words import percent


def row(k: float | None, n: float | None, low: float = 0.0, high: float = 1.0, **more: object) -> titles.Row:
    value = k / n if k is not None and n else None
    status = "missing" if n is None else "none" if n == 0 else "few" if n < 30 else "rated"
    about = {"rate": "disclosed", "year": 2024, "k": k, "n": n, "value": value, "low": low, "high": high}
    return about | {"status": status} | more


@pytest.mark.parametrize(
    ("share", "zh", "en"),
    [
        # 375/1566 = 0.239464; Wilson 21.9–26.1
        (row(375, 1566, 0.21898, 0.26122), "23.9%（21.9–26.1）", "23.9% (21.9–26.1)"),
        (row(3, 12, 0.09, 0.53), "3/12（不足 30 件，不评）", "3 of 12 (below 30, not rated)"),
        (row(None, None), "缺数字", "a figure is missing"),
        (row(0, 0), "分母为 0", "denominator 0"),
    ],
)
def test_a_share_is_said_with_its_interval_or_why_there_is_none(share: titles.Row, zh: str, en: str) -> None:
    assert (titles.share(share, "zh"), titles.share(share, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("now", "before", "ends", "zh"),
    [
        ((540, 1000), (436, 1000), (0.081, 0.128), "，比上年高 10.4 个百分点（8.1–12.8）"),
        ((436, 1000), (540, 1000), (-0.128, -0.081), "，比上年低 10.4 个百分点（8.1–12.8）"),
        ((50, 100), (48, 100), (-0.116, 0.154), "，与上年的差别在偶然范围内（−11.6 至 +15.4 个百分点）"),
        ((20, 29), (48, 100), (0.01, 0.4), ""),
    ],
)
def test_a_change_is_judged_by_its_interval(now: tuple, before: tuple, ends: tuple, zh: str) -> None:
    change = now[0] / now[1] - before[0] / before[1]
    more = {"n_before": before[1], "change": change, "change_low": ends[0], "change_high": ends[1]}
    assert titles.change(row(*now, **more), "zh") == zh


def test_a_year_without_a_year_before_says_nothing_of_change() -> None:
    more = {"n_before": None, "change": None, "change_low": None, "change_high": None}
    assert titles.change(row(50, 100, **more), "zh") == ""


SIDES = {"year": 2020, "agencies": 1, "before": 1621.0, "done": 1566.0, "over": 55.0, "gap": 0.0}
SIDES |= {"apart": 0, "missing": [], "unlike": 0.0}


@pytest.mark.parametrize(
    ("more", "zh"),
    [
        ({}, "2020 年应办 1,621 件，办结 1,566 件，结转下年 55 件"),
        (
            {"over": 2782.0, "gap": 2727.0, "apart": 1},
            "2020 年应办 1,621 件，办结 1,566 件，结转下年 2,782 件；两边对不上，相差 2,727 件",
        ),
        (
            {"over": None, "gap": 0.0, "missing": ["结转下年度"]},
            "2020 年应办 1,621 件，办结 1,566 件，结转下年 无数字 件；缺结转下年度，两边无法核对",
        ),
        ({"unlike": 3.0}, "2020 年应办 1,621 件，办结 1,566 件，结转下年 55 件；六类结果之和与印出的总计相差 3 件"),
        (
            {"agencies": 4, "gap": 9.0, "apart": 2},
            "4 个机关合计：2020 年应办 1,621 件，办结 1,566 件，结转下年 55 件；其中 2 个机关两边对不上，合计差 9 件",
        ),
    ],
)
def test_the_title_of_a_flow_says_what_does_not_add_up(more: titles.Row, zh: str) -> None:
    assert titles.flow_title(SIDES | more, "zh") == zh
    assert "2020" in titles.flow_title(SIDES | more, "en")


def test_several_agencies_are_counted_by_what_their_adjusted_p_says() -> None:
    changes = [(0.2, 0.001), (-0.1, 0.04), (0.1, 0.2), (0.05, None)]
    rows = [row(50, 100, change=c, q=q) for c, q in changes]
    said = titles.rate_title("disclosed", rows, 4, "zh")
    assert said == "公开率：可比的 3 个机关中，2024 年比上年高的 1 个，低的 1 个，其余 1 个的变化在偶然范围内"
    alone = [row(50, 100, change=None, q=None)]
    assert (
        titles.rate_title("disclosed", alone, 5, "en") == "Disclosed: the change of none of the 5 agencies can be rated"
    )


def test_counts_are_set_beside_the_year_before() -> None:
    known = {"year": 2024, "value": 150.0, "value_before": 100.0, "ratio": 1.5, "ratio_low": 1.16, "ratio_high": 1.94}
    assert titles.count_title("Received", [known], 1, "en") == (
        "2024: Received 150, 100 the year before: +50.0% (+16.0% – +94.0%)"
    )
    near = known | {"ratio": 1.1, "ratio_low": 0.8, "ratio_high": 1.4}
    assert "偶然范围内" in titles.count_title("新收", [near], 1, "zh")
    assert titles.count_title("新收", [known, near], 3, "zh") == "2024 年新收：3 个机关中 2 个有数字，合计 300"


def test_grounds_below_thirty_are_counted_and_not_rated() -> None:
    assert titles.grounds_title(2023, 12, [("事实性理由", row(9, 12)), ("法定理由", row(3, 12))], "zh") == (
        "2023 年没有公开的共 12 件（不足 30 件，不评）：事实性理由 9、法定理由 3"
    )


def test_disputes_with_a_missing_cell_have_no_sum() -> None:
    cells = [
        {"year": 2024, "item": item, "column": column, "value": value}
        for item, column, value in [
            *(("reconsideration", "total", 3.0), ("reconsideration", "corrected", 1.0)),
            *(("litigation_direct", "total", 2.0), ("litigation_after_reconsideration", "total", None)),
            *(("litigation_direct", "corrected", 0.0), ("litigation_after_reconsideration", "corrected", 0.0)),
        ]
    ]
    assert (
        titles.disputes_title(cells, "zh") == "2024 年行政复议 3 件，其中纠正 1 件；行政诉讼 无数字 件，其中纠正 0 件"
    )


def test_percentages_have_one_decimal_and_figures_their_sign() -> None:
    assert (percent(0.2394636), percent(1), interval(0.219, 0.2612)) == ("23.9%", "100.0%", "21.9–26.1")
    assert (titles.points(0.104), titles.points(-0.03)) == ("+10.4", "−3.0")


def test_long_lines_are_broken_by_their_width() -> None:
    assert wrap("数" * 30, 10, 100) == ["数" * 10] * 3
    assert wrap("one two three", 10, 45) == ["one two", "three"]
    assert wrap("数" * 9 + "（6.4–9.5）", 10, 100) == ["数" * 9, "（6.4–9.5）"]
    assert wrap("", 10) == []
    assert clipped("数" * 30, 10, 100) == ["数" * 10, "数" * 9 + "…"]
    assert text_width("数ab", 10) == pytest.approx(21.2)


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [
        (1.0, [0, 0.5, 1]),
        (0.58, [0, 0.2, 0.4, 0.6]),
        (0.03, [0, 0.01, 0.02, 0.03, 0.04]),
        (0.07, [0, 0.02, 0.04, 0.06, 0.08]),
    ],
)
def test_axes_of_shares_have_round_ticks_and_end_at_all(highest: float, ticks: list[float]) -> None:
    assert percent_ticks(highest) == ticks


def test_labels_are_moved_apart_and_stay_inside() -> None:
    assert spread([0, 3, 50], 10, 100) == [0, 10, 50]
    assert spread([90, 95, 100], 10, 100) == [80, 90, 100]
    assert spread([], 10, 100) == []


def test_names_in_a_funnel_overlap_neither_each_other_nor_the_edge() -> None:
    points = [(500.0, 20.0), (500.0, 22.0), (498.0, 21.0), (5.0, 285.0)]
    boxes = placed(points, [120.0, 150.0, 90.0, 60.0], [(520.0, 20.0)], (0, 0, 520, 290))
    for k, (left, top, right, bottom) in enumerate(boxes):
        assert left >= 0 and right <= 520 and top >= 0 and bottom <= 290
        assert all(right <= b[0] or b[2] <= left or bottom <= b[1] or b[3] <= top for b in boxes[:k])
