"""The figures of one agency over the years: heavy-tailed, and every relation of the form holds.

What one year leaves behind (open requests, documents in force, lists of items) is the `State` from which the next
begins, so that the relations across years hold too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from random import Random

from gongkai.form import form
from gongkai.synth.chance import heavy, portion, split, whole
from gongkai.synth.model import Agency, Key
from gongkai.synth.wording import functions

APPLICANTS = tuple(c for t, c in form().columns if t == "applications" and c != "total")
# The rows in which a request can end, most usual first, with how often they are used.
_USED = {
    "granted": 40.0,
    "unavailable_not_held": 16.0,
    "partial": 8.0,
    "unavailable_needs_creation": 3.0,
    "refused_third_party": 2.5,
    "other_other": 3.0,
    "refused_internal": 2.0,
    "refused_process": 2.0,
    "refused_enforcement": 2.0,
    "refused_inquiry": 1.5,
    "other_no_correction": 2.0,
    "rejected_petition": 2.5,
    "rejected_duplicate": 1.5,
    "unavailable_unclear": 1.0,
    "refused_law": 1.0,
    "rejected_excessive": 0.5,
    "rejected_publication": 0.4,
    "rejected_reissue": 0.4,
    "refused_secret": 0.4,
    "other_unpaid_fee": 0.25,
    "refused_security": 0.15,
}
OUTCOMES = tuple(i for i in form().descendants("applications", "processed") if i in _USED)
POWERS = ("licensing", "inspection", "confirmation", "penalty", "coercion")
DISPUTES = ("reconsideration", "litigation_direct", "litigation_after_reconsideration")

Figures = dict[Key, int]


@dataclass(frozen=True)
class State:
    """What an agency brings into a year: amounts in 分, `carried` by applicant in form order."""

    demand: float
    carried: tuple[int, ...]
    applicants: tuple[float, ...]
    outcomes: tuple[float, ...]
    slow: float
    disputed: float
    documents: int
    rules: int
    items: dict[str, int]
    decisions: dict[str, int]
    fee_items: int
    fee: int


_SIZE = {"province": 6.0, "city": 5.0, "county": 2.0, "township": 0.7}


def first_state(rng: Random, agency: Agency) -> State:
    """The agency before its first year, `agency` alone: a government that stands for its whole place is larger."""
    size = _SIZE[agency.level] * (8.0 if agency.kind == "government" and agency.level != "township" else 1.0)
    powers = functions()[agency.function]["powers"] if agency.function else dict.fromkeys(POWERS, 30.0) | {"fees": 30.0}
    quiet = rng.random() < (0.3 if agency.kind != "government" else 0.05)
    items = {p: 1 + int(heavy(rng, 12, 0.8)) for p in POWERS if p in powers}
    decisions = {p: int(heavy(rng, size * powers[p], 0.9)) for p in items}
    charges = "fees" in powers and rng.random() < 0.6
    rule_maker = agency.kind == "government" and agency.level in {"province", "city"} and not agency.consolidates
    return State(
        demand=0.0 if quiet else min(6000.0, heavy(rng, 2.2 * size, 1.1)),
        carried=(0,) * len(APPLICANTS),
        applicants=(heavy(rng, 20, 0.3), heavy(rng, 2, 0.6), 0.02, 0.04, heavy(rng, 0.3, 0.5), heavy(rng, 0.15, 0.5)),
        outcomes=tuple(weight * min(2.0, heavy(rng, 1, 0.5)) for weight in (_USED[i] for i in OUTCOMES)),
        slow=min(0.15, heavy(rng, 0.03, 0.9)),
        disputed=min(0.3, heavy(rng, 0.05, 0.9)),
        documents=2 + int(heavy(rng, 3 * size, 0.7)),
        rules=1 + int(heavy(rng, 9, 0.4)) if rule_maker else 0,
        items=items,
        decisions=decisions,
        fee_items=1 + rng.randrange(6) if charges else 0,
        fee=int(heavy(rng, size * powers["fees"] * 1e6 / 4, 1.2)) + 1234 if charges else 0,
    )


def _received(rng: Random, state: State) -> list[int]:
    number = int(heavy(rng, state.demand, 0.25) + rng.random()) if state.demand else 0
    if number <= 2:
        return [number, *[0] * (len(APPLICANTS) - 1)]
    return split(rng, number, state.applicants)


def _same(one: list[int], other: list[int]) -> bool:
    """Whether two applicants' columns would be the same figures, as if copied."""
    return one == other and sum(map(bool, one)) >= 3


