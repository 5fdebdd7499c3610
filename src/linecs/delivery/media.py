"""Where pictures, video, audio and files are kept."""

from __future__ import annotations

import os
import re
import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from attrs import field, frozen

from linecs.errors import LinecsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

__all__ = [
    "ByteSink",
    "FileMediaStore",
    "MediaMissingError",
    "MediaStore",
    "MediaWriter",
    "new_media_id",
]

_LOCATION = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}")
_INCOMING = "incoming"


class MediaMissingError(LinecsError, LookupError):
    """The store has nothing there: it was erased, or never kept."""


class ByteSink(Protocol):
    """Takes bytes: a binary file, or a store's writer."""

    def write(self, data: bytes, /) -> object:
        """Add bytes. Called while content comes in, in pieces of any size."""
        ...


class MediaWriter(ByteSink, Protocol):
    """A piece of content on its way into a store."""

    def keep(self) -> str:
        """Make what was written durable, whole or not at all, and return its location.

        Called once, at the end. The location is a text of at most 255 characters that nobody
        can guess and that says nothing of the customer.
        """
        ...


class MediaStore(Protocol):
    """Where content is kept; the desk remembers the location it is given."""

    def writer(self) -> AbstractContextManager[MediaWriter]:
        """Return a writer; leaving it without `keep` must leave nothing behind.

        Called by the job that fetches what a customer sent, and when media is published.
        """
        ...

    def open(self, location: str) -> BinaryIO:
        """Return the content, open for reading and seekable.

        Called by the view that serves media. Must raise `MediaMissingError` where there is none.
        """
        ...

    def erase(self, location: str) -> None:
        """Remove the content for good; nothing happens where there is none.

        Called by jobs after an unsend, an erasure or the end of retention, perhaps twice.
        """
        ...


def new_media_id() -> str:
    """Return an id nobody can guess, fit for a public address."""
    return secrets.token_urlsafe(24)


@frozen
class FileMediaStore:
    """Keeps content as files of one directory that only this user may read.

    Args:
        directory: Made where it is missing; on the same file system throughout.
    """

    directory: Path = field(converter=Path)

    @contextmanager
    def writer(self) -> Iterator[MediaWriter]:
        """Write into a file of its own, which appears under its location when it is whole."""
        name = secrets.token_hex(16)
        place = self._made(_INCOMING) / name
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield _FileWriter(self, file, place)
        finally:
            place.unlink(missing_ok=True)

    def open(self, location: str) -> BinaryIO:
        """Return the file.

        Raises:
            MediaMissingError: There is none.
        """
        try:
            return self._path(location).open("rb")
        except FileNotFoundError as error:
            raise MediaMissingError("The media store has nothing at this location.") from error

    def erase(self, location: str) -> None:
        """Remove the file."""
        path = self._path(location)
        if path.exists():
            path.unlink(missing_ok=True)
            _sync_directory(path.parent)

    def remove_leftovers(self, before: float) -> int:
        """Remove what a crash left half written and return how many files that were.

        Args:
            before: Epoch seconds; files changed later may still be written to.
        """
        leftovers = [
            path for path in self._made(_INCOMING).iterdir() if path.stat().st_mtime < before
        ]
        for path in leftovers:
            path.unlink(missing_ok=True)
        return len(leftovers)

    def _made(self, name: str) -> Path:
        folder = self.directory / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def _path(self, location: str) -> Path:
        if not _LOCATION.fullmatch(location):
            raise MediaMissingError("This is no location of this media store.")
        return self.directory / location

    def _settle(self, place: Path) -> str:
        folder = self._made(place.name[:2])
        place.rename(folder / place.name)
        _sync_directory(folder)
        return f"{folder.name}/{place.name}"


@frozen
class _FileWriter:
    store: FileMediaStore
    file: BinaryIO
    place: Path

    def write(self, data: bytes, /) -> object:
        return self.file.write(data)

    def keep(self) -> str:
        self.file.flush()
        os.fsync(self.file.fileno())
        return self.store._settle(self.place)  # noqa: SLF001 - the store's own writer


def _sync_directory(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
