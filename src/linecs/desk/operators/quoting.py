"""Words of a customer inside notes and drafts, and how they go when the customer takes them back.

A note or draft says which messages it quotes, and is emptied with any of them. Where it does
not say so and still repeats a message word for word, that part of it goes (Promise 6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from attrs import evolve

from linecs.desk.inbox.indexing import change_text
from linecs.model import Draft, Note
from linecs.storage.ports import Query, equal

if TYPE_CHECKING:
    from linecs.model import Message
    from linecs.storage.ports import Transaction

__all__ = ["TAKEN_BACK", "forget_quotes"]

TAKEN_BACK = "（お客様が送信を取り消しました）"
"""Stands where a customer's words stood."""
# Shorter texts, such as はい, are in many notes without being quoted.
_COPY_LENGTH = 4

N = TypeVar("N", Note, Draft)


def forget_quotes(tx: Transaction, message: Message) -> None:
    """Take a message's words out of the notes and drafts of its conversation.

    Joins the transaction that takes the message back.

    Args:
        tx: The open transaction, which holds the conversation.
        message: As it was.
    """
    of_conversation = (equal("conversation_id", message.conversation_id),)
    for note in tx.select(Query(row=Note, where=of_conversation)):
        rest = _without(note, message, is_copy=_was_collected_from(note, message))
        tx.save(note, rest)
        change_text(tx, note, rest)
    for draft in tx.select(Query(row=Draft, where=of_conversation)):
        tx.save(draft, _without(draft, message, is_copy=False))


def _was_collected_from(note: Note, message: Message) -> bool:
    return 0 < note.copies_since <= message.occurred_at <= note.copies_until


def _without(written: N, message: Message, *, is_copy: bool) -> N:
    if is_copy or message.id in written.quotes:
        return evolve(written, text=TAKEN_BACK)
    words = message.text.strip()
    if len(words) < _COPY_LENGTH:
        return written
    return evolve(written, text=written.text.replace(words, TAKEN_BACK))
