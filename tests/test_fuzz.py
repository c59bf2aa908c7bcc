"""Files spoilt at random: a reader says that it cannot read a file, and fails in no other way; damage to the markup
around the cells never brings a number into another cell.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gongkai import store, worker
from gongkai.errors import UnreadableFile
from gongkai.facts_file import read_facts
from gongkai.frames import Parsed, assemble
from gongkai.parse import parse
from gongkai.parse.model import Report
from gongkai.pipeline import UNEXPECTED, read_files
from gongkai.readers import family, to_document
from layouts import EVERYTHING, LAYOUTS, STYLES, Form, balanced_forms, forms, render
from layouts.formats import FORMATS
from layouts.formats.blocks import as_zip
from test_reading_layouts import wrong

# A seed says what is damaged, and no smaller seed damages less: shrinking would only take time.
fuzzed = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
FORMS = st.one_of(balanced_forms(may=STYLES), forms(may=EVERYTHING))
SEEDS = st.integers(0, 2**32 - 1)
FAULTS = (UNEXPECTED, "reading it crashed", "reading it took")
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
        assert not found.startswith(FAULTS)


# ---- markup ----

Damage = Callable[[str, Random], str | None]  # None: the file offers no place for it
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_BEGIN = re.compile(r"<t[dh]\b[^<>]*>")
_NO_BEGIN = re.compile(r"<(?!t[dh]\b)/?[a-zA-Z][^<>]*>")
# What is raised, struck out or hidden is no number like the others; without its marks it is one.
_SAYS_NUMBER = re.compile(r"</?(?:su[bp]|del|s|strike|style|script|title|head|meta)\b", re.IGNORECASE)
_CELL = re.compile(r"<(td|th|w:tc)\b[^>]*>(?:(?!</?(?:t[dhr]|table|w:tc|w:tr|w:tbl)\b).)*</\1>", re.DOTALL)
_ROW = re.compile(r"<(tr|w:tr)\b[^>]*>(?:(?!</?(?:tr|table|w:tr|w:tbl)\b).)*</\1>", re.DOTALL)
_SPAN = re.compile(r"""((?:colspan|rowspan|w:gridSpan w:val)=["']?)(\d+)""")
_GRID = re.compile(
    r"<w:(?:gridSpan|vMerge|gridCol|tcW|gridBefore|gridAfter)\b[^>]*/>|<w:tcPr>(?:(?!<w:tc\b).)*?</w:tcPr>"
)
_SHEET_CELL = re.compile(r"<c\b[^>]*/>|<c\b[^>]*[^/>]>.*?</c>", re.DOTALL)
_SHEET_ROW = re.compile(r"<row\b[^>]*[^/>]>.*?</row>", re.DOTALL)
_MERGE = re.compile(r"<mergeCell [^>]*/>")


def _one(pattern: re.Pattern[str], text: str, rng: Random) -> re.Match[str] | None:
    found = [m for m in pattern.finditer(text) if not _SAYS_NUMBER.match(m[0])]
    return rng.choice(found) if found else None


def without(pattern: re.Pattern[str]) -> Damage:
    def damage(text: str, rng: Random) -> str | None:
        m = _one(pattern, text, rng)
        return m and text[: m.start()] + text[m.end() :]

    return damage


def twice(pattern: re.Pattern[str]) -> Damage:
    def damage(text: str, rng: Random) -> str | None:
        m = _one(pattern, text, rng)
        return m and text[: m.end()] + m[0] + text[m.end() :]

    return damage


def in_table_four(damage: Damage, inside: bool) -> Damage:
    """The damage in the last table of the file only, or only before it."""

    def limited(text: str, rng: Random) -> str | None:
        tables = [m.start() for m in re.finditer("<table|<w:tbl>", text)]
        at = next((k for k in reversed(tables) if len(_CELL.findall(text, k)) >= 15), 0)
        part = damage(text[at:] if inside else text[:at], rng)
        return part and (text[:at] + part if inside else part + text[at:])

    return limited


def other_span(text: str, rng: Random) -> str | None:
    """A span that is one more or less, or none."""
    m = _one(_SPAN, text, rng)
    return m and f"{text[: m.end(1)]}{max(int(m[2]) + rng.choice([-1, 1, 2, -9]), 0)}{text[m.end() :]}"


def new_span(text: str, rng: Random) -> str | None:
    """A span for a cell that had none."""
    m = _one(re.compile(r"<t[dh](?=[ >])"), text, rng)
    return m and f"{text[: m.end()]} {rng.choice(['colspan', 'rowspan'])}={rng.choice([2, 3])}{text[m.end() :]}"


def new_merge(text: str, rng: Random) -> str | None:
    """A cell of Word said to go on from the one above, or to begin a merged one."""
    m = _one(re.compile(r"<w:tcPr>"), text, rng)
    mark = rng.choice(["<w:vMerge/>", '<w:vMerge w:val="restart"/>'])
    return m and text[: m.end()] + mark + text[m.end() :]


def other_merge(text: str, rng: Random) -> str | None:
    """A merged range of a sheet that ends one row earlier or later."""
    m = _one(re.compile(r'(<mergeCell ref="[A-Z]+\d+:[A-Z]+)(\d+)'), text, rng)
    return m and f"{text[: m.end(1)]}{int(m[2]) + rng.choice([-1, 1])}{text[m.end() :]}"


_LABELLED = {
    "cell gone": without(_CELL),
    "cell twice": in_table_four(twice(_CELL), inside=False),
    "cell twice in table four": in_table_four(twice(_CELL), inside=True),
    "row gone": without(_ROW),
    "row twice": twice(_ROW),
    "span changed": other_span,
}
MARKUP: dict[str, dict[str, Damage]] = {
    "html": _LABELLED
    | {
        "tag gone": without(_TAG),
        "tag twice": twice(_NO_BEGIN),
        "span added": new_span,
        "empty cell": in_table_four(twice(_BEGIN), inside=False),
        "empty cell in table four": in_table_four(twice(_BEGIN), inside=True),
    },
    "docx": _LABELLED | {"grid mark gone": without(_GRID), "grid mark twice": twice(_GRID), "merge added": new_merge},
    "xlsx": {
        "cell gone": without(_SHEET_CELL),
        "row gone": without(_SHEET_ROW),
        "merge gone": without(_MERGE),
        "merge changed": other_merge,
    },
}
PARTS = {"docx": "word/document.xml", "xlsx": "xl/worksheets/sheet1.xml"}


def damaged(name: str, data: bytes, damage: Damage, rng: Random) -> bytes | None:
    """The file with its markup damaged once."""
    if name not in PARTS:
        encoding = "gb18030" if name == "html_gbk" else "utf-8"
        text = damage(data.decode(encoding), rng)
        return text and text.encode(encoding)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts: dict[str, str | bytes] = {part: archive.read(part) for part in archive.namelist()}
        text = damage(archive.read(PARTS[name]).decode(), rng)
    return text and as_zip(parts | {PARTS[name]: text})


def wrong_but(allowed: str, form: Form, report: Report | None) -> dict[object, object]:
    """What a report says wrongly of cells, other than of one status that the damage makes true."""
    found: dict[object, Any] = wrong(form, report) if report else {}
    return {key: pair for key, pair in found.items() if pair[0][1] != allowed}


CASES = [
    (name, damage)
    for name in ("html_clean", "html_word", "html_gbk", "html_page", "html_pandas", "docx", "xlsx")
    for damage in MARKUP.get(name, MARKUP["html"])
]


@pytest.mark.parametrize(("name", "damage"), CASES)
def test_damaged_markup_never_moves_a_number(name: str, damage: str) -> None:
    spoil = MARKUP.get(name, MARKUP["html"])[damage]

    @given(form=FORMS, seed=SEEDS)
    @settings(fuzzed, max_examples=16)
    def check(form: Form, seed: int) -> None:
        data = damaged(name, FORMATS[name].write(form, seed % 100), spoil, Random(seed))
        # A cell that is gone from a sheet is shown as an empty one.
        assert wrong_but("blank" if name == "xlsx" else "", form, read(data) if data else None) == {}

    check()


# ---- rules of a PDF's tables ----

_RULE = re.compile(rb"[\d.]+ [\d.]+ m [\d.]+ [\d.]+ l S\n")


def without_rules(data: bytes, rng: Random, most: int) -> bytes:
    """The file with a page drawn anew without some of its rules; nothing else moves."""
    pages = []
    for m in re.finditer(rb"(\d+) 0 obj\n<<\n/Filter /FlateDecode\n/Length (\d+)\n>>\nstream\n", data):
        content = zlib.decompress(data[m.end() : m.end() + int(m[2])])
        if len(_RULE.findall(content)) > most:
            pages.append((int(m[1]), content))
    number, content = rng.choice(pages)
    for rule in rng.sample(_RULE.findall(content), rng.randint(1, most)):
        content = content.replace(rule, b"")  # cells beside each other draw the same rule
    stream = b"%d 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (number, len(content), content)
    last = re.findall(rb"trailer\n<<(.*?)>>\s*startxref\n(\d+)", data, re.DOTALL)[-1]
    new = b"xref\n%d 1\n%010d 00000 n \ntrailer\n<<%s/Prev %s>>\nstartxref\n%d\n%%%%EOF\n"
    return data + stream + new % (number, len(data), *last, len(data) + len(stream))


@given(form=FORMS, seed=SEEDS)
@settings(fuzzed, max_examples=8)
def test_a_table_without_some_rules_never_moves_a_number(form: Form, seed: int) -> None:
    # Two numbers without a rule between them stand in one cell.
    report = read(without_rules(FORMATS["pdf"].write(form, 7), Random(seed), 3))
    assert wrong_but("unreadable", form, report) == {}


# ---- facts that gongkai wrote ----


def facts_file(form: Form, suffix: str) -> bytes:
    """The facts of a report as a file."""
    data = FORMATS["html_clean"].write(form, 1)
    document = to_document("html", data, "invented.html")
    frame = assemble([Parsed(document, parse(document))])["facts"]
    if suffix == ".csv":
        return store.csv_bytes(frame)
    out = io.BytesIO()
    frame.write_parquet(out)
    return out.getvalue()


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_spoilt_facts_are_read_or_set_aside(suffix: str) -> None:
    @given(form=FORMS, seed=SEEDS)
    @settings(fuzzed, max_examples=5)
    def check(form: Form, seed: int) -> None:
        data = facts_file(form, suffix)
        for k in range(8):
            found = outcome(spoilt(data, Random(seed + k)), f"invented{suffix}")
            assert not found.startswith(FAULTS)

    check()


def _line_spoilt(data: bytes, rng: Random) -> bytes:
    """Facts as CSV, in one line of which a field is gone or stands twice."""
    head, *lines = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    line, at = rng.choice(lines), rng.randrange(len(head))
    line[at : at + 1] = rng.choice([[], [line[at]] * 2])
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([head, *lines])
    return out.getvalue().encode("utf-8-sig")


@given(form=FORMS, seed=SEEDS)
@settings(fuzzed, max_examples=60)
def test_a_field_too_few_or_too_many_never_moves_a_number(form: Form, seed: int) -> None:
    try:
        reports = read_facts(_line_spoilt(facts_file(form, ".csv"), Random(seed)), "invented.csv")
    except UnreadableFile:
        return
    for parsed in reports:
        assert wrong(form, parsed.report) == {}
        assert (parsed.report.identity.agency, parsed.report.identity.year) == (form.agency, form.year)
