"""Read one table: its lines become cells of the form, or notes that say why not."""

from __future__ import annotations

from collections import Counter

from gongkai.cells import header_unit, is_value, normalise_label, plain, read_number
from gongkai.document import Cell, Row
from gongkai.form import Item, Shape, form
from gongkai.parse.align import Aligned, align, at_offset, grid_of, printed_values
from gongkai.parse.headers import editions_of, first_column, header_text, named_columns, spans, stacked_text
from gongkai.parse.lines import Cutter, mend_labels
from gongkai.parse.model import Line, TableReading

Region = list[tuple[int, Row]]


class TableReader:
    """Reads one table of the form from the rows of its region."""

    def __init__(self, table: str, region: Region, edition: str | None) -> None:
        self.table = table
        self.region = region
        self.reading = TableReading(table, where=str(region[0][1].place) if region else "")
        cutter = Cutter(table, self.reading)
        self.lines = cutter.walk(region)
        self.seen = cutter.seen
        self.default_edition = edition
        self.grid = grid_of([row for _, row in region])
        self.rows_at = dict(region)

    # -- what the table is -------------------------------------------------------------------

    def headers(self) -> list[tuple[int, list[str], set[str]]]:
        """(line index, columns named, editions) for each line whose prefix is a header."""
        found = []
        for k, line in enumerate(self.lines):
            if not line.prefix and line.item is not None:
                continue
            own = form().item_labels[self.table]
            cells = line.prefix if line.item is not None else line.prefix + line.label
            cells = [cell for cell in cells if normalise_label(cell.text) not in own]
            text = header_text(cells)
            columns = named_columns(self.table, text)
            rows = [self.rows_at[i] for i in sorted({i for i, row in self.region if set(row.cells) & set(cells)})]
            if self._partial(columns):
                stacked = stacked_text(rows)
                better = named_columns(self.table, stacked)
                columns, text = (better, stacked) if len(better) > len(columns) else (columns, text)
            # A short word alone (其他) is found in many labels and makes no header.
            if len(columns) > 1 or any(len(form().columns[self.table, c].labels[e]) > 3 for c in columns for e in form().columns[self.table, c].labels):
                found.append((k, columns, editions_of(self.table, columns, text)))
        return found

    def _partial(self, columns: list[str]) -> bool:
        """Whether the columns named are no item's whole set, as when labels are printed in slices."""
        wanted = [set(c) for i in form().items.values() if i.table == self.table for c in i.columns.values() if c]
        return set(columns) not in wanted

    def shape(self, edition: str | None) -> Shape:
        """How （六） and 其他对外管理服务事项 are printed; the edition's own shape where nothing is."""
        found = {line.item for line in self.lines if line.item} | self.seen
        items = {i.item: i for i in form().items.values() if i.table == self.table}
        three = any(items[code].shape == "three" for code in found)
        single = any(items[code].shape == "single" for code in found)
        split = frozenset(code for code in found if items[code].shape == "split")
        return Shape(single_other=not three and (single or edition != max(form().editions)), split=split)

    def edition(self, headers: list[tuple[int, list[str], set[str]]]) -> str | None:
        """The edition most blocks of the header speak of, else the one that the rows belong to."""
        votes = Counter(e for _, _, editions in headers for e in editions)
        if votes:
            best = votes.most_common()
            if len(best) == 1 or best[0][1] > best[1][1]:
                return best[0][0]
            return None
        return self.default_edition

    # -- reading -----------------------------------------------------------------------------

    def read(self) -> TableReading:
        reading, headers = self.reading, self.headers()
        reading.markers = frozenset(e for _, _, editions in headers for e in editions)
        reading.present = any(line.item for line in self.lines)
        reading.edition = self.edition(headers)
        reading.shape = self.shape(reading.edition)
        whole = Shape(reading.shape.single_other, frozenset(self._splits()) if reading.shape.split else frozenset())
        mend_labels(self.lines, form().rows(self.table, reading.edition, whole), reading)
        reading.shape = self.shape(reading.edition)
        self._place_all(headers)
        reading.numbers_printed = sum(
            read_number(c.text, signed=True).status == "number" for line in self.lines for c in self._cells(line)
        )
        self._orphans()
        self._run_together()
        return reading

    def _splits(self) -> list[str]:
        return [i.item for i in form().items.values() if i.table == self.table and i.shape == "split"]

    @staticmethod
    def _cells(line: Line) -> list[Cell]:
        return line.values + [cell for piece in line.pieces for cell in piece]

    def _place_all(self, headers: list[tuple[int, list[str], set[str]]]) -> None:
        wanted = {i.item: i for i in form().rows(self.table, self.reading.edition, self.reading.shape)}
        counts = Counter(line.item for line in self.lines if line.item in wanted)
        tried = [(line, self._columns(k, line, headers, wanted)) for k, line in enumerate(self.lines)]
        aligned = [
            (self._unrepeated(line, columns) or align(line, len(columns), self.grid)) if columns else None
            for line, columns in tried
        ]
        in_line = self._in_line(tried, aligned)
        loses = any(a is not None and a.reason == "short" and not line.delimited for (line, _), a in zip(tried, aligned, strict=True))
        for (line, columns), found in zip(tried, aligned, strict=True):
            if found is None or line.item is None:
                continue
            if counts[line.item] > 1 and not self._same(line):
                self.reading.rows_twice += 1
                self._refuse(line, "duplicate_row")
                continue
            if loses and self._misses(columns, found):
                found = Aligned(None, "ambiguous")
            self._take(line, columns, self._by_header(line, columns, found, in_line))
        self.reading.rows_found = len({item for item, _ in self.reading.placed} | set(counts))

    def _same(self, line: Line) -> bool:
        """Whether the lines of one item all print the same, as a table printed twice does."""
        texts = {tuple(plain(c.text) for c in x.values) for x in self.lines if x.item == line.item}
        return len(texts) == 1

    def _columns(
        self, k: int, line: Line, headers: list[tuple[int, list[str], set[str]]], wanted: dict[str, Item]
    ) -> tuple[str, ...]:
        """The columns of a line in printed order, or none where they cannot be known."""
        if line.item is None or line.item not in wanted:
            return ()
        declared = form().item_columns(wanted[line.item], self.reading.edition)
        before = [h for h in headers if h[0] <= k]
        if not before:
            self.reading.note("no_header", line.where, item=line.item)
            return declared
        _, named, editions = before[-1]
        order = tuple(dict.fromkeys(c for c in named if c in declared))
        if editions and self.reading.edition not in editions:
            return ()
        if set(order) != set(declared):
            self.reading.note("damaged_header", line.where, item=line.item)
            return declared if [c for c in declared if c in order] == list(order) else ()
        if self.table == "applications":
            # 总计 is printed in the first header row, before the others, where its cell is merged downwards.
            order = (*[c for c in order if c != "total"], "total")
            self.reading.header_in_order = order == declared
        return order

    def _misses(self, columns: tuple[str, ...], found: Aligned) -> bool:
        """Whether a row does not add to its total.

        In a file that drops empty cells, such a row may hold a page number in place of one of them.
        """
        whole = [c for c in columns if form().columns[self.table, c].sum_of]
        if found.cells is None or len(whole) != 1:
            return False
        values = {c: read_number(x.text).value or 0.0 for c, x in zip(columns, found.cells, strict=True) if x}
        return 2 * values.get(whole[0], 0.0) != sum(values.values())

    def _above(self, line: Line) -> list[Row]:
        return [row for i, row in self.region if i < line.row]

    def _in_line(self, tried: list[tuple[Line, tuple[str, ...]]], aligned: list[Aligned | None]) -> set[int]:
        """The places of labels whose rows are seen to stand under their header; none where merged cells are lost.

        They are lost where a row that is certain in itself does not stand under its header, or where
        labels of one level (一、, （一）, 1.) do not stand under each other.
        """
        levels: dict[int, int] = {}
        seen: set[tuple[int, bool]] = set()
        for (line, columns), found in zip(tried, aligned, strict=True):
            if line.item is None or found is None or not line.delimited:
                continue
            if levels.setdefault(form().items[self.table, line.item].level, line.label_at) != line.label_at:
                return set()
            start = first_column(self._above(line), self.table, columns) if found.offset is not None else None
            if start is not None:
                seen.add((line.label_at, start == found.offset))
        return {at for at, agrees in seen if agrees} if all(agrees for _, agrees in seen) else set()

    def _by_header(self, line: Line, columns: tuple[str, ...], found: Aligned, in_line: set[int]) -> Aligned:
        """Settle an ambiguous row by its header, where header and values are seen to stand in line.

        That is: no row of the table that is certain in itself stands elsewhere than under its header,
        and one whose label stands at the same place as this row's stands under it.
        """
        if found.reason != "ambiguous" or not line.delimited or line.label_at not in in_line:
            return found
        if line.width < self.grid.width and not self.grid.stripped:
            return found
        start = first_column(self._above(line), self.table, columns)
        cells = at_offset(line, len(columns), start, self.grid.stripped) if start is not None else None
        return Aligned(cells) if cells else found

    def _unrepeated(self, line: Line, columns: tuple[str, ...]) -> Aligned | None:
        """A row that repeats a merged value over its span, as the header repeats the column's label.

        None where the header repeats nothing.
        """
        row = self.rows_at[line.row]
        above = [r for r in reversed(self._above(line)) if r.delimited and len(r.cells) == len(row.cells)]
        header = next((r for r in above if set(columns) & set(self._named(r))), None)
        places = spans(header, self.table, columns) if header else None
        if not line.delimited or places is None:
            return None
        picked = [[row.cells[k] for k in places[c]] for c in columns]
        if any(len({plain(c.text) for c in cells}) != 1 for cells in picked):
            return Aligned(None, "ambiguous")
        # What is repeated is printed once: the count of numbers goes by what is left.
        line.values = [cells[0] for cells in picked]
        return Aligned(list(line.values))

    def _named(self, row: Row) -> list[str]:
        labels = form().column_labels[self.table]
        return [labels[w] for c in row.cells if (w := normalise_label(c.text)) in labels]

    def _take(self, line: Line, columns: tuple[str, ...], found: Aligned) -> None:
        """Place the cells of a line, or say why not."""
        if found.cells is None or line.item is None:
            self.reading.rows_short += 1
            self._refuse(line, f"{found.reason}_row", columns=len(columns))
            return
        if found.reason == "cut":
            self.reading.rows_short += 1
            self.reading.note("cut_row", line.where, item=line.item, columns=len(columns), found=len(line.values))
        for column, cell in zip(columns, found.cells, strict=True):
            if cell is not None:
                self.reading.placed[line.item, column] = cell
        if "amount" in columns:
            unit = header_unit("".join(c.text for c in self._header_cells(line)))
            if unit:
                self.reading.money[line.item, "amount"] = unit
        taken = {id(cell) for cell in found.cells}
        left = [c for piece in line.pieces for c in piece if id(c) not in taken and is_value(c.text)]
        if left:
            self._orphan(left, line.row)

    def _header_cells(self, line: Line) -> list[Cell]:
        """The header over a line: the nearest text before it that is no label of the line itself."""
        for other in reversed(self.lines[: self.lines.index(line) + 1]):
            if other.prefix:
                return other.prefix
        return []

    def _refuse(self, line: Line, kind: str, **figures: object) -> None:
        numbers = [c.text.strip() for c in printed_values(self._cells(line))]
        self.reading.note(
            kind, line.where, item=line.item or "", label=line.label_text, numbers=numbers, found=len(numbers), **figures
        )

    # -- what is left over -------------------------------------------------------------------

    def _orphans(self) -> None:
        """Lines without an item: numbers no row can claim."""
        wanted = {i.item for i in form().rows(self.table, self.reading.edition, self.reading.shape)}
        placed_items = {item for item, _ in self.reading.placed}
        noted = {n.figures.get("item") for n in self.reading.notes}
        for line in self.lines:
            numbers = printed_values(self._cells(line))
            if not numbers:
                continue
            if line.item is None and not line.label:
                self._orphan(numbers, line.row)
            elif line.item is None or line.item not in wanted:
                self.reading.rows_unmatched += 1
                self._refuse(line, "unmatched_row")
            elif line.item not in placed_items and line.item not in noted:
                self._refuse(line, "other_edition")

    def _orphan(self, cells: list[Cell], row: int) -> None:
        """Note numbers without a row, and offer the cells that reading order would give them."""
        self.reading.orphans += len(cells)
        free = self._free_before(row)
        offer = (
            [[item, column, c.text.strip()] for (item, column), c in zip(free, cells, strict=True)]
            if len(free) == len(cells)
            else []
        )
        self.reading.note(
            "orphan_numbers", str(cells[0].place), numbers=[c.text.strip() for c in cells], offer=offer
        )

    def _free_before(self, row: int) -> list[tuple[str, str]]:
        """The cells of rows printed up to `row` that are cut, in reading order."""
        free = []
        for line in self.lines:
            if line.item is None or line.row > row:
                continue
            item = form().items[self.table, line.item]
            columns = form().item_columns(item, self.reading.edition)
            if any((line.item, c) in self.reading.placed for c in columns):
                free += [(line.item, c) for c in columns if (line.item, c) not in self.reading.placed]
        return free

    def _run_together(self) -> None:
        """Labels with digits stuck to them: cells that lost their separators are never cut by guess."""
        for _, row in self.region:
            for cell in row.cells:
                text = "".join(plain(cell.text).split())
                body = text.rstrip("0123456789.,+-—")
                if body != text and any(ch.isdigit() for ch in text[len(body) :]) and self._known(body):
                    self.reading.note("run_together", str(cell.place), text=cell.text.strip()[:60])

    def _known(self, text: str) -> bool:
        return any(len(label) > 1 and text.endswith(label) for label in form().item_labels[self.table])


