"""Copied prose is found and honest prose is not: made-up texts with planted copies, through the rules D-01 to D-05."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from gongkai.frames import build, empty
from gongkai.pipeline import read_files
from gongkai.rules.duplication import duplication_verdicts
from gongkai.rules.duplication.pairs import overlap
from gongkai.rules.duplication.sentences import masked_sentences, own_names
from gongkai.rules.wording.agencies import compare, split_name


def words(text: str) -> list[str]:
    return text.split()


WHO = words(
    "联络员 档案室 收发岗 信息科 法规股 值班员 编辑组 审核人 承办人 宣传岗 财务室 督查组 窗口岗 档案员 网管员 文书岗"
)
WHEN = words("每周一 每月末 节假日前 汛期之前 每季度初 会后三日 收件当天 年中 开学前 雨季里 双月 集市日 早会上 下班前")
DOES = words("核对 登记 张贴 汇编 抽查 回访 更新 归档 校订 转交 讲解 清点 标注 翻译 拍摄 统计 整理 寄送 复核 答疑")
WHAT = words(
    "灌渠图纸 招标结果 值班名册 补助名单 听证记录 检测读数 咨询热线 办事指引 会议题目 旧闻网页 价目牌 "
    "路段通告 菜场抽样 校车线路 疫苗批号 租房名录 林地界址 河长日志 电梯年检 账目附表 厂区图示 "
    "藏书目录 驾校学费 村务栏板"
)
WHERE = words(
    "大厅东侧 三楼走廊 镇上集市 门户首页 村口展板 手机短信 广播站 图书角 班车站牌 社区群 自助屏 宣传册 报刊亭 便民点"
)
WHY = words("方便老人 减少跑腿 防止漏项 以备查考 便于比对 回应来信 免得重复 供人取阅 避免误读 腾出人手")
NAMES = [f"{a}{b}县" for a in "砚柘沄澜苕潏崦汴峪岷淦浔" for b in "泽浦川原溪桥陵岭塘渡湾寨"]


def sentence(rng: random.Random) -> str:
    who, when, does, what, where, why = (rng.choice(them) for them in (WHO, WHEN, DOES, WHAT, WHERE, WHY))
    return rng.choice(
        [
            f"{when}由{who}{does}{what}并放到{where}{why}",
            f"为了{why}，{who}把{what}{does}后送往{where}，{when}进行",
            f"{what}{when}在{where}{does}，经手的是{who}，共{rng.randint(2, 90)}份",
            f"{who}与{rng.choice(WHO)}一道{does}{what}，{where}同步可见，{why}",
        ]
    )


FRAME = ["本机关坚持以习近平新时代中国特色社会主义思想为指导", "按照《条例》规定编制本报告并向社会公布"]


def corpus(texts: list[tuple[str, int, list[str]]]) -> dict[str, pl.DataFrame]:
    """Frames of reports given as (agency, year, sentences); the last quarter of the sentences is section 五."""
    reports: list[dict[str, Any]] = []
    sections: list[dict[str, Any]] = []
    for agency, year, lines in texts:
        report_id = f"{agency}-{year}"
        reports.append({"report_id": report_id, "agency": agency, "year": year, "edition": "2021", "primary": True})
        cut = 3 * len(lines) // 4
        for section, part in (("一", lines[:cut]), ("五", lines[cut:])):
            text = "。".join(part) + "。"
            sections.append({"report_id": report_id, "section": section, "heading": section, "text": text})
            sections[-1] |= {"where": f"{report_id} {section}", "cuts": 0}
    return {"reports": build("reports", reports), "sections": build("sections", sections), "facts": empty("facts")}


def failed(frames: dict[str, pl.DataFrame], rule: str) -> dict[str, dict[str, Any]]:
    found = duplication_verdicts(frames)
    return {r["report_id"]: r for r in found if r["rule"]["id"] == rule and r["verdict"] == "fail"}


def edited(lines: list[str], rng: random.Random, share: float = 0.2) -> list[str]:
    """A copy: a fifth of the sentences with other words in them, figures changed, all in another order."""
    found = []
    for printed in lines:
        line = "".join(str(rng.randint(1, 9)) if c.isdigit() else c for c in printed)
        if rng.random() < share:
            at = rng.randrange(len(line) - 4)
            line = line[:at] + rng.choice(WHAT) + line[at + 3 :]
        found.append(line)
    rng.shuffle(found)
    return found


def honest(n: int, rng: random.Random, year: int = 2023, start: int = 0) -> list[tuple[str, int, list[str]]]:
    return [
        (f"{name}水务局", year, FRAME + [sentence(rng) for _ in range(rng.randint(12, 30))])
        for name in NAMES[start : start + n]
    ]


@pytest.mark.parametrize("seed", range(3))
def test_copies_from_other_bodies_are_found_and_honest_texts_are_not(seed: int) -> None:
    rng = random.Random(f"others {seed}")
    originals = honest(100, rng)
    copies = [
        (f"{NAMES[100 + k]}财政局", 2023, edited([s.replace(a, NAMES[100 + k]) for s in lines], rng))
        for k, (a, _, lines) in enumerate(originals[:40])
    ]
    found = failed(corpus(originals + copies), "D-02")
    pairs = {frozenset((r["report_id"], o)) for r in found.values() for o in r["other_report_ids"]}
    planted = {frozenset((f"{a}-2023", f"{b}-2023")) for (a, *_), (b, *_) in zip(originals, copies, strict=False)}
    assert len(pairs & planted) >= 0.98 * len(planted)
    assert pairs <= planted
    assert all(r["report_id"] > o for r in found.values() for o in r["other_report_ids"])


def test_a_ring_of_copies_is_found_however_many_there_are() -> None:
    rng = random.Random("ring")
    one = [sentence(rng) for _ in range(20)]
    ring = [(f"{name}教育局", 2023, list(one)) for name in NAMES[:30]]
    found = failed(corpus(ring), "D-02")
    assert len(found) == len(ring) - 1


def test_copies_of_last_year_are_found_and_a_kept_frame_is_not() -> None:
    rng = random.Random("years")
    last = honest(60, rng, 2022)
    now = [
        (a, 2023, edited(lines, rng, 0.1) if k < 30 else [*lines[:8], *(sentence(rng) for _ in range(16))])
        for k, (a, _, lines) in enumerate(last)
    ]
    found = failed(corpus(last + now), "D-01")
    copied = {f"{a}-2023" for a, *_ in now[:30]}
    assert {r for r, f in found.items() if f["severity"] == "warning"} <= copied
    assert len(set(found) & copied) >= 0.98 * len(copied)
    assert len(set(found) - copied) == 0
    assert {tuple(f["other_report_ids"]) for r, f in found.items() if r == min(copied)} == {
        (min(copied).replace("2023", "2022"),)
    }


def test_common_stock_of_many_agencies_is_no_copy() -> None:
    rng = random.Random("stock")
    stock = [sentence(rng) for _ in range(14)]
    texts = [(a, y, rng.sample(stock, 10) + lines[:6]) for a, y, lines in honest(80, rng)]
    assert failed(corpus(texts), "D-02") == {}


def test_short_reports_are_not_judged() -> None:
    rng = random.Random("short")
    lines = [sentence(rng) for _ in range(5)]
    frames = corpus([(f"{NAMES[0]}水务局", 2023, lines), (f"{NAMES[1]}水务局", 2023, lines)])
    judged = {r["verdict"] for r in duplication_verdicts(frames) if r["rule"]["id"] in {"D-01", "D-02"}}
    assert judged == {"not_assessable"}


def test_verdicts_do_not_depend_on_the_order_of_the_reports() -> None:
    rng = random.Random("order")
    texts = honest(30, rng) + honest(30, rng, 2022)
    texts += [(f"{NAMES[140]}财政局", 2023, edited(texts[0][2], rng))]
    told = []
    for _ in range(2):
        rng.shuffle(texts)
        rows = duplication_verdicts(corpus(texts))
        told.append(
            sorted((r["rule"]["id"], r["report_id"], r["scope"], r["verdict"], str(r["figures"])) for r in rows)
        )
    assert told[0] == told[1]


def test_masking_takes_out_numbers_and_own_names() -> None:
    lines = ["2023年砚泽县水务局共答复申请12件，我局网站更新了34.5%的栏目"]
    other = ["2022年柘浦县财政局共答复申请7件，我局网站更新了1%的栏目"]
    rows = masked_sentences(corpus([("砚泽县水务局", 2023, lines), ("柘浦县财政局", 2022, other)]))
    assert rows["masked"].n_unique() == 1
    assert own_names("澜川市砚泽县水务局")[0] == "澜川市砚泽县水务局"


@pytest.mark.parametrize(
    ("text", "other", "containment", "jaccard"),
    [("甲乙丙丁戊己", "甲乙丙丁戊己", 1.0, 1.0), ("甲乙丙丁戊", "子丑寅卯辰", 0.0, 0.0), ("", "甲乙丙丁戊", 0.0, 0.0)],
)
def test_overlap_of_five_grams(text: str, other: str, containment: float, jaccard: float) -> None:
    assert overlap(text, other) == (containment, jaccard)


@pytest.mark.parametrize(
    ("name", "places", "function"),
    [
        ("澜川市砚泽县水务局", ("澜川市", "砚泽县"), "水务局"),
        ("砚泽县住房和城乡建设局", ("砚泽县",), "住房和城乡建设局"),
        ("砚泽县城市管理局", ("砚泽县",), "城市管理局"),
        ("砚泽县市场监督管理局", ("砚泽县",), "市场监督管理局"),
        ("砚泽县人民政府", ("砚泽县",), "人民政府"),
        ("国家某总局", (), "国家某总局"),
    ],
)
def test_names_are_split_into_places_and_function(name: str, places: tuple[str, ...], function: str) -> None:
    assert split_name(name) == (places, function)


@pytest.mark.parametrize(
    ("name", "other", "how"),
    [
        ("澜川市砚泽县水务局", "砚泽县水务局", "same"),
        ("砚泽县人力资源和社会保障局", "砚泽县人社局", "same"),
        ("砚泽县文化广电旅游体育局", "砚泽县文体旅局", "same"),
        ("砚泽县水务局", "柘浦县水务局", "other"),
        ("砚泽县水务局", "砚泽县教育局", "other"),
        ("砚泽县水务局", "澜川市水务局", "unsure"),
        ("砚泽县水务局", "砚泽县人民政府", "unsure"),
        ("苕溪市水务局", "澜川市水务局", "unsure"),
        ("砚泽县水务局", "水务局", "same"),
    ],
)
def test_names_are_told_apart_only_where_it_is_clear(name: str, other: str, how: str) -> None:
    assert compare(name, other) == how


ACCEPTED = {
    ("C-03", "北京市西城区人民政府-2020", "public_review"),
    ("N-15", "西工区人力资源和社会保障局-2023", "一.plan"),
    ("X-01", "西工区人力资源和社会保障局-2023", "report"),
}


def test_the_samples(samples: Path) -> None:
    verdicts = read_files([samples]).verdicts
    found = verdicts.filter(pl.col("verdict") == "fail").select("rule", "report_id", "scope").rows()
    assert set(found) >= ACCEPTED
    assert [r for r in found if r[0] == "N-15"] == [r for r in ACCEPTED if r[0] == "N-15"]
    assert [r for r in found if r[0] == "C-03" and "西城区" in r[1]] == [r for r in ACCEPTED if r[0] == "C-03"]
    assert not [r for r in found if r[0] in {"N-16", "P-03", "P-15", "N-22"} or r[0].startswith("D-")]
    passed = verdicts.filter((pl.col("rule") == "X-01") & (pl.col("verdict") == "pass"))["report_id"]
    assert set(passed) >= {"洪泽区人民政府-2023", "宿迁市人民政府-2023", "宿迁市人民政府-2024"}
    about = verdicts.filter((pl.col("rule") == "X-01") & (pl.col("report_id") == "西工区人力资源和社会保障局-2023"))
    assert about["severity"].to_list() == ["info"]
