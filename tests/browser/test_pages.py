"""Published pages in a browser: from the disk and from a server, without a network, with and without their script."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest
from harness import Watch

SUQIAN, BEIJING, HONGZE = "宿迁市人民政府", "北京市人力资源和社会保障局", "洪泽区人民政府"
LANGS = ("zh", "en")
each_language = pytest.mark.parametrize("lang", LANGS)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server over the folder."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()


@pytest.fixture
def page(browser: Any, watch: Watch) -> Iterator[Any]:
    found = watch.page(browser)
    yield found
    found.context.close()


def pages(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.html"))


def seen(page: Any) -> list[str]:
    """The agencies of the index that are shown, from top to bottom."""
    names: list[str] = page.locator("table.index tbody tr:visible th").all_inner_texts()
    return names


def make_live(page: Any) -> Any:
    """Scroll to every live chart and wait until it is drawn; the charts."""
    charts = page.locator("figure.live")
    for chart in charts.all():
        chart.scroll_into_view_if_needed()
        chart.locator(".embed svg").wait_for(state="attached")
    return charts


@each_language
def test_every_page_opens_from_the_disk_and_its_charts_come_alive(
    page: Any, published: dict[str, Path], lang: str
) -> None:
    live = 0
    for path in pages(published[lang]):
        page.goto(path.as_uri())
        assert page.locator("h1").is_visible(), path.name
        charts = make_live(page)
        live += charts.count()
        assert page.locator("figure.live:not(.is-live)").count() == 0, path.name
    assert live > 0


def test_every_page_opens_from_a_server(page: Any, watch: Watch, published: dict[str, Path]) -> None:
    with served(published["zh"]) as address:
        watch.servers = (address,)
        for path in pages(published["zh"]):
            # Browsers ask servers for an icon of their own accord.
            watch.harmless[f"{address}/favicon.ico"] = "the browser's own question"
            page.goto(f"http://{address}/{quote(path.name)}")
            assert page.locator("h1").is_visible(), path.name
            make_live(page)


@each_language
def test_no_page_is_wider_than_a_phone_or_a_desk(page: Any, published: dict[str, Path], lang: str) -> None:
    wide = {}
    for path in pages(published[lang]):
        page.goto(path.as_uri())
        for width in (390, 700, 820, 1024, 1200, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            wide |= {f"{path.name} {width}": excess} if excess > 0 else {}
    assert wide == {}


@each_language
def test_no_link_is_dead(page: Any, published: dict[str, Path], lang: str) -> None:
    dead = []
    for path in pages(published[lang]):
        page.goto(path.as_uri())
        for href in page.locator("a[href]").evaluate_all("links => links.map(a => a.href)"):
            parts = urlsplit(href)
            assert parts.scheme == "file", href
            file = Path(unquote(parts.path))
            here = file == path and parts.fragment
            there = page.evaluate("id => document.getElementById(id) !== null", unquote(parts.fragment)) if here else 1
            if not file.is_file() or not there:
                dead.append((path.name, href))
    assert dead == []


@pytest.fixture
def index(page: Any, published: dict[str, Path]) -> Any:
    page.goto((published["zh"] / "index.html").as_uri())
    page.locator("form.filters").wait_for()
    return page


def test_the_index_is_searched(index: Any) -> None:
    assert len(seen(index)) == 7
    index.locator("form.filters input[name=text]").fill("西城")
    assert seen(index) == ["北京市西城区人力资源和社会保障局", "北京市西城区人民政府"]
    assert index.locator("form.filters .count").inner_text() == "显示 2 / 7 个机关"
    index.locator("form.filters input[name=text]").fill("没有这样的机关")
    assert seen(index) == []


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("region", "宿迁市", [SUQIAN]),
        ("level", "province", [BEIJING]),
        ("kind", "government", ["北京市西城区人民政府", SUQIAN, HONGZE]),
        ("years", "2024", [SUQIAN]),
        ("found", "error", [BEIJING, "北京市西城区人民政府", HONGZE]),
    ],
)
def test_the_index_is_filtered_and_shown_whole_again(index: Any, field: str, value: str, shown: list[str]) -> None:
    index.locator(f"form.filters select[name={field}]").select_option(value)
    assert seen(index) == shown
    index.locator("form.filters button[type=reset]").click()
    index.locator("table.index tbody tr:visible").nth(6).wait_for()
    assert len(seen(index)) == 7


def test_filters_hold_together(index: Any) -> None:
    index.locator("form.filters select[name=kind]").select_option("government")
    index.locator("form.filters select[name=years]").select_option("2023")
    assert seen(index) == [SUQIAN, HONGZE]


def test_the_index_is_sorted_by_numbers_and_missing_figures_stay_last(index: Any) -> None:
    heading = index.locator("table.index thead th", has_text="最近一年新收")
    button = heading.get_by_role("button")
    button.click()
    assert heading.get_attribute("aria-sort") == "ascending"
    received = "table.index tbody tr td:nth-child(6)"
    assert index.locator(received).all_inner_texts() == ["0", "1", "21", "24", "1,576", "3,525", "无数字"]
    button.press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    assert index.locator(received).all_inner_texts() == ["3,525", "1,576", "24", "21", "1", "0", "无数字"]


def test_a_filter_stays_while_the_table_is_sorted(index: Any) -> None:
    index.locator("form.filters select[name=kind]").select_option("government")
    button = index.locator("table.index thead").get_by_role("button", name="机关")
    button.click()
    button.click()
    assert sorted(seen(index)) == sorted(["北京市西城区人民政府", SUQIAN, HONGZE])


def test_from_the_index_to_an_agency_and_back(index: Any) -> None:
    index.get_by_role("link", name=SUQIAN, exact=True).click()
    assert index.locator("h1").inner_text().startswith(SUQIAN)
    index.locator('a[href="index.html"]').first.click()
    assert len(seen(index)) == 7


def test_from_the_index_to_a_region_and_its_agency(index: Any) -> None:
    index.locator("nav.regions").get_by_role("link", name="宿迁市", exact=True).click()
    assert index.locator("h1").inner_text().startswith("宿迁市")
    index.get_by_role("link", name=SUQIAN).first.click()
    assert index.locator("h1").inner_text().startswith(SUQIAN)


def first_live(page: Any, folder: Path) -> Any:
    """The first live chart of any page, drawn."""
    for path in pages(folder):
        page.goto(path.as_uri())
        if page.locator("figure.live").count():
            return make_live(page).first
    raise AssertionError("no page has a live chart")


def test_the_pointer_on_a_bar_shows_its_figure_and_escape_takes_it_away(page: Any, published: dict[str, Path]) -> None:
    chart = first_live(page, published["zh"])
    drawn = chart.locator(".embed svg .mark-rect path, .embed svg .mark-symbol path").all()
    boxes = [box for mark in drawn if (box := mark.bounding_box())]
    widest = max(boxes, key=lambda box: box["width"])
    # Near its edge, as a figure may be printed in the middle.
    page.mouse.move(widest["x"] + 3, widest["y"] + widest["height"] / 2)
    told = page.locator("#told")
    told.wait_for()
    held = " ".join(chart.locator("script").evaluate("script => script.textContent").split())
    said = [line.partition(": ")[2] for line in told.inner_text().splitlines()]
    assert said and [part for part in said if part not in held] == []
    page.keyboard.press("Escape")
    told.wait_for(state="hidden")


def test_without_script_everything_is_there(browser: Any, watch: Watch, published: dict[str, Path]) -> None:
    page = watch.page(browser, java_script_enabled=False)
    page.goto((published["zh"] / "index.html").as_uri())
    assert len(seen(page)) == 7 and not page.locator("form.filters").is_visible()
    for path in pages(published["zh"]):
        page.goto(path.as_uri())
        assert all(svg.is_visible() for svg in page.locator("figure.chart > svg").all()), path.name
    page.context.close()


def test_print_unfolds_and_shows_drawn_charts(page: Any, published: dict[str, Path]) -> None:
    chart = first_live(page, published["zh"])
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    assert chart.locator("> svg").is_visible() and not chart.locator(".embed").is_visible()
