"""Everything a reader sees exists in Chinese and in English: the declarations, the templates, the notebooks."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from gongkai.form import declared_rows
from gongkai.words import fill
from test_bad_input import ROOT

LIB = ROOT / "lib" / "gongkai"
CJK = re.compile("[\u3400-\u9fff]")
CSVS = sorted((LIB / "declared").glob("*.csv"))
TEMPLATES = sorted((LIB / "templates").rglob("*.html"))
# What makes pages, charts, tables and sentences: their words stand in the declarations.
SHOWN = ("charts", "drawing", "explore", "interactive", "lists", "pages", "publish", "show", "tellings", "views")


def in_english(field: str) -> bool:
    return field == "en" or field.endswith("_en")


def unquoted(text: str) -> str:
    """English without the Chinese terms that it quotes or puts beside its own."""
    return re.sub(r"[（(“\"][^）)”\"]*[）)”\"]", "", text)


@pytest.mark.parametrize("path", CSVS, ids=lambda p: p.stem)
def test_every_declared_word_is_in_both_languages(path: Path) -> None:
    for row in declared_rows(path.stem):
        for field in filter(in_english, row):
            other = row.get(field.removesuffix("en") + "zh")
            if other is not None:
                assert bool(row[field]) == bool(other), row
            assert path.stem == "examples" or not CJK.search(unquoted(row[field])), row


@pytest.mark.parametrize("path", sorted((LIB / "declared" / "rules").glob("*.toml")), ids=lambda p: p.stem)
def test_every_rule_speaks_both_languages(path: Path) -> None:
    for entries in tomllib.loads(path.read_text("utf-8")).values():
        for entry in entries:
            spoken = {field for field in entry if in_english(field) or field == "zh" or field.endswith("_zh")}
            assert not any(CJK.search(unquoted(str(entry[f]))) for f in spoken if in_english(f)), entry["id"]
            assert {f.removesuffix("en") + "zh" for f in spoken if in_english(f)} == {
                f for f in spoken if not in_english(f)
            }


def literal_text(template: str) -> str:
    """What a template says by itself: without comments, styles, scripts, tags and what Jinja fills in."""
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", template, flags=re.DOTALL)
    bare = re.sub(r"<(style|script)\b.*?</\1>", "", bare, flags=re.DOTALL)
    return re.sub(r"<[^>]*>", " ", bare, flags=re.DOTALL)


# Names of files and of the project itself.
NAMES = re.compile(r"\b(?:gongkai|SHA|[a-z]+\.(?:csv|ipynb|parquet|xlsx))\b|\.ipynb")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.stem)
def test_templates_say_nothing_by_themselves(path: Path) -> None:
    left = NAMES.sub("", literal_text(path.read_text("utf-8")))
    assert re.findall(r"[A-Za-z\u3400-\u9fff]{2,}", re.sub(r"&\w+;", "", left)) == []


def spoken_constants(path: Path) -> list[str]:
    """The string constants of a module that are no docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    docs = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)}
    return [
        n.value
        for n in ast.walk(tree)
        if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in docs
    ]


MODULES = [p for p in sorted(LIB.rglob("*.py")) if re.match("|".join(SHOWN), p.relative_to(LIB).as_posix())]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(LIB).as_posix())
def test_no_sentence_stands_in_the_code(path: Path) -> None:
    # Single marks as 、 and （ are punctuation.
    assert [text for text in spoken_constants(path) if re.search("[\u3400-\u9fff]{2}", text)] == []


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").rglob("*.ipynb")), ids=lambda p: p.stem)
def test_every_text_of_a_notebook_is_in_both_languages(path: Path) -> None:
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        text = re.sub(r"`[^`]*`|\[[^\]]*\]\([^)]*\)", "", "".join(cell["source"]))
        if cell["cell_type"] == "markdown" and text.strip(" \n·/。."):
            assert CJK.search(text) and re.search(r"[A-Za-z]{3}", text), text


@pytest.mark.parametrize(
    ("text", "figures", "said"),
    [
        ("{n} {n:row was|rows were} read", {"n": 1}, "1 row was read"),
        ("{n} {n:row was|rows were} read", {"n": "1"}, "1 row was read"),
        ("{n} {n:row was|rows were} read", {"n": 0}, "0 rows were read"),
        ("{n} {n:row was|rows were} read", {"n": "1,001"}, "1,001 rows were read"),
        ("{n} {n:row was|rows were} read", {"n": "11"}, "11 rows were read"),
        ("label “{text}” at {x:.1f}", {"text": "{n:a|b}", "x": 0.25}, "label “{n:a|b}” at 0.2"),
    ],
)
def test_plurals(text: str, figures: dict[str, Any], said: str) -> None:
    assert fill(text, **figures) == said
