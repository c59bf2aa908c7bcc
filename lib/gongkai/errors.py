"""The errors a user can meet; each message names the file, what was found and what to do."""

from __future__ import annotations


class GongkaiError(Exception):
    """Anything gongkai itself refuses to do."""


class UnreadableFile(GongkaiError):
    """A file that is set aside: `file`, and the reason with its remedy in Chinese and English."""

    def __init__(self, file: str, zh: str, en: str) -> None:
        super().__init__(f"{file}: {en} {zh}")
        self.file = file
        self.zh = zh
        self.en = en
