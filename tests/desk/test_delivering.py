from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, cast

import pytest
from attrs import evolve

from desks import HOURS_ANSWER
from linecs.delivery import DeliveryPolicy
from linecs.desk import DeskSettings, SupportDesk
from linecs.desk.calling import call_each, called
from linecs.desk.forming import form_calls
from linecs.desk.recording import record
from linecs.desk.turns import Turn
from linecs.model import (
    Attempt,
    AttemptState,
    Author,
    Channel,
    Conversation,
    Customer,
    Message,
    MessageState,
    OutboxItem,
    Route,
    Ticket,
    TicketStatus,
)
from linecs.storage.ports import Query, equal, unequal
from linecs.testing.simulator import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from desks import MakeScene, Scene
    from linecs.delivery import Outcome
    from linecs.desk.core import DeskCore
    from linecs.desk.gateways import Gateways
    from linecs.model import ChannelId
    from linecs.storage.ports import Transaction
    from linecs.testing import LineSimulator, VirtualClock

REPLY = "/v2/bot/message/reply"
PUSH = "/v2/bot/message/push"


def seen(scene: Scene, customer: str = "c1") -> list[str | None]:
    """What the account said, as the customer sees it."""
    chat = scene.line.customer(customer).chat
    return [bubble.text for bubble in chat if bubble.sender == "account"]


def answer_of(scene: Scene) -> Message:
    """The bot's only bubble."""
    return scene.one(Message, equal("author", Author.BOT))


def push_a_reply(scene: Scene, text: str = "できます") -> None:
    """A person answers after the reply token has died."""
    scene.line.customer("c1").says("裾上げはできますか")
    scene.desk.process(wait=0)
    scene.clock.advance(minutes=5)
    at = scene.conversation
    scene.desk.reply(at.id, text, actor="hanako", version=at.version, seen=at.newest_message_id)


def test_a_fresh_reply_token_carries_the_answer_free_of_charge(scene: Scene) -> None:
    """The first route is the reply, and LINE's id of the bubble is kept."""
    scene.line.customer("c1").says("営業時間")
    scene.settle()
    answer = answer_of(scene)
    assert seen(scene) == [HOURS_ANSWER]
    assert (answer.state, scene.one(Attempt).route) == (MessageState.SENT, Route.REPLY)
    assert answer.line_message_id


def test_without_a_usable_token_the_answer_is_pushed_with_a_retry_key(scene: Scene) -> None:
    """A person's later reply goes out as a push."""
    push_a_reply(scene)
    scene.settle()
    assert seen(scene) == ["できます"]
    assert scene.one(Attempt).route is Route.PUSH


def test_waiting_messages_of_one_customer_go_in_one_call(scene: Scene) -> None:
    """Up to five messages with equal flags are merged."""
    scene.line.customer("c1").says("裾上げはできますか")
    scene.desk.process(wait=0)
    at = scene.conversation
    texts = [{"type": "text", "text": f"{number}通目"} for number in range(5)]
    scene.desk.reply(at.id, texts, actor="hanako", version=at.version, seen=at.newest_message_id)
    scene.settle()
    assert seen(scene) == [text["text"] for text in texts]
    assert len(scene.rows(Attempt)) == 1


def test_a_push_whose_answer_was_lost_is_sent_again_and_arrives_once(scene: Scene) -> None:
    """The retry key turns the second call into a 409, which is success."""
    push_a_reply(scene)
    scene.line.faults.add(Fault.accept_then_drop(), endpoint=PUSH, times=1)
    scene.desk.deliver()
    scene.clock.advance(minutes=1)
    scene.settle()
    assert seen(scene) == ["できます"]
    assert scene.one(Attempt).state is AttemptState.ACCEPTED


