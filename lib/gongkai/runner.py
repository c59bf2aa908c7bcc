"""Notebooks run by papermill with checked parameters, each in a process of its own, and their HTML."""

from __future__ import annotations

import ast
import copy
import html
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

from tqdm import tqdm

from gongkai import fonts, fork
from gongkai.errors import GongkaiError
from gongkai.fork import Outcome
from gongkai.form import form
from gongkai.lean import lean
from gongkai.rules.declared import rules
from gongkai.words import word

# What gongkai imports only where it is used, and pages use.
_LATE = {"scipy.optimize", "scipy.spatial.distance", "scipy.stats", "statsmodels.stats.proportion"}

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def template(name: str) -> Path:
    """A notebook of this checkout by its path below notebooks/. Raises GongkaiError where there is no checkout."""
    path = NOTEBOOKS / name
    if not path.is_file():
        raise GongkaiError(
            f"{path}: no such notebook. The notebooks stand in the checkout of gongkai, not in the installed "
            "package: install it from a checkout with `pip install -e .` and run it there."
        )
    return path


def check_parameters(notebook: Path, given: Iterable[str]) -> None:
    """Raise GongkaiError unless `given` names exactly the notebook's parameters.

    papermill itself runs a notebook with a misspelt name and makes the report of the default agency.
    """
    import papermill

    given = list(given)
    known = list(papermill.inspect_notebook(str(notebook)))
    unknown, missing = [g for g in given if g not in known], [k for k in known if k not in given]
    if not known or unknown or missing:
        raise GongkaiError(
            f"{notebook}: unknown parameters {unknown}, missing {missing}. Its parameters are: {', '.join(known)}"
        )


def check_injected(inputs: list[str]) -> None:
    """Raise GongkaiError if papermill injected a name that the parameters cell does not have.

    `inputs`: the notebook's `In`. For those who run papermill itself, which only logs a warning.
    """
    cells = [cell for cell in inputs if cell.strip()]
    injected = [cell for cell in cells if cell.startswith("# Parameters\n")]
    if injected:
        known, given = _assigned(cells[0]), _assigned(injected[0])
        unknown = [name for name in given if name not in known]
        if unknown:
            raise GongkaiError(f"unknown parameters {unknown}. The notebook's parameters are: {', '.join(known)}")


def _assigned(source: str) -> list[str]:
    """The names a cell of assignments binds."""
    nodes = ast.walk(ast.parse(source))
    return [n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]


@dataclass(frozen=True)
class Job:
    """A notebook to run into `out`, with all its parameters, in the folder `cwd`.

    `page` gets the outputs as HTML, in the process that ran the notebook; a function of a module, not of a script.
    """

    notebook: Path
    out: Path
    parameters: dict[str, Any]
    cwd: Path
    page: Callable[[str], Any] | None = None


def run_all(
    jobs: Sequence[Job], progress: bool = False, workers: int | None = None, seconds: float = 300
) -> list[Outcome]:
    """Run each job's notebook in a fresh process; what became of each: what its `page` returned, or why it failed.

    A notebook that fails, or takes longer than `seconds`, fails alone and leaves no `out`. Raises GongkaiError on
    wrong parameters.
    """
    for notebook, given in dict.fromkeys((job.notebook, tuple(job.parameters)) for job in jobs):
        check_parameters(notebook, given)
    prepare = partial(_prepare, sorted({job.notebook for job in jobs}))
    done: dict[int, Outcome] = {}
    label = word("progress", "zh") + " / " + word("progress", "en")
    with tqdm(total=len(jobs), desc=label, disable=not progress) as bar:
        for k, outcome in fork.each(_run, [(job,) for job in jobs], prepare, workers, seconds):
            done[k] = outcome
            if outcome.reason:
                jobs[k].out.unlink(missing_ok=True)
            bar.update()
    return [done[k] for k in range(len(jobs))]


