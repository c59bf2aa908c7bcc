"""PDF files written by hand: loops, lies, bombs, and what a viewer would run."""

from __future__ import annotations

import zlib

from hostile.parts import page, zipped

_CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
_PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
_TEXT = b"BT /F1 12 Tf 72 720 Td (Government information 2022: 7 8 9) Tj ET"


def _page(more: bytes = b"", resources: bytes = b"", box: bytes = b"0 0 595 842") -> bytes:
    return (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [" + box + b"] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> " + resources + b" >> " + more + b" >>"
    )


def _stream(data: bytes, more: bytes = b"", length: int | None = None) -> bytes:
    size = len(data) if length is None else length
    return b"<< /Length %d " % size + more + b" >>\nstream\n" + data + b"\nendstream"


def _pdf(changed: dict[int, bytes] | None = None, trailer: bytes = b"") -> bytes:
    """A file of one page with a line of text, some of its objects replaced."""
    objects = {1: _CATALOG, 2: _PAGES, 3: _page(), 4: _stream(_TEXT), 5: _FONT} | (changed or {})
    out, offsets = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), {}
    for number, body in objects.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start, size = len(out), max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 n \n" % offsets[number] if number in offsets else b"0000000000 65535 f \n"
    return bytes(out) + b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start)


def _structure() -> dict[str, bytes]:
    honest = _pdf()
    kids = b" ".join(b"3 0 R" for _ in range(100_000))
    tree = {6 + k: b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (7 + k) for k in range(3_000)}
    return {
        "plain.pdf": honest,
        "header-only.pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
        "broken-xref.pdf": honest.replace(b"00000 n", b"00000 x").replace(b"startxref\n", b"startxref\n99"),
        "xref-loop.pdf": honest.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % honest.rindex(b"xref\n0")),
        "parent-loop.pdf": _pdf({2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 /Parent 2 0 R >>"}),
        "kids-loop.pdf": _pdf({2: b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 2 >>"}),
        "tree-loop.pdf": _pdf(
            {
                2: b"<< /Type /Pages /Kids [6 0 R] /Count 1 >>",
                6: b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 6 0 R] /Count 9 >>",
            }
        ),
        "deep-tree.pdf": _pdf({2: b"<< /Type /Pages /Kids [6 0 R] /Count 1 >>"} | tree | {3_006: _page()}),
        "lying-count.pdf": _pdf({2: b"<< /Type /Pages /Kids [3 0 R] /Count 1000000 >>"}),
        "negative-count.pdf": _pdf({2: b"<< /Type /Pages /Kids [3 0 R] /Count -1 >>"}),
        "many-pages.pdf": _pdf({2: b"<< /Type /Pages /Kids [" + kids + b"] /Count 100000 >>"}),
        "no-pages.pdf": _pdf({2: b"<< /Type /Pages /Kids [] /Count 0 >>"}),
        "itself.pdf": _pdf({4: b"4 0 R"}),
        "length-loop.pdf": _pdf({4: b"<< /Length 4 0 R >>\nstream\n" + _TEXT + b"\nendstream"}),
        "lying-length.pdf": _pdf({4: _stream(_TEXT, length=99_999_999)}),
        "negative-length.pdf": _pdf({4: _stream(_TEXT, length=-5)}),
        "cut-off.pdf": honest[: len(honest) // 2],
        "twice.pdf": honest + honest,
        "deep-arrays.pdf": _pdf({6: b"[" * 50_000 + b"]" * 50_000}, b"/Info 6 0 R"),
        "huge-object-number.pdf": honest.replace(b"/Size 6", b"/Size 2147483647"),
        "no-root.pdf": honest.replace(b"/Root 1 0 R", b""),
    }


def _content() -> dict[str, bytes]:
    bomb = zlib.compress(bytes(200_000_000), 1)
    twice = zlib.compress(zlib.compress(bytes(500_000_000), 1), 9)
    flate = b"/Filter /FlateDecode"
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >>"
    rules = b"".join(b"%d 0 m %d 800 l S\n0 %d m 500 %d l S\n" % (k, k, k, k) for k in range(3_000))
    words = (
        b"BT /F1 1 Tf " + b"".join(b"1 0 0 1 %d %d Tm (1) Tj\n" % (k % 500, k // 500) for k in range(40_000)) + b"ET"
    )
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /X /DescendantFonts [5 0 R] /ToUnicode 5 0 R >>"
    return {
        "bomb.pdf": _pdf({4: _stream(bomb, flate)}),
        "bomb-in-bomb.pdf": _pdf({4: _stream(twice, b"/Filter [/FlateDecode /FlateDecode]")}),
        "many-filters.pdf": _pdf({4: _stream(_TEXT, b"/Filter [" + b"/ASCIIHexDecode " * 5_000 + b"]")}),
        "predictor.pdf": _pdf(
            {4: _stream(zlib.compress(_TEXT), flate + b" /DecodeParms << /Predictor 15 /Columns 2147483647 >>")}
        ),
        "form-loop.pdf": _pdf(
            {3: _page(resources=b"/XObject << /X 6 0 R >>"), 4: _stream(b"/X Do"), 6: _stream(b"/X Do /X Do", form)}
        ),
        "font-loop.pdf": _pdf({5: font}),
        "huge-page.pdf": _pdf({3: _page(box=b"0 0 99999999 99999999")}),
        "odd-page.pdf": _pdf({3: _page(box=b"0 0 0 0")}),
        "no-number-page.pdf": _pdf({3: _page(box=b"/a (b) null")}),
        "many-rules.pdf": _pdf({4: _stream(zlib.compress(rules), flate)}),
        "many-characters.pdf": _pdf({4: _stream(zlib.compress(words), flate)}),
        "deep-states.pdf": _pdf({4: _stream(b"q " * 150_000)}),
        "huge-picture.pdf": _pdf(
            {
                3: _page(resources=b"/XObject << /X 6 0 R >>"),
                4: _stream(b"/X Do"),
                6: _stream(
                    b"\0", b"/Subtype /Image /Width 100000 /Height 100000 /BitsPerComponent 8 /ColorSpace /DeviceRGB"
                ),
            }
        ),
        "no-text.pdf": _pdf({4: _stream(b"")}),
    }


def _active() -> dict[str, bytes]:
    script = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
    launch = b"<< /S /Launch /F (/bin/sh) >>"
    xfa = b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]></xdp:xdp>"
    attached = b"/Names << /EmbeddedFiles << /Names [(a) << /F (../../evil.exe) /EF << /F 6 0 R >> >>] >> >>"
    outside = b"<< /Length 0 /F (/etc/passwd) >>\nstream\n\nendstream"
    locked = b"<< /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <" + b"11" * 32 + b"> /U <" + b"22" * 32 + b"> >>"
    return {
        "javascript.pdf": _pdf({1: _CATALOG[:-2] + b"/OpenAction " + script + b" >>"}),
        "launch.pdf": _pdf({1: _CATALOG[:-2] + b"/OpenAction " + launch + b" >>"}),
        "attachment.pdf": _pdf({1: _CATALOG[:-2] + attached + b" >>", 6: _stream(b"MZ")}),
        "stream-outside.pdf": _pdf({4: outside}),
        "xfa.pdf": _pdf({1: _CATALOG[:-2] + b"/AcroForm << /XFA 6 0 R /Fields [] >> >>", 6: _stream(xfa)}),
        "locked.pdf": _pdf(trailer=b"/Encrypt " + locked + b" /ID [<00> <00>]"),
        "unknown-lock.pdf": _pdf(trailer=b"/Encrypt << /Filter /Nobody /V 99 >> /ID [<00> <00>]"),
    }


def files() -> dict[str, bytes]:
    polyglots = {
        "pdf-in-a-page.html": b"<html><!-- %PDF-1.7 -->" + page().encode(),
        "page-then-pdf.pdf": page().encode()[:900] + _pdf(),
        "pdf-then-zip.pdf": _pdf() + zipped({"a": "b"}),
    }
    return _structure() | _content() | _active() | polyglots
