"""The ledger of decisions on findings, `reviews.csv`: read as Excel or a git merge leaves it, written one line each.

Columns: finding_id, decision, reason, who, date, figures, sha256. `figures` and `sha256` may be empty in a line
written by hand. Beside it `aliases.csv` (old_report_id, report_id) says how reports were called before.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from gongkai.dates import day_first, iso_date
from gongkai.errors import GongkaiError
from gongkai.form import declared_rows
from gongkai.readers.encoding import decode
from gongkai.shared_file import locked, replace
from gongkai.store import is_store

NAME = "reviews.csv"
COLUMNS = ("finding_id", "decision", "reason", "who", "date", "figures", "sha256")
_NEEDED = COLUMNS[:5]
# How the columns of a table of findings are called that hold the same.
_ALSO = {"decision_reason": "reason", "decision_who": "who", "decision_date": "date"}
_ATTRIBUTES = f"{NAME} text eol=lf merge=union\n"

Row = dict[str, str]


@dataclass(frozen=True)
class Ledger:
    """Decisions as written (with `place`), what reports were called before, and the file new decisions go to."""

    rows: tuple[Row, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)
    path: Path | None = None


@cache
def decisions() -> dict[str, str]:
    """What may be written for a decision → its code: the code itself, and its Chinese and English words."""
    return {word: r["decision"] for r in declared_rows("decisions") for word in (r["decision"], r["zh"], r["en"])}


def _decoded(data: bytes, source: str, problems: list[str]) -> list[str]:
    """The lines. After a merge of a file from Excel (GBK) with one in UTF-8 each line has its own encoding."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return decode(data, source)[0].splitlines(keepends=True)
    lines: list[str] = []
    for line in data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"):
        try:
            lines.append(line.decode("utf-8") + "\n")
        except UnicodeDecodeError:
            try:
                lines.append(line.decode("gb18030") + "\n")
            except UnicodeDecodeError:
                problems.append(f"{source}, line {len(lines) + 1}: no text in UTF-8 or GB18030 (GBK)")
                lines.append("\n")
    return lines


def clean(text: str) -> str:
    """One line without control characters, so that a decision is one line of the file."""
    return " ".join("".join(c if c.isprintable() else " " for c in text.replace("\ufeff", "")).split())


def _inert(text: str) -> str:
    """Text that a spreadsheet would run, with one more apostrophe before it; `_restored` takes it off again.

    Source: OWASP, CSV injection.
    """
    return f"'{text}" if re.match(r"'*[=+\-@]", text) else text


def _restored(text: str) -> str:
    return text[1:] if re.match(r"'+[=+\-@]", text) else text


def _header(lines: list[str]) -> tuple[list[str], str]:
    """The columns and what parts them: Excel writes commas, semicolons or tabs, as the country has it."""
    first = next((line for line in lines if line.strip()), "").replace("\ufeff", "")
    parted = re.search(r"[,;\t]", first)
    delimiter = parted.group() if parted else ","
    names = [n.strip().lower() for n in next(csv.reader([first], delimiter=delimiter), [])]
    return [n if n in COLUMNS else _ALSO.get(n, n) for n in names], delimiter


