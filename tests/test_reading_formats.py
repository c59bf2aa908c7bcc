"""Any invented report as a file of any format: every cell comes back, or a note says why not; never a wrong number."""

from __future__ import annotations

from html import escape
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongkai.parse import parse
from gongkai.parse.model import Report
from gongkai.readers import family, to_document
from layouts import EVERYTHING, STYLES, Form, balanced_forms, expected_facts, forms
from layouts.formats import FORMATS, KINDS
from layouts.formats.blocks import blocks, cut, placed
from layouts.formats.html import clean_block, page, spans
from test_reading_layouts import examples, unaccounted, wrong

EVERY = FORMATS | KINDS
# Row and column numbers that a program put around the tables make each row one number longer: it is refused.
NUMBERED = {"html_pandas_numbered"}
LOSSLESS = sorted(name for name, one in EVERY.items() if one.lossless and name not in NUMBERED)


def examples_of(name: str, n: int) -> settings:
    """Writing and reading a PDF costs a hundred times what a page does."""
    return settings(examples, max_examples=max(n // 4, 2) if name.startswith("pdf") else n)


def read(data: bytes) -> Report:
    return parse(to_document(family(data, "invented"), data, "invented"))


def cells(report: Report) -> dict[tuple[str, str, str], tuple[float | None, str, str | None]]:
    return {(f.table, f.item, f.column): (f.value, f.status, f.printed) for f in report.facts}


def printed(form: Form) -> dict[tuple[str, str, str], tuple[float | None, str, str | None]]:
    return {(f.table, f.item, f.column): (f.value, f.status, f.printed) for f in expected_facts(form)}


def exact(name: str, form: Form, seed: int) -> Report:
    """The report as read, which must be the form as the file shows it, cell by cell."""
    shown, report = EVERY[name].shown(form, seed), read(EVERY[name].write(form, seed))
    assert cells(report) == printed(shown)
    assert (report.identity.agency, report.identity.year, report.edition) == (shown.agency, form.year, form.edition)
    return report


@pytest.mark.parametrize("name", LOSSLESS)
def test_every_cell_of_a_lossless_format_comes_back(name: str) -> None:
    @given(form=forms(may=EVERYTHING), seed=st.integers(0, 99))
    @examples_of(name, 16)
    def check(form: Form, seed: int) -> None:
        exact(name, form, seed)

    check()


@pytest.mark.parametrize("name", LOSSLESS)
def test_a_reading_that_adds_up_is_sure(name: str) -> None:
    @given(form=balanced_forms(may=STYLES), seed=st.integers(0, 99))
    @examples_of(name, 8)
    def check(form: Form, seed: int) -> None:
        assert {table.certainty for table in exact(name, form, seed).tables} == {"sure"}

    check()


@pytest.mark.parametrize("name", sorted(set(EVERY) - set(LOSSLESS)))
def test_what_a_damaged_file_loses_is_said(name: str) -> None:
    @given(form=forms(may=EVERYTHING), seed=st.integers(0, 99))
    @examples_of(name, 25)
    def check(form: Form, seed: int) -> None:
        shown, report = EVERY[name].shown(form, seed), read(EVERY[name].write(form, seed))
        assert wrong(shown, report) == {}
        assert unaccounted(shown, report) == []
        tables = {table.table: table.certainty for table in report.tables}
        assert all(tables[f.table] != "sure" for f in report.facts if f.status == "absent")

    check()


def in_one_table(form: Form, seed: int) -> bytes:
    """A page whose one table holds the whole report, prose in cells over its full width."""
    rows = []
    for block in blocks(form, Random(seed)):
        if block.kind == "table":
            rows += ["".join(f"<td{spans(at)}>{escape(at.cell.text)}</td>" for at in row) for row in placed(block.rows)]
        else:
            # Far longer than any cell of the form.
            text = block.text * 20 if block.kind == "prose" else block.text
            rows.append(f'<td colspan="15">{escape(text)}</td>')
    return page("", "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>").encode()


@given(form=forms(may=EVERYTHING), seed=st.integers(0, 99))
@settings(examples, max_examples=15)
def test_a_report_in_one_table_comes_back(form: Form, seed: int) -> None:
    report = read(in_one_table(form, seed))
    assert cells(report) == printed(form)
    assert (report.identity.agency, report.identity.year) == (form.agency, form.year)


@pytest.mark.parametrize("header", [True, False])
@given(form=forms(may=EVERYTHING), seed=st.integers(0, 99), below=st.integers(1, 19))
@settings(examples, max_examples=40)
def test_a_table_cut_in_two_goes_on_with_and_without_its_header(
    header: bool, form: Form, seed: int, below: int
) -> None:
    rng, parts = Random(seed), []
    for block in blocks(form, rng):
        if block.table == "applications":
            first, second = cut(block.rows, len(block.rows) - below, rng)
            again = block.rows[:3] if header else []
            parts += [block._replace(rows=first), block._replace(rows=[*again, *second])]
        else:
            parts.append(block)
    report = read(page("", "\n".join(clean_block(part, rng) for part in parts)).encode())
    assert cells(report) == printed(form)
