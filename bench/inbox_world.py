"""A shop of any size for `bench/inbox.py`: its rows, made through the desk's own functions."""

from __future__ import annotations

import random
from collections import Counter as Tally
from typing import TYPE_CHECKING, Any

from linecs.desk.inbox.indexing import SEGMENT, segment_rows
from linecs.desk.inbox.places import counter_rows, facets_of, place_of
from linecs.desk.inbox.words import searchable
from linecs.model import (
    Author,
    ChannelId,
    Conversation,
    ConversationId,
    Customer,
    CustomerId,
    LineUserId,
    Message,
    MessageId,
    MessageState,
    OperatorId,
    Ticket,
    TicketId,
    TicketStatus,
)
from linecs.model.fields import CustomerTag
from linecs.model.ids import MemberId, ProviderId
from linecs.model.link import Link, LinkFlow, LinkId
from linecs.storage.inbox_rows import SearchText
from linecs.storage.rows import layout_of

if TYPE_CHECKING:
    from collections.abc import Iterator

START = 1_790_000_000_000
MESSAGES_A_TICKET = 5
LIVE_OF_TEN = 1
OPERATORS = 50
LONG_CONVERSATION = 3_000
RARE = "螺鈿細工"
GOODS = [
    "ドレス",
    "ワンピース",
    "コート",
    "サンダル",
    "指輪",
    "バッグ",
    "帽子",
    "浴衣",
    "着物",
    "傘",
]
MATTERS = ["返品", "交換", "再入荷", "配送", "支払い", "サイズ", "裾上げ", "修理", "予約", "領収書"]
ENDINGS = ["はできますか", "について教えてください", "がまだ届きません", "をお願いします", "でした"]
OPENINGS = ["先日注文した", "昨日届いた", "サイトで見た", "友人にもらった", "注文番号{}の"]


class World:
    """Rows of a shop, the same each time."""

    def __init__(self, tickets: int) -> None:
        self.tickets = tickets
        self.customers = tickets // 2
        chance = random.Random(3)
        self.texts = [
            chance.choice(OPENINGS).format(chance.randrange(10_000, 99_999))
            + chance.choice(GOODS)
            + "の"
            + chance.choice(MATTERS)
            + chance.choice(ENDINGS)
            for _ in range(min(tickets, 50_000))
        ]
        self.searched = [searchable(text) for text in self.texts]
        self.rare = set(chance.sample(range(LONG_CONVERSATION, self.messages), 20))

    @property
    def messages(self) -> int:
        """How many there are, the long conversation included."""
        return self.tickets * MESSAGES_A_TICKET + LONG_CONVERSATION

    def text(self, number: int) -> str:
        """What a message says."""
        text = self.texts[number * 7_919 % len(self.texts)]
        return text + RARE if number in self.rare else text

    def search_text(self, number: int) -> SearchText:
        """What is searched of a message."""
        text = self.searched[number * 7_919 % len(self.texts)]
        return SearchText(
            document_id=name(number),
            kind="message",
            conversation_id=self.conversation_of(number),
            text=text + RARE if number in self.rare else text,
        )

    def conversation_of(self, number: int) -> ConversationId:
        """In whose conversation a message is; the first customer wrote the long one."""
        if number < LONG_CONVERSATION:
            return ConversationId(name(0))
        return ConversationId(name(number * 31 % self.customers))

    def ticket(self, number: int) -> Ticket:
        """A ticket; the newest are live."""
        is_live = number * 10 >= self.tickets * (10 - LIVE_OF_TEN)
        customer = name(number % self.customers)
        live = (TicketStatus.OPEN, TicketStatus.IN_PROGRESS, TicketStatus.WAITING)
        opened = START + number * 5_000
        return Ticket(
            id=TicketId(name(number)),
            channel_id=ChannelId("main"),
            conversation_id=ConversationId(customer),
            customer_id=CustomerId(customer),
            status=live[number % 3] if is_live else TicketStatus.RESOLVED,
            mark=("", "クレーム", "要アプローチ")[number % 7 % 3],
            category=MATTERS[number % 10],
            queue="夜間" if number % 11 == 0 else "",
            assignee_id=OperatorId(f"op{number % OPERATORS}") if number % 4 else None,
            opened_at=opened,
            waiting_since=opened + 1_000 if is_live and number % 3 < 2 else 0,
            due_at=self._due_at(number) if is_live else 0,
            due_for="first_reply" if is_live else "",
            resolved_by="" if is_live else ("bot", "hanako")[number % 2],
        )

    def _due_at(self, number: int) -> int:
        is_late = number % 20 == 0
        return START + number * 5_000 + 1_800_000 if is_late else self.now + number

    @property
    def now(self) -> int:
        """When everybody looks: after the last ticket; one in twenty is overdue then."""
        return START + self.tickets * 5_000 + 3_600_000

    def has_tag(self, number: int) -> bool:
        """Whether a customer is a VIP: two in a hundred."""
        return number % 50 == 0

    def is_member(self, number: int) -> bool:
        """Whether a customer is linked: three in ten."""
        return number % 10 < 3


