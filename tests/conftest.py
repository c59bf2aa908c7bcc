"""Shared fixtures: the folder of sample reports, skipped visibly where it is absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SAMPLES = Path(os.environ.get("GONGKAI_SAMPLES", ROOT.parent / "shared" / "samples"))


@pytest.fixture
def samples() -> Path:
    """The folder of published sample reports (environment variable GONGKAI_SAMPLES)."""
    if not SAMPLES.is_dir():
        pytest.skip(f"no sample reports in {SAMPLES}: set GONGKAI_SAMPLES to their folder")
    return SAMPLES
