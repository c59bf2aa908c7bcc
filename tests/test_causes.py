"""Why a sum fails and what would mend it: causes RC-01 to RC-13 and the smallest repairs."""
# ruff: noqa: E501 (a case is a line)

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongkai import read
from gongkai.rules.causes import digit_off, moved, swapped, unread
from gongkai.rules.declared import causes
from gongkai.rules.programme import MOST, MOST_CELLS, _smallest, fewest, many
from gongkai.rules.repairs import Relations, relations, search, smallest
from layouts import balanced_forms, columns, items, keys
from test_rules import printed, read_given

ROWS = ("new", "carried_in", "granted", "partial", "processed_total", "carried_out")

# cause | rule scope | value that would mend it, - if not proven | arithmetic, - if none | the report
#
# `business 10 2 5 3 8 11` prints new, carried_in, granted, partial, processed_total and carried_out of a column; every
# other cell is 0. `set item.column=value` changes cells after that. `before …` is the same for the year before.
# `text` changes the printed report as in rule_cases. 总计 is what the columns printed add to.
CASES = """
RC-01 | T3-03 business | 4 | 11 = 2×8−5 | business 10 2 5 3 8 11
RC-02 | T3-03 business | 4 | 16 = 2×8 | business 10 2 5 3 8 16
RC-03 | T3-03 business | 4 | 四 8 = （七） 8 | business 10 2 5 3 8 8
RC-03 | T3-03 business | 4 | 四 10 = 一 10 | business 10 2 5 3 8 10
RC-03 | T3-03 business | 4 | 12 = 10+2 | business 10 2 5 3 8 12
RC-04 | T3-02 business | 8 | 12 = 8+4 | business 10 2 5 3 12 4
RC-04 | T3-03 business | 8 | 12 = 8+4 | business 10 2 5 3 12 4
RC-03/RC-05 | T3-03 business | - | 四 2 = 二 2; 10 = 8+2 | business 10 2 5 3 8 2
RC-05 | T3-03 business | - | 10 = 8+2 | business 10 3 5 3 8 2
RC-06 | T3-02 business | - | 8−5 = 3 | business 10 0 5 3 5 5
RC-01 | T3-03 total | 4 | 11 = 2×8−5 | business 10 2 5 3 8 4 ; set carried_out.total=11
T3-06 | T3-03 total | 4 | - | business 10 2 5 3 8 4 ; set carried_out.total=7
T3-06 | T3-01 new | 10 | - | business 10 2 5 3 8 4 ; set new.business=17
RC-07 | T3-02 business | 52 | 25 → 52 | business 80 2 52 3 55 27 ; set granted.business=25
RC-07 | T3-01 granted | 52 | 25 → 52 | business 80 2 52 3 55 27 ; set granted.business=25
RC-07 | T3-06 granted.business | 52 | 25 → 52 | business 80 2 52 3 55 27 ; set granted.business=25
RC-07 | T3-01 new | 1380 | 1830 → 1380 | business 1380 2 52 3 55 1327 ; set new.total=1830
RC-08 | T3-02 business | 52 | 5 → 52 | business 80 2 52 3 55 27 ; set granted.business=5
RC-08 | T3-03 total | 127 | 12 → 127 | business 180 2 52 3 55 127 ; set carried_out.total=12
RC-08 | T3-01 partial | 34 | 340 → 34 | business 80 2 52 34 86 -4 ; set partial.business=340 carried_out.business=0 carried_out.total=0 new.business=84 new.total=84
RC-09 | T3-02 business | 5 | 5, 3, 0, 0, 0, 0, 8 → 0, 5, 3, 0, 0, 0, 8 | business 5 0 5 0 5 0 ; research 3 0 3 0 3 0 ; set granted.natural_person=5 granted.business=3 granted.research=0
RC-09 | T3-02 research | 3 | 5, 3, 0, 0, 0, 0, 8 → 0, 5, 3, 0, 0, 0, 8 | business 5 0 5 0 5 0 ; research 3 0 3 0 3 0 ; set granted.natural_person=5 granted.business=3 granted.research=0
RC-09 | T3-02 natural_person | 5 | 0, 5, 2, 0, 0, 0, 0 → 5, 2, 0, 0, 0, 0, 7 | natural_person 5 0 5 0 5 0 ; business 2 0 2 0 2 0 ; set granted.natural_person=0 granted.business=5 granted.research=2 granted.total=0
RC-10 | T3-01 granted | 19 | 2023: 17 = 2022: 17 | business 19 0 19 0 19 0 ; set granted.business=17 ; before business 17 0 17 0 17 0
RC-10 | T3-03 business | 12 | 2023: 31 = 2022: 31 | business 19 0 4 3 7 31 ; set carried_out.total=31 ; before business 44 0 9 4 13 31
T3-06 | T3-01 granted | 4 | - | business 4 0 4 0 4 0 ; set granted.business=3 ; before business 3 0 3 0 3 0
RC-11 | T3-02 business | - | 3−5 = -2 | business 5 0 3 0 5 0 ; text | 四、结转 => | （八）来函转办 | | | 0 | 2 | 0 | 0 | 0 | 0 | 2 |~| 四、结转
RC-13 | T3-02 business | 6 | 5 → 6 | business 6 0 5 0 6 0 ; research 4 0 5 0 4 0
RC-13 | T3-01 granted | - | - | business 8 0 5 3 8 0 ; set granted.total=6 partial.total=2
- | T3-01 new | - | - | business 6 0 5 1 6 0 ; set new.business=x
""".strip().splitlines()


