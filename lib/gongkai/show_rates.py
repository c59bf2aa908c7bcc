"""Shares and their changes in words, and the table of all shares by year, as HTML for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from gongkai import measures
from gongkai.show import Html, fill, marks_of
from gongkai.stats import FEW
from gongkai.words import number, percent, word

if TYPE_CHECKING:
    from gongkai.pipeline import Reading

Row = dict[str, Any]


def interval(row: Row, lang: str) -> str:
    """The 95 % interval of a share."""
    return word("page_interval", lang, low=f"{100 * row['low']:.1f}", high=percent(row["high"]))


def k_of_n(row: Row, lang: str) -> str:
    """What of what: 375/1,566."""
    return word("page_k_of_n", lang, k=number(row["k"], lang), n=number(row["n"], lang))


def said(row: Row, lang: str) -> str:
    """A share with its interval and its cases, or why there is none."""
    if row["value"] is None:
        return word(f"page_rate_{row['status'].replace(' ', '_')}", lang)
    return f"{percent(row['value'])} {interval(row, lang)} {k_of_n(row, lang)}"


def _judged(low: float, high: float, middle: float) -> str:
    """Whether an interval covers what would be no change: `chance`, else `more` or `less`."""
    return "chance" if low <= middle <= high else "more" if low > middle else "less"


def _not_comparable(row: Row, years: set[int]) -> Row:
    """Why there is no change: no report of the year before, a figure missing, or a form that does not carry over."""
    if row["value"] is None:
        return {"why": "now", "judged": ""}
    there = row["year"] - 1 in years
    missing = there and row.get("value_before") is None
    return {"why": "before" if missing else "first", "judged": ""}


def count_change(row: Row, years: set[int], lang: str) -> Row:
    """The change of a count (a row of `measures.yearly_counts`): text, and whether it is within chance."""
    before = row["value_before"]
    if before is None or row["value"] is None or row["p"] is None:
        told = _not_comparable(row, years)
        return told | {"text": word(f"page_no_change_{told['why']}", lang)}
    step = word("page_change_none", lang)
    if row["ratio"] is not None and row["ratio"] != 1:
        step = f"{100 * (row['ratio'] - 1):+.1f}%".replace("-", "−")
    elif before == 0 and row["value"]:
        step = f"+{number(row['value'], lang)}"
    known = row["ratio_low"] is not None and row["ratio_high"] is not None
    judged = _judged(row["ratio_low"], row["ratio_high"], 1) if known else "chance"
    return {"text": word("page_change", lang, before=number(before, lang), step=step), "judged": judged}


def rate_change(row: Row, years: set[int], lang: str) -> Row:
    """The change of a share (a row of `measures.yearly_rates`) in percentage points, and whether it is chance."""
    if row["change"] is None or row["change_low"] is None:
        told = _not_comparable(row, years)
        return told | {"text": word(f"page_no_change_{told['why']}", lang)}
    step = word("page_points", lang, step=f"{100 * row['change']:+.1f}".replace("-", "−"))
    few = min(row["n"], row["n_before"]) < FEW
    judged = "few" if few else _judged(row["change_low"], row["change_high"], 0)
    return {"text": word("page_change", lang, before=percent(row["value_before"]), step=step), "judged": judged}


def rates(reading: Reading, compared: pl.DataFrame, lang: str = "zh") -> Html:
    """Every declared share by year with interval and cases; what rests on a cell that a finding concerns is marked."""
    years = sorted(set(compared["year"]))
    marks = marks_of(reading.findings)
    found = {(r["rate"], r["year"]): r for r in compared.iter_rows(named=True)}
    rows = []
    for code, known in measures.rates_declared().items():
        cells = [f"{t}.{i}.{c}" for _, t, item, c in (*known.k, *known.n) for i in measures.row_codes(t, [item])]
        mine = {y: found[code, y] for y in years if (code, y) in found}
        if all(r["status"] == "not in form" for r in mine.values()):
            continue
        about = word("page_share_of", lang, k=known.k_name[lang], n=known.n_name[lang])
        row: Row = {"name": known.name(lang), "about": about, "crosses": measures.rate_crosses(code), "years": {}}
        for year, share in mine.items():
            concerned = sorted({n for c in cells for n in marks.get((share["report_id"], c), [])})
            row["years"][year] = share | {"marks": concerned}
            if share["value"] is not None:
                row["years"][year] |= {"percent": percent(share["value"]), "interval": interval(share, lang)}
                row["years"][year] |= {"cases": k_of_n(share, lang)}
        rows.append(row)
    return Html(fill("rates.html", lang, rows=rows, years=years))
