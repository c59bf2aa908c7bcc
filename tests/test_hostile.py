"""Files that mean harm, from `hostile`: each is read as what it honestly holds, or set aside with the reason; never
a number that it does not show, never a wait, never a step outside.
"""

from __future__ import annotations

import csv
import io
import os
import re
import socket
import time
from functools import cache
from pathlib import Path
from typing import NoReturn

import polars as pl
import pytest

import hostile
from gongkai import Reading, store, worker
from gongkai.pipeline import read_files
from hostile.expected import ENDLESS, EXPECTED, PATIENCE, READ, SPOILT
from hostile.parts import FACTS, text

SECONDS = 30


@cache
def family(name: str) -> dict[str, bytes]:
    return hostile.FAMILIES[name]()


def numbers(reading: Reading) -> dict[tuple[str, str, str], float]:
    found = reading.facts.filter(pl.col("status") == "number").select("table", "item", "column", "value")
    return {(table, item, column): value for table, item, column, value in found.rows()}


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> NoReturn:
        pytest.fail("asks the network")

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


CASES = [(kind, name) for kind in EXPECTED for name in EXPECTED[kind]]


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_hostile_file(kind: str, name: str, tmp_path: Path, offline: None, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    (tmp_path / name).write_bytes(family(kind)[name])
    if EXPECTED[kind][name] == ENDLESS:
        monkeypatch.setitem(worker.run.__kwdefaults__, "seconds", PATIENCE)
    begun = time.monotonic()
    reading = read_files([tmp_path / name])
    assert time.monotonic() - begun < SECONDS
    outcome = reading.files.row(0, named=True)
    expected = EXPECTED[kind][name]
    if expected in {READ, SPOILT}:
        assert outcome["status"] == "read", outcome["reason_en"]
        assert numbers(reading).items() <= FACTS.items()
        assert (numbers(reading) == FACTS) is (expected == READ)
    else:
        assert outcome["status"] == "set aside"
        assert outcome["reason_en"].startswith(expected)
        assert "\n" not in outcome["reason"] + outcome["reason_en"]
    assert "root:" not in "".join(frame.write_json() for frame in reading.frames.values())
    assert sorted(p.name for p in tmp_path.rglob("*")) == sorted([name, "elsewhere"])
    assert (tmp_path / name).read_bytes() == family(kind)[name]


def test_every_hostile_file_has_its_outcome() -> None:
    assert {kind: set(family(kind)) for kind in EXPECTED} == {kind: set(names) for kind, names in EXPECTED.items()}


NAMES = [
    "x\\..\\..\\evil.txt",
    "x%2f..%2fevil.txt",
    "a\nb.txt",
    "<script>alert(1)</script>.txt".replace("/", "\u2215"),
    "=HYPERLINK(1).txt",
    "-rf.txt",
    "区" * 83 + ".md",
    "con.txt",
    "甲\u202etxt.exe",
    "{{7*7}}.txt",
]


@pytest.mark.skipif(os.name == "nt", reason="these names exist on POSIX only")
def test_odd_file_names(tmp_path: Path) -> None:
    for k, name in enumerate(NAMES):
        (tmp_path / name).write_text(text() + "\n" * k, "utf-8")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.txt")).write_text(text() + " \n", "utf-8")
    reading = read_files([tmp_path])
    assert reading.files["status"].to_list() == ["read"] * (len(NAMES) + 1)
    assert sorted(p.name for p in tmp_path.iterdir() if p.name in NAMES) == sorted(NAMES)
    assert all(is_inert(frame) for frame in reading.frames.values())


@pytest.mark.skipif(os.name == "nt", reason="links and pipes as POSIX has them")
def test_links_pipes_and_folders_in_a_folder(tmp_path: Path) -> None:
    folder, outside = tmp_path / "reports", tmp_path / "outside"
    (folder / "x.pdf").mkdir(parents=True)
    outside.mkdir()
    (folder / "report.txt").write_text(text(), "utf-8")
    (outside / "letter.txt").write_text("各单位：请于周五前报送材料。", "utf-8")
    (folder / "link.txt").symlink_to(outside / "letter.txt")
    (folder / "passwd.txt").symlink_to("/etc/passwd")
    (folder / "nowhere.txt").symlink_to(outside / "nothing")
    (folder / "itself.txt").symlink_to(folder / "itself.txt")
    (folder / "loop").symlink_to(folder)
    (folder / "device.txt").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.txt")
    reading = read_files([folder])
    found = {Path(row["file"]).name: row["status"] for row in reading.files.iter_rows(named=True)}
    assert found == {"report.txt": "read", "link.txt": "set aside", "passwd.txt": "set aside"}
    assert "root:" not in reading.files.write_json()
    assert all(reason.startswith("this is a link that leads out") for reason in reading.set_aside["reason_en"])
    given = read_files([folder / "device.txt", folder / "pipe.txt", folder / "itself.txt", folder / "x.pdf"])
    assert set(given.files["status"]) == {"set aside"}


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(text(), "utf-8")
    (tmp_path / "a.txt").chmod(0)
    outcome = read_files([tmp_path / "a.txt"]).files.row(0, named=True)
    assert outcome["reason_en"].startswith("cannot be opened (Permission denied)")


def is_inert(frame: pl.DataFrame) -> bool:
    """Whether a spreadsheet that opens the frame's CSV would run nothing in it."""
    cells = [cell for row in csv.reader(io.StringIO(store.csv_bytes(frame).decode("utf-8-sig"))) for cell in row]
    return not [c for c in cells if re.match(r"[=+\-@\t\r]", c) and not re.fullmatch(r"[+-]?[0-9][0-9.,eE-]*|-+", c)]


@pytest.mark.parametrize("name", ["formulas.txt", "formula-as-agency.txt", "script-as-agency.txt", "controls.txt"])
def test_text_of_a_report_is_inert_in_csv(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(family("text")[name])
    reading = read_files([tmp_path / name])
    frames = reading.frames | {"findings": reading.findings, "reviews": reading.reviews}
    assert [n for n, frame in frames.items() if not is_inert(frame)] == []
