"""What must stay silent: honest prose in many wordings, and the cases that a naive check takes for errors.

Every text goes the whole road, from the printed report to the findings. Agencies and wording are invented; the
figures and the structure of the sentences are as published.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from gongkai.pipeline import Reading
from test_rules import printed, read_given

PROSE = (
    *("N-01", "N-02", "N-03", "N-04", "N-05", "N-06", "N-07", "N-08", "N-09", "N-10", "N-11", "N-12", "N-13", "N-14"),
    *("N-17", "N-18", "N-20", "Y-09", "T3-09", "X-02", "X-03", "X-04"),
)

# A consistent report: 95 + 8 = 98 + 5, and 42 + 1 + 49 + 6 = 98.
CELLS = {
    "applications.new.total": "95",
    "applications.new.natural_person": "80",
    "applications.new.business": "10",
    "applications.new.legal_service": "5",
    "applications.carried_in.total": "8",
    "applications.carried_in.natural_person": "8",
    "applications.granted.total": "42",
    "applications.granted.natural_person": "30",
    "applications.granted.business": "10",
    "applications.granted.legal_service": "2",
    "applications.partial.total": "1",
    "applications.partial.natural_person": "1",
    "applications.refused_process.total": "19",
    "applications.refused_process.natural_person": "16",
    "applications.refused_process.legal_service": "3",
    "applications.refused_internal.total": "30",
    "applications.refused_internal.natural_person": "30",
    "applications.unavailable_not_held.total": "4",
    "applications.unavailable_not_held.natural_person": "4",
    "applications.unavailable_needs_creation.total": "2",
    "applications.unavailable_needs_creation.natural_person": "2",
    "applications.processed_total.total": "98",
    "applications.processed_total.natural_person": "83",
    "applications.processed_total.business": "10",
    "applications.processed_total.legal_service": "5",
    "applications.carried_out.total": "5",
    "applications.carried_out.natural_person": "5",
    "proactive.normative_documents.issued": "12",
    "proactive.normative_documents.repealed": "3",
    "proactive.normative_documents.in_force": "60",
    "proactive.licensing.decisions": "1234",
    "proactive.penalty.decisions": "56",
    "proactive.fees.amount": "1.4028",
    "disputes.reconsideration.upheld": "4",
    "disputes.reconsideration.corrected": "1",
    "disputes.reconsideration.pending": "1",
    "disputes.reconsideration.total": "6",
    "disputes.litigation_direct.upheld": "2",
    "disputes.litigation_direct.pending": "1",
    "disputes.litigation_direct.total": "3",
    "disputes.litigation_after_reconsideration.other": "1",
    "disputes.litigation_after_reconsideration.total": "1",
}
# The year before: 70 + 5 = 67 + 8.
LAST = {
    "applications.new.total": "70",
    "applications.carried_in.total": "5",
    "applications.granted.total": "67",
    "applications.processed_total.total": "67",
    "applications.carried_out.total": "8",
    "disputes.reconsideration.total": "4",
    "disputes.reconsideration.upheld": "4",
}


def steps(cells: dict[str, str], **sections: str) -> str:
    """The steps of a report with these cells; `one`, `five` and `six` are the prose of its sections."""
    names = {"one": "一", "five": "五", "six": "六"}
    told = [f"{names[k]}: {text}" if k in names else f"{k}={text}" for k, text in sections.items()]
    named = ["cell " + " ".join(f"{k}={v}" for k, v in cells.items())] if cells else []
    return " ; ".join([*named, *told])


def verdicts(reading: Reading) -> dict[tuple[str, str], tuple[str, str | None]]:
    """(rule, scope) → verdict and reading, of this year's report and the rules on prose and section 四."""
    mine = pl.col("rule").is_in(PROSE) | pl.col("rule").str.starts_with("T4-")
    found = reading.verdicts.filter(mine & pl.col("report_id").str.ends_with("-2023"))
    return {(v["rule"], v["scope"]): (v["verdict"], v["reading"]) for v in found.iter_rows(named=True)}


def failed(found: dict[tuple[str, str], tuple[str, str | None]]) -> dict[tuple[str, str], tuple[str, str | None]]:
    return {k: v for k, v in found.items() if v[0] == "fail"}


