"""See what was read: for one file every table as the file shows it, beside it the facts, and how to settle a doubt."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import polars as pl

from gongkai import show, source
from gongkai.cells import is_value
from gongkai.corrections import COLUMNS
from gongkai.document import Cell, Place, Row
from gongkai.fonts import FALLBACK, face
from gongkai.form import declared_rows, form
from gongkai.parse.sections import is_page_mark
from gongkai.show import Html, coded, fill
from gongkai.source import SIGNS, Mark, Marks, Review, escaped
from gongkai.views import form_blocks
from gongkai.words import place, word

Fact = dict[str, Any]

# What a person has to look up in the file.
OPEN = ("absent", "unreadable")

# What is said of the file and puts no figure in doubt.
_REMARKS = {"page_mark"}

# No number, so that a line which nobody has filled in corrects nothing: it is refused.
_TO_FILL = "?"


def _row_of(where: str) -> str:
    """The row of a place: without its cell or column, and without the words that may follow."""
    return re.sub(r"(?:, (?:cell|column) \d+)?(?: \(.*)?$", "", where, flags=re.DOTALL)


def _by_place(found: list[dict[str, Any]], rows: Sequence[Row]) -> dict[Place, list[dict[str, Any]]]:
    """What has a `where`, by the cell it names; where the file has only the line, by the line's first cell."""
    cells = {str(c.place): c.place for row in rows for c in row.cells}
    lines = {_row_of(str(c.place)): c.place for row in reversed(rows) for c in reversed(row.cells)}
    at: dict[Place, list[dict[str, Any]]] = defaultdict(list)
    for one in found:
        spot = cells.get(one["where"]) or lines.get(_row_of(one["where"]))
        if spot:
            at[spot].append(one)
    return at


def _value(fact: Fact, lang: str) -> str:
    """What a cell of the form holds, in words where it is no number: never as 0."""
    printed = fact["printed"] or ""
    if fact["corrected"] is not None:
        nothing = word("review_absent" if fact["printed"] is None else "cell_blank", lang)
        return f"{printed or nothing} → {fact['corrected'] or word('cell_blank', lang)}"
    if fact["status"] == "number":
        return printed
    if fact["status"] == "absent":
        return word("review_absent", lang)
    said = word(f"cell_{fact['status']}", lang)
    quoted = f"“{printed}” " if printed and fact["status"] == "unreadable" else f"{printed} "
    return (quoted + said).strip()


def _name(fact: Fact, lang: str) -> str:
    return form().cell_name(fact["table"], fact["item"], fact["column"], lang)


def _is_figure(text: str) -> bool:
    """Whether a cell or line holds figures and nothing else, and is no page number."""
    words = text.split()
    return bool(words) and all(map(is_value, words)) and any(c.isdigit() for c in text) and not is_page_mark(text)


def _mark(cell: Cell, mine: list[Fact], told: list[dict[str, Any]], lang: str) -> Mark:
    """What became of a cell of the file, given the facts and the notes that name it."""
    said = [word("review_became", lang, cell=_name(f, lang), value=_value(f, lang)) for f in mine]
    said += [n["text" if lang == "zh" else "text_en"] for n in told]
    if not mine and _is_figure(cell.text):
        return Mark("loose", " · ".join([word("review_loose", lang), *said]))
    if any(n["kind"] not in _REMARKS for n in told) or any(f["status"] == "unreadable" for f in mine):
        return Mark("doubt", " · ".join(said))
    return Mark("read" if mine else "", " · ".join(said))


def _without_repeats(found: Marks, rows: Sequence[Row], lang: str) -> Marks:
    """Some programs print a merged cell again in every column that it covered: only one of them is read."""
    same = dict(found)
    for row in rows:
        for _, run in groupby(row.cells, key=lambda cell: cell.text):
            places = [cell.place for cell in run]
            if any(found[p].kind == "read" for p in places):
                again = Mark("", word("review_repeated", lang))
                same |= {p: again for p in places if found[p].kind == "loose"}
    return same


def marks(review: Review, table: str, lang: str) -> Marks:
    """For the cells of the file around a table what became of each, and the id to link to."""
    rows = review.regions[table]
    read = [f for f in review.facts(table) if f["printed"] is not None]
    facts, notes = _by_place(read, rows), _by_place(review.notes(table), rows)
    every = [c for row in rows for c in row.cells]
    found = {c.place: _mark(c, facts.get(c.place, []), notes.get(c.place, []), lang) for c in every}
    if review.certainty(table) == "sure":
        found = _without_repeats(found, rows, lang)
    return {
        p: Mark(m.kind, " · ".join(filter(None, [m.said, place(str(p), lang)])), f"at-{table}-{k}" if m.kind else "")
        for k, (p, m) in enumerate(found.items())
    }


