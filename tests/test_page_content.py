"""What pages say, in both languages: the first screen, shares, regions and the index; and that nothing in them acts."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import gongkai
from gongkai import (
    charts,
    interactive,
    measures,
    pages,
    saved,
    selection,
    show,
    show_agency,
    show_claims,
    show_decisions,
    show_index,
    show_rates,
    show_region,
)
from gongkai.drawing import Said
from gongkai.form import declared_rows
from gongkai.page_names import parent_name, region_name, safe_name
from gongkai.questions import grouped, questions, sentence
from test_publish import HOSTILE, REPORTS, XICHENG, hostile, is_inert

RSJ, SUQIAN, HONGZE = "北京市西城区人力资源和社会保障局", "宿迁市人民政府", "洪泽区人民政府"
CJK = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")


@pytest.fixture(scope="module")
def reading() -> gongkai.Reading:
    return gongkai.read_folder(REPORTS, progress=False)


@pytest.fixture(scope="module")
def measured(reading: gongkai.Reading) -> saved.Measured:
    return saved.measure(reading)


def plain(piece: show.Html) -> str:
    """The words of a piece of page, with single spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", piece.html)).split())


def glance(reading: gongkai.Reading, measured: saved.Measured, agency: str, lang: str = "zh") -> str:
    one = selection.pick(reading, agency)
    return plain(show_agency.glance(one, measured.of(one.reports), lang))


# What is true of the bundled reports, worked out by hand from their tables.
KNOWN = [
    (XICHENG, "公开率 23.9% ※4 ※5 [21.9–26.1%] 375/1,566"),
    (XICHENG, "本年新收申请 1,576"),
    (XICHENG, "结转下年度 2,782"),
    (XICHENG, "结转率 印出的数字算不出：分子大于分母或有负数"),
    (XICHENG, "“结转下年度·总计”印作 2782，按各式相互核对应为 55"),
    (RSJ, "复议纠正率 40.0% [11.8–76.9%] 2/5"),
    (RSJ, "复议纠正率：不排位次，因为分母 5 不足 30"),
    (SUQIAN, "公开率 54.0% 上年 43.6%，+10.4 个百分点 增多，超出偶然"),
    (SUQIAN, "本年新收申请 3,525 上年 3,511，+0.4% 在偶然范围内"),
    (SUQIAN, "结转率 3.4% 上年 3.4%，+0.1 个百分点 在偶然范围内"),
    (HONGZE, "“行政复议·总计”印作 0，按各式相互核对应为 11"),
    ("北京市人力资源和社会保障局", "本年新收申请 缺（1 格中缺 1 格）"),
]


@pytest.mark.parametrize(("agency", "words"), KNOWN, ids=[w[:12] for _, w in KNOWN])
def test_the_first_screen_says_what_is_true(
    reading: gongkai.Reading, measured: saved.Measured, agency: str, words: str
) -> None:
    assert words in glance(reading, measured, agency)


def test_shares_stand_with_interval_and_cases(reading: gongkai.Reading, measured: saved.Measured) -> None:
    one = selection.pick(reading, XICHENG)
    text = plain(show_rates.rates(one, measured.of(one.reports).compared))
    assert "不掌握占比 本机关不掌握相关政府信息 ÷ 办理结果总计 61.4%" in text and "[59.0–63.8%] 962/1,566" in text


def test_two_of_five_is_no_alarm(reading: gongkai.Reading, measured: saved.Measured) -> None:
    text = glance(reading, measured, RSJ)
    assert "纠正" not in text.split("哪里对不上")[1]


ROW: dict[str, Any] = {"year": 2020, "value": 0.2, "value_before": 0.1, "n": 100, "n_before": 100, "change": 0.1}
CHANGES = [
    ({"change_low": 0.001, "change_high": 0.2}, "more"),
    ({"change_low": -0.001, "change_high": 0.2}, "chance"),
    ({"change_low": 0.0, "change_high": 0.2}, "chance"),
    ({"change_low": -0.3, "change_high": -0.1}, "less"),
    ({"change_low": 0.1, "change_high": 0.2, "n_before": 29}, "few"),
]


