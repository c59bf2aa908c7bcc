"""Single reports of many agencies, clean or with planted errors; what an error needs to be seen lies beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gongkai.errors import GongkaiError
from gongkai.form import form
from gongkai.synth.chance import chance
from gongkai.synth.figures import counts_repeals, first_state, with_sums, year_of
from gongkai.synth.model import Agency, KeyEntry, MadeReport
from gongkai.synth.names import Names, single_agencies
from gongkai.synth.planting import error_classes, in_turn, plant
from gongkai.synth.reports import choose_style, make_report

LATEST_YEAR = 2024
_MOST_TRIES = 60


@dataclass(frozen=True)
class Case:
    """A report, the other that may lie beside it, and the key entry of its error; `reports` in order of years."""

    reports: tuple[MadeReport, ...]
    entry: KeyEntry | None = None


def years_of(edition: str) -> range:
    """The years for which reports of an edition are made."""
    known = form().editions[edition]
    return range(known.first_year, (known.last_year or LATEST_YEAR) + 1)


def _editions(edition: str) -> tuple[str, ...]:
    if edition == "both":
        return tuple(form().editions)
    if edition not in form().editions:
        raise GongkaiError(f"unknown edition {edition!r}. Choices: {', '.join(form().editions)}, both")
    return (edition,)


class Pair:
    """An agency's figures of three years, and its reports of the last two, made when they are asked for.

    `plain` reports print their zeros, as those do in which an error is planted.
    """

    def __init__(self, seed: object, agency: Agency, year: int, layout: str, plain: bool = False) -> None:
        self.seed, self.agency, self.year, self.layout, self.plain = seed, agency, year, layout, plain
        rng = chance(seed, agency.agency_id, "figures")
        state = first_state(rng, agency)
        self._years = []
        for shown in range(year - 2, year + 1):
            base, state = year_of(rng, state, counts_repeals(shown))
            self._years.append(with_sums(base))

    def _made(self, year: int) -> MadeReport | None:
        edition = form().edition_of_year(year)
        if edition is None:
            return None
        style = choose_style(chance(self.seed, self.agency.agency_id, "style", edition), edition, self.layout)
        style = replace(style, zero="0") if self.plain else style
        last, figures = self._years[year - self.year + 1 : year - self.year + 3]
        return make_report(self.seed, self.agency, year, edition, style, figures, last)

    @property
    def before(self) -> MadeReport | None:
        """The report of the year before; None where no edition of the form was in force."""
        return self._made(self.year - 1)

    @property
    def now(self) -> MadeReport:
        """The report of the year. Raises GongkaiError where no edition of the form was in force."""
        made = self._made(self.year)
        if made is None:
            raise GongkaiError(f"no edition of the form was in force for {self.year}")
        return made


def _clean(seed: object, agency: Agency, year: int, layout: str) -> MadeReport:
    return Pair(seed, agency, year, layout).now


def _with_error(
    seed: object, agency: Agency, stranger: Agency, years: Sequence[int], code: str, layout: str
) -> Case | None:
    """A case of the class, drawn again until the report has a place for the error."""
    needs = error_classes()[code].beside
    for attempt in range(_MOST_TRIES):
        rng = chance(seed, agency.agency_id, code, attempt)
        trial = f"{seed}|{attempt}"
        year = rng.choice(years)
        pair = Pair(trial, agency, year, layout, plain=True)
        report: MadeReport | None = pair.now
        beside = pair.before if needs in {"before", "after"} else None
        if needs == "after":
            report, beside = beside, report
        elif needs == "other":
            beside = _clean(trial, stranger, year, layout)
        if report is None or (needs and beside is None):
            continue
        found = plant(report, code, rng, beside)
        if found is not None:
            both = [found[0], *([beside] if beside else [])]
            return Case(tuple(sorted(both, key=lambda made: made.year)), found[1])
    return None


def _strangers(seed: object, agencies: list[Agency]) -> Iterator[Agency]:
    """For each agency its like in another place, from which it might have copied."""
    names, known = Names(chance(seed, "strangers")), {a.name for a in agencies}
    for agency in agencies:
        name = agency.name
        while name in known:
            place = names.place(agency.level)
            name = place + agency.name.removeprefix(agency.region)
        known.add(name)
        yield replace(agency, agency_id=f"beside-{agency.agency_id}", name=name, region=place)


def make_cases(
    n: int,
    edition: str = "both",
    seed: object = 0,
    errors: tuple[str, ...] = (),
    rate: float = 0.3,
    layout: str = "any",
) -> Iterator[Case]:
    """`n` cases, one agency each: a share `rate` of them with an error of the classes `errors`, taken in turn.

    A class that no report of the edition has place for gives a clean report. Raises GongkaiError for an unknown
    edition.
    """
    editions = _editions(edition)
    rng = chance(seed, "agencies")
    agencies = single_agencies(rng, n)
    strangers = list(_strangers(seed, agencies))
    wanted = [code for code in errors if error_classes()[code].beside != "panel"]
    every = [year for e in editions for year in years_of(e)]
    for k, agency in enumerate(agencies):
        draw = chance(seed, agency.agency_id, "case")
        # Half of the reports of each edition, however many years it has been in force.
        years = years_of(draw.choice(editions))
        fitting = in_turn(wanted, agency)
        if fitting and draw.random() < rate:
            case = _with_error(seed, agency, strangers[k], every, fitting[0], layout)
            # The next class is next in turn, also where this one found no place.
            wanted.remove(fitting[0])
            wanted.append(fitting[0])
            if case is not None:
                yield case
                continue
        yield Case((_clean(seed, agency, draw.choice(years), layout),))


def make_reports(n: int, edition: str = "both", seed: object = 0, layout: str = "any") -> Iterator[MadeReport]:
    """`n` clean reports of one agency each. `edition` is one of the form's or both; raises GongkaiError otherwise."""
    for case in make_cases(n, edition, seed, layout=layout):
        yield from case.reports
