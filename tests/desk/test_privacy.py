"""One person's data: exported whole, erased everywhere, and the scan that proves it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from attrs import frozen

from linecs.delivery.gateway import LineGateway
from linecs.delivery.media import FileMediaStore
from linecs.desk import Staff
from linecs.desk.inbox.indexing import SEGMENT
from linecs.desk.privacy.person import EMPTIED, KEPT, OF_NOBODY, REMOVED
from linecs.errors import ConfigurationError, NotPermittedError
from linecs.idlink import MemberCard
from linecs.model import (
    Answer,
    AuditEntry,
    Conversation,
    ConversationId,
    Customer,
    EventState,
    Friendship,
    Job,
    Media,
    Message,
    StoredEvent,
    Ticket,
    TicketStatus,
)
from linecs.model.link import LedgerEntry, Link, LinkEnd
from linecs.routing import Role
from linecs.storage.inbox_rows import Place, SearchText
from linecs.storage.ports import equal, unequal
from linecs.storage.tables import TABLES, Memory, Trace
from linecs.testing.simulator import Fault
from linked_shop import Members, Shop, account_linking

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from desks import MakeScene, Scene
    from linecs.delivery.outcomes import Outcome
    from linecs.desk.privacy import Remnant
    from linecs.model import Attempt, Bubble, Decision, Inquiry
    from linecs.testing import LineSimulator

SECRET = "注文番号はZZ-90417-KQです"
PHONE = "090-5555-0142"
PICTURE = b"\xff\xd8 a picture that says ZZ-90417-KQ"


@frozen
class Person:
    """A customer with traces everywhere, and another beside them."""

    shop: Shop
    customer_id: str
    line_user_id: str

    @property
    def scene(self) -> Scene:
        """The desk and what stands around it."""
        return self.shop.scene

    @property
    def values(self) -> list[str]:
        """What only this person could have left behind."""
        return [self.line_user_id, "ZZ-90417-KQ", PHONE, "MEMBER-77123", "常連の花子"]

    def remnants(self) -> Sequence[Remnant]:
        """Where any of it is found now."""
        return self.scene.desk.privacy.scan(self.values)

    def erase(self) -> None:
        """Have an admin erase the person."""
        self.scene.desk.privacy.erase(self.customer_id, actor="root")


def newest(scene: Scene, customer_id: str) -> str | None:
    """The customer's newest bubble."""
    return scene.one(Conversation, equal("id", customer_id)).newest_message_id


def fill_segment(scene: Scene, conversation_id: str) -> None:
    """Add others' texts, as many as the index packs at once."""
    texts = [
        SearchText(
            document_id=f"0{number:025d}",
            kind="message",
            conversation_id=ConversationId(conversation_id),
            text="返品",
        )
        for number in range(SEGMENT - 2)
    ]
    scene.storage.run(lambda tx: tx.insert(*texts))


@pytest.fixture
def person(make: MakeScene, line: LineSimulator, tmp_path: Path) -> Person:
    """A member who wrote, sent a picture, was noted, tagged, drafted to, and has a call open."""
    roles = {"root": Role.ADMIN}
    scene = make(
        linking=account_linking(line),
        members=Members({"MEMBER-77123": MemberCard(member_id="MEMBER-77123")}),
        media=FileMediaStore(tmp_path),
        staff=Staff(roles=lambda name: roles.get(name, Role.OPERATOR)),
    )
    shop = Shop(scene)
    shop.meets("other")
    customer_id = shop.meets()
    customer = line.customer("c1")
    shop.links(member="MEMBER-77123")
    customer.says(SECRET)
    customer.says("営業時間")
    customer.sends_image(PICTURE)
    scene.settle()
    desk, ticket = scene.desk, scene.rows(Ticket, equal("conversation_id", customer_id))[-1]
    noted = desk.note(ticket.id, f"電話は{PHONE}", actor="tanaka", version=ticket.version)
    desk.tag(customer_id, "常連の花子", actor="tanaka", version=0)
    scene.clock.advance(minutes=5)
    line.faults.add(Fault.refuse(500), customer=customer)
    desk.reply(
        customer_id,
        SECRET,
        actor="tanaka",
        version=noted.conversation_version,
        seen=newest(scene, customer_id),
    )
    scene.settle()
    draft_version = scene.one(Conversation, equal("id", customer_id)).version
    desk.write_draft(customer_id, f"{PHONE}へ", actor="tanaka", version=draft_version)
    customer.says(f"電話は{PHONE}です")
    return Person(shop, customer_id, customer.user_id)


