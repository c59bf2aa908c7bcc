"""Frames as HTML for people. Everything a report says goes through Jinja's escaping."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import polars as pl

from gongkai import measures, selection
from gongkai.agencies import agency_of
from gongkai.decision_words import on_finding
from gongkai.form import TABLES, declared_rows, form
from gongkai.links import source_link
from gongkai.rules.declared import GRADES, causes, readings, rules, source_of
from gongkai.views import form_blocks
from gongkai.words import check_lang, number, place, word

if TYPE_CHECKING:
    import jinja2

    from gongkai.pipeline import Reading

Marks = dict[tuple[str, str], list[int]]


@dataclass(frozen=True, repr=False)
class Html:
    """A piece of page: HTML in a notebook, its text elsewhere."""

    html: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return re.sub(r"\s*\n\s*", "\n", html.unescape(re.sub(r"<[^>]+>", " ", self.html))).strip()


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("gongkai", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def compile_templates() -> None:
    """Compile all templates now, for processes that are forked from this one."""
    for name in _environment().list_templates(extensions=["html", "css"]):
        _environment().get_template(name)


def fill(template: str, lang: str, **values: Any) -> str:
    """The template with these values. Its text is escaped; `w` is a word in `lang`, `name` an item's name."""
    helpers = {
        "lang": check_lang(lang),
        "w": partial(word, lang=lang),
        "figure": partial(number, lang=lang),
        "place": partial(place, lang=lang),
        "cell_name": partial(cell_name, lang=lang),
        "table_name": lambda table: form().tables[table][lang] if table else "",
        "coded": partial(coded, lang=lang),
    }
    return _environment().get_template(template).render(**helpers, **values)


def cell_name(cell: str, lang: str) -> str:
    """`applications.new.total` → 本年新收·总计; what is no cell of the form stays as it is."""
    table, _, rest = cell.partition(".")
    item, _, column = rest.partition(".")
    known = (table, item) in form().items and (table, column) in form().columns
    return form().cell_name(table, item, column, lang) if known else cell


def coded(prefix: str, code: str | None, lang: str) -> str:
    """The word for a code such as where the year was found; a code without a word stays as it is."""
    key = f"{prefix}_{code}"
    declared = {row["key"] for row in declared_rows("words")}
    return word(key, lang) if key in declared else (code or word("unknown", lang))


def _counts(reading: Reading) -> list[dict[str, Any]]:
    """Each report with its counts of cells by status and of findings by severity."""
    cells = reading.facts.group_by("report_id", "status").len().rows()
    found = reading.findings.group_by("report_id", selection.grade_of()).len().rows()
    of: dict[tuple[str, str], int] = {(r, s): n for r, s, n in [*cells, *found]}
    sure = {(r, c): n for r, c, n in reading.tables.group_by("report_id", "certainty").len().rows()}
    return [
        row
        | {"certainties": [(c, sure[row["report_id"], c]) for c in _CERTAINTIES if (row["report_id"], c) in sure]}
        | {code: of.get((row["report_id"], code), 0) for code in (*GRADES, *_STATUSES)}
        for row in reading.reports.sort("agency", "year", nulls_last=True).iter_rows(named=True)
    ]


_CERTAINTIES = ("sure", "doubtful", "not read")
_STATUSES = ("number", "blank", "dash", "unreadable", "absent")


def summary(reading: Reading, lang: str = "zh") -> str:
    """The reading on one screen: every report with its counts, and the files that were set aside (HTML)."""
    aside = reading.files.filter(pl.col("status") != "read").to_dicts()
    return fill("summary.html", lang, reports=_counts(reading), aside=aside, severities=GRADES, statuses=_STATUSES)


def overview(reading: Reading, lang: str = "zh") -> Html:
    """`summary` as an object a notebook shows."""
    return Html(summary(reading, lang))


def heading(key: str, lang: str) -> Html:
    """A second-level heading with its line of explanation, by its word."""
    return Html(fill("heading.html", lang, key=key))


def masthead(reading: Reading, lang: str) -> Html:
    """Who and when, how much was read and found, and that a finding is a question."""
    return Html(fill("masthead.html", lang, reports=_counts(reading), severities=GRADES, statuses=_STATUSES))


def ordered(findings: pl.DataFrame) -> pl.DataFrame:
    """The findings as numbered on a page: gravest first, what another reading explains last, then by report."""
    rank = selection.grade_of().replace_strict({g: k for k, g in enumerate(GRADES)}, return_dtype=pl.Int64)
    return findings.filter(pl.col("folded_under").is_null()).sort(rank, "report_id", maintain_order=True)


def _report_of(row: dict[str, Any], where: str) -> str:
    """The report that a place of a finding is in; one in another report begins with that report's id."""
    others = [o for o in row["other_report_ids"] if where.startswith(f"{o}: ")]
    return others[0] if others else str(row["report_id"])


def marks_of(findings: pl.DataFrame) -> Marks:
    """(report_id, table.item.column) → numbers of the findings that concern the cell."""
    marks: Marks = {}
    for k, row in enumerate(ordered(findings).iter_rows(named=True), 1):
        cells = [(_report_of(row, c["where"]), c["cell"]) for c in row["cells"]]
        if row["repair_cell"]:
            cells.append((row["report_id"], row["repair_cell"]))
        for cell in dict.fromkeys(cells):
            marks.setdefault(cell, []).append(k)
    return marks


