"""Two years of one body: which reports follow which, what is compared and what never is."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from scipy.stats import binomtest

from gongkai.form import form
from gongkai.frames import build
from gongkai.pipeline import Reading, read_files
from gongkai.rules.pairs import crosses, fits, is_prior, own, pair_instances, pairs
from gongkai.rules.wide import all_keys, name
from gongkai.stats import wilson
from test_rules import printed, read_given


def given(*reports: str) -> list:  # type: ignore[type-arg]
    return [printed(*one.split("|", 1)) for one in reports]


def verdicts(reading: Reading, rule: str) -> dict[str, str]:
    found = reading.verdicts.filter(pl.col("rule") == rule)
    return {i.split("|", 1)[1]: v for i, v in found.select("finding_id", "verdict").rows()}


def reports(*rows: tuple[str, str | None, str, int]) -> pl.DataFrame:
    names = ("report_id", "agency_id", "agency", "year")
    return build("reports", [dict(zip(names, r, strict=True)) | {"primary": True} for r in rows])


def bodies(*rows: tuple[str, str | None, int | None]) -> pl.DataFrame:
    names = ("agency_id", "successor", "last_year")
    about = {"agency": "某局", "names": [], "name_years": [], "consolidates": False}
    return build("agencies", [dict(zip(names, r, strict=True)) | about for r in rows])


@pytest.mark.parametrize(
    ("rows", "listed", "prior"),
    [
        ([("b", None, "甲局", 2022), ("a", None, "甲局", 2021)], [], {"b": ("a", False), "a": (None, False)}),
        ([("b", None, "甲局", 2022), ("a", None, "乙局", 2021)], [], {"b": (None, False), "a": (None, False)}),
        ([("b", "x", "甲局", 2022), ("a", "x", "乙局", 2021)], [], {"b": ("a", False), "a": (None, False)}),
        ([("b", None, "甲局", 2022), ("a", None, "甲局", 2020)], [], {"b": (None, False), "a": (None, False)}),
        # two reports of one year: nothing says which of them to compare
        (
            [("c", "x", "甲局", 2022), ("b", "x", "乙局", 2021), ("a", "x", "甲局", 2021)],
            [],
            {"c": (None, False), "b": (None, False), "a": (None, False)},
        ),
        # merged into x: alone before it, beside it, long before it, and still there
        (
            [("b", "x", "甲局", 2022), ("a", "y", "乙局", 2021)],
            [("y", "x", 2021)],
            {"b": ("a", True), "a": (None, False)},
        ),
        (
            [("c", "x", "甲局", 2022), ("b", "x", "甲局", 2021), ("a", "y", "乙局", 2021)],
            [("y", "x", None)],
            {"c": ("b", True), "b": (None, False), "a": (None, False)},
        ),
        (
            [("b", "x", "甲局", 2022), ("a", "x", "甲局", 2021)],
            [("y", "x", 2018)],
            {"b": ("a", False), "a": (None, False)},
        ),
        (
            [("c", "x", "甲局", 2022), ("b", "x", "甲局", 2021), ("a", "y", "乙局", 2022)],
            [("y", "x", None)],
            {"c": ("b", False), "b": (None, False), "a": (None, False)},
        ),
    ],
)
def test_which_report_follows_which(rows: list, listed: list, prior: dict) -> None:  # type: ignore[type-arg]
    found = pairs(reports(*rows), bodies(*listed))
    assert {r: (p, m) for r, p, m in found.select("report_id", "prior_id", "merged").rows()} == prior


NO_CROSSING = {
    ("rules", "disclosed_total"),
    ("rules", "in_force"),
    ("rules", "repealed"),
    ("normative_documents", "disclosed_total"),
    ("normative_documents", "in_force"),
    ("normative_documents", "repealed"),
    ("fees", "amount"),
    ("fees", "items_last_year"),
    ("procurement", "amount"),
    ("other_management", "decisions"),
    ("licensing", "items_last_year"),
}


@pytest.mark.parametrize("instance", pair_instances(), ids=lambda i: f"{i.rule['id']}-{i.scope}")
def test_no_declared_rule_compares_across_the_editions_what_may_not_cross(instance) -> None:  # type: ignore[no-untyped-def]
    """Every pair of editions: a rule over both is judged where all its cells may cross, else within one edition."""
    cells = {own(k) for k in instance.keys if is_prior(k)}
    barred = any(k[1:] in NO_CROSSING for k in cells)
    barred |= any(form().crosses(*k) != "yes" and form().items[k[:2]].shape != "three" for k in cells)
    assert barred != crosses(instance) or not cells
    if instance.rule["pairs"] != "both":
        assert not barred
        return
    for edition, prior in [("2021", "2019"), ("2019", "2021"), ("2019", "2019"), ("2021", "2021")]:
        names = [name(k) for k in all_keys()]
        states = {f"{n}#": pl.Int8 for n in names} | {f"prior.{n}#": pl.Int8 for n in names}
        row = dict.fromkeys(states, 0) | {"edition": edition, "prior.edition": prior, "prior_id": "x"}
        wide = pl.DataFrame([row], schema=states | dict.fromkeys(("edition", "prior.edition", "prior_id"), pl.String))
        judged = wide.select(fits(instance)).item()
        assert not (judged and barred and edition != prior)
        last = instance.rule.get("prior_editions", instance.rule["editions"])
        declared = edition in instance.rule["editions"] and prior in last
        assert judged == (declared and (not barred or edition == prior))


def test_a_wrong_carry_over_is_reported_once(tmp_path: Path) -> None:
    last = "2021 3 | year=2022 ; cell applications.new.total=5 applications.new.business=5 "
    last += "applications.processed_total.total=3 applications.processed_total.business=3 applications.granted.total=3 "
    last += "applications.granted.business=3 applications.carried_out.total=8 applications.carried_out.business=8"
    now = "2021 3 | cell applications.carried_in.total=2 applications.carried_in.business=2 "
    now += "applications.processed_total.total=2 applications.processed_total.business=2 "
    now += "applications.granted.total=2 applications.granted.business=2"
    reading = read_given(given(now, last), tmp_path)
    chain = reading.verdicts.filter((pl.col("rule") == "Y-01") & (pl.col("verdict") == "fail"))
    assert chain.select("scope", "folded_under").sort("scope").rows() == [
        ("business", "T3-03|砚泽县水务局-2022|business"),
        ("total", "T3-03|砚泽县水务局-2022|total"),
    ]
    assert "Y-01" not in set(reading.findings["rule"])
    said = chain.filter(pl.col("scope") == "total").to_dicts()[0]
    assert "可能应为 2" in said["message_zh"] and "2 were left to carry over" in said["message_en"]


def test_a_chain_that_breaks_by_itself_is_a_finding_with_both_places(tmp_path: Path) -> None:
    now, last = (
        "2021 3 | cell applications.carried_in.total=3",
        "2021 3 | year=2022 ; cell applications.new.total=1 applications.carried_out.total=1",
    )
    found = read_given(given(now, last), tmp_path).findings.filter(pl.col("rule") == "Y-01").to_dicts()
    assert [(f["report_id"], f["other_report_ids"], f["severity"]) for f in found] == [
        ("砚泽县水务局-2023", ["砚泽县水务局-2022"], "error")
    ]
    mine, other = found[0]["where"]
    assert mine.startswith("line ") and other.startswith("砚泽县水务局-2022: line ")


def test_what_follows_from_a_failed_rule_is_folded(tmp_path: Path) -> None:
    reading = read_given(given("2021 3 | cell proactive.rules.repealed=5", "2021 3 | year=2022"), tmp_path)
    under = dict(reading.verdicts.filter(pl.col("verdict") == "fail").select("rule", "folded_under").rows())
    assert under["Y-02"] == "T2B-05|砚泽县水务局-2023|rules"
    assert under["T2B-05"] is None


def test_a_gap_in_the_series_and_the_missing_report_are_one_finding(tmp_path: Path) -> None:
    steps = "2021 3 | agencies shui,砚泽县水务局,2010,,county,,,,,,"
    reading = read_given(given(steps, "2021 3 | year=2021"), tmp_path)
    assert verdicts(reading, "C-07")["砚泽县水务局-2022|report"] == "fail"
    gap = reading.verdicts.filter((pl.col("rule") == "Y-10") & (pl.col("verdict") == "fail")).to_dicts()
    assert [g["folded_under"] for g in gap] == ["C-07|砚泽县水务局-2022|report"]
    # A body's reading keeps the findings on its missing reports; that of another year does not.
    assert "C-07" in set(reading.only(agency="砚泽县水务局").findings["rule"])
    assert "C-07" not in set(reading.only(year=2021).findings["rule"])


def test_a_body_below_that_exceeds_its_parent_accounts_for_the_wrong_sum(tmp_path: Path) -> None:
    head = (
        "2021 3 | agency=砚泽县人民政府 ; cell applications.new.total=4 ; agencies yz,砚泽县人民政府,,,county,,,,,,yes"
    )
    head += " ; agencies shui,砚泽县水务局,,,county,,,,yz,, ; agencies ban,砚泽县人民政府办公室,,,county,,,office,yz,,"
    child, office = "2021 3 | cell applications.new.total=5", "2021 3 | agency=砚泽县人民政府办公室"
    reading = read_given(given(head, child, office), tmp_path)
    under = reading.verdicts.filter(pl.col("rule").str.starts_with("H-") & (pl.col("verdict") == "fail"))
    assert dict(under.select("rule", "folded_under").rows()) == {
        "H-01": "H-02|砚泽县人民政府-2023|applications:shui",
        "H-02": None,
    }


@pytest.mark.parametrize(("k", "n"), [(2, 5), (3, 69), (0, 9), (9, 9), (20, 55), (1, 1)])
def test_wilson_is_that_of_scipy(k: int, n: int) -> None:
    low, high = wilson(pl.col("k").cast(pl.Float64), pl.col("n").cast(pl.Float64))
    found = pl.DataFrame({"k": [k], "n": [n]}).select(low.alias("low"), high.alias("high")).row(0)
    wanted = binomtest(k, n).proportion_ci(method="wilson")
    assert found == pytest.approx((wanted.low, wanted.high), abs=1e-12)


def test_no_interval_of_no_cases() -> None:
    low, _ = wilson(pl.col("k"), pl.col("n"))
    assert pl.DataFrame({"k": [0.0], "n": [0.0]}).select(low.alias("low")).item() is None


def test_published_years_that_agree(samples: Path) -> None:
    reading = read_files([samples / "suqian-2023.html", samples / "suqian-2024.html"])
    chain = reading.verdicts.filter(pl.col("rule").is_in(["Y-01", "Y-02"]) & (pl.col("scope") != "report"))
    assert chain.height == 9
    assert set(chain["verdict"]) == {"pass"}


def test_published_shares_raise_no_alarm(samples: Path) -> None:
    reading = read_files([samples / "xicheng-rsj-2019.txt", samples / "xicheng-2020.txt"])
    found = reading.verdicts.filter((pl.col("rule") == "T4-08") & (pl.col("scope") == "reconsideration"))
    assert found["verdict"].to_list() == ["pass", "pass"]
