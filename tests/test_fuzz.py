"""Files spoilt at random: a reader says that it cannot read a file, and fails in no other way; damage to the markup
around the cells never brings a number into another cell.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongkai import store, worker
from gongkai.errors import UnreadableFile
from gongkai.facts_file import read_facts
from gongkai.frames import Parsed, assemble
from gongkai.parse import parse
from gongkai.parse.model import Report
from gongkai.pipeline import UNEXPECTED, read_files
from gongkai.readers import family, to_document
from layouts import EVERYTHING, LAYOUTS, STYLES, Form, balanced_forms, expected_facts, forms, render
from layouts.formats import FORMATS
from layouts.formats.blocks import as_zip

fuzzed = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
FORMS = st.one_of(balanced_forms(may=STYLES), forms(may=EVERYTHING))
SEEDS = st.integers(0, 2**32 - 1)
STATUSES = {"number", "blank", "dash", "unreadable", "absent"}
# A reader that never comes to an end is stopped by then.
SECONDS = 20


def read(data: bytes, name: str = "invented") -> Report | None:
    """The report in a file, None if the file is set aside. Anything else that is raised is a fault."""
    try:
        return parse(to_document(family(data, name), data, name))
    except UnreadableFile as e:
        assert e.zh
        assert e.en
        return None


# ---- bytes ----


def spoilt(data: bytes, rng: Random) -> bytes:
    """The data with one to three kinds of damage to its bytes."""
    out = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        at, size = rng.randrange(len(out) + 1), rng.choice([1, 1, 4, 60, 1000])
        kind = rng.choice(["flip", "insert", "delete", "repeat", "truncate", "head"])
        if kind == "flip":
            for k in range(at, min(at + size, len(out)), rng.choice([1, 7])):
                out[k] ^= 1 << rng.randrange(8)
        elif kind == "insert":
            out[at:at] = rng.choice([rng.randbytes(size), b"\0" * size, b"<" * size, b"9" * size])
        elif kind == "delete":
            del out[at : at + size]
        elif kind == "repeat":
            out[at:at] = out[at : at + size * 10]
        elif kind == "truncate":
            del out[max(at, 1) :]
        else:
            del out[: min(size, len(out) - 1)]
    return bytes(out)


def spoilt_inside(data: bytes, rng: Random) -> bytes:
    """A zip container one of whose parts is spoilt, and whose checksums are right."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    heavy = [name for name in parts if name.endswith(("document.xml", "sheet1.xml"))]
    name = rng.choice([*heavy, *heavy, *parts])
    part = parts[name]
    parts[name] = spoilt(part if isinstance(part, bytes) else part.encode(), rng)
    return as_zip(parts)


@pytest.mark.parametrize("name", ["html_clean", "html_word", "html_gbk", "html_page", "docx", "xlsx"])
def test_spoilt_bytes_are_read_or_set_aside(name: str) -> None:
    damages = [spoilt, spoilt_inside, spoilt_inside] if name in {"docx", "xlsx"} else [spoilt]

    @given(form=FORMS, seed=SEEDS)
    @settings(fuzzed, max_examples=40)
    def check(form: Form, seed: int) -> None:
        rng = Random(seed)
        read(rng.choice(damages)(FORMATS[name].write(form, seed % 100), rng))

    check()


@given(form=FORMS, layout=st.sampled_from(sorted(LAYOUTS)), seed=SEEDS)
@settings(fuzzed, max_examples=60)
def test_a_spoilt_text_is_read_or_set_aside(form: Form, layout: str, seed: int) -> None:
    rng = Random(seed)
    data = render(form, layout, seed % 100).encode(rng.choice(["utf-8", "gb18030", "utf-16"]))
    read(spoilt(data, rng), rng.choice(["invented.txt", "invented.md"]))


@given(form=FORMS, names=st.tuples(*[st.sampled_from(["html_clean", "html_gbk", "docx", "xlsx"])] * 2), seed=SEEDS)
@settings(fuzzed, max_examples=30)
def test_two_files_in_one_are_read_or_set_aside(form: Form, names: tuple[str, str], seed: int) -> None:
    one, other = (FORMATS[name].write(form, seed % 100) for name in names)
    read(one + other)
    read(one[: len(one) // 2] + other)


def outcome(data: bytes, name: str) -> str:
    """What the whole road makes of a file that may stop a reader for ever or bring it down: read or the reason."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setitem(worker.run.__kwdefaults__, "seconds", SECONDS)
        file = Path(folder) / name
        file.write_bytes(data)
        row = read_files([file]).files.row(0, named=True)
    return str(row["reason_en"] or row["status"])


@given(form=FORMS, seed=SEEDS)
@settings(fuzzed, max_examples=14)
def test_a_spoilt_pdf_is_read_or_set_aside(form: Form, seed: int) -> None:
    data = FORMATS["pdf"].write(form, 7)
    for k in range(4):
        found = outcome(spoilt(data, Random(seed + k)), "invented.pdf")
        assert not found.startswith((UNEXPECTED, "reading it crashed", "reading it took"))


# ---- facts that gongkai wrote ----


@cache
def facts(suffix: str) -> bytes:
    """The facts of two reports as a file."""
    parsed = []
    for seed, edition in ((1, "2019"), (2, "2021")):
        document, report = plain(edition, seed)
        parsed.append(Parsed(document, report))
    frame = assemble(parsed)["facts"]
    if suffix == ".csv":
        return store.csv_bytes(frame)
    out = io.BytesIO()
    frame.write_parquet(out)
    return out.getvalue()
