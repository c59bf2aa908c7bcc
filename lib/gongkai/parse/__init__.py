"""Document + form → Report. Knows the form and nothing of file formats."""

from __future__ import annotations

from gongkai.cells import BLANK, UNREADABLE, Number, normalise_label, read_number, to_wan_yuan
from gongkai.document import Document, Row
from gongkai.errors import UnreadableFile
from gongkai.form import TABLES, Shape, form
from gongkai.parse.across import read_table
from gongkai.parse.identity import identify
from gongkai.parse.model import Fact, Note, Report, TableReading
from gongkai.parse.regions import find_regions, loose_region
from gongkai.parse.sections import find_headings, first_report, sections

_NO_REPORT_ZH = "其中没有政府信息公开工作年度报告：六个部分的标题不足两个，三张表也没有。请检查是否选对了文件。"
_NO_REPORT = (
    "no annual report on government-information disclosure found in it: neither two of its six section headings "
    "nor one of its tables. Check that this is the right file (政府信息公开工作年度报告)."
)


def _number(text: str, column: str, unit: str, header: str | None) -> tuple[Number, str]:
    """What a cell says and in which unit, given the unit of its header (money only)."""
    signed = column == "items_change"
    found = read_number(text, signed=signed)
    if column != "amount":
        return (UNREADABLE if found.unit == "万元" else found), unit
    if found.value is None or found.unit == "万元":
        return found, unit
    if found.unit is not None:
        return UNREADABLE, unit
    if header is None:
        return found, "unknown"
    return Number(to_wan_yuan(found.value, header), found.status, header, found.sign), unit


def _facts(readings: dict[str, TableReading], edition: str | None, shape: Shape, where: dict[str, str]) -> list[Fact]:
    """One fact for every cell of the form, printed or not."""
    facts = []
    for table in TABLES:
        reading = readings.get(table)
        for item in form().rows(table, edition, shape):
            for column in form().item_columns(item, edition):
                unit = form().columns[table, column].unit
                cell = reading.placed.get((item.item, column)) if reading else None
                if cell is None or reading is None:
                    facts.append(Fact(table, item.item, column, None, "absent", unit, None, where.get(table, "")))
                    continue
                money = reading.money.get((item.item, column))
                found, unit = _number(cell.text, column, unit, money)
                printed = cell.text if found != BLANK else ""
                facts.append(
                    Fact(
                        table, item.item, column, found.value, found.status, unit, printed, str(cell.place), found.sign
                    )
                )
    return facts


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


def _shape(readings: dict[str, TableReading], edition: str | None) -> Shape:
    applications, proactive = readings.get("applications"), readings.get("proactive")
    single = applications.shape.single_other if applications else edition != max(form().editions)
    return Shape(single, proactive.shape.split if proactive else frozenset())


def parse(document: Document) -> Report:
    """Read a document as an annual report. Raises UnreadableFile if it is none."""
    rows, further = first_report(document.rows, find_headings(document.rows))
    headings = find_headings(rows)
    regions = find_regions(rows, headings)
    if len({s for s, _ in headings}) < 2 and not regions:
        raise UnreadableFile(document.source, _NO_REPORT_ZH, _NO_REPORT)
    in_tables = {k for region in regions.values() for k, _ in region}
    identity = identify(rows, headings, in_tables)
    expected = form().edition_of_year(identity.year) if identity.year else None
    readings = {}
    for table, region in regions.items():
        default = _row_edition(region) or expected if table == "proactive" else expected
        readings[table] = read_table(table, region, default)
        in_tables -= readings[table].prose
    edition, edition_from = _edition(readings, identity.year)
    shape = _shape(readings, edition)
    where = {
        s.table: f"{rows[k].place} ({rows[k].text.lstrip('# ')[:30]})"
        for code, k in headings
        for s in form().sections
        if s.section == code and s.table
    }
    notes = [note for reading in readings.values() for note in reading.notes]
    if further:
        notes.append(Note("second_report", None, str(further.place), {"text": further.text[:60]}))
    for table in TABLES:
        if table not in readings:
            missing = read_table(table, loose_region(rows, headings, table), edition)
            notes += [n for n in missing.notes if n.kind == "run_together"]
            notes.append(Note("no_table", table, where.get(table, ""), {}))
            readings[table] = TableReading(table, where=where.get(table, ""))
    return Report(
        identity=identity,
        edition=edition,
        edition_from=edition_from,
        markers=frozenset(m for r in readings.values() for m in r.markers),
        shape=shape,
        facts=tuple(_facts(readings, edition, shape, where)),
        sections=sections(rows, headings, in_tables),
        headings=tuple(s for s, _ in headings),
        tables=tuple(readings[t] for t in TABLES),
        notes=tuple(notes),
    )
