"""Facts and findings as plain text for a terminal."""

from __future__ import annotations

import io
from typing import Any

import polars as pl
from rich.console import Console
from rich.table import Table

from gongkai.decision_words import in_ledger, on_finding
from gongkai.form import TABLES, form
from gongkai.pipeline import Reading
from gongkai.rules.messages import figure
from gongkai.selection import grade_of
from gongkai.words import word

_MARKS = {"blank": "空", "dash": "—", "unreadable": "?", "absent": "·"}


def _render(parts: list[object]) -> str:
    buffer = io.StringIO()
    # No markup: brackets in a report's text are text. Wide enough for the ten columns of table three.
    console = Console(file=buffer, width=140, markup=False, highlight=False, emoji=False)
    for part in parts:
        console.print(part)
    return buffer.getvalue()


def _cell(fact: dict[str, object]) -> str:
    return figure(fact["value"]) if fact["status"] == "number" else _MARKS[str(fact["status"])]


def facts(reading: Reading) -> str:
    """Every report's tables; 空 an empty cell, — a dash, ? no number, · not in the report."""
    parts: list[object] = []
    for report in reading.reports.iter_rows(named=True):
        parts.append(f"{report['report_id']}  [{report['edition'] or '?'}]  {report['source']}")
        mine = reading.facts.filter(pl.col("report_id") == report["report_id"])
        for table in TABLES:
            rows = mine.filter(pl.col("table") == table)
            columns = list(dict.fromkeys(rows["column"]))
            grid = Table(title=form().tables[table]["zh"], title_justify="left")
            for name in ["", *(form().name(table, c) for c in columns)]:
                grid.add_column(name, justify="left" if not name else "right")
            for (item,), cells in rows.group_by("item", maintain_order=True):
                values = {f["column"]: _cell(f) for f in cells.iter_rows(named=True)}
                grid.add_row(form().name(table, str(item)), *[values.get(c, "") for c in columns])
            if not rows.is_empty():
                parts.append(grid)
        notes = reading.notes.filter(pl.col("report_id") == report["report_id"])
        parts += [f"  {n['where']}: {n['text']} {n['text_en']}" for n in notes.iter_rows(named=True)]
    parts.append("空 empty · — dash · ? unreadable · “·” absent")
    return _render(parts)


def _inline(text: str | None) -> str:
    """Text somebody typed, with control characters shown and not obeyed."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text or "")


def _said(decided: dict[str, Any] | None) -> list[object]:
    """A decision with its state, then its notes."""
    if decided is None:
        return []
    lines = [f"{decided['state_name']} · {decided['line']}", *decided["notes"]]
    return [f"        {_inline(line)}" for line in lines]


def findings(frame: pl.DataFrame, lang: str) -> str:
    """One finding after the other with its places, and the count."""
    lines: list[object] = []
    for f in frame.iter_rows(named=True):
        lines.append(f"{f['severity']:8}{f['verdict']:15}{f['rule']:7}{f['report_id']}")
        lines.append(f"        {f[f'message_{lang}']}")
        if f["where"]:
            lines.append(f"        {'; '.join(f['where'])}")
        lines += _said(on_finding(f, lang))
    counts = frame.group_by(grade_of()).len().sort("grade").rows()
    tally = ", ".join(f"{n} {severity}" for severity, n in counts) or "0"
    lines.append(
        {
            "zh": f"发现：{tally}。发现是向机关提出的问题，不是结论。",
            "en": f"Findings: {tally}. A finding is a question to the agency, not a verdict.",
        }[lang]
    )
    return _render(lines)


def reviews(reading: Reading, lang: str) -> str:
    """Every decision with its state, and how many findings have none."""
    lines: list[object] = []
    for row in reading.reviews.iter_rows(named=True):
        lines += [_inline(row["finding_id"]), *_said(in_ledger(row, lang))]
    states = reading.reviews.group_by("state").len().sort("state").rows()
    tally = word("comma", lang).join(f"{word('decided_' + s, lang)} {n}" for s, n in states) or "0"
    bare = reading.findings.filter(pl.col("decision").is_null())
    counts = bare.group_by("severity").len().sort("severity").rows()
    rest = word("comma", lang).join(f"{word('badge_' + s, lang)} {n}" for s, n in counts) or "0"
    lines += [word("decided_tally", lang, tally=tally), word("decided_open", lang, tally=rest)]
    return _render(lines)


def undecided(frame: pl.DataFrame, lang: str) -> str:
    """The findings without a decision, each with its id."""
    lines: list[object] = []
    for row in frame.iter_rows(named=True):
        lines += [f"{row['severity']:8}{_inline(row['finding_id'])}", f"        {_inline(row[f'message_{lang}'])}"]
    lines.append(word("decided_open_count", lang, tally=str(len(frame))))
    return _render(lines)
