"""Every chart there is, found by listing them: lines, missing figures, languages, bytes, the schema of Vega-Lite."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import altair as alt
import jsonschema
import polars as pl
import pytest

import gongkai
from gongkai import charts, measures, synth
from gongkai.drawing import Drawn, Figure, Said

REPORTS = Path(__file__).parents[1] / "data" / "reports"
CJK = re.compile("[\u3400-\u9fff]")


@dataclass
class Data:
    """The frames that charts are made of."""

    reports: pl.DataFrame
    facts: pl.DataFrame
    findings: pl.DataFrame

    @cached_property
    def rates(self) -> pl.DataFrame:
        return measures.rates(self.facts, self.reports)

    @cached_property
    def compared(self) -> pl.DataFrame:
        return measures.compare(self.rates)

    def of(self, agency: str) -> Data:
        ids = self.reports.filter(pl.col("agency") == agency)["report_id"].implode()
        return Data(*(f.filter(pl.col("report_id").is_in(ids)) for f in (self.reports, self.facts, self.findings)))


def of_facts(name: str) -> Callable[[Data, str], Figure]:
    return lambda d, lang: getattr(charts, name)(d.facts, d.reports, lang)


MADE: dict[str, Callable[[Data, str], Figure]] = {
    "by_year": lambda d, lang: charts.by_year(measures.by_year(d.facts, d.reports, CODE), CODE, lang),
    "rate_by_year": lambda d, lang: charts.rate_by_year(d.rates, "disclosed", lang),
    "dispute_rates": lambda d, lang: charts.dispute_rates(d.rates, lang),
    "funnel": lambda d, lang: charts.funnel(d.compared, "disclosed", 2023, lang),
    "heat_map": lambda d, lang: charts.heat_map(d.compared, d.findings, d.reports, lang),
}
# An indicator whose line may not cross the change of edition.
CODE = "normative_documents"
NAMES = [n for n in charts.__all__ if n != "render" and inspect.isfunction(getattr(charts, n))]
MADE |= {name: of_facts(name) for name in NAMES if name not in MADE}


@pytest.fixture(scope="module")
def bundled() -> Data:
    reading = gongkai.read_folder(REPORTS, progress=False)
    return Data(reading.reports, reading.facts, reading.findings)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Data:
    """Twelve agencies over six years, some with missing years, many requests so that shares can be rated."""
    folder = tmp_path_factory.mktemp("panel")
    panel = synth.make_panel(12, range(2019, 2025), 5)
    synth.write(panel.reports, folder, panel.agencies, panel.key)
    reading = gongkai.read_folder(folder / "reports", progress=False)
    many = pl.when(pl.col("table") != "proactive").then(pl.col("value") * 40).otherwise(pl.col("value"))
    return Data(reading.reports, reading.facts.with_columns(many.alias("value")), reading.findings)


def layers(
    spec: Any, rows: list[dict[str, Any]] | None = None
) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Every mark of a specification with the rows it draws."""
    rows = spec.get("data", {}).get("values", rows)
    for part in ("vconcat", "hconcat", "layer"):
        for below in spec.get(part, []):
            yield from layers(below, rows)
    if "mark" in spec:
        yield spec, rows or []


def joined(spec: dict[str, Any]) -> Iterator[list[int]]:
    """The years that each line of a specification joins."""
    for layer, rows in layers(spec):
        across = layer["encoding"].get("x", {}).get("field")
        if layer["mark"]["type"] not in {"line", "area", "trail"} or across != "year":
            continue
        apart = [layer["encoding"].get(c, {}).get("field") for c in ("detail", "color", "stroke", "strokeDash")]
        groups: dict[tuple[Any, ...], list[int]] = {}
        for row in rows:
            groups.setdefault(tuple(row[f] for f in apart if f), []).append(row["year"])
        yield from (sorted(years) for years in groups.values())


def test_every_public_chart_is_tested() -> None:
    assert set(MADE) == set(NAMES) and len(NAMES) > 10


@pytest.mark.parametrize("name", NAMES)
def test_lines_join_consecutive_years_and_no_change_of_edition_where_it_does_not_carry(name: str, made: Data) -> None:
    without_a_year = made.reports.filter(pl.col("year") != 2023)
    for reports in (made.reports, without_a_year):
        figure = MADE[name](Data(reports, made.facts, made.findings), "zh")
        for years in joined(figure.to_dict()) if isinstance(figure, Drawn) else ():
            assert all(b - a == 1 for a, b in pairwise(years))
            assert not {2020, 2021} <= set(years) or name != "by_year"


