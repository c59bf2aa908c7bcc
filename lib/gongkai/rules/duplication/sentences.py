"""Masked sentences of all reports: the unit in which copied prose is found.

A sentence is masked by removing what differs between honest copies: its numbers, and the names by which a
report calls its own body and place. Equal masked sentences are found by joining their hashes; texts are
never compared all with all.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import polars as pl

from gongkai.cells import compact
from gongkai.rules.wording.agencies import split_name
from gongkai.rules.wording.text import pattern, sentences, tidy, without_furniture

# Shorter masked sentences say too little to be rated.
SHORTEST = 12
# Sentences of more than this share of the agencies are the common stock of such reports, given so many agencies.
# Fewer copies than this are no stock, whatever their share.
COMMON_SHARE, COMMON_FROM, FEWEST_COMMON = 0.05, 40, 10

_NUMBER = r"[0-9０-９]+(?:[.,．，][0-9]+)*[%％]?"
_NAME = "○"
_SCHEMA: dict[str, Any] = {
    "report_id": pl.String,
    "section": pl.String,
    "n": pl.Int64,
    "sentence": pl.String,
    "named": pl.String,
    "own": pl.Boolean,
}


@cache
def own_names(agency: str) -> tuple[str, ...]:
    """The names by which a body may call itself and its place, longest first."""
    name = compact(agency)
    places, function = split_name(name)
    found = {name, *places, function if len(function) > 2 else ""}
    found |= {p[:-1] for p in places if len(p) > 2}
    tails = ["".join(places[k:]) + function for k in range(len(places))]
    return tuple(sorted({f for f in (*found, *tails) if f}, key=lambda f: (-len(f), f)))


def _masked_names(sentence: str, names: tuple[str, ...]) -> str:
    for name in names:
        if name in sentence:
            sentence = sentence.replace(name, _NAME)
    return sentence


def _rows(frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Every sentence of the reports that count: report_id, section, n, sentence, named (own names masked), own."""
    primary = frames["reports"].filter("primary")
    agencies = dict(primary.select("report_id", "agency").iter_rows())
    rows: dict[str, list[Any]] = {name: [] for name in _SCHEMA}
    for report_id, section, text in frames["sections"].select("report_id", "section", "text").iter_rows():
        if report_id not in agencies or not text:
            continue
        names = own_names(agencies[report_id] or "")
        for n, sentence in enumerate(sentences(tidy(without_furniture(text)))):
            named = _masked_names(sentence, names)
            one = (report_id, section, n, sentence, named, named != sentence)
            for column, value in zip(rows.values(), one, strict=True):
                column.append(value)
    return pl.DataFrame(rows, schema=_SCHEMA)


def masked_sentences(frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """The sentences of the primary reports, in reading order.

    report_id, section, n, sentence, named; `masked` (numbers and own names out) and its hash `key`;
    `rated`: whether it counts when texts are compared, that is long enough without set phrases and not
    of the common stock; `agency`, `series` (the resolved agency where known) and `year` of the report.
    """
    reports = frames["reports"].select(
        "report_id", "agency", "year", pl.coalesce("agency_id", "agency").alias("series")
    )
    masked = pl.col("named").str.replace_all(pattern("own_word").pattern, _NAME).str.replace_all(_NUMBER, "0")
    rest = pl.col("masked").str.replace_all(pattern("boilerplate").pattern, "").str.len_chars()
    rows = (
        _rows(frames)
        .with_columns(masked.str.replace_all("[，、；：“”《》（）]", "").alias("masked"))
        .with_columns(pl.col("masked").hash(seed=0).alias("key"), rest.alias("rest"))
        .join(reports, on="report_id", how="left", maintain_order="left")
    )
    agencies = rows["series"].n_unique()
    spread = rows.group_by("key").agg(pl.col("series").n_unique().alias("spread"))
    common = (
        pl.col("spread") > max(COMMON_SHARE * agencies, FEWEST_COMMON) if agencies >= COMMON_FROM else pl.lit(False)
    )
    return (
        rows.join(spread, on="key", how="left", maintain_order="left")
        .with_columns(((pl.col("rest") >= SHORTEST) & ~common).alias("rated"))
        .drop("rest", "spread")
    )
