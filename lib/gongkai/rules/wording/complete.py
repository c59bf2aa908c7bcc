"""Whether a report says what it has to say: C-01, C-03, C-04, X-01, N-19, N-22."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gongkai.form import form
from gongkai.rules.declared import Rule
from gongkai.rules.kinds import EXPLAINED, NOT_ASSESSABLE, PASS
from gongkai.rules.wording.judged import Row, failed, passed, quote, unsure, verdict
from gongkai.rules.wording.text import Prose, body_kind, pattern, sentences

# What a section says at the least, without its punctuation (rule N-19).
_SHORTEST = 10
# With fewer headings the reading of the headings is in doubt, not the report.
_FEWEST_HEADINGS = 4


def _bare(text: str) -> str:
    """The words of a text: no blanks, punctuation or mark-up."""
    return re.sub(r"[^\w]+|_", "", text)


def empty_sections(rule: Rule, prose: Prose) -> Iterator[Row]:
    """C-01: every section has prose, or its table. A heading that was not recognised is no empty section."""
    tables = {s.section: s.table for s in form().sections}
    everything = prose.text()
    for section, table in tables.items():
        name = next(s.zh for s in form().sections if s.section == section)
        row: Row
        if (prose.report["report_id"], table) in prose.context["tables"] or _bare(prose.sections.get(section, "")):
            row = passed(rule, prose, section)
        elif section not in prose.sections and (len(prose.sections) < _FEWEST_HEADINGS or f"{section}、" in everything):
            row = unsure(rule, prose, section)
        else:
            printed = section in prose.sections
            row = failed(rule, prose, section, section, 0, f"heading={printed}", section=section, heading=name)
            if printed and not table:
                row["folded_under"] = f"P-13|{prose.report['report_id']}|{section}"
        yield row | ({"table": table} if table else {})


def _stated(rule: Rule, words: str, text: str) -> bool | None:
    """Whether words of the list stand in the text; None where only weak ones do."""
    if pattern(words).search(text):
        return True
    weak = f"{words}_weak"
    return None if weak in rule.get("weak", ()) and pattern(weak).search(text) else False


def mentions(rule: Rule, prose: Prose) -> Iterator[Row]:
    """C-03 and C-04: each of the rule's `items` is stated in its `sections`; one verdict per item, or one for all."""
    if "bodies" in rule:
        kind = body_kind(prose.report)
        if kind is None:
            yield unsure(rule, prose)
        if kind not in rule["bodies"]:
            return
    text = prose.text(rule["sections"])
    stated = {item["scope"]: _stated(rule, item["words"], text) for item in rule["items"]}
    if not _bare(text):
        stated = dict.fromkeys(stated)
    lacking = [item for item in rule["items"] if stated[item["scope"]] is False]
    names = {"zh": [i["zh"] for i in lacking], "en": [i["en"] for i in lacking]}
    if not rule.get("gather"):
        for item in rule["items"]:
            said, scope = stated[item["scope"]], item["scope"]
            if said is False:
                yield failed(rule, prose, scope, "一五", 0, "stated=no", items_zh=item["zh"], items_en=item["en"])
            else:
                yield passed(rule, prose, scope) if said else unsure(rule, prose, scope)
    elif lacking:
        figures = {"items_zh": "、".join(names["zh"]), "items_en": ", ".join(names["en"])}
        yield failed(rule, prose, "report", rule["sections"], 0, ";".join(i["scope"] for i in lacking), **figures)
    else:
        yield unsure(rule, prose) if None in stated.values() else passed(rule, prose)


def _fee(text: str) -> tuple[str | None, str]:
    """Whether a text states the fee: stated, named (and no more) or None; and the sentence."""
    named: tuple[str | None, str] = (None, "")
    for line in sentences(text):
        found = pattern("fee").search(line)
        if not found or pattern("placeholder").search(line):
            continue
        rest = re.sub(r"《[^》]*》", "", line)
        if pattern("fee_state").search(rest):
            return "stated", line
        if pattern("fee_named").search(line):
            named = ("named", line)
    return named