def cells(steps: str) -> str:
    """The `cell` steps of one report."""
    value: dict[tuple[str, str], int] = {}
    sets, text = [], []
    for step in steps.split(" ; "):
        word, _, rest = step.strip().partition(" ")
        if word == "set":
            sets += [f"applications.{pair}" for pair in rest.split()]
        elif word == "text":
            text.append(rest)
        else:
            for row, number in zip(ROWS, rest.split(), strict=True):
                value[row, word] = int(number)
    for row in ROWS:
        value[row, "total"] = sum(v for (r, c), v in value.items() if r == row and c != "total")
    named = [f"applications.{r}.{c}={v}" for (r, c), v in value.items()]
    return " ; ".join(["cell " + " ".join(named), *(["cell " + " ".join(sets)] if sets else []), *text])


def findings(steps: str, folder: Path) -> Any:
    """The verdicts on the report of `steps`; `before` parts the year before from it."""
    now, _, before = steps.partition(" ; before ")
    reports = [printed("2021 3", "file=now ; " + cells(now))]
    if before:
        reports.append(printed("2021 3", "file=then ; year=2022 ; " + cells(before)))
    found = read_given(reports, folder)
    year = "2023" if before else ""
    return found.verdicts.filter(found.verdicts["report_id"].str.ends_with(year))


@pytest.mark.parametrize("case", CASES)
def test_cause(case: str, tmp_path: Path) -> None:
    cause, about, repair, arithmetic, steps = [part.strip() for part in case.split(" | ", 4)]
    rule, scope = about.split()
    found = findings(steps, tmp_path).filter(rule=rule, scope=scope).to_dicts()
    assert len(found) == 1
    told = found[0]
    assert told["cause"] == (None if cause == "-" else cause)
    assert told["arithmetic"] == (None if arithmetic == "-" else arithmetic)
    assert told["repair"] == (None if repair == "-" else float(repair))
    assert (told["repair"] is None) == (told["repair_cell"] is None)
    for message in (told["message_zh"], told["message_en"]):
        assert arithmetic == "-" or cause == "RC-13" or arithmetic in message
        assert "{" not in message


def test_every_cause_has_a_case() -> None:
    named = {c for case in CASES for c in case.split(" | ")[0].strip().split("/")}
    assert {c["id"] for c in causes() if c["kind"] != "silent"} <= named


def test_two_rows_that_changed_places_are_never_named(tmp_path: Path) -> None:
    now, then = "business 40 0 31 9 40 0", "business 40 0 9 31 40 0"
    found = findings(f"{now} ; before {then}", tmp_path)
    sums = found.filter(found["rule"].str.contains("^T3-0[1236]$"))
    assert set(sums["verdict"]) == {"pass"}
    assert "RC-12" not in "".join(sums["cause"].drop_nulls())


def test_the_columns_in_which_a_cause_holds_are_counted(tmp_path: Path) -> None:
    steps = "natural_person 10 2 5 3 8 11 ; business 6 1 4 1 5 6"
    told = findings(steps, tmp_path).filter(rule="T3-03", scope="business").to_dicts()[0]
    assert "6 = 2×5−4，3/3 列如此" in told["message_zh"]
    assert "6 = 2×5−4, so in 3 of 3 columns" in told["message_en"]
    assert "未能证明" in told["message_zh"]  # 一, 二 and 四 could each be what is wrong


