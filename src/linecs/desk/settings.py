"""How a desk behaves where a shop did not say otherwise."""

from __future__ import annotations

from attrs import field, frozen, validators

from linecs.delivery.policy import DeliveryPolicy
from linecs.desk.retention import Retention

__all__ = ["DeskSettings"]

_SECOND = 1_000
_MINUTE = 60 * _SECOND
_positive = validators.gt(0)
_not_negative = validators.ge(0)


@frozen(kw_only=True)
class DeskSettings:
    """The desk's own times and choices; all times are milliseconds.

    Attributes:
        inquiry_wait: Silence after which a customer's bubbles count as one question.
        inquiry_wait_at_most: A customer who keeps typing is answered after this, at the latest.
        evaluation_deadline: How long all responders together may take.
        member_deadline: How long the shop's member directory may take for one card.
        lease: How long a worker may hold a conversation; longer than any evaluation.
        call_lease: After this a call to LINE whose outcome nobody recorded counts as interrupted;
            longer than any call, and short enough for a second try while a reply token lives.
        job_lease: After this a job that nobody finished is done again.
        body_limit: Largest webhook body, in bytes.
        reply_token_life: LINE: use a reply token within one minute of receiving the webhook.
            A little less, so that a call in flight still arrives in time.
        event_tries: After so many failures an event is set aside and a ticket opened.
        job_tries: After so many failures a job is set aside.
        handle_budget: How long `desk.handle` may take; LINE gives up after two seconds.
        call_timeout: How long one call to LINE may take.
        delivery: When to call LINE again, what becomes of unknown outcomes, who may still push.
        delivery_threads: How many calls to LINE are made at the same time.
        operator_hold: How long a person's claim or reply keeps the bot silent.
        only_assignee_replies: Whether a ticket that somebody has takes nobody else's reply.
        writing_lease: How long an operator counts as writing after the last key they pressed.
        marks_read: Whether the customer sees 既読 once an operator opened the chat.
        media_limit: Largest content that is kept, in bytes.
        retention: How long each kind of data is kept.
    """

    inquiry_wait: int = field(default=3 * _SECOND, validator=_not_negative)
    inquiry_wait_at_most: int = field(default=15 * _SECOND, validator=_not_negative)
    evaluation_deadline: int = field(default=10 * _SECOND, validator=_positive)
    member_deadline: int = field(default=800, validator=_positive)
    lease: int = field(default=60 * _SECOND, validator=_positive)
    call_lease: int = field(default=20 * _SECOND, validator=_positive)
    job_lease: int = field(default=5 * _MINUTE, validator=_positive)
    body_limit: int = field(default=2 * 1024 * 1024, validator=_positive)
    reply_token_life: int = field(default=50 * _SECOND, validator=_positive)
    event_tries: int = field(default=3, validator=_positive)
    job_tries: int = field(default=8, validator=_positive)
    handle_budget: int = field(default=1 * _SECOND, validator=_positive)
    call_timeout: int = field(default=10 * _SECOND, validator=_positive)
    delivery: DeliveryPolicy = field(factory=DeliveryPolicy)
    delivery_threads: int = field(default=8, validator=_positive)
    operator_hold: int = field(default=24 * 60 * _MINUTE, validator=_positive)
    only_assignee_replies: bool = False
    writing_lease: int = field(default=15 * _SECOND, validator=_positive)
    marks_read: bool = True
    media_limit: int = field(default=200 * 1024 * 1024, validator=_positive)
    retention: Retention = field(factory=Retention)

    def __attrs_post_init__(self) -> None:
        """Refuse a lease that could end while its holder still evaluates or calls."""
        thinking = self.member_deadline + self.evaluation_deadline
        if self.lease <= thinking + self.call_timeout:
            msg = (
                "DeskSettings.lease must be longer than member_deadline + evaluation_deadline "
                "+ call_timeout."
            )
            raise ValueError(msg)
        if self.call_lease <= self.call_timeout:
            msg = "DeskSettings.call_lease must be longer than call_timeout."
            raise ValueError(msg)