def _records(lines: list[str], delimiter: str, source: str, problems: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Place and fields of each line that holds something."""
    start = 0
    while start < len(lines):
        reader, first = csv.reader(lines[start:], delimiter=delimiter, strict=True), start
        try:
            for fields in reader:
                place, start = f"{source}, line {start + 1}", first + reader.line_num
                cleaned = [clean(f) for f in fields]
                if any(cleaned):
                    yield place, cleaned
        except csv.Error as e:
            start += 1
            problems.append(f"{source}, line {start}: its quotation marks do not match ({e})")


def _problem(row: Row, given: Row, surplus: list[str], partly: bool) -> str | None:
    """What is wrong with a decision, or None: `row` with its decision and date as declared, or empty; and as given."""
    if any(surplus) and not partly:
        return f"more fields than columns (put “{surplus[0]}” and the field it belongs to into quotation marks)"
    if not row["decision"]:
        return f"decision “{given['decision']}” is none of {', '.join(dict.fromkeys(decisions().values()))}"
    if not row["date"] and (given["date"] or not partly):
        return f"date “{given['date']}” is no day, or could be two; write it as 2024-05-01"
    missing = [c for c in _NEEDED if not row[c]]
    if missing and not partly:
        return f"{', '.join(missing)} missing"
    return None if row["finding_id"].count("|") > 1 else f"“{row['finding_id']}” is no finding_id (rule|report|scope)"


def parse(data: bytes, source: str, partly: bool = False) -> tuple[list[Row], list[str]]:
    """The decisions of a file and what is wrong with it, line by line; with `partly`, undecided lines are left out.

    A line that is there twice is read once, as is one that is there again with its figures.
    """
    problems: list[str] = []
    lines = _decoded(data, source, problems)
    conflicts = [n for n, line in enumerate(lines, 1) if re.match(r"(<{7}|={7}|>{7}|\|{7})(\s|$)", line)]
    if conflicts:
        where = ", ".join(map(str, conflicts))
        return [], [f"{source}, line {where}: marks of a conflict of git. Keep the lines of both and delete the marks"]
    names, delimiter = _header(lines)
    if not any(line.strip("\ufeff \n") for line in lines):
        return [], problems
    lacking = [c for c in (_NEEDED if not partly else ("finding_id", "decision")) if c not in names]
    if lacking:
        return [], [f"{source}, line 1: the columns {', '.join(lacking)} are missing. They are: {', '.join(COLUMNS)}"]
    rows: list[Row] = []
    records = [
        (place, fields)
        for place, fields in _records(lines, delimiter, source, problems)
        if [_ALSO.get(f.lower(), f.lower()) for f in fields[: len(names)]] != names
    ]
    order = day_first(f[names.index("date")] for _, f in records if "date" in names and len(f) > names.index("date"))
    for place, fields in records:
        held = dict(zip(names, fields, strict=False))
        # Columns that somebody added are kept in the ledger.
        row = {c: _restored(held.get(c, "")) for c in (*COLUMNS, *(names if not partly else ())) if c}
        if partly and not row["decision"]:
            continue
        given = row.copy()
        row["decision"] = decisions().get(row["decision"].lower().replace("_", " "), "")
        row["date"] = iso_date(row["date"], order) or ""
        problem = _problem(row, given, fields[len(names) :], partly)
        if problem:
            problems.append(f"{place}: {problem}")
        else:
            rows.append(row | {"place": place})
    return _once(rows), problems


def _once(rows: list[Row]) -> list[Row]:
    complete = {tuple(r[c] for c in _NEEDED) for r in rows if r["figures"]}
    kept: dict[tuple[str, ...], Row] = {}
    for row in rows:
        if row["figures"] or tuple(row[c] for c in _NEEDED) not in complete:
            kept.setdefault(tuple(row[c] for c in COLUMNS), row)
    return list(kept.values())


def _complain(problems: list[str]) -> None:
    if problems:
        raise GongkaiError("; ".join(problems) + ". Nothing was changed: mend these lines.")


def _aliases(path: Path) -> tuple[dict[str, str], list[str]]:
    """Old id → new id of `aliases.csv`, and what is wrong with it."""
    found: dict[str, str] = {}
    problems: list[str] = []
    lines = _decoded(path.read_bytes(), str(path), problems)
    names, delimiter = _header(lines)
    if not {"old_report_id", "report_id"} <= set(names):
        return {}, [f"{path}, line 1: the columns are old_report_id and report_id"]
    for place, fields in _records(lines, delimiter, str(path), problems):
        row = dict(zip(names, fields, strict=False))
        old, new = row.get("old_report_id", ""), row.get("report_id", "")
        if old == "old_report_id":
            continue
        if not old or not new:
            problems.append(f"{place}: {'report_id' if old else 'old_report_id'} missing")
        elif found.setdefault(old, new) != new:
            problems.append(f"{place}: “{old}” is already an alias of “{found[old]}”")
    return found, problems


def ledger_path(folder: Path) -> Path | None:
    """Where decisions on the reports in `folder` go: where some are, else beside a folder `reports`, else in it.

    None for frames that gongkai made: what is derived is deleted one day.
    """
    if is_store(folder):
        return None
    for base in (folder, folder.parent):
        if (base / NAME).is_file():
            return base / NAME
    return (folder.parent if folder.resolve().name == "reports" else folder) / NAME


def read_ledger(folders: Iterable[Path], path: Path | None = None) -> Ledger:
    """The decisions of every `reviews.csv` in or beside `folders`, and of `path`, to which new ones then go.

    Raises GongkaiError naming each line that cannot be understood.
    """
    given = list(folders)
    bases = [b.resolve() for folder in given for b in (folder, folder.parent)]
    bases = [*([path.parent.resolve()] if path else []), *bases]
    rows: list[Row] = []
    aliases: dict[str, str] = {}
    problems: list[str] = []
    for base in dict.fromkeys(bases):
        if (base / NAME).is_file():
            found, wrong = parse((base / NAME).read_bytes(), str(base / NAME))
            rows, problems = rows + found, problems + wrong
        if (base / "aliases.csv").is_file():
            more, wrong = _aliases(base / "aliases.csv")
            aliases, problems = more | aliases, problems + wrong
    _complain(problems)
    return Ledger(tuple(rows), aliases, path or (ledger_path(given[0]) if given else None))


def content(rows: Iterable[Row]) -> bytes:
    """The file: UTF-8 with a byte-order mark for Excel, one line a decision in an order that is always the same."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    held = list(rows)
    columns = list(dict.fromkeys([*COLUMNS, *(c for row in held for c in row if c != "place")]))
    writer.writerow(columns)
    # Of decisions of one person and day the later line counts: sorting keeps their order.
    for row in sorted(held, key=lambda r: (r["finding_id"], r["date"], r["who"])):
        writer.writerow([_inert(clean(row.get(c, ""))) for c in columns])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def _attribute(folder: Path) -> None:
    """Have git merge the ledger line by line, unless a `.gitattributes` on the way up speaks of it already."""
    for base in (folder, *folder.parents):
        file = base / ".gitattributes"
        if file.is_file() and re.search(rf"(?m)^(\*\*/)?{re.escape(NAME)}\s", file.read_text("utf-8", "replace")):
            return
        if (base / ".git").exists():
            break
    with (folder / ".gitattributes").open("a+", encoding="utf-8", newline="\n") as out:
        out.seek(0)
        before = out.read()
        out.write(("\n" if before and not before.endswith("\n") else "") + _ATTRIBUTES)


def update(path: Path, change: Callable[[list[Row]], list[Row]]) -> None:
    """Rewrite the ledger with `change` of the decisions it holds at that moment, so that nobody's lines are lost.

    Raises GongkaiError where it cannot be understood (it is then left as it is) or somebody else keeps it.
    """
    path = path.resolve()
    with locked(path):
        rows, problems = parse(path.read_bytes(), str(path)) if path.is_file() else ([], [])
        _complain(problems)
        _attribute(path.parent)
        replace(path, content(_once(change(rows))))