def run(notebook: Path, out: Path, parameters: dict[str, Any], cwd: Path) -> Path:
    """Run one notebook with all its parameters into `out`. Raises GongkaiError on wrong ones or where a cell fails."""
    if reason := run_all([Job(notebook, out, parameters, cwd)])[0].reason:
        raise GongkaiError(f"{notebook}: {reason}")
    return out


def _prepare(notebooks: Sequence[Path]) -> None:
    """What is the same for every page, so that the forked processes find it done. Nothing computes with polars."""
    import nbformat

    from gongkai import engine, show

    logging.getLogger("papermill").setLevel(logging.ERROR)
    engine.shell()
    body(nbformat.v4.new_notebook())  # type: ignore[no-untyped-call]
    names = {name for path in notebooks for name in _imported(path)}
    if any(name.startswith("gongkai") for name in names):
        names |= _LATE
        show.compile_templates()
        rules(), form()
        declared = Path(__file__).parent / "declared"
        fonts.subset_font("".join(path.read_text("utf-8") for path in declared.rglob("*.*")))
    for name in sorted(names):
        with suppress(Exception):  # the notebook meets it again, and its page says so
            import_module(name)


def _imported(notebook: Path) -> Iterator[str]:
    """The names of what a notebook's cells import; of a name that is imported from a module it may be a module too."""
    import nbformat

    for cell in nbformat.read(notebook, as_version=4).cells:  # type: ignore[no-untyped-call]
        with suppress(SyntaxError):  # magics
            for node in ast.walk(ast.parse(cell.source if cell.cell_type == "code" else "")):
                if isinstance(node, ast.Import):
                    yield from (alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module:
                    yield from (f"{node.module}.{alias.name}" for alias in node.names)
                    yield node.module


def _run(job: Job) -> Any:
    """Run a job's notebook in this process, which is then good for nothing else."""
    import nbformat
    import papermill

    from gongkai import engine

    done = papermill.execute_notebook(
        str(job.notebook),
        None,
        parameters=job.parameters,
        engine_name=engine.NAME,
        cwd=str(job.cwd),
        kernel_name="python3",
        progress_bar=False,
    )
    _clean(done)
    nbformat.write(done, job.out)  # type: ignore[no-untyped-call]
    return job.page(body(done)) if job.page else None


def _clean(notebook: Any) -> None:
    """Take out what papermill says of this run, and what would not be the same in the next."""
    notebook.metadata.pop("papermill", None)
    for k, cell in enumerate(notebook.cells):
        cell.metadata.pop("papermill", None)
        if "injected-parameters" in cell.metadata.get("tags", ()):
            cell["id"] = f"injected-{k}"
        if cell.cell_type == "code":
            # Warnings that libraries print name files of this machine, and are no part of a report.
            cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]


@cache
def _exporter() -> Any:
    from nbconvert import HTMLExporter, TemplateExporter
    from traitlets.config import Config

    config = Config()
    config.TagRemovePreprocessor.remove_cell_tags = {"parameters", "injected-parameters", "aside"}
    config.TagRemovePreprocessor.enabled = True
    config.HTMLExporter.preprocessors = ["nbconvert.preprocessors.TagRemovePreprocessor"]

    class Body(HTMLExporter):
        def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> Any:
            # HTMLExporter itself parses the whole page again, for attributes that its other templates need.
            self.register_filter("highlight_code", html.escape)  # type: ignore[no-untyped-call]
            prepared = self._init_resources(resources)  # type: ignore[no-untyped-call]
            return TemplateExporter.from_notebook_node(self, nb, prepared, **kw)

    return Body(  # type: ignore[no-untyped-call]
        config=config,
        template_name="gongkai",
        extra_template_basedirs=[str(Path(__file__).parent / "templates" / "nbconvert")],
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )


def body(notebook: Any) -> str:
    """The outputs of an executed notebook as HTML: no code, nothing printed, no head, charts in the page's font."""
    shown = copy.deepcopy(notebook)
    for cell in shown.cells:
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if o.output_type != "stream"]
    return lean(str(_exporter().from_notebook_node(shown)[0]))
