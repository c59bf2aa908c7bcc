"""The widgets of `notebooks/explore.ipynb`: choices, linked charts, the cells behind a point, the table, saving.

Everything is drawn by JupyterLab itself from what the kernel sends: nothing is fetched.
"""

from __future__ import annotations

import base64
import html
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
from altair import JupyterChart
from itables.widget import ITable

from gongkai.drawing import plot
from gongkai.explore import chart, table
from gongkai.explore.chosen import Choice, cells, check, choices, figures, first_choice, quantities, said
from gongkai.links import source_link
from gongkai.show import fill
from gongkai.words import check_lang, word

if TYPE_CHECKING:
    from gongkai.pipeline import Reading

Pick = dict[str, Any]

# As many agencies are named where a text fits several or none.
_MOST_NAMED = 20


# What JupyterLab itself shows: these, if text is UTF-8. Anything else the browser downloads.
_SHOWN = (".pdf", ".txt", ".md", ".html", ".htm", ".csv")

_STYLE = (
    "<style>.gongkai-cells :is(th,td){text-align:left!important;white-space:normal!important}"
    ".gongkai-saved{color:var(--jp-content-link-color,#00598a);text-decoration:underline}</style>"
)


def link(source: str, where: str, root: str) -> tuple[str, bool]:
    """The address of a cell's file from the notebook's folder, at its page, and whether it is to be downloaded.

    The address is empty where the file is not there.
    """
    path = Path(root) / source
    if not path.is_file():
        return "", False
    try:
        # JupyterLab opens what lies beside or above the notebook; an absolute path is none of its addresses.
        address = source_link(Path(os.path.relpath(path)).as_posix(), where)
    except ValueError:  # another drive of Windows
        return "", False
    ending = path.suffix.lower()
    return address, ending not in _SHOWN or (ending != ".pdf" and not _is_utf8(path))


def _is_utf8(path: Path) -> bool:
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def found_by(text: str, agencies: Sequence[str], lang: str) -> tuple[str, str]:
    """The agency of this name, or the only one whose name holds `text`; else empty, and a sentence with the choices."""
    holding = [text] if text in agencies else [a for a in agencies if text.strip() in a]
    if len(holding) == 1:
        return holding[0], ""
    listed = holding or list(agencies)
    key = "explore_find_several" if holding else "explore_find_none"
    more = word("explore_find_more", lang, n=len(listed) - _MOST_NAMED) if len(listed) > _MOST_NAMED else ""
    names = word("comma", lang).join(listed[:_MOST_NAMED]) + more
    return "", word(key, lang, text=text, names=names)


def behind(reading: Reading, pick: Pick, lang: str, root: str) -> str:
    """The printed cells behind one figure as HTML: table, cell, text, status, place and a link to the file."""
    code, agency, year = str(pick["quantity"]), str(pick["agency"]), int(pick["year"])
    row = figures(reading.facts, reading.reports, Choice((agency,), year, year, (code,))).row(0, named=True)
    name = quantities()[code].label(lang)
    found = cells(reading.facts, reading.reports, code, agency, year)
    listed = [
        c | {"link": address, "download": load, "file": Path(c["source"]).name}
        for c in found.iter_rows(named=True)
        for address, load in [link(c["source"], c["where"], root)]
    ]
    about = {"agency": agency, "year": year, "name": name, "said": said(row, lang)}
    parts = quantities()[code].share or (found["sign"] < 0).any()
    return fill("explore_cells.html", lang, about=about, cells=listed, parts=parts)


