"""What the prose of a report tells beside the cells of its tables, looked up once for all reports."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import polars as pl

from gongkai.form import declared_rows, form
from gongkai.rules.pairs import pairs
from gongkai.rules.wide import Key

Claim = dict[str, Any]

# The rows of the table of requests that are compared by applicant.
_SUMS = ["new", "carried_in", "processed_total", "carried_out"]


class Cell(NamedTuple):
    """A cell as read, see form.md, Facts."""

    value: float | None
    status: str
    printed: str | None
    where: str


@dataclass
class Told:
    """One report: its row of the reports frame, its claims in reading order, its cells, and last year's report."""

    report: dict[str, Any]
    claims: list[Claim] = field(default_factory=list)
    cells: dict[Key, Cell] = field(default_factory=dict)
    prior: Told | None = None
    merged: bool = False
    requests: str | None = None

    @property
    def report_id(self) -> str:
        return str(self.report["report_id"])

    def claim(self, n: int | None) -> Claim | None:
        """The claim with number `n`."""
        return next((c for c in self.claims if n is not None and c["n"] == n), None)


@cache
def pattern(name: str) -> re.Pattern[str]:
    """The words of a declared list (narrative_words.csv) as one pattern."""
    return re.compile("|".join(row["pattern"] for row in declared_rows("narrative_words") if row["list"] == name))


@cache
def _scope_words() -> dict[str, re.Pattern[str]]:
    return {kind: pattern(f"scope_{kind}") for kind in ("government", "department", "office")}


def same_scope(claim: Claim, told: Told) -> bool:
    """Whether the claim says nothing of whose figure it is, or names the body as its tables do.

    A government's tables are those of all its bodies (全区), a department's its own (我局). Other words leave open
    whether prose and table speak of the same, and so does a body whose kind is unknown.
    """
    scope = claim["scope"]
    if scope is None:
        return True
    kinds = _scope_words()
    known = [kinds[told.report["kind"]]] if told.report.get("kind") in kinds else list(kinds.values())
    return scope == told.report["agency"] or all(words.fullmatch(scope) for words in known)


def _at(claim: Claim) -> tuple[int, int]:
    """Where the figure stands in its sentence."""
    found = re.search(rf"(?<![\d.]){re.escape(claim['printed'])}", claim["sentence"])
    return found.span() if found else (len(claim["sentence"]), len(claim["sentence"]))


def clause(claim: Claim) -> str:
    """The words of the sentence before the figure, back to the last mark that ends a clause (not 、)."""
    return re.split(r"[，。；：（,;:(]", claim["sentence"][: _at(claim)[0]])[-1]


def behind(claim: Claim) -> str:
    """The words of the sentence right behind the figure, up to the next mark."""
    return re.split(r"[，。；：（、,;:(]", claim["sentence"][_at(claim)[1] :])[0]


def whole_year(claim: Claim) -> bool:
    """Whether nothing in the sentence says that it may speak of a part of the year or of several years."""
    return not pattern("other_period").search(claim["sentence"])


def counts(told: Told, terms: set[str] | None = None) -> list[Claim]:
    """The report's counts of its own year that say something known, of some terms or of all."""
    return [
        c
        for c in told.claims
        if c["kind"] == "count" and c["year"] in {None, told.report["year"]} and c["term"]
        if terms is None or c["term"] in terms
    ]


def _wanted(facts: pl.DataFrame, claims: pl.DataFrame, reports: set[str]) -> pl.DataFrame:
    """The cells that prose is compared with: of the large table the totals, the four sums, and those spoken of."""
    spoken = claims.select("table", "item", "column").unique().drop_nulls().with_columns(pl.lit(True).alias("spoken"))
    mine = facts.filter(pl.col("report_id").is_in(list(reports)))
    mine = mine.join(spoken, on=["table", "item", "column"], how="left", maintain_order="left")
    kept = (pl.col("table") != "applications") | (pl.col("column") == "total") | pl.col("item").is_in(_SUMS)
    kept |= pl.col("spoken").is_not_null()
    return mine.filter(kept).select("report_id", "table", "item", "column", "value", "status", "printed", "where")


def _requests(facts: pl.DataFrame) -> dict[str, str]:
    """report_id → `zero` (every cell of the table of requests is a printed 0), `some`, or `unsure`."""
    mine = facts.filter(pl.col("table") == "applications").group_by("report_id")
    state = (
        pl.when((pl.col("value").fill_null(0) != 0).any())
        .then(pl.lit("some"))
        .when((pl.col("status") == "number").all())
        .then(pl.lit("zero"))
        .otherwise(pl.lit("unsure"))
    )
    return dict(mine.agg(state.alias("state")).iter_rows())


def all_told(frames: dict[str, pl.DataFrame]) -> list[Told]:
    """Every report with its claims, cells and the report of the year before, in the order of the reports frame."""
    reports, claims = frames["reports"], frames["claims"]
    told = {r["report_id"]: Told(r) for r in reports.iter_rows(named=True)}
    for claim in claims.sort("report_id", "n").iter_rows(named=True):
        if claim["report_id"] in told:
            told[claim["report_id"]].claims.append(claim)
    following = [p for p in pairs(reports, frames["agencies"]).iter_rows(named=True) if p["prior_id"]]
    for p in following:
        told[p["report_id"]].prior = told[p["prior_id"]]
        told[p["report_id"]].merged = p["merged"]
    speaking = {i for i, t in told.items() if t.claims}
    speaking |= {p["prior_id"] for p in following if p["report_id"] in speaking}
    for report_id, table, item, column, *cell in _wanted(frames["facts"], claims, speaking).iter_rows():
        told[report_id].cells[table, item, column] = Cell(*cell)
    for report_id, state in _requests(frames["facts"]).items():
        told[report_id].requests = state
    return list(told.values())


@cache
def rows_of(table: str, item: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The row of an item itself, and the rows below it: of a group, or of an item that some forms print as three."""
    known = form().items[table, item]
    return ((item,) if known.kind == "row" else ()), tuple(form().descendants(table, item))
