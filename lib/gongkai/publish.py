"""Pages: one self-contained HTML page an agency by papermill, and an index over all of them."""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import polars as pl
from tqdm import tqdm

import gongkai
from gongkai import fonts, runner, selection, store
from gongkai.agencies import agency_of
from gongkai.errors import GongkaiError
from gongkai.rules.declared import GRADES
from gongkai.show import fill
from gongkai.words import check_lang, word

if TYPE_CHECKING:
    from gongkai.pipeline import Reading

NOTEBOOK = "reports/agency_report.ipynb"

# What the last run made; only files listed in it are ever removed.
MANIFEST = "pages.json"

_RESERVED = {"con", "prn", "aux", "nul", "index", *(f"{d}{n}" for d in ("com", "lpt") for n in range(10))}


@dataclass(frozen=True)
class Published:
    """What was made: pages by agency, the agencies that failed with their reason, and the index."""

    pages: dict[str, Path]
    failed: list[tuple[str, str]]
    index: Path


def safe_name(agency: str) -> str:
    """A file name for an agency: its own where that is safe everywhere, else a like one with a hash.

    Stable: it depends on the agency alone.
    """
    name = unicodedata.normalize("NFC", agency)
    name = "".join(
        "_" if unicodedata.category(c)[0] in "CZ" or c in "<>:\"/\\|?*#%&'`$;=+@!,~^(){}[]" else c for c in name
    )
    name = re.sub(r"^[._-]+|[. ]+$|(?<=\.)\.", "_", name)
    short = name.encode()[:120].decode(errors="ignore") or "_"
    if short != agency or short != short.casefold() or short.split(".")[0].casefold() in _RESERVED:
        stem = "_" if short.split(".")[0].casefold() in _RESERVED else ""
        return f"{stem}{short}-{hashlib.sha256(agency.encode()).hexdigest()[:8]}"
    return short


def _prepare(out: Path) -> None:
    """Make `out` and try to write there. Raises GongkaiError naming it."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as e:
        raise GongkaiError(f"{out}: cannot be written ({e.strerror}). Name another folder with --out.") from e


def _save_frames(reading: Reading, out: Path) -> None:
    """The frames as Parquet, facts and findings also as CSV, and every verdict where the rules have been run."""
    findings = reading.findings
    store.save(reading.frames | {"findings": findings, "reviews": reading.reviews}, out)
    store.write_csv(reading.facts, out / "facts.csv")
    store.write_csv(findings, out / "findings.csv")
    path = out / selection.VERDICTS
    if reading.stored_findings is None:
        reading.verdicts.write_parquet(path)
    elif path.is_file():
        stored = pl.read_parquet(path)
        same = set(stored["report_id"]) <= set(reading.reports["report_id"])
        if not same or not set(findings["finding_id"]) <= set(stored["finding_id"]):
            path.unlink()


def _made_before(out: Path) -> set[str]:
    """The file names that the last run listed, in `out` itself and nowhere else."""
    path = out / MANIFEST
    if not path.is_file():
        return set()
    try:
        listed = json.loads(path.read_text("utf-8"))["made"]
        return {n for n in listed if Path(n).name == n and n.endswith((".html", ".ipynb"))}
    except (ValueError, KeyError, TypeError) as e:
        raise GongkaiError(f"{path}: damaged. Delete it and the pages beside it, then run again.") from e


def _list_made(out: Path, names: set[str]) -> None:
    listed = json.dumps({"made": sorted(names)}, ensure_ascii=False, indent=1)
    (out / MANIFEST).write_text(listed + "\n", encoding="utf-8")


def _visible(page: str) -> str:
    """The characters a reader sees in a page, for the embedded font."""
    return html.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", "", page, flags=re.DOTALL))


def _write_page(path: Path, template: str, lang: str, **values: Any) -> None:
    """Fill a page's template and put its styles and the characters it uses into it."""
    page = fill(template, lang, version=gongkai.__version__, **values)
    style = fill("style.css", lang) + fonts.face(_visible(page), "gongkai-page")
    path.write_text(page.replace("<style></style>", f"<style>{style}</style>", 1), encoding="utf-8", newline="\n")


