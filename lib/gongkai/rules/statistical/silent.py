"""Years in which a body reports neither a request nor a case while its peers have them (A-07)."""

from __future__ import annotations

from functools import partial

import numpy as np
import polars as pl

from gongkai.measures import FEWEST
from gongkai.rules.declared import Rule, rules
from gongkai.rules.kinds import FAIL
from gongkai.rules.statistical.common import Row, bodies, cell, judged, place, rows
from gongkai.stats import gamma_prior, shrunk_count, silence
from gongkai.words import chance

_GROUP = ["kind", "level"]


def _years(facts: pl.DataFrame, reports: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """The reports that count, by body and year, with received, silent (null: not known) and run.

    `run` numbers the years of one stretch of silence, or of cases; a missing year, or one that is not known, ends it.
    """
    mine = facts.filter(pl.col("table").is_in(rule["tables"]))
    nothing = pl.when((pl.col("value") != 0).any()).then(False).when(pl.col("value").null_count() == 0).then(True)
    new = (pl.col("item") == "new") & (pl.col("column") == "total") & (pl.col("table") == "applications")
    seen = mine.group_by("report_id").agg(
        nothing.alias("silent"), pl.col("value").filter(new).first().alias("received")
    )
    known = bodies(reports).join(seen, on="report_id", how="left").sort("series", "year")
    same = (pl.col("series") == pl.col("series").shift(1)) & (pl.col("year") == pl.col("year").shift(1) + 1)
    joined = same & (pl.col("silent") == pl.col("silent").shift(1))
    return known.with_columns((~joined.fill_null(False)).cum_sum().alias("run"))


def _priors(known: pl.DataFrame) -> dict[tuple[str, str], tuple[float, float] | None]:
    """Kind and level → the distribution of the peers' yearly requests, where one of enough bodies is silent."""
    sums = (
        known.filter((pl.col("received") >= 0) & pl.col("kind").is_not_null() & pl.col("level").is_not_null())
        .group_by(*_GROUP, "series")
        .agg(pl.col("received").sum(), pl.len().alias("years"), pl.col("silent").any().alias("silent"))
    )
    found = {}
    for (kind, level), group in sums.group_by(_GROUP):
        if group.height >= FEWEST and group["silent"].any():
            x, years = (group[c].to_numpy().astype(float) for c in ("received", "years"))
            found[str(kind), str(level)] = gamma_prior(x, years)
    return found


def _judged(known: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """Each report with years (silent so far in its stretch), rate (requests a year, given its peers), p and verdict."""
    priors = _priors(known)
    sums = pl.col("received").sum().over("series").alias("all")
    counted = pl.col("received").count().over("series").alias("counted")
    seen = known.with_columns(sums, counted, (pl.int_range(pl.len()).over("run") + 1).alias("years"))
    p, rate = np.full(seen.height, np.nan), np.full(seen.height, np.nan)
    for (kind, level), prior in priors.items():
        at = ((seen["kind"] == kind) & (seen["level"] == level) & seen["silent"]).fill_null(False).to_numpy()
        if prior is None or not at.any():
            continue
        x, years = seen["all"].to_numpy()[at].astype(float), seen["years"].to_numpy()[at].astype(float)
        # What the body received in its other years; the silent ones are what is asked about.
        other = np.maximum(0, seen["counted"].to_numpy()[at] - years)
        p[at], rate[at] = silence(x, other, years, prior), shrunk_count(x, other, prior)
    peers = known.filter(pl.col("received") >= 0).group_by(_GROUP).agg(pl.col("series").n_unique().alias("peers"))
    seen = seen.with_columns(pl.Series("p", p).fill_nan(None), pl.Series("rate", rate).fill_nan(None))
    fails = pl.col("silent") & (pl.col("p") < rule["most"])
    sure = ~pl.col("silent") | pl.col("p").is_not_null()
    return seen.join(peers, on=_GROUP, how="left", nulls_equal=True, maintain_order="left").with_columns(
        judged(fails, sure), pl.lit("report").alias("scope")
    )


def silent_verdicts(facts: pl.DataFrame, reports: pl.DataFrame, everything: bool) -> list[Row]:
    """A-07: tables three and four all zero for so many years that chance does not explain it, one finding a stretch."""
    made: list[Row] = []
    for rule in rules("silent"):
        seen = _judged(_years(facts, reports, rule), rule)
        stretches: dict[int, list[str]] = {}
        for report_id, run in seen.filter(pl.col("silent")).select("report_id", "run").rows():
            stretches.setdefault(run, []).append(report_id)
        about = {"report": place(tuple((c, "left", cell(c)) for c in rule["cells"])) | {"item": None}}
        found = rows(rule, seen, everything, about, partial(_told, stretches))
        _fold(found, seen)
        made += found
    return made


def _told(stretches: dict[int, list[str]], f: Row) -> Row:
    stretch = stretches[f["run"]]
    first, last, years = f["year"] - f["years"] + 1, f["year"], f["years"]
    figures = {"span_zh": f"{first}年至{last}年连续 {years} 年" if years > 1 else f"{last}年"}
    figures |= {"span_en": f"in the {years} years {first} to {last}" if years > 1 else f"in {last}"}
    figures |= {"rate": f"{f['rate']:.1f}", "p": chance(f["p"]), "others": f["peers"] - 1}
    return {
        "figures": figures,
        "other_report_ids": stretch[: stretch.index(f["report_id"])],
        "compared": f"first={first};last={last}",
    }


def _fold(found: list[Row], seen: pl.DataFrame) -> None:
    """The last year of a stretch speaks for those before it."""
    run = dict(seen.select("report_id", "run").rows())
    last: dict[int, Row] = {}
    for r in found:
        if r["verdict"] == FAIL:
            last[run[r["report_id"]]] = r
    for r in found:
        above = last.get(run[r["report_id"]])
        if r["verdict"] == FAIL and above is not None and above is not r:
            r["folded_under"] = f"{r['rule']['id']}|{above['report_id']}|report"