def _fact_cell(fact: Fact, link: str, lang: str) -> str:
    """One cell of the form as read, with its place on hover and a link to where it stands."""
    doubt = fact["status"] in OPEN
    sign = f'<b class="sign">{SIGNS["doubt"]}</b>' if doubt else ""
    kind = f"{fact['status']}{' corrected' if fact['corrected'] is not None else ''}{' doubt' if doubt else ''}"
    said = escaped(f"{_name(fact, lang)} · {place(fact['where'], lang)}")
    text = sign + escaped(_value(fact, lang))
    body = f'<a href="#{link}">{text}</a>' if link else text
    return f'<td class="c {kind}" title="{said}">{body}</td>'


def _fact_table(review: Review, table: str, links: dict[int, str], lang: str) -> str:
    """The facts laid out as the form has them; the last column says where each row stands."""
    facts, report = review.facts(table), review.reading.reports.to_dicts()[0]
    noted = {_row_of(n["where"]) for n in review.notes(table) if n["kind"] not in _REMARKS}
    # form_blocks numbers cells by the findings that concern them: here each gets its fact's own number.
    numbers = {(report["report_id"], f"{table}.{f['item']}.{f['column']}"): [k] for k, f in enumerate(facts)}
    shown = ""
    for block in form_blocks(facts, report, numbers, lang):
        heads = "".join(f"<th>{escaped(c)}</th>" for c in [word("row", lang), *block["columns"], word("place", lang)])
        shown += f'<tr class="head">{heads}</tr>'
        for row in block["rows"]:
            label = f'<th class="depth{row["depth"]}">{escaped(row["label"])}</th>'
            mine = [facts[k] for cell in row["cells"] for k in cell["marks"]]
            cells = "".join(
                _fact_cell(facts[k], links.get(k, ""), lang) for cell in row["cells"] for k in cell["marks"]
            )
            lines = list(dict.fromkeys(_row_of(f["where"]) for f in mine if f["printed"] is not None))
            sign = f'<b class="sign">{SIGNS["doubt"]}</b>' if noted & set(lines) else ""
            where = f'<td class="where">{sign}{escaped(word("comma", lang).join(place(x, lang) for x in lines))}</td>'
            shown += f"<tr>{label}{cells}{where if mine else ''}</tr>"
    return f'<table class="facts"><tbody>{shown}</tbody></table>'


def _links(review: Review, table: str, found: Marks) -> dict[int, str]:
    """For the facts of a table, by number, the id of the cell of the file they were read from."""
    numbered = [f | {"number": k} for k, f in enumerate(review.facts(table)) if f["printed"] is not None]
    at = _by_place(numbered, review.regions[table])
    return {f["number"]: found[p].link for p, mine in at.items() for f in mine if p in found}


def _unlocated(review: Review, table: str, links: dict[int, str], lang: str) -> str:
    """The cells of the form whose place is not to be found in what is shown of the file."""
    lost = [f for k, f in enumerate(review.facts(table)) if f["printed"] is not None and k not in links]
    if not lost:
        return ""
    said = [_name(f, lang) + word("colon", lang) + place(f["where"], lang) for f in lost]
    lines = "".join(f"<li>{escaped(one)}</li>" for one in said)
    return f"<p>{escaped(word('review_unlocated', lang, n=len(lost)))}</p><ul>{lines}</ul>"


def _page(body: str, lang: str, font: str = "") -> Html:
    style = fill("review.css", lang).replace("FALLBACK", FALLBACK)
    return Html(f'<style>{style}{font}</style><div class="review">{body}</div>')


def _font(review: Review) -> str:
    """The font with every character that a review shows: a notebook has no page around it that would carry it."""
    declared = [v for name in ("words", "tables", "items", "columns") for r in declared_rows(name) for v in r.values()]
    found = review.reading.notes.rows() + review.reading.tables.rows() + review.reading.reports.rows()
    printed = [c.text for rows in review.regions.values() for row in rows for c in row.cells]
    corrected = review.reading.facts["correction"].drop_nulls().to_list()
    return face("".join([*declared, *map(str, found), *printed, *corrected]), "gongkai-review")


