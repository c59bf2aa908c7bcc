"""Pages: complete, self-contained, and inert whatever a report says."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote

import polars as pl
import pytest

import gongkai
from gongkai import publish, selection, show, store
from gongkai.errors import GongkaiError

REPORTS = Path(__file__).parents[1] / "data" / "reports"
XICHENG, BEIJING = "北京市西城区人民政府", "北京市人力资源和社会保障局"
HOSTILE = '<script>alert(1)</script>"onx="y=cmd()/../{{7*7}}[a](javascript:b)'


class Links(HTMLParser):
    """Collects tags, what they refer to, event handlers and style text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.refers: list[str] = []
        self.handlers: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.refers += [value or ""] if name in {"href", "src", "xlink:href", "srcset", "data", "action"} else []
            self.handlers += [name] if name.startswith("on") else []


def is_inert(page: str) -> bool:
    """No script but the shared one, no event handler, nothing fetched, links only to anchors and files beside it."""
    # The one script of all pages, and specifications of charts, which are data.
    page = re.sub(r'<script src="pages\.js" defer></script>|<script type="application/json">[^<]*</script>', "", page)
    links = Links(page)
    near = all(re.fullmatch(r"#[\w-]+|(file://)?[^:#?]+(#(page=\d+|:~:text=[\w.%-]+))?", r) for r in links.refers)
    fetched = re.findall(r"url\((?!data:)|@import", page)
    return near and not fetched and not links.handlers and not {"script", "iframe", "link", "img"} & set(links.tags)


@pytest.fixture(scope="module")
def reading() -> gongkai.Reading:
    return gongkai.read_folder(REPORTS, progress=False)


def of_agencies(reading: gongkai.Reading, agencies: list[str]) -> gongkai.Reading:
    ids = reading.reports.filter(pl.col("agency").is_in(agencies))["report_id"].implode()
    kept = {
        n: f.filter(pl.col("report_id").is_in(ids)) if "report_id" in f.columns else f
        for n, f in reading.frames.items()
    }
    return gongkai.Reading(**kept)


@pytest.fixture(scope="module")
def published(reading: gongkai.Reading, tmp_path_factory: pytest.TempPathFactory) -> publish.Published:
    """Slow: two kernels (about 15 s)."""
    return publish.publish(
        of_agencies(reading, [XICHENG, BEIJING]), tmp_path_factory.mktemp("out") / "pages", progress=False
    )


@pytest.mark.slow
def test_every_agency_has_a_page_and_the_index_links_it(published: publish.Published) -> None:
    assert set(published.pages) == {XICHENG, BEIJING} and not published.failed
    index = published.index.read_text("utf-8")
    assert is_inert(index) and all(page.is_file() for page in published.pages.values())
    out = published.index.parent
    linked = {r for r in Links(index).refers if not r.startswith("#")}
    assert all((out / unquote(name)).is_file() for name in linked)
    assert linked >= {"findings.csv", "facts.csv", *(quote(p.name) for p in published.pages.values())}
    assert set(published.regions) == {"region-北京市", "region-北京市西城区", "parent-xicheng"}
    assert {quote(p.name) for p in published.regions.values()} <= linked


@pytest.mark.slow
def test_a_page_refers_to_nothing_outside_and_hides_code(published: publish.Published) -> None:
    for page in published.pages.values():
        text = page.read_text("utf-8")
        assert is_inert(text)
        assert "read_folder" not in text and "charts.render" not in text and "\\u5317" not in text
        assert "data:font/woff" in text and 'charset="utf-8"' in text and "发现是向机关提出的问题，不是结论" in text


@pytest.mark.slow
def test_a_page_holds_every_finding_every_count_and_the_source(
    published: publish.Published, reading: gongkai.Reading
) -> None:
    text = html.unescape(published.pages[XICHENG].read_text("utf-8"))
    one = selection.pick(reading, XICHENG)
    assert one.findings.filter(pl.col("rule") == "T3-03").height == 4 and all(
        message in text for message in one.findings["message_zh"]
    )
    for cells in one.findings["cells"]:
        assert all(f'<td class="number">{c["printed"]}</td>' in text for c in cells)
    assert one.reports["sha256"][0] in text and "正文" in text and "经过缩写" in text
    assert text.count('<td class="number">') >= 16 and "<td>201</td>" in text
    form_cells = re.findall(r'<td class="(?:number|absent|blank|dash|unreadable)(?: marked)?">', text)
    assert len(form_cells) >= 201