def _reason(error: Exception) -> str:
    """Why a page failed, in one line."""
    name = getattr(error, "ename", type(error).__name__)
    text = getattr(error, "evalue", None) or str(error)
    return f"{name}: {' '.join(str(text).split())}"[:500]


def _root(out: Path) -> str:
    """The way from the pages back to the folder that the paths of the sources start from."""
    try:
        return Path(os.path.relpath(Path.cwd(), out)).as_posix()
    except ValueError:  # another drive of Windows
        return Path.cwd().as_posix()


def _publish_one(agency: str, out: Path, lang: str, name: str) -> Path:
    """Run the agency's notebook in `out` and write its page. Raises where a cell fails."""
    notebook = out / f"{name}.ipynb"
    parameters = {"agency": agency, "year": 0, "reports": ".", "root": _root(out), "lang": lang}
    runner.run(runner.template(NOTEBOOK), notebook, parameters, cwd=out)
    page = out / f"{name}.html"
    _write_page(page, "page.html", lang, agency=agency, body=runner.body(notebook), notebook=quote(notebook.name))
    return page


def _index_rows(reading: Reading, pages: dict[str, Path]) -> list[dict[str, Any]]:
    """One row an agency: its years, its findings by severity, its cells without a number, its links."""
    of = dict(reading.reports.select("report_id", agency_of()).rows())
    rows = []
    for agency in selection.agencies_of(reading.reports):
        ids = [r for r, a in of.items() if a == agency]
        mine = reading.reports.filter(pl.col("report_id").is_in(ids))
        found = reading.findings.filter(pl.col("report_id").is_in(ids))
        graded = dict(found.group_by(selection.grade_of()).len().rows())
        cells = reading.facts.filter(pl.col("report_id").is_in(ids))
        page = pages.get(agency)
        rows.append(
            {
                "agency": agency,
                "years": sorted({y for y in mine["year"] if y}),
                "reports": mine.height,
                "cells": cells.height,
                "missing": cells["value"].null_count(),
                "page": quote(page.name) if page else "",
                "notebook": quote(page.with_suffix(".ipynb").name) if page else "",
            }
            | {s: graded.get(s, 0) for s in GRADES}
        )
    return rows


def _write_index(reading: Reading, out: Path, lang: str, pages: dict[str, Path], failed: list[tuple[str, str]]) -> Path:
    path = out / "index.html"
    aside = reading.files.filter(pl.col("status") != "read").to_dicts()
    counts = dict(reading.files.group_by("status").len().rows())
    given = {"given": reading.files.height, "read": counts.get("read", 0), "aside": counts.get("set aside", 0)}
    given["duplicate"] = counts.get("duplicate", 0)
    rows = _index_rows(reading, pages)
    _write_page(path, "index.html", lang, rows=rows, aside=aside, failed=failed, given=given, severities=GRADES)
    return path


def publish(reading: Reading, out: Path, lang: str = "zh", progress: bool = True) -> Published:
    """Write the frames, a page and an executed notebook an agency, and the index, into `out`.

    A page that fails does not stop the others: it is in `failed` and in the index. Pages of agencies that
    are gone are removed. Raises GongkaiError where `out` cannot be written or the notebook is not there.
    """
    check_lang(lang)
    runner.template(NOTEBOOK)
    out = Path(out).resolve()
    _prepare(out)
    before = _made_before(out)
    _save_frames(reading, out)
    pages: dict[str, Path] = {}
    failed: list[tuple[str, str]] = []
    agencies = selection.agencies_of(reading.reports)
    planned = {"index.html"} | {safe_name(a) + end for a in agencies for end in (".html", ".ipynb")}
    _list_made(out, before | planned)  # a run that is broken off leaves nothing unlisted
    for agency in tqdm(agencies, desc=word("progress", "zh") + " / " + word("progress", "en"), disable=not progress):
        try:
            pages[agency] = _publish_one(agency, out, lang, safe_name(agency))
        except Exception as e:  # whatever a cell can raise is one page's failure, not the run's
            failed.append((agency, _reason(e)))
    index = _write_index(reading, out, lang, pages, failed)
    made = {index.name} | {n for p in pages.values() for n in (p.name, p.with_suffix(".ipynb").name)}
    for gone in sorted(before - made):
        (out / gone).unlink(missing_ok=True)
    _list_made(out, made)
    return Published(pages, failed, index)