def _carried(rng: Random, new: list[int], carried_in: tuple[int, ...], slow: float) -> list[int]:
    """What stays open, by applicant; never so that it looks like a copy of another row."""
    left = [portion(rng, n + c, slow) for n, c in zip(new, carried_in, strict=True)]
    for k, (n, c) in enumerate(zip(new, carried_in, strict=True)):
        if left[k] in {n, n + c, n + c - left[k], c}:
            left[k] = 0
    whole_new, whole_in, total = sum(new), sum(carried_in), sum(left)
    return [0] * len(left) if total in {whole_new, whole_in, whole_new + whole_in - total} else left


def _applications(rng: Random, state: State) -> tuple[Figures, tuple[int, ...]]:
    new = _received(rng, state)
    left = _carried(rng, new, state.carried, state.slow)
    columns: list[list[int]] = []
    for n, c, stay in zip(new, state.carried, left, strict=True):
        made = split(rng, n + c - stay, state.outcomes)
        while any(_same([n, *made], column) for column in columns):
            made = split(rng, n + c - stay, state.outcomes)
        columns.append([n, *made])
    found: Figures = {}
    for k, applicant in enumerate(APPLICANTS):
        found["applications", "new", applicant] = new[k]
        found["applications", "carried_in", applicant] = state.carried[k]
        found["applications", "carried_out", applicant] = left[k]
        for item, number in zip(OUTCOMES, columns[k][1:], strict=True):
            found["applications", item, applicant] = number
    return found, tuple(left)


def _disputes(rng: Random, requests: Figures, disputed: float) -> Figures:
    """Cases no more than decisions that refuse something; few corrected; none after a review that was not."""
    refusing = [i for i in OUTCOMES if not i.startswith(("granted", "other"))]
    adverse = sum(requests["applications", item, a] for item in refusing for a in APPLICANTS)
    first = portion(rng, adverse, disputed)
    direct = portion(rng, adverse - first, disputed / 3)
    after = portion(rng, min(first, adverse - first - direct), 0.2)
    found: Figures = {}
    for item, number in zip(DISPUTES, (first, direct, after), strict=True):
        upheld, corrected, other, pending = split(rng, number, (62, 10, 14, 14))
        most = (upheld + corrected + other) * 2 // 5
        upheld, corrected = upheld + max(0, corrected - most), min(corrected, most)
        for column, count in zip(
            ("upheld", "corrected", "other", "pending"), (upheld, corrected, other, pending), strict=True
        ):
            found["disputes", item, column] = count
    return found


def _grown(rng: Random, number: int) -> int:
    """A number a year later: half of them hardly change, none jumps."""
    factor = 1 + rng.uniform(-0.03, 0.03) if rng.random() < 0.5 else min(1.8, max(0.6, heavy(rng, 1.02, 0.18)))
    return round(number * factor)


def _documents(rng: Random, state: State, withdrawn: bool) -> tuple[Figures, State]:
    """Normative documents and rules, in the words of both editions."""
    issued = whole(rng, min(state.documents / 8, heavy(rng, 0.12 * state.documents, 0.7)))
    repealed = portion(rng, state.documents, 0.05) if withdrawn and rng.random() < 0.4 else 0
    made = rng.randrange(3) if state.rules else 0
    ended = 1 if withdrawn and state.rules > 4 and rng.random() < 0.3 else 0
    rules, documents = state.rules + made - ended, state.documents + issued - repealed
    if rules == documents:
        issued, documents = issued + 1, documents + 1
    found: Figures = {}
    stocks = {"normative_documents": (state.documents, issued, repealed), "rules": (state.rules, made, ended)}
    for item, (stock, new, gone) in stocks.items():
        columns = {"made": new, "disclosed": new, "disclosed_total": stock + new}
        columns |= {"issued": new, "repealed": gone, "in_force": stock + new - gone}
        found |= {("proactive", item, column): number for column, number in columns.items()}
    return found, replace(state, documents=documents, rules=rules)


