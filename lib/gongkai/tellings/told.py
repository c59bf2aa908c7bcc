"""What is told: sentences, and the small pieces that several of them are made of."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from gongkai.words import number, word

Row = dict[str, Any]

# At a false discovery rate of 5 % a difference is called beyond chance.
FALSE = 0.05
# As many examples are named in a sentence.
NAMED = 3


@dataclass(frozen=True, repr=False)
class Told:
    """Sentences read off a result: a list in a notebook, lines elsewhere."""

    lines: tuple[str, ...]

    def _repr_html_(self) -> str:
        return '<ul class="told">' + "".join(f"<li>{html.escape(line)}</li>" for line in self.lines) + "</ul>"

    def __repr__(self) -> str:
        return "\n".join(self.lines)


def told(*lines: str | None) -> Told:
    """The sentences there are."""
    return Told(tuple(line.strip() for line in lines if line))


def say(key: str, lang: str, **figures: Any) -> str:
    """The sentence `tell_key`; whole numbers are written with their thousands."""
    shown = {k: number(v, lang) if isinstance(v, int) else v for k, v in figures.items()}
    return word(f"tell_{key}", lang, **shown)


def counted(key: str, lang: str, tested: pl.DataFrame, beyond: pl.DataFrame, up: pl.Expr) -> str:
    """How many of the `tested` rows went `beyond` chance, `up` or down, as the sentence `tell_key`."""
    rose = beyond.filter(up).height
    return say(
        key,
        lang,
        n=tested.height,
        beyond=beyond.height,
        up=rose,
        down=beyond.height - rose,
        within=tested.height - beyond.height,
    )


def joined(parts: Iterable[str], lang: str) -> str:
    return word("tell_semicolon", lang).join(parts)


def points(share: float) -> str:
    """0.104 → +10.4, in percentage points."""
    return f"{100 * share:+.1f}".replace("-", "−")


def step_of(ratio: float | None, lang: str) -> str:
    """A ratio as a change: 1.004 → +0.4%; none where the year before had 0."""
    return word("tell_from_none", lang) if ratio is None else f"{100 * (ratio - 1):+.1f}%".replace("-", "−")


def of(row: Row, lang: str) -> str:
    """Whose and when: 宿迁市人民政府 2024 年."""
    return say("of", lang, agency=row["agency"], year=str(row["year"]))


def amounts(pairs: Iterable[tuple[str, int]], lang: str) -> str:
    """确定 20、存疑 1: each name with its count, those of 0 left out."""
    kept = [say("amount", lang, name=name, n=n) for name, n in pairs if n]
    return word("comma", lang).join(kept) or word("tell_none", lang)


def reasons(pairs: Iterable[tuple[str, int]], lang: str) -> str:
    """分母不足 30（6）、分母为 0（2）: as `amounts`, for names that end in a figure."""
    return word("comma", lang).join(say("reason", lang, name=name, n=n) for name, n in pairs if n)


def tally(frame: pl.DataFrame, column: str) -> dict[Any, int]:
    """How many rows have each value."""
    return dict(frame.group_by(column).len().rows())
