"""After the end: was the customer content? Asked once a ticket, where a person resolved it."""

from __future__ import annotations

import json
import re
from operator import attrgetter
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen, validators

from linecs.delivery.planner import refusal
from linecs.delivery.quota import remaining_for
from linecs.desk.feed import happened
from linecs.desk.outgoing import queue_messages
from linecs.desk.quotas import view_of
from linecs.hours import DAY_MS, MINUTE_MS
from linecs.model import Author, Customer, Message, ReplyToken, Ticket, TicketId, TicketStatus
from linecs.storage.ports import Query, equal
from linecs.storage.tables import Quota

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.desk.filing import Filing
    from linecs.desk.operators.act import Act
    from linecs.desk.outgoing import Queued
    from linecs.model import Conversation, ConversationId, FeedEntry, MessageObject
    from linecs.storage.ports import Transaction

__all__ = [
    "SURVEY",
    "Survey",
    "ask_after",
    "ask_in",
    "keep_comment",
    "recent_tickets",
    "take_score",
]

SURVEY = "desk:survey"
"""The author of the question and of the thanks."""
_DATA = re.compile(r"linecs:survey:([^:]+):([1-9])")
_NOT_PEOPLE = ("", "bot", "system", "customer")
_LOOKS_BACK = 10
_IN_ONE_CALL = 5
_ASKED = ("asked", "offered")


@frozen(kw_only=True)
class Survey:
    """What a customer is asked once a person has resolved their ticket.

    The question goes free of charge, by the reply token of what the customer sends next: with
    whatever the desk says to it, or by itself where nobody is owed an answer (thanks, say). A
    person's end is asked about once. Not asked about: a ticket that was taken up again, until a
    person ends it again; an older one, once a newer one has been.

    Attributes:
        question: The words.
        question_later: The same, to a customer who has begun another matter meanwhile.
        labels: The buttons, from the best score to 1.
        thanks: Said after a tap.
        pushes: Ask at once by a push, which LINE counts, where the month's messages above the
            reserve allow it.
        within_ms: So long after the end it may still be asked.
        comment_within_ms: So long after a score the customer's next text is its comment too.
    """

    question: str = "今回の対応はいかがでしたか?"
    question_later: str = "前回のお問い合わせの対応はいかがでしたか?"
    labels: tuple[str, ...] = ("とても満足", "満足", "ふつう", "不満", "とても不満")
    thanks: str = "ご回答ありがとうございます。ご意見があれば、このままお送りください。"
    pushes: bool = False
    within_ms: int = field(default=7 * DAY_MS, validator=validators.gt(0))
    comment_within_ms: int = field(default=30 * MINUTE_MS, validator=validators.gt(0))

    def message(self, ticket_id: TicketId, *, later: bool = False) -> MessageObject:
        """Return the question with its buttons."""
        best = len(self.labels)
        items = [
            {
                "type": "action",
                "action": {
                    "type": "postback",
                    "label": label,
                    "data": f"linecs:survey:{ticket_id}:{best - place}",
                    "displayText": label,
                },
            }
            for place, label in enumerate(self.labels)
        ]
        text = self.question_later if later else self.question
        return {"type": "text", "text": text, "quickReply": {"items": items}}

    def may_ask(self, ticket: Ticket, now: int) -> bool:
        """Whether the ticket's customer can be asked now."""
        in_time = now - ticket.resolved_at <= self.within_ms
        return _was_served(ticket) and in_time and not ticket.surveyed_at


def _was_served(ticket: Ticket) -> bool:
    """Whether a person has answered and ended it; a merged one goes on in another."""
    by_person = ticket.resolved_by not in _NOT_PEOPLE and ticket.reason != "merged"
    return by_person and bool(ticket.first_replied_at)


def ask_after(act: Act) -> None:
    """Ask at once after an operator's end, where the shop pushes and may push."""
    survey = act.core.rules.routing.survey
    if survey is None or not survey.pushes or not survey.may_ask(act.ticket, act.now):
        return
    if refusal(act.tx.get(Customer, act.ticket.customer_id), act.now) or not _may_push(act):
        return
    queued = _say(act.conversation, survey.message(act.ticket.id), act.ticket.id, act.now)
    act.changes.add(*queued.rows, _asked(act.ticket, act.now))
    act.conversation = queued.conversation
    act.ticket = evolve(act.ticket, surveyed_at=act.now)


def _may_push(act: Act) -> bool:
    """Whether a push would go out now; parked until next month, the question would be strange."""
    quota = act.tx.find(Quota, act.ticket.channel_id)
    view = view_of(quota) if quota else None
    return remaining_for(Author.SYSTEM, view, act.core.settings.delivery) != 0


def recent_tickets(
    tx: Transaction, conversation_id: ConversationId, survey: Survey | None
) -> Sequence[Ticket]:
    """Return the tickets that a survey may look back at, newest first; none without a survey."""
    if survey is None:
        return ()
    of_it = (equal("conversation_id", conversation_id),)
    return tx.select(Query(row=Ticket, where=of_it, order=("-opened_at", "-id"), limit=_LOOKS_BACK))


