"""Charts from the bundled reports: what is drawn, what is said instead, and that the SVG stands alone."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import polars as pl
import pytest
from fontTools.ttLib import TTFont

import gongkai
from gongkai import charts, measures, selection
from gongkai.charts.over_years import segments
from gongkai.drawing import Picture, Said

REPORTS = Path(__file__).parents[1] / "data" / "reports"
OF_ONE_AGENCY = [
    *(charts.applicants, charts.disputes, charts.proactive),
    *(charts.flow, charts.outcome_shares, charts.refusal_grounds),
]


@pytest.fixture(scope="module")
def reading() -> gongkai.Reading:
    return gongkai.read_folder(REPORTS, progress=False)


def drawn(picture: Picture | Said) -> str:
    """The text of an SVG without its styles."""
    assert isinstance(picture, Picture)
    return "\n".join(re.findall(r">([^<]+)<", re.sub(r"<style>.*?</style>", "", picture.svg)))


def embedded_characters(svg: str) -> set[int]:
    data = re.findall(r"base64,([A-Za-z0-9+/=]+)\)", svg)
    assert len(data) == 1
    return set(TTFont(io.BytesIO(base64.b64decode(data[0]))).getBestCmap())


@pytest.mark.parametrize("chart", OF_ONE_AGENCY, ids=lambda f: f.__name__)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_svg_carries_every_character_it_draws_and_refers_to_nothing(reading, chart, lang) -> None:  # type: ignore[no-untyped-def]
    one = selection.pick(reading, "宿迁市人民政府")
    picture = charts.render(chart(one.facts, one.reports, lang))
    text = drawn(picture)
    assert {ord(c) for c in text if c.strip()} <= embedded_characters(picture.svg)
    outside = re.findall(r"""(?:href|src)=["']?(?!data:|#)|url\((?!data:)|@import""", picture.svg)
    assert not outside and set(re.findall(r"https?://[^\"' ]+", picture.svg)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert 'role="img"' in picture.svg and "aria-label=" in picture.svg and "2024" in picture.text


def test_the_same_chart_gives_the_same_bytes_and_others_other_families(reading) -> None:  # type: ignore[no-untyped-def]
    one = selection.pick(reading, "宿迁市人民政府")
    first, again = (charts.render(charts.outcome_shares(one.facts, one.reports)) for _ in range(2))
    other = charts.render(charts.applicants(one.facts, one.reports))
    assert first == again
    family = re.compile(r"font-family:'(gongkai-[0-9a-f]+)'")
    assert family.findall(first.svg) != family.findall(other.svg)


def test_figures_are_printed_beside_their_bars(reading) -> None:  # type: ignore[no-untyped-def]
    one = selection.pick(reading, "宿迁市人民政府")
    text = drawn(charts.render(charts.disputes(one.facts, one.reports)))
    assert "结果维持" in text and "309  (2023)" in text and "88  (2024)" in text and "67  (2023)" in text


def test_zero_tables_and_unread_tables_are_said_and_not_drawn(reading) -> None:  # type: ignore[no-untyped-def]
    zero = selection.pick(reading, "西工区人力资源和社会保障局")
    assert charts.render(charts.disputes(zero.facts, zero.reports)) == Said(
        "2023 年行政复议和行政诉讼全部为 0，不作图。"
    )
    unread = selection.pick(reading, "北京市人力资源和社会保障局")
    for chart in OF_ONE_AGENCY:
        said = chart(unread.facts, unread.reports)
        assert isinstance(said, Said) and "没有读到" in said.text


def test_a_missing_figure_is_named_and_not_drawn_as_zero(reading) -> None:  # type: ignore[no-untyped-def]
    one = selection.pick(reading, "北京市西城区人力资源和社会保障局")
    text = drawn(charts.render(charts.proactive(one.facts, one.reports)))
    assert "无数字" in text and "2 个数字缺失" in text.replace("\n", "")


def test_an_amount_without_a_unit_is_left_out_and_said(reading) -> None:  # type: ignore[no-untyped-def]
    one = selection.pick(reading, "天津市西青区人社局")
    text = drawn(charts.render(charts.proactive(one.facts, one.reports)))
    assert "20,390" not in text and "单位不明的金额未画" in text


def trend(mark_code: str, years: list[int]) -> pl.DataFrame:
    rows = {"agency": ["甲"] * len(years), "year": years, "edition": ["2019" if y < 2021 else "2021" for y in years]}
    return pl.DataFrame({**rows, "value": [float(y) for y in years]}).with_columns(
        parts=pl.lit(1), missing=pl.lit(0), blank=pl.lit(0), crosses=pl.lit(measures.crosses(mark_code))
    )


def runs(code: str, years: list[int]) -> list[int]:
    return segments(trend(code, years))["run"].to_list()


def test_lines_join_consecutive_years_and_cross_the_editions_only_where_declared() -> None:
    assert runs("received", [2019, 2020, 2021, 2022]) == [1, 1, 1, 1]
    assert runs("received", [2019, 2020, 2022, 2023]) == [1, 1, 2, 2]
    assert runs("normative_documents", [2019, 2020, 2021, 2022]) == [1, 1, 2, 2]


def test_the_break_between_the_editions_is_drawn_only_where_years_lie_on_both_sides() -> None:
    both = drawn(charts.render(charts.by_year(trend("received", [2020, 2021]), "received")))
    assert "换用 2021 年版格式" in both
    after = drawn(charts.render(charts.by_year(trend("received", [2022, 2023]), "received")))
    assert "换用 2021 年版格式" not in after
    near = charts.by_year(trend("normative_documents", [2020, 2021]), "normative_documents")
    assert "大致比较" in drawn(charts.render(near)).replace("\n", "")


def test_text_from_a_report_stays_text_in_a_chart() -> None:
    hostile = '"><script>alert(1)</script>{{7*7}}" onload="x'
    found = trend("received", [2022, 2023]).with_columns(agency=pl.lit(hostile))
    picture = charts.render(charts.by_year(found, "received"))
    nodes = list(ET.fromstring(picture.svg).iter())  # noqa: S314 (our own SVG)
    assert not [n for n in nodes if n.tag.endswith("script") or any(a.startswith("on") for a in n.attrib)]
    assert hostile in {n.text for n in nodes}