def _certainty(row: dict[str, Any], lang: str) -> str:
    doubt = row["doubt" if lang == "zh" else "doubt_en"] or ""
    sign = "" if row["certainty"] == "sure" else f'<b class="sign">{SIGNS["doubt"]}</b>'
    said = coded("certainty", row["certainty"].replace(" ", "_"), lang) + (word("colon", lang) if doubt else "")
    return f'<span class="{row["certainty"]}">{sign}{escaped(said + doubt)}</span>'


def what(review: Review, lang: str = "zh") -> Html:
    """What the file is and where that was found, and how sure the reading of each table is."""
    heads = ("table", "place", "certainty", "review_counts")
    head = "".join(f"<th>{escaped(word(key, lang))}</th>" for key in heads)
    body = "".join(
        f"<tr><th>{escaped(form().tables[t['table']][lang])}</th><td>{escaped(place(t['where'], lang))}</td>"
        f"<td>{_certainty(t, lang)}</td><td>{t['numbers_printed']} / {t['numbers']} / {t['cells_expected']}</td></tr>"
        for t in review.reading.tables.to_dicts()
    )
    caption = f"<caption>{escaped(word('review_caption', lang))}</caption>"
    tables = f"<table>{caption}<tr>{head}</tr>{body}</table>"
    return _page(show.sources(review.reading.reports, lang).html + tables, lang, _font(review))


def table(review: Review, name: str, lang: str = "zh") -> Html:
    """One table: on the left as the file shows it, with what became of each cell; on the right the facts."""
    row = review.reading.tables.filter(pl.col("table") == name).to_dicts()[0]
    found = marks(review, name, lang)
    links = _links(review, name, found)
    drawn = source.shown(review.document, review.regions[name], found, lang)
    return _page(
        f"<h4>{escaped(form().tables[name][lang])} · {_certainty(row, lang)}</h4>"
        f'<p class="legend">{escaped(word("review_legend", lang))}</p><div class="beside">'
        f'<div class="pane"><h5>{escaped(word("review_source", lang))}</h5>{drawn}</div>'
        f'<div class="pane facts-pane"><h5>{escaped(word("review_read", lang))}</h5>'
        f"{_fact_table(review, name, links, lang)}{_unlocated(review, name, links, lang)}</div></div>",
        lang,
    )


def notes(review: Review, lang: str = "zh") -> Html:
    """Everything that could not be read or placed, and where."""
    return _page(show.notes(review.reading.notes, lang).html, lang)


def _to_check(review: Review) -> list[Fact]:
    """Every cell that was not read, and one cell of each doubtful table without such: it stands for the table."""
    facts = review.reading.facts.to_dicts()
    doubtful = set(review.reading.tables.filter(pl.col("certainty") == "doubtful")["table"])
    confirm = doubtful - {f["table"] for f in facts if f["status"] in OPEN}
    first = {t: next(k for k, f in enumerate(facts) if f["table"] == t) for t in confirm}
    return [f for k, f in enumerate(facts) if f["status"] in OPEN or first.get(f["table"]) == k]


def correction_lines(review: Review, lang: str = "zh") -> str:
    """Lines for `corrections.csv`, its header first, for every cell that a person has to look up; else nothing.

    What the person has to fill in is `?`, which is no number: a line left as it is stops the next run.
    """
    rows = _to_check(review)
    if not rows:
        return ""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for f in rows:
        reason = word("review_reason" if f["status"] in OPEN else "review_reason_table", lang, place=f["where"])
        cell = (f["report_id"], f["table"], f["item"], f["column"], f["printed"] or "")
        writer.writerow([*cell, _TO_FILL, reason, _TO_FILL, _TO_FILL])
    return out.getvalue()


def corrections(review: Review, lang: str = "zh") -> Html:
    """The corrections that were applied, and the lines with which what is open can be settled."""
    applied = review.reading.facts.filter(pl.col("correction").is_not_null()).to_dicts()
    rows = "".join(
        f"<tr><th>{escaped(_name(f, lang))}</th><td>{escaped(_value(f, lang))}</td><td>{escaped(f['correction'])}</td>"
        f"<td>{escaped(place(f['where'], lang))}</td></tr>"
        for f in applied
    )
    caption = f"<caption>{escaped(word('review_applied', lang, n=len(applied)))}</caption>"
    done = f"<table>{caption}{rows}</table>" if applied else f"<p>{escaped(word('review_none_applied', lang))}</p>"
    lines = correction_lines(review, lang)
    if not lines:
        return _page(f"{done}<p>{escaped(word('review_settled', lang))}</p>", lang)
    # Not cut as `escaped` would: these lines are to be copied.
    copied = lines.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _page(f'{done}<p>{escaped(word("review_howto", lang))}</p><pre class="csv">{copied}</pre>', lang)
