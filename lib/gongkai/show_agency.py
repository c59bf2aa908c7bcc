"""The first screen of an agency's page: reported, changed, beside its peers, what does not add up, what to ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from gongkai import measures
from gongkai.page_names import parent_name, region_name
from gongkai.questions import grouped, is_settled, questions, sentence
from gongkai.rules.declared import rules
from gongkai.show import Html, fill, marks_of
from gongkai.show_rates import Row, count_change, interval, k_of_n, rate_change, said
from gongkai.stats import FEW
from gongkai.words import number, percent, word

if TYPE_CHECKING:
    from gongkai.pipeline import Reading
    from gongkai.saved import Measured

# What the first screen shows over the years, and beside peers.
_COUNTS = ("received", "processed", "carried_out", "disputes")
SHARES = ("disclosed", "not_held", "refused_share", "carried_over", "disputed")
_AMONG_PEERS = (*SHARES, "screened", "reconsideration_corrected")

# More findings than these are not listed on the first screen.
_SHOWN = 5
_WIDE, _HIGH = 96, 22


def spark(points: Sequence[tuple[int, float | None]]) -> list[list[tuple[float, float]]]:
    """The strokes of a line no higher than a line of text, from 0; a year without a figure parts them."""
    top = max((v for _, v in points if v is not None), default=0.0) or 1.0
    first, last = points[0][0], points[-1][0]
    strokes: list[list[tuple[float, float]]] = []
    before: int | None = None
    for year, value in points:
        if value is None:
            before = None
            continue
        x = 3 + (year - first) / max(last - first, 1) * (_WIDE - 6)
        y = _HIGH - 3 - max(value, 0) / top * (_HIGH - 6)
        if before != year - 1:
            strokes.append([])
        strokes[-1].append((round(x, 1), round(y, 1)))
        before = year
    return strokes


def _concerned(marks: dict[tuple[str, str], list[int]], report_id: str, code: str) -> list[int]:
    known = measures.indicator(code)
    cells = [f"{known.table}.{i}.{c}" for i in measures.row_codes(known.table, known.items) for c in known.columns]
    return sorted({n for c in cells for n in marks.get((report_id, c), [])})


def _no_figure(row: Row | None, lang: str) -> str:
    """Why there is no figure: some cells hold none, or the table was not read."""
    if row is None or not row["parts"]:
        return word("page_not_read", lang)
    return word("parts_missing", lang, missing=row["missing"], parts=row["parts"])


def _reported(one: Reading, figures: pl.DataFrame, shares: dict[str, Row], year: int, lang: str) -> list[Row]:
    """The figures of the latest year: label, value, what belongs to it, and the findings that concern it."""
    now = {r["indicator"]: r for r in figures.filter(pl.col("year") == year).iter_rows(named=True)}
    report_id = measures.counted(one.reports).filter(pl.col("year") == year)["report_id"][0]
    marks = marks_of(one.findings)

    def count(code: str, *more: str) -> Row:
        row = now.get(code)
        known = row is not None and row["value"] is not None
        value = number(row["value"], lang) if known and row else ""
        label = measures.indicator(code).zh if lang == "zh" else measures.indicator(code).en
        missing = "" if known else _no_figure(row, lang)
        return {"label": label, "value": value, "missing": missing, "more": [m for m in more if m]} | {
            "marks": _concerned(marks, report_id, code)
        }

    def share(code: str) -> str:
        row = shares.get(code)
        return f"{measures.rate(code).name(lang)} {said(row, lang)}" if row and row["n"] else ""

    disclosed = shares.get("disclosed")
    known = disclosed is not None and disclosed["value"] is not None
    middle: Row = {"label": measures.rate("disclosed").name(lang), "value": "", "missing": "", "more": []}
    middle["marks"] = sorted({n for c in ("granted", "partial", "processed") for n in _concerned(marks, report_id, c)})
    if known and disclosed:
        middle |= {"value": percent(disclosed["value"])}
        middle["more"] = [f"{interval(disclosed, lang)} {k_of_n(disclosed, lang)}"]
    else:
        middle["missing"] = said(disclosed, lang) if disclosed else word("page_not_read", lang)
    parts = [number(now[c]["value"], lang) if c in now else "" for c in ("reconsideration", "litigation")]
    disputes = count(
        "disputes",
        word("page_disputes_parts", lang, reconsideration=parts[0], litigation=parts[1]) if all(parts) else "",
        share("reconsideration_corrected"),
        share("litigation_corrected"),
    )
    return [count("received"), count("processed"), middle, count("carried_out", share("carried_over")), disputes]


def _over_years(figures: pl.DataFrame, changed: pl.DataFrame, lang: str) -> list[Row]:
    """Figures and shares year by year as a small line, with the last change and whether it is within chance."""
    years = set(figures["year"])
    rows: list[Row] = []
    for code in (*_COUNTS, *SHARES):
        share = code in SHARES
        frame = changed.filter(pl.col("rate") == code) if share else figures.filter(pl.col("indicator") == code)
        mine = frame.sort("year").to_dicts()
        if not any(r["value"] is not None for r in mine):
            continue
        known = measures.indicators().get(code)
        name = measures.rate(code).name(lang) if share or known is None else known.zh if lang == "zh" else known.en
        shown = percent if share else lambda v: number(v, lang)
        points = [(r["year"], r["value"]) for r in mine]
        told = [f"{y} {shown(v) if v is not None else word('no_figure', lang)}" for y, v in points]
        latest = mine[-1]
        now = shown(latest["value"]) if latest["value"] is not None else word("no_figure", lang)
        change = rate_change(latest, years, lang) if share else count_change(latest, years, lang)
        rows.append(
            {"name": name, "now": now, "spark": spark(points), "told": word("comma", lang).join(told), **change}
        )
    return rows


def _why_alone(row: Row, lang: str) -> str:
    """Why a share has no place among peers."""
    if row["value"] is None:
        return said(row, lang)
    if row["kind"] is None or row["level"] is None:
        return word("page_peers_unknown", lang)
    if row["n"] < FEW:
        return word("page_peers_few_cases", lang, n=number(row["n"], lang), few=FEW)
    if row["peers"] < measures.FEWEST:
        return word("page_peers_few", lang, n=row["peers"], fewest=measures.FEWEST)
    return word("page_peers_alike", lang)


def among_peers(shares: dict[str, Row], lang: str) -> tuple[list[Row], list[Row]]:
    """The shares that have a place among peers; and those that have none, by the reason."""
    placed: list[Row] = []
    alone: dict[str, list[str]] = {}
    for code in _AMONG_PEERS:
        row = shares.get(code)
        if row is None or row["status"] in {"not in form", "none"}:
            continue
        name = measures.rate(code).name(lang)
        if row["place"] is None:
            alone.setdefault(_why_alone(row, lang), []).append(name)
            continue
        side = "high" if row["value"] > row["expected"] else "low"
        where = word(f"page_beyond_{row['beyond'].replace('.', '') or 'none'}", lang)
        where += word(f"page_side_{side}", lang) if row["beyond"] else ""
        placed.append(
            {"name": name, "said": said(row, lang), "mean": percent(row["expected"]), "where": where}
            | {"place": word("page_place", lang, place=row["place"], peers=row["peers"]), "beyond": row["beyond"]}
        )
    return placed, [{"reason": r, "names": word("comma", lang).join(names)} for r, names in alone.items()]


def _not_adding_up(groups: list[Row], lang: str) -> tuple[list[Row], int]:
    """The gravest findings in a line each, and how many groups are left for below."""
    open_ = [g for g in groups if not is_settled(g["first"]) and g["grade"] != "info"]
    titles = {r["id"]: r[f"title_{lang}"] for r in rules()}
    shown = [
        g | {"title": titles.get(g["rule"], ""), "text": sentence(g["first"][f"message_{lang}"])}
        for g in open_[:_SHOWN]
    ]
    return shown, len(groups) - len(shown)


def glance(one: Reading, measured: Measured, lang: str = "zh") -> Html:
    """The agency at a glance: the five answers a reader looks for first. `measured`: the agency's rows."""
    figures, changed = measured.figures, measured.changed
    year = int(str(figures["year"].max())) if figures.height else None
    shares = {r["rate"]: r for r in measured.compared.filter(pl.col("year") == year).iter_rows(named=True)}
    groups = grouped(one.findings, one.reports)
    about = one.reports.sort("year", nulls_last=False).to_dicts()[-1]
    placed, alone = among_peers(shares, lang)
    listed, more = _not_adding_up(groups, lang)
    values = {
        "year": year,
        "about": about,
        "reported": _reported(one, figures, shares, year, lang) if year else [],
        "over_years": _over_years(figures, changed, lang),
        "years": sorted(set(figures["year"])),
        "placed": placed,
        "alone": alone,
        "listed": listed,
        "more": more,
        "questions": questions(groups, measured.compared, changed, year, lang),
        "priority": measured.priority.sort("year").to_dicts(),
    }
    return Html(fill("glance.html", lang, **values))


def about(one: Reading, lang: str = "zh") -> Html:
    """What kind of body it is, with links to the pages of its region and of the bodies above and below it."""
    last = one.reports.sort("year", nulls_last=False).to_dicts()[-1]
    bodies = {r["agency_id"]: r for r in one.agencies.iter_rows(named=True) if r["agency_id"]}
    above = bodies.get(last["parent"])
    below = sum(r["parent"] == last["agency_id"] for r in bodies.values()) if last["agency_id"] else 0
    links = {
        "region": f"{region_name(last['region'])}.html" if last["region"] else "",
        "parent": f"{parent_name(last['parent'])}.html" if above else "",
        "below": f"{parent_name(last['agency_id'])}.html" if below else "",
    }
    named = above["agency"] if above else ""
    return Html(fill("about.html", lang, report=last, links=links, parent=named, below=below))
