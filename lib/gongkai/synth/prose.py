"""The prose of a report, section by section, from large pools: true of its figures, unlike its neighbours'."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from gongkai.synth.chance import heavy, pick
from gongkai.synth.model import Agency, Key, Said
from gongkai.synth.numbers import approximate, chinese
from gongkai.synth.requests import Talk, disputes, fee, requests
from gongkai.synth.wording import expand, functions, names, pool, say

_LEVELS = {"province": "省", "city": "市", "county": "县", "township": "镇"}
_UNITS = {"government": ("各部门", "各单位"), "department": ("相关科室", "各股室", "业务科室"), "office": ("各科室",)}


def _level_word(agency: Agency) -> str:
    """县, 区, 市, 乡 …, as the place's name ends."""
    return "街道" if agency.region.endswith("街道") else agency.region[-1:] or _LEVELS[agency.level]


def _words(rng: Random, agency: Agency, year: int) -> dict[str, str]:
    """The words for an agency and a year."""
    about = functions()[agency.function or "government"]
    word = _level_word(agency)
    above = {"province": "国务院", "city": "省政府", "county": "市政府", "township": "县政府"}[agency.level]
    owner = f"{word}政府" if agency.kind != "government" else above
    sites = (f"{agency.region}人民政府门户网站", f"{word}政府门户网站", f"{agency.region}政府网站", "政府信息公开平台")
    return {
        "self": rng.choice(about["self"]).replace("{level}", word),
        "name": agency.name,
        "place": agency.region,
        "Y": str(year),
        "P": str(year - 1),
        "N": str(year + 1),
        "when": rng.choice((f"{year}年", f"{year}年", "全年", f"{year}年度", "一年来")),
        "site": rng.choice(sites),
        "gov": owner,
        "unit": rng.choice(_UNITS[agency.kind]),
        "zero": "0",
    }


