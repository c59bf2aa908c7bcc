"""The figures of the prose beside the cells they speak of, as HTML for people."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import polars as pl

from gongkai import measures
from gongkai.form import declared_rows, form
from gongkai.links import source_link
from gongkai.show import Html, fill
from gongkai.words import number, word

if TYPE_CHECKING:
    from gongkai.pipeline import Reading


def _printed_cells(reading: Reading) -> dict[tuple[str, str, str, str], float | None]:
    """(report_id, table, item, column) → the cell's number; of a group the sum of its rows, null if one is missing."""
    cells: dict[tuple[str, str, str, str], float | None] = {
        tuple(key): value
        for *key, value in reading.facts.select("report_id", "table", "item", "column", "value").iter_rows()
    }
    spoken = reading.claims.filter(pl.col("item").is_not_null()).select("table", "item", "column").unique().rows()
    for table, item, column in spoken:
        if form().items[table, item].kind == "group" or item == "other":
            sums = measures.totals(reading.facts, table, [item], [column])
            cells |= {(r, table, item, column): v for r, v in sums.select("report_id", "value").iter_rows()}
    return cells


def _range(claim: dict[str, Any], lang: str) -> str:
    """An approximate figure as the interval it stands for, else nothing."""
    if claim["low"] == claim["high"]:
        return ""
    return word("claim_range", lang, low=number(claim["low"], lang), high=number(claim["high"], lang))


def claims(reading: Reading, lang: str = "zh", root: str = ".") -> Html:
    """Every figure of the prose that says something known: the cell it speaks of, the sentence (once) and its place.

    `root`: the folder that the paths of the sources start from.
    """
    names = {row["term"]: row[lang] for row in declared_rows("claim_terms")}
    cells = _printed_cells(reading)
    about = {r["report_id"]: r for r in reading.reports.iter_rows(named=True)}
    order = reading.claims.join(reading.reports.select("report_id", pl.col("year").alias("_year")), on="report_id")
    rows = [
        claim
        | {
            "of_year": about[claim["report_id"]]["year"],
            "name": names.get(claim["term"], ""),
            "range": _range(claim, lang),
            "cell": form().cell_name(claim["table"], claim["item"], claim["column"], lang) if claim["item"] else "",
            "in_table": cells.get((claim["report_id"], claim["table"], claim["item"], claim["column"])),
            "link": source_link(about[claim["report_id"]]["source"], claim["where"], root, claim["sentence"]),
        }
        for claim in order.sort("_year", "report_id", "n", nulls_last=True).iter_rows(named=True)
        if claim["term"]
    ]
    sentences = [list(group) for _, group in groupby(rows, lambda c: (c["report_id"], c["where"], c["sentence"]))]
    return Html(fill("claims.html", lang, sentences=sentences, n=len(rows), others=reading.claims.height - len(rows)))