def test_a_reply_whose_answer_was_lost_is_unknown_and_back_with_a_person(scene: Scene) -> None:
    """Neither lost nor doubled: the customer has it once, and a person is told."""
    scene.line.customer("c1").says("営業時間")
    scene.line.faults.add(Fault.accept_then_drop(), endpoint=REPLY, times=1)
    scene.settle()
    scene.clock.advance(seconds=30)
    scene.settle()
    assert seen(scene) == [HOURS_ANSWER]
    assert answer_of(scene).state is MessageState.UNKNOWN
    assert (scene.ticket.status, scene.ticket.reason) == (TicketStatus.OPEN, "delivery_unknown")


def test_a_reply_that_line_never_saw_goes_out_with_the_same_token(scene: Scene) -> None:
    """A 500 without acceptance is settled by the second try."""
    scene.line.customer("c1").says("営業時間")
    scene.line.faults.add(Fault.refuse(500), endpoint=REPLY, times=1)
    scene.settle()
    scene.clock.advance(seconds=5)
    scene.settle()
    assert seen(scene) == [HOURS_ANSWER]
    assert answer_of(scene).state is MessageState.SENT


def test_an_unknown_reply_may_be_pushed_where_the_shop_chooses_so(
    line: LineSimulator, clock: VirtualClock, make: MakeScene
) -> None:
    """`on_unknown="push"` sends it again, which may double it, and says so in the feed."""
    policy = DeliveryPolicy(on_unknown="push")
    scene = make(settings=DeskSettings(delivery=policy))
    line.customer("c1").says("営業時間")
    line.faults.add(Fault.accept_then_drop(), endpoint=REPLY, times=1)
    scene.settle()
    clock.advance(minutes=1)
    scene.settle()
    assert seen(scene) == [HOURS_ANSWER, HOURS_ANSWER]
    assert [e.facts["may_double"] for e in scene.desk.feed() if e.kind == "message.queued"] == [
        True
    ]


def test_what_line_refuses_is_a_dead_letter_with_lines_own_words(scene: Scene) -> None:
    """A 400 that names nothing else kills the message and reopens the ticket."""
    push_a_reply(scene)
    scene.line.faults.add(
        Fault.refuse(403, {"message": "Not available for your plan"}), endpoint=PUSH
    )
    scene.settle()
    (dead,) = scene.messages(equal("state", MessageState.DEAD))
    assert "Not available for your plan" in dead.error
    assert scene.ticket.status is TicketStatus.OPEN


def test_a_bubble_that_line_names_is_dead_and_the_rest_goes_out_together(scene: Scene) -> None:
    """Of a merged call only the named bubble is lost."""
    push_a_reply(scene, "一")
    at = scene.conversation
    more = [{"type": "text", "text": "二"}, {"type": "text", "text": "三"}]
    scene.desk.reply(at.id, more, actor="hanako", version=at.version, seen=at.newest_message_id)
    details = [{"property": "messages[1].text", "message": "Must not be this"}]
    body = {"message": "The request body has 1 error(s)", "details": details}
    scene.line.faults.add(Fault.refuse(400, body), endpoint=PUSH, times=1)
    scene.settle()
    assert seen(scene) == ["一", "三"]
    assert [m.text for m in scene.messages(equal("state", MessageState.DEAD))] == ["二"]


def test_the_months_end_parks_messages_and_tells_a_person(scene: Scene) -> None:
    """Nothing loops on the monthly limit; the ticket says why the customer heard nothing."""
    push_a_reply(scene)
    scene.line.faults.add(Fault.monthly_limit(), endpoint=PUSH)
    scene.settle()
    assert scene.one(OutboxItem).parked
    assert scene.ticket.reason == "delivery_parked"
    assert "alarm.monthly_limit" in [entry.kind for entry in scene.desk.feed()]


def test_a_rate_limit_is_waited_out(scene: Scene) -> None:
    """The message goes out later, once."""
    push_a_reply(scene)
    scene.line.faults.add(Fault.rate_limited(), endpoint=PUSH, times=1)
    scene.settle()
    assert seen(scene) == []
    scene.clock.advance(minutes=1)
    scene.settle()
    assert seen(scene) == ["できます"]