class Prose:
    """Writes the sections of one report. `said` holds what was stated, for those who plant errors."""

    def __init__(
        self, rng: Random, agency: Agency, year: int, figures: Mapping[Key, int], before: Mapping[Key, int]
    ) -> None:
        self.rng, self.agency, self.year = rng, agency, year
        self.words = _words(rng, agency, year)
        self.topics = list(functions()[agency.function or "government"]["topics"])
        self.numerals = rng.random() < 0.12
        self.talk = Talk(rng, figures, before, self.words, self.numerals)

    @property
    def said(self) -> dict[str, Said]:
        return self.talk.said

    def _fresh(self) -> dict[str, str]:
        """The words with topics and side figures of the moment; figures of other things than the form's."""
        rng = self.rng
        t = pick(rng, self.topics, 3)
        small = rng.randint(2, 9)
        return self.words | {
            "t1": t[0],
            "t2": t[1],
            "t3": t[2],
            "small": chinese(small) if self.numerals else str(small),
            "mid": str(10 + int(heavy(rng, 40, 0.9))),
            "large": approximate(rng, 500 + int(heavy(rng, 4000, 1.0))),
            "visits": approximate(rng, 2000 + int(heavy(rng, 40_000, 1.2))),
            "docno": f"{self.agency.region[:1]}政办发〔{self.year - rng.randint(0, 3)}〕{rng.randint(2, 90)}号",
        }

    def _say(self, file: str, name: str, **more: str) -> str:
        return say(self.rng, file, name, self._fresh() | more)

    def _several(self, file: str, name: str, low: int, high: int) -> list[str]:
        count = self.rng.randint(low, high)
        return [expand(t, self._fresh(), self.rng) for t in pick(self.rng, pool(file, name), count)]

    def lead(self) -> tuple[str, ...]:
        """What stands before section 一."""
        parts = [self._say("overview", "preface")]
        for name, likely in (("parts", 0.4), ("period", 0.6)):
            if self.rng.random() < likely:
                parts.append(self._say("overview", name))
        return ("".join(parts),)

    def _proactive(self) -> str:
        published = approximate(self.rng, 15 + int(heavy(self.rng, 300, 1.2)))
        sentences = [self._say("overview", "published", published=published)]
        sentences += self._several("overview", "topic", 3, 5)
        if self.agency.kind != "government":
            sentences.append(self._say("overview", "budget"))
        issued = self.talk.figures.get(("proactive", "normative_documents", "issued"))
        if issued and self.rng.random() < 0.4:
            sentences.append(self._say("overview", "documents", issued=self.talk.number(issued)))
        return self._joined(sentences)

    def _requests(self) -> str:
        sentences = requests(self.talk)
        if self.rng.random() < 0.5:
            sentences.append(disputes(self.talk))
        return "。".join(sentences) + "。"

    def _supervision(self) -> str:
        sentences = self._several("overview", "supervision", 2, 3)
        for name in ("assessment", "review", "accountability"):
            if self.agency.kind == "government":
                text = self._say("overview", name)
                self.said[name] = Said("一", text)
                sentences.append(text)
        return self._joined(sentences)

    def _joined(self, sentences: list[str]) -> str:
        """Sentences one after another, or counted off with 一是 二是."""
        if len(sentences) > 2 and self.rng.random() < 0.4:
            return "".join(
                f"{chinese(k)}是{s}{'；' if k < len(sentences) else '。'}" for k, s in enumerate(sentences, 1)
            )
        return "。".join(sentences) + "。"

    def overview(self) -> tuple[str, ...]:
        """Section 一: an opening, the plan of the year, and the five customary parts."""
        opening = self._say("overview", "opening")
        plan = self._say("overview", "plan_names")
        self.said["plan"] = Said("一", plan, (("year", str(self.year)),))
        self.said["opening"] = Said("一", opening, (("self", self.words["self"]),))
        paragraphs = [opening + self._say("overview", "plan", plan=plan)]
        bodies = {
            "proactive": self._proactive(),
            "requests": self._requests(),
            "management": self._joined(self._several("overview", "management", 2, 3)),
            "platform": self._joined(self._several("overview", "platform", 2, 4)),
            "supervision": self._supervision(),
        }
        style = self.rng.choice(("own line", "inline", "inline"))
        for k, (name, body) in enumerate(bodies.items(), 1):
            heading = f"（{chinese(k)}）{say(self.rng, 'overview', f'headings.{name}', self.words)}"
            paragraphs += [heading, body] if style == "own line" else [f"{heading}。{body}"]
        return tuple(paragraphs)

    def problems(self) -> tuple[str, ...]:
        """Section 五: two to four problems and a measure for each."""
        themes = pick(self.rng, names("problems", "problem"), self.rng.randint(2, 4))
        found, stop = [], self.rng.choice("；；。")
        for frame, kind in (("first", "problem"), ("then", "measure")):
            texts = [self._say("problems", f"{kind}.{theme}") for theme in themes]
            listed = stop.join(f"{chinese(k)}是{text}" for k, text in enumerate(texts, 1))
            found.append(self._say("problems", f"frame.{frame}") + listed + "。")
        return ("".join(found),) if self.rng.random() < 0.5 else tuple(found)

    def closing(self, with_fee: bool) -> tuple[str, ...]:
        """Section 六: the fee where the edition asks for it, and what else there is."""
        parts = []
        if with_fee:
            text = fee(self.talk) + "。"
            self.said["fee"] = Said("六", text)
            parts.append(text)
        phone = f"0000-{self.rng.randint(2_000_000, 8_999_999)}"
        parts += [self._say("problems", "closing.other"), self._say("problems", "closing.contact", phone=phone)]
        shown = [p for p in parts if p] or ["无其他需要报告的事项。"]
        return tuple(shown) if self.rng.random() < 0.5 else ("".join(shown),)

    def lead_of(self, section: str) -> tuple[str, ...]:
        """A sentence before a table, in few reports."""
        if section == "四" and self.rng.random() < 0.15:
            return (disputes(self.talk) + "。",)
        return ()

    def headings(self) -> dict[str, str]:
        """The headings of the six sections."""
        return {s: f"{s}、{self.rng.choice(pool('overview', f'sections.{s}'))[0][1]}" for s in "一二三四五六"}
