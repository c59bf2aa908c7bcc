"""How much the checks see: recall and precision by class of planted error, false alarms on clean reports.

`python -m bench.detect [N]` makes N reports of each edition (5 000 unless said), 60 % of them with one planted error.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import polars as pl

from gongkai.pipeline import Reading, read_files
from gongkai.rules import check, reportable
from gongkai.synth import KeyEntry, error_classes, make_cases, write

ROOT = Path(__file__).parents[2]
BY_HAND = Path(__file__).parent / "by_hand.csv"
# Not the seed on which wordings were mended: what is reported was not looked at before.
SEED = "fresh"
# One wrong cell of the table of section 三, whose place the sums can tell.
SINGLE = ("cell_off", "digit_swap", "digit_dropped", "digit_added")
SEVERITIES = ("error", "warning", "info")


@dataclass
class Score:
    """What became of the errors of one class."""

    planted: int = 0
    seen: int = 0
    hidden: int = 0
    placed: int = 0
    located: int = 0
    alarms: int = 0
    right: int = 0


@dataclass
class Result:
    """The scores by class, and on clean reports the alarms by severity and rule."""

    scores: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    clean: int = 0
    false: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: list[tuple[str, str, str]] = field(default_factory=list)


def _made(n: int, edition: str, folder: Path) -> tuple[set[str], list[KeyEntry]]:
    """Reports written to `folder`; the ids of the clean ones and the key."""
    cases = list(make_cases(n, edition, SEED, tuple(error_classes()), rate=0.6))
    reports = [r for case in cases for r in case.reports]
    key = [case.entry for case in cases if case.entry]
    write(reports, folder, key=key)
    return {case.reports[0].report_id for case in cases if not case.entry}, key


def _names_cell(found: Iterable[dict[str, Any]], entry: KeyEntry) -> bool:
    """Whether a finding offers just the planted cell with its true figure."""
    cell = f"{entry.table}.{entry.item}.{entry.column}"
    value = f"{float(entry.true):g}" if entry.true else ""
    return any(
        (f["repair_cell"] == cell and f"{f['repair']:g}" == value) or f["repairs"] == [f"{cell}={value}"]
        for f in found
        if f["repair"] is not None or f["repairs"]
    )


def judge(findings: pl.DataFrame, clean: set[str], key: list[KeyEntry]) -> Result:
    """The findings held against the key."""
    result = Result(clean=len(clean))
    by_report: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for f in findings.iter_rows(named=True):
        # A finding on two reports stands at one of them.
        for report in {f["report_id"], *f["other_report_ids"]}:
            by_report[report].append(f)
    for entry in key:
        score = result.scores[entry.code]
        found = by_report[entry.found_at or entry.report_id]
        hits = [f for f in found if f["rule"] in entry.rules and f["verdict"] in {entry.verdict, "fail"}]
        if not entry.detectable:
            score.hidden += 1
            continue
        score.planted += 1
        score.seen += bool(hits)
        if not hits:
            result.missed.append((entry.code, entry.found_at or entry.report_id, entry.printed))
        alarms = [f for f in found if f["verdict"] == "fail" and f["severity"] != "info"]
        score.alarms += len(alarms)
        score.right += sum(f["rule"] in entry.rules for f in alarms)
        if entry.code in SINGLE and entry.table == "applications" and hits:
            score.placed += 1
            score.located += _names_cell(found, entry)
    for report in clean:
        for f in by_report[report]:
            if f["verdict"] == "fail":
                result.false[f["severity"], f["rule"]] += 1
    return result


def _show(edition: str, result: Result, seconds: float) -> None:
    print(f"\nEdition {edition}: {result.clean} clean reports, read and checked in {seconds:.0f} s")
    print(f"{'class':<24}{'seen by':<14}{'planted':>8}{'recall':>8}{'precision':>10}{'located':>9}{'hidden':>8}")
    for code, known in error_classes().items():
        s = result.scores[code]
        recall = f"{s.seen / s.planted:.3f}" if s.planted else "–"
        precision = f"{s.right / s.alarms:.3f}" if s.alarms else "–"
        located = f"{s.located / s.placed:.3f}" if s.placed else "–"
        print(f"{code:<24}{known.seen_by:<14}{s.planted:>8}{recall:>8}{precision:>10}{located:>9}{s.hidden:>8}")
    for severity in SEVERITIES:
        n = sum(k for (s, _), k in result.false.items() if s == severity)
        rules = ", ".join(f"{rule} {k}" for (s, rule), k in result.false.most_common() if s == severity)
        print(f"false alarms, {severity:<8} {n:>5} = {n / max(result.clean, 1):.4f} a clean report  {rules}")


def made_up(n: int, show_missed: int = 0) -> None:
    """The scores on `n` made-up reports of each edition."""
    for edition in ("2019", "2021"):
        with tempfile.TemporaryDirectory() as folder:
            clean, key = _made(n, edition, Path(folder))
            start = perf_counter()
            reading = read_files([Path(folder) / "reports"])
            assert reading.set_aside.is_empty(), reading.set_aside
            findings = reportable(check(reading.frames, everything=False))
            result = judge(findings, clean, key)
            _show(edition, result, perf_counter() - start)
            for missed in result.missed[:show_missed]:
                print("missed:", *missed)
            if show_missed:
                _show_false(findings, clean)


def _show_false(findings: pl.DataFrame, clean: set[str]) -> None:
    false = findings.filter(pl.col("report_id").is_in(list(clean)) & (pl.col("verdict") == "fail"))
    for f in false.filter(pl.col("severity") != "info").head(40).iter_rows(named=True):
        print("false:", f["severity"], f["finding_id"], f["message_en"])


def real() -> None:
    """The findings on the bundled reports, and which of them a person found right on reading the print."""
    reading: Reading = read_files([ROOT / "data" / "reports"])
    with BY_HAND.open(encoding="utf-8") as file:
        judged = {row["finding_id"]: row["right"] for row in csv.DictReader(file)}
    print(f"\nBundled real reports: {reading.reports.height}")
    for severity in SEVERITIES:
        alarms = reading.findings.filter((pl.col("severity") == severity) & (pl.col("verdict") == "fail"))
        verdicts = Counter(judged.get(f, "not judged") for f in alarms["finding_id"])
        print(f"{severity:<8} alarms {alarms.height:>3}   " + ", ".join(f"{k}: {n}" for k, n in verdicts.items()))


if __name__ == "__main__":
    made_up(int(sys.argv[1]) if len(sys.argv) > 1 else 5000, int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    real()
