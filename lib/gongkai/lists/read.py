"""What was read and found, row by row: coverage, files, tables, checks, findings, claims."""

from __future__ import annotations

import polars as pl

from gongkai.form import form
from gongkai.lists.table import MOST, NOTHING, Row, names, table
from gongkai.rules.declared import rules
from gongkai.show import Html, ordered
from gongkai.tellings.found import computed_growth, stated_growth
from gongkai.words import number, place, word


def coverage(matrix: pl.DataFrame, lang: str = "zh", most: int = MOST) -> Html:
    """Agencies by years, those with missing reports first. `matrix`: what `selection.coverage` returns."""
    years = sorted(set(matrix["year"]))
    order = matrix.group_by("agency").agg(
        (pl.col("status") == "missing").sum().alias("gaps"), pl.struct("year", "status")
    )
    return table(
        order.sort("gaps", "agency", descending=[True, False]),
        [word("agency", lang), *map(str, years)],
        lambda r: [r["agency"], *(_covered(r["year"], year, lang) for year in years)],
        lang,
        most,
    )


def _covered(cells: list[Row], year: int, lang: str) -> str:
    status = next((c["status"] for c in cells if c["year"] == year), "unknown")
    return word(f"tell_{status.replace(' ', '_')}", lang)


def aside(files: pl.DataFrame, lang: str = "zh", most: int = MOST) -> Html:
    """The files that were not read, with the reason and the remedy (a files frame)."""
    kept = files.filter(pl.col("status") != "read")
    said_in = "reason" if lang == "zh" else "reason_en"
    keys = ("file", "what_happened", "reason")
    return table(
        kept,
        names(keys, lang),
        lambda r: [r["file"], word(f"file_{r['status'].replace(' ', '_')}", lang), r[said_in] or ""],
        lang,
        most,
    )


def doubtful(tables: pl.DataFrame, lang: str = "zh", most: int = MOST) -> Html:
    """The tables whose reading is not sure, and why (a tables frame)."""
    kept = tables.filter(pl.col("certainty") != "sure").sort("report_id", "table")
    why = "doubt" if lang == "zh" else "doubt_en"

    def cells(r: Row) -> list[str]:
        sure = word(f"certainty_{r['certainty'].replace(' ', '_')}", lang)
        return [r["report_id"], form().tables[r["table"]][lang], sure, r[why] or "", place(r["where"], lang)]

    keys = ("report", "table", "certainty", "reason", "place")
    return table(kept, names(keys, lang), cells, lang, most)


def unassessed(counts: pl.DataFrame, lang: str = "zh", most: int = MOST) -> Html:
    """The checks that could not be judged, rule by rule. `counts`: `selection.verdict_counts`."""
    titles = {r["id"]: r[f"title_{lang}"] for r in rules()}
    missing = pl.col("verdict") == "not_assessable"
    sums = counts.group_by("rule").agg(pl.col("len").filter(missing).sum().alias("n"), pl.col("len").sum().alias("all"))
    keys = ("rule", "rule_title", "tell_not_judged", "tell_of_all")
    return table(
        sums.filter(pl.col("n") > 0).sort("n", "rule", descending=[True, False]),
        names(keys, lang),
        lambda r: [r["rule"], titles.get(r["rule"], ""), number(r["n"], lang), number(r["all"], lang)],
        lang,
        most,
    )


def findings(found: pl.DataFrame, lang: str = "zh", most: int = MOST) -> Html:
    """The findings in short, the gravest first: rule, report, sentence (a findings frame)."""
    keys = ("rule", "tell_severity", "report", "tell_finding")

    def cells(r: Row) -> list[str]:
        grade = "explained" if r["verdict"] == "explained" else r["severity"]
        return [r["rule"], word(f"severity_{grade}", lang), r["report_id"], r[f"message_{lang}"]]

    return table(ordered(found), names(keys, lang), cells, lang, most)


def priorities(found: pl.DataFrame, lang: str = "zh", most: int = MOST) -> Html:
    """The reports in the order in which to look at them, with the reasons. `found`: `priority.priorities`."""
    keys = ("page_priority", "tell_points", "agency", "year", "reason")

    def cells(r: Row) -> list[str]:
        why = word("tell_semicolon", lang).join(c[lang] for c in r["contributions"])
        return [word(f"page_priority_{r['priority']}", lang), r["points"], r["agency"], r["year"], why]

    return table(found, names(keys, lang), cells, lang, most)


def stated(found: pl.DataFrame, lang: str = "zh", most: int = MOST) -> Html:
    """The growth stated in the prose beside the computed one. `found`: `measures.stated_growth`."""
    keys = ("agency", "year", "tell_said", "tell_computed", "tell_before_now", "tell_agrees")

    def cells(r: Row) -> list[str]:
        figures = f"{number(r['value_before'], lang)} → {number(r['value'], lang)}"
        agrees = word(f"tell_agrees_{r['agrees']}", lang)
        return [r["agency"], r["year"], stated_growth(r, lang), computed_growth(r, lang), figures, agrees]

    return table(found, names(keys, lang), cells, lang, most)


def crossing(of: str, lang: str = "zh") -> Html:
    """Which figures of the table `of` may be compared across the two editions of the form."""
    items = [item for item in form().items.values() if item.table == of]
    cells = {(i.item, c): None for i in items for e in form().editions for c in form().item_columns(i, e)}
    rows = [{"item": i, "column": c, "mark": form().crosses(of, i, c)} for i, c in cells]
    order = ("yes", "approximately", "no")
    return table(
        pl.DataFrame(sorted(rows, key=lambda r: order.index(r["mark"]))),
        names(("cell", "crosses"), lang),
        lambda r: [form().cell_name(of, r["item"], r["column"], lang), word(f"crosses_short_{r['mark']}", lang)],
        lang,
        len(rows),
    )


def amounts(facts: pl.DataFrame, lang: str = "zh", most: int = MOST) -> Html:
    """The amounts of table two as printed, with their unit (a facts frame)."""
    cells = facts.filter((pl.col("table") == "proactive") & (pl.col("column") == "amount"))

    def row(r: Row) -> list[str]:
        unit = word(f"unit_{r['unit']}", lang) if r["value"] is not None else NOTHING
        return [r["report_id"], form().name("proactive", r["item"], lang), number(r["value"], lang), unit]

    keys = ("report", "row", "tell_value", "unit")
    return table(cells.sort("report_id", "item"), names(keys, lang), row, lang, most)
