"""What is known of the published samples and of the bundled reports, found by the rules: a plain table."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from gongkai.pipeline import Reading, read_files

ROOT = Path(__file__).parents[1]
XICHENG, BUREAU = "北京市西城区人民政府-2020", "北京市西城区人力资源和社会保障局-2019"
BEIJING, XIGONG = "北京市人力资源和社会保障局-2019", "西工区人力资源和社会保障局-2023"
SUQIAN = "宿迁市人民政府-"

# finding, verdict, reading, what its English message says
KNOWN = [
    (f"C-03|{XICHENG}|public_review", "fail", None, "社会评议"),
    (f"C-03|{XICHENG}|assessment", "pass", None, ""),
    (f"C-03|{XICHENG}|accountability", "pass", None, ""),
    (f"N-10|{XICHENG}|received-change", "pass", None, "973"),
    (f"T3-11|{XICHENG}|half", "fail", None, "962 of 1566 requests processed, 61.4% (95 % interval 59.0%–63.8%)"),
    (f"T4-08|{BUREAU}|reconsideration", "pass", None, ""),
    (f"T2A-11|{BUREAU}|coercion", "not_assessable", None, "ten peers"),
    (f"N-18|{BEIJING}|outcome-list", "fail", None, "220"),
    (f"N-15|{XIGONG}|一.plan", "fail", None, "2022年政务公开工作要点"),
    (f"N-14|{XIGONG}|received", "pass", None, ""),
    (f"N-10|{SUQIAN}2023|received-change", "pass", None, "2118"),
    (f"X-03|{SUQIAN}2023|fee_income-list", "pass", None, ""),
    (f"X-03|{SUQIAN}2024|fee_income-list", "pass", None, ""),
    (f"N-10|{SUQIAN}2024|received-change", "fail", None, "1.08"),
    (f"N-13|{SUQIAN}2024|reconsideration", "explained", "concluded", "134"),
    (f"N-13|{SUQIAN}2024|litigation", "explained", "concluded", "57"),
    (f"Y-01|{SUQIAN}2024|total", "pass", None, ""),
    (f"Y-02|{SUQIAN}2024|normative_documents", "pass", None, ""),
    (f"Y-02|{SUQIAN}2024|rules", "pass", None, ""),
    (f"N-05|{BUREAU}|outcome-list", "explained", "processed_and_carried_out", "24"),
    (f"N-07|{BUREAU}|channel-list", "pass", None, ""),
    (f"N-07|{BUREAU}|channel-changes", "pass", None, ""),
    (f"N-10|{BUREAU}|received-change", "pass", None, "35"),
]
WORDING = {"C-03"}  # not judged where the prose is condensed


@pytest.fixture(scope="module")
def bundled() -> Reading:
    return read_files([ROOT / "data" / "reports"])


def verdict(reading: Reading, finding: str) -> tuple[str, str | None, str]:
    found = reading.verdicts.filter(pl.col("finding_id") == finding).to_dicts()
    assert len(found) == 1, finding
    return found[0]["verdict"], found[0]["reading"], found[0]["message_en"]


def test_the_samples(samples: Path) -> None:
    reading = read_files([samples])
    for finding, wanted, known_reading, words in KNOWN:
        given, how, message = verdict(reading, finding)
        assert (given, how) == (wanted, known_reading) and words in message, finding
    shares = reading.verdicts.filter((pl.col("rule") == "N-08") & (pl.col("report_id") == BUREAU))
    assert set(shares["verdict"]) == {"pass"} and shares.height >= 10
    fees = reading.findings.filter(pl.col("rule").str.starts_with("X-") & (pl.col("report_id") == XIGONG))
    assert fees.select("rule", "severity").rows() == [("X-01", "info")]


@pytest.mark.parametrize("known", KNOWN, ids=[k[0] for k in KNOWN])
def test_the_bundled_reports(known: tuple[str, str, str | None, str], bundled: Reading) -> None:
    finding, wanted, known_reading, words = known
    if finding.split("|")[0] in WORDING:
        rows = bundled.verdicts.filter(
            (pl.col("rule") == finding.split("|")[0]) & (pl.col("report_id") == finding.split("|")[1])
        )
        assert set(rows["verdict"]) == {"not_assessable"}
        return
    given, how, message = verdict(bundled, finding)
    assert (given, how) == (wanted, known_reading) and words in message
