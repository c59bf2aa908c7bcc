"""Made-up reports as a data folder: the files, manifest.csv, agencies.csv and the answer key."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from tqdm import tqdm

from gongkai.errors import GongkaiError
from gongkai.synth.layouts import LAYOUTS, render
from gongkai.synth.model import Agency, KeyEntry, MadeReport

MADE_BY = "gongkai synth"
_MANIFEST = ("report", "agency", "year", "file", "role", "prose", "source", "sha256")
_AGENCIES = (
    "agency_id",
    "name",
    "first_year",
    "last_year",
    "level",
    "region",
    "code",
    "kind",
    "parent",
    "successor",
    "consolidates",
)
_KEY = (
    "report_id",
    "class",
    "table",
    "item",
    "column",
    "printed",
    "true",
    "section",
    "rules",
    "verdict",
    "detectable",
    "reason",
    "found_at",
)
LISTS = ("manifest.csv", "agencies.csv", "answer_key.csv")


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def agency_rows(agencies: Iterable[Agency]) -> bytes:
    """`agencies.csv`: a line an agency."""
    rows = []
    for a in agencies:
        years = (a.first_year or "", a.last_year or "")
        adds = "yes" if a.consolidates else ""
        rows.append((a.agency_id, a.name, *years, a.level, a.region, "", a.kind, a.parent, a.successor, adds))
    return _csv(_AGENCIES, rows)


def key_rows(entries: Iterable[KeyEntry]) -> bytes:
    """`answer_key.csv`: a line a planted error."""
    rows = []
    for e in entries:
        place = (e.table, e.item, e.column, e.printed, e.true, e.section)
        expected = (" ".join(e.rules), e.verdict, "yes" if e.detectable else "no", e.reason)
        rows.append((e.report_id, e.code, *place, *expected, e.found_at))
    return _csv(_KEY, rows)


def _earlier(folder: Path) -> list[Path]:
    """The files of an earlier run in `folder`. Raises GongkaiError if there is any other file, or one was changed."""
    manifest = folder / "manifest.csv"
    ours: set[Path] = set()
    if manifest.is_file():
        rows = list(csv.DictReader(io.StringIO(manifest.read_text("utf-8"), newline="")))
        for row in rows:
            file = folder / (row.get("file") or "")
            digest = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
            if row.get("source") == MADE_BY and digest == row.get("sha256"):
                ours.add(file)
        if rows and all(row.get("source") == MADE_BY for row in rows):
            ours |= {folder / name for name in LISTS}
    there = sorted(p for p in folder.rglob("*") if not p.is_dir()) if folder.is_dir() else []
    strange = [p for p in there if p not in ours]
    if strange:
        raise GongkaiError(
            f"{strange[0]}: 文件夹里有不是上次生成的文件，没有写入。the folder holds a file that no earlier run made "
            "(or that was changed since); nothing was written. Name an empty folder with --out."
        )
    return there


def write(
    reports: Iterable[MadeReport],
    folder: str | Path,
    agencies: Iterable[Agency] = (),
    key: Iterable[KeyEntry] = (),
    progress: bool = False,
    count: int | None = None,
) -> int:
    """Write reports, lists and answer key into `folder`, in place of an earlier run's; returns how many reports.

    `agencies` without those given are taken from the reports. Raises GongkaiError if the folder holds other files.
    """
    base = Path(folder)
    for old in _earlier(base):
        old.unlink()
    (base / "reports").mkdir(parents=True, exist_ok=True)
    known = {a.agency_id: a for a in agencies}
    lines = []
    for report in tqdm(reports, desc="生成报告 / making", unit="report", total=count, delay=2, disable=not progress):
        known.setdefault(report.agency.agency_id, report.agency)
        name = f"reports/{report.agency.agency_id}-{report.year}{LAYOUTS[report.style.layout].ending}"
        content = render(report).encode("utf-8")
        (base / name).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        lines.append((report.report_id, report.agency.name, report.year, name, "primary", "", MADE_BY, digest))
    (base / "agencies.csv").write_bytes(agency_rows(known.values()))
    (base / "answer_key.csv").write_bytes(key_rows(key))
    (base / "manifest.csv").write_bytes(_csv(_MANIFEST, lines))
    return len(lines)