def _place_link(row: dict[str, Any], where: str, about: dict[str, dict[str, Any]], root: str) -> str:
    """The address of a finding's place; one in another report begins with that report's id. Empty: not known here."""
    report = about.get(_report_of(row, where))
    return source_link(report["source"], where, root) if report else ""


def findings(
    found: pl.DataFrame,
    reports: pl.DataFrame,
    lang: str = "zh",
    verdicts: pl.DataFrame | None = None,
    root: str = ".",
) -> Html:
    """Every finding with its evidence: the cells compared as printed and their places, cause and repair.

    With `verdicts` also what is folded under a finding because it follows from it. `root`: the folder that
    the paths of the sources start from; each place leads into its file.
    """
    folded: dict[str, list[str]] = {}
    under = found.clear() if verdicts is None else verdicts.filter(pl.col("folded_under").is_not_null())
    for row in under.iter_rows(named=True):
        folded.setdefault(row["folded_under"], []).append(row[f"message_{lang}"])
    about = {r["report_id"]: r for r in reports.iter_rows(named=True)}
    known = {r["id"]: r for r in [*rules(), *causes()]}
    # A report that is missing has findings and no row of its own.
    missing = {"agency": None, "year": None}
    rows = [
        row
        | {"grade": "explained" if row["verdict"] == "explained" else row["severity"]}
        | {"n": n, "report": about.get(row["report_id"], missing | {"report_id": row["report_id"]})}
        | {"folded": folded.get(row["finding_id"], [])}
        | {"link": partial(_place_link, row, about=about, root=root)}
        | {"message": row[f"message_{lang}"], "rule_title": known.get(row["rule"], {}).get(f"title_{lang}", "")}
        | {"reading_text": readings()[row["reading"]][lang] if row["reading"] else ""}
        | {"law": source_of(row["rule"], lang)}
        | {"decided": on_finding(row, lang)}
        | {"causes": [(c, known.get(c, {}).get(lang, "")) for c in (row["cause"] or "").split("/") if c != row["rule"]]}
        for n, row in enumerate(ordered(found).iter_rows(named=True), 1)
    ]
    return Html(fill("findings.html", lang, findings=rows))


def notes(found: pl.DataFrame, lang: str = "zh") -> Html:
    """What could not be read, and where (a notes frame)."""
    rows = [row | {"said": row["text" if lang == "zh" else "text_en"]} for row in found.iter_rows(named=True)]
    return Html(fill("notes.html", lang, notes=rows))


def checks(verdicts: pl.DataFrame, lang: str = "zh") -> Html:
    """How many checks were made, with which verdicts, and which could not be judged (a findings frame)."""
    counts = dict(verdicts.group_by("verdict").len().rows())
    folded = verdicts.filter(pl.col("folded_under").is_not_null()).height
    missing = dict(verdicts.filter(pl.col("verdict") == "not_assessable").group_by("rule").len().rows())
    unjudged = [(r["id"], r[f"title_{lang}"], missing[r["id"]]) for r in rules() if r["id"] in missing]
    return Html(fill("checks.html", lang, counts=counts, folded=folded, total=verdicts.height, unjudged=unjudged))


def form_tables(reading: Reading, lang: str = "zh") -> Html:
    """The three tables of every report as printed; cells that a finding concerns are marked with its number."""
    marks = marks_of(reading.findings)
    read = {(t["report_id"], t["table"]): t for t in reading.tables.iter_rows(named=True)}
    shown = []
    for report in reading.reports.sort("year", nulls_last=True).iter_rows(named=True):
        mine = reading.facts.filter(pl.col("report_id") == report["report_id"])
        for table in TABLES:
            facts = mine.filter(pl.col("table") == table).to_dicts()
            here = read.get((report["report_id"], table), {"present": False, "where": ""})
            shown.append(
                {"report": report, "table": table} | here | {"blocks": form_blocks(facts, report, marks, lang)}
            )
    return Html(fill("form_tables.html", lang, tables=shown))


def key_figures(reading: Reading, lang: str = "zh") -> Html:
    """The declared indicators by year; a figure with a missing part is missing, and doubtful ones are marked."""
    reports = reading.reports.with_columns(agency=agency_of())
    counted = measures.counted(reports)
    figures = measures.key_figures(reading.facts, reports)
    ids = dict(counted.select("year", "report_id").rows())
    marks = marks_of(reading.findings)
    rows = []
    for code, known in measures.indicators().items():
        mine = {r["year"]: r for r in figures.filter(pl.col("indicator") == code).iter_rows(named=True)}
        items = measures.row_codes(known.table, known.items)
        cells = [f"{known.table}.{i}.{c}" for i in items for c in known.columns]
        concerned = {y: sorted({n for c in cells for n in marks.get((ids[y], c), [])}) for y in mine}
        rows.append({"known": known, "years": mine, "marks": concerned, "crosses": measures.crosses(code)})
    both = counted["edition"].drop_nulls().n_unique() > 1
    return Html(fill("key_figures.html", lang, rows=rows, years=sorted(ids), both=both))


def sources(reports: pl.DataFrame, lang: str = "zh") -> Html:
    """The file of each report with its hash, and how agency, year and edition were found."""
    return Html(fill("sources.html", lang, reports=reports.sort("year", nulls_last=True).to_dicts()))
