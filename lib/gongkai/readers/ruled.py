"""Ruled tables: from the rules and characters drawn on a page to cells with exact spans, and to lines of text.

Coordinates are in points from the upper left corner of the page. Only geometry: no file format, no form.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

# Rules nearer than this are one rule (double rules, borders drawn once for each cell); no row or column is so narrow.
NEAR = 3.0
# A rule ends at another if it comes so near; an underline within a narrow cell stays further away.
TOUCH = 2.0
SHORTEST = 4.0


class Rule(NamedTuple):
    """A horizontal rule at height `at` from left to right, or a vertical one from top to bottom."""

    at: float
    start: float
    end: float


class Glyph(NamedTuple):
    """A character: its extent along the line, its base line and size. `turned`: not upright."""

    text: str
    x0: float
    x1: float
    base: float
    size: float
    turned: bool = False

    @property
    def middle(self) -> tuple[float, float]:
        # What fonts say of their ascent is often wrong; the ink of digits and Chinese characters is centred here.
        return (self.x0 + self.x1) / 2, self.base - 0.35 * self.size


class Line(NamedTuple):
    """A line of text with its extent."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float


class Field(NamedTuple):
    """A closed field between rules; `whole` unless it is no rectangle, as where a piece of a rule is missing."""

    x0: float
    top: float
    x1: float
    bottom: float
    whole: bool = True


class Grid(NamedTuple):
    """A table: the places of its rules and the field (by number) of each elementary rectangle (row, column)."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    fields: tuple[Field, ...]
    owner: dict[tuple[int, int], int]
    cut: bool  # no rule closes it at the foot

    def at(self, x: float, y: float) -> int | None:
        """The number of the field around a point."""
        return self.owner.get((bisect_right(self.ys, y) - 1, bisect_right(self.xs, x) - 1))


def clusters(values: Iterable[float]) -> list[float]:
    """The middles of groups of values that lie near each other, ascending."""
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] < NEAR:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [(group[0] + group[-1]) / 2 for group in groups]


def nearest(places: Sequence[float], value: float) -> int:
    """The index of the place nearest to a value."""
    k = bisect_left(places, value)
    return k if k == 0 or (k < len(places) and places[k] - value < value - places[k - 1]) else k - 1


def _joined(rules: Iterable[Rule]) -> list[Rule]:
    """Rules on one line joined where they meet; dots that meet nothing are left out."""
    rules = list(rules)
    places = clusters(rule.at for rule in rules)
    lines: dict[float, list[Rule]] = defaultdict(list)
    for rule in rules:
        lines[places[nearest(places, rule.at)]].append(rule)
    found = []
    for at, pieces in lines.items():
        pieces.sort(key=lambda piece: piece.start)
        start, end = pieces[0].start, pieces[0].end
        for piece in pieces[1:]:
            if piece.start > end + NEAR:
                found.append(Rule(at, start, end))
                start, end = piece.start, piece.end
            end = max(end, piece.end)
        found.append(Rule(at, start, end))
    return [rule for rule in found if rule.end - rule.start >= SHORTEST]


class _Groups:
    """Union-find over small integers."""

    def __init__(self, size: int) -> None:
        self._up = list(range(size))

    def find(self, k: int) -> int:
        while self._up[k] != k:
            self._up[k] = k = self._up[self._up[k]]
        return k

    def join(self, a: int, b: int) -> None:
        self._up[self.find(b)] = self.find(a)


def _components(across: list[Rule], down: list[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Rules that cross or touch each other, group by group."""
    groups = _Groups(len(across) + len(down))
    order = sorted(range(len(across)), key=lambda k: across[k].at)
    heights = [across[k].at for k in order]
    for n, v in enumerate(down, len(across)):
        for k in order[bisect_left(heights, v.start - TOUCH) : bisect_right(heights, v.end + TOUCH)]:
            if across[k].start - TOUCH <= v.at <= across[k].end + TOUCH:
                groups.join(k, n)
    found: dict[int, tuple[list[Rule], list[Rule]]] = defaultdict(lambda: ([], []))
    for k, rule in enumerate(across):
        found[groups.find(k)][0].append(rule)
    for n, rule in enumerate(down, len(across)):
        found[groups.find(n)][1].append(rule)
    return list(found.values())


def _places(rules: list[Rule], others: list[Rule]) -> list[float]:
    """The places of rules, and the outermost ends of those that cross them: a table cut by a page end goes so far."""
    places = clusters(rule.at for rule in rules)
    ends = (min(rule.start for rule in others), max(rule.end for rule in others))
    return sorted(places + [end for end in ends if abs(places[nearest(places, end)] - end) > SHORTEST])


def _drawn(rules: list[Rule], places: list[float], marks: list[float]) -> set[tuple[int, int]]:
    """(place, interval between two marks) for every piece of a rule."""
    drawn: set[tuple[int, int]] = set()
    for rule in rules:
        place = nearest(places, rule.at)
        first, last = bisect_left(marks, rule.start - NEAR), bisect_right(marks, rule.end + NEAR) - 1
        drawn.update((place, k) for k in range(first, last))
    return drawn


