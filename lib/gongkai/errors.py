"""The errors a user can meet; each message names the file, what was found and what to do."""

from __future__ import annotations


class GongkaiError(Exception):
    """Anything gongkai itself refuses to do."""


class UnreadableFile(GongkaiError):
    """A file that is set aside: `file` and `reason`, in plain words with the remedy."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason
