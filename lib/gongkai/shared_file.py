"""A file that several people and programs write: one writer at a time, and never half a file."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gongkai.errors import GongkaiError

# Seconds to wait for another writer.
PATIENCE = 10.0


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other writers of `path` out. Works on shared drives too, where locks of the system often do not."""
    lock = path.with_name(f".{path.name}.lock")
    until = time.monotonic() + PATIENCE
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except FileExistsError as e:
            if time.monotonic() > until:
                raise GongkaiError(f"{path}: somebody else is writing it. If nobody is, delete {lock}.") from e
            time.sleep(0.02)
    try:
        yield
    finally:
        lock.unlink()


def replace(path: Path, data: bytes) -> None:
    """Write `path` whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            os.fsync(out.fileno())
        # mkstemp lets nobody else read the file; a ledger is shared.
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
