"""An invented report as text, in the layouts in which annual reports are met.

A layout is a function `(form, table, rng) -> str` for one table; `render` puts title, headings and prose around it.
`rng` chooses what real reports vary (where a page breaks, which header row holds 总计, how a heading is worded), so
that one form under one seed is one text.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from .model import TABLES, Form, Grid, as_in_word, grid, once, rectangle


@dataclass(frozen=True)
class Layout:
    """A way of printing. The three flags say what a right reader can find in the text alone."""

    name: str
    table: Callable[[Form, str, Random], str]
    lossless: bool  # the text determines every cell, blanks included
    blanks: bool  # an empty cell leaves a trace, though its place may be unclear
    readable: bool  # the text determines every cell if no cell of the form is empty
    marked: bool = False  # headings carry # marks
    gap: str = "\n\n"  # between title, paragraphs, headings and tables

    @property
    def description(self) -> str:
        """The first line of the function's docstring."""
        return (inspect.getdoc(self.table) or "").split("\n")[0]


LAYOUTS: dict[str, Layout] = {}


def _layout(*, lossless: bool, blanks: bool, readable: bool = True, **more) -> Callable:
    def register(function: Callable[[Form, str, Random], str]) -> Callable[[Form, str, Random], str]:
        name = function.__name__
        LAYOUTS[name] = Layout(name, function, lossless, blanks, readable, **more)
        return function

    return register


@_layout(lossless=True, blanks=True)
def tabs_full(form: Form, table: str, rng: Random) -> str:
    """Tabs, rectangular, merged cells left as empty fields. Loses nothing."""
    return "\n".join("\t".join(row) for row in rectangle(grid(form, table, rng)))


@_layout(lossless=True, blanks=True)
def tabs_stripped(form: Form, table: str, rng: Random) -> str:
    """As tabs_full, without white space at line ends. Loses nothing: rows are counted from the left.

    The one exception is a table four in which all fifteen cells are empty; the strategies make none.
    """
    return "\n".join(line.rstrip() for line in tabs_full(form, table, rng).split("\n"))


# how a narrow column breaks its words in print
_SPACED = {
    "自然人": "自 然 人",
    "商业企业": "商业 企业",
    "科研机构": "科研 机构",
    "社会公益组织": "社会公 益组织",
    "法律服务机构": "法律服 务机构",
    "结果维持": "结果 维持",
    "结果纠正": "结果 纠正",
    "其他结果": "其他 结果",
    "尚未审结": "尚 未 审 结",
    "三、本年度办理结果": "三、 本 年 度 办 理 结 果",
    "（三）不予公开": "（三） 不 予 公 开",
}


@_layout(lossless=False, blanks=True)
def tabs_lost(form: Form, table: str, rng: Random) -> str:
    """Tabs, merged cells lost: labels shift left, rows are padded. Loses where an empty cell at a row's edge belongs.

    Behind a page break the rows of table three begin at column 0; how far their values shift is a matter of luck.
    """
    drawn = grid(form, table, rng)
    if table == "proactive":
        width = sum(cell.across for cell in drawn[0])
        lines = [(row + [""] * width)[:width] for row in as_in_word(drawn)]
    elif table == "applications":
        lines = _shifted(drawn, rng)
    else:
        lines = rectangle(drawn)
    if rng.random() < 0.5:
        lines = [[_SPACED.get(text, text) for text in row] for row in lines]
    return "\n".join("\t".join(row) for row in lines)


def _shifted(drawn: Grid, rng: Random) -> list[list[str]]:
    """Table three without its merged label columns; every row is padded to the ten columns of the whole table."""
    lines = rectangle(drawn)
    if rng.random() < 0.5:
        lines[0][-1], lines[1][-1] = lines[1][-1], ""  # 总计 in the first header row
    first, last = 5, len(lines) - 1  # the rows of 三、本年度办理结果, the only ones that a page break harms
    broken = rng.randrange(first + 1, last + 1)  # `last` is no break at all
    shifted, begun = [], False
    for r, row in enumerate(lines):
        labels, values = row[:3], row[3:]
        if broken <= r < last:
            labels = labels[1:]
            begun = begun or labels[0] != ""
            # until a group begins on the new page nothing stands left of the row's own label; whether an empty field
            # stands right of it differs from row to row, even in one report
            if not (all(labels) or (begun and labels[1])):
                labels = [*filter(None, labels), *rng.choice(([], [""]))]
        elif not labels[2]:
            labels = labels[:2]
        shifted.append((labels + values + [""] * 3)[:10])
    return shifted


@_layout(lossless=True, blanks=True)
def cell_lines(form: Form, table: str, rng: Random) -> str:
    """A cell a line behind a tab, an empty line between rows, long headers over two lines. Loses nothing."""
    rows = as_in_word(grid(form, table, rng))
    text = "\n\n".join("\n".join("\t" + cell for cell in row) for row in rows)
    if rng.random() < 0.5:
        for word in ("本年新制作数量", "本年新公开数量", "现行有效件数"):
            text = text.replace(word, f"{word[:-4]}\n{word[-4:]}")
    return text


@_layout(lossless=False, blanks=False)
def paragraphs(form: Form, table: str, rng: Random) -> str:
    """A cell a paragraph. Loses empty cells without a trace, and where rows end."""
    return "\n\n".join(cell for row in once(grid(form, table, rng)) for cell in row if cell)


@_layout(lossless=False, blanks=False, gap="\n")
def lines(form: Form, table: str, rng: Random) -> str:
    """A cell a line. Loses empty cells without a trace, and where rows end."""
    return "\n".join(cell for row in once(grid(form, table, rng)) for cell in row if cell)


