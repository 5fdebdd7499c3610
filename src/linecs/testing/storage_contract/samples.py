"""Rows and writes for the contract of stores, with every trap a database has."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Any, get_origin

from attrs import evolve, field, frozen
from hypothesis import strategies as st

from linecs.model import (
    ChannelId,
    Conversation,
    ConversationId,
    Customer,
    CustomerId,
    CustomerTag,
    EventId,
    Job,
    JobId,
    LineUserId,
    Link,
    LinkFlow,
    LinkId,
    MemberId,
    ProviderId,
    StoredEvent,
)
from linecs.storage.columns import BIGINT, Kind, columns_of
from linecs.storage.ports import Query, Transaction, equal
from linecs.storage.tables import TABLES, Counter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linecs.storage.columns import Column
    from linecs.storage.tables import Table

__all__ = [
    "DISTINCT_NAMES",
    "WRITES",
    "Write",
    "any_row",
    "conversation",
    "customer",
    "event",
    "job",
    "link",
    "tag",
]

CHANNEL = ChannelId("main")
DISTINCT_NAMES = (
    "ハ", "パ", "は", "ば", "ﾊ", "A", "a", "Ａ", "ａ", "á", "a\u0301", "🍣", "🍺", "👨‍👩‍👧", "👨",
    "が", "か\u3099", "ー", "-", "ss", "ß", "i", "İ", "ı", "𠮷", "吉", "\u200b", "", "\ta", "\na",
    " a", "0", "０", "00", "NULL", "%", "_", "\\", "'", '"', "`", ";--", "%s", "?", ":v0", "{}",
)  # fmt: skip
"""Names that some collation takes for each other, or some SQL for its own."""


def event(name: str, **changes: Any) -> StoredEvent:  # noqa: ANN401 - any field's value
    """Return a webhook event with this id."""
    plain = StoredEvent(
        id=EventId(name),
        channel_id=CHANNEL,
        lane="U1",
        type="message",
        occurred_at=1,
        received_at=2,
        raw='{"type":"message"}',
    )
    return evolve(plain, **changes)


def customer(name: str, line_user_id: str) -> Customer:
    """Return a customer; two with one LINE user id cannot be kept."""
    return Customer(
        id=CustomerId(name),
        channel_id=CHANNEL,
        line_user_id=LineUserId(line_user_id),
        first_seen_at=1,
    )


def conversation(name: str, **changes: Any) -> Conversation:  # noqa: ANN401 - any field's value
    """Return a conversation, whose customer may be None."""
    plain = Conversation(id=ConversationId(name), channel_id=CHANNEL, customer_id=None)
    return evolve(plain, **changes)


def job(name: str, key: str, payload: Mapping[str, Any]) -> Job:
    """Return a job; two with one key cannot be kept."""
    return Job(
        id=JobId(name),
        kind="test",
        key=key,
        channel_id=CHANNEL,
        subject_id="",
        payload=payload,
        due_at=1,
        created_at=1,
    )


def tag(customer_id: str, name: str, at: int = 1) -> CustomerTag:
    """Return a customer's tag, whose key has two columns."""
    return CustomerTag(customer_id=CustomerId(customer_id), tag=name, at=at, actor="")


def link(name: str, user_seat: str | None) -> Link:
    """Return a link; two in one seat cannot be kept, two in none can."""
    return Link(
        id=LinkId(name),
        provider_id=ProviderId("shop"),
        channel_id=CHANNEL,
        customer_id=CustomerId("1"),
        line_user_id=LineUserId("U1"),
        member_id=MemberId("m1"),
        flow=LinkFlow.ACCOUNT_LINK,
        linked_at=1,
        proven_at=1,
        user_seat=user_seat,
    )


@frozen(kw_only=True)
class Write:
    """One write method at work.

    Attributes:
        before: Rows that are there.
        act: Calls the method.
        happened: Whether its effect is seen.
    """

    before: tuple[object, ...] = field(default=(event("old"),))
    act: Callable[[Transaction], object]
    happened: Callable[[Transaction], bool]


def _find_new(transaction: Transaction) -> bool:
    return transaction.find(StoredEvent, "new") is not None


def _old_is_tried(transaction: Transaction) -> bool:
    return transaction.get(StoredEvent, "old").tries == 1


WRITES: Mapping[str, Write] = {
    "insert": Write(act=lambda tx: tx.insert(event("new")), happened=_find_new),
    "insert_many": Write(
        act=lambda tx: tx.insert(event("new"), event("newer")), happened=_find_new
    ),
    "insert_absent": Write(
        act=lambda tx: tx.insert_absent(event("old"), event("new")), happened=_find_new
    ),
    "update": Write(
        act=lambda tx: tx.update(StoredEvent, [equal("id", "old")], {"tries": 1}),
        happened=_old_is_tried,
    ),
    "update_each": Write(
        act=lambda tx: tx.update_each(
            StoredEvent,
            [([equal("id", name)], {"tries": 1}) for name in ("old", "none")],
        ),
        happened=_old_is_tried,
    ),
    "save": Write(
        act=lambda tx: tx.save(event("old"), event("old", tries=1), guard=("state",)),
        happened=_old_is_tried,
    ),
    "claim": Write(
        act=lambda tx: tx.claim(Query(row=StoredEvent, limit=1), {"tries": 1}),
        happened=_old_is_tried,
    ),
    "add": Write(
        act=lambda tx: tx.add(Counter, "sent", {"value": 1}),
        happened=lambda tx: tx.find(Counter, "sent") is not None,
    ),
    "add_again": Write(
        before=(Counter(name="sent", value=1),),
        act=lambda tx: tx.add(Counter, "sent", {"value": 1}),
        happened=lambda tx: tx.get(Counter, "sent").value == 2,
    ),
    "delete": Write(
        act=lambda tx: tx.delete(StoredEvent, [equal("id", "old")]),
        happened=lambda tx: tx.find(StoredEvent, "old") is None,
    ),
}
"""Every method that writes."""


def any_row() -> st.SearchStrategy[Any]:
    """Return a strategy for rows of every table, with whatever their columns may hold."""
    return st.sampled_from(TABLES).flatmap(_row_of)


def _row_of(table: Table) -> st.SearchStrategy[Any]:
    return st.builds(table.row, **{each.name: _value_of(each) for each in columns_of(table)})


def _value_of(column: Column) -> st.SearchStrategy[Any]:
    present = _present_value_of(column)
    return st.none() | present if column.optional else present


def _present_value_of(column: Column) -> st.SearchStrategy[Any]:
    if column.kind is Kind.NUMBER:
        return st.integers(1 - BIGINT, BIGINT - 1)
    if column.kind is Kind.FLAG:
        return st.booleans()
    if column.kind is Kind.JSON:
        return _json_tuple() if get_origin(column.type) is tuple else _json_mapping()
    if issubclass(column.type, Enum):
        return st.sampled_from(list(column.type))
    text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
    if column.kind is Kind.TEXT:
        return text | text.map(lambda value: value * 1000)
    length = column.length or 0
    return (st.sampled_from(DISTINCT_NAMES) | text).map(lambda name: name[:length].rstrip(" "))


def _json_mapping() -> st.SearchStrategy[dict[str, Any]]:
    leaf = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
    value = st.recursive(leaf, lambda inner: st.lists(inner, max_size=3), max_leaves=5)
    return st.dictionaries(st.text(), value, max_size=4)


def _json_tuple() -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.text(), max_size=4).map(tuple)
