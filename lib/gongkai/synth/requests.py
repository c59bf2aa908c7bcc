"""What section 一 says of requests, disputes and fees: true of the figures, worded by chance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random

from gongkai.form import form
from gongkai.synth.chance import split
from gongkai.synth.figures import APPLICANTS
from gongkai.synth.model import Key, Said
from gongkai.synth.numbers import chinese, percent
from gongkai.synth.wording import expand, pool, say

_GROUPS = ("granted", "partial", "refused", "unavailable", "rejected", "other")


@dataclass
class Talk:
    """What a report talks from: its figures, last year's, the words of its agency; `said` collects what was stated."""

    rng: Random
    figures: Mapping[Key, int]
    before: Mapping[Key, int]
    words: dict[str, str]
    numerals: bool = False
    said: dict[str, Said] = field(default_factory=dict)

    def total(self, item: str, column: str = "total") -> int:
        """A figure of table three; a group is the sum of its rows."""
        if ("applications", item, column) in self.figures:
            return self.figures["applications", item, column]
        return sum(self.figures["applications", i, column] for i in form().descendants("applications", item))

    def number(self, value: int) -> str:
        """A figure as this report prints it."""
        return chinese(value) if self.numerals and 0 < value < 20 else str(value)

    def say(self, name: str, **more: object) -> str:
        """One of the pool's sentences with further figures."""
        words = self.words | {
            k: self.number(v) if isinstance(v, int) else str(v) for k, v in more.items() if k != "share"
        }
        return say(self.rng, "requests", name, words | ({"share": str(more["share"])} if "share" in more else {}))


def _change(talk: Talk, section: str) -> str:
    """How many more or fewer than last year; nothing where last year had none."""
    new, last = talk.total("new"), talk.before.get(("applications", "new", "total"), 0)
    if not last or talk.rng.random() < 0.35:
        return ""
    if new == last:
        return "，" + talk.say("even")
    if talk.rng.random() < 0.3 or not new:
        return "，" + talk.say("more" if new > last else "fewer", difference=abs(new - last))
    shown = percent(new - last, last, talk.rng.choice((0, 1, 2, 2)))
    text = talk.say("up" if new > last else "down", percent=shown)
    talk.said["change"] = Said(section, text, (("percent", shown), ("new", str(new)), ("last", str(last))))
    return "，" + text


def _parts(talk: Talk, parts: Iterable[tuple[str, int]], base: int, section: str) -> str:
    """`甲3件、乙2件`, each with its share where the report gives shares."""
    shares = base >= 4 and talk.rng.random() < 0.35
    places, template = talk.rng.choice((0, 1, 1, 2)), talk.rng.choice(pool("requests", "share"))
    found = []
    for text, number in parts:
        shown = text
        if shares and number:
            share = percent(number, base, places)
            words = expand(template, {"share": share}, talk.rng)
            shown = f"{text}，{words}"
            talk.said["share"] = Said(section, shown, (("share", share), ("part", str(number)), ("base", str(base))))
        found.append(shown)
    return ("；" if shares else "、").join(found)


def _applicants(talk: Talk, section: str) -> str:
    new, natural = talk.total("new"), talk.total("new", "natural_person")
    if new == natural:
        return talk.say("all_natural") if new > 1 else ""
    if talk.rng.random() < 0.5:
        parts = [("自然人", natural), ("法人或其他组织", new - natural)]
    else:
        parts = [(form().name("applications", a), talk.total("new", a)) for a in APPLICANTS]
    named = [(f"{name}[申请|提出申请|]{talk.number(n)}件", n) for name, n in parts if n]
    unit = talk.rng.choice(("申请", "提出", ""))
    return talk.say(
        "applicants", parts=_parts(talk, [(t.replace("[申请|提出申请|]", unit), n) for t, n in named], new, section)
    )


