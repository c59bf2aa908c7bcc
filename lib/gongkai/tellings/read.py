"""What was read: files, coverage, tables, cells, and the checks that could or could not be made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from gongkai import measures
from gongkai.agencies import agency_of
from gongkai.rules.declared import rules
from gongkai.tellings.told import NAMED, Told, amounts, of, reasons, say, tally, told
from gongkai.words import word

if TYPE_CHECKING:
    from gongkai.pipeline import Reading

_CELLS = ("blank", "dash", "unreadable", "absent")


def files(reading: Reading, lang: str) -> Told:
    """Files given = read + set aside + duplicates; reports, and why some of them are not counted."""
    n = tally(reading.files, "status")
    given = say(
        "files",
        lang,
        n=reading.files.height,
        read=n.get("read", 0),
        aside=n.get("set aside", 0),
        same=n.get("duplicate", 0),
    )
    counted, others = measures.counted(reading.reports), reading.reports.filter(~pl.col("primary"))
    nameless = reading.reports.filter(pl.col("primary") & (pl.col("agency").is_null() | pl.col("year").is_null()))
    bodies = counted.select(agency_of()).n_unique()
    reports = say("reports", lang, n=reading.reports.height, counted=counted.height, agencies=bodies)
    parts = [(word("tell_versions", lang), others.height), (word("tell_nameless", lang), nameless.height)]
    left = say("not_counted", lang, parts=reasons(parts, lang)) if others.height + nameless.height else None
    return told(given, reports, left)


def coverage(matrix: pl.DataFrame, lang: str) -> Told:
    """How many bodies reported in how many years. `matrix`: what `selection.coverage` returns."""
    if matrix.is_empty():
        return told(say("no_coverage", lang))
    n = tally(matrix, "status")
    bodies = matrix.select(pl.coalesce("agency_id", "agency")).n_unique()
    parts = [
        (word(f"tell_{s.replace(' ', '_')}", lang), n.get(s, 0)) for s in ("reported", "missing", "not due", "unknown")
    ]
    first = say(
        "coverage", lang, n=matrix.height, agencies=bodies, years=matrix["year"].n_unique(), parts=amounts(parts, lang)
    )
    missing = matrix.filter(pl.col("status") == "missing")
    named = word("comma", lang).join(of(r, lang) for r in missing.head(NAMED).iter_rows(named=True))
    gaps = (
        say("coverage_missing", lang, n=missing.height, named=named) if missing.height else say("coverage_whole", lang)
    )
    return told(first, gaps, say("coverage_unknown", lang) if n.get("unknown") else None)


def tables(found: pl.DataFrame, lang: str) -> Told:
    """How sure the tables are read (a tables frame), and that what is doubtful raises no alarm."""
    n = tally(found, "certainty")
    parts = [(word(f"certainty_{c.replace(' ', '_')}", lang), n.get(c, 0)) for c in ("sure", "doubtful", "not read")]
    unsure = found.height - n.get("sure", 0)
    return told(
        say("tables", lang, n=found.height, parts=amounts(parts, lang)), say("tables_unsure", lang) if unsure else None
    )


def cells(facts: pl.DataFrame, lang: str) -> Told:
    """The cells by status (a facts frame): what is no number is never 0."""
    n = tally(facts, "status")
    parts = [(word(f"status_{s}", lang), n.get(s, 0)) for s in _CELLS]
    numbers = n.get("number", 0)
    rest = (
        say("cells_rest", lang, n=facts.height - numbers, parts=amounts(parts, lang))
        if numbers < facts.height
        else None
    )
    return told(say("cells", lang, n=facts.height, numbers=numbers), rest)


def checks(counts: pl.DataFrame, lang: str) -> Told:
    """How many checks were made, with which verdicts. `counts`: what `selection.verdict_counts` returns."""
    sums = dict(counts.group_by("verdict").agg(pl.col("len").sum()).rows())
    folded = int(counts.filter("folded")["len"].sum())
    total = int(counts["len"].sum())
    line = say(
        "checks",
        lang,
        n=total,
        passed=sums.get("pass", 0),
        fail=sums.get("fail", 0),
        explained=sums.get("explained", 0),
        folded=folded,
    )
    missing = counts.filter(pl.col("verdict") == "not_assessable").group_by("rule").agg(pl.col("len").sum())
    never = missing.join(counts.filter(pl.col("verdict") != "not_assessable"), on="rule", how="anti")
    unjudged = say("checks_unjudged", lang, n=sums.get("not_assessable", 0), rules=missing.height, never=never.height)
    return told(line, unjudged if missing.height else None, say("checks_chance", lang, rules=len(rules())))


def example(one: Reading, among: Reading, lang: str) -> Told:
    """Which agency stands in a chart that has room for one. `one`: what `selection.one_agency` returns."""
    counted = measures.counted(among.reports).select(agency_of()).n_unique()
    if counted < 2:
        return told(say("only", lang, agency=one.reports.select(agency_of())["agency"][0]))
    return told(say("example", lang, agency=one.reports.select(agency_of())["agency"][0], n=counted))
