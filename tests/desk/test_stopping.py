"""A worker that is slow, or told to stop, keeps nothing that it has not begun."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from attrs import evolve

from desks import channel_of, hours_rule, make_scene
from linecs.desk import DeskSettings, SupportDesk
from linecs.desk.jobs import new_job, run_jobs
from linecs.desk.turns import Turn
from linecs.desk.working import work
from linecs.model import Attempt, AttemptState, Author, ChannelId, Conversation
from linecs.storage.ports import equal

if TYPE_CHECKING:
    from collections.abc import Callable

    from desks import MakeScene, Scene
    from linecs.desk.core import DeskCore
    from linecs.model import Bubble, Decision, Inquiry, Job
    from linecs.storage.ports import Storage
    from linecs.testing import LineSimulator, VirtualClock

CUSTOMERS = [f"c{number}" for number in range(5)]


class Thinking:
    """Does something else first, and then answers opening hours."""

    name = "thinking"

    def __init__(self, first: Callable[[], object]) -> None:
        self.asked = 0
        self._first = first
        self._rules = hours_rule()

    def respond(self, inquiry: Inquiry) -> Decision | None:
        self.asked += 1
        self._first()
        return self._rules.respond(inquiry)

    def waits(self, bubble: Bubble) -> bool:
        return self._rules.waits(bubble)


def all_ask(scene: Scene) -> None:
    """Have every customer ask for the opening hours."""
    for name in CUSTOMERS:
        scene.line.customer(name).says("営業時間")


def answered(scene: Scene) -> int:
    """Return how many customers have their answer."""
    return len(scene.messages(equal("author", Author.BOT)))


def test_a_stop_during_a_slow_answer_ends_after_it(make: MakeScene) -> None:
    """The worker's loop finishes the lane it is in; the others wait for nobody."""
    stop = threading.Event()
    thinking = Thinking(stop.set)
    scene = make(responder=thinking)
    all_ask(scene)
    work(scene.desk, stop=stop)
    assert (thinking.asked, answered(scene)) == (1, 1)
    assert [each.id for each in scene.rows(Conversation) if each.lease_owner] == []


def test_what_a_stopped_worker_leaves_another_takes_at_once(
    make: MakeScene, line: LineSimulator, clock: VirtualClock, storage: Storage
) -> None:
    """No lease has to run out first."""
    stop = threading.Event()
    told = iter([False, True])

    def think() -> None:
        if next(told):
            stop.set()

    scene = make(responder=Thinking(think))
    all_ask(scene)
    assert scene.desk.process(wait=0, stop=stop) == 2
    other = make_scene(line, clock, storage=storage)
    assert other.desk.process(wait=0) == 3
    assert answered(scene) == 5


def test_a_slow_answer_keeps_no_other_customer_waiting_for_this_worker(
    make: MakeScene, line: LineSimulator, clock: VirtualClock, storage: Storage
) -> None:
    """While one thinks, another worker takes the rest."""
    others: list[int] = []
    other = make_scene(line, clock, storage=storage).desk

    def think() -> None:
        others.append(other.process(wait=0))
        clock.advance(seconds=5)

    scene = make(responder=Thinking(think))
    all_ask(scene)
    assert scene.desk.process(wait=0) == 1
    assert others == [4]
    assert answered(scene) == 5


def test_lanes_that_turn_out_slow_go_back(make: MakeScene, clock: VirtualClock) -> None:
    """The first was quick, the second takes five seconds: the rest is any worker's again."""
    waits = iter([0, 5])
    scene = make(responder=Thinking(lambda: clock.advance(seconds=next(waits))))
    all_ask(scene)
    assert scene.desk.process(wait=0) == 2
    assert [each.id for each in scene.rows(Conversation) if each.lease_owner] == []


def test_calls_that_were_not_begun_at_a_stop_are_another_workers(
    scene: Scene, storage: Storage, clock: VirtualClock
) -> None:
    """They count as no call, and go out elsewhere at once."""
    all_ask(scene)
    scene.desk.process(wait=0)
    stop = threading.Event()
    channel = channel_of(scene.line)

    def stopped_while_calling() -> str:
        stop.set()
        return scene.line.channel.access_token

    stopping = SupportDesk(
        storage=storage,
        channels=[evolve(channel, access_token=stopped_while_calling)],
        settings=DeskSettings(delivery_threads=1),
        clock=clock,
    )
    stopping.deliver(stop=stop)
    attempts = scene.rows(Attempt)
    assert sorted((each.state, each.tries) for each in attempts) == [
        (AttemptState.ACCEPTED, 1),
        *[(AttemptState.WAITING, 0)] * 4,
    ]
    assert scene.desk.deliver() == 4
    assert {each.state for each in scene.rows(Attempt)} == {AttemptState.ACCEPTED}


def test_jobs_that_were_not_begun_at_a_stop_are_due_at_once(scene: Scene) -> None:
    """Another worker need not wait for their lease."""
    core, stop = scene.desk._core, threading.Event()
    jobs = [new_job("test", name, ChannelId("main"), core.clock()) for name in "abc"]
    core.storage.run(lambda tx: tx.insert(*jobs))
    done: list[str] = []

    def do(core: DeskCore, job: Job) -> None:
        done.append(job.subject_id)
        stop.set()

    assert run_jobs(core, Turn(core.clock, stop), {"test": do}) == 1
    assert run_jobs(evolve(core, worker="other"), Turn(core.clock, None), {"test": do}) == 2
    assert sorted(done) == ["a", "b", "c"]


def test_a_worker_that_is_told_to_stop_begins_nothing(scene: Scene) -> None:
    """Neither lanes, calls nor jobs."""
    all_ask(scene)
    stop = threading.Event()
    stop.set()
    assert scene.desk.process(stop=stop) + scene.desk.deliver(stop=stop) == 0
    assert scene.rows(Conversation) == []