@pytest.mark.parametrize(("ends", "judged"), CHANGES)
def test_a_change_whose_interval_covers_none_is_within_chance(ends: dict[str, Any], judged: str) -> None:
    told = show_rates.rate_change(ROW | ends, {2019, 2020}, "zh")
    assert told["judged"] == judged and told["text"] == "上年 10.0%，+10.0 个百分点"


COUNTS = [  # value, before, ratio, low, high, p, the years reported; judged and told
    ((12, 10, 1.2, 0.5, 3.0, 0.8, {2019, 2020}), ("chance", "上年 10，+20.0%")),
    ((40, 10, 4.0, 2.0, 9.0, 0.0, {2019, 2020}), ("more", "上年 10，+300.0%")),
    ((1, 30, 1 / 30, 0.0, 0.2, 0.0, {2019, 2020}), ("less", "上年 30，−96.7%")),
    ((3, 3, 1.0, 0.1, 9.0, 1.0, {2019, 2020}), ("chance", "上年 3，无变化")),
    ((9, 0, None, 2.0, float("inf"), 0.004, {2019, 2020}), ("more", "上年 0，+9")),
    ((9, None, None, None, None, None, {2019, 2020}), ("", "上年的数字缺失，不能比较")),
    ((9, None, None, None, None, None, {2018, 2020}), ("", "没有可比的上年报告")),
    ((None, 9, None, None, None, None, {2019, 2020}), ("", "没有数字，不能比较")),
]


@pytest.mark.parametrize(("given", "expected"), COUNTS)
def test_a_count_against_last_year(given: tuple[Any, ...], expected: tuple[str, str]) -> None:
    names = ("value", "value_before", "ratio", "ratio_low", "ratio_high", "p")
    told = show_rates.count_change({"year": 2020} | dict(zip(names, given, strict=False)), given[-1], "zh")
    assert (told["judged"], told["text"]) == expected


SENTENCES = [
    ("甲列相差 2。可能只错一格。", "甲列相差 2。"),
    ("正文说+1.05%（“全年3646件。”），应为 3608。请核对。", "正文说+1.05%（“全年3646件。”），应为 3608。"),
    ("It says 1.05 %, which makes 3608. A question.", "It says 1.05 %, which makes 3608."),
    ("It says “one. two.” and stops. More.", "It says “one. two.” and stops."),
    ("没有句号", "没有句号"),
    ("未闭合的“引号。后面", "未闭合的“引号。"),
]


@pytest.mark.parametrize(("message", "first"), SENTENCES)
def test_the_first_sentence_of_a_message(message: str, first: str) -> None:
    assert sentence(message) == first


SHARE: dict[str, Any] = {"rate": "disclosed", "value": 0.5, "low": 0.4, "high": 0.6, "k": 50.0, "n": 100.0}
SHARE |= {"status": "rated", "kind": "department", "level": "county", "peers": 20, "expected": 0.4, "place": 3}
SHARE |= {"beyond": ""}
ALONE = [
    ({"kind": None}, "不知道本机关的级别或类别"),
    ({"n": 29.0, "status": "few"}, "分母 29 不足 30"),
    ({"peers": 9}, "只有 9 个，不足 10 个"),
    ({"value": None, "status": "missing"}, "有的格没有数字"),
    ({"expected": None}, "同类之间没有差异"),
]


@pytest.mark.parametrize(("given", "reason"), ALONE)
def test_a_share_without_a_place_says_why(given: dict[str, Any], reason: str) -> None:
    placed, alone = show_agency.among_peers({"disclosed": SHARE | {"place": None} | given}, "zh")
    assert not placed and reason in alone[0]["reason"] and alone[0]["names"] == "公开率"


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({}, "在 95% 范围内"),
        ({"beyond": "95"}, "在 95% 线外，偏高"),
        ({"beyond": "99.8", "value": 0.1}, "在 99.8% 线外，偏低"),
    ],
)
def test_a_place_among_peers(given: dict[str, Any], where: str) -> None:
    placed, alone = show_agency.among_peers({"disclosed": SHARE | given}, "zh")
    assert not alone and placed[0]["where"] == where and placed[0]["place"] == "第 3（由高到低，共 20 个）"


