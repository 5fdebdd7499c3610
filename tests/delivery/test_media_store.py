"""Content as files of one directory."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from linecs.delivery.media import FileMediaStore, MediaMissingError, new_media_id

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> FileMediaStore:
    """Give a store in a directory yet to be made."""
    return FileMediaStore(tmp_path / "media")


def kept(store: FileMediaStore, data: bytes = b"a picture") -> str:
    """Keep bytes and return their location."""
    with store.writer() as writer:
        writer.write(data)
        return writer.keep()


def files(store: FileMediaStore) -> list[Path]:
    """Return every file of a store."""
    return [path for path in store.directory.rglob("*") if path.is_file()]


def test_what_was_kept_can_be_read(store: FileMediaStore) -> None:
    """The bytes come back, in any number of pieces."""
    with store.writer() as writer:
        writer.write(b"a ")
        writer.write(b"picture")
        location = writer.keep()
    with store.open(location) as file:
        assert file.read() == b"a picture"


def test_what_was_not_kept_leaves_nothing(store: FileMediaStore) -> None:
    """Content over the cap, or an answer that was no content, leaves no file."""
    with store.writer() as writer:
        writer.write(b"half")
    assert files(store) == []


def test_an_error_while_writing_leaves_nothing(store: FileMediaStore) -> None:
    """A lost connection leaves no half file."""

    def fetch() -> None:
        with store.writer() as writer:
            writer.write(b"half")
            raise ConnectionError

    with pytest.raises(ConnectionError):
        fetch()
    assert files(store) == []


def test_a_location_appears_only_when_whole(store: FileMediaStore) -> None:
    """Until it is kept, nothing stands where a reader would look."""
    with store.writer() as writer:
        writer.write(b"half")
        assert [path.parent.name for path in files(store)] == ["incoming"]
        location = writer.keep()
    assert [str(path.relative_to(store.directory)) for path in files(store)] == [location]


def test_erased_is_gone(store: FileMediaStore) -> None:
    """Erasing removes the file; a second time changes nothing."""
    location = kept(store)
    store.erase(location)
    store.erase(location)
    assert files(store) == []
    with pytest.raises(MediaMissingError):
        store.open(location)


@pytest.mark.parametrize("location", ["", "../secret", "/etc/passwd", "ab/../../x", "incoming/a"])
def test_a_location_cannot_leave_the_directory(store: FileMediaStore, location: str) -> None:
    """Only what this store made is a location; others are missing, and not erased."""
    (store.directory.parent / "secret").write_text("kept")
    with pytest.raises(MediaMissingError):
        store.open(location)
    with pytest.raises(MediaMissingError):
        store.erase(location)
    assert (store.directory.parent / "secret").read_text() == "kept"


def test_only_this_user_may_read(store: FileMediaStore) -> None:
    """Customers' files are not for other users of the machine."""
    path = store.directory / kept(store)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_names_say_nothing_and_do_not_repeat(store: FileMediaStore) -> None:
    """Equal content has unequal, random names."""
    locations = {kept(store) for _ in range(20)} | {new_media_id() for _ in range(20)}
    assert len(locations) == 40
    assert min(map(len, locations)) >= 32


def test_leftovers_of_a_crash_are_removed(store: FileMediaStore) -> None:
    """Half written files are removed once they are old, and only they."""
    location = kept(store)
    old, fresh = (store.directory / "incoming" / name for name in ("old", "fresh"))
    for path in (old, fresh):
        path.write_bytes(b"half")
    os.utime(old, (1000, 1000))
    assert store.remove_leftovers(before=2000) == 1
    assert sorted(files(store)) == sorted([fresh, store.directory / location])
