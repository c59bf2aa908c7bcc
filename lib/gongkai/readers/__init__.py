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
    b"%PDF": ("PDF 文件", "a PDF file"),
    b"PK\x03\x04": (
        "压缩包（Word .docx、Excel .xlsx 或其他）",
        "a zip container (Word .docx, Excel .xlsx or an archive)",
    ),
    b"\xd0\xcf\x11\xe0": ("旧版 Office 文件（.doc、.xls、.wps）", "an old Office file (.doc, .xls, .wps)"),
    b"{\\rtf": ("RTF 文件", "an RTF file"),
    b"\x89PNG": ("图片", "a picture"),
    b"\xff\xd8\xff": ("图片", "a picture"),
    b"GIF8": ("图片", "a picture"),
    b"\x1f\x8b": ("gzip 压缩包", "a gzip archive"),
}
_SAVE_AS_ZH = "请将其文字另存为 UTF-8 编码的 .txt（表格各格以制表符分隔）后再读。"
_SAVE_AS = "Save its text as UTF-8 .txt, tables with tabs between cells, and read that file."


def _bytes(path: Path) -> bytes:
    if path.exists() and not path.is_file():
        # A pipe or device would be waited on for ever.
        raise UnreadableFile(
            str(path), "不是普通文件。请给出报告文件。", "this is no regular file. Name the file of the report."
        )
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            limit = f"{MOST_BYTES / 1e6:.0f} MB"
            raise UnreadableFile(
                str(path),
                f"文件有 {size / 1e6:.1f} MB，超过年度报告的上限 {limit}。请只保留报告部分，另存为一个文件。",
                f"{size / 1e6:.1f} MB is too large for an annual report (limit {limit}). "
                "Cut out the report and save it as a file of its own.",
            )
        return path.read_bytes()
    except OSError as e:
        raise UnreadableFile(
            str(path),
            "无法打开。请检查文件是否存在、是否有读取权限。",
            f"cannot be opened ({e.strerror}). Check that it exists and may be read.",
        ) from e


def read_document(path: str | Path) -> Document:
    """Read one file into a Document. Raises UnreadableFile with the reason and the remedy."""
    path = Path(path)
    data = _bytes(path)
    if not data.strip():
        raise UnreadableFile(
            str(path), "文件是空的。请重新保存或下载报告。", "the file is empty. Save or download the report again."
        )
    for magic, (zh, en) in _MAGIC.items():
        if data.startswith(magic):
            raise UnreadableFile(str(path), f"这是{zh}，不是文本。{_SAVE_AS_ZH}", f"this is {en}, not text. {_SAVE_AS}")
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<?xml")):
        raise UnreadableFile(
            str(path),
            f"这是网页（HTML），不是纯文本。{_SAVE_AS_ZH}",
            f"this is a web page (HTML), not plain text. {_SAVE_AS}",
        )
    content, encoding = text.decode(data, str(path))
    kind = "md" if path.suffix.lower() == ".md" else "txt"
    return Document(str(path), hashlib.sha256(data).hexdigest(), kind, encoding, text.rows(content))