def test_a_small_line_breaks_where_a_year_has_no_figure() -> None:
    assert show_agency.spark([(2019, 0.0), (2020, 10.0), (2021, None), (2022, 5.0)]) == [
        [(3.0, 19.0), (33.0, 3.0)],
        [(93.0, 11.0)],
    ]


def test_a_cell_of_another_report_is_marked_there_and_not_here(reading: gongkai.Reading) -> None:
    marks = show.marks_of(selection.pick(reading, SUQIAN).findings)
    number = marks[f"{SUQIAN}-2023", "applications.new.total"]
    told = show.ordered(selection.pick(reading, SUQIAN).findings)
    rows = [told.row(n - 1, named=True) for n in number]
    later = [r for r in rows if r["rule"] == "N-10"]
    assert later and later[0]["report_id"] == f"{SUQIAN}-2024"
    n = number[rows.index(later[0])]
    here = {c["cell"] for c in later[0]["cells"] if not c["where"].startswith(f"{SUQIAN}-2023: ")}
    assert {cell for (report, cell), ns in marks.items() if report == f"{SUQIAN}-2024" and n in ns} == here


def test_a_finding_that_is_decided_is_not_asked_again(reading: gongkai.Reading, measured: saved.Measured) -> None:
    one = selection.pick(reading, HONGZE)
    done = one.findings.with_columns(decision=pl.lit("false alarm"), decision_state=pl.lit("current"))
    again = done.with_columns(decision_state=pl.lit("reopened"))
    none = measured.compared.clear(), measured.changed.clear()
    asked = [questions(grouped(f, one.reports), *none, 2023, "zh") for f in (one.findings, done, again)]
    assert [len(a) for a in asked] == [2, 0, 2]


def test_saved_measures_read_back_as_they_were_computed(
    reading: gongkai.Reading, measured: saved.Measured, tmp_path: Path
) -> None:
    gongkai.store.save(reading.frames | {"findings": reading.findings, "reviews": reading.reviews}, tmp_path)
    reading.verdicts.write_parquet(tmp_path / selection.VERDICTS)
    saved.save(measured, tmp_path)
    one, mine, verdicts = saved.of_agency(tmp_path, SUQIAN)
    expected = selection.pick(reading, SUQIAN)
    assert one.facts.equals(expected.facts) and one.findings.equals(expected.findings)
    assert verdicts.height == selection.verdicts(reading, tmp_path, expected.reports).height
    assert mine.compared.equals(measured.of(expected.reports).compared) and mine.compared.height == 2 * 16
    some, theirs = saved.of_bodies(tmp_path, parent="xicheng")
    assert set(some.reports["agency"]) == {XICHENG, RSJ} and set(some.agencies["agency"]) == {XICHENG, RSJ}
    assert set(theirs.priority["agency"]) == {XICHENG, RSJ}


@pytest.mark.parametrize(
    ("choice", "message"),
    [({"region": "没有"}, "unknown region.*北京市西城区"), ({"parent": "x"}, "unknown parent.*xicheng")],
)
def test_an_unknown_region_or_parent_lists_the_choices(
    reading: gongkai.Reading, tmp_path: Path, choice: dict[str, str], message: str
) -> None:
    with pytest.raises(gongkai.GongkaiError, match=message):
        saved.of_bodies(REPORTS, **choice)


@pytest.fixture(scope="module")
def region(reading: gongkai.Reading, measured: saved.Measured) -> tuple[gongkai.Reading, saved.Measured]:
    """The bodies of the district of Xicheng: two, each with one report of another year."""
    reports = reading.reports.filter(pl.col("region") == "北京市西城区")
    bodies = reading.agencies.filter(pl.col("region") == "北京市西城区")
    return replace(reading.kept(reports, None, None), agencies=bodies), measured.of(reports)


def test_a_region_tells_who_did_not_report(region: tuple[gongkai.Reading, saved.Measured]) -> None:
    text = plain(show_region.coverage(region[0]))
    assert f"2019 1 / 2 {XICHENG}" in text and f"2020 1 / 2 {RSJ}" in text


def test_a_body_is_not_missing_in_years_in_which_it_did_not_exist(
    region: tuple[gongkai.Reading, saved.Measured],
) -> None:
    gone = region[0].agencies.with_columns(last_year=pl.lit(2019, dtype=pl.Int64))
    assert "2020 1 / 1 都有" in plain(show_region.coverage(replace(region[0], agencies=gone)))


