"""The commands: parse, check, reports, review, and lab, test, lint for those who work on gongkai.

Exit codes: 0 nothing wrong, 1 findings of severity error, 2 an input could not be read or the call is
wrong. Source: form.md, Command line.
"""

from __future__ import annotations

import subprocess
import sys
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from gongkai import cli_review, cli_synth, pipeline, rules, terminal
from gongkai.console import Lang, Out, guarded, lines, read, say, write
from gongkai.errors import GongkaiError
from gongkai.frames import SCHEMA
from gongkai.store import csv_bytes

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="读取、核对政府信息公开工作年度报告。Read and check annual reports.",
)

Paths = Annotated[list[Path], typer.Argument(help="文件或文件夹。Files or folders.")]


class ParseFormat(str, Enum):
    table = "table"
    csv = "csv"
    jsonl = "jsonl"
    parquet = "parquet"


class CheckFormat(str, Enum):
    table = "table"
    jsonl = "jsonl"
    xlsx = "xlsx"


def report_objects(reading: pipeline.Reading) -> list[dict[str, Any]]:
    """One object a report, in input order: schema, report, facts, claims, notes."""
    parts = {
        name: {
            key[0]: rows.to_dicts() for key, rows in getattr(reading, name).group_by("report_id", maintain_order=True)
        }
        for name in ("facts", "claims", "notes")
    }
    objects = []
    for report in reading.reports.iter_rows(named=True):
        mine = {name: found.get(report["report_id"], []) for name, found in parts.items()}
        objects.append({"schema": SCHEMA, "report": report, **mine})
    return objects


