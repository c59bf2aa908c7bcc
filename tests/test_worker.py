"""The kept process: limits of time and memory, crashes, and what becomes of it. Real processes throughout."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from gongkai import UnreadableFile, worker


def process_id() -> int:
    return worker.run(os.getpid)


def speak() -> str:
    print("not an answer", flush=True)
    os.write(1, b"\0" * 999)
    os.system("echo neither is this")  # noqa: S605  (a child of the worker)
    return "the answer"


def refuse(reason: str) -> None:
    raise UnreadableFile("a.pdf", "原因", reason)


def hold(size: int) -> int:
    return len(bytearray(size))


def wrap() -> None:
    try:
        bytearray(10**9)
    except MemoryError as e:
        raise UnreadableFile("a.pdf", "文件损坏", "the file is damaged") from e


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text("utf-8").rsplit(") ")[1][0] != "Z"
    except FileNotFoundError:
        return False


def is_gone(process: int) -> bool:
    for _ in range(100):
        if not is_running(process):
            return True
        time.sleep(0.05)
    return False


linux = pytest.mark.skipif(sys.platform != "linux", reason="memory is limited, and processes are listed, on Linux only")


def test_a_result_comes_back_and_the_process_is_kept() -> None:
    assert worker.run(sorted, [3, 1, 2]) == [1, 2, 3]
    assert process_id() == process_id() != os.getpid()
    assert worker.run(len, b"x" * 5_000_000) == 5_000_000
    assert len(worker.run(bytes, 5_000_000)) == 5_000_000


def test_too_slow_is_stopped_and_the_next_one_runs() -> None:
    first = process_id()
    begun = time.monotonic()
    with pytest.raises(worker.TooSlow) as caught:
        worker.run(time.sleep, 60, seconds=0.3)
    assert time.monotonic() - begun < 5
    assert caught.value.en.startswith("reading it took more than 0.3 s and was stopped. Open it")
    assert caught.value.zh.startswith("读取超过 0.3 秒，已停止。请")
    assert worker.run(abs, -1) == 1
    assert process_id() != first
    assert not Path(f"/proc/{first}").exists(), "a zombie"


@linux
@pytest.mark.parametrize("task", [(hold, 10**9), (list, range(10**8)), (wrap,)])
def test_too_much_memory_is_stopped_and_the_next_one_runs(task: tuple[object, ...]) -> None:
    with pytest.raises(worker.TooMuchMemory, match="more than 200 MB"):
        worker.run(*task, megabytes=200)  # type: ignore[arg-type]
    assert worker.run(len, bytes(9)) == 9


@linux
def test_a_file_of_ordinary_size_passes_whatever_was_read_before() -> None:
    for _ in range(5):
        assert worker.run(hold, 150_000_000, megabytes=200) == 150_000_000


@pytest.mark.parametrize("task", [(os._exit, 3), (os.abort,), (sys.exit, 0)])
def test_a_crash_is_said_and_the_next_one_runs(task: tuple[object, ...]) -> None:
    with pytest.raises(worker.WorkerDied, match="crashed"):
        worker.run(*task)  # type: ignore[arg-type]
    assert worker.run(abs, -1) == 1


def test_what_the_function_raises_is_raised_here() -> None:
    first = process_id()
    with pytest.raises(UnreadableFile) as caught:
        worker.run(refuse, "because")
    assert (caught.value.file, caught.value.zh, caught.value.en) == ("a.pdf", "原因", "because")
    with pytest.raises(RuntimeError, match=r"in the worker: (?s:.)*ValueError: invalid literal"):
        worker.run(int, "x")
    assert process_id() == first


def test_what_libraries_print_is_no_answer(capfd: pytest.CaptureFixture[str]) -> None:
    assert worker.run(speak) == "the answer"
    assert capfd.readouterr() == ("", "")


def test_a_relative_path_is_relative_to_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name, "utf-8")
        monkeypatch.chdir(tmp_path / name)
        assert worker.run(Path.read_text, Path("file"), "utf-8") == name


def test_threads_take_turns() -> None:
    found: dict[int, int] = {}
    threads = [threading.Thread(target=lambda n=n: found.update({n: worker.run(abs, -n)})) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {n: n for n in range(20)}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_has_a_worker_of_its_own() -> None:
    mine = process_id()
    with multiprocessing.get_context("fork").Pool(1) as pool:
        theirs = pool.apply(process_id)
    assert theirs != mine == process_id()


SCRIPT = """
import os, sys, time
from gongkai import worker
print(worker.run(os.getpid), flush=True)
assert worker.run(abs, -1) == 1
"""


def script(folder: Path, more: str = "") -> subprocess.Popen[str]:
    (folder / "script.py").write_text(SCRIPT + more, "utf-8")
    return subprocess.Popen([sys.executable, folder / "script.py"], stdout=subprocess.PIPE, text=True, cwd=folder)


@linux
def test_a_script_needs_no_main_guard_and_leaves_no_process(tmp_path: Path) -> None:
    # What lies in the folder of the reports is not imported.
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "queue.py").write_text("raise SystemExit", "utf-8")
    with script(tmp_path) as process:
        printed, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert len(printed.split()) == 1
    assert is_gone(int(printed))


@linux
def test_python_c_works_as_well() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=20)
    assert done.stdout.strip().isdigit()


@linux
@pytest.mark.parametrize("busy", ["worker.run(time.sleep, 50)", "time.sleep(50)"])
def test_a_killed_parent_leaves_no_process(tmp_path: Path, busy: str) -> None:
    with script(tmp_path, busy) as process:
        assert process.stdout
        theirs = int(process.stdout.readline())
        assert is_running(theirs)
        process.kill()
    assert is_gone(theirs)
