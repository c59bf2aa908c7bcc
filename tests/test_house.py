"""The project keeps its own rules: sizes, imports, dictionary, lock, README commands."""

from __future__ import annotations

import ast
import csv
import re
import shlex
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from gongkai import read_folder
from gongkai.form import declared_rows
from gongkai.frames import schema
from gongkai.reference import PAGES
from gongkai.store import FRAMES
from test_bad_input import ROOT, gongkai

LIB = ROOT / "lib" / "gongkai"
MODULES = sorted(LIB.rglob("*.py"))

# Imports go down this list only.
LEVELS = [
    ("errors", "document", "cells", "dates", "percent", "shared_file"),
    ("form", "words"),
    ("readers", "parse.model", "synth"),
    ("parse", "claims"),
    ("notes",),
    ("frames",),
    (
        "agencies",
        "facts_file",
        "corrections",
        "worker",
        "fork",
        "store",
        "stats",
        "beta_binomial",
        "logit_normal",
        "outliers",
    ),
    ("measures",),
    ("rules", "ledger", "reviews"),
    ("pipeline",),
    ("selection", "priority", "fonts", "links", "reference", "deciding", "page_names", "saved"),
    ("decision_words",),
    ("views", "drawing", "lean", "charts", "show", "show_claims", "show_decisions"),
    ("show_rates", "show_region", "show_index", "questions", "interactive"),
    ("tellings", "lists"),
    ("show_agency",),
    ("engine", "runner", "pages", "publish", "terminal", "console", "explore"),
    ("cli_review",),
    ("cli", ""),
]


def level(module: str) -> int:
    names = [
        (module == name or module.startswith(f"{name}."), len(name), k)
        for k, row in enumerate(LEVELS)
        for name in row
        if name
    ]
    found = [(size, k) for fits, size, k in names if fits]
    return max(found)[1] if found else len(LEVELS) - 1


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(LIB).with_suffix("").parts).removesuffix("__init__").rstrip(".")


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_modules_are_small_and_import_downwards(path: Path) -> None:
    source = path.read_text("utf-8")
    assert source.count("\n") < 300
    tree = ast.parse(source)
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    assert all(n.end_lineno - n.lineno < 60 for n in functions if n.end_lineno)
    mine = level(module_name(path))
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("gongkai"):
            parts = [node.module, *[f"{node.module}.{a.name}" for a in node.names if (LIB / f"{a.name}.py").is_file()]]
            below = [p.removeprefix("gongkai").lstrip(".") for p in parts]
            assert all(level(b) <= mine for b in below if b), (path, below)


def test_no_edition_of_the_form_in_python() -> None:
    for path in MODULES:
        assert not re.search(r"year\s*(>=|<=|<|>)\s*20\d\d|edition\s*==\s*[\"']20", path.read_text("utf-8")), path


def test_every_column_of_every_frame_is_in_the_dictionary() -> None:
    reading = read_folder(ROOT / "data" / "reports", progress=False)
    frames = reading.frames | {"findings": reading.findings, "reviews": reading.reviews}
    assert set(frames) == set(FRAMES) == {row["frame"] for row in declared_rows("dictionary")}
    for name, frame in frames.items():
        assert dict(frame.schema) == schema(name)
    nullable = {(r["frame"], r["column"]) for r in declared_rows("dictionary") if r["nullable"] == "yes"}
    for name, frame in frames.items():
        nulls = {(name, column) for column in frame.columns if frame[column].null_count()}
        assert nulls <= nullable


def test_dictionary_says_what_each_column_means() -> None:
    assert all(row["meaning"] and row["nullable"] in {"yes", "no"} for row in declared_rows("dictionary"))


@pytest.mark.parametrize("path", sorted((LIB / "declared").glob("*.csv")), ids=lambda p: p.stem)
def test_every_declared_row_has_the_fields_of_its_header(path: Path) -> None:
    header, *rows = csv.reader(path.read_text("utf-8").splitlines())
    assert [row for row in rows if len(row) != len(header)] == []


def pins() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines():
        name, _, rest = line.partition("==")
        found.setdefault(name.lower(), []).append(rest.split(" ")[0])
    return found


def test_lock_environment_and_project_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = project["dependencies"] + [r for extra in project["optional-dependencies"].values() for r in extra]
    locked = pins()
    for text in wanted:
        requirement = Requirement(text)
        versions = locked.get(canonicalize_name(requirement.name))
        assert versions, f"{requirement.name} is not in requirements.lock: run `make lock`"
        assert all(requirement.specifier.contains(v) for v in versions), text
    environment = (ROOT / "environment.yml").read_text("utf-8")
    assert "- -r requirements.lock" in environment
    assert "- -e ." in environment
    assert "- python=3.11" in environment
    assert project["requires-python"] == ">=3.11"


def test_lock_names_no_host() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text("utf-8")


def commands(readme: str) -> list[str]:
    """The `gongkai` and `make` lines of the README's shell blocks."""
    blocks = re.findall(r"```(?:sh|bash)\n(.*?)```", (ROOT / readme).read_text("utf-8"), re.S)
    lines = [line.split(" #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in dict.fromkeys(lines) if line.startswith("gongkai ")]


@pytest.mark.slow
@pytest.mark.parametrize("command", commands("README.md"))
def test_readme_command_runs(command: str, tmp_path: Path) -> None:
    words = shlex.split(command)[1:]
    if words[0] in {"test", "lab"}:
        pytest.skip("the test command itself, or a server that does not end")
    # What a command writes goes to a scratch folder, as the checkout may be in use.
    (tmp_path / "data").symlink_to(ROOT / "data")
    (tmp_path / "my-data" / "reports").mkdir(parents=True)
    (tmp_path / "my-data" / "reports" / "one.txt").write_bytes((ROOT / "data/reports/xigong-rsj-2023.txt").read_bytes())
    if words[0] == "reports" and "--data" not in words:
        words += ["--out", str(tmp_path / "pages")]
    done = gongkai(*words, cwd=ROOT if words[0] == "lint" else tmp_path)
    assert done.returncode in {0, 1}, done.stderr
    assert done.returncode == 0 or words[0] in {"check", "reports"}


def test_reference_pages_are_up_to_date() -> None:
    for name, page in PAGES.items():
        assert (ROOT / "docs" / name).read_text("utf-8") == page(), "run `gongkai reference`"


def test_readme_names_every_make_target() -> None:
    targets = re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.M)
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [t for t in targets if f"make {t}" not in readme] == []