def name(number: int) -> str:
    """An id that sorts by its number."""
    return f"01{number:024d}"


def rows_of(world: World) -> Iterator[object]:
    """All rows but messages and the index, through the desk's own functions."""
    tally: Tally[tuple[str, str]] = Tally()
    for number in range(world.customers):
        yield from customer_rows(world, number)
    for number in range(world.tickets):
        ticket = world.ticket(number)
        yield ticket
        if ticket.status is TicketStatus.RESOLVED:
            tally["status", TicketStatus.RESOLVED] += 1
            continue
        facets = set(facets_of(ticket))
        owner = number % world.customers
        facets |= {("tag", "VIP")} if world.has_tag(owner) else set()
        facets |= {("member", "")} if world.is_member(owner) else set()
        tally.update(facets)
        yield from (place_of(ticket, facet) for facet in facets)
    yield from counter_rows(tally)


def customer_rows(world: World, number: int) -> Iterator[object]:
    """A customer, its conversation, its tag and its link."""
    customer = Customer(
        id=CustomerId(name(number)),
        channel_id=ChannelId("main"),
        line_user_id=LineUserId(f"U{number:032x}"),
        first_seen_at=START,
        display_name=f"お客様{number}",
    )
    yield customer
    # Its newest message, worked out from how messages are dealt out.
    newest = newest_message(world, number)
    yield Conversation(
        id=ConversationId(customer.id),
        channel_id=customer.channel_id,
        customer_id=customer.id,
        newest_message_id=MessageId(name(newest)),
        newest_at=START + newest * 1_000,
        ticket_id=TicketId(name(number + world.customers)),
    )
    if world.has_tag(number):
        yield CustomerTag(customer_id=customer.id, tag="VIP", at=START, actor="op1")
    if world.is_member(number):
        yield Link(
            id=LinkId(customer.id),
            provider_id=ProviderId("p"),
            channel_id=customer.channel_id,
            customer_id=customer.id,
            line_user_id=customer.line_user_id,
            member_id=MemberId(f"member{number}"),
            flow=LinkFlow.ACCOUNT_LINK,
            linked_at=START,
            proven_at=START,
        )


def newest_message(world: World, customer: int) -> int:
    """The greatest message number that is this customer's."""
    last_round = (world.messages - 1) // world.customers * world.customers
    inverse = pow(31, -1, world.customers)
    first = customer * inverse % world.customers
    number = last_round + first
    return number if number < world.messages else number - world.customers


def message_values(world: World) -> Iterator[tuple[Any, ...]]:
    """All messages as the table's columns."""
    layout = layout_of(Message)
    sample = Message(
        id=MessageId(""),
        channel_id=ChannelId("main"),
        conversation_id=ConversationId(""),
        ticket_id=None,
        author=Author.CUSTOMER,
        kind="text",
        occurred_at=0,
        state=MessageState.RECEIVED,
        answered=True,
    )
    values = list(layout.pack(sample))
    place = layout.place
    for number in range(world.messages):
        text = world.text(number)
        values[place["id"]] = name(number)
        values[place["conversation_id"]] = world.conversation_of(number)
        values[place["text"]] = text
        values[place["content"]] = '{"type":"text","text":"' + text + '"}'
        values[place["occurred_at"]] = START + number * 1_000
        values[place["line_message_id"]] = str(number)
        yield tuple(values)


def index_rows(world: World) -> Iterator[object]:
    """The search index, as the packing job makes it."""
    whole = world.messages // SEGMENT
    for segment in range(whole):
        numbers = range(segment * SEGMENT, (segment + 1) * SEGMENT)
        blocks, postings = segment_rows(segment, [world.search_text(each) for each in numbers])
        yield from blocks
        yield from postings
    yield from map(world.search_text, range(whole * SEGMENT, world.messages))
