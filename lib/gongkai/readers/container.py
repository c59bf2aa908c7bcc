"""Office files are zip containers of XML parts: safe access to the parts, and what kind of file a zip is.

Sizes are checked in the directory and again while inflating, as a directory may lie; nothing is unpacked to disk,
no relationship that leads out of the file is followed, and no part may declare entities.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import NoReturn

from lxml import etree
from lxml.etree import _Element

from gongkai.errors import UnreadableFile

# A published report has a few dozen parts; its pictures are the most of it and do not shrink in a zip.
_MOST_ENTRIES = 5_000
_MOST_BYTES = 200_000_000
_MOST_XML = 20_000_000
_MOST_XML_TOGETHER = 60_000_000
# Tables of empty cells shrink to a fortieth; a bomb to a thousandth.
_MOST_SHRUNK = 300
_SMALL = 1_000_000

_STRICT = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    b"http://purl.oclc.org/ooxml/spreadsheetml/main": b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    b"http://purl.oclc.org/ooxml/drawingml/main": b"http://schemas.openxmlformats.org/drawingml/2006/main",
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    ),
}
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
_FAMILIES = {
    "docx": (re.compile(r"wordprocessingml\.|vnd\.ms-word\."), "word/document.xml"),
    "xlsx": (re.compile(r"spreadsheetml\.|vnd\.ms-excel\.(?!sheet\.binary)"), "xl/workbook.xml"),
}
# The part that tells another kind of zip, what it is and what to do.
_OTHER = {
    "ppt/presentation.xml": (
        "演示文稿（.pptx）。请将报告另存为 .docx 或 PDF 后再读",
        "a presentation (.pptx). Save the report as .docx or PDF and read that file",
    ),
    "xl/workbook.bin": (
        "二进制工作簿（.xlsb）。请在 Excel 中另存为 .xlsx 后再读",
        "a binary workbook (.xlsb). Save it as .xlsx in Excel and read that file",
    ),
    "mimetype": (
        "OpenDocument 或电子书文件（.odt、.ods、.epub）。请另存为 .docx 或 .xlsx 后再读",
        "an OpenDocument file or e-book (.odt, .ods, .epub). Save it as .docx or .xlsx and read that file",
    ),
    "ofd.xml": (
        "OFD 版式文件。请用 OFD 阅读器转换为 PDF 后再读",
        "an OFD file. Convert it to PDF with an OFD reader and read that file",
    ),
    "meta-inf/manifest.mf": (
        "Java 程序包（.jar），不是报告。请检查是否选对了文件",
        "a Java archive (.jar) and no report. Check that this is the right file",
    ),
}


def refuse(source: str, zh: str, en: str) -> NoReturn:
    """Set the file aside."""
    raise UnreadableFile(source, zh, en)


def _damaged(source: str) -> UnreadableFile:
    return UnreadableFile(
        source,
        "文件已损坏或不完整。请重新下载，或用 Word、Excel 或 WPS 打开后另存再读。",
        "the file is damaged or cut off. Download it again, or open it in Word, Excel or WPS, save it and read that.",
    )


@contextmanager
def guarded(source: str) -> Iterator[None]:
    """Whatever a malformed file makes a library raise is the refusal of that file."""
    try:
        yield
    except UnreadableFile:
        raise
    except Exception as e:
        raise _damaged(source) from e


def is_encrypted_office(data: bytes) -> bool:
    """Whether this is an Office file with a password: an OLE file that holds a stream of that name."""
    return data.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage".encode("utf-16-le") in data


class Package:
    """The parts of an Office file by name, each inflated when it is asked for. Raises UnreadableFile."""

    def __init__(self, data: bytes, source: str) -> None:
        self.source = source
        self._left = _MOST_XML_TOGETHER
        self._trees: dict[str, _Element] = {}
        # Counted before the directory is read: a directory of a million entries takes seconds and gigabytes.
        if data.count(b"PK\x01\x02") > _MOST_ENTRIES:
            refuse(
                source,
                f"压缩包内文件超过 {_MOST_ENTRIES} 个，不是年度报告。请检查是否选对了文件。",
                f"the container has more than {_MOST_ENTRIES} entries, which no annual report has. "
                "Check that this is the right file.",
            )
        with guarded(source):
            self._zip = zipfile.ZipFile(BytesIO(data))
            self._entries = self._checked(self._zip.infolist())

    def _checked(self, infos: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
        """The entries by name in lower case, which is how Office compares names."""
        found: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            name = info.filename.replace("\\", "/").lstrip("/").lower()
            if ".." in name.split("/") or ":" in name or name in found:
                refuse(
                    self.source,
                    "压缩包内有重名或指向包外的文件，可能被改动过。请用 Word、Excel 或 WPS 打开后另存再读。",
                    "the container has entries of one name or that lead out of it, as no Office program writes. "
                    "Open it in Word, Excel or WPS, save it and read that file.",
                )
            if info.flag_bits & 1:
                refuse(
                    self.source,
                    "压缩包有密码。请用密码打开，另存为无密码的文件后再读。",
                    "it is locked with a password. Open it with the password and save a copy without one.",
                )
            if not info.is_dir():
                found[name] = info
        shrunk = any(i.file_size > max(_SMALL, _MOST_SHRUNK * i.compress_size) for i in infos)
        if shrunk or sum(i.file_size for i in infos) > _MOST_BYTES:
            self._too_large()
        return found

    def _too_large(self) -> NoReturn:
        refuse(
            self.source,
            "解压后过大，不是年度报告，可能是恶意文件。请检查是否选对了文件。",
            "it unpacks to far more than an annual report is. Check that this is the right file.",
        )

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._entries

    @property
    def names(self) -> list[str]:
        return [info.filename for info in self._entries.values()]

    def part(self, name: str) -> bytes:
        """The bytes of a part, checked against their checksum."""
        info = self._entries.get(name.lower())
        # Only these two methods are Office's, and only of them does zipfile bound what one step inflates.
        if info is None or info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise _damaged(self.source)
        with guarded(self.source), self._zip.open(info) as stream:
            data = stream.read(min(_MOST_XML, self._left) + 1)
        self._left -= len(data)
        if len(data) > _MOST_XML or self._left < 0:
            self._too_large()
        return data

    def xml(self, name: str) -> _Element:
        """A part as a tree, without comments; the Strict names of OOXML as the usual ones."""
        if name not in self._trees:
            self._trees[name] = self._parsed(self.part(name))
        return self._trees[name]

    def _parsed(self, data: bytes) -> _Element:
        if any(mark in data for mark in _DOCTYPES):
            self._no_doctype()
        if b"http://purl.oclc.org/ooxml/" in data:
            for strict, usual in _STRICT.items():
                data = data.replace(strict, usual)
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            huge_tree=False,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
        )
        with guarded(self.source):
            root = etree.fromstring(data, parser)
        if root.getroottree().docinfo.internalDTD is not None:
            self._no_doctype()
        return root

    def _no_doctype(self) -> NoReturn:
        refuse(
            self.source,
            "文件内的 XML 声明了文档类型或实体，Office 不会这样写。请用 Word、Excel 或 WPS 打开后另存再读。",
            "its XML declares a document type or entities, as no Office program writes. "
            "Open it in Word, Excel or WPS, save it and read that file.",
        )

    def related(self, part: str, kind: str | None = None) -> dict[str, str]:
        """Id → name of the parts inside the file that `part` (or the package: "") names, of one kind only."""
        folder, base = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{base}.rels")
        found = {}
        for element in self.xml(rels) if rels in self else ():
            target, type_ = element.get("Target") or "", element.get("Type") or ""
            if element.get("TargetMode") == "External" or (kind and posixpath.basename(type_) != kind):
                continue
            name = posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target))
            if name in self:
                found[element.get("Id") or name] = name
        return found

    def main(self) -> tuple[str, str]:
        """("docx" or "xlsx", the name of its main part). Raises UnreadableFile for other kinds of zip."""
        kinds = {}
        if "[Content_Types].xml" in self:
            types = self.xml("[Content_Types].xml")
            kinds = {(e.get("PartName") or "").lstrip("/").lower(): e.get("ContentType") or "" for e in types}
        for name in [*self.related("", "officeDocument").values(), *(usual for _, usual in _FAMILIES.values())]:
            for family, (pattern, usual) in _FAMILIES.items():
                declared = kinds.get(name.lower(), "")
                if name in self and (pattern.search(declared) if declared.endswith("main+xml") else name == usual):
                    return family, name
        return self._refuse_other()

    def _refuse_other(self) -> NoReturn:
        for name, (zh, en) in _OTHER.items():
            if name in self:
                refuse(self.source, f"这是{zh}。", f"this is {en}.")
        if "[Content_Types].xml" in self:
            raise _damaged(self.source)
        refuse(
            self.source,
            f"这是压缩包，内有 {len(self.names)} 个文件。请先解压，再读取其中的报告。",
            f"this is an archive of {len(self.names)} files. Unpack it first and read the report in it.",
        )

    def meta(self) -> dict[str, str]:
        """What the file says of itself: title, creator, created."""
        found: dict[str, str] = {}
        for name in self.related("", "core-properties").values():
            for element in self.xml(name):
                key, text = etree.QName(element).localname, " ".join((element.text or "").split())
                if key in {"title", "creator", "created"} and 0 < len(text) <= 300:
                    found.setdefault(key, text)
        return found


def family(data: bytes, source: str) -> str:
    """`docx` or `xlsx`, by what the zip holds. Raises UnreadableFile for any other zip."""
    with guarded(source):
        return Package(data, source).main()[0]


_CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff0f\uff1a-\uffef“”‘’—…·\U00020000-\U0003ffff]")


def gap(left: str, right: str) -> str:
    """What parts two lines of one cell: nothing between Chinese, else a blank, so that numbers do not fuse.

    Before three digits a blank would be read as the mark of thousands (1, 234), so that the line end stays.
    """
    if re.match(r"[0-9０-９]{3}", right) and re.search(r"[0-9０-９]$", left):
        return "\n"
    return "" if _CJK.match(left[-1:]) and _CJK.match(right[:1]) else " "


def joined(lines: list[str]) -> str:
    """The lines of a cell as one text."""
    text = ""
    for line in (line.strip() for line in lines):
        if line:
            text += (gap(text, line) if text else "") + line
    return text


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def marked(text: str, raised: bool, struck: bool) -> str:
    """Text as printed above the line or struck through, so that a footnote mark adds no digit to a number."""
    text = text.translate(_RAISED) if raised else text
    return "".join(f"{c}\u0336" for c in text) if struck else text
