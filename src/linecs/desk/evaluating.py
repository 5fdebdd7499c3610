"""Responders think under a deadline, in threads of their own, with no transaction open."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from linecs.desk.log import log
from linecs.model import HandOff
from linecs.replies.considered import Explaining

if TYPE_CHECKING:
    from linecs.model import Decision, Inquiry, Responder

__all__ = ["Evaluator"]

_THREADS = 16


class Evaluator:
    """Asks a responder, and takes a person where it does not answer in time or fails.

    Args:
        responder: What is asked.
        deadline: Milliseconds.
    """

    def __init__(self, responder: Responder, *, deadline: int) -> None:
        self._responder = responder
        self._deadline = deadline / 1_000
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._pool_process = 0

    def decide(self, inquiry: Inquiry) -> Decision | None:
        """Return the decision; a hand-off where thinking failed or took too long."""
        future = self._threads().submit(self._ask, inquiry)
        try:
            return future.result(timeout=self._deadline)
        except TimeoutError:
            future.cancel()
            log.warning("No answer within the deadline for inquiry %s", inquiry.id)
            return HandOff(reason="responder_timeout", source=self._responder.name)
        except Exception as error:  # noqa: BLE001 - a shop's own responder may raise anything
            # The error's text may quote the customer; its type is enough to find it.
            log.error("Responder failed with %s for inquiry %s", type(error).__name__, inquiry.id)
            return HandOff(reason="responder_failed", source=self._responder.name)

    def _ask(self, inquiry: Inquiry) -> Decision | None:
        """Return the decision; why there is none is kept as well (Promise 10)."""
        if not isinstance(self._responder, Explaining):
            return self._responder.respond(inquiry)
        considered = self._responder.consider(inquiry)
        silent = HandOff(
            reason="no_answer_found", source=self._responder.name, trace=considered.trace
        )
        return considered.decision or silent

    def _threads(self) -> ThreadPoolExecutor:
        # Threads do not survive a fork (gunicorn, celery): a child makes its own.
        with self._lock:
            if self._pool is None or self._pool_process != os.getpid():
                self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="linecs-responder")
                self._pool_process = os.getpid()
            return self._pool
