"""A forked process, such as a gunicorn worker, goes on with connections of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from linecs.storage.ports import Query
from linecs.storage.tables import Counter

if TYPE_CHECKING:
    from linecs.storage.sql import SqlStorage

FORK = """
import os, sys, threading, time
from linecs.storage.sql import SqlStorage
from linecs.storage.ports import Query
from linecs.storage.tables import Counter

storage = SqlStorage.connect(sys.argv[1])
read = lambda: storage.read(lambda tx: tx.count(Query(row=Counter)))
inside = threading.Event()

def hold(tx):
    tx.insert(Counter(name="other thread"))
    inside.set()
    time.sleep(0.3)  # the fork comes now

storage.run(lambda tx: tx.insert(Counter(name="before")))
read()
other = threading.Thread(target=storage.run, args=[hold])
other.start()
inside.wait()
child = os.fork()
if child == 0:
    read()
    storage.run(lambda tx: tx.insert(Counter(name="child")))
    storage.close()
    sys.exit(0)
other.join()
storage.run(lambda tx: tx.insert(Counter(name="after")))
assert os.waitpid(child, 0)[1] == 0
print("parent reads", read())
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_parent_and_child_both_go_on(sql_storage: SqlStorage, database_url: str) -> None:
    """Even when the fork falls into another thread's transaction, nothing is lost or shared."""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORK, database_url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)  # noqa: S603 - our own code
    assert done.stdout.split("\n") == ["parent reads 4", ""]
    assert done.stderr == ""
    assert sql_storage.read(lambda tx: tx.count(Query(row=Counter))) == 4
