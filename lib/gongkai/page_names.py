"""File names of pages: stable, safe on every system, one for each agency, region and parent body."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_RESERVED = {"con", "prn", "aux", "nul", "index", *(f"{d}{n}" for d in ("com", "lpt") for n in range(10))}
# Pages of regions and of parent bodies begin with these, so no agency's own name may.
_REGION, _PARENT = "region-", "parent-"


def safe_name(agency: str) -> str:
    """A file name for an agency: its own where that is safe everywhere, else a like one with a hash.

    Stable: it depends on the agency alone.
    """
    name = unicodedata.normalize("NFC", agency)
    name = "".join(
        "_" if unicodedata.category(c)[0] in "CZ" or c in "<>:\"/\\|?*#%&'`$;=+@!,~^(){}[]" else c for c in name
    )
    name = re.sub(r"^[._-]+|[. ]+$|(?<=\.)\.", "_", name)
    short = name.encode()[:120].decode(errors="ignore") or "_"
    folded = short.casefold()
    taken = folded.split(".")[0] in _RESERVED or folded.startswith((_REGION, _PARENT))
    if short != agency or short != folded or taken:
        return f"{'_' if taken else ''}{short}-{hashlib.sha256(agency.encode()).hexdigest()[:8]}"
    return short


def region_name(region: str) -> str:
    """The file name of a region's page."""
    return _REGION + safe_name(region)


def parent_name(agency_id: str) -> str:
    """The file name of the page of a body with those below it, by its `agency_id`."""
    return _PARENT + safe_name(agency_id)
