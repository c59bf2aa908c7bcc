"""The command `gongkai synth`: a folder of made-up reports with the answer key."""

from __future__ import annotations

import re
import sys
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from gongkai import synth as made_up
from gongkai.console import Lang, guarded, say
from gongkai.errors import GongkaiError
from gongkai.synth.cases import Case, make_cases
from gongkai.synth.planting import chosen_classes

_LAYOUTS = ("any", *made_up.LAYOUTS)


class Edition(str, Enum):
    first = "2019"
    second = "2021"
    both = "both"


def _years(text: str) -> range:
    """`2019-2024` as a range. Raises GongkaiError where it is none."""
    found = re.fullmatch(r"([0-9]{4})(?:-([0-9]{4}))?", text)
    if not found or int(found[2] or found[1]) < int(found[1]):
        raise GongkaiError(f"--years: {text!r} 不是年份范围，如 2019-2024。is no range of years such as 2019-2024.")
    return range(int(found[1]), int(found[2] or found[1]) + 1)


def _said(count: int, entries: int, out: Path, lang: str) -> str:
    if lang == "en":
        return f"{out}: {count} reports, {entries} entries in answer_key.csv"
    return f"{out}：{count} 份报告，answer_key.csv 有 {entries} 条"


def synth(
    out: Annotated[
        Path, typer.Option("--out", help="输出文件夹（空的或上次生成的）。Folder, empty or of an earlier run.")
    ],
    n: Annotated[int, typer.Option("--n", min=1, help="机关数，每个一份。Agencies, a report each.")] = 100,
    edition: Annotated[Edition, typer.Option("--edition", help="格式版本。Edition of the form.")] = Edition.both,
    panel: Annotated[
        bool, typer.Option("--panel", help="上下级机关逐年的报告。A hierarchy of agencies over several years.")
    ] = False,
    agencies: Annotated[int, typer.Option("--agencies", min=1, help="--panel 的机关数。Agencies of the panel.")] = 20,
    years: Annotated[str, typer.Option("--years", help="--panel 的年份。Years of the panel.")] = "2019-2024",
    errors: Annotated[
        str,
        typer.Option("--errors", help="植入的错误：none、all 或以逗号分隔的代码。Errors planted: none, all or codes."),
    ] = "none",
    rate: Annotated[float, typer.Option("--rate", min=0, max=1, help="有错误的比例。Share with an error.")] = 0.3,
    layout: Annotated[str, typer.Option("--layout", help=f"排版 layout: {', '.join(_LAYOUTS)}")] = "any",
    seed: Annotated[int, typer.Option("--seed", help="同一种子得到同样的文件。Same seed, same bytes.")] = 0,
    lang: Annotated[Lang, typer.Option("--lang", help="语言。Language of the message.")] = Lang.zh,
) -> None:
    """生成虚构的报告，可植入错误并附答案。Make invented reports, with planted errors and the answer key."""

    def work() -> int:
        if layout not in _LAYOUTS:
            raise GongkaiError(f"--layout: 没有这种排版 unknown: {layout}. 可选 Choices: {', '.join(_LAYOUTS)}")
        classes, shown = chosen_classes(errors), sys.stderr.isatty()
        if panel:
            made = made_up.make_panel(agencies, _years(years), seed, classes, rate, layout)
            count = made_up.write(made.reports, out, made.agencies, made.key, shown, len(made.reports))
            entries = len(made.key)
        else:
            key: list[made_up.KeyEntry] = []

            def kept(case: Case) -> tuple[made_up.MadeReport, ...]:
                key.extend([case.entry] if case.entry else [])
                return case.reports

            cases = make_cases(n, edition.value, seed, classes, rate, layout)
            count = made_up.write((r for case in cases for r in kept(case)), out, (), key, shown, n)
            entries = len(key)
        say(_said(count, entries, out, lang.value))
        return 0

    guarded(work)
