"""The styles of a Word file and its automatic numbers, which are not in the text (ECMA-376, 17.9)."""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml.etree import _Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OFF = {"0", "false", "off"}
_LEVELS = 9


def w(name: str) -> str:
    """The full name of an element or attribute of WordprocessingML."""
    return _W + name


_VAL, _VANISH = w("val"), w("vanish")


def child(parent: _Element, name: str) -> _Element | None:
    """The first child of a name, found twice as fast as by `find`, which takes paths."""
    return next(parent.iterchildren(name), None)


def value(properties: _Element | None, name: str, default: str | None = None) -> str | None:
    """The value of a property, `default` if it is there without one, None if it is not there."""
    found = child(properties, _W + name) if properties is not None else None
    return None if found is None else found.get(_VAL) or default


def is_on(properties: _Element | None, name: str) -> bool:
    """Whether a property is set."""
    return value(properties, name, "1") not in {None, *_OFF}


# -- numbers as words ------------------------------------------------------------------------------


def _grouped(n: int, digits: str, units: str, bare: str = "tens") -> str:
    """A number below 10000 in words; `bare`: where a one is left out: never, before leading `tens` (十), or always."""
    text = ""
    for place, digit in zip(range(3, -1, -1), map(int, f"{n:04}"), strict=True):
        if digit:
            left_out = digit == 1 and place > 0 and (bare == "always" or (bare == "tens" and place == 1 and not text))
            text += ("" if left_out else digits[digit]) + (units[place - 1] if place else "")
        elif text and not text.endswith(digits[0]) and n % 10**place:
            text += digits[0]
    return text or digits[0]


_ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL")),
    *((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)


def _roman(n: int) -> str:
    text = ""
    for size, letters in _ROMAN:
        text += letters * (n // size)
        n %= size
    return text


def _letters(n: int) -> str:
    return chr(65 + (n - 1) % 26) * ((n - 1) // 26 + 1) if n else ""


def _from(first: str, most: int) -> Callable[[int], str]:
    """Characters that stand in a row in Unicode from `first`; above `most` plain digits, as Word has it."""
    return lambda n: chr(ord(first) + n - 1) if 0 < n <= most else str(n)


def _of(characters: str) -> Callable[[int], str]:
    return lambda n: characters[(n - 1) % len(characters)] if n else ""


def _digits(digits: str) -> Callable[[int], str]:
    return lambda n: "".join(digits[int(d)] for d in str(n))


def _counting(n: int) -> str:
    return _grouped(n, "〇一二三四五六七八九" if n < 100 else "零一二三四五六七八九", "十百千")


_FORMATS: dict[str, Callable[[int], str]] = {
    "decimalZero": lambda n: f"{n:02}",
    "upperRoman": _roman,
    "lowerRoman": lambda n: _roman(n).lower(),
    "upperLetter": _letters,
    "lowerLetter": lambda n: _letters(n).lower(),
    "decimalFullWidth": _digits("０１２３４５６７８９"),
    "decimalFullWidth2": _digits("０１２３４５６７８９"),
    "decimalEnclosedCircle": _from("①", 20),
    "decimalEnclosedCircleChinese": _from("①", 20),
    "decimalEnclosedParen": _from("⑴", 20),
    "decimalEnclosedFullstop": _from("⒈", 20),
    "ideographEnclosedCircle": _from("㊀", 10),
    "ideographTraditional": _of("甲乙丙丁戊己庚辛壬癸"),
    "ideographZodiac": _of("子丑寅卯辰巳午未申酉戌亥"),
    "ideographDigital": _digits("〇一二三四五六七八九"),
    "japaneseDigitalTenThousand": _digits("〇一二三四五六七八九"),
    "taiwaneseDigital": _digits("○一二三四五六七八九"),
    "chineseCounting": _counting,
    "chineseCountingThousand": _counting,
    "taiwaneseCounting": _counting,
    "taiwaneseCountingThousand": _counting,
    "japaneseCounting": lambda n: _grouped(n, "〇一二三四五六七八九", "十百千", "always").replace("〇", "") or "〇",
    "chineseLegalSimplified": lambda n: _grouped(n, "零壹贰叁肆伍陆柒捌玖", "拾佰仟", "never"),
    "ideographLegalTraditional": lambda n: _grouped(n, "零壹貳參肆伍陸柒捌玖", "拾佰仟", "never"),
    "none": lambda _: "",
}


def number_text(n: int, form: str | None) -> str:
    """A number in one of Word's number formats; in digits where the format is not known."""
    return _FORMATS.get(form or "decimal", str)(n) if 0 <= n < 10_000 else str(n)


# -- styles and lists ------------------------------------------------------------------------------


class Styles:
    """What the styles of a file say of paragraphs and runs that use them."""

    def __init__(self, root: _Element | None) -> None:
        styles = root.findall(w("style")) if root is not None else []
        self._by_id = {style.get(w("styleId")) or "": style for style in styles}
        self._titles = {i for i, style in self._by_id.items() if (value(style, "name") or "").lower() == "title"}
        self._default = next(
            (
                s.get(w("styleId"))
                for s in styles
                if s.get(w("default")) in {"1", "true"} and s.get(w("type")) == "paragraph"
            ),
            None,
        )
        self._hidden = {i for i in self._by_id if self._vanishes(i)}
        self._lists = {i: self._numbered(i) for i in self._by_id}

    def chain(self, style: str | None) -> list[_Element]:
        """A style and those it is based on."""
        found: list[_Element] = []
        while style in self._by_id and self._by_id[style] not in found and len(found) < 20:
            found.append(self._by_id[style])
            style = value(found[-1], "basedOn")
        return found

    def _vanishes(self, style: str) -> bool:
        own = [s.find(w("rPr")) for s in self.chain(style)]
        said = [is_on(p, "vanish") for p in own if p is not None and p.find(w("vanish")) is not None]
        return bool(said) and said[0]

    def _numbered(self, style: str) -> tuple[str, int | None] | None:
        """(list, level) of a paragraph style; the level is None where only the list says it."""
        level: int | None = None
        for element in self.chain(style):
            properties = element.find(f"{w('pPr')}/{w('numPr')}")
            own = value(properties, "ilvl")
            level = int(own) if own and level is None else level
            if number := value(properties, "numId"):
                return number, level
        return None

    def is_title(self, properties: _Element | None) -> bool:
        return value(properties, "pStyle") in self._titles

    def hides(self, run: _Element, paragraph: str | None = None) -> bool:
        """Whether a run's own properties, its style or its paragraph's style hide it."""
        if child(run, _VANISH) is not None:
            return is_on(run, "vanish")
        return bool(self._hidden) and (value(run, "rStyle") in self._hidden or paragraph in self._hidden)

    def numbered(self, properties: _Element) -> tuple[str, int | None, str | None] | None:
        """(list, level, style) of a paragraph by its style."""
        style = value(properties, "pStyle") or self._default
        found = self._lists.get(style or "")
        return (*found, style) if found else None

    def list_of(self, style: str) -> str | None:
        found = self._lists.get(style)
        return found[0] if found else None


class Numbering:
    """The lists of a file, counting as it is read."""

    def __init__(self, root: _Element | None, styles: Styles) -> None:
        self._styles = styles
        empty: list[_Element] = []
        self._abstract = {
            a.get(w("abstractNumId")): a for a in (root.findall(w("abstractNum")) if root is not None else empty)
        }
        self._lists = {n.get(w("numId")): n for n in (root.findall(w("num")) if root is not None else empty)}
        self._levels: dict[str, tuple[str, list[_Element | None], dict[int, int]]] = {}
        self._counts: dict[str, list[int | None]] = {}
        self._begun: set[tuple[str, int]] = set()

    def _resolved(self, number: str) -> tuple[str, list[_Element | None], dict[int, int]]:
        """(what it counts with, its levels, the levels at which it starts anew) of a list."""
        if number not in self._levels:
            element, base = self._lists.get(number), ""
            seen: set[str] = set()
            while element is not None and base not in seen:
                seen.add(base)
                base = value(element, "abstractNumId") or ""
                linked = value(self._abstract.get(base), "numStyleLink")
                if linked is None:
                    break
                element = self._lists.get(self._styles.list_of(linked))
            levels: list[_Element | None] = [None] * _LEVELS
            starts: dict[int, int] = {}
            overrides = self._lists[number].findall(w("lvlOverride")) if number in self._lists else []
            own = self._abstract.get(base)
            for holder in [*([own] if own is not None else []), *overrides]:
                for level in holder.findall(w("lvl")):
                    if (k := int(level.get(w("ilvl")) or 0)) < _LEVELS:
                        levels[k] = level
                if start := value(holder, "startOverride"):
                    starts[int(holder.get(w("ilvl")) or 0)] = int(start)
            self._levels[number] = base, levels, starts
        return self._levels[number]

    def _of(self, properties: _Element) -> tuple[str, int] | None:
        """(list, level) of a paragraph."""
        own = properties.find(w("numPr"))
        number, level = value(own, "numId"), value(own, "ilvl")
        by_style = self._styles.numbered(properties)
        if number is None and by_style is None:
            return None
        if number is None and by_style is not None:
            number, inherited, style = by_style
            if level is None and inherited is None:
                levels = self._resolved(number)[1]
                inherited = next((k for k, e in enumerate(levels) if value(e, "pStyle") == style), 0)
            level = level or str(inherited or 0)
        return (number, min(int(level or 0), _LEVELS - 1)) if number not in {None, "0"} else None

    def label(self, properties: _Element) -> str:
        """The number printed before a paragraph, "" if there is none; counts on."""
        if not self._lists or (found := self._of(properties)) is None:
            return ""
        number, at = found
        base, levels, starts = self._resolved(number)
        level = levels[at]
        if level is None:
            return ""
        counts = self._counts.setdefault(base, [None] * _LEVELS)
        first = [int(value(e, "start") or 1) if e is not None else 1 for e in levels]
        if at in starts and (number, at) not in self._begun:
            counts[at] = starts[at]
        else:
            before = counts[at]
            counts[at] = first[at] if before is None else before + 1
        self._begun.add((number, at))
        for k in range(at + 1, _LEVELS):
            restart = value(levels[k], "lvlRestart")
            if restart is None or at < int(restart):
                counts[k] = None
        legal = is_on(level, "isLgl")
        if _form(level) == "bullet":
            return ""

        def shown(match: re.Match[str]) -> str:
            k = int(match[1]) - 1
            n = counts[k]
            form = "decimal" if legal and k < at else _form(levels[k])
            return number_text(first[k] if n is None else n, form)

        return re.sub(r"%([1-9])", shown, value(level, "lvlText") or "")


def _form(level: _Element | None) -> str | None:
    """The number format of a level; a newer Word may wrap it in a choice."""
    found = next(level.iter(w("numFmt")), None) if level is not None else None
    return found.get(_VAL) if found is not None else None
