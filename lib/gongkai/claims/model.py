"""One figure of the prose and what it says."""

from __future__ import annotations

from typing import NamedTuple


class Claim(NamedTuple):
    """A claim; see form.md, Claims, and the data dictionary for what the fields mean."""

    section: str
    kind: str
    table: str | None
    item: str | None
    column: str | None
    low: float
    high: float
    unit: str
    base: str | None
    scope: str | None
    sentence: str
    where: str
    n: int
    term: str | None
    printed: str
    decimals: int
    denial: bool = False
    year: int | None = None
    of: int | None = None
    group: int | None = None
    role: str | None = None
