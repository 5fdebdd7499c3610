"""What LINE's answer to a reply or push means; pure.

Source: LINE Developers, "Messaging API reference", Status codes and Error responses; "Retry
failed API requests". The texts of errors are not guaranteed, so the status decides first.
"""

from __future__ import annotations

import json
import re
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from linecs.model import Route

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Accepted",
    "ErrorDetail",
    "MonthlyLimit",
    "Outcome",
    "RateLimited",
    "Refused",
    "SentMessage",
    "Silence",
    "TokenSpent",
    "TooManyToUser",
    "Unauthorised",
    "Unclear",
    "Unreached",
    "UnrecognisedLimit",
    "classify",
]


@frozen(kw_only=True)
class SentMessage:
    """One accepted bubble, as LINE names it; both empty where its answer did not say."""

    line_message_id: str = ""
    quote_token: str = field(default="", repr=False)


@frozen(kw_only=True)
class ErrorDetail:
    """One entry of LINE's `details`: which property is wrong, and how."""

    property: str = ""
    message: str = ""


@frozen(kw_only=True)
class Accepted:
    """LINE took the messages; that is not "delivered" or "read".

    Attributes:
        sent: In the order of the call's messages; empty where LINE's answer had another form.
        request_id: Of the call that was accepted, which may be an earlier one (409).
    """

    sent: tuple[SentMessage, ...] = ()
    request_id: str = ""
    status: int = 200


@frozen(kw_only=True)
class Refused:
    """LINE will not take this call, now or later, and sent nothing.

    Attributes:
        named: Positions of the messages that LINE names as wrong.
        whole: Whether LINE names something else than a message, such as the recipient.
    """

    status: int
    message: str = ""
    details: tuple[ErrorDetail, ...] = ()
    named: tuple[int, ...] = ()
    whole: bool = False
    request_id: str = ""

    @property
    def explanation(self) -> str:
        """LINE's own words, for the dead letter."""
        details = [f"{each.property}: {each.message}" for each in self.details]
        return "; ".join(filter(None, [self.message, *details])) or f"HTTP {self.status}"


@frozen(kw_only=True)
class TokenSpent:
    """The reply token was used or is too old; LINE does not say which. This call sent nothing."""

    status: int = 400
    request_id: str = ""


@frozen(kw_only=True)
class RateLimited:
    """Too many calls; LINE sent nothing."""

    status: int = 429
    request_id: str = ""


@frozen(kw_only=True)
class TooManyToUser:
    """Too many messages to this one user; LINE sent nothing."""

    status: int = 429
    request_id: str = ""


@frozen(kw_only=True)
class MonthlyLimit:
    """The month's messages are used up, or a running narrowcast reserves the rest; none sent."""

    status: int = 429
    request_id: str = ""


@frozen(kw_only=True)
class UnrecognisedLimit:
    """A 429 in words we do not know; LINE sent nothing. The quota endpoints can tell more."""

    message: str = ""
    status: int = 429
    request_id: str = ""


@frozen(kw_only=True)
class Unauthorised:
    """The channel access token is not valid, nor is a renewed one; LINE sent nothing."""

    status: int = 401
    request_id: str = ""


@frozen(kw_only=True)
class Unreached:
    """No connection to LINE could be made, so LINE cannot have seen the call."""

    error: str = ""
    status: int = 0
    request_id: str = ""


class Silence(StrEnum):
    """Why the outcome of a call cannot be told."""

    TIMEOUT = "timeout"
    CONNECTION = "connection"
    """It was lost after the request went out, at least in part."""
    SERVER_ERROR = "server_error"
    UNPARSABLE = "unparsable"
    """Somebody answered, but not in LINE's words."""
    INTERRUPTED = "interrupted"
    """Our own process ended between the call and the record of its outcome."""


@frozen(kw_only=True)
class Unclear:
    """LINE may have accepted the call, or not."""

    kind: Silence
    status: int = 0
    request_id: str = ""


Outcome = (
    Accepted
    | Refused
    | TokenSpent
    | RateLimited
    | TooManyToUser
    | MonthlyLimit
    | UnrecognisedLimit
    | Unauthorised
    | Unreached
    | Unclear
)

