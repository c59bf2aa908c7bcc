"""Panels: places with their government, its office, departments and townships over several years.

A government that consolidates prints the sum of the bodies below it and of its own office. Departments merge, reports
are late or missing, and the form changes its edition on the way.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random

from gongkai.errors import GongkaiError
from gongkai.form import form
from gongkai.synth.chance import chance
from gongkai.synth.figures import Figures, State, added, counts_repeals, first_state, with_sums, year_of
from gongkai.synth.model import Agency, KeyEntry, MadeReport, Panel
from gongkai.synth.names import Names, department, government, office
from gongkai.synth.planting import error_classes, in_turn, plant
from gongkai.synth.reports import choose_style, make_report
from gongkai.synth.wording import functions

_PLACE_SIZE = 18
_CITY_FROM = 3 * _PLACE_SIZE
_MISSING = 0.04


@dataclass
class _Bodies:
    """The agencies of a panel, in the order in which they were founded."""

    seed: object
    found: list[Agency] = field(default_factory=list)

    def next_id(self) -> str:
        return f"panel-{len(self.found) + 1:05d}"

    def add(self, agency: Agency) -> Agency:
        self.found.append(agency)
        return agency


def _place(bodies: _Bodies, rng: Random, names: Names, level: str, parent: str, count: int) -> Agency:
    """A government with its office, and `count` bodies in all below and with it."""
    place = names.place(level)
    top = bodies.add(government(bodies.next_id(), place, level, parent, consolidates=count > 1))
    if count > 1:
        bodies.add(office(bodies.next_id(), place, level, top.agency_id))
    codes = [code for code in functions() if functions()[code]["name"]]
    rng.shuffle(codes)
    for k in range(count - 2):
        if (level == "county" and k % 4 == 3) or k >= len(codes):
            bodies.add(government(bodies.next_id(), names.place("township"), "township", top.agency_id))
        else:
            bodies.add(department(bodies.next_id(), place, level, codes[k], top.agency_id))
    return top


def _hierarchy(seed: object, count: int) -> list[Agency]:
    """`count` agencies: a county, or cities with their counties."""
    bodies, rng = _Bodies(seed), chance(seed, "hierarchy")
    names = Names(chance(seed, "names"))
    city = ""
    while len(bodies.found) < count:
        left = count - len(bodies.found)
        if left >= _CITY_FROM and len(bodies.found) % (20 * _PLACE_SIZE) < _PLACE_SIZE:
            city = _place(bodies, rng, names, "city", "", _PLACE_SIZE).agency_id
        else:
            _place(bodies, rng, names, "county", city, min(left, rng.randint(_PLACE_SIZE - 6, _PLACE_SIZE + 4)))
    return bodies.found


def _merged(seed: object, agencies: list[Agency], years: range) -> list[Agency]:
    """The agencies with, in every third place, two departments that become one in the course of the years."""
    rng = chance(seed, "mergers")
    found = {a.agency_id: a for a in agencies}
    if len(years) < 3:
        return agencies
    for top in agencies:
        below = [a for a in agencies if a.parent == top.agency_id and a.kind == "department"]
        if len(below) < 4 or rng.random() > 0.35:
            continue
        one, other = rng.sample(below, 2)
        year = rng.choice(years[1:-1])
        name = functions()[one.function]["name"].removesuffix("局").removesuffix("委员会")
        new_id = f"panel-{len(found) + 1:05d}"
        merged = replace(one, agency_id=new_id, name=f"{one.region}{name}和{functions()[other.function]['name']}")
        found[new_id] = replace(merged, first_year=year)
        for old in (one, other):
            found[old.agency_id] = replace(old, last_year=year - 1, successor=new_id)
    return list(found.values())


def _added(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {k: one.get(k, 0) + other.get(k, 0) for k in {**one, **other}}


def _together(one: State, other: State) -> State:
    """What two merged bodies bring into the year."""
    return replace(
        one,
        demand=one.demand + other.demand,
        carried=tuple(a + b for a, b in zip(one.carried, other.carried, strict=True)),
        documents=one.documents + other.documents,
        rules=one.rules + other.rules,
        items=_added(one.items, other.items),
        decisions=_added(one.decisions, other.decisions),
        fee_items=one.fee_items + other.fee_items,
        fee=one.fee + other.fee,
    )


def _active(agency: Agency, year: int) -> bool:
    return (agency.first_year or year) <= year <= (agency.last_year or year)


def _own_figures(seed: object, agencies: list[Agency], years: range) -> dict[tuple[str, int], Figures]:
    """The figures of every body that does not add up others, by agency and year (and the year before the first)."""
    found: dict[tuple[str, int], Figures] = {}
    states: dict[str, State] = {}
    for year in range(years.start - 1, years.stop):
        for agency in agencies:
            if agency.consolidates or not _active(agency, year):
                continue
            if agency.agency_id not in states:
                before = [states[a.agency_id] for a in agencies if a.successor == agency.agency_id]
                begun = (
                    _together(*before)
                    if len(before) == 2
                    else first_state(chance(seed, agency.agency_id, "state"), agency)
                )
                states[agency.agency_id] = begun
            rng = chance(seed, agency.agency_id, year, "figures")
            found[agency.agency_id, year], states[agency.agency_id] = year_of(
                rng, states[agency.agency_id], counts_repeals(year)
            )
    return found


def _all_figures(seed: object, agencies: list[Agency], years: range) -> dict[tuple[str, int], Figures]:
    """The figures of every agency: those that consolidate add up their children, the lower level first."""
    found = _own_figures(seed, agencies, years)
    for year in range(years.start - 1, years.stop):
        for top in reversed([a for a in agencies if a.consolidates]):
            below = [a for a in agencies if a.parent == top.agency_id]
            found[top.agency_id, year] = added(found[a.agency_id, year] for a in below if (a.agency_id, year) in found)
    return found


def _reports(seed: object, agencies: list[Agency], years: range, layout: str) -> list[MadeReport]:
    figures = {key: with_sums(base) for key, base in _all_figures(seed, agencies, years).items()}
    made = []
    for year in years:
        edition = form().edition_of_year(year)
        if edition is None:
            raise GongkaiError(f"--years: {year} 年没有格式。no edition of the form was in force for {year}")
        # Rows that only some bodies print could not be added up.
        shape = choose_style(chance(seed, "shape", edition), edition, layout)
        for agency in agencies:
            if not _active(agency, year):
                continue
            style = choose_style(chance(seed, agency.agency_id, "style", edition), edition, layout)
            style = replace(style, single_other=shape.single_other, split=shape.split)
            mine, last = figures[agency.agency_id, year], figures.get((agency.agency_id, year - 1), {})
            made.append(make_report(seed, agency, year, edition, style, mine, last))
    return made


def _missing(seed: object, reports: list[MadeReport], taken: set[str]) -> dict[str, KeyEntry]:
    """The reports that are not published, each with its key entry: never an agency's first or last."""
    years = {r.agency.agency_id: [o.year for o in reports if o.agency == r.agency] for r in reports}
    found = {}
    for report in reports:
        inner = min(years[report.agency.agency_id]) < report.year < max(years[report.agency.agency_id])
        if inner and report.report_id not in taken and chance(seed, report.report_id, "missing").random() < _MISSING:
            name = report.report_id
            found[name] = KeyEntry(name, "missing_report", rules=("C-07",), found_at=name)
    return found