def test_every_table_has_an_answer_to_whose_rows_they_are() -> None:
    """A new table cannot be forgotten: it is removed, emptied, kept, or of nobody."""
    answered = [*REMOVED, *EMPTIED, *KEPT, *OF_NOBODY]
    assert sorted(each.__name__ for each in answered) == sorted(
        table.row.__name__ for table in TABLES
    )


def test_the_scan_finds_what_is_there(person: Person) -> None:
    """In tables, in the search index, and in files: else finding nothing would prove nothing."""
    places = {each.place for each in person.remnants()}
    assert {"messages", "events", "links", "notes", "customer_tags", "media store"} <= places
    assert {"drafts", "search_texts", "customers", "attempts"} <= places


def test_nothing_of_an_erased_person_is_left(person: Person) -> None:
    """Every column of every table and every file is read, and none has any of it."""
    person.erase()
    assert person.remnants() == []


def test_others_keep_what_is_theirs(person: Person) -> None:
    """The customer beside them is as before."""
    scene, other = person.scene, person.shop.customer_id("other")
    theirs = equal("conversation_id", other)
    before = scene.rows(Message, theirs), scene.rows(Ticket, theirs), scene.rows(Trace, theirs)
    person.erase()
    after = scene.rows(Message, theirs), scene.rows(Ticket, theirs), scene.rows(Trace, theirs)
    assert after == before
    assert scene.desk.links.of_customer(other) is None


def test_what_stays_names_nobody(person: Person) -> None:
    """Ticket, ledger and audit trail stay under our own id; the customer is a tombstone."""
    person.erase()
    customer = person.scene.one(Customer, equal("id", person.customer_id))
    tickets = person.scene.rows(Ticket, equal("conversation_id", person.customer_id))
    ledger = person.scene.rows(LedgerEntry, equal("customer_id", person.customer_id))
    assert (customer.friendship, customer.display_name) == (Friendship.WITHOUT_LINE, "")
    assert {each.status for each in tickets} == {TicketStatus.RESOLVED}
    assert ledger[-1].reason == LinkEnd.ERASED
    assert person.scene.rows(Link) == []
    assert person.scene.one(AuditEntry, equal("kind", "customer.erased")).actor == "root"


def test_an_erased_person_leaves_no_work_behind(person: Person) -> None:
    """No job, memory, place in a list or orphan; the desk goes on and all is well."""
    person.erase()
    person.scene.settle()
    subjects = {each.subject_id for each in person.scene.rows(Job)}
    assert subjects <= {"main", "search", "all", person.shop.customer_id("other")}
    assert person.scene.rows(Memory, equal("conversation_id", person.customer_id)) == []
    of_person = {each.id for each in person.scene.rows(Ticket, unequal("reason", "erased"))}
    assert {each.ticket_id for each in person.scene.rows(Place)} <= of_person
    assert person.scene.desk.orphans() == []
    assert person.remnants() == []


def test_an_erased_person_who_writes_again_is_a_new_customer(person: Person) -> None:
    """The mapping is gone: nothing ties the new customer to the old."""
    person.erase()
    again = person.shop.meets()
    assert again != person.customer_id
    assert person.scene.desk.links.of_customer(again) is None


def test_a_redelivered_event_of_an_erased_person_is_a_repeat(person: Person) -> None:
    """That the event came is remembered, under a lane that names nobody."""
    ids = {each.id for each in person.scene.rows(StoredEvent)}
    person.erase()
    events = person.scene.rows(StoredEvent)
    assert {each.id for each in events} == ids
    assert all(each.state is not EventState.PENDING for each in events)


def test_an_erasure_may_be_repeated(person: Person) -> None:
    """Nothing is there any more, and nothing fails."""
    person.erase()
    again = person.scene.desk.privacy.erase(person.customer_id, actor="root")
    assert again.files == 0
    assert person.remnants() == []