_REQUEST_ID = "x-line-request-id"
_ACCEPTED_REQUEST_ID = "x-line-accepted-request-id"
# LINE documents neither for a call that could carry one of these answers.
_UNSETTLED = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT})
_OF_THE_CALL = frozenset({"to", "notificationDisabled", "customAggregationUnits"})
_NAMED_MESSAGE = re.compile(r"messages\[(\d{1,3})\]")
_NAMED_PROPERTY = re.compile(r"The property, '?(?P<name>[^,']+)'?,")


def classify(route: Route, status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
    """Return what LINE's answer to a reply or push means.

    Args:
        route: What was called.
        status: The HTTP status.
        headers: By lower-case name.
        body: As it came; an unexpected one never raises.
    """
    content = _parse(body)
    request_id = headers.get(_REQUEST_ID, "")
    if _is_acceptance(route, status):
        accepted_id = headers.get(_ACCEPTED_REQUEST_ID) or request_id
        return Accepted(sent=_sent(content), request_id=accepted_id, status=status)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unclear(kind=Silence.SERVER_ERROR, status=status, request_id=request_id)
    said_by_line = bool(request_id or _string(content, "message"))
    if status < HTTPStatus.BAD_REQUEST or status in _UNSETTLED or not said_by_line:
        return Unclear(kind=Silence.UNPARSABLE, status=status, request_id=request_id)
    return _refusal(route, status, content, request_id)


def _is_acceptance(route: Route, status: int) -> bool:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return True
    return status == HTTPStatus.CONFLICT and route is Route.PUSH


def _refusal(route: Route, status: int, content: Mapping[str, Any], request_id: str) -> Outcome:
    message = _string(content, "message")
    if status == HTTPStatus.UNAUTHORIZED:
        return Unauthorised(request_id=request_id)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return _limit(message, request_id)
    details = _details(content)
    bad = status == HTTPStatus.BAD_REQUEST
    if bad and route is Route.REPLY and _is_about_token(message, details):
        return TokenSpent(request_id=request_id)
    places = [message, *(each.property for each in details)]
    named = {int(index) for place in places for index in _NAMED_MESSAGE.findall(place)}
    return Refused(
        status=status,
        message=message,
        details=details,
        named=tuple(sorted(named)),
        whole=not named and _is_about_call(message, details),
        request_id=request_id,
    )


def _is_about_token(message: str, details: tuple[ErrorDetail, ...]) -> bool:
    if any(each.property == "replyToken" for each in details):
        return True
    return "reply token" in message.lower() or "'replyToken'" in message


def _is_about_call(message: str, details: tuple[ErrorDetail, ...]) -> bool:
    found = _NAMED_PROPERTY.search(message)
    named = {found["name"]} if found else set()
    return not _OF_THE_CALL.isdisjoint(named | {each.property for each in details})


def _limit(message: str, request_id: str) -> Outcome:
    words = message.lower()
    if "monthly limit" in words:
        return MonthlyLimit(request_id=request_id)
    if "rate limit" in words:
        return RateLimited(request_id=request_id)
    if "same user" in words:
        return TooManyToUser(request_id=request_id)
    return UnrecognisedLimit(message=message, request_id=request_id)


def _parse(body: bytes) -> Mapping[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _string(content: Mapping[str, Any], key: str) -> str:
    value = content.get(key)
    return value if isinstance(value, str) else ""


def _sent(content: Mapping[str, Any]) -> tuple[SentMessage, ...]:
    entries = content.get("sentMessages")
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        return ()
    return tuple(
        SentMessage(line_message_id=_id(each), quote_token=_string(each, "quoteToken"))
        for each in entries
    )


def _id(entry: Mapping[str, Any]) -> str:
    """LINE's reference says Number for the id where its examples show a string."""
    value = entry.get("id")
    return str(value) if isinstance(value, str | int) else ""


def _details(content: Mapping[str, Any]) -> tuple[ErrorDetail, ...]:
    entries = content.get("details")
    return tuple(
        ErrorDetail(property=_string(each, "property"), message=_string(each, "message"))
        for each in (entries if isinstance(entries, list) else ())
        if isinstance(each, dict)
    )
