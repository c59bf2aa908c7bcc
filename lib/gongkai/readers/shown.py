"""A web page as a tree of what a browser shows of it: decoded, nothing hidden, lines marked."""

from __future__ import annotations

import re

from lxml import etree

from gongkai.errors import UnreadableFile
from gongkai.readers.encoding import decode

Element = etree._Element

_INVISIBLE = ("script", "style", "noscript", "template", "select", "object", "svg", "iframe", "button")
# Elements that begin and end a line (HTML Living Standard, 15.3); unknown ones are inline.
_BLOCKS = (
    "address", "article", "aside", "blockquote", "br", "caption", "center", "dd", "details", "dir", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "legend", "li", "main", "menu", "nav", "ol", "option", "p", "pre", "section", "summary", "ul",
)  # fmt: skip
_HIDING_WORDS = (b"display", b"visibility", b"mso-hide", b"hidden")
_MAY_HIDE = etree.XPath("//*[@hidden or @class or @style]")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_HIDING_CLASS = re.compile(r"\.([\w-]+)\s*\{[^{}]*display\s*:\s*none", re.IGNORECASE)
# Text that is raised, struck out or turned round is no number like the others; its marks keep it apart.
_MARKS = {"sup": "^", "sub": "_", "del": "~", "s": "~", "strike": "~", "bdo": "↔"}
# libxml2 compares each attribute of a tag with all others.
_MOST_ATTRIBUTES, _LONG = 20_000, 40_000
# Where a line ends; no other white space of HTML does.
BREAK = "\u2028"


def tree(data: bytes, source: str) -> tuple[Element, str]:
    content, encoding = decode(data, source)
    if any(len(part.partition(b">")[0].split()) > _MOST_ATTRIBUTES for part in data.split(b"<") if len(part) > _LONG):
        raise UnreadableFile(
            source,
            "网页里有一个标签带了过多属性，可能是恶意文件。请在浏览器中打开，另存正文后再读。",
            "a tag of this page has more attributes than any page needs. "
            "Open it in a browser and save the report alone.",
        )
    body = data if encoding == "utf-8" else content.encode("utf-8", "replace")
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    root = etree.fromstring(body.replace(b"\0", b""), parser)
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise UnreadableFile(
            source,
            "网页标签嵌套过深，可能是恶意文件或下载不完整。请在浏览器中打开，另存正文后再读。",
            "the page's elements are nested too deep to be read. Open it in a browser and save the report alone.",
        )
    if root is None:
        raise UnreadableFile(
            source, "网页里没有内容。请重新下载。", "there is nothing on this page. Download it again."
        )
    return root, encoding


def _remove(element: Element) -> None:
    """Take an element out and leave the text behind it."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if element.tail:
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _is_hidden(element: Element, classes: set[str]) -> bool:
    named = classes.intersection((element.get("class") or "").split()) if classes else False
    return bool(named) or element.get("hidden") is not None or bool(_HIDDEN.search(element.get("style") or ""))


def strip_hidden(root: Element, data: bytes) -> None:
    """Take out what the page does not show; a cell that is hidden leaves its place to the next, as in a browser.

    `visibility: hidden` keeps its place: such an element is emptied.
    """
    lower = data.lower()
    if any(word in lower for word in _HIDING_WORDS):
        styles = "".join("".join(style.itertext()) for style in root.iter("style"))
        classes = set(_HIDING_CLASS.findall(styles))
        for element in [e for e in _MAY_HIDE(root) if _is_hidden(e, classes)]:
            if "visibility" in (element.get("style") or "").lower():
                tail = element.tail
                element.clear()
                element.tail = tail
            else:
                _remove(element)
    etree.strip_elements(root, *_INVISIBLE, with_tail=False)


def mark_lines(root: Element, nested: bool) -> None:
    """Write into the text what only its look says: where a line ends, what is raised or typed into a field.

    A footnote mark that is raised would else be one more digit of its number.
    """
    for element in root.iter("input", *_MARKS):
        if element.tag == "input":
            shown = (element.get("type") or "text").lower() in {"text", "number"}
            element.tail = BREAK + ((element.get("value") or "") if shown else "") + BREAK + (element.tail or "")
        elif "".join(element.itertext()).strip():
            mark = _MARKS[str(element.tag)]
            element.text, element.tail = mark + (element.text or ""), mark + (element.tail or "")
    for element in root.iter(*_BLOCKS, *(("td", "th") if nested else ())):
        element.text = BREAK + (element.text or "")
        if (tail := element.tail) and not tail.isspace():
            element.tail = BREAK + tail
