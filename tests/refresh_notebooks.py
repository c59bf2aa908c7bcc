"""Store the outputs of the cells tagged `nbval-check-output` again: python tests/refresh_notebooks.py.

All other outputs are left out, so that a notebook's diff shows its code and its few checked figures. Read the
diff before committing: a figure that changed is a result that changed.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
CHECKED = "nbval-check-output"


def refresh(path: Path) -> None:
    """Run the notebook in its own folder and keep the checked outputs."""
    notebook = nbformat.read(path, as_version=4)
    place = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, kernel_name="python3", store_widget_state=False, resources=place).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code" and CHECKED not in cell.metadata.get("tags", []):
            cell.outputs, cell.execution_count = [], None
    notebook.metadata["language_info"] = {"name": "python"}
    nbformat.write(notebook, path)


if __name__ == "__main__":
    for found in sorted(NOTEBOOKS.rglob("*.ipynb")):
        if ".ipynb_checkpoints" not in found.parts:
            refresh(found)
