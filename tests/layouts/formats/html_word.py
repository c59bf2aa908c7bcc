"""Web pages as a word processor exports them: spans, styles, blanks and comments around every few characters."""

import re
from html import escape
from random import Random

from layouts.model import Form

from .blocks import Block, Placed, blocks, is_label, placed, width

_HEAD = """<html xmlns:v="urn:schemas-microsoft-com:vml"
xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word"
xmlns="http://www.w3.org/TR/REC-html40">

<head>
<meta http-equiv=Content-Type content="text/html; charset={charset}">
<meta name=ProgId content=Word.Document>
<meta name=Generator content="Microsoft Word 15">
<link rel=File-List href="report.files/filelist.xml">
<title></title>
<!--[if gte mso 9]><xml>
 <o:DocumentProperties><o:Pages>5</o:Pages><o:Words>321</o:Words></o:DocumentProperties>
</xml><![endif]-->
<style>
<!--
 /* Style Definitions */
 p.MsoNormal, li.MsoNormal {{mso-style-unhide:no; margin:0cm; text-align:justify; font-size:10.5pt;}}
 table.MsoNormalTable {{border-collapse:collapse;}}
-->
</style>
<!--[if gte mso 10]><style>table.MsoTableGrid {{mso-style-name:网格型;}}</style><![endif]-->
</head>

<body lang=ZH-CN style='tab-interval:21.0pt;word-wrap:break-word'>
<!--StartFragment-->
<div class=WordSection1 style='layout-grid:15.6pt'>
"""
_FONTS = ("仿宋_GB2312", "宋体", "方正仿宋_GBK", "Times New Roman")
_END = "<o:p></o:p>"
_EMPTY = (
    "<span lang=EN-US><o:p>&nbsp;</o:p></span>",
    "<span style='font-size:9.0pt'>&nbsp;</span>",
    "&nbsp;",
    "<o:p></o:p>",
)


def _pieces(text: str, rng: Random) -> list[str]:
    """A text cut at random; the pieces are one to four characters long."""
    pieces = []
    while text:
        size = rng.choice((1, 2, 2, 3, 4))
        pieces.append(text[:size])
        text = text[size:]
    return pieces


def _span(piece: str, rng: Random) -> str:
    font = rng.choice(_FONTS)
    line = "\n" if rng.random() < 0.2 else " "  # an exporter breaks its lines inside tags
    if piece.isascii():
        return f"<span lang=EN-US{line}style='font-size:10.5pt;font-family:\"{font}\"'>{escape(piece)}</span>"
    if rng.random() < 0.3:
        return f'<span style="font-family: {font};"><font face="{font}">{escape(piece)}</font></span>'
    return f"<span{line}style='font-family:{font};mso-bidi-font-weight:bold'>{escape(piece)}</span>"


def run(text: str, rng: Random) -> str:
    """A text in spans; numbers are cut as well, but no space gets between."""
    return "".join(_span(piece, rng) for piece in _pieces(text, rng))


def _paragraph(inner: str, rng: Random) -> str:
    kind = rng.choice(("class=MsoNormal align=center style='text-align:center'", "class=MsoNormal", 'align=""'))
    return f"<p {kind}>{inner}{rng.choice((_END, f'<span lang=EN-US>{_END}</span>', ''))}</p>"


def cell_content(text: str, label: bool, rng: Random) -> str:
    """What stands in a cell: a long label may go over two paragraphs or lines, empty ones may stand beside it."""
    if not text:
        return _paragraph(rng.choice(_EMPTY), rng)
    if label and len(text) > 6 and rng.random() < 0.4:
        at = rng.randrange(3, len(text) - 2)
        if not re.search(r"[0-9.]$", text[:at]):
            if rng.random() < 0.5:
                return _paragraph(run(text[:at], rng), rng) + "\n" + _paragraph(run(text[at:], rng), rng)
            return _paragraph(f"{run(text[:at], rng)}<br>\n{run(text[at:], rng)}", rng)
    inner = run(text, rng)
    if label and rng.random() < 0.1:
        inner = f"<span lang=EN-US>&nbsp;&nbsp;</span>{inner}"
    made = _paragraph(inner, rng)
    return made + _paragraph(_EMPTY[0], rng) if rng.random() < 0.1 else made


def _cell(block: Block, at: Placed, rng: Random) -> str:
    size = rng.choice(("width=46", f"width={rng.randrange(30, 200)} valign=top", 'width="46" valign="center"'))
    spans = "".join(
        f" {name}={value}" for name, value in (("colspan", at.cell.across), ("rowspan", at.cell.down)) if value > 1
    )
    style = "style='width:34.5pt;border:solid windowtext 1.0pt;padding:0cm 5.4pt 0cm 5.4pt'"
    return f"  <td {size}{spans} {style}>\n  {cell_content(at.cell.text, is_label(block, at), rng)}\n  </td>\n"


def word_table(block: Block, rng: Random) -> str:
    """A table as exported; some end in the row of empty cells that sets the columns' widths."""
    lines = []
    for r, row in enumerate(placed(block.rows)):
        cells = "".join(_cell(block, at, rng) for at in row)
        lines.append(f" <tr style='mso-yfti-irow:{r};height:20.0pt'>\n{cells} </tr>\n")
    if rng.random() < 0.25:
        empty = "".join("  <td width=46 style='border:none'></td>\n" for _ in range(width(block.rows)))
        lines.append(f" <![if !supportMisalignedColumns]>\n <tr height=0>\n{empty} </tr>\n <![endif]>\n")
    return f"<table class=MsoNormalTable border=1 cellspacing=0 cellpadding=0 width=560>\n{''.join(lines)}</table>\n"


def word_block(block: Block, rng: Random) -> str:
    """A block as exported; headings are paragraphs in bold letters."""
    if block.kind == "table":
        return word_table(block, rng)
    inner = run(block.text, rng)
    if block.kind != "prose":
        inner = f"<b>{inner}</b>"
    if block.kind == "heading" and rng.random() < 0.3:
        inner = f'<a name="_Toc{rng.randrange(10**8)}">{inner}</a>'
    indent = "text-align:center" if block.kind == "title" else "text-indent:32.0pt"
    return f"<p class=MsoNormal style='{indent}'>{inner}<span lang=EN-US>{_END}</span></p>\n"


def word_page(form: Form, rng: Random, charset: str = "utf-8") -> str:
    """The whole page."""
    body = "\n".join(word_block(block, rng) for block in blocks(form, rng))
    empty = "<p class=MsoNormal><span lang=EN-US><o:p>&nbsp;</o:p></span></p>\n"
    text = f"{_HEAD.format(charset=charset)}{body}\n{empty}</div>\n<!--EndFragment-->\n</body>\n\n</html>\n"
    return _in_capitals(text) if rng.random() < 0.2 else text


def _in_capitals(text: str) -> str:
    """Tags as old browsers saved them."""
    tag = re.compile(r"(</?)(table|tr|td|p|span|b|br|font|body|div)\b", re.IGNORECASE)
    return tag.sub(lambda m: m[1] + m[2].upper(), text)


def word(form: Form, seed: int) -> bytes:
    """As exported by a word processor."""
    return word_page(form, Random(seed)).encode()