def test_a_call_whose_worker_died_is_taken_up_by_another(scene: Scene) -> None:
    """An attempt left open past its lease is settled as interrupted, and a push sent again."""
    push_a_reply(scene)
    core = scene.desk._core
    core.storage.run(lambda tx: form_calls(core, tx, 10))
    scene.settle()
    assert seen(scene) == []
    scene.clock.advance(minutes=5)
    scene.settle()
    scene.clock.advance(minutes=5)
    scene.settle()
    assert seen(scene) == ["できます"]


def test_a_call_that_waited_too_long_for_its_turn_is_left_to_the_next_round(scene: Scene) -> None:
    """Another worker may call it from now on, so this one must not, and it counts as no call."""
    scene.line.customer("c1").says("営業時間")
    scene.desk.process(wait=0)
    core = scene.desk._core
    (attempt,) = core.storage.run(lambda tx: form_calls(core, tx, 10))
    scene.clock.advance(seconds=15)
    record(core, [called(core, attempt)])
    waiting = scene.one(Attempt)
    assert (waiting.state, waiting.tries, seen(scene)) == (AttemptState.WAITING, 0, [])
    scene.settle()
    assert seen(scene) == [HOURS_ANSWER]


class Overtaken:
    """A transaction that is held up before it locks anything, while something else happens."""

    def __init__(self, tx: Transaction, happens: Callable[[], object]) -> None:
        self._tx = tx
        self._happens = happens

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    def claim(self, query: Query[Any], changes: Mapping[str, object]) -> list[Any]:
        with ThreadPoolExecutor(1) as elsewhere:
            elsewhere.submit(self._happens).result()
        return self._tx.claim(query, changes)


@pytest.mark.parametrize("storage", ["postgresql", "mariadb"], indirect=True)
def test_a_slow_worker_does_not_send_again_what_another_has_sent_meanwhile(scene: Scene) -> None:
    """What it saw waiting before it held the conversation may be gone by then."""
    push_a_reply(scene)
    core = scene.desk._core
    begun = core.storage.run(
        lambda tx: form_calls(core, cast("Transaction", Overtaken(tx, scene.desk.deliver)), 10)
    )
    assert seen(scene) == ["できます"]
    assert begun == []


@pytest.mark.parametrize("storage", ["postgresql", "mariadb"], indirect=True)
def test_workers_share_what_is_due(scene: Scene) -> None:
    """While one still forms its calls, another takes what comes next and does not wait."""
    for name in ("c1", "c2"):
        scene.line.customer(name).says("営業時間")
    scene.desk.process(wait=0)
    core = scene.desk._core
    elsewhere: list[Attempt] = []

    def form_two(tx: Transaction) -> list[Attempt]:
        formed = form_calls(core, tx, 1)
        with ThreadPoolExecutor(1) as other:
            work = other.submit(core.storage.run, lambda tx: form_calls(core, tx, 1))
            elsewhere.extend(work.result())
        return formed

    here = core.storage.run(form_two)
    assert len({attempt.conversation_id for attempt in [*here, *elsewhere]}) == 2


@pytest.mark.parametrize("storage", ["postgresql", "mariadb"], indirect=True)
def test_a_message_waits_for_an_older_one_that_another_worker_holds(scene: Scene) -> None:
    """Sending the newer one first would break the customer's order."""
    push_a_reply(scene, "一")
    at = scene.conversation
    scene.desk.reply(at.id, "二", actor="hanako", version=at.version, seen=at.newest_message_id)
    core = scene.desk._core
    older = Query(row=OutboxItem, order=("created_at",), limit=1)

    def hold_the_older(tx: Transaction) -> list[Attempt]:
        tx.claim(older, {})
        with ThreadPoolExecutor(1) as other:
            return other.submit(core.storage.run, lambda tx: form_calls(core, tx, 10)).result()

    assert core.storage.run(hold_the_older) == []
    scene.settle()
    assert seen(scene) == ["一", "二"]


