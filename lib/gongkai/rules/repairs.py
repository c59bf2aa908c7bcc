"""The smallest repair of sums that fail: the fewest cells whose change restores every relation at once.

Error localisation after Fellegi and Holt (A systematic approach to automatic edit and imputation, JASA 71,
1976): one or two cells by linear algebra, more by a small integer programme. The relations are the declared
balance rules; whatever shares no cell with a sum that fails is left out. A repair is offered, never applied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from gongkai.rules.kinds import instances
from gongkai.rules.programme import MOST, MOST_CELLS, Found, Vector, checked, fewest, many
from gongkai.rules.wide import HARD, SOFT, Key, name

# A larger figure is no count of requests but numbers that ran together.
_LARGEST = 10**8


@dataclass(frozen=True)
class Relations:
    """Sums that share cells: `matrix` has +1 for a cell on the left of a sum (a row), −1 on its right."""

    keys: tuple[Key, ...]
    matrix: Vector


@dataclass(frozen=True)
class Repairs:
    """`size` cells have to change at least; `sets`: every way, cell → value (None: not determined by the sums).

    `sets` is empty where there are more than MOST, or not all could be found.
    """

    size: int
    sets: tuple[dict[Key, int | None], ...]


@cache
def relations(table: str, keys: frozenset[Key]) -> tuple[Relations, ...]:
    """The balance rules of a table over those of its cells that a report has, one Relations a connected part."""
    sums = []
    for instance in instances():
        if instance.rule["kind"] == "balance" and instance.rule["table"] == table:
            signs = {k: 1 if side == "left" else -1 for _, side, ks in instance.operands for k in ks if k in keys}
            if len(signs) > 1:
                sums.append(signs)
    parts: list[list[dict[Key, int]]] = []
    for signs in sums:
        joined = [part for part in parts if any(signs.keys() & other.keys() for other in part)]
        parts = [part for part in parts if part not in joined] + [[s for part in joined for s in part] + [signs]]
    found = []
    for part in parts:
        mine = tuple(dict.fromkeys(k for signs in part for k in signs))
        matrix = np.array([[signs.get(k, 0) for k in mine] for signs in part], dtype=np.int64)
        found.append(Relations(mine, matrix))
    return tuple(found)


def _single(matrix: Vector, printed: Vector, residual: Vector) -> list[Found]:
    """Every cell that alone can account for the sums that fail."""
    squares = (matrix * matrix).sum(axis=0)
    change = -(matrix.T @ residual) / squares
    tried = [checked(matrix, printed, residual, [int(k)], [change[k]]) for k in np.flatnonzero(change)]
    return [found for found in tried if found]


def _pairs(matrix: Vector, printed: Vector, residual: Vector) -> list[Found]:
    """Every two cells that can. The least squares of all pairs at once; those that leave no rest are checked."""
    products = (matrix.T @ matrix).astype(float)
    toward = (matrix.T @ residual).astype(float)
    a, b = np.triu_indices(matrix.shape[1], 1)
    aa, bb, ab, ra, rb = products[a, a], products[b, b], products[a, b], toward[a], toward[b]
    determinant = aa * bb - ab * ab
    # Two cells that always stand in the same sums do no more than one of them.
    usable = determinant > 0
    divisor = np.where(usable, determinant, 1.0)
    first, second = (ab * rb - bb * ra) / divisor, (ab * ra - aa * rb) / divisor
    total = float(residual @ residual)
    rest = total + ra * first + rb * second
    hits = np.flatnonzero(usable & (rest < 0.25 + 1e-9 * total))
    tried = [checked(matrix, printed, residual, [int(a[k]), int(b[k])], [first[k], second[k]]) for k in hits]
    return [found for found in tried if found]


def search(matrix: Vector, printed: Vector) -> tuple[int, list[Found]] | None:
    """The fewest cells (numbers of `printed`) to change and every way to: (size, sets; none if too many).

    None where all sums hold or no repair was found. `printed` are counts; new values are counts too.
    """
    residual = matrix @ printed
    if not residual.any() or fewest(matrix, residual) > MOST_CELLS:
        return None
    for size, of_size in ((1, _single), (2, _pairs)):
        if sets := of_size(matrix, printed, residual):
            return size, sets if len(sets) <= MOST else []
    return many(matrix, printed)


def counts(known: Relations, row: Mapping[str, Any]) -> Vector | None:
    """The cells of one report (a row of the wide frame), blanks as 0; None where nothing can be concluded of them.

    So where a cell is unreadable, absent or no count, or where a blank could hold what a sum lacks.
    """
    values = [row[name(k)] for k in known.keys]
    states = np.array([row[f"{name(k)}#"] for k in known.keys])
    if (states == HARD).any() or any(not (0 <= v <= _LARGEST and float(v).is_integer()) for v in values):
        return None
    printed = np.array(values, dtype=np.int64)
    residual, blank = known.matrix @ printed, states == SOFT
    left, right = ((known.matrix > 0) & blank).any(axis=1), ((known.matrix < 0) & blank).any(axis=1)
    return None if ((residual < 0) & left | (residual > 0) & right).any() else printed


def smallest(known: Relations, printed: Vector) -> Repairs | None:
    """`search` with the cells named. Source: RC-13."""
    found = search(known.matrix, printed)
    if found is None:
        return None
    size, sets = found
    return Repairs(size, tuple({known.keys[k]: v for k, v in sorted(one.items())} for one in sets))


def resolved(known: Relations, printed: Vector, cells: Sequence[Key]) -> dict[Key, int] | None:
    """The values of `cells` that would restore every sum, if there are just one set of them: those that change."""
    at = {key: k for k, key in enumerate(known.keys)}
    mine = [at[c] for c in cells]
    residual = known.matrix @ printed
    change, _, rank, _ = np.linalg.lstsq(known.matrix[:, mine].astype(float), -residual.astype(float), rcond=None)
    moved = [k for k, d in enumerate(np.rint(change)) if d]
    if rank < len(mine) or not moved:
        return None
    found = checked(known.matrix, printed, residual, [mine[k] for k in moved], change[moved])
    return {known.keys[k]: v for k, v in found.items() if v is not None} if found else None
