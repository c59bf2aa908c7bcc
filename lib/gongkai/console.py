"""What the commands share: reading what was named, writing, speaking on standard error, exit code 2."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer
from rich.console import Console

from gongkai import pipeline
from gongkai.errors import GongkaiError

_ERRORS = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)

Out = Annotated[Path | None, typer.Option("--out", help="写入此文件。Write to this file.")]


class Lang(str, Enum):
    zh = "zh"
    en = "en"


def say(text: str) -> None:
    """One line on standard error; control characters of file names are shown, not obeyed."""
    _ERRORS.print("".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text))


def guarded(work: Callable[[], int]) -> None:
    """Run a command; what gongkai refuses becomes one line and exit code 2."""
    try:
        code = work()
    except GongkaiError as e:
        say(str(e))
        code = 2
    except OSError as e:
        say(
            f"{e.filename}: 无法读写。cannot be read or written ({e.strerror}). Name another file or folder with --out."
        )
        code = 2
    raise typer.Exit(code)


def read(paths: list[Path]) -> pipeline.Reading:
    """Read the paths as given; what is set aside is named on standard error."""
    reading = pipeline.read_files(paths, progress=sys.stderr.isatty())
    for row in reading.files.filter(pl.col("status") != "read").iter_rows(named=True):
        say(f"{row['file']}: {row['reason']} {row['reason_en']}")
    if reading.files.is_empty():
        raise GongkaiError(
            f"{', '.join(map(str, paths))}: 其中没有报告。no reports in it. "
            "Put reports there: web pages, PDF, Word, Excel or text."
        )
    return reading


def write(content: bytes, out: Path | None) -> None:
    if out is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        out.write_bytes(content)


def lines(objects: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(o, ensure_ascii=False) + "\n" for o in objects).encode("utf-8")
