"""Notebooks in processes of their own: nothing of one reaches another, and each fails alone."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
import vl_convert
from fontTools.ttLib import TTFont
from lxml import etree
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from PIL import ImageFont

import gongkai
from gongkai import charts, drawing, fonts, fork, pages, runner, selection
from gongkai.errors import GongkaiError
from gongkai.lean import lean

ROOT = Path(__file__).parents[1]
REPORTS = ROOT / "data" / "reports"


def book(path: Path, *cells: str) -> Path:
    """A notebook with the parameter x and these cells."""
    parameters = new_code_cell("x: int = 1", metadata={"tags": ["parameters"]}, id="parameters")
    code = [new_code_cell(source, id=f"cell-{k}") for k, source in enumerate(cells)]
    nbformat.write(new_notebook(cells=[parameters, *code], metadata={"kernelspec": KERNEL}), path)
    return path


KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def job(folder: Path, name: str, *cells: str, page: Any = None) -> runner.Job:
    return runner.Job(
        book(folder / f"{name}.ipynb", *cells), folder / f"{name}-out.ipynb", {"x": 2}, folder, page or str
    )


def shown(path: Path) -> list[Any]:
    """The outputs of an executed notebook."""
    return [o for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code" for o in c.outputs]


LEAVE = """
import builtins, os, string, sys, threading
name = builtins.everywhere = 1
string.capwords = len
os.environ["LEFT_BEHIND"] = "1"
os.chdir("/")
sys.path.append("/left/behind")
sys.modules["left_behind"] = string
threading.Thread(target=threading.Event().wait, daemon=True).start()
"""
LOOK = """
import builtins, os, string, sys, threading
print("name" in globals(), hasattr(builtins, "everywhere"), string.capwords is len, "LEFT_BEHIND" in os.environ,
      "/left/behind" in sys.path, "left_behind" in sys.modules, threading.active_count() > 1, os.getcwd(), x)
"""


# Whoever is broken off while he waits must not get that answer to his next question; nor may the next notebook.
ASK = """
import os, signal, time
from gongkai import fork
def stop(*_):
    raise TimeoutError
signal.signal(signal.SIGALRM, stop)
signal.setitimer(signal.ITIMER_REAL, 0.2)
try:
    fork.beside(time.sleep, 0.6)
except TimeoutError:
    print(fork.beside(len, "abc"), fork.beside(os.getpid) not in {os.getpid(), os.getppid()})