def test_a_cause_of_the_total_alone_says_in_how_many_columns_it_holds(tmp_path: Path) -> None:
    steps = "natural_person 10 2 5 3 8 9 ; business 6 1 4 1 5 3 ; set carried_out.total=17"
    told = findings(steps, tmp_path).filter(rule="T3-03", scope="total").to_dicts()[0]
    assert (told["cause"], told["arithmetic"]) == ("RC-01", "17 = 2×13−9")
    assert "1/3 列如此" in told["message_zh"]


@pytest.mark.parametrize(
    ("printed_value", "value", "swap", "digit"),
    [
        (27, 72, True, False),
        (1830, 1380, True, False),
        (72, 72, False, False),
        (123, 321, True, False),
        (123, 231, False, False),  # three digits moved, though the difference is a multiple of 9
        (10, 1, False, True),
        (5, 52, False, True),
        (1234, 134, False, True),
        (105, 5, False, False),  # 05 is not how a five is printed
        (0, 10, False, False),
        (12, 345, False, False),
    ],
)
def test_digits(printed_value: int, value: int, swap: bool, digit: bool) -> None:
    assert (swapped(printed_value, value), digit_off(printed_value, value)) == (swap, digit)
    assert (swapped(value, printed_value), digit_off(value, printed_value)) == (swap, digit)
    assert not swap or (printed_value - value) % 9 == 0


@pytest.mark.parametrize(
    ("row", "before"),
    [
        ([0, 4, 1, 0, 0, 0, 5], [[4, 1, 0, 0, 0, 0, 5], [0, 0, 4, 1, 0, 0, 5], [4, 1, 0, 0, 0, 5, 10]]),
        ([0, 4, 1, 0, 0, 0, 0], [[4, 1, 0, 0, 0, 0, 5]]),
        ([4, 1, 0, 0, 0, 5, 0], [[0, 4, 1, 0, 0, 0, 5]]),
        ([5, 4, 1, 0, 0, 0, 0], [[4, 1, 0, 0, 0, 0, 5]]),
        ([0, 0, 0, 0, 0, 0, 0], []),
        ([4, 1, 2, 3, 1, 1, 12], []),
    ],
)
def test_a_row_moved_by_a_column(row: list[int], before: list[list[int]]) -> None:
    assert sorted(moved(row)) == sorted(before)


def test_a_row_that_was_not_read_is_the_one_lacking() -> None:
    row = [0.0, 2.0, 0.0, 0.0, 0.0, 0.0, 2.0]
    assert unread({"business": -2.0, "total": -2.0}, [row])
    assert not unread({"business": -2.0}, [row])  # the total is not off
    assert not unread({"research": -2.0, "total": -2.0}, [row])
    assert unread({"research": 3.0}, [[1.0, 3.0]])
    assert not unread({"research": 3.0}, [[1.0]])
    assert not unread({"research": 3.0}, [])


# A small table of the same kind: two rows that add to a third, two columns that add to a third.
SMALL = Relations(
    tuple(("t", item, column) for item in "abs" for column in "xyt"),
    np.array(
        [
            [1, 1, -1, 0, 0, 0, 0, 0, 0],
            [0, 0, 0, 1, 1, -1, 0, 0, 0],
            [0, 0, 0, 0, 0, 0, 1, 1, -1],
            [1, 0, 0, 1, 0, 0, -1, 0, 0],
            [0, 1, 0, 0, 1, 0, 0, -1, 0],
            [0, 0, 1, 0, 0, 1, 0, 0, -1],
        ]
    ),
)
_HIGHEST = 5


def by_trying(values: list[int]) -> tuple[int, set[frozenset[int]]] | None:
    """The fewest cells and every set of so many that can be made to balance, by trying every value up to 5."""
    start = np.array(values)
    for size in range(1, 6):
        sets = set()
        for chosen in combinations(range(9), size):
            trials = np.array(list(product(range(_HIGHEST + 1), repeat=size)))
            tables = np.tile(start, (len(trials), 1))
            tables[:, chosen] = trials
            if not (SMALL.matrix @ tables.T).any(axis=0).all():
                sets.add(frozenset(chosen))
        if sets:
            return size, sets
    return None


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 1), min_size=9, max_size=9))
def test_the_smallest_repairs_are_those_that_trying_finds(values: list[int]) -> None:
    found = search(SMALL.matrix, np.array(values))
    if not (SMALL.matrix @ values).any():
        assert found is None
        return
    assert found is not None
    size, sets = found
    wanted = by_trying(values)
    assert wanted is not None
    assert size == wanted[0]
    assert fewest(SMALL.matrix, SMALL.matrix @ values) <= size
    if len(wanted[1]) <= MOST:
        assert {frozenset(s) for s in sets} == wanted[1]
    else:
        assert sets == []
    for one in sets:
        if None not in one.values():
            mended = np.array(values)
            mended[list(one)] = list(one.values())
            assert not (SMALL.matrix @ mended).any()


