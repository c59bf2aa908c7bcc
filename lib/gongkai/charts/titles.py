"""What the titles say: figures → a sentence. Pure functions, so that every title can be checked by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gongkai import measures
from gongkai.drawing import interval, listed
from gongkai.stats import FEW
from gongkai.words import number, percent, word

Row = dict[str, Any]

# A change or a body apart from its peers is spoken of where at most this share of such are false.
FALSE = 0.05


def rate_name(code: str, lang: str, inside: bool = False) -> str:
    """The declared name of a share; `inside` a sentence English begins it small."""
    name = measures.rate(code).name(lang)
    return name[0].lower() + name[1:] if inside and lang == "en" else name


def why(status: str, lang: str) -> str:
    """Why there is no share: what a status of `measures.rates` means."""
    return word(f"chart_status_{status.replace(' ', '_')}", lang)


def share(row: Row, lang: str) -> str:
    """A share in words: 23.9%（21.9–26.1）; k/n where n is below 30; else why there is none."""
    if row["value"] is None:
        return why(row["status"], lang)
    if row["n"] < FEW:
        return word("chart_few", lang, k=number(row["k"], lang), n=number(row["n"], lang))
    return word("chart_share", lang, value=percent(row["value"]), interval=interval(row["low"], row["high"]))


def named_share(row: Row, lang: str, inside: bool = True) -> str:
    """公开率 23.9%（21.9–26.1）."""
    return f"{rate_name(row['rate'], lang, inside)} {share(row, lang)}"


def points(value: float) -> str:
    """A difference of shares in percentage points: +10.4, −3.0."""
    return f"{100 * value:+.1f}".replace("-", "−")


def change(row: Row, lang: str) -> str:
    """A share against the year before (a row of `measures.yearly_rates`), or nothing where it cannot be judged."""
    if row["change"] is None or min(row["n"], row["n_before"]) < FEW:
        return ""
    low, high = row["change_low"], row["change_high"]
    if low <= 0 <= high:
        return word("chart_change_chance", lang, low=points(low), high=points(high))
    key, sign = ("chart_change_up", 1) if low > 0 else ("chart_change_down", -1)
    ends = sorted([sign * low, sign * high])
    return word(key, lang, step=f"{100 * abs(row['change']):.1f}", interval=interval(*ends))


def outcome_title(rows: Sequence[Row], lang: str) -> str:
    """The latest year's shares (rows of rates; the first may carry its change), or how few cases there are."""
    year, n = rows[0]["year"], rows[0]["n"]
    if all(r["value"] is None or r["n"] < FEW for r in rows) and n is not None:
        return word("chart_outcome_few", lang, year=year, n=number(n, lang))
    said = [named_share(r, lang) + (change(r, lang) if "change" in r else "") for r in rows]
    return word("chart_of_year", lang, year=year, said=word("chart_then", lang).join(said))


def flow_title(sides: Row, lang: str) -> str:
    """`sides`: year, agencies, before (all to handle), done, over, gap, apart (agencies whose sides differ), missing
    (names) and unlike (by how much the printed totals differ from the sum of the outcomes).

    `before`, `done`, `over` are null where they are not known.
    """
    told = {k: number(sides[k], lang) for k in ("before", "done", "over")}
    text = word("chart_flow_title", lang, year=sides["year"], **told)
    if sides["agencies"] > 1:
        text = word("chart_flow_several", lang, n=number(sides["agencies"], lang), text=text)
    if sides["missing"]:
        return text + word("chart_flow_missing", lang, names=listed(sides["missing"], lang))
    if not sides["gap"]:
        unlike = number(sides["unlike"], lang)
        return text + (word("chart_flow_unlike_total", lang, gap=unlike) if sides["unlike"] else "")
    key = "chart_flow_apart" if sides["agencies"] > 1 else "chart_flow_gap"
    return text + word(key, lang, gap=number(sides["gap"], lang), n=number(sides["apart"], lang))


def grounds_title(year: int, total: float, parts: Sequence[tuple[str, Row]], lang: str) -> str:
    """What the grounds are made of: `parts` are the names of the kinds and their shares (k, n, value, low, high)."""
    if total < FEW:
        counts = [f"{name} {number(part['k'], lang)}" for name, part in parts]
        return word("chart_grounds_few", lang, year=year, n=number(total, lang), parts=listed(counts, lang))
    said = word("chart_and", lang).join(f"{name} {share(part, lang)}" for name, part in parts)
    return word("chart_grounds_title", lang, year=year, n=number(total, lang), parts=said)


