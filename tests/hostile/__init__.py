"""Hostile files, made when they are asked for: name → bytes. All but a few hold an honest report as well."""

from __future__ import annotations

from collections.abc import Callable

from hostile import office, pages, papers, texts

FAMILIES: dict[str, Callable[[], dict[str, bytes]]] = {
    "text": texts.files,
    "page": pages.files,
    "office": office.files,
    "paper": papers.files,
}


def files() -> dict[str, bytes]:
    """All of them. The same name never stands twice."""
    made: dict[str, bytes] = {}
    for family in FAMILIES.values():
        found = family()
        assert not made.keys() & found.keys()
        made |= found
    return made
