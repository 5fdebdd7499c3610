"""Notes: what staff write to each other; the customer never sees them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from linecs.desk.operators.act import ticket_act
from linecs.errors import ActRefusedError
from linecs.model import (
    Message,
    MessageState,
    Note,
    NoteId,
    NoteKind,
    OperatorId,
    new_id,
)
from linecs.routing import Permission
from linecs.storage.ports import Query, equal, one_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linecs.desk.core import DeskCore
    from linecs.desk.operators.act import Act, Acted
    from linecs.model import MessageId, TicketId
    from linecs.storage.ports import Transaction

__all__ = ["mentioned", "new_note", "note", "quotable"]

_MENTION = re.compile(r"(?<![\w.])@([\w.-]*\w)")


def note(
    core: DeskCore,
    tx: Transaction,
    ticket_id: TicketId,
    text: str,
    *,
    actor: OperatorId,
    version: int,
    mentions: Iterable[str],
    quotes: Sequence[MessageId],
) -> Acted:
    """Write a note on a ticket. Joins the transaction."""
    core.staff.permit(actor, Permission.NOTE)
    act = ticket_act(core, tx, ticket_id, actor=actor, version=version)
    written = new_note(
        act, text, mentions=[*mentioned(text), *mentions], quotes=quotable(act, quotes)
    )
    act.changes.add(written)
    facts: dict[str, object] = {"mentions": list(written.mentions)}
    return act.finish("ticket.noted", subject_id=written.id, facts=facts, note_id=written.id)


def new_note(
    act: Act,
    text: str,
    *,
    kind: NoteKind = NoteKind.NOTE,
    mentions: Iterable[str] = (),
    quotes: Sequence[MessageId] = (),
) -> Note:
    """Return a note on the act's ticket. Raises `ActRefusedError` where it says nothing."""
    if not text.strip():
        raise ActRefusedError(reason="no_text")
    return Note(
        id=NoteId(new_id(act.now)),
        channel_id=act.conversation.channel_id,
        conversation_id=act.conversation.id,
        ticket_id=act.ticket.id,
        kind=kind,
        author_id=act.actor,
        text=text,
        at=act.now,
        mentions=tuple(OperatorId(name) for name in dict.fromkeys(mentions)),
        quotes=tuple(quotes),
    )


def mentioned(text: str) -> list[str]:
    """Return whom a text calls by @: letters of any script, digits, `_`, `-` and `.`."""
    return _MENTION.findall(text)


def quotable(act: Act, message_ids: Sequence[MessageId]) -> Sequence[MessageId]:
    """Return the messages that may be quoted here.

    The conversation is held, so none of them can be taken back before the quote is kept.

    Raises:
        ActRefusedError: One belongs to another customer, or was taken back.
    """
    if not message_ids:
        return ()
    where = (
        one_of("id", list(message_ids)),
        equal("conversation_id", act.conversation.id),
    )
    found = act.tx.select(Query(row=Message, where=where))
    if any(message.state is MessageState.UNSENT for message in found):
        raise ActRefusedError(reason="taken_back")
    if len(found) < len(set(message_ids)):
        raise ActRefusedError(reason="another_conversation")
    return message_ids
