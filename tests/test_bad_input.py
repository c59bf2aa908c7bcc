"""What a user can get wrong: one clear line each, naming the file and the remedy; the rest goes on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gongkai import GongkaiError, UnreadableFile, read, read_folder
from gongkai.readers import MOST_BYTES_OF_TEXT

ROOT = Path(__file__).parents[1]
GOOD = ROOT / "data" / "reports" / "xigong-rsj-2023.txt"

NO_REPORT = "no annual report on government-information disclosure found in it"

BAD = {
    "empty.txt": (b"", "the file is empty. Save or download the report again."),
    "blank.txt": (b" \n\t\r\n ", "the file is empty. Save or download the report again."),
    "picture.txt": (b"\x89PNG\r\n\x1a\n" + bytes(99), "this is a picture, which is not read yet."),
    "report.pdf": (b"%PDF-1.7\n%\xe2\xe3\n", "the PDF is damaged or incomplete."),
    "report.docx": (
        b"PK\x03\x04" + bytes(99),
        "the file is damaged or cut off.",
    ),
    "report.doc": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "this is an old Office file (.doc, .xls, .wps), which is not read yet.",
    ),
    "page.txt": ("\ufeff<!DOCTYPE html><html>".encode(), NO_REPORT),
    "noise.txt": (bytes(range(256)) * 40, "the bytes are no text in UTF-8 or GB18030"),
    "zeros.txt": (bytes(5000), "the bytes are no text in UTF-8 or GB18030"),
    "letter.txt": (
        "各单位：\n请于周五前报送材料。\n".encode(),
        "no annual report on government-information disclosure found in it",
    ),
    "table.csv": (b"a,b\n1,2\n", NO_REPORT),
    "large.txt": (b"x" * (MOST_BYTES_OF_TEXT + 1), "20.0 MB is too large for an annual report (limit 20 MB)."),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_reason_and_remedy(name: str, tmp_path: Path) -> None:
    content, reason = BAD[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableFile) as caught:
        read(tmp_path / name)
    assert caught.value.file == str(tmp_path / name)
    assert caught.value.en.startswith(reason)
    assert "\n" not in str(caught.value)
    assert any("\u4e00" <= c <= "\u9fff" for c in caught.value.zh)


def gongkai(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gongkai.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=cwd, check=False)


def test_a_folder_of_bad_files_and_one_good_one(tmp_path: Path) -> None:
    for name, (content, _) in BAD.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "好.txt").write_bytes(GOOD.read_bytes())
    done = gongkai("parse", tmp_path, "--format", "jsonl")
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == 1
    lines = done.stderr.splitlines()
    assert sorted(Path(line.split(": ")[0]).name for line in lines) == sorted(BAD)


def test_a_missing_file_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    done = gongkai("check", GOOD, tmp_path / "gone.txt")
    assert done.returncode == 2
    assert done.stderr.startswith(f"{tmp_path / 'gone.txt'}: ")
    assert "cannot be opened (No such file or directory). Check that it exists and may be read." in done.stderr


@pytest.mark.parametrize("command", ["parse", "check", "reports"])
def test_a_folder_without_reports(command: str, tmp_path: Path) -> None:
    done = gongkai(command, tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    reason = "no reports in it. Put reports there: web pages, PDF, Word, Excel or text."
    assert done.stderr == f"{tmp_path}: 其中没有报告。{reason}\n"


def test_an_output_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    done = gongkai("parse", GOOD, "--format", "csv", "--out", tmp_path / "file" / "facts.csv")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert str(tmp_path / "file") in done.stderr
    done = gongkai("reports", GOOD.parent, "--out", tmp_path / "file" / "pages")
    assert done.returncode == 2
    assert str(tmp_path / "file") in done.stderr


@pytest.mark.parametrize(
    "arguments", [["parse"], ["parse", "x", "--format", "pdf"], ["frobnicate"], ["check", "x", "--lang", "fr"]]
)
def test_a_wrong_call(arguments: list[str]) -> None:
    assert gongkai(*arguments).returncode == 2


def test_a_file_name_cannot_speak_to_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31m\nb.txt").write_bytes(b"")
    done = gongkai("parse", tmp_path)
    assert "\x1b" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_read_says_what_it_reads() -> None:
    with pytest.raises(GongkaiError, match=r"this is a folder; gongkai\.read_folder reads folders"):
        read(GOOD.parent)
    with pytest.raises(GongkaiError, match="no such folder"):
        read_folder(ROOT / "nowhere")


def test_evidence_that_changed_is_refused(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    reports.mkdir()
    (reports / "one.txt").write_bytes(GOOD.read_bytes() + b"\n")
    digest = "0" * 64
    (tmp_path / "manifest.csv").write_text(f"report,file,sha256\nx,reports/one.txt,{digest}\n", "utf-8")
    with pytest.raises(GongkaiError, match=r"one.txt: its bytes are not those that .*manifest.csv lists"):
        read_folder(reports)


def test_a_manifest_in_gbk_and_a_name_that_is_no_utf8(tmp_path: Path) -> None:
    import os

    reports = tmp_path / "reports"
    reports.mkdir()
    (reports / "one.txt").write_bytes(GOOD.read_bytes())
    Path(os.fsdecode(os.fsencode(reports) + b"/bad\xff.txt")).write_bytes(GOOD.read_bytes() + b"\n")
    (tmp_path / "manifest.csv").write_bytes("report,file,sha256\n西工区,,\n".encode("gbk"))
    done = gongkai("parse", reports, "--format", "jsonl")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 2)


def test_a_pipe_is_not_waited_on(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "fifo")
    done = gongkai("parse", tmp_path / "fifo")
    assert done.returncode == 2
    assert "this is no regular file" in done.stderr
