"""The files of the benchmarks: pairs that look the same and differ in their numbers.

Each pair is another file. A file timed over and over would find every one of its cells in the library's caches,
which a folder of reports never does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NamedTuple

from gongkai.parse import parse
from gongkai.readers import family, to_document
from layouts.formats import FORMATS
from layouts.model import Form, Printed, keys

ROOT = Path(__file__).parents[2]
_DIGITS = (1, 1, 1, 1, 1, 1, 2, 3)  # most numbers of a report are small
_STANDS_ALONE = re.compile(r"(?<!\S)\d+(?!\S)")


class Pair(NamedTuple):
    """Two files of one look."""

    first: bytes
    second: bytes


def _number(size: int, numbers: Random) -> str:
    return str(numbers.randrange(10 ** (size - 1) if size > 1 else 0, 10**size))


def _form(look: int, numbers: Random) -> Form:
    """An invented report; how many digits each number has depends on its look alone."""
    sizes = Random(look)
    texts = {key: _number(sizes.choice(_DIGITS), numbers) for key in keys("2021", single_other=True)}
    cells = {key: Printed(text, int(text), "number") for key, text in texts.items()}
    return Form("2021", True, (), "临河县人民政府", 2022, cells)


def generated(
    name: str, looks: range, rounds: int, fits: Callable[[bytes], bool] = lambda data: True
) -> list[list[Pair]]:
    """For each round a pair of files of each look that fits, in a format of the tests."""
    write = FORMATS[name].write
    fitting = [look for look in looks if fits(write(_form(look, Random(0)), look))]
    seeds = [Random(seed) for seed in range(2 * rounds)]
    made = [[write(_form(look, numbers), look) for look in fitting] for numbers in seeds]
    return [[Pair(*two) for two in zip(*made[k : k + 2], strict=True)] for k in range(0, 2 * rounds, 2)]


def _has_tables(data: bytes) -> bool:
    report = parse(to_document(family(data, "bench"), data, "bench"))
    return all(table.present for table in report.tables)


def _other_numbers(text: str, numbers: Random) -> bytes:
    return _STANDS_ALONE.sub(lambda found: _number(len(found[0]), numbers), text).encode()


def bundled_texts(rounds: int) -> list[list[Pair]]:
    """The text reports that come with the project and hold their tables, for each round with other numbers."""
    files = [path.read_bytes() for path in sorted((ROOT / "data" / "reports").glob("*.txt"))]
    texts = [data.decode() for data in files if _has_tables(data)]
    rng = Random(0)
    return [[Pair(_other_numbers(t, rng), _other_numbers(t, rng)) for t in texts] for _ in range(rounds)]
