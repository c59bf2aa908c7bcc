"""One report from figures and chance."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from random import Random

from gongkai.form import form
from gongkai.synth.chance import chance
from gongkai.synth.drawn import table_keys
from gongkai.synth.layouts import LAYOUTS
from gongkai.synth.model import Agency, Key, MadeReport, Style
from gongkai.synth.numbers import wan_yuan, wan_yuan_of_yuan
from gongkai.synth.prose import Prose

_keys = lru_cache(32)(table_keys)


def choose_style(rng: Random, edition: str, layout: str = "any") -> Style:
    """How one report prints. Reports whose layout loses empty cells have none."""
    columns = form().items["proactive", "other_management"].columns[edition]
    single = rng.random() < (0.95 if columns else 0.15)
    split = ("inspection", "confirmation") if columns and rng.random() < 0.3 else ()
    name = rng.choice(tuple(LAYOUTS)) if layout == "any" else layout
    zeros = ("0", "", "—") if LAYOUTS[name].blanks else ("0", "0", "—")
    return Style(
        single_other=single,
        split=split,
        zero=rng.choices(zeros, (94, 3, 3))[0],
        commas=rng.random() < 0.04,
        plus=rng.random() < 0.4,
        unit=rng.choice(("header", "long header", "cell")),
        layout=name,
    )


def printed(key: Key, number: int, style: Style) -> str:
    """A figure as the report's tables print it."""
    _, item, column = key
    if column == "amount":
        return _amount(item, number, style)
    # Totals are printed even where other zeros are not: a table without any figure is none.
    if number == 0 and key[0] != "proactive" and "total" not in {column, item.removeprefix("processed_")}:
        return style.zero
    if column == "items_change" and number > 0 and style.plus:
        return f"+{number}"
    return f"{number:,}" if style.commas else str(number)


def _amount(item: str, number: int, style: Style) -> str:
    if item == "fees":
        return wan_yuan(number)
    if style.unit == "cell":
        return f"{number}元" if number % 10_000 else f"{number // 10_000}万元"
    return wan_yuan_of_yuan(number, places=4 if style.unit == "long header" else 0)


def cells_of(figures: Mapping[Key, int], edition: str, style: Style) -> dict[Key, str]:
    """Every cell that the form has in this edition and shape, as printed."""
    return {key: printed(key, figures[key], style) for key in _keys(edition, style.single_other, style.split)}


def _published(rng: Random, agency: Agency, year: int) -> str:
    """Departments publish in January, governments until March."""
    month = rng.randint(1, 3) if agency.kind == "government" else 1
    return f"{year + 1}-{month:02d}-{rng.randint(4, 28):02d}"


def _title(rng: Random, agency: Agency, year: int) -> str:
    return agency.name + rng.choice(
        (
            f"{year}年政府信息公开工作年度报告",
            f"{year}年政府信息公开工作年度报告",
            f"{year}年度政府信息公开工作年度报告",
        )
    )


def make_report(
    seed: object,
    agency: Agency,
    year: int,
    edition: str,
    style: Style,
    figures: Mapping[Key, int],
    before: Mapping[Key, int],
) -> MadeReport:
    """A clean report of `figures` (with sums). `before` are last year's, for what the prose compares."""
    rng = chance(seed, agency.agency_id, year, "prose")
    prose = Prose(rng, agency, year, figures, before)
    # The edition that counts the fees charged also has section 六 state the information-processing fee.
    with_fee = "amount" in form().items["proactive", "fees"].columns[edition]
    sections = {
        "一": prose.overview(),
        "四": prose.lead_of("四"),
        "五": prose.problems(),
        "六": prose.closing(with_fee),
    }
    return MadeReport(
        agency=agency,
        year=year,
        edition=edition,
        style=style,
        figures=figures,
        cells=cells_of(figures, edition, style),
        headings=prose.headings(),
        lead=prose.lead(),
        prose=sections,
        said=prose.said,
        published=_published(rng, agency, year),
        title=_title(rng, agency, year),
    )
