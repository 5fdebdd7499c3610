"""How calls to LINE ended, written down: messages, attempts, alarms, and tickets given back."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from linecs.delivery.attempts import divide
from linecs.delivery.settlement import Alarm, Fate
from linecs.desk.changes import Changes, ConflictError
from linecs.desk.feed import happened
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
from linecs.storage.ports import Query, ValueRefusedError, equal, one_of
from linecs.storage.works import run_each

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linecs.delivery.settlement import MemberSettlement, Settlement
    from linecs.desk.core import DeskCore
    from linecs.model import MessageId, TicketId
    from linecs.storage.ports import Transaction

__all__ = ["record"]

_STATES = {
    Fate.SENT: MessageState.SENT,
    Fate.QUEUED: MessageState.QUEUED,
    Fate.PARKED: MessageState.PARKED,
    Fate.DEAD: MessageState.DEAD,
    Fate.UNKNOWN: MessageState.UNKNOWN,
}
_OVER = (MessageState.SENT, MessageState.DEAD, MessageState.UNKNOWN)
_BACK_TO_A_PERSON = (Fate.UNKNOWN, Fate.DEAD, Fate.PARKED)


def record(core: DeskCore, settlements: Sequence[Settlement]) -> None:
    """Write outcomes in one commit; a second record of the same call changes nothing."""
    try:
        if settlements:
            core.storage.run(lambda tx: _write(core, tx, settlements))
    except (ConflictError, ValueRefusedError) as error:
        if len(settlements) > 1:
            run_each(lambda settlement: record(core, [settlement]), settlements)
            return
        if isinstance(error, ValueRefusedError):
            raise
        log.warning("Attempt %s was recorded by another worker", settlements[0].attempt.id)


def _write(core: DeskCore, tx: Transaction, settlements: Sequence[Settlement]) -> None:
    changes = Changes()
    for settlement in settlements:
        _Record(core, tx, changes, settlement).put_down()
    changes.write(tx)
    for settlement in settlements:
        _give_back(core, tx, settlement)


def _give_back(core: DeskCore, tx: Transaction, settlement: Settlement) -> None:
    """Let the tickets of what did not go out come back to a person, each once."""
    fates = {each.message_id: each.fate for each in settlement.members}
    failed = {name: fate for name, fate in fates.items() if fate in _BACK_TO_A_PERSON}
    if not failed:
        return
    tickets: dict[TicketId | None, set[Fate]] = {}
    for message in tx.select(Query(row=Message, where=(one_of("id", list(failed)),))):
        tickets.setdefault(message.ticket_id, set()).add(failed[message.id])
    for ticket_id, those in tickets.items():
        fate = min(those, key=_BACK_TO_A_PERSON.index)
        conversation_id = settlement.attempt.conversation_id
        give_back(core, tx, conversation_id, ticket_id, reason=f"delivery_{fate}")


class _Record:
    """What one call changes."""

    def __init__(
        self, core: DeskCore, tx: Transaction, changes: Changes, settlement: Settlement
    ) -> None:
        self._core = core
        self._tx = tx
        self._now = core.clock()
        self._changes = changes
        self._settlement = settlement
        self._attempt = settlement.attempt

    def put_down(self) -> None:
        """Put all changes into one commit's."""
        self._settle_attempt()
        for member in self._settlement.members:
            state = _STATES.get(member.fate)
            if state is not None:
                self._settle_member(member, state)
        if self._settlement.groups:
            self._changes.add(*self._parts())
        if self._settlement.alarm is not None:
            self._raise_alarm(self._settlement.alarm)

    def _settle_attempt(self) -> None:
        attempt, changes = self._attempt, self._settlement.changes
        if changes["state"] is not AttemptState.WAITING:
            # The messages keep their own content; a second copy would only have to be erased.
            changes = {**changes, "messages": "", "reply_token": ""}
        as_committed = (
            equal("id", attempt.id),
            equal("state", attempt.state),
            equal("owner", attempt.owner),
            equal("tries", attempt.tries),
        )
        self._changes.set_one(Attempt, as_committed, changes)

    def _settle_member(self, member: MemberSettlement, state: MessageState) -> None:
        columns: dict[str, object] = {"state": state, "error": member.error}
        if state is MessageState.SENT:
            columns["sent_at"] = self._now
            columns["line_message_id"] = member.line_message_id
            columns["quote_token"] = member.quote_token
        if "linkToken=" in self._attempt.messages and state in _OVER:
            columns.update(self._without_link_token(member.message_id))
        self._changes.set_all(Message, [equal("id", member.message_id)], columns)
        if state in {MessageState.QUEUED, MessageState.PARKED}:
            self._back_to_outbox(member)
        route, may_double = str(self._attempt.route), self._settlement.may_double
        facts = {"route": route, "may_double": may_double}
        self._tell(f"message.{state}", member.message_id, facts)

    def _without_link_token(self, message_id: MessageId) -> Mapping[str, object]:
        """Return what an invitation's row keeps: who opens its address holds the token by now."""
        message = self._tx.find(Message, message_id)
        return {"content": without_link_token(message.content)} if message else {}

    def _back_to_outbox(self, member: MemberSettlement) -> None:
        message = self._tx.find(Message, member.message_id)
        if message is None:
            msg = f"Message {member.message_id} was erased while LINE was called."
            raise ConflictError(msg)
        item = outbox_item(
            message,
            notification_disabled=self._attempt.notification_disabled,
            due_at=self._settlement.queue_at,
            parked=member.fate is Fate.PARKED,
        )
        self._changes.add(item)

    def _parts(self) -> Sequence[Attempt]:
        groups = self._settlement.groups
        return divide(
            self._attempt,
            groups,
            attempt_ids=sorted(AttemptId(self._core.new_id()) for _ in groups),
            retry_keys=[str(uuid.uuid4()) for _ in groups],
            now=self._now,
        )

    def _raise_alarm(self, alarm: Alarm) -> None:
        self._tell(f"alarm.{alarm}", self._attempt.id, {})
        if alarm is Alarm.CHECK_QUOTA:
            # The hourly question comes at once. After the monthly limit it does not: a running
            # narrowcast may reserve what LINE still counts as left, and we would go in circles.
            hourly = [equal("kind", "quota.refresh"), equal("key", self._attempt.channel_id)]
            self._changes.set_all(Job, hourly, {"due_at": self._now})

    def _tell(self, kind: str, subject_id: str, facts: Mapping[str, object]) -> None:
        told = happened(
            kind,
            channel_id=self._attempt.channel_id,
            conversation_id=self._attempt.conversation_id,
            now=self._now,
            actor="system",
            subject_id=subject_id,
            facts=facts,
        )
        self._changes.add(told)
