"""Any invented report, in any layout, with any quirk: the table comes back exactly, or a note, never a wrong number."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongkai.document import Document
from gongkai.frames import Parsed, assemble
from gongkai.parse import parse
from gongkai.parse.model import Report
from gongkai.readers import text
from gongkai.readers.encoding import decode
from layouts import (
    ENCODINGS,
    EVERYTHING,
    LAYOUTS,
    PLAIN,
    QUIRKS,
    STYLES,
    Form,
    balanced_forms,
    encode,
    expected_facts,
    forms,
    render,
)

READABLE = [name for name, layout in LAYOUTS.items() if layout.readable]
# Here a row's empty cells can always be told from cells that are gone.
CERTAIN = ["cell_lines", "pipes_bordered", "markdown"]
# In a file of one cell a line that drops empty cells, a bare page number can stand for one of them; only the
# sums can tell, and invented numbers do not add up.
UNDECIDABLE = {("lines", "page_number"), ("paragraphs", "page_number")}

examples = settings(deadline=None, suppress_health_check=list(HealthCheck))


def read(content: str, encoding: str = "utf-8") -> Report:
    decoded, name = decode(encode(content, encoding), "invented.txt")
    return parse(Document("invented.txt", "0" * 64, "txt", name, text.rows(decoded)))


def found(report: Report) -> dict[tuple[str, str, str], tuple[float | None, str]]:
    return {(f.table, f.item, f.column): (f.value, f.status) for f in report.facts}


def expected(form: Form) -> dict[tuple[str, str, str], tuple[float | None, str]]:
    return {(f.table, f.item, f.column): (f.value, f.status) for f in expected_facts(form)}


def wrong(form: Form, report: Report) -> dict[object, object]:
    """Cells the report gives otherwise than printed; `absent` is no claim about the cell."""
    want = expected(form)
    return {k: (v, want.get(k)) for k, v in found(report).items() if v[1] != "absent" and v != want.get(k)}


def unaccounted(form: Form, report: Report) -> list[str]:
    """Numbers the tables print that are neither placed nor named in a note."""
    noted = Counter(n for note in report.notes for n in note.figures.get("numbers", []))
    words = " ".join(str(note.figures) for note in report.notes)
    got = found(report)
    gone = [
        form.cells[k].text
        for k, v in expected(form).items()
        if v[1] == "number" and got.get(k, (None, "absent"))[1] == "absent"
    ]
    return [number for number in gone if not noted[number] and number not in words]


@pytest.mark.parametrize("layout", READABLE)
@given(form=balanced_forms(may=STYLES), seed=st.integers(0, 99))
@settings(examples, max_examples=12)
def test_every_number_comes_back(layout: str, form: Form, seed: int) -> None:
    report = read(render(form, layout, seed))
    assert found(report) == expected(form)
    assert (report.identity.agency, report.identity.year, report.edition) == (form.agency, form.year, form.edition)
    tables = assemble([Parsed(Document("x", "0" * 64, "txt", "utf-8", ()), report)])["tables"]
    assert tables["numbers_printed"].to_list() == tables["cells_expected"].to_list()


@pytest.mark.parametrize("layout", CERTAIN)
@given(form=forms(may=EVERYTHING), seed=st.integers(0, 99))
@settings(examples, max_examples=12)
def test_blanks_dashes_and_words_come_back_where_every_cell_shows(layout: str, form: Form, seed: int) -> None:
    got, want = found(read(render(form, layout, seed))), expected(form)
    # Words behind a label that can head sub-rows may be a sub-row's name, and a row without any value
    # may be their heading: such rows are refused.
    heads = {"other_management", "other"}
    refused = {k[1] for k in want if k[1] in heads and want[k][1] == "unreadable"}
    refused |= {i for i in heads if {want[k][1] for k in want if k[1] == i} == {"blank"}}
    assert {k: v for k, v in got.items() if k[1] not in refused} == {
        k: v for k, v in want.items() if k[1] not in refused
    }
    assert all(got[k] == want[k] or got[k][1] == "absent" for k in want if k[1] in refused and k in got)


@pytest.mark.parametrize("layout", list(LAYOUTS))
@given(form=forms(may=EVERYTHING), seed=st.integers(0, 99))
@settings(examples, max_examples=12)
def test_never_a_wrong_number(layout: str, form: Form, seed: int) -> None:
    report = read(render(form, layout, seed))
    assert wrong(form, report) == {}
    if LAYOUTS[layout].readable:
        assert unaccounted(form, report) == []


@pytest.mark.parametrize("quirk", sorted(QUIRKS))
@given(data=st.data(), seed=st.integers(0, 99))
@settings(examples, max_examples=30)
def test_never_a_wrong_number_with_a_quirk(quirk: str, data: st.DataObject, seed: int) -> None:
    may = data.draw(st.sampled_from([PLAIN, STYLES, frozenset({"blank"}), EVERYTHING]))
    form = data.draw(forms(may=may))
    layout = data.draw(st.sampled_from([n for n in LAYOUTS if QUIRKS[quirk].applies(form, n)] or [None]))
    if layout is None or ((layout, quirk) in UNDECIDABLE and "blank" in may):
        return
    try:
        changed = QUIRKS[quirk].apply(render(form, layout, seed))
    except ValueError:
        return
    report = read(changed)
    if quirk == "amount_unit_in_header":
        units = {(f.table, f.item, f.column): f.unit for f in expected_facts(form, header_unit="万元")}
        amounts = [f for f in report.facts if f.column == "amount" and f.status == "number"]
        assert [f.unit for f in amounts] == [units[f.table, f.item, f.column] for f in amounts]
    if quirk == "last_number_missing":
        # The text no longer prints that number: only claims about the others can be wrong.
        assert all(v[0][0] is None for v in wrong(form, report).values())
    else:
        assert wrong(form, report) == {}


@pytest.mark.parametrize(
    "quirk", sorted(set(QUIRKS) - {"last_number_missing", "label_garbled", "amount_unit_in_header"})
)
@given(data=st.data(), seed=st.integers(0, 99))
@settings(examples, max_examples=12)
def test_a_quirk_that_loses_nothing_hides_nothing(quirk: str, data: st.DataObject, seed: int) -> None:
    form = data.draw(balanced_forms(may=PLAIN))
    able = [n for n in READABLE if QUIRKS[quirk].applies(form, n) and QUIRKS[quirk].places_all(n)]
    if not able:
        return
    layout = data.draw(st.sampled_from(able))
    try:
        changed = QUIRKS[quirk].apply(render(form, layout, seed))
    except ValueError:
        return
    assert found(read(changed)) == expected(form)


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(form=balanced_forms(may=STYLES), layout=st.sampled_from(READABLE))
@settings(examples, max_examples=6)
def test_every_encoding_gives_the_same_facts(encoding: str, form: Form, layout: str) -> None:
    content = render(form, layout, 0)
    assert found(read(content, encoding)) == found(read(content)) == expected(form)


@given(form=forms(may=PLAIN))
@settings(examples, max_examples=10)
def test_cells_run_together_are_refused_with_a_note(form: Form) -> None:
    report = read(render(form, "run_together", 0))
    assert {status for _, status in found(report).values()} == {"absent"}
    assert {n.kind for n in report.notes} & {"run_together"}


def test_a_page_number_in_place_of_an_empty_cell_is_not_taken_where_sums_tell() -> None:
    head = "某镇水务局2023年政府信息公开工作年度报告\n一、总体情况\n平稳。\n三、收到和处理政府信息公开申请情况\n"
    columns = "申请人情况\n自然人\n法人或其他组织\n商业企业\n科研机构\n社会公益组织\n法律服务机构\n其他\n总计\n"
    new = "一、本年新收政府信息公开申请数量\n5\n0\n0\n4\n0\n0\n5\n"  # an empty cell is gone, 4 is the page
    carried = "二、上年结转政府信息公开申请数量\n0\n0\n0\n0\n0\n0\n"
    report = read(head + columns + new + carried + "六、其他需要报告的事项\n无。\n")
    assert {f.status for f in report.facts if f.item == "new"} == {"absent"}
    assert [n.figures["numbers"] for n in report.notes if n.kind == "ambiguous_row"] == [list("5004005")]