os.kill(fork.beside(os.getpid), signal.SIGKILL)
print(fork.beside(len, "ab"))
"""

CELLS = {
    "leaves": [LEAVE, LOOK],
    "looks": [LOOK],
    "asks": [ASK],
    "asks-again": [ASK],
    "right": ["import warnings\nwarnings.warn('careful')", "print({'a', 'b', 'c', 'd'})", "x"],
    "raises": ["1 / 0", "print('not reached')"],
    "syntax": ["1 +"],
    "killed": ["import os, signal; os.kill(os.getpid(), signal.SIGKILL)"],
    "exits": ["import os; os._exit(3)"],
    "page": ["1"],
    "hides": ["print('printed')", "'<shown>'"],
}


def run_cells(folder: Path, workers: int) -> dict[str, tuple[runner.Job, runner.Outcome]]:
    jobs = [job(folder, name, *cells, page=int if name == "page" else str) for name, cells in CELLS.items()]
    hides = folder / "hides.ipynb"
    notebook = nbformat.read(hides, as_version=4)
    notebook.cells.append(new_markdown_cell("aside", metadata={"tags": ["aside"]}, id="aside"))
    notebook.cells.append(new_markdown_cell("# Told", id="told"))
    nbformat.write(notebook, hides)
    done = runner.run_all(jobs, workers=workers)
    return {j.notebook.stem: (j, d) for j, d in zip(jobs, done, strict=True)}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[runner.Job, runner.Outcome]]:
    """Every small notebook, one after the other."""
    return run_cells(tmp_path_factory.mktemp("one") / "", 1)


Ran = dict[str, tuple[runner.Job, runner.Outcome]]


def test_nothing_that_a_notebook_leaves_behind_reaches_the_next(ran: Ran) -> None:
    left, seen = (shown(ran[name][0].out)[0].text.split() for name in ("leaves", "looks"))
    assert left == ["True"] * 7 + ["/", "2"]
    assert seen == ["False"] * 7 + [str(ran["looks"][0].cwd), "2"]


def test_each_answer_of_the_process_beside_is_to_its_question(ran: Ran) -> None:
    assert [shown(ran[name][0].out)[0].text for name in ("asks", "asks-again")] == ["3 True\n2\n"] * 2


def test_each_notebook_fails_alone_and_says_why(ran: Ran) -> None:
    why = {name: done.reason for name, (_, done) in ran.items() if done.reason}
    assert list(why) == ["raises", "syntax", "killed", "exits", "page"]
    assert why["raises"] == "ZeroDivisionError: division by zero" and why["syntax"].startswith("SyntaxError: ")
    assert "ended before it was done (exit code -9)" in why["killed"] and "exit code 3" in why["exits"]
    assert why["page"].startswith("ValueError: invalid literal for int()")
    assert {name for name, (made, _) in ran.items() if not made.out.exists()} == set(why)


def test_the_same_notebook_gives_the_same_bytes_with_any_number_of_workers(ran: Ran, tmp_path: Path) -> None:
    again = run_cells(tmp_path, 2)
    for name in ("right", "hides"):
        (first, body), (second, other) = ran[name], again[name]
        assert body.value == other.value and first.out.read_bytes() == second.out.read_bytes()
    assert {n: d.reason for n, (_, d) in ran.items()} == {n: d.reason for n, (_, d) in again.items()}


def test_an_executed_notebook_is_whole_and_carries_no_trace_of_this_machine(ran: Ran) -> None:
    made = ran["right"][0]
    text = made.out.read_text("utf-8")
    nbformat.validate(nbformat.reads(text, as_version=4))
    for trace in ("papermill", "UserWarning", str(made.cwd), str(ROOT), str(Path.home()), sys.version.split()[0]):
        assert trace not in text, trace
    assert '"id": "injected-1"' in text and not re.search(r"20\d\d-\d\d", text)


def test_hidden_cells_and_what_is_printed_stay_out_of_the_page(ran: Ran) -> None:
    body = ran["hides"][1].value
    assert "&lt;shown&gt;" in body and "Told" in body
    assert not [word for word in ("printed", "aside", "x: int", "x = 2") if word in body]


def alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
def test_a_notebook_that_hangs_is_stopped_with_all_that_it_started(tmp_path: Path) -> None:
    hang = "import os, subprocess, time\nchild = subprocess.Popen(['sleep', '600'])\n"
    hang += f"open({str(tmp_path / 'pids')!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\ntime.sleep(600)"
    jobs = [job(tmp_path, "hangs", hang), job(tmp_path, "right", "print(x)")]
    begun = time.monotonic()
    hung, right = runner.run_all(jobs, workers=1, seconds=6)
    assert "more than 6 s" in hung.reason and right.reason == "" and time.monotonic() - begun < 60
    assert [alive(int(p)) for p in (tmp_path / "pids").read_text().split()] == [False, False]


SCRIPT = """
import signal
from pathlib import Path
from gongkai import runner
signal.signal(signal.SIGINT, signal.default_int_handler)  # also where the tests run in the background
with open("started", "a") as file:
    file.write("x")