@pytest.mark.parametrize("code", measures.rates_declared())
def test_the_lines_of_a_share_cross_the_editions_only_where_declared(code: str, made: Data) -> None:
    figure = charts.rate_by_year(made.rates, code)
    crossing = [y for y in (joined(figure.to_dict()) if isinstance(figure, Drawn) else ()) if {2020, 2021} <= set(y)]
    assert not crossing or measures.rate_crosses(code) == "yes"


def test_this_test_sees_a_line_that_is_drawn(made: Data) -> None:
    assert any(len(y) > 1 for y in joined(charts.rate_by_year(made.rates, "disclosed").to_dict()))  # type: ignore[union-attr]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_every_chart_speaks_one_language_and_is_valid_vega_lite(
    name: str, lang: str, made: Data, bundled: Data
) -> None:
    for data in (made, bundled, bundled.of("宿迁市人民政府")):
        figure = MADE[name](data, lang)
        if isinstance(figure, Said):
            assert bool(CJK.search(figure.text)) == (lang == "zh")
            continue
        spec = figure.to_dict()
        jsonschema.Draft7Validator(alt.load_schema()).validate(spec)
        text = json.dumps(spec, ensure_ascii=False) + str(figure.description)
        assert "None" not in str(figure.description) and "nan" not in text.lower().replace("finance", "")
        for agency in sorted({a for a in data.reports["agency"] if a}, key=len, reverse=True):
            text = text.replace(agency, "")
        found = set(CJK.findall(text))
        assert bool(found) == (lang == "zh"), found
        assert json.dumps(MADE[name](data, lang).to_dict()) == json.dumps(spec)  # type: ignore[union-attr]
        assert ("数据：" if lang == "zh" else "Source: ") in text.replace("\\n", "")
        assert spec["title"]["subtitle"] and 20 < len(str(figure.description)) < 3000


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_drawn_of_no_reports(name: str, bundled: Data) -> None:
    none = Data(bundled.reports.clear(), bundled.facts.clear(), bundled.findings.clear())
    assert isinstance(MADE[name](none, "zh"), Said)


def test_xicheng_2020_says_its_shares_in_the_title(bundled: Data) -> None:
    one = bundled.of("北京市西城区人民政府")
    for lang in ("zh", "en"):
        said = str(charts.outcome_shares(one.facts, one.reports, lang).description)  # type: ignore[union-attr]
        assert all(figure in said for figure in ("23.9%", "21.9–26.1", "61.4%", "59.0–63.8"))
    # 新收 1,576 + 结转 45 = 1,621; 总计 1,566 + 结转下年 2,782 = 4,348
    flow = charts.flow(one.facts, one.reports)
    assert isinstance(flow, Drawn)
    assert str(flow.description).startswith(
        "2020 年应办 1,621 件，办结 1,566 件，结转下年 2,782 件；两边对不上，相差 2,727 件"
    )
    drawn = [r for _, rows in layers(flow.to_dict()) for r in rows if r.get("key") == "gap"]
    assert {(r["name"], r["value"]) for r in drawn} == {("对不上", 2727.0)}


def test_the_bands_of_a_flow_are_as_high_as_their_requests(bundled: Data) -> None:
    one = bundled.of("宿迁市人民政府")
    flow = charts.flow(one.facts, one.reports)
    assert isinstance(flow, Drawn)
    bars = {r["key"]: r for _, rows in layers(flow.to_dict()) for r in rows if "x2" in r and r["key"]}
    high = {key: (bar["bottom"] - bar["top"]) / bar["value"] for key, bar in bars.items()}
    assert len(bars) == 13 and max(high.values()) == pytest.approx(min(high.values()))


def blanked(data: Data, item: str, column: str = "total") -> Data:
    here = (pl.col("item") == item) & (pl.col("column") == column) & (pl.col("table") == "applications")
    return Data(data.reports, data.facts.with_columns(value=pl.when(~here).then(pl.col("value"))), data.findings)


