"""One module a file family; each gives a `Document`. The reader is chosen by content, not by name."""

from __future__ import annotations

import hashlib
from pathlib import Path

from gongkai.document import Document
from gongkai.errors import UnreadableFile
from gongkai.readers import text

# The longest published report seen as text is under 100 KB; a text of many megabytes is a dump or an attack.
MOST_BYTES = 20_000_000

_MAGIC = {
    b"%PDF": "a PDF file",
    b"PK\x03\x04": "a zip container (Word .docx, Excel .xlsx or an archive)",
    b"\xd0\xcf\x11\xe0": "an old Office file (.doc, .xls, .wps)",
    b"{\\rtf": "an RTF file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a gzip archive",
}
_SAVE_AS = "Save its text as UTF-8 .txt, tables with tabs between cells, and read that file."


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise UnreadableFile(
                str(path),
                f"{size / 1e6:.1f} MB is too large for an annual report (limit {MOST_BYTES / 1e6:.0f} MB). "
                "Cut out the report and save it as a file of its own.",
            )
        return path.read_bytes()
    except OSError as e:
        raise UnreadableFile(
            str(path), f"cannot be opened ({e.strerror}). Check that it exists and may be read."
        ) from e


def read_document(path: str | Path) -> Document:
    """Read one file into a Document. Raises UnreadableFile with the reason and the remedy."""
    path = Path(path)
    data = _bytes(path)
    if not data.strip():
        raise UnreadableFile(str(path), "the file is empty. Save or download the report again.")
    for magic, name in _MAGIC.items():
        if data.startswith(magic):
            raise UnreadableFile(str(path), f"this is {name}, not text. {_SAVE_AS}")
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<?xml")):
        raise UnreadableFile(str(path), f"this is a web page (HTML), not plain text. {_SAVE_AS}")
    content, encoding = text.decode(data, str(path))
    rows = text.rows(content)
    kind = "md" if path.suffix.lower() == ".md" else "txt"
    return Document(str(path), hashlib.sha256(data).hexdigest(), kind, encoding, rows)
