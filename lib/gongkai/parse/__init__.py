"""Document + form → Report. Knows the form and nothing of file formats."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gongkai.cells import normalise_label
from gongkai.document import Document, Row
from gongkai.errors import UnreadableFile
from gongkai.form import TABLES, Shape, form
from gongkai.parse.across import read_table
from gongkai.parse.certainty import judged
from gongkai.parse.facts import all_facts
from gongkai.parse.identity import identify
from gongkai.parse.model import Note, Part, Region, Report, TableReading
from gongkai.parse.regions import find_regions, loose_region
from gongkai.parse.sections import first_report, sections
from gongkai.parse.traditional import as_printed, simplified

_NO_REPORT_ZH = "其中没有政府信息公开工作年度报告：六个部分的标题不足两个，三张表也没有。请检查是否选对了文件。"
_NO_REPORT = (
    "no annual report on government-information disclosure found in it: neither two of its six section headings "
    "nor one of its tables. Check that this is the right file (政府信息公开工作年度报告)."
)

# Notes that say that a table was not found.
MISSING = frozenset({"no_table", "table_picture", "run_together"})


def _edition(readings: dict[str, TableReading], year: int | None) -> tuple[str | None, str | None]:
    """The edition and where it was seen: section 二, else the other tables, else the year's range."""
    proactive = readings.get("proactive")
    if proactive and proactive.present and proactive.markers and proactive.edition:
        return proactive.edition, "proactive"
    latest = max(form().editions)
    if (applications := readings.get("applications")) and not applications.shape.single_other:
        return latest, "applications"
    if year is not None and (edition := form().edition_of_year(year)):
        return edition, "year"
    return None, None


def _row_edition(region: list[tuple[int, Row]]) -> str | None:
    """The edition of a table of section 二 whose header is lost: that of the rows only one edition has."""
    only = {
        normalise_label(label): edition
        for item in form().items.values()
        if item.table == "proactive" and item.kind == "row" and len(item.labels) == 1
        for edition, label in item.labels.items()
    }
    found = {only[w] for _, row in region for c in row.cells if (w := normalise_label(c.text)) in only}
    return found.pop() if len(found) == 1 else None


def _main(parts: list[Part], table: str) -> TableReading:
    """The reading of the first file that has the table."""
    every = [part.readings[table] for part in parts]
    return next((r for r in every if r.placed), next((r for r in every if r.present), every[0]))


def _shape(readings: dict[str, TableReading], edition: str | None) -> Shape:
    applications, proactive = readings.get("applications"), readings.get("proactive")
    single = applications.shape.single_other if applications else edition != max(form().editions)
    return Shape(single, proactive.shape.split if proactive else frozenset())


@dataclass(frozen=True)
class Found:
    """What the lines of a file hold: the first report in it, and where another begins.

    `rows` are those that are read, in simplified characters; `printed` are the file's own.
    """

    rows: tuple[Row, ...]
    printed: tuple[Row, ...]
    headings: list[tuple[str, int]]
    regions: dict[str, Region]
    further: Row | None


def _find(document: Document) -> Found:
    """The report in a document. Raises UnreadableFile if there is none."""
    for script in ("as printed", "simplified"):
        every = simplified(document.rows) if script == "simplified" else document.rows
        rows, headings, further = first_report(every)
        regions = find_regions(rows, headings)
        if len({s for s, _ in headings}) >= 2 or regions:
            printed = rows if script == "as printed" else document.rows[: len(rows)]
            return Found(rows, printed, headings, regions, further)
    raise UnreadableFile(document.source, _NO_REPORT_ZH, _NO_REPORT)


def _missing(found: Found, table: str, where: str, edition: str | None) -> list[Note]:
    """Why a table was not found, as far as its section shows."""
    loose = loose_region(found.rows, found.headings, table)
    notes = [n for n in read_table(table, loose, edition).notes if n.kind == "run_together"]
    picture = next((row for _, row in loose if row.role == "picture"), None)
    if picture is not None:
        return [*notes, Note("table_picture", table, str(picture.place), {})]
    return [*notes, Note("no_table", table, where, {})]


def read_part(document: Document) -> Part:
    """Read one file of a report. Raises UnreadableFile if it holds none."""
    found = _find(document)
    rows, printed, headings = found.rows, found.printed, found.headings
    in_tables = {k for region in found.regions.values() for k, _ in region}
    identity = identify(rows, headings, in_tables, document.meta)
    if rows is not printed:
        agency, title = (as_printed(name, rows, printed) for name in (identity.agency, identity.title))
        identity = replace(identity, agency=agency, title=title)
    expected = form().edition_of_year(identity.year) if identity.year else None
    where = {
        s.table: f"{rows[k].place} ({printed[k].text.lstrip('# ')[:30]})"
        for code, k in headings
        for s in form().sections
        if s.section == code and s.table
    }
    readings: dict[str, TableReading] = {}
    notes: list[Note] = []
    if found.further:
        notes.append(Note("second_report", None, str(found.further.place), {"text": found.further.text[:60]}))
    for table in TABLES:
        region = found.regions.get(table)
        if region:
            default = _row_edition(region) or expected if table == "proactive" else expected
            readings[table] = read_table(table, region, default)
            in_tables -= readings[table].prose
        else:
            readings[table] = TableReading(table, where=where.get(table, ""))
            notes += _missing(found, table, where.get(table, ""), expected)
    texts = {} if rows is printed else {c.place: c.text for row in printed for c in row.cells}
    prose = sections(printed, headings, in_tables)
    return Part(document.source, identity, readings, prose, tuple(s for s, _ in headings), tuple(notes), texts)


def compose(parts: list[Part]) -> Report:
    """One report from the files that hold it: what the first lacks is filled from the next, cell by cell."""
    first = parts[0]
    identity = next((p.identity for p in parts if p.identity.agency and p.identity.year), first.identity)
    readings = {table: _main(parts, table) for table in TABLES}
    edition, edition_from = _edition(readings, identity.year)
    shape = _shape(readings, edition)
    facts, disagreements = all_facts(parts, edition, shape)
    found = {r.table for r in readings.values() if r.present}
    notes = [n for p in parts for n in (*p.notes, *(m for r in p.readings.values() for m in r.notes))]
    # A table that another file holds is not missing.
    notes = [n for n in notes if n.kind not in MISSING or n.table not in found]
    own = {s.section for s in first.sections}
    filled = [s for p in parts[1:] for s in p.sections if s.section not in own]
    prose = tuple(
        sorted((*first.sections, *filled), key=lambda s: form().section_order(s.section)) if filled else first.sections
    )
    return Report(
        identity=identity,
        edition=edition,
        edition_from=edition_from,
        markers=frozenset(m for r in readings.values() for m in r.markers),
        shape=shape,
        facts=tuple(facts),
        sections=prose,
        headings=tuple(s.section for s in prose) if filled else first.headings,
        tables=tuple(judged(readings[t], [f for f in facts if f.table == t]) for t in TABLES),
        notes=(*notes, *disagreements),
        files=len(parts),
    )


def parse(document: Document) -> Report:
    """Read a document as an annual report. Raises UnreadableFile if it is none."""
    return compose([read_part(document)])
