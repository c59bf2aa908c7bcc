"""Notebooks in processes of their own: nothing of one reaches another, and each fails alone."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from fontTools.ttLib import TTFont
from lxml import etree
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from PIL import ImageFont

import gongkai
from gongkai import charts, drawing, fonts, pages, runner, selection
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


def test_nothing_that_a_notebook_leaves_behind_reaches_the_next(tmp_path: Path) -> None:
    jobs = [job(tmp_path, f"{k}", LEAVE if k % 2 == 0 else "", LOOK) for k in range(4)]
    done = runner.run_all(jobs, workers=1)
    assert [d.reason for d in done] == [""] * 4
    seen = [shown(j.out)[0].text.split() for j in jobs]
    assert seen[0][:6] == ["True"] * 6 and seen[0][7] == "/"
    assert seen[1] == seen[3] == ["False"] * 7 + [str(tmp_path), "2"]


def test_each_notebook_fails_alone_and_says_why(tmp_path: Path) -> None:
    jobs = [
        job(tmp_path, "right", "print(x)"),
        job(tmp_path, "raises", "1 / 0", "print('not reached')"),
        job(tmp_path, "syntax", "1 +"),
        job(tmp_path, "killed", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"),
        job(tmp_path, "exits", "import os; os._exit(3)"),
        job(tmp_path, "page", "1", page=int),
        job(tmp_path, "last", "print(x)"),
    ]
    done = runner.run_all(jobs, workers=2)
    why = {j.notebook.stem: d.reason for j, d in zip(jobs, done, strict=True)}
    assert why["right"] == why["last"] == ""
    assert why["raises"] == "ZeroDivisionError: division by zero" and why["syntax"].startswith("SyntaxError: ")
    assert "ended before it was done (exit code -9)" in why["killed"] and "exit code 3" in why["exits"]
    assert why["page"].startswith("ValueError: invalid literal for int()")
    assert {j.out.exists() for j in jobs if why[j.notebook.stem]} == {False}
    assert done[0].value.strip().startswith("<div") and jobs[-1].out.is_file()


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


@pytest.mark.slow
def test_the_page_notebook_shows_what_a_kernel_shows(tmp_path: Path) -> None:
    # One process has kept its chart engine, the other has not.
    parameters = {"agency": "北京市西城区人民政府", "year": 0, "reports": str(REPORTS), "root": ".", "lang": "zh"}
    template = runner.template(pages.AGENCY_NOTEBOOK)
    kernel = papermill.execute_notebook(
        template, None, parameters, kernel_name="python3", cwd=tmp_path, progress_bar=False
    )
    ours = nbformat.read(runner.run(template, tmp_path / "ours.ipynb", parameters, tmp_path), as_version=4)
    for expected, cell in zip(kernel.cells, ours.cells, strict=True):
        assert cell.source == expected.source
        assert cell.get("outputs") == expected.get("outputs"), cell.source


def test_the_same_notebook_gives_the_same_bytes_without_a_trace_of_this_machine(tmp_path: Path) -> None:
    cells = ["import warnings\nwarnings.warn('careful')", "print({'a', 'b', 'c', 'd'})", "x"]
    runs = []
    for name, workers in (("first", 1), ("second", 2)):
        folder = tmp_path / name
        folder.mkdir()
        jobs = [job(folder, str(k), *cells) for k in range(3)]
        bodies = [d.value for d in runner.run_all(jobs, workers=workers)]
        runs.append([(body, j.out.read_bytes()) for body, j in zip(bodies, jobs, strict=True)])
    assert runs[0] == runs[1] and len(set(runs[0])) == 1
    nbformat.validate(nbformat.reads(runs[0][0][1].decode(), as_version=4))
    text = runs[0][0][1].decode()
    for trace in ("papermill", "UserWarning", str(tmp_path), str(ROOT), str(Path.home()), sys.version.split()[0], "20"):
        assert trace not in re.sub(r'"version": "3.*"', "", text), trace
    assert '"id": "injected-1"' in text


@pytest.mark.slow
def test_pages_and_notebooks_are_the_same_with_one_worker_and_with_two(tmp_path: Path) -> None:
    reading = gongkai.read_folder(REPORTS, progress=False)
    made = []
    for name, workers in (("first", 1), ("second", 2)):
        out = tmp_path / name
        out.mkdir()
        wanted = pages.planned(reading)[:2]
        jobs = [
            runner.Job(
                runner.template(page.notebook),
                out / f"{page.name}.ipynb",
                page.parameters | {"reports": str(REPORTS), "root": ".", "lang": "zh"},
                out,
                str,
            )
            for page in wanted
        ]
        done = runner.run_all(jobs, workers=workers)
        assert [d.reason for d in done] == ["", ""]
        made.append([(d.value, j.out.read_bytes()) for d, j in zip(done, jobs, strict=True)])
    assert made[0] == made[1]


def test_wrong_parameters_are_refused_before_anything_runs(tmp_path: Path) -> None:
    wrong = runner.Job(book(tmp_path / "a.ipynb", "x"), tmp_path / "out.ipynb", {"y": 1}, tmp_path)
    with pytest.raises(GongkaiError, match=r"unknown parameters \['y'\], missing \['x'\]"):
        runner.run_all([wrong])
    assert runner.run_all([]) == []


def test_hidden_cells_and_what_is_printed_stay_out_of_the_page(tmp_path: Path) -> None:
    path = book(tmp_path / "a.ipynb", "print('printed')", "'<shown>'")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells += [new_markdown_cell("aside", metadata={"tags": ["aside"]}), new_markdown_cell("# Told")]
    nbformat.write(notebook, path)
    body = runner.run_all([runner.Job(path, tmp_path / "out.ipynb", {"x": 7}, tmp_path, str)])[0].value
    assert "&lt;shown&gt;" in body and "Told" in body
    assert not [word for word in ("printed", "aside", "x: int", "x = 7") if word in body]


def test_a_lean_chart_says_and_draws_the_same_in_the_font_of_the_page() -> None:
    one = selection.pick(gongkai.read_folder(REPORTS, progress=False), "北京市西城区人民政府")
    picture = drawing.render(charts.outcomes(one.facts, one.reports, "zh"))
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


def test_processes_are_as_many_as_the_cores_that_may_be_used() -> None:
    assert 1 <= runner.fork.cores() <= (os.cpu_count() or 1)
