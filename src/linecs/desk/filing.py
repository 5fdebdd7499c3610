"""Events become bubbles, tombstones, reply tokens and open inquiries; pure.

Filing never answers: it says what is there now and whether an inquiry is complete.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from linecs.desk.bubbles import bubble_of, file_message, file_postback, is_whole
from linecs.desk.changes import Changes
from linecs.desk.feed import happened
from linecs.desk.jobs import new_job
from linecs.desk.promising import promise_in
from linecs.desk.surveying import keep_comment
from linecs.desk.unsending import close_if_all_was_unsent, unsend
from linecs.intake.reading import strings
from linecs.model import (
    EventState,
    Friendship,
    MessageState,
    ReplyToken,
    Speaker,
    TicketStatus,
)
from linecs.model.webhook import (
    FollowEvent,
    MessageEvent,
    PostbackEvent,
    UnfollowEvent,
    UnsendEvent,
)
from linecs.routing import hold_of, is_courtesy, is_courtesy_sticker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linecs.desk.reading import LaneView
    from linecs.desk.settings import DeskSettings
    from linecs.desk.surveying import Survey
    from linecs.desk.tickets import TicketRules
    from linecs.model import (
        Bubble,
        Message,
        StoredEvent,
        Ticket,
    )
    from linecs.model.webhook import (
        WebhookEvent,
    )

__all__ = ["Filing", "file_events"]

# Who may speak, and what was said, must be as it was read when an answer is written.
_CONVERSATION_GUARD = ("version", "speaker", "speaker_id", "lease_owner", "ticket_id")
_OF_A_CUSTOMER = (MessageEvent, PostbackEvent, FollowEvent, UnfollowEvent)


class Filing:
    """One lane's events on their way into rows.

    Attributes:
        view: What was read.
        changes: What is to be written.
        conversation, customer, ticket: As they will be.
        open_bubbles: The open inquiry's bubbles, oldest first.
        fresh_bubbles: The bubbles that these events brought.
        known: The messages these events speak of, by LINE's id.
        position: The customer's place in the queue, where it may be told.
        recent: The customer's newest tickets, where a survey looks back at them.
        wait, settings, waits, keeps_media, survey: The shop's choices, as given.
    """

    def __init__(
        self,
        view: LaneView,
        *,
        now: int,
        wait: int,
        settings: DeskSettings,
        waits: Callable[[Bubble], bool],
        keeps_media: bool,
        survey: Survey | None = None,
        recent: Sequence[Ticket] = (),
    ) -> None:
        self.view = view
        self.now = now
        self.changes = Changes()
        self.conversation = view.conversation
        self.customer = view.customer
        self.ticket = view.ticket
        self.open_bubbles = list(view.open_bubbles)
        self.fresh_bubbles: list[Message] = []
        self.known = dict(view.known)
        self.position: int | None = None
        self.wait = wait
        self.settings = settings
        self.waits = waits
        self.keeps_media = keeps_media
        self.survey = survey
        self.recent = recent

    @property
    def bot_may_speak(self) -> bool:
        """Whether the bot's turn is now: no person holds the conversation or the ticket."""
        held = hold_of(self.conversation, now=self.now).speaker is Speaker.OPERATOR
        person_has_it = self.ticket is not None and self.ticket.status in {
            TicketStatus.OPEN,
            TicketStatus.IN_PROGRESS,
            TicketStatus.WAITING,
        }
        return not held and not person_has_it

    @property
    def inquiry_is_complete(self) -> bool:
        """Whether the open inquiry goes to the responders now."""
        due = self.conversation.inquiry_due_at
        return bool(self.open_bubbles) and 0 < due <= self.now and self.bot_may_speak

    @property
    def has_whole_question(self) -> bool:
        """Whether the newest bubble is a question by itself, and the bot's to answer."""
        if not (self.open_bubbles and self.bot_may_speak):
            return False
        newest = self.open_bubbles[-1]
        events = (event for _, event in self.view.events)
        unsent = (each.line_message_id for each in events if isinstance(each, UnsendEvent))
        return is_whole(self, newest) and newest.line_message_id not in unsent

    def file(self, stored: StoredEvent, event: WebhookEvent) -> None:
        """File one event and mark it done."""
        self.changes.alter(stored, evolve(stored, state=EventState.DONE), guard=["state"])
        self._keep_reply_token(stored, event)
        if self.customer is None and isinstance(event, _OF_A_CUSTOMER):
            # LINE named nobody: kept as it came, and no ticket.
            return
        match event:
            case MessageEvent():
                file_message(self, stored, event)
            case PostbackEvent():
                file_postback(self, stored, event)
            case UnsendEvent():
                unsend(self, event)
            case FollowEvent():
                self._file_friendship(Friendship.FRIEND)
            case UnfollowEvent():
                self._file_friendship(Friendship.BLOCKED)
            case _:
                # Kept as it came; other rooms (links, scenario) look at what they know.
                return

    def attend(self, rules: TicketRules) -> None:
        """Give the new bubbles a ticket, and the ticket what they mean for it."""
        said = [each for each in self.fresh_bubbles if each.state is not MessageState.UNSENT]
        if not said:
            close_if_all_was_unsent(self, rules)
            return
        newest = max(said, key=lambda bubble: bubble.occurred_at)
        before = self.ticket
        assert self.customer is not None
        courtesy = all(self._is_courtesy(bubble) for bubble in said)
        self.ticket = rules.customer_wrote(
            before, newest, self.customer, self.now, courtesy=courtesy
        )
        self.conversation = evolve(self.conversation, ticket_id=self.ticket.id)
        if self.ticket.status is TicketStatus.RESOLVED:
            # Thanks, and nothing else: it stays visible and asks for no answer.
            self.answer_open_bubbles()
            self.open_bubbles = []
        if before is None or before.id != self.ticket.id:
            first = min(said, key=lambda bubble: (bubble.occurred_at, bubble.id))
            self.ticket = evolve(
                self.ticket, opened_at=first.occurred_at, opened_by_message_id=first.id
            )
            self.tell("ticket.opened", actor="customer")
        elif before.status is not self.ticket.status:
            self.tell(f"ticket.{self.ticket.status}", actor="customer")
        elif self.ticket.reason == "courtesy":
            self.tell("ticket.thanked", actor="customer")
        keep_comment(self, newest, self.survey)
        promise_in(self, rules, is_new=False)

    def _is_courtesy(self, message: Message) -> bool:
        bubble = bubble_of(message)
        if message.kind == "sticker":
            written = bubble.content.get("text")  # as LINE sent it, so of any kind
            words = strings(bubble.content, "keywords")
            return is_courtesy_sticker(words, written if isinstance(written, str) else "")
        # A whole keyword has an answer of the shop's own.
        return message.kind == "text" and is_courtesy(message.text) and self.waits(bubble)

    def answer_open_bubbles(self) -> None:
        """Mark the inquiry's bubbles as dealt with."""
        for bubble in self.open_bubbles:
            answered = evolve(bubble, answered=True)
            if bubble in self.fresh_bubbles:
                self.fresh_bubbles[self.fresh_bubbles.index(bubble)] = answered
            else:
                self.changes.alter(bubble, answered)

    def finish(self, *, keep_lease: bool = False) -> Changes:
        """Return everything to be written; the lease is given back in the same commit."""
        after = self.conversation
        if not keep_lease:
            after = evolve(after, lease_owner="", lease_until=0)
        self.changes.alter(self.view.conversation, after, guard=_CONVERSATION_GUARD)
        if self.customer is not None and self.view.customer is not None:
            self.changes.alter(self.view.customer, self.customer)
        if self.ticket is not None:
            self._write_ticket(self.ticket)
            self.fresh_bubbles = [
                evolve(bubble, ticket_id=self.ticket.id) for bubble in self.fresh_bubbles
            ]
        self.changes.add(*self.fresh_bubbles)
        return self.changes

    def _write_ticket(self, ticket: Ticket) -> None:
        before = self.view.ticket
        if before is None or before.id != ticket.id:
            self.changes.add(ticket)
        elif before != ticket:
            raised = evolve(ticket, version=before.version + 1)
            self.changes.alter(before, raised, guard=["version"])

    def tell(self, kind: str, *, actor: str, subject_id: str = "", **facts: object) -> None:
        """Put what happened into the feed."""
        entry = happened(
            kind,
            channel_id=self.conversation.channel_id,
            conversation_id=self.conversation.id,
            now=self.now,
            actor=actor,
            ticket_id=self.ticket.id if self.ticket else "",
            subject_id=subject_id,
            facts=facts,
        )
        self.changes.add(entry)

    def settle_inquiry(self) -> None:
        """Close an inquiry whose bubbles are all gone or belong to a person."""
        if self.conversation.inquiry_due_at and not (self.open_bubbles and self.bot_may_speak):
            self.conversation = evolve(self.conversation, inquiry_since=0, inquiry_due_at=0)

    def _keep_reply_token(self, stored: StoredEvent, event: WebhookEvent) -> None:
        usable_until = stored.received_at + self.settings.reply_token_life
        if event.reply_token and self.customer and usable_until > self.now:
            token = ReplyToken(
                event_id=stored.id,
                conversation_id=self.conversation.id,
                token=event.reply_token,
                usable_until=usable_until,
            )
            self.changes.add_absent(token)

    def _file_friendship(self, friendship: Friendship) -> None:
        assert self.customer is not None
        self.customer = evolve(self.customer, friendship=friendship)
        if friendship is Friendship.FRIEND:
            self.add_job("profile.refresh", self.customer.id)
        self.tell(f"customer.{friendship}", actor="customer", subject_id=self.customer.id)

    def add_job(self, kind: str, subject_id: str, *, due_at: int = 0) -> None:
        """Ask for work after the commit; at most one job of a kind for a subject."""
        channel_id = self.conversation.channel_id
        job = new_job(kind, subject_id, channel_id, self.now, due_at=due_at)
        self.changes.add_absent(job)


def file_events(filing: Filing, rules: TicketRules) -> None:
    """File the lane's events, oldest first, and give their bubbles a ticket.

    What follows a whole question, such as a second keyword, is left for an answer of its own.
    """
    for stored, event in filing.view.events:
        if isinstance(event, _OF_A_CUSTOMER) and filing.has_whole_question:
            break
        filing.file(stored, event)
    filing.attend(rules)
    filing.settle_inquiry()
