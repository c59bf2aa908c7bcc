"""The chosen figures as a table that can be sorted and filtered, and as CSV."""

from __future__ import annotations

from typing import Any

import polars as pl

from gongkai.explore.chosen import SCHEMA, STATES, quantities
from gongkai.store import csv_bytes
from gongkai.words import word

# So many rows a browser sorts and filters without a pause.
MOST_ROWS = 1000

# The columns of the table and the words above them.
_HEADINGS = {
    "agency": "agency",
    "year": "year",
    "quantity": "indicator",
    "value": "explore_figure",
    "state": "explore_remark",
    "low": "explore_low",
    "high": "explore_high",
    "k": "explore_k",
    "n": "explore_n",
}


def nothing() -> pl.DataFrame:
    """A frame of figures without rows."""
    return pl.DataFrame(schema=SCHEMA)


def rows(found: pl.DataFrame, lang: str) -> pl.DataFrame:
    """The first figures under headings in `lang`; shares and their intervals in per cent, null where there is none."""
    names = {q.code: q.label(lang) for q in quantities().values()}
    remarks = {s: word(f"explore_{s.replace(' ', '_')}", lang) for s in STATES if s != "figure"}
    in_percent = pl.when(pl.col("n").is_null()).then(pl.col("value", "low", "high"))
    shown = found.head(MOST_ROWS).with_columns(
        in_percent.otherwise((pl.col("value", "low", "high") * 100).round(1)),
        pl.col("quantity").replace_strict(names, return_dtype=pl.String),
        pl.col("state").replace_strict(remarks, default="", return_dtype=pl.String),
    )
    return shown.select(pl.col(c).alias(word(key, lang)) for c, key in _HEADINGS.items())


def counted(found: pl.DataFrame, lang: str) -> str:
    """How many rows there are, and whether the table holds only the first."""
    key = "explore_first_rows" if found.height > MOST_ROWS else "explore_rows"
    return word(key, lang, n=found.height, shown=MOST_ROWS)


def options(lang: str) -> dict[str, Any]:
    """What the table widget needs: its words in `lang`, rows that can be picked, no limit but `MOST_ROWS`."""
    words = {
        "search": word("explore_search", lang),
        "zeroRecords": word("explore_no_row", lang),
        "emptyTable": word("explore_no_row", lang),
        "info": word("explore_info", lang),
        "infoFiltered": word("explore_info_filtered", lang),
        "infoEmpty": word("explore_info_empty", lang),
    }
    layout = {"topStart": "search", "topEnd": None, "bottomStart": "info", "bottomEnd": "paging"}
    plain = {"showIndex": False, "show_dtypes": False, "format_floats_in_python": False, "maxBytes": 0}
    sorting: dict[str, Any] = {"order": [], "text_in_header_can_be_selected": False}
    return {"language": words, "layout": layout, "select": "single", **sorting, **plain}


def csv(found: pl.DataFrame) -> bytes:
    """All figures as CSV: the columns of `figures` with the names of the quantities; shares from 0 to 1."""
    names = [(q.code, q.zh, q.en, None if q.share else q.unit) for q in quantities().values()]
    named = pl.DataFrame(names, schema=["quantity", "name_zh", "name_en", "unit"], orient="row")
    return csv_bytes(found.join(named, on="quantity", how="left", maintain_order="left"))
