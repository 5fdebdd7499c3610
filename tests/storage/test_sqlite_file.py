"""A SQLite file: what it promises, and who else writes to it."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from linecs.errors import ConfigurationError
from linecs.model import StoredEvent
from linecs.storage.ports import Query, StorageBusyError, StorageError
from linecs.storage.sql import SqlStorage
from linecs.storage.tables import Counter
from linecs.testing.storage_contract.samples import event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVENTS = Query(row=StoredEvent)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is."""
    return tmp_path / "shop.db"


@pytest.fixture
def storage(path: Path) -> Iterator[SqlStorage]:
    """A store on a file; others are waited for only shortly."""
    storage = SqlStorage.connect(f"sqlite:///{path}", busy_timeout=50)
    yield storage
    storage.close()


def pragma(storage: SqlStorage, name: str) -> object:
    """What SQLite says of the connection that writes."""
    return storage.run(lambda tx: tx.connection.exec_driver_sql(f"PRAGMA {name}").scalar())


def test_a_commit_survives_a_power_cut_by_default(storage: SqlStorage, path: Path) -> None:
    """`synchronous` is FULL (2) unless asked otherwise, NORMAL being 1."""
    assert pragma(storage, "synchronous") == 2
    normal = SqlStorage.connect(f"sqlite:///{path}", synchronous="NORMAL")
    assert pragma(normal, "synchronous") == 1
    normal.close()


def test_readers_do_not_wait_for_the_writer(storage: SqlStorage) -> None:
    """The file is in WAL mode, and foreign keys of the shop's are kept."""
    assert pragma(storage, "journal_mode") == "wal"
    assert pragma(storage, "foreign_keys") == 1


def test_an_unknown_durability_is_refused(path: Path) -> None:
    """A setting that cannot work is named."""
    with pytest.raises(ConfigurationError, match="synchronous"):
        SqlStorage.connect(f"sqlite:///{path}", synchronous="OFF")


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    """The error says which file could not be opened."""
    with pytest.raises(StorageError, match="nowhere"):
        SqlStorage.connect(f"sqlite:///{tmp_path}/nowhere/shop.db")


def test_rows_are_there_after_closing(storage: SqlStorage, path: Path) -> None:
    """A closed store opens again by itself, and another finds what the first wrote."""
    storage.run(lambda tx: tx.insert(event("1")))
    storage.close()
    assert storage.read(lambda tx: tx.count(EVENTS)) == 1
    other = SqlStorage.connect(f"sqlite:///{path}")
    assert other.read(lambda tx: tx.get(StoredEvent, "1")) == event("1")
    other.close()


def test_the_file_stays_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path is read once, so that a change of directory moves nothing."""
    monkeypatch.chdir(tmp_path)
    storage = SqlStorage.connect("sqlite:///shop.db")
    storage.run(lambda tx: tx.insert(event("1")))
    storage.close()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert storage.read(lambda tx: tx.count(EVENTS)) == 1
    storage.close()


def test_a_writer_who_knows_no_lock_of_ours_is_waited_for(storage: SqlStorage, path: Path) -> None:
    """Then the store says that it is busy, keeps nothing, and works again afterwards."""
    host = sqlite3.connect(path, isolation_level=None)
    host.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageBusyError):
        storage.run(lambda tx: tx.insert(event("1")))
    host.execute("COMMIT")
    host.close()
    assert storage.run(lambda tx: tx.insert_absent(event("1"))) == [True]


def test_the_lock_is_for_those_who_may_read_the_file(path: Path) -> None:
    """Beside a private database lies a private lock."""
    path.touch(mode=0o600)
    SqlStorage.connect(f"sqlite:///{path}").close()
    lock = path.with_name("shop.db-linecs-lock")
    assert lock.stat().st_mode & 0o777 == 0o600


WRITE = """
import sys, threading
from linecs.storage.sql import SqlStorage
from linecs.storage.tables import Counter
storage = SqlStorage.connect(f"sqlite:///{sys.argv[1]}")
def write(thread):
    for number in range(50):
        storage.run(lambda tx: tx.insert(Counter(name=f"{sys.argv[2]}-{thread}-{number}")))
threads = [threading.Thread(target=write, args=(thread,)) for thread in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


def test_processes_and_threads_lose_nothing(storage: SqlStorage, path: Path) -> None:
    """All that several processes write at once is there."""
    writers = [subprocess.Popen([sys.executable, "-c", WRITE, path, str(n)]) for n in range(2)]  # noqa: S603 - our own code
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert storage.read(lambda tx: tx.count(Query(row=Counter))) == 400


HOLD = """
import sys, time
from pathlib import Path
from linecs.storage.sql.file_lock import FileLock
with FileLock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_process_that_dies_frees_the_lock(storage: SqlStorage, path: Path) -> None:
    """Nobody waits for a writer that was killed."""
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:  # noqa: S603 - our own code
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        holder.send_signal(signal.SIGKILL)
        storage.run(lambda tx: tx.insert(event("1")))
    assert storage.read(lambda tx: tx.count(EVENTS)) == 1
