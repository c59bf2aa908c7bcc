"""Errors planted in the figures of a report. Each gives the report as misprinted and its key entry, or None.

None says that this report has no place for the error (a swap of equal digits is no error): draw another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random

from gongkai.form import form
from gongkai.synth.figures import APPLICANTS, DISPUTES
from gongkai.synth.layouts import LAYOUTS
from gongkai.synth.model import Key, KeyEntry, MadeReport
from gongkai.synth.reports import printed

Planted = tuple[MadeReport, KeyEntry] | None
Planter = Callable[[MadeReport, Random, MadeReport | None], Planted]

_FLOWS = {"new", "carried_in", "carried_out"}
COLUMNS = (*APPLICANTS, "total")


def misprinted(
    report: MadeReport, key: Key, changed: Mapping[Key, str], rules: tuple[str, ...], **more: object
) -> Planted:
    """The report with the changed cells, and a key entry that stands at `key`."""
    if all(report.cells[k] == text for k, text in changed.items()):
        return None
    table, item, column = key
    entry = KeyEntry(
        report.report_id,
        "",
        table,
        item,
        column,
        printed=changed[key],
        true=report.cells[key],
        rules=rules,
    )
    made = replace(report, cells={**report.cells, **changed})
    return made, replace(entry, **more)  # type: ignore[arg-type]


def relations(key: Key) -> tuple[str, ...]:
    """The rules on sums that a cell of tables three and four stands in."""
    table, item, _ = key
    if table == "disputes":
        return (f"T4-0{1 + DISPUTES.index(item)}",)
    if item in _FLOWS:
        return ("T3-01", "T3-03", "T3-06")
    return ("T3-01", "T3-02", "T3-03") if item == "processed_total" else ("T3-01", "T3-02", "T3-06")


def _summed(report: MadeReport) -> list[Key]:
    """The cells of tables three and four that are not zero. None where zeros are not printed: no sum is sure then."""
    if report.style.zero != "0":
        return []
    return [k for k in report.cells if k[0] != "proactive" and report.figures[k]]


def _one_cell(report: MadeReport, rng: Random, change: Callable[[int], int | None]) -> Planted:
    """One cell changed, where the change gives another number."""
    keys = _summed(report)
    rng.shuffle(keys)
    for key in keys:
        number = change(report.figures[key])
        if number is not None and number >= 0 and number != report.figures[key]:
            return misprinted(report, key, {key: printed(key, number, report.style)}, relations(key))
    return None


def cell_off(report: MadeReport, rng: Random, _: MadeReport | None) -> Planted:
    step = rng.choice((-3, -2, -1, 1, 2, 3, 5, 10))
    return _one_cell(report, rng, lambda number: number + step)


def digit_swap(report: MadeReport, rng: Random, _: MadeReport | None) -> Planted:
    def swapped(number: int) -> int | None:
        text = str(number)
        places = [k for k in range(len(text) - 1) if text[k] != text[k + 1] and (k or text[1] != "0")]
        if not places:
            return None
        k = rng.choice(places)
        return int(text[:k] + text[k + 1] + text[k] + text[k + 2 :])

    return _one_cell(report, rng, swapped)


def digit_dropped(report: MadeReport, rng: Random, _: MadeReport | None) -> Planted:
    def dropped(number: int) -> int | None:
        text = str(number)
        k = rng.randrange(len(text))
        return int(text[:k] + text[k + 1 :]) if len(text) > 1 else None

    return _one_cell(report, rng, dropped)


def digit_added(report: MadeReport, rng: Random, _: MadeReport | None) -> Planted:
    return _one_cell(report, rng, lambda number: int(f"{number}{rng.randrange(10)}"))


def zero_for_blank(report: MadeReport, rng: Random, _: MadeReport | None) -> Planted:
    return _one_cell(report, rng, lambda _: 0)


def blank_for_zero(report: MadeReport, rng: Random, _: MadeReport | None) -> Planted:
    keys = [k for k in report.cells if k[0] != "proactive" and not report.figures[k]]
    if not keys or report.style.zero != "0":
        return None
    key = rng.choice(keys)
    found = misprinted(report, key, {key: ""}, relations(key)[:1], verdict="explained", reason="blank read as zero")
    if found and not LAYOUTS[report.style.layout].blanks:
        return replace(found[0], style=replace(report.style, layout="tabs")), found[1]
    return found


def row_shift(report: MadeReport, rng: Random, _: MadeReport | None) -> Planted:
    """The six applicants' figures of a row one column further; the one that falls out is a zero."""
    rows = list(dict.fromkeys(k[1] for k in _summed(report) if k[0] == "applications"))
    rng.shuffle(rows)
    for item in rows:
        numbers = [report.figures["applications", item, a] for a in APPLICANTS]
        right = rng.random() < 0.7
        moved = [numbers[-1], *numbers[:-1]] if right else [*numbers[1:], numbers[0]]
        if moved == numbers or (numbers[-1] if right else numbers[0]):
            continue
        keys = [("applications", item, a) for a in APPLICANTS]
        changed = {k: printed(k, n, report.style) for k, n in zip(keys, moved, strict=True)}
        rules = tuple(r for r in relations(keys[0]) if r in {"T3-02", "T3-03"})
        return misprinted(report, next(k for k in keys if changed[k] != report.cells[k]), changed, rules)
    return None