@_layout(lossless=True, blanks=True)
def pipes(form: Form, table: str, rng: Random) -> str:
    """Bars between cells, merged cells missing, an empty cell breaks the line. Loses nothing.

    An empty cell is a line end between two bars (`4|0|` and `|0|4` on the next line), and an empty last cell leaves a
    bar at the line's end and an empty line.
    """
    return "\n".join("|".join(cell or "\n" for cell in row) for row in once(grid(form, table, rng)))


@_layout(lossless=True, blanks=True)
def pipes_bordered(form: Form, table: str, rng: Random) -> str:
    """Bars around every cell, merged cells missing. Loses nothing: the values are the last cells of a row."""
    return "\n".join(f"|{'|'.join(row)}|" for row in once(grid(form, table, rng)))


def _markdown(rows: list[list[str]]) -> str:
    drawn = [f"| {' | '.join(row)} |" for row in rows]
    drawn.insert(1, "|" + "---|" * len(rows[0]))
    return "\n".join(drawn)


@_layout(lossless=True, blanks=True, marked=True)
def markdown(form: Form, table: str, rng: Random) -> str:
    """Markdown, merged cells repeated, values too. Loses nothing."""
    return _markdown(rectangle(grid(form, table, rng), repeat=True))


@_layout(lossless=True, blanks=True, marked=True)
def markdown_empty(form: Form, table: str, rng: Random) -> str:
    """Markdown, merged cells followed by empty ones. Loses nothing: the header row says which fields have a column."""
    return _markdown(rectangle(grid(form, table, rng)))


@_layout(lossless=False, blanks=False)
def spaces(form: Form, table: str, rng: Random) -> str:
    """A row a line, parted by single spaces as copied out of a PDF. Loses empty cells without a trace."""
    return "\n".join(" ".join(filter(None, row)) for row in once(grid(form, table, rng)))


@_layout(lossless=False, blanks=False, readable=False)
def run_together(form: Form, table: str, rng: Random) -> str:
    """A row a line, nothing between its cells. Loses where one number ends and the next begins."""
    return "\n".join("".join(row) for row in once(grid(form, table, rng)))


@_layout(lossless=False, blanks=False, readable=False)
def prose_only(form: Form, table: str, rng: Random) -> str:
    """No tables, a few totals in sentences. Loses almost every cell; those named are claims, not cells."""
    said = {
        "proactive": (
            ("licensing", "decisions", "行政许可方面作出处理决定{}件"),
            ("penalty", "decisions", "处罚类决定{}件"),
        ),
        "applications": (
            ("new", "total", "本年度收到公开申请{}件"),
            ("carried_in", "total", "上一年度留下{}件"),
            ("processed_total", "total", "办结{}件"),
            ("carried_out", "total", "留待下一年度{}件"),
        ),
        "disputes": (("reconsideration", "total", "因公开事项引起的复议案件{}件"),),
    }[table]
    values = [(form.cells[table, item, column].value, words) for item, column, words in said]
    sentence = "，".join(words.format(f"{value:.10g}") for value, words in values if value is not None)
    return f"{sentence}。" if sentence else "本节数据另行公布。"


_HEADINGS = (
    ("一、总体情况",),
    ("二、主动公开政府信息情况",),
    ("三、收到和处理政府信息公开申请情况",),
    ("四、政府信息公开行政复议、行政诉讼情况", "四、因政府信息公开工作被申请行政复议、提起行政诉讼情况"),
    (
        "五、存在的主要问题及改进情况",
        "五、政府信息公开工作存在的主要问题及改进情况",
        "五、存在的主要问题及整改措施",
    ),
    ("六、其他需要报告的事项",),
)
_OPENING = (
    "这一年，本单位照既定安排开展公开工作，各科室分工清楚，办理流程顺畅。全年组织业务学习3次，更新办事指南16篇。",
    "本单位把公开要求写进日常办文流程，由专人核对发布内容，栏目保持更新。全年解答来电41次。",
)
_LEADS = ("", "本节数据如下。")
_SHORTCOMINGS = (
    "目前的不足在于栏目分类不够细，个别页面不易查找。接下来将梳理栏目名称，补上检索入口。",
    "培训覆盖面还不够，新到岗人员不熟悉流程。接下来将编写操作手册，逐一辅导。",
)


def render(form: Form, layout: str | Layout, seed: int | str | Random = 0) -> str:
    """The whole report as text. The same form, layout and seed give the same text; lines end with \\n."""
    chosen = LAYOUTS[layout] if isinstance(layout, str) else layout
    rng = seed if isinstance(seed, Random) else Random(seed)
    title = f"{form.agency}{form.year}年政府信息公开工作年度报告"
    preface = f"现将公开工作情况报告如下，数据的统计期限为{form.year}年1月1日至{form.year}年12月31日。"
    closing = f"本年度没有其他事项需要说明。对本报告如有疑问，可与{form.agency}联系。"
    tables = [chosen.gap.join(filter(None, (rng.choice(_LEADS), chosen.table(form, table, rng)))) for table in TABLES]
    bodies = [rng.choice(_OPENING), *tables, rng.choice(_SHORTCOMINGS), closing]
    parts = [f"# {title}" if chosen.marked else title, preface]
    for wordings, body in zip(_HEADINGS, bodies, strict=True):
        mark = rng.choice(("## ", "### ", "#### ")) if chosen.marked else ""
        parts += [mark + rng.choice(wordings), body]
    return chosen.gap.join(parts) + "\n"
