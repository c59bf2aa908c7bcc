"""Many tasks, each in a fresh process that leaves nothing behind, forked from a server that has only imported.

The server is a process of its own, for two reasons: a process that has computed with polars must not fork, as its
children hang; and where multiprocessing starts its processes from the caller, these import the caller's `__main__`,
so that a script without a guard runs again in each. Where there is no fork, each task imports for itself.
"""

from __future__ import annotations

import faulthandler
import gc
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from subprocess import PIPE
from time import monotonic
from typing import IO, Any, TypeVar, cast

T = TypeVar("T")
_Start = Callable[..., tuple[BaseProcess, Connection]]

# In a task's process: the line to the process beside it.
_beside: Connection | None = None
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Outcome:
    """What became of a task: what its function returned, or the reason why it failed."""

    value: Any = None
    reason: str = ""


def cores() -> int:
    """The processor cores that this process may use."""
    given = getattr(os, "process_cpu_count", None)  # since Python 3.13
    if given is None and hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return (given or os.cpu_count)() or 1


def why(error: BaseException) -> str:
    """An error in one line; of an error in a notebook's cell what the cell raised."""
    name = getattr(error, "ename", type(error).__name__)
    text = getattr(error, "evalue", None) or str(error)
    return f"{name}: {' '.join(str(text).split())}"[:500]


def beside(function: Callable[..., T], *args: Any) -> T:
    """`function(*args)`, computed in the process that is kept beside the tasks, or here where there is none.

    For pure functions of a module that are slow the first time.
    """
    ticket = (os.getpid(), monotonic())
    with suppress(ConnectionError, EOFError), _one_at_a_time:
        if _beside is not None:
            _beside.send((ticket, function, args))
            # Whoever asked before may have been stopped before the answer came.
            while (answer := _beside.recv())[0] != ticket:
                pass
            if answer[1]:
                return cast("T", answer[2])
    return function(*args)


