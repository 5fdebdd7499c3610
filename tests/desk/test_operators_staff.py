from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desks import QUESTION
from linecs.desk import Staff, TicketChange
from linecs.errors import (
    ActRefusedError,
    ConfigurationError,
    NotPermittedError,
    StaleTicketError,
)
from linecs.model import AuditEntry, Customer, Ticket, TicketId, TicketStatus
from linecs.routing import Mark, MarkSet, Permission
from linecs.routing.permissions import RoleTable
from linecs.storage.ports import RowMissingError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from desks import MakeScene, Scene
    from linecs.model import Conversation

ACTS: dict[Permission, Callable[[Scene, Any], object]] = {
    Permission.READ: lambda s, a: s.desk.open_chat(s.conversation.id, actor=a, seen=None),
    Permission.REPLY: lambda s, a: s.desk.reply(
        s.conversation.id,
        "はい",
        actor=a,
        version=s.conversation.version,
        seen=s.conversation.newest_message_id,
    ),
    Permission.NOTE: lambda s, a: s.desk.note(s.ticket.id, "済", actor=a, version=s.ticket.version),
    Permission.MARK: lambda s, a: s.desk.tag(
        s.one(Customer).id, "常連", actor=a, version=s.one(Customer).version
    ),
    Permission.CLAIM: lambda s, a: s.desk.claim(s.ticket.id, actor=a, version=s.ticket.version),
    Permission.RESOLVE: lambda s, a: s.desk.resolve(s.ticket.id, actor=a, version=s.ticket.version),
    Permission.ASSIGN: lambda s, a: s.desk.assign(
        s.ticket.id, "jiro", actor=a, version=s.ticket.version
    ),
    Permission.BULK_CHANGE: lambda s, a: s.desk.bulk_change({}, TicketChange(), actor=a),
    Permission.SEE_AUDIT: lambda s, a: s.desk.audit(actor=a),
}
AN_OPERATOR_MAY_NOT = {Permission.ASSIGN, Permission.BULK_CHANGE, Permission.SEE_AUDIT}


def only(permission: Permission) -> Staff:
    """Staff whose `can` may do this one thing, and whose `cannot` all but this."""
    table = {"can": {permission}, "cannot": set(Permission) - {permission}}
    return Staff(roles=lambda name: name, role_table=RoleTable(roles=table))


@pytest.mark.parametrize("permission", ACTS)
def test_each_act_takes_its_permission(make: MakeScene, permission: Permission) -> None:
    """Without it all other permissions are no help; with it none other is needed."""
    scene = make(staff=only(permission))
    scene.asks(QUESTION)
    with pytest.raises(NotPermittedError) as refused:
        ACTS[permission](scene, "cannot")
    assert refused.value.permission == permission
    assert scene.rows(AuditEntry) == []
    ACTS[permission](scene, "can")


@pytest.mark.parametrize("permission", ACTS)
def test_by_default_everyone_may_what_an_operator_may(
    scene: Scene, asked: Conversation, permission: Permission
) -> None:
    """A host that says nothing of roles has operators, no leads and no admins."""
    if permission in AN_OPERATOR_MAY_NOT:
        with pytest.raises(NotPermittedError):
            ACTS[permission](scene, "hanako")
    else:
        assert ACTS[permission](scene, "hanako") is not None


@pytest.mark.parametrize("permission", ACTS)
def test_nobody_acts_without_a_name(
    scene: Scene, asked: Conversation, permission: Permission
) -> None:
    """The audit trail would not say who."""
    with pytest.raises(ActRefusedError) as refused:
        ACTS[permission](scene, "")
    assert refused.value.reason == "no_actor"


def test_a_shops_own_marks_and_categories_are_taken(make: MakeScene) -> None:
    """And ours are then unknown."""
    words = MarkSet(marks=(Mark(key="hem", name="裾上げ"),))
    scene = make(staff=Staff(marks=words, categories=words))
    scene.asks(QUESTION)
    change = TicketChange(mark="hem", category="hem")
    scene.desk.change(scene.ticket.id, change, actor="hanako", version=scene.ticket.version)
    assert (scene.ticket.mark, scene.ticket.category) == ("hem", "hem")
    with pytest.raises(ConfigurationError):
        scene.desk.set_category(
            scene.ticket.id, "returns", actor="hanako", version=scene.ticket.version
        )


