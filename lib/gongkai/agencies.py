"""Bodies over the years: the declared `agencies.csv`, and which body each report is of.

A body has one line for each name it went by, with the years of the name. A report is matched by its printed
name and year; a body without a line is known by its name alone.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from gongkai.cells import compact
from gongkai.errors import GongkaiError
from gongkai.form import declared_rows
from gongkai.frames import build, schema
from gongkai.readers.encoding import decode

COLUMNS = (
    *("agency_id", "name", "first_year", "last_year", "level", "region", "code", "kind"),
    *("parent", "successor", "consolidates"),
)
_CHOICES = {
    "level": ("", "ministry", "province", "city", "county", "township"),
    "kind": ("", "government", "department", "office"),
    "consolidates": ("", "yes", "no"),
}
# What holds of a body under all its names: one line is enough to say it.
_ABOUT = ("level", "region", "code", "kind", "parent", "successor", "consolidates", "deadline")
_BRACKETS = str.maketrans("〔【［〈〕】］〉", "(((())))")
# Years before the first and after the last that anybody declares.
EVER = (0, 9999)


@dataclass(frozen=True)
class Name:
    """A name and the years it was borne (0 and 9999: open)."""

    name: str
    first: int
    last: int


@dataclass
class Agency:
    """A declared body: its names in order of time and what was said of it."""

    agency_id: str
    names: list[Name] = field(default_factory=list)
    about: dict[str, str] = field(default_factory=dict)


def same_name(text: str) -> str:
    """A name as it is compared: without blanks, with half-width characters and one kind of brackets."""
    return compact(text).translate(_BRACKETS)


def _years(row: dict[str, str]) -> tuple[int, int] | None:
    """The years of a line, or None where they are no years."""
    texts = [row["first_year"], row["last_year"]]
    if any(t and not re.fullmatch(r"[12][0-9]{3}", t) for t in texts):
        return None
    first, last = (int(t) if t else ever for t, ever in zip(texts, EVER, strict=True))
    return (first, last) if first <= last else None


def _line_problem(row: dict[str, Any], known: dict[str, Agency]) -> str | None:
    """What is wrong with a line, or None."""
    missing = [c for c in COLUMNS if row.get(c) is None] + [c for c in ("agency_id", "name") if row.get(c) == ""]
    if missing:
        return f"{', '.join(dict.fromkeys(missing))} missing"
    if re.search(r"[\s|:]", row["agency_id"]):
        return f"the agency_id “{row['agency_id']}” holds a blank, | or :"
    if _years(row) is None:
        return f"“{row['first_year']}” to “{row['last_year']}” are no years, or the first comes after the last"
    for column, choices in _CHOICES.items():
        if row[column] not in choices:
            return f"{column} “{row[column]}” is none of {', '.join(c for c in choices if c)}"
    if row["deadline"] and not re.fullmatch(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", row["deadline"]):
        return f"deadline “{row['deadline']}” is no month and day (MM-DD)"
    said = known[row["agency_id"]].about if row["agency_id"] in known else {}
    other = [c for c in _ABOUT if row[c] and said.get(c) and said[c] != row[c]]
    if other:
        return f"{', '.join(other)} of {row['agency_id']} differ from those in a line before"
    return None


def _name_problem(row: dict[str, Any], known: dict[str, Agency]) -> str | None:
    """Whether another body, or the same one under another name, is declared for the years of this line."""
    years = _years(row) or EVER
    for agency in known.values():
        for name in agency.names:
            if name.first > years[1] or years[0] > name.last:
                continue
            same, mine = same_name(name.name) == same_name(row["name"]), agency.agency_id == row["agency_id"]
            if same and not mine:
                return f"“{row['name']}” is {agency.agency_id} in the same years"
            if same:
                return f"“{row['name']}” is declared twice for the same years"
    return None


def _cycle(agencies: dict[str, Agency], column: str) -> list[str]:
    """The ids of a circle of parents or successors, or nothing."""
    for start in agencies:
        seen = [start]
        while after := agencies[seen[-1]].about.get(column, ""):
            if after in seen:
                return [*seen[seen.index(after) :], after]
            if after not in agencies:
                break
            seen.append(after)
    return []


def _check(agencies: dict[str, Agency], places: dict[str, str]) -> list[str]:
    """Unknown parents and successors, and circles of them."""
    problems = [
        f"{places[a.agency_id]}: {column} “{a.about[column]}” of {a.agency_id} is not in the list"
        for a in agencies.values()
        for column in ("parent", "successor")
        if a.about.get(column) and a.about[column] not in agencies
    ]
    circles = [(column, circle) for column in ("parent", "successor") if (circle := _cycle(agencies, column))]
    return problems + [f"{places[c[0]]}: the {column} lead in a circle: {' → '.join(c)}" for column, c in circles]


def read_agencies(folders: Iterable[Path]) -> dict[str, Agency]:
    """agency_id → body, from every `agencies.csv` in or beside `folders`.

    Raises GongkaiError naming file and line of each that lacks a field, says what cannot be, contradicts
    another, or names an unknown parent or successor.
    """
    found: dict[str, Agency] = {}
    places: dict[str, str] = {}
    problems: list[str] = []
    for base in dict.fromkeys(base.resolve() for folder in folders for base in (folder, folder.parent)):
        path = base / "agencies.csv"
        if not path.is_file():
            continue
        content, _ = decode(path.read_bytes(), str(path))
        reader = csv.DictReader(io.StringIO(content, newline=""))
        for given in reader:
            row = {"deadline": ""} | {k: v.strip() for k, v in given.items() if isinstance(v, str)}
            problem = _line_problem(row, found) or _name_problem(row, found)
            if problem:
                problems.append(f"{path}, line {reader.line_num}: {problem}")
                continue
            agency = found.setdefault(row["agency_id"], Agency(row["agency_id"]))
            places.setdefault(agency.agency_id, f"{path}, line {reader.line_num}")
            agency.names.append(Name(row["name"], *(_years(row) or EVER)))
            agency.about |= {c: row[c] for c in _ABOUT if row[c]}
    problems += _check(found, places)
    if problems:
        raise GongkaiError("; ".join(problems) + ". Mend agencies.csv: one line a name, each with its years.")
    for agency in found.values():
        agency.names.sort(key=lambda n: (n.last, n.first))
    return found


@cache
def _endings() -> list[dict[str, str]]:
    return sorted(declared_rows("agency_endings"), key=lambda row: -len(row["ending"]))


def ending(name: str) -> dict[str, str]:
    """The declared ending of a name: `kind`, and `bound` (whether article 49 sets it a date); empty if none."""
    plain = re.sub(r"\([^()]*\)$", "", same_name(name))
    return next((row for row in _endings() if plain.endswith(row["ending"])), {})


def _matched(said: Iterable[tuple[str | None, int | None]], agencies: dict[str, Agency]) -> list[Agency | None]:
    """The body of each name and year: the name in that year, else a name that only one body ever bore."""
    by_name: dict[str, list[tuple[Agency, Name]]] = {}
    for agency in agencies.values():
        for name in agency.names:
            by_name.setdefault(same_name(name.name), []).append((agency, name))
    found: list[Agency | None] = []
    for printed, year in said:
        able = by_name.get(same_name(printed), []) if printed else []
        there = [a for a, n in able if year is not None and n.first <= year <= n.last]
        only = {a.agency_id: a for a, _ in able}
        if not there and len(only) == 1:
            # An old name is printed on after the change, but not once the body is gone.
            agency = next(iter(only.values()))
            lived = min(n.first for n in agency.names), max(n.last for n in agency.names)
            there = [agency] if year is None or lived[0] <= year <= lived[1] else []
        found.append(there[0] if there else None)
    return found


def bodies_of(said: Iterable[tuple[str | None, int | None]], agencies: dict[str, Agency]) -> list[str | None]:
    """Whose report each is, by the printed name and year: the declared body's id, else `=` and the name."""
    pairs = list(said)
    found = _matched(pairs, agencies)
    return [a.agency_id if a else name and f"={same_name(name)}" for (name, _), a in zip(pairs, found, strict=True)]


