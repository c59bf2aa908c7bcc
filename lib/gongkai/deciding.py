"""Writing decisions on findings down: one from a notebook or the command, or many from a table."""

from __future__ import annotations

import difflib
import getpass
import subprocess
from collections.abc import Iterable
from datetime import date as day
from pathlib import Path

import polars as pl

from gongkai.dates import iso_date
from gongkai.errors import GongkaiError
from gongkai.ledger import Row, clean, decisions, parse, update
from gongkai.pipeline import Reading, read_folder
from gongkai.reviews import filled, parts


def decider(folder: Path) -> tuple[str, str]:
    """Who decides if nobody is named, and where that was found: git's user.name for `folder`, else the login name."""
    try:
        command = ["git", "config", "user.name"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)
        if name := clean(done.stdout or ""):
            return name, "git config user.name"
    except OSError:
        pass
    try:
        return getpass.getuser(), "login name"
    except (KeyError, OSError) as e:
        raise GongkaiError("nobody is logged in here by name. Say who decides: --who NAME.") from e


def writable(reading: Reading) -> Path:
    """The ledger of a reading. Raises GongkaiError for frames that gongkai made: what is derived is deleted one day."""
    if reading.ledger.path is None:
        raise GongkaiError(
            "这是 gongkai 生成的数据，请指明报告所在的文件夹。"
            "these frames were made from reports; name the folder of the reports."
        )
    return reading.ledger.path


def _unknown(finding_id: str, findings: pl.DataFrame) -> str:
    """That there is no such finding, with those that look like it."""
    rule, report, _ = parts(finding_id)
    there = findings["finding_id"].to_list()
    near = [i for i in there if parts(i)[0] == rule or parts(i)[1] == report] or there
    close = difflib.get_close_matches(finding_id, near[:5000], 3, 0.5)
    hint = f"Is it one of these? {'  '.join(close)}" if close else "`gongkai review --open` lists those there are."
    return f"{finding_id}: 没有这个发现。no such finding. {hint}"


def _problem(row: Row, known: set[str], findings: pl.DataFrame) -> str | None:
    if row["finding_id"] not in known:
        return _unknown(row["finding_id"], findings)
    if row["decision"] not in decisions().values():
        choices = ", ".join(dict.fromkeys(decisions().values()))
        return f"{row['finding_id']}: decision “{row['decision']}” is none of {choices}"
    missing = [c for c in ("reason", "who") if not row[c]]
    if missing:
        return f"{row['finding_id']}: {', '.join(missing)} missing. Say why and by whom: --reason, --who"
    return None if row["date"] else f"{row['finding_id']}: the date is no day; write it as 2024-05-01"


def record(reading: Reading, rows: Iterable[Row], path: Path) -> int:
    """Add decisions to the ledger `path`, with the figures they are made on; how many were new.

    All or none. Raises GongkaiError naming each finding that is not there and each decision that is incomplete.
    """
    findings = reading.every_finding
    known = {clean(f["finding_id"]): f for f in findings.iter_rows(named=True)}
    sha256 = dict(reading.reports.select("report_id", "sha256").rows())
    new: list[Row] = []
    problems = []
    for given in rows:
        row = {c: clean(given[c]) for c in ("finding_id", "decision", "reason", "who", "date")}
        row["decision"] = decisions().get(row["decision"].lower().replace("_", " "), row["decision"])
        row["date"] = iso_date(row["date"]) or ""
        if problem := _problem(row, set(known), findings):
            problems.append(problem)
            continue
        finding = known[row["finding_id"]]
        new.append(row | {"figures": finding["figures"], "sha256": sha256.get(finding["report_id"], "")})
    if problems:
        raise GongkaiError("\n".join(problems))
    added = 0

    def change(held: list[Row]) -> list[Row]:
        nonlocal added
        there = {tuple(r[c] for c in ("finding_id", "decision", "reason", "who", "date")) for r in held}
        more = [r for r in new if tuple(list(r.values())[:5]) not in there]
        added = len(more)
        return [*filled(held, reading.reviews, reading.reports), *more]

    update(path, change)
    return added


def table(path: Path, who: str, date: str) -> list[Row]:
    """The decisions of a table such as `gongkai review --open --format csv` or findings.csv, filled in.

    Lines without a decision are left out; `who` and `date` stand where a line has none. Raises GongkaiError.
    """
    if not path.is_file():
        raise GongkaiError(f"{path}: 没有这个文件。no such file.")
    rows, problems = parse(path.read_bytes(), str(path), partly=True)
    if problems:
        raise GongkaiError("; ".join(problems) + ". Nothing was written: mend these lines.")
    return [row | {"who": row["who"] or who, "date": row["date"] or date} for row in rows]


def decide(
    where: Reading | str | Path, finding_id: str, decision: str, reason: str, who: str = "", date: str = ""
) -> Path:
    """Write a decision on a finding of `where`, a reading or a folder of reports, and return the ledger's path.

    `who` is by default git's user.name, else the login name, and `date` today. Read again to see it in the findings.
    Raises GongkaiError for an unknown finding or decision, and for frames that gongkai made: decide on the reports.
    """
    reading = where if isinstance(where, Reading) else read_folder(where, progress=False)
    path = writable(reading)
    row = {"finding_id": finding_id, "decision": decision, "reason": reason}
    row |= {"who": who or decider(path.parent)[0], "date": date or day.today().isoformat()}
    record(reading, [row], path)
    return path