def test_a_change_of_several_things_is_all_or_nothing(led: Scene) -> None:
    """A part that is refused refuses the rest."""
    before = led.ticket
    with pytest.raises(ActRefusedError):
        led.desk.change(
            before.id,
            TicketChange(mark="complaint", assign_to="taro", snooze_until=1),
            actor="reika",
            version=before.version,
        )
    assert led.ticket == before
    led.desk.change(
        before.id,
        TicketChange(mark="complaint", priority=3, assign_to="taro", resolve="duplicate"),
        actor="reika",
        version=before.version,
    )
    after = led.ticket
    assert (after.mark, after.priority, after.assignee_id) == ("complaint", 3, "taro")
    assert (after.status, after.reason, after.version) == (
        TicketStatus.RESOLVED,
        "duplicate",
        before.version + 1,
    )


def test_a_bulk_change_names_each_ticket_it_could_not_change(led: Scene) -> None:
    """The others are changed all the same."""
    for name in ("c2", "c3"):
        led.line.customer(name).says(QUESTION)
    led.desk.process(wait=0)
    fine, stale, ended = led.rows(Ticket, order=("id",))
    led.desk.set_priority(stale.id, 1, actor="taro", version=stale.version)
    done = led.desk.resolve(ended.id, actor="taro", version=ended.version)
    missing = TicketId("01MISSING")
    versions = {fine.id: fine.version, stale.id: stale.version, missing: 0}
    results = led.desk.bulk_change(
        {**versions, ended.id: done.ticket_version},
        TicketChange(category="returns", snooze_until=led.clock() + 1),
        actor="reika",
    )
    assert [(r.ticket_id, r.acted is not None, type(r.error)) for r in results] == [
        (fine.id, True, type(None)),
        (stale.id, False, StaleTicketError),
        (missing, False, RowMissingError),
        (ended.id, False, ActRefusedError),
    ]
    categories = [ticket.category for ticket in led.rows(Ticket, order=("id",))]
    assert categories == ["returns", "", ""]


def test_a_bulk_change_to_what_the_shop_does_not_have_changes_nothing(led: Scene) -> None:
    """A mistake in the change is no refusal of a ticket."""
    with pytest.raises(ConfigurationError):
        led.desk.bulk_change(
            {led.ticket.id: led.ticket.version}, TicketChange(mark="x"), actor="reika"
        )
    assert led.ticket.mark == ""


def test_the_audit_trail_says_who_did_and_saw_what_and_nothing_of_what_was_said(
    led: Scene,
) -> None:
    """Facts under our own id of the customer; pages go back in time."""
    at, ticket = led.conversation, led.ticket
    led.desk.open_chat(at.id, actor="hanako", seen=at.newest_message_id)
    led.clock.advance(seconds=1)
    claimed = led.desk.claim(ticket.id, actor="hanako", version=ticket.version)
    led.clock.advance(seconds=1)
    led.desk.hand_over(
        ticket.id, "taro", "秘密の用件", actor="hanako", version=claimed.ticket_version
    )
    led.clock.advance(seconds=1)
    led.desk.tag(at.customer_id, "山田花子", actor="taro", version=0)
    trail = led.desk.audit(actor="reika", customer_id=at.customer_id)
    assert [(entry.actor, entry.kind) for entry in trail] == [
        ("taro", "customer.tagged"),
        ("hanako", "ticket.handed_over"),
        ("hanako", "ticket.claimed"),
        ("hanako", "conversation.seen"),
    ]
    assert trail[1].facts == {"to": "taro"}
    kept = repr(led.rows(AuditEntry)) + repr(led.desk.feed())
    line_user_id = led.line.customer("c1").user_id
    assert [word for word in ("秘密", "山田", QUESTION, line_user_id) if word in kept] == []
    first = led.desk.audit(actor="reika", limit=3)
    assert [*first, *led.desk.audit(actor="reika", after=first[-1])] == list(trail)
    assert len(led.desk.audit(actor="reika", of="taro")) == 1


def test_looking_again_and_again_is_one_line_of_the_audit_trail(
    scene: Scene, asked: Conversation
) -> None:
    """A screen that refreshes itself says nothing new; an hour later it does."""
    for _ in range(3):
        scene.desk.open_chat(asked.id, actor="hanako", seen=asked.newest_message_id)
    assert len(scene.rows(AuditEntry)) == 1
    scene.clock.advance(hours=2)
    scene.desk.open_chat(asked.id, actor="hanako", seen=asked.newest_message_id)
    assert len(scene.rows(AuditEntry)) == 2