def test_sums_count_what_is_missing_and_leave_consolidated_reports_apart(
    region: tuple[gongkai.Reading, saved.Measured],
) -> None:
    some, measured = region
    gap = measured.figures.with_columns(
        year=pl.lit(2020, dtype=pl.Int64), value=pl.when(pl.col("agency") == XICHENG).then("value")
    )
    text = plain(show_region.sums(some, replace(measured, figures=gap)))
    assert "2020（2 个机关）" in text and "本年新收申请（件） 无数字 1,576 缺 1 个" in text
    above = some.agencies.with_columns(consolidates=pl.col("agency") == XICHENG)
    text = plain(show_region.sums(replace(some, agencies=above), measured))
    assert "2020（0 个机关）" in text and f"汇总报告： {XICHENG}" in text
    assert "本年新收申请（件） 24 无数字" in text.split("汇总报告：")[0]
    assert "本年新收申请（件） 无数字 1,576" in text.split("汇总报告：")[1]


def test_shares_taken_together_leave_out_what_cannot_be_computed() -> None:
    rows = [
        ("a", 10.0, 40.0, "rated"),
        ("b", 5.0, 10.0, "few"),
        ("c", None, None, "missing"),
        ("d", 9.0, 2.0, "impossible"),
    ]
    frame = pl.DataFrame(rows, schema=["agency", "k", "n", "status"], orient="row")
    found = show_region.pooled(frame.with_columns(rate=pl.lit("disclosed"), year=2020), ["x"]).to_dicts()
    assert [(r["k"], r["n"], r["value"], r["bodies"], r["left_out"]) for r in found] == [(15, 50, 0.3, 2, 2)]
    assert round(found[0]["low"], 4) == 0.1910 and round(found[0]["high"], 4) == 0.4375
    only = show_region.pooled(frame.with_columns(rate=pl.lit("disclosed"), year=2020), ["a", "b"]).to_dicts()
    assert only[0]["value"] is None and only[0]["left_out"] == 2


def test_agencies_of_a_region_stand_in_the_order_of_review(region: tuple[gongkai.Reading, saved.Measured]) -> None:
    text = show_region.order(*region).html
    assert text.index(f">{XICHENG}<") < text.index(f">{RSJ}<") and "T3-03" in text


def test_findings_by_rule_count_agencies_and_keep_what_is_explained_apart(
    region: tuple[gongkai.Reading, saved.Measured],
) -> None:
    text = plain(show_region.by_rule(region[0]))
    assert "T3-03 新收加上年结转等于办理总计加结转下年度 错误 4 1 0" in text and "N-05" in text


def test_the_index_has_what_is_filtered_and_sorted_by(reading: gongkai.Reading, measured: saved.Measured) -> None:
    rows = {r["agency"]: r for r in show_index.rows(reading, measured, {f"{XICHENG}.html"})}
    one = rows[XICHENG]
    assert (one["error"], one["undecided"], one["priority"], one["region"]) == (4, 5, "high", "北京市西城区")
    assert one["page"] and not rows[RSJ]["page"]
    assert round(one["latest"]["share"], 4) == 0.2395 and one["latest"]["value"] == 1576
    assert (rows[SUQIAN]["explained"], rows[SUQIAN]["span"], rows[SUQIAN]["years"]) == (8, "2023–2024", [2023, 2024])


def test_a_decided_finding_is_no_longer_undecided(reading: gongkai.Reading, measured: saved.Measured) -> None:
    done = reading.findings.with_columns(decision=pl.lit("confirmed"), decision_state=pl.lit("current"))
    rows = {r["agency"]: r for r in show_index.rows(replace(reading, stored_findings=done), measured, set())}
    assert rows[XICHENG]["undecided"] == 0 and rows[XICHENG]["error"] == 4


@pytest.mark.parametrize(
    ("years", "shown"),
    [([], ""), ([2020], "2020"), ([2019, 2020, 2021, 2023], "2019–2021, 2023"), ([2019, 2021], "2019, 2021")],
)
def test_years_are_drawn_together(years: list[int], shown: str) -> None:
    assert show_index.span(years) == shown