def test_a_value_that_the_sums_leave_open_is_not_given(tmp_path: Path) -> None:
    # Ten have to move from one column to the other, and neither 6 nor 5 alone has so many.
    told = findings("business 1 0 6 5 1 0 ; research 10 0 0 0 10 0", tmp_path).filter(rule="T3-02", verdict="fail")
    shared = "granted.business=? granted.research=? partial.business=? partial.research=?"
    total = "new.business=11 new.research=0 processed_total.business=11 processed_total.research=0"
    ways = [" + ".join(f"applications.{c}" for c in way.split()) for way in (shared, total)]
    assert [sorted(r) for r in told["repairs"].to_list()] == [sorted(ways)] * 2
    assert told["repair"].to_list() == [None, None]
    assert "予以公开·商业企业（数值未定）" in told["message_zh"][0]


def applications(single: bool) -> tuple[Relations, ...]:
    edition = "2019" if single else "2021"
    return relations("applications", frozenset(k for k in keys(edition, single) if k[0] == "applications"))


@pytest.mark.parametrize(("single", "shape"), [(True, (37, 161)), (False, (39, 175))])
def test_all_of_section_three_hangs_together(single: bool, shape: tuple[int, int]) -> None:
    (known,) = applications(single)
    assert known.matrix.shape == shape
    # No two cells stand in the same sums, so that one wrong cell can always be told.
    assert len({tuple(np.abs(column)) for column in known.matrix.T}) == shape[1]


def test_the_rows_of_section_four_are_apart() -> None:
    parts = relations("disputes", frozenset(k for k in keys("2021", False) if k[0] == "disputes"))
    assert [p.matrix.shape for p in parts] == [(1, 5)] * 3


@settings(max_examples=30, deadline=None)
@given(balanced_forms(), st.data())
def test_a_planted_error_is_the_smallest_repair(form: Any, data: st.DataObject) -> None:
    (known,) = applications(form.single_other)
    values = np.array([int(form.cells[k].value) for k in known.keys])
    cell = data.draw(st.integers(0, len(values) - 1))
    wrong = data.draw(st.integers(0, 9999).filter(lambda v: v != values[cell]))
    right, values[cell] = int(values[cell]), wrong
    found = smallest(known, values)
    assert found is not None
    assert (found.size, found.sets) == (1, ({known.keys[cell]: right},))


@settings(max_examples=20, deadline=None)
@given(balanced_forms(), st.data())
def test_the_cells_of_two_planted_errors_are_among_the_smallest_repairs(form: Any, data: st.DataObject) -> None:
    (known,) = applications(form.single_other)
    right = np.array([int(form.cells[k].value) for k in known.keys])
    chosen = data.draw(st.lists(st.integers(0, len(right) - 1), min_size=2, max_size=2, unique=True))
    values = right.copy()
    values[chosen] += data.draw(st.lists(st.integers(1, 500), min_size=2, max_size=2))
    found = smallest(known, values)
    assert found is not None
    assert found.size == 2
    planted = {known.keys[k]: int(right[k]) for k in chosen}
    assert not found.sets or planted in found.sets


@settings(max_examples=15, deadline=None)
@given(balanced_forms(), st.data())
def test_sums_that_are_alike_may_be_pooled(form: Any, data: st.DataObject) -> None:
    (known,) = applications(form.single_other)
    values = np.array([int(form.cells[k].value) for k in known.keys])
    chosen = data.draw(st.lists(st.integers(0, len(values) - 1), min_size=3, max_size=4, unique=True))
    values[chosen] += data.draw(st.lists(st.integers(1, 20), min_size=len(chosen), max_size=len(chosen)))
    if not (found := search(known.matrix, values)) or found[0] < 3:
        return
    plain = _smallest(known.matrix, values, 3)
    assert plain is not None
    size, sets, whole = plain
    pooled = many(known.matrix, values)
    assert pooled is not None
    assert pooled[0] == size
    if whole and len(sets) <= MOST:
        assert sorted(map(sorted, pooled[1])) == sorted(map(sorted, sets))
    else:
        assert pooled[1] == []


