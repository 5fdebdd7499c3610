from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desks import HOURS_ANSWER
from linecs.errors import (
    ActRefusedError,
    ConfigurationError,
    NotPermittedError,
    StaleTicketError,
    UnreachableError,
)
from linecs.hours import HOUR_MS
from linecs.model import Customer, Note, NoteKind, Speaker, Ticket, TicketStatus
from linecs.routing import TransitionError
from linecs.storage.ports import equal

if TYPE_CHECKING:
    from collections.abc import Callable

    from desks import Scene
    from linecs.desk import Acted
    from linecs.model import Conversation

ACTS: dict[str, Callable[[Scene, Ticket, int], Acted]] = {
    "claim": lambda s, t, v: s.desk.claim(t.id, actor="reika", version=v),
    "assign": lambda s, t, v: s.desk.assign(t.id, "taro", actor="reika", version=v),
    "hand_over": lambda s, t, v: s.desk.hand_over(t.id, "taro", "至急", actor="reika", version=v),
    "release": lambda s, t, v: s.desk.release(t.id, actor="reika", version=v),
    "note": lambda s, t, v: s.desk.note(t.id, "常連です", actor="reika", version=v),
    "mark": lambda s, t, v: s.desk.set_mark(t.id, "complaint", actor="reika", version=v),
    "category": lambda s, t, v: s.desk.set_category(t.id, "returns", actor="reika", version=v),
    "priority": lambda s, t, v: s.desk.set_priority(t.id, 2, actor="reika", version=v),
    "snooze": lambda s, t, v: s.desk.snooze(t.id, s.clock() + HOUR_MS, actor="reika", version=v),
    "resolve": lambda s, t, v: s.desk.resolve(t.id, actor="reika", version=v),
}


@pytest.mark.parametrize("act", ACTS)
def test_every_act_refuses_a_version_that_is_gone(led: Scene, act: str) -> None:
    """What somebody decided on an older look changes nothing."""
    before = led.ticket
    led.desk.set_priority(before.id, 1, actor="hanako", version=before.version)
    now = led.ticket
    with pytest.raises(StaleTicketError) as refused:
        ACTS[act](led, before, before.version)
    assert refused.value.version == now.version
    assert led.ticket == now
    assert led.rows(Note) == []


@pytest.mark.parametrize("act", ACTS)
def test_every_act_returns_the_version_for_the_next(led: Scene, act: str) -> None:
    """With what an act returns the next act goes through."""
    acted = ACTS[act](led, led.ticket, led.ticket.version)
    assert acted.ticket_version == led.ticket.version
    assert acted.conversation_version == led.conversation.version
    led.desk.note(led.ticket.id, "続き", actor="reika", version=acted.ticket_version)
    assert led.ticket.version == acted.ticket_version + 1


def test_an_assigned_ticket_is_a_colleagues_who_then_has_the_word(led: Scene) -> None:
    """対応中, in the hands of whom it was given to; the bot does not speak over them."""
    led.desk.assign(led.ticket.id, "taro", actor="reika", version=led.ticket.version)
    assert (led.ticket.status, led.ticket.assignee_id) == (TicketStatus.IN_PROGRESS, "taro")
    at = led.conversation
    assert (at.speaker, at.speaker_id) == (Speaker.OPERATOR, "taro")


def test_assigning_a_ticket_that_waits_for_its_customer_leaves_it_waiting(led: Scene) -> None:
    """返信待ち stays 返信待ち: nobody has to answer anything."""
    at = led.conversation
    acted = led.desk.reply(
        at.id, "サイズは?", actor="hanako", version=at.version, seen=at.newest_message_id
    )
    led.desk.assign(led.ticket.id, "taro", actor="reika", version=acted.ticket_version)
    assert (led.ticket.status, led.ticket.assignee_id) == (TicketStatus.WAITING, "taro")


def test_a_ticket_is_handed_over_with_a_note_for_the_colleague(
    scene: Scene, asked: Conversation
) -> None:
    """The colleague has the ticket, and is mentioned in what they need to know."""
    acted = scene.desk.claim(scene.ticket.id, actor="hanako", version=scene.ticket.version)
    scene.desk.hand_over(
        scene.ticket.id, "taro", "採寸待ちです", actor="hanako", version=acted.ticket_version
    )
    note = scene.one(Note)
    assert scene.ticket.assignee_id == "taro"
    assert (note.kind, note.text, note.mentions) == (NoteKind.HAND_OVER, "採寸待ちです", ("taro",))


def test_a_hand_over_without_a_word_is_refused(scene: Scene, asked: Conversation) -> None:
    """A colleague who is told nothing starts from nothing."""
    with pytest.raises(ActRefusedError) as refused:
        scene.desk.hand_over(
            scene.ticket.id, "taro", " ", actor="hanako", version=scene.ticket.version
        )
    assert refused.value.reason == "no_text"
    assert scene.ticket.assignee_id is None


def test_a_released_ticket_is_nobodys_and_still_due(scene: Scene, asked: Conversation) -> None:
    """未対応 again, with nobody's name and the same time to answer by."""
    due_at = scene.ticket.due_at
    acted = scene.desk.claim(scene.ticket.id, actor="hanako", version=scene.ticket.version)
    scene.desk.release(scene.ticket.id, actor="hanako", version=acted.ticket_version)
    ticket = scene.ticket
    assert (ticket.status, ticket.assignee_id, ticket.due_at) == (TicketStatus.OPEN, None, due_at)
    assert scene.conversation.speaker is Speaker.BOT


def test_marks_categories_and_priorities_are_the_shops_own(led: Scene) -> None:
    """They are kept by their keys, all at once or one by one, and cleared by an empty text."""
    ticket = led.ticket
    for act in ("mark", "category", "priority"):
        ACTS[act](led, ticket, led.ticket.version)
    assert (led.ticket.mark, led.ticket.category, led.ticket.priority) == (
        "complaint",
        "returns",
        2,
    )
    led.desk.set_mark(ticket.id, "", actor="reika", version=led.ticket.version)
    assert led.ticket.mark == ""


def test_a_mark_the_shop_does_not_have_is_refused(led: Scene) -> None:
    """A mistyped key would hide the ticket from every list."""
    with pytest.raises(ConfigurationError, match="complaint"):
        led.desk.set_mark(led.ticket.id, "complain", actor="reika", version=led.ticket.version)
    assert led.ticket.mark == ""


def test_a_snoozed_ticket_comes_back_when_its_time_has_come(
    scene: Scene, asked: Conversation
) -> None:
    """Until then nothing is due; then it is due at once, for its customer has waited."""
    until = scene.clock() + HOUR_MS
    scene.desk.snooze(scene.ticket.id, until, actor="hanako", version=scene.ticket.version)
    assert (scene.ticket.due_for, scene.ticket.due_at) == ("snooze", until)
    scene.clock.advance(minutes=59)
    assert scene.desk.run_jobs() >= 0
    assert scene.ticket.snoozed_until == until
    scene.clock.advance(minutes=1)
    snoozed = scene.ticket
    scene.desk.run_jobs()
    woken = scene.ticket
    assert (woken.snoozed_until, woken.status, woken.due_for) == (0, snoozed.status, "first_reply")
    assert woken.due_at <= scene.clock()
    assert woken.version == snoozed.version + 1
    assert "ticket.unsnoozed" in [entry.kind for entry in scene.desk.feed()]


