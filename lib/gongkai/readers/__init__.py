"""One module a file family; each gives the same `Content`. The reader is chosen by content, not by name."""

from __future__ import annotations

import hashlib
from pathlib import Path

from gongkai.document import Content, Document
from gongkai.errors import UnreadableFile
from gongkai.readers import html, text

# A published report is under 1 MB as a page or text and rarely over 50 MB as PDF (a scan).
MOST_BYTES, MOST_BYTES_OF_TEXT = 300_000_000, 20_000_000

_NOT_YET = {
    b"\xd0\xcf\x11\xe0": ("旧版 Office 文件（.doc、.xls、.wps）", "an old Office file (.doc, .xls, .wps)"),
    b"{\\rtf": ("RTF 文件", "an RTF file"),
    b"\x89PNG": ("图片", "a picture"),
    b"\xff\xd8\xff": ("图片", "a picture"),
    b"GIF8": ("图片", "a picture"),
    b"BM": ("图片", "a picture"),
    b"II*\0": ("图片", "a picture"),
    b"MM\0*": ("图片", "a picture"),
    b"\x1f\x8b": ("gzip 压缩包", "a gzip archive"),
    b"Rar!": ("RAR 压缩包", "a RAR archive"),
    b"7z\xbc\xaf": ("7z 压缩包", "a 7z archive"),
}
_SAVE_AS_ZH = "请另存为 .docx、.pdf、网页或 UTF-8 编码的 .txt 后再读。"
_SAVE_AS = "Save it as .docx, .pdf, a web page or UTF-8 .txt and read that file."
_MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<?xml", b"<!--", b"<meta", b"<div", b"<table", b"<p", b"<h1")
_HEAD = 1024


def peek(path: Path) -> tuple[bytes, int]:
    """How a file begins, and its size; nothing of what is no regular file or cannot be opened."""
    try:
        if not path.is_file():
            return b"", 0
        with path.open("rb") as file:
            return file.read(_HEAD), path.stat().st_size
    except OSError:
        return b"", 0


def load_bytes(path: Path) -> bytes:
    """The bytes of a regular file of a size that a report can have. Raises UnreadableFile."""
    name = str(path)
    if path.exists() and not path.is_file():
        # A pipe or device would be waited on for ever.
        raise UnreadableFile(
            name, "不是普通文件。请给出报告文件。", "this is no regular file. Name the file of the report."
        )
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise _too_large(name, size, MOST_BYTES)
        data = path.read_bytes()
    except OSError as e:
        raise UnreadableFile(
            name,
            "无法打开。请检查文件是否存在、是否有读取权限。",
            f"cannot be opened ({e.strerror}). Check that it exists and may be read.",
        ) from e
    if not data.strip():
        raise UnreadableFile(
            name, "文件是空的。请重新保存或下载报告。", "the file is empty. Save or download the report again."
        )
    return data


def _too_large(name: str, size: int, most: int) -> UnreadableFile:
    limit = f"{most / 1e6:.0f} MB"
    return UnreadableFile(
        name,
        f"文件有 {size / 1e6:.1f} MB，超过年度报告的上限 {limit}。请只保留报告部分，另存为一个文件。",
        f"{size / 1e6:.1f} MB is too large for an annual report (limit {limit}). "
        "Cut out the report and save it as a file of its own.",
    )


def _is_page(data: bytes) -> bool:
    """Whether a text is a web page, by how it begins, or by what it holds where it begins in the middle of one."""
    head = data[:_HEAD].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").replace(b"\0", b"").lower()
    return head.startswith(_MARKUP) or (head.startswith(b"<") and b"</" in head)


def family(data: bytes, source: str) -> str:
    """The format of a file by its content. Raises UnreadableFile for those that are not read."""
    head = data[:_HEAD]
    for magic, (zh, en) in _NOT_YET.items():
        if head.startswith(magic):
            raise UnreadableFile(
                source, f"这是{zh}，尚不能读取。{_SAVE_AS_ZH}", f"this is {en}, which is not read yet. {_SAVE_AS}"
            )
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith(b"PK"):
        from gongkai.readers import container

        return container.family(data, source)
    if len(data) > MOST_BYTES_OF_TEXT:
        raise _too_large(source, len(data), MOST_BYTES_OF_TEXT)
    return "html" if _is_page(data) else "txt"


def read_content(kind: str, data: bytes, source: str) -> Content:
    """What the reader of a format finds. The heavy libraries are loaded only for the formats that need them."""
    if kind == "pdf":
        from gongkai.readers import pdf

        return pdf.read(data, source)
    if kind == "docx":
        from gongkai.readers import word

        return word.read(data, source)
    if kind == "xlsx":
        from gongkai.readers import sheet

        return sheet.read(data, source)
    return html.read(data, source) if kind == "html" else text.read(data, source)


def to_document(kind: str, data: bytes, source: str) -> Document:
    """The document of a file's bytes, of a format that `family` gave. Raises UnreadableFile."""
    content = read_content(kind, data, source)
    # Markdown is text; only its name says that it is meant as Markdown.
    name = "md" if kind == "txt" and source.lower().endswith(".md") else kind
    sha256 = hashlib.sha256(data).hexdigest()
    return Document(source, sha256, name, content.encoding, content.rows, content.meta, content.boxes)


def read_document(path: str | Path) -> Document:
    """Read one file into a Document. Raises UnreadableFile with the reason and the remedy."""
    source, data = str(path), load_bytes(Path(path))
    return to_document(family(data, source), data, source)
