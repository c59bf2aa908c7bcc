"""Texts: what an editor would choke on, and cells that look like numbers to a program and not to a reader."""

from __future__ import annotations

from hostile.parts import TITLE, numbers, text, zipped

REPORT = text()


def _encodings() -> dict[str, bytes]:
    plain = REPORT.encode()
    half = len(REPORT) // 2
    return {
        "nul-everywhere.txt": REPORT.replace("\t", "\t\0\0").replace("\n", "\0\n").encode(),
        "surrogates.txt": REPORT.replace("\n", "\ud800\n").encode("utf-8", "surrogatepass"),
        "utf-7.txt": REPORT.encode("utf-7"),
        "utf-16-without-mark.txt": REPORT.encode("utf-16-le"),
        "utf-32.txt": REPORT.encode("utf-32"),
        "two-encodings.txt": REPORT[:half].encode() + REPORT[half:].encode("gb18030"),
        "cut-in-a-character.txt": plain[: len(TITLE.encode()) - 1],
        "invalid-bytes.txt": plain.replace(b"\n", b"\n\xff\xfe\xfd"),
        "mark-of-utf-16-on-utf-8.txt": b"\xff\xfe" + plain,
    }


def _sizes() -> dict[str, bytes]:
    return {
        "endless-line.txt": (REPORT + "x" * 5_000_000).encode(),
        "endless-number.txt": (REPORT + "9" * 5_000_000).encode(),
        "endless-number-in-a-cell.txt": text(numbers("1" * 200_000)).encode(),
        "million-lines.txt": (REPORT + "1\n" * 2_000_000).encode(),
        "many-tabs.txt": (REPORT + "\t" * 200_000).encode(),
        "bars.md": (REPORT + "\n" + "|" * 100_000 + "\n").encode(),
        "many-bars.md": (REPORT + "\n" + ("|1" * 500 + "|\n") * 1_000).encode(),
        "emphasis.md": (REPORT + "\n|" + "*_`" * 30_000 + "|\n").encode(),
        "headings.txt": (REPORT + "四、政府信息公开行政复议、行政诉讼情况\n" * 8_000).encode(),
        "titles.txt": (REPORT + f"{TITLE}\n" * 5_000).encode(),
        "brackets.txt": (REPORT + "（" * 100_000 + "\n" + "一、" * 100_000).encode(),
        "combining.txt": (REPORT + "1" + "\u0301" * 300_000).encode(),
        "entities.md": (REPORT + "|" + "&amp;" * 50_000 + "|\n").encode(),
    }


def _cells() -> dict[str, bytes]:
    """The first cells are no numbers, whatever int(), float() and normalisation make of them."""
    spoilt = {
        "nul-in-a-number.txt": numbers("1\0002"),
        "controls.txt": numbers("1\x082", "\x1b[2J8", "\x7f9"),
        "bidi.txt": numbers("\u202e21\u202c", "1\u2067 2\u2069"),
        "superscript.txt": numbers("1²", "2₃", "①"),
        "python-numbers.txt": numbers("1_000", "nan", "inf", "0x1F", "1e3"),
        "formulas.txt": numbers('=HYPERLINK("http://evil.example","7")', "+1+1", "@SUM(1)", "-1+1"),
        "private-use.txt": numbers("\ue0007\ue001", "\U000e00318"),
    }
    return {name: text(cells).encode() for name, cells in spoilt.items()} | {
        "script-as-agency.txt": ("附件\n" + text(title=f"<script>alert(1)</script>{TITLE}")).encode(),
        "formula-as-agency.txt": text(title='=HYPERLINK("x")' + TITLE).encode(),
        "bidi-in-title.txt": text(title="\u202e" + TITLE + "\u202c").encode(),
    }


def files() -> dict[str, bytes]:
    archive = zipped({"年报.txt": REPORT})
    return (
        _encodings()
        | _sizes()
        | _cells()
        | {
            "text-then-zip.txt": REPORT.encode() + archive,
            "gif-and-page.gif": b"GIF89a/*" + b"<html><script>*/=1</script>" + REPORT.encode(),
            "only-a-mark.txt": b"\xef\xbb\xbf",
        }
    )
