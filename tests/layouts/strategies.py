"""Invented reports for hypothesis.

Most cells come from one drawn seed and a few are drawn one by one: some two hundred separate draws would be slow and
would not shrink. Seed 0 is a report of zeros, so a failing example shrinks to zeros and the few cells that matter.
"""

from collections.abc import Callable, Collection, Sequence
from random import Random

from hypothesis import strategies as st

from .model import APPLICANTS, DISPUTE_COLUMNS, DISPUTES, Form, Key, Printed, columns, items, keys, unit_of

STYLES = frozenset({"fullwidth", "thousands", "decimal", "sign", "unit"})  # ways to print a number
EMPTY = frozenset({"blank", "dash"})
PLAIN: frozenset[str] = frozenset()
EVERYTHING_BUT_TEXT = STYLES | EMPTY
UNREADABLE = frozenset({"unreadable"})
EVERYTHING = EVERYTHING_BUT_TEXT | UNREADABLE

BLANK = Printed("", None, "blank")
DASHES = ("—", "－", "/", "无")
NO_NUMBERS = ("详见附件", "另行公布", "数据待核")

_SMALL = (0,) * 20 + tuple(range(21))
NUMBERS = _SMALL * 4 + (45, 88, 137, 640, 999, 1000, 1024, 3057, 12345, 100000, 7654321)
AMOUNTS = (0, 5, 310, 1250, 12.5, 0.3, 108.25, 2046.7051, 30517.4)  # 万元
CHANGES = (*_SMALL, -1, -3, -28, -28, -140, 5, 33)

_WIDE = str.maketrans("0123456789,", "０１２３４５６７８９，")

Pick = Callable[[Sequence], object]  # random.choice, or a draw of hypothesis


def _amount_texts(value: float, may: Collection[str]) -> list[str]:
    plain = f"{value:.10g}"
    texts = [plain]
    if "thousands" in may and value >= 1000:
        texts.append(f"{int(value):,}" + plain[len(str(int(value))) :])
    if "unit" in may:
        texts += [f"{plain}万元", f"{round(value * 10000)}元"]
    return texts


def _change_texts(value: int, may: Collection[str]) -> list[str]:
    if "sign" not in may or value == 0:
        return [str(value)]
    if value < 0:
        return [str(value), f"－{-value}", f"减少{-value}"]
    return [str(value), f"+{value}", f"增加{value}"]


def texts(key: Key, value: float, may: Collection[str]) -> list[str]:
    """The ways in which a number may be printed in this cell, the plain one first."""
    if key[2] == "amount":
        return _amount_texts(value, may)
    if key[2] == "items_change":
        return _change_texts(int(value), may)
    plain = str(int(value))
    ways = [plain]
    if "fullwidth" in may:
        ways.append(plain.translate(_WIDE))
    if "thousands" in may and value >= 1000:
        ways += [f"{int(value):,}", f"{int(value):,}".translate(_WIDE)]
    if "unit" in may:
        ways.append(plain + unit_of(key))
    return ways


def _number(key: Key, may: Collection[str], pick: Pick) -> float:
    if key[2] == "amount":
        return pick([amount for amount in AMOUNTS if "decimal" in may or amount == int(amount)])
    if key[2] == "items_change":
        return pick([change for change in CHANGES if "sign" in may or change >= 0])
    return pick(NUMBERS)


def printed(key: Key, may: Collection[str], pick: Pick) -> Printed:
    """One cell, of a kind that may occur there."""
    kind = pick(["number"] * 6 + sorted(set(may) - STYLES))
    if kind == "blank":
        return BLANK
    if kind == "dash":
        return Printed(pick(DASHES), None, "dash")
    if kind == "unreadable":
        return Printed(pick(NO_NUMBERS), None, "unreadable")
    value = _number(key, may, pick)
    return Printed(pick(texts(key, value, may)), float(value), "number")


_PLACES = ("霁禾市", "霁禾市澜汀区", "砚泽县", "栖枫市", "栖枫市云埠区")
_BODIES = ("人民政府", "民政局", "水务局", "发展和改革委员会", "卫生健康委员会", "松烟街道办事处")
AGENCIES = tuple(place + body for place in _PLACES for body in _BODIES)  # none of these places exists
YEARS = {"2019": (2019, 2020), "2021": (2021, 2022, 2023, 2024, 2025)}


@st.composite
def _outlines(draw: st.DrawFn, edition: str | None) -> dict:
    """Everything of a form but its cells."""
    chosen = draw(st.sampled_from(tuple(YEARS))) if edition is None else edition
    split = draw(st.booleans()) if chosen == "2019" else False
    return {
        "edition": chosen,
        "single_other": draw(st.booleans()),
        "subrows": ("inspection", "confirmation") if split else (),
        "agency": draw(st.sampled_from(AGENCIES)),
        "year": draw(st.sampled_from(YEARS[chosen])),
    }


