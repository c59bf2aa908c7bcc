"""The smallest repair as an integer programme: which cells, three or more, have to change for every sum to hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.int64]
Found = dict[int, int | None]

# Of more equally small repairs than this none is named.
MOST = 8
# Searched to the end or not at all, and the same on a slow machine: a limit in steps, not in seconds.
_NODES = 400
# The programme decides to a millionth: a change of so many in one cell could pass for none.
_REACH = 250_000.0
# scipy's word for it that no set is left.
_NO_OTHER = 2
# Where more cells than this are wrong the table as a whole is in question, and a list of them is no help.
MOST_CELLS = 7


def checked(matrix: Vector, printed: Vector, residual: Vector, cells: Sequence[int], change: Any) -> Found | None:
    """The values of the changed cells if they are counts and every sum then holds, else None. In whole numbers."""
    whole = np.rint(np.asarray(change, dtype=float)).astype(np.int64)
    new = printed[list(cells)] + whole
    if (new < 0).any() or (whole == 0).any() or (residual + matrix[:, list(cells)] @ whole).any():
        return None
    return {int(cell): int(value) for cell, value in zip(cells, new, strict=True)}


def _values(matrix: Vector, printed: Vector, residual: Vector, cells: list[int]) -> Found | None:
    """What the cells would have to be; None for a cell whose value the sums leave open."""
    part = matrix[:, cells].astype(float)
    change, _, rank, _ = np.linalg.lstsq(part, -residual.astype(float), rcond=None)
    if rank == len(cells):
        return checked(matrix, printed, residual, cells, change)
    from scipy.optimize import linprog

    # The sums of a two-way table are a network: its corners are whole numbers.
    bounds = [(-float(printed[c]), None) for c in cells]
    corner = linprog(np.zeros(len(cells)), A_eq=part, b_eq=-residual, bounds=bounds, method="highs-ds")
    found = None if corner.x is None else checked(matrix, printed, residual, cells, corner.x)
    free = (np.abs(np.linalg.svd(part)[2][rank:]) > 1e-9).any(axis=0)
    return found and {c: None if open_ else found[c] for c, open_ in zip(cells, free, strict=True)}


def fewest(matrix: Vector, residual: Vector) -> int:
    """A number of cells that have to change at least: of sums that fail and share no cell each needs its own."""
    left = [set(np.flatnonzero(row)) for row in matrix[residual != 0]]
    best = 0
    for order in (left, left[::-1]):
        taken: set[Any] = set()
        count = 0
        for cells in order:
            if not cells & taken:
                taken |= cells
                count += 1
        best = max(best, count)
    return best


def _programme(
    matrix: Vector, printed: Vector, residual: Vector, barred: list[list[int]], sizes: tuple[int, int]
) -> Any:
    """The fewest cells, of a size within `sizes`, other than the sets in `barred` (scipy's result).

    Per cell: is it changed (0 or 1), by how much is it raised, by how much lowered (not below 0).
    """
    from scipy import sparse
    from scipy.optimize import Bounds, LinearConstraint, milp

    n = len(printed)
    reach = 2.0 * float(np.abs(residual).sum())
    lower = np.minimum(printed, reach)
    one, none = sparse.identity(n), sparse.csr_matrix((n, n))
    sums = sparse.csr_matrix(matrix.astype(float))
    chosen = np.ones((len(barred) + 1, n))
    for k, cells in enumerate(barred, 1):
        chosen[k] = -1.0
        chosen[k, cells] = 1.0
    count = sparse.hstack([sparse.csr_matrix(chosen), sparse.csr_matrix((len(chosen), 2 * n))])
    constraints = [
        LinearConstraint(sparse.hstack([sparse.csr_matrix(sums.shape), sums, -sums]), -residual, -residual),
        LinearConstraint(sparse.hstack([-reach * one, one, none]), -np.inf, 0),
        LinearConstraint(sparse.hstack([-sparse.diags(lower), none, one]), -np.inf, 0),
        LinearConstraint(
            count, [sizes[0]] + [-np.inf] * len(barred), [sizes[1], *(len(cells) - 1 for cells in barred)]
        ),
    ]
    ones = np.concatenate([np.ones(n), np.zeros(2 * n)])
    bounds = Bounds(0, np.concatenate([np.ones(n), np.full(n, reach), lower]))
    return milp(ones, integrality=ones, bounds=bounds, constraints=constraints, options={"node_limit": _NODES})


def _smallest(matrix: Vector, printed: Vector, least: int) -> tuple[int, list[Found], bool] | None:
    """The smallest sets: size, sets, whether these are all. None: none was found of at most MOST_CELLS."""
    residual = matrix @ printed
    if float(np.abs(residual).sum()) > _REACH:
        return None
    found: list[Found] = []
    barred: list[list[int]] = []
    least, size = max(least, fewest(matrix, residual)), MOST_CELLS
    # The programme's tolerance lets a huge figure change in secret: such a set fails `_values` and is barred.
    while len(barred) < 4 * MOST and len(found) <= MOST:
        result = _programme(matrix, printed, residual, barred, (least, size))
        if result.status != 0:
            return (size, found, result.status == _NO_OTHER) if found else None
        cells = [int(k) for k in np.flatnonzero(result.x[: len(printed)] > 0.5)]
        barred.append(cells)
        if values := _values(matrix, printed, residual, cells):
            least = size = len(cells)
            found.append(values)
    return (size, found, False) if found else None


@dataclass(frozen=True)
class _Pool:
    """Sums that hold and could stand for each other: the cells of each in the same order, and their signs."""

    sums: tuple[int, ...]
    cells: tuple[tuple[int, ...], ...]
    signs: tuple[int, ...]


def _pools(matrix: Vector, residual: Vector) -> list[_Pool]:
    """The sums that hold and whose cells stand in the same other sums, as do the outcomes of section 三."""
    alike: dict[bytes, list[tuple[int, tuple[int, ...]]]] = {}
    signs: dict[bytes, tuple[int, ...]] = {}
    for k in np.flatnonzero(residual == 0):
        cells = np.flatnonzero(matrix[k])
        others = matrix[:, cells].copy()
        others[k] = 0
        order = np.lexsort(others)
        shown = np.vstack([others, matrix[k, cells]])[:, order]
        alike.setdefault(shown.tobytes(), []).append((int(k), tuple(int(c) for c in cells[order])))
        signs[shown.tobytes()] = tuple(int(v) for v in shown[-1])
    return [
        _Pool(tuple(k for k, _ in found), tuple(cells for _, cells in found), signs[key])
        for key, found in alike.items()
        if len(found) > 1
    ]


def _shares(pool: _Pool, change: dict[int, int], printed: Vector) -> Iterator[dict[int, int]]:
    """The ways in which sums of a pool can take a change of it: one sum all, or several each a part that balances."""

    def place(left: tuple[int, ...], used: tuple[int, ...]) -> Iterator[dict[int, int]]:
        if not left:
            yield {}
            return
        for size in range(len(left)):
            for others in combinations(left[1:], size):
                block = (left[0], *others)
                if sum(pool.signs[k] * change[pool.cells[0][k]] for k in block):
                    continue
                rest = tuple(k for k in left if k not in block)
                for n, cells in enumerate(pool.cells):
                    moved = {cells[k]: change[pool.cells[0][k]] for k in block}
                    if n not in used and all(printed[c] + d >= 0 for c, d in moved.items()):
                        yield from (moved | more for more in place(rest, (*used, n)))

    return place(tuple(k for k, c in enumerate(pool.cells[0]) if c in change), ())


def _spread(change: dict[int, int], pools: list[_Pool], printed: Vector) -> list[Found]:
    """A repair of the pooled table as repairs of the table itself, one more than MOST at most."""
    inside = {c for pool in pools for c in pool.cells[0]}
    sets = [{c: d for c, d in change.items() if c not in inside}]
    for pool in pools:
        sets = [s | more for s in sets for more in islice(_shares(pool, change, printed), MOST + 1)]
    return [{c: int(printed[c]) + d for c, d in s.items()} for s in sets[: MOST + 1]]


def many(matrix: Vector, printed: Vector) -> tuple[int, list[Found]] | None:
    """The smallest repairs of three cells or more: size and sets, none of these if there are too many to name.

    None where there is none of at most MOST_CELLS. Sums that hold and are alike are pooled first, as then few cells
    are left. A pool can give what its sums have together; where they could not, the table itself is searched.
    """
    residual = matrix @ printed
    pools = _pools(matrix, residual)
    pooled = printed.copy()
    for pool in pools:
        pooled[list(pool.cells[0])] = sum(printed[list(cells)] for cells in pool.cells)
    dropped = {c for pool in pools for cells in pool.cells[1:] for c in cells}
    kept = [c for c in range(len(printed)) if c not in dropped]
    sums = [k for k in range(len(matrix)) if all(k not in pool.sums[1:] for pool in pools)]
    result = _smallest(matrix[np.ix_(sums, kept)], pooled[kept], 1)
    if result is None:
        return None
    size, found, whole = result
    sets: list[Found] = []
    for one in found if all(None not in one.values() for one in found) else ():
        sets += _spread({kept[k]: int(v or 0) - int(pooled[kept[k]]) for k, v in one.items()}, pools, printed)
    if not sets:
        result = _smallest(matrix, printed, 3)
        if result is None:
            return None
        size, sets, whole = result
    return size, sets if whole and len(sets) <= MOST else []