def test_a_snoozed_ticket_of_the_customers_turn_is_not_ended_by_its_alarm(
    scene: Scene, asked: Conversation
) -> None:
    """The end of a snooze is no silence: 返信待ち goes on waiting."""
    at = asked
    acted = scene.desk.reply(
        at.id, "サイズは?", actor="hanako", version=at.version, seen=at.newest_message_id
    )
    scene.settle()
    scene.desk.snooze(
        scene.ticket.id, scene.clock() + HOUR_MS, actor="hanako", version=acted.ticket_version
    )
    scene.clock.advance(hours=1)
    scene.desk.run_jobs()
    ticket = scene.ticket
    assert (ticket.status, ticket.due_for) == (TicketStatus.WAITING, "nudges_unanswered")
    assert ticket.due_at > scene.clock()


def test_a_customer_who_writes_ends_the_snooze(scene: Scene, asked: Conversation) -> None:
    """Who writes is answered, whatever was put off."""
    scene.desk.snooze(
        scene.ticket.id,
        scene.clock() + 100 * HOUR_MS,
        actor="hanako",
        version=scene.ticket.version,
    )
    scene.asks("急ぎです")
    assert (scene.ticket.snoozed_until, scene.ticket.due_for) == (0, "first_reply")


def test_a_snooze_may_be_ended_by_hand(scene: Scene, asked: Conversation) -> None:
    """It is as if it had never been put off; a second end has nothing to end."""
    before = scene.ticket
    until = scene.clock() + HOUR_MS
    acted = scene.desk.snooze(before.id, until, actor="hanako", version=before.version)
    acted = scene.desk.unsnooze(before.id, actor="hanako", version=acted.ticket_version)
    assert (scene.ticket.due_at, scene.ticket.due_for) == (before.due_at, before.due_for)
    with pytest.raises(ActRefusedError) as refused:
        scene.desk.unsnooze(before.id, actor="hanako", version=acted.ticket_version)
    assert refused.value.reason == "not_snoozed"


def test_nothing_is_snoozed_into_the_past(scene: Scene, asked: Conversation) -> None:
    """It would come back at once, and look as if it had been put off."""
    with pytest.raises(ActRefusedError) as refused:
        scene.desk.snooze(
            scene.ticket.id, scene.clock(), actor="hanako", version=scene.ticket.version
        )
    assert refused.value.reason == "in_the_past"


def test_a_reopened_ticket_is_the_customers_current_one_again(
    scene: Scene, asked: Conversation
) -> None:
    """What the customer writes next belongs to it; nobody has it yet."""
    acted = scene.desk.resolve(scene.ticket.id, actor="hanako", version=scene.ticket.version)
    scene.desk.reopen(scene.ticket.id, actor="taro", version=acted.ticket_version)
    assert (scene.ticket.status, scene.ticket.resolved_at) == (TicketStatus.OPEN, 0)
    scene.asks("その後いかがですか")
    assert {message.ticket_id for message in scene.messages()} == {scene.ticket.id}


def test_what_is_not_ended_is_not_reopened(scene: Scene, asked: Conversation) -> None:
    """The workflow says which steps there are."""
    with pytest.raises(TransitionError):
        scene.desk.reopen(scene.ticket.id, actor="taro", version=scene.ticket.version)


def test_resolving_answers_only_the_tickets_own_messages(led: Scene) -> None:
    """Another matter of the same customer goes on waiting, and gets what they write next."""
    led.asks("それと、領収書をください")
    first, second = (message.id for message in led.messages())
    before = led.ticket
    acted = led.desk.split(before.id, [second], actor="reika", version=before.version)
    led.desk.resolve(before.id, actor="reika", version=acted.ticket_version)
    answered = {message.id: message.answered for message in led.messages()}
    assert answered == {first: True, second: False}
    assert led.conversation.ticket_id == acted.new_ticket_id
    assert led.desk.orphans() == []


def test_splitting_moves_messages_and_their_waiting_to_a_new_ticket(led: Scene) -> None:
    """Each ticket waits since its own oldest unanswered message."""
    led.asks("それと、領収書をください")
    first, second = led.messages()
    before = led.ticket
    acted = led.desk.split(
        before.id, [second.id], actor="reika", version=before.version, category="payment"
    )
    old, new = (led.one(Ticket, equal("id", each)) for each in (before.id, acted.new_ticket_id))
    assert (old.waiting_since, new.waiting_since) == (first.occurred_at, second.occurred_at)
    assert (new.category, new.assignee_id, new.opened_by_message_id) == (
        "payment",
        "reika",
        second.id,
    )
    assert new.due_at == second.occurred_at + 30 * 60_000
    moved = {message.id: message.ticket_id for message in led.messages()}
    assert moved == {first.id: old.id, second.id: new.id}


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [([], "no_messages"), (["all"], "nothing_left"), (["01ELSEWHERE", 0], "another_ticket")],
)
def test_a_split_that_leaves_or_takes_nothing_is_refused(
    led: Scene, chosen: list[object], reason: str
) -> None:
    """Neither ticket may be empty, and nothing comes from a third."""
    led.asks("それと、領収書をください")
    ids = [message.id for message in led.messages()]
    picked = ids if chosen == ["all"] else [ids[c] if c == 0 else c for c in chosen]
    with pytest.raises(ActRefusedError) as refused:
        led.desk.split(led.ticket.id, picked, actor="reika", version=led.ticket.version)
    assert refused.value.reason == reason
    assert len(led.rows(Ticket)) == 1


def test_a_ticket_of_the_bot_is_claimed_before_it_is_split(scene: Scene) -> None:
    """The bot is still thinking about those words."""
    scene.line.customer("c1").says("営業時間")
    scene.desk.process(wait=0)
    with pytest.raises(ActRefusedError) as refused:
        scene.desk.split(
            scene.ticket.id,
            [scene.messages()[0].id],
            actor="hanako",
            version=scene.ticket.version,
        )
    assert refused.value.reason == "with_the_bot"


def test_merging_brings_messages_notes_and_waiting_together(led: Scene) -> None:
    """The other ticket ends, and whoever waited on it waits on this one, as long as before."""
    led.asks("それと、領収書をください")
    waiting_since = led.ticket.waiting_since
    second = led.messages()[1]
    old = led.ticket
    split = led.desk.split(old.id, [second.id], actor="reika", version=old.version)
    assert split.new_ticket_id
    noted = led.desk.note(old.id, "採寸待ち", actor="reika", version=split.ticket_version)
    merged = led.desk.merge(
        old.id,
        split.new_ticket_id,
        actor="reika",
        version=noted.ticket_version,
        into_version=0,
    )
    source, target = (led.one(Ticket, equal("id", each)) for each in (old.id, split.new_ticket_id))
    assert (source.status, source.reason) == (TicketStatus.RESOLVED, "merged")
    assert (target.waiting_since, target.version) == (waiting_since, merged.ticket_version)
    assert {message.ticket_id for message in led.messages()} == {target.id}
    assert led.one(Note).ticket_id == target.id
    assert led.conversation.ticket_id == target.id
    assert led.desk.orphans() == []


def test_a_ticket_waiting_for_its_customer_is_ours_again_when_a_question_is_merged_into_it(
    led: Scene,
) -> None:
    """返信待ち must not swallow a question that nobody has answered."""
    at = led.asks("それと、領収書をください")
    first, second = led.messages()
    split = led.desk.split(led.ticket.id, [second.id], actor="reika", version=led.ticket.version)
    asked = led.desk.reply(
        at.id, "サイズは?", actor="reika", version=at.version, seen=at.newest_message_id
    )
    led.asks("38です")
    back = led.one(Ticket, equal("id", first.ticket_id))
    assert split.new_ticket_id
    led.desk.merge(
        split.new_ticket_id,
        back.id,
        actor="reika",
        version=0,
        into_version=back.version,
    )
    target = led.one(Ticket, equal("id", back.id))
    assert asked.ticket_id == back.id
    assert target.status is TicketStatus.IN_PROGRESS
    assert target.waiting_since == second.occurred_at