def columns_swapped(report: MadeReport, rng: Random, _: MadeReport | None) -> Planted:
    one, other = rng.sample(APPLICANTS[:2] + APPLICANTS[-2:], 2)
    items = list(dict.fromkeys(k[1] for k in report.cells if k[0] == "applications"))
    changed: dict[Key, str] = {}
    for item in items:
        first, second = ("applications", item, one), ("applications", item, other)
        changed |= {first: report.cells[second], second: report.cells[first]}
    key = next((k for k, text in changed.items() if text != report.cells[k]), None)
    why = "every sum still holds"
    return misprinted(report, key, changed, (), verdict="none", detectable=False, reason=why) if key else None


def rows_swapped(report: MadeReport, rng: Random, _: MadeReport | None) -> Planted:
    """Two rows of one group, so that no sum and no sentence about the group can see it."""
    groups = ["refused", "unavailable", "rejected"]
    rng.shuffle(groups)
    for group in groups:
        items = form().descendants("applications", group)
        one, other = rng.sample(items, 2)
        changed: dict[Key, str] = {}
        for column in COLUMNS:
            first, second = ("applications", one, column), ("applications", other, column)
            changed |= {first: report.cells[second], second: report.cells[first]}
        key = next((k for k, text in changed.items() if text != report.cells[k]), None)
        if key:
            why = "every sum still holds"
            return misprinted(report, key, changed, (), verdict="none", detectable=False, reason=why)
    return None


def total_overwritten(report: MadeReport, rng: Random, _: MadeReport | None) -> Planted:
    """The total of a row replaced by that of another row, or by a number near it."""
    keys = [k for k in _summed(report) if k[0] == "applications" and k[2] == "total"]
    if not keys:
        return None
    key = rng.choice(keys)
    number = report.figures[key] + rng.randint(1, 30) if rng.random() < 0.5 else report.figures[rng.choice(keys)]
    return misprinted(report, key, {key: printed(key, number, report.style)}, relations(key))


def _by_column(report: MadeReport, item: str, rules: tuple[str, ...], number: Callable[[str], int]) -> Planted:
    """A row of table three replaced in all its columns."""
    if not _summed(report):
        return None
    keys = [("applications", item, c) for c in COLUMNS]
    changed = {k: printed(k, number(k[2]), report.style) for k in keys}
    return misprinted(report, keys[-1], changed, rules)


def _of(report: MadeReport, item: str, column: str) -> int:
    return report.figures["applications", item, column]


def sum_range(report: MadeReport, rng: Random, _: MadeReport | None) -> Planted:
    """结转 as the sum of rows （二）…（七）, or of （一）…（七）."""
    without_first = rng.random() < 0.5

    def number(column: str) -> int:
        return 2 * _of(report, "processed_total", column) - without_first * _of(report, "granted", column)

    return _by_column(report, "carried_out", ("T3-03",), number)


def total_includes_carried(report: MadeReport, _: Random, __: MadeReport | None) -> Planted:
    def number(column: str) -> int:
        return _of(report, "processed_total", column) + _of(report, "carried_out", column)

    return _by_column(report, "processed_total", ("T3-02", "T3-03"), number)


def _reduced(report: MadeReport, by: Callable[[str], int], item: str) -> dict[Key, int] | None:
    """`item` and the total less by so many in every column, or None where there are not so many."""
    found: dict[Key, int] = {}
    for column in COLUMNS:
        if _of(report, item, column) < by(column):
            return None
        for row in (item, "processed_total"):
            found["applications", row, column] = _of(report, row, column) - by(column)
    return found


def carried_in_left_out(report: MadeReport, rng: Random, _: MadeReport | None) -> Planted:
    """What was carried in is among no result: results and total lack it."""
    if not _summed(report) or not _of(report, "carried_in", "total"):
        return None
    for item in rng.sample(("granted", "unavailable_not_held", "partial"), 3):
        lower = _reduced(report, lambda c: _of(report, "carried_in", c), item)
        if lower:
            changed = {k: printed(k, n, report.style) for k, n in lower.items()}
            return misprinted(report, ("applications", "processed_total", "total"), changed, ("T3-03",))
    return None


def partial_twice(report: MadeReport, rng: Random, _: MadeReport | None) -> Planted:
    """部分公开 counted in another row too, the total unchanged."""
    if not _of(report, "partial", "total"):
        return None
    item = rng.choice(("granted", "refused_third_party", "refused_internal", "refused_process"))
    return _by_column(report, item, ("T3-02",), lambda c: _of(report, item, c) + _of(report, "partial", c))


def last_year_pasted(report: MadeReport, rng: Random, beside: MadeReport | None) -> Planted:
    """An applicant's column as it stood last year."""
    if beside is None or not _summed(report):
        return None
    column = rng.choices(APPLICANTS, (8, 4, 1, 1, 2, 2))[0]
    keys = [k for k in report.cells if k[0] == "applications" and k[2] == column]
    changed = {k: printed(k, beside.figures[k], report.style) for k in keys}
    key = next((k for k in keys if changed[k] != report.cells[k]), None)
    return misprinted(report, key, changed, ("T3-01",)) if key else None
