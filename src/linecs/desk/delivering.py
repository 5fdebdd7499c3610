"""Calls to LINE: committed, made with no connection held, and their outcomes recorded."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from attrs import evolve

from linecs.delivery.attempts import divide
from linecs.delivery.outcomes import Silence, Unclear
from linecs.delivery.settlement import Alarm, Fate, give_up, postpone, settle
from linecs.desk.changes import Changes, ConflictError
from linecs.desk.feed import happened
from linecs.desk.forming import form_calls
from linecs.desk.log import log
from linecs.desk.outgoing import outbox_item
from linecs.desk.reopening import give_back
from linecs.model import (
    Attempt,
    AttemptId,
    AttemptState,
    Job,
    Message,
    MessageState,
)
from linecs.storage.ports import Query, at_most, equal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.delivery.settlement import MemberSettlement, Settlement
    from linecs.desk.core import DeskCore
    from linecs.storage.ports import Transaction

__all__ = ["deliver"]

_CALLS_AT_ONCE = 100
_STATES = {
    Fate.SENT: MessageState.SENT,
    Fate.QUEUED: MessageState.QUEUED,
    Fate.PARKED: MessageState.PARKED,
    Fate.DEAD: MessageState.DEAD,
    Fate.UNKNOWN: MessageState.UNKNOWN,
}
_BACK_TO_A_PERSON = (Fate.UNKNOWN, Fate.DEAD, Fate.PARKED)


def deliver(core: DeskCore, *, limit: int = _CALLS_AT_ONCE) -> int:
    """Make the calls that are due and record their outcomes; return how many were made.

    Opens its own transactions, none of them around a call. Any number of workers may call it.
    """
    _settle_interrupted(core)
    attempts = core.storage.run(lambda tx: form_calls(core, tx, limit))
    if len(attempts) == 1:
        call_and_record(core, attempts[0])
    elif attempts:
        with ThreadPoolExecutor(core.settings.delivery_threads) as threads:
            list(threads.map(lambda attempt: call_and_record(core, attempt), attempts))
    return len(attempts)


def _settle_interrupted(core: DeskCore) -> None:
    """Record calls whose worker ended before it could say what LINE answered."""
    now = core.clock()
    where = (equal("state", AttemptState.CALLING), at_most("due_at", now))
    overdue = core.storage.read(lambda tx: tx.select(Query(row=Attempt, where=where)))
    for attempt in overdue:
        outcome = Unclear(kind=Silence.INTERRUPTED)
        record(core, attempt, settle(attempt, outcome, now, core.settings.delivery))


def call_and_record(core: DeskCore, attempt: Attempt) -> None:
    policy = core.settings.delivery
    if core.clock() + core.settings.call_timeout > attempt.due_at:
        # It waited long for a free thread: another worker could take it for interrupted while
        # we call.
        record(core, attempt, postpone(attempt, core.clock()))
        return
    # Counting this call, the attempt's time may be over: a retry key too old protects nothing.
    ended = give_up(attempt, core.clock(), policy)
    if ended is None:
        outcome = core.gateways.of(attempt.channel_id).send(attempt)
        ended = settle(attempt, outcome, core.clock(), policy)
    record(core, attempt, ended)


def record(core: DeskCore, attempt: Attempt, settlement: Settlement) -> None:
    """Write an outcome in one commit; a second record of the same call changes nothing."""
    try:
        core.storage.run(lambda tx: _write(core, tx, attempt, settlement))
    except ConflictError:
        log.warning("Attempt %s was recorded by another worker", attempt.id)


def _write(core: DeskCore, tx: Transaction, attempt: Attempt, settlement: Settlement) -> None:
    changes = Changes()
    settled = settlement.attempt
    if settled.state is not AttemptState.WAITING:
        # The messages keep their own content; a second copy would only have to be erased.
        settled = evolve(settled, messages="", reply_token="")
    changes.alter(attempt, settled, guard=("state", "owner", "tries"))
    for member in settlement.members:
        _settle_member(core, tx, changes, settlement, member)
    if settlement.groups:
        changes.add(*_parts(core, attempt, settlement))
    if settlement.alarm is not None:
        _raise_alarm(core, changes, attempt, settlement.alarm)
    changes.write(tx)
    fates = {member.fate for member in settlement.members}
    for fate in _BACK_TO_A_PERSON:
        if fate in fates:
            give_back(core, tx, attempt.conversation_id, reason=f"delivery_{fate}")
            break


def _settle_member(
    core: DeskCore,
    tx: Transaction,
    changes: Changes,
    settlement: Settlement,
    member: MemberSettlement,
) -> None:
    attempt = settlement.attempt
    state = _STATES.get(member.fate)
    if state is None:
        return
    now = core.clock()
    columns: dict[str, object] = {"state": state, "error": member.error}
    if state is MessageState.SENT:
        columns |= {
            "sent_at": now,
            "line_message_id": member.line_message_id,
            "quote_token": member.quote_token,
        }
    changes.set_all(Message, [equal("id", member.message_id)], columns)
    if state in {MessageState.QUEUED, MessageState.PARKED}:
        _back_to_outbox(tx, changes, settlement, member)
    facts = {"route": str(attempt.route), "may_double": settlement.may_double}
    changes.add(_told(core, attempt, f"message.{state}", subject_id=member.message_id, facts=facts))


def _back_to_outbox(
    tx: Transaction, changes: Changes, settlement: Settlement, member: MemberSettlement
) -> None:
    message = tx.get(Message, member.message_id)
    item = outbox_item(
        message,
        notification_disabled=settlement.attempt.notification_disabled,
        due_at=settlement.queue_at,
        parked=member.fate is Fate.PARKED,
    )
    changes.add(item)


def _parts(core: DeskCore, attempt: Attempt, settlement: Settlement) -> Sequence[Attempt]:
    count = len(settlement.groups)
    return divide(
        attempt,
        settlement.groups,
        attempt_ids=sorted(AttemptId(core.new_id()) for _ in range(count)),
        retry_keys=[str(uuid.uuid4()) for _ in range(count)],
        now=core.clock(),
    )


def _raise_alarm(core: DeskCore, changes: Changes, attempt: Attempt, alarm: Alarm) -> None:
    changes.add(_told(core, attempt, f"alarm.{alarm}", subject_id=attempt.id))
    if alarm is Alarm.CHECK_QUOTA:
        # The hourly question comes at once. After the monthly limit it does not: a running
        # narrowcast may reserve what LINE still counts as left, and we would go in circles.
        hourly = [equal("kind", "quota.refresh"), equal("key", attempt.channel_id)]
        changes.set_all(Job, hourly, {"due_at": core.clock()})


def _told(
    core: DeskCore,
    attempt: Attempt,
    kind: str,
    *,
    subject_id: str,
    facts: dict[str, object] | None = None,
) -> object:
    return happened(
        kind,
        channel_id=attempt.channel_id,
        conversation_id=attempt.conversation_id,
        now=core.clock(),
        actor="system",
        subject_id=subject_id,
        facts=facts,
    )
