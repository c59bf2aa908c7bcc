"""What is chosen → figures → charts → the cells behind a point, counted by hand."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from gongkai import read_folder
from gongkai.errors import GongkaiError
from gongkai.explore import chart, panel, table
from gongkai.explore.chosen import (
    STATES,
    Choice,
    cells,
    check,
    choices,
    figures,
    first_choice,
    quantities,
    said,
    with_runs,
)
from gongkai.form import form
from gongkai.frames import build
from gongkai.pipeline import Reading
from test_measures import fact, report

ROOT = Path(__file__).parents[1]
HAN = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def bundled() -> Reading:
    return read_folder(ROOT / "data" / "reports", progress=False)


def outcome(report_id: str, granted: float | None, partial: float | None, processed: float | None) -> list[Any]:
    of = {"granted": granted, "partial": partial, "processed_total": processed}
    return [fact(report_id, item, value, "dash") for item, value in of.items()]


REPORTS = build(
    "reports",
    [
        report("a19", "甲局", 2019),
        report("a20", "甲局", 2020),
        report("a21", "甲局", 2021),
        report("a23", "甲局", 2023),
        report("b20", "乙局", 2020),
        report("b21", "乙局", 2021),
        report("c", "丙局", 2021, primary=False),
        report("d", "丁局", None),
    ],
)
FACTS = build(
    "facts",
    [
        *(fact(r, "new", v) for r, v in (("a19", 7.0), ("a20", 0.0), ("a21", 9.0), ("a23", 4.0), ("b20", 3.0))),
        fact("b21", "new", None, "blank"),
        *outcome("a20", 30.0, 10.0, 50.0),
        *outcome("a21", 6.0, 2.0, 10.0),
        *outcome("b20", 0.0, 0.0, 0.0),
        *outcome("b21", 5.0, None, 9.0),
        *(fact(r, "normative_documents", 1.0, table="proactive", column="made") for r in ("a19", "a20")),
        fact("a21", "normative_documents", 1.0, table="proactive", column="issued"),
    ],
)
EVERY = Choice((), 2019, 2023, ("received",))


def rows_of(choice: Choice, *columns: str) -> list[tuple[Any, ...]]:
    return figures(FACTS, REPORTS, choice).select(*columns).rows()


def test_agencies_and_years_are_those_of_counted_reports() -> None:
    assert choices(REPORTS) == (["乙局", "甲局"], [2019, 2020, 2021, 2023])
    assert first_choice(REPORTS) == Choice(("甲局", "乙局"), 2019, 2023, ("received", "rate.disclosed"))


def test_nothing_to_choose_from_is_said() -> None:
    with pytest.raises(GongkaiError, match="nothing to choose from"):
        choices(REPORTS.head(0))


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (Choice(("丙局",), 2019, 2023, ("received",)), "unknown agency '丙局'. Choices: 乙局, 甲局"),
        (Choice((), 2018, 2023, ("received",)), "unknown year 2018. Choices: 2019, 2020, 2021, 2023"),
        (Choice((), 2019, 2023, ("recieved",)), "unknown indicator 'recieved'. Choices: received, carried_in"),
        (Choice((), 2021, 2020, ("received",)), "the first year 2021 is after the last 2020"),
    ],
)
def test_an_unknown_choice_lists_the_choices(choice: Choice, message: str) -> None:
    with pytest.raises(GongkaiError) as told:
        check(choice, REPORTS)
    assert str(told.value).startswith(message)


def test_missing_is_not_zero_and_zero_is_not_missing() -> None:
    assert rows_of(EVERY, "agency", "year", "value", "state") == [
        ("乙局", 2020, 3.0, "figure"),
        ("乙局", 2021, None, "missing"),
        ("甲局", 2019, 7.0, "figure"),
        ("甲局", 2020, 0.0, "figure"),
        ("甲局", 2021, 9.0, "figure"),
        ("甲局", 2023, 4.0, "figure"),
    ]


def test_figures_come_in_the_order_chosen() -> None:
    choice = Choice(("甲局", "乙局"), 2020, 2021, ("rate.disclosed", "received"))
    assert rows_of(choice, "quantity", "agency", "year") == [
        (code, agency, year) for code in choice.quantities for agency in choice.agencies for year in (2020, 2021)
    ]


def test_a_share_has_k_n_and_an_interval_or_says_why_not() -> None:
    choice = Choice((), 2020, 2021, ("rate.disclosed",))
    assert rows_of(choice, "agency", "year", "k", "n", "value", "state") == [
        ("乙局", 2020, 0.0, 0.0, None, "none"),
        ("乙局", 2021, None, None, None, "missing"),
        ("甲局", 2020, 40.0, 50.0, 0.8, "figure"),
        ("甲局", 2021, 8.0, 10.0, 0.8, "few"),
    ]
    low, high = figures(FACTS, REPORTS, choice).row(2, named=True)["low"], 0.8876
    # Wilson's interval of 40 of 50 at 95 %: 0.6696 to 0.8876.
    assert (round(low, 4), high) == (0.6696, 0.8876)


def test_a_line_joins_consecutive_years_and_stops_at_the_edition_unless_the_quantity_crosses() -> None:
    received = with_runs(figures(FACTS, REPORTS, Choice(("甲局",), 2019, 2023, ("received",))))
    assert received.select("year", "run").rows() == [(2019, 1), (2020, 1), (2021, 1), (2023, 2)]
    documents = with_runs(figures(FACTS, REPORTS, Choice(("甲局",), 2019, 2023, ("normative_documents",))))
    assert documents.select("year", "run").rows() == [(2019, 1), (2020, 1), (2021, 2)]


def test_a_missing_year_breaks_the_line() -> None:
    facts = build("facts", [fact("a19", "new", 1.0), fact("a20", "new", None, "dash"), fact("a21", "new", 2.0)])
    found = with_runs(figures(facts, REPORTS, Choice(("甲局",), 2019, 2021, ("received",))))
    assert found.select("year", "run").rows() == [(2019, 1), (2021, 2)]


@pytest.mark.parametrize(
    ("agency", "year", "code", "zh", "en"),
    [
        ("甲局", 2020, "received", "0", "0"),
        ("乙局", 2021, "received", "缺（1 格中缺 1 格）", "missing (1 of 1 cell)"),
        ("甲局", 2019, "granted", "本版格式没有，或未读到", "not in this form or not read"),
        ("乙局", 2020, "rate.disclosed", "分母为 0", "n is 0"),
        (
            "甲局",
            2021,
            "rate.disclosed",
            "80.0%（8/10，95% 区间 49.0%–94.3%），分母不足 30",
            "80.0% (8 of 10, 95% interval 49.0%–94.3%), n below 30",
        ),
    ],
)
def test_a_figure_in_words(agency: str, year: int, code: str, zh: str, en: str) -> None:
    row = figures(FACTS, REPORTS, Choice((agency,), year, year, (code,))).row(0, named=True)
    assert [said(row, "zh"), said(row, "en")] == [zh, en]


def test_the_cells_behind_a_share_are_those_above_and_below_the_line() -> None:
    found = cells(FACTS, REPORTS, "rate.disclosed", "乙局", 2021)
    assert found.select("part", "sign", "item", "value", "status").rows() == [
        ("k", 1, "granted", 5.0, "number"),
        ("k", 1, "partial", None, "dash"),
        ("n", 1, "processed_total", 9.0, "number"),
    ]


def test_the_cells_behind_a_sum_are_all_its_rows_and_add_up() -> None:
    refused = form().descendants("applications", "refused")
    facts = build("facts", [fact("a21", item, k) for k, item in enumerate(refused, 1)])
    found = cells(facts, REPORTS, "refused", "甲局", 2021)
    assert found["item"].to_list() == refused
    value = figures(facts, REPORTS, Choice(("甲局",), 2021, 2021, ("refused",)))["value"].item()
    assert found["value"].sum() == value == 36.0


@pytest.mark.parametrize("code", quantities())
def test_the_cells_behind_every_quantity_give_its_figure(code: str, bundled: Reading) -> None:
    for row in figures(bundled.facts, bundled.reports, Choice((), 2019, 2024, (code,))).iter_rows(named=True):
        found = cells(bundled.facts, bundled.reports, code, row["agency"], row["year"])
        if row["value"] is None:
            assert row["state"] != "missing" or found["value"].null_count()
            continue
        sums = {p: (mine["value"] * mine["sign"]).sum() for (p,), mine in found.group_by("part")}
        assert found["value"].null_count() == 0
        assert row["value"] == pytest.approx(sums["k"] / sums["n"] if quantities()[code].share else sums[""])


def test_what_is_subtracted_is_among_the_cells_with_its_sign() -> None:
    of = {"table": "proactive"}
    cells_of = [fact("a21", "normative_documents", v, column=c, **of) for c, v in (("issued", 5.0), ("repealed", 2.0))]
    found = cells(build("facts", cells_of), REPORTS, "normative_documents_net", "甲局", 2021)
    assert found.select("sign", "column", "value").rows() == [(1, "issued", 5.0), (-1, "repealed", 2.0)]
    lacking = Choice(("甲局",), 2021, 2021, ("normative_documents_net",))
    assert figures(build("facts", cells_of[:1]), REPORTS, lacking)["state"].item() == "not in form"


def charted(found: pl.DataFrame, lang: str = "zh", pick: Any = None) -> dict[str, Any]:
    made: dict[str, Any] = chart.chart(chart.drawn(found), lang, pick).to_dict()
    return made


def held(spec: Any) -> list[dict[str, Any]]:
    """Every row that the charts hold."""
    if isinstance(spec, dict):
        here = spec["values"] if isinstance(spec.get("values"), list) else []
        return [*(r for r in here if isinstance(r, dict)), *(r for v in spec.values() for r in held(v))]
    return [r for v in spec for r in held(v)] if isinstance(spec, list) else []


def test_a_chart_holds_no_figure_where_one_is_missing() -> None:
    spec = charted(figures(FACTS, REPORTS, EVERY))
    mine = {(r["agency"], r["year"]): r for r in held(spec) if "said" in r}
    assert mine["乙局", 2021]["value"] is None and mine["乙局", 2021]["label"] == "无数字"
    assert mine["甲局", 2020]["value"] == 0.0 and mine["甲局", 2020]["label"] == "0"
    assert {(r["agency"], r["year"]) for r in held(spec) if r.get("label") == "无报告"} == {
        ("乙局", 2019),
        ("乙局", 2023),
    }


def test_every_panel_can_be_clicked_and_the_pick_is_drawn_in() -> None:
    found = figures(FACTS, REPORTS, Choice((), 2019, 2023, ("received", "rate.disclosed")))
    pick = {"quantity": "received", "agency": "甲局", "year": 2020}
    spec = charted(found, pick=pick)
    sides = [side for pair in spec["vconcat"] for side in pair["hconcat"]]
    views = [layer["name"] for side in sides for layer in side["layer"] if "name" in layer]
    assert spec["params"][0]["views"] == views and len(set(views)) == 4
    assert spec["params"][0]["value"] == [pick]


def test_what_is_not_drawn_is_said() -> None:
    ids = range(chart.MOST_AGENCIES + 2)
    reports = build("reports", [report(f"r{k}", f"第{k}局", 2021) for k in ids])
    facts = build("facts", [fact(f"r{k}", "new", 1.0) for k in ids])
    found = figures(facts, reports, Choice((), 2021, 2021, ("received",)))
    assert chart.drawn(found)["agency"].n_unique() == chart.MOST_AGENCIES
    assert chart.notes(found, "zh") == ["所选共 10 个机关，图中只画前 8 个；表中都有。"]
    assert table.rows(found, "zh").height == 10


def test_a_chart_is_drawn_as_png_also_where_everything_is_missing_or_zero() -> None:
    for code in ("received", "rate.completed", "rate.disclosed"):
        for agency, year in (("甲局", 2020), ("乙局", 2021)):
            found = figures(FACTS, REPORTS, Choice((agency,), year, year, (code,)))
            assert chart.png(chart.chart(found, "en")).startswith(b"\x89PNG")


def test_english_has_no_chinese_but_names() -> None:
    found = figures(FACTS, REPORTS, Choice((), 2019, 2023, ("received", "rate.disclosed", "normative_documents")))
    spec = str(charted(found, "en")).replace("甲局", "").replace("乙局", "")
    assert not HAN.search(spec)
    assert not HAN.search(" ".join(chart.notes(found, "en")) + str(table.options("en")) + table.counted(found, "en"))
    assert not HAN.search(" ".join(table.rows(found, "en").drop("Agency").write_csv()))
    assert all(not HAN.search(q.label("en")) for q in quantities().values())


def test_the_table_shows_shares_in_per_cent_and_says_why_a_figure_is_missing() -> None:
    found = figures(FACTS, REPORTS, Choice(("甲局", "乙局"), 2020, 2020, ("received", "rate.disclosed")))
    shown = table.rows(found, "zh")
    assert shown.select("机关", "指标", "数字", "95% 下限", "分子", "说明").rows() == [
        ("甲局", "本年新收申请（件）", 0.0, None, None, ""),
        ("乙局", "本年新收申请（件）", 3.0, None, None, ""),
        ("甲局", "公开率（%）", 80.0, 67.0, 40.0, ""),
        ("乙局", "公开率（%）", None, None, 0.0, "分母为 0"),
    ]


def test_a_long_table_is_cut_and_says_so_and_the_csv_is_whole() -> None:
    found = pl.concat([figures(FACTS, REPORTS, EVERY)] * 200)
    assert table.rows(found, "en").height == table.MOST_ROWS == 1000
    assert table.counted(found, "en") == "The first 1000 of 1200 rows; the CSV that is saved has all."
    assert pl.read_csv(io.BytesIO(table.csv(found))).height == 1200


def test_csv_leaves_missing_figures_empty() -> None:
    found = figures(FACTS, REPORTS, Choice(("乙局",), 2020, 2021, ("received",)))
    read = pl.read_csv(io.BytesIO(table.csv(found)))
    assert read.select("agency", "year", "value", "state", "name_zh", "unit").rows() == [
        ("乙局", 2020, 3.0, "figure", "本年新收申请", "件"),
        ("乙局", 2021, None, "missing", "本年新收申请", "件"),
    ]


def test_every_state_that_shares_can_have_is_known() -> None:
    from gongkai.measures.rates import STATUSES

    assert {s.replace("rated", "figure") for s in STATUSES} == set(STATES)


@pytest.mark.parametrize(
    ("text", "added", "said_of"),
    [
        ("甲局", "甲局", ""),
        ("甲", "甲局", ""),
        ("局", "", "“局”不止一个：甲局、乙局、甲局二"),
        ("丁", "", "没有名称含“丁”的机关。可选：甲局、乙局、甲局二"),
    ],
)
def test_an_agency_is_found_by_part_of_its_name(text: str, added: str, said_of: str) -> None:
    agencies = ["甲局", "乙局"] if added == "甲局" and text == "甲" else ["甲局", "乙局", "甲局二"]
    assert panel.found_by(text, agencies, "zh") == (added, said_of)


def test_a_link_leads_to_the_page_and_only_to_files_that_are_there(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "a b.pdf").write_bytes(b"%PDF")
    (tmp_path / "c.docx").write_bytes(b"PK")
    (tmp_path / "d.txt").write_bytes("表".encode("gb18030"))
    (tmp_path / "e.txt").write_bytes("表".encode())
    monkeypatch.chdir(tmp_path / "notebooks")
    assert panel.link("a b.pdf", "page 2, row 3", "..") == ("../a%20b.pdf#page=2", False)
    assert panel.link(str(tmp_path / "a b.pdf"), "page 2, row 3", ".") == ("../a%20b.pdf#page=2", False)
    assert panel.link("../c.docx", "table 1", ".") == ("../c.docx", True)
    assert [panel.link(f"../{n}.txt", "line 1", ".")[1] for n in "de"] == [True, False]
    assert panel.link("gone.pdf", "page 2", ".") == ("", False)


def test_saving_never_writes_over_a_file(tmp_path: Path) -> None:
    names = [panel.save(data, tmp_path / "new", "x", ".csv").name for data in (b"1", b"2", b"3")]
    assert names == ["x.csv", "x-2.csv", "x-3.csv"]
    assert (tmp_path / "new" / "x.csv").read_bytes() == b"1"


@pytest.fixture
def view(bundled: Reading, tmp_path: Path) -> panel.View:
    return panel.View(bundled, "zh", tmp_path / "out")


def test_choosing_redraws_and_an_empty_choice_says_what_to_do(view: panel.View) -> None:
    view.choose(["洪泽区人民政府"], 2023, 2023, ["received"])
    assert view.found.select("agency", "value").rows() == [("洪泽区人民政府", 21.0)]
    view.quantities.value = ()
    assert view.notes.value == "请至少选一个指标。" and view.found.is_empty()
    view.quantities.value = ("received",)
    view.first.value = 2024
    assert view.notes.value.startswith("起始年份晚于截止年份")
    with pytest.raises(GongkaiError, match="unknown agency '别的'"):
        view.choose(["别的"], 2023, 2023, ["received"])


def test_a_point_and_a_row_show_the_printed_cells(view: panel.View) -> None:
    view.choose(["洪泽区人民政府"], 2023, 2023, ["received"])
    for pick in (view._point_picked, lambda _: view._row_picked([0])):
        view._show_cells(None)
        pick([{"quantity": "received", "agency": "洪泽区人民政府", "year": 2023}])
        shown = view.cells.outputs[0]["data"]["text/html"]
        assert "本年新收·总计" in shown and "<td>21</td>" in shown and 'hongze-2023.pdf#page=1"' in shown


def test_what_a_file_says_is_escaped() -> None:
    facts = FACTS.with_columns(printed=pl.lit("<img src=x>"), source=pl.lit("<b>.pdf"), where=pl.lit("<i>"))
    others = {name: build(name, []) for name in ("claims", "sections", "notes", "tables", "files")}
    reading = Reading(reports=REPORTS, facts=facts, **others)
    shown = panel.behind(reading, {"quantity": "received", "agency": "甲局", "year": 2021}, "zh", ".")
    assert not re.search("<(img|b|i)>| src=x>", shown) and "&lt;img src=x&gt;" in shown


def test_saving_writes_what_is_seen_and_offers_it(view: panel.View, tmp_path: Path) -> None:
    view.choose(["宿迁市人民政府"], 2023, 2024, ["received"])
    view.save_png.click()
    view.save_csv.click()
    assert (tmp_path / "out" / "received-2023-2024.png").read_bytes().startswith(b"\x89PNG")
    saved = pl.read_csv(tmp_path / "out" / "received-2023-2024.csv")
    assert saved["value"].to_list() == [3511.0, 3525.0]
    assert 'download="received-2023-2024.csv"' in view.saved.value and "data:text/csv;base64," in view.saved.value


def test_a_folder_that_cannot_be_written_is_said(bundled: Reading, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    view = panel.View(bundled, "en", tmp_path / "file" / "out")
    view.save_csv.click()
    assert "cannot be written" in view.saved.value and "parameter out" in view.saved.value
