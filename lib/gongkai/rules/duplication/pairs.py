"""Pairs of reports that share masked sentences: of one body in two years, or of two bodies in one year."""

from __future__ import annotations

import polars as pl

# A text of fewer rated sentences is too short to be called a copy.
FEWEST = 8
# A sentence of more reports is held against the first of them only: pairs grow with the square.
_LARGEST_GROUP = 20
# Two bodies' reports are near-duplicates from this share of the shorter one's rated sentences.
NEAR, FEWEST_SHARED = 0.5, 6
# Of section 五 alone: nearly all of it, and enough to be no coincidence.
_NEAR_SECTION = (0.8, 3, 3)
_GRAM = 5


def sizes(units: pl.DataFrame) -> pl.DataFrame:
    """report_id, size: different rated sentences of each report."""
    return units.group_by("report_id", maintain_order=True).agg(pl.len().alias("size"))


def near_duplicates(rows: pl.DataFrame) -> pl.DataFrame:
    """Pairs of different bodies' reports of one year that share much of their prose, or of section 五.

    `rows`: masked sentences. a < b (report_id), shared (sentences), size (of the shorter), share.
    """
    problems = rows.filter(pl.col("section") == "五")
    every = [_pairs(rows, NEAR, FEWEST, FEWEST_SHARED), _pairs(problems, *_NEAR_SECTION), _same_section(problems)]
    return pl.concat(every).unique(["a", "b"], keep="first", maintain_order=True).sort("b", "a")


def _same_section(rows: pl.DataFrame) -> pl.DataFrame:
    """The pairs whose section is the same sentence by sentence, however often each of its sentences is met."""
    known = rows.filter(pl.col("year").is_not_null() & pl.col("series").is_not_null())
    whole = (
        known.sort("report_id", "n")
        .group_by("report_id", "year", "series", maintain_order=True)
        .agg(pl.col("key"), pl.len().alias("size"), pl.col("rated").sum().alias("rated"))
        .filter((pl.col("size") >= _NEAR_SECTION[1]) & (pl.col("rated") > 0))
        .with_columns(pl.col("key").cast(pl.List(pl.String)).list.join(" ").alias("text"))
    )
    firsts = whole.unique(["year", "text"], keep="first", maintain_order=True)
    both = firsts.join(whole, on=["year", "text"], suffix="_b").filter(
        (pl.col("report_id") < pl.col("report_id_b")) & (pl.col("series") != pl.col("series_b"))
    )
    n = pl.col("size").cast(pl.UInt32)
    return both.select(
        pl.col("report_id").alias("a"),
        pl.col("report_id_b").alias("b"),
        n.alias("shared"),
        n.alias("size_a"),
        n.alias("size_b"),
        n.alias("size"),
        pl.lit(1.0).alias("share"),
    )


def _pairs(rows: pl.DataFrame, near: float, fewest: int, fewest_shared: int) -> pl.DataFrame:
    """The pairs that share at least `fewest_shared` rated sentences and `near` of the shorter one's."""
    units = rows.filter(pl.col("rated") & pl.col("year").is_not_null() & pl.col("series").is_not_null())
    units = units.unique(["report_id", "key"], maintain_order=True).select("report_id", "year", "series", "key")
    size = sizes(units)
    units = units.with_columns(pl.len().over("year", "key").alias("held")).filter(pl.col("held") > 1)
    small = units.filter(pl.col("held") <= _LARGEST_GROUP)
    firsts = units.filter(pl.col("held") > _LARGEST_GROUP).sort("report_id").unique(["year", "key"], keep="first")
    on = ["year", "key"]
    pairs = pl.concat([small.join(small, on=on, suffix="_b"), firsts.join(units, on=on, suffix="_b")])
    return (
        pairs.filter((pl.col("report_id") < pl.col("report_id_b")) & (pl.col("series") != pl.col("series_b")))
        .group_by(pl.col("report_id").alias("a"), pl.col("report_id_b").alias("b"))
        .agg(pl.len().alias("shared"))
        .filter(pl.col("shared") >= fewest_shared)
        .join(size.rename({"report_id": "a", "size": "size_a"}), on="a")
        .join(size.rename({"report_id": "b", "size": "size_b"}), on="b")
        .with_columns(pl.min_horizontal("size_a", "size_b").alias("size"))
        .with_columns((pl.col("shared") / pl.col("size")).alias("share"))
        .filter((pl.col("share") >= near) & (pl.col("size") >= fewest))
        .sort("b", "a")
    )


def with_year_before(reports: pl.DataFrame) -> pl.DataFrame:
    """report_id, before: each report that counts and the one of the same body for the year before."""
    mine = reports.filter("primary").select("report_id", "year", pl.coalesce("agency_id", "agency").alias("series"))
    mine = mine.drop_nulls().sort("report_id").unique(["series", "year"], keep="first", maintain_order=True)
    last = mine.select(pl.col("report_id").alias("before"), pl.col("year") + 1, "series")
    return mine.join(last, on=["series", "year"], maintain_order="left").select("report_id", "before")


def shared_with_year_before(rows: pl.DataFrame, pairs: pl.DataFrame, column: str) -> pl.DataFrame:
    """Of each section: how many different sentences it has, last year's has, and both have, told by `column`.

    report_id, before, section, size, size_before, shared.
    """
    units = rows.unique(["report_id", "section", column], maintain_order=True).select("report_id", "section", column)
    count = units.group_by("report_id", "section").agg(pl.len().alias("size"))
    mine = pairs.join(units, on="report_id")
    last = units.rename({"report_id": "before"})
    both = mine.join(last, on=["before", "section", column], how="semi")
    return (
        pairs.join(count, on="report_id")
        .join(count.rename({"report_id": "before", "size": "size_before"}), on=["before", "section"], how="left")
        .join(
            both.group_by("report_id", "section").agg(pl.len().alias("shared")), on=["report_id", "section"], how="left"
        )
        .with_columns(pl.col("size_before", "shared").fill_null(0))
        .sort("report_id", "section")
    )


def _grams(text: str) -> set[str]:
    return {text[k : k + _GRAM] for k in range(len(text) - _GRAM + 1)}


def overlap(text: str, other: str) -> tuple[float, float]:
    """Containment of the text's 5-grams in the other's, and the Jaccard index of the two sets."""
    mine, theirs = _grams(text), _grams(other)
    both = len(mine & theirs)
    return both / max(len(mine), 1), both / max(len(mine) + len(theirs) - both, 1)