def _whole(value: Any) -> Any:
    """55.0 as 55: counts are written as counts."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def finding_objects(findings: pl.DataFrame) -> list[dict[str, Any]]:
    """One object a finding, fields as in the dictionary; numbers that are whole without a point."""
    return [{k: _whole(v) for k, v in row.items()} for row in findings.iter_rows(named=True)]


def _workbook(findings: pl.DataFrame, lang: str) -> bytes:
    """The findings as an Excel workbook in which no text is a formula or a link."""
    import io

    import xlsxwriter

    columns = ["severity", "verdict", "rule", "report_id", "scope", "left", "right", "difference", "cause", "repair"]
    columns += [f"message_{lang}", "where", "finding_id", "figures"]
    columns += ["decision", "decision_state", "decision_reason", "decision_who", "decision_date"]
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    sheet = book.add_worksheet("findings")
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    for k, column in enumerate(columns):
        sheet.write_string(0, k, column, bold)
    for n, row in enumerate(findings.iter_rows(named=True), 1):
        for k, column in enumerate(columns):
            value = row[column]
            text = "; ".join(value) if isinstance(value, list) else value
            if isinstance(text, float):
                sheet.write_number(n, k, text, wrap)
            elif text is not None:
                sheet.write_string(n, k, str(text), wrap)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, len(findings)), len(columns) - 1)
    sheet.set_column(columns.index(f"message_{lang}"), columns.index(f"message_{lang}"), 80)
    book.close()
    return buffer.getvalue()


@app.command()
def parse(
    paths: Paths,
    format: Annotated[ParseFormat, typer.Option("--format", help="输出格式。Output format.")] = ParseFormat.table,
    out: Out = None,
) -> None:
    """读出每份报告的数据。The facts of every report."""

    def work() -> int:
        reading = read(paths)
        if format is ParseFormat.jsonl:
            write(lines(report_objects(reading)), out)
        elif format is ParseFormat.csv:
            write(csv_bytes(reading.facts), out)
        elif format is ParseFormat.parquet:
            if out is None:
                raise GongkaiError("--format parquet: 需要用 --out 指定文件。name a file with --out.")
            reading.facts.write_parquet(out, metadata={"gongkai_schema": SCHEMA})
        else:
            write(terminal.facts(reading).encode("utf-8"), out)
        return 2 if len(reading.set_aside) else 0

    guarded(work)


@app.command()
def check(
    paths: Paths,
    format: Annotated[CheckFormat, typer.Option("--format", help="输出格式。Output format.")] = CheckFormat.table,
    out: Out = None,
    lang: Annotated[Lang, typer.Option("--lang", help="语言。Language of the messages.")] = Lang.zh,
    everything: Annotated[
        bool, typer.Option("--all", help="也列出 pass 和 not_assessable。Also verdicts pass and not_assessable.")
    ] = False,
) -> None:
    """核对报告，列出发现。Check reports and list the findings."""

    def work() -> int:
        reading = read(paths)
        findings = reading.verdicts if everything else reading.findings
        if format is CheckFormat.jsonl:
            write(lines(finding_objects(findings)), out)
        elif format is CheckFormat.xlsx:
            if out is None:
                raise GongkaiError("--format xlsx: 需要用 --out 指定文件。name a file with --out.")
            write(_workbook(findings, lang.value), out)
        else:
            write(terminal.findings(findings, lang.value).encode("utf-8"), out)
        return 2 if len(reading.set_aside) else int(rules.has_errors(findings))

    guarded(work)


@app.command()
def reports(
    folder: Annotated[Path | None, typer.Argument(help="报告所在文件夹。Folder of reports.")] = None,
    data: Annotated[Path, typer.Option("--data", help="数据文件夹。Data folder.")] = Path("data"),
    out: Annotated[Path | None, typer.Option("--out", help="输出文件夹。Output folder.")] = None,
    lang: Annotated[Lang, typer.Option("--lang", help="页面语言。Language of the pages.")] = Lang.zh,
) -> None:
    """读取、核对并为每个机关生成网页。Read, check and make a page for every agency: the main job."""
    from gongkai.publish import publish

    def work() -> int:
        source = folder or data / "reports"
        if not source.is_dir():
            raise GongkaiError(f"{source}: 没有这个文件夹。no such folder. Name the folder that holds the reports.")
        reading = read([source])
        if reading.reports.is_empty():
            raise GongkaiError(f"{source}: 没有能读的报告。none of its files could be read; see above.")
        made = publish(reading, out or data / "derived" / "reports", lang.value)
        for agency, reason in made.failed:
            say(f"{agency}: {reason}")
        errors = rules.has_errors(reading.findings)
        counts = reading.files["status"].value_counts().rows()
        say(f"{made.index}: {len(made.pages)} 页 pages; " + ", ".join(f"{n} {status}" for status, n in counts))
        return 2 if len(reading.set_aside) or made.failed else int(errors)

    guarded(work)


app.command()(cli_review.review)
app.command()(cli_synth.synth)


def _checkout() -> Path:
    """The project's folder. Raises GongkaiError outside of a checkout."""
    root = Path(__file__).parents[2]
    if not (root / "pyproject.toml").is_file():
        raise GongkaiError(
            f"{root}: 不是 gongkai 的源码文件夹。not a checkout of gongkai; clone it and install it with -e."
        )
    return root


def _run(commands: list[list[str]]) -> int:
    """Run `python -m …` commands one after another in the checkout; the first that fails ends it."""
    for command in commands:
        code = subprocess.run([sys.executable, "-m", *command], cwd=_checkout(), check=False).returncode
        if code:
            return code
    return 0


@app.command()
def reference(
    out: Annotated[Path, typer.Option("--out", help="输出文件夹。Output folder.")] = Path("docs"),
) -> None:
    """词汇、数据字典和规则表。Glossary, data dictionary and rules, from the declarations."""
    from gongkai.reference import write

    def work() -> int:
        for path in write(out):
            say(str(path))
        return 0

    guarded(work)


@app.command()
def lab() -> None:
    """在本环境中打开 JupyterLab。Open JupyterLab in this environment."""
    guarded(lambda: _run([["jupyterlab", "--notebook-dir", str(_checkout())]]))


@app.command()
def test() -> None:
    """运行全部测试（含笔记本）。Run all tests, notebooks too."""
    guarded(lambda: _run([["pytest", "tests", "notebooks", "--nbval-lax", "-n", "2", "--dist", "loadfile"]]))


@app.command()
def lint() -> None:
    """检查代码格式与类型。Check style, format and types of the code."""
    tools = [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]]
    guarded(lambda: _run(tools))


if __name__ == "__main__":
    app()
