"""A headless browser without a network for the tests here; without playwright or a browser they are skipped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from harness import ROOT, Watch, launched, missing

from gongkai import read_folder
from gongkai.publish import publish

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = missing()
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if reason:
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Headless Chromium (playwright's Browser)."""
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Pages for one test; it fails where one of them asks for anything outside or reports an error."""
    seen = Watch()
    yield seen
    seen.check()


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folders of pages by language: of all bundled reports in Chinese, of one agency's in English."""
    reading = read_folder(ROOT / "data" / "reports", progress=False)
    one = reading.reports.filter(pl.col("agency") == "宿迁市人民政府")
    folders = {lang: tmp_path_factory.mktemp("pages") / lang for lang in ("zh", "en")}
    assert publish(reading, folders["zh"], "zh", progress=False).failed == []
    assert publish(reading.kept(one, None, None), folders["en"], "en", progress=False).failed == []
    return folders
