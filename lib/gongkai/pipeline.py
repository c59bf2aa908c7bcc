"""The whole road in one screen: files → documents → reports → frames → findings. Start reading here."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

import polars as pl
from tqdm import tqdm

from gongkai import rules, store, worker
from gongkai.agencies import agency_of, bodies_of, of_missing, read_agencies, resolve
from gongkai.corrections import apply_corrections, read_corrections, settle
from gongkai.document import Document
from gongkai.errors import GongkaiError, UnreadableFile
from gongkai.facts_file import HEADER, read_facts
from gongkai.frames import Parsed, assemble, build, empty
from gongkai.ledger import Ledger, read_ledger
from gongkai.parse import compose, read_part
from gongkai.parse.model import Part
from gongkai.readers import family, load_bytes, peek, to_document
from gongkai.reviews import as_ledger, merge, of_reports

_TABLES = ("reports", "facts", "claims", "sections", "notes", "tables")


# How the reason begins where a reader itself is at fault.
UNEXPECTED = "reading it failed in a way that was not foreseen"

# Longer files than published pages and texts are read where they can be stopped.
_QUICK = 1_000_000


@dataclass(frozen=True)
class _File:
    """A file as read: what it says of a report, or the reports whose facts it holds."""

    document: Document
    part: Part | None
    reports: list[Parsed]


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
    agencies: pl.DataFrame = field(default_factory=partial(empty, "agencies"))
    stored_findings: pl.DataFrame | None = field(default=None, repr=False)
    stored_reviews: pl.DataFrame | None = field(default=None, repr=False)
    ledger: Ledger = field(default_factory=Ledger, repr=False)
    # Whether a bar is shown where its rules take long.
    progress: bool = field(default=False, repr=False)

    @cached_property
    def verdicts(self) -> pl.DataFrame:
        """Every verdict of every rule, also `pass` and `not_assessable` (a findings frame)."""
        return merge(rules.check(self.frames, progress=self.progress), self.ledger, self.reports, self.agencies)[0]

    @cached_property
    def _decided(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The findings, also those folded under another, with their decisions; and the reviews frame."""
        # Of a large corpus most verdicts are pass: they are made only where someone asks for them.
        every = self.__dict__.get("verdicts")
        found = every if every is not None else rules.check(self.frames, everything=False, progress=self.progress)
        return merge(found, self.ledger, self.reports, self.agencies)

    @cached_property
    def findings(self) -> pl.DataFrame:
        """What fails or is explained by another reading, each cause once (a findings frame)."""
        if self.stored_findings is not None:
            return self.stored_findings
        return rules.reportable(self._decided[0])

    @property
    def every_finding(self) -> pl.DataFrame:
        """The findings, and those folded under another as far as they are known (a findings frame)."""
        return self._decided[0] if self.stored_findings is None else self.stored_findings

    @cached_property
    def reviews(self) -> pl.DataFrame:
        """Every decision of `reviews.csv` with its state, also those whose finding is gone (a reviews frame)."""
        return self._decided[1] if self.stored_reviews is None else self.stored_reviews

    @property
    def frames(self) -> dict[str, pl.DataFrame]:
        """The frames by name, without findings and reviews."""
        return {name: getattr(self, name) for name in (*_TABLES, "files", "agencies")}

    @property
    def set_aside(self) -> pl.DataFrame:
        """The files that could not be read, with the reason and what to do."""
        return self.files.filter(pl.col("status") == "set aside")

    def only(self, agency: str | None = None, year: int | None = None) -> Reading:
        """The reading of one agency (as printed, or its latest name) or year. Raises GongkaiError if there is none."""
        kept = self.reports
        if agency is not None:
            kept = kept.filter((pl.col("agency") == agency) | (agency_of() == agency))
        if year is not None:
            kept = kept.filter(pl.col("year") == year)
        if kept.is_empty():
            choices = sorted({a for a in self.reports["agency"] if a})
            raise GongkaiError(f"no report of {agency or 'any agency'}, {year or 'any year'}. There are: {choices}")
        return self.kept(kept, agency, year)

    def kept(self, reports: pl.DataFrame, agency: str | None, year: int | None) -> Reading:
        """These of its reports, of this agency and year, with the findings on reports that are missing."""
        ids = reports["report_id"].implode()
        frames = {name: getattr(self, name).filter(pl.col("report_id").is_in(ids)) for name in _TABLES}
        there = pl.col("report_id").is_in(self.reports["report_id"].implode())
        missing = ~there & of_missing(self.agencies, agency, year)
        found = self.findings.filter(pl.col("report_id").is_in(ids) | missing)
        decided = of_reports(self.reviews, reports, lambda: ~there & of_missing(self.agencies, agency, year))
        return replace(self, **frames, stored_findings=found, stored_reviews=decided)

    def __repr__(self) -> str:
        counts = f"{len(self.reports)} reports, {len(self.facts)} facts, {len(self.findings)} findings"
        return f"<Reading: {counts}, {len(self.notes)} notes, {len(self.set_aside)} files set aside>"

    def _repr_html_(self) -> str:
        # Pages and charts stand above the road; only a notebook that shows a reading needs them.
        from gongkai.show import summary

        return summary(self)


