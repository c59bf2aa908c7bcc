"""Decisions on findings, matched to the findings of this reading: current, reopened, superseded or gone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

import polars as pl

from gongkai.agencies import same_name
from gongkai.frames import build, schema
from gongkai.ledger import COLUMNS, Ledger, Row, clean
from gongkai.rules.declared import rules
from gongkai.rules.kinds import EXPLAINED, FAIL

CURRENT, REOPENED, SUPERSEDED, GONE = "current", "reopened", "superseded", "gone"
# As much of a file's hash as a report_id holds.
_START = 8
_HASHED = re.compile(rf"(.*)-([0-9a-f]{{{_START}}})")
_DECISION = ("decision", "decision_state", "decision_reason", "decision_who", "decision_date")
_COLUMNS = (*_DECISION, "decision_figures", "decision_against")


class Ambiguous(Exception):
    """Several reports of this reading could be the one meant."""


def parts(finding_id: str) -> tuple[str, str, str]:
    """Rule, report and scope of a finding_id; only the report's name may itself hold a bar."""
    rule, _, rest = finding_id.partition("|")
    report, _, scope = rest.rpartition("|")
    return rule, report, scope


def _figures(text: str) -> frozenset[str]:
    """What was compared, in any order, numbers by their value: `new=1,566` is `new=1566.0`."""
    found = set()
    for part in filter(None, (p.strip() for p in text.split(";"))):
        key, equals, value = part.partition("=")
        number = value.replace(",", "").strip()
        if equals and re.fullmatch(r"[+-]?\d+(\.\d+)?", number):
            value = repr(round(float(number), 6) + 0.0)
        found.add(f"{key.strip()}={value.strip()}" if equals else part)
    return frozenset(found)


def same_figures(made_on: str, now: str) -> bool:
    """Whether a decision made on these figures holds; one without figures does, as nothing says otherwise."""
    return not made_on or _figures(made_on) == _figures(now)


class _Reports:
    """What the reports of this reading are called, and were called or could have been called before."""

    def __init__(self, reports: pl.DataFrame, agencies: pl.DataFrame, aliases: dict[str, str]) -> None:
        self.sha256 = {clean(r): s for r, s in reports.select("report_id", "sha256").rows()}
        self.aliases = {clean(old): clean(new) for old, new in aliases.items()}
        self._frames = reports, agencies
        self._by_start: dict[str, list[str]] = defaultdict(list)
        for report, sha in self.sha256.items():
            self._by_start[sha[:_START]].append(report)

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], set[str]]:
        """(name, year) → the reports of the body that bore the name in that year, or alone ever bore it."""
        reports, agencies = self._frames
        known = agencies.filter(pl.col("agency_id").is_not_null())
        bore: dict[str, set[str]] = defaultdict(set)
        names: dict[str, list[tuple[str, str]]] = {}
        for row in known.select("agency_id", "names", "name_years").iter_rows(named=True):
            names[row["agency_id"]] = list(zip(row["names"], row["name_years"], strict=True))
            for name in row["names"]:
                bore[same_name(name)].add(row["agency_id"])
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        dated = reports.filter(pl.col("agency_id").is_not_null() & pl.col("year").is_not_null())
        for report_id, agency_id, year in dated.select("report_id", "agency_id", "year").rows():
            for name, years in names.get(agency_id, ()):
                first, _, last = years.partition("-")
                borne = int(first or 0) <= year <= int(last or 9999)
                if borne or len(bore[same_name(name)]) == 1:
                    found[same_name(name), str(year)].add(clean(report_id))
        return found

    def _other_name(self, name: str) -> str | None:
        """The report that has another id now. Raises Ambiguous."""
        hashed = _HASHED.fullmatch(name)
        if hashed:
            able = set(self._by_start.get(hashed[2], ()))
        else:
            versions = {r for r in self.sha256 if (m := _HASHED.fullmatch(r)) and m[1] == name}
            agency, _, year = name.rpartition("-")
            # Which of two versions was meant only the hash of the file can say.
            able = self._by_name.get((same_name(agency), year), set()) | versions
            if versions:
                raise Ambiguous
        if len(able) > 1:
            raise Ambiguous
        return next(iter(able), None)

    def now(self, name: str, sha256: str) -> str | None:
        """The report that was called `name` when its file had this hash; None if it is not among these.

        The same bytes are the same report, whatever it is called. Raises Ambiguous.
        """
        name = clean(name)
        able = self._by_start.get(sha256[:_START].lower(), ())
        same = [r for r in able if self.sha256[r].startswith(sha256.lower())]
        if len(same) == 1:
            return same[0]
        seen = set()
        while name not in self.sha256 and name in self.aliases and name not in seen:
            seen.add(name)
            name = self.aliases[name]
        return name if name in self.sha256 else self._other_name(name)


