"""What operators do in a chat: read, write, reply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from linecs.desk.operators import drafting, looking, replying
from linecs.desk.operators.base import Actions
from linecs.model import OperatorId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.desk.operators.act import Acted
    from linecs.model import (
        ConversationId,
        Draft,
        MessageId,
        MessageObject,
        ReadMark,
        TicketId,
    )

__all__ = ["ChatActions"]


class ChatActions(Actions):
    """Reading and answering a customer."""

    def open_chat(
        self, conversation_id: ConversationId, *, actor: str, seen: MessageId | None
    ) -> ReadMark:
        """Note that somebody has read a chat as far as a bubble; the audit trail keeps it.

        The customer's LINE shows 既読 soon after, where LINE and the settings allow it.
        Opens its own transaction (joins one under `using`).

        Args:
            conversation_id: Equal to the customer's id.
            actor: Who reads.
            seen: The newest bubble on the screen; None where there is none.

        Raises:
            NotPermittedError: The role takes no `read`.
            ActRefusedError: The bubble is another customer's.
        """
        return self._act(
            lambda core, tx: looking.open_chat(
                core, tx, conversation_id, actor=OperatorId(actor), seen=seen
            )
        )

    def reply(
        self,
        conversation_id: ConversationId,
        message: str | MessageObject | Sequence[MessageObject],
        *,
        actor: str,
        version: int,
        seen: str | None,
        asks: bool = True,
        quoting: MessageId | None = None,
        ticket_id: TicketId | None = None,
    ) -> Acted:
        """Queue a person's reply; it goes out exactly once.

        The bot falls silent in the same commit, what it had queued is cancelled, and the
        writer's draft is gone. Pictures and video come from `desk.media.publish`, texts with a
        customer's or an order's data from `linecs.replies.templates`.
        Opens its own transaction (joins one under `using`).

        Args:
            conversation_id: Equal to the customer's id.
            message: A text, or one or several LINE message objects.
            actor: Who replies.
            version: The conversation's version the reply was written for.
            seen: The customer's newest bubble the writer has seen; None if there is none.
            asks: Whether it is the customer's turn then (返信待ち), or still ours (対応中).
            quoting: A bubble of this chat that the first text or sticker quotes.
            ticket_id: The ticket that is answered, which becomes the current one; the current
                one by default.

        Raises:
            StaleReplyError: A colleague, the bot or an unsend came between.
            UnseenMessageError: The customer wrote on; reply again with `seen=` its message.
            UnreachableError: LINE would deliver nothing to this customer.
            LimitError: A message is larger than LINE allows.
            NotPermittedError: The role takes no `reply`; or no `spend_reserve`, and the reply
                would be pushed from what the month has left for people.
            ActRefusedError: There is nothing to send, the bubble cannot be quoted, or only the
                assignee may reply.
        """
        return self._act(
            lambda core, tx: replying.reply(
                core,
                tx,
                conversation_id,
                _message_objects(message),
                actor=OperatorId(actor),
                version=version,
                seen=seen,
                asks=asks,
                quoting=quoting,
                ticket_id=ticket_id,
            )
        )

    def write_draft(
        self,
        conversation_id: ConversationId,
        text: str,
        *,
        actor: str,
        version: int,
        quotes: Sequence[MessageId] = (),
    ) -> tuple[Draft, ...]:
        """Keep what somebody is writing; return the drafts of colleagues who are writing too.

        Call it while keys are pressed, every few seconds: the writer counts as writing for the
        settings' `writing_lease`. It stops nobody; the reply's version does. A draft written
        for an older version is kept all the same, so that nothing typed is lost.
        Opens its own transaction (joins one under `using`).

        Args:
            conversation_id: Equal to the customer's id.
            text: As far as it is written; may be empty.
            actor: Who writes.
            version: The conversation's version it was begun for.
            quotes: Messages whose words the draft repeats; it is emptied when one is unsent.

        Raises:
            NotPermittedError: The role takes no `reply`.
            ActRefusedError: A quoted message is another customer's, or was taken back.
        """
        return self._act(
            lambda core, tx: drafting.write_draft(
                core,
                tx,
                conversation_id,
                text,
                actor=OperatorId(actor),
                version=version,
                quotes=quotes,
            )
        )

    def drop_draft(self, conversation_id: ConversationId, *, actor: str) -> None:
        """Throw one's own draft away. Opens its own transaction (joins one under `using`)."""
        self._act(lambda _, tx: drafting.drop_draft(tx, conversation_id, actor=OperatorId(actor)))

    def drafts(self, conversation_id: ConversationId) -> tuple[Draft, ...]:
        """Return what is being written to a customer, by whom, the newest first."""
        return self._core.storage.read(lambda tx: drafting.drafts_of(tx, conversation_id))


def _message_objects(
    message: str | MessageObject | Sequence[MessageObject],
) -> Sequence[MessageObject]:
    if isinstance(message, str):
        return [{"type": "text", "text": message}]
    return [message] if isinstance(message, Mapping) else message
