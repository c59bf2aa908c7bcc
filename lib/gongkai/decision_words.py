"""Decisions on findings as sentences, Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gongkai.form import declared_rows
from gongkai.words import word

Line = Mapping[str, Any]


def decision_name(code: str, lang: str) -> str:
    """A decision in words; one that is not declared stays as it is."""
    return next((r[lang] for r in declared_rows("decisions") if r["decision"] == code), code)


def _against(others: list[str], lang: str) -> str:
    named = [(text.partition(" ("), text) for text in others]
    return word("comma", lang).join(f"{decision_name(code, lang)} ({rest}" for (code, _, rest), _ in named)


def on_finding(finding: Line, lang: str) -> dict[str, Any] | None:
    """The decision on a finding as `state`, `line` and `notes`; None where there is none.

    A decision that is reopened has a note with the figures it was made on and those of now.
    """
    if not finding["decision"]:
        return None
    notes = []
    if finding["decision_state"] == "reopened":
        notes.append(word("decided_changed", lang, before=finding["decision_figures"], now=finding["figures"]))
    elif not finding["decision_figures"]:
        notes.append(word("decided_why_no_figures", lang))
    if finding["decision_against"]:
        notes.append(word("decided_against", lang, others=_against(finding["decision_against"], lang)))
    figures = {name: finding[f"decision_{name}"] for name in ("reason", "who", "date")}
    return {
        "state": finding["decision_state"],
        "line": word("decided_line", lang, decision=decision_name(finding["decision"], lang), **figures),
        "state_name": word(f"decided_{finding['decision_state']}", lang),
        "notes": notes,
    }


def in_ledger(row: Line, lang: str) -> dict[str, Any]:
    """A row of the reviews frame as `state`, `state_name`, `line` and `notes`: what became of it, and why."""
    notes = []
    if row["state"] == "reopened":
        notes.append(word("decided_changed", lang, before=row["figures"], now=row["figures_now"]))
    if row["why"]:
        notes.append(word(f"decided_why_{row['why']}", lang))
    if row["current_id"] and row["current_id"] != row["finding_id"]:
        notes.append(word("decided_now_id", lang, finding=row["current_id"]))
    decision = decision_name(row["decision"], lang)
    figures = {name: row[name] for name in ("reason", "who", "date")}
    return {
        "state": row["state"],
        "state_name": word(f"decided_{row['state']}", lang),
        "line": word("decided_line", lang, decision=decision, **figures),
        "notes": notes,
    }