def _keys(outline: dict) -> list[Key]:
    return keys(outline["edition"], outline["single_other"], outline["subrows"])


def _known(may: Collection[str], allowed: frozenset[str]) -> frozenset[str]:
    if set(may) - allowed:
        raise ValueError(f"unknown here: {sorted(set(may) - allowed)}; allowed: {sorted(allowed)}")
    return frozenset(may)


@st.composite
def forms(draw: st.DrawFn, may: Collection[str] = PLAIN, edition: str | None = None) -> Form:
    """Any edition, shape and sub-rows with any numbers, consistent or not.

    `may` names what may occur beside plain digits: "blank", "dash", "fullwidth" (１２), "thousands" (1,234 and
    １，２３４), "decimal" (amounts only), "sign" (+33, －28, 减少28 in items_change, negative only with it), "unit"
    (12件, amounts also 251000元), "unreadable" (详见附件). Ready sets: PLAIN, EVERYTHING_BUT_TEXT, EVERYTHING.
    """
    kinds = _known(may, EVERYTHING)
    outline = draw(_outlines(edition))
    every = _keys(outline)
    seed = draw(st.integers(0, 2**32))
    pick = Random(seed).choice if seed else lambda choices: choices[0]
    cells = {key: printed(key, kinds, pick) for key in every}
    for key in draw(st.lists(st.sampled_from(every), max_size=6, unique=True)):
        cells[key] = printed(key, kinds, lambda choices: draw(st.sampled_from(choices)))
    # fifteen empty cells leave no row at all in a text that was stripped of white space: blank and absent are then one
    row = [key for key in every if key[0] == "disputes"]
    if all(cells[key] == BLANK for key in row):
        cells[row[0]] = Printed("0", 0.0, "number")
    return Form(**outline, cells=cells)


@st.composite
def balanced_forms(draw: st.DrawFn, may: Collection[str] = PLAIN, edition: str | None = None) -> Form:
    """As `forms`, and every sum of the form holds in every row and column; `may` holds ways to print numbers only."""
    kinds = _known(may, STYLES)
    outline = draw(_outlines(edition))
    every = _keys(outline)
    seed = draw(st.integers(0, 2**32))
    pick = Random(seed).choice if seed else lambda choices: choices[0]
    numbers = {key: _number(key, kinds, pick) for key in every}
    for key in draw(st.lists(st.sampled_from(every), max_size=6, unique=True)):
        numbers[key] = _number(key, kinds, lambda choices: draw(st.sampled_from(choices)))
    _balance_applications(numbers, outline)
    _balance_disputes(numbers)
    _make_sane(numbers, outline)
    cells = {key: Printed(pick(texts(key, value, kinds)), float(value), "number") for key, value in numbers.items()}
    return Form(**outline, cells=cells)


def _balance_applications(numbers: dict[Key, float], outline: dict) -> None:
    """Outcomes add to processed_total, new + carried_in = processed_total + carried_out, columns add to total."""
    rows = items("applications", **{name: outline[name] for name in ("edition", "single_other", "subrows")})
    outcomes = [row for row in rows if row not in ("new", "carried_in", "processed_total", "carried_out")]
    *applicants, total = APPLICANTS
    for column in applicants:
        processed = sum(numbers["applications", item, column] for item in outcomes)
        numbers["applications", "processed_total", column] = processed
        settled = processed + numbers["applications", "carried_out", column]
        carried_in = min(numbers["applications", "carried_in", column], settled)
        numbers["applications", "carried_in", column] = carried_in
        numbers["applications", "new", column] = settled - carried_in
    for item in rows:
        numbers["applications", item, total] = sum(numbers["applications", item, column] for column in applicants)


def _balance_disputes(numbers: dict[Key, float]) -> None:
    *outcomes, total = DISPUTE_COLUMNS
    for item in DISPUTES:
        numbers["disputes", item, total] = sum(numbers["disputes", item, column] for column in outcomes)


def _make_sane(numbers: dict[Key, float], outline: dict) -> None:
    """Table two as a careful clerk would fill it: no part above its whole, no loss of items that never were."""

    def at_most(row: str, part: str, whole: str) -> None:
        if ("proactive", row, part) in numbers:
            limit = numbers["proactive", row, whole]
            numbers["proactive", row, part] = min(numbers["proactive", row, part], limit)

    for row in items("proactive", outline["edition"], outline["single_other"], outline["subrows"]):
        named = columns("proactive", row, outline["edition"])
        if "items_change" in named:
            change, before = ("proactive", row, "items_change"), ("proactive", row, "items_last_year")
            numbers[change] = max(numbers[change], -numbers[before])
        at_most(row, "disclosed", "made")
        at_most(row, "disclosed", "disclosed_total")
        at_most(row, "issued", "in_force")
        if "projects" in named and numbers["proactive", row, "projects"] == 0:
            numbers["proactive", row, "amount"] = 0
