"""Errors planted in the prose of a report. Each gives the report as misprinted and its key entry, or None."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from gongkai.synth.model import KeyEntry, MadeReport
from gongkai.synth.names import Names
from gongkai.synth.plant_tables import Planted
from gongkai.synth.wording import functions

_FEWEST_POINTS = 2.0  # a wrong percentage misses every right one by at least so many points


def _reworded(report: MadeReport, section: str, old: str, new: str) -> MadeReport | None:
    """The report with `old` as `new`, where it stands once in the section."""
    paragraphs = report.prose[section]
    if old == new or sum(p.count(old) for p in paragraphs) != 1:
        return None
    changed = tuple(text for p in paragraphs if (text := p.replace(old, new)))
    return replace(report, prose={**report.prose, section: changed})


def _planted(report: MadeReport, said: str, new: str, rules: tuple[str, ...]) -> Planted:
    """What the report `said` in other words."""
    about = report.said[said]
    made = _reworded(report, about.section, about.text, new)
    entry = KeyEntry(report.report_id, "", printed=new, true=about.text, section=about.section, rules=rules)
    return (made, entry) if made else None


def _wrong_percent(rng: Random, shown: str, right: list[float]) -> str | None:
    """Another percentage with as many decimals that is none of the right ones."""
    places = len(shown.partition(".")[2])
    for _ in range(20):
        value = float(shown) + rng.choice((-1, 1)) * rng.uniform(_FEWEST_POINTS + 1, 25)
        text = f"{value:.{places}f}"
        if 0 < value < 100 and all(abs(float(text) - r) > _FEWEST_POINTS for r in right):
            return text
    return None


def change_wrong(report: MadeReport, rng: Random, beside: MadeReport | None) -> Planted:
    if beside is None or "change" not in report.said:
        return None
    about = report.said["change"]
    counts, priors = (
        [int(about[name]), int(about[name]) + made.figures["applications", "carried_in", "total"]]
        for name, made in (("new", report), ("last", beside))
    )
    right = [abs(100 * (c - q) / q) for c in counts for q in priors if q]
    wrong = _wrong_percent(rng, about["percent"], right)
    text = about.text.replace(f"{about['percent']}%", f"{wrong}%")
    return _planted(report, "change", text, ("N-10", "Y-09")) if wrong else None


def share_wrong(report: MadeReport, rng: Random, _: MadeReport | None) -> Planted:
    if "share" not in report.said:
        return None
    about = report.said["share"]
    totals = [
        report.figures["applications", i, "total"] for i in ("new", "carried_in", "processed_total", "carried_out")
    ]
    bases = [n for n in (*totals, totals[0] + totals[1], int(about["base"])) if n]
    wrong = _wrong_percent(rng, about["share"], [100 * int(about["part"]) / n for n in bases])
    text = about.text.replace(f"{about['share']}%", f"{wrong}%")
    return _planted(report, "share", text, ("N-08",)) if wrong else None


def plan_year_wrong(report: MadeReport, _: Random, __: MadeReport | None) -> Planted:
    """Last year's plan for this year's; a scheme (方案) may be in force for longer, so that no one can be sure."""
    text = report.said["plan"].text.replace(str(report.year), str(report.year - 1))
    found = _planted(report, "plan", text, ("N-15",))
    if found is None or "方案" not in text:
        return found
    doubt = "a scheme may be in force for more than its first year"
    return found[0], replace(found[1], verdict="none", detectable=False, reason=doubt)


def other_agency(report: MadeReport, rng: Random, _: MadeReport | None) -> Planted:
    """Another agency's name where the report means itself."""
    place = Names(rng).place(report.agency.level)
    function = functions()[report.agency.function]["name"] if report.agency.function else ""
    name = place + (function or "人民政府")
    about = report.said["opening"]
    if name == report.agency.name or about["self"] not in about.text:
        return None
    return _planted(report, "opening", about.text.replace(about["self"], name, 1), ("N-16", "D-05"))


def _copied(report: MadeReport, source: MadeReport | None, rules: tuple[str, ...]) -> Planted:
    if source is None or source.prose["五"] == report.prose["五"]:
        return None
    true = "".join(report.prose["五"])
    entry = KeyEntry(report.report_id, "", printed=source.report_id, true=true, section="五", rules=rules)
    return replace(report, prose={**report.prose, "五": source.prose["五"]}), entry


def problems_copied_own(report: MadeReport, _: Random, beside: MadeReport | None) -> Planted:
    return _copied(report, beside, ("D-01", "D-03", "D-04", "D-05"))


def problems_copied_other(report: MadeReport, _: Random, beside: MadeReport | None) -> Planted:
    return _copied(report, beside, ("D-02", "D-05"))


def fee_silent(report: MadeReport, _: Random, __: MadeReport | None) -> Planted:
    if "fee" not in report.said:
        return None
    alone = "".join(report.prose["六"]) == report.said["fee"].text
    return _planted(report, "fee", "无其他需要报告的事项。" if alone else "", ("X-01", "C-05"))


def no_public_review(report: MadeReport, rng: Random, _: MadeReport | None) -> Planted:
    if "review" not in report.said:
        return None
    text = rng.choice(("督促各部门按时更新栏目", "指导各单位规范发布信息", "及时提醒有关单位补充内容"))
    return _planted(report, "review", text, ("C-03",))


def late_report(report: MadeReport, rng: Random, _: MadeReport | None) -> Planted:
    """Published behind the date of article 49; townships have none. Only a page shows the date."""
    if report.agency.level == "township" or report.agency.kind == "office":
        return None
    month = rng.randint(4, 9) if report.agency.kind == "government" else rng.randint(3, 9)
    date = f"{report.year + 1}-{month:02d}-{rng.randint(4, 28):02d}"
    entry = KeyEntry(report.report_id, "", printed=date, true=report.published, rules=("C-06",))
    return replace(report, published=date, style=replace(report.style, layout="html")), entry
