"""What prose is read as: a table of sentences, and the claims of the published samples typed from their print."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongkai import read
from gongkai.claims import Claim, read_claims
from gongkai.form import declared_rows, form
from gongkai.parse.model import Section

HERE = Path(__file__).parent
YEAR, EDITION = 2023, "2021"
GOLDEN = sorted(p.name.removeprefix("claims-").removesuffix(".txt") for p in (HERE / "golden").glob("claims-*.txt"))


@cache
def cells() -> dict[str, dict[str, str]]:
    return {r["term"]: r for r in declared_rows("claim_terms")}


def claims_of(text: str, year: int | None = YEAR) -> list[Claim]:
    return read_claims((Section("一", "", ((text, "line 1"),), "line 1"),), EDITION, year)


def figure(claim: Claim) -> str:
    value = f"{claim.low:.12g}" if claim.low == claim.high else f"{claim.low:.12g}~{claim.high:.12g}"
    return f"{value}{claim.unit}"


def shown(claim: Claim, claims: list[Claim], edition: str | None = EDITION) -> str:
    """A claim as the tables write it; see the head of sentences.txt."""
    of = next((c.term or "-" for c in claims if c.n == claim.of), None)
    what = {"share": "share ", "change": "change +" if claim.low >= 0 else "change "}.get(claim.kind)
    text = f"none {claim.term}" if claim.denial else f"{what or (claim.term or '-') + ' '}{figure(claim)}"
    text += f" {{{claim.scope}}}" if claim.scope else ""
    text += f" @{claim.year}" if claim.year else ""
    if claim.kind == "count":
        text += f" <{of or ''}" if claim.role == "part" else f" of {of}" if of else ""
        has_cell = claim.term and edition and cells()[claim.term][f"cell_{edition}"]
        return text + (" !" if has_cell and not claim.item else "")
    return text + (" <" if claim.role == "part" else f" of {of or '-'}")


def table() -> list[tuple[str, str]]:
    lines = (HERE / "claims" / "sentences.txt").read_text("utf-8").splitlines()
    kept = [line for line in lines if line.startswith("  ") or (line.strip() and not line.startswith("#"))]
    assert all(text.startswith("  ") == (k % 2 == 1) for k, text in enumerate(kept))
    return [(kept[k], kept[k + 1].strip()) for k in range(0, len(kept), 2)]


@pytest.mark.parametrize(("text", "expected"), table(), ids=[text for text, _ in table()])
def test_sentence_is_read_as_its_claims(text: str, expected: str) -> None:
    claims = claims_of(text)
    assert "; ".join(shown(c, claims) for c in claims) == expected


def test_every_term_of_the_declarations_is_read_somewhere() -> None:
    # A part of what a case ended with is said in the same words for each kind of case.
    ends = ("_upheld", "_corrected", "_other", "_pending")
    said = {word for _, expected in table() for word in expected.replace(";", " ").split()}
    assert {t for t in cells() if t not in said and not t.endswith(ends)} == set()


def test_parts_share_a_group_and_the_total_carries_the_first() -> None:
    claims = claims_of(
        "收到政府信息公开申请9件，自然人申请7件、法人申请2件；网络申请5件、信函申请4件；不予公开3件（国家秘密1件、过程性信息2件），予以公开6件。"
    )
    assert [(c.group, c.role) for c in claims] == [
        (1, "total"),
        *[(1, "part")] * 2,
        *[(2, "part")] * 2,
        (3, "part"),
        *[(4, "part")] * 2,
        (3, "part"),
    ]
    assert [c.of for c in claims] == [None, 1, 1, 1, 1, 1, 6, 6, 1]


def test_a_list_behind_semicolons_is_one_sentence() -> None:
    listed = "收到政府信息公开申请9件：予以公开5件；部分公开3件；不予公开1件。"
    claims = claims_of(f"主动公开信息20条；培训2次。{listed}行政复议1件；行政诉讼2件。")
    sentences = ["主动公开信息20条；", "培训2次。", *[listed] * 4, "行政复议1件；", "行政诉讼2件。"]
    assert [c.sentence for c in claims] == sentences


def test_without_a_year_the_year_before_is_no_figure_of_this_one() -> None:
    first, second = claims_of("上年收到政府信息公开申请35件，今年收到24件。", year=None)
    assert (first.term, first.item) == (None, None)
    assert (second.term, second.item) == ("received", "new")


def test_a_cell_that_the_editions_name_differently_needs_the_edition() -> None:
    sections = (Section("一", "", (("制发行政规范性文件5件，收到政府信息公开申请3件。", "line 1"),), "line 1"),)
    columns = [[c.column for c in read_claims(sections, edition, YEAR)] for edition in ("2019", "2021", None)]
    assert columns == [["made", "total"], ["issued", "total"], [None, "total"]]


def golden(name: str) -> list[str]:
    return (HERE / "golden" / f"claims-{name}.txt").read_text("utf-8").splitlines()


def claims_in(folder: Path, name: str) -> list[str]:
    (path,) = folder.glob(f"{name}.*")
    reading = read(path)
    claims = [Claim(**{k: v for k, v in c.items() if k != "report_id"}) for c in reading.claims.iter_rows(named=True)]
    return [shown(c, claims, reading.reports["edition"][0]) for c in claims]


@pytest.mark.parametrize("name", GOLDEN)
def test_claims_of_the_published_samples(name: str, samples: Path) -> None:
    assert claims_in(samples, name) == golden(name)


@pytest.mark.parametrize("name", GOLDEN)
def test_the_bundled_reports_say_the_same_in_other_words(name: str) -> None:
    # Their prose is condensed: whose figures they are and figures of other things may be left out, and a list of
    # bodies may stand in a sentence of its own, without its total.
    def figures_of(lines: list[str]) -> list[str]:
        kept = [re.sub(r" \{.*?\}", "", line) for line in lines if not line.startswith("- ")]
        return [line.split(" <")[0] if line.startswith("body") else line for line in kept]

    said = figures_of(claims_in(HERE.parent / "data" / "reports", name))
    assert sorted(said) == sorted(figures_of(golden(name)))


def test_sections_two_to_four_are_read_too() -> None:
    sections = tuple(Section(s, "", (("收到政府信息公开申请3件。", f"line {s}"),), "") for s in "一二三四五六")
    assert [(c.section, c.n, c.where) for c in read_claims(sections, EDITION, YEAR)] == [
        (s, n, f"line {s}") for n, s in enumerate("一二三四五六", 1)
    ]


@settings(deadline=None)
@given(st.text(max_size=200), st.sampled_from(["", "收到政府信息公开申请", "3件，同比", "占", "（"]))
def test_any_text_at_all_is_read(text: str, before: str) -> None:
    for claim in claims_of(before + text, year=None):
        assert claim.printed in claim.sentence
        assert claim.low <= claim.high
        cell = (claim.table, claim.item, claim.column)
        assert all(cell) or not any(cell)
        assert claim.table is None or (claim.table, claim.item) in form().items


@given(st.integers(0, 99_999), st.sampled_from(["件", " 件", "件次", "宗"]), st.booleans())
def test_a_printed_figure_is_the_claim(n: int, unit: str, grouped: bool) -> None:
    printed = f"{n:,}{unit}" if grouped else f"{n}{unit}"
    (claim,) = claims_of(f"全年收到政府信息公开申请{printed}。")
    assert (claim.term, claim.low, claim.high, claim.printed) == ("received", n, n, printed)


@given(st.integers(1, 9999), st.sampled_from(["余", "多"]))
def test_an_approximate_figure_lies_in_the_interval_of_its_last_digit(n: int, word: str) -> None:
    (claim,) = claims_of(f"主动公开政府信息{n}{word}条。")
    step = 10 ** (len(str(n)) - len(str(n).rstrip("0")))
    assert (claim.low, claim.high) == (n, n + step)


@pytest.mark.parametrize("unit", ["收到申请3件，同比增长5%（上年2件），", "1,", "未收到公开申请的", "（", "占总数的"])
def test_a_line_of_a_megabyte_takes_ten_times_as_long_as_a_tenth_of_it(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        start = process_time()
        claims_of(text)
        return process_time() - start

    seconds(1000)
    # Ten times where it is linear, a hundred times where it is not.
    assert seconds(1_000_000) < 35 * (seconds(100_000) + 0.01)