def _current_id(row: Row, found: dict[str, dict[str, Any]], reports: _Reports) -> tuple[str | None, str | None]:
    """The finding a decision is about, or why there is none."""
    rule, report, scope = parts(row["finding_id"])
    try:
        now = reports.now(report, row["sha256"])
    except Ambiguous:
        return None, "ambiguous"
    # A report that is missing has findings too, though it is not among the reports.
    name = f"{rule}|{now or clean(report)}|{scope}"
    if name in found and found[name]["verdict"] in {FAIL, EXPLAINED}:
        return name, None
    if rule not in {r["id"] for r in rules()}:
        return None, "rule"
    if name in found:
        return None, str(found[name]["verdict"])
    return None, "finding" if now else "report"


def _settle(rows: list[dict[str, Any]], found: dict[str, dict[str, Any]]) -> None:
    """Write the state of decisions: of several on one finding the last of the latest date counts."""
    by_finding: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["current_id"]:
            by_finding[row["current_id"]].append(row)
    for name, mine in by_finding.items():
        *earlier, last = sorted(mine, key=lambda r: r["date"])
        finding = found[name]
        last["state"] = CURRENT if same_figures(last["figures"], finding["figures"]) else REOPENED
        last["why"] = None if last["figures"] else "no_figures"
        against = [r for r in earlier if r["date"] == last["date"] and r["decision"] != last["decision"]]
        against = [r for r in against if r["who"] != last["who"]]
        for row in earlier:
            row["state"] = SUPERSEDED
        for row in [*against, *([last] if against else [])]:
            row["why"] = "disagreement"
        finding |= {
            "decision_against": [f"{r['decision']} ({r['who']}: {r['reason']})" for r in against] or None,
            "decision": last["decision"],
            "decision_state": last["state"],
            "decision_reason": last["reason"],
            "decision_who": last["who"],
            "decision_date": last["date"],
            "decision_figures": last["figures"] or None,
        }


def merge(
    findings: pl.DataFrame, ledger: Ledger, reports: pl.DataFrame, agencies: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The findings with their decisions, and the reviews frame: every decision with its state, none dropped.

    `findings` with those folded under another; where it holds all verdicts, `why` says which a decision that has
    lost its finding meets now.
    """
    if not ledger.rows:
        return findings, build("reviews", ())
    columns = ("finding_id", "verdict", "figures")
    found = {clean(f["finding_id"]): f for f in findings.select(columns).iter_rows(named=True)}
    called = _Reports(reports, agencies, ledger.aliases)
    rows: list[dict[str, Any]] = []
    for decision in ledger.rows:
        name, why = _current_id(decision, found, called)
        figures_now = found[name]["figures"] if name else None
        rows.append({**decision, "current_id": name, "state": GONE, "why": why, "figures_now": figures_now})
    _settle(rows, found)
    for row in rows:
        row["current_id"] = found[row["current_id"]]["finding_id"] if row["current_id"] else None
        row["sha256"] = row["sha256"] or None
    decided = [f for f in found.values() if "decision" in f]
    types = {c: schema("findings")[c] for c in ("finding_id", *_COLUMNS)}
    joined = findings.drop(_COLUMNS).join(
        pl.DataFrame(decided, schema=types) if decided else pl.DataFrame(schema=types),
        on="finding_id",
        how="left",
        maintain_order="left",
    )
    order = {GONE: 1, REOPENED: 0}
    rows.sort(key=lambda r: (order.get(r["state"], 2), r["current_id"] or r["finding_id"], r["date"]))
    return joined.select(findings.columns), build("reviews", rows)


def as_ledger(reviews: pl.DataFrame) -> Ledger:
    """The decisions of a reviews frame that was stored, with the names its reports had."""
    rows = reviews.select(*COLUMNS, "place", "current_id").with_columns(pl.col("sha256").fill_null(""))
    aliases = {
        parts(r["finding_id"])[1]: parts(r["current_id"])[1]
        for r in rows.iter_rows(named=True)
        if r["current_id"] and r["current_id"] != r["finding_id"]
    }
    return Ledger(tuple(rows.drop("current_id").to_dicts()), aliases)


def of_reports(reviews: pl.DataFrame, reports: pl.DataFrame, missing: Callable[[], pl.Expr]) -> pl.DataFrame:
    """The decisions on `reports`, and those whose report is `missing` (an expression on `report_id`)."""
    ids = reports["report_id"].implode()
    named = reviews.with_columns(
        pl.coalesce("current_id", "finding_id").str.extract(r"^[^|]*\|(.*)\|[^|]*$").alias("report_id")
    )
    return named.filter(pl.col("report_id").is_in(ids) | missing()).select(reviews.columns)


def filled(rows: Iterable[Row], reviews: pl.DataFrame, reports: pl.DataFrame) -> list[Row]:
    """The lines of a ledger; those that hold and were written by hand get the figures and the hash of now."""
    sha256 = dict(reports.select("report_id", "sha256").rows())
    bare = reviews.filter((pl.col("figures") == "") & (pl.col("state") == CURRENT))
    now = {r["finding_id"]: r for r in bare.iter_rows(named=True)}
    done = []
    for row in rows:
        known = now.get(row["finding_id"])
        if known and not row["figures"]:
            report = parts(known["current_id"])[1]
            done.append(row | {"figures": known["figures_now"], "sha256": row["sha256"] or sha256.get(report, "")})
        else:
            done.append(row)
    return done
