"""D-02: the prose of different bodies' reports of one year."""

from __future__ import annotations

from typing import Any

import polars as pl

from gongkai.cells import compact
from gongkai.rules.declared import Rule
from gongkai.rules.duplication.judged import Frames, Row, counted, percent, places, plain, quoted, row
from gongkai.rules.duplication.pairs import FEWEST, near_duplicates, sizes
from gongkai.rules.kinds import EXPLAINED, FAIL


def _one_house(a: str | None, b: str | None) -> bool:
    """Whether the two are a body and its own office (某政府, 某政府办公室), which publish one report."""
    short, long = sorted((compact(a or ""), compact(b or "")), key=len)
    return bool(short) and long.startswith(short)


def _shared(rows: pl.DataFrame, a: str, b: str) -> pl.DataFrame:
    """The sentences of `b` that `a` has too, the longest first."""
    keys = rows.filter((pl.col("report_id") == a) & pl.col("rated"))["key"]
    mine = rows.filter((pl.col("report_id") == b) & pl.col("key").is_in(keys.implode())).unique(
        "key", maintain_order=True
    )
    return mine.sort(pl.col("sentence").str.len_chars(), "n", descending=[True, False], maintain_order=True)


def copied_from_others(rule: Rule, frames: Frames, rows: pl.DataFrame) -> list[Row]:
    """Near-duplicates, reported once: at the later report_id, with the others it is like.

    The earlier one of a pair has no verdict of its own. Which of them was written first is not known.
    """
    pairs = near_duplicates(rows)
    agencies = dict(frames["reports"].select("report_id", "agency").iter_rows())
    mine = dict(
        rows.filter(pl.col("report_id").is_in([*pairs["a"], *pairs["b"]])).partition_by("report_id", as_dict=True)
    )
    found: dict[str, Row] = {}
    for (report_id,), like in pairs.sort("b", "share", "a", descending=[False, True, False]).group_by(
        "b", maintain_order=True
    ):
        others = like["a"].to_list()
        best = like.row(0, named=True)
        same = [_one_house(agencies[str(report_id)], agencies[o]) for o in others]
        shared = _shared(pl.concat([mine[(report_id,)], mine[(others[0],)]]), others[0], str(report_id))
        sections = shared["section"].unique(maintain_order=True).to_list()
        figures = {k: best[k] for k in ("shared", "size")} | {"share": percent(best["share"])}
        figures |= {"others": "、".join(others), "named": quoted(shared["sentence"].to_list())}
        where = places(frames, str(report_id), sections) + places(frames, others[0], sections, other=True)
        told: dict[str, Any] = {"other_report_ids": others, "figures": figures, "where": where}
        told["compared"] = f"like={','.join(others)};shared={best['shared']}"
        given = EXPLAINED if all(same) else FAIL
        found[str(report_id)] = row(rule, str(report_id), given, reading="same_house" if all(same) else None, **told)
    earlier = set(pairs["a"]) - set(found)
    size = dict(sizes(rows.filter("rated").unique(["report_id", "key"])).iter_rows())
    able = [r for r, n in size.items() if n >= FEWEST]
    years = frames["reports"].filter(pl.col("report_id").is_in(able)).group_by("year").agg(pl.len().alias("n"))
    several = set(years.filter(pl.col("n") > 1)["year"].drop_nulls())
    year = dict(frames["reports"].select("report_id", "year").iter_rows())
    judged = {r for r in able if year[r] in several}
    return [found.get(r) or plain(rule, r, r in judged) for r in counted(frames) if r not in earlier]