def each(
    function: Callable[..., Any],
    tasks: Sequence[tuple[Any, ...]],
    prepare: Callable[[], None],
    workers: int | None = None,
    seconds: float = 300,
) -> Iterator[tuple[int, Outcome]]:
    """The outcome of `function(*task)` with the task's number, as they come; each in a process of its own.

    `prepare` runs once, before the processes are forked, and computes nothing with polars. Functions are those of
    modules, not of a script. A task that takes longer than `seconds`, or whose process ends, fails alone.
    """
    if not tasks:
        return
    # The path of this process, so that the same modules are found, and -P so that nothing else is.
    code = f"import sys; sys.path[:] = {sys.path!r}; from gongkai.fork import main; main()"
    env = os.environ | dict.fromkeys(["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "POLARS_MAX_THREADS"], "1")
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    command = [sys.executable, "-P", "-c", code]
    server = subprocess.Popen(command, stdin=PIPE, stdout=PIPE, env=env | {"PYTHONHASHSEED": "0"}, creationflags=flags)
    stdin, stdout = cast("IO[bytes]", server.stdin), cast("IO[bytes]", server.stdout)
    try:
        pickle.dump((prepare, function, list(tasks), workers or cores(), seconds), stdin)
        stdin.flush()
        for _ in tasks:
            yield pickle.load(stdout)  # noqa: S301  (our own server)
    except (EOFError, BrokenPipeError) as e:
        raise RuntimeError("the process that starts the notebooks ended; its own message stands above") from e
    finally:
        stdout.close()
        with suppress(OSError):
            stdin.close()  # tells the server to end what runs and itself
        with suppress(subprocess.TimeoutExpired):
            server.wait(5)
        server.kill()
        with server:
            pass


# The server's side.


@dataclass
class _Slot:
    """A worker: the process kept beside its tasks, and the task that runs, if any."""

    helper: BaseProcess | None = None
    line: Connection | None = None
    task: int = -1
    process: BaseProcess | None = None
    result: Connection | None = None
    until: float = 0.0


@dataclass
class _Server:
    function: Callable[..., Any]
    tasks: list[tuple[Any, ...]]
    seconds: float
    context: Any
    waiting: deque[int] = field(default_factory=deque)

    def start(self, target: Callable[..., None], *args: Any) -> tuple[BaseProcess, Connection]:
        ours, theirs = self.context.Pipe()
        process = self.context.Process(target=target, args=(theirs, ours, *args))
        process.start()
        theirs.close()
        return process, ours

    def begin(self, slot: _Slot) -> None:
        """Start the next task, and the process beside it where that is not there."""
        if slot.helper is not None and wait([slot.helper.sentinel], 0):
            self.dismiss(slot)
        if slot.helper is None:
            slot.helper, slot.line = self.start(_help)
        slot.task = self.waiting.popleft()
        slot.process, slot.result = self.start(_run, slot.line, self.seconds, self.function, self.tasks[slot.task])
        slot.until = monotonic() + self.seconds

    def finish(self, slot: _Slot) -> tuple[int, Outcome] | None:
        """The outcome of the slot's task if it has one by now; then nothing that the task started is left."""
        process, result = cast("BaseProcess", slot.process), cast("Connection", slot.result)
        outcome = None
        if result.poll():
            with suppress(EOFError, OSError, pickle.UnpicklingError):
                outcome = result.recv()
        elif monotonic() < slot.until:
            return None
        late = outcome is None and monotonic() >= slot.until
        code = _end(process)
        result.close()
        if outcome is None:
            # The process beside may still be busy with what was asked.
            self.dismiss(slot)
            ended = f"its process took more than {self.seconds:g} s and was stopped"
            outcome = Outcome(reason=ended if late else f"its process ended before it was done (exit code {code})")
        slot.process = slot.result = None
        return slot.task, outcome

    def dismiss(self, slot: _Slot) -> None:
        if slot.helper is not None and slot.line is not None:
            slot.line.close()
            _end(slot.helper)
        slot.helper = slot.line = None

    def serve(self, slots: list[_Slot], stdin: int) -> Iterator[tuple[int, Outcome]]:
        """Run all tasks; the outcomes as they come. Ends early where the parent is gone."""
        self.waiting.extend(range(len(self.tasks)))
        watched = [stdin] if self.context.get_start_method() == "fork" else []
        while self.waiting or any(slot.process for slot in slots):
            for slot in slots:
                if slot.process is None and self.waiting:
                    self.begin(slot)
            busy = [slot for slot in slots if slot.process]
            first = max(min(slot.until for slot in busy) - monotonic(), 0)
            ready = wait([*watched, *(cast("Connection", slot.result) for slot in busy)], first)
            if stdin in ready:
                return
            for slot in busy:
                if outcome := self.finish(slot):
                    yield outcome


def _end(process: BaseProcess) -> int | None:
    """End a process and all that it started; its exit code."""
    wait([process.sentinel], 0.2)  # and not `join`, after which its number may be that of another
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(cast("int", process.pid), signal.SIGKILL)
    process.kill()
    process.join()
    return process.exitcode


def _aside(parents_end: Connection) -> None:
    """Make this process one of its own: not stopped by Ctrl-C, and not holding its parent's end of the line open."""
    parents_end.close()
    if hasattr(os, "setsid"):
        os.setsid()


def _run(
    result: Connection,
    parents_end: Connection,
    line: Connection,
    seconds: float,
    function: Callable[..., Any],
    task: tuple[Any, ...],
) -> None:
    """One task in its process."""
    global _beside  # noqa: PLW0603  (one task, one process)
    _aside(parents_end)
    _beside = line
    # Where the server was killed, nobody else ends this process.
    faulthandler.dump_traceback_later(seconds + 1, exit=True, file=2)
    try:
        result.send(Outcome(function(*task)))
    except BaseException as e:  # also SystemExit: whatever a task can raise is its own failure
        result.send(Outcome(reason=why(e)))


def _help(line: Connection, parents_end: Connection) -> None:
    """The process beside the tasks of one worker: answer until nobody is left to ask."""
    _aside(parents_end)
    with suppress(EOFError, OSError):
        while True:
            ticket, function, args = line.recv()
            try:
                answer = ticket, True, function(*args)
            except Exception:  # the asker tries by itself and meets the error
                answer = ticket, False, None
            line.send(answer)


def main() -> None:
    """The server: read what to do, write the outcomes as they come."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    stdin, out = os.dup(0), os.fdopen(os.dup(1), "wb")
    prepare, function, tasks, workers, seconds = pickle.load(sys.stdin.buffer)  # noqa: S301  (from our own parent)
    # What libraries print goes nowhere, and not between the outcomes.
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    method = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
    if method == "fork":
        prepare()
        gc.freeze()  # what is there now is not searched, and so not copied, in every process
    os.dup2(nowhere, 2)
    server = _Server(function, tasks, seconds, multiprocessing.get_context(method))
    slots = [_Slot() for _ in range(min(workers, len(tasks)))]
    try:
        for outcome in server.serve(slots, stdin):
            with suppress(BrokenPipeError):
                pickle.dump(outcome, out)
                out.flush()
    finally:
        for slot in slots:
            if slot.process:
                _end(slot.process)
            server.dismiss(slot)
