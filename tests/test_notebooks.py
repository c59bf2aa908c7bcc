"""Every notebook: its shape, and a run with parameters that are not its defaults."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest

from gongkai import read_folder, runner, selection, store, synth
from gongkai.errors import GongkaiError

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted(p for p in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
ANALYSES = [p for p in NOTEBOOKS if p.parent.name == "analysis"]
REPORTS = str(ROOT / "data" / "reports")
SUQIAN = "宿迁市人民政府"

OF_SUQIAN = {"reports": REPORTS, "agencies": [SUQIAN], "first_year": 2023, "last_year": 2024, "lang": "en"}
BESIDE_PEERS = {"reports": REPORTS, "agencies": [SUQIAN], "rate": "not_held", "year": 2024, "kind": "government"}
BESIDE_PEERS |= {"level": "city", "by_region": True, "lang": "en"}

OTHER_PARAMETERS: dict[str, dict[str, Any]] = {
    "00_start_here": {"reports": REPORTS, "file": "xicheng-2020.txt", "lang": "en"},
    "explore": {"reports": REPORTS, "root": ".", "out": "explored", "lang": "en"},
    "findings": {"reports": REPORTS, "agencies": [], "years": [2020], "severity": "error", "lang": "en"},
    "coverage": OF_SUQIAN,
    "requests": OF_SUQIAN,
    "outcomes": OF_SUQIAN | {"rate": "not_held"},
    "proactive": OF_SUQIAN | {"indicator": "licensing_decisions"},
    "disputes": OF_SUQIAN,
    "outliers": OF_SUQIAN | {"rates": ["not_held"], "rules": ["A-"]},
    "narratives": OF_SUQIAN | {"rules": ["N-10"]},
    "peers": BESIDE_PEERS,
    "agency_report": {"agency": SUQIAN, "year": 2024, "reports": REPORTS, "root": ".", "lang": "en"},
    "region_report": {"region": "", "parent": "xicheng", "reports": REPORTS, "lang": "en"},
    "parse_review": {"file": f"{REPORTS}/suqian-2024.docx", "lang": "en"},
}

each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)


def code_cells(path: Path) -> list[Any]:
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]


def tags(cell: Any) -> list[str]:
    return list(cell.metadata.get("tags", []))


@each
def test_the_first_code_cell_and_no_other_holds_the_parameters(path: Path) -> None:
    cells = code_cells(path)
    assert [k for k, c in enumerate(cells) if "parameters" in tags(c)] == [0]
    tree = ast.parse(cells[0].source)
    assert all(isinstance(node, ast.AnnAssign) for node in tree.body)
    assert all("  # " in line for line in cells[0].source.splitlines())
    # papermill must see every one of them: an "=" in a comment hides a parameter from it.
    assert list(papermill.inspect_notebook(str(path))) == [node.target.id for node in tree.body]  # type: ignore[attr-defined]


@each
def test_the_second_code_cell_and_no_other_imports(path: Path) -> None:
    importing = [k for k, c in enumerate(code_cells(path)) if re.search(r"^\s*(import|from) ", c.source, re.MULTILINE)]
    assert importing == [1]


@each
def test_cells_are_short_and_define_nothing(path: Path) -> None:
    cells = code_cells(path)
    sources = [c.source for c in cells]
    assert max(len(s.splitlines()) for s in sources) <= 15
    for source in sources:
        tree = ast.parse(source)
        assert not [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef | ast.Lambda)]
        assert "sys.path" not in source and "inplace" not in source
    for source in sources[1:]:
        assert not re.search(r"""["'](/|\.\./|[A-Za-z]:\\)""", source), "a path outside the parameters"


@each
def test_a_name_is_bound_once(path: Path) -> None:
    tree = ast.parse("\n".join(c.source for c in code_cells(path)))
    bound = [n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    assert len(bound) == len(set(bound))


@each
def test_the_kernel_is_python3_and_only_checked_cells_carry_outputs(path: Path) -> None:
    assert nbformat.read(path, as_version=4).metadata.kernelspec.name == "python3"
    for cell in code_cells(path):
        checked = "nbval-check-output" in tags(cell)
        # nbval compares nothing where the execution count is missing.
        assert bool(cell.outputs) == checked and (cell.execution_count is not None) == checked


@each
def test_every_notebook_explains_itself_in_both_languages(path: Path) -> None:
    prose = "\n".join(c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "markdown")
    assert re.search("[\u4e00-\u9fff]{8}", prose) and re.search(r"(?:[A-Za-z]+ ){4}", prose)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, tuple[str, Path]]:
    """Every notebook run with other parameters: path → why it failed, and the notebook with its outputs."""
    folder = tmp_path_factory.mktemp("other")
    jobs = [runner.Job(p, folder / p.name, OTHER_PARAMETERS[p.stem], folder) for p in NOTEBOOKS]
    return {job.notebook: (o.reason, job.out) for job, o in zip(jobs, runner.run_all(jobs), strict=True)}


