"""Lists and counters: right whatever happened before, page by page."""

from __future__ import annotations

import random
from collections import Counter as Tally
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from linecs.desk import SupportDesk
from linecs.desk.changes import Changes
from linecs.desk.inbox import InboxFilter, ListOrder
from linecs.desk.links import LinkTransaction
from linecs.errors import ConfigurationError
from linecs.model import (
    Channel,
    ChannelId,
    Conversation,
    ConversationId,
    Customer,
    CustomerId,
    LineUserId,
    MessageState,
    OperatorId,
    ReadMark,
    Ticket,
    TicketId,
    TicketStatus,
)
from linecs.model.fields import CustomerTag
from linecs.model.link import Link, LinkFlow, LinkId, MemberId, ProviderId
from linecs.storage.inbox_rows import Place
from linecs.storage.memory import MemoryStorage
from linecs.storage.ports import equal, one_of, unequal
from linecs.storage.tables import Counter

if TYPE_CHECKING:
    from desks import Scene
    from linecs.desk.inbox import Inbox
    from linecs.storage.ports import Storage

NOW = 1_800_000_000_000
WHO = ["", "hanako", "taro"]
MARKS = ["", "クレーム", "要アプローチ"]
TAGS = ["VIP", "卸"]
OWED = {TicketStatus.OPEN, TicketStatus.IN_PROGRESS}


class Shop:
    """A store that is filled with tickets through the desk's own writer, and a plain copy."""

    def __init__(self, storage: Storage, desk: SupportDesk) -> None:
        self.storage = storage
        self.inbox: Inbox = desk.inbox
        self.now = NOW
        self.tickets: dict[TicketId, Ticket] = {}
        self.tags: set[tuple[CustomerId, str]] = set()

    def customer(self, number: int) -> CustomerId:
        """Return one of the customers, made at first use."""
        customer = Customer(
            id=CustomerId(f"c{number}"),
            channel_id=ChannelId("main"),
            line_user_id=LineUserId(f"U{number}"),
            first_seen_at=NOW,
        )
        conversation = Conversation(
            id=ConversationId(customer.id), channel_id=customer.channel_id, customer_id=customer.id
        )
        self.storage.run(lambda tx: tx.insert_absent(customer, conversation))
        return customer.id

    def write(self, ticket: Ticket) -> None:
        """Add the ticket, or change it."""
        changes = Changes()
        if ticket.id in self.tickets:
            changes.alter(self.tickets[ticket.id], ticket)
        else:
            changes.add(ticket)
        self.storage.run(changes.write)
        self.tickets[ticket.id] = ticket

    def tag(self, number: int, tag: str) -> None:
        """Put a tag on a customer, or take it off."""
        who = self.customer(number)
        changes = Changes()
        if (who, tag) in self.tags:
            changes.remove(CustomerTag, equal("customer_id", who), equal("tag", tag))
        else:
            changes.add(CustomerTag(customer_id=who, tag=tag, at=NOW, actor="hanako"))
        self.storage.run(changes.write)
        self.tags ^= {(who, tag)}

    def expected(self, chosen: InboxFilter, order: ListOrder, now: int) -> list[TicketId]:
        """Filter and sort all tickets the obvious way."""
        found = [each for each in self.tickets.values() if self._fits(each, chosen, now)]
        if order is ListOrder.NEWEST or chosen.status is TicketStatus.RESOLVED:
            found.sort(key=lambda t: (t.opened_at, t.id), reverse=True)
        else:
            column = "waiting_since" if order is ListOrder.WAITING_LONGEST else "due_at"
            found.sort(key=lambda t: (not getattr(t, column), getattr(t, column), t.id))
        return [ticket.id for ticket in found]

    def _fits(self, ticket: Ticket, chosen: InboxFilter, now: int) -> bool:
        if chosen.status is None and ticket.status is TicketStatus.RESOLVED:
            return False
        same = {
            "status": chosen.status,
            "assignee_id": chosen.assignee,
            "mark": chosen.mark,
            "category": chosen.category,
            "queue": chosen.queue,
        }
        owed = ticket.status in OWED and not ticket.snoozed_until
        answered = ticket.status is TicketStatus.BOT and ticket.reason == "answered"
        answered = answered or ticket.resolved_by == "bot"
        return all(
            (
                *(value in {None, getattr(ticket, name)} for name, value in same.items()),
                not chosen.unassigned or ticket.assignee_id is None,
                chosen.tag is None or (ticket.customer_id, chosen.tag) in self.tags,
                not chosen.overdue or (owed and 0 < ticket.due_at <= now),
                chosen.answered_by_bot in {None, answered},
            )
        )

    def listed(
        self, chosen: InboxFilter, order: ListOrder = ListOrder.NEWEST, *, limit: int = 50
    ) -> list[TicketId]:
        """Return the ids of all pages of a list."""
        found: list[TicketId] = []
        after = None
        while True:
            page = self.inbox.list(chosen, order=order, after=after, limit=limit)
            assert len(page.items) <= limit
            found += [item.ticket.id for item in page.items]
            after = page.next
            if after is None:
                return found