def read_two(folder: Path, one: str, cells: dict[str, str] = CELLS, **more: str) -> Reading:
    """The report with this prose, beside the report of the year before."""
    return read_given(
        [
            printed("2021 3", steps(cells, one=one, **more)),
            printed("2021 3", steps(LAST, year="2022", **{k: v for k, v in more.items() if k == "agency"})),
        ],
        folder,
    )


CLEAN = """
2023年，本机关收到政府信息公开申请95件，上年结转8件，共办结98件，结转下年度5件。
全年新收政府信息公开申请95件，加上年度结转8件，合计103件；已答复98件，其余5件转入下年度继续办理。
我局共受理依申请公开95件，比上年增加25件，增长35.71%。
全年受理政府信息公开申请95件，较2022年的70件增长35.7%。
今年以来，我局认真办理政府信息公开申请，全年共办理103件（含上年结转8件），办结98件。
收到政府信息公开申请95件，其中自然人申请80件，法人或其他组织申请15件。
收到政府信息公开申请95件，其中自然人80件、商业企业10件、法律服务机构5件。
收到政府信息公开申请95件，按渠道分，网络申请60件、信函申请25件、当面申请10件。
收到政府信息公开申请95件。从申请方式看，网上申请60件，占63.2%；信函申请25件，占26.3%；当面申请10件，占10.5%。
全年办结政府信息公开申请98件，其中予以公开42件，占42.86%；部分公开1件，占1.02%；不予公开49件，占50%；无法提供6件，占6.12%。
答复政府信息公开申请98件：予以公开42件、部分公开1件、不予公开49件、无法提供6件。
在办结的98件政府信息公开申请中，予以公开的42件，占42.9%；部分公开的1件，占1.0%；不予公开的49件（其中内部事务信息30件、过程性信息19件），占50.0%；无法提供的6件，占6.1%。
办结政府信息公开申请98件，予以公开和部分公开43件，不予公开49件，无法提供6件。
政府信息公开申请按时办结率100%，群众满意率98.5%。
全年因政府信息公开被申请行政复议6件，其中维持4件、纠正1件、尚未审结1件；被提起行政诉讼4件。
政府信息公开引发的行政复议案件6件，已审结5件。行政诉讼4件，其中未经复议直接起诉3件，复议后起诉1件。
全市政府信息公开行政复议案件210件，我局涉及6件。
全年制发行政规范性文件12件，废止3件，现行有效60件。
作出行政许可决定1234件，行政处罚决定56件。
通过门户网站主动公开信息1.2万余条，发布政策解读33篇，其中图解12篇、视频3篇。
全年公开信息698条，其中财政信息407条（预算287条、决算106条、采购14条）、人事信息155条、规划信息19条、其他117条。
全年公开信息698条，其中动态类287条，占41.1%。
上半年收到政府信息公开申请40件，下半年收到55件。
一季度收到政府信息公开申请20件，同比增长25%。
自2008年以来，累计收到政府信息公开申请1200余件。
近三年共收到政府信息公开申请240件，办结235件。
2022年收到政府信息公开申请70件，2023年收到95件。
通过政务服务平台收到政府信息公开申请60件，均按期答复。
指导各科室答复政府信息公开申请30件次，组织培训2次120人次。
协助区政府办答复政府信息公开申请3件。
全年收到群众来信来访120件，办结率100%。
收到人大代表建议12件、政协提案20件，全部公开答复。
受理行政许可申请1300件，作出决定1234件。
全年没有因政府信息公开被追究责任的情形。
未发生泄密事件，未收到对公开工作的投诉举报。
95件政府信息公开申请中，涉及征地拆迁的40件，涉及社保的30件，涉及其他的25件。
收到的政府信息公开申请主要涉及水利工程35件、河道管理20件等。
政府信息公开申请中，对12件申请作了补正告知，对9件延期答复。
本机关收到政府信息公开申请95件，同比增加25件；结转下年度5件，同比减少3件。
全年收到政府信息公开申请95件，其中涉及工程的占四成，涉及人事的占三成。
政府信息公开申请数量较上年有所增加，增幅约36%。
全年收到政府信息公开申请九十五件，办结九十八件，结转下年五件。
全年收到政府信息公开申请９５件，上年结转８件。
全年收到政府信息公开申请近百件，办结90余件。
共办理政府信息公开申请103件，其中上年结转8件、本年新收95件；办结98件，结转下年5件。
98件已办结的政府信息公开申请中，结果为予以公开42件，部分公开1件，其余55件为不予公开和无法提供。
全年政府信息公开申请103件已办结98件，办结率95.15%。
经申请人同意撤回的政府信息公开申请2件，未计入办结数。
全年收到政府信息公开申请95件，其中通过平台收到60件，予以公开40件、部分公开1件、不予公开19件。
办理政府信息公开申请98件，主要结果为予以公开42件、不予公开49件等。
政府信息公开申请95件（含自然人80件），答复98件（含上年结转8件）。
收到申请95件次，均为依申请公开政府信息事项；按时答复率100%。
收到政府信息公开申请95件，其中自然人申请80件，占84%，其他组织申请15件，占16%。
政府信息公开申请同比增长35.71%，由70件增至95件。
收到政府信息公开申请95件，同比上升三成以上。
依申请公开95件，较去年同期70件增加25件，增幅35.7%。
依申请公开受理量由上年的70件上升到95件，增加25件。
申请人为自然人的80件，较上年增加20件；为企业的10件，与上年持平。
不予公开49件，其中属于内部事务信息30件、过程性信息19件。
无法提供6件，其中本机关不掌握4件、没有现成信息需另行制作2件。
予以公开42件，较上年减少25件。
申请内容涉及征地40件、社保30件、其他25件，三类合计95件。
行政复议6件（维持4件、纠正1件、未审结1件），行政诉讼4件（维持2件、其他结果1件、未审结1件）。
政府信息公开行政复议、行政诉讼案件共10件，其中复议6件、诉讼4件，均无败诉。
因政府信息公开引发的行政诉讼中，一审3件、二审1件。
全年政府信息公开行政复议被纠正1件，行政诉讼未被纠正。
全县政府系统共收到依申请公开1520件，我局承办95件。
政府信息公开申请答复及时率达到100%，主动公开率98%。
全年公开规范性文件12件，对3件予以废止，公布继续有效文件60件。
牵头起草县政府规范性文件2件，已由县政府印发。
办理行政处罚案件60件，其中作出处罚决定56件。
全年收取行政事业性收费14028元，未收取信息处理费。
去年结转8件政府信息公开申请已全部办结，今年新收95件。
95件新收政府信息公开申请和8件结转申请中，98件已办结，5件结转下年。
收到政府信息公开申请95件，其中5件尚在办理期限内，结转下年度。
""".strip().splitlines()


