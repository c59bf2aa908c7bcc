"""A finding in words, Chinese and English, with its figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gongkai.form import form
from gongkai.rules.declared import Rule, causes, readings
from gongkai.rules.kinds import EXPLAINED, FAIL, NOT_ASSESSABLE
from gongkai.words import fill

BLANK_AS_ZERO = "blank_as_zero"

_EXPLAINED = {
    "zh": "{title}：照印不成立，换一种读法成立：{reading}。{sides}",
    "en": "{title}: not true as printed, true if {reading}. {sides}",
}
_NOT_ASSESSABLE = {
    "cells": {
        "zh": "{title}：有格子空白、读不出或未印，无法判断。",
        "en": "{title}: cannot be judged, cells are blank, unreadable or not printed.",
    },
    "lacking": {
        "zh": "{title}：缺少判断所需的内容，无法判断。",
        "en": "{title}: cannot be judged, what it rests on is not there.",
    },
    "condensed": {
        "zh": "{title}：本报告的叙述是缩写，不据以判断。",
        "en": "{title}: not judged, as the prose of this report is condensed.",
    },
}
# The kinds of rule that compute on cells and nothing else.
_ON_CELLS = {"balance", "domain", "condition", "identical", "localise"}
_PASS = {"zh": "{title}：符合。", "en": "{title}: holds."}
_DOUBT = {
    "zh": "（本表读数存疑）",
    "en": " (the reading of this table is in doubt)",
}
_QUESTION = {"zh": "请机关核对。", "en": " A question to the agency, not a verdict."}
_SEVERAL = {"zh": "可能原因不止一个：{causes}。", "en": " More than one cause is possible: {causes}."}
_CAUSE = {"zh": "可能的原因：{causes}。", "en": " Possible cause: {causes}."}
_IN_COLUMNS = {"zh": "，{n}/{all} 列如此", "en": ", so in {n} of {all} columns"}
_REPAIR = {"zh": "若如此，{cell}应为 {value}。", "en": " If so, {cell} would be {value}."}
_LOCALISED = {
    "zh": "可能只错“{cell}”一格，改为 {value} 则平。",
    "en": " Probably the one cell “{cell}” is wrong; {value} would balance.",
}
# The fewest cells whose change balances the table: one way, a few, more than are listed.
_ONLY = {
    "zh": "要全部平衡至少须改 {size} 格，只有一种改法：{ways}。",
    "en": " At least {size} cell(s) would have to change for every sum to hold, in one way only: {ways}.",
}
_WAYS = {
    "zh": "要全部平衡至少须改 {size} 格，改法有{n}种，是哪一种未能证明：{ways}。",
    "en": " At least {size} cell(s) would have to change for every sum to hold, in {n} ways, none proven: {ways}.",
}
_MANY = {
    "zh": "要全部平衡至少须改 {size} 格，改法有{n}种，是哪一种未能证明。",
    "en": " At least {size} cell(s) would have to change for every sum to hold, in {n} ways, none proven.",
}
_BY_TOTAL = {"zh": "以各项为准，{cell}应为 {value}。", "en": " By the parts, {cell} would be {value}."}
_MORE = {"zh": "多", "en": "many"}
_FEW_WAYS, _FEW_CELLS = 3, 4
_OPEN = {"zh": "（数值未定）", "en": " (open)"}


def figure(value: Any) -> str:
    """A number as people write it: 55 and not 55.0, 0.1 and not 0.1000000001."""
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else f"{round(value, 6)}"
    return "" if value is None else str(value)


def _names(finding: Mapping[str, Any], lang: str) -> dict[str, str]:
    table, item, column = finding.get("table"), finding.get("item"), finding.get("column")
    names: dict[str, str] = {}
    if table:
        known = form().tables[table]
        names[f"table_{lang}"] = known[lang]
        names[f"item_{lang}"] = form().name(table, item, lang) if item else ""
        names[f"column_{lang}"] = form().name(table, column, lang) if column else ""
        names[f"cell_{lang}"] = form().cell_name(table, item, column, lang)
    if "=" in str(finding.get("scope")) and table:
        names[f"other_{lang}"] = form().name(table, str(finding["scope"]).split("=")[1], lang)
    if "tables" in finding:
        joiner = "、" if lang == "zh" else "; "
        names[f"tables_{lang}"] = joiner.join(form().tables[t][lang] for t in finding["tables"])
    return names


def _change(text: str, lang: str) -> str:
    """`table.item.column=value` in words."""
    cell, value = text.split("=")
    table, item, column = cell.split(".")
    shown = form().cell_name(table, item, column, lang)
    return shown + (_OPEN[lang] if value == "?" else f" = {value}")


def _repairs_text(finding: Mapping[str, Any], lang: str, named: bool) -> str:
    """The smallest repairs, how many there are and that more than one proves none. `named`: a cause is named."""
    size, sets = finding.get("edits"), list(finding.get("repairs", ()))
    if not size or (len(sets) == 1 and (size == 1 or named or size > _FEW_CELLS)):
        return ""
    n = (str(len(sets)) if lang == "en" else f" {len(sets)} ") if sets else _MORE[lang]
    if not sets or named or (size > 1 and len(sets) > _FEW_WAYS) or size > _FEW_CELLS:
        return _MANY[lang].format(size=size, n=n)
    joiner = ("，", "；或 ") if lang == "zh" else (", ", "; or ")
    ways = joiner[1].join(joiner[0].join(_change(c, lang) for c in one.split(" + ")) for one in sets)
    return (_ONLY if len(sets) == 1 else _WAYS)[lang].format(size=size, n=n, ways=ways)


def _named(ids: list[str], finding: Mapping[str, Any], lang: str) -> str:
    """The causes with their arithmetic and how many columns they hold in."""
    known = {c["id"]: c[lang] for c in causes()}
    text = ("；" if lang == "zh" else "; ").join(f"{i} {known[i]}" for i in ids)
    if finding.get("arithmetic"):
        text += f"{'：' if lang == 'zh' else ': '}{finding['arithmetic']}"
    if finding.get("in_columns"):
        text += _IN_COLUMNS[lang].format(n=finding["in_columns"][0], all=finding["in_columns"][1])
    return (_CAUSE if len(ids) == 1 else _SEVERAL)[lang].format(causes=text)


def _cause_text(rule: Rule, finding: Mapping[str, Any], lang: str) -> str:
    """The cause in figures, the repair it would mean, and the smallest repairs where none is proven; or nothing."""
    if not finding.get("cause"):
        return ""
    kinds = {c["id"]: c["kind"] for c in causes()}
    ids = str(finding["cause"]).split("/")
    named = kinds.get(ids[0], "smallest") != "smallest"
    text = _named(ids, finding, lang) if named else ""
    if finding.get("repair_cell") and rule["id"] != finding["cause"]:
        table, item, column = str(finding["repair_cell"]).split(".")
        alone = finding.get("edits", 1) == 1 and len(finding.get("repairs", ())) < 2
        sentence = _REPAIR if named else _LOCALISED if alone else _BY_TOTAL if table == "disputes" else None
        if sentence:
            cell, value = form().cell_name(table, item, column, lang), figure(finding["repair"])
            text += sentence[lang].format(cell=cell, value=value)
    return text + _repairs_text(finding, lang, named)


def message(rule: Rule, finding: Mapping[str, Any], lang: str) -> str:
    """The sentence a person reads. `finding` has verdict, table, item, column, sides and `figures`."""
    title = rule[f"title_{lang}"]
    if finding["verdict"] == NOT_ASSESSABLE:
        if f"not_assessable_{lang}" in rule and not finding.get("condensed"):
            return str(rule[f"not_assessable_{lang}"])
        why = "condensed" if finding.get("condensed") else "cells" if rule["kind"] in _ON_CELLS else "lacking"
        return _NOT_ASSESSABLE[why][lang].format(title=title)
    if finding["verdict"] == EXPLAINED:
        sides = ""
        if finding.get("left") is not None and finding.get("right") is not None:
            sign = " = " if finding["left"] == finding["right"] else "，" if lang == "zh" else ", "
            sides = f"{figure(finding['left'])}{sign}{figure(finding['right'])}"
        reading = readings()[str(finding["reading"])][lang]
        if f"explained_{lang}" in rule:
            told = {k: figure(v) for k, v in finding.get("figures", {}).items()} | _names(finding, lang)
            told |= {"left": figure(finding.get("left")), "right": figure(finding.get("right"))}
            return fill(rule[f"explained_{lang}"], **(told | {"reading": reading}))
        return _EXPLAINED[lang].format(title=title, reading=reading, sides=sides).strip()
    if finding["verdict"] != FAIL:
        if f"pass_{lang}" in rule:
            told = {k: figure(v) for k, v in finding.get("figures", {}).items()}
            return fill(rule[f"pass_{lang}"], **told)
        return _PASS[lang].format(title=title)
    figures = {k: figure(v) for k, v in finding["figures"].items()}
    figures |= {side: figure(finding.get(side)) for side in ("left", "right", "difference")}
    text = fill(rule[f"message_{lang}"], **(figures | _names(finding, lang)))
    text += _cause_text(rule, finding, lang)
    if finding.get("doubtful"):
        return text + _DOUBT[lang]
    return text if rule.get("about_reading") else text + _QUESTION[lang]
