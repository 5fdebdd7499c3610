"""After the end: was the customer content? Asked once a ticket, where a person resolved it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen, validators

from linecs.delivery.planner import refusal
from linecs.desk.feed import happened
from linecs.desk.outgoing import queue_messages
from linecs.hours import DAY_MS, MINUTE_MS
from linecs.model import Author, Customer, Ticket, TicketId, TicketStatus

if TYPE_CHECKING:
    from linecs.desk.filing import Filing
    from linecs.desk.operators.act import Act
    from linecs.desk.outgoing import Queued
    from linecs.model import Conversation, Message, MessageObject
    from linecs.storage.ports import Transaction

__all__ = ["SURVEY", "Survey", "ask_after", "ask_in", "keep_comment", "take_score"]

SURVEY = "desk:survey"
"""The author of the question and of the thanks."""
_DATA = re.compile(r"linecs:survey:([^:]+):([1-9])")
_NOT_PEOPLE = ("", "bot", "system", "customer")


@frozen(kw_only=True)
class Survey:
    """What a customer is asked once a person has resolved their ticket.

    Attributes:
        question: The words.
        labels: The buttons, from the best score to 1.
        thanks: Said after a tap.
        pushes: Ask at once by a push, which LINE counts. Otherwise the question goes free of
            charge with the next thing the desk hears of a customer who has no new trouble.
        within_ms: So long after the end it may still be asked.
        comment_within_ms: So long after a score the customer's next text is its comment too.
    """

    question: str = "今回の対応はいかがでしたか?"
    labels: tuple[str, ...] = ("とても満足", "満足", "ふつう", "不満", "とても不満")
    thanks: str = "ご回答ありがとうございます。ご意見があれば、このままお送りください。"
    pushes: bool = False
    within_ms: int = field(default=7 * DAY_MS, validator=validators.gt(0))
    comment_within_ms: int = field(default=30 * MINUTE_MS, validator=validators.gt(0))

    def message(self, ticket_id: TicketId) -> MessageObject:
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
        return {"type": "text", "text": self.question, "quickReply": {"items": items}}

    def may_ask(self, ticket: Ticket, now: int) -> bool:
        """Whether the ticket's customer can be asked now."""
        by_person = ticket.resolved_by not in _NOT_PEOPLE and bool(ticket.first_replied_at)
        ended = ticket.status is TicketStatus.RESOLVED
        in_time = now - ticket.resolved_at <= self.within_ms
        return ended and by_person and in_time and not ticket.surveyed_at


def ask_after(act: Act) -> None:
    """Ask at once after an operator's end, where the shop pushes."""
    survey = act.core.rules.routing.survey
    if survey is None or not survey.pushes or not survey.may_ask(act.ticket, act.now):
        return
    if refusal(act.tx.get(Customer, act.ticket.customer_id), act.now):
        return
    queued = _say(act.conversation, survey.message(act.ticket.id), act.ticket, act.now)
    act.changes.add(*queued.rows)
    act.conversation = queued.conversation
    act.ticket = evolve(act.ticket, surveyed_at=act.now)


def ask_in(filing: Filing, survey: Survey | None) -> None:
    """Ask with what this step says anyway, about the ticket that ended before it."""
    ended = filing.view.ticket
    if survey is None or ended is None or not survey.may_ask(ended, filing.now):
        return
    asked = evolve(ended, surveyed_at=filing.now)
    if filing.ticket is not None and filing.ticket.id == ended.id:
        filing.ticket = evolve(filing.ticket, surveyed_at=filing.now)
    else:
        raised = evolve(asked, version=ended.version + 1)
        filing.changes.alter(ended, raised, guard=("version",))
    queued = _say(filing.conversation, survey.message(ended.id), ended, filing.now)
    filing.changes.add(*queued.rows)
    filing.conversation = queued.conversation


def _say(conversation: Conversation, said: MessageObject, ticket: Ticket, now: int) -> Queued:
    return queue_messages(
        conversation, [said], ticket_id=ticket.id, author=Author.SYSTEM, author_id=SURVEY, now=now
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
    thanks = {"type": "text", "text": survey.thanks}
    queued = queue_messages(
        filing.conversation,
        [thanks],
        ticket_id=None,
        author=Author.SYSTEM,
        author_id=SURVEY,
        now=filing.now,
    )
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
    before, ticket = filing.view.ticket, filing.ticket
    if survey is None or before is None or ticket is None or ticket.id != before.id:
        return
    soon = 0 < filing.now - before.scored_at <= survey.comment_within_ms
    if before.scored_at and soon and bubble.kind == "text" and not before.comment_message_id:
        filing.ticket = evolve(ticket, comment_message_id=bubble.id)
