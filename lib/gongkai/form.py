"""The statutory form as data: loads and checks `declared/`, and answers questions about it.

Sources: 国办公开办函〔2019〕60号 and 国办公开办函〔2021〕30号 (the two editions of the form).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from gongkai.cells import normalise_label
from gongkai.errors import GongkaiError

TABLES = ("proactive", "applications", "disputes")


@dataclass(frozen=True)
class Item:
    """One row of the form, or a group of rows (`kind` row or group)."""

    table: str
    item: str
    parent: str
    kind: str
    shape: str
    columns: dict[str, tuple[str, ...]]
    labels: dict[str, str]
    zh: str
    en: str
    law: str
    crosses: str
    sum_of: str

    @property
    def level(self) -> int:
        """How far the row is indented: 0 for 一、 or no mark, 1 for （一） or a sub-row, 2 for 1."""
        label = next(iter(self.labels.values()))
        return 2 if label[0].isdigit() else int(label.startswith("（") or self.shape == "split")


@dataclass(frozen=True)
class Column:
    """One column of the form, with its unit and whether a trend may cross the editions."""

    table: str
    column: str
    labels: dict[str, str]
    zh: str
    en: str
    unit: str
    counterpart: str
    crosses: str
    sum_of: str


@dataclass(frozen=True)
class Section:
    """One of the six sections: its number as printed, the table it holds, what its headings say."""

    section: str
    table: str
    zh: str
    en: str
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Edition:
    """An edition of the form and the years it is in force (`last_year` None: still)."""

    edition: str
    first_year: int
    last_year: int | None
    notice: str
    zh: str
    en: str


@dataclass(frozen=True)
class Shape:
    """The parts of the form that vary within an edition: how （六） and 其他对外管理 are printed."""

    single_other: bool = True
    split: frozenset[str] = frozenset()


def declared_rows(name: str) -> list[dict[str, str]]:
    """The rows of `declared/<name>.csv`."""
    text = (resources.files("gongkai") / "declared" / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def _items(columns: dict[str, list[str]], editions: tuple[str, ...]) -> Iterator[Item]:
    for row in declared_rows("items"):
        wanted = {
            e: tuple(columns[row["table"]]) if row[f"columns_{e}"] == "*" else tuple(row[f"columns_{e}"].split())
            for e in editions
        }
        labels = {e: row[f"label_{e}"] for e in editions if row[f"label_{e}"]}
        names = ("table", "item", "parent", "kind", "shape", "zh", "en", "law", "crosses", "sum_of")
        fields = {name: row[name] for name in names}
        yield Item(**fields, columns=wanted, labels=labels)


class Form:
    """Both editions of the form. Use `form()`, which loads it once."""

    def __init__(self) -> None:
        self.editions = {
            r["edition"]: Edition(
                r["edition"],
                int(r["first_year"]),
                int(r["last_year"]) if r["last_year"] else None,
                r["notice"],
                r["zh"],
                r["en"],
            )
            for r in declared_rows("editions")
        }
        codes = tuple(self.editions)
        self.columns = {(c.table, c.column): c for c in self._load_columns(codes)}
        by_table = {t: [c for table, c in self.columns if table == t] for t in TABLES}
        self.items = {(i.table, i.item): i for i in _items(by_table, codes)}
        self.sections = [
            Section(r["section"], r["table"], r["zh"], r["en"], re.compile(r["pattern"]))
            for r in declared_rows("sections")
        ]
        self.tables = {r["table"]: r for r in declared_rows("tables")}
        self.spellings = declared_rows("spellings")
        self.item_labels = {t: self._labels(t, ("item", "group"), self.items) for t in TABLES}
        self.column_labels = {t: self._labels(t, ("column",), self.columns) for t in TABLES}
        self.heading_labels = {
            t: {normalise_label(s["spelling"]) for s in self.spellings if s["table"] == t and s["kind"] == "heading"}
            for t in TABLES
        }
        self._check()

    @staticmethod
    def _load_columns(editions: tuple[str, ...]) -> Iterator[Column]:
        for row in declared_rows("columns"):
            names = ("table", "column", "zh", "en", "unit", "counterpart", "crosses", "sum_of")
            labels = {e: row[f"label_{e}"] for e in editions if row[f"label_{e}"]}
            yield Column(**{name: row[name] for name in names}, labels=labels)

    def _labels(self, table: str, kinds: tuple[str, ...], entries: dict) -> dict[str, str]:  # type: ignore[type-arg]
        """Normalised label → code, from the printed labels and the known spellings."""
        found: dict[str, str] = {}
        for (of, code), entry in entries.items():
            for label in entry.labels.values() if of == table else ():
                found[normalise_label(label)] = code
        for row in self.spellings:
            if row["table"] == table and row["kind"] in kinds:
                label = normalise_label(row["spelling"])
                if found.setdefault(label, row["code"]) != row["code"]:
                    raise GongkaiError(f"declared/spellings.csv: {row['spelling']} stands for two codes of {table}")
        return found

    def _check(self) -> None:
        """Raise GongkaiError where declarations contradict each other."""
        for (table, code), item in self.items.items():
            if item.parent and (table, item.parent) not in self.items:
                raise GongkaiError(f"declared/items.csv: {table}.{code} has an unknown parent {item.parent}")
            for columns in item.columns.values():
                for column in columns:
                    if (table, column) not in self.columns:
                        raise GongkaiError(f"declared/items.csv: {table}.{code} has an unknown column {column}")
        for row in self.spellings:
            known = set(self.columns) if row["kind"] == "column" else set(self.items)
            if row["kind"] != "heading" and (row["table"], row["code"]) not in known:
                raise GongkaiError(f"declared/spellings.csv: {row['table']}.{row['code']} is not declared")

    def section_order(self, section: str) -> int:
        """The place of a section in the form, from 0."""
        return [s.section for s in self.sections].index(section)

    def edition_of_year(self, year: int) -> str | None:
        """The edition in force for reports of `year`, or None before the first."""
        for e in self.editions.values():
            if e.first_year <= year and (e.last_year is None or year <= e.last_year):
                return e.edition
        return None

    def rows(self, table: str, edition: str | None, shape: Shape) -> list[Item]:
        """The rows that a report of this edition and shape has, in form order.

        The tables of sections 三 and 四 are the same in every edition; without an edition the
        table of section 二 has no rows.
        """
        wanted = []
        for item in self.items.values():
            if item.table != table or item.kind != "row" or not self.item_columns(item, edition):
                continue
            if (item.shape == "single" and not shape.single_other) or (item.shape == "three" and shape.single_other):
                continue
            if (item.shape == "whole" and shape.split) or (item.shape == "split" and item.item not in shape.split):
                continue
            wanted.append(item)
        return wanted

    def item_columns(self, item: Item, edition: str | None) -> tuple[str, ...]:
        """The column codes of `item` in `edition` (any edition where all have the same)."""
        if edition is not None:
            return item.columns[edition]
        every = set(item.columns.values())
        return every.pop() if len(every) == 1 else ()

    def descendants(self, table: str, group: str) -> list[str]:
        """The row items below `group`, in form order, whatever the shape."""
        found = []
        for (of, code), item in self.items.items():
            if of != table:
                continue
            parent = item.parent
            while parent and parent != group:
                parent = self.items[table, parent].parent
            if parent == group and item.kind == "row":
                found.append(code)
        return found

    def crosses(self, table: str, item: str, column: str) -> str:
        """`yes`, `approximately` or `no`: may a trend of this cell cross 2020/2021?"""
        marks = {self.items[table, item].crosses, self.columns[table, column].crosses}
        return "no" if "no" in marks else "approximately" if "approximately" in marks else "yes"

    def name(self, table: str, code: str, lang: str = "zh") -> str:
        """The name of an item or column in `lang` (zh or en)."""
        entry = self.items.get((table, code)) or self.columns.get((table, code))
        return code if entry is None else entry.zh if lang == "zh" else entry.en

    def cell_name(self, table: str, item: str | None, column: str | None, lang: str = "zh") -> str:
        """`行政许可·处理决定数量` or `Licensing · Decisions`."""
        parts = [
            (self.items[table, item].zh if lang == "zh" else self.items[table, item].en) if item else "",
            (self.columns[table, column].zh if lang == "zh" else self.columns[table, column].en) if column else "",
        ]
        return ("·" if lang == "zh" else " · ").join(p for p in parts if p)


@cache
def form() -> Form:
    """The declared form, loaded and checked once."""
    return Form()
