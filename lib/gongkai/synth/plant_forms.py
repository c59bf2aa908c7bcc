"""Errors planted in what the tables are: units, signs, rows, the edition. As in plant_tables."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from gongkai.form import form
from gongkai.synth.model import KeyEntry, MadeReport
from gongkai.synth.plant_tables import COLUMNS, Planted, misprinted
from gongkai.synth.reports import cells_of, printed

_SKIPPED = 0.85  # of the slips that no rule can tell from real growth
_NEAR = 0.05  # the width within which T2B-03 and Y-07 recognise a slip of the unit


def unit_wan(report: MadeReport, rng: Random, beside: MadeReport | None) -> Planted:
    """An amount in 元 where the header says 万元."""
    key = ("proactive", "procurement", "amount")
    if key in report.cells:
        number, projects = report.figures[key], report.figures["proactive", "procurement", "projects"]
        seen = number > 10_000 * projects and report.style.unit != "cell"
        return misprinted(report, key, {key: str(number)}, ("T2A-10",)) if seen else None
    key = ("proactive", "fees", "amount")
    if beside is None or key not in beside.cells or not report.figures[key] or not beside.figures[key]:
        return None
    ratio = report.figures[key] / beside.figures[key]
    near = abs(ratio - 1) < _NEAR - 0.01
    if not near and rng.random() < _SKIPPED:
        return None
    why = "" if near else "the amount itself changed too much since last year"
    text = f"{report.figures[key] / 100:.2f}".rstrip("0").rstrip(".")
    verdict = "fail" if near else "none"
    return misprinted(report, key, {key: text}, ("T2B-03", "Y-07"), verdict=verdict, detectable=near, reason=why)


def sign_wrong(report: MadeReport, rng: Random, beside: MadeReport | None) -> Planted:
    """本年增/减 with the other sign: next year's report shows it."""
    if beside is None:
        return None
    keys = [k for k in report.cells if k[2] == "items_change" and report.figures[k]]
    both = [k for k in keys if (*k[:2], "items_last_year") in beside.cells]
    if not both:
        return None
    key = rng.choice(both)
    changed = {key: printed(key, -report.figures[key], report.style)}
    return misprinted(report, key, changed, ("Y-03",), found_at=beside.report_id)


def _rows_of(report: MadeReport) -> list[str]:
    return list(dict.fromkeys(k[1] for k in report.cells if k[0] == "applications"))


def _without(report: MadeReport, items: list[str]) -> Planted:
    gone = frozenset(f"applications.{item}" for item in items)
    true = " ".join(report.cells["applications", items[0], c] for c in COLUMNS)
    entry = KeyEntry(report.report_id, "", "applications", items[0], true=true, rules=("P-05", "P-12"))
    cells = {k: text for k, text in report.cells.items() if f"{k[0]}.{k[1]}" not in gone}
    return replace(report, cells=cells, left_out=report.left_out | gone), entry


def row_missing(report: MadeReport, rng: Random, _: MadeReport | None) -> Planted:
    return _without(report, [rng.choice(_rows_of(report)[3:-2])])


def table_truncated(report: MadeReport, rng: Random, _: MadeReport | None) -> Planted:
    rows = _rows_of(report)
    return _without(report, rows[rng.randint(6, len(rows) - 3) :])


def table_picture(report: MadeReport, rng: Random, _: MadeReport | None) -> Planted:
    table = rng.choice(("proactive", "applications", "disputes"))
    entry = KeyEntry(report.report_id, "", table, rules=("C-02",))
    cells = {k: text for k, text in report.cells.items() if k[0] != table}
    return replace(report, cells=cells, pictures=report.pictures | {table}), entry


def wrong_edition(report: MadeReport, _: Random, __: MadeReport | None) -> Planted:
    """The tables of the other edition with this year's figures."""
    other = next(e for e in form().editions if e != report.edition)
    style = replace(report.style, split=())
    entry = KeyEntry(report.report_id, "", "proactive", printed=other, true=report.edition, rules=("P-02", "C-08"))
    return replace(report, edition=other, style=style, cells=cells_of(report.figures, other, style)), entry
