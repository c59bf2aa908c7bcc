"""Is the generator honest? Without any parser: by counting, by exchanging cells, and against texts written by hand."""

import re
from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from layouts import (
    ENCODINGS,
    EVERYTHING,
    LAYOUTS,
    PLAIN,
    QUIRKS,
    STYLES,
    Fact,
    Form,
    Printed,
    balanced_forms,
    columns,
    encode,
    expected_facts,
    forms,
    keys,
    render,
    unit_of,
)
from layouts.model import APPLICATION_PATHS
from layouts.strategies import texts

few = settings(max_examples=25, deadline=None)
LOSSLESS = [name for name, layout in LAYOUTS.items() if layout.lossless]
READABLE = [name for name, layout in LAYOUTS.items() if layout.readable]


def shown(text: str) -> Printed:
    return Printed(text, float(text), "number") if text else Printed("", None, "blank")


def form_with(rows: dict, edition: str = "2019", single_other: bool = True, subrows: tuple = ()) -> Form:
    """A form of zeros with the rows given, each a string of its cells parted by commas."""
    cells = {key: shown("0") for key in keys(edition, single_other, subrows)}
    for (table, item), row in rows.items():
        for column, text in zip(columns(table, item, edition), row.split(","), strict=True):
            cells[table, item, column] = shown(text)
    return Form(edition, single_other, subrows, "砚泽县水务局", 2020 if edition == "2019" else 2023, cells)


GRANTED, TOTAL = ("applications", "granted"), ("applications", "processed_total")
SMALL = form_with(
    {GRANTED: "4,0,,0,0,0,4", ("proactive", "rules"): "5,,6", ("disputes", "reconsideration"): "1,2,,3,6"}
)
SPLIT = form_with({("proactive", "confirmation"): "1,,2"}, subrows=("inspection", "confirmation"))
NEW = form_with({("proactive", "licensing"): "8"}, edition="2021", single_other=False)


def test_the_form_has_as_many_cells_as_printed():
    def count(form, table):
        return sum(key[0] == table for key in form.cells)

    assert [count(form, "proactive") for form in (SMALL, SPLIT, NEW)] == [22, 25, 10]
    assert [count(form, "applications") for form in (SMALL, NEW)] == [161, 175]
    assert count(SMALL, "disputes") == 15


def test_a_form_refuses_a_cell_too_few():
    with pytest.raises(ValueError, match="rules"):
        replace(SMALL, cells={key: cell for key, cell in SMALL.cells.items() if key[1] != "rules"})


def test_expected_facts_in_form_order_with_units():
    facts = expected_facts(SMALL)
    assert facts[:3] == [
        Fact("proactive", "rules", "made", 5.0, "number", "件", "5"),
        Fact("proactive", "rules", "disclosed", None, "blank", "件", ""),
        Fact("proactive", "rules", "disclosed_total", 6.0, "number", "件", "6"),
    ]
    units = {fact[1:3]: fact.unit for fact in facts}
    assert (units["fees", "items_change"], units["licensing", "decisions"]) == ("项", "件")
    assert units["procurement", "amount"] == "unknown"
    assert {fact[1:3]: fact.unit for fact in expected_facts(NEW)}["fees", "amount"] == "万元"
    procured = ("proactive", "procurement", "amount")
    assert (unit_of(procured, "251000元"), unit_of(procured, "12", "万元")) == ("万元", "万元")


