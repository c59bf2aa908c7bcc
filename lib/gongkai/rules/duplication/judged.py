"""A verdict on copied prose as a row for the findings frame, with the sentences that are shared."""

from __future__ import annotations

from typing import Any

import polars as pl

from gongkai.rules.declared import Rule, severity
from gongkai.rules.kinds import NOT_ASSESSABLE, PASS

Row = dict[str, Any]
Frames = dict[str, pl.DataFrame]

# Sentences quoted in a message, and how much of each.
_MOST_QUOTED, _LONGEST = 5, 40


def counted(frames: Frames) -> list[str]:
    """The reports that count, in order; those of which only facts were read have no prose to judge."""
    return frames["reports"].filter("primary")["report_id"].to_list()


def row(rule: Rule, report_id: str, verdict: str, scope: str = "report", grade: int = 0, **more: Any) -> Row:
    base = {"rule": rule, "report_id": report_id, "scope": scope, "table": None, "verdict": verdict}
    return base | {"severity": severity(rule, grade), "where": [], "figures": {}} | more


def plain(rule: Rule, report_id: str, judged: bool, scope: str = "report") -> Row:
    """A verdict without a finding: holds, or cannot be judged."""
    return row(rule, report_id, PASS if judged else NOT_ASSESSABLE, scope)


def quoted(sentences: list[str]) -> str:
    """Up to five sentences for a message."""
    kept = [s if len(s) <= _LONGEST else s[:_LONGEST] + "……" for s in sentences[:_MOST_QUOTED]]
    return "；".join(f"“{s}”" for s in kept)


def places(frames: Frames, report_id: str, sections: list[str], other: bool = False) -> list[str]:
    """Where the sections begin; those of another report with its id before them."""
    mine = frames["sections"].filter((pl.col("report_id") == report_id) & pl.col("section").is_in(sections))
    return [f"{report_id}: {w}" if other else w for w in mine["where"].unique(maintain_order=True)]


def percent(share: float) -> str:
    return f"{100 * share:.0f}"