def test_an_outcome_that_comes_too_late_does_not_cost_its_neighbours_theirs(scene: Scene) -> None:
    """Outcomes share a commit, but one that another worker took over is left out alone."""
    for name in ("c1", "c2"):
        scene.line.customer(name).says("営業時間")
    scene.desk.process(wait=0)
    core = scene.desk._core
    late, timely = core.storage.run(lambda tx: form_calls(core, tx, 10))
    core.storage.run(
        lambda tx: tx.update(Attempt, [equal("id", late.id)], {"owner": "another worker"})
    )
    record(core, [called(core, late), called(core, timely)])
    states = {attempt.id: attempt.state for attempt in scene.rows(Attempt)}
    assert states == {late.id: AttemptState.CALLING, timely.id: AttemptState.ACCEPTED}


def test_a_message_of_a_channel_that_is_gone_stops_no_other(scene: Scene) -> None:
    """A desk set up without it goes on, and the message waits with the reason."""
    push_a_reply(scene)
    elsewhere = Channel(id="other", bot_user_id="U0", secrets="s", access_token="t")
    desk = SupportDesk(storage=scene.storage, channels=[elsewhere], clock=scene.clock)
    assert desk.deliver() == 1
    assert scene.one(Attempt).state is AttemptState.WAITING
    assert "no longer" in scene.one(Attempt).error
    scene.clock.advance(minutes=1)
    scene.settle()
    assert seen(scene) == ["できます"]


def test_a_lease_on_a_call_outlasts_the_call() -> None:
    """Otherwise a second worker would call while the first still waits for its answer."""
    with pytest.raises(ValueError, match="call_lease"):
        DeskSettings(call_lease=10_000, call_timeout=10_000)


def test_what_does_not_go_out_comes_back_on_its_own_ticket(scene: Scene) -> None:
    """The customer has another matter by now, and that one is left alone (Promise 3)."""
    push_a_reply(scene)
    answered = scene.ticket
    scene.desk.resolve(answered.id, actor="hanako", version=answered.version)
    scene.clock.advance(hours=100)
    scene.line.customer("c1").says("別の質問です")
    scene.desk.process(wait=0)
    scene.line.faults.add(Fault.refuse(403))
    (other,) = scene.rows(Ticket, unequal("id", answered.id))
    scene.desk.deliver()
    tickets = {each.id: each for each in scene.rows(Ticket)}
    back = tickets[answered.id]
    assert (back.status, back.reason) == (TicketStatus.OPEN, "delivery_dead")
    assert tickets[other.id] == other
    assert scene.conversation.ticket_id == other.id


def test_a_ticket_that_comes_back_is_the_current_one_where_no_other_is_open(scene: Scene) -> None:
    """What the customer writes next belongs to it."""
    push_a_reply(scene)
    first = scene.ticket
    scene.desk.resolve(first.id, actor="hanako", version=first.version)
    scene.clock.advance(hours=100)
    scene.line.customer("c1").says("別の質問です")
    scene.desk.process(wait=0)
    (second,) = scene.rows(Ticket, unequal("id", first.id))
    scene.desk.resolve(second.id, actor="hanako", version=second.version)
    scene.line.faults.add(Fault.refuse(403))
    scene.desk.deliver()
    assert scene.conversation.ticket_id == first.id


