"""One kept process that reads files within limits of time and memory, and is replaced when a file breaks it.

By hand, as pools that spawn (pebble, multiprocessing, concurrent.futures) import the caller's `__main__`: a script
without a guard runs a second time and every task fails. Forking instead hangs once polars has computed.
"""

from __future__ import annotations

import atexit
import faulthandler
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE
from time import monotonic
from typing import IO, TypeVar, cast

from gongkai.errors import GongkaiError, UnreadableFile

T = TypeVar("T")
_LINUX = sys.platform == "linux"
_SAVE_ZH = "请在相应软件中打开，只把报告正文另存为 .docx 或 .txt 后再读。"
_SAVE = "Open it in its own program, save the report alone as .docx or .txt, and read that file."


class Stopped(GongkaiError):
    """A file was too much for the worker: the reason with its remedy in Chinese (`zh`) and English (`en`)."""

    zh, en = "", ""

    def __init__(self, limit: float = 0) -> None:
        self.zh, self.en = self.zh.format(f"{limit:g}") + _SAVE_ZH, f"{self.en.format(f'{limit:g}')} {_SAVE}"
        super().__init__(f"{self.en} {self.zh}")


class TooSlow(Stopped):
    zh, en = "读取超过 {} 秒，已停止。", "reading it took more than {} s and was stopped."


class TooMuchMemory(Stopped):
    zh, en = "读取所需内存超过 {} MB，已停止。", "reading it takes more than {} MB of memory and was stopped."


class WorkerDied(Stopped):
    zh, en = "读取程序异常终止，文件可能已损坏。", "reading it crashed the reader, so it may be damaged."


def _send(stream: IO[bytes], data: bytes) -> None:
    rest = memoryview(len(data).to_bytes(8, "big") + data)
    while rest:
        rest = rest[stream.write(rest) :]


def _receive(stream: IO[bytes]) -> bytes:
    """One message. Raises EOFError where the other side is gone."""
    data = bytearray()
    while len(data) < 8 or len(data) < 8 + int.from_bytes(data[:8], "big"):
        if not (piece := stream.read(8 - len(data) if len(data) < 8 else 1 << 20)):
            raise EOFError
        data += piece
    return bytes(data[8:])


# The parent's side. The process starts with the first task; one task at a time.
class _Worker:
    lock = threading.Lock()
    process: subprocess.Popen[bytes] | None = None

    def ask(self, function: Callable[..., T], args: tuple[object, ...], seconds: float, megabytes: float) -> T:
        task = pickle.dumps((Path.cwd(), seconds, megabytes, pickle.dumps((function, args))))
        process = self.process = self.process or _start()
        begun, timer = monotonic(), threading.Timer(seconds, process.kill)
        timer.daemon = True
        timer.start()
        try:
            _send(cast("IO[bytes]", process.stdin), task)
            error, answer = pickle.loads(_receive(cast("IO[bytes]", process.stdout)))  # noqa: S301  (our own worker)
        except BaseException as e:  # as KeyboardInterrupt: the answer to this task must not become the next one's
            self.close()
            if not isinstance(e, (EOFError, OSError)):
                raise
            raise (TooSlow(seconds) if monotonic() - begun >= seconds else WorkerDied()) from None
        finally:
            timer.cancel()
        if error is TooMuchMemory:
            self.close()
        if error:
            raise error(*answer)
        return cast("T", answer)

    def close(self) -> None:
        """End the process, if there is one, and leave no zombie."""
        process, self.process = self.process, None
        if process:
            with process:
                process.kill()

    def forget(self) -> None:
        self.lock, self.process = threading.Lock(), None  # in a forked child, where both are its parent's


def _start() -> subprocess.Popen[bytes]:
    # The path of this process, so that the same modules are found, and -P so that nothing else is.
    code = f"import sys; sys.path[:] = {sys.path!r}; from gongkai.worker import main; main()"
    # Numeric libraries reserve memory for each thread that they may start.
    env = os.environ | dict.fromkeys(["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "POLARS_MAX_THREADS"], "1")
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    command = [sys.executable, "-P", "-c", code]
    return subprocess.Popen(
        command, stdin=PIPE, stdout=PIPE, stderr=subprocess.DEVNULL, bufsize=0, env=env, creationflags=flags
    )


def _limit(size: int) -> None:
    """Let this process hold so many bytes, -1: without limit. Elsewhere than on Linux only the time is watched."""
    # RLIMIT_AS would also count libraries and what each thread reserves.
    if _LINUX:
        import resource

        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(resource.RLIMIT_DATA, (hard if size < 0 or 0 <= hard < size else size, hard))


def _refusal(error: Exception, megabytes: float) -> tuple[type[Exception], tuple[object, ...]]:
    """The class and the arguments of what the parent raises; an exception itself may not survive being pickled."""
    wrapped: BaseException | None = error
    while wrapped:  # libraries wrap a lack of memory in errors of their own
        if isinstance(wrapped, MemoryError):
            return TooMuchMemory, (megabytes,)
        wrapped = wrapped.__cause__ or wrapped.__context__
    if isinstance(error, UnreadableFile):
        return UnreadableFile, (error.file, error.zh, error.en)
    return RuntimeError, ("in the worker: " + "".join(traceback.format_exception(error)),)


def _answer(task: bytes, held: int) -> bytes:
    """Do one task; `held` is what RLIMIT_DATA counted at the start of the process."""
    folder, seconds, megabytes, call = pickle.loads(task)  # noqa: S301  (from our own parent)
    # Where the parent was killed and a library never comes back to Python, nobody else ends this process.
    faulthandler.dump_traceback_later(seconds + 1, exit=True, file=2)
    try:
        os.chdir(folder)
        _limit(held + int(megabytes * 1e6))
        function, args = pickle.loads(call)  # noqa: S301
        return pickle.dumps((None, function(*args)))
    except Exception as e:
        _limit(-1)
        return pickle.dumps(_refusal(e, megabytes))
    finally:
        faulthandler.cancel_dump_traceback_later()


def main() -> None:
    """The worker's side: answer tasks until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    stdin, stdout = os.fdopen(os.dup(0), "rb", 0), os.fdopen(os.dup(1), "wb", 0)
    # What libraries print goes nowhere, and not between the answers.
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    tasks: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def listen() -> None:
        with suppress(EOFError, OSError):
            while True:
                tasks.put(_receive(stdin))
        os._exit(0)  # the parent is gone, whatever is being read

    threading.Thread(target=listen, daemon=True).start()
    held = int(Path("/proc/self/statm").read_bytes().split()[5]) * os.sysconf("SC_PAGE_SIZE") if _LINUX else 0
    while True:
        _send(stdout, _answer(tasks.get(), held))


_shared = _Worker()
atexit.register(_shared.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_shared.forget)


def run(function: Callable[..., T], *args: object, seconds: float = 60, megabytes: float = 300) -> T:
    """The result of `function(*args)`, computed in the worker; what the function raises is raised here.

    The function is one of a module, not of a script. Raises TooSlow, TooMuchMemory or WorkerDied.
    """
    with _shared.lock:
        if _shared.process:
            # What earlier files left in the worker must not decide about this one.
            with suppress(TooMuchMemory, WorkerDied):
                return _shared.ask(function, args, seconds, megabytes)
        return _shared.ask(function, args, seconds, megabytes)
