"""Which calls are to be made now: attempts formed and committed before LINE hears of them."""

from __future__ import annotations

import uuid
from collections import defaultdict
from typing import TYPE_CHECKING

from attrs import evolve

from linecs.delivery.attempts import begin_call, form_attempt
from linecs.delivery.planner import WaitingMessage, plan
from linecs.desk.campaigning import make_way
from linecs.desk.feed import happened
from linecs.desk.quotas import view_of
from linecs.desk.reopening import give_back
from linecs.model import (
    Attempt,
    AttemptId,
    AttemptState,
    Conversation,
    Customer,
    Message,
    MessageState,
    OutboxItem,
    ReplyToken,
    Route,
)
from linecs.storage.ports import Query, above, at_most, equal, one_of
from linecs.storage.tables import Quota

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from linecs.delivery.planner import HeldBack, Plan
    from linecs.delivery.quota import QuotaView
    from linecs.desk.core import DeskCore
    from linecs.model import (
        ChannelId,
        ConversationId,
        MessageId,
    )
    from linecs.storage.ports import Condition, Transaction

__all__ = ["form_calls"]


def form_calls(core: DeskCore, tx: Transaction, limit: int) -> list[Attempt]:
    """Commit to calls that are due, at most one per conversation; return them.

    Rows of the outbox and reply tokens leave with the attempt that takes them.
    """
    now = core.clock()
    again = _due_attempts(tx, now, limit)
    waiting = _due_items(tx, now, limit)
    ids = {each.conversation_id for each in again} | {each.conversation_id for each in waiting}
    mine = _lock(tx, ids)
    open_attempts = _open_attempts(tx, mine)
    calls = _begin_again(core, tx, open_attempts, now)
    free = make_way(tx, _items_of(tx, mine.keys() - open_attempts.keys(), waiting, now), mine, now)
    return calls + _begin_new(core, tx, free, mine, now)


def _due_attempts(tx: Transaction, now: int, limit: int) -> list[Attempt]:
    where = (equal("state", AttemptState.WAITING), at_most("due_at", now))
    return tx.select(Query(row=Attempt, where=where, order=("due_at",), limit=limit))


def _due_items(tx: Transaction, now: int, limit: int) -> list[OutboxItem]:
    """Hold the first due items that no other worker holds."""
    return tx.claim(Query(row=OutboxItem, where=_due(now), order=("due_at",), limit=limit), {})


def _due(now: int) -> tuple[Condition, ...]:
    return (equal("parked", value=False), at_most("due_at", now))


def _items_of(
    tx: Transaction,
    conversations: Collection[ConversationId],
    held: Sequence[OutboxItem],
    now: int,
) -> list[OutboxItem]:
    """Return what these conversations wait to send, in order, up to what another worker holds.

    Looked at again, now that they are ours: what was waiting before may have been sent.

    Args:
        tx: What it joins.
        conversations: Ours alone until it ends.
        held: Due items, perhaps of others too, that are ours as long.
        now: Epoch ms UTC.
    """
    if not conversations:
        return []
    of_them = one_of("conversation_id", sorted(conversations))
    theirs = [item for item in held if item.conversation_id in conversations]
    # Of these customers alone: with what is due named, SQLite would look through all of that.
    if tx.count(Query(row=OutboxItem, where=(of_them,))) == len(theirs):
        return sorted(theirs, key=lambda item: (item.created_at, item.message_id))
    query = Query(row=OutboxItem, where=(of_them, *_due(now)), order=("created_at", "message_id"))
    ours = {item.message_id for item in tx.claim(query, {})}
    ended: set[ConversationId] = set()
    items = []
    for item in tx.select(query):
        if item.message_id not in ours:
            ended.add(item.conversation_id)
        if item.conversation_id not in ended:
            items.append(item)
    return items


def _lock(tx: Transaction, ids: Iterable[ConversationId]) -> dict[ConversationId, Conversation]:
    """Hold these conversations; those another worker is busy with are left to it."""
    query = Query(row=Conversation, where=(one_of("id", sorted(ids)),), order=("id",))
    return {row.id: row for row in tx.claim(query, {})} if query.where[0].value else {}


def _open_attempts(
    tx: Transaction, mine: Mapping[ConversationId, Conversation]
) -> dict[ConversationId, list[Attempt]]:
    """Return the attempts whose outcome is open, oldest first: nothing may overtake them."""
    where = (
        one_of("conversation_id", list(mine)),
        one_of("state", (AttemptState.CALLING, AttemptState.WAITING)),
    )
    grouped: dict[ConversationId, list[Attempt]] = defaultdict(list)
    if mine:
        for attempt in tx.select(Query(row=Attempt, where=where, order=("created_at", "id"))):
            grouped[attempt.conversation_id].append(attempt)
    return grouped


def _begin_again(
    core: DeskCore,
    tx: Transaction,
    open_attempts: Mapping[ConversationId, list[Attempt]],
    now: int,
) -> list[Attempt]:
    begun = []
    for oldest, *_ in open_attempts.values():
        if oldest.state is AttemptState.WAITING and oldest.due_at <= now:
            called = _begun(core, oldest, now)
            if tx.save(oldest, called, guard=("state", "tries")):
                begun.append(called)
    return begun


def _begun(core: DeskCore, attempt: Attempt, now: int) -> Attempt:
    until = now + core.settings.call_lease
    return begin_call(attempt, owner=core.worker, until=until, now=now)