def test_a_call_that_raises_costs_no_other_its_outcome(scene: Scene) -> None:
    """A bug in one call is raised once the others' outcomes are recorded."""
    for name in ("c1", "c2", "c3"):
        scene.line.customer(name).says("営業時間")
    scene.desk.process(wait=0)
    core = scene.desk._core
    first, *_ = attempts = core.storage.run(lambda tx: form_calls(core, tx, 10))

    class OneRaises:
        def of(self, channel_id: ChannelId) -> OneRaises:
            self._real = core.gateways.of(channel_id)
            return self

        def send(self, attempt: Attempt) -> Outcome:
            if attempt.id == first.id:
                raise RuntimeError("a bug")
            return self._real.send(attempt)

    broken = evolve(core, gateways=cast("Gateways", OneRaises()))
    with pytest.raises(RuntimeError, match="a bug"):
        _call_and_record(broken, attempts)
    states = [attempt.state for attempt in scene.rows(Attempt, order=("id",))]
    assert sorted(states) == [AttemptState.ACCEPTED, AttemptState.ACCEPTED, AttemptState.CALLING]


def _call_and_record(core: DeskCore, attempts: Sequence[Attempt]) -> None:
    for settlements in call_each(core, Turn(core.clock, None), attempts):
        record(core, settlements)


def test_messages_never_overtake_one_whose_outcome_is_open(scene: Scene) -> None:
    """A later message waits until the earlier call is settled."""
    push_a_reply(scene, "一")
    scene.line.faults.add(Fault.refuse(500), endpoint=PUSH, times=1)
    scene.settle()
    at = scene.conversation
    scene.desk.reply(at.id, "二", actor="hanako", version=at.version, seen=at.newest_message_id)
    scene.settle()
    assert seen(scene) == []
    scene.clock.advance(minutes=1)
    scene.settle()
    assert seen(scene) == ["一", "二"]


def test_a_customer_who_blocked_us_meanwhile_is_not_pushed_to(scene: Scene) -> None:
    """LINE would answer 200 and deliver nothing; the message is dead and a person knows."""
    push_a_reply(scene)
    scene.line.customer("c1").blocks()
    scene.desk.process()
    scene.settle()
    assert [m.state for m in scene.messages(equal("author", Author.OPERATOR))] == [
        MessageState.DEAD
    ]
    assert not [call for call in scene.line.calls if call.path == PUSH]


def test_silence_after_an_answer_resolves_the_ticket(scene: Scene) -> None:
    """After half an hour without another word the bot's answer counts as enough."""
    scene.line.customer("c1").says("営業時間")
    scene.settle()
    scene.clock.advance(minutes=31)
    scene.settle()
    assert (scene.ticket.status, scene.ticket.resolved_by) == (TicketStatus.RESOLVED, "bot")
    assert scene.desk.orphans() == []


def test_only_people_may_use_the_reserve_of_the_month(scene: Scene) -> None:
    """Below the reserve a bot's push is parked, and a person's goes out."""
    scene.line.channel.quota = 10
    scene.line.customer("c1").says("営業時間")
    scene.line.customer("c2").says("裾上げはできますか")
    scene.settle()
    for _ in range(8):
        push_to_c2(scene, "お待ちください")
    scene.line.customer("c1").says("営業時間")
    scene.desk.process()
    scene.clock.advance(hours=2)
    scene.settle()
    assert [m.text for m in scene.messages(equal("state", MessageState.PARKED))] == [HOURS_ANSWER]
    push_to_c2(scene, "最後の返信")
    assert seen(scene, "c2")[-1] == "最後の返信"


def test_what_was_parked_goes_out_when_the_quota_allows_it_again(scene: Scene) -> None:
    """Next month's messages let the parked ones go, by themselves."""
    push_a_reply(scene)
    scene.line.faults.add(Fault.monthly_limit(), endpoint=PUSH, times=1)
    scene.settle()
    scene.clock.advance(hours=2)
    scene.settle()
    assert seen(scene) == ["できます"]


def push_to_c2(scene: Scene, text: str) -> None:
    """A person writes to the second customer, long after the reply token died."""
    scene.clock.advance(minutes=2)
    user_id = scene.line.customer("c2").user_id
    customer = scene.one(Customer, equal("line_user_id", user_id))
    at = scene.one(Conversation, equal("id", customer.id))
    scene.desk.reply(at.id, text, actor="hanako", version=at.version, seen=at.newest_message_id)
    scene.settle()
