"""Findings, review priorities and the figures of the prose, in sentences."""

from __future__ import annotations

import polars as pl

from gongkai.priority import PRIORITIES
from gongkai.rules.declared import SEVERITIES
from gongkai.tellings.told import NAMED, Row, Told, amounts, joined, of, say, tally, told
from gongkai.words import word


def findings(found: pl.DataFrame, reports: pl.DataFrame, lang: str) -> Told:
    """How many findings on how many reports, by severity, and what a finding is not (a findings frame)."""
    failed = found.filter(pl.col("verdict") != "explained")
    explained = found.height - failed.height
    if found.is_empty():
        return told(say("findings_none", lang, reports=reports.height), word("question_not_verdict", lang))
    n = tally(failed, "severity")
    parts = amounts([(word(f"severity_{s}", lang), n.get(s, 0)) for s in SEVERITIES], lang)
    concerned = failed["report_id"].n_unique()
    most = failed["rule"].value_counts().sort("count", "rule", descending=[True, False]).head(NAMED).rows()
    unsure = failed.filter("doubtful").height
    return told(
        say("findings", lang, n=failed.height, reports=reports.height, concerned=concerned, parts=parts),
        say("findings_rules", lang, named=amounts(most, lang)) if most else None,
        say("findings_explained", lang, n=explained) if explained else None,
        say("findings_doubtful", lang, n=unsure) if unsure else None,
        word("question_not_verdict", lang),
    )


def listed(all_of_it: pl.DataFrame, shown: pl.DataFrame, lang: str) -> Told:
    """How many of all are listed below."""
    return told(say("listed", lang, shown=shown.height, n=all_of_it.height))


def priorities(found: pl.DataFrame, lang: str) -> Told:
    """How many reports have which priority, which come first, what points are. `found`: `priority.priorities`."""
    n = tally(found, "priority")
    parts = [(word(f"page_priority_{p}", lang), n.get(p, 0)) for p in PRIORITIES]
    first = found.filter(pl.col("points") > 0).head(NAMED).to_dicts()
    each = joined([say("priority_each", lang, of=of(r, lang), points=r["points"]) for r in first], lang)
    return told(
        say("priorities", lang, n=found.height, parts=amounts(parts, lang)),
        say("priorities_first", lang, each=each) if each else None,
        say("priorities_method", lang, high=PRIORITIES["high"], medium=PRIORITIES["medium"]),
    )


def claims(found: pl.DataFrame, reports: pl.DataFrame, lang: str) -> Told:
    """How many figures the prose gives, of which kind, and how many speak of a cell (a claims frame)."""
    silent = reports.join(found, on="report_id", how="anti").height
    kinds = [(word(f"tell_claim_{k}", lang), n) for k, n in sorted(tally(found, "kind").items())]
    cells = found.filter(pl.col("item").is_not_null() & (pl.col("kind") == "count")).height
    unknown = found.filter(pl.col("term").is_null()).height
    return told(
        say("claims", lang, n=found.height, reports=reports.height, parts=amounts(kinds, lang))
        if found.height
        else None,
        say("claims_cells", lang, n=cells, unknown=unknown) if found.height else None,
        say("claims_silent", lang, n=silent) if silent else None,
    )


def stated(found: pl.DataFrame, lang: str) -> Told:
    """What the prose says of the growth of requests, and the figures give. `found`: `measures.stated_growth`."""
    if found.is_empty():
        return told(say("stated_none", lang))
    n = {k: found.filter(pl.col("agrees") == k).height for k in (True, False)}
    differ = joined([_differs(r, lang) for r in found.filter(pl.col("agrees") == False).head(NAMED).to_dicts()], lang)  # noqa: E712
    unknown = found["agrees"].null_count()
    return told(
        say("stated", lang, n=found.height, agree=n[True], differ=n[False]),
        say("stated_differ", lang, each=differ) if differ else None,
        say("stated_unknown", lang, n=unknown) if unknown else None,
    )


def _signed(value: float, decimals: int, unit: str, lang: str) -> str:
    """A change in the unit of its claim: −0.44%, +14."""
    ending = {"%": "%", "倍": word("tell_times", lang)}.get(unit, "")
    return f"{value:+,.{decimals}f}".replace("-", "−") + ending


def stated_growth(row: Row, lang: str) -> str:
    """The growth as the prose states it; an approximate one as printed."""
    if row["stated"] is None:
        return str(row["printed"])
    return _signed(row["stated"], row["decimals"], row["unit"], lang)


def computed_growth(row: Row, lang: str) -> str:
    """The growth that both years' figures give, none where it is not known."""
    if row["computed"] is None:
        return "—"
    return _signed(row["computed"], max(row["decimals"], 2 if row["unit"] in {"%", "倍"} else 0), row["unit"], lang)


def _differs(row: Row, lang: str) -> str:
    figures = {"printed": stated_growth(row, lang), "computed": computed_growth(row, lang)}
    return say("stated_each", lang, of=of(row, lang), **figures)
