"""Charts as they stand in a page: in the page's font, and without what nobody sees.

In a notebook a chart is alone and carries its font. A page carries one font for all its charts and its text.
"""

from __future__ import annotations

import re

from lxml import etree

_CHART = re.compile(r'<svg role="img" .*?</svg>', re.DOTALL)
_SVG = "{http://www.w3.org/2000/svg}"

# The whole is one image with one description; the parts are not announced, and nothing reacts to a pointer.
_UNSEEN = {"class", "role", "aria-hidden", "aria-roledescription", "aria-label", "pointer-events"}
# What an element has if nothing is said, or, for the family, from the page.
_DEFAULT = {"text-anchor": "start", "opacity": "1", "transform": "translate(0,0)"}
_LONG = re.compile(r"\d+\.\d{3,}(?:e-?\d+)?")


def lean(page: str) -> str:
    """A piece of page with its charts made lean; the rest of it stays as it is."""
    return _CHART.sub(lambda found: _lean(found[0]), page)


def _lean(svg: str) -> str:
    root = etree.fromstring(svg)
    for style in root.findall(f"{_SVG}style"):
        root.remove(style)
    for element in list(root.iter()):
        _strip(element, element is root)
    for group in list(root.iter(f"{_SVG}g")):
        _share(group)
    for group in list(root.iter(f"{_SVG}g")):
        _unwrap(group)
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="unicode")


def _strip(element: etree._Element, is_root: bool) -> None:
    """Take out a path that shows nothing, and the attributes that say nothing."""
    shape = element.get("d", "")
    empty = element.get("display") == "none" or re.fullmatch(r"M[\d.,-]+h0v0h0Z|", shape)
    bare = element.get("class") == "background" and not {"fill", "stroke"} & set(element.attrib)
    if element.tag == f"{_SVG}path" and (empty or bare):
        element.getparent().remove(element)  # type: ignore[union-attr]
        return
    for name, value in element.attrib.items():
        if (name in _UNSEEN and not is_root) or name == "font-family" or _DEFAULT.get(name) == value:
            del element.attrib[name]
        elif name in {"d", "transform"}:
            element.set(name, _LONG.sub(lambda n: f"{float(n[0]):.2f}".rstrip("0").rstrip("."), value))


def _share(group: etree._Element) -> None:
    """Say once, on the group, what all its texts or shapes say."""
    children = list(group)
    if len(children) < 2 or len({c.tag for c in children}) > 1 or children[0].tag == f"{_SVG}g":
        return
    for name in ("font-size", "font-weight", "text-anchor", "fill"):
        values = {child.get(name) for child in children}
        if len(values) == 1 and None not in values and name not in group.attrib:
            group.set(name, values.pop())  # type: ignore[arg-type]
            for child in children:
                del child.attrib[name]


def _unwrap(group: etree._Element) -> None:
    """Put the children of a group that says nothing in its place."""
    if group.attrib or group.text:
        return
    parent = group.getparent()
    if parent is not None:
        at = parent.index(group)
        parent[at : at + 1] = list(group)