def _powers(rng: Random, state: State) -> tuple[Figures, State]:
    """Items on the lists and decisions made; fees and purchases."""
    items, decisions = dict(state.items), dict(state.decisions)
    found: Figures = {}
    for power in POWERS:
        before = items.get(power, 0)
        change = rng.randint(-(before // 3), before // 3) if before and rng.random() < 0.4 else 0
        decisions[power] = _grown(rng, decisions[power]) if power in decisions else 0
        found["proactive", power, "items_last_year"] = before
        found["proactive", power, "items_change"] = change
        found["proactive", power, "decisions"] = decisions[power]
        if power in items:
            items[power] = before + change
    moved = rng.choice((0, 0, 0, 1)) if state.fee_items else 0
    fee = _grown(rng, state.fee) if state.fee else 0
    projects = int(heavy(rng, 4, 0.8)) if rng.random() < 0.8 else 0
    found["proactive", "fees", "items_last_year"] = state.fee_items
    found["proactive", "fees", "items_change"] = moved
    found["proactive", "fees", "amount"] = fee
    found["proactive", "procurement", "projects"] = projects
    found["proactive", "procurement", "amount"] = sum(1000 + int(heavy(rng, 150_000, 1.0)) for _ in range(projects))
    return found, replace(state, items=items, decisions=decisions, fee_items=state.fee_items + moved, fee=fee)


def year_of(rng: Random, state: State, withdrawn: bool) -> tuple[Figures, State]:
    """The figures of one year (both editions' cells, without sums), and what the agency brings into the next.

    `withdrawn`: documents are repealed too; only an edition that counts them can show why a stock shrinks.
    """
    requests, carried = _applications(rng, state)
    disputes = _disputes(rng, requests, state.disputed)
    documents, later = _documents(rng, state, withdrawn)
    powers, later = _powers(rng, later)
    demand = state.demand * min(1.4, max(0.7, heavy(rng, 1.05, 0.12)))
    return requests | disputes | documents | powers, replace(later, carried=carried, demand=demand)


def counts_repeals(year: int) -> bool:
    """Whether the form of that year has a column for documents repealed."""
    edition = form().edition_of_year(year)
    return edition is not None and "repealed" in form().items["proactive", "normative_documents"].columns[edition]


def added(parts: Iterable[Figures]) -> Figures:
    """The figures of a government that stands for several bodies."""
    found: Figures = {}
    for part in parts:
        for key, number in part.items():
            found[key] = found.get(key, 0) + number
    return found


def with_sums(base: Figures) -> Figures:
    """The figures with totals, the single （六） and the unsplit 其他对外管理服务事项."""
    found = dict(base)
    for applicant in APPLICANTS:
        others = [i for i in OUTCOMES if i.startswith("other_")]
        found["applications", "other", applicant] = sum(base["applications", i, applicant] for i in others)
        found["applications", "processed_total", applicant] = sum(base["applications", i, applicant] for i in OUTCOMES)
    for item in dict.fromkeys(item for table, item, _ in found if table == "applications"):
        found["applications", item, "total"] = sum(found["applications", item, a] for a in APPLICANTS)
    for item in DISPUTES:
        parts = ("upheld", "corrected", "other", "pending")
        found["disputes", item, "total"] = sum(base["disputes", item, p] for p in parts)
    for column in ("items_last_year", "items_change", "decisions"):
        both = sum(base["proactive", p, column] for p in ("inspection", "confirmation"))
        found["proactive", "other_management", column] = both
    return found
