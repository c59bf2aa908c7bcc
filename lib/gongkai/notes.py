"""What the reading could not do, in words: the declared sentences with their figures."""

from __future__ import annotations

from functools import cache
from typing import Any

from gongkai.form import declared_rows, form
from gongkai.parse.model import Note
from gongkai.words import fill


@cache
def _sentences() -> dict[str, dict[str, str]]:
    return {row["kind"]: row for row in declared_rows("notes")}


@cache
def _doubts() -> dict[str, dict[str, str]]:
    return {row["doubt"]: row for row in declared_rows("doubts")}


def doubt(name: str, figures: dict[str, Any], lang: str) -> str:
    """Why the reading of a table is in doubt, in `lang` (zh or en)."""
    return fill(_doubts()[name][lang], **figures)


def _offer(note: Note, lang: str) -> str:
    """The cells that reading order or the sum of the row would give to numbers; offered, never taken."""
    offer: list[list[str]] = note.figures.get("offer") or []
    if not offer or note.table is None:
        return ""
    cells = [f"{form().cell_name(note.table, i, c, lang)} {number}" for i, c, number in offer]
    by_order = note.kind == "orphan_numbers"
    if lang == "zh":
        return f"{'按阅读顺序' if by_order else '按本行合计'}可能是：{'；'.join(cells)}（未采用）。"
    return f"{'Reading order' if by_order else 'The sum of the row'} would give: {'; '.join(cells)} (not taken)."


def sentence(note: Note, lang: str) -> str:
    """The note as one sentence in `lang` (zh or en)."""
    figures: dict[str, Any] = dict(note.figures)
    if note.table and figures.get("item"):
        for code in ("zh", "en"):
            figures[f"item_{code}"] = form().name(note.table, figures["item"], code)
    else:
        figures |= {"item_zh": "本表", "item_en": "this table"}
    if note.table and figures.get("column"):
        figures |= {f"column_{code}": form().name(note.table, figures["column"], code) for code in ("zh", "en")}
    figures["numbers"] = ("、" if lang == "zh" else ", ").join(figures.get("numbers", []))
    figures[f"offer_{lang}"] = _offer(note, lang)
    return fill(_sentences()[note.kind][lang], **figures).strip()