def fee_stated(rule: Rule, prose: Prose) -> Iterator[Row]:
    """X-01: section 六 says what was collected as 信息处理费, or that nothing was."""
    own, _ = _fee(prose.sections.get("六", ""))
    elsewhere = [
        (s, line) for s in "一二三四五" for said, line in [_fee(prose.sections.get(s, ""))] if said == "stated"
    ]
    if own == "stated":
        yield passed(rule, prose)
    elif elsewhere:
        section, line = elsewhere[0]
        figures = {"section": section, "sentence": quote(line)}
        told = {"reading": "fee_elsewhere", "figures": figures, "compared": f"section={section}"}
        yield verdict(rule, prose, EXPLAINED, "report", section, 0, **told)
    elif own == "named" or not _bare(prose.sections.get("六", "")):
        yield unsure(rule, prose)
    else:
        requests, unpaid = (prose.context[name].get(prose.report["report_id"]) for name in ("requests", "unpaid"))
        grade = 0 if unpaid else 2 if requests == 0 else 1
        first = {
            "first_zh": "有申请因逾期未缴费而不再处理，请优先核对。",
            "first_en": "Requests ended for an unpaid fee: first priority. ",
        }
        figures = first if grade == 0 else dict.fromkeys(first, "")
        yield failed(rule, prose, "report", "六", grade, f"requests={requests};unpaid={unpaid}", **figures)


def _measures(text: str) -> bool | None:
    """Whether a measure is stated; None where words of measures may be said of the problems."""
    if pattern("measure").search(text):
        return True
    return None if pattern("measure_weak").search(text) else False


def _problems(text: str) -> bool | None:
    """Whether a problem is stated; None where only the word 问题 is."""
    body = pattern("no_problem").sub("", text)
    if pattern("problem").search(body):
        return True
    return None if pattern("problem_weak").search(body) else False


def problems_and_measures(rule: Rule, prose: Prose) -> Iterator[Row]:
    """N-19: section 五 names at least one problem and one measure, and is not 无."""
    text = prose.text("五")
    if not _bare(text):
        yield unsure(rule, prose, "五")
        return
    problem, measure = _problems(text), _measures(text)
    if len(_bare(text)) < _SHORTEST:
        yield failed(
            rule, prose, "五", "五", 0, "short", lacking_zh=f"只写了“{text}”", lacking_en=f"only says “{text}”"
        )
    elif measure is False or problem is False:
        names = [("问题", "problem", problem), ("改进措施", "measure", measure)]
        lacking = [(zh, en) for zh, en, said in names if said is False]
        zh, en = "没有写出" + "和".join(z for z, _ in lacking), "names no " + " and no ".join(e for _, e in lacking)
        yield failed(rule, prose, "五", "五", 1, en, lacking_zh=zh, lacking_en=en)
    else:
        yield passed(rule, prose, "五") if problem and measure else unsure(rule, prose, "五")


_PERIOD = re.compile(
    r"(?:统计期限|数据[^，。]{0,8}期限|时间范围)[^，。]{0,12}?(\d{4})年(\d{1,2})月(\d{1,2})日起?[至到—–-]+(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日"
)


def _printed_period(prose: Prose) -> tuple[str, str] | None:
    """The period that the report gives, as (first day, last day)."""
    if found := _PERIOD.search(prose.text()):
        y, m, d, y2, m2, d2 = found.groups()
        return f"{y}-{int(m)}-{int(d)}", f"{y2 or y}-{int(m2)}-{int(d2)}"
    head = re.search(r"\bperiod (\d{4})", prose.report["years_named"] or "")
    return (f"{head[1]}-1-1", f"{head[1]}-12-31") if head else None


def period_and_basis(rule: Rule, prose: Prose) -> Iterator[Row]:
    """N-22: the figures are of 1 January to 31 December of the year, the report rests on the Regulation.

    The lines before section 一 are not among the sections: what is not said there is not held to be lacking.
    """
    period, year = _printed_period(prose), prose.report["year"]
    if period is None or year is None:
        yield unsure(rule, prose, "period")
    elif period == (f"{year}-1-1", f"{year}-12-31"):
        yield passed(rule, prose, "period")
    else:
        start, end = period
        row = failed(rule, prose, "period", "一", 0, f"{start}/{end}", start=start, end=end, year=year)
        whole = (start[4:], end[4:], start[:4]) == ("-1-1", "-12-31", end[:4])
        # A whole year other than the report's is what P-02 says already.
        if whole and not prose.report["years_agree"] and prose.report["edition"]:
            row["folded_under"] = f"P-02|{prose.report['report_id']}|report"
        yield row
    said = pattern("basis").search(prose.text())
    yield verdict(rule, prose, PASS if said else NOT_ASSESSABLE, "basis")
