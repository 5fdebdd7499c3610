"""Calls to LINE: several at a time, no connection held, each outcome handed over as it comes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from itertools import islice
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from linecs.delivery.outcomes import Unreached
from linecs.delivery.per_process import PerProcess
from linecs.delivery.settlement import Settlement, give_up, postpone, settle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linecs.delivery.outcomes import Outcome
    from linecs.desk.core import DeskCore
    from linecs.desk.turns import Turn
    from linecs.model import Attempt

__all__ = ["call_each", "called"]

_READY_FOR_EACH_THREAD = 4
_MOST_THREADS = 1_000
# Shared by all desks of a process, and kept: to start one costs as much as to send a message.
_THREADS = PerProcess(lambda: ThreadPoolExecutor(_MOST_THREADS, thread_name_prefix="linecs-call"))
_WORTH_THREADS = 2


def call_each(
    core: DeskCore, turn: Turn, attempts: Sequence[Attempt]
) -> Iterator[list[Settlement]]:
    """Make the calls and yield how they ended, together those that ended meanwhile.

    What is not begun when the worker is told to end is left to the others.
    No thread is far ahead of whoever records what is yielded: after a crash, what is not
    recorded is unclear. Where calls raised, the first error comes after the others' outcomes.
    """
    if len(attempts) < _WORTH_THREADS:
        for attempt in attempts:
            yield [_called_in_turn(core, turn, attempt)]
        return
    threads = min(core.settings.delivery_threads, len(attempts))
    ready: SimpleQueue[Attempt | None] = SimpleQueue()
    results: SimpleQueue[Settlement | Exception] = SimpleQueue()
    pool = _THREADS.get()
    calling = [pool.submit(_call_what_is_ready, core, turn, ready, results) for _ in range(threads)]
    try:
        yield from _outcomes(attempts, ready, results, threads * _READY_FOR_EACH_THREAD)
    finally:
        for _ in calling:
            ready.put(None)
        wait(calling)


def _outcomes(
    attempts: Sequence[Attempt],
    ready: SimpleQueue[Attempt | None],
    results: SimpleQueue[Settlement | Exception],
    at_once: int,
) -> Iterator[list[Settlement]]:
    waiting = iter(attempts)
    for attempt in islice(waiting, at_once):
        ready.put(attempt)
    left = len(attempts)
    errors: list[Exception] = []
    while left:
        some = _those_there(results)
        left -= len(some)
        for attempt in islice(waiting, len(some)):
            ready.put(attempt)
        errors += [each for each in some if isinstance(each, Exception)]
        yield [each for each in some if isinstance(each, Settlement)]
    if errors:
        raise errors[0]


def _call_what_is_ready(
    core: DeskCore,
    turn: Turn,
    ready: SimpleQueue[Attempt | None],
    results: SimpleQueue[Settlement | Exception],
) -> None:
    while (attempt := ready.get()) is not None:
        try:
            results.put(_called_in_turn(core, turn, attempt))
        except Exception as error:  # noqa: BLE001 - raised by whoever takes it
            results.put(error)


def _those_there(results: SimpleQueue[Settlement | Exception]) -> list[Settlement | Exception]:
    """Wait for one, and take all that are there by then."""
    some = [results.get()]
    try:
        while True:
            some.append(results.get_nowait())
    except Empty:
        return some


def _called_in_turn(core: DeskCore, turn: Turn, attempt: Attempt) -> Settlement:
    return postpone(attempt, core.clock()) if turn.is_stopped else called(core, attempt)


def called(core: DeskCore, attempt: Attempt) -> Settlement:
    """Make an attempt's call and return how it ended, unless its time is over."""
    policy = core.settings.delivery
    now = core.clock()
    if now + core.settings.call_timeout > attempt.due_at:
        # It waited long for a free thread: another worker could take it for interrupted while
        # we call.
        return postpone(attempt, now)
    # Counting this call, the attempt's time may be over: a retry key too old protects nothing.
    over = give_up(attempt, now, policy)
    return over or settle(attempt, _outcome(core, attempt), core.clock(), policy)


def _outcome(core: DeskCore, attempt: Attempt) -> Outcome:
    if attempt.channel_id not in core.channels:
        # One forgotten channel must not stop the others' messages.
        return Unreached(error="this desk no longer has the message's channel")
    return core.gateways.of(attempt.channel_id).send(attempt)