def test_names_of_regions_parents_and_agencies_never_meet() -> None:
    odd = ["甲", "region-甲", "parent-甲", "REGION-甲", "甲 ", "con", "index"]
    names = [n.casefold() for a in odd for n in (safe_name(a), region_name(a), parent_name(a))]
    assert len(set(names)) == len(names)
    assert (
        region_name("甲") == "region-甲"
        and safe_name("甲") == "甲"
        and not safe_name("region-甲").startswith("region-")
    )


def test_every_region_and_every_body_above_others_has_a_page(reading: gongkai.Reading) -> None:
    found = {(p.kind, p.name) for p in pages.planned(reading)}
    assert ("region", "region-北京市西城区") in found and ("parent", "parent-xicheng") in found
    assert sum(kind == "agency" for kind, _ in found) == 7 and sum(kind == "parent" for kind, _ in found) == 1


# Whole pages, without running their notebooks.


def agency_body(reading: gongkai.Reading, measured: saved.Measured, agency: str, lang: str) -> str:
    """The outputs of the agency's notebook."""
    one = selection.pick(reading, agency)
    mine = measured.of(one.reports)
    pieces = [
        *(show_agency.about(one, lang), show_agency.glance(one, mine, lang), show.masthead(one, lang)),
        *(show.heading("key_figures", lang), show.key_figures(one, lang)),
        *(show.heading("rates", lang), show_rates.rates(one, mine.compared, lang)),
        *(show.heading("findings", lang), show.findings(one.findings, one.reports, lang, one.findings)),
        *(show.checks(one.findings, lang), show_decisions.decisions(one, lang)),
        *(show.heading("claims", lang), show_claims.claims(one, lang), show.heading("charts", lang)),
        *(show.heading("unread", lang), show.notes(one.notes, lang)),
        *(show.heading("tables", lang), show.form_tables(one, lang)),
        *(show.heading("sources", lang), show.sources(one.reports, lang)),
    ]
    chart = interactive.render(charts.outcome_shares(one.facts, one.reports, lang))
    drawn = chart._repr_html_() if isinstance(chart, Said) else chart._repr_mimebundle_()["text/html"]
    return "\n".join([*(piece.html for piece in pieces), drawn])


def region_body(some: gongkai.Reading, measured: saved.Measured, lang: str) -> str:
    """The outputs of the region's notebook."""
    pieces = [
        *(show.heading("coverage", lang), show_region.coverage(some, lang)),
        *(show.heading("order", lang), show_region.order(some, measured, lang)),
        *(show.heading("sums", lang), show_region.sums(some, measured, lang)),
        *(show.heading("shares", lang), show_region.shares(some, measured, lang)),
        *(show.heading("map", lang), show.heading("rules", lang), show_region.by_rule(some, lang)),
    ]
    return "\n".join(piece.html for piece in pieces)


def written(reading: gongkai.Reading, measured: saved.Measured, out: Path, lang: str) -> dict[str, str]:
    """An agency's page, the page of everything as one region, and the index."""
    agency = max(selection.agencies_of(reading.reports), key=len)
    listed = {p.title: p for p in pages.planned(reading) if p.kind == "agency"}
    region = pages.Page("region", HOSTILE, "region-x", pages.REGION_NOTEBOOK, {})
    made = {
        pages.write_page(listed[agency], agency_body(reading, measured, agency, lang), out, lang),
        pages.write_page(region, region_body(reading, measured, lang), out, lang),
    }
    failed = [(HOSTILE, f"ValueError: {HOSTILE}")]
    index = pages.write_index(reading, measured, out, lang, made, failed)
    names = ("agency", "region", "index")
    paths = [out / f"{listed[agency].name}.html", out / "region-x.html", index]
    return {name: path.read_text("utf-8") for name, path in zip(names, paths, strict=True)}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_text_from_reports_is_inert_in_agency_region_and_index(
    reading: gongkai.Reading, tmp_path: Path, lang: str
) -> None:
    bad = hostile(reading)
    text = pl.lit(HOSTILE)
    listed = bad.agencies if bad.agencies.height else reading.agencies
    bad = replace(
        bad,
        stored_reviews=bad.reviews.clear(),
        reports=bad.reports.with_columns(region=text, parent=text),
        claims=bad.claims.with_columns(sentence=text, printed=text, scope=text),
        agencies=listed.with_columns(agency=text, region=text, parent=text, agency_id=text),
    )
    for page in written(bad, saved.measure(bad), tmp_path, lang).values():
        assert is_inert(page) and html.escape("{{7*7}}") in page