def _planted(
    seed: object, reports: list[MadeReport], errors: tuple[str, ...], rate: float
) -> tuple[list[MadeReport], list[KeyEntry]]:
    """The reports with errors of the classes, taken in turn; a report that another error rests on stays clean."""
    by_id = {(r.agency.agency_id, r.year): r for r in reports}
    taken: set[str] = set()
    entries: list[KeyEntry] = []
    wanted = [code for code in errors if error_classes()[code].beside != "panel"]
    for key, report in list(by_id.items()):
        rng = chance(seed, report.report_id, "error")
        if rng.random() >= rate or report.report_id in taken:
            continue
        for code in in_turn(wanted, report.agency):
            beside = _beside(by_id, key, error_classes()[code].beside, rng)
            if error_classes()[code].beside and (beside is None or beside.report_id in taken):
                continue
            found = plant(report, code, rng, beside)
            if found is not None:
                by_id[key] = found[0]
                entries.append(found[1])
                taken |= {report.report_id, *([beside.report_id] if beside else [])}
                wanted.remove(code)
                wanted.append(code)
                break
    made = list(by_id.values())
    gone = _missing(seed, made, taken) if "missing_report" in errors else {}
    return [r for r in made if r.report_id not in gone], [*entries, *gone.values()]


def _beside(
    reports: dict[tuple[str, int], MadeReport], key: tuple[str, int], where: str, rng: Random
) -> MadeReport | None:
    agency, year = key
    if where in {"before", "after"}:
        return reports.get((agency, year + (1 if where == "after" else -1)))
    others = [r for (a, y), r in reports.items() if y == year and a != agency] if where == "other" else []
    return rng.choice(others) if others else None


def make_panel(
    agencies: int,
    years: range,
    seed: object = 0,
    errors: tuple[str, ...] = (),
    rate: float = 0.3,
    layout: str = "any",
) -> Panel:
    """A panel of so many agencies (two more for each merger) over `years`, clean or with errors of the classes.

    Raises GongkaiError where no edition of the form was in force for a year.
    """
    bodies = _merged(seed, _hierarchy(seed, agencies), years)
    reports = _reports(seed, bodies, years, layout)
    made, entries = _planted(seed, reports, errors, rate)
    return Panel(tuple(made), tuple(bodies), tuple(entries))
