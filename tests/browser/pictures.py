"""Pictures to look at: python tests/browser/pictures.py FOLDER makes every page, chart and the explore notebook.

In Chinese and English, as wide as a desk's screen (1280) and as a phone's (390), from the bundled reports.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import Any

from harness import ROOT, Watch, jupyter, launched, missing, notebook_root, run_all

from gongkai import read_folder
from gongkai.publish import publish

WIDTHS = {"desk": 1280, "phone": 390}


def of_pages(browser: Any, folder: Path, out: Path, lang: str) -> None:
    """Every page whole, and at desk width every chart by itself."""
    for width, pixels in WIDTHS.items():
        watch = Watch()
        page = watch.page(browser, pixels, 900)
        for path in sorted(folder.glob("*.html")):
            page.goto(path.as_uri())
            charts = page.locator("figure.live")
            for k in range(charts.count()):
                charts.nth(k).scroll_into_view_if_needed()
                page.locator("figure.live").nth(k).locator(".embed svg").wait_for(state="attached")
            page.screenshot(path=out / f"{path.stem}-{lang}-{width}.png", full_page=True)
            if width == "desk":
                for k in range(charts.count()):
                    charts.nth(k).screenshot(path=out / f"{path.stem}-{lang}-chart-{k + 1}.png")
        page.context.close()
        watch.check()


def of_notebook(browser: Any, scratch: Path, out: Path, lang: str) -> None:
    """The explore notebook after Run All, its outputs one by one."""
    root = notebook_root(scratch, lang)
    with jupyter(root, scratch) as address:
        watch = Watch((address,))
        page = watch.page(browser, WIDTHS["desk"], 1400)
        run_all(page, f"http://{address}/lab/tree/notebooks/explore.ipynb")
        page.locator(".vega-embed svg .mark-symbol path").nth(1).click()
        page.locator("table.gongkai-cells").wait_for()
        page.mouse.move(0, 0)
        for k, shown in enumerate(page.locator(".jp-Cell-outputArea").all()):
            shown.scroll_into_view_if_needed()
            if shown.inner_text().strip():
                shown.screenshot(path=out / f"explore-{lang}-{k + 1}.png")
        page.context.close()
        watch.check()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    out = parser.parse_args().folder.resolve()
    if reason := missing():
        parser.exit(1, f"{reason}\n")
    out.mkdir(parents=True, exist_ok=True)
    reading = read_folder(ROOT / "data" / "reports", progress=False)
    with tempfile.TemporaryDirectory() as made, launched(Path(made)) as browser:
        for lang in ("zh", "en"):
            folder = Path(made) / lang
            publish(reading, folder / "pages", lang, progress=False)
            of_pages(browser, folder / "pages", out, lang)
            of_notebook(browser, folder, out, lang)
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
