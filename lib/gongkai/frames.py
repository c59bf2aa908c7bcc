"""The public frames: reports, facts, claims, sections, notes, tables, files. One dictionary documents all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl

from gongkai.claims import read_claims
from gongkai.document import Document
from gongkai.errors import GongkaiError
from gongkai.form import declared_rows, form
from gongkai.notes import doubt, sentence
from gongkai.parse.facts import disagreement
from gongkai.parse.model import Note, Report, TableReading

SCHEMA = "1"

_CELL = pl.Struct({"cell": pl.String, "side": pl.String, "printed": pl.String, "where": pl.String})
_TYPES: dict[str, Any] = {"str": pl.String, "int": pl.Int64, "float": pl.Float64, "bool": pl.Boolean}


@cache
def schema(frame: str) -> dict[str, Any]:
    """Column → polars type of a public frame, from the dictionary."""
    rows = [row for row in declared_rows("dictionary") if row["frame"] == frame]
    if not rows:
        raise GongkaiError(f"declared/dictionary.csv: no frame {frame}")
    lists = {"cells": pl.List(_CELL)}
    return {r["column"]: _TYPES.get(r["type"]) or lists.get(r["column"], pl.List(pl.String)) for r in rows}


def empty(frame: str) -> pl.DataFrame:
    """A public frame without rows."""
    return pl.DataFrame(schema=schema(frame))


def build(frame: str, rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    """A public frame from its rows, columns as the dictionary has them."""
    columns = schema(frame)
    return pl.DataFrame([[row.get(name) for name in columns] for row in rows], schema=columns, orient="row")


@dataclass(frozen=True)
class Parsed:
    """A report with the (first) document it was read from and what the manifest says of it."""

    document: Document
    report: Report
    prose: str | None = None
    role: str | None = None
    report_id: str | None = None
    # Whose it is, under whatever name (`agencies.bodies_of`): versions of a report share body and year.
    body: str | None = None


def report_ids(parsed: list[Parsed]) -> list[str]:
    """`<agency as printed>-<year>`; with the start of the hash where a part is unknown or two agree.

    A report that comes with an id (from facts that were written before) keeps it.
    """
    plain = [
        p.report_id or f"{p.report.identity.agency or 'unknown'}-{p.report.identity.year or 'unknown'}" for p in parsed
    ]
    counts = Counter(plain)
    return [
        name
        if counts[name] == 1 and (p.report_id or (p.report.identity.agency and p.report.identity.year))
        else f"{name}-{p.document.sha256[:8]}"
        for name, p in zip(plain, parsed, strict=True)
    ]


def _primary(parsed: list[Parsed]) -> list[bool]:
    """One version of each report: the manifest's choice, else the one read most fully, else the first by hash."""
    best: dict[tuple[Any, Any], tuple[Any, int]] = {}
    for k, p in enumerate(parsed):
        identity = p.report.identity
        read = sum(f.status != "absent" for f in p.report.facts)
        sure = sum(t.certainty == "sure" for t in p.report.tables)
        # Of equally sure readings the one published last, then any that is always the same.
        published = "".join(c for c in identity.page.get("published", "") if c.isdigit())
        rank = (p.role != "primary", -sure, -read, -int(published[:8] or 0), p.document.sha256)
        key = (p.body, identity.year) if p.body and identity.year else (None, k)
        best[key] = min(best.get(key, (rank, k)), (rank, k))
    chosen = {k for _, k in best.values()}
    return [k in chosen for k in range(len(parsed))]


def _report_row(p: Parsed, report_id: str, primary: bool) -> dict[str, Any]:
    identity, report = p.report.identity, p.report
    years = ([(identity.year_from, identity.year)] if identity.year else []) + list(identity.other_years)
    return {
        "report_id": report_id,
        "agency": identity.agency,
        "agency_id": None,
        "year": identity.year,
        "edition": report.edition,
        "title": identity.title,
        "source": p.document.source,
        "sha256": p.document.sha256,
        "format": p.document.format,
        "encoding": p.document.encoding,
        "agency_from": identity.agency_from,
        "year_from": identity.year_from,
        "edition_from": report.edition_from,
        "primary": primary,
        "prose": p.prose,
        "headings": "".join(report.headings),
        "markers": "+".join(sorted(report.markers)) or None,
        "edition_of_year": form().edition_of_year(identity.year) if identity.year else None,
        "years_named": ", ".join(f"{place} {year}" for place, year in years),
        "years_agree": len({year for _, year in years}) <= 1,
        **{name: identity.page.get(name) for name in ("publisher", "published", "index_number", "page_title", "link")},
    }


