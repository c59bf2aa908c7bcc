"""The pools of made-up prose: `declared/synth/*.toml`, compiled once.

In a template `[a|b|c]` is one of its alternatives and `{name}` a word or figure of the report.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from random import Random
from typing import Any

from gongkai.errors import GongkaiError

_PIECE = re.compile(r"[\[\]|]|\{\w+\}|[^\[\]|{}]+")

# A template: texts, slots and choices among templates.
Part = tuple[str, Any]
Template = tuple[Part, ...]


@cache
def _file(name: str) -> dict[str, Any]:
    text = (resources.files("gongkai") / "declared" / "synth" / f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def functions() -> dict[str, dict[str, Any]]:
    """What departments are for: code → name, self, topics, powers."""
    return _file("functions")


def compiled(text: str) -> Template:
    """What `text` says, as a template. Raises GongkaiError where its brackets do not match."""
    stack: list[list[list[Part]]] = [[[]]]
    for piece in _PIECE.findall(text):
        if piece == "[":
            stack.append([[]])
        elif piece == "|" and len(stack) > 1:
            stack[-1].append([])
        elif piece == "]" and len(stack) > 1:
            choices = tuple(tuple(choice) for choice in stack.pop())
            stack[-1][-1].append(("choice", choices))
        elif piece in {"[", "]", "|"}:
            raise GongkaiError(f"declared/synth: the brackets of {text!r} do not match")
        elif piece.startswith("{"):
            stack[-1][-1].append(("slot", piece[1:-1]))
        else:
            stack[-1][-1].append(("text", piece))
    if len(stack) != 1:
        raise GongkaiError(f"declared/synth: the brackets of {text!r} do not match")
    return tuple(stack[0][0])


@cache
def pool(file: str, name: str) -> tuple[Template, ...]:
    """The templates of a file below a name such as `results.granted`."""
    found: Any = _file(file)
    for part in name.split("."):
        found = found[part]
    return tuple(compiled(text) for text in found)


@cache
def names(file: str, name: str) -> tuple[str, ...]:
    """The names of the pools below `name`."""
    return tuple(_file(file)[name])


def expand(template: Template, words: Mapping[str, str], rng: Random) -> str:
    """The template with its choices made and its slots filled."""
    found = []
    for kind, part in template:
        if kind == "text":
            found.append(part)
        elif kind == "slot":
            found.append(words[part])
        else:
            found.append(expand(rng.choice(part), words, rng))
    return "".join(found)


def say(rng: Random, file: str, name: str, words: Mapping[str, str]) -> str:
    """One of the pool's sentences."""
    return expand(rng.choice(pool(file, name)), words, rng)
