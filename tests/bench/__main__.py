"""How long reading takes, beside a floor or what a user would take otherwise: `make bench`.

Only the ratios carry over to another machine. Nothing is asserted: a time is no test.
"""

from __future__ import annotations

import gc
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import docx
import pandas as pd
import pdfplumber
from lxml import etree

from bench.files import Pair, bundled_texts, generated
from conftest import SAMPLES
from gongkai.parse import parse, plans
from gongkai.readers import family, to_document

Read = Callable[[bytes], object]
FIRST, SEEN = "first of its kind", "form seen before"
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_LINE = "{:<20} {:>5}  {:<26} {:>8}  {:<17} {:>8} {:>6}  {}"


def _gongkai(data: bytes) -> None:
    parse(to_document(family(data, "bench"), data, "bench"))


def _lxml(data: bytes) -> None:
    etree.fromstring(data, etree.HTMLParser())


def _pandas(data: bytes) -> None:
    pd.read_html(io.StringIO(data.decode()), flavor="lxml")


def _pdfplumber(data: bytes) -> None:
    with pdfplumber.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            page.extract_tables()


def _python_docx(data: bytes) -> None:
    for table in docx.Document(io.BytesIO(data)).tables:
        for row in table.rows:
            _ = row.cells


def _lines_and_numbers(data: bytes) -> None:
    for line in data.decode().splitlines():
        _NUMBER.findall(line)


def _long_page(data: bytes) -> bool:
    return 64_000 <= len(data) <= 102_000


def _python_docx_can(data: bytes) -> bool:
    """Some files with a cell or row within a content control are beyond it: it finds nothing above a merged cell."""
    try:
        _python_docx(data)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class Contest:
    """A kind of file, its rivals with the goal for the ratio to each, and the files of each round."""

    what: str
    rivals: tuple[tuple[str, Read, str], ...]
    rounds: list[list[Pair]]


def _contests() -> list[Contest]:
    html = (("lxml parse alone", _lxml, "<= 3"), ("pandas.read_html", _pandas, "< 1"))
    word = (("python-docx row.cells", _python_docx, "<= 1"),)
    text = (("lines and numbers, a floor", _lines_and_numbers, "<= 20"),)
    pdf = (("pdfplumber extract_tables", _pdfplumber, "<= 1.3"),)
    found = [
        Contest("HTML 64-102 KB", html, generated("html_word", range(12), 9, _long_page)),
        Contest("PDF, broken tables", pdf, generated("pdf_breaks", range(3), 3)),
        Contest("docx", word, generated("docx", range(7), 9, _python_docx_can)),
        Contest("text", text, bundled_texts(25)),
    ]
    sample = SAMPLES / "hongze-2023.pdf"
    if sample.is_file():
        data = sample.read_bytes()
        found.insert(2, Contest("PDF hongze-2023", pdf, [[Pair(data, data)]] * 5))
    return found


def _seconds(read: Read, data: bytes) -> float:
    start = perf_counter()
    read(data)
    return perf_counter() - start


def _round(contest: Contest, pairs: list[Pair]) -> dict[str, float]:
    """Milliseconds a file for each reader; they take turns at every file, so that noise hits them all."""
    spent = dict.fromkeys([*(name for name, _, _ in contest.rivals), FIRST, SEEN], 0.0)
    gc.collect()
    for pair in pairs:
        for name, read, _ in contest.rivals:
            spent[name] += _seconds(read, pair.first)
        plans._known.clear()
        spent[FIRST] += _seconds(_gongkai, pair.first)
        spent[SEEN] += _seconds(_gongkai, pair.second)
    return {name: 1000 * seconds / len(pairs) for name, seconds in spent.items()}


def _show(contest: Contest) -> None:
    _round(contest, contest.rounds[0])  # what is loaded at the first use is no part of reading
    gc.freeze()  # the files and libraries of the benchmark are not searched for garbage again and again
    rounds = [_round(contest, pairs) for pairs in contest.rounds[1:]]
    ms = {name: median(spent[name] for spent in rounds) for name in rounds[0]}
    files = len(contest.rounds[0])
    for rival, _, goal in contest.rivals:
        for ours in (FIRST, SEEN):
            shown = (f"{ms[rival]:.2f}", ours, f"{ms[ours]:.2f}", f"{ms[ours] / ms[rival]:.2f}", goal)
            print(_LINE.format(contest.what, files, rival, *shown), flush=True)


def main() -> None:
    """Print the table, a line for each rival and for each state of what the library has seen before."""
    print(_LINE.format("what", "files", "floor or rival", "ms", "gongkai", "ms", "ratio", "goal"))
    for contest in _contests():
        _show(contest)


if __name__ == "__main__":
    main()