def test_a_specification_cannot_end_its_place() -> None:
    facts = pl.DataFrame({"v": ["</script><script>alert(1)</script>", "<!--", "\u2028]]>&amp;"]})
    live = interactive.Live(charts_picture(), {"data": {"values": facts.to_dicts()}})
    text = live._repr_mimebundle_()["text/html"]
    inside = re.fullmatch(
        r'<figure class="chart live"><svg></svg><script type="application/json">([^<>&\u2028]*)</script></figure>', text
    )
    assert inside and json.loads(inside[1]) == {"data": {"values": facts.to_dicts()}}


def charts_picture() -> Any:
    from gongkai.drawing import Picture

    return Picture("<svg></svg>", "")


def test_a_chart_keeps_its_specification_when_it_is_made_live(reading: gongkai.Reading) -> None:
    one = selection.pick(reading, XICHENG)
    figure = charts.outcome_shares(one.facts, one.reports)
    assert not isinstance(figure, Said)
    before = json.dumps(figure.to_dict(), sort_keys=True)
    live = interactive.render(figure)
    assert isinstance(live, interactive.Live) and live.spec["config"]["font"].startswith("gongkai-page,")
    assert json.dumps(figure.to_dict(), sort_keys=True) == before
    assert isinstance(interactive.render(Said("无")), Said)


def latin(reading: gongkai.Reading) -> gongkai.Reading:
    """The reading with every text that comes from a report in Latin letters."""
    codes = {("facts", "unit"), ("claims", "unit"), ("findings", "message_en"), ("sections", "section")}
    agencies = reading.agencies["agency"].to_list()
    names = {name: f"Agency {k}" for k, name in enumerate(sorted(agencies, key=len, reverse=True))}

    def spelled(column: pl.Expr) -> pl.Expr:
        return column.str.replace_many(names).str.replace_all(f"{CJK.pattern}+", "Latin")

    def changed(name: str, frame: pl.DataFrame) -> pl.DataFrame:
        texts = [c for c, t in frame.schema.items() if t == pl.String and (name, c) not in codes]
        lists = [c for c, t in frame.schema.items() if t == pl.List(pl.String)]
        return frame.with_columns(
            *(spelled(pl.col(c)) for c in texts), *(pl.col(c).list.eval(spelled(pl.element())) for c in lists)
        )

    quoted = pl.col("message_en").str.replace_all("“[^”]*”|[0-9][件条项万元]+", "Latin")
    cell = [spelled(pl.element().struct.field(f)).alias(f) for f in ("printed", "where")]
    cells = pl.col("cells").list.eval(
        pl.struct(pl.element().struct.field("cell"), pl.element().struct.field("side"), *cell)
    )
    found = changed("findings", reading.findings).with_columns(quoted, cells)
    frames = {name: changed(name, frame) for name, frame in reading.frames.items()}
    return gongkai.Reading(**frames, stored_findings=found, stored_reviews=changed("reviews", reading.reviews))


# Styles; the official names of laws; the numbering of the form's rows; units as printed.
QUOTED = re.compile(r"<style>.*?</style>|[（(](?:[一二三四五六七]+|元 or 万元)[）)]", re.DOTALL)


def test_an_english_page_is_english_besides_what_it_quotes(reading: gongkai.Reading, tmp_path: Path) -> None:
    plain_reading = latin(reading)
    measured = saved.measure(plain_reading)
    for agency in selection.agencies_of(plain_reading.reports):
        body = agency_body(plain_reading, measured, agency, "en")
        assert CJK.findall(QUOTED.sub("", body)) == [], agency
    for name, page in written(plain_reading, measured, tmp_path, "en").items():
        assert CJK.findall(QUOTED.sub("", page)) == [], name
        assert '<html lang="en">' in page


# Rows that are signs or figures in both languages.
SAME = {"page_interval", "page_k_of_n", "page_no_share", "page_share_of"}


