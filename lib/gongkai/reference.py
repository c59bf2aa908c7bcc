"""The reference pages, made from the declarations: glossary, data dictionary, measures, rules."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gongkai import measures
from gongkai.form import TABLES, declared_rows, form
from gongkai.priority import PRIORITIES
from gongkai.rules.declared import causes, rules, source_of

_MADE = "Made by `gongkai reference` from the declarations; do not edit.\n"


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|") or " "


def _table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    names = list(header)
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(_cell(c) for c in line) + " |" for line in lines) + "\n"


def glossary() -> str:
    """Every table, row and column of the form: code, Chinese, English, unit, law, comparability."""
    parts = ["# Glossary 词汇\n", _MADE]
    editions = list(form().editions)
    for table in TABLES:
        names = form().tables[table]
        parts.append(f"## {names['zh']} · {names['en']} (`{table}`)\n")
        rows = [i for i in form().items.values() if i.table == table]
        header = ["code", "中文", "English", "within", "law", *(f"printed {e}" for e in editions), "crosses 2020/2021"]
        lines = [
            [f"`{i.item}`", i.zh, i.en, i.parent, i.law, *(i.labels.get(e, "") for e in editions), i.crosses]
            for i in rows
        ]
        parts.append(_table(header, lines))
        columns = [c for c in form().columns.values() if c.table == table]
        header = ["column", "中文", "English", "unit", *(f"printed {e}" for e in editions), "crosses 2020/2021"]
        lines = [
            [f"`{c.column}`", c.zh, c.en, c.unit, *(c.labels.get(e, "") for e in editions), c.crosses] for c in columns
        ]
        parts.append(_table(header, lines))
    sections = [[s.section, s.zh, s.en, f"`{s.table}`" if s.table else ""] for s in form().sections]
    parts += ["## 六个部分 · The six sections\n", _table(["", "中文", "English", "table"], sections)]
    return "\n".join(parts)


def dictionary() -> str:
    """Every column of every public frame: type, unit, whether it may be null, meaning."""
    parts = ["# Data dictionary 数据字典\n", _MADE]
    entries = declared_rows("dictionary")
    for frame in dict.fromkeys(row["frame"] for row in entries):
        rows = [
            [f"`{r['column']}`", r["type"], r["unit"], r["nullable"], r["meaning"]]
            for r in entries
            if r["frame"] == frame
        ]
        parts += [f"## {frame}\n", _table(["column", "type", "unit", "may be null", "meaning"], rows)]
    return "\n".join(parts)


def _examples() -> list[str]:
    """What each rule says in each of its verdicts, by one of its cases."""
    titles = {r["id"]: f"{r['title_zh']} · {r['title_en']}" for r in rules()}
    told: dict[str, list[list[str]]] = {}
    for e in declared_rows("examples"):
        given = f"{e['form']} form: `{e['given']}`" if e["given"] else f"{e['form']} form, nothing but zeros"
        told.setdefault(e["rule"], []).append([e["verdict"], given, e["message_zh"], e["message_en"]])
    parts = [
        "## Examples 示例\n",
        "One case of each verdict, from `tests/rule_cases/`: the edition and number of rows of （六）, what is printed "
        "otherwise than 0, and what the rule says. Further reports follow after `||`; `12*` are twelve, in which `{k}` "
        "is a character for each and `{20+3k}` is 20, 23, 26 and so on.\n",
    ]
    for rule in (r for r in titles if r in told):
        parts += [f"### {rule} {titles[rule]}\n", _table(["verdict", "given", "规则说", "the rule says"], told[rule])]
    return parts


def rule_list() -> str:
    """Every rule and cause: id, severity, editions, title and source in both languages."""
    rows = []
    for r in rules():
        grades = [g for g, _ in r["grades"]] if "grades" in r else [r["severity"]]
        severity = ", ".join(dict.fromkeys([*grades, *([r["beyond_severity"]] if "beyond_severity" in r else [])]))
        sources = (source_of(r["id"], lang) for lang in ("zh", "en"))
        rows.append([r["id"], severity, ", ".join(r["editions"]), r["title_zh"], r["title_en"], *sources])
    header = ["id", "severity", "editions", "规则", "rule", "依据", "source"]
    told = [[c["id"], ", ".join(c["explains"]), c["zh"], c["en"]] for c in causes()]
    return "\n".join(
        [
            "# Rules 规则\n",
            _MADE,
            "A finding is a question to the agency, not a verdict. 发现是向机关提出的问题，不是结论。\n",
            _table(header, rows),
            *_examples(),
            "## Causes 原因\n",
            _table(["id", "explains", "原因", "cause"], told),
        ]
    )


def _sum(known: measures.Indicator) -> str:
    plus = " + ".join(f"`{i}.{'|'.join(known.columns)}`" for i in known.items)
    return plus + "".join(f" − `{item}.{column}`" for item, column in known.less)


def _signed(terms: tuple[measures.Term, ...]) -> str:
    text = "".join(f" {'+' if sign > 0 else '−'} `{t}.{i}.{c}`" for sign, t, i, c in terms)
    return text.removeprefix(" + ")


def measure_list() -> str:
    """Every declared quantity and share with the cells it is made of, and what makes up a review priority."""
    counts = [
        [f"`{m.indicator}`", m.zh, m.en, f"`{m.table}`", _sum(m), m.unit, measures.crosses(m.indicator)]
        for m in measures.indicators().values()
    ]
    shares = [
        [f"`{m.rate}`", m.zh, m.en, _signed(m.k), _signed(m.n), measures.rate_crosses(m.rate)]
        for m in measures.rates_declared().values()
    ]
    reasons = [[r["what"], f"≥ {r['least']}", r["points"], r["zh"], r["en"]] for r in declared_rows("priority")]
    bands = ", ".join(f"{name} from {points}" for name, points in PRIORITIES.items())
    crosses = "crosses 2020/2021"
    return "\n".join(
        [
            "# Measures 指标\n",
            _MADE,
            "A group of rows is the sum of its rows. One missing part makes a sum or share missing, never smaller.\n",
            "## Quantities 数量\n",
            _table(["code", "指标", "indicator", "table", "cells", "unit", crosses], counts),
            "## Shares 比率\n",
            "k of n with Wilson's 95 % interval; fewer than 30 cases are shown and never rated or ranked.\n",
            _table(["code", "比率", "share", "k", "n", crosses], shares),
            "## Review priority 复核优先级\n",
            f"The sum of the points of the reasons that hold: {bands}. It says where to look first.\n",
            _table(["reason", "how many", "points", "理由", "in words"], reasons),
        ]
    )


PAGES = {"glossary.md": glossary, "dictionary.md": dictionary, "measures.md": measure_list, "rules.md": rule_list}


def write(folder: Path) -> list[Path]:
    """Write the reference pages into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (folder / name).write_text(page(), "utf-8", newline="\n")
    return [folder / name for name in PAGES]