def test_a_table_wrong_in_many_places_gets_no_repair() -> None:
    (known,) = applications(True)
    values = np.arange(len(known.keys)) % 17
    assert fewest(known.matrix, known.matrix @ values) > MOST_CELLS
    assert smallest(known, values) is None


@pytest.mark.parametrize("edition", ["2019", "2021"])
def test_every_cell_of_section_three_is_localised_when_it_alone_is_wrong(edition: str, tmp_path: Path) -> None:
    single = edition == "2019"
    rows = items("applications", edition, single)
    named = columns("applications", "new", edition)
    reports = []
    for row, column in product(rows, named):
        report = printed(
            f"{edition} {1 if single else 3}",
            f"file={row}.{column} ; agency=砚泽县{row.replace('_', '')}{column.replace('_', '')}局 ; "
            f"cell applications.{row}.{column}=7",
        )
        reports.append(report)
    reading = read_given(reports, tmp_path)
    source = dict(reading.reports.select("report_id", "source").rows())
    found = reading.verdicts.filter(rule="T3-06", verdict="fail")
    where = {Path(source[r]).stem.rstrip("0123456789"): s for r, s in found.select("report_id", "scope").rows()}
    assert where == {f"{r}.{c}": f"{r}.{c}" for r, c in product(rows, named)}
    assert {tuple(r) for r in found["repairs"].to_list()} == {(f"applications.{s}=0",) for s in where}


def test_a_single_wrong_cell_is_localised_with_its_repair(tmp_path: Path) -> None:
    found = findings("business 4 0 4 0 4 0 ; set granted.business=5", tmp_path).filter(verdict="fail")
    found = found.filter(found["table"] == "applications")
    assert found.select("rule", "scope", "cause", "repair", "repair_cell").rows() == [
        ("T3-01", "granted", "T3-06", 4.0, "applications.granted.business"),
        ("T3-02", "business", "T3-06", 4.0, "applications.granted.business"),
        ("T3-06", "granted.business", "T3-06", 4.0, "applications.granted.business"),
    ]
    assert found["repairs"].to_list() == [["applications.granted.business=4"]] * 3


@pytest.mark.parametrize(
    ("steps", "repair", "repairs", "said"),
    [
        ("upheld=10 corrected=1", 11.0, ["total=11"], "改为 11 则平"),
        ("upheld=5", 5.0, ["upheld=0", "total=5"], "总计应为 5"),
        ("upheld=5 total=7", None, ["upheld=7", "corrected=2", "other=2", "pending=2", "total=5"], "改法有 5 种"),
        ("upheld=3 corrected=3 total=2", 6.0, ["total=6"], "改为 6 则平"),
    ],
)
def test_repairs_of_a_row_of_section_four(
    steps: str, repair: float | None, repairs: list[str], said: str, tmp_path: Path
) -> None:
    row = "disputes.reconsideration."
    report = printed("2021 3", "cell " + " ".join(row + pair for pair in steps.split()))
    told = read_given([report], tmp_path).findings.filter(rule="T4-01").to_dicts()[0]
    assert (told["cause"], told["repair"], told["repairs"]) == ("RC-13", repair, [row + r for r in repairs])
    assert said in told["message_zh"]


def test_no_repair_is_sought_where_a_blank_could_hold_what_is_lacking(tmp_path: Path) -> None:
    steps = "business 10 2 5 3 8 7 ; set granted.research= carried_in.research= carried_in.total="
    found = findings(steps, tmp_path).filter(rule="T3-03", scope="business").to_dicts()[0]
    assert (found["verdict"], found["repairs"]) == ("fail", [])


def test_known_reports(samples: Path) -> None:
    told = read(samples / "xicheng-2020.txt").findings.filter(rule="T3-03")
    assert told.select("scope", "cause", "repair").rows() == [
        ("natural_person", "RC-01", 55.0),
        ("business", "RC-01", 0.0),
        ("legal_service", "RC-01", 0.0),
        ("total", "RC-01", 55.0),
    ]
    assert "2782 = 2×1566−350，4/4 列如此" in told["message_zh"][-1]
    assert {len(r) for r in told["repairs"]} == {3}
    told = read(samples / "hongze-2023.pdf").findings
    told = told.filter(told["rule"].str.starts_with("T4-0")).select("rule", "repair", "repair_cell").rows()
    assert told == [
        ("T4-01", 11.0, "disputes.reconsideration.total"),
        ("T4-03", 5.0, "disputes.litigation_after_reconsideration.total"),
    ]
