"""Every act of an operator asks for its permission, and leaves a line in the audit trail."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from attrs import frozen

from desks import QUESTION, Scene
from linecs.desk import Staff, SupportDesk, TicketChange
from linecs.errors import NotPermittedError
from linecs.model import Attempt, AuditEntry, OutboxItem, Route, Ticket, TicketId
from linecs.routing import Permission, RoleTable
from linecs.storage.ports import equal, unequal
from linked_shop import account_linking

if TYPE_CHECKING:
    from desks import MakeScene
    from linecs.testing import LineSimulator

P = Permission
HOUR = 3_600_000


@frozen
class Chat:
    """What an operator has before them, and who they are."""

    scene: Scene
    actor: str

    @property
    def desk(self) -> SupportDesk:
        """The desk."""
        return self.scene.desk

    @property
    def at(self) -> Any:
        """The customer's conversation."""
        return self.scene.conversation

    @property
    def ticket(self) -> Ticket:
        """The customer's own ticket, which is the oldest."""
        return self.scene.rows(Ticket, order=("opened_at", "id"))[0]

    @property
    def who(self) -> dict[str, Any]:
        """The actor, and the ticket's version they see."""
        return {"actor": self.actor, "version": self.ticket.version}

    @property
    def customer(self) -> dict[str, Any]:
        """The customer, and their version."""
        return {"actor": self.actor, "version": self.desk.inbox.history(self.id).customer.version}

    @property
    def id(self) -> Any:
        """The customer."""
        return self.at.id

    def act(self, name: str, *more: Any, **named: Any) -> object:
        """Act on the ticket."""
        return getattr(self.desk, name)(self.ticket.id, *more, **self.who, **named)

    def mark(self, name: str, *more: Any) -> object:
        """Act on the customer."""
        return getattr(self.desk, name)(self.id, *more, **self.customer)

    def other(self) -> Ticket:
        """The customer's second ticket, filed by hand where there is none."""
        others = self.scene.rows(Ticket, unequal("id", self.ticket.id))
        if not others:
            self.desk.open_ticket("電話", actor="admin", customer_id=self.id)
            return self.other()
        return others[0]


def _reply(c: Chat) -> object:
    newest = c.at.newest_message_id
    return c.desk.reply(c.id, "はい", actor=c.actor, version=c.at.version, seen=newest)


def _merge(c: Chat) -> object:
    other = c.other()
    return c.act("merge", other.id, into_version=other.version)


def _split(c: Chat) -> object:
    return c.act("split", [c.at.newest_message_id])


@frozen
class Case:
    """One act.

    Attributes:
        takes: What it asks for first, and what else it needs.
        act: Does it.
        before: What an admin does first.
    """

    takes: tuple[Permission, ...]
    act: Callable[[Chat], object]
    before: Callable[[Chat], object] = lambda _: None


CASES = {
    "open_chat": Case(
        (P.READ,), lambda c: c.desk.open_chat(c.id, actor=c.actor, seen=c.at.newest_message_id)
    ),
    "reply": Case((P.REPLY,), _reply),
    "claim": Case((P.CLAIM,), lambda c: c.act("claim")),
    "assign": Case((P.ASSIGN,), lambda c: c.act("assign", "jiro")),
    "hand_over": Case((P.CLAIM,), lambda c: c.act("hand_over", "jiro", "至急")),
    "release": Case((P.CLAIM, P.ASSIGN), lambda c: c.act("release"), lambda c: c.act("claim")),
    "note": Case((P.NOTE,), lambda c: c.act("note", "常連")),
    "set_mark": Case((P.MARK,), lambda c: c.act("set_mark", "complaint")),
    "set_category": Case((P.MARK,), lambda c: c.act("set_category", "returns")),
    "set_priority": Case((P.MARK,), lambda c: c.act("set_priority", 2)),
    "change": Case((P.MARK,), lambda c: c.act("change", TicketChange(mark="complaint"))),
    "bulk_change": Case(
        (P.BULK_CHANGE, P.MARK),
        lambda c: c.desk.bulk_change(
            {c.ticket.id: c.ticket.version}, TicketChange(mark="complaint"), actor=c.actor
        ),
    ),
    "snooze": Case((P.RESOLVE,), lambda c: c.act("snooze", c.scene.clock() + HOUR)),
    "unsnooze": Case(
        (P.RESOLVE,),
        lambda c: c.act("unsnooze"),
        lambda c: c.act("snooze", c.scene.clock() + HOUR),
    ),
    "resolve": Case((P.RESOLVE,), lambda c: c.act("resolve")),
    "reopen": Case((P.RESOLVE,), lambda c: c.act("reopen"), lambda c: c.act("resolve")),
    "split": Case((P.RESOLVE,), _split),
    "merge": Case((P.RESOLVE,), _merge, lambda c: c.other()),
    "open_ticket": Case((P.CLAIM,), lambda c: c.desk.open_ticket("電話", actor=c.actor)),
    "mark_customer": Case((P.MARK,), lambda c: c.mark("mark_customer", "complaint")),
    "mark_message": Case(
        (P.MARK,),
        lambda c: c.desk.mark_message(c.at.newest_message_id, "complaint", **c.customer),
    ),
    "tag": Case((P.MARK,), lambda c: c.mark("tag", "常連")),
    "untag": Case((P.MARK,), lambda c: c.mark("untag", "常連"), lambda c: c.mark("tag", "常連")),
    "set_owner": Case((P.MARK,), lambda c: c.mark("set_owner", "jiro")),
    "go_on_duty": Case((P.CLAIM,), lambda c: c.desk.go_on_duty(c.actor)),
    "go_away": Case((P.CLAIM,), lambda c: c.desk.go_away(c.actor)),
    "go_off_duty": Case((P.CLAIM,), lambda c: c.desk.go_off_duty(c.actor)),
}
SILENT = {
    # What somebody types is nobody's act until it is sent, and their own until then.
    "write_draft",
    "drop_draft",
    # The trail does not speak of itself.
    "audit",
}


