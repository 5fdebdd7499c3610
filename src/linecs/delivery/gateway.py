"""The way to LINE's Messaging API: one attempt a call, a time limit on each, nothing altered.

Built on line-bot-sdk's client (its connection pool, TLS settings and user agent) below the
layer of its models: those drop properties they do not know, raise on answers LINE is free to
send, and hide retries. Importing this module imports the SDK, which takes about a second.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from linebot.v3.messaging import ApiClient, Configuration

from linecs.delivery.account import (
    BotInfo,
    DeliveryCounts,
    LineApiError,
    Profile,
    TokenCheck,
    Transcoding,
    WebhookEndpoint,
    WebhookTest,
)
from linecs.delivery.attempts import request_body
from linecs.delivery.calls import AuthorisedCalls, api_error, parsed
from linecs.delivery.fetching import received
from linecs.delivery.outcomes import (
    Accepted,
    Refused,
    Unauthorised,
    Unclear,
    Unreached,
    classify,
)
from linecs.delivery.per_process import PerProcess
from linecs.delivery.quota import QuotaView
from linecs.delivery.tokens import AccessTokenError, as_source
from linecs.delivery.wire import NoAnswerError
from linecs.model import Route

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from urllib3 import PoolManager

    from linecs.delivery.account import (
        ContentGone,
        ContentPreparing,
        ContentTooLarge,
        FetchedContent,
    )
    from linecs.delivery.media import ByteSink
    from linecs.delivery.outcomes import Outcome
    from linecs.model import Attempt, Channel

__all__ = ["LineGateway"]

_CONNECTIONS = 32
_API, _DATA = "https://api.line.me", "https://api-data.line.me"
_COUNTED = ("reply", "push", "multicast", "broadcast")


class LineGateway:
    """One channel's way to LINE. Safe between threads and across forks.

    Methods other than `send` raise `LineApiError` where LINE refuses or does not answer;
    its `transient` says whether to come back.

    Args:
        channel: Whose messages, token and addresses.
        timeout: How long a call may take in all, in seconds.
        content_timeout: How long fetching a customer's file may take in all, in seconds.
    """

    def __init__(
        self, channel: Channel, *, timeout: float = 10, content_timeout: float = 120
    ) -> None:
        self._api = channel.api_url.rstrip("/")
        followed = _DATA if self._api == _API else self._api
        self._data = channel.data_url.rstrip("/") or followed
        self._content_timeout = content_timeout
        self._clients = PerProcess(_new_client)
        self._source = as_source(channel.access_token)
        self._calls = AuthorisedCalls(
            self._source,
            pool=self._pool,
            headers={"User-Agent": self._clients.get().user_agent},
            timeout=timeout,
        )

    def close(self) -> None:
        """Close this process's idle connections; the next call opens new ones."""
        self._pool().clear()

    def send(self, attempt: Attempt) -> Outcome:
        """Make the attempt's call, its body byte for byte as frozen, and say how it ended.

        Never raises for what LINE, the network or the token source does.
        """
        headers = {"Content-Type": "application/json"}
        if attempt.route is Route.PUSH:
            headers["X-Line-Retry-Key"] = attempt.retry_key
        try:
            answer = self._calls.answer(
                "POST",
                f"{self._api}/v2/bot/message/{attempt.route}",
                body=request_body(attempt),
                headers=headers,
            )
        except NoAnswerError as error:
            return Unclear(kind=error.kind) if error.reached else Unreached(error=error.problem)
        except AccessTokenError as error:
            return Unreached(error=str(error)) if error.transient else Unauthorised()
        return classify(attempt.route, answer.status, answer.headers, answer.body)

    def validate(self, route: Route, messages: str) -> Refused | None:
        """Ask LINE whether it would take these messages (a JSON array); None where it would."""
        path = f"/v2/bot/message/validate/{route}"
        operation = f"POST {path}"
        answer = self._calls.told(
            operation,
            "POST",
            self._api + path,
            body=f'{{"messages":{messages}}}'.encode(),
            headers={"Content-Type": "application/json"},
        )
        outcome = classify(route, answer.status, answer.headers, answer.body)
        if not isinstance(outcome, Accepted | Refused):
            raise api_error(operation, answer.status, answer.headers, answer.body)
        return outcome if isinstance(outcome, Refused) else None

    def profile(self, user_id: str) -> Profile | None:
        """Return a customer's profile; None where LINE does not show it, as after a block."""
        content = self._find("/v2/bot/profile/{user_id}", user_id=user_id)
        if content is None:
            return None
        return Profile(
            display_name=_text(content, "displayName"),
            picture_url=_text(content, "pictureUrl"),
            language=_text(content, "language"),
        )

    def bot_info(self) -> BotInfo:
        """Return what LINE knows of the account."""
        content = self._call("GET", "/v2/bot/info")
        return BotInfo(
            user_id=_text(content, "userId"),
            basic_id=_text(content, "basicId"),
            display_name=_text(content, "displayName"),
            chat_mode=_text(content, "chatMode"),
            mark_as_read_mode=_text(content, "markAsReadMode"),
        )

    def quota(self) -> int | None:
        """Return this month's messages, free and paid; None for no limit."""
        content = self._call("GET", "/v2/bot/message/quota")
        return _number(content, "value") if content.get("type") == "limited" else None

    def consumption(self) -> int:
        """Return how many of the month's messages are used, approximately."""
        return _number(self._call("GET", "/v2/bot/message/quota/consumption"), "totalUsage")

    def quota_view(self, now: int) -> QuotaView:
        """Return quota and consumption together, as of `now` (epoch ms UTC)."""
        return QuotaView(limit=self.quota(), used=self.consumption(), asked_at=now)

    def delivery_counts(self, day: date) -> DeliveryCounts | None:
        """Return what was sent by API on a day in Japan; None where LINE has not counted yet."""
        counts = {}
        for kind in _COUNTED:
            template = f"/v2/bot/message/delivery/{kind}?date={{day}}"
            content = self._call("GET", template, day=f"{day:%Y%m%d}")
            if content.get("status") != "ready":
                return None
            counts[kind] = _number(content, "success")
        return DeliveryCounts(**counts)

    def insight_deliveries(self, day: date) -> Mapping[str, int] | None:
        """Return all deliveries of a day in Japan by LINE's own names for their kinds.

        `autoResponse` counts LINE's own answers beside ours. None where LINE has not counted
        yet.
        """
        template = "/v2/bot/insight/message/delivery?date={day}"
        content = self._call("GET", template, day=f"{day:%Y%m%d}")
        if content.get("status") != "ready":
            return None
        return {name: count for name, count in content.items() if isinstance(count, int)}

    def webhook_endpoint(self) -> WebhookEndpoint | None:
        """Return where LINE sends webhooks; None where nothing is set."""
        content = self._find("/v2/bot/channel/webhook/endpoint")
        if content is None:
            return None
        return WebhookEndpoint(url=_text(content, "endpoint"), active=bool(content.get("active")))

    def set_webhook_endpoint(self, url: str) -> None:
        """Have LINE send webhooks to this address; it takes up to a minute."""
        self._call("PUT", "/v2/bot/channel/webhook/endpoint", {"endpoint": url})

    def test_webhook(self, url: str = "") -> WebhookTest:
        """Have LINE call the set webhook address, or this one, and return how that went."""
        value = {"endpoint": url} if url else {}
        content = self._call("POST", "/v2/bot/channel/webhook/test", value)
        return WebhookTest(
            success=bool(content.get("success")),
            status_code=_number(content, "statusCode"),
            reason=_text(content, "reason"),
            detail=_text(content, "detail"),
        )

    def check_token(self) -> TokenCheck:
        """Return whether the channel access token works, and for how long if LINE says so."""
        try:
            self.bot_info()
        except LineApiError as error:
            if error.status == HTTPStatus.UNAUTHORIZED:
                return TokenCheck(valid=False)
            raise
        return TokenCheck(valid=True, expires_in=self._token_life())

    def _token_life(self) -> int | None:
        # v2.1 tokens are verified by a query string, which logs would keep; stateless ones not
        # at all. Both are renewed by their source.
        answer = self._calls.told(
            "POST /v2/oauth/verify",
            "POST",
            f"{self._api}/v2/oauth/verify",
            body=urlencode({"access_token": self._source.token()}).encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        life = (parsed(answer.body) or {}).get("expires_in")
        return life if answer.status == HTTPStatus.OK and isinstance(life, int) else None

    def content(
        self, message_id: str, target: ByteSink, *, limit: int
    ) -> FetchedContent | ContentPreparing | ContentGone | ContentTooLarge:
        """Write what a customer sent into `target`, in pieces, and return what it is.

        Never for `external` content, which LINE does not have.

        Args:
            message_id: LINE's id of the message.
            target: An empty binary file, or a `MediaWriter` that is kept afterwards.
            limit: The most bytes to take.
        """
        template = "/v2/bot/message/{message_id}/content"
        url = self._data + _filled(template, {"message_id": message_id})
        operation, seconds = f"GET {template}", self._content_timeout
        with self._calls.stream(operation, "GET", url, seconds=seconds) as incoming:
            return received(operation, incoming, target, limit)

    def transcoding(self, message_id: str) -> Transcoding:
        """Return where the preparation of a video or audio stands."""
        template = "/v2/bot/message/{message_id}/content/transcoding"
        content = self._call("GET", template, host=self._data, message_id=message_id)
        try:
            return Transcoding(content.get("status", ""))
        except ValueError:
            return Transcoding.PROCESSING

    def link_token(self, user_id: str) -> str:
        """Return a token that starts account linking: for ten minutes, once."""
        content = self._call("POST", "/v2/bot/user/{user_id}/linkToken", {}, user_id=user_id)
        return _text(content, "linkToken")

    def mark_as_read(self, token: str) -> None:
        """Show the customer that this message and all before it were read."""
        self._call("POST", "/v2/bot/chat/markAsRead", {"markAsReadToken": token})

    def start_loading(self, user_id: str, seconds: int = 20) -> None:
        """Show the customer that an answer is under way, for 5 to 60 seconds in steps of 5."""
        value = {"chatId": user_id, "loadingSeconds": seconds}
        self._call("POST", "/v2/bot/chat/loading/start", value)

    def link_rich_menu(self, user_id: str, rich_menu_id: str) -> None:
        """Give a customer a rich menu of their own; nothing happens where they are no friend."""
        template = "/v2/bot/user/{user_id}/richmenu/{rich_menu_id}"
        self._call("POST", template, user_id=user_id, rich_menu_id=rich_menu_id)

    def unlink_rich_menu(self, user_id: str) -> None:
        """Give a customer the account's own rich menu again."""
        self._call("DELETE", "/v2/bot/user/{user_id}/richmenu", user_id=user_id)

    def _pool(self) -> PoolManager:
        pool: PoolManager = self._clients.get().rest_client.pool_manager
        return pool

    def _find(self, template: str, **parameters: str) -> dict[str, Any] | None:
        try:
            return self._call("GET", template, None, **parameters)
        except LineApiError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def _call(
        self,
        method: str,
        template: str,
        value: object = None,
        *,
        host: str = "",
        **parameters: str,
    ) -> dict[str, Any]:
        url = (host or self._api) + _filled(template, parameters)
        return self._calls.content(f"{method} {template}", method, url, value)


def _new_client() -> Any:  # noqa: ANN401 - the SDK ships no types
    configuration = Configuration(access_token="")
    configuration.retries = False
    configuration.connection_pool_maxsize = _CONNECTIONS
    return ApiClient(configuration)


def _filled(template: str, parameters: Mapping[str, str]) -> str:
    return template.format_map({name: quote(value, safe="") for name, value in parameters.items()})


def _text(content: Mapping[str, Any], key: str) -> str:
    value = content.get(key)
    return value if isinstance(value, str) else ""


def _number(content: Mapping[str, Any], key: str) -> int:
    value = content.get(key)
    return value if isinstance(value, int) else 0