def test_a_chinese_word_is_chinese() -> None:
    rows = [r for r in declared_rows("words") if r["key"].startswith(("page_", "head_", "lead_"))]
    assert len(rows) > 100
    assert [
        r["key"] for r in rows if not re.search("[\u2e80-\u9fff，：；（）]", r["zh"]) and r["key"] not in SAME
    ] == []


class Outline(HTMLParser):
    """Headings, ids, anchors and what assistive technology needs, of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.ids: list[str] = []
        self.anchors: list[str] = []
        self.wrong: list[str] = []
        self.tags: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        attributes = dict(given)
        self.tags.add(tag)
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if "id" in attributes:
            self.ids.append(attributes["id"] or "")
        if (attributes.get("href") or "").startswith("#"):
            self.anchors.append((attributes["href"] or "")[1:])
        if tag == "th" and attributes.get("scope") not in {"col", "row", "rowgroup"}:
            self.wrong.append(f"th {attributes}")
        if attributes.get("role") == "img" and not attributes.get("aria-label"):
            self.wrong.append("a picture without words")
        if tag in {"select", "input"} and not attributes.get("name"):
            self.wrong.append(tag)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_can_be_read_without_seeing_them(
    reading: gongkai.Reading, measured: saved.Measured, tmp_path: Path, lang: str
) -> None:
    for name, page in written(reading, measured, tmp_path, lang).items():
        outline = Outline(page)
        assert outline.wrong == [] and {"main", "header", "footer", "nav"} <= outline.tags
        assert outline.levels[0] == 1 and outline.levels.count(1) == 1
        steps = zip(outline.levels, outline.levels[1:], strict=False)
        assert all(after <= before + 1 for before, after in steps), name
        assert len(set(outline.ids)) == len(outline.ids)
        assert set(outline.anchors) <= set(outline.ids), set(outline.anchors) - set(outline.ids)
        assert outline.anchors[0] == "main"
        assert page.startswith("<!DOCTYPE html>\n<html lang=") and "<table>" not in page
        assert all("<caption>" in table for table in page.split("<table")[1:])


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_stands_out_from_its_ground() -> None:
    style = show.fill("style.css", "zh").replace("\n", "")
    variables = dict(re.findall(r"(--\w+):(#[0-9a-f]{3,6})", style))
    found = {variables.get(c, c) for c in re.findall(r"(?<!-)\bcolor:(?:var\()?(#\w+|--\w+)", style)}
    long = {c if len(c) == 7 else "#" + "".join(2 * d for d in c[1:]) for c in found}
    assert len(long) > 6
    # The darkest grounds that text stands on; marked figures have two inks of their own.
    for colour in long:
        for ground in ("#ffffff", "#f7f7f7", "#eef4f8", "#fff8e8"):
            light, dark = sorted([luminance(colour), luminance(ground)], reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (colour, ground)
    for ink in ("#222222", "#704300"):
        assert (luminance("#ffe08a") + 0.05) / (luminance(ink) + 0.05) >= 4.5


def test_the_same_data_make_the_same_bytes(reading: gongkai.Reading, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    mixed = replace(
        reading, **{n: f.sample(fraction=1, shuffle=True, seed=1) for n, f in [("reports", reading.reports)]}
    )
    first = written(reading, saved.measure(reading), tmp_path / "a", "zh")
    again = written(mixed, saved.measure(mixed), tmp_path / "b", "zh")
    assert first == again


def test_the_shared_script_holds_vega_and_fetches_nothing() -> None:
    text = interactive.script()
    assert 500_000 < len(text) < 1_200_000 and "vegaEmbed" in text and "aria-sort" in text
    own = text.rpartition("/* Shared by all pages")[2]
    assert "innerHTML" not in own and "eval(" not in own and "http" not in own


def test_what_charts_write_is_in_the_font() -> None:
    page = '<script type="application/json">{"title":"龘"}</script><p>甲</p><style>乙</style>'
    seen = pages.characters(page)
    assert {"龘", "甲", "−", "0", "%"} <= set(seen) and "乙" not in seen


def test_rates_named_on_pages_are_declared() -> None:
    assert set(show_agency.SHARES) <= set(measures.rates_declared())