here = Path(".").resolve()
jobs = [runner.Job(here / "a.ipynb", here / f"out-{k}.ipynb", {"x": k}, here, len) for k in range(3)]
print([d.reason for d in runner.run_all(jobs)])
"""


def test_a_script_without_a_guard_runs_once(tmp_path: Path) -> None:
    book(tmp_path / "a.ipynb", "x")
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "['', '', '']\n", done.stderr
    assert (tmp_path / "started").read_text() == "x" and len(list(tmp_path.glob("out-*.ipynb"))) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_no_process_is_left_where_the_run_is_broken_off(tmp_path: Path, sign: int) -> None:
    pids = tmp_path / "pids"
    pids.mkdir()
    book(tmp_path / "a.ipynb", f"import os, time\nopen('{pids}/' + str(os.getpid()), 'w')\ntime.sleep(600)")
    (tmp_path / "script.py").write_text(SCRIPT)
    script = subprocess.Popen([sys.executable, "script.py"], cwd=tmp_path, stderr=subprocess.DEVNULL)
    while not (found := list(pids.iterdir())):
        assert script.poll() is None
        time.sleep(0.1)
    script.send_signal(sign)
    script.wait(20)
    until = time.monotonic() + 20
    while (left := [p for p in found if alive(int(p.name))]) and time.monotonic() < until:
        time.sleep(0.1)
    assert not left


# Everything a cell can show, in the order in which it is shown.
SHOWS = [
    "import asyncio, sys, warnings\nfrom IPython.display import HTML, Image, Markdown, clear_output, display",
    "print('one')\ndisplay(HTML('<b>two</b>'))\nprint('three', end='')\nprint(' four')\n{'x': x}",
    "x;",
    "_ = 5",
    "handle = display('before', display_id='here')\nhandle.update('after')",
    "print('gone')\nclear_output()\nprint('kept')",
    "print('gone')\nclear_output(wait=True)\nprint('kept')",
    "await asyncio.sleep(0)\n'awaited'",
    "Markdown('*text*')",
    "Image(data=bytes.fromhex('89504e470d0a1a0a0000000d494844520000000100000001'), format='png')",
    "class Both:\n    def _repr_html_(self): return '<i>x</i>'\n    def __repr__(self): return 'x'\nBoth()",
    "import polars as pl\npl.DataFrame({'a': [1, None]})",
    "[len(In), In[1], sorted(Out)]",
    "%%capture said\nprint('captured')",
    "said.stdout",
    "__name__, get_ipython() is not None",
    "None",
    "",
]


@pytest.mark.slow
def test_what_cells_show_is_what_a_kernel_shows(tmp_path: Path) -> None:
    made = job(tmp_path, "shows", *SHOWS)
    papermill.execute_notebook(
        made.notebook, tmp_path / "kernel.ipynb", {"x": 2}, kernel_name="python3", progress_bar=False
    )
    assert runner.run_all([made])[0].reason == ""
    kernel, ours = (nbformat.read(p, as_version=4).cells for p in (tmp_path / "kernel.ipynb", made.out))
    assert len(kernel) == len(ours) == len(SHOWS) + 2
    for expected, cell in zip(kernel, ours, strict=True):
        assert (cell.source, cell.execution_count) == (expected.source, expected.execution_count)
        assert cell.outputs == expected.outputs, cell.source


def few(folder: Path) -> Path:
    """A folder with two of the bundled reports."""
    folder.mkdir()
    for name in ("xigong-rsj-2023.txt", "xicheng-2020.txt"):
        (folder / name).write_bytes((REPORTS / name).read_bytes())
    return folder


@pytest.mark.slow
def test_the_page_notebook_shows_what_a_kernel_shows(tmp_path: Path) -> None:
    # One lays its charts out by itself, the other has it done in the process that is kept.
    reports = few(tmp_path / "reports")
    parameters = {"agency": "北京市西城区人民政府", "year": 0, "reports": str(reports), "root": ".", "lang": "zh"}
    template = runner.template(pages.AGENCY_NOTEBOOK)
    kernel = papermill.execute_notebook(
        template, None, parameters, kernel_name="python3", cwd=tmp_path, progress_bar=False
    )
    ours = nbformat.read(runner.run(template, tmp_path / "ours.ipynb", parameters, tmp_path), as_version=4)
    for expected, cell in zip(kernel.cells, ours.cells, strict=True):
        assert cell.source == expected.source
        assert cell.get("outputs") == expected.get("outputs"), cell.source


def imports(job: runner.Job) -> tuple[set[str], list[str]]:
    """The packages that a job imports which were not there before, and the threads of the server it is forked from."""
    before = set(sys.modules)
    runner._run(job)
    tasks = Path(f"/proc/{os.getppid()}/task")
    threads = [p.read_text().strip() for p in tasks.glob("*/comm")] if tasks.is_dir() else []
    return {name.split(".")[0] for name in set(sys.modules) - before}, threads


@pytest.mark.slow
def test_what_a_page_needs_is_imported_once_before_the_processes_are_forked(tmp_path: Path) -> None:
    parameters = {"agency": "北京市西城区人民政府", "year": 0, "reports": "", "root": ".", "lang": "zh"}
    parameters["reports"] = str(few(tmp_path / "reports"))
    template = runner.template(pages.AGENCY_NOTEBOOK)
    page = runner.Job(template, tmp_path / "out.ipynb", parameters, tmp_path, str)
    ((_, done),) = fork.each(imports, [(page,)], partial(runner._prepare, [template]))
    assert done.reason == ""
    late, threads = done.value
    # Small ones; what takes long is scipy, pandas, altair and such.
    assert late <= {"IPython", "bdb", "gongkai", "multiprocessing", "polars"}
    # Once polars has computed these are there, and a process that is forked hangs.
    assert not [name for name in threads if re.match("polars-[0-9]|tokio|async", name)]


@pytest.mark.slow
def test_pages_and_notebooks_are_the_same_with_one_worker_and_with_two(tmp_path: Path) -> None:
    reports = few(tmp_path / "reports")
    wanted = [p for p in pages.planned(gongkai.read_folder(reports, progress=False)) if p.kind == "agency"]
    made = []
    for name, workers in (("first", 1), ("second", 2)):
        out = tmp_path / name
        out.mkdir()
        jobs = [
            runner.Job(
                runner.template(page.notebook),
                out / f"{page.name}.ipynb",
                page.parameters | {"reports": str(reports), "root": ".", "lang": "zh"},
                out,
                partial(pages.write_page, page, out=out, lang="zh"),
            )
            for page in wanted
        ]
        done = runner.run_all(jobs, workers=workers)
        assert [d.reason for d in done] == ["", ""]
        made.append([(d.value.read_bytes(), j.out.read_bytes()) for d, j in zip(done, jobs, strict=True)])
    assert made[0] == made[1]


def test_wrong_parameters_are_refused_before_anything_runs(tmp_path: Path) -> None:
    wrong = runner.Job(book(tmp_path / "a.ipynb", "x"), tmp_path / "out.ipynb", {"y": 1}, tmp_path)
    with pytest.raises(GongkaiError, match=r"unknown parameters \['y'\], missing \['x'\]"):
        runner.run_all([wrong])
    assert runner.run_all([]) == []


def test_a_lean_chart_says_and_draws_the_same_in_the_font_of_the_page() -> None:
    one = selection.pick(gongkai.read_folder(REPORTS, progress=False), "北京市西城区人民政府")
    picture = drawing.render(charts.outcome_shares(one.facts, one.reports, "zh"))
    assert isinstance(picture, drawing.Picture)
    small = lean(f"<p>role='img' &lt;svg</p>{picture.svg}<p>after</p>")
    assert small.startswith("<p>role='img' &lt;svg</p><svg ") and small.endswith("</svg><p>after</p>")
    before, after = (
        etree.fromstring(picture.svg),
        etree.fromstring(small[small.index("<svg") : small.index("<p>after")]),
    )
    texts = [[t.text for t in tree.iter("{*}text")] for tree in (before, after)]
    assert texts[0] == texts[1] and len(texts[0]) > 10
    drawn = [[p.get("d") for p in tree.iter("{*}path") if p.get("fill")] for tree in (before, after)]
    assert len(drawn[0]) == len(drawn[1]) or "fill" in small
    assert after.get("aria-label") == before.get("aria-label") and after.get("role") == "img"
    assert "font-family" not in small and "@font-face" not in small and len(small) < len(picture.svg) / 3


def test_an_embedded_font_draws_the_characters_as_the_packaged_font_does() -> None:
    text = "政府信息公开ABC0123（），。龘"
    font = TTFont(io.BytesIO(fonts.subset_font(text + "\U0010fffd")))
    assert set(font.getBestCmap()) == {ord(c) for c in text} | {0x20}
    # Browsers refuse a font that lacks one of these.
    assert {"CFF ", "OS/2", "cmap", "head", "hhea", "hmtx", "maxp", "name", "post"} <= set(font.keys())
    font.flavor = None
    plain = io.BytesIO()
    font.save(plain)
    plain.seek(0)
    whole = io.BytesIO(fonts.pylopdf_fonts_zh_cn.sans_path().read_bytes())
    ours, theirs = (ImageFont.truetype(f, 200, layout_engine=ImageFont.Layout.BASIC) for f in (plain, whole))
    for character in text:
        box, expected = ours.getbbox(character), theirs.getbbox(character)
        # Hints move the outlines of the packaged font by less than a pixel or two in 200.
        assert all(abs(a - b) <= 2 for a, b in zip(box, expected, strict=True)), character
        assert ours.getlength(character) == pytest.approx(theirs.getlength(character), abs=1)


def test_charts_are_laid_out_with_a_part_of_the_font_as_with_the_whole() -> None:
    text = "政府信息公开工作年度报告" * 3
    chart = {"data": {"values": [{}]}, "mark": {"type": "text", "text": text, "fontSize": 10}, "width": 10}

    def width(family: str) -> float:
        drawn = vl_convert.vegalite_to_svg(chart | {"config": {"font": family}})
        return float(etree.fromstring(drawn).get("viewBox").split()[2])

    fonts.register()
    with fonts.registered(text) as family:
        assert width(family) == pytest.approx(width(fonts.FAMILY), abs=2)


def test_processes_are_as_many_as_the_cores_that_may_be_used() -> None:
    assert 1 <= fork.cores() <= (os.cpu_count() or 1)
