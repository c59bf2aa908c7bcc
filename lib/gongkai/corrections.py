"""Declared corrections of the reading: a person looked at the source and says what a cell prints.

`corrections.csv` beside the reports: report, table, item, column, printed, corrected, reason, who, date. `printed`
is the cell as it was read (empty where it was not read or is blank); where it no longer matches, nothing is
corrected and the run stops.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl

from gongkai.cells import read_number
from gongkai.errors import GongkaiError
from gongkai.readers.encoding import decode

COLUMNS = ("report", "table", "item", "column", "printed", "corrected", "reason", "who", "date")
_KEY = ("report", "table", "item", "column")


def read_corrections(folders: Iterable[Path]) -> list[dict[str, str]]:
    """The rows of every `corrections.csv` in or beside `folders`, with their file and line.

    Raises GongkaiError naming each line that lacks a field or corrects a cell twice.
    """
    found: list[dict[str, str]] = []
    problems: list[str] = []
    for base in dict.fromkeys(base.resolve() for folder in folders for base in (folder, folder.parent)):
        path = base / "corrections.csv"
        if not path.is_file():
            continue
        content, _ = decode(path.read_bytes(), str(path))
        reader = csv.DictReader(io.StringIO(content, newline=""))
        for row in reader:
            place = f"{path}, line {reader.line_num}"
            missing = [c for c in COLUMNS if row.get(c) is None or (c not in {"printed", "corrected"} and not row[c])]
            if missing:
                problems.append(f"{place}: {', '.join(missing)} missing")
            elif any(all(row[c] == other[c] for c in _KEY) for other in found):
                problems.append(f"{place}: this cell is corrected twice")
            else:
                found.append({**{c: row[c].strip() for c in COLUMNS}, "place": place})
    _complain(problems)
    return found


def _complain(problems: list[str]) -> None:
    if problems:
        raise GongkaiError("; ".join(problems) + ". Look at the source and mend corrections.csv.")


def _corrected(row: dict[str, str], fact: dict[str, Any]) -> dict[str, Any]:
    found = read_number(row["corrected"], signed=fact["column"] == "items_change")
    why = f"{row['reason']}（{row['who']}，{row['date']}）"
    return {"value": found.value, "status": found.status, "corrected": row["corrected"], "correction": why}


def apply_corrections(facts: pl.DataFrame, corrections: list[dict[str, str]]) -> pl.DataFrame:
    """The facts with the corrections of their reports in `value`, `status`, `corrected` and `correction`.

    `printed` stays what was read. Raises GongkaiError naming each correction whose cell the report does
    not have, whose printed text no longer matches or whose corrected text is no number, dash or blank.
    """
    reports = set(facts["report_id"])
    wanted = {tuple(row[c] for c in _KEY): row for row in corrections if row["report"] in reports}
    if not wanted:
        return facts
    rows = facts.to_dicts()
    at = {(f["report_id"], f["table"], f["item"], f["column"]): k for k, f in enumerate(rows)}
    problems = []
    for key, row in wanted.items():
        name = "·".join(key[1:])
        if key not in at:
            problems.append(f"{row['place']}: {key[0]} has no cell {name}")
            continue
        fact = rows[at[key]]
        change = _corrected(row, fact)
        if (fact["printed"] or "") != row["printed"]:
            read = fact["printed"] or "nothing"
            problems.append(
                f"{row['place']}: {name} is expected to print “{row['printed']}”, but {read} was read there"
            )
        elif change["status"] == "unreadable":
            problems.append(f"{row['place']}: “{row['corrected']}” is no number, dash or blank")
        else:
            rows[at[key]] = fact | change
    _complain(problems)
    return pl.DataFrame(rows, schema=facts.schema, orient="row")


def settle(tables: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Tables whose doubt is settled: a cell of theirs was corrected or confirmed, and none is left unread."""
    by_table = facts.group_by("report_id", "table").agg(
        pl.col("correction").is_not_null().any().alias("looked"),
        (pl.col("status").is_in(["absent", "unreadable"])).any().alias("open"),
    )
    joined = tables.join(by_table, on=["report_id", "table"], how="left", maintain_order="left")
    settled = (pl.col("certainty") == "doubtful") & pl.col("looked") & ~pl.col("open")
    return joined.with_columns(
        pl.when(settled).then(pl.lit("sure")).otherwise("certainty").alias("certainty"),
        pl.when(settled).then(pl.col("doubt") + "（已核对更正）").otherwise("doubt").alias("doubt"),
        pl.when(settled).then(pl.col("doubt_en") + " (checked and corrected)").otherwise("doubt_en").alias("doubt_en"),
    ).select(tables.columns)
