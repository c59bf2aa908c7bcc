"""`notebooks/explore.ipynb` as an analyst uses it: in JupyterLab, without a network."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from harness import Watch, jupyter, notebook_root, run_all

HONGZE, SUQIAN, BEIJING = "洪泽区人民政府", "宿迁市人民政府", "北京市人力资源和社会保障局"


@dataclass
class Lab:
    """The open notebook after Run All."""

    page: Any
    watch: Watch
    root: Path

    def marks(self, agency: str) -> Any:
        """The points and crosses of an agency in all panels; each is named by what its tooltip says."""
        return self.page.locator(f'.vega-embed svg .mark-symbol path[aria-label^="{agency} "]')

    def cells(self) -> Any:
        return self.page.locator("table.gongkai-cells tbody tr")

    def rows(self) -> list[list[str]]:
        """The rows of the table as they are seen."""
        found: list[list[str]] = self.page.locator("table.dataTable tbody tr").evaluate_all(
            "rows => rows.map(row => Array.from(row.cells).map(cell => cell.textContent.trim()))"
        )
        return found

    def choose(self, *labels: str) -> None:
        """Pick quantities by their labels and wait until these are drawn."""
        self.page.locator(".widget-select-multiple select").select_option(label=list(labels))
        self.page.wait_for_function(
            """labels => {
                const titles = [...document.querySelectorAll('.vega-embed svg .role-title-text')];
                return titles.map(t => t.textContent).filter(t => !/^20..$/.test(t)).join() === labels.join();
            }""",
            arg=list(labels),
        )

    def add(self, text: str) -> None:
        box = self.page.get_by_placeholder("输入名称的一部分")
        box.fill(text)
        box.press("Enter")


@pytest.fixture(scope="module")
def lab(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    scratch = tmp_path_factory.mktemp("lab")
    root = notebook_root(scratch)
    with jupyter(root, scratch) as address:
        watch = Watch((address,))
        page = watch.page(browser, 1400, 1000)
        run_all(page, f"http://{address}/lab/tree/notebooks/explore.ipynb")
        yield Lab(page, watch, root)
        page.context.close()


@pytest.fixture(autouse=True)
def nothing_outside(lab: Lab) -> Iterator[None]:
    """Each test fails where JupyterLab asked for anything outside or reported an error."""
    yield
    lab.watch.check()


def test_the_notebook_runs_without_an_error_and_draws_all_its_widgets(lab: Lab) -> None:
    assert lab.page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    assert lab.page.locator(".vega-embed").count() == 1
    assert lab.page.get_by_text("Error displaying widget").count() == 0
    assert [row[0] for row in lab.rows()].count(SUQIAN) == 4


def test_an_agency_is_found_by_part_of_its_name_and_drawn(lab: Lab) -> None:
    assert lab.marks(HONGZE).count() == 0
    lab.add("洪泽")
    lab.marks(HONGZE).first.wait_for()
    lab.page.get_by_text(HONGZE, exact=True).first.wait_for()


def test_a_part_that_fits_several_lists_them(lab: Lab) -> None:
    lab.add("北京")
    told = lab.page.get_by_text("“北京”不止一个")
    told.wait_for()
    assert BEIJING in told.inner_text()


def test_from_a_point_to_the_printed_cell_and_its_page_in_two_clicks(lab: Lab) -> None:
    lab.choose("办理结果总计（件）")
    point = lab.page.locator(f'.vega-embed svg .mark-symbol path[aria-label="{HONGZE} 2023 21"]').first
    point.click()
    lab.cells().first.wait_for()
    table, cell, printed, status, place, file = lab.cells().inner_text().split("\t")
    assert (table, cell) == ("表三 收到和处理政府信息公开申请情况", "办理结果总计·总计")
    assert (printed, status, place[:3], file) == ("21", "有数字", "第2页", "hongze-2023.pdf")
    lab.cells().get_by_role("link").click()
    lab.page.get_by_role("tab", name="hongze-2023.pdf").wait_for()
    shown = lab.page.frame_locator(".jp-PDFContainer iframe").locator('object[data$="#page=2"]')
    shown.wait_for(state="attached")
    lab.page.get_by_role("tab", name="explore.ipynb").click()


def test_a_click_turns_every_panel_to_its_year_and_dims_the_others(lab: Lab) -> None:
    lab.choose("本年新收申请（件）", "公开率（%）")
    point = lab.page.locator(f'.vega-embed svg .mark-symbol path[aria-label="{SUQIAN} 2023 3,511"]').first
    point.click()
    lab.page.locator(f'.vega-embed svg .mark-symbol path[aria-label="{SUQIAN} 2023 3,511"]').nth(1).wait_for()
    titles = lab.page.locator(".vega-embed svg .role-title-text").all_text_contents()
    assert [t for t in titles if re.fullmatch("20..", t)] == ["2023", "2023"]
    assert {m.get_attribute("opacity") for m in lab.marks(SUQIAN).all()} == {"1"}
    assert {m.get_attribute("opacity") for m in lab.marks(BEIJING).all()} == {"0.18"}


def test_a_missing_figure_is_a_cross_that_leads_to_its_cells(lab: Lab) -> None:
    lab.choose("本年新收申请（件）")
    cross = lab.page.locator(f'.vega-embed svg .mark-symbol path[aria-label="{BEIJING} 2019 缺（1 格中缺 1 格）"]')
    cross.first.click()
    lab.page.get_by_text("未印或未读到").wait_for()
    assert lab.cells().count() == 1


def test_the_table_is_sorted_and_filtered_and_a_row_leads_to_its_cells(lab: Lab) -> None:
    lab.choose("本年新收申请（件）")
    lab.page.wait_for_function("document.querySelectorAll('table.dataTable tbody tr').length === 6")
    heading = lab.page.locator("table.dataTable thead th", has_text="数字")
    heading.click()
    lab.page.wait_for_function("document.querySelector('table.dataTable th.dt-ordering-asc') !== null")
    figures = [row[3] for row in lab.rows()]
    assert [f for f in figures if f] == ["21", "24", "1576", "3511", "3525"] and figures.count("") == 1
    heading.click()
    lab.page.wait_for_function("document.querySelector('table.dataTable th.dt-ordering-desc') !== null")
    assert [row[3] for row in lab.rows() if row[3]] == ["3525", "3511", "1576", "24", "21"]
    search = lab.page.locator(".dt-search input")
    search.fill("宿迁")
    lab.page.wait_for_function("document.querySelectorAll('table.dataTable tbody tr').length === 2")
    assert {row[0] for row in lab.rows()} == {SUQIAN}
    lab.page.locator("table.dataTable tbody tr", has_text="3511").click()
    lab.page.get_by_text(f"{SUQIAN} · 2023 年 · 本年新收申请（件）：3,511").wait_for()
    search.fill("")


def test_the_view_is_saved_as_png_and_csv_and_offered_for_download(lab: Lab) -> None:
    lab.choose("本年新收申请（件）")
    out = lab.root / "data" / "derived" / "explored"
    for label, ending in (("保存图（PNG）", "png"), ("保存表（CSV）", "csv")):
        lab.page.get_by_role("button", name=label).click()
        link = lab.page.locator(f'a[download="received-2019-2024.{ending}"]')
        link.wait_for()
        with lab.page.expect_download() as offered:
            link.click()
        assert Path(offered.value.path()).read_bytes() == (out / f"received-2019-2024.{ending}").read_bytes()
    assert (out / "received-2019-2024.png").read_bytes().startswith(b"\x89PNG\r\n")
    with (out / "received-2019-2024.csv").open(encoding="utf-8-sig") as lines:
        saved = {(r["agency"], r["year"]): r["value"] for r in csv.DictReader(lines)}
    assert saved[HONGZE, "2023"] == "21.0" and saved[BEIJING, "2019"] == ""


def test_an_empty_choice_says_what_to_do(lab: Lab) -> None:
    lab.choose()
    lab.page.get_by_text("请至少选一个指标。").wait_for()
    lab.choose("本年新收申请（件）")
    lab.marks(SUQIAN).first.wait_for()