def test_a_missing_part_is_named_and_never_drawn(bundled: Data) -> None:
    one = bundled.of("北京市西城区人民政府")
    flow = charts.flow(blanked(one, "carried_out").facts, one.reports)
    assert isinstance(flow, Drawn) and "缺结转下年度" in str(flow.description)
    assert not [r for _, rows in layers(flow.to_dict()) for r in rows if r.get("key") == "carried_out" and "x2" in r]
    assert not [r for _, rows in layers(flow.to_dict()) for r in rows if r.get("key") == "gap"]
    assert isinstance(charts.outcome_shares(blanked(one, "granted").facts, one.reports), Said)
    grounds = charts.refusal_grounds(blanked(one, "refused_law").facts, one.reports)
    assert isinstance(grounds, Drawn) and "1 个数字缺失" in str(grounds.to_dict())
    labels = {(r["name"], r["label"]) for _, rows in layers(grounds.to_dict()) for r in rows if "label" in r}
    assert ("其他法律行政法规禁止公开", "无数字") in labels and ("法定理由（不予公开）", "无数字") in labels
    missing = charts.rate_by_year(blanked(bundled.of("宿迁市人民政府"), "processed_total").rates, "disclosed")
    assert isinstance(missing, Said)


def test_shares_of_few_cases_are_hollow_and_joined_with_none(bundled: Data) -> None:
    figure = charts.rate_by_year(bundled.of("天津市西青区人社局").rates, "disclosed")
    assert isinstance(figure, Drawn) and "不评" in str(figure.description)
    fills = {r["fill"] for _, rows in layers(figure.to_dict()) for r in rows if "fill" in r}
    assert fills == {"white"} and not list(joined(figure.to_dict()))


def peers(n: int, high: int = 0) -> pl.DataFrame:
    """Shares of n county governments of 200 cases about one half, `high` of them nearly all."""
    rows = [(f"第{k}县人民政府", 190 if k < high else 90 + k % 20, 200) for k in range(n)]
    found = pl.DataFrame(rows, schema={"agency": pl.String, "k": pl.Float64, "n": pl.Float64}, orient="row")
    text = {"kind": "government", "level": "county", "edition": "2021", "rate": "disclosed", "status": "rated"}
    share = pl.col("k") / pl.col("n")
    return found.with_columns(
        *[pl.lit(v).alias(c) for c, v in text.items()],
        *[pl.lit("x").alias(c) for c in ("agency_id", "region")],
        pl.col("agency").alias("report_id"),
        pl.lit(2023).cast(pl.Int64).alias("year"),
        share.alias("value"),
        (share - 0.05).alias("low"),
        (share + 0.05).clip(0, 1).alias("high"),
        pl.lit("yes").alias("crosses"),
    )


def test_a_funnel_names_who_lies_beyond_and_whom_is_asked_for() -> None:
    compared = measures.compare(peers(40, 1))
    figure = charts.funnel(compared, "disclosed", 2023, "zh", agency="第5县人民政府")
    assert isinstance(figure, Drawn)
    assert "".join(figure.to_dict()["title"]["text"]).startswith(
        "2023 年公开率：40 个同类机关中 1 个在 99.8% 线之外；第5县人民政府 47.5%（42.5–52.5），在 95% 线之内"
    )
    names = {r["name"] for _, rows in layers(figure.to_dict()) for r in rows if "label_n" in r}
    assert names == {"第0县人民政府", "第5县人民政府"}
    assert isinstance(charts.funnel(measures.compare(peers(9)), "disclosed", 2023), Said)


def test_a_heat_map_leaves_out_those_with_least_to_see_and_says_so() -> None:
    compared = measures.compare(peers(50, 1))
    reports = compared.select("report_id", "agency", "agency_id", "year", "edition").with_columns(
        primary=pl.lit(True), agency_id=pl.col("agency")
    )
    cells = [[{"cell": "applications.granted.total", "side": "left", "printed": "1", "where": ""}]]
    told = {"report_id": ["第49县人民政府"], "severity": ["warning"], "verdict": ["fail"], "cells": cells}
    figure = charts.heat_map(compared, pl.DataFrame(told), reports)
    assert isinstance(figure, Drawn)
    text = "".join(figure.to_dict()["title"]["text"])
    assert text == "2023 年 50 个机关：50 个有同类可比，其中 1 个有比率在 99.8% 线之外；1 个有比率涉及错误或警告（※）"
    rows = {r["agency"]: r for layer, rows in layers(figure.to_dict()) for r in rows if "said" in r}
    assert len(rows) == 40 and next(iter(rows)) in {"第0县人民政府", "第49县人民政府"}
    assert rows["第49县人民政府"]["note"] == "※" and rows["第0县人民政府"]["sign"] == "▲"
    assert "另有 10 个未画" in "".join(figure.to_dict()["vconcat"][-1]["layer"][0]["mark"]["text"])
