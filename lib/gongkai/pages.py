"""Which pages there are, and how an executed notebook becomes one: template, styles, font and the shared script."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import polars as pl

import gongkai
from gongkai import fonts, interactive, selection, show_index
from gongkai.page_names import parent_name, region_name, safe_name
from gongkai.rules.declared import GRADES
from gongkai.show import fill
from gongkai.words import word

if TYPE_CHECKING:
    from gongkai.pipeline import Reading
    from gongkai.saved import Measured

SCRIPT = "pages.js"
AGENCY_NOTEBOOK, REGION_NOTEBOOK = "reports/agency_report.ipynb", "reports/region_report.ipynb"

# What live charts write that stands in no page: minus signs, ellipses and the figures of axes.
_ALWAYS = "".join(map(chr, range(0x20, 0x7F))) + "−–…·±"

# As wide as a Chinese character in the packaged font: English takes them from the reader's own.
_WIDE = set("“”‘’…·—")


# What a page's list of contents leads to: an anchor of its body, and the word for it.
_DETAILS = ("key_figures", "rates", "findings", "claims", "charts", "unread", "tables", "sources")
_BELOW = ("coverage", "order", "sums", "shares", "map", "rules")
_OF_REGION = [(key, f"head_{key}") for key in _BELOW]
_CONTENTS = {
    "agency": [(key, f"page_{key}") for key in ("glance", "changed", "peers", "wrong", "ask")]
    + [(key, f"head_{key}") for key in _DETAILS],
    "region": _OF_REGION,
    "parent": _OF_REGION,
}


@dataclass(frozen=True, eq=False)
class Page:
    """A page to make: of what kind (agency, region or parent), its title, and the notebook with its parameters.

    `name`: the file name without its ending. `parameters`: those that differ from page to page.
    """

    kind: str
    title: str
    name: str
    notebook: str
    parameters: dict[str, Any]


def regions_of(reports: pl.DataFrame) -> list[str]:
    """Every declared region of the reports, sorted."""
    return sorted(set(reports["region"].drop_nulls()))


def parents_of(agencies: pl.DataFrame) -> dict[str, str]:
    """agency_id → name of every body that others are declared to stand below, by id."""
    children = set(agencies["parent"].drop_nulls())
    named = agencies.filter(pl.col("agency_id").is_in(list(children))).sort("agency_id")
    return dict(named.select("agency_id", "agency").rows())


def planned(reading: Reading) -> list[Page]:
    """The pages of a reading: one an agency, one a declared region, one a body that others stand below."""
    agencies = [
        Page("agency", a, safe_name(a), AGENCY_NOTEBOOK, {"agency": a, "year": 0})
        for a in selection.agencies_of(reading.reports)
    ]
    regions = [
        Page("region", r, region_name(r), REGION_NOTEBOOK, {"region": r, "parent": ""})
        for r in regions_of(reading.reports)
    ]
    parents = [
        Page("parent", name, parent_name(i), REGION_NOTEBOOK, {"region": "", "parent": i})
        for i, name in parents_of(reading.agencies).items()
    ]
    return [*agencies, *regions, *parents]


def characters(page: str) -> str:
    """The characters a reader sees in a page, also in its charts' specifications, for the embedded font."""
    return html.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", "", page, flags=re.DOTALL)) + _ALWAYS


def _write(path: Path, template: str, lang: str, **values: Any) -> None:
    """Fill a page's template and put its styles and the characters it uses into it."""
    page = fill(template, lang, version=gongkai.__version__, script=SCRIPT, **values)
    seen = set(characters(page)) - (_WIDE if lang == "en" else set())
    style = fill("style.css", lang) + fonts.face("".join(sorted(seen)), interactive.FAMILY)
    path.write_text(page.replace("<style></style>", f"<style>{style}</style>", 1), encoding="utf-8", newline="\n")


def write_page(page: Page, body: str, out: Path, lang: str) -> Path:
    """Write a page around the outputs of its executed notebook, which stands beside it."""
    path = out / f"{page.name}.html"
    contents = [(key, word(title, lang)) for key, title in _CONTENTS[page.kind]]
    notebook = quote(f"{page.name}.ipynb")
    _write(path, "page.html", lang, page=page, body=body, notebook=notebook, contents=contents)
    return path


def write_script(out: Path) -> Path:
    """Write the one script that all pages share: sorting, filtering and the live charts."""
    path = out / SCRIPT
    path.write_text(interactive.script(), encoding="utf-8", newline="\n")
    return path


def write_index(
    reading: Reading, measured: Measured, out: Path, lang: str, pages: set[Path], failed: list[tuple[str, str]]
) -> Path:
    """Write the index over the `pages` that were made, with what failed and what was set aside."""
    path = out / "index.html"
    made = {p.name for p in pages}
    counts = dict(reading.files.group_by("status").len().rows())
    given = {"given": reading.files.height, "read": counts.get("read", 0), "aside": counts.get("set aside", 0)}
    given["duplicate"] = counts.get("duplicate", 0)
    rows = show_index.rows(reading, measured, made)
    _write(
        path,
        "index.html",
        lang,
        rows=rows,
        filters=show_index.filters(rows, lang),
        levels=show_index.LEVELS,
        regions=show_index.regions(reading, made),
        parents=show_index.parents(reading, made),
        aside=reading.files.filter(pl.col("status") != "read").to_dicts(),
        failed=failed,
        given=given,
        severities=GRADES,
    )
    return path
