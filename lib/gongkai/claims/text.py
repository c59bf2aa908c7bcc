"""Paragraphs as compact text with the way back to what is printed; sentences; what is no figure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Names, addresses, dates and ordinals hold digits that count nothing.
_NO_FIGURES = re.compile(
    r"《[^》]{0,200}》|〈[^〉]{0,80}〉|“[^”]{0,80}”|https?：//[!-~：]+|www\.[!-~]+|[A-Za-z0-9._-]{1,40}@[A-Za-z0-9.-]{1,60}"
    r"|[〔\[][12]\d{3}[〕\]](?:第?\d+号)?|第[\d一二三四五六七八九十百]+[条项章款次届批期号届卷版页部]"
    r"|[12]\d{3}[-—–至~][12]\d{3}年度?|[12]\d{3}年度?(?:\d{1,2}月(?:\d{1,2}[日号])?)?|\d{1,2}月(?:\d{1,2}[日号])?|\d{1,2}[日号](?!召)"
    r"|[（(][一二三四五六七八九十\d]{1,3}[)）]|[A-Za-z]\d+|\d{3,4}-\d{6,8}|\d{7,}(?!件|条|次|元|人|万)|\d{1,2}：\d{2}"
    r"|(?:^|(?<=[。；;：:，,]))[一二三四五六七八九十]{1,2}是|(?:^|(?<=。))[\d一二三四五六七八九十]{1,2}[、.．](?!\d)|[一两]方面|一次性|一体|一站式"
    r"|[一二三四五六七八九十]{1,3}个(?:方面|坚持|注重)|三安全一稳定|双随机|五公开|三审三校|一网通办|一件事|一号|一条龙|十九大|二十大"
)
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
    """A sentence: blanks removed and full width made plain (`text`), names hidden too (`bare`), and as printed."""

    text: str
    bare: str
    printed: str
    at: tuple[int, ...]

    def shown(self, start: int, end: int) -> str:
        """What is printed of `text[start:end]`."""
        return self.printed[self.at[start] : self.at[end - 1] + 1]


def sentences(paragraph: str) -> Iterator[Sentence]:
    """The sentences of a paragraph, each with the places of its characters in print."""
    wide = _THOUSANDS.sub(",", paragraph.translate(_PLAIN))
    start = 0
    while start < len(wide):
        found = _SENTENCE.match(wide, start)
        end = max(found.end() if found else start, start + 1)
        at = tuple(k for k in range(end - start) if not wide[start + k].isspace())
        text = "".join(wide[start + k] for k in at)
        if text:
            bare = _NO_FIGURES.sub(lambda m: "□" * len(m.group()), text)
            yield Sentence(text, bare, paragraph[start:end], at)
        start = end
