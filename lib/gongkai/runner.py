"""One notebook run by papermill with checked parameters, in this interpreter's own kernel, and its HTML."""

from __future__ import annotations

import ast
import logging
import os
import sys
import warnings
from functools import cache
from pathlib import Path
from typing import Any

from gongkai.errors import GongkaiError

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


@cache
def _kernel_manager() -> type:
    """A manager that starts this interpreter and this gongkai, whatever kernel `python3` names on this machine."""
    from ipykernel.kernelspec import get_kernel_dict
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    class OwnKernel(AsyncKernelManager):
        @property
        def kernel_spec(self) -> KernelSpec:
            # ipykernel 7.4 warns of TCP without encryption for every kernel; both ends are on this machine.
            argv = [sys.executable, *get_kernel_dict()["argv"][1:], "--log-level=ERROR"]
            return KernelSpec(**(get_kernel_dict() | {"argv": argv}))

        async def _async_pre_start_kernel(self, **kw: Any) -> Any:
            package = str(Path(__file__).resolve().parents[1])
            others = [str(Path(p).resolve()) for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p]
            path = os.pathsep.join(dict.fromkeys([package, *others]))
            kw["env"] = {**os.environ, **(kw.get("env") or {}), "PYTHONPATH": path}
            return await super()._async_pre_start_kernel(**kw)

        pre_start_kernel = _async_pre_start_kernel

    return OwnKernel


def check_parameters(notebook: Path, given: dict[str, Any]) -> None:
    """Raise GongkaiError unless `given` names exactly the notebook's parameters.

    papermill itself runs a notebook with a misspelt name and makes the report of the default agency.
    """
    import papermill

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


def run(notebook: Path, out: Path, parameters: dict[str, Any], cwd: Path, clean: bool = True) -> Path:
    """Run `notebook` with all its parameters into `out`, without traces of this machine.

    Raises GongkaiError on wrong parameters and papermill's error where a cell fails; `out` is then removed.
    """
    import nbformat
    import papermill

    check_parameters(notebook, parameters)
    logging.getLogger("papermill.translators").setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            done = papermill.execute_notebook(
                str(notebook),
                str(out),
                parameters=parameters,
                cwd=str(cwd),
                kernel_name="python3",
                kernel_manager_class=_kernel_manager(),
                progress_bar=False,
                log_output=False,
            )
    except BaseException:
        out.unlink(missing_ok=True)
        raise
    if clean:
        done.metadata.pop("papermill", None)
        for cell in done.cells:
            cell.metadata.pop("papermill", None)
            cell.metadata.pop("execution", None)
    nbformat.write(done, out)  # type: ignore[no-untyped-call]
    return out


@cache
def _exporter() -> Any:
    from nbconvert import HTMLExporter
    from traitlets.config import Config

    config = Config()
    config.TagRemovePreprocessor.remove_cell_tags = {"parameters", "injected-parameters", "aside"}
    config.TagRemovePreprocessor.enabled = True
    config.HTMLExporter.preprocessors = ["nbconvert.preprocessors.TagRemovePreprocessor"]
    return HTMLExporter(  # type: ignore[no-untyped-call]
        config=config,
        template_name="gongkai",
        extra_template_basedirs=[str(Path(__file__).parent / "templates" / "nbconvert")],
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )


def body(notebook: Path) -> str:
    """The outputs of an executed notebook as HTML: no code, no parameters, no head."""
    import nbformat

    done = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    for cell in done.cells:
        # A warning a library prints is no part of the report.
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if o.output_type != "stream"]
    return str(_exporter().from_notebook_node(done)[0])
