"""Facts that gongkai itself wrote, as CSV or Parquet, read back as reports."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import polars as pl

from gongkai.document import Document
from gongkai.errors import UnreadableFile
from gongkai.form import TABLES, Shape, form
from gongkai.frames import Parsed, schema
from gongkai.parse.certainty import judged
from gongkai.parse.model import Fact, Identity, Report, TableReading

_FIRST = ["report_id", "agency", "year", "edition", "table", "item", "column", "value", "status", "unit", "printed"]
HEADER = ",".join(_FIRST).encode()


def _frame(data: bytes, source: str) -> pl.DataFrame:
    """The facts in a file, of the types of the dictionary."""
    try:
        if data.startswith(b"PAR1"):
            frame = pl.read_parquet(io.BytesIO(data))
        else:
            frame = pl.read_csv(io.BytesIO(data), infer_schema=False)
            # What was made inert for spreadsheets is as printed again.
            frame = frame.with_columns(pl.col(pl.String).str.replace(r"^'([=+\-@\t\r])", "${1}"))
        names = schema("facts")
        known = {name: kind for name, kind in names.items() if name in frame.columns}
        if not set(_FIRST) <= set(known):
            raise ValueError(f"columns {', '.join(sorted(set(_FIRST) - set(known)))} are missing")
        return _checked(frame.select(pl.col(name).cast(kind) for name, kind in known.items()))
    except (pl.exceptions.PolarsError, ValueError, OSError) as e:
        reason = str(e).splitlines()[0][:120]
        raise UnreadableFile(
            source,
            f"不是本工具写出的表格数据（{reason}）。请重新运行 gongkai parse 得到该文件，或直接给出报告原文。",
            f"this is no table of facts that gongkai wrote ({reason}). Make it again with gongkai parse, "
            "or give the reports themselves.",
        ) from e


def _checked(frame: pl.DataFrame) -> pl.DataFrame:
    """The facts, if each is one of a cell of the form and has a value if and only if it is a number."""
    cells = {(t, i.item, c) for (t, _), i in form().items.items() for every in i.columns.values() for c in every}
    known = frame.select("table", "item", "column").rows()
    odd = ~pl.col("status").is_in(["number", "blank", "dash", "unreadable", "absent"]).fill_null(False)
    odd |= (pl.col("status") == "number").fill_null(False) != pl.col("value").is_not_null()
    odd |= ~pl.col("unit").is_in([*{c.unit for c in form().columns.values()}, "unknown"]).fill_null(False)
    wrong = [k for k, bad in enumerate(frame.select(odd).to_series()) if bad or known[k] not in cells]
    if frame.is_empty():
        raise ValueError("it holds no facts")
    if wrong:
        raise ValueError(f"line {wrong[0] + 2} is no fact of the form")
    return frame


def _report(rows: list[dict[str, Any]], source: str) -> Report:
    """A report from its facts; what only the report itself says (prose, headings, notes) is not there."""
    first = rows[0]
    facts = [
        Fact(
            r["table"],
            r["item"],
            r["column"],
            r["value"],
            r["status"],
            r["unit"],
            r["printed"],
            where=r.get("where") or "",
            source=r.get("source") or source,
        )
        for r in rows
    ]
    items = {f.item for f in facts}
    split = frozenset(i.item for i in form().items.values() if i.shape == "split" and i.item in items)
    shape = Shape(not any(i.shape == "three" and i.item in items for i in form().items.values()), split)
    tables = []
    for table in TABLES:
        own = [f for f in facts if f.table == table]
        reading = TableReading(table, present=any(f.status != "absent" for f in own), edition=first["edition"])
        reading.rows_found = len({f.item for f in own if f.status != "absent"})
        reading.numbers_printed = sum(f.status == "number" for f in own)
        reading.header_in_order = True if reading.present else None
        tables.append(judged(reading, own))
    return Report(
        identity=Identity(first["agency"], "facts", first["year"], "facts", None),
        edition=first["edition"],
        edition_from="facts",
        markers=frozenset({first["edition"]} if first["edition"] else ()),
        shape=shape,
        facts=tuple(facts),
        sections=(),
        headings=(),
        tables=tuple(tables),
        notes=(),
    )


def read_facts(data: bytes, source: str) -> list[Parsed]:
    """The reports in a table of facts. Raises UnreadableFile if gongkai did not write it."""
    frame = _frame(data, source)
    document = Document(source, hashlib.sha256(data).hexdigest(), "facts", "", ())
    groups = frame.group_by("report_id", maintain_order=True)
    return [Parsed(document, _report(rows.to_dicts(), source), report_id=str(key[0])) for key, rows in groups]
