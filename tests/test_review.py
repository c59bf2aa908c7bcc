"""Seeing what was read: every fact at its cell of the source, marks on what is in doubt, nothing unescaped."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html

from gongkai import GongkaiError, UnreadableFile, pipeline, review, source
from gongkai.document import Place
from gongkai.form import TABLES
from gongkai.source import Review
from layouts import Form, Printed
from layouts.formats import FORMATS
from test_bad_input import ROOT
from test_formats import form

ORPHANS = ROOT / "data" / "reports" / "xicheng-rsj-2019.txt"
HOSTILE = '<script>alert("1")</script>'
REQUESTS = ("applications", "new", "business")


def written(folder: Path, name: str, report: Form) -> Review:
    path = folder / f"report{FORMATS[name].suffix}"
    path.write_bytes(FORMATS[name].write(report, 1))
    return source.load(path)


def with_cell(text: str, status: str) -> Form:
    report = form(1)
    return replace(report, cells=report.cells | {REQUESTS: Printed(text, None, status)})


def pages(one: Review, lang: str = "zh") -> str:
    """Everything that the notebook shows, without styles."""
    shown = [review.what(one, lang), *(review.table(one, t, lang) for t in TABLES)]
    shown += [review.notes(one, lang), review.corrections(one, lang)]
    return re.sub(r"<style>.*?</style>", "", "".join(part.html for part in shown), flags=re.DOTALL)


def texts(one: Review, table: str, kind: str) -> list[str]:
    """The cells of the source around a table that are marked so."""
    found = review.marks(one, table, "zh")
    return [c.text for row in one.regions[table] for c in row.cells if found[c.place].kind == kind]


@pytest.fixture
def orphans() -> Review:
    return source.load(ORPHANS)


@pytest.mark.parametrize("name", ["html_clean", "html_traditional", "docx", "xlsx", "pdf"])
def test_every_fact_points_to_the_cell_that_prints_it(name: str, tmp_path: Path) -> None:
    one = written(tmp_path, name, form(1))
    for table in TABLES:
        found = review.marks(one, table, "zh")
        cell_of = {found[c.place].link: c.text for row in one.regions[table] for c in row.cells}
        shown = review.table(one, table).html
        facts = one.facts(table)
        assert len(facts) == len(re.findall(r'<td class="c [a-z ]+" title="[^"]+"><a href="#', shown))
        links = re.findall(r'<a href="#(at-[a-z]+-\d+)">', shown)
        assert [cell_of[link].strip() for link in links] == [f["printed"] for f in facts]
        assert all(f'id="{link}"' in shown for link in links)


def test_figures_without_a_row_and_cells_that_were_not_read_are_marked(orphans: Review) -> None:
    assert texts(orphans, "proactive", "loose") == ["800", "22701"]
    assert texts(orphans, "proactive", "doubt") == ["行政检查", "行政确认"]
    shown = review.table(orphans, "proactive").html
    assert shown.count('class="c absent doubt"') == 2 == shown.count("（未读到）")
    assert '<b class="sign">▲</b>22701' in shown
    assert "(not read)" in review.table(orphans, "proactive", "en").html
    assert texts(orphans, "applications", "loose") == texts(orphans, "applications", "doubt") == []


def test_a_table_that_was_not_found_shows_the_place_where_it_should_stand() -> None:
    one = source.load(ROOT / "data" / "reports" / "beijing-rsj-2019.txt")
    assert one.certainty("disputes") == "not read"
    assert "政府信息公开行政复议、行政诉讼情况" in one.regions["disputes"][0].text
    assert review.table(one, "disputes").html.count("（未读到）") == 15


def test_blank_unreadable_and_dashed_cells_are_no_zero(tmp_path: Path) -> None:
    for text, status, shown in [
        ("", "blank", "（空白）"),
        ("约3", "unreadable", "“约3” （读不出）"),
        ("—", "dash", "— （横线）"),
    ]:
        one = written(tmp_path, "html_clean", with_cell(text, status))
        fact = next(f for f in one.facts("applications") if (f["item"], f["column"]) == REQUESTS[1:])
        assert fact["status"] == status
        assert f"{shown}</a></td>" in review.table(one, "applications").html
    assert texts(written(tmp_path, "html_clean", with_cell("约3", "unreadable")), "applications", "doubt") == ["约3"]


@pytest.mark.parametrize("name", ["html_clean", "docx", "xlsx", "pdf"])
def test_what_a_file_prints_is_escaped(name: str, tmp_path: Path) -> None:
    shown = pages(written(tmp_path, name, with_cell(HOSTILE, "unreadable")))
    assert "&lt;script&gt;alert(" in shown
    assert "<script" not in shown


def test_what_a_text_prints_is_escaped(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    text = ORPHANS.read_text("utf-8").replace("\t442", f"\t{HOSTILE}").replace("行政检查", '行政检查"><img src=x>')
    path.write_text(text, encoding="utf-8")
    shown = pages(source.load(path))
    assert "&lt;img src=x&gt;" in shown
    assert "<script" not in shown and "<img" not in shown


def lines(one: Review) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(review.correction_lines(one))))


def save(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def test_correction_lines_are_refused_as_offered_and_settle_the_doubt_once_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_bytes(ORPHANS.read_bytes())
    rows = lines(source.load(path))
    assert [(r["item"], r["column"], r["printed"]) for r in rows] == [
        ("inspection", "decisions", ""),
        ("confirmation", "decisions", ""),
    ]
    save(tmp_path / "corrections.csv", rows)
    with pytest.raises(GongkaiError, match=r"“\?” is no number"):
        pipeline.read(path)
    filled = [
        r | {"corrected": n, "who": "核对人", "date": "2024-05-01"} for r, n in zip(rows, ("800", "22701"), strict=True)
    ]
    save(tmp_path / "corrections.csv", filled)
    one = source.load(path)
    assert one.certainty("proactive") == "sure"
    assert lines(one) == []
    shown = review.corrections(one).html
    assert "（未读到） → 22701" in shown and "核对人" in shown
    assert review.table(one, "proactive").html.count("number corrected") == 2


def test_an_unreadable_cell_is_offered_with_what_is_printed(tmp_path: Path) -> None:
    rows = lines(written(tmp_path, "docx", with_cell('约"3,5', "unreadable")))
    assert [(r["table"], r["item"], r["column"], r["printed"]) for r in rows][:1] == [(*REQUESTS, '约"3,5')]


def test_a_doubtful_table_with_every_cell_read_can_be_confirmed_by_one_line(tmp_path: Path) -> None:
    one = written(tmp_path, "html_clean", form(1))
    assert one.certainty("applications") == "doubtful"
    (row,) = lines(one)
    first = one.facts("applications")[0]
    assert (row["table"], row["item"], row["printed"]) == ("applications", first["item"], first["printed"])
    assert row["corrected"] == "?"


def test_a_merged_cell_printed_again_is_no_figure_left_unread(tmp_path: Path) -> None:
    one = written(tmp_path, "html_pandas", form(2))
    assert one.certainty("proactive") == "sure"
    assert texts(one, "proactive", "loose") == []


def test_a_grid_keeps_its_shape(tmp_path: Path) -> None:
    one = written(tmp_path, "html_clean", form(1))
    rows = one.regions["applications"]
    drawn = html.fragment_fromstring(source.redrawn(rows, {}, "zh"))
    width = max(end for row in rows for _, end in row.spans)
    areas = [int(td.get("colspan", "1")) * int(td.get("rowspan", "1")) for td in drawn.iter("td")]
    assert sum(areas) == width * len(rows)


def test_pages_of_a_pdf_are_drawn_with_their_cells(samples: Path) -> None:
    one = source.load(samples / "hongze-2023.pdf")
    for table in TABLES:
        shown = review.table(one, table).html
        assert shown.count('<rect class="c read"') == len(one.facts(table))
        assert shown.count("data:image/png;base64,") == len({row.place.within[:6] for row in one.regions[table]})
        assert not re.search(r'(?:href|src)="(?!#|data:)', shown)
        assert "http" not in re.sub(r"<style>.*?</style>", "", shown, flags=re.DOTALL)


def test_a_page_that_cannot_be_drawn_is_shown_as_read(tmp_path: Path) -> None:
    one = written(tmp_path, "pdf", form(2))
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.4\n")
    shown = review.table(replace(one, document=replace(one.document, source=str(broken))), "disputes", "en").html
    assert "The page could not be drawn" in shown
    assert shown.count('<td class="c read"') == 15


def test_cells_on_a_turned_page_are_listed_beside_it(tmp_path: Path) -> None:
    one = written(tmp_path, "pdf", form(2))
    shown = review.table(replace(one, document=replace(one.document, boxes={})), "disputes").html
    assert shown.count("<svg") == 1 and "<rect" not in shown
    assert shown.count('<td class="c read"') == 15


def test_a_long_cell_is_cut() -> None:
    assert len(source.escaped("<" * 10_000)) < 3000


def test_rows_beyond_measure_are_counted_not_shown(orphans: Review) -> None:
    row = orphans.regions["disputes"][0]
    many = [replace(row, cells=tuple(c._replace(place=Place(k)) for c in row.cells)) for k in range(1000)]
    assert "其余 600 行没有显示" in source.redrawn(many, {}, "zh")


def test_a_table_of_facts_is_no_source(tmp_path: Path, orphans: Review) -> None:
    path = tmp_path / "facts.parquet"
    orphans.reading.facts.write_parquet(path)
    with pytest.raises(UnreadableFile, match="Name the file of the report itself"):
        source.load(path)