@pytest.mark.slow
def test_a_table_that_was_not_read_is_said_with_the_findings_that_follow(published: publish.Published) -> None:
    text = published.pages[BEIJING].read_text("utf-8")
    assert text.count("没有读到本表") == 3 and "由此引起的另外 3 项" in text and "不作图" in text


@pytest.mark.slow
def test_the_frames_lie_beside_the_pages_and_read_the_same(published: publish.Published) -> None:
    out = published.index.parent
    again = gongkai.read_folder(out)
    assert again.facts.height == 201 + 198 and set(again.findings["rule"]) >= {"T3-03", "C-02", "N-18"}
    assert (out / "facts.csv").read_bytes()[:3] == b"\xef\xbb\xbf" and store.is_store(out)


def test_the_rows_of_some_reports_are_read_from_a_stored_frame(reading: gongkai.Reading, tmp_path: Path) -> None:
    store.save({"facts": reading.facts.reverse()}, tmp_path)
    path = tmp_path / "facts.parquet"
    assert pl.read_parquet(path)["report_id"].is_sorted()
    some = reading.reports.filter(pl.col("year") == 2019)
    found = store.rows_of(path, some)
    assert found.height == 597 and set(found["report_id"]) == set(some["report_id"])
    assert store.rows_of(path, some.clear()).is_empty()


@pytest.mark.slow
def test_the_executed_notebook_carries_no_trace_of_this_machine(published: publish.Published) -> None:
    text = published.pages[XICHENG].with_suffix(".ipynb").read_text("utf-8")
    assert str(published.index.parent) not in text and "papermill" not in json.loads(text)["metadata"]


def test_pages_of_agencies_that_are_gone_are_removed_and_nothing_else(reading: gongkai.Reading, tmp_path: Path) -> None:
    (tmp_path / "old.html").write_text("old")
    (tmp_path / "mine.html").write_text("mine")
    (tmp_path / publish.MANIFEST).write_text(json.dumps({"made": ["old.html", "../x.html", "mine.txt"]}))
    empty = of_agencies(reading, [])
    done = publish.publish(empty, tmp_path, lang="en", progress=False)
    assert done.pages == {} and not (tmp_path / "old.html").exists() and (tmp_path / "mine.html").exists()