PARTIAL = "（二）部分公开（区分处理的，只计这一情形，不计其他情形）"
EXCERPTS = {
    "tabs_full": [
        (SMALL, "三、本年度办理结果\t（一）予以公开\t\t4\t0\t\t0\t0\t0\t4\n\t（二）部分公开"),
        (
            SMALL,
            "\t\t\t自然人\t法人或其他组织\t\t\t\t\t总计\n\t\t\t\t商业企业\t科研机构\t社会公益组织\t法律服务机构\t其他\t\n",
        ),
        (SPLIT, "规章\t\t0\t0\t0\n"),
        (SPLIT, "其他对外管理服务事项\t行政检查\t0\t0\t0\n\t行政确认\t1\t\t2\n"),
        (NEW, "信息内容\t本年处理决定数量\t\t\n行政许可\t8\t\t\n"),
    ],
    "tabs_stripped": [
        (NEW, "信息内容\t本年处理决定数量\n行政许可\t8\n"),
        (SMALL, f"\n\t{PARTIAL}\t\t0\t0\t0\t0\t0\t0\t0\n\t（三）不予公开\t1."),
        (SMALL, "\n1\t2\t\t3\t6\t0\t0\t0\t0"),
    ],
    "tabs_lost": [
        (SPLIT, "规章\t0\t0\t0\t\n"),
        (SMALL, "\t\t自 然 人\t法人或其他组织\t\t\t\t\t\t\n"),
        (SMALL, "三、本年度办理结果\t（一）予以公开\t4\t0\t\t0\t0\t0\t4\t\n"),
        (
            SMALL,
            "\n5.要求行政机关确认或重新出具已获取信息\t\t0\t0\t0\t0\t0\t0\t0\t\n（六）其他处理\t0\t0\t0\t0\t0\t0\t0\t\t\n",
        ),
        (
            NEW,
            "\n（六）其他处理\t1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请\t0\t0\t0\t0\t0\t0\t0\t\n\t2.",
        ),
    ],
    "cell_lines": [
        (SMALL, "\t本年新\n制作数量\n\t本年新\n公开数量\n\t对外公开总数量\n\n\t规章\n\t5\n\t\n\t6\n\n\t规范"),
        (SMALL, f"\t4\n\n\t\n\t{PARTIAL}\n\t0\n"),
    ],
    "paragraphs": [(SMALL, "规章\n\n5\n\n6\n\n规范性文件"), (NEW, "行政许可\n\n8\n\n第二十条第（六）项\n\n")],
    "lines": [
        (SMALL, "规章\n5\n6\n规范性文件"),
        (SMALL, "三、本年度办理结果\n（一）予以公开\n4\n0\n0\n0\n0\n4\n（二）"),
    ],
    "pipes": [(SMALL, "|（一）予以公开|4|0|\n|0|0|0|4\n（二）"), (NEW, "\n行政许可|8\n")],
    "pipes_bordered": [
        (SMALL, "\n|三、本年度办理结果|（一）予以公开|4|0||0|0|0|4|\n|（二）"),
        (NEW, "\n|行政许可|8|\n"),
    ],
    "markdown": [
        (NEW, "| 信息内容 | 本年处理决定数量 | 本年处理决定数量 | 本年处理决定数量 |\n| 行政许可 | 8 | 8 | 8 |\n"),
        (SMALL, "| 三、本年度办理结果 | （一）予以公开 | （一）予以公开 | 4 | 0 |  | 0 | 0 | 0 | 4 |\n| 三、"),
    ],
    "markdown_empty": [
        (NEW, "| 第二十条第（五）项 |  |  |  |\n| 信息内容 | 本年处理决定数量 |  |  |\n| 行政许可 | 8 |  |  |\n"),
        (SMALL, "| 第二十条第（一）项 |  |  |  |\n|---|---|---|---|\n| 信息内容 |"),
    ],
    "spaces": [(SMALL, "\n三、本年度办理结果 （一）予以公开 4 0 0 0 0 4\n（二）"), (SMALL, "\n1 2 3 6 0 0 0")],
    "run_together": [(SMALL, "\n规章56\n"), (SMALL, "（一）予以公开400004\n")],
    "prose_only": [(NEW, "行政许可方面作出处理决定8件，处罚类决定0件。")],
}


def test_every_layout_has_an_excerpt():
    assert set(EXCERPTS) == set(LAYOUTS)


@pytest.mark.parametrize(("layout", "form", "excerpt"), [(name, *pair) for name in EXCERPTS for pair in EXCERPTS[name]])
def test_excerpt(layout, form, excerpt):
    # some seed prints it: where a page breaks and how a word is spaced is drawn
    assert any(excerpt in render(form, layout, seed) for seed in range(150))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_label_of_table_three_is_printed(layout):
    for form in (SMALL, NEW):
        labels = {label for item in form.items("applications") for label in APPLICATION_PATHS[item]}
        for seed in range(20 if layout != "prose_only" else 0):
            text = render(form, layout, seed).replace(" ", "")
            assert not [label for label in labels if label not in text]


def spans(form: Form, key: tuple) -> int:
    """How many fields of table two the cell covers: the last one of a row fills its three value columns."""
    named = form.columns(*key[:2])
    return 4 - len(named) if key[0] == "proactive" and key[2] == named[-1] else 1


