"""The command `gongkai review`: list decisions on findings and write them down."""

from __future__ import annotations

from dataclasses import replace
from datetime import date as day
from enum import Enum
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from gongkai import deciding, terminal
from gongkai.console import Lang, Out, guarded, lines, read, say, write
from gongkai.errors import GongkaiError
from gongkai.ledger import NAME, read_ledger
from gongkai.pipeline import Reading
from gongkai.store import csv_bytes


class ReviewFormat(str, Enum):
    table = "table"
    csv = "csv"
    jsonl = "jsonl"


def _reading(paths: list[Path] | None, data: Path | None) -> Reading:
    """The reading of the paths, or of the reports of the data folder, with the decisions of that folder."""
    base = data or Path("data")
    given = paths or [base / "reports" if (base / "reports").is_dir() else base]
    reading = read(given)
    if data is not None:
        folders = [p if p.is_dir() else p.parent for p in given]
        reading = replace(reading, ledger=read_ledger(folders, data / NAME))
    return reading


def undecided(reading: Reading) -> pl.DataFrame:
    """The findings without a decision, with the columns of the ledger, to be filled in."""
    blank = [pl.lit("").alias(c) for c in ("decision", "reason", "who", "date")]
    sha256 = reading.reports.select("report_id", "sha256")
    return (
        reading.findings.filter(pl.col("decision").is_null())
        .join(sha256, on="report_id", how="left", maintain_order="left")
        .select("finding_id", *blank, "figures", "sha256", "severity", "verdict", "message_zh", "message_en")
    )


def _listed(reading: Reading, kind: ReviewFormat, open_: bool, lang: str) -> bytes:
    frame = undecided(reading) if open_ else reading.reviews
    if kind is ReviewFormat.csv:
        return csv_bytes(frame)
    if kind is ReviewFormat.jsonl:
        return lines(frame.to_dicts())
    shown = terminal.undecided(frame, lang) if open_ else terminal.reviews(reading, lang)
    return shown.encode("utf-8")


def review(
    paths: Annotated[list[Path] | None, typer.Argument(help="文件或文件夹。Files or folders.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="数据文件夹。Data folder.")] = None,
    set_: Annotated[str | None, typer.Option("--set", help="要作决定的发现。The finding decided on.")] = None,
    decision: Annotated[
        str, typer.Option(help="confirmed 确认, explained 可以解释, false alarm 误报, corrected by agency 机关已更正")
    ] = "",
    reason: Annotated[str, typer.Option(help="理由。Why.")] = "",
    who: Annotated[str, typer.Option(help="谁；默认取 git user.name 或登录名。Who decides.")] = "",
    date: Annotated[str, typer.Option(help="日期；默认今天。Date; by default today.")] = "",
    from_: Annotated[
        Path | None, typer.Option("--from", help="填好决定的 CSV。A CSV with decisions filled in.")
    ] = None,
    open_: Annotated[
        bool, typer.Option("--open", help="列出还没有决定的发现。List the findings without a decision.")
    ] = False,
    format: Annotated[ReviewFormat, typer.Option("--format", help="输出格式。Output format.")] = ReviewFormat.table,
    out: Out = None,
    lang: Annotated[Lang, typer.Option("--lang", help="语言。Language.")] = Lang.zh,
) -> None:
    """列出或记下对发现的决定（reviews.csv）。List decisions on findings, and write them down."""

    def work() -> int:
        if (decision or reason) and set_ is None and from_ is None:
            raise GongkaiError("--decision, --reason: 还要用 --set 指明发现。name the finding with --set.")
        reading = _reading(paths, data)
        if set_ is None and from_ is None:
            # All verdicts are made, so that a decision that lost its finding says what the rule finds now.
            if not open_ and reading.ledger.rows:
                _ = reading.verdicts
            write(_listed(reading, format, open_, lang.value), out)
            return 2 if len(reading.set_aside) else 0
        path = deciding.writable(reading)
        name, found = (who, "--who") if who else deciding.decider(path.parent)
        when = date or day.today().isoformat()
        rows = deciding.table(from_, name, when) if from_ else []
        if set_ is not None:
            rows.append({"finding_id": set_, "decision": decision, "reason": reason, "who": name, "date": when})
        added = deciding.record(reading, rows, path)
        say(f"{path}: {added} 条新决定 new decisions; {name} ({found}), {when}")
        return 2 if len(reading.set_aside) else 0

    guarded(work)
