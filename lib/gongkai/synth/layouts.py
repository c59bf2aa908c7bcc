"""A made-up report as a file, in one of the layouts met in practice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from gongkai.errors import GongkaiError
from gongkai.form import form
from gongkai.synth.drawn import Drawn, Slot, drawn, rectangle
from gongkai.synth.model import MadeReport


@dataclass(frozen=True)
class Layout:
    """A way of writing a table. `blanks`: an empty cell leaves a trace."""

    name: str
    table: Callable[[MadeReport, str], str]
    blanks: bool = True
    ending: str = ".txt"
    mark: str = ""


_HEADERS = {"header": "（万元）", "long header": "（万元，保留四位小数）", "cell": ""}


def _kept(report: MadeReport, table: str) -> Drawn:
    """The drawn table without the rows that the print lacks."""
    style = report.style
    rows = drawn(table, report.edition, style.single_other, style.split, _HEADERS[style.unit])
    if not any(name.startswith(f"{table}.") for name in report.left_out):
        return rows
    full = rectangle(rows, True)
    return _redrawn([row for row in full if not any(s.key and f"{table}.{s.key[1]}" in report.left_out for s in row)])


def _redrawn(full: list[tuple[Slot, ...]]) -> Drawn:
    """Rows of a rectangle as drawn again: merged cells as tall as the rows that they still have."""
    shown = []
    for r, row in enumerate(full):
        line = []
        for c, slot in enumerate(row):
            begun = (c > 0 and row[c - 1] is slot) or (r > 0 and full[r - 1][c] is slot)
            if not begun:
                below = next((k for k in range(r, len(full)) if full[k][c] is not slot), len(full))
                line.append(slot._replace(down=below - r))
        shown.append(tuple(line))
    return tuple(shown)


def _text(report: MadeReport, slot: Slot) -> str:
    return report.cells[slot.key] if slot.key else slot.text


def _rows(report: MadeReport, table: str, repeat: bool = False) -> list[list[str]]:
    cells = report.cells
    return [[cells[s.key] if s.key else s.text for s in row] for row in rectangle(_kept(report, table), repeat)]


def _tabs(report: MadeReport, table: str) -> str:
    return "\n".join("\t".join(row) for row in _rows(report, table))


def _markdown(report: MadeReport, table: str) -> str:
    rows = [f"| {' | '.join(row)} |" for row in _rows(report, table, repeat=True)]
    rows.insert(1, "|" + "---|" * (rows[0].count("|") - 1))
    return "\n".join(rows)


def _once(report: MadeReport, table: str) -> list[list[str]]:
    return [[_text(report, slot) for slot in row] for row in _kept(report, table)]


def _pipes(report: MadeReport, table: str) -> str:
    return "\n".join(f"|{'|'.join(row)}|" for row in _once(report, table))


def _lines(report: MadeReport, table: str) -> str:
    return "\n".join(text for row in _once(report, table) for text in row if text)


def _spaces(report: MadeReport, table: str) -> str:
    return "\n".join(" ".join(filter(None, row)) for row in _once(report, table))


def _cells(report: MadeReport, table: str) -> str:
    """A cell a line behind a tab, rows parted by an empty line; a cell over several rows begins each of them."""
    rows = _kept(report, table)
    full = rectangle(rows, True)
    shown = []
    for r, row in enumerate(full):
        line: list[str] = []
        for c, slot in enumerate(row):
            if c and row[c - 1] is slot:
                continue
            again = r > 0 and c < len(full[r - 1]) and full[r - 1][c] is slot and slot.key is None and slot.down > 1
            line.append("" if again else _text(report, slot))
        shown.append("\n".join("\t" + text for text in line))
    return "\n\n".join(shown)


def _html(report: MadeReport, table: str) -> str:
    lines = []
    for row in _kept(report, table):
        cells = []
        for s in row:
            span = (f' colspan="{s.across}"' if s.across > 1 else "") + (f' rowspan="{s.down}"' if s.down > 1 else "")
            cells.append(f"<td{span}>{escape(_text(report, s))}</td>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return '<table border="1">\n' + "\n".join(lines) + "\n</table>"


LAYOUTS = {
    layout.name: layout
    for layout in (
        Layout("tabs", _tabs),
        Layout("markdown", _markdown, ending=".md", mark="## "),
        Layout("pipes", _pipes),
        Layout("lines", _lines, blanks=False),
        Layout("cells", _cells),
        Layout("spaces", _spaces, blanks=False),
        Layout("html", _html, ending=".html"),
    )
}


def _table_part(report: MadeReport, layout: Layout, table: str) -> str:
    if table in report.pictures:
        name = form().tables[table]["zh"].split()[0]
        return f'<img src="{table}.png" alt="">' if layout.name == "html" else f"（{name}见附图）"
    return "" if table in report.left_out else layout.table(report, table)


def _parts(report: MadeReport, layout: Layout) -> list[tuple[str, str]]:
    """(kind, text) of everything in reading order: title, prose, heading, table."""
    parts = [("title", report.title), *(("prose", text) for text in report.lead)]
    for section in form().sections:
        if section.section not in report.headings:
            continue
        parts.append(("heading", report.headings[section.section]))
        parts += [("prose", text) for text in report.prose.get(section.section, ())]
        if section.table and (text := _table_part(report, layout, section.table)):
            parts.append(("table", text))
    return parts


def _page(report: MadeReport, parts: list[tuple[str, str]]) -> str:
    """A page with the publisher and date around the report."""
    tags = {"title": "h1", "heading": "h2", "prose": "p"}
    body = [text if kind == "table" else f"<{tags[kind]}>{escape(text)}</{tags[kind]}>" for kind, text in parts]
    about = {"发布机构": report.agency.name, "公开日期": report.published}
    row = "".join(f"<td>{name}</td><td>{escape(text)}</td>" for name, text in about.items())
    head = f'<meta charset="utf-8">\n<meta name="PubDate" content="{report.published}">\n'
    head += f"<title>{escape(report.title)}</title>"
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n{head}\n</head>\n<body>\n'
        f"<table>\n<tr>{row}</tr>\n</table>\n" + "\n".join(body) + "\n</body>\n</html>\n"
    )


def render(report: MadeReport, layout: str = "") -> str:
    """The whole report as text in its own layout or another.

    Raises GongkaiError if the layout is unknown, or would lose the report's empty cells.
    """
    name = layout or report.style.layout
    if name not in LAYOUTS:
        raise GongkaiError(f"unknown layout {name!r}. Choices: any, {', '.join(LAYOUTS)}")
    chosen = LAYOUTS[name]
    if not chosen.blanks and "" in report.cells.values():
        raise GongkaiError(f"{report.report_id}: layout {name} leaves no trace of its empty cells")
    parts = _parts(report, chosen)
    if name == "html":
        return _page(report, parts)
    marks = {"title": chosen.mark[1:], "heading": chosen.mark}
    gap = "\n" if name == "lines" else "\n\n"
    return gap.join(marks.get(kind, "") + text for kind, text in parts) + "\n"
