"""A body's prose against its own of the years before: D-01, D-03, D-04."""

from __future__ import annotations

from typing import Any

import polars as pl

from gongkai.rules.declared import Rule
from gongkai.rules.duplication.judged import Frames, Row, counted, percent, places, plain, quoted, row
from gongkai.rules.duplication.pairs import FEWEST, overlap, shared_with_year_before, with_year_before
from gongkai.rules.kinds import FAIL
from gongkai.rules.wording.text import pattern

# The sections that a body words itself.
_OWN = ["一", "五"]
# Texts that share fewer sentences are not compared further.
_FEWEST_SHARED = 2
_FEWEST_IN_SECTION = 3
_EQUAL = 0.95
# What a sentence on problems says beyond that there are some.
_SHORTEST_PROBLEM = 8


def _texts(rows: pl.DataFrame, reports: list[str]) -> dict[str, tuple[str, str]]:
    """report_id → its rated sentences masked and as printed, each as one text."""
    mine = rows.filter(pl.col("report_id").is_in(reports))
    joined = mine.group_by("report_id", maintain_order=True).agg(
        pl.col("masked").str.join("。"), pl.col("sentence").str.join("。")
    )
    return {report_id: (masked, printed) for report_id, masked, printed in joined.iter_rows()}


def copied_from_last_year(rule: Rule, frames: Frames, rows: pl.DataFrame) -> list[Row]:
    """D-01: how much of sections 一 and 五 is last year's, by 5-grams, with and without the numbers.

    Not judged without last year's report or where either has few rated sentences.
    """
    pairs = with_year_before(frames["reports"])
    rated = rows.filter(pl.col("rated") & pl.col("section").is_in(_OWN))
    one = rated.unique(["report_id", "key"], maintain_order=True)
    whole = shared_with_year_before(one.with_columns(pl.lit("own").alias("section")), pairs, "key")
    able = whole.filter((pl.col("size") >= FEWEST) & (pl.col("size_before") >= FEWEST))
    alike = able.filter(pl.col("shared") >= _FEWEST_SHARED)
    texts = _texts(one, [*alike["report_id"], *alike["before"]])
    found: dict[str, Row] = {}
    for report_id, before in alike.select("report_id", "before").iter_rows():
        (masked, printed), (their_masked, their_printed) = texts[report_id], texts[before]
        share, jaccard = overlap(masked, their_masked)
        grade = next((k for k, least in enumerate(rule["least"]) if share >= least), None)
        if grade is not None:
            exact, _ = overlap(printed, their_printed)
            figures = {"share": percent(share), "jaccard": percent(jaccard), "exact": percent(exact), "before": before}
            where = places(frames, report_id, _OWN) + places(frames, before, _OWN, other=True)
            told: dict[str, Any] = {"other_report_ids": [before], "figures": figures, "where": where}
            found[report_id] = row(rule, report_id, FAIL, grade=grade, compared=f"share={percent(share)}", **told)
    judged = set(able["report_id"])
    return [found.get(r) or plain(rule, r, r in judged) for r in counted(frames)]


def only_figures_differ(rule: Rule, frames: Frames, rows: pl.DataFrame) -> list[Row]:
    """D-03: a section in which nothing but years and numbers differs from last year's."""
    pairs = with_year_before(frames["reports"])
    mine = rows.filter(pl.col("section").is_in(_OWN) & (pl.col("masked").str.len_chars() > 1))
    enough = mine.filter("rated").group_by("report_id", "section").agg(pl.col("key").n_unique().alias("rated"))
    masked = shared_with_year_before(mine, pairs, "key").join(enough, on=["report_id", "section"])
    printed = shared_with_year_before(mine, pairs, "sentence").select(
        "report_id", "section", pl.col("shared").alias("exact"), pl.col("size").alias("printed")
    )
    judged = masked.join(printed, on=["report_id", "section"]).filter(pl.col("rated") >= _FEWEST_IN_SECTION)
    equal = pl.col("shared") >= _EQUAL * pl.max_horizontal("size", "size_before")
    found: dict[tuple[str, str], Row] = {}
    for r in judged.filter(pl.col("size_before") > 0).with_columns(equal.alias("equal")).iter_rows(named=True):
        report_id, section, before = r["report_id"], r["section"], r["before"]
        found[report_id, section] = plain(rule, report_id, True, section)
        if r["equal"]:
            same = r["exact"] == r["printed"]
            how = {"how_zh": "一字未改" if same else "只改了年份和数字"}
            how["how_en"] = "in nothing" if same else "in years and numbers only"
            where = places(frames, report_id, [section]) + places(frames, before, [section], other=True)
            told: dict[str, Any] = {
                "other_report_ids": [before],
                "where": where,
                "figures": how | {"section": section, "before": before},
            }
            found[report_id, section] = row(rule, report_id, FAIL, section, compared=f"same={same}", **told)
    return [found.get((r, s)) or plain(rule, r, False, s) for r in counted(frames) for s in _OWN]


def _problems(rows: pl.DataFrame) -> pl.DataFrame:
    """The sentences of section 五 that name a problem."""
    said = pl.col("masked").str.replace_all(pattern("problem_intro").pattern, "")
    said = said.str.replace_all(pattern("boilerplate").pattern, "").str.len_chars()
    mine = rows.filter((pl.col("section") == "五") & pl.col("sentence").str.contains(pattern("problem").pattern))
    return mine.filter(said >= _SHORTEST_PROBLEM).unique(["report_id", "key"], maintain_order=True)


def repeated_problems(rule: Rule, frames: Frames, rows: pl.DataFrame) -> list[Row]:
    """D-04: problems that section 五 names in the same words in this and the two years before."""
    one = with_year_before(frames["reports"])
    two = one.join(one.rename({"report_id": "before", "before": "earlier"}), on="before", maintain_order="left")
    problems = _problems(rows).select("report_id", "key", "sentence")
    had = set(problems["report_id"])
    again = (
        two.join(problems, on="report_id", maintain_order="left_right")
        .join(problems.select(pl.col("report_id").alias("before"), "key"), on=["before", "key"], how="semi")
        .join(problems.select(pl.col("report_id").alias("earlier"), "key"), on=["earlier", "key"], how="semi")
        .group_by("report_id", "before", "earlier", maintain_order=True)
        .agg("sentence")
    )
    found: dict[str, Row] = {}
    for report_id, before, earlier, said in again.iter_rows():
        where = places(frames, report_id, ["五"])
        where += [p for r in (before, earlier) for p in places(frames, r, ["五"], other=True)]
        told: dict[str, Any] = {
            "other_report_ids": [before, earlier],
            "where": where,
            "figures": {"n": len(said), "named": quoted(said)},
        }
        found[report_id] = row(rule, report_id, FAIL, compared=f"problems={len(said)}", **told)
    judged = {r for r, *years in two.iter_rows() if {r, *years} <= had}
    return [found.get(r) or plain(rule, r, r in judged) for r in counted(frames)]
