"""Paragraphs as compact text with the way back to what is printed; sentences; what is no figure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gongkai.claims.vocabulary import pattern

_NAMES = re.compile(r"《[^》]{0,200}》|〈[^〉]{0,80}〉|“[^”]{0,80}”")
# What is longer is no sentence, and every figure in it would repeat it.
_LONGEST = 2000
_SENTENCE = re.compile(r"[^。；！？]*[。；！？]?")
# One character for one, so that the way back to the print stays: digits and letters as ASCII, marks as Chinese.
_PLAIN = str.maketrans(
    {0xFF01 + i: chr(0x21 + i) for i in range(94) if chr(0x21 + i).isalnum() or chr(0x21 + i) in "%.+-"}
    | dict(zip(map(ord, ",;:()!?"), "，；：（）！？", strict=True))
    | dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD, 0xA0, 0x3000], " ")
)
_THOUSANDS = re.compile(r"(?<=\d)，(?=\d{3}(?!\d))")


@dataclass(frozen=True)
class Sentence:
    """A sentence: blanks removed and full width made plain (`text`), and as printed from `start` of its paragraph on.

    Hidden are what holds digits and counts nothing (`bare`), or names alone (`named`).
    """

    text: str
    bare: str
    named: str
    start: int
    printed: str
    at: Sequence[int]

    def shown(self, start: int, end: int) -> str:
        """What is printed of `text[start:end]`."""
        return self.printed[self.at[start] : self.at[end - 1] + 1]


def _hidden(found: re.Match[str]) -> str:
    return "□" * len(found.group())


def sentences(paragraph: str) -> Iterator[Sentence]:
    """The sentences of a paragraph, each with the places of its characters in print."""
    wide = _THOUSANDS.sub(",", paragraph.translate(_PLAIN))
    start = 0
    while start < len(wide):
        found = _SENTENCE.match(wide, start, start + _LONGEST)
        end = max(found.end() if found else start, start + 1)
        if end - start == _LONGEST:
            end = wide.rfind("，", start, start + _LONGEST) + 1 or start + _LONGEST
        part = wide[start:end]
        text = "".join(part.split())
        at = range(len(part)) if len(text) == len(part) else [k for k, c in enumerate(part) if not c.isspace()]
        if text:
            bare = pattern("no_figure").sub(_hidden, text)
            yield Sentence(text, bare, _NAMES.sub(_hidden, text), start, paragraph[start:end], at)
        start = end
