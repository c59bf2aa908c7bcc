"""The one table that all lists are: at most so many rows, and a line that says how many there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from gongkai.show import Html, fill
from gongkai.tellings.told import points
from gongkai.words import chance, number, word

Row = dict[str, Any]
Cells = Callable[[Row], Sequence[Any]]

# More rows than this are read by nobody, and make a notebook slow.
MOST = 40
NOTHING = "—"


def table(
    found: pl.DataFrame, head: Sequence[str], cells: Cells, lang: str, most: int = MOST, largest: str = ""
) -> Html:
    """The first `most` rows of a frame under the names of `head`, each as what `cells` makes of it.

    `largest`: where there are more, those that are largest in this column.
    """
    if largest and found.height > most:
        found = found.sort(largest, descending=True, nulls_last=True, maintain_order=True)
    rows = [[str(cell) for cell in cells(row)] for row in found.head(most).iter_rows(named=True)]
    figures = {"shown": number(len(rows), lang), "n": number(found.height, lang)}
    cut = word("tell_cut_largest" if largest else "tell_cut", lang, **figures) if found.height > most else ""
    return Html(fill("lists.html", lang, head=head, rows=rows, cut=cut))


def names(keys: Sequence[str], lang: str) -> list[str]:
    """The words of these keys, which head the columns."""
    return [word(key, lang) for key in keys]


def points_of(share: float | None) -> str:
    """A change of a share in percentage points."""
    return NOTHING if share is None else points(share)


def decimals(value: float | None, digits: int = 3) -> str:
    return NOTHING if value is None else f"{value:.{digits}f}".replace("-", "−")


def sure(p: float | None) -> str:
    """A p or q."""
    return NOTHING if p is None else chance(p).removeprefix("= ")
