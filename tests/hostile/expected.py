"""What becomes of each hostile file: READ (the honest report in it, whole), SPOILT (without the cells that were
spoilt), or how the English reason begins for which it is set aside.
"""

from __future__ import annotations

Outcome = str | tuple[str, ...]  # of several, any
READ, SPOILT = "read", "spoilt"
# A file over which a reader never comes to an end: it is stopped after so many seconds.
PATIENCE = 5
ENDLESS = f"reading it took more than {PATIENCE} s and was stopped."
_NO_TEXT = "the bytes are no text in UTF-8 or GB18030"
_NO_REPORT = "no annual report on government-information disclosure found in it"
_MEMORY = "reading it takes more than 300 MB of memory and was stopped."
# libxml2 that runs out of memory says so or falls.
_MEMORY_IN_C = (_MEMORY, "reading it crashed the reader, so it may be damaged.")
_TOO_DEEP = "the page's elements are nested too deep"
_EMPTY_PAGE = "there is nothing on this page"
_DAMAGED = "the file is damaged or cut off"
_BURSTS = "it unpacks to far more than an annual report is"
_ENTITIES = "its XML declares a document type or entities"
_NAMES = "the container has entries of one name or that lead out of it"
_OLD_OFFICE = "this is an old Office file (.doc, .xls, .wps)"
_GOES_ON = "sheet 年报 goes on in row"
_ATTRIBUTES = "a tag of this page has more attributes than any page needs"
_BROKEN_PDF = "the PDF is damaged or incomplete. Download it again"
_NO_TEXT_IN_PDF = "there is no text in the PDF: it is a scan or picture"
_SIZE = "a page of the PDF has an impossible size"


def _each(outcome: str, names: str) -> dict[str, Outcome]:
    return dict.fromkeys(names.split(), outcome)


