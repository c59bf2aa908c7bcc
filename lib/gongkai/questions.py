"""What to ask an agency, computed from its findings, its place among peers and its changes."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import polars as pl

from gongkai import measures
from gongkai.form import declared_rows, form
from gongkai.rules.declared import rules
from gongkai.show import ordered
from gongkai.words import number, percent, word

Row = dict[str, Any]

# More questions than these are not asked at once: the findings have the rest.
MOST = 8


@cache
def _known() -> dict[str, Row]:
    return {r["id"]: r for r in rules()}


def sentence(message: str) -> str:
    """The first sentence of a finding's message; a stop inside quotation marks ends none."""
    found = re.match(r"(?:“[^”]*”|[^。“]|“)*?(?:。|\.(?= |$)|$)", message, re.DOTALL)
    return found[0].strip() if found and found[0].strip() else message


def grouped(findings: pl.DataFrame, reports: pl.DataFrame) -> list[Row]:
    """The findings of one agency that fail, one entry a rule and report, the gravest first.

    Each has rule, grade, year, n (how many), first (the finding's row) and its number on the page.
    """
    years = dict(reports.select("report_id", "year").rows())
    groups: dict[tuple[str, str], Row] = {}
    for number_, row in enumerate(ordered(findings).iter_rows(named=True), 1):
        if row["verdict"] != "fail":
            continue
        missing = re.search(r"-(\d{4})$", row["report_id"])
        year = years.get(row["report_id"]) or (int(missing[1]) if missing else None)
        entry = {"rule": row["rule"], "grade": row["severity"], "year": year, "n": 0, "first": row, "number": number_}
        group = groups.setdefault((row["rule"], row["report_id"]), entry)
        group["n"] += 1
        # Of columns that fail alike the total speaks for all.
        if row["scope"] == "total" and group["first"]["scope"] != "total":
            group |= {"first": row, "number": number_}
    return list(groups.values())


def is_settled(row: Row) -> bool:
    """Whether a decision that still holds has answered the finding."""
    return row["decision"] in {"false alarm", "explained", "corrected by agency"} and row["decision_state"] == "current"


def _of_group(group: Row, lang: str) -> Row | None:
    """The question that a group of findings leads to, or None where it is one to us or to nobody."""
    first, known = group["first"], _known().get(group["rule"], {})
    if known.get("about_reading") or first["doubtful"] or is_settled(first) or group["grade"] == "info":
        return None
    year = group["year"] or word("unknown", lang)
    cell = next((c for c in first["cells"] if c["cell"] == first["repair_cell"]), None)
    if cell and first["repair"] is not None and (group["n"] == 1 or first["scope"] == "total"):
        table, item, column = first["repair_cell"].split(".")
        name, value = form().cell_name(table, item, column, lang), number(first["repair"], lang)
        text = word("page_ask_repair", lang, year=year, cell=name, printed=cell["printed"] or "", value=value)
    else:
        asked = [row for row in declared_rows("questions") if group["rule"].startswith(row["rule"])]
        if not asked:
            return None
        pattern = max(asked, key=lambda row: len(row["rule"]))[lang]
        title = known.get(f"title_{lang}", group["rule"])
        text = pattern.format(year=year, title=title, n=group["n"], first=sentence(first[f"message_{lang}"]))
    return {"text": text, "number": group["number"]}


def _of_shares(compared: pl.DataFrame, changed: pl.DataFrame, year: int, lang: str) -> list[Row]:
    """Questions on shares far from those of the peers, and on a share disclosed that changed by more than chance."""
    far = compared.filter((pl.col("year") == year) & (pl.col("q") <= 0.05) & (pl.col("beyond") == "99.8"))
    found = [
        word("page_ask_peers", lang, year=year, name=measures.rate(r["rate"]).name(lang))
        + word("page_ask_peers_figures", lang, value=percent(r["value"]), mean=percent(r["expected"]))
        for r in far.sort("p").iter_rows(named=True)
    ]
    moved = changed.filter(
        (pl.col("year") == year)
        & (pl.col("rate") == "disclosed")
        & pl.col("p").is_not_null()
        & ((pl.col("change_low") > 0) | (pl.col("change_high") < 0))
    )
    found += [
        word("page_ask_change", lang, year=year, before=percent(r["value_before"]), value=percent(r["value"]))
        for r in moved.iter_rows(named=True)
    ]
    return [{"text": text, "number": None} for text in found]


def questions(
    groups: list[Row], compared: pl.DataFrame, changed: pl.DataFrame, year: int | None, lang: str
) -> list[Row]:
    """What to ask: text, and the number of the finding it comes from (None: from the measures); at most MOST.

    `groups`: what `grouped` returns; `compared` and `changed`: the agency's rows of `measures.compare` and
    `measures.yearly_rates`.
    """
    asked = [q for group in groups if (q := _of_group(group, lang))]
    seen = {q["text"]: q for q in reversed(asked)}
    found = [q for q in asked if seen[q["text"]] is q]
    shares = _of_shares(compared, changed, year, lang) if year else []
    return [*found[: MOST - min(len(shares), 3)], *shares][:MOST]
