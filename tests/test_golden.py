"""Golden facts typed by hand from the printed reports, against the parser."""

from __future__ import annotations

from pathlib import Path

import pytest

from golden import load
from gongkai.parse import parse
from gongkai.readers import read_document

ROOT = Path(__file__).parents[1]
BUNDLED = {p.stem: p for p in sorted((ROOT / "data" / "reports").glob("*.*"))}
PAGES = ["suqian-2023.html", "suqian-2024.html", "hongze-2023.pdf"]
TEXT_SAMPLES = ["beijing-rsj-2019", "xicheng-2020", "xicheng-rsj-2019", "xigong-rsj-2023", "xiqing-rsj-2019"]


def check(path: Path, name: str) -> None:
    golden, report = load(name), parse(read_document(path))
    assert (report.identity.agency, report.identity.year, report.edition) == (
        golden.agency,
        golden.year,
        golden.edition,
    )
    facts = {(f.table, f.item, f.column): f for f in report.facts}
    if golden.no_tables:
        assert {f.status for f in report.facts} == {"absent"}
        return
    assert set(facts) == set(golden.cells)
    assert {k: f.value for k, f in facts.items()} == golden.cells
    assert all(f.status == ("absent" if f.value is None else "number") for f in report.facts)
    assert {k: facts[k].unit for k in golden.units} == golden.units
    orphans = [n.figures["numbers"] for n in report.notes if n.kind == "orphan_numbers"]
    assert orphans == golden.notes


@pytest.mark.parametrize("name", sorted(BUNDLED))
def test_bundled_report(name: str) -> None:
    check(BUNDLED[name], name.removesuffix("-tables"))


@pytest.mark.parametrize("name", PAGES)
def test_sample_page(name: str, samples: Path) -> None:
    check(samples / name, Path(name).stem)


def test_the_blank_form_is_read_as_blank(samples: Path) -> None:
    report = parse(read_document(samples / "form-2021-template.docx"))
    assert (report.identity.agency, report.identity.year, report.edition) == (None, None, "2021")
    assert [f.status for f in report.facts] == ["blank"] * (10 + 175 + 15)


@pytest.mark.parametrize("name", TEXT_SAMPLES)
def test_sample(name: str, samples: Path) -> None:
    check(samples / f"{name}.txt", name)


def test_displaced_numbers_are_offered_not_placed(samples: Path) -> None:
    report = parse(read_document(samples / "xicheng-rsj-2019.txt"))
    offers = [n.figures["offer"] for n in report.notes if n.kind == "orphan_numbers"]
    assert offers == [[["inspection", "decisions", "800"], ["confirmation", "decisions", "22701"]]]
