"""The prose of a report as the rules on wording see it, and the declared word lists (`declared/wordings.csv`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import polars as pl

from gongkai.cells import compact
from gongkai.form import declared_rows

# Full-width digits and letters as ASCII, punctuation as Chinese prose has it, odd blanks and invisible characters gone.
_TIDY = str.maketrans(
    {c: chr(c - 0xFEE0) for c in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), 0xFF05)}
    | dict(zip(map(ord, ";:!?()"), "；：！？（）", strict=True))
    | dict.fromkeys([0x3000, 0xA0, 0x2007, 0x202F], " ")
    | dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD])
)
_COMMA = re.compile(r"(?<![0-9]),|,(?![0-9]{3})")
_ENDS = re.compile(r"[。！？；\n]+")
_MARKS = re.compile(
    r"^(?:#+|\*+|[（(]?[一二三四五六七八九十]{1,2}[)）、.．]|[（(]?[0-9]{1,2}[)）、.．](?![0-9])|[①-⑳]|"
    r"[一二三四五六七八九十]是[，,：:]?|第[一二三四五六七八九十][，,])+"
)


@cache
def pattern(name: str) -> re.Pattern[str]:
    """The words of a declared list as one pattern."""
    found = [row["pattern"] for row in declared_rows("wordings") if row["list"] == name]
    # A list with groups of its own is used entry by entry: see `entries`.
    return re.compile("|".join(found))


@cache
def entries(name: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The entries of a declared list, each with its note."""
    rows = [row for row in declared_rows("wordings") if row["list"] == name]
    return tuple((re.compile(row["pattern"]), row["note"]) for row in rows)


def tidy(text: str) -> str:
    """Prose without blanks and with Chinese punctuation, its lines kept; a comma within a number stays."""
    lines = text.translate(_TIDY).split("\n")
    return _COMMA.sub("，", "\n".join(["".join(line.split()) for line in lines]))


def without_furniture(text: str) -> str:
    """The prose up to the foot of the page around the report (主办单位, ICP备, links)."""
    lines = text.split("\n")
    end = next((k for k, line in enumerate(lines) if pattern("furniture").search(line)), len(lines))
    return "\n".join(lines[:end])


def sentences(text: str) -> list[str]:
    """The sentences of a tidy text without list marks and the full stop."""
    found = [_MARKS.sub("", part) for part in _ENDS.split(text)]
    return [s for s in found if s]


@dataclass(frozen=True)
class Prose:
    """A report, and by section its prose (tidy, page furniture gone) and its place.

    `context`: what checks need besides, looked up once for all reports.
    """

    report: dict[str, Any]
    sections: dict[str, str]
    where: dict[str, str]
    cuts: dict[str, int]
    context: dict[str, Any]

    def text(self, sections: str = "一二三四五六") -> str:
        """The prose of these sections as one line."""
        return "。".join(self.sections[s].replace("\n", "") for s in sections if s in self.sections)

    @cached_property
    def paragraphs(self) -> list[tuple[str, list[str]]]:
        """(section, the sentences of one of its paragraphs), in order."""
        lines = [(s, sentences(line)) for s, text in self.sections.items() for line in text.split("\n")]
        return [(section, found) for section, found in lines if found]


def all_prose(frames: dict[str, pl.DataFrame], context: dict[str, Any]) -> list[Prose]:
    """The prose of every report, in the order of the reports frame."""
    by_report: dict[str, list[dict[str, Any]]] = {}
    for row in frames["sections"].iter_rows(named=True):
        by_report.setdefault(row["report_id"], []).append(row)
    found = []
    for report in frames["reports"].iter_rows(named=True):
        texts: dict[str, str] = {}
        where: dict[str, str] = {}
        cuts: dict[str, int] = {}
        for row in by_report.get(report["report_id"], ()):
            section, text = row["section"], tidy(without_furniture(row["text"]))
            texts[section] = f"{texts[section]}\n{text}".strip() if section in texts else text
            where.setdefault(section, row["where"])
            cuts[section] = cuts.get(section, 0) + row["cuts"]
        found.append(Prose(report, texts, where, cuts, context))
    return found


def body_kind(report: dict[str, Any]) -> str | None:
    """government, department or office by agencies.csv or the ending of the name; None if unknown."""
    if report.get("kind"):
        return str(report["kind"])
    name = compact(report["agency"] or "")
    if re.search(rf"(?:{pattern('government_ending').pattern})$", name):
        return "government"
    return "department" if re.search(rf"(?:{pattern('department_ending').pattern})$", name) else None