def save(data: bytes, folder: Path, stem: str, ending: str) -> Path:
    """Write a file that is not there yet: `stem` and, where it is taken, a number. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    names = (folder / f"{stem}{n}{ending}" for n in ("", *(f"-{k}" for k in range(2, 10_000))))
    path = next(name for name in names if not name.exists())
    path.write_bytes(data)
    return path


class View:
    """What is chosen and what is seen of it. `choices`, `charts`, `table` and `saving` are widgets to be shown."""

    def __init__(self, reading: Reading, lang: str = "zh", out: str | Path = "explored", root: str = ".") -> None:
        self.reading, self.lang, self.out, self.root = reading, check_lang(lang), Path(out), root
        self.pick: Pick | None = None
        JupyterChart.enable_offline()
        self._make_choices(first_choice(reading.reports))
        self._make_seen()
        self._make_saving()
        self.update()

    def _make_choices(self, first: Choice) -> None:
        agencies, years = choices(self.reading.reports)
        wide = widgets.Layout(width="98%", max_width="56rem")
        self.agencies = widgets.TagsInput(
            value=list(first.agencies), allowed_tags=agencies, allow_duplicates=False, layout=wide
        )
        self.find = widgets.Combobox(
            options=agencies, placeholder=word("explore_find", self.lang), continuous_update=False, layout=wide
        )
        self.found_none = widgets.HTML()
        self.find.observe(lambda change: self._find(change["new"]), names="value")
        self.first = widgets.Dropdown(options=years, value=first.first, layout=widgets.Layout(width="6rem"))
        self.last = widgets.Dropdown(options=years, value=first.last, layout=widgets.Layout(width="6rem"))
        options = [(q.label(self.lang), q.code) for q in quantities().values()]
        self.quantities = widgets.SelectMultiple(options=options, value=first.quantities, rows=9, layout=wide)
        for widget in (self.agencies, self.first, self.last, self.quantities):
            widget.observe(lambda _: self.update(), names="value")
        span = widgets.HBox([self._said("explore_years"), self.first, self._said("explore_to"), self.last])
        named = [self._said("explore_agencies"), self.find, self.found_none, self.agencies]
        self.choices = widgets.VBox([*named, span, self._said("explore_quantities"), self.quantities])

    def _find(self, text: str) -> None:
        """Add the agency of this name, or the only one whose name holds the text; else list those there are."""
        if not text:
            return
        added, told = found_by(text, self.find.options, self.lang)
        self.found_none.value = html.escape(told)
        if added and added not in self.agencies.value:
            self.agencies.value = [*self.agencies.value, added]
        self.find.value = ""

    def _said(self, key: str) -> widgets.Label:
        return widgets.Label(word(key, self.lang))

    def _make_seen(self) -> None:
        self.notes = widgets.HTML()
        self._style = widgets.HTML(_STYLE)
        self._chart = JupyterChart(plot([]).mark_point(), embed_options={"actions": False, "renderer": "svg"})
        self.cells = widgets.Output()
        self.charts = widgets.VBox([self._style, self._chart, self.cells, self.notes])
        self._counted = widgets.HTML()
        self._rows = ITable(table.rows(table.nothing(), self.lang), **table.options(self.lang))
        self._rows.observe(lambda change: self._row_picked(change["new"]), names="selected_rows")
        self.table = widgets.VBox([self._counted, self._rows])

    def _make_saving(self) -> None:
        wide = widgets.Layout(width="14rem")
        self.save_png = widgets.Button(description=word("explore_save_png", self.lang), layout=wide)
        self.save_csv = widgets.Button(description=word("explore_save_csv", self.lang), layout=wide)
        self.saved = widgets.HTML()
        self.save_png.on_click(lambda _: self._save(".png"))
        self.save_csv.on_click(lambda _: self._save(".csv"))
        self.saving = widgets.VBox([widgets.HBox([self.save_png, self.save_csv]), self.saved])

    def choice(self) -> Choice:
        """What the widgets hold."""
        return Choice(tuple(self.agencies.value), self.first.value, self.last.value, tuple(self.quantities.value))

    def choose(self, agencies: list[str], first: int, last: int, codes: list[str]) -> None:
        """Choose from the kernel what the widgets would. Raises GongkaiError listing the choices."""
        check(Choice(tuple(agencies), first, last, tuple(codes)), self.reading.reports)
        self.agencies.value, self.first.value, self.last.value = agencies, first, last
        self.quantities.value = tuple(codes)

    def _refused(self) -> str:
        """The word for a choice that shows nothing, or empty."""
        now = self.choice()
        if not now.quantities:
            return "explore_no_quantity"
        return "explore_years_turned" if now.first > now.last else ""

    def update(self) -> None:
        """Draw and list what is chosen."""
        refused = self._refused()
        if not refused:
            self.found = figures(self.reading.facts, self.reading.reports, self.choice())
            refused = "explore_nothing" if self.found.is_empty() else ""
        if refused:
            self.found = table.nothing()
        told = [word(refused, self.lang)] if refused else chart.notes(self.found, self.lang)
        self.notes.value = "<br>".join(html.escape(line) for line in told)
        self._show_cells(None)
        self._draw()
        shown = table.rows(self.found, self.lang)
        self._counted.value = html.escape(table.counted(self.found, self.lang))
        self._rows.update(shown, selected_rows=[], **table.options(self.lang))

    def _draw(self) -> None:
        shown = chart.drawn(self.found)
        self._chart.chart = None if shown.is_empty() else chart.for_browser(chart.chart(shown, self.lang))
        if self._chart.chart is not None:
            self._chart.selections.observe(lambda change: self._point_picked(change["new"].value), names=chart.PICKED)

    def _point_picked(self, points: list[Pick]) -> None:
        self._show_cells(points[0] if points else None)

    def _row_picked(self, rows: list[int]) -> None:
        if rows:
            self._show_cells(self.found.row(rows[0], named=True))

    def _show_cells(self, pick: Pick | None) -> None:
        self.pick = pick
        text = f"<p>{html.escape(word('explore_click', self.lang))}</p>"
        shown = behind(self.reading, pick, self.lang, self.root) if pick else text
        # Set whole: an Output that is written to from a callback waits for a cell to run.
        self.cells.outputs = ({"output_type": "display_data", "data": {"text/html": shown}, "metadata": {}},)

    def _save(self, ending: str) -> None:
        if self.found.is_empty():
            self.saved.value = html.escape(word(self._refused() or "explore_nothing", self.lang))
            return
        now, shown = self.choice(), chart.drawn(self.found)
        data = chart.png(chart.chart(shown, self.lang, self.pick)) if ending == ".png" else table.csv(self.found)
        stem = f"{now.quantities[0]}-{now.first}-{now.last}"
        try:
            path = save(data, self.out, stem, ending)
        except OSError as e:
            told = word("explore_cannot_write", self.lang, path=self.out, reason=e.strerror)
            self.saved.value = html.escape(told)
            return
        kind = "image/png" if ending == ".png" else "text/csv"
        address = f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"
        name, told = html.escape(path.name), html.escape(word("explore_saved", self.lang, path=path.as_posix()))
        loaded = html.escape(word("explore_download", self.lang))
        self.saved.value = f'{told}<a class="gongkai-saved" href="{address}" download="{name}">{loaded}</a>'
