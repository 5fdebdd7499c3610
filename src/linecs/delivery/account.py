"""What LINE says of an account, its users and their content."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

from linecs.errors import LinecsError

__all__ = [
    "BotInfo",
    "ContentGone",
    "ContentPreparing",
    "ContentTooLarge",
    "DeliveryCounts",
    "FetchedContent",
    "LineApiError",
    "Profile",
    "TokenCheck",
    "Transcoding",
    "WebhookEndpoint",
    "WebhookTest",
]


class LineApiError(LinecsError):
    """LINE refused a call other than a reply or push, or did not answer it.

    Attributes:
        operation: Which call, such as `GET /v2/bot/info`; no ids.
        status: The HTTP status; 0 for no answer.
        explanation: LINE's own words.
        request_id: LINE's `x-line-request-id`.
        transient: Whether the same call may succeed later.
    """

    def __init__(
        self,
        operation: str,
        *,
        status: int = 0,
        explanation: str = "",
        request_id: str = "",
        transient: bool = False,
    ) -> None:
        answer = f"HTTP {status}" if status else "no answer"
        super().__init__(f"{operation}: {answer}. {explanation}".rstrip())
        self.operation = operation
        self.status = status
        self.explanation = explanation
        self.request_id = request_id
        self.transient = transient


@frozen(kw_only=True)
class Profile:
    """A customer as LINE shows them; empty where they set nothing."""

    display_name: str = field(repr=False)
    picture_url: str = field(default="", repr=False)
    language: str = ""


@frozen(kw_only=True)
class BotInfo:
    """The account itself.

    Attributes:
        user_id: The webhook's `destination`.
        chat_mode: `chat` where people may answer in LINE's own console, else `bot`.
        mark_as_read_mode: `auto` or `manual`.
    """

    user_id: str
    basic_id: str = ""
    display_name: str = ""
    chat_mode: str = ""
    mark_as_read_mode: str = ""


@frozen(kw_only=True)
class DeliveryCounts:
    """How many messages were sent by API on one day in Japan, by kind of call."""

    reply: int = 0
    push: int = 0
    multicast: int = 0
    broadcast: int = 0


@frozen(kw_only=True)
class WebhookEndpoint:
    """Where LINE sends webhooks, and whether it does."""

    url: str
    active: bool


@frozen(kw_only=True)
class WebhookTest:
    """How LINE's own test of the webhook went; `reason` is `OK` or says what failed."""

    success: bool
    status_code: int = 0
    reason: str = ""
    detail: str = ""


@frozen(kw_only=True)
class TokenCheck:
    """Whether the channel access token works.

    Attributes:
        expires_in: Seconds left; None where LINE does not say for this kind of token.
    """

    valid: bool
    expires_in: int | None = None


@frozen(kw_only=True)
class FetchedContent:
    """Content that was written to a file, whole.

    Attributes:
        content_type: As the response said it.
        size: In bytes.
        sha256: Hex digest.
    """

    content_type: str
    size: int
    sha256: str


@frozen
class ContentPreparing:
    """LINE still prepares a large video or audio; ask `transcoding` and come back."""


@frozen(kw_only=True)
class ContentGone:
    """LINE has it no more, or never had it."""

    status: int


@frozen(kw_only=True)
class ContentTooLarge:
    """It is larger than allowed; what was written so far is not to be kept."""

    limit: int


class Transcoding(StrEnum):
    """Where LINE's preparation of a video or audio stands."""

    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