def _grid(across: list[Rule], down: list[Rule]) -> Grid:
    xs, ys = _places(down, across), _places(across, down)
    columns, rows = len(xs) - 1, len(ys) - 1
    above, left = _drawn(across, ys, xs), _drawn(down, xs, ys)
    groups = _Groups(columns * rows)
    for r in range(rows):
        for c in range(columns):
            if r and (r, c) not in above:
                groups.join((r - 1) * columns + c, r * columns + c)
            if c and (c, r) not in left:
                groups.join(r * columns + c - 1, r * columns + c)
    parts: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for r in range(rows):
        for c in range(columns):
            parts[groups.find(r * columns + c)].append((r, c))
    fields: list[Field] = []
    owner = {}
    for part in parts.values():
        ends = any((r == 0 and (0, c) not in above) or (r == rows - 1 and (rows, c) not in above) for r, c in part)
        sides = any((c == 0 and (0, r) not in left) or (c == columns - 1 and (columns, r) not in left) for r, c in part)
        if ends and sides:
            continue  # open at a corner: beside the table
        owner.update(dict.fromkeys(part, len(fields)))
        r0, r1, c0, c1 = part[0][0], part[-1][0] + 1, min(c for _, c in part), max(c for _, c in part) + 1
        fields.append(Field(xs[c0], ys[r0], xs[c1], ys[r1], whole=len(part) == (r1 - r0) * (c1 - c0)))
    cut = not any(place == rows for place, _ in above)
    return Grid(tuple(xs), tuple(ys), tuple(fields), owner, cut)


class TooManyRulesError(ValueError):
    """A page whose rules are a drawing and no table."""


def grids(across: Iterable[Rule], down: Iterable[Rule], most: int = 3000) -> list[Grid]:
    """The tables that rules make, the inner of two nested ones first. Raises TooManyRulesError.

    A table needs rules both ways and two fields: a framed paragraph is none.
    """
    across, down = _joined(across), _joined(down)
    if len(across) + len(down) > most:
        raise TooManyRulesError(len(across) + len(down))
    found = []
    for h, v in _components(across, down):
        if len(h) + len(v) >= 3 and h and v:
            if len(h) * len(v) > 20 * most:
                raise TooManyRulesError(len(h) * len(v))
            grid = _grid(h, v)
            if len(grid.fields) > 1:
                found.append(grid)
    return sorted(found, key=lambda g: (g.xs[-1] - g.xs[0]) * (g.ys[-1] - g.ys[0]))


def _number(character: str) -> bool:
    return character.isdigit() or character in ".,．，"


def apart(left: Glyph, right: Glyph) -> bool:
    """Whether white space is to be seen between two characters of a line; between digits a little is enough."""
    gap, size = right.x0 - left.x1, max(left.size, right.size)
    if _number(left.text[-1:]) and _number(right.text[:1]):
        return gap > 0.2 * size
    return gap > (0.3 if left.text.isascii() and right.text.isascii() else 0.8) * size


def split_lines(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Characters by base line, from top to bottom, each line from left to right."""
    lines: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: g.base):
        if lines and glyph.base - lines[-1][0].base < 0.4 * min(glyph.size, lines[-1][0].size):
            lines[-1].append(glyph)
        else:
            lines.append([glyph])
    return [sorted(line, key=lambda g: g.x0) for line in lines]


def line_of(glyphs: list[Glyph]) -> Line:
    """A line from its characters, with a space where a gap is to be seen and none is printed."""
    text = glyphs[0].text
    for left, right in pairwise(glyphs):
        blank = left.text.isspace() or right.text.isspace()
        text += (" " if not blank and apart(left, right) else "") + right.text
    top, bottom = min(g.base - 0.85 * g.size for g in glyphs), max(g.base + 0.15 * g.size for g in glyphs)
    return Line(text.strip(), glyphs[0].x0, top, max(g.x1 for g in glyphs), bottom)


def lines(glyphs: Iterable[Glyph]) -> list[Line]:
    """The lines of text that characters make, without the empty ones."""
    return [line for line in map(line_of, split_lines(glyphs)) if line.text]


def cell_text(parts: Iterable[str]) -> str:
    """The lines of a cell as one text: two numbers, or two words, never fuse."""
    text = ""
    for part in parts:
        if not text or not part:
            text += part
            continue
        numbers = _number(text[-1]) and _number(part[0])
        words = text[-1].isascii() and text[-1].isalpha() and part[0].isascii() and part[0].isalpha()
        text += (" " if numbers or words else "") + part
    return text


def doubtful(glyphs: Sequence[Glyph], field: Field) -> bool:
    """Whether digits in a field may not be what they seem: turned, printed over each other, or over its sides."""
    digits = [g for g in glyphs if g.text.isdigit()]
    if any(g.turned or g.x0 < field.x0 - 0.2 * g.size or g.x1 > field.x1 + 0.2 * g.size for g in digits):
        return True
    printed = split_lines(g for g in glyphs if g.text.strip()) if digits else []
    return any(_over(left, right) for line in printed for left, right in pairwise(line))


def _over(left: Glyph, right: Glyph) -> bool:
    overlap = right.x0 - left.x0 < 0.3 * min(left.x1 - left.x0, right.x1 - right.x0)
    return overlap and (left.text.isdigit() or right.text.isdigit())