def scene_with(make: MakeScene, case: Case) -> Scene:
    """A question that waits; `can` may do what the case takes, `cannot` all but its first."""
    roles = {
        "admin": set(Permission),
        "can": set(case.takes),
        "cannot": set(Permission) - {case.takes[0]},
    }
    scene = make(staff=Staff(roles=lambda name: name, role_table=RoleTable(roles=roles)))
    scene.asks(QUESTION, "それと、領収書を")
    case.before(Chat(scene, "admin"))
    return scene


def test_no_act_is_left_out() -> None:
    """Whatever of the desk says who acts is in the table, or stays silent for a reason."""
    acts = {
        name
        for name, method in inspect.getmembers(SupportDesk, inspect.isfunction)
        if not name.startswith("_") and "actor" in inspect.signature(method).parameters
    }
    assert acts == CASES.keys() | SILENT


@pytest.mark.parametrize("name", CASES)
def test_who_may_not_changes_nothing_and_who_may_is_in_the_trail(
    make: MakeScene, name: str
) -> None:
    """All other permissions are no help; with its own none other is needed."""
    case = CASES[name]
    scene = scene_with(make, case)
    before = scene.rows(Ticket, order=("id",)), scene.rows(AuditEntry, order=("id",))
    with pytest.raises(NotPermittedError) as refused:
        case.act(Chat(scene, "cannot"))
    assert refused.value.permission == case.takes[0]
    assert (scene.rows(Ticket, order=("id",)), scene.rows(AuditEntry, order=("id",))) == before
    case.act(Chat(scene, "can"))
    assert scene.rows(AuditEntry, equal("actor", "can"))


@pytest.mark.parametrize("name", ["write_draft", "audit"])
def test_what_leaves_no_line_asks_all_the_same(make: MakeScene, name: str) -> None:
    """Neither writing to a customer nor reading the trail is for everyone."""
    takes = {"write_draft": P.REPLY, "audit": P.SEE_AUDIT}[name]
    scene = scene_with(make, Case((takes,), lambda _: None))
    acts: dict[str, Callable[[str], object]] = {
        "write_draft": lambda actor: scene.desk.write_draft(
            scene.conversation.id, "は", actor=actor, version=0
        ),
        "audit": lambda actor: scene.desk.audit(actor=actor),
    }
    with pytest.raises(NotPermittedError):
        acts[name]("cannot")
    acts[name]("can")


def trainee(make: MakeScene, *, quota: int, **options: Any) -> Chat:
    """A trainee may reply, but not spend what the month has left for people."""
    may = {P.REPLY, P.CLAIM}
    table = RoleTable(roles={"trainee": may, "senior": {*may, P.SPEND_RESERVE}})
    scene = make(staff=Staff(roles=lambda name: name, role_table=table), **options)
    scene.line.channel.quota = quota
    scene.desk.run_jobs()
    scene.asks(QUESTION)
    return Chat(scene, "trainee")


def test_the_reserve_is_for_those_whose_role_says_so(make: MakeScene) -> None:
    """Once the reply token is gone, a reply would be pushed; nothing of a refused one is left."""
    chat = trainee(make, quota=0)
    chat.scene.clock.advance(minutes=2)
    before = chat.ticket
    with pytest.raises(NotPermittedError) as refused:
        _reply(chat)
    assert refused.value.permission == P.SPEND_RESERVE
    assert chat.scene.rows(OutboxItem) == []
    assert chat.ticket == before
    _reply(Chat(chat.scene, "senior"))
    assert len(chat.scene.rows(OutboxItem)) == 1


def test_an_invitation_spends_the_reserve_too(make: MakeScene, line: LineSimulator) -> None:
    """Whatever an operator sends is held to the same."""
    chat = trainee(make, quota=0, linking=account_linking(line))
    chat.scene.clock.advance(minutes=2)
    with pytest.raises(NotPermittedError) as refused:
        chat.desk.links.invite(chat.id, actor="trainee")
    assert refused.value.permission == P.SPEND_RESERVE
    assert chat.scene.rows(OutboxItem) == []
    chat.desk.links.invite(chat.id, actor="senior")
    assert len(chat.scene.rows(OutboxItem)) == 1


def test_a_free_reply_spends_nothing(make: MakeScene) -> None:
    """While the token lives everyone may answer."""
    chat = trainee(make, quota=0)
    _reply(chat)
    chat.desk.deliver()
    assert chat.scene.one(Attempt).route is Route.REPLY


def test_more_than_a_token_carries_is_a_push(make: MakeScene) -> None:
    """LINE takes five messages by a token; a sixth would be pushed."""
    chat = trainee(make, quota=0)
    at = chat.at
    with pytest.raises(NotPermittedError):
        chat.desk.reply(
            at.id,
            [{"type": "text", "text": str(number)} for number in range(6)],
            actor="trainee",
            version=at.version,
            seen=at.newest_message_id,
        )


def test_above_the_reserve_everyone_may_push(make: MakeScene) -> None:
    """The right is asked for when there is something to keep."""
    chat = trainee(make, quota=1000)
    chat.scene.clock.advance(minutes=2)
    _reply(chat)
    assert chat.scene.rows(Ticket, equal("id", TicketId(chat.ticket.id)))
    chat.desk.deliver()
    assert chat.scene.one(Attempt).route is Route.PUSH