def _channels(talk: Talk, section: str) -> str:
    names = [expand(t, {}, talk.rng) for t in pool("requests", "channel_names")]
    counts = split(talk.rng, talk.total("new"), (5, 3, 1, 1, 0.2))
    parts = [(f"{name}{talk.number(n)}件", n) for name, n in zip(names, counts, strict=True) if n]
    return talk.say("channels", parts=_parts(talk, parts, talk.total("new"), section)) if len(parts) > 1 else ""


def _outcomes(talk: Talk, section: str) -> str:
    total = talk.total("processed_total")
    every = talk.rng.random() < 0.3
    parts = [
        (talk.say(f"results.{group}", n=talk.total(group)), talk.total(group))
        for group in _GROUPS
        if every or talk.total(group)
    ]
    return talk.say("outcomes", parts=_parts(talk, parts, total, section))


def requests(talk: Talk, section: str = "一") -> list[str]:
    """The sentences about requests, without their full stops."""
    rng = talk.rng
    shown = {name: talk.number(talk.total(name)) for name in ("new", "carried_in", "processed_total", "carried_out")}
    talk.words |= shown
    new, carried_in = talk.total("new"), talk.total("carried_in")
    total, left = talk.total("processed_total"), talk.total("carried_out")
    first = talk.say("received") + _change(talk, section) if new else talk.say("none")
    # Whether it goes on behind a comma or with a sentence of its own is a matter of taste.
    if carried_in:
        first += rng.choice("，。") + talk.say("carried_in")
    elif new and rng.random() < 0.2:
        first += "，" + talk.say("no_carried_in")
    rest = []
    if new > 1 and rng.random() < 0.6:
        rest.append(_applicants(talk, section))
    if new > 1 and rng.random() < 0.35:
        rest.append(_channels(talk, section))
    rng.shuffle(rest)
    if total:
        rest.append(talk.say("answered"))
        if rng.random() < 0.65:
            rest.append(_outcomes(talk, section))
        if left:
            rest.append(talk.say("carried_out"))
        elif rng.random() < 0.3:
            rest.append(talk.say("no_carried_out"))
        if rng.random() < 0.6:
            rest.append(talk.say("in_time"))
    elif left:
        rest.append(talk.say("carried_out"))
    return [first, *filter(None, rest)]


def disputes(talk: Talk) -> str:
    """The sentence about reconsideration and litigation: totals, concluded cases, or results."""
    figures = {(i, c): n for (t, i, c), n in talk.figures.items() if t == "disputes"}
    first = figures["reconsideration", "total"]
    suits = figures["litigation_direct", "total"] + figures["litigation_after_reconsideration", "total"]
    if not first and not suits:
        return talk.say("disputes.none")
    kind = talk.rng.choice(("totals", "results", "concluded"))
    pending = figures["reconsideration", "pending"]
    if kind == "concluded" and first > pending > 0:
        text = talk.say("disputes.concluded", c=first - pending)
    elif not first:
        text = talk.say("disputes.no_reconsideration")
    else:
        text = talk.say("disputes.reconsideration", r=first)
        results = ("upheld", "corrected", "other", "pending")
        parts = [
            talk.say(f"disputes.{c}", n=figures["reconsideration", c]) for c in results if figures["reconsideration", c]
        ]
        text += "，其中" + "、".join(parts) if kind == "results" else ""
    later = talk.say("disputes.litigation", l=suits) if suits else talk.say("disputes.no_litigation")
    return f"{text}；{later}"


def fee(talk: Talk) -> str:
    """The sentence about the information-processing fee: mostly none, else a multiple of ten yuan."""
    cases = talk.total("processed_total")
    if cases < 12 or talk.rng.random() < 0.85:
        return talk.say("fee.none")
    charged = talk.rng.randint(1, max(1, cases // 12))
    amount = sum(talk.rng.choice((100, 200, 40, 70, 120, 350)) for _ in range(charged))
    return talk.say("fee.some", fee=str(amount), cases=charged)
