"""Web pages: the grid of a table as a browser shows it, what is hidden, encodings, what a page says of itself."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from gongkai.parse import parse
from gongkai.parse.identity import read_title
from gongkai.readers import html, to_document
from layouts.formats import FORMATS
from test_formats import form
from test_reading_formats import read


def grid(page: str) -> list[list[tuple[str, int, int]]]:
    """(text, from column, to column) for each cell of the tables."""
    rows = html.read(page.encode(), "page").rows
    return [[(c.text, *s) for c, s in zip(r.cells, r.spans, strict=True)] for r in rows if r.table]


def prose(page: str) -> list[tuple[str, str]]:
    return [(row.role, row.text) for row in html.read(page.encode(), "page").rows if not row.table]


# What a cell holds → its text. Figures that are not printed as one number must not become one.
CELLS = {
    "5": "5",
    "&nbsp;": "",
    "<o:p></o:p>": "",
    "<p>&nbsp;</p>": "",
    "<span>规</span><span>章</span>": "规章",
    "<b>1</b><b>2</b>": "12",
    "1<!-- x -->2": "12",
    "<p>一、</p><p>本年新收</p>": "一、\n本年新收",
    "1<p>2</p>": "1\n2",
    "1<br>234": "1\n234",
    "1<div>2</div>": "1\n2",
    "5<sup>1</sup>": "5^1^",
    "<del>1</del>2": "~1~2",
    "<bdo dir=rtl>21</bdo>": "↔21↔",
    "1<img src=x>2": "12[图片]",
    "<img src=x>": "[图片]",
    "<input value=7>": "7",
    "1<input type=hidden value=2>3": "1\n3",
    "1<input value=2>2": "1\n2\n2",
    "<script>1</script>2": "2",
    "<style>p{}</style>2": "2",
    "<span hidden>9</span>2": "2",
    "<span style='DISPLAY : none'>9</span>2": "2",
    "<span class=h>9</span>2": "2",
    "<table><tr><td>5</td></tr></table>": "5",
    "<a href=x>4</a>": "4",
    "&lt;script&gt;": "<script>",
}


@pytest.mark.parametrize("inside", CELLS)
def test_text_of_a_cell(inside: str) -> None:
    page = f"<style>.h{{display:none}}</style><table><tr><td>{inside}</td><td>b</td></tr></table>"
    assert grid(page) == [[(CELLS[inside], 0, 1), ("b", 1, 2)]]


SPANS = {
    "<tr><td rowspan=2>a<td>1<tr><td>2": [[("a", 0, 1), ("1", 1, 2)], [("2", 1, 2)]],
    "<tr><td rowspan=9>a<td>1<tr><td>2": [[("a", 0, 1), ("1", 1, 2)], [("2", 1, 2)]],
    "<tr><td rowspan=0>a<td>1<tr><td>2<tr><td>3": [[("a", 0, 1), ("1", 1, 2)], [("2", 1, 2)], [("3", 1, 2)]],
    "<tbody><tr><td rowspan=2>a<td>1</tbody><tbody><tr><td>b<td>2": [
        [("a", 0, 1), ("1", 1, 2)],
        [("b", 0, 1), ("2", 1, 2)],
    ],
    "<tr><td colspan=2px>a<td>1": [[("a", 0, 2), ("1", 2, 3)]],
    "<tr><td colspan=0>a<td>1": [[("a", 0, 1), ("1", 1, 2)]],
    "<tr><td colspan=-3>a<td colspan=x>1": [[("a", 0, 1), ("1", 1, 2)]],
    "<tr><td>a<td colspan=20000>1": [[("a", 0, 1), ("1", 1, 101)]],
    "<tr><td style='display:none'>h</td><td>a<td>1": [[("a", 0, 1), ("1", 1, 2)]],
    "<tr><td style='visibility:hidden'>h</td><td>1": [[("", 0, 1), ("1", 1, 2)]],
    "<tfoot><tr><td>f<td>2</tfoot><thead><tr><th>h<th>1</thead>": [
        [("h", 0, 1), ("1", 1, 2)],
        [("f", 0, 1), ("2", 1, 2)],
    ],
}


@pytest.mark.parametrize("rows", SPANS)
def test_spans_are_those_of_a_browser(rows: str) -> None:
    assert grid(f"<table>{rows}</table>") == SPANS[rows]


def test_the_grid_is_that_of_pandas() -> None:
    page = FORMATS["html_word"].write(form(0), 0).decode()
    ours: dict[int, list[list[str]]] = {}
    for row in html.read(page.encode(), "page").rows:
        if row.table:
            ours.setdefault(row.table, []).append(["".join(c.text.split()) for c in row.cells])
    theirs = pd.read_html(io.StringIO(page), flavor="lxml", keep_default_na=False, thousands=None)
    assert len(ours) == len(theirs)
    for mine, frame in zip(ours.values(), theirs, strict=True):
        assert len(mine) == len(frame)
        for row, repeated in zip(mine, frame.astype(str).values.tolist(), strict=True):
            assert {text for text in row if text and not text.isdigit()} <= {"".join(t.split()) for t in repeated}


def test_prose_headings_links_and_pictures() -> None:
    page = "<p>前<a href=x>2022年报告</a></p><li><a href=x>2021年报告</a></li><h1>标题</h1>甲<br>乙<img src=y>丙"
    assert prose(page) == [
        ("", "前2022年报告"),
        ("link", "2021年报告"),
        ("title", "标题"),
        ("", "甲"),
        ("", "乙"),
        ("picture", ""),
        ("", "丙"),
    ]


def test_a_layout_table_flows() -> None:
    page = "<table><tr><td>导航</td><td><p>一、总体</p><table><tr><td>a<td>1</table>尾</td></tr></table>"
    assert prose(page) == [("", "导航"), ("", "一、总体"), ("", "尾")]
    assert grid(page) == [[("a", 0, 1), ("1", 1, 2)]]


@pytest.mark.parametrize(
    ("text", "encoding", "declared"),
    [
        ("规章镕€", "gb18030", "gb2312"),
        ("规章", "gbk", "utf-8"),
        ("規範性檔案說明", "big5", "big5"),
        ("规章", "utf-8-sig", "gb2312"),
        ("规章", "utf-8", "gb2312"),
        ("规章", "utf-16", "utf-8"),
    ],
)
def test_encodings(text: str, encoding: str, declared: str) -> None:
    page = f'<html><meta charset="{declared}"><body><p>{text * 30}</p></body></html>'
    assert html.read(page.encode(encoding), "page").rows[0].text == text * 30


def test_a_table_that_is_a_picture_is_said() -> None:
    page = FORMATS["html_clean"].write(form(0), 0).decode()
    start, end = page.index("<table"), page.index("</table>") + 8
    report = read((page[:start] + "<p><img src=t.png></p>" + page[end:]).encode())
    assert [n.kind for n in report.notes if n.table == "proactive"] == ["table_picture"]
    assert {f.status for f in report.facts if f.table == "proactive"} == {"absent"}


def test_what_the_page_says_of_itself() -> None:
    page = """<html><head><title>某站</title>
    <meta name="ArticleTitle" content="某县水务局2023年政府信息公开工作年度报告">
    <meta name="PubDate" content="2024-01-17"><link rel="canonical" href="http://a.example/1.html"></head><body>
    <ul><li><a href=x>某县水务局2024年政府信息公开工作年度报告</a></li><li>2018年政府信息公开工作年度报告</li></ul>
    <table><tr><td>索引号</td><td>01/2024</td><td>发布机构</td><td>某县水务局</td></tr></table>
    <p>一、总体情况</p><p>平稳。</p><p>六、其他需要报告的事项</p><p>无。</p></body></html>"""
    identity = parse(to_document("html", page.encode(), "page")).identity
    assert (identity.agency, identity.year, identity.year_from) == ("某县水务局", 2023, "title")
    assert identity.page == {
        "index_number": "01/2024",
        "publisher": "某县水务局",
        "published": "2024-01-17",
        "page_title": "某县水务局2023年政府信息公开工作年度报告",
        "link": "http://a.example/1.html",
    }


@pytest.mark.parametrize(
    ("title", "read_as"),
    [
        ("某局政府信息公开工作年度报告（2019年度）", ("某局", 2019)),
        ("某局2021年政府信息公开年报", ("某局", 2021)),
        ("某局关于做好2021年政府信息公开年度报告的通知", None),
    ],
)
def test_forms_of_a_title(title: str, read_as: tuple[str, int] | None) -> None:
    assert read_title(title) == read_as
