"""Which body a report is of: agencies.csv, renames, mergers, bodies without an entry, and lists that cannot be."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from gongkai import selection
from gongkai.agencies import Agency, ending, read_agencies, resolve
from gongkai.errors import GongkaiError
from gongkai.frames import build
from gongkai.rules import coverage
from gongkai.rules.coverage import published_on
from gongkai.rules.hierarchy import has_power

HEADER = "agency_id,name,first_year,last_year,level,region,code,kind,parent,successor,consolidates,deadline\n"
LINES = """yz,砚泽县人民政府,,,county,砚泽县,,,,,yes,
shui,砚泽县水利局,2010,2020,county,砚泽县,,department,yz,,,
shui,砚泽县水务局,2021,,,,,,,,,
guan,砚泽县灌溉局（渠道办）,,2022,county,,,,yz,shui,,
shui2,柳河县水利局,2015,2018,,,,,,,,
shui3,柳河县水利局,2019,,,,,,,,,
"""


def listed(folder: Path, lines: str) -> dict[str, Agency]:
    (folder / "agencies.csv").write_text(HEADER + lines, "utf-8")
    return read_agencies([folder])


def reports(*printed: tuple[str | None, int | None]) -> pl.DataFrame:
    return build(
        "reports",
        [{"report_id": f"{a}-{y}", "agency": a, "year": y, "primary": True} for a, y in printed],
    )


@pytest.mark.parametrize(
    ("printed", "year", "agency_id", "kind", "kind_from"),
    [
        ("砚泽县人民政府", 2023, "yz", "government", "name"),
        ("砚泽县水利局", 2020, "shui", "department", "agencies"),
        ("砚泽县水务局", 2021, "shui", "department", "agencies"),
        ("砚泽县水务局", 2020, "shui", "department", "agencies"),  # the new name a year early, of one body only
        ("砚泽县水利局", 2023, "shui", "department", "agencies"),  # the old name printed on
        ("砚泽县水利局", 2009, None, "department", "name"),  # before the body was there
        (" 砚泽县 水务局", 2022, "shui", "department", "agencies"),
        ("砚泽县灌溉局(渠道办)", 2022, "guan", "department", "name"),
        ("砚泽县灌溉局〔渠道办〕", 2022, "guan", "department", "name"),
        ("砚泽县灌溉局（渠道办）", 2023, None, "department", "name"),  # merged by then
        ("柳河县水利局", 2018, "shui2", "department", "name"),
        ("柳河县水利局", 2019, "shui3", "department", "name"),
        ("柳河县水利局", None, None, "department", "name"),  # two bodies, no year to tell them apart
        ("砚泽县水务局", None, "shui", "department", "agencies"),
        ("砚泽县渔业集团", 2023, None, None, None),
        (None, 2023, None, None, None),
    ],
)
def test_resolution(
    printed: str | None,
    year: int | None,
    agency_id: str | None,
    kind: str | None,
    kind_from: str | None,
    tmp_path: Path,
) -> None:
    found, _ = resolve(reports((printed, year)), listed(tmp_path, LINES))
    assert found.select("agency_id", "kind", "kind_from").rows() == [(agency_id, kind, kind_from)]


def test_renamed_body_is_one_series_under_its_latest_name(tmp_path: Path) -> None:
    given = reports(("砚泽县水利局", 2020), ("砚泽县水务局", 2021), ("砚泽县林业局", 2021))
    found, agencies = resolve(given, listed(tmp_path, LINES))
    assert selection.agencies_of(found) == ["砚泽县林业局", "砚泽县水务局"]
    assert found["parent"].to_list() == ["yz", "yz", None]
    shui = agencies.filter(pl.col("agency_id") == "shui").to_dicts()[0]
    assert (shui["agency"], shui["names"], shui["name_years"]) == (
        *("砚泽县水务局", ["砚泽县水利局", "砚泽县水务局"]),
        ["2010-2020", "2021-"],
    )
    assert (shui["first_year"], shui["last_year"], shui["consolidates"]) == (2010, None, False)
    met = agencies.filter(pl.col("agency_id").is_null()).select("agency", "kind", "kind_from").rows()
    assert met == [("砚泽县林业局", "department", "name")]


def test_of_single_files_only_the_bodies_met_are_listed(tmp_path: Path) -> None:
    _, agencies = resolve(reports(("砚泽县水务局", 2021)), listed(tmp_path, LINES), whole=False)
    assert agencies["agency_id"].to_list() == ["shui"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("a,甲局,,,,,,,b,,,\n", r"line 2: parent “b” of a is not in the list"),
        ("a,甲局,,,,,,,,b,,\n", r"line 2: successor “b” of a is not in the list"),
        ("a,甲局,,,,,,,b,,,\nb,乙局,,,,,,,a,,,\n", r"parent lead in a circle: a → b → a"),
        ("a,甲局,,,,,,,a,,,\n", r"parent lead in a circle: a → a"),
        ("a,甲局,,2020,,,,,,,,\nb,甲局,2020,,,,,,,,,\n", r"line 3: “甲局” is a in the same years"),
        ("a,甲局,2019,,,,,,,,,\na,甲局,2020,,,,,,,,,\n", r"line 3: “甲局” is declared twice"),
        ("a,甲局,2021,2020,,,,,,,,\n", r"line 2: “2021” to “2020” are no years"),
        ("a,甲局,去年,,,,,,,,,\n", r"line 2: “去年” to “” are no years"),
        ("a,甲局,,,district,,,,,,,\n", r"line 2: level “district” is none of ministry"),
        ("a,甲局,,,,,,bureau,,,,\n", r"line 2: kind “bureau” is none of"),
        ("a,甲局,,,,,,,,,maybe,\n", r"line 2: consolidates “maybe” is none of yes, no"),
        ("a,甲局,,,,,,,,,,1月\n", r"line 2: deadline “1月” is no month and day"),
        ("a,甲局,,2020,city,,,,,,,\na,乙局,2021,,county,,,,,,,\n", r"line 3: level of a differ"),
        (",甲局,,,,,,,,,,\n", r"line 2: agency_id missing"),
        ("a b,甲局,,,,,,,,,,\n", r"line 2: the agency_id “a b” holds"),
        ("a,甲局\n", r"line 2: first_year, last_year, .* missing"),
    ],
)
def test_lists_that_cannot_be(lines: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(GongkaiError, match=said) as told:
        listed(tmp_path, lines)
    assert "Mend agencies.csv" in str(told.value)


@pytest.mark.parametrize(
    ("name", "kind", "bound"),
    [
        ("砚泽县人民政府", "government", "yes"),
        ("砚江市政府", "government", "yes"),
        ("砚泽县柳河镇人民政府", "government", "no"),
        ("砚泽区东风街道办事处", "government", "no"),
        ("砚江经济开发区管理委员会", "government", "no"),
        ("砚江市国有资产监督管理委员会", "department", "yes"),
        ("砚江市城市管理委员会", "department", "yes"),
        ("砚江市人民政府办公室", "office", "no"),
        ("砚江省人民政府办公厅", "office", "no"),
        ("砚江市人民防空办公室", "department", "no"),
        ("砚江市发改委", "department", "yes"),
        ("砚泽县教育局（体育局）", "department", "yes"),
        ("砚江市不动产登记中心", "department", "no"),
        ("砚江水务集团", None, "no"),
        ("砚江", None, None),
    ],
)
def test_kind_from_the_ending_of_a_name(name: str, kind: str | None, bound: str | None) -> None:
    found = ending(name)
    assert (found.get("kind") or None, found.get("bound")) == (kind, bound)


@pytest.mark.parametrize(
    ("name", "kind", "level", "power"),
    [
        ("住房部", "department", "ministry", True),
        ("砚江省人民政府", "government", "province", True),
        ("砚江省住房和城乡建设厅", "department", "province", False),
        ("砚江市人民政府", "government", "city", True),
        ("砚江市人民政府办公室", "office", "city", True),
        ("砚江市教育局", "department", "city", False),
        ("砚江市人民政府", "government", None, None),
        ("砚江省住房和城乡建设厅", "department", None, None),
        ("砚江市社区矫正管理局", "department", None, None),
        ("砚江自治区水利厅", "department", None, None),
        ("砚江壮族自治区人民政府", "government", None, None),
        ("砚岭地区农业局", "department", None, None),
        ("新乡市城乡规划局", "department", None, None),
        ("景德镇市人民政府", "government", None, None),
        ("砚江市自然保护区管理局", "department", None, None),
        ("砚江市砚北区人力资源和社会保障局", "department", None, False),
        ("砚北区住房和城乡建设局", "department", None, False),
        ("砚泽县人民政府", "government", None, False),
        ("砚泽县柳河镇人民政府", "government", None, False),
        ("砚北区东风街道办事处", "government", None, False),
        (None, None, None, None),
    ],
)
def test_the_power_to_make_rules(name: str | None, kind: str | None, level: str | None, power: bool | None) -> None:
    assert has_power(name, kind, level) is power


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024-01-17", "2024-01-17"),
        ("2024年1月7日 10:30", "2024-01-07"),
        ("20240117", "2024-01-17"),
        ("2024/1/31", "2024-01-31"),
        ("2024-02-30", "None"),
        ("昨天", "None"),
        (None, "None"),
    ],
)
def test_dates_of_publication(text: str | None, iso: str) -> None:
    assert str(published_on(text)) == iso


def test_coverage_matrix(tmp_path: Path) -> None:
    given = reports(("砚泽县人民政府", 2019), ("砚泽县人民政府", 2021), ("砚泽县水利局", 2019), ("砚泽县林业局", 2022))
    lines = "yz,砚泽县人民政府,,,,,,,,,,\nshui,砚泽县水利局,2010,2020,,,,,,,,\nxin,砚泽县新局,2021,,,,,,,,,\n"
    found, agencies = resolve(given, listed(tmp_path, lines))
    matrix = coverage.coverage_matrix(found, agencies)
    statuses = {a: rows["status"].to_list() for (a,), rows in matrix.group_by("agency", maintain_order=True)}
    assert statuses == {
        "砚泽县人民政府": ["reported", "missing", "reported", "unknown"],
        "砚泽县水利局": ["reported", "missing", "not due", "not due"],
        "砚泽县新局": ["not due", "not due", "missing", "missing"],
        "砚泽县林业局": ["unknown", "unknown", "unknown", "reported"],
    }
    assert set(matrix["year"]) == {2019, 2020, 2021, 2022}
