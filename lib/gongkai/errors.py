"""The errors a user can meet; each message names the file, what was found and what to do."""

from __future__ import annotations

from collections.abc import Iterable


class GongkaiError(Exception):
    """Anything gongkai itself refuses to do."""


class UnreadableFile(GongkaiError):
    """A file that is set aside: `file`, and the reason with its remedy in Chinese and English."""

    def __init__(self, file: str, zh: str, en: str) -> None:
        super().__init__(f"{file}: {en} {zh}")
        self.file = file
        self.zh = zh
        self.en = en


def choose(name: str, given: Iterable[object], choices: Iterable[object]) -> None:
    """Raise GongkaiError, listing the choices, where something given is not among them."""
    known = list(dict.fromkeys(choices))
    unknown = [g for g in given if g not in known]
    if unknown:
        listed = ", ".join(str(k) for k in known)
        raise GongkaiError(f"unknown {name} {', '.join(repr(u) for u in unknown)}. Choices: {listed}")