def _shown(name: str) -> str:
    """A file's name as it can be printed: one that is no UTF-8 with its odd bytes spelled out."""
    return name.encode("utf-8", "backslashreplace").decode()


def _from_bytes(name: str) -> _File:
    """One file read and parsed. Raises UnreadableFile."""
    path, data = _shown(name), load_bytes(Path(name))
    kind = "facts" if data.startswith((b"PAR1", HEADER, codecs.BOM_UTF8 + HEADER)) else family(data, path)
    if kind == "facts":
        reports = read_facts(data, path)
        return _File(reports[0].document, None, reports)
    document = to_document(kind, data, path)
    # The rows stay with the reader: what was read of them is all that goes on.
    return _File(replace(document, rows=(), boxes={}), read_part(document), [])


def _read_one(name: str) -> _File:
    """One file; those that take heavy libraries, and long ones, in a process that can be stopped.

    A file on which a reader fails is set aside like any other that cannot be read: the rest goes on.
    """
    head, size = peek(Path(name))
    try:
        if size <= _QUICK and not head.startswith((b"PK", b"PAR1")) and b"%PDF-" not in head:
            return _from_bytes(name)
        return worker.run(_from_bytes, name)
    except worker.Stopped as e:
        raise UnreadableFile(_shown(name), e.zh, e.en) from e
    except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError, AttributeError) as e:
        what = f"{type(e).__name__}: {str(e).strip().splitlines()[-1][:160] if str(e).strip() else ''}"
        raise UnreadableFile(
            _shown(name),
            f"读取时出现意外错误（{what}）。请将该文件反馈给维护者。",
            f"{UNEXPECTED} ({what}). Please send the file to the maintainers.",
        ) from e


def _joined(files: list[tuple[_File, dict[str, str]]]) -> list[tuple[list[_File], dict[str, str]]]:
    """Files with the manifest's row of each, those of one report together: the report's file, then its attachments."""
    groups: dict[tuple[str, str], tuple[list[_File], dict[str, str]]] = {}
    mains = {row["report"] for _, row in files if row.get("report") and row.get("role") != "attachment"}
    attached: list[tuple[str, _File]] = []
    for file, row in files:
        if row.get("role") == "attachment" and row.get("report") in mains:
            attached.append((row["report"], file))
        else:
            groups[row.get("report", ""), file.document.sha256] = ([file], row)
    for report, file in attached:
        first = next(key for key, (_, row) in groups.items() if key[0] == report and row.get("role") != "attachment")
        groups[first][0].append(file)
    return list(groups.values())


def _parsed(files: list[_File], row: dict[str, str]) -> list[Parsed]:
    if files[0].part is None:
        return files[0].reports
    report = compose([file.part for file in files if file.part is not None])
    return [Parsed(files[0].document, report, row.get("prose"), row.get("role"))]