@few
@given(forms(may=EVERYTHING), st.sampled_from(LOSSLESS), st.integers(0, 99))
def test_lossless_layouts_print_every_cell_once(form, layout, seed):
    fields = Counter(field.strip() for field in re.split(r"[\t\n|]", render(form, layout, seed)))
    expected = Counter()
    for key, cell in form.cells.items():
        expected[cell.text] += spans(form, key) if layout == "markdown" else 1
    del expected[""]
    assert {text: fields[text] for text in expected} == dict(expected)


def rotated(form: Form, table: str, item: str) -> Form:
    row = form.row(table, item)
    moved = zip(form.columns(table, item), (*row[1:], row[0]), strict=True)
    return replace(form, cells=form.cells | {(table, item, column): cell for column, cell in moved})


def differ_when_a_row_is_rotated(form, layout, seed):
    text = render(form, layout, seed)
    for table, item in {key[:2] for key in form.cells}:
        other = rotated(form, table, item)
        printed = [cell.text for cell in form.row(table, item)] != [cell.text for cell in other.row(table, item)]
        assert (render(other, layout, seed) != text) == printed


@few
@given(forms(may=EVERYTHING), st.sampled_from(LOSSLESS), st.integers(0, 99))
def test_lossless_layouts_tell_where_a_blank_stands(form, layout, seed):
    differ_when_a_row_is_rotated(form, layout, seed)


@few
@given(forms(), st.sampled_from(READABLE), st.integers(0, 99))
def test_readable_layouts_tell_numbers_apart(form, layout, seed):
    differ_when_a_row_is_rotated(form, layout, seed)


# two rows that a lossy layout prints alike
TWINS = {
    "tabs_lost": (",1,2,3,4,5,6", "1,2,3,4,5,6,"),
    "paragraphs": ("1,,0,0,0,0,2", "1,0,0,0,0,,2"),
    "lines": (",1,0,0,0,0,2", "1,0,0,0,0,2,"),
    "spaces": ("1,,0,0,0,0,2", "1,0,0,0,0,,2"),
    "run_together": ("1,11,0,0,0,0,2", "11,1,0,0,0,0,2"),
    "prose_only": ("1,0,0,0,0,0,2", "0,1,0,0,0,0,2"),
}


def test_every_lossy_layout_has_twins():
    assert set(TWINS) == set(LAYOUTS) - set(LOSSLESS)


@pytest.mark.parametrize("layout", TWINS)
def test_lossy_layouts_do_lose(layout):
    table = LAYOUTS[layout].table
    first, second = (
        {table(form_with({TOTAL: row}), "applications", Random(seed)) for seed in range(600)} for row in TWINS[layout]
    )
    assert first & second


@pytest.mark.parametrize("layout", READABLE)
def test_only_some_layouts_leave_a_trace_of_a_blank(layout):
    empty, zero = (
        len(re.findall(r"[\s|]", render(form_with({TOTAL: row}), layout))) for row in ("0,0,0,,0,0,0", "0,0,0,0,0,0,0")
    )
    assert (empty >= zero) == LAYOUTS[layout].blanks


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_same_seed_gives_the_same_text(layout):
    assert render(SMALL, layout, 7) == render(SMALL, LAYOUTS[layout], 7)
    assert len({render(SMALL, layout, seed) for seed in range(20)}) > 1


def changes(*fragments: str):
    return lambda before, after: all(part in after and part not in before for part in fragments)


def _headers(before: str, after: str) -> bool:
    """Whether the header of table three is there twice."""
    return after.count("申请人情况") == 2 * before.count("申请人情况")


def _between(after: str, label: str) -> bool:
    """Whether only the header stands between the last header and a label: no number."""
    return not re.search(r"\d{1,7}[\s|]", after[after.rindex("申请人情况") : after.rindex(label)])


