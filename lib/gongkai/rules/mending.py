"""What would mend the sums of a table that fail, and whether it is a known way of going wrong."""

from __future__ import annotations

from dataclasses import dataclass

from gongkai.form import form
from gongkai.rules.causes import Cause, columns, moved, of_kind
from gongkai.rules.evidence import Evidence, Wide
from gongkai.rules.messages import figure
from gongkai.rules.programme import Vector
from gongkai.rules.repairs import Relations, Repairs, counts, relations, resolved, smallest
from gongkai.rules.wide import Key, all_keys, name


@dataclass(frozen=True)
class Part:
    """Cells that sums tie together: the smallest repairs, and a line of them with a known way of going wrong."""

    keys: frozenset[Key]
    repairs: Repairs | None
    pattern: tuple[str, str | None, dict[Key, int]] | None


def _shifted(known: Relations, printed: Vector) -> list[dict[Key, int]]:
    """The rows that restore every sum once their figures are moved by a column: the cells that change."""
    at = {key: k for k, key in enumerate(known.keys)}
    found = []
    for table, item in dict.fromkeys((t, i) for t, i, c in known.keys if c in columns()):
        row = [(table, item, c) for c in columns()]
        old = [int(printed[at[key]]) for key in row]
        for new in moved(old):
            trial = printed.copy()
            trial[[at[key] for key in row]] = new
            if not (known.matrix @ trial).any():
                found.append({k: n for k, o, n in zip(row, old, new, strict=True) if o != n})
    return found


def _kept(known: Relations, printed: Vector, repairs: Repairs | None, last: dict[Key, float]) -> list[dict[Key, int]]:
    """Sets of cells equal to last year's that would restore every sum: repairs, or a row or column as a whole."""
    cause = of_kind("last_year")[0]
    same = {k: int(p) for k, p in zip(known.keys, printed, strict=True) if last.get(k) == p}
    sets = [s for s in (repairs.sets if repairs else ()) if all(same.get(k, 0) > cause["above"] for k in s)]
    whole = [{k: v for k, v in s.items() if v is not None} for s in sets if None not in s.values()]
    if whole:
        return whole
    for place in (1, 2):
        for code in dict.fromkeys(k[place] for k in known.keys):
            line = [k for k in known.keys if k[place] == code]
            filled = [same.get(k, 0) for k in line]
            enough = sum(v > 0 for v in filled) >= cause["together"] and max(filled) > cause["above"]
            if enough and all(k in same for k in line) and (new := resolved(known, printed, line)):
                whole.append(new)
    return whole


def _pattern(
    known: Relations, printed: Vector, repairs: Repairs | None, last: dict[Key, float]
) -> tuple[str, str | None, dict[Key, int]] | None:
    """A known way in which several cells go wrong together: cause, arithmetic, cells with their values."""
    if repairs and repairs.size == 1:
        return None
    at = {key: k for k, key in enumerate(known.keys)}
    if known.keys[0][0] == "applications" and len(moves := _shifted(known, printed)) == 1:
        (new,) = moves
        row = [(*next(iter(new))[:2], c) for c in columns()]
        old = [int(printed[at[k]]) for k in row]
        told = [", ".join(map(str, v)) for v in (old, [new.get(k, o) for k, o in zip(row, old, strict=True)])]
        return of_kind("shift")[0]["id"], " → ".join(told), new
    kept = _kept(known, printed, repairs, last) if last else []
    return (of_kind("last_year")[0]["id"], None, kept[0]) if len(kept) == 1 else None


def parts(evidence: Evidence, table: str) -> list[Part]:
    """The parts of a table whose sums fail, with what would mend each; none where its numbers were miscounted."""
    if table in evidence.unread:
        return []
    keys = frozenset(k for k in all_keys() if k[0] == table and evidence.row[f"{name(k)}#"] is not None)
    found = []
    for known in relations(table, keys):
        printed = counts(known, evidence.row)
        if printed is not None and (known.matrix @ printed).any():
            repairs = smallest(known, printed)
            found.append(Part(frozenset(known.keys), repairs, _pattern(known, printed, repairs, evidence.last)))
    return found


def _one(cells: dict[Key, int | None] | dict[Key, int], keys: set[Key]) -> tuple[Key, int] | None:
    """The one cell of a repair that a sum contains, with its value."""
    mine = [(k, v) for k, v in cells.items() if k in keys]
    return (mine[0][0], mine[0][1]) if len(mine) == 1 and mine[0][1] is not None else None


def _total(repairs: Repairs, keys: set[Key], row: Wide) -> tuple[Key, int] | None:
    """The total of a row of section 四, if only it fits or if it is printed 0 over outcomes: it was not filled in."""
    totals = {k for k in keys if k[0] == "disputes" and form().columns[k[0], k[2]].sum_of}
    for cells in repairs.sets:
        one = _one(cells, totals)
        if one and (len(repairs.sets) == 1 or row[name(one[0])] == 0):
            return one
    return None


def _at(cause: str, arithmetic: str | None, cell: tuple[Key, int] | None) -> Cause:
    return Cause(cause, arithmetic, float(cell[1]) if cell else None, cell[0] if cell else None)


def by_repair(part: Part, keys: set[Key], evidence: Evidence) -> Cause | None:
    """What the part's pattern or its smallest repairs say of a sum."""
    fewest = of_kind("smallest")[0]
    if part.pattern:
        cause, told, new = part.pattern
        one = _one(new, keys)
        if told is None and one and (shown := evidence.manner(*one)):
            told = shown.arithmetic
        return _at(cause, told, one)
    if part.repairs is None:
        return None
    sets = part.repairs.sets
    one = _total(part.repairs, keys, evidence.row) or (_one(sets[0], keys) if len(sets) == 1 else None)
    if one is None:
        return _at(fewest["id"], None, None)
    shown = evidence.manner(*one) if one[0][0] == "applications" else None
    told = fewest["arithmetic"].format(printed=figure(evidence.row[name(one[0])]), value=one[1])
    return _at(shown.cause, shown.arithmetic, one) if shown else _at(fewest["id"], told, one)