def _begin_new(
    core: DeskCore,
    tx: Transaction,
    items: Sequence[OutboxItem],
    mine: Mapping[ConversationId, Conversation],
    now: int,
) -> list[Attempt]:
    if not items:
        return []
    planner = _Planner(core, tx, items, now)
    attempts = [
        attempt
        for conversation_id in dict.fromkeys(item.conversation_id for item in items)
        if (attempt := planner.first_call(mine[conversation_id]))
    ]
    planner.write()
    return attempts


class _Planner:
    """Plans many customers' first calls with a handful of statements."""

    def __init__(
        self, core: DeskCore, tx: Transaction, items: Sequence[OutboxItem], now: int
    ) -> None:
        self._core = core
        self._tx = tx
        self._now = now
        ids = [item.message_id for item in items]
        conversation_ids = list(dict.fromkeys(item.conversation_id for item in items))
        by_id = Query(row=Message, where=(one_of("id", ids),))
        self._messages = {message.id: message for message in tx.select(by_id)}
        self._campaigns = {item.message_id for item in items if item.yields_until}
        self._items: dict[ConversationId, list[OutboxItem]] = defaultdict(list)
        for item in sorted(items, key=lambda item: (item.created_at, item.message_id)):
            self._items[item.conversation_id].append(item)
        customers = Query(row=Customer, where=(one_of("id", conversation_ids),))
        self._customers = {str(customer.id): customer for customer in tx.select(customers)}
        self._tokens = self._usable_tokens(conversation_ids)
        self._quotas = {quota.channel_id: quota for quota in tx.select(Query(row=Quota))}
        self._pushes: dict[ChannelId, int] = defaultdict(int)
        self._attempts: list[Attempt] = []
        self._spent: list[ReplyToken] = []

    def _usable_tokens(
        self, conversation_ids: Sequence[ConversationId]
    ) -> dict[ConversationId, list[ReplyToken]]:
        where = (one_of("conversation_id", conversation_ids), above("usable_until", self._now))
        grouped: dict[ConversationId, list[ReplyToken]] = defaultdict(list)
        for token in self._tx.select(Query(row=ReplyToken, where=where)):
            grouped[token.conversation_id].append(token)
        return grouped

    def first_call(self, conversation: Conversation) -> Attempt | None:
        """Return the customer's first call; the next ones are planned when its outcome is known."""
        customer = self._customers[conversation.id]
        planned = self._plan(conversation, customer)
        for held in (*planned.parked, *planned.refused):
            self._hold_back(conversation, held, parked=held in planned.parked)
        if not planned.calls:
            return None
        call = planned.calls[0]
        formed = form_attempt(
            call,
            customer,
            attempt_id=AttemptId(self._core.new_id()),
            retry_key=str(uuid.uuid4()),
            now=self._now,
            owner=self._core.worker,
            until=self._now + self._core.settings.call_lease,
        )
        self._attempts.append(formed)
        if call.token is not None:
            self._spent.append(call.token)
        self._pushes[conversation.channel_id] += call.route is Route.PUSH
        return self._attempts[-1]

    def _plan(self, conversation: Conversation, customer: Customer) -> Plan:
        waiting = [
            WaitingMessage(
                id=item.message_id,
                author=item.author,
                content=self._messages[item.message_id].content,
                notification_disabled=item.notification_disabled,
            )
            for item in self._items[conversation.id]
        ]
        return plan(
            waiting,
            customer=customer,
            tokens=self._tokens[conversation.id],
            quota=self._quota(conversation.channel_id),
            policy=self._core.settings.delivery,
            now=self._now,
        )

    def _quota(self, channel_id: ChannelId) -> QuotaView | None:
        quota = self._quotas.get(channel_id)
        return view_of(quota).after(self._pushes[channel_id]) if quota else None

    def _hold_back(self, conversation: Conversation, held: HeldBack, *, parked: bool) -> None:
        """Park a message, or make it a dead letter; a person hears of it, campaigns apart."""
        message = self._messages[held.message_id]
        state = MessageState.PARKED if parked else MessageState.DEAD
        self._tx.save(message, evolve(message, state=state, error=held.reason))
        where = [equal("message_id", held.message_id)]
        if parked:
            self._tx.update(OutboxItem, where, {"parked": True})
        else:
            self._tx.delete(OutboxItem, where)
        told = happened(
            f"message.{state}",
            channel_id=conversation.channel_id,
            conversation_id=conversation.id,
            now=self._now,
            actor="system",
            ticket_id=message.ticket_id or "",
            subject_id=message.id,
        )
        self._tx.insert(told)
        if message.id not in self._campaigns:
            reason = f"delivery_{state}"
            give_back(self._core, self._tx, conversation.id, message.ticket_id, reason=reason)

    def write(self) -> None:
        """Commit to the calls: attempts in, outbox rows and tokens out."""
        taken: list[MessageId] = [each for a in self._attempts for each in a.message_ids]
        if taken:
            self._tx.insert(*self._attempts)
            self._tx.delete(OutboxItem, [one_of("message_id", taken)])
            self._tx.update(Message, [one_of("id", taken)], {"state": MessageState.SENDING})
        if self._spent:
            events = [token.event_id for token in self._spent]
            self._tx.delete(ReplyToken, [one_of("event_id", events)])
        for channel_id, pushes in self._pushes.items():
            if pushes and channel_id in self._quotas:
                self._tx.add(Quota, channel_id, {"used": pushes})
