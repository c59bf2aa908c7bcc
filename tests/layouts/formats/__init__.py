"""Invented reports as files in the formats in which agencies publish. Independent of the library under test.

`FORMATS[name].write(form, seed)` gives the bytes of a file. `KINDS` holds single kinds of damage and of feature, of
which the formats mix several; what they show may be beyond reading, unless `lossless`, and must never be read wrongly.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from layouts.model import Form

from . import html, html_broken, html_page, html_word, pdf, pdf_breaks, sheet, word

__all__ = ["FORMATS", "KINDS", "Format"]


def _as_it_is(form: Form, seed: int) -> Form:
    return form


@dataclass(frozen=True)
class Format:
    """A way of writing a report to a file; the flags mean what they mean in `Layout`."""

    name: str
    write: Callable[[Form, int], bytes]
    suffix: str
    lossless: bool = True  # the file determines every cell, blanks included
    blanks: bool = True  # an empty cell leaves a trace, though its place may be unclear
    shown: Callable[[Form, int], Form] = _as_it_is  # the form with its agency and cells as that file prints them


FORMATS: dict[str, Format] = {
    made.name: made
    for made in (
        Format("html_clean", html.clean, ".html"),
        Format("html_word", html_word.word, ".html"),
        Format("html_page", html_page.government, ".html"),
        Format("html_broken", html_broken.broken, ".html", lossless=False),
        Format("html_gbk", html.gbk, ".htm"),
        Format("html_traditional", html.traditional, ".html", shown=html.traditional_form),
        Format("html_pandas", html.pandas_page, ".html"),
        Format("docx", word.docx, ".docx"),
        Format("pdf", pdf.pdf, ".pdf"),
        Format("pdf_breaks", pdf_breaks.pdf_breaks, ".pdf"),
        Format("xlsx", sheet.xlsx, ".xlsx"),
    )
}

KINDS: dict[str, Format] = {
    made.name: made
    for made in (
        *(
            Format(f"html_{name}", partial(html_broken.damaged, damage=name), ".html", lossless=name == "colspan_px")
            for name in html_broken.DAMAGES
        ),
        Format("html_pandas_numbered", partial(html.pandas_page, numbered=True), ".html"),
        *(Format(f"docx_{name}", partial(word.docx_with, features=(name,)), ".docx") for name in word.FEATURES),
        Format("docx_plain", partial(word.docx_with, features=()), ".docx"),
        *(
            Format(f"pdf_{name}", partial(pdf_breaks.breaking, features=(name,)), ".pdf")
            for name in pdf.BREAKS
            if name != "values_below"  # says something about a row that is cut
        ),
        Format("pdf_row_cut_below", partial(pdf_breaks.breaking, features=("row_cut", "values_below")), ".pdf"),
        Format("pdf_broken_only", partial(pdf_breaks.breaking, features=()), ".pdf"),
    )
}
