"""The form drawn cell by cell, with its merged cells, from the declarations."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from gongkai.form import TABLES, Shape, form
from gongkai.synth.model import Key

_RELATION = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"


class Slot(NamedTuple):
    """A cell of the drawn form: a label, or the place of a figure (`key`), over so many columns and rows."""

    text: str
    key: Key | None = None
    across: int = 1
    down: int = 1


Drawn = tuple[tuple[Slot, ...], ...]


def _proactive(edition: str, split: tuple[str, ...], header: str) -> Drawn:
    """Table two: a block for each clause of article 20. `header` is the unit behind 采购总金额."""
    shape = Shape(split=frozenset(split))
    rows: list[tuple[Slot, ...]] = []
    labels, clause, begun = (2 if split else 1), "", False
    for item in form().rows("proactive", edition, shape):
        columns = item.columns[edition]
        group = "article_20_5" if item.shape == "split" else item.parent
        if group != clause:
            clause = group
            named = [form().columns["proactive", c].labels[edition] for c in columns]
            named[-1] += "（单位：万元）" if item.item == "fees" and columns[-1] == "amount" else ""
            named[-1] += header if item.item == "procurement" else ""
            rows.append((Slot(form().items["proactive", group].zh, across=labels + 3),))
            heads = [Slot(text) for text in named]
            rows.append((Slot("信息内容", across=labels), *heads[:-1], heads[-1]._replace(across=4 - len(heads))))
        cells = [Slot("", ("proactive", item.item, c)) for c in columns]
        cells[-1] = cells[-1]._replace(across=4 - len(cells))
        if item.shape == "split":
            whole = form().items["proactive", "other_management"].labels[edition]
            first = () if begun else (Slot(whole, down=len(split)),)
            begun = True
            rows.append((*first, Slot(item.labels[edition]), *cells))
        else:
            rows.append((Slot(item.labels[edition], across=labels), *cells))
    return tuple(rows)


def _applications(edition: str, single_other: bool) -> Drawn:
    """Table three, with its three rows of header and three columns of labels."""
    items = form().rows("applications", edition, Shape(single_other=single_other))
    columns = [c for t, c in form().columns if t == "applications"]
    named = {c: form().columns["applications", c].labels[edition] for c in columns}
    paths: list[tuple[str, ...]] = []
    for item in items:
        path: tuple[str, ...] = (item.labels[edition],)
        parent = item.parent
        if not parent and path[0].startswith("（"):
            parent = "processed"
        while parent:
            up = form().items["applications", parent]
            path, parent = (up.labels[edition], *path), up.parent
        paths.append(path)
    rows: list[tuple[Slot, ...]] = [
        (Slot(_RELATION, across=3, down=3), Slot("申请人情况", across=7)),
        (Slot(named[columns[0]], down=2), Slot("法人或其他组织", across=5), Slot(named["total"], down=2)),
        tuple(Slot(named[c]) for c in columns[1:-1]),
    ]
    begun: set[str] = set()
    for item, path in zip(items, paths, strict=True):
        groups = [Slot(g, down=sum(g in p[:-1] for p in paths)) for g in path[:-1] if g not in begun]
        begun.update(path[:-1])
        label = Slot(path[-1], across=4 - len(path))
        rows.append((*groups, label, *(Slot("", ("applications", item.item, c)) for c in columns)))
    return tuple(rows)


def _disputes(edition: str) -> Drawn:
    """Table four: one row of fifteen figures below its header."""
    items = form().rows("disputes", edition, Shape())
    columns = [c for t, c in form().columns if t == "disputes"]
    outcomes = tuple(Slot(form().columns["disputes", c].labels[edition]) for c in columns)
    labels = [i.labels[edition] for i in items]
    return (
        (Slot(labels[0], across=5), Slot(form().items["disputes", "litigation"].labels[edition], across=10)),
        (*(o._replace(down=2) for o in outcomes), Slot(labels[1], across=5), Slot(labels[2], across=5)),
        outcomes * 2,
        tuple(Slot("", ("disputes", i.item, c)) for i in items for c in columns),
    )


@lru_cache(64)
def drawn(table: str, edition: str, single_other: bool, split: tuple[str, ...], header: str) -> Drawn:
    """The table as drawn on paper; each merged cell once, where it begins."""
    if table == "proactive":
        return _proactive(edition, split, header)
    return _applications(edition, single_other) if table == "applications" else _disputes(edition)


@lru_cache(256)
def rectangle(rows: Drawn, repeat: bool) -> tuple[tuple[Slot, ...], ...]:
    """Every row in full width; a merged cell is repeated over all it covers, or followed by empty ones."""
    width = sum(slot.across for slot in rows[0])
    fields: list[list[Slot | None]] = [[None] * width for _ in rows]
    for r, row in enumerate(rows):
        for slot in row:
            c = fields[r].index(None)
            for k in range(slot.down * slot.across):
                down, right = divmod(k, slot.across)
                fields[r + down][c + right] = slot if repeat or k == 0 else Slot("")
    return tuple(tuple(slot for slot in row if slot) for row in fields)


def table_keys(edition: str, single_other: bool, split: tuple[str, ...]) -> list[Key]:
    """Every cell of the form for an edition and a shape, in form order."""
    shape = Shape(single_other=single_other, split=frozenset(split))
    return [
        (table, item.item, column)
        for table in TABLES
        for item in form().rows(table, edition, shape)
        for column in item.columns[edition]
    ]
