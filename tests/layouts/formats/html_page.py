"""A government page around the report: navigation, metadata, layout tables, links to other years, hidden cells."""

from html import escape
from random import Random

from layouts.model import Form

from .blocks import Block, blocks, cut, header_rows, width
from .html import clean_block, page
from .html_word import word_block


def _around(form: Form, title: str, rng: Random) -> dict[str, str]:
    """What the page says beside the report."""
    name = "政府信息公开工作年度报告"
    number = rng.randrange(10**8, 10**9)
    day = f"{form.year + 1}-0{rng.randrange(1, 4)}-{rng.randrange(10, 28)}"
    others = [f"{form.agency}{year}年{name}" for year in (form.year - 2, form.year - 1, form.year + 1)]
    return {"title": title, "agency": form.agency, "day": day, "number": f"{number}/{form.year + 1}-00012"} | dict(
        zip(("older", "previous", "next"), others, strict=True)
    )


def _head(said: dict[str, str]) -> str:
    metas = (
        ("SiteName", "砚泽县人民政府门户网站"),
        ("ArticleTitle", said["title"]),
        ("PubDate", f"{said['day']} 09:12"),
        ("ContentSource", said["agency"]),
        ("ColumnName", "政府信息公开年报"),
    )
    lines = "".join(f'<meta name="{name}" content="{escape(content)}">\n' for name, content in metas)
    return (
        f"{lines}<style>.nav li{{float:left}} td.key{{width:90px}}</style>\n"
        "<script>var count = 17; if (count < 20) { window.status = '<td>77</td>'; }</script>\n"
    )


def _navigation(said: dict[str, str]) -> str:
    names = ("首页", "政务公开", "政民互动", said["older"], said["previous"])
    links = "".join(f'<li><a href="/list/{n}.html">{escape(name)}</a></li>' for n, name in enumerate(names))
    return f'<div class="nav"><ul>{links}</ul></div>\n<div>当前位置：首页 &gt; 政务公开 &gt; 政府信息公开年报</div>'


def _metadata(said: dict[str, str]) -> str:
    pairs = (("索引号", said["number"]), ("发布机构", said["agency"]), ("公开日期", said["day"]), ("文号", ""))
    cells = [f'<td class="key">{key}：</td><td>{escape(value)}</td>' for key, value in pairs]
    return f'<table class="meta"><tr>{cells[0]}{cells[1]}</tr>\n<tr>{cells[2]}{cells[3]}</tr></table>'


def _footer(said: dict[str, str]) -> str:
    return (
        f'<div class="turn">上一篇：<a href="t1.html">{escape(said["previous"])}</a><br>\n'
        f'下一篇：<a href="t2.html">{escape(said["next"])}</a></div>\n'
        f'<div class="foot">主办单位：{escape(said["agency"])}&nbsp;&nbsp;浏览次数：<span id="hits">1308</span>'
        f' 备案号00000000号 <a href="t3.html">{escape(said["older"])}</a></div>\n'
        '<script>document.write("<table><tr><td>77</td></tr></table>");</script>'
    )


def split(block: Block, rng: Random) -> list[Block]:
    """One table as two, with its header repeated or not; a merged label cut through is repeated or left out."""
    rows = block.rows
    if block.table == "applications":
        at, head = rng.randrange(5, len(rows) - 1), rows[:3]
    elif block.table == "proactive":
        starts = [r for r in sorted(header_rows(block)) if r and rows[r][0].across == width(rows)]
        at, head = rng.choice(starts), []
    else:
        return [block]
    first, second = cut(rows, at, rng)
    if rng.random() < 0.5:
        second = [*head, *second]
    return [block._replace(rows=first), block._replace(rows=second)]


def _with_hidden_cells(table: str, rng: Random) -> str:
    """A cell that no browser shows, at an end of some rows."""
    return "</tr>".join(_with_hidden(row, rng) if "<tr" in row else row for row in table.split("</tr>"))


def _with_hidden(row: str, rng: Random) -> str:
    if rng.random() > 0.2:
        return row
    at = rng.choice((row.index(">", row.rindex("<tr")) + 1, len(row)))
    hidden = rng.choice(('<td style="display:none">9</td>', '<td style="DISPLAY: none" width="0">旧</td>'))
    return row[:at] + hidden + row[at:]


def _report(made: list[Block], rng: Random) -> str:
    write = rng.choice((clean_block, word_block))
    to_split = rng.choice(("applications", "proactive", ""))
    parts = []
    for block in made:
        if block.kind != "table":
            parts.append(write(block, rng))
            continue
        for piece in split(block, rng) if block.table == to_split else [block]:
            table = write(piece, rng)
            parts.append(_with_hidden_cells(table, rng) if rng.random() < 0.5 else table)
    return "\n".join(parts)


def government(form: Form, seed: int) -> bytes:
    """A whole page of a government's site."""
    rng = Random(seed)
    made = blocks(form, rng)
    said = _around(form, made[0].text, rng)
    report = f'<div id="zoom">\n{_report(made, rng)}\n</div>'
    for _ in range(rng.randrange(3)):
        report = (
            f'<table width="100%" cellspacing="0"><tr><td width="12"></td><td valign="top">{report}</td></tr></table>'
        )
    layout = (
        f'<table width="1000" align="center"><tr><td>{_metadata(said)}</td></tr>\n<tr><td>{report}</td></tr></table>'
    )
    body = f"{_navigation(said)}\n{layout}\n{_footer(said)}"
    return page(f"{said['title']}_砚泽县人民政府", body, head=_head(said)).encode()