def _disagreements(parsed: list[Parsed], ids: list[str], primary: list[bool]) -> dict[int, list[Note]]:
    """For each report that counts, the cells in which another version of it prints something else."""
    chosen: dict[tuple[str | None, int | None], int] = {
        (p.body, p.report.identity.year): k
        for k, (p, counts) in enumerate(zip(parsed, primary, strict=True))
        if counts and p.body and p.report.identity.year
    }
    found: dict[int, list[Note]] = {}
    for k, p in enumerate(parsed):
        main = chosen.get((p.body, p.report.identity.year))
        if primary[k] or main is None:
            continue
        notes = found.setdefault(main, [])
        cells = {(f.table, f.item, f.column): f for f in p.report.facts}
        for fact in parsed[main].report.facts:
            other = cells.get((fact.table, fact.item, fact.column))
            both = other is not None and "absent" not in {fact.status, other.status}
            if other and both and (fact.value, fact.status) != (other.value, other.status):
                notes.append(disagreement(fact, other, "versions_disagree", ids[k]))
    return found


def _table_row(p: Parsed, reading: TableReading, report_id: str, versions: list[Note] | None) -> dict[str, Any]:
    report = p.report
    told = [n for n in (*report.notes, *(versions or ())) if n.table == reading.table]
    facts = [f for f in report.facts if f.table == reading.table]
    statuses = Counter(f.status for f in facts)
    sums = {i.item for i in form().items.values() if i.sum_of} | {c.column for c in form().columns.values() if c.sum_of}
    totals = Counter(f.status for f in facts if f.item in sums or f.column in sums)
    return {
        "report_id": report_id,
        "table": reading.table,
        "where": reading.where,
        "present": reading.present,
        "header_in_order": reading.header_in_order,
        "rows_found": reading.rows_found,
        "rows_expected": len({f.item for f in facts}),
        "rows_unmatched": reading.rows_unmatched,
        "rows_short": reading.rows_short,
        "rows_twice": reading.rows_twice,
        "numbers_printed": reading.numbers_printed,
        "cells_expected": len(facts),
        "numbers": statuses["number"],
        "zeros": sum(f.value == 0 for f in facts),
        "blanks": statuses["blank"],
        "dashes": statuses["dash"],
        "unreadable": statuses["unreadable"],
        "absent": statuses["absent"],
        "orphans": reading.orphans,
        "plus_signs": sum(f.sign == "+" and f.column != "items_change" for f in facts),
        "totals_dashed": totals["dash"],
        "totals_numbers": totals["number"],
        "sources": max(report.files, 1) + (versions is not None),
        "disagreements": sum(n.kind in {"files_disagree", "versions_disagree"} for n in told),
        "certainty": reading.certainty,
        "doubt": "；".join(doubt(name, figures, "zh") for name, figures in reading.doubts) or None,
        "doubt_en": "; ".join(doubt(name, figures, "en") for name, figures in reading.doubts) or None,
    }


def assemble(parsed: list[Parsed]) -> dict[str, pl.DataFrame]:
    """The frames of many reports: reports, facts, claims, sections, notes and tables."""
    ids = report_ids(parsed)
    rows: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("reports", "facts", "claims", "sections", "notes", "tables")
    }
    primaries = _primary(parsed)
    versions = _disagreements(parsed, ids, primaries)
    for k, (p, report_id, primary) in enumerate(zip(parsed, ids, primaries, strict=True)):
        rows["reports"].append(_report_row(p, report_id, primary))
        about = {"report_id": report_id, "agency": p.report.identity.agency, "year": p.report.identity.year}
        about["edition"] = p.report.edition
        names = ("table", "item", "column", "value", "status", "unit", "printed", "where", "source")
        rows["facts"] += [{**about, **{name: getattr(f, name) for name in names}} for f in p.report.facts]
        said = read_claims(p.report.sections, p.report.edition, p.report.identity.year)
        rows["claims"] += [{"report_id": report_id, **claim._asdict()} for claim in said]
        rows["sections"] += [
            {"report_id": report_id}
            | {name: getattr(s, name) for name in ("section", "heading", "text", "where", "cuts")}
            for s in p.report.sections
        ]
        rows["notes"] += [
            {
                "report_id": report_id,
                "kind": n.kind,
                "table": n.table,
                "where": n.where,
                "text": sentence(n, "zh"),
                "text_en": sentence(n, "en"),
            }
            for n in (*p.report.notes, *versions.get(k, ()))
        ]
        rows["tables"] += [_table_row(p, t, report_id, versions.get(k)) for t in p.report.tables]
    return {name: build(name, found) for name, found in rows.items()}
