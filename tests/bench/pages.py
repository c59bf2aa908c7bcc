"""How long a page takes, beside a plain loop over the same notebook: `python -m bench.pages [AGENCIES [SAMPLE]]`.

Ours: one isolated process a page, the page with its styles and font. Plain: `papermill.execute_notebook` and then
nbconvert in one process, imported once, over a sample of the same agencies. Only the ratio carries over to another
machine. Nothing is asserted: a time is no test.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

import papermill
from nbconvert import HTMLExporter

from gongkai import fork, pages, publish, read_folder, runner, saved, synth

AGENCIES, SAMPLE, YEARS = 200, 10, range(2019, 2025)


def _folder(out: Path, agencies: int) -> list[runner.Job]:
    """Made-up reports of so many agencies read, checked and saved in `out`; the jobs of their pages."""
    made = synth.make_panel(agencies, YEARS, "pages")
    synth.write(made.reports, out / "panel", made.agencies, made.key)
    reading = read_folder(out / "panel", progress=False)
    publish._prepare(out / "pages")
    publish._save_frames(reading, out / "pages")
    saved.save(saved.measure(reading), out / "pages")
    wanted = [page for page in pages.planned(reading) if page.kind == "agency"]
    return [publish._job(page, out / "pages", "zh") for page in wanted[:agencies]]


def _plain(jobs: list[runner.Job], out: Path) -> None:
    exporter = HTMLExporter(exclude_input=True)
    for k, job in enumerate(jobs):
        papermill.execute_notebook(
            job.notebook, out / f"{k}.ipynb", job.parameters, kernel_name="python3", cwd=job.cwd, progress_bar=False
        )
        (out / f"{k}.html").write_text(exporter.from_filename(str(out / f"{k}.ipynb"))[0], encoding="utf-8")


def main(agencies: int = AGENCIES, sample: int = SAMPLE) -> None:
    """Print seconds a page both ways, their ratio, and the sizes of the pages."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        jobs = _folder(out, agencies)
        begun = perf_counter()
        done = runner.run_all(jobs, progress=sys.stderr.isatty())
        ours = (perf_counter() - begun) / len(jobs)
        failed = {d.reason for d in done if d.reason}
        begun = perf_counter()
        _plain(jobs[:: max(len(jobs) // sample, 1)][:sample], out)
        plain = (perf_counter() - begun) / min(sample, len(jobs))
        kb = sorted(d.value.stat().st_size / 1000 for d in done if not d.reason)
        print(f"agencies {agencies}, years {len(YEARS)}, processes {fork.cores()}, plain loop over {sample} of them")
        print(
            f"gongkai {ours:.3f} s a page, papermill + nbconvert {plain:.3f} s a page: {plain / ours:.1f} times (≥ 10)"
        )
        print(f"failed {len(failed)} {' '.join(failed)}")
        if kb:
            print(
                f"KB a page, with font and charts: smallest {kb[0]:.0f}, median {median(kb):.0f}, largest {kb[-1]:.0f}"
            )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
