"""Reads the hand-typed golden files: what a report prints, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


@dataclass
class Golden:
    agency: str = ""
    year: int = 0
    edition: str = ""
    cells: dict[tuple[str, str, str], float | None] = field(default_factory=dict)
    units: dict[tuple[str, str, str], str] = field(default_factory=dict)
    notes: list[list[str]] = field(default_factory=list)
    no_tables: bool = False


def _value(text: str) -> float | None:
    return None if text == "absent" else float(text)


def load(name: str) -> Golden:
    """The golden file `name`; a cell that is not printed is None."""
    golden, table, columns = Golden(), "", []
    for raw in (FOLDER / f"{name}.txt").read_text("utf-8").splitlines():
        words = raw.split("#")[0].split()
        if not words:
            continue
        key, rest = words[0], words[1:]
        if key in {"agency", "edition"}:
            setattr(golden, key, rest[0])
        elif key == "year":
            golden.year = int(rest[0])
        elif key == "note":
            golden.notes.append(rest)
        elif key == "tables":
            golden.no_tables = rest == ["none"]
        elif key == "proactive":
            for pair in rest[1:]:
                column, value = pair.split("=")
                if column.endswith("_unit"):
                    golden.units["proactive", rest[0], column.removesuffix("_unit")] = value
                else:
                    golden.cells["proactive", rest[0], column] = _value(value)
        elif key in {"applications", "disputes"}:
            table, columns = key, rest
        else:
            assert len(rest) == len(columns), raw
            for column, value in zip(columns, rest, strict=True):
                golden.cells[table, key, column] = _value(value)
    return golden
