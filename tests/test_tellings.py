"""Results in sentences and lists: hand-made frames, and the words that they must give."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
import pytest

from gongkai import lists, measures, priority, selection, tellings
from gongkai.errors import GongkaiError
from gongkai.frames import build
from gongkai.measures.rates import STATUSES
from gongkai.pipeline import Reading, read_folder
from gongkai.stats import wilson
from test_bad_input import ROOT
from test_measures import fact, report

RATED = ("甲", 2023, "disclosed", 375.0, 1566.0, "rated")
SHARE = ("agency", "year", "rate", "k", "n", "status")


@pytest.fixture(scope="module")
def bundled() -> Reading:
    return read_folder(ROOT / "data" / "reports", progress=False)


def share_rows(*rows: tuple[Any, ...]) -> pl.DataFrame:
    """A rates frame from agency, year, rate, k, n, status: value and interval follow."""
    frame = pl.DataFrame(rows, schema=list(SHARE), orient="row").with_columns(pl.col("k", "n").cast(pl.Float64))
    low, high = wilson(pl.col("k"), pl.col("n"))
    shown = pl.col("status").is_in(["rated", "few"])
    frame = frame.with_columns(value=pl.when(shown).then(pl.col("k") / pl.col("n")), low=low, high=high)
    about = {"report_id": pl.format("{}-{}", "agency", "year"), "edition": pl.lit("2021"), "crosses": pl.lit("yes")}
    about |= {c: pl.lit(None, dtype=pl.String) for c in ("agency_id", "region")}
    return frame.with_columns(**about, kind=pl.lit("government"), level=pl.lit("county"))


def lines(told: tellings.Told) -> list[str]:
    return list(told.lines)


# rates frame → sentences that must be there (zh), sentences (en).
RATES: list[tuple[list[tuple[Any, ...]], list[str], list[str]]] = [
    (
        [RATED],
        ["公开率：甲 2023 年 23.9% [21.9–26.1%] 375/1,566。"],
        ["Disclosed: 甲 2023 23.9% [21.9–26.1%] 375 of 1,566."],
    ),
    (
        [("甲", 2019, "reconsideration_corrected", 2, 5, "few")],
        [
            "复议纠正率：没有可评的。",
            "分母不足 30、只列出不评的 1 项，如：复议纠正率 甲 2019 年 40.0% [11.8–76.9%] 2/5。",
            "未评：分母不足 30（1）。",
        ],
        ["Reconsideration corrected: none can be rated.", "Not rated: denominator below 30 (1)."],
    ),
    (
        [(str(k), 2023, "disclosed", None, None, s) for k, s in enumerate(STATUSES[2:])],
        [
            "未评：分母为 0（1）、有的格没有数字（1）、该版格式没有或未读到（1）、"
            "印出的数字算不出（分子大于分母或有负数）（1）。"
        ],
        [
            "Not rated: denominator is 0 (1); a cell without a number (1); not in the form, or not read (1); "
            "impossible as printed (numerator above denominator, or negative) (1)."
        ],
    ),
    (
        [("甲乙丙丁"[k], 2023, "disclosed", 10.0 * (k + 1), 100, "rated") for k in range(4)],
        [
            "公开率：可评 4 份，中位数 25.0%；最低 甲 2023 年 10.0% [5.5–17.4%] 10/100，"
            "最高 丁 2023 年 40.0% [30.9–49.8%] 40/100。"
        ],
        [],
    ),
    ([], ["没有年份和机关都已知的报告，没有可算的比率。"], []),
]


@pytest.mark.parametrize(("rows", "zh", "en"), RATES)
def test_shares_are_told_with_their_interval_and_what_was_left_out(
    rows: list[tuple[Any, ...]], zh: list[str], en: list[str]
) -> None:
    found = share_rows(*rows) if rows else share_rows(RATED).clear()
    assert [s for s in zh if s not in lines(tellings.rates(found, "zh"))] == []
    assert [s for s in en if s not in lines(tellings.rates(found, "en"))] == []


def changed(*rows: tuple[Any, ...]) -> pl.DataFrame:
    return measures.yearly_rates(share_rows(*rows))


def test_changes_say_how_many_were_tested_and_what_was_not() -> None:
    pairs = [("甲", 100, 500, 300, 500), ("乙", 100, 500, 102, 500), ("丙", 2, 5, 4, 5)]
    rows = [
        (a, y, "disclosed", k, n, "rated" if n >= 30 else "few")
        for a, *c in pairs
        for y, k, n in zip((2022, 2023), c[::2], c[1::2], strict=True)
    ]
    told = lines(tellings.changes(changed(*rows, ("丁", 2023, "disclosed", 50, 100, "rated")), "zh"))
    assert told[0] == "与上年比较 2 项：按 5% 错误发现率校正后，1 项超出偶然（升 1，降 0），1 项在偶然范围内。"
    assert told[1].startswith("最确定的变化：甲 2023 年公开率 20.0% → 60.0%，+40.0 个百分点（95% 区间 +34.")
    assert told[2] == "未比较：分母不足 30（1）、没有可比的上年数字（4）。"
    assert "不说明原因" in told[3]
    shown = repr(lists.changes(changed(*rows), "en"))
    assert re.search(r"甲.*more, beyond chance.*\n乙.*within chance", shown) and "not judged" in shown


def test_nothing_to_compare_is_said() -> None:
    told = lines(tellings.changes(changed(RATED), "en"))
    assert told == [
        "Nothing can be tested against the year before.",
        "Not compared: no figure of the year before to compare (1).",
    ]


def counted(values: dict[tuple[str, int], float | None]) -> pl.DataFrame:
    rows = [{"agency": a, "year": y, "edition": "2021", "value": v, "crosses": "yes"} for (a, y), v in values.items()]
    return pl.DataFrame(rows, schema_overrides={"value": pl.Float64})


def test_counts_tell_growth_and_missing_figures() -> None:
    found = counted({("甲", 2022): 100, ("甲", 2023): 400, ("乙", 2022): 5, ("乙", 2023): None})
    told = lines(tellings.counts(measures.yearly_counts(found), "zh"))
    assert told[0] == "与上年比较 1 项：按 5% 错误发现率校正后，1 项超出偶然（增 1，减 0），0 项在偶然范围内。"
    assert told[1] == "最确定的变化：甲 2023 年 100 → 400（+300.0%）。"
    assert told[2] == "未比较：本年没有数字（1）、没有可比的上年数字（2）。"


def test_growth_that_the_words_imply_is_told_apart(bundled: Reading) -> None:
    found = measures.growth(bundled.facts, bundled.reports, bundled.claims)
    told = repr(tellings.growth(found, "en"))
    assert "follows from this year's words: 3 (not tested)" in told
    assert "北京市西城区人民政府 2020: 973 → 1,576 (+62.0%)" in told
    assert "973 before by the words, +62.0%" in repr(lists.counts(found, "en"))


def test_trends_need_three_years_and_a_test_six() -> None:
    two = counted({("甲", y): float(y) for y in (2022, 2023)})
    assert lines(tellings.trends(measures.trends(two, ["agency"]), 1, "en")) == [
        "Of 1 agencies none has 3 comparable years in a row: no trend."
    ]
    six = counted({("甲", y): 10.0 * y for y in range(2019, 2025)} | {("乙", y): 1.0 for y in (2022, 2023, 2024)})
    told = lines(tellings.trends(measures.trends(six, ["agency"]), 3, "zh"))
    assert told[0] == "连续可比 3 年以上的机关 2 个，斜率 95% 区间不含 0 的 1 个；不足的 1 个不列。"
    assert told[1].startswith(
        "6 年以上、作 Mann–Kendall 检验的 1 个，按 5% 错误发现率校正后有趋势的 1 个（升 1，降 0）。"
    )


def mixed(*rows: tuple[str, list[float], list[float]]) -> pl.DataFrame:
    facts, reports = [], []
    items = ["granted", "partial", "refused_secret", "unavailable_not_held", "rejected_petition", "other_other"]
    for agency, *years in rows:
        for year, values in zip((2022, 2023), years, strict=True):
            reports.append(report(f"{agency}{year}", agency, year))
            facts += [fact(f"{agency}{year}", i, v) for i, v in zip(items, values, strict=True)]
    return measures.mix_changes(build("facts", facts), build("reports", reports))


def test_a_mix_of_few_cases_is_not_called_far() -> None:
    small, large = [1.0, 0, 0, 0, 0, 0], [0.0, 1, 0, 0, 0, 0]
    found = mixed(("甲", small, large), ("乙", [60, 0, 0, 0, 0, 40], [40, 0, 0, 0, 0, 60]))
    told = lines(tellings.mixes(found, "zh"))
    assert told[0].startswith("办理结果构成可与上年比较的 1 份") and "乙 2023 年" in told[0] and "甲" not in told[0]
    assert told[1].startswith("作 χ² 检验 1 次（期望频数不足 5 而不检验的 0 次），按 5% 错误发现率校正后 1 次超出偶然")
    assert told[2] == "未比较：没有可比的上年，或有一类结果缺失（2）、分母不足 30（1）。"
    assert "甲" not in repr(lists.mixes(found, "zh"))


def groups(*rows: tuple[Any, ...]) -> pl.DataFrame:
    columns = ["agency", "year", "column", "k", "n", "k_before", "n_before"]
    return pl.DataFrame(rows, schema=columns, orient="row").with_columns(pl.col(columns[3:]).cast(pl.Float64))


def test_a_change_is_parted_only_where_both_years_are_rated() -> None:
    by = ["agency", "year"]
    found = groups(
        # 甲: who asked changed alone; 乙: 20 cases; 丙: more granted than processed.
        ("甲", 2023, "natural_person", 20, 40, 40, 80),
        ("甲", 2023, "business", 6, 60, 2, 20),
        ("乙", 2023, "natural_person", 1, 20, 5, 80),
        ("丙", 2023, "natural_person", 90, 50, 10, 50),
    )
    told = lines(tellings.splits(measures.split(selection.rated_groups(found, by), by), "zh"))
    assert told[0] == "公开率变化可分解的 1 项，最大的：甲 2023 年：−16.0 个百分点 = 构成 −16.0 + 尺度 +0.0。"
    assert told[1].startswith("不能分解的 2 项：")


def peers_of(shares: list[float], n: int = 200) -> pl.DataFrame:
    rows = [(f"区{k:02d}", 2023, "disclosed", round(s * n), n, "rated") for k, s in enumerate(shares)]
    return measures.compare(share_rows(*rows, ("小镇", 2023, "disclosed", 3, 7, "few")))


def test_fewer_than_ten_peers_are_not_compared() -> None:
    told = lines(tellings.peers(peers_of([0.5] * 9), "en"))
    assert told[:2] == [
        "government, county, 2023, Disclosed: reports 10, rated 9.",
        "Fewer than 10 rated peers (a denominator of 30 or more is needed): no comparison, no order, no alarm.",
    ]
    assert lines(tellings.standing_out(peers_of([0.5] * 9), "zh"))[0].startswith("没有一组有 10 个可评的同类")
    assert repr(lists.peers(peers_of([0.5] * 9), "zh")) == "没有可列的。"


def test_one_of_many_peers_stands_out_and_the_tests_are_counted() -> None:
    found = peers_of([0.45, 0.48, 0.5, 0.52, 0.55] * 5 + [0.05])
    told = lines(tellings.peers(found, "zh"))
    assert told[0] == "2023 年县级政府，公开率：报告 27 份，可评 26 份。"
    assert told[2].startswith("比较 26 次：95% 线外 1（偶然约 1.3），其中 99.8% 线外 1（偶然约 0.1）。")
    assert told[3].startswith("按 5% 错误发现率校正后突出的 1 项，如：区25 2023 年公开率 5.0% [2.7–9.0%] 10/200")
    assert told[4] == "未评：分母不足 30（1）。" and "突出不证明有错" in told[5]
    order = repr(lists.peers(found, "zh"))
    assert "小镇" not in order and order.index("区04") < order.index("区25") and "26/26" in order


def test_an_unknown_kind_is_not_compared_and_said() -> None:
    unknown = measures.compare(share_rows(RATED).with_columns(kind=pl.lit(None, dtype=pl.String)))
    assert "agencies.csv" in repr(tellings.peers(selection.peers(unknown), "en"))
    assert "级别或类别不明（1）" in repr(tellings.standing_out(unknown, "zh"))


def test_the_known_published_figures_can_be_read(bundled: Reading) -> None:
    shares = measures.rates(bundled.facts, bundled.reports, ["disclosed", "not_held", "reconsideration_corrected"])
    told, listed = repr(tellings.rates(shares, "zh")), repr(lists.rates(shares, "zh"))
    assert "北京市西城区人民政府 2020 年 23.9% [21.9–26.1%] 375/1,566" in told
    assert "北京市西城区人民政府 2020 年 61.4% [59.0–63.8%] 962/1,566" in told
    assert "复议纠正率  40.0% [11.8–76.9%] 2/5，分母不足 30，不评" in listed


def test_files_coverage_tables_and_cells(bundled: Reading) -> None:
    assert lines(tellings.files(bundled, "zh"))[0] == "给出文件 9 个 = 读到 9 + 搁置 0 + 重复 0。"
    matrix = selection.coverage(bundled)
    assert lines(tellings.coverage(matrix, "en"))[0] == "7 agencies in 6 years make 42 cells: reported 8; unknown 34."
    assert lines(tellings.tables(bundled.tables, "zh"))[0] == "表 24 张：确定 20、存疑 1、未读到 3。"
    assert lines(tellings.cells(bundled.facts, "zh")) == [
        "表格共 1,584 格，有数字的 1,384 格。",
        "其余 200 格没有数字（未印 200），一律不作 0；用到它们的指标和比率记为缺失。",
    ]
    assert "已有  不明" in repr(lists.coverage(matrix, "zh"))
    assert len(re.findall("未读到", repr(lists.doubtful(bundled.tables, "zh")))) == 3


def test_a_missing_report_is_named() -> None:
    rows = [("a", "甲", 2022, None, "missing"), ("a", "甲", 2021, "x", "reported"), ("b", "乙", 2022, None, "not due")]
    matrix = pl.DataFrame(rows, schema=["agency_id", "agency", "year", "report_id", "status"], orient="row")
    assert lines(tellings.coverage(matrix, "zh"))[1].startswith("缺的报告 1 份，如：甲 2022 年。")


def test_checks_count_what_was_never_judged() -> None:
    rows = [("T3-01", "pass", False, 10), ("T3-01", "not_assessable", False, 2), ("A-01", "not_assessable", False, 5)]
    counts = pl.DataFrame(
        [*rows, ("T3-01", "fail", True, 1)], schema=["rule", "verdict", "folded", "len"], orient="row"
    )
    told = lines(tellings.checks(counts, "en"))
    assert told[0] == "Checks made: 18; passed 10, failed 1, explained 0; 1 of them stand under another finding."
    assert told[1] == "Not assessable: 7, of 2 rules; 1 of these could not be judged for any report."


def test_the_counts_of_verdicts_are_those_of_the_verdicts(bundled: Reading) -> None:
    counts = selection.verdict_counts(bundled, ROOT / "nowhere", bundled.reports)
    on = bundled.verdicts.join(bundled.reports, on="report_id", how="semi")
    assert counts["len"].sum() == on.height == selection.verdicts(bundled, ROOT / "nowhere", bundled.reports).height
    some = selection.of_rules(counts, ["T3-", "N-01"])
    everything = selection.verdict_counts(bundled, ROOT / "nowhere")
    assert everything["len"].sum() == bundled.verdicts.height > on.height  # with the reports that are missing
    assert {r[:3] for r in some["rule"]} == {"T3-", "N-0"} and {r for r in some["rule"] if r[0] == "N"} == {"N-01"}


def test_findings_priorities_and_claims(bundled: Reading) -> None:
    told = repr(tellings.findings(bundled.findings, bundled.reports, "zh"))
    assert "涉及 8 份报告中的" in told and "另一种读法解释" in told and "不是结论" in told
    assert "8 份报告没有这样的发现。" in repr(tellings.findings(bundled.findings.clear(), bundled.reports, "zh"))
    compared = measures.compare(measures.rates(bundled.facts, bundled.reports))
    ranked = priority.priorities(bundled, compared)
    assert "5 分起为高，2 分起为中" in repr(tellings.priorities(ranked, "zh"))
    assert repr(lists.priorities(ranked, "zh")).splitlines()[1].startswith("高")
    assert "说的是表里的一格" in repr(tellings.claims(bundled.claims, bundled.reports, "zh"))
    assert "T3-03" in repr(lists.findings(bundled.findings, "en"))


# claim, this year's and last year's figure → computed, agrees.
STATED: list[tuple[dict[str, Any], float | None, float | None, float | None, bool | None]] = [
    ({"low": 50.0, "unit": "%", "decimals": 0}, 150, 100, 50.0, True),
    ({"low": 1.05, "unit": "%", "decimals": 2}, 3525, 3511, 0.3987, False),
    ({"low": -33.3, "unit": "%", "decimals": 1}, 2, 3, -33.3333, True),
    ({"low": 14.0, "unit": "件", "decimals": 0}, 3525, 3511, 14.0, True),
    ({"low": 1.0, "unit": "倍", "decimals": 0}, 200, 100, 1.0, True),
    ({"low": 50.0, "unit": "%", "decimals": 0}, 150, None, None, None),
    ({"low": 50.0, "unit": "%", "decimals": 0}, 150, 0, None, None),
    ({"low": 50.0, "unit": "%", "decimals": 0}, None, 100, None, None),
    ({"low": 40.0, "high": 60.0, "unit": "%", "decimals": 0}, 150, 100, 50.0, True),
]


@pytest.mark.parametrize(("claim", "now", "before", "computed", "agrees"), STATED)
def test_the_growth_stated_beside_the_one_computed(
    claim: dict[str, Any], now: float | None, before: float | None, computed: float | None, agrees: bool | None
) -> None:
    facts = [fact("b", "new", now, "blank"), fact("a", "new", before, "blank")]
    cell = {"report_id": "b", "kind": "change", "table": "applications", "item": "new", "column": "total", "n": 1}
    claims = build("claims", [cell | {"high": claim["low"], "printed": "x"} | claim])
    reports = build("reports", [report("a", "甲", 2022), report("b", "甲", 2023)])
    found = measures.stated_growth(build("facts", facts), reports, claims)
    row = found.to_dicts()[0]
    assert (row["agrees"], row["computed"] and round(row["computed"], 4)) == (agrees, computed)
    assert f"{'不符 1' if agrees is False else '不符 0'}。" in repr(tellings.stated(found, "zh"))
    assert repr(lists.stated(found, "en")).splitlines()[1].endswith({True: "yes", False: "no"}.get(agrees, "checked"))  # type: ignore[arg-type]


def test_what_is_printed_is_escaped() -> None:
    told = tellings.rates(share_rows(("<b>&甲", *RATED[1:])), "zh")
    assert "&lt;b&gt;&amp;甲" in told._repr_html_() and "<b>" not in told._repr_html_()
    assert "&lt;b&gt;&amp;甲" in lists.rates(share_rows(("<b>&甲", *RATED[1:])), "zh").html


def test_long_lists_are_cut_and_say_so() -> None:
    rows = [(f"区{k:02d}", 2023, "disclosed", 30, 40 + k, "rated") for k in range(50)]
    shown = repr(lists.rates(share_rows(*rows), "zh", 3)).splitlines()
    assert shown[-1] == "共 50 行，列出件数最多的 3 行。"
    assert [line[:3] for line in shown[1:-1]] == ["区49", "区48", "区47"]


def test_choosing_agencies_and_years(bundled: Reading) -> None:
    suqian = selection.chosen(bundled, ["宿迁市人民政府"])
    assert sorted(suqian.reports["year"]) == [2023, 2024]
    assert set(suqian.facts["report_id"]) == set(suqian.reports["report_id"]) >= set(suqian.findings["report_id"])
    assert selection.chosen(bundled) is bundled
    assert set(selection.chosen(bundled, first=2020, last=2023).reports["year"]) == {2020, 2023}
    with pytest.raises(GongkaiError, match="Years there are: 2019, 2020, 2023, 2024"):
        selection.chosen(bundled, first=2030)
    with pytest.raises(GongkaiError, match=r"unknown agency '某市'\. Choices: "):
        selection.chosen(bundled, ["某市"])
    with pytest.raises(GongkaiError, match=r"unknown agency '某市'\. Choices: "):
        selection.coverage(bundled, ["某市"])
    assert selection.one_agency(bundled).reports["agency"].unique().to_list() == ["宿迁市人民政府"]


def test_the_largest_and_the_gravest_come_first(bundled: Reading) -> None:
    found = counted({("甲", 2022): 1, ("乙", 2022): 9, ("丙", 2022): None, ("乙", 2023): 2})
    assert selection.largest(found, most=1)["agency"].to_list() == ["乙", "乙"]
    assert set(selection.largest(found, most=2)["agency"]) == {"甲", "乙"}
    assert selection.gravest(bundled.findings, 7)["severity"].unique().to_list() == ["error"]


def test_the_largest_group_of_peers_is_taken_where_none_is_named() -> None:
    rows = [(f"区{k:02d}", 2022 + (k > 11), "disclosed", 20 + k, 60, "rated") for k in range(30)]
    compared = measures.compare(share_rows(*rows))
    assert selection.peers(compared)["year"].unique().to_list() == [2023]
    assert selection.peers(compared, 2022).height == 12
    assert selection.peers(compared, agencies=["区03"])["year"].unique().to_list() == [2022]
    with pytest.raises(GongkaiError, match=r"unknown level 'city'\. Choices: county"):
        selection.peers(compared, level="city")