SHOWN = {
    "page_mark_dashes": changes("\n- 4 -\n"),
    "page_mark_words": changes("\n第 4 页\n"),
    "page_number": lambda before, after: after.count("\n4\n") == before.count("\n4\n") + 1,
    "amount_unit_in_header": changes("采购总金额（万元，保留四位小数）"),
    "prose_page_break": lambda before, after: (
        re.search("[\u4e00-\u9fff]\n\n[\u4e00-\u9fff]+(?:，|。)", after)
        and after.count("\n\n") == before.count("\n\n") + 1
    ),
    "spaced_words": changes("予以 公开", "行政 许可", "重复 申请"),
    "numbers_wide": changes("1．属于国家秘密", "3．要求提供公开出版物"),
    "numbers_comma": changes("1、属于国家秘密", "3、要求提供公开出版物"),
    "numbers_brackets": changes("（1）属于国家秘密", "（3）要求提供公开出版物"),
    "numbers_spaced": changes("(一) 予以公开", "1. 属于国家秘密"),
    "label_garbled_in_part": changes("其他法律行政止公开"),
    "label_word_dropped": changes("其他法律法规禁止公开"),
    "label_explained": changes("行政许可（含变更与延续）", "（六）其他处理（含主动撤回的）"),
    "label_broken": changes("2.其他法律行政\n法规禁止公开"),
    "label_garbled": lambda before, after: "属于四类过程性信息" in before and "属于四类过程性信息" not in after,
    "contents": changes("目录\n一、总体情况……1\n二、主动公开政府信息情况……2\n", "\n六、其他需要报告的事项……6\n\n"),
    "title_missing": lambda before, after: after.startswith("现将公开工作情况报告如下") and after in before,
    "title_two_lines": changes("砚泽县水务局\n"),
    "title_marked": lambda before, after: after == f"# {before}",
    "title_chinese_year": changes("砚泽县水务局二〇二"),
    "title_year_extended": lambda before, after: re.match("[# ]*砚泽县水务局202[03]年度政府", after),
    "crlf": lambda before, after: after.replace("\r\n", "\n") == before and after.count("\r\n") == before.count("\n"),
    "unknown_subrow": lambda before, after: re.search(r"行政征收[\s|]+7[\s|]+8[\s|]+9[\s|]+第二十条第（六）项", after),
    "numbers_without_label": lambda before, after: re.search(r"[\s|]7[\s|]+8[\s|]+9[\s|]+(行政)?规范性文件", after),
    "last_number_missing": lambda before, after: len(after) < len(before),
    "rows_swapped": lambda before, after: (
        before.index("行政处罚") < before.index("行政强制") and after.index("行政强制") < after.index("行政处罚")
    ),
    "subrow_overflow": changes("\t行政确认\t1\t\n0\t2\t\t\n第二十条第（六）项\t\t\t\n"),
    "header_again_above_total": lambda before, after: _headers(before, after) and _between(after, "（七）总计"),
    "header_again_in_group": lambda before, after: _headers(before, after) and _between(after, "2.重复申请"),
    "header_again_above_other": lambda before, after: _headers(before, after) and _between(after, "3.其他"),
    "header_again_label_lost": lambda before, after: _headers(before, after) and "（七）总计" not in after,
    "header_again_row_unnamed": lambda before, after: _headers(before, after) and "2.重复申请" not in after,
}
_MORE = {"page_mark_dashes": "4", "page_mark_words": "4", "page_number": "4"}
_MORE |= {"unknown_subrow": "789", "numbers_without_label": "789"}


def test_every_quirk_has_a_check():
    assert set(SHOWN) == set(QUIRKS)
    assert all(quirk.description for quirk in QUIRKS.values())


@pytest.mark.parametrize("name", QUIRKS)
def test_quirk_changes_what_it_says_and_no_other_number(name):
    tried = 0
    for form in (SMALL, SPLIT, NEW):
        for layout in (layout for layout in LAYOUTS if QUIRKS[name].applies(form, layout)):
            before = render(form, layout, 5)
            after = QUIRKS[name].apply(before)
            assert SHOWN[name](before, after), layout
            numbers = [Counter(re.findall(r"(?<![^\s|])\d+(?![^\s|])", text)) for text in (before, after)]
            fewer = Counter("0") if name == "last_number_missing" else Counter()
            assert numbers[1] == numbers[0] + Counter(_MORE.get(name, "")) - fewer, layout
            tried += 1
    assert tried


@pytest.mark.parametrize(
    ("layout", "row"),
    [
        ("tabs_full", "\n\t行政征收\t7\t8\t9\n"),
        ("tabs_stripped", "\n\t行政征收\t7\t8\t9\n"),
        ("tabs_lost", "\n\t行政征收\t7\t8\t9\n"),
        ("cell_lines", "\n\n\t\n\t行政征收\n\t7\n\t8\n\t9\n\n"),
        ("pipes", "\n行政征收|7|8|9\n"),
        ("markdown", "\n| 其他对外管理服务事项 | 行政征收 | 7 | 8 | 9 |\n"),
        ("markdown_empty", "\n|  | 行政征收 | 7 | 8 | 9 |\n"),
    ],
)
def test_an_unknown_subrow_looks_like_its_neighbours(layout, row):
    assert row in QUIRKS["unknown_subrow"].apply(render(SPLIT, layout))