def rate_title(code: str, rows: Sequence[Row], agencies: int, lang: str) -> str:
    """The latest year of one agency, or of several: `rows` of `measures.yearly_rates`, one an agency."""
    name = rate_name(code, lang)
    if agencies == 1:
        said = word(
            "chart_of_year", lang, year=rows[0]["year"], said=f"{rate_name(code, lang, True)} {share(rows[0], lang)}"
        )
        return said + change(rows[0], lang)
    judged = [r for r in rows if r["q"] is not None]
    if not judged:
        return word("chart_rates_none", lang, name=name, n=number(agencies, lang))
    ups = sum(r["q"] <= FALSE and r["change"] > 0 for r in judged)
    downs = sum(r["q"] <= FALSE and r["change"] < 0 for r in judged)
    rest = len(judged) - ups - downs
    return word(
        "chart_rates_changed", lang, name=name, n=len(judged), year=rows[0]["year"], up=ups, down=downs, rest=rest
    )


def spread_title(name: str, row: Row, said: Callable[[float], str], lang: str) -> str:
    """The middle of many agencies in the latest year: `row` has year, agencies, and p25, p50, p75."""
    told = {"year": row["year"], "middle": said(row["p50"]), "half": f"{said(row['p25'])} – {said(row['p75'])}"}
    return word("chart_spread_title", lang, name=name, n=number(row["agencies"], lang), **told)


def funnel_title(code: str, year: int, peers: int, beyond: int, mine: str, lang: str) -> str:
    """How many of the peers stand apart, and `mine`: the sentence on the agency asked for, or nothing."""
    key = "chart_funnel_title" if beyond else "chart_funnel_none"
    told = {"name": rate_name(code, lang, inside=True), "year": year}
    return word(key, lang, n=number(peers, lang), beyond=number(beyond, lang), **told) + mine


def heat_title(year: int, agencies: int, compared: int, apart: int, marked: int, lang: str) -> str:
    """How many agencies have peers, how many of them stand apart, and how many a finding concerns."""
    told = {"n": agencies, "compared": compared, "apart": apart, "marked": marked}
    return word("chart_heat_title", lang, year=year, **{k: number(v, lang) for k, v in told.items()})


def count_title(name: str, rows: Sequence[Row], agencies: int, lang: str) -> str:
    """The latest year of an indicator: `rows` of `measures.yearly_counts` with a figure, one an agency."""
    if agencies > 1:
        told = {"n": number(len(rows), lang), "of": number(agencies, lang)}
        total = number(sum(r["value"] for r in rows), lang)
        return word("chart_count_several", lang, name=name, year=rows[0]["year"], total=total, **told)
    row = rows[0]
    text = word("chart_count_title", lang, name=name, year=row["year"], value=number(row["value"], lang))
    low, high = row.get("ratio_low"), row.get("ratio_high")
    if row.get("ratio") is None or low is None or high is None:
        return text
    if low <= 1 <= high:
        return text + word("chart_count_chance", lang, before=number(row["value_before"], lang))
    step = points(row["ratio"] - 1)
    ends = f"{points(low - 1)}% – {points(high - 1)}%"
    return text + word("chart_count_step", lang, before=number(row["value_before"], lang), step=step, ends=ends)


def dispute_title(rows: Sequence[Row], lang: str) -> str:
    """The shares of disputes of one year that can be rated, or that none can."""
    rated = [r for r in rows if r["status"] == "rated"]
    if not rated:
        return word("chart_dispute_title_none", lang, year=rows[0]["year"])
    said = word("chart_then", lang).join(named_share(r, lang) for r in rated)
    return word("chart_of_year", lang, year=rows[0]["year"], said=said)


def disputes_title(cells: Sequence[Row], lang: str) -> str:
    """How many cases there were and how many were corrected: `cells` of one year (year, item, column, value)."""

    def total(items: str, column: str) -> str:
        found = [c["value"] for c in cells if c["item"].startswith(items) and c["column"] == column]
        return number(None if None in found or not found else sum(found), lang)

    told = {"asked": total("reconsideration", "total"), "corrected": total("reconsideration", "corrected")}
    told |= {"sued": total("litigation", "total"), "turned": total("litigation", "corrected")}
    return word("chart_disputes_title", lang, year=cells[0]["year"], **told)


def proactive_title(year: int, decisions: dict[str, float | None], lang: str) -> str:
    """The decisions of the year (件) by row."""
    return word("chart_proactive_title", lang, year=year, **{k: number(v, lang) for k, v in decisions.items()})