def shop_in_memory() -> Shop:
    """Return an empty shop whose clock stands at NOW."""
    storage = MemoryStorage()
    channel = Channel(id="main", bot_user_id="U0", secrets="s", access_token="t")
    return Shop(storage, SupportDesk(storage=storage, channels=[channel], clock=lambda: NOW))


@pytest.fixture
def shop(scene: Scene) -> Shop:
    """An empty shop on each kind of store."""
    shop = Shop(scene.storage, scene.desk)
    shop.now = scene.clock()
    return shop


def tickets(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[Ticket]:
    """Tickets in any state, few enough to meet again."""
    times = st.sampled_from([0, NOW - 2, NOW, NOW + 2])
    return st.builds(
        lambda number, **more: Ticket(
            id=TicketId(f"t{number}"),
            conversation_id=ConversationId(f"c{number % 4}"),
            customer_id=CustomerId(f"c{number % 4}"),
            channel_id=ChannelId("main"),
            opened_at=NOW + number % 3,
            **more,
        ),
        numbers,
        status=st.sampled_from(TicketStatus),
        reason=st.sampled_from(["", "answered"]),
        assignee_id=st.sampled_from([None, OperatorId("hanako"), OperatorId("taro")]),
        mark=st.sampled_from(MARKS),
        category=st.sampled_from(["", "返品・交換"]),
        queue=st.sampled_from(["", "夜間"]),
        waiting_since=times,
        due_at=times,
        snoozed_until=st.sampled_from([0, NOW]),
        resolved_by=st.sampled_from(["", "bot"]),
    )


FILTERS = st.builds(
    InboxFilter,
    status=st.none() | st.sampled_from(TicketStatus),
    assignee=st.none() | st.just("hanako"),
    mark=st.none() | st.sampled_from(MARKS[1:]),
    tag=st.none() | st.sampled_from(TAGS),
    category=st.none() | st.just("返品・交換"),
    queue=st.none() | st.just("夜間"),
    overdue=st.booleans(),
    answered_by_bot=st.none() | st.booleans(),
) | st.builds(InboxFilter, unassigned=st.just(value=True), tag=st.none() | st.sampled_from(TAGS))
HISTORIES = st.lists(
    tickets(st.integers(0, 12)) | st.tuples(st.integers(0, 3), st.sampled_from(TAGS)), max_size=40
)


@settings(deadline=None)
@given(history=HISTORIES, chosen=FILTERS, order=st.sampled_from(ListOrder), limit=st.integers(1, 5))
def test_a_list_is_what_filtering_and_sorting_all_tickets_gives(
    history: list[Ticket | tuple[int, str]],
    chosen: InboxFilter,
    order: ListOrder,
    limit: int,
) -> None:
    """Whatever tickets and tags went through, all pages together are the obvious answer."""
    shop = shop_in_memory()
    replay(shop, history)
    now = NOW
    assert shop.listed(chosen, order, limit=limit) == shop.expected(chosen, order, now)


@settings(deadline=None)
@given(history=HISTORIES)
def test_counters_and_places_equal_a_recount(
    history: list[Ticket | tuple[int, str]],
) -> None:
    """After any history a recount has nothing to mend, and the counts are the obvious ones."""
    shop = shop_in_memory()
    replay(shop, history)
    counts = shop.inbox.counts(actor="hanako")
    live = [t for t in shop.tickets.values() if t.status is not TicketStatus.RESOLVED]
    assert counts.live == len(live)
    assert counts.statuses == {
        status: sum(t.status is status for t in shop.tickets.values()) for status in TicketStatus
    }
    assert counts.mine == sum(t.assignee_id == "hanako" for t in live)
    assert counts.unassigned == sum(t.assignee_id is None for t in live)
    assert counts.marks == Tally(t.mark for t in live if t.mark)
    assert counts.overdue == len(shop.expected(InboxFilter(overdue=True), ListOrder.DUE, NOW))
    assert counts.tags == Tally(tag for t in live for who, tag in shop.tags if who == t.customer_id)
    assert shop.inbox.recount() == 0


def replay(shop: Shop, history: list[Ticket | tuple[int, str]]) -> None:
    """Do what a history says, one commit each."""
    for number in range(4):
        shop.customer(number)
    for each in history:
        if isinstance(each, Ticket):
            shop.write(each)
        else:
            shop.tag(*each)


def test_each_store_gives_the_same_pages(shop: Shop) -> None:
    """A hundred tickets in random states come as filtered and sorted, three at a time."""
    chance = random.Random(5)  # noqa: S311 - which tickets, not a secret
    now = shop.now
    for number in range(100):
        customer = shop.customer(number % 20)
        shop.write(
            Ticket(
                id=TicketId(f"t{number}"),
                conversation_id=ConversationId(customer),
                customer_id=customer,
                channel_id=ChannelId("main"),
                status=chance.choice(list(TicketStatus)),
                assignee_id=chance.choice([None, OperatorId("hanako")]),
                mark=chance.choice(MARKS),
                waiting_since=chance.choice([0, now - 5, now - 6]),
                due_at=chance.choice([now - 1, now + 1]),
                opened_at=chance.choice([1, 2, 3]),
            )
        )
    shop.tag(3, "VIP")
    shop.tag(4, "VIP")
    for chosen in (
        InboxFilter(),
        InboxFilter(assignee="hanako", mark="クレーム"),
        InboxFilter(tag="VIP"),
        InboxFilter(overdue=True, unassigned=True),
        InboxFilter(status=TicketStatus.RESOLVED),
        InboxFilter(status=TicketStatus.RESOLVED, tag="VIP"),
    ):
        for order in ListOrder:
            listed = shop.listed(chosen, order, limit=3)
            assert listed == shop.expected(chosen, order, now)
    assert shop.inbox.recount() == 0


def test_a_page_that_would_take_too_long_is_short_and_goes_on(shop: Shop) -> None:
    """What is rare among many comes with a page of its own, after pages that have less."""
    changes = Changes()
    for number in range(1_300):
        ticket = Ticket(
            id=TicketId(f"t{number:04}"),
            conversation_id=ConversationId(shop.customer(0)),
            customer_id=CustomerId("c0"),
            channel_id=ChannelId("main"),
            status=TicketStatus.RESOLVED,
            mark="クレーム" if number == 0 else "",
            opened_at=number,
        )
        changes.add(ticket)
    shop.storage.run(changes.write)
    chosen = InboxFilter(status=TicketStatus.RESOLVED, mark="クレーム")
    first = shop.inbox.list(chosen)
    assert (first.items, first.next is None) == ((), False)
    assert shop.listed(chosen) == ["t0000"]


def test_a_list_of_members_follows_the_link(shop: Shop) -> None:
    """A ticket is a member's from the link on, and nobody's from its end on."""
    who = shop.customer(1)
    shop.write(ticket_of(who, "t1"))
    link = Link(
        id=LinkId("l1"),
        provider_id=ProviderId("p"),
        channel_id=ChannelId("main"),
        customer_id=who,
        line_user_id=LineUserId("U1"),
        member_id=MemberId("m1"),
        flow=LinkFlow.ACCOUNT_LINK,
        linked_at=NOW,
        proven_at=NOW,
    )
    members, others = InboxFilter(is_member=True), InboxFilter(is_member=False)
    assert (shop.listed(members), shop.listed(others)) == ([], ["t1"])
    shop.storage.run(lambda tx: LinkTransaction(tx).add_link(link))
    assert (shop.listed(members), shop.listed(others)) == (["t1"], [])
    ended = evolve(link, ended_at=NOW)
    shop.storage.run(lambda tx: LinkTransaction(tx).change_link(link, ended))
    assert (shop.listed(members), shop.listed(others)) == ([], ["t1"])


def test_a_ticket_that_is_removed_leaves_all_lists(shop: Shop) -> None:
    """An erasure leaves neither a line in a list nor a count."""
    shop.tag(1, "VIP")
    shop.write(ticket_of(shop.customer(1), "t1"))
    shop.write(evolve(ticket_of(shop.customer(2), "t2"), status=TicketStatus.RESOLVED))
    changes = Changes()
    changes.remove(Ticket, one_of("id", ("t1", "t2")))
    shop.storage.run(changes.write)
    counts = shop.inbox.counts()
    assert (counts.live, counts.tags, sum(counts.statuses.values())) == (0, {}, 0)
    assert shop.listed(InboxFilter()) == []
    assert shop.inbox.recount() == 0


def test_a_recount_mends_what_something_else_has_changed(shop: Shop) -> None:
    """Counters and places that went wrong outside the desk are right again."""
    shop.write(ticket_of(shop.customer(1), "t1"))
    shop.storage.run(lambda tx: tx.update(Counter, [unequal("name", "feed")], {"value": 7}))
    shop.storage.run(lambda tx: tx.delete(Place, [equal("facet", "assignee")]))
    assert shop.inbox.recount() > 0
    assert (shop.inbox.counts().live, shop.inbox.counts().unassigned) == (1, 1)
    assert shop.listed(InboxFilter(unassigned=True)) == ["t1"]


def ticket_of(customer_id: CustomerId, name: str) -> Ticket:
    """Return an open ticket of a customer."""
    return Ticket(
        id=TicketId(name),
        conversation_id=ConversationId(customer_id),
        customer_id=customer_id,
        channel_id=ChannelId("main"),
        status=TicketStatus.OPEN,
        opened_at=NOW,
    )


def test_a_line_shows_the_newest_bubble_and_whether_it_was_read(scene: Scene) -> None:
    """Ticket, customer and preview are there; unread ends when the operator has looked."""
    scene.line.customer("c1").says("裾上げは\nできますか")
    scene.settle()
    (item,) = scene.desk.inbox.list(actor="hanako").items
    assert (item.ticket.id, item.preview, item.unread) == (
        scene.ticket.id,
        "裾上げは できますか",
        True,
    )
    assert item.customer.id == scene.conversation.customer_id
    mark = ReadMark(
        conversation_id=scene.conversation.id,
        operator_id=OperatorId("hanako"),
        until=scene.conversation.newest_at,
        at=scene.clock(),
    )
    scene.storage.run(lambda tx: tx.insert(mark))
    assert not scene.desk.inbox.list(actor="hanako").items[0].unread
    assert scene.desk.inbox.list(actor="taro").items[0].unread


def test_each_operator_is_told_how_many_bubbles_they_have_not_seen(scene: Scene) -> None:
    """What came since they last looked; neither our own words nor what was taken back."""
    customer = scene.line.customer("c1")
    customer.says("裾上げはできますか")
    scene.settle()
    chat = scene.conversation
    scene.desk.open_chat(chat.id, actor="hanako", seen=chat.newest_message_id)
    for text in ("急いでいます", "まだですか"):
        scene.clock.advance(seconds=10)
        taken_back = customer.says(text)
    scene.settle()
    scene.desk.notify(chat.customer_id, {"type": "text", "text": "発送しました。"})
    assert scene.desk.inbox.unread([chat.id], actor="hanako") == {chat.id: 2}
    assert scene.desk.inbox.unread([chat.id], actor="taro") == {chat.id: 3}
    customer.unsends(taken_back)
    scene.settle()
    assert scene.desk.inbox.unread([chat.id], actor="hanako") == {chat.id: 1}
    assert scene.desk.inbox.unread([], actor="hanako") == {}


def test_a_bubble_that_was_taken_back_has_no_preview(scene: Scene) -> None:
    """A list says that it was taken back, not what it said."""
    customer = scene.line.customer("c1")
    written = customer.says("裾上げはできますか")
    scene.settle()
    customer.unsends(written)
    scene.settle()
    (item,) = scene.desk.inbox.list(InboxFilter()).items
    assert item.newest is not None
    assert (item.newest.state, item.preview) == (MessageState.UNSENT, "（送信取消）")


def test_the_lists_follow_an_operators_acts(scene: Scene) -> None:
    """A claim moves a ticket from unassigned to mine, a resolve ends both."""
    scene.line.customer("c1").says("裾上げはできますか")
    scene.settle()
    inbox = scene.desk.inbox
    assert inbox.counts(actor="hanako").unassigned == 1
    scene.desk.claim(scene.ticket.id, actor="hanako", version=scene.ticket.version)
    assert [each.ticket.id for each in inbox.list(InboxFilter(assignee="hanako")).items] == [
        scene.ticket.id
    ]
    counts = inbox.counts(actor="hanako")
    assert (counts.mine, counts.unassigned, counts.owed) == (1, 0, 1)
    scene.desk.resolve(scene.ticket.id, actor="hanako", version=scene.ticket.version)
    assert inbox.counts(actor="hanako").mine == 0
    assert inbox.counts().statuses[TicketStatus.RESOLVED] == 1
    assert inbox.recount() == 0


def test_a_conversation_is_read_backwards_page_by_page(scene: Scene) -> None:
    """The newest messages come first as a page, oldest first in it; `older` leads back."""
    customer = scene.line.customer("c1")
    for number in range(5):
        scene.clock.advance(seconds=1)
        customer.says(f"質問{number}")
        scene.desk.process(wait=0)
    inbox, conversation_id = scene.desk.inbox, scene.conversation.id
    view = inbox.conversation(conversation_id, limit=3)
    assert [message.text for message in view.messages] == ["質問2", "質問3", "質問4"]
    assert view.ticket == scene.ticket
    assert view.conversation.newest_message_id == view.messages[-1].id
    back = inbox.conversation(conversation_id, before=view.older, limit=3)
    assert [message.text for message in back.messages] == ["質問0", "質問1"]
    assert back.older is None


def test_a_conversation_says_what_is_on_its_way(scene: Scene) -> None:
    """A reply is in flight until LINE has accepted it."""
    scene.line.customer("c1").says("裾上げはできますか")
    scene.desk.process(wait=0)
    conversation = scene.conversation
    acted = scene.desk.reply(
        conversation.id,
        "できます",
        actor="hanako",
        version=conversation.version,
        seen=conversation.newest_message_id,
    )
    assert scene.desk.inbox.conversation(conversation.id).in_flight == acted.message_ids
    scene.settle()
    assert scene.desk.inbox.conversation(conversation.id).in_flight == ()


def test_a_mark_that_no_page_gave_is_refused(shop: Shop) -> None:
    """`after` is a page's own `next`, or a mistake."""
    with pytest.raises(ConfigurationError):
        shop.inbox.list(after="elsewhere")


@pytest.mark.parametrize("limit", [0, 201])
def test_a_page_of_no_size_is_refused(shop: Shop, limit: int) -> None:
    """A page has one entry at least, and not so many that it takes long."""
    with pytest.raises(ConfigurationError):
        shop.inbox.list(limit=limit)