def test_tickets_of_two_customers_are_never_merged(led: Scene) -> None:
    """One customer's words would be read to another."""
    led.line.customer("c2").says("別の客です")
    led.desk.process(wait=0)
    one, two = led.rows(Ticket, order=("id",))
    with pytest.raises(ActRefusedError) as refused:
        led.desk.merge(one.id, two.id, actor="reika", version=one.version, into_version=two.version)
    assert refused.value.reason == "another_conversation"
    assert led.rows(Ticket, order=("id",)) == [one, two]


def test_merging_needs_both_versions(led: Scene) -> None:
    """Either ticket may have moved on."""
    led.asks("それと、領収書をください")
    second = led.messages()[1]
    split = led.desk.split(led.ticket.id, [second.id], actor="reika", version=led.ticket.version)
    assert split.ticket_id
    assert split.new_ticket_id
    versions = {"version": split.ticket_version, "into_version": 0}
    for name, version in versions.items():
        stale = {**versions, name: version + 1}
        with pytest.raises(StaleTicketError):
            led.desk.merge(split.ticket_id, split.new_ticket_id, actor="reika", **stale)


def test_a_phone_call_of_a_customer_is_filed_beside_their_chat(
    scene: Scene, asked: Conversation
) -> None:
    """It is the operator's ticket, with what was said; the chat's current ticket stays."""
    customer_id = asked.customer_id
    acted = scene.desk.open_ticket(
        "電話: 明日の配達時間 090-0000-0000",
        actor="hanako",
        customer_id=customer_id,
        category="delivery",
    )
    filed = scene.one(Ticket, equal("id", acted.ticket_id))
    assert (filed.assignee_id, filed.category) == ("hanako", "delivery")
    assert filed.customer_id == customer_id
    assert scene.one(Note).kind is NoteKind.BY_HAND
    assert scene.conversation.ticket_id == asked.ticket_id
    assert scene.desk.orphans() == []


def test_the_bot_goes_on_in_the_chat_while_a_phone_call_is_open(scene: Scene) -> None:
    """The phone call is no matter of the chat's."""
    scene.asks("営業時間")
    customer_id = scene.conversation.customer_id
    scene.desk.open_ticket("電話: 折り返し", actor="hanako", customer_id=customer_id)
    scene.line.customer("c1").says("営業時間")
    scene.settle()
    answers = [each.text for each in scene.line.customer("c1").chat if each.sender == "account"]
    assert answers == [HOURS_ANSWER, HOURS_ANSWER]


def test_who_is_not_on_line_is_kept_with_name_and_history_and_never_sent_to(
    scene: Scene,
) -> None:
    """A mail from a stranger is a ticket like any other, but nothing can be sent by LINE."""
    acted = scene.desk.open_ticket(
        "メール: 在庫の確認 yamada@example.jp", actor="hanako", name="山田様"
    )
    ticket = scene.one(Ticket, equal("id", acted.ticket_id))
    customer = scene.one(Customer)
    assert (customer.id, customer.display_name) == (ticket.customer_id, "山田様")
    with pytest.raises(UnreachableError):
        scene.desk.reply(
            ticket.conversation_id, "在庫あります", actor="hanako", version=0, seen=None
        )
    resolved = scene.desk.resolve(ticket.id, actor="hanako", version=acted.ticket_version)
    assert resolved.ticket_version == 1
    assert scene.desk.orphans() == []


def test_taking_over_a_colleagues_ticket_takes_a_lead(led: Scene) -> None:
    """An operator takes nobody's tickets, a lead anybody's."""
    acted = led.desk.claim(led.ticket.id, actor="hanako", version=led.ticket.version)
    with pytest.raises(NotPermittedError) as refused:
        led.desk.claim(led.ticket.id, actor="taro", version=acted.ticket_version)
    assert (refused.value.actor, refused.value.permission) == ("taro", "assign")
    led.desk.claim(led.ticket.id, actor="reika", version=acted.ticket_version)
    assert led.ticket.assignee_id == "reika"
