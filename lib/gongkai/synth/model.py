"""A made-up agency, its report, and the entries of an answer key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Key = tuple[str, str, str]  # (table, item, column), the codes of the form


@dataclass(frozen=True)
class Agency:
    """An invented agency: a line of `agencies.csv`. `function` is what a department is for."""

    agency_id: str
    name: str
    level: str
    kind: str
    region: str
    function: str = ""
    parent: str = ""
    successor: str = ""
    first_year: int | None = None
    last_year: int | None = None
    consolidates: bool = False


@dataclass(frozen=True)
class Style:
    """How an agency prints: the shape of the form, and what stands for zero.

    `zero` is 0, empty or a dash; `commas` groups thousands; `plus` prints a plus sign in 本年增/减; `unit` is where the
    unit of the procurement amount stands: header, four decimals in the header, or cell.
    """

    single_other: bool = False
    split: tuple[str, ...] = ()
    zero: str = "0"
    commas: bool = False
    plus: bool = False
    unit: str = "header"
    layout: str = "tabs"


@dataclass(frozen=True)
class Said:
    """A figure or name stated in the prose: its section, the words as printed, and the values they rest on."""

    section: str
    text: str
    values: tuple[tuple[str, str], ...] = ()

    def __getitem__(self, name: str) -> str:
        return dict(self.values)[name]


@dataclass(frozen=True)
class MadeReport:
    """A whole report. `edition` is that of its tables.

    `figures` are the true numbers by cell of the form, amounts of fees in 分 and of procurement in 元; `cells` what is
    printed. `prose` are the paragraphs by section, `lead` those before section 一. `left_out` names rows or tables that
    the print lacks (`applications.new`, `disputes`), `pictures` tables that are a picture.
    """

    agency: Agency
    year: int
    edition: str
    style: Style
    figures: Mapping[Key, int]
    cells: Mapping[Key, str]
    headings: Mapping[str, str]
    lead: tuple[str, ...]
    prose: Mapping[str, tuple[str, ...]]
    said: Mapping[str, Said]
    published: str
    left_out: frozenset[str] = frozenset()
    pictures: frozenset[str] = frozenset()
    deviations: tuple[str, ...] = ()
    title: str = field(default="")

    @property
    def report_id(self) -> str:
        return f"{self.agency.name}-{self.year}"


@dataclass(frozen=True)
class KeyEntry:
    """One planted error: where it is, what is printed and what is true, and which rules should speak.

    `found_at` is the report at which the finding stands; `verdict` what is expected there (fail, explained or none).
    """

    report_id: str
    code: str
    table: str = ""
    item: str = ""
    column: str = ""
    printed: str = ""
    true: str = ""
    section: str = ""
    rules: tuple[str, ...] = ()
    verdict: str = "fail"
    detectable: bool = True
    reason: str = ""
    found_at: str = ""


@dataclass(frozen=True)
class Panel:
    """Reports of several agencies over several years, the agencies, and the key."""

    reports: tuple[MadeReport, ...]
    agencies: tuple[Agency, ...]
    key: tuple[KeyEntry, ...] = ()
