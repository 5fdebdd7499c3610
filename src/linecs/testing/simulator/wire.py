"""A request to the simulated LINE platform, its answer, and the table of what answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import parse_qsl

from attrs import field, frozen

from linecs.testing.simulator.accounts import Channel

if TYPE_CHECKING:
    from collections.abc import Sequence


__all__ = ["Answer", "ApiCall", "Call", "Problem", "Refusal", "Route", "invalid", "refuse"]


@frozen(kw_only=True)
class Answer:
    """What goes back over HTTP.

    Attributes:
        status: The HTTP status.
        json: A value sent as JSON, when `body` is None.
        body: Raw bytes, for media, pages and redirects.
        headers: Headers beside `x-line-request-id`, which the server adds.
    """

    status: int = 200
    json: Any = field(factory=dict)
    body: bytes | None = None
    headers: Mapping[str, str] = field(factory=dict)

    def payload(self) -> bytes:
        """Return the body's bytes."""
        if self.body is not None:
            return self.body
        return json.dumps(self.json, ensure_ascii=False, separators=(",", ":")).encode()


class Refusal(Exception):  # noqa: N818 - LINE's word for it is an answer, not a failure of ours
    """Ends a handler with an answer that says no."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


@frozen
class Problem:
    """One entry of LINE's `details`: which property is wrong, and how."""

    property: str
    message: str


def refuse(status: int, message: str) -> NoReturn:
    """End the request with LINE's `{"message": ...}`.

    Raises:
        Refusal: Always.
    """
    raise Refusal(Answer(status=status, json={"message": message}))


def invalid(problems: Sequence[Problem]) -> NoReturn:
    """End the request with 400 and LINE's list of details.

    Raises:
        Refusal: Always.
    """
    details = [{"message": each.message, "property": each.property} for each in problems]
    message = f"The request body has {len(details)} error(s)"
    raise Refusal(Answer(status=400, json={"message": message, "details": details}))


@frozen(kw_only=True)
class Call:
    """A request as a handler sees it.

    Attributes:
        method: The HTTP method in upper case.
        path: The path as requested.
        endpoint: The path's template, such as `/v2/bot/profile/{userId}`.
        parameters: The template's variables.
        query: The query string's last value of each name.
        headers: The headers by lower-case name.
        body: The raw body.
        request_id: The `x-line-request-id` of the answer.
        at: When it came, epoch milliseconds.
        channel: Whose access token it carries; None where the endpoint takes none.
    """

    method: str
    path: str
    endpoint: str
    parameters: Mapping[str, str] = field(factory=dict)
    query: Mapping[str, str] = field(factory=dict)
    headers: Mapping[str, str] = field(factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    request_id: str = ""
    at: int = 0
    channel: Channel | None = None

    def json(self) -> dict[str, Any]:
        """Return the body as a JSON object.

        Raises:
            Refusal: 415 or 400 in LINE's words.
        """
        kind = self.headers.get("content-type", "")
        if kind.split(";")[0].strip().lower() != "application/json":
            refuse(415, f"The content type, {kind}, is not supported")
        value = self.body_json()
        if not isinstance(value, dict):
            refuse(400, "The request body could not be parsed as JSON (line: 1, column: 1)")
        return value

    def body_json(self) -> Any:  # noqa: ANN401 - any JSON value may arrive
        """Return the body parsed as JSON, or None where it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def form(self) -> dict[str, str]:
        """Return the body as an HTML form's fields, the last value of each."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def bearer(self) -> str:
        """Return the access token of the `Authorization` header, or an empty string."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def sender(self) -> Channel:
        """Return the channel whose token the call carries.

        Raises:
            Refusal: 401 when it carries none.
        """
        if self.channel is None:
            refuse(401, UNAUTHORIZED.format(reason="invalid token"))
        return self.channel


UNAUTHORIZED = (
    "Authentication failed due to the following reason: {reason}. "
    "Confirm that the access token in the authorization header is valid."
)


@frozen
class Route:
    """One endpoint of the simulated platform.

    Attributes:
        method: The HTTP method.
        endpoint: The path's template, variables in braces.
        handle: What answers; may raise `Refusal`. None passes the call on to the next
            route of the same method and endpoint.
        authorized: Whether a channel access token is asked for first.
        takes_retry_key: Whether an `x-line-retry-key` is allowed.
        waits: Whether the handler calls out; it then runs in a thread of its own and
            without the world's lock, which it takes where it needs it.
    """

    method: str
    endpoint: str
    handle: Callable[[Call], Answer | None]
    authorized: bool = field(default=True, kw_only=True)
    takes_retry_key: bool = field(default=False, kw_only=True)
    waits: bool = field(default=False, kw_only=True)


@frozen(kw_only=True)
class ApiCall:
    """A call the simulator has seen; access tokens and forms are not kept.

    Attributes:
        method: The HTTP method.
        path: The path as requested.
        endpoint: The path's template; the path itself where nothing is simulated there.
        body: The JSON body, or None.
        status: The status answered; None where the connection was dropped instead.
        request_id: The `x-line-request-id`.
        at: When it came, epoch milliseconds.
        accepted: Whether the platform acted on it, also where the answer was lost.
        channel_id: Whose access token it carried.
        retry_key: Its `x-line-retry-key`.
    """

    method: str
    path: str
    endpoint: str
    body: Any = field(repr=False)
    status: int | None
    request_id: str
    at: int
    accepted: bool
    channel_id: str | None
    retry_key: str | None