@pytest.mark.parametrize("text", CLEAN)
def test_honest_prose_raises_no_finding(text: str, tmp_path: Path) -> None:
    assert failed(verdicts(read_two(tmp_path, text))) == {}


def test_honest_prose_is_read_and_judged(tmp_path: Path) -> None:
    # Silence would be worth nothing if nothing was looked at.
    found = verdicts(read_two(tmp_path, "~".join(CLEAN[k] for k in (0, 3, 5, 9, 14, 17))))
    plain = {rule for (rule, _), (verdict, _) in found.items() if verdict == "pass"}
    assert plain >= {"N-01", "N-02", "N-04", "N-05", "N-06", "N-08", "N-09", "N-10", "N-11", "N-12", "N-13", "T3-09"}
    assert failed(found) == {}


WRONG = [
    ("全年共收到政府信息公开申请59件，上年结转8件。", "N-01", "received"),
    ("我局全年受理政府信息公开申请950件。", "N-01", "received"),
    ("收到政府信息公开申请95件，上年结转9件。", "N-02", "carried_in"),
    ("收到政府信息公开申请95件，办结89件。", "N-03", "completed"),
    ("收到政府信息公开申请95件，答复96件，结转下年度5件。", "N-03", "answered"),
    ("收到政府信息公开申请95件，办结98件，结转下年度7件。", "N-04", "carried_out"),
    ("办结政府信息公开申请98件，其中予以公开42件、部分公开1件、不予公开49件、无法提供9件。", "N-05", "outcome-list"),
    ("办结政府信息公开申请98件，其中予以公开42件、部分公开1件、不予公开45件、无法提供6件。", "N-05", "outcome-list"),
    ("办结政府信息公开申请98件，其中予以公开41件、部分公开2件、不予公开49件、无法提供6件。", "N-05", "partial"),
    ("收到政府信息公开申请95件，其中自然人申请80件，法人或其他组织申请25件。", "N-06", "applicant-list"),
    ("收到政府信息公开申请95件，其中自然人80件、商业企业10件、法律服务机构4件。", "N-06", "applicant-list"),
    ("收到政府信息公开申请95件，其中网络申请60件、信函申请35件、当面申请10件。", "N-07", "channel-list"),
    ("办结政府信息公开申请98件，其中予以公开42件，占48.26%。", "N-08", "granted-share"),
    ("收到政府信息公开申请95件，同比增长35.99%。", "N-10", "received-change"),
    ("收到政府信息公开申请95件，同比增长31.94%。", "N-10", "received-change"),
    ("收到政府信息公开申请95件，比上年增加28件。", "Y-09", "received-prior"),
    ("我局全年制发行政规范性文件21件。", "N-12", "normative_documents_issued"),
    ("全年因政府信息公开被申请行政复议9件。", "N-13", "reconsideration"),
    ("全年未收到政府信息公开申请。", "N-14", "received"),
    ("全年未发生因政府信息公开引起的行政复议。", "N-14", "reconsideration"),
    ("办结政府信息公开申请98件，无法公开6件。", "N-20", "unavailable"),
]


