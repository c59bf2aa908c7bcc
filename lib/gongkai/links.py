"""From a finding to its place in the file: the address a browser opens beside a page."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import quote

# Longer quotations break where the file breaks its lines; a dozen characters find the sentence.
_LONGEST_QUOTE = 12


def source_link(source: str, where: str, root: str = ".", words: str = "") -> str:
    """The address of a place in `source`, a path as given; `root` leads from the page to where such paths start.

    A PDF opens at its page; in a web page or text a browser that can (text fragments, WICG) looks for `words`.
    """
    path = Path(os.path.normpath(Path(root) / source))
    # Quoted whole, a name such as `javascript:…` is a file name and nothing else.
    address = path.as_uri() if path.is_absolute() else quote(path.as_posix())
    page = re.search(r"\bpage (\d+)", where)
    if page and path.suffix.lower() == ".pdf":
        return f"{address}#page={page[1]}"
    if words and path.suffix.lower() in {".txt", ".md", ".html", ".htm"}:
        return f"{address}#:~:text={quote(words.strip()[:_LONGEST_QUOTE], safe='')}"
    return address
