"""A result in sentences: how many, how sure, what was left out and why, how many tests were tried.

Each function takes a frame of `measures`, `selection` or a reading and returns a `Told` in `lang`.
"""

from gongkai.tellings.found import claims, findings, listed, priorities, stated
from gongkai.tellings.groups import peers, standing_out
from gongkai.tellings.read import cells, checks, coverage, example, files, tables
from gongkai.tellings.shares import changes, rates
from gongkai.tellings.told import Told
from gongkai.tellings.years import counts, growth, mixes, pooled, splits, trends

__all__ = [
    "Told",
    "cells",
    "changes",
    "checks",
    "claims",
    "counts",
    "coverage",
    "example",
    "files",
    "findings",
    "growth",
    "listed",
    "mixes",
    "peers",
    "pooled",
    "priorities",
    "rates",
    "splits",
    "standing_out",
    "stated",
    "tables",
    "trends",
]
