"""The whole road in one screen: files → documents → reports → frames → findings. Start reading here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import polars as pl
from tqdm.auto import tqdm

from gongkai import rules, store
from gongkai.document import Document
from gongkai.errors import GongkaiError, UnreadableFile
from gongkai.frames import Parsed, assemble, build
from gongkai.parse import parse
from gongkai.readers import read_document

_TABLES = ("reports", "facts", "claims", "sections", "notes", "tables")


@dataclass(frozen=True, repr=False)
class Reading:
    """Reports as frames. `files` says what became of every file given; the rest is in the dictionary."""

    reports: pl.DataFrame
    facts: pl.DataFrame
    claims: pl.DataFrame
    sections: pl.DataFrame
    notes: pl.DataFrame
    tables: pl.DataFrame
    files: pl.DataFrame
    stored_findings: pl.DataFrame | None = field(default=None, repr=False)

    @cached_property
    def verdicts(self) -> pl.DataFrame:
        """Every verdict of every rule, also `pass` and `not_assessable` (a findings frame)."""
        return rules.check(self.frames)

    @cached_property
    def findings(self) -> pl.DataFrame:
        """What fails or is explained by another reading, each cause once (a findings frame)."""
        return self.stored_findings if self.stored_findings is not None else rules.reportable(self.verdicts)

    @property
    def frames(self) -> dict[str, pl.DataFrame]:
        """The frames by name, without findings."""
        return {name: getattr(self, name) for name in (*_TABLES, "files")}

    @property
    def set_aside(self) -> pl.DataFrame:
        """The files that could not be read, with the reason and what to do."""
        return self.files.filter(pl.col("status") == "set aside")

    def only(self, agency: str | None = None, year: int | None = None) -> Reading:
        """The reading of one agency (as printed) or year. Raises GongkaiError if there is none."""
        kept = self.reports
        if agency is not None:
            kept = kept.filter(pl.col("agency") == agency)
        if year is not None:
            kept = kept.filter(pl.col("year") == year)
        if kept.is_empty():
            choices = sorted({a for a in self.reports["agency"] if a})
            raise GongkaiError(f"no report of {agency or 'any agency'}, {year or 'any year'}. There are: {choices}")
        ids = kept["report_id"].implode()
        frames = {name: f.filter(pl.col("report_id").is_in(ids)) for name, f in self.frames.items() if name != "files"}
        found = self.findings.filter(pl.col("report_id").is_in(ids))
        return Reading(**frames, files=self.files, stored_findings=found)

    def __repr__(self) -> str:
        counts = f"{len(self.reports)} reports, {len(self.facts)} facts, {len(self.findings)} findings"
        return f"<Reading: {counts}, {len(self.notes)} notes, {len(self.set_aside)} files set aside>"

    def _repr_html_(self) -> str:
        # Pages and charts stand above the road; only a notebook that shows a reading needs them.
        from gongkai.show import summary

        return summary(self)


def _read_one(path: str) -> tuple[Document, Parsed]:
    document = read_document(path)
    return document, Parsed(document, parse(document))


def read_files(paths: Iterable[str | Path], progress: bool = False) -> Reading:
    """Read files and folders in order. A file that cannot be read is set aside with its reason.

    given = read + set aside + duplicate (the same bytes as a file before it). Raises GongkaiError if a
    file listed in a manifest has changed.
    """
    given = list(paths)
    files = store.find_files(given)
    folders = [Path(p) if Path(p).is_dir() else Path(p).parent for p in given]
    manifest = store.read_manifest(folders)
    parsed: list[Parsed] = []
    outcome: list[dict[str, str]] = []
    seen: dict[str, str] = {}
    for name in tqdm(files, desc="读取报告 / reading", unit="file", disable=not progress or len(files) < 5):
        # A name that is no UTF-8 is shown with its odd bytes spelled out.
        path = name.encode("utf-8", "backslashreplace").decode()
        try:
            document, one = _read_one(name)
            document = replace(document, source=path)
        except UnreadableFile as e:
            outcome.append({"file": path, "status": "set aside", "reason": e.zh, "reason_en": e.en})
            continue
        if document.sha256 in seen:
            first = seen[document.sha256]
            reasons = {"reason": f"与 {first} 内容完全相同", "reason_en": f"the same bytes as {first}"}
            outcome.append({"file": path, "status": "duplicate", **reasons})
            continue
        seen[document.sha256] = path
        row = manifest.get(document.sha256, {})
        parsed.append(Parsed(document, one.report, row.get("prose"), row.get("role")))
        outcome.append({"file": path, "status": "read"})
    frames = assemble(parsed)
    ids = iter(frames["reports"]["report_id"])
    for found in outcome:
        if found["status"] == "read":
            found["report_id"] = next(ids)
    return Reading(**frames, files=build("files", outcome))


def read(path: str | Path) -> Reading:
    """Read one report. Raises UnreadableFile with the reason and the remedy.

    `.facts`, `.findings`, `.sections` and `.notes` are polars frames; see the data dictionary.
    """
    if Path(path).is_dir():
        raise GongkaiError(f"{path}: this is a folder; gongkai.read_folder reads folders.")
    reading = read_files([path])
    for row in reading.set_aside.iter_rows(named=True):
        raise UnreadableFile(row["file"], row["reason"], row["reason_en"])
    return reading


def read_folder(folder: str | Path, progress: bool = True) -> Reading:
    """Read every report in `folder`, or the frames that `gongkai reports` left in it.

    Raises GongkaiError if there is no such folder or no file in it.
    """
    if store.is_store(folder):
        frames = store.load(folder)
        found = frames.pop("findings")
        return Reading(**frames, stored_findings=found)
    if not Path(folder).is_dir():
        raise GongkaiError(f"{folder}: no such folder. Name the folder that holds the reports.")
    if not store.find_files([folder]):
        raise GongkaiError(f"{folder}: no reports in this folder. Put .txt or .md files into it.")
    return read_files([folder], progress=progress)
