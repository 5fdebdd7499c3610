"""One person's data removed from every table, from the index and from the media store."""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from linecs.desk.changes import Changes
from linecs.desk.feed import happened
from linecs.desk.inbox.indexing import forget_texts
from linecs.desk.jobs import new_job
from linecs.desk.knowledge.forgetting import tell_taken_back
from linecs.desk.link_events import BY_LOGIN, is_revoked_by_hand, subject_of, take_back
from linecs.desk.links import LinkTransaction
from linecs.desk.log import log
from linecs.desk.privacy.person import REMOVED, events_naming, find_person, in_parts, select_of
from linecs.model import (
    AuditEntry,
    Author,
    Conversation,
    ConversationId,
    Customer,
    EventState,
    Friendship,
    LineUserId,
    Media,
    MediaState,
    Message,
    Note,
    OperatorId,
    Speaker,
    StoredEvent,
    Ticket,
    TicketStatus,
    new_id,
)
from linecs.model.fields import CustomerTag
from linecs.model.link import LinkEnd
from linecs.storage.ports import Query, at_least, below, equal, one_of, unequal
from linecs.storage.tables import Counter, table_of

if TYPE_CHECKING:
    from linecs.desk.core import DeskCore
    from linecs.desk.privacy.person import Person
    from linecs.model import EventId, Job
    from linecs.model.link import Link
    from linecs.storage.ports import Transaction

__all__ = ["ERASE_FILES", "Erasure", "erase_files", "erase_person"]

ERASE_FILES = "privacy.erase_files"
_MADE_OF = ("image", "video")
_AT_ONCE = 500


@frozen(kw_only=True)
class Erasure:
    """What an erasure did.

    Attributes:
        customer_ids: Our ids of the person, one a channel; they name nobody any more.
        rows: How many rows were removed or emptied, by table.
        files: How many pieces of content.
        revoke_by_hand: Whether rights that LINE Login gave could not be taken back, so that the
            person should do it in the LINE app.
    """

    customer_ids: tuple[str, ...]
    rows: Mapping[str, int]
    files: int
    revoke_by_hand: bool = False


def erase_person(core: DeskCore, customer_id: str, *, actor: str) -> Erasure:
    """Remove a person's data; opens its own transactions.

    Raises:
        RowMissingError: There is no such customer.
    """
    revoke_by_hand = _unlink(core, customer_id)
    person, rows = core.storage.run(lambda tx: _erase(core, tx, customer_id, actor))
    files = sum(_erase_files_of(core, each) for each in person.ids)
    return Erasure(customer_ids=person.ids, rows=rows, files=files, revoke_by_hand=revoke_by_hand)


def erase_files(core: DeskCore, job: Job) -> None:
    """Remove the content of an erased conversation, where a crash came between."""
    _erase_files_of(core, job.subject_id)


def _unlink(core: DeskCore, customer_id: str) -> bool:
    """End the person's link and what it opened elsewhere; whether the person has to help."""
    for link in core.storage.run(lambda tx: _end_link(core, tx, customer_id)):
        by_hand = core.storage.read(lambda tx, link=link: is_revoked_by_hand(core, tx, link))  # type: ignore[misc]
        try:
            take_back(core, link)
            core.linking.after_unlinked(link)
        except Exception as error:  # noqa: BLE001 - LINE's or the host's trouble keeps no data
            log.warning("After link %s ended: %s", link.id, type(error).__name__)
            return link.flow in BY_LOGIN
        return by_hand
    return False


def _end_link(core: DeskCore, tx: Transaction, customer_id: str) -> tuple[Link, ...]:
    subject = subject_of(core, tx.get(Customer, customer_id))
    change = core.linking.registry.unlink(
        LinkTransaction(tx),
        subject.provider_id,
        subject.line_user_id,
        at=core.clock(),
        actor="shop",
        because=LinkEnd.ERASED,
    )
    return change.ended


def _erase(
    core: DeskCore, tx: Transaction, customer_id: str, actor: str
) -> tuple[Person, Mapping[str, int]]:
    seen = find_person(tx, customer_id)
    # Workers and operators hold the conversation while they write; now they find it changed.
    conversations = [tx.get(Conversation, each, lock=True) for each in seen.ids]
    person = find_person(tx, customer_id)
    rows = {"events": _empty_events(tx, person)}
    _end_tickets(core, tx, person)
    _forget_texts(tx, person)
    tell_taken_back(tx, person.proposal_ids, now=core.clock(), channel_id=next(iter(core.channels)))
    media = _media_of(tx, person)
    tags = {each.tag for each in select_of(tx, person, CustomerTag, REMOVED[CustomerTag])}
    for row, (column, attribute) in REMOVED.items():
        if row is not Media:
            parts = in_parts(getattr(person, attribute))
            rows[table_of(row).name] = sum(tx.delete(row, [one_of(column, p)]) for p in parts)
    rows["media"] = len(media)
    _forget_tag_counters(tx, tags)
    _hand_over_media(core, tx, person, media)
    _empty_people(tx, person, conversations)
    rows["customers"] = len(person.customers)
    _tell(core, tx, person, actor)
    return person, {name: count for name, count in rows.items() if count}


