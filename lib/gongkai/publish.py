"""Pages: one self-contained HTML page an agency and a region by papermill, and an index over all of them."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from gongkai import pages, runner, saved, selection, store
from gongkai.errors import GongkaiError
from gongkai.page_names import safe_name
from gongkai.pages import Page
from gongkai.rules.declared import rules
from gongkai.words import check_lang

if TYPE_CHECKING:
    from gongkai.pipeline import Reading

__all__ = ["MANIFEST", "Published", "publish", "safe_name"]

# What the last run made; only files listed in it are ever removed.
MANIFEST = "pages.json"


@dataclass(frozen=True)
class Published:
    """What was made: pages by agency, those of regions and parent bodies, what failed with its reason, the index."""

    pages: dict[str, Path]
    regions: dict[str, Path]
    failed: list[tuple[str, str]]
    index: Path


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
    # First the verdicts, which all are kept: the findings are then read off them and no rule runs twice.
    verdicts = reading.verdicts if reading.stored_findings is None else None
    findings = reading.findings
    store.save(reading.frames | {"findings": findings, "reviews": reading.reviews}, out)
    store.write_csv(reading.facts, out / "facts.csv")
    store.write_csv(findings, out / "findings.csv")
    path = out / selection.VERDICTS
    if verdicts is not None:
        verdicts.sort("report_id", maintain_order=True).write_parquet(path)
    elif path.is_file():
        stored = pl.read_parquet(path, columns=["report_id", "rule", "finding_id"])
        # The verdicts on coverage are also of reports that are missing.
        on_reports = stored.filter(~pl.col("rule").is_in([rule["id"] for rule in rules("coverage")]))
        same = set(on_reports["report_id"]) <= set(reading.reports["report_id"])
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


def _root(out: Path) -> str:
    """The way from the pages back to the folder that the paths of the sources start from."""
    try:
        return Path(os.path.relpath(Path.cwd(), out)).as_posix()
    except ValueError:  # another drive of Windows
        return Path.cwd().as_posix()


def _job(page: Page, out: Path, lang: str) -> runner.Job:
    """The page's notebook, to be run in `out` with the page written from its outputs."""
    parameters = page.parameters | {"reports": ".", "lang": lang}
    if page.kind == "agency":  # the only pages that lead into the reports' files
        parameters["root"] = _root(out)
    write = partial(pages.write_page, page, out=out, lang=lang)
    return runner.Job(runner.template(page.notebook), out / f"{page.name}.ipynb", parameters, out, write)


def publish(reading: Reading, out: Path, lang: str = "zh", progress: bool = True) -> Published:
    """Write the frames, a page and an executed notebook an agency and a region, and the index, into `out`.

    A page that fails does not stop the others: it is in `failed` and in the index. Pages of agencies and regions
    that are gone are removed. Raises GongkaiError where `out` cannot be written or a notebook is not there.
    """
    check_lang(lang)
    wanted = pages.planned(reading)
    for notebook in (pages.AGENCY_NOTEBOOK, pages.REGION_NOTEBOOK):
        runner.template(notebook)
    out = Path(out).resolve()
    _prepare(out)
    before = _made_before(out)
    _save_frames(reading, out)
    measured = saved.measure(reading)
    saved.save(measured, out)
    planned = {"index.html"} | {page.name + end for page in wanted for end in (".html", ".ipynb")}
    _list_made(out, before | planned)  # a run that is broken off leaves nothing unlisted
    outcomes = runner.run_all([_job(page, out, lang) for page in wanted], progress)
    made = {page: done.value for page, done in zip(wanted, outcomes, strict=True) if not done.reason}
    failed = [(page.title, done.reason) for page, done in zip(wanted, outcomes, strict=True) if done.reason]
    pages.write_script(out)
    index = pages.write_index(reading, measured, out, lang, set(made.values()), failed)
    kept = {index.name} | {n for p in made.values() for n in (p.name, p.with_suffix(".ipynb").name)}
    for gone in sorted(before - kept):
        (out / gone).unlink(missing_ok=True)
    _list_made(out, kept)
    of_agencies = {page.title: path for page, path in made.items() if page.kind == "agency"}
    others = {page.name: path for page, path in made.items() if page.kind != "agency"}
    return Published(of_agencies, others, failed, index)
