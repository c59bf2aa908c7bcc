"""What was measured, row by row: shares, changes, trends, mixes, peers."""

from __future__ import annotations

import polars as pl

from gongkai.lists.table import MOST, NOTHING, Row, decimals, names, points_of, sure, table
from gongkai.measures import rate as declared
from gongkai.show import Html
from gongkai.show_rates import count_change, rate_change, said
from gongkai.stats import FEW
from gongkai.tellings.told import FALSE, step_of
from gongkai.tellings.years import rated_mixes
from gongkai.words import number, percent, word


def _share(row: Row, lang: str) -> str:
    """A share with interval and cases, and that one of few cases is not rated."""
    shown = said(row, lang)
    return word("tell_few_shown", lang, shown=shown, few=FEW) if row["status"] == "few" else shown


def rates(found: pl.DataFrame, lang: str = "zh", most: int = MOST) -> Html:
    """Every share with interval and cases, or why there is none. `found`: `measures.rates`."""
    head = names(("agency", "year", "page_share", "tell_value"), lang)
    return table(
        found,
        head,
        lambda r: [r["agency"], r["year"], declared(r["rate"]).name(lang), _share(r, lang)],
        lang,
        most,
        largest="n",
    )


def changes(found: pl.DataFrame, lang: str = "zh", most: int = MOST) -> Html:
    """The shares that have a year before, the surest changes first. `found`: `measures.yearly_rates`."""
    kept = found.filter(pl.col("change").is_not_null()).sort("q", "agency", "year", nulls_last=True)

    def cells(r: Row) -> list[str]:
        change, judged = rate_change(r, set(), lang)["text"], word(f"page_judged_{_judged(r)}", lang)
        return [r["agency"], r["year"], declared(r["rate"]).name(lang), said(r, lang), change, judged, sure(r["q"])]

    keys = ("agency", "year", "page_share", "tell_value", "tell_change", "page_judged", "tell_q")
    return table(kept, names(keys, lang), cells, lang, most)


def _judged(row: Row) -> str:
    """Whether a change is more than chance after adjusting for all that were tested."""
    if row["q"] is None:
        return "few"
    return "chance" if row["q"] > FALSE else "more" if row["change"] > 0 else "less"


def counts(found: pl.DataFrame, lang: str = "zh", most: int = MOST) -> Html:
    """Every count against the year before. `found`: `measures.yearly_counts` of one quantity, or `measures.growth`."""

    def cells(r: Row) -> list[str]:
        change = count_change(r, set(), lang)
        text = change["text"]
        if r.get("before_from") == "words":
            text = word("tell_by_words", lang, before=number(r["value_before"], lang), step=step_of(r["ratio"], lang))
        known = r["ratio_low"] is not None and r["ratio_high"] is not None
        ends = f"{r['ratio_low']:.2f}–{r['ratio_high']:.2f}" if known else NOTHING
        return [r["agency"], r["year"], number(r["value"], lang), text, ends]

    keys = ("agency", "year", "tell_count", "tell_change", "tell_ratio")
    return table(found, names(keys, lang), cells, lang, most, largest="value")


def _slope(value: float | None) -> str:
    return decimals(value, 1)


def trends(found: pl.DataFrame, lang: str = "zh", share: bool = False, most: int = MOST) -> Html:
    """Every trend, the steepest first. `found`: `measures.trends`; `share`: slopes in percentage points."""
    kept = found.sort(pl.col("slope").abs(), descending=True)
    shown = points_of if share else _slope

    def cells(r: Row) -> list[str]:
        ends, years = f"{shown(r['slope_low'])} … {shown(r['slope_high'])}", f"{r['first_year']}–{r['last_year']}"
        return [r["agency"], years, shown(r["slope"]), ends, decimals(r["tau"], 2), sure(r["p"])]

    keys = ("agency", "years", "tell_slope_points" if share else "tell_slope", "tell_interval", "tell_tau", "tell_p")
    return table(kept, names(keys, lang), cells, lang, most)


def mixes(found: pl.DataFrame, lang: str = "zh", most: int = MOST) -> Html:
    """How far each mix of outcomes moved, the furthest first. `found`: `measures.mix_changes`."""
    kept = rated_mixes(found).sort("distance", descending=True)
    keys = ("agency", "year", "tell_distance", "tell_p")
    return table(
        kept,
        names(keys, lang),
        lambda r: [r["agency"], r["year"], decimals(r["distance"]), sure(r["p"])],
        lang,
        most,
    )


def splits(found: pl.DataFrame, lang: str = "zh", most: int = MOST) -> Html:
    """Each change of the share disclosed parted into mix and rate, the largest first. `found`: `measures.split`."""
    kept = found.filter(pl.col("change").is_not_null()).sort(pl.col("change").abs(), descending=True)
    keys = ("agency", "year", "tell_change", "tell_mix", "tell_own")
    return table(
        kept,
        names(keys, lang),
        lambda r: [r["agency"], r["year"], *(points_of(r[c]) for c in ("change", "mix", "rate"))],
        lang,
        most,
    )


def peers(found: pl.DataFrame, lang: str = "zh", by: str = "place", most: int = MOST) -> Html:
    """Each share beside its peers' mean, in the order of column `by` (place or q). `found`: `measures.compare`."""
    kept = found.filter(pl.col("p").is_not_null()).sort(by, "agency", "year")

    def cells(r: Row) -> list[str]:
        drawn = word("page_interval", lang, low=f"{100 * r['shrunk_low']:.1f}", high=percent(r["shrunk_high"]))
        line = word({"": "page_beyond_none", "95": "page_beyond_95", "99.8": "page_beyond_998"}[r["beyond"]], lang)
        about = [f"{r['place']}/{r['peers']}", r["agency"], r["year"], declared(r["rate"]).name(lang)]
        return [*about, said(r, lang), percent(r["expected"]), f"{percent(r['shrunk'])} {drawn}", line, sure(r["q"])]

    about = ("page_place_head", "agency", "year", "page_share")
    keys = (*about, "tell_value", "page_mean", "tell_shrunk", "page_where", "tell_q")
    return table(kept, names(keys, lang), cells, lang, most)
