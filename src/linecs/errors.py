"""Every error linecs raises: what was wrong, where, and what to do.

An error carries fields, never a secret, a token, a signature or a message's text.
"""

from __future__ import annotations

__all__ = [
    "ActRefusedError",
    "ConfigurationError",
    "DestinationError",
    "IntakeError",
    "LimitError",
    "LinecsError",
    "NotPermittedError",
    "PayloadError",
    "SignatureError",
    "StaleCustomerError",
    "StaleReplyError",
    "StaleTicketError",
    "UnreachableError",
    "UnseenMessageError",
]


class LinecsError(Exception):
    """The base of every error linecs raises on purpose."""


class ConfigurationError(LinecsError, ValueError):
    """A setting cannot work; the message names it and says what it should be."""


class IntakeError(LinecsError):
    """A webhook request may not come in; the host's view answers 400."""


class SignatureError(IntakeError):
    """The `x-line-signature` header is missing or does not match the raw body."""


class DestinationError(IntakeError):
    """The body is addressed to a channel this desk does not serve."""


class PayloadError(IntakeError):
    """The body is too large, or is not the JSON object LINE describes."""


class LimitError(LinecsError, ValueError):
    """A message is not as LINE's API takes it; the message says which field and what to do.

    Attributes:
        field: The path of the offending field, such as `messages[0].text`.
        problem: What is wrong with it, in English.
        actual: The measured size, in `unit`; 0 where the problem is not a size.
        limit: LINE's limit, in `unit`; 0 where the problem is not a size.
        unit: What is counted, such as `UTF-16 code units`.
    """

    def __init__(
        self, *, field: str, problem: str, actual: int = 0, limit: int = 0, unit: str = ""
    ) -> None:
        super().__init__(f"{field} {problem}")
        self.field = field
        self.problem = problem
        self.actual = actual
        self.limit = limit
        self.unit = unit


class StaleReplyError(LinecsError):
    """A draft was written for a conversation that has moved on; nothing was sent.

    Attributes:
        version: The conversation's version now; look again, then reply with it.
        by: Who spoke or took something back since: an operator's id, `bot`, `system` or
            `customer` (an unsend); empty where it cannot be said.
        at: When, epoch ms UTC; 0 where it cannot be said.
    """

    def __init__(self, *, version: int, by: str, at: int) -> None:
        who = f" by {by}" if by else ""
        super().__init__(
            f"The conversation has moved on{who} since this reply was written. "
            "Look again and send it with the new version."
        )
        self.version = version
        self.by = by
        self.at = at


class UnseenMessageError(LinecsError):
    """The customer wrote something the sender has not seen; nothing was sent.

    Attributes:
        newest: The customer's newest bubble; reply again with `seen=` it to send all the same.
    """

    def __init__(self, *, newest: str) -> None:
        super().__init__(
            "The customer has written since this reply was begun. "
            "Read it, or send with seen= that message."
        )
        self.newest = newest


class StaleTicketError(LinecsError):
    """A ticket was changed since it was looked at; nothing was done.

    Attributes:
        version: The ticket's version now.
    """

    def __init__(self, *, version: int) -> None:
        super().__init__(
            "The ticket was changed meanwhile. Look again and repeat with its version."
        )
        self.version = version


class StaleCustomerError(LinecsError):
    """A customer's marks, tags or owner were changed since they were looked at; nothing was done.

    Attributes:
        version: The customer's version now.
    """

    def __init__(self, *, version: int) -> None:
        super().__init__(
            "The customer was changed meanwhile. Look again and repeat with its version."
        )
        self.version = version


class NotPermittedError(LinecsError):
    """This person's role does not allow the act; nothing was done.

    Attributes:
        actor: Who wanted to.
        permission: What it takes, such as `assign`.
    """

    def __init__(self, *, actor: str, permission: str) -> None:
        super().__init__(f"{actor} may not do this; it takes a role with {str(permission)!r}.")
        self.actor = actor
        self.permission = permission


class ActRefusedError(LinecsError):
    """An operator's act does not fit what is there; nothing was done.

    Attributes:
        reason: A word for programs, such as `not_the_assignee`.
    """

    def __init__(self, *, reason: str) -> None:
        super().__init__(_ACT_REFUSED[reason])
        self.reason = reason


_ACT_REFUSED = {
    "taken_back": "The customer took that message back; nobody may quote it any more.",
    "not_the_assignee": "Only the ticket's assignee replies here. Take the ticket over first.",
    "another_conversation": "This belongs to another customer.",
    "another_ticket": "A message to be moved belongs to another ticket.",
    "same_ticket": "A ticket cannot be merged into itself.",
    "nothing_left": "The ticket would keep no message. Change its category instead.",
    "no_messages": "There is nothing to move.",
    "with_the_bot": "The bot has this ticket. Claim it first.",
    "already_resolved": "The ticket is resolved. Reopen it first.",
    "not_snoozed": "The ticket is not snoozed.",
    "in_the_past": "The time has passed already.",
    "no_text": "There is no text.",
    "no_actor": "An act needs somebody who does it.",
    "no_quote_token": "LINE lets nobody quote this message.",
    "already_decided": "Somebody has accepted or rejected this proposal already.",
    "entry_gone": "The FAQ no longer has the entry this proposal is for. Reject it.",
    "entry_id_taken": "The FAQ has an entry with this id. Choose another.",
    "cannot_quote": "Only a text or a sticker can quote a message.",
}


class UnreachableError(LinecsError):
    """LINE would deliver nothing to this customer; nothing was queued.

    Attributes:
        reason: `blocked`, or `not_friend` for one who is silent for over seven days.
    """

    def __init__(self, *, reason: str) -> None:
        explained = {
            "blocked": "The customer has blocked the account",
            "not_friend": "The customer is not a friend and has been silent for over seven days",
        }
        super().__init__(f"{explained.get(reason, reason)}; LINE would deliver nothing.")
        self.reason = reason