@pytest.mark.parametrize(("text", "rule", "scope"), WRONG)
def test_a_wrong_figure_is_found_where_it_stands(text: str, rule: str, scope: str, tmp_path: Path) -> None:
    found = failed(verdicts(read_two(tmp_path, text)))
    assert (rule, scope) in found
    # One wrong figure is one finding; the same cause elsewhere is folded under it.
    shown = read_two(tmp_path, text).findings.filter(pl.col("rule").is_in(PROSE) & (pl.col("verdict") == "fail"))
    assert shown["rule"].to_list() == [rule]


def balanced(**total: int) -> dict[str, str]:
    """Cells of the table of requests with these totals, all of natural persons."""
    return {
        f"applications.{item}.{column}": str(n) for item, n in total.items() for column in ("natural_person", "total")
    }


CHANGCHUN = balanced(
    new=95,
    carried_in=8,
    granted=42,
    partial=1,
    refused_process=49,
    unavailable_not_held=6,
    processed_total=98,
    carried_out=5,
)
GOVERNMENT = "砚泽县人民政府"
SUQIAN = {
    "disputes.reconsideration.upheld": "134",
    "disputes.reconsideration.pending": "36",
    "disputes.reconsideration.total": "170",
    "disputes.litigation_direct.upheld": "18",
    "disputes.litigation_direct.pending": "7",
    "disputes.litigation_direct.total": "25",
    "disputes.litigation_after_reconsideration.upheld": "39",
    "disputes.litigation_after_reconsideration.pending": "13",
    "disputes.litigation_after_reconsideration.total": "52",
}


