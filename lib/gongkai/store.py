"""A folder of reports ↔ frames: which files there are, what the manifest says, Parquet on disk."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from gongkai.errors import GongkaiError
from gongkai.frames import SCHEMA, schema
from gongkai.readers.encoding import decode

# Files of gongkai's own in a data folder; they are no reports.
OWN_FILES = {
    "manifest.csv",
    "agencies.csv",
    "aliases.csv",
    "answer_key.csv",
    "corrections.csv",
    "reviews.csv",
    "SOURCES.md",
}

_OF_REPORTS = ("facts", "claims", "sections", "notes", "tables")
FRAMES = ("reports", "facts", "claims", "sections", "notes", "tables", "files", "agencies", "findings", "reviews")


def find_files(paths: Iterable[str | Path]) -> list[str]:
    """The files named, and those in the folders named, in order; a path that is missing stays in the list.

    In folders hidden files, gongkai's own lists and the folders it made are left out: its pages are no
    reports. Of such a folder that is itself named the facts are read. Paths are as given, so that
    `source` is what the user wrote.
    """
    found: list[str] = []
    for given in paths:
        path = Path(given)
        if is_store(path):
            found.append(str(path / "facts.parquet"))
        elif path.is_dir():
            made = {p.parent for p in path.rglob("facts.parquet") if is_store(p.parent)}
            inside = sorted(p for p in path.rglob("*") if p.is_file() and not _left_out(p.relative_to(path)))
            found += [str(p) for p in inside if not made.intersection(p.parents)]
        else:
            found.append(str(given))
    return list(dict.fromkeys(found))


def leads_out(name: str, folders: Iterable[Path]) -> bool:
    """Whether a file found in one of `folders` is a link to something outside of all of them."""
    path = Path(name)
    return path.is_symlink() and not any(path.resolve().is_relative_to(folder.resolve()) for folder in folders)


def _left_out(path: Path) -> bool:
    return path.name in OWN_FILES or any(part.startswith((".", "~$")) for part in path.parts)


def read_manifest(folders: Iterable[Path]) -> dict[str, dict[str, str]]:
    """sha256 → the row of the first `manifest.csv` in or beside one of `folders` that lists it.

    Files of one report have the same `report`; `role` is `primary` for its file (or the version that
    counts) and `attachment` for a file that fills what that one lacks.
    Raises GongkaiError if a listed file is there and its bytes have changed: evidence is never edited.
    """
    found: dict[str, dict[str, str]] = {}
    seen = dict.fromkeys(base.resolve() for folder in folders for base in (folder, folder.parent))
    for base in seen:
        path = base / "manifest.csv"
        if not path.is_file():
            continue
        content, _ = decode(path.read_bytes(), str(path))
        for row in csv.DictReader(io.StringIO(content, newline="")):
            file = base / (row.get("file") or "")
            if file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() != row.get("sha256"):
                raise GongkaiError(
                    f"{file}: its bytes are not those that {path} lists (sha256). Restore the file, "
                    "or give the changed one a line of its own in the manifest."
                )
            found.setdefault(row.get("sha256") or "", row)
    return found


def save(frames: dict[str, pl.DataFrame], folder: Path) -> None:
    """Write the frames as Parquet, one file each; what reports hold in the order of `report_id`, for `rows_of`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        ordered = frame.sort("report_id", maintain_order=True) if name in _OF_REPORTS else frame
        ordered.write_parquet(folder / f"{name}.parquet", metadata={"gongkai_schema": SCHEMA})


def is_store(folder: str | Path) -> bool:
    """Whether `folder` holds frames that `save` wrote."""
    return (Path(folder) / "reports.parquet").is_file() and (Path(folder) / "facts.parquet").is_file()


def load(folder: str | Path) -> dict[str, pl.DataFrame]:
    """The frames that `save` wrote. Raises GongkaiError if they are of another schema version."""
    frames = {}
    for name in FRAMES:
        path = Path(folder) / f"{name}.parquet"
        if not path.is_file() or pl.read_parquet_metadata(path).get("gongkai_schema") != SCHEMA:
            raise GongkaiError(f"{path}: written by another version of gongkai. Run `gongkai reports` again.")
        frames[name] = pl.read_parquet(path)
        if list(frames[name].columns) != list(schema(name)):
            raise GongkaiError(f"{path}: its columns are not those of the dictionary. Run `gongkai reports` again.")
    return frames


def rows_of(path: str | Path, reports: pl.DataFrame) -> pl.DataFrame:
    """The rows of these reports in a stored frame. Of a file in order, parts that hold none of them are not read."""
    ids, column = reports["report_id"], pl.col("report_id")
    near = column.is_between(pl.lit(ids.min(), pl.String), pl.lit(ids.max(), pl.String))
    return pl.scan_parquet(path).filter(near & column.is_in(ids.implode())).collect()


def write_csv(frame: pl.DataFrame, path: Path) -> None:
    """UTF-8 with a byte-order mark, so that Excel shows Chinese; see `safe_text`."""
    path.write_bytes(csv_bytes(frame))


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """The frame as CSV for Excel. Lists are joined; text that a spreadsheet would run is made inert."""
    flat = []
    for name, kind in frame.schema.items():
        column = pl.col(name)
        if kind == pl.List(pl.String):
            column = column.list.join("; ")
        elif isinstance(kind, pl.List):
            column = column.list.eval(pl.element().struct.field("cell") + "=" + pl.element().struct.field("printed"))
            column = column.list.join("; ")
        if kind == pl.String or isinstance(kind, pl.List):
            column = inert(column)
        flat.append(column.alias(name))
    return b"\xef\xbb\xbf" + frame.select(flat).write_csv().encode("utf-8")


def inert(column: pl.Expr) -> pl.Expr:
    """Text that begins like a formula gets an apostrophe before it, unless it is a number or a lone dash.

    Source: OWASP, CSV injection.
    """
    risky = column.str.contains(r"^[=+\-@\t\r]") & ~column.str.contains(r"^[+-]?[0-9][0-9.,]*$|^-+$")
    return pl.when(risky).then(pl.lit("'") + column).otherwise(column)
