"""Who has seen what: read marks of operators, 既読 for the customer, and the audit trail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.delivery.account import LineApiError
from linecs.desk.jobs import new_job
from linecs.desk.log import log
from linecs.desk.operators.act import Act, held_conversation
from linecs.errors import ActRefusedError
from linecs.hours import HOUR_MS
from linecs.model import (
    AuditEntry,
    Author,
    ConversationId,
    Job,
    Message,
    OperatorId,
    ReadMark,
)
from linecs.routing import Permission
from linecs.storage.ports import Query, above, at_most, equal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.desk.core import DeskCore
    from linecs.model import (
        CustomerId,
        MessageId,
    )
    from linecs.storage.ports import Transaction

__all__ = ["audit_trail", "mark_read", "open_chat"]

MARK_READ = "chat.mark_read"
_SHOWN_TO_CUSTOMER = OperatorId("")


def open_chat(
    core: DeskCore,
    tx: Transaction,
    conversation_id: ConversationId,
    *,
    actor: OperatorId,
    seen: MessageId | None,
) -> ReadMark:
    """Note how far an operator has read; have LINE show 既読. Joins the transaction."""
    core.staff.permit(actor, Permission.READ)
    conversation = held_conversation(tx, conversation_id)
    act = Act(core, tx, actor=actor, conversation=conversation, ticket=None)
    before = tx.find(ReadMark, (conversation_id, actor))
    known, looked_at = (before.until, before.at) if before else (-1, 0)
    until = max(_written_at(act, seen), known, 0)
    mark = ReadMark(conversation_id=conversation_id, operator_id=actor, until=until, at=act.now)
    if before is None:
        act.changes.add(mark)
    else:
        act.changes.alter(before, mark)
    is_new = until > known
    if is_new or act.now - looked_at > HOUR_MS:
        # Once for what is new, not at every refresh of a screen.
        act.audit("conversation.seen", subject_id=seen or "")
    if is_new and seen and core.settings.marks_read:
        _ask_for_read(act)
    act.changes.write(tx)
    return mark


def _written_at(act: Act, seen: MessageId | None) -> int:
    if seen is None:
        return 0
    message = act.tx.get(Message, seen)
    if message.conversation_id != act.conversation.id:
        raise ActRefusedError(reason="another_conversation")
    return message.occurred_at


def _ask_for_read(act: Act) -> None:
    conversation_id = act.conversation.id
    act.changes.add_absent(
        new_job(MARK_READ, conversation_id, act.conversation.channel_id, act.now)
    )
    # A job that is being done now has not seen this mark: it must run once more.
    again = [equal("kind", MARK_READ), equal("key", conversation_id)]
    act.changes.set_all(Job, again, {"due_at": act.now})


def mark_read(core: DeskCore, job: Job) -> None:
    """Tell LINE how far the chat was read, once for each newest bubble.

    LINE: the token marks that message and all earlier ones. It refuses where the chat is
    switched off in the account's own settings; the customer then sees 既読 by itself.
    """
    conversation_id = ConversationId(job.subject_id)
    newest = core.storage.read(lambda tx: _newest_read(tx, conversation_id))
    if newest is None:
        return
    try:
        core.gateways.of(job.channel_id).mark_as_read(newest.mark_as_read_token)
    except LineApiError as error:
        if error.transient:
            raise
        log.info("LINE does not show 既読 for %s: HTTP %s", conversation_id, error.status)
    core.storage.run(lambda tx: _note_shown(core, tx, newest))


def _newest_read(tx: Transaction, conversation_id: ConversationId) -> Message | None:
    """Return the newest bubble an operator has read and the customer was not told of."""
    of_conversation = equal("conversation_id", conversation_id)
    marks = tx.select(Query(row=ReadMark, where=(of_conversation,)))
    shown = max((m.until for m in marks if m.operator_id == _SHOWN_TO_CUSTOMER), default=0)
    where = (
        of_conversation,
        equal("author", Author.CUSTOMER),
        above("occurred_at", shown),
        at_most("occurred_at", max((mark.until for mark in marks), default=0)),
    )
    unseen = tx.select(Query(row=Message, where=where, order=("-occurred_at", "-id"), limit=20))
    return next((message for message in unseen if message.mark_as_read_token), None)


def _note_shown(core: DeskCore, tx: Transaction, newest: Message) -> None:
    key = (newest.conversation_id, _SHOWN_TO_CUSTOMER)
    shown = ReadMark(
        conversation_id=newest.conversation_id,
        operator_id=_SHOWN_TO_CUSTOMER,
        until=newest.occurred_at,
        at=core.clock(),
    )
    before = tx.find(ReadMark, key)
    if before is None:
        tx.insert_absent(shown)
    else:
        tx.save(before, shown)


def audit_trail(
    core: DeskCore,
    *,
    actor: OperatorId,
    customer_id: CustomerId | None,
    of: OperatorId | None,
    after: AuditEntry | None,
    limit: int,
) -> Sequence[AuditEntry]:
    """Return who saw and did what, the newest first."""
    core.staff.permit(actor, Permission.SEE_AUDIT)
    wanted = {"customer_id": customer_id, "actor": of}
    query = Query(
        row=AuditEntry,
        where=tuple(equal(name, value) for name, value in wanted.items() if value is not None),
        order=("-at", "-id"),
        limit=limit,
        after=(after.at, after.id) if after else None,
    )
    return core.storage.read(lambda tx: tx.select(query))
