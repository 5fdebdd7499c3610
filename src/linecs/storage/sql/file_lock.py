"""A lock that processes share, on a file beside the database."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from linecs.storage.ports import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["FileLock"]

_flock: Callable[[int, int], None] | None = None
if sys.platform != "win32":
    import fcntl

    _flock = fcntl.flock
    _EXCLUSIVE, _UNLOCK = fcntl.LOCK_EX, fcntl.LOCK_UN


class FileLock:
    """Held by one process at a time; the kernel frees it when its holder dies.

    Each object is for one process and one thread at a time; a forked child opens its own.
    Where there is no `flock` (Windows) it does nothing.

    Args:
        path: The database; the lock is a file beside it, as readable as the database is.

    Raises:
        StorageError: The lock's file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        name = path.with_name(f"{path.name}-linecs-lock")
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666
        try:
            self._file = os.open(name, os.O_RDONLY | os.O_CREAT, mode)
        except OSError as error:
            raise StorageError(f"cannot open the lock beside the database: {error}") from error

    def __enter__(self) -> None:
        if _flock is not None:
            _flock(self._file, _EXCLUSIVE)

    def __exit__(self, *error: object) -> None:
        if _flock is not None:
            _flock(self._file, _UNLOCK)

    def close(self) -> None:
        """Give the file back."""
        os.close(self._file)
