"""Tables of a form that was seen before: where each cell goes is known from their labels alone.

Nearly all reports print one of a few tables; which cell of it is which does not depend on the numbers in it.
Reading such a table anew costs ten times what looking it up does.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

from gongkai.cells import is_value, read_number
from gongkai.parse.model import Region, TableReading

_MOST = 500


@dataclass(frozen=True)
class Plan:
    """A reading without its numbers: for each cell of the form the row of the region and the cell in it."""

    reading: TableReading
    at: dict[tuple[str, str], tuple[int, int]]

    def read(self, region: Region) -> TableReading:
        """The reading of a region that looks the same."""
        placed = {key: region[r][1].cells[k] for key, (r, k) in self.at.items()}
        numbers = sum(read_number(cell.text, signed=True).status == "number" for cell in placed.values())
        where = str(region[0][1].place)
        return replace(self.reading, placed=placed, numbers_printed=numbers, where=where, notes=[])


_known: dict[Hashable, Plan] = {}


def look(region: Region) -> Hashable:
    """What a region looks like: its words, and which cells hold a number or dash, whatever it is.

    Where a label breaks its line says nothing; labels are compared without white space.
    """
    return tuple(
        (
            tuple("0" if is_value(cell.text) else cell.text.replace("\n", "") for cell in row.cells),
            row.spans,
            row.delimited,
            row.opens,
            row.closes,
            row.open_end,
            row.role,
            row.table - region[0][1].table,
            row.place.within == region[0][1].place.within,
        )
        for _, row in region
    )


def known(key: Hashable) -> Plan | None:
    """The plan for a table that looks like `key`."""
    return _known.get(key)


def remember(key: Hashable, region: Region, reading: TableReading) -> None:
    """Keep how a region was read, if it was read whole and without a doubt, and all its cells are in it."""
    if reading.notes or reading.prose or not reading.placed:
        return
    places = {id(cell): (r, k) for r, (_, row) in enumerate(region) for k, cell in enumerate(row.cells)}
    at = {key: places.get(id(cell)) for key, cell in reading.placed.items()}
    plan = Plan(reading, {key: place for key, place in at.items() if place is not None})
    if len(plan.at) == len(at) and plan.read(region).numbers_printed == reading.numbers_printed:
        if len(_known) >= _MOST:
            _known.clear()
        _known[key] = plan