GALLERY = [
    # The prose counts only concluded cases: 170 − 36 and 77 − 7 − 13.
    (
        "全年政府信息公开领域行政复议案件134件，行政诉讼案件57件。",
        SUQIAN,
        {("N-13", "reconsideration"): "concluded", ("N-13", "litigation"): "concluded"},
    ),
    # More answered than received: 95 + 8 = 98 + 5.
    (
        "收到政府信息公开申请95件，答复98件，其中予以公开42件，占42.86%；部分公开1件，占1.02%；不予公开49件，占50%；"
        "无法提供6件，占6.12%。",
        CHANGCHUN,
        {
            ("N-01", "received"): None,
            ("N-03", "answered"): None,
            ("N-05", "outcome-list"): None,
            ("N-09", "granted-shares"): None,
        },
    ),
    # No request this year, cases from earlier ones.
    (
        "全年未收到政府信息公开申请。",
        {
            "disputes.reconsideration.upheld": "1",
            "disputes.reconsideration.total": "1",
            "disputes.litigation_direct.upheld": "2",
            "disputes.litigation_direct.total": "2",
        },
        {("N-14", "received"): None},
    ),
    # Sums of published items, one of them itself a sum.
    (
        "全年主动公开信息698条，其中业务类407条、财务类155条、人事类19条、其他117条；业务类中，公告287条、结果106条、"
        "制度14条。",
        {},
        {},
    ),
    # Parts of a whole of 19.
    (
        "收到政府信息公开申请19件，11件办结，8件主动撤销。",
        balanced(new=19, granted=11, other_other=8, processed_total=19),
        {("N-01", "received"): None},
    ),
    # Each sentence has its own scope.
    (
        "收到政府信息公开申请11件。办理上年度结转申请1件。答复11件。",
        balanced(new=11, carried_in=1, granted=12, processed_total=12),
        {("N-01", "received"): None, ("N-02", "carried_in"): None},
    ),
    # A list that ends with what is carried over.
    (
        "在收到的24件政府信息公开申请中，予以公开4件、部分公开6件、不予公开5件、无法公开8件、结转下年度继续办理1件。",
        balanced(
            new=24,
            granted=4,
            partial=6,
            refused_enforcement=5,
            unavailable_not_held=8,
            processed_total=23,
            carried_out=1,
        ),
        {("N-05", "outcome-list"): "processed_and_carried_out"},
    ),
    # Received and answered with those of last year and some left over.
    (
        "受理政府信息公开申请3259件，答复3278件（含上年结转77件，58件顺延）。",
        balanced(new=3259, carried_in=77, granted=3278, processed_total=3278, carried_out=58),
        {("N-01", "received"): None, ("N-03", "answered"): None},
    ),
    # Another fee than that of section 二.
    ("全年未收到政府信息公开申请。", {"proactive.fees.amount": "1.4028"}, {("N-14", "received"): None}),
    # The scopes differ: documents of the government and of its departments.
    ("公开县政府文件18件；部门规范性文件23件。", {"proactive.normative_documents.issued": "24"}, {}),
]


@pytest.mark.parametrize(("text", "cells", "readings"), GALLERY)
def test_gallery(text: str, cells: dict[str, str], readings: dict[tuple[str, str], str | None], tmp_path: Path) -> None:
    found = verdicts(read_given([printed("2021 3", steps(cells, one=text))], tmp_path))
    assert {k: v for k, v in failed(found).items() if k[0] != "N-20"} == {}
    assert {k: found[k] for k in readings} == {
        k: ("explained" if reading else "pass", reading) for k, reading in readings.items()
    }


def test_blank_zeros_are_explained(tmp_path: Path) -> None:
    text = "收到政府信息公开申请3件，上年结转0件，答复3件，未发生行政复议和行政诉讼。"
    cells = balanced(new=3, granted=3, processed_total=3) | {"applications.carried_in.total": ""}
    cells |= {"disputes.reconsideration.total": "", "disputes.litigation_direct.total": ""}
    found = verdicts(read_given([printed("2021 3", steps(cells, one=text))], tmp_path))
    assert failed(found) == {}
    assert found["N-02", "carried_in"] == ("explained", "blank_as_zero")


def test_a_report_without_tables_is_judged_by_its_prose_alone(tmp_path: Path) -> None:
    text = (
        "全年共办理政府信息公开申请217件，其中自然人申请184件、法人或其他组织申请33件。"
        "予以公开144件，部分公开4件，不予公开和无法提供共计16件，其他处理56件。"
    )
    change = "| 一、本年新收 .. 四、"
    reading = read_given([printed("2019 1", f"一: {text} ; {change}")], tmp_path)
    shown = reading.findings.filter(pl.col("rule").is_in(PROSE))
    assert shown.select("rule", "left", "right", "difference").rows() == [("N-18", 220.0, 217.0, 3.0)]
    assert "3 件" in shown["message_zh"][0] and "184+33 = 217" in shown["message_zh"][0]


def test_a_government_whose_prose_speaks_of_its_office_is_not_accused(tmp_path: Path) -> None:
    text = "本机关收到政府信息公开申请12件，答复11件，结转下年度1件；全县收到政府信息公开申请95件。"
    found = verdicts(read_two(tmp_path, text, agency=GOVERNMENT))
    assert failed(found) == {}