def _years_text(name: Name) -> str:
    first, last = (str(y) if y not in EVER else "" for y in (name.first, name.last))
    return f"{first}-{last}"


def _agency_row(agency: Agency) -> dict[str, Any]:
    about, latest = agency.about, agency.names[-1].name
    first, last = min(n.first for n in agency.names), max(n.last for n in agency.names)
    kind = about.get("kind") or ending(latest).get("kind") or None
    return {
        **{c: about.get(c) for c in _ABOUT},
        "agency_id": agency.agency_id,
        "agency": latest,
        "names": [n.name for n in agency.names],
        "name_years": [_years_text(n) for n in agency.names],
        "first_year": first if first != EVER[0] else None,
        "last_year": last if last != EVER[1] else None,
        "kind": kind,
        "kind_from": "agencies" if about.get("kind") else "name" if kind else None,
        "consolidates": about.get("consolidates") == "yes",
    }


def _met(name: str) -> dict[str, Any]:
    """The row of a body that only its reports name."""
    kind = ending(name).get("kind") or None
    about = {"agency": name, "names": [name], "name_years": ["-"], "consolidates": False}
    return about | {"kind": kind, "kind_from": "name" if kind else None}


def resolve(
    reports: pl.DataFrame, agencies: dict[str, Agency], whole: bool = True
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The reports with `agency_id`, `kind`, `kind_from`, `level`, `region` and `parent`, and the agencies frame.

    Where not `whole`, only the bodies met in `reports` are listed, as single files are no collection in which one
    could be missing.
    """
    matched = _matched(reports.select("agency", "year").rows(), agencies)
    rows = {a: _agency_row(agency) for a, agency in agencies.items()}
    names = ("kind", "kind_from", "level", "region", "parent")
    resolved: list[dict[str, Any]] = []
    others: dict[str, dict[str, Any]] = {}
    for printed, agency in zip(reports["agency"], matched, strict=True):
        if agency is None and printed:
            others.setdefault(printed, _met(printed))
        row = rows[agency.agency_id] if agency else others.get(printed, {})
        resolved.append({"agency_id": row.get("agency_id")} | {n: row.get(n) for n in names})
    columns = {name: schema("reports")[name] for name in ("agency_id", *names)}
    filled = reports.with_columns(pl.DataFrame(resolved, schema=columns)).select(reports.columns)
    met = {a.agency_id for a in matched if a}
    listed = [row for a, row in rows.items() if whole or a in met]
    return filled, build("agencies", [*listed, *others.values()])


def agency_of() -> pl.Expr:
    """One name a body: the latest that the reports of one `agency_id` print, else as printed, else the report's id."""
    latest = pl.col("agency").sort_by("year", nulls_last=False).last().over("agency_id")
    return pl.when(pl.col("agency_id").is_null()).then("agency").otherwise(latest).fill_null(pl.col("report_id"))


def of_missing(agencies: pl.DataFrame, agency: str | None, year: int | None) -> pl.Expr:
    """Whether the `report_id` of a report that is missing is of this agency (under any of its names) and year."""
    parted = pl.col("report_id").str.extract_groups(r"^(?<name>.*)-(?<year>[0-9]{4})$")
    bodies = agencies.filter(pl.col("names").list.contains(agency)) if agency else agencies
    names = bodies.select(pl.col("names").explode())["names"].implode()
    of_year = pl.lit(True) if year is None else parted.struct.field("year") == str(year)
    return parted.struct.field("name").is_in(names) & of_year
