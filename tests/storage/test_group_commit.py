"""Many callers share commits, and none is left behind."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from linecs.storage.ports import StorageError
from linecs.storage.sql.group_commit import Call, GroupCommit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

PATIENCE_SECONDS = 10.0


class Committer:
    """Performs batches without a database; holds each until it may go on."""

    def __init__(self) -> None:
        self.group = GroupCommit(self._commit)
        self.batches: list[int] = []
        self.may_commit = threading.Event()
        self.taken = threading.Event()

    def _commit(self, take: Callable[[], Sequence[Call]]) -> None:
        calls = take()
        self.batches.append(len(calls))
        self.taken.set()
        assert self.may_commit.wait(PATIENCE_SECONDS)
        for call in calls:
            call.perform(None)  # type: ignore[arg-type]  # these works need no transaction

    def until_waiting(self, count: int) -> None:
        """Wait until so many calls are queued behind the one that commits."""
        until = time.monotonic() + PATIENCE_SECONDS
        while len(self.group._waiting) < count:
            assert time.monotonic() < until
            time.sleep(0.001)


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """Callers."""
    with ThreadPoolExecutor(8) as executor:
        yield executor


@pytest.fixture
def committer() -> Committer:
    """A group whose first commit is held until told."""
    return Committer()


def start(
    threads: ThreadPoolExecutor, committer: Committer, works: list[Callable[[Any], Any]]
) -> list[Future[list[Call]]]:
    """Let the first work lead and the others queue behind it, in order."""
    futures = [threads.submit(committer.group.run, works[:1])]
    assert committer.taken.wait(PATIENCE_SECONDS)
    for number, work in enumerate(works[1:], 1):
        futures.append(threads.submit(committer.group.run, [work]))
        committer.until_waiting(number)
    return futures


def returning(value: int) -> Callable[[Any], int]:
    """A work that gives this."""
    return lambda _: value


def outcome(future: Future[list[Call]]) -> Any:
    """What the caller got."""
    return future.result(PATIENCE_SECONDS)[-1].outcome()


def test_all_who_wait_share_the_next_commit(
    threads: ThreadPoolExecutor, committer: Committer
) -> None:
    """While one commits, the others queue, and then go together."""
    futures = start(threads, committer, [returning(number) for number in range(6)])
    committer.may_commit.set()
    assert [outcome(future) for future in futures] == list(range(6))
    assert committer.batches == [1, 5]


def test_a_commit_that_fails_fails_all_its_callers(
    threads: ThreadPoolExecutor, committer: Committer
) -> None:
    """Each caller of the batch hears of it, and those after it are served."""

    def fail(_: object) -> None:
        raise OSError("disk full")

    futures = start(threads, committer, [returning(0), returning(1), fail, returning(3)])
    committer.may_commit.set()
    assert outcome(futures[0]) == 0
    for future in futures[1:]:
        with pytest.raises(OSError, match="disk full"):
            outcome(future)
    assert committer.group.run([returning(4)])[0].outcome() == 4


def test_an_interrupted_leader_leaves_the_others_an_answer(
    threads: ThreadPoolExecutor, committer: Committer
) -> None:
    """Ctrl-C ends the leader only; those it led are told, those behind go on."""

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    futures = start(threads, committer, [returning(0), interrupt, returning(2)])
    committer.may_commit.set()
    assert outcome(futures[0]) == 0
    with pytest.raises(KeyboardInterrupt):
        outcome(futures[1])
    with pytest.raises(StorageError, match="interrupted"):
        outcome(futures[2])
    assert committer.group.run([returning(3)])[0].outcome() == 3


@pytest.mark.parametrize("promoted", [False, True])
def test_an_interrupted_caller_is_not_waited_for(
    threads: ThreadPoolExecutor,
    committer: Committer,
    monkeypatch: pytest.MonkeyPatch,
    promoted: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Ctrl-C while waiting withdraws the work; also where this caller was about to lead."""
    wait = Call.wait
    interrupted = threading.Event()

    def wait_until_interrupted(call: Call) -> bool:
        if not interrupted.is_set():
            interrupted.set()
            if promoted:
                assert wait(call)
            raise KeyboardInterrupt
        return wait(call)

    monkeypatch.setattr(Call, "wait", wait_until_interrupted)
    leader = threads.submit(committer.group.run, [returning(0)])
    assert committer.taken.wait(PATIENCE_SECONDS)
    gone = threads.submit(committer.group.run, [returning(1)])
    assert interrupted.wait(PATIENCE_SECONDS)
    behind = threads.submit(committer.group.run, [returning(2)])
    committer.until_waiting(2 if promoted else 1)
    committer.may_commit.set()
    with pytest.raises(KeyboardInterrupt):
        gone.result(PATIENCE_SECONDS)
    assert (outcome(leader), outcome(behind)) == (0, 2)
    assert committer.batches == [1, 1]


def test_a_long_queue_goes_in_pieces(threads: ThreadPoolExecutor, committer: Committer) -> None:
    """One commit takes no more than it can keep others waiting for; all are done in order."""
    done: list[int] = []
    works = [lambda _, number=number: done.append(number) for number in range(300)]
    leader = threads.submit(committer.group.run, [returning(0)])
    assert committer.taken.wait(PATIENCE_SECONDS)
    many = threads.submit(committer.group.run, works)
    committer.until_waiting(300)
    committer.may_commit.set()
    assert outcome(leader) == 0
    assert len(many.result(PATIENCE_SECONDS)) == 300
    assert done == list(range(300))
    assert committer.batches == [1, 128, 128, 44]