def ask_in(filing: Filing, survey: Survey | None) -> None:
    """Ask by this step's reply token about the newest ticket that a person ended.

    To be called when everything else the step says is said.
    """
    ended = _newest_end(filing)
    if survey is None or ended is None or not survey.may_ask(ended, filing.now):
        return
    if not _may_ride(filing):
        return
    later = filing.ticket is not None and filing.ticket.id != ended.id
    queued = _say(filing.conversation, survey.message(ended.id, later=later), ended.id, filing.now)
    filing.changes.add(*queued.rows, _asked(ended, filing.now))
    filing.conversation = queued.conversation
    _keep(filing, ended, evolve(ended, surveyed_at=filing.now))


def _newest_end(filing: Filing) -> Ticket | None:
    """Return the newest ticket that a person has ended, as it will be after this step."""
    now = [_as_it_will_be(filing, ticket) for ticket in filing.recent]
    return max(filter(_was_served, now), key=attrgetter("resolved_at"), default=None)


def _as_it_will_be(filing: Filing, ticket: Ticket) -> Ticket:
    return filing.ticket if filing.ticket and filing.ticket.id == ticket.id else ticket


def _keep(filing: Filing, before: Ticket, after: Ticket) -> None:
    """Have a change to a ticket written, whether it is this step's own or an older one."""
    if filing.ticket is not None and filing.ticket.id == after.id:
        filing.ticket = after
    else:
        raised = evolve(after, version=before.version + 1)
        filing.changes.alter(before, raised, guard=("version",))


def _may_ride(filing: Filing) -> bool:
    """Whether the question costs nothing here, and hides nothing the customer was asked."""
    added = filing.changes.added
    said = [row for row in added if isinstance(row, Message) and row.author is not Author.CUSTOMER]
    ticket = filing.ticket
    if not said:
        is_over = ticket is None or ticket.status is TicketStatus.RESOLVED
        return is_over and any(isinstance(row, ReplyToken) for row in added)
    is_asked = ticket is not None and ticket.status is TicketStatus.BOT and ticket.reason in _ASKED
    # Quick replies go when anything is said after them.
    has_buttons = "quickReply" in json.loads(said[-1].content)
    return len(said) < _IN_ONE_CALL and not is_asked and not has_buttons


def _asked(ticket: Ticket, now: int) -> FeedEntry:
    return happened(
        "ticket.surveyed",
        channel_id=ticket.channel_id,
        conversation_id=ticket.conversation_id,
        now=now,
        actor="system",
        ticket_id=ticket.id,
    )


def _say(
    conversation: Conversation, said: MessageObject, ticket_id: TicketId | None, now: int
) -> Queued:
    return queue_messages(
        conversation, [said], ticket_id=ticket_id, author=Author.SYSTEM, author_id=SURVEY, now=now
    )


def take_score(filing: Filing, tapped: Message, data: str, survey: Survey | None) -> bool:
    """Keep a tap on one of the buttons; False where it is no such tap.

    It is shown in the chat, asks for no answer, and opens no ticket.
    """
    match = _DATA.fullmatch(data)
    if match is None or survey is None:
        return False
    ticket_id, score = TicketId(match[1]), int(match[2])
    filing.changes.add(evolve(tapped, answered=True))
    filing.changes.then(lambda tx: _keep_score(filing, tx, ticket_id, score))
    queued = _say(filing.conversation, {"type": "text", "text": survey.thanks}, None, filing.now)
    filing.changes.add(*queued.rows)
    filing.conversation = queued.conversation
    return True


def _keep_score(filing: Filing, tx: Transaction, ticket_id: TicketId, score: int) -> None:
    """Write the score; the first tap counts, and only on the customer's own ticket. Joins."""
    ticket = tx.find(Ticket, ticket_id)
    if ticket is None or ticket.conversation_id != filing.conversation.id or ticket.score:
        return
    tx.save(ticket, evolve(ticket, score=score, scored_at=filing.now))
    entry = happened(
        "ticket.scored",
        channel_id=ticket.channel_id,
        conversation_id=ticket.conversation_id,
        now=filing.now,
        actor="customer",
        ticket_id=ticket.id,
        facts={"score": score},
    )
    tx.insert(entry)


def keep_comment(filing: Filing, bubble: Message, survey: Survey | None) -> None:
    """Note the customer's words soon after a score as its comment; they are answered as ever."""
    scored = max(filing.recent, key=attrgetter("scored_at"), default=None)
    if survey is None or scored is None or not scored.scored_at or scored.comment_message_id:
        return
    soon = filing.now - scored.scored_at <= survey.comment_within_ms
    if soon and bubble.kind == "text":
        now = _as_it_will_be(filing, scored)
        _keep(filing, scored, evolve(now, comment_message_id=bubble.id))