@pytest.mark.slow
def test_one_failing_page_does_not_stop_the_others(
    reading: gongkai.Reading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The notebook reads the frames again and does not find an agency of this name.
    two = of_agencies(reading, [XICHENG])
    monkeypatch.setattr(publish.pages.selection, "agencies_of", lambda reports: ["<b>没有</b>"])
    done = publish.publish(two, tmp_path, progress=False)
    assert [a for a, _ in done.failed] == ["<b>没有</b>"] and "unknown agency" in done.failed[0][1]
    index = done.index.read_text("utf-8")
    assert "&lt;b&gt;没有&lt;/b&gt;" in index and "unknown agency" in index
    assert all(p.name.startswith(("region-", "parent-")) for p in tmp_path.glob("*.ipynb"))


def test_a_folder_that_cannot_be_written_is_named(reading: gongkai.Reading, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(GongkaiError, match=r"file.*--out"):
        publish.publish(reading, tmp_path / "file" / "pages", progress=False)


def test_an_unknown_language_is_refused(reading: gongkai.Reading, tmp_path: Path) -> None:
    with pytest.raises(GongkaiError, match="Choices: zh, en"):
        publish.publish(reading, tmp_path, lang="fr", progress=False)


NAMES = [XICHENG, "../../etc/passwd", "a/b", "CON", "con.txt", "nul", "index", "", ".", "..", "x" * 500, "区" * 300]
NAMES += ["a\x00b\n", "ABC", "abc", "甲 ", "甲", "-rf", HOSTILE, "甲\u202e乙", "a:b", "100%#?"]


def test_file_names_are_safe_unique_and_stable() -> None:
    made = [publish.safe_name(n) for n in NAMES]
    assert made == [publish.safe_name(n) for n in NAMES] and made[0] == XICHENG
    assert len({m.casefold() for m in made}) == len(NAMES)
    for name in made:
        assert re.fullmatch(r"[^\x00-\x1f<>:\"/\\|?*#%]{1,140}", name) and len(name.encode()) < 150
        assert not name.startswith((".", "-")) and not name.endswith((" ", ".")) and ".." not in name
        assert name.split(".")[0].casefold() not in {"con", "nul", "index", ""}


def hostile(reading: gongkai.Reading) -> gongkai.Reading:
    """One reading with text that would like to be code wherever a report's text can stand."""
    one = selection.pick(reading, XICHENG)
    text = pl.lit(HOSTILE)
    findings = one.findings.with_columns(message_zh=text, message_en=text).with_columns(
        cells=pl.col("cells").list.eval(
            pl.struct(
                pl.element().struct.field("cell"),
                pl.element().struct.field("side"),
                text.alias("printed"),
                text.alias("where"),
            )
        )
    )
    return gongkai.Reading(
        reports=one.reports.with_columns(agency=text, title=text, source=text),
        facts=one.facts.with_columns(agency=text, printed=text),
        claims=one.claims,
        sections=one.sections,
        notes=reading.notes.with_columns(text=text, text_en=text, where=text, report_id=text),
        tables=one.tables.with_columns(where=text),
        files=one.files.with_columns(file=text, status=pl.lit("set aside"), reason=text, reason_en=text),
        stored_findings=findings,
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_text_from_reports_is_inert_in_every_table(reading: gongkai.Reading, lang: str) -> None:
    bad = hostile(reading)
    shown = [
        show.summary(bad, lang),
        show.masthead(bad, lang).html,
        show.key_figures(bad, lang).html,
        show.findings(bad.findings, bad.reports, lang, bad.findings.with_columns(folded_under="finding_id")).html,
        show.notes(bad.notes, lang).html,
        show.form_tables(bad, lang).html,
        show.sources(bad.reports, lang).html,
    ]
    for piece in shown:
        assert is_inert(piece)
        assert "<script" not in piece and '"onx="' not in piece
    assert all(html.escape("{{7*7}}") in piece for piece in (shown[0], shown[3], shown[4], shown[5], shown[6]))


@pytest.mark.slow
def test_text_from_reports_is_inert_in_page_index_notebook_and_csv(reading: gongkai.Reading, tmp_path: Path) -> None:
    done = publish.publish(hostile(reading), tmp_path, progress=False)
    assert not done.failed
    page, index = done.pages[HOSTILE].read_text("utf-8"), done.index.read_text("utf-8")
    assert is_inert(page) and is_inert(index) and "{{7*7}}" in page and "&lt;script&gt;" in index
    assert done.pages[HOSTILE].parent == tmp_path.resolve()
    assert not [line for line in (tmp_path / "facts.csv").read_text("utf-8-sig").splitlines() if line.startswith("=")]


def test_missing_cells_read_apart_from_zero_and_from_each_other(reading: gongkai.Reading) -> None:
    one = selection.pick(reading, XICHENG)
    statuses = dict(zip(["blank", "dash", "unreadable", "absent"], one.facts.rows(), strict=False))
    k = pl.int_range(pl.len())
    facts = one.facts.with_columns(
        status=pl.when(k < 4).then(pl.lit(list(statuses)).list.get(k % 4)).otherwise("status"),
        printed=pl.when(k == 0)
        .then(pl.lit(""))
        .when(k == 1)
        .then(pl.lit("—"))
        .when(k == 3)
        .then(None)
        .otherwise("printed"),
    )
    text = show.form_tables(gongkai.Reading(**(one.frames | {"facts": facts}), stored_findings=one.findings)).html
    for words in (
        "（空白）</em>",
        '— <em class="gap">（横线）',
        "（读不出）</em>",
        "（未印）</em>",
        "※4</a>",
        "<mark>2782",
    ):
        assert words in text


def test_a_unit_that_the_report_does_not_print_is_not_made_up(reading: gongkai.Reading) -> None:
    text = show.form_tables(selection.pick(reading, "天津市西青区人社局")).html
    assert "采购总金额（单位不明）" in text and "采购总金额（万元）" not in text


def test_stored_verdicts_stay_as_long_as_they_are_of_these_reports(tmp_path: Path) -> None:
    reading = gongkai.read_folder(REPORTS, progress=False)
    publish._save_frames(reading, tmp_path)
    verdicts = pl.read_parquet(tmp_path / selection.VERDICTS)
    assert not set(verdicts["report_id"]) <= set(reading.reports["report_id"])  # some are on reports that are missing
    again = gongkai.read_folder(tmp_path, progress=False)
    publish._save_frames(again, tmp_path)
    assert pl.read_parquet(tmp_path / selection.VERDICTS).equals(verdicts)
    publish._save_frames(again.only(agency=XICHENG), tmp_path)
    assert not (tmp_path / selection.VERDICTS).exists()
