"""gongkai (公开): read, check and compare annual reports on government-information disclosure.

import gongkai
report = gongkai.read("report.txt")
report.facts, report.findings, report.sections, report.notes
many = gongkai.read_folder("data/reports")
"""

from gongkai.deciding import decide
from gongkai.errors import GongkaiError, UnreadableFile
from gongkai.pipeline import Reading, read, read_folder

__version__ = "0.4.0"

__all__ = ["GongkaiError", "Reading", "UnreadableFile", "__version__", "decide", "read", "read_folder"]
