"""The worker's loop: process, deliver, jobs, over and over, until it is told to stop."""

from __future__ import annotations

import threading
import traceback
from typing import TYPE_CHECKING

from linecs.desk.log import log
from linecs.storage.ports import SchemaOutdatedError

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

    Raises:
        SchemaOutdatedError: The tables are missing or too old; waiting would not mend it.
    """
    pause = idle
    while not stop.is_set():
        try:
            busy = _once(desk, stop)
            pause = idle
        except SchemaOutdatedError:
            raise
        except Exception as error:  # noqa: BLE001 - a worker outlives the database and any bug
            # Nothing is lost: what was not committed is done again. Less and less often, so that
            # a database that is away is not stormed. The error's text may quote a customer.
            log.error("Work stopped by %s; trying again", _where(error))
            busy, pause = False, min(pause * 2, _LONGEST_PAUSE)
        if not busy:
            stop.wait(pause)


def _once(desk: SupportDesk, stop: threading.Event) -> bool:
    # Each looks at once, so that a long queue of one kind cannot starve the others.
    done = [desk.process(stop=stop), desk.deliver(stop=stop), desk.run_jobs(stop=stop)]
    return any(done)


def _where(error: Exception) -> str:
    """Return the kind of an error and the line it came from, without its text."""
    frames = traceback.extract_tb(error.__traceback__)
    at = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{at}"


def answer_now(desk: SupportDesk, *, within: float) -> None:
    """Process and deliver what is there, waiting at most so many seconds for it."""
    thread = threading.Thread(target=_answer, args=[desk], name="linecs-handle", daemon=True)
    thread.start()
    thread.join(timeout=max(within, 0))


def _answer(desk: SupportDesk) -> None:
    try:
        while desk.process(wait=0) + desk.deliver():
            pass
    except Exception as error:  # noqa: BLE001 - the host's request has been answered already
        log.error("Answering at once stopped by %s; a worker goes on", _where(error))
