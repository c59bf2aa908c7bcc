"""Figures in prose → claims: a plain table of sentences, numerals, and what holds of any text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.claims import Claim, read_claims
from gongkai.claims.numerals import chinese_number, figures
from gongkai.claims.terms import _patterns
from gongkai.form import declared_rows, form
from gongkai.parse.model import Section
from gongkai.pipeline import read_files

YEAR = 2024
HEADING = "（二）依申请公开情况"


def claims_of(text: str, edition: str = "2021", year: int | None = YEAR) -> list[Claim]:
    """The claims of paragraphs (parted by ~) under a sub-heading on requests."""
    paragraphs = tuple((p, f"line {k}") for k, p in enumerate([HEADING, *text.split("~")], 1))
    return read_claims((Section("一", "总体情况", paragraphs, "line 1"),), edition, year)


def told(claim: Claim) -> str:
    """A claim in short: what=figure unit, with its kind, and what marks it."""
    span = f"{claim.low:g}" if claim.low == claim.high else f"{claim.low:g}-{claim.high:g}"
    kind = {"count": "=", "share": "%=", "change": "±="}[claim.kind]
    marks = ["none"] * claim.denial + [f"year {claim.year}"] * (claim.year is not None)
    part = [f"part of {claim.of}"] if claim.role == "part" and claim.of else [f"of {claim.of}"] * (claim.of is not None)
    return " ".join([f"{claim.term or '?'}{kind}{span}{claim.unit}", *marks, *part])


# sentence → its claims in short; `of` counts claims from 1
SENTENCES = [
    ("收到政府信息公开申请24件。", ["received=24件"]),
    ("全年共受理依申请公开事项申请1,576件，同比增加61.97%。", ["received=1576件", "received±=61.97% of 1"]),
    ("新收政府信息公开申请１２件，较上年减少4件。", ["received=12件", "received±=-4件 of 1"]),
    ("本年度收到公开申请20件，比上年下降23.08%。", ["received=20件", "received±=-23.08% of 1"]),
    ("收到申请三件，均已按时答复。", ["received=3件"]),
    ("共收到申请十二件，办结十二件。", ["received=12件", "completed=12件"]),
    (
        "收到申请95件，上年结转8件，答复98件，结转下年度5件。",
        ["received=95件", "carried_in=8件", "answered=98件", "carried_out=5件"],
    ),
    ("收到申请14万余件。", ["received=140000-150000件"]),
    (
        "全年受理申请3259，答复3278（含上年结转77，58件顺延）。",
        ["received=3259", "answered=3278", "carried_in=77", "delayed=58件 of 2"],
    ),
    ("办理上年度结转申请1件。答复11件。", ["carried_in=1件", "answered=11件"]),
    (
        "收到申请19件，11件办结，8件主动撤销。",
        ["received=19件", "completed=11件 part of 1", "withdrawn=8件 part of 1"],
    ),
    (
        "收到申请10件，其中9件已按期答复，1件结转至2025年。",
        ["received=10件", "on_time=9件 of 1", "carried_out=1件"],
    ),
    (
        "办理依申请公开217件，其中自然人184件、法人或其他组织33件。",
        ["handled=217件", "from_natural_person=184件 part of 1", "from_organisations=33件 part of 1"],
    ),
    (
        "收到申请6件，其中予以公开3件、部分公开1件、不予公开1件、无法提供1件。",
        [
            "received=6件",
            "granted=3件 part of 1",
            "partial=1件 part of 1",
            "refused=1件 part of 1",
            "unavailable=1件 part of 1",
        ],
    ),
    (
        "收到申请9件：“予以公开”的4件，占总数的44.4%；“无法公开”的5件，占总数的55.6%。",
        [
            "received=9件",
            "granted=4件 part of 1",
            "granted%=44.4% of 2",
            "unavailable=5件 part of 1",
            "unavailable%=55.6% of 4",
        ],
    ),
    (
        "收到申请8件，无法提供8件，其中信息不存在7件、没有现成信息需要另行制作1件。",
        [
            "received=8件",
            "unavailable=8件 of 1",
            "unavailable_not_held=7件 part of 2",
            "unavailable_needs_creation=1件 part of 2",
        ],
    ),
    (
        "收到申请5件，予以公开2件、作其他处理（含申请人主动撤回申请）3件。",
        ["received=5件", "granted=2件 part of 1", "other=3件 part of 1"],
    ),
    (
        "收到申请7件，不予公开和无法提供合计3件，予以公开4件。",
        ["received=7件", "combined=3件 part of 1", "granted=4件 part of 1"],
    ),
    (
        "收到申请11件（当面申请6件、信函申请5件），同比增长10%。",
        ["received=11件", "channel=6件 part of 1", "channel=5件 part of 1", "received±=10% of 1"],
    ),
    (
        "收到申请11件，其中当面申请6件（占54.5%，较上年减少4件），信函申请5件（占45.5%，较上年增加1件）。",
        [
            "received=11件",
            "channel=6件 part of 1",
            "channel%=54.5% of 2",
            "channel±=-4件 of 2",
            "channel=5件 part of 1",
            "channel%=45.5% of 5",
            "channel±=1件 of 5",
        ],
    ),
    (
        "收到申请12件，其中网络申请7件，同比增长10%；当面申请5件，同比减少20%。",
        [
            "received=12件",
            "channel=7件 part of 1",
            "channel±=10% of 2",
            "channel=5件 part of 1",
            "channel±=-20% of 4",
        ],
    ),
    (
        "收到申请三件，其中网络申请两件，当面申请一件，同比减少50%。",
        ["received=3件", "channel=2件 part of 1", "channel=1件 part of 1", "received±=-50% of 1"],
    ),
    (
        "全市收到申请30件（市政府10件、砚泽县12件、澜川区8件），同比增长70.3%。",
        [
            "received=30件",
            "body=10件 part of 1",
            "body=12件 part of 1",
            "body=8件 part of 1",
            "received±=70.3% of 1",
        ],
    ),
    ("上年收到申请35件，今年收到24件。", ["received=35件 year 2023", "received=24件"]),
    ("2023年收到申请35件。", ["received=35件 year 2023"]),
    ("2024年收到申请35件。", ["received=35件"]),
    ("近三年累计收到政府信息公开申请500余件。", ["?=500-600件"]),
    ("未收到政府信息公开申请。", ["received=0件 none"]),
    (
        "没有收到公开申请，无行政复议、行政诉讼案件。",
        ["received=0件 none", "reconsideration=0件 none", "litigation=0件 none"],
    ),
    ("未发生责任追究情况，未收取信息处理费。", ["accountability=0件 none", "fee_income=0元 none"]),
    ("无法提供的原因均已说明，无正当理由的未予受理。", []),
    ("未收到申请人的补正材料。", []),
    (
        "因公开引发行政复议6件，其中维持4件，纠正1件，尚未审结1件。",
        [
            "reconsideration=6件",
            "reconsideration_upheld=4件 part of 1",
            "reconsideration_corrected=1件 part of 1",
            "reconsideration_pending=1件 part of 1",
        ],
    ),
    (
        "5件行政复议中，2件为结果维持、3件为结果纠正。",
        [
            "reconsideration=5件",
            "reconsideration_upheld=2件 part of 1",
            "reconsideration_corrected=3件 part of 1",
        ],
    ),
    (
        "被提起行政诉讼2件，未经复议直接起诉1件，复议后起诉1件。",
        [
            "litigation=2件",
            "litigation_direct=1件",
            "litigation_after_reconsideration=1件",
        ],
    ),
    (
        "对3件政府信息公开申请收取信息处理费2230元，其中甲局1件880元，乙政府2件1350元。",
        [
            "fee_cases=3件",
            "fee_income=2230元",
            "body=1件 part of 1",
            "body=880元 part of 2",
            "body=2件 part of 1",
            "body=1350元 part of 2",
        ],
    ),
    ("收取信息处理费0元。", ["fee_income=0元"]),
    ("行政事业性收费1.4028万元。", ["fees=1.4028万元"]),
    ("主动公开政府信息1136条。", ["published=1136条"]),
    (
        "制发行政规范性文件5件，现行有效规范性文件40件。",
        ["normative_documents_issued=5件", "normative_documents_in_force=40件"],
    ),
    ("作出行政许可决定1,234件，行政处罚决定56件。", ["licensing_decisions=1234件", "penalty_decisions=56件"]),
    # what is not about requests for information
    ("受理群众来信20件，收到行政复议申请5件，办理建议12件。", ["?=20件", "reconsideration=5件", "?=12件"]),
    ("接听信访渠道来电71次。", ["?=71次"]),
    ("受理低保申请200件。", ["?=200件"]),
    ("发布文章5414篇，访问量6987万余次，粉丝93万余人。", ["?=5414篇", "?=6.987e+07-6.988e+07次", "?=930000-940000人"]),
    # what counts nothing
    ("2024年7月24日第3版刊登，依据第五十条和〔2017〕51号文。", []),
    ("《2024年12件实事清单》已公布，在5个工作日内办理。", []),
    ("一是加强学习；二是健全机制；（三）落实双随机、一公开。", []),
    ("网址https://www.example.cn/12件/，电话0101-2345678。", []),
    ("办结率100%，占比16.7%。", ["?%=100%", "?%=16.7%"]),
    ("收到申请增至35件。", ["received=35件"]),
]


@pytest.mark.parametrize(("sentence", "expected"), SENTENCES, ids=[s for s, _ in SENTENCES])
def test_sentence(sentence: str, expected: list[str]) -> None:
    assert [told(c) for c in claims_of(sentence)] == expected


def test_every_field_of_a_claim() -> None:
    text = "全区收到政府信息公开申请 24 件：自然人 23 件，商业企业 1 件。"
    claims = claims_of(text)
    assert claims[1] == Claim(
        section="一",
        kind="count",
        table="applications",
        item="new",
        column="natural_person",
        low=23.0,
        high=23.0,
        unit="件",
        base=None,
        scope="全区",
        sentence=text,
        where="line 2",
        n=2,
        term="from_natural_person",
        printed="23 件",
        decimals=0,
        of=1,
        group=1,
        role="part",
    )
    assert (claims[0].role, claims[0].group, claims[0].of) == ("total", 1, None)


@pytest.mark.parametrize(
    ("edition", "cell"),
    [("2021", ("proactive", "normative_documents", "issued")), ("2019", ("proactive", "normative_documents", "made"))],
)
def test_the_cell_is_that_of_the_edition(edition: str, cell: tuple[str, str, str]) -> None:
    (claim,) = claims_of("制发行政规范性文件5件。", edition)
    assert (claim.table, claim.item, claim.column) == cell


@pytest.mark.parametrize("text", ["行政诉讼3件", "法人或其他组织提出公开申请3件", "2020年收到公开申请3件", "占总数30%"])
def test_what_the_form_has_no_cell_for_has_none(text: str) -> None:
    (claim,) = claims_of(text)
    assert (claim.table, claim.item, claim.column) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("18余万条", 180_000, 190_000, "条"),
        ("14万余条", 140_000, 150_000, "条"),
        ("4100余条", 4100, 4200, "条"),
        ("120余件", 120, 130, "件"),
        ("1.2万余件", 12_000, 13_000, "件"),
        ("十余件", 10, 20, "件"),
        ("二十多件", 20, 30, "件"),
        ("近100件", 80, 100, "件"),
        ("约50件", 45, 55, "件"),
        ("超过100件", 100, 200, "件"),
        ("100件以上", 100, 200, "件"),
        ("50件左右", 45, 55, "件"),
        ("1,234件", 1234, 1234, "件"),
        ("1.5万元", 1.5, 1.5, "万元"),
        ("3万余元", 30_000, 40_000, "元"),
        ("2亿元", 2, 2, "亿元"),
        ("12.50%", 12.5, 12.5, "%"),
    ],
)
def test_approximations(text: str, low: float, high: float, unit: str) -> None:
    (figure,) = figures(text)
    assert (figure.low, figure.high, figure.unit) == (low, high, unit)


def in_chinese(n: int) -> str:
    digits = "零一二三四五六七八九"
    parts, zero = "", False
    for size, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        d, n = divmod(n, size)
        if d:
            parts += ("零" if zero and parts else "") + digits[d] + word
            zero = False
        else:
            zero = True
    return parts


@given(st.integers(1, 9999))
def test_chinese_numerals(n: int) -> None:
    assert chinese_number(in_chinese(n)) == n
    if 10 <= n < 20:
        assert chinese_number(in_chinese(n).removeprefix("一")) == n


@pytest.mark.parametrize("text", ["一二三", "十个", "百", "二二", ""])
def test_no_chinese_number(text: str) -> None:
    assert chinese_number(text) is None or text == ""


WORDS = [
    *(w for s, _ in SENTENCES for w in re.findall(r"[一-鿿]{1,4}|\d+|[，。；（）%]", s)),
    " ",
    "\u3000",
    "，",
    "１２",
    "％",
]


@given(st.lists(st.sampled_from(WORDS), max_size=60).map("".join))
def test_any_text_is_read_and_every_figure_stands_in_its_sentence(text: str) -> None:
    claims = read_claims((Section("六", "其他", ((text, "line 1"),), "line 1"),), None, None)
    assert [c.n for c in claims] == list(range(1, len(claims) + 1))
    for claim in claims:
        assert claim.printed in claim.sentence and claim.sentence in text.strip() + text
        assert claim.low <= claim.high and claim.kind in {"count", "share", "change"}
        assert claim.of is None or 1 <= claim.of < claim.n or claim.of <= len(claims)
        assert (claim.group is None) == (claim.role is None)


@pytest.mark.parametrize(
    "unit", ["收到申请12件，", "收到申请", "（", "1", "占", "同比", "一二三", "《", "未收到", "a.", "3个", "信访、"]
)
def test_a_hostile_line_stays_linear(unit: str) -> None:
    """A line of 60 000 characters is read in the time of its length; a quadratic pattern would take minutes."""
    claims_of(unit * (60_000 // len(unit)))


def test_declarations_are_sound() -> None:
    terms = {row["term"] for row in declared_rows("claim_terms")}
    used = {row["term"] for name in ("claim_patterns", "claim_denials") for row in declared_rows(name)}
    assert {t for t in used if not t.startswith(("result_", "documents_"))} <= terms
    assert _patterns()["left"] and _patterns()["right"]
    for row in declared_rows("claim_terms"):
        assert row["zh"] and row["en"]
        for cell in filter(None, (row["cell_2019"], row["cell_2021"])):
            table, item, column = cell.split(".")
            assert (table, item) in form().items and (table, column) in form().columns


def test_claims_of_the_bundled_reports() -> None:
    """Typed from the print: what each report says of requests received, and of its disputes."""
    reading = read_files([Path(__file__).parents[1] / "data" / "reports"])
    said = {
        (c["report_id"], c["term"]): c["low"]
        for c in reading.claims.iter_rows(named=True)
        if c["kind"] == "count" and c["term"] in {"received", "handled", "reconsideration", "litigation", "fee_income"}
    }
    assert said == {
        ("北京市人力资源和社会保障局-2019", "handled"): 217,
        ("北京市西城区人力资源和社会保障局-2019", "received"): 24,
        ("北京市西城区人力资源和社会保障局-2019", "reconsideration"): 5,
        ("北京市西城区人力资源和社会保障局-2019", "litigation"): 0,
        ("天津市西青区人社局-2019", "received"): 1,
        ("北京市西城区人民政府-2020", "received"): 1576,
        ("宿迁市人民政府-2023", "received"): 3607,
        ("宿迁市人民政府-2023", "fee_income"): 2950,
        ("宿迁市人民政府-2024", "received"): 3646,
        ("宿迁市人民政府-2024", "reconsideration"): 134,
        ("宿迁市人民政府-2024", "litigation"): 57,
        ("宿迁市人民政府-2024", "fee_income"): 2230,
        ("洪泽区人民政府-2023", "received"): 21,
        ("洪泽区人民政府-2023", "fee_income"): 0,
        ("西工区人力资源和社会保障局-2023", "received"): 0,
    }
