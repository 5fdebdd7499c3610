"""Calls to LINE: committed, made with no connection held, and their outcomes recorded."""

from __future__ import annotations

import uuid
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from itertools import islice
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from linecs.delivery.attempts import divide
from linecs.delivery.outcomes import Silence, Unclear, Unreached
from linecs.delivery.settlement import Alarm, Fate, Settlement, give_up, postpone, settle
from linecs.desk.changes import Changes, ConflictError
from linecs.desk.feed import happened
from linecs.desk.forming import form_calls
from linecs.desk.log import log
from linecs.desk.outgoing import outbox_item
from linecs.desk.reopening import give_back
from linecs.idlink.secret import without_link_token
from linecs.model import (
    Attempt,
    AttemptId,
    AttemptState,
    Job,
    Message,
    MessageState,
)
from linecs.storage.ports import Query, ValueRefusedError, at_most, equal
from linecs.storage.works import run_each

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.delivery.outcomes import Outcome
    from linecs.delivery.settlement import MemberSettlement
    from linecs.desk.core import DeskCore
    from linecs.model import MessageId
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
_OVER = (MessageState.SENT, MessageState.DEAD, MessageState.UNKNOWN)
_BACK_TO_A_PERSON = (Fate.UNKNOWN, Fate.DEAD, Fate.PARKED)


def deliver(core: DeskCore, *, limit: int = _CALLS_AT_ONCE) -> int:
    """Make the calls that are due and record their outcomes; return how many were made.

    Opens its own transactions, none of them around a call. Any number of workers may call it.
    """
    _settle_interrupted(core)
    attempts = core.storage.run(lambda tx: form_calls(core, tx, limit))
    if len(attempts) == 1:
        record(core, [called(core, attempts[0])])
    elif attempts:
        _call_at_once(core, attempts)
    return len(attempts)


def _call_at_once(core: DeskCore, attempts: Sequence[Attempt]) -> None:
    """Call in threads; what ended meanwhile is recorded in one commit.

    No thread is far ahead of the record: after a crash, what is not recorded is unclear.
    """
    at_once = core.settings.delivery_threads
    with ThreadPoolExecutor(at_once) as threads:
        waiting = iter(attempts)
        calling = {threads.submit(called, core, each) for each in islice(waiting, at_once)}
        while calling:
            ended, calling = wait(calling, return_when=FIRST_COMPLETED)
            more = islice(waiting, len(ended))
            calling |= {threads.submit(called, core, each) for each in more}
            record(core, [future.result() for future in ended])


def _settle_interrupted(core: DeskCore) -> None:
    """Record calls whose worker ended before it could say what LINE answered."""
    now = core.clock()
    where = (equal("state", AttemptState.CALLING), at_most("due_at", now))
    overdue = core.storage.read(lambda tx: tx.select(Query(row=Attempt, where=where)))
    policy = core.settings.delivery
    interrupted = Unclear(kind=Silence.INTERRUPTED)
    record(core, [Ended(each, settle(each, interrupted, now, policy)) for each in overdue])


@frozen
class Ended:
    """An attempt as it was committed before its call, and what became of it."""

    attempt: Attempt
    settlement: Settlement


def called(core: DeskCore, attempt: Attempt) -> Ended:
    """Make an attempt's call and return how it ended, unless its time is over."""
    policy = core.settings.delivery
    now = core.clock()
    if now + core.settings.call_timeout > attempt.due_at:
        # It waited long for a free thread: another worker could take it for interrupted while
        # we call.
        return Ended(attempt, postpone(attempt, now))
    # Counting this call, the attempt's time may be over: a retry key too old protects nothing.
    ended = give_up(attempt, now, policy)
    if ended is None:
        ended = settle(attempt, _outcome(core, attempt), core.clock(), policy)
    return Ended(attempt, ended)


def _outcome(core: DeskCore, attempt: Attempt) -> Outcome:
    if attempt.channel_id not in core.channels:
        # One forgotten channel must not stop the others' messages.
        return Unreached(error="this desk no longer has the message's channel")
    return core.gateways.of(attempt.channel_id).send(attempt)


def record(core: DeskCore, calls: Sequence[Ended]) -> None:
    """Write outcomes in one commit; a second record of the same call changes nothing."""
    try:
        if calls:
            core.storage.run(lambda tx: _write(core, tx, calls))
    except (ConflictError, ValueRefusedError) as error:
        if len(calls) > 1:
            run_each(lambda call: record(core, [call]), calls)
            return
        if isinstance(error, ValueRefusedError):
            raise
        log.warning("Attempt %s was recorded by another worker", calls[0].attempt.id)


def _write(core: DeskCore, tx: Transaction, calls: Sequence[Ended]) -> None:
    changes = Changes()
    for call in calls:
        _settle(core, tx, changes, call.attempt, call.settlement)
    changes.write(tx)
    for call in calls:
        fates = {member.fate for member in call.settlement.members}
        for fate in _BACK_TO_A_PERSON:
            if fate in fates:
                give_back(core, tx, call.attempt.conversation_id, reason=f"delivery_{fate}")
                break


def _settle(
    core: DeskCore, tx: Transaction, changes: Changes, attempt: Attempt, settlement: Settlement
) -> None:
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
    if "linkToken=" in attempt.messages and state in _OVER:
        columns |= _without_link_token(tx, member.message_id)
    changes.set_all(Message, [equal("id", member.message_id)], columns)
    if state in {MessageState.QUEUED, MessageState.PARKED}:
        _back_to_outbox(tx, changes, settlement, member)
    facts = {"route": str(attempt.route), "may_double": settlement.may_double}
    changes.add(_told(core, attempt, f"message.{state}", subject_id=member.message_id, facts=facts))


def _without_link_token(tx: Transaction, message_id: MessageId) -> dict[str, object]:
    """Return what an invitation's row keeps: who opens its address holds the token by now."""
    message = tx.find(Message, message_id)
    return {"content": without_link_token(message.content)} if message else {}


def _back_to_outbox(
    tx: Transaction, changes: Changes, settlement: Settlement, member: MemberSettlement
) -> None:
    message = tx.find(Message, member.message_id)
    if message is None:
        msg = f"Message {member.message_id} was erased while LINE was called."
        raise ConflictError(msg)
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