def test_a_quirk_says_where_it_leaves_numbers_uncertain():
    assert QUIRKS["page_number"].places_all("tabs_full")
    assert not QUIRKS["page_number"].places_all("lines")
    assert not QUIRKS["last_number_missing"].places_all("spaces")
    assert QUIRKS["last_number_missing"].places_all("markdown")
    named = set().union(*(quirk.otherwise_in | quirk.only_in | quirk.not_in for quirk in QUIRKS.values()))
    assert named <= set(LAYOUTS)


def test_a_quirk_refuses_to_do_nothing():
    with pytest.raises(ValueError, match="no place"):
        QUIRKS["label_broken"].apply(QUIRKS["label_word_dropped"].apply(render(SMALL, "lines")))


def sums_hold(form: Form) -> bool:
    value = {key: cell.value for key, cell in form.cells.items()}
    rows = form.items("applications")
    across = [form.row(table, item) for table in ("applications", "disputes") for item in form.items(table)]
    return all(sum(cell.value for cell in row[:-1]) == row[-1].value for row in across) and all(
        value["applications", "new", column] + value["applications", "carried_in", column]
        == value["applications", "processed_total", column] + value["applications", "carried_out", column]
        and sum(value["applications", item, column] for item in rows[2:-2])
        == value["applications", "processed_total", column]
        for column in form.columns("applications", "new")
    )


@few
@given(balanced_forms(may=STYLES))
def test_balanced_forms_balance(form):
    assert sums_hold(form)
    for item in ("rules", "normative_documents"):
        first, second, third = (cell.value for cell in form.row("proactive", item))
        assert second <= min(first, third) if form.edition == "2019" else first <= third


def test_forms_need_not_balance():
    find(forms(), lambda form: not sums_hold(form))


@few
@given(forms(may=PLAIN))
def test_plain_forms_hold_digits_only(form):
    assert all(re.fullmatch("[0-9]+", cell.text) and cell.value == int(cell.text) for cell in form.cells.values())


@pytest.mark.parametrize("status", ["blank", "dash", "unreadable"])
def test_what_may_occur_does_and_nothing_else(status):
    form = find(forms(may={status}), lambda form: any(cell.status == status for cell in form.cells.values()))
    assert {cell.status for cell in form.cells.values()} == {"number", status}
    with pytest.raises(ValueError, match="blank"):
        find(balanced_forms(may={"blank"}), lambda form: True)


def test_ways_to_print_a_number():
    change, count = ("proactive", "licensing", "items_change"), ("disputes", "reconsideration", "total")
    amount = ("proactive", "procurement", "amount")
    assert texts(change, -28, STYLES) == ["-28", "－28", "减少28"]
    assert texts(change, 33, STYLES) == ["33", "+33", "增加33"]
    assert texts(count, 12, STYLES) == ["12", "１２", "12件"]
    assert texts(count, 1234, STYLES) == ["1234", "１２３４", "1,234", "１，２３４", "1234件"]
    assert texts(amount, 2046.7051, STYLES) == ["2046.7051", "2,046.7051", "2046.7051万元", "20467051元"]
    assert texts(("proactive", "procurement", "projects"), 7, {"unit"}) == ["7", "7项"]
    assert all(texts(key, 28, PLAIN) == ["28"] for key in (change, count, amount))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_encodings_round_trip(encoding):
    for layout in LAYOUTS:
        text = render(SPLIT, layout, 2)
        for quirk in (quirk for quirk in QUIRKS.values() if quirk.applies(SPLIT, layout)):
            assert encode(quirk.apply(text), encoding).decode(encoding) == quirk.apply(text)
    assert encode("规", encoding) == {"utf-8": b"\xe8\xa7\x84", "utf-8-sig": b"\xef\xbb\xbf\xe8\xa7\x84"}.get(
        encoding, b"\xb9\xe6"
    )
    with pytest.raises(ValueError, match="big5"):
        encode("规", "big5")


@few
@given(forms(may=EVERYTHING))
def test_every_form_can_be_written_in_gbk(form):
    assert encode(render(form, "tabs_full"), "gbk").decode("gbk") == render(form, "tabs_full")
