"""Made-up reports of invented agencies: clean, or with planted errors and the answer key.

The figures and the prose are this package's own; it imports the declarations of the form and nothing that reads
reports, so that a reader is never tested on its own patterns. The same seed gives the same bytes.
"""

from gongkai.synth.cases import make_cases, make_reports
from gongkai.synth.layouts import LAYOUTS, render
from gongkai.synth.model import Agency, KeyEntry, MadeReport, Panel
from gongkai.synth.panel import make_panel
from gongkai.synth.planting import error_classes, plant
from gongkai.synth.writing import write

__all__ = [
    "LAYOUTS",
    "Agency",
    "KeyEntry",
    "MadeReport",
    "Panel",
    "error_classes",
    "make_cases",
    "make_panel",
    "make_reports",
    "plant",
    "render",
    "write",
]