_LINK_ZH = "这是指向文件夹之外的链接，没有打开。如需读取，请直接给出它所指的文件。"
_LINK = (
    "this is a link that leads out of the folder and was not followed. Name the file it leads to, if you want it read."
)


def _read_each(names: list[str], outside: set[str], progress: bool) -> tuple[list[_File], list[dict[str, str]]]:
    """The files that could be read, and what became of each file."""
    found: list[_File] = []
    outcome: list[dict[str, str]] = []
    seen: dict[str, str] = {}
    for name in tqdm(names, desc="读取报告 / reading", unit="file", disable=not progress or len(names) < 5):
        path = _shown(name)
        try:
            if name in outside:
                raise UnreadableFile(path, _LINK_ZH, _LINK)
            file = _read_one(name)
        except UnreadableFile as e:
            outcome.append({"file": path, "status": "set aside", "reason": e.zh, "reason_en": e.en})
            continue
        if first := seen.get(file.document.sha256):
            reasons = {"reason": f"与 {first} 内容完全相同", "reason_en": f"the same bytes as {first}"}
            outcome.append({"file": path, "status": "duplicate", **reasons})
            continue
        seen[file.document.sha256] = path
        found.append(file)
        outcome.append({"file": path, "status": "read", "sha256": file.document.sha256})
    return found, outcome


def read_files(paths: Iterable[str | Path], progress: bool = False) -> Reading:
    """Read files and folders in order. A file that cannot be read is set aside with its reason.

    given = read + set aside + duplicate (the same bytes as a file before it). Files that the manifest
    lists as attachments of a report are read into it. Declared corrections are applied. Raises
    GongkaiError if a file listed in a manifest has changed, or a correction no longer matches.
    """
    given = list(paths)
    names = store.find_files(given)
    folders = [Path(p) if Path(p).is_dir() else Path(p).parent for p in given]
    manifest = store.read_manifest(folders)
    corrections, ledger = read_corrections(folders), read_ledger(folders)
    # A link that is named itself is meant; one that lies in a folder may not be.
    searched = [Path(p) for p in given if Path(p).is_dir()]
    outside = {name for name in set(names) - set(map(str, given)) if store.leads_out(name, searched)}
    files, outcome = _read_each(names, outside, progress)
    groups = _joined([(file, manifest.get(file.document.sha256, {})) for file in files])
    parsed = [(group, one) for group, row in groups for one in _parsed(group, row)]
    declared = read_agencies(folders)
    whose = bodies_of([(one.report.identity.agency, one.report.identity.year) for _, one in parsed], declared)
    frames = assemble([replace(one, body=body) for (_, one), body in zip(parsed, whose, strict=True)])
    frames["reports"], listed = resolve(frames["reports"], declared, bool(searched))
    frames["facts"] = apply_corrections(frames["facts"], corrections)
    frames["tables"] = settle(frames["tables"], frames["facts"])
    ids: dict[str, str] = {}
    for (group, _), report_id in zip(parsed, frames["reports"]["report_id"], strict=True):
        for file in group:
            ids.setdefault(file.document.sha256, report_id)
    for found in outcome:
        if found["status"] == "read":
            found["report_id"] = ids[found.pop("sha256")]
    return Reading(**frames, files=build("files", outcome), agencies=listed, ledger=ledger, progress=progress)


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
        found, decided = frames.pop("findings"), frames.pop("reviews")
        stored = {"stored_findings": found, "stored_reviews": decided}
        return Reading(**frames, **stored, ledger=as_ledger(decided), progress=progress)
    if not Path(folder).is_dir():
        raise GongkaiError(f"{folder}: no such folder. Name the folder that holds the reports.")
    if not store.find_files([folder]):
        raise GongkaiError(
            f"{folder}: no reports in this folder. Put reports into it: web pages, PDF, Word, Excel or text."
        )
    return read_files([folder], progress=progress)