def _empty_events(tx: Transaction, person: Person) -> int:
    tombstone = f"erased:{secrets.token_hex(8)}"
    alike: defaultdict[tuple[str, EventState], list[EventId]] = defaultdict(list)
    for event in events_naming(tx, person):
        lane = tombstone if event.lane in person.line_user_ids else event.lane
        pending = event.state is EventState.PENDING
        state: EventState = EventState.DONE if pending else event.state
        alike[lane, state].append(event.id)
    for (lane, state), ids in alike.items():
        emptied = {"raw": "", "lane": lane, "error": "", "state": state}
        for part in in_parts(ids):
            tx.update(StoredEvent, [one_of("id", part)], emptied)
    return sum(map(len, alike.values()))


def _end_tickets(core: DeskCore, tx: Transaction, person: Person) -> None:
    changes = Changes()
    for ticket in select_of(tx, person, Ticket, ("conversation_id", "ids")):
        if ticket.status is not TicketStatus.RESOLVED:
            changes.alter(ticket, _ended(ticket, core.clock()), guard=("version",))
    changes.write(tx)


def _ended(ticket: Ticket, now: int) -> Ticket:
    """Return a ticket at its end, whatever way a shop's workflow knows there."""
    return evolve(
        ticket,
        status=TicketStatus.RESOLVED,
        reason="erased",
        due_at=0,
        due_for="",
        waiting_since=0,
        snoozed_until=0,
        resolved_at=now,
        resolved_by="system",
        version=ticket.version + 1,
    )


def _forget_texts(tx: Transaction, person: Person) -> None:
    for row in (Message, Note):
        forget_texts(tx, select_of(tx, person, row, REMOVED[row]))


def _forget_tag_counters(tx: Transaction, tags: set[str]) -> None:
    """Remove the counters of lists that are empty now: a tag's name may say who it was."""
    for tag in tags:
        name = f"inbox:tag:{tag}"
        named = (at_least("name", f"{name}#"), below("name", f"{name}$"))
        tx.delete(Counter, (*named, equal("value", 0)))


def _media_of(tx: Transaction, person: Person) -> list[Media]:
    """Return what they sent, and what was made for them alone."""
    received = list(select_of(tx, person, Media, REMOVED[Media]))
    own = _published(select_of(tx, person, Message, REMOVED[Message]))
    if not own:
        return received
    others = (
        one_of("kind", _MADE_OF),
        unequal("author", Author.CUSTOMER),
        *(unequal("conversation_id", each) for each in person.ids),
    )
    query = Query(row=Message, where=others, order=("id",), limit=_AT_ONCE)
    while messages := tx.select(query):
        own -= _published(messages)
        query = evolve(query, after=(messages[-1].id,))
    return received + tx.select(Query(row=Media, where=(one_of("id", sorted(own)),)))


def _published(messages: Any) -> set[str]:  # noqa: ANN401 - any rows of messages
    """Return the media that messages show, by the last part of their addresses."""
    found = set()
    for message in messages:
        if message.kind in _MADE_OF and message.author is not Author.CUSTOMER and message.content:
            content = json.loads(message.content)
            for name in ("originalContentUrl", "previewImageUrl"):
                found.add(str(content.get(name, "")).rpartition("/")[2][:255])
    return found


def _hand_over_media(core: DeskCore, tx: Transaction, person: Person, media: list[Media]) -> None:
    """Leave what is in the media store to a step of its own, which no crash forgets."""
    owner = person.customers[0]
    for each in media:
        gone = evolve(each, state=MediaState.ERASED, file_name="", sha256="", message_id=None)
        tx.save(each, evolve(gone, line_message_id="", conversation_id=ConversationId(owner.id)))
    if media:
        tx.insert_absent(new_job(ERASE_FILES, owner.id, owner.channel_id, core.clock()))


def _erase_files_of(core: DeskCore, conversation_id: str) -> int:
    erased = (one_of("conversation_id", (conversation_id,)), one_of("state", (MediaState.ERASED,)))
    media = core.storage.read(lambda tx: tx.select(Query(row=Media, where=erased)))
    for each in media:
        if each.location and core.media_store is not None:
            core.media_store.erase(each.location)
    ids = [each.id for each in media]
    core.storage.run(lambda tx: [tx.delete(Media, [one_of("id", part)]) for part in in_parts(ids)])
    return sum(bool(each.location) for each in media)


def _empty_people(tx: Transaction, person: Person, conversations: list[Conversation]) -> None:
    for customer in person.customers:
        nobody = Customer(
            id=customer.id,
            channel_id=customer.channel_id,
            line_user_id=LineUserId(f"erased:{secrets.token_hex(16)}"),
            first_seen_at=customer.first_seen_at,
            friendship=Friendship.WITHOUT_LINE,
            version=customer.version + 1,
        )
        tx.save(customer, nobody)
    for before in conversations:
        after = Conversation(
            id=before.id,
            channel_id=before.channel_id,
            customer_id=before.customer_id,
            version=before.version + 1,
            speaker=Speaker.BOT,
            ticket_id=before.ticket_id,
        )
        tx.save(before, after)


def _tell(core: DeskCore, tx: Transaction, person: Person, actor: str) -> None:
    now = core.clock()
    for customer in person.customers:
        told = happened(
            "customer.erased",
            channel_id=customer.channel_id,
            conversation_id=customer.id,
            now=now,
            actor=actor,
        )
        kept = AuditEntry(
            id=new_id(now),
            at=now,
            actor=OperatorId(actor),
            kind=told.kind,
            channel_id=customer.channel_id,
            customer_id=customer.id,
        )
        tx.insert(told, kept)
