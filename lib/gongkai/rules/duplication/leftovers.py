"""D-05: what finding and replacing left behind: last year's date or another body's name in copied sentences."""

from __future__ import annotations

from typing import Any

import polars as pl

from gongkai.cells import compact
from gongkai.rules.declared import Rule, rules
from gongkai.rules.duplication.judged import Frames, Row, counted, plain, row
from gongkai.rules.duplication.pairs import with_year_before
from gongkai.rules.kinds import FAIL
from gongkai.rules.wording.agencies import OTHER, compare, split_name
from gongkai.rules.wording.judged import quote
from gongkai.rules.wording.others import other_bodies
from gongkai.rules.wording.stale import stale
from gongkai.rules.wording.text import Prose, all_prose, pattern


def _last_year_left(rows: pl.DataFrame, pairs: pl.DataFrame) -> list[dict[str, Any]]:
    """Sentences that began with last year's date in last year's report and still do, the rest being the same.

    Where the sentence comes twice, the other tells of this year and the two are a comparison.
    """
    # 2022年，… and 2022年度…, not 2022年开通的栏目, which stays true.
    told_of = pl.col("sentence").str.extract(r"^(20\d\d)年(?:度|全年)?(?:[，共我本全]|度)", 1).cast(pl.Int64)
    dated = told_of == pl.col("left_year")
    told = rows.filter("rated").with_columns(pl.len().over("report_id", "key").alias("times"))
    now = told.filter(pl.col("times") == 1).with_columns((pl.col("year") - 1).alias("left_year")).filter(dated)
    last = rows.filter("rated").with_columns(pl.col("year").alias("left_year")).filter(dated)
    both = now.join(pairs, on="report_id").join(
        last.select(pl.col("report_id").alias("before"), "key").unique(), on=["before", "key"], how="semi"
    )
    found = both.sort("report_id", "n").iter_rows(named=True)
    return [
        r | {"kind": "year", "name": f"{r['left_year']}年", "other": r["before"]}
        for r in found
        if not pattern("stale_doubt").search(r["sentence"]) and f"{r['year']}年" not in r["sentence"]
    ]


def _other_name_left(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Sentences with the name of another body that stand word for word in that body's own report."""
    long = rows.filter(pl.col("rated") & pl.col("agency").is_not_null())
    theirs = long.filter("own").select(
        "sentence", "year", pl.col("report_id").alias("other"), pl.col("agency").alias("name")
    )
    both = long.join(theirs, on=["sentence", "year"]).filter(pl.col("agency") != pl.col("name"))
    found = []
    for r in both.sort("report_id", "n", "other").iter_rows(named=True):
        name = compact(r["name"])
        # A place that both bodies belong to is no leftover of the other.
        names = [n for n in (name, *split_name(name)[0][-1:]) if n not in compact(r["agency"])]
        if compare(r["agency"], name) == OTHER and any(n in r["sentence"] for n in names):
            found.append(r | {"kind": "name"})
    return found


def _folds(frames: Frames, reports: list[str]) -> dict[tuple[str, str], str]:
    """(report_id, section) → the finding of N-15 or N-16 that says the same."""
    mine = {k: f.filter(pl.col("report_id").is_in(reports)) for k, f in frames.items() if k in {"reports", "sections"}}
    prose: list[Prose] = all_prose(mine, {"ids": {}, "parents": {}})
    by_id = {r["id"]: r for r in rules()}
    checks = [(by_id["N-15"], stale), (by_id["N-16"], other_bodies)]
    rows = [r for one in prose for rule, check in checks for r in check(rule, one) if r["verdict"] == FAIL]
    return {
        (r["report_id"], r["scope"].split(".")[0]): f"{r['rule']['id']}|{r['report_id']}|{r['scope']}" for r in rows
    }


def leftovers(rule: Rule, frames: Frames, rows: pl.DataFrame) -> list[Row]:
    """One verdict for each section and kind of leftover, or one for the report."""
    pairs = with_year_before(frames["reports"])
    every = [*_last_year_left(rows, pairs), *_other_name_left(rows)]
    first: dict[tuple[str, str], dict[str, Any]] = {}
    for r in every:
        first.setdefault((r["report_id"], f"{r['section']}.{r['kind']}"), r)
    folds = _folds(frames, sorted({report_id for report_id, _ in first}))
    places = dict(frames["sections"].select(pl.concat_str("report_id", "section"), "where").iter_rows())
    found: dict[str, list[Row]] = {}
    for (report_id, scope), r in first.items():
        figures = {"name": r["name"], "other": r["other"], "sentence": quote(r["sentence"], r["name"])}
        where = [places[report_id + r["section"]]]
        told: dict[str, Any] = {"other_report_ids": [r["other"]], "figures": figures, "where": where}
        one = row(rule, report_id, FAIL, scope, compared=f"{r['kind']}={r['name']}", **told)
        one["folded_under"] = folds.get((report_id, r["section"]))
        found.setdefault(report_id, []).append(one)
    years = frames["reports"].filter("primary").group_by("year").agg(pl.len().alias("n")).filter(pl.col("n") > 1)
    beside = set(frames["reports"].filter(pl.col("year").is_in(years["year"].drop_nulls().implode()))["report_id"])
    judged = (set(pairs["report_id"]) | beside) & set(rows["report_id"])
    return [
        r
        for report_id in counted(frames)
        for r in found.get(report_id) or [plain(rule, report_id, report_id in judged)]
    ]
