"""Store an example of each verdict of each rule again, for the rules reference: python tests/refresh_examples.py.

The first case of a rule and verdict in rule_cases/ is the example. Read the diff before committing: a message that
changed is a message that people will read.
"""

from __future__ import annotations

import csv
import io
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from test_rules import CASES, case_verdict, example_key

FILE = Path(__file__).parents[1] / "lib" / "gongkai" / "declared" / "examples.csv"
COLUMNS = ("rule", "verdict", "form", "given", "message_zh", "message_en")


def examples() -> list[dict[str, str]]:
    """One row a rule and verdict, in the order of the cases."""
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for case in CASES:
        key = example_key(case)
        if key in rows:
            continue
        with tempfile.TemporaryDirectory() as folder:
            found = case_verdict(case, Path(folder))
        form, given = (case + " ").split("|", 2)[1:]
        messages = {name: found[name] for name in ("message_zh", "message_en")}
        rows[key] = {"rule": key[0], "verdict": key[1], "form": form.strip(), "given": given.strip(), **messages}
    return list(rows.values())


if __name__ == "__main__":
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(examples())
    FILE.write_text(buffer.getvalue(), "utf-8", newline="\n")
