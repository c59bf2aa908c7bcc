"""Invented places and agencies. The first syllables are in use for no county that we know of."""

from __future__ import annotations

from random import Random

from gongkai.synth.model import Agency
from gongkai.synth.wording import functions

_FIRST = "砚澜霁芷翎岫瑭璟漪淙泠皓晞旸昙栎榷缃岑沚洇渥澍湜漾潋煦珺琤甯"
_SECOND = "泽川溪屿浦陌渚岭湾原洲陂垣浔桥桐堰坪塘汀"
_TOWN_FIRST = "青白红苍素碧朱墨霜雪露雾松柏竹梅兰荷菊枫鹤鹭雁莺渔樵耕织石沙"
_TOWN_SECOND = "榆棠蒲苇蓼菱芡荻茅葛藤萝薇蕨芦荇苹蘅芜茵"
_ENDINGS = {
    "province": ("省",),
    "city": ("市",),
    "county": ("县", "县", "区", "市"),
    "township": ("镇", "镇", "乡", "街道"),
}


class Names:
    """Hands out names of places, each once."""

    def __init__(self, rng: Random) -> None:
        places = [a + b for a in _FIRST for b in _SECOND]
        towns = [a + b for a in _TOWN_FIRST for b in _TOWN_SECOND]
        rng.shuffle(places)
        rng.shuffle(towns)
        self._rng = rng
        self._lists = {"place": places, "town": towns}
        self._used = {"place": 0, "town": 0}

    def place(self, level: str) -> str:
        """A new place of this level, with its ending (县, 区, 市, 镇 …)."""
        which = "town" if level == "township" else "place"
        known, k = self._lists[which], self._used[which]
        self._used[which] += 1
        # Behind the last name of two syllables come names of three.
        name = known[k] if k < len(known) else known[k % len(known)] + _SECOND[(k // len(known) - 1) % len(_SECOND)]
        return name + self._rng.choice(_ENDINGS[level])


def government(agency_id: str, place: str, level: str, parent: str = "", consolidates: bool = False) -> Agency:
    """The government of a place; a 街道 has an office (办事处) for one."""
    name = f"{place}办事处" if place.endswith("街道") else f"{place}人民政府"
    return Agency(agency_id, name, level, "government", place, parent=parent, consolidates=consolidates)


def office(agency_id: str, place: str, level: str, parent: str = "") -> Agency:
    """The own office of a government."""
    ending = "办公室" if level == "county" else "办公厅"
    return Agency(agency_id, f"{place}人民政府{ending}", level, "office", place, "office", parent)


def department(agency_id: str, place: str, level: str, function: str, parent: str = "") -> Agency:
    """The department of a place for a function (a key of wording.functions)."""
    return Agency(agency_id, place + functions()[function]["name"], level, "department", place, function, parent)


def single_agencies(rng: Random, count: int) -> list[Agency]:
    """Agencies that have nothing to do with each other: departments mostly, governments of every level."""
    names = Names(rng)
    codes = [f for f in functions() if functions()[f]["name"]]
    found: list[Agency] = []
    taken: set[str] = set()
    places: list[tuple[str, str]] = []
    while len(found) < count:
        agency_id = f"made-{len(found) + 1:05d}"
        draw = rng.random()
        if draw < 0.3 or not places:
            level = rng.choices(("city", "county", "township"), (2, 5, 3))[0]
            place = names.place(level)
            made = government(agency_id, place, level)
            if level != "township":
                places.append((place, level))
        else:
            place, level = places[rng.randrange(max(0, len(places) - 200), len(places))]
            made = department(agency_id, place, level, rng.choice(codes))
        if made.name not in taken:
            taken.add(made.name)
            found.append(made)
    return found
