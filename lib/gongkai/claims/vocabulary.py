"""The declared words by which prose is read (`declared/claim_words.csv`)."""

from __future__ import annotations

import re
from functools import cache

from gongkai.form import declared_rows


@cache
def alternatives(name: str) -> str:
    """The patterns of a declared list as one, without groups."""
    found = [row["pattern"] for row in declared_rows("claim_words") if row["list"] == name]
    return f"(?:{'|'.join(found)})"


@cache
def pattern(name: str) -> re.Pattern[str]:
    """The patterns of a declared list, compiled."""
    return re.compile(alternatives(name))
