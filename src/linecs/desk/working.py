"""The worker's loop: process, deliver, jobs, over and over, until it is told to stop."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from linecs.desk.log import log
from linecs.storage.ports import StorageError

if TYPE_CHECKING:
    from linecs.desk.support_desk import SupportDesk

__all__ = ["answer_now", "work"]

_LONGEST_PAUSE = 30.0


def work(desk: SupportDesk, *, stop: threading.Event, idle: float = 0.2) -> None:
    """Work until `stop` is set; what was begun is finished first.

    Args:
        desk: Whose work is done.
        stop: Set it to end, from a signal handler or another thread.
        idle: Seconds to wait when there was nothing to do.
    """
    pause = idle
    while not stop.is_set():
        try:
            busy = _once(desk)
            pause = idle
        except StorageError as error:
            # The database is away: nothing is lost, it waits there. Ask again, less and less often.
            log.error("The database does not answer (%s); trying again", type(error).__name__)
            busy, pause = False, min(pause * 2, _LONGEST_PAUSE)
        if not busy:
            stop.wait(pause)


def _once(desk: SupportDesk) -> bool:
    # Each looks at once, so that a long queue of one kind cannot starve the others.
    return any([desk.process() > 0, desk.deliver() > 0, desk.run_jobs() > 0])


def answer_now(desk: SupportDesk, *, within: float) -> None:
    """Process and deliver what is there, waiting at most so many seconds for it."""
    thread = threading.Thread(target=_answer, args=[desk], name="linecs-handle", daemon=True)
    thread.start()
    thread.join(timeout=max(within, 0))


def _answer(desk: SupportDesk) -> None:
    try:
        while desk.process(wait=0) + desk.deliver():
            pass
    except StorageError as error:
        log.error("Answering at once stopped (%s); a worker goes on", type(error).__name__)
