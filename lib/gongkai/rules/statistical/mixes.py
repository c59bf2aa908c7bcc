"""The mix of outcomes against last year's and against the peers' (A-03).

Of thousands of requests any small shift is more than chance, so a mix stands out only where it also lies further away
than those of the peers do: by the robust z of its Jensen–Shannon distance.
"""

from __future__ import annotations

import polars as pl

from gongkai.form import form
from gongkai.measures import FEWEST, OUTCOMES, mix_changes, outcome_mix
from gongkai.rules.declared import rules
from gongkai.rules.statistical.common import (
    FALSE,
    GROUP,
    Operands,
    Row,
    adjusted,
    bodies,
    judged,
    keys_of,
    place,
    rows,
    saying,
)
from gongkai.stats import FEW, robust, shift
from gongkai.words import chance, percent

_BEFORE = [f"{c}_before" for c in OUTCOMES]
_SCHEMA = {"report_id": pl.String, "distance": pl.Float64, "p": pl.Float64}


def _operands() -> Operands:
    return tuple((item, "left", keys_of("applications", item, "total")) for item in OUTCOMES)


def _against_peers(mixes: pl.DataFrame) -> pl.DataFrame:
    """Each mix of n ≥ 30 against all the others' of its group together: report_id, distance, p, …_before."""
    enough = pl.sum_horizontal([pl.when(pl.col(c) >= 0).then(pl.col(c)) for c in OUTCOMES]) >= FEW
    whole = pl.all_horizontal(pl.col(*OUTCOMES).is_not_null() & (pl.col(*OUTCOMES) >= 0))
    known = mixes.filter(enough & whole & pl.col("kind").is_not_null() & pl.col("level").is_not_null())
    made = []
    for _, group in known.group_by(GROUP, maintain_order=True):
        own = group.select(OUTCOMES).to_numpy()
        rest = own.sum(axis=0) - own
        for report_id, mine, others in zip(group["report_id"], own, rest, strict=True):
            found = shift(mine, others) if group.height >= FEWEST else (None, None)
            made.append((report_id, *found, *others))
    return pl.DataFrame(made, schema=_SCHEMA | dict.fromkeys(_BEFORE, pl.Float64), orient="row")


def _standing_out(found: pl.DataFrame, most: float) -> pl.DataFrame:
    """Adds q and z of the distance within the group of peers, and the verdict. A mix with p null is not rated."""
    rated = found.filter(pl.col("p").is_not_null() & pl.col("kind").is_not_null() & pl.col("level").is_not_null())
    seen = robust(rated, "distance", GROUP).filter((pl.col("peers") >= FEWEST) & (pl.col("spread") > 0))
    if seen.is_empty():
        return found.with_columns(judged(pl.lit(False), pl.lit(False)))
    seen = seen.with_columns(((pl.col("distance") - pl.col("middle")) / pl.col("spread")).alias("z"))
    added = adjusted(seen, GROUP).select("report_id", "middle", "peers", "z", "q")
    stands = (pl.col("q") <= FALSE) & (pl.col("z") > most)
    return found.join(added, on="report_id", how="left").with_columns(judged(stands, pl.col("q").is_not_null()))


def _mix(f: Row, names: list[str], lang: str) -> str:
    """予以公开 22.3%、部分公开 4.1%…"""
    total = sum(f[c] for c in names)
    shown = [
        f"{form().name('applications', item, lang)} {percent(f[c] / total)}"
        for item, c in zip(OUTCOMES, names, strict=True)
        if f[c] or f[item]
    ]
    return ("、" if lang == "zh" else ", ").join(shown)


def _told(f: Row) -> Row:
    figures = {f"now_{lang}": _mix(f, list(OUTCOMES), lang) for lang in ("zh", "en")}
    figures |= {f"before_{lang}": _mix(f, _BEFORE, lang) for lang in ("zh", "en")}
    figures |= {"n": sum(f[c] for c in OUTCOMES), "distance": f"{f['distance']:.2f}", "usual": f"{f['middle']:.2f}"}
    figures |= {"others": f["peers"] - 1, "z": f"{f['z']:.1f}", "q": chance(f["q"]), "year": f["year"]}
    figures["prior_year"] = f["year"] - 1
    return {"figures": figures, "other_report_ids": [f["prior_id"]] if f.get("prior_id") else []}


def _mixes(facts: pl.DataFrame, reports: pl.DataFrame, following: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """By scope: the mix of every report that counts, what it is held against (…_before), distance and p."""
    about = bodies(reports)
    known = about.join(outcome_mix(facts, reports).select("report_id", *OUTCOMES), on="report_id")
    changes = mix_changes(facts, reports).select("report_id", *OUTCOMES, *_BEFORE, "distance", "p")
    followed = following.select("report_id", "prior_id", "merged")
    own = pl.col("prior_id").is_not_null() & ~pl.col("merged")
    yearly = about.join(changes, on="report_id").join(followed, on="report_id", how="left")
    return {
        "year": yearly.with_columns(pl.when(own).then(pl.col("p")).alias("p")),
        "peers": known.join(_against_peers(known), on="report_id", how="left"),
    }


def mix_verdicts(
    facts: pl.DataFrame, reports: pl.DataFrame, following: pl.DataFrame, everything: bool, able: bool
) -> list[Row]:
    """A-03, scopes `year` and `peers`. `able`: there is a group of peers; without one nothing is computed.

    `following`: report_id, prior_id, merged; a change over a merger is none of the body's own.
    """
    mixes = _mixes(facts, reports, following) if able else {}
    made: list[Row] = []
    for rule in rules("mix"):
        for scope in ("year", "peers"):
            unjudged = bodies(reports).with_columns(judged(pl.lit(False), pl.lit(False)))
            found = _standing_out(mixes[scope], rule["most"]) if able else unjudged
            found = found.with_columns(pl.lit(scope).alias("scope"))
            made += rows(saying(rule, scope), found, everything, {scope: place(_operands())}, _told)
    return made
