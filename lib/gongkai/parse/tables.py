"""Read one table: its lines become cells of the form, or notes that say why not."""

from __future__ import annotations

from collections import Counter

from gongkai.cells import header_unit, is_unit, is_value, normalise_label, plain, read_number
from gongkai.document import Cell
from gongkai.form import Item, Shape, form
from gongkai.parse.align import Aligned, align, grid_of, printed_values, readings
from gongkai.parse.cuts import whole_rows
from gongkai.parse.headers import column_order, read_header
from gongkai.parse.lines import Cutter
from gongkai.parse.mending import mend_labels
from gongkai.parse.model import Header, Line, Region, TableReading
from gongkai.parse.settle import Settler, misses_total
from gongkai.parse.spanned import Spanned


class TableReader:
    """Reads one table of the form from the rows of its region."""

    def __init__(self, table: str, region: Region, edition: str | None) -> None:
        self.table = table
        self.region = region = whole_rows(region, form().item_labels[table] | form().column_labels[table])
        self.reading = TableReading(table, where=str(region[0][1].place) if region else "")
        cutter = Cutter(table, self.reading)
        self.lines = cutter.walk(region)
        self.seen = cutter.seen
        self.reading.prose = frozenset(cutter.prose)
        self.damaged: set[int] = set()
        self.default_edition = edition
        # Whether the numbers themselves, not only where they stand, decided how a row was read.
        self.looked_at_numbers = False
        self.grid = grid_of([row for _, row in region])
        self.rows_at = dict(region)

    # -- what the table is -------------------------------------------------------------------

    def headers(self) -> list[Header]:
        """The headers over the lines, in order."""
        found = []
        own = set(form().item_labels[self.table]) - set(form().column_labels[self.table])
        for k, line in enumerate(self.lines):
            cells = line.prefix if line.item is not None else line.prefix + line.label
            cells = [cell for cell in cells if normalise_label(cell.text) not in own]
            rows = [row for _, row in self.region if set(row.cells) & set(cells)] if cells else []
            header = read_header(self.table, k, cells, rows) if cells else None
            if header:
                found.append(header)
        return found

    def shape(self, edition: str | None) -> Shape:
        """How （六） and 其他对外管理服务事项 are printed; the edition's own shape where nothing is."""
        found = {line.item for line in self.lines if line.item} | self.seen
        items = {i.item: i for i in form().items.values() if i.table == self.table}
        three = any(items[code].shape == "three" for code in found)
        single = any(items[code].shape == "single" for code in found)
        split = frozenset(code for code in found if items[code].shape == "split")
        return Shape(single_other=not three and (single or edition != max(form().editions)), split=split)

    def edition(self, headers: list[Header]) -> str | None:
        """The edition most blocks of the header speak of, else the one that the rows belong to."""
        votes = Counter(e for header in headers for e in header.editions)
        if votes:
            best = votes.most_common()
            if len(best) == 1 or best[0][1] > best[1][1]:
                return best[0][0]
            return None
        return self.default_edition

    # -- reading -----------------------------------------------------------------------------

    def read(self) -> TableReading:
        reading, headers = self.reading, self.headers()
        reading.markers = frozenset(e for header in headers for e in header.editions)
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
        for _, row in self.region:
            if row.role == "unsure":
                self.reading.note("unsure_row", str(row.place), text=row.text[:60])
        return reading

    def _splits(self) -> list[str]:
        return [i.item for i in form().items.values() if i.table == self.table and i.shape == "split"]

    @staticmethod
    def _cells(line: Line) -> list[Cell]:
        return line.values + [cell for piece in line.pieces for cell in piece]

    def _place_all(self, headers: list[Header]) -> None:
        wanted = {i.item: i for i in form().rows(self.table, self.reading.edition, self.reading.shape)}
        counts = Counter(line.item for line in self.lines if line.item in wanted)
        tried = [(line, self._columns(k, line, headers, wanted)) for k, line in enumerate(self.lines)]
        settler = Settler(self.table, self.region, self.grid)
        self.looked_at_numbers = settler.repeats()
        spanned = Spanned(self.region, self.table).read(tried)
        aligned = [
            (settler.unrepeated(line, columns) or known or align(line, len(columns), self.grid)) if columns else None
            for (line, columns), known in zip(tried, spanned, strict=True)
        ]
        open_rows = any(a is not None and a.reason == "ambiguous" for a in aligned)
        in_line = open_rows and settler.stands_in_line(tried, aligned)
        reasons = {(line.delimited, a.reason) for (line, _), a in zip(tried, aligned, strict=True) if a is not None}
        widths: Counter[tuple[int, tuple[str, ...]]] = Counter()
        for line, columns in tried:
            widths[line.label_at, columns] = max(widths[line.label_at, columns], line.width)
        for (line, columns), found in zip(tried, aligned, strict=True):
            if found is None or line.item is None:
                continue
            self.looked_at_numbers |= counts[line.item] > 1 or not line.delimited
            if counts[line.item] > 1 and not self._same(line):
                self.reading.rows_twice += 1
                self._refuse(line, "duplicate_row")
                continue
            doubtful = self._doubtful(line, columns, found, reasons)
            doubtful = doubtful or self._lost_its_end(line, widths[line.label_at, columns])
            settled = settler.by_header(line, columns, found) if in_line else found
            self._take(line, columns, Aligned(None, "ambiguous") if doubtful else settled)
        self.reading.rows_found = len({item for item, _ in self.reading.placed} | set(counts))
        order = [item for item in wanted if item in counts]
        met = list(dict.fromkeys(line.item for line in self.lines if line.item in wanted))
        self.reading.rows_in_order = met == order

    def _doubtful(self, line: Line, columns: tuple[str, ...], found: Aligned, reasons: set[tuple[bool, str]]) -> bool:
        """Whether other rows show that this one may fit its columns by accident.

        In a file that drops empty cells or splits numbers a row that does not add up may; in a table
        with a column more than the form has, a row with an empty cell may.
        """
        if not line.delimited:
            return bool({(False, "short"), (False, "long")} & reasons) and misses_total(self.table, columns, found)
        blank = any(not cell.text.strip() for cell in line.values)
        unit = bool(line.values) and is_unit(line.values[0].text)
        return unit or (blank and (True, "long") in reasons)

    def _lost_its_end(self, line: Line, width: int) -> bool:
        """Whether a row with an empty cell ends before another with the same columns and its label in the same place.

        A row that lost its last cells may have as many as it has columns, with one of the label's among them.
        """
        blank = line.delimited and not self.rows_at[line.row].spans and any(not c.text.strip() for c in line.values)
        return blank and line.width < width

    def _same(self, line: Line) -> bool:
        """Whether the lines of one item all print the same, as a table printed twice does."""
        texts = {tuple(plain(c.text) for c in x.values) for x in self.lines if x.item == line.item}
        return len(texts) == 1

    def _columns(self, k: int, line: Line, headers: list[Header], wanted: dict[str, Item]) -> tuple[str, ...]:
        """The columns of a line in printed order, or none where they cannot be known."""
        if line.item is None or line.item not in wanted:
            return ()
        declared = form().item_columns(wanted[line.item], self.reading.edition)
        header = next((h for h in reversed(headers) if h.line <= k), None)
        if header is None:
            self.reading.note("no_header", line.where, item=line.item)
            return declared
        if header.editions and self.reading.edition not in header.editions:
            self._refuse(line, "other_edition")
            return ()
        found = column_order(header, self.table, declared)
        if found is None:
            self.reading.header_in_order = False
            self._refuse(line, "header_order")
            return ()
        order, damaged = found
        if damaged and header.line not in self.damaged:
            self.damaged.add(header.line)
            self.reading.note("damaged_header", line.where, item=line.item)
        if any(form().columns[self.table, c].sum_of for c in declared):
            self.reading.header_in_order = order == declared
        return order

    def _take(self, line: Line, columns: tuple[str, ...], found: Aligned) -> None:
        """Place the cells of a line, or say why not."""
        if found.cells is None or line.item is None:
            self.reading.rows_short += 1
            self._refuse(line, f"{found.reason}_row", columns=len(columns), offer=self._offer(line, columns))
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
        rest = line.values if self.rows_at[line.row].spans else [c for piece in line.pieces for c in piece]
        left = [c for c in rest if id(c) not in taken and is_value(c.text)]
        if left:
            self._orphan(left, line.row)

    def _offer(self, line: Line, columns: tuple[str, ...]) -> list[list[str]]:
        """The one way to cut a row with empty cells that adds up to its total, if there is just one."""
        ways = readings(line.values, len(columns), self.grid.stripped) if line.delimited else {}
        fitting = [way for way in ways.values() if not misses_total(self.table, columns, Aligned(way))]
        whole = any(form().columns[self.table, c].sum_of for c in columns)
        if len(fitting) != 1 or not whole or line.item is None:
            return []
        return [
            [line.item, c, cell.text.strip()]
            for c, cell in zip(columns, fitting[0], strict=True)
            if cell and cell.text.strip()
        ]

    def _header_cells(self, line: Line) -> list[Cell]:
        """The header over a line: the nearest text before it that is no label of the line itself."""
        for other in reversed(self.lines[: self.lines.index(line) + 1]):
            if other.prefix:
                return other.prefix
        return []

    def _refuse(self, line: Line, kind: str, **figures: object) -> None:
        numbers = [c.text.strip() for c in printed_values(self._cells(line))]
        self.reading.note(
            kind,
            line.where,
            item=line.item or "",
            label=line.label_text,
            numbers=numbers,
            found=len(numbers),
            **figures,
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
        self.reading.note("orphan_numbers", str(cells[0].place), numbers=[c.text.strip() for c in cells], offer=offer)

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
                if is_value(cell.text):
                    continue
                text = plain(cell.text).strip()
                body = text.rstrip("0123456789.,+-—")
                stuck = bool(body) and not body[-1].isspace() and any(ch.isdigit() for ch in text[len(body) :])
                if stuck and self._known("".join(body.split())):
                    self.reading.note("run_together", str(cell.place), text=cell.text.strip()[:60])

    def _known(self, text: str) -> bool:
        return any(len(label) > 1 and text.endswith(label) for label in form().item_labels[self.table])