class AcrossReader(TableReader):
    """A table whose items stand in the header, over their columns, and whose values are one row."""

    def _place_all(self, headers: list[tuple[int, list[str], set[str]]]) -> None:
        items = form().rows(self.table, self.reading.edition, self.reading.shape)
        cells = [(i.item, c) for i in items for c in form().item_columns(i, self.reading.edition)]
        rows = [line for line in self.lines if line.item is None and line.label and printed_values(self._cells(line))]
        if not rows:
            super()._place_all(headers)
            return
        found = [(line, align(line, len(cells), self.grid)) for line in rows]
        whole = [(line, a) for line, a in found if a.cells is not None and not a.reason]
        texts = {tuple(plain(c.text) for c in line.values) for line, _ in whole}
        self.reading.present = True
        for line, a in found:
            if a.cells is None or a.reason:
                self.reading.rows_short += 1
                self._refuse(line, f"{a.reason}_row", columns=len(cells))
            elif len(texts) > 1:
                self.reading.rows_twice += 1
                self._refuse(line, "duplicate_row")
        if len(texts) != 1:
            return
        line, a = whole[0]
        if not self._in_order(line, [c for _, c in cells]):
            self._refuse(line, "header_order")
            return
        for key, cell in zip(cells, a.cells or [], strict=True):
            if cell is not None:
                self.reading.placed[key] = cell
        self.reading.rows_found = len(items)

    def _in_order(self, line: Line, columns: list[str]) -> bool:
        """Whether the header names the columns in form order; noted where it cannot be told."""
        cells = line.prefix + line.label
        rows = [row for _, row in self.region if set(row.cells) & set(cells)]
        named = [named_columns(self.table, text) for text in (header_text(cells), stacked_text(rows))]
        self.reading.header_in_order = columns in named
        if columns in named:
            return True
        # All columns are there, but elsewhere: their values are not where the form has them.
        if any(Counter(names) == Counter(columns) for names in named):
            return False
        self.reading.note("damaged_header", line.where, item="")
        return True

    def _orphans(self) -> None:
        refused = {n.where for n in self.reading.notes}
        placed = {id(cell) for cell in self.reading.placed.values()}
        for line in self.lines:
            numbers = [c for c in printed_values(self._cells(line)) if id(c) not in placed]
            if numbers and line.where not in refused and len(numbers) == len(printed_values(self._cells(line))):
                self._orphan(numbers, line.row)


def read_table(table: str, region: Region, edition: str | None) -> TableReading:
    """Read `table` from the rows of its region; `edition` is what is known where its header is silent."""
    across = form().tables[table]["items_in"] == "header"
    return (AcrossReader if across else TableReader)(table, region, edition).read()
