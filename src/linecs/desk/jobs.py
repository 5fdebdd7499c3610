"""Durable work with a due time: claimed, done, and done again later where it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import evolve

from linecs.desk.log import log
from linecs.errors import LinecsError
from linecs.model import Job, JobId, JobState, new_id
from linecs.storage.ports import Query, at_most, equal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linecs.desk.core import DeskCore
    from linecs.desk.turns import Turn
    from linecs.model import ChannelId
    from linecs.storage.ports import Condition, Transaction

__all__ = ["JobHandler", "failed_jobs", "new_job", "run_jobs"]

_AT_ONCE = 50
_FIRST_WAIT = 5_000
_LONGEST_WAIT = 60 * 60 * 1_000


class JobHandler(Protocol):
    """Does one kind of job."""

    def __call__(self, core: DeskCore, job: Job) -> int | None:
        """Do the work; return when to do it again (epoch ms UTC), None for never.

        Called by `run_jobs`, with no transaction open, at least once for each due time. May
        raise: the job is then tried again later, at growing intervals.
        """
        ...


def new_job(kind: str, subject_id: str, channel_id: ChannelId, now: int, *, due_at: int = 0) -> Job:
    """Return a job to be added; at most one of a kind for a subject is kept."""
    return Job(
        id=JobId(new_id(now)),
        kind=kind,
        key=subject_id,
        channel_id=channel_id,
        subject_id=subject_id,
        due_at=due_at or now,
        created_at=now,
    )


def run_jobs(
    core: DeskCore, turn: Turn, handlers: Mapping[str, JobHandler], *, limit: int = _AT_ONCE
) -> int:
    """Do what is due; return how many jobs were done. Opens its own transactions.

    What is not begun when the turn is over is due again at once, for any worker.
    """
    jobs = [] if turn.is_stopped else core.storage.run(lambda tx: _take(core, tx, limit))
    for number, job in enumerate(jobs):
        if number and turn.is_over:
            _put_back(core, jobs[number:])
            return number
        _do(core, handlers, job)
    return len(jobs)


def _put_back(core: DeskCore, jobs: Sequence[Job]) -> None:
    now = core.clock()
    updates = [(_still_mine(core, job), {"owner": "", "due_at": now}) for job in jobs]
    core.storage.run(lambda tx: tx.update_each(Job, updates))


def _take(core: DeskCore, tx: Transaction, limit: int) -> list[Job]:
    now = core.clock()
    where = (equal("state", JobState.WAITING), at_most("due_at", now))
    due = Query(row=Job, where=where, order=("due_at",), limit=limit)
    # Until then no other worker sees it as due; a worker that dies leaves it to the next.
    return tx.claim(due, {"owner": core.worker, "due_at": now + core.settings.job_lease})


def _do(core: DeskCore, handlers: Mapping[str, JobHandler], job: Job) -> None:
    try:
        again_at = handlers[job.kind](core, job)
    except Exception as error:  # noqa: BLE001 - one job's trouble must not stop the others
        log.warning("Job %s (%s) failed with %s", job.id, job.kind, type(error).__name__)
        _settle(core, job, _failed(core, job, error))
    else:
        again = evolve(job, due_at=again_at, tries=0, error="") if again_at else None
        _settle(core, job, again)


def _failed(core: DeskCore, job: Job, error: Exception) -> Job:
    # Only our own errors promise to carry no content.
    said = f": {error}" if isinstance(error, LinecsError) else ""
    tries = job.tries + 1
    wait = min(_FIRST_WAIT * 2**job.tries, _LONGEST_WAIT)
    is_last = tries >= core.settings.job_tries
    return evolve(
        job,
        tries=tries,
        due_at=core.clock() + wait,
        error=f"{type(error).__name__}{said}",
        state=JobState.FAILED if is_last else JobState.WAITING,
    )


def _settle(core: DeskCore, job: Job, after: Job | None) -> None:
    """Write what became of a job, unless another worker has taken it up meanwhile."""
    mine = _still_mine(core, job)
    if after is None:
        core.storage.run(lambda tx: tx.delete(Job, mine))
    else:
        core.storage.run(lambda tx: tx.save(job, after, guard=("owner", "due_at")))


def _still_mine(core: DeskCore, job: Job) -> tuple[Condition, ...]:
    return (equal("id", job.id), equal("owner", core.worker), equal("due_at", job.due_at))


def failed_jobs(core: DeskCore, limit: int) -> list[Job]:
    """Return the jobs that were set aside after their last try, oldest first."""
    where = (equal("state", JobState.FAILED),)
    query = Query(row=Job, where=where, order=("due_at",), limit=limit)
    return core.storage.read(lambda tx: tx.select(query))
