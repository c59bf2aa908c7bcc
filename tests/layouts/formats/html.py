"""Web pages as a careful editor writes them, and as converters leave them."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from html import escape
from random import Random

from opencc import OpenCC

from layouts.model import Form, Grid, Printed
from layouts.render import rectangle

from .blocks import Block, Placed, blocks, is_label, placed

Writer = Callable[[Block, Random], str]  # one block as HTML


def spans(at: Placed) -> str:
    """rowspan and colspan, where they say something."""
    said = (("rowspan", at.cell.down), ("colspan", at.cell.across))
    return "".join(f' {name}="{size}"' for name, size in said if size > 1)


def clean_table(block: Block) -> str:
    """Right spans, `th` in the headers, one line a row."""

    def shown(at: Placed) -> str:
        tag = "th" if is_label(block, at) else "td"
        return f"<{tag}{spans(at)}>{escape(at.cell.text)}</{tag}>"

    rows = "\n".join(f"<tr>{''.join(map(shown, row))}</tr>" for row in placed(block.rows))
    return f'<table border="1">\n{rows}\n</table>'


def clean_block(block: Block, rng: Random) -> str:
    """A block with the tag that is meant for it."""
    if block.kind == "table":
        return clean_table(block)
    tag = {"title": "h1", "heading": "h2", "prose": "p"}[block.kind]
    return f"<{tag}>{escape(block.text)}</{tag}>"


def page(title: str, body: str, charset: str = "utf-8", head: str = "") -> str:
    """A whole page around the report."""
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="{charset}">\n<title>{escape(title)}</title>\n'
        f"{head}</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _written(form: Form, rng: Random, write: Writer, charset: str = "utf-8") -> str:
    made = blocks(form, rng)
    return page(made[0].text, "\n".join(write(block, rng) for block in made), charset)


def clean(form: Form, seed: int) -> bytes:
    """h1, h2, p and tables with right spans."""
    return _written(form, Random(seed), clean_block).encode()


def pandas_table(rows: Grid, numbered: bool = False) -> str:
    """As DataFrame.to_html writes it: merged cells repeated; `numbered` has its index and its numbers of columns."""
    full = rectangle(rows, repeat=True)
    if not numbered:
        lines = [f"    <tr>\n{_cells(row)}    </tr>\n" for row in full]
        head = ""
    else:
        columns = "".join(f"      <th>{c}</th>\n" for c in range(len(full[0])))
        head = f'  <thead>\n    <tr style="text-align: right;">\n      <th></th>\n{columns}    </tr>\n  </thead>\n'
        lines = [f"    <tr>\n      <th>{r}</th>\n{_cells(row)}    </tr>\n" for r, row in enumerate(full)]
    return f'<table border="1" class="dataframe">\n{head}  <tbody>\n{"".join(lines)}  </tbody>\n</table>'


def _cells(row: list[str]) -> str:
    return "".join(f"      <td>{escape(text)}</td>\n" for text in row)


def pandas_page(form: Form, seed: int, numbered: bool = False) -> bytes:
    """Merged cells repeated over all they cover, no spans."""

    def write(block: Block, rng: Random) -> str:
        return pandas_table(block.rows, numbered) if block.kind == "table" else clean_block(block, rng)

    return _written(form, Random(seed), write).encode()


def chinese_bytes(text: str) -> bytes:
    """As Windows saves it: GBK, and GB 18030 for what that lacks."""
    return text.encode("gb18030")


def gbk(form: Form, seed: int) -> bytes:
    """A clean page, or one from a word processor, in GBK; it says gb2312."""
    from .html_word import word_page

    if Random(f"gbk {seed}").random() < 0.5:
        return chinese_bytes(_written(form, Random(seed), clean_block, "gb2312"))
    return chinese_bytes(word_page(form, Random(seed), "gb2312"))


@cache
def _converter() -> OpenCC:
    return OpenCC("s2t")


def _to_traditional(text: str, seed: int) -> str:
    """Traditional characters; on every other seed with words that converters exchange too."""
    made = _converter().convert(text)
    return made if seed % 2 else made.replace("文件", "檔案").replace("信息", "資訊")


def traditional(form: Form, seed: int) -> bytes:
    """A clean page in traditional characters."""
    return _to_traditional(_written(form, Random(seed), clean_block), seed).encode()


def traditional_form(form: Form, seed: int) -> Form:
    """The form as that page shows it: the agency's name and the words in its cells are traditional."""

    def converted(cell: Printed) -> Printed:
        return replace(cell, text=_to_traditional(cell.text, seed))

    cells = {key: converted(cell) for key, cell in form.cells.items()}
    return replace(form, agency=_to_traditional(form.agency, seed), cells=cells)