def test_files_that_a_crash_left_are_removed_by_a_job(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit comes first; whoever dies before the files went leaves a job for them."""

    def dies(_store: object, _location: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(FileMediaStore, "erase", dies)
        with pytest.raises(KeyboardInterrupt):
            person.erase()
    assert {each.place for each in person.remnants()} == {"media store"}
    person.scene.settle()
    assert person.remnants() == []
    assert person.scene.rows(Media, equal("conversation_id", person.customer_id)) == []


def test_a_person_is_erased_from_the_packed_search_index(
    make: MakeScene, line: LineSimulator
) -> None:
    """Also where their words are pairs of characters in a segment with others' words."""
    scene = make(staff=Staff(roles=lambda _name: Role.ADMIN))
    for name, text in (("c1", SECRET), ("other", "裾上げはできますか")):
        line.customer(name).says(text)
        scene.settle()
    fill_segment(scene, Shop(scene).customer_id("other"))
    scene.clock.advance(minutes=2)
    scene.settle()
    person = Person(Shop(scene), Shop(scene).customer_id(), line.customer("c1").user_id)
    before = {each.place for each in scene.desk.privacy.scan(["ZZ-90417-KQ"])}
    person.erase()
    assert "search_postings" in before
    assert scene.desk.privacy.scan(["ZZ-90417-KQ", person.line_user_id]) == []
    assert scene.desk.inbox.search("裾上げ").items


class ErasesMeanwhile:
    """Has the customer erased while it thinks, once."""

    name = "erases"

    def __init__(self) -> None:
        self.erase: Callable[[], object] | None = None

    def respond(self, inquiry: Inquiry) -> Decision:
        if self.erase is not None:
            act, self.erase = self.erase, None
            act()
        return Answer(messages=({"type": "text", "text": inquiry.text},), source="echo")

    def waits(self, _bubble: Bubble) -> bool:
        return False


def test_a_worker_that_was_answering_brings_nothing_back(
    make: MakeScene, line: LineSimulator
) -> None:
    """What it read before the erasure it may not write after it."""
    responder = ErasesMeanwhile()
    scene = make(responder=responder)
    customer_id = Shop(scene).meets()
    responder.erase = lambda: scene.desk.privacy.erase(customer_id, actor="shop")
    line.customer("c1").says(SECRET)
    scene.settle()
    assert scene.desk.privacy.scan(["ZZ-90417-KQ", line.customer("c1").user_id]) == []
    assert scene.desk.orphans() == []


@pytest.mark.parametrize("fault", [None, Fault.monthly_limit(), Fault.refuse(400), Fault.drop()])
def test_a_call_under_way_brings_nothing_back(
    make: MakeScene, line: LineSimulator, monkeypatch: pytest.MonkeyPatch, fault: Fault | None
) -> None:
    """Whatever LINE answers after the erasure, nothing is written of it, and the desk goes on."""
    scene = make()
    customer_id, send = Shop(scene).meets(), LineGateway.send
    scene.desk.notify(customer_id, {"type": "text", "text": SECRET})
    scene.clock.advance(minutes=5)
    if fault is not None:
        line.faults.add(fault, endpoint="/v2/bot/message/push")
    calls: list[str] = []

    def erases_first(gateway: LineGateway, attempt: Attempt) -> Outcome:
        if not calls:
            scene.desk.privacy.erase(customer_id, actor="shop")
        calls.append(attempt.id)
        return send(gateway, attempt)

    monkeypatch.setattr(LineGateway, "send", erases_first)
    scene.settle()
    assert len(calls) == 1
    assert scene.desk.privacy.scan(["ZZ-90417-KQ", line.customer("c1").user_id]) == []


def test_erasing_takes_a_role(person: Person) -> None:
    """An operator erases nobody."""
    with pytest.raises(NotPermittedError):
        person.scene.desk.privacy.erase(person.customer_id, actor="tanaka")
    assert person.remnants() != []


def test_an_export_holds_all_that_is_kept(person: Person) -> None:
    """Messages, notes, tags, links and history by table, as JSON."""
    person.scene.settle()
    exported = person.scene.desk.privacy.export(person.customer_id, actor="root")
    data = json.loads(exported)
    assert all(value in exported for value in person.values)
    assert {"customers", "messages", "notes", "customer_tags", "links", "link_ledger"} <= set(data)
    assert [each["id"] for each in data["customers"]] == [person.customer_id]


def test_an_export_holds_no_token_and_nothing_of_others(person: Person) -> None:
    """What would let somebody act as the shop or the customer is left out."""
    exported = person.scene.desk.privacy.export(person.customer_id, actor="root")
    assert "replyToken" not in exported
    assert "quoteToken" not in exported
    assert "nonce" not in exported
    assert person.shop.customer_id("other") not in exported
    assert person.scene.one(AuditEntry, equal("kind", "customer.exported")).actor == "root"


def test_a_value_too_short_to_mean_anything_is_refused(scene: Scene) -> None:
    """One character is everywhere."""
    with pytest.raises(ConfigurationError, match="two characters"):
        scene.desk.privacy.scan(["あ"])
