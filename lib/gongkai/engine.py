"""A papermill engine that runs a notebook's cells in the process it is in, as Jupyter's kernel would.

Meant for a process of its own for each notebook: what a cell leaves behind stays in the process.
"""

from __future__ import annotations

from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from io import TextIOBase
from typing import Any, cast

from ipykernel.jsonutil import encode_images, json_clean
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_output
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from traitlets import Instance, Type
from traitlets.config import Config

NAME = "gongkai"

# What a notebook says of its language; the version of Python would be a trace of the machine.
_LANGUAGE = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}


def _bundle(data: dict[str, Any]) -> Any:
    """A MIME bundle as it stands in a notebook file."""
    return json_clean(encode_images(data))  # type: ignore[no-untyped-call]


class _Outputs:
    """The outputs of the cell that runs, in the order they come, and those that can be updated by their id."""

    def __init__(self) -> None:
        self.now: list[NotebookNode] = []
        self._named: dict[str, list[NotebookNode]] = {}
        self._clear = False

    def start(self) -> list[NotebookNode]:
        self.now, self._clear = [], False
        return self.now

    def add(self, kind: str, /, known_as: str | None = None, **fields: Any) -> None:
        if self._clear:
            self.clear()
        output = new_output(kind, **fields)  # type: ignore[no-untyped-call]
        self.now.append(output)
        if known_as:
            self._named.setdefault(known_as, []).append(output)

    def write(self, stream: str, text: str) -> None:
        last = self.now[-1] if self.now and not self._clear else None
        if last is not None and last.output_type == "stream" and last.name == stream:
            last.text += text
        else:
            self.add("stream", name=stream, text=text)

    def update(self, name: str, data: Any, metadata: Any) -> None:
        for output in self._named.get(name, ()):
            output.data, output.metadata = from_dict(data), from_dict(metadata)  # type: ignore[no-untyped-call]

    def clear(self, wait: bool = False) -> None:
        """Drop what the cell has shown, or, if `wait`, do so when it shows the next."""
        self._clear = wait
        if not wait:
            self.now.clear()


class _Stream(TextIOBase):
    """What a cell prints."""

    def __init__(self, outputs: _Outputs, name: str) -> None:
        self._outputs, self._name = outputs, name

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if text:
            self._outputs.write(self._name, text)
        return len(text)


class _Publisher(DisplayPublisher):
    """What a cell displays."""

    outputs: _Outputs

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        *_: Any,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **__: Any,
    ) -> None:
        name = (transient or {}).get("display_id")
        if update:
            self.outputs.update(name or "", _bundle(data), metadata or {})
        else:
            self.outputs.add("display_data", name, data=_bundle(data), metadata=metadata or {})

    def clear_output(self, wait: bool = False) -> None:
        self.outputs.clear(wait)


class _Hook(DisplayHook):
    """The value of a cell's last expression."""

    outputs: _Outputs

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        self.outputs.add(
            "execute_result", data=_bundle(format_dict), metadata=md_dict or {}, execution_count=self.prompt_count
        )

    def log_output(self, format_dict: dict[str, Any]) -> None:
        pass

    def finish_displayhook(self) -> None:
        self._is_active = False


class _Shell(InteractiveShell):
    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)
    outputs: Any = Instance(_Outputs, ())

    def init_io(self) -> None:
        pass

    def enable_gui(self, gui: str | None = None) -> None:
        pass

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.outputs.add("error", ename=etype.__name__, evalue=str(evalue), traceback=stb)


@cache
def shell() -> _Shell:
    """The shell of this process. Made before processes are forked, each finds it unused."""
    config = Config()  # nobody types here: no history on disk
    config.HistoryManager.enabled = False
    made = _Shell.instance(config=config)
    cast("_Publisher", made.display_pub).outputs = made.outputs
    cast("_Hook", made.displayhook).outputs = made.outputs
    return made


def _run_cell(cell: NotebookNode) -> bool:
    """Run a cell, with its outputs put into it; whether it went well."""
    cell.outputs = shell().outputs.start()
    out, error = (_Stream(shell().outputs, name) for name in ("stdout", "stderr"))
    with redirect_stdout(out), redirect_stderr(error):
        result = shell().run_cell(cell.source, store_history=True)  # type: ignore[no-untyped-call]
    cell.execution_count = result.execution_count
    return bool(result.success)


class InProcess(Engine):  # type: ignore[misc]
    """Runs cells one after the other up to the first that fails."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: NotebookExecutionManager, *_: Any, **__: Any) -> None:
        nb_man.nb.metadata["language_info"] = _LANGUAGE
        for k, cell in enumerate(nb_man.nb.cells):
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            nb_man.cell_start(cell, k)
            if not _run_cell(cell):
                nb_man.cell_exception(cell, k)
                break
            nb_man.cell_complete(cell, k)


papermill_engines.register(NAME, InProcess)