@pytest.mark.slow
@each
def test_it_runs_with_other_parameters(path: Path, done: dict[Path, tuple[str, Path]]) -> None:
    reason, out = done[path]
    assert not reason
    outputs = [o for c in code_cells(out) for o in c.outputs]
    assert outputs and not [o for o in outputs if o.output_type == "error"]
    if path.stem == "agency_report":
        text = "".join(str(o.get("data", {})) for o in outputs)
        assert "3,525" in text and "3,511" not in text, "the year given is the year shown"


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The frames of 440 made-up reports with errors, as `gongkai reports` leaves them: one group has enough peers."""
    folder = tmp_path_factory.mktemp("panel")
    made = synth.make_panel(220, range(2022, 2024), 1, tuple(synth.error_classes()))
    synth.write(made.reports, folder / "made", made.agencies, made.key)
    reading = read_folder(folder / "made" / "reports", progress=False)
    store.save(reading.frames | {"findings": reading.findings, "reviews": reading.reviews}, folder)
    reading.verdicts.write_parquet(folder / selection.VERDICTS)
    return folder


def texts_of_all(folder: Path, out: Path, lang: str) -> dict[str, str]:
    """Every analysis notebook run on `folder` with its own defaults: name → what its outputs say."""
    jobs = []
    for path in ANALYSES:
        given = {k: ast.literal_eval(p["default"]) for k, p in papermill.inspect_notebook(str(path)).items()}
        jobs.append(runner.Job(path, out / path.name, given | {"reports": str(folder), "lang": lang}, out))
    assert [o.reason for o in runner.run_all(jobs) if o.reason] == []
    cells = {job.out.stem: code_cells(job.out) for job in jobs}
    return {
        name: "\n".join(str(o.get("data", o.get("text", ""))) for c in found for o in c.outputs)
        for name, found in cells.items()
    }


@pytest.mark.slow
def test_the_analyses_of_many_agencies_say_what_was_compared(panel: Path, tmp_path: Path) -> None:
    told = texts_of_all(panel, tmp_path, "zh")
    assert "可评 12 份" in told["peers"] and "偶然约 0.6" in told["peers"]
    assert "先看：" in told["findings"] and "下面列出 40 条" in told["findings"]
    assert "99.8% 线外" in told["outliers"] and "Fisher 精确检验" in told["outliers"]
    assert "个机关中收到申请最多的一个" in told["outcomes"] and "两年都可算的机关" in told["outcomes"]
    assert "行，列出件数最多的 40 行。" in told["requests"] and "不谈趋势" in told["requests"]
    assert "与两年的表相符" in told["narratives"] and "没有确定缺少的报告。" in told["coverage"]


@pytest.mark.slow
def test_the_analyses_of_one_report_without_requests_say_so(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    shutil.copy(ROOT / "data" / "reports" / "xigong-rsj-2023.txt", tmp_path / "reports")
    told = texts_of_all(tmp_path / "reports", tmp_path, "en")
    assert "Disclosed: none can be rated." in told["outcomes"] and "denominator is 0 (7)" in told["outcomes"]
    assert "Nothing can be tested against the year before." in told["requests"]
    assert "No report with a known level and kind" in told["peers"]
    assert "No group has 10 rated peers" in told["outliers"]


def test_a_misspelt_or_missing_parameter_is_refused(tmp_path: Path) -> None:
    path = runner.template("reports/agency_report.ipynb")
    right = OTHER_PARAMETERS["agency_report"]
    wrong = {("agnecy" if k == "agency" else k): v for k, v in right.items()}
    with pytest.raises(GongkaiError, match=r"unknown parameters \['agnecy'\], missing \['agency'\].*agency, year"):
        runner.run(path, tmp_path / "x.ipynb", wrong, cwd=tmp_path)
    assert not (tmp_path / "x.ipynb").exists()


def test_a_notebook_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(GongkaiError, match="pip install -e"):
        runner.template("reports/no_such.ipynb")


def test_papermill_itself_refuses_a_misspelt_parameter(tmp_path: Path) -> None:
    out = tmp_path / "out.ipynb"
    command = [sys.executable, "-m", "papermill", "reports/agency_report.ipynb", str(out), "-p", "agnecy", "别的"]
    done = subprocess.run(command, cwd=runner.NOTEBOOKS, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode != 0
    assert "unknown parameters ['agnecy']" in done.stderr
