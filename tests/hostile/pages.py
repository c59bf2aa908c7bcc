"""Web pages: markup that is endless, wrong, or reaches for other files, around or inside an honest report."""

from __future__ import annotations

from hostile.parts import TITLE, numbers, page, table

_OUTSIDE = (
    '<img src="http://evil.example/a.png"><script src="http://evil.example/a.js"></script>'
    '<iframe src="file:///etc/passwd"></iframe><link rel="stylesheet" href="http://evil.example/a.css">'
    '<object data="file:///etc/passwd"></object><a href="file:///etc/passwd">附件</a>'
    '<img src="data:image/png;base64,AAAA"><a href="data:text/html,&lt;script&gt;">x</a>'
    '<form action="http://evil.example"><input name="a" value="99"></form>'
)


def _deep() -> dict[str, str]:
    return {
        "deep-divs.html": page("<div>" * 100_000),
        "deep-spans.html": page("<span>" * 100_000),
        "deep-tables.html": page("<table><tr><td>" * 100_000),
        "deep-divs-and-closed.html": page("<div>" * 2_000 + "1" + "</div>" * 2_000),
        "tables-in-tables.html": page("<table><tr><td>" * 300 + "99" + "</td></tr></table>" * 300),
        "tables-in-tables-with-cells.html": page(
            "<table><tr><td>1</td><td>" * 60 + table(numbers("99")) + "</td></tr></table>" * 60
        ),
        "deep-lists.html": page("<ul><li>" * 50_000),
        "deep-fonts.html": page("<font><b><i>" * 5_000),
    }


def _wide() -> dict[str, str]:
    return {
        "colspan.html": page(after='<table><tr><td colspan="20000">1</td><td>2</td></tr></table>'),
        "colspans.html": page(after="<table>" + "<tr>" + '<td colspan="1000">1</td>' * 2_000 + "</tr></table>"),
        "rowspans.html": page(
            after="<table>" + ("<tr>" + '<td rowspan="65534" colspan="1000">1</td>' * 30 + "</tr>") * 100 + "</table>"
        ),
        "odd-spans.html": page(after='<table><tr><td colspan="-1">1</td><td rowspan="2px">2</td></tr></table>'),
        "endless-span.html": page(after=f'<table><tr><td colspan="{"9" * 100_000}">1</td><td>2</td></tr></table>'),
        "million-cells.html": page(after="<table>" + ("<tr>" + "<td>" * 1_000) * 1_000 + "</table>"),
        "many-tables.html": page(after="<table><tr><td>1<td>2</table>" * 8_000),
        "million-attributes.html": page("<p " + " ".join(f"a{k}" for k in range(1_000_000)) + ">"),
        "many-attributes.html": page("<p " + " ".join(f"a{k}" for k in range(100_000)) + ">"),
        "huge-attribute.html": page(f'<p title="{"x" * 5_000_000}">'),
        "huge-text.html": page(f"<p>{'字' * 3_000_000}</p>"),
        "huge-comment.html": page("<!--" * 300_000),
        "million-breaks.html": page("<br>" * 1_000_000),
        "million-entities.html": page("&amp;" * 1_000_000),
        "styles.html": page(head="<style>" + ".a{display " * 50_000 + "</style>"),
        "style-of-spaces.html": page(head="<style>.a{" + "display" + " " * 200_000 + "</style>"),
        "many-hidden.html": page(
            "<p class=a hidden>9" * 50_000, head="<style>" + ".a{display:none}" * 5_000 + "</style>"
        ),
    }


def _wrong() -> dict[str, str]:
    bomb = "".join(f'<!ENTITY e{k} "{f"&e{k - 1};" * 10 if k else "9"}">' for k in range(12))
    return {
        "unclosed.html": page("<table><tr><td><p><b><i><ul><li><select><option><textarea><svg><math>"),
        "unclosed-title.html": "<html><head><title>" + page(),
        "unclosed-script.html": "<html><script>" + page(),
        "entity-bomb.html": f'<!DOCTYPE html [{bomb}]><html><meta charset="utf-8"><p>&e11;</p>{page()}',
        "external-entity.html": '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + page("<p>&x;</p>"),
        "odd-entities.html": page("<p>&#99999999999;&#0;&#xD800;&#x110000;&nosuch;</p>"),
        "refresh.html": page(head='<meta http-equiv="refresh" content="0;url=file:///etc/passwd">'),
        "base.html": page(head='<base href="http://evil.example/">'),
        "outside.html": page(_OUTSIDE),
        "script-as-title.html": page(title=f"<script>alert(1)</script>{TITLE}"),
        "script-as-agency.html": page(title=TITLE.replace("甲子县", "&lt;script&gt;alert(1)&lt;/script&gt;县")),
        "javascript.html": page(
            "<body onload=\"document.write('<table><tr><td>99')\"><script>document.write(99)</script>"
        ),
        "frameset.html": '<html><frameset><frame src="file:///etc/passwd"></frameset></html>',
        "only-tags.html": "<html><body><div></div></body></html>",
        "doctype-only.html": "<!DOCTYPE html>",
    }


def _cells() -> dict[str, str]:
    """What stands in the first cell is not one number to a reader of the page."""
    spoilt = {
        "two-paragraphs.html": "1<p>2</p>",
        "break-in-a-number.html": "1<br>2",
        "superscript.html": "1<sup>2</sup>",
        "list-in-a-cell.html": "<ul><li>1</li><li>2</li></ul>",
        "table-in-a-cell.html": "1<table><tr><td>2</td></tr></table>",
        "input-in-a-cell.html": '1<input value="2">2',
        "picture-in-a-cell.html": '1<img src="x.png" alt="2">2',
        "struck-out.html": "<del>1</del>2",
        "right-to-left.html": '<bdo dir="rtl">21</bdo>',
    }
    return {name: page(cells=numbers(cell)) for name, cell in spoilt.items()}


def files() -> dict[str, bytes]:
    made = {name: text.encode() for name, text in (_deep() | _wide() | _wrong() | _cells()).items()}
    plain = page()
    return made | {
        "wrong-declaration.html": b'<?xml version="1.0" encoding="utf-16"?>' + plain.encode(),
        "mark-and-wrong-charset.html": b"\xef\xbb\xbf" + plain.replace("utf-8", "gbk").encode(),
        "wrong-charset.html": plain.replace("utf-8", "big5").encode("gb18030"),
        "charset-that-runs.html": plain.replace("utf-8", "rot13").encode("gb18030"),
        "nul-in-tags.html": plain.replace("<td", "<t\0d").replace("<tr", "<\0tr").encode(),
        "page-as-utf-16.html": plain.encode("utf-16"),
    }
