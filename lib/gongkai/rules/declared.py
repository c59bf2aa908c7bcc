"""The declared rules and causes, loaded and checked."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any

from gongkai.errors import GongkaiError
from gongkai.form import declared_rows, form

KINDS = {"balance", "domain", "condition", "identical", "localise", "reading", "follows"}
KINDS |= {"wording", "mention", "duplicate"}
KINDS |= {"claim", "breakdown", "percent", "denial", "told"}
KINDS |= {"rate", "history", "series", "hierarchy", "power", "due", "coverage"}
KINDS |= {"funnel", "limit", "ratio", "mix", "digits", "silent", "late"}

# The files of `declared/rules/`, in the order in which findings of equal severity are listed.
FAMILIES = (
    *("reading", "completeness", "proactive", "applications", "disputes", "wording", "narrative", "duplication"),
    *("years", "hierarchy", "coverage", "statistical", "causes"),
)

SEVERITIES = ("error", "warning", "info")
# How findings are counted and shown: what fails by its severity, what another reading explains apart.
GRADES = (*SEVERITIES, "explained")
_NEEDED = {"id", "kind", "editions", "title_zh", "title_en", "message_zh", "message_en", "source"}

Rule = dict[str, Any]


@cache
def _declared() -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {"rule": [], "cause": []}
    for family in FAMILIES:
        text = (resources.files("gongkai") / "declared" / "rules" / f"{family}.toml").read_text("utf-8")
        for name, entries in tomllib.loads(text).items():
            found[name] += entries
    for rule in found["rule"]:
        missing = _NEEDED - rule.keys()
        if missing or rule["kind"] not in KINDS:
            raise GongkaiError(f"declared/rules: {rule.get('id')} lacks {sorted(missing)} or has no known kind")
    if len({rule["id"] for rule in found["rule"]}) != len(found["rule"]):
        raise GongkaiError("declared/rules: an id is declared twice")
    return found


def rules(kind: str | None = None) -> list[Rule]:
    """The declared rules, of one kind or all."""
    return [rule for rule in _declared()["rule"] if kind in {None, rule["kind"]}]


@cache
def _sources() -> dict[str, dict[str, str]]:
    """What each rule rests on, by the rule's id, in both languages."""
    known = {row["zh"]: row for row in declared_rows("rule_sources")}
    if unknown := [rule["id"] for rule in rules() if rule["source"] not in known]:
        raise GongkaiError(f"declared/rule_sources.csv: the sources of {', '.join(unknown)} are not in it")
    return {rule["id"]: known[rule["source"]] for rule in rules()}


def source_of(rule: str, lang: str) -> str:
    """The notice, article or check that a rule rests on; nothing where there is no such rule."""
    return _sources()[rule][lang] if rule in _sources() else ""


def verdicts(rule: Rule) -> set[str]:
    """The verdicts that the rule can give."""
    if "verdicts" in rule:
        return set(rule["verdicts"])
    given = {"pass", "fail"}
    if rule["kind"] in {"balance", "condition"}:
        return given | {"explained", "not_assessable"}
    return given if rule["kind"] == "reading" and "na" not in rule else given | {"not_assessable"}


def causes() -> list[Rule]:
    """The declared causes RC-…"""
    return _declared()["cause"]


@cache
def readings() -> dict[str, dict[str, str]]:
    """The declared other readings by code: `zh` and `en`."""
    return {row["reading"]: row for row in declared_rows("readings")}


def severity(rule: Rule, grade: int = 0) -> str:
    """The rule's severity, or that of one of its grades."""
    return str(rule["grades"][grade][0] if "grades" in rule else rule["severity"])


def cells_of(table: str, operand: str, other: str, per: str) -> list[tuple[str, str, str]]:
    """The cells of `operand` in column (per column) or item (per item) `other`; a group gives its rows."""
    if per == "item":
        return [(table, other, operand)]
    known = form().items[table, operand]
    below = form().descendants(table, operand)
    codes = below if known.kind == "group" else [operand]
    return [(table, code, other) for code in codes]


def words(text: str) -> set[str]:
    """The lower-case names in a condition."""
    return set(re.findall(r"\b[a-z][a-z_]*\b", text))