_TEXT = (
    _each(
        READ,
        """utf-16-without-mark.txt endless-line.txt endless-number.txt many-tabs.txt bars.md many-bars.md emphasis.md
        headings.txt titles.txt brackets.txt combining.txt entities.md script-as-agency.txt formula-as-agency.txt
        bidi-in-title.txt""",
    )
    | _each(
        SPOILT,
        """endless-number-in-a-cell.txt nul-in-a-number.txt bidi.txt superscript.txt python-numbers.txt formulas.txt
        private-use.txt""",
    )
    | _each(
        _NO_TEXT,
        """nul-everywhere.txt utf-32.txt cut-in-a-character.txt mark-of-utf-16-on-utf-8.txt controls.txt
        text-then-zip.txt only-a-mark.txt surrogates.txt two-encodings.txt invalid-bytes.txt""",
    )
    | _each(_NO_REPORT, "utf-7.txt")
    | {"million-lines.txt": _MEMORY, "gif-and-page.gif": "this is a picture"}
)
_PAGE = (
    _each(
        READ,
        """tables-in-tables-with-cells.html colspan.html colspans.html rowspans.html odd-spans.html endless-span.html
        many-tables.html huge-attribute.html huge-text.html million-entities.html styles.html style-of-spaces.html
        many-hidden.html unclosed-title.html entity-bomb.html external-entity.html odd-entities.html refresh.html
        base.html outside.html script-as-title.html script-as-agency.html javascript.html wrong-declaration.html
        mark-and-wrong-charset.html wrong-charset.html charset-that-runs.html page-as-utf-16.html""",
    )
    | _each(
        SPOILT,
        """two-paragraphs.html break-in-a-number.html superscript.html list-in-a-cell.html table-in-a-cell.html
        input-in-a-cell.html picture-in-a-cell.html struck-out.html right-to-left.html""",
    )
    | _each(
        _TOO_DEEP,
        """deep-divs.html deep-spans.html deep-tables.html deep-divs-and-closed.html tables-in-tables.html
        deep-lists.html deep-fonts.html""",
    )
    | _each(_NO_REPORT, "huge-comment.html unclosed.html unclosed-script.html frameset.html only-tags.html")
    | {
        "million-cells.html": "its tables have more than 100000 cells",
        "million-breaks.html": _MEMORY_IN_C,
        "doctype-only.html": _EMPTY_PAGE,
        "many-attributes.html": _ATTRIBUTES,
        "million-attributes.html": _ATTRIBUTES,
        "nul-in-tags.html": _NO_TEXT,
    }
)
_OFFICE = (
    _each(
        READ,
        """twice.docx odd-span.docx merge-without-begin.docx many-rows.docx deleted-digit.docx field.docx
        hidden-digit.docx outside-document.docx macros.docx lying-dimension.xlsx many-merges.xlsx
        formula-with-value.xlsx""",
    )
    | _each(
        SPOILT,
        """two-paragraphs.docx footnote-digit.docx formula-without-value.xlsx number-of-python.xlsx nan.xlsx
        huge-number.xlsx error-value.xlsx""",
    )
    | _each(
        _DAMAGED,
        """lying-size.docx lying-checksum.docx cut-off.docx no-directory.docx bzip2.docx lzma.docx only-magic.docx
        no-document.docx empty-document.docx deep.docx deep-tables.docx cut-off-xml.docx wrong-xml-encoding.docx
        beyond-the-sheet.xlsx whole-sheet-merged.xlsx odd-merge.xlsx no-such-string.xlsx same-cell-twice.xlsx
        cut-off-xml.xlsx foreign-xml.docx outside-sheet.xlsx""",
    )
    | _each(_BURSTS, "bomb.docx bomb-as-document.docx many-strings.xlsx")
    | _each(_NAMES, "overlapping.docx leads-out.docx leads-to-the-root.docx")
    | _each(_ENTITIES, "entity-bomb.docx external-entity.docx entity-bomb.xlsx")
    | _each(_OLD_OFFICE, "locked-office.docx old-office.doc")
    | _each(_GOES_ON, "far-cell.xlsx many-rows.xlsx")
    | _each(_NO_REPORT, "empty-sheet.xlsx")
    | {
        "locked.docx": "it is locked with a password",
        "zip-in-zip.docx": "this is an archive of 1 files",
        "archive.zip": "this is an archive of 2 files",
        "empty.zip": "this is an archive of 0 files",
        "ten-thousand-entries.docx": "the container has more than 5000 entries",
        "presentation.pptx": "this is a presentation (.pptx)",
        "prefixed.docx": _NO_TEXT,
        "wide-span.docx": "its tables have more than 100000 cells, 1000 columns or 20 levels",
        "outside.docx": "its text is another file that it imports (altChunk)",
    }
)

_PAPER = (
    # What can be read of these is a line of English, whatever hides beside it.
    _each(
        _NO_REPORT,
        """plain.pdf broken-xref.pdf parent-loop.pdf tree-loop.pdf negative-count.pdf negative-length.pdf twice.pdf
        deep-arrays.pdf huge-object-number.pdf no-number-page.pdf many-characters.pdf javascript.pdf launch.pdf
        attachment.pdf xfa.pdf page-then-pdf.pdf pdf-then-zip.pdf""",
    )
    | _each(
        _BROKEN_PDF,
        """header-only.pdf xref-loop.pdf kids-loop.pdf deep-tree.pdf lying-count.pdf many-pages.pdf no-pages.pdf
        length-loop.pdf cut-off.pdf no-root.pdf many-filters.pdf font-loop.pdf stream-outside.pdf
        pdf-in-a-page.html""",
    )
    | _each(
        _NO_TEXT_IN_PDF,
        """lying-length.pdf form-loop.pdf many-rules.pdf deep-states.pdf huge-picture.pdf no-text.pdf""",
    )
    | _each(_MEMORY, "bomb-in-bomb.pdf predictor.pdf")
    | _each(_SIZE, "huge-page.pdf odd-page.pdf")
    | {
        "bomb.pdf": "a page of the PDF holds more text, lines or data than a report's page can",
        "itself.pdf": ENDLESS,
        "locked.pdf": "the PDF asks for a password. Open it with the password",
        "unknown-lock.pdf": "the PDF is encrypted in an unknown way",
    }
)

EXPECTED: dict[str, dict[str, Outcome]] = {"text": _TEXT, "page": _PAGE, "office": _OFFICE, "paper": _PAPER}
