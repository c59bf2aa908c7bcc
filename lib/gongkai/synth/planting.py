"""The classes of planted errors (`declared/errors.csv`) and how each is planted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from random import Random

from gongkai.errors import GongkaiError
from gongkai.form import declared_rows
from gongkai.synth import plant_forms, plant_prose, plant_tables
from gongkai.synth.model import Agency, MadeReport
from gongkai.synth.plant_tables import Planted, Planter


@dataclass(frozen=True)
class ErrorClass:
    """A class of errors: what kind of check can see it, what has to lie beside the report, and the rules expected.

    `beside` is before (last year's report), after (next year's), other (another agency's), panel (made in panels
    only) or nothing; `kinds` are the kinds of agency that can make the error (none: all).
    """

    code: str
    zh: str
    en: str
    seen_by: str
    beside: str
    kinds: tuple[str, ...]
    rules: tuple[str, ...]


@cache
def error_classes() -> dict[str, ErrorClass]:
    """The classes by code, in their declared order."""
    return {
        r["code"]: ErrorClass(
            **{name: r[name] for name in ("code", "zh", "en", "seen_by", "beside")},
            kinds=tuple(r["kind"].split()),
            rules=tuple(r["rules"].split()),
        )
        for r in declared_rows("errors")
    }


def chosen_classes(errors: str) -> tuple[str, ...]:
    """The codes that `errors` names: none, all, or a list with commas. Raises GongkaiError for unknown ones."""
    if errors in {"none", "all"}:
        return tuple(error_classes()) if errors == "all" else ()
    wanted = tuple(dict.fromkeys(code.strip() for code in errors.split(",") if code.strip()))
    unknown = [code for code in wanted if code not in error_classes()]
    if unknown:
        choices = ", ".join(("none", "all", *error_classes()))
        raise GongkaiError(f"--errors: 没有这类错误 unknown: {', '.join(unknown)}. 可选 Choices: {choices}")
    return wanted


def in_turn(codes: list[str], agency: Agency) -> list[str]:
    """The codes that an agency of this kind can make, in order."""
    return [c for c in codes if not error_classes()[c].kinds or agency.kind in error_classes()[c].kinds]


def _planter(code: str) -> Planter | None:
    modules = (plant_tables, plant_forms, plant_prose)
    found: Planter | None = next((vars(m)[code] for m in modules if code in vars(m)), None)
    return found


def plant(report: MadeReport, code: str, rng: Random, beside: MadeReport | None = None) -> Planted:
    """The report with an error of class `code`, and the key entry; None where the report has no place for it.

    `beside` is the report that the class needs (see ErrorClass). Raises GongkaiError for an unknown class.
    """
    if code not in error_classes():
        raise GongkaiError(f"unknown class of errors {code!r}. Choices: {', '.join(error_classes())}")
    planter = _planter(code)
    found = planter(report, rng, beside) if planter else None
    if found is None:
        return None
    made, entry = found
    marked = replace(made, deviations=(*report.deviations, code))
    return marked, replace(entry, code=code, found_at=entry.found_at or report.report_id)
