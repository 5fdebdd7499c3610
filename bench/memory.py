"""Memory of a process that keeps a million events, and of one that then works on them.

Run: python bench/memory.py      (LINECS_BENCH_EVENTS for another number)
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from webhooks import CHANNEL, webhook

from linecs.desk import SupportDesk
from linecs.storage.sql import SqlStorage

EVENTS = int(os.environ.get("LINECS_BENCH_EVENTS", "1000000"))
PER_BODY = 100
CUSTOMERS = 20_000
LANES = 2_000
STEPS = 10


def _resident() -> float:
    """Return this process's resident memory, in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _print(what: str, began: float) -> float:
    resident = _resident()
    print(f"{what:<44}{resident:>8.1f} MiB{time.perf_counter() - began:>9.1f} s", flush=True)
    return resident


def main() -> None:
    """Print resident memory as the events come in, and as they are worked on."""
    with tempfile.TemporaryDirectory() as directory:
        store = SqlStorage.connect(f"sqlite:///{directory}/memory.db", synchronous="NORMAL")
        desk = SupportDesk(storage=store, channels=[CHANNEL])
        began = time.perf_counter()
        after_first = 0.0
        bodies = EVENTS // PER_BODY
        for number in range(bodies):
            desk.receive(*webhook(number, events=PER_BODY, customers=CUSTOMERS))
            if (number + 1) % (bodies // STEPS) == 0:
                now = _print(f"{(number + 1) * PER_BODY:>9} events kept", began)
                after_first = after_first or now
        worked = 0
        while worked < LANES:
            worked += desk.process(wait=0)
            if worked % (LANES // 4) == 0:
                now = _print(f"{worked:>9} customers' events worked on", began)
        print(f"at the end {now / after_first:.2f} times what it was after the first tenth")
        store.close()


if __name__ == "__main__":
    main()
