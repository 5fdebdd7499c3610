"""Signs webhook events and delivers them: once, twice, late, out of order or not at all."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from attrs import evolve, field, frozen

from linecs.testing.simulator.events import REPLIABLE, encode_body, sign
from linecs.testing.simulator.ids import stable_hex

if TYPE_CHECKING:
    from collections.abc import Sequence
    from urllib.parse import SplitResult

    from linecs.testing.simulator.accounts import Channel
    from linecs.testing.simulator.chats import Chat
    from linecs.testing.simulator.world import World

__all__ = ["Delivery", "WebhookEvent", "Webhooks", "post_verification"]

TIMEOUT_SECONDS = 2.0


@frozen(kw_only=True)
class WebhookEvent:
    """An event LINE has sent, or would have.

    Attributes:
        event: The event's JSON.
        body: The webhook body that holds it alone.
        signature: The `x-line-signature` of that body.
        channel_id: The channel it belongs to.
    """

    event: Mapping[str, Any]
    body: bytes = field(repr=False)
    signature: str = field(repr=False)
    channel_id: str

    @property
    def webhook_event_id(self) -> str:
        """The event's id, the same at every delivery."""
        return str(self.event["webhookEventId"])

    @property
    def reply_token(self) -> str | None:
        """The token that answers the event, if it can be answered."""
        return self.event.get("replyToken")

    @property
    def message_id(self) -> str | None:
        """The message's id, where the event is about one."""
        return (self.event.get("message") or {}).get("id")


@frozen(kw_only=True)
class Delivery:
    """One attempt to deliver a webhook.

    Attributes:
        webhook_event_ids: The events in the body.
        at: When, epoch milliseconds.
        status: The HTTP status; None for a callable and where there was no answer.
        reason: `OK`, or LINE's word for what went wrong.
    """

    webhook_event_ids: tuple[str, ...]
    at: int
    status: int | None
    reason: str


class Webhooks:
    """Sends events to the channels' receivers.

    A callable receives in the thread that caused the event, so tests are deterministic,
    and what it raises comes out there; a URL gets a POST that may take 2 seconds.

    Attributes:
        sent: Every event there was, oldest first, also those that were lost.
        deliveries: Every attempt to deliver, oldest first.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._held: list[WebhookEvent] | None = None
        self._to_lose = 0
        self._to_duplicate = 0
        self.deliveries: list[Delivery] = []
        self.sent: list[WebhookEvent] = []

    def send(
        self,
        channel: Channel,
        event: Mapping[str, Any],
        *,
        chat: Chat | None = None,
        source: Mapping[str, Any] | None = None,
    ) -> WebhookEvent:
        """Complete an event with its envelope and deliver it.

        Args:
            channel: The account it happens to.
            event: `type` and what is particular to the type.
            chat: The customer's chat it happens in; its user becomes the source.
            source: Another source, such as a group; without either there is none.
        """
        with self._world.lock:
            record = self._record(channel, self._completed(channel, event, chat, source))
            self.sent.append(record)
        self._pass_on(record)
        return record

    def redeliver(self, event: WebhookEvent) -> None:
        """Deliver an event again, as LINE does after a failure, marked as redelivered."""
        again = {**event.event, "deliveryContext": {"isRedelivery": True}}
        channel = self._world.channels[event.channel_id]
        self._deliver([self._record(channel, again)], again=True)

    def duplicate_next(self, times: int = 1) -> None:
        """Deliver each of the next events twice, unmarked, as network routing may do."""
        self._to_duplicate += times

    def lose_next(self, times: int = 1) -> None:
        """Never deliver the next events."""
        self._to_lose += times

    def hold(self) -> None:
        """Keep events back until `release`."""
        if self._held is None:
            self._held = []

    def release(self, *, seed: int | None = None, together: bool = False) -> None:
        """Deliver what was held.

        Args:
            seed: Shuffles them, the same way for the same seed; None keeps their order.
            together: Put each channel's events into one body.
        """
        with self._world.lock:
            held, self._held = self._held or [], None
        if seed is not None:
            held.sort(key=lambda each: stable_hex(seed, each.webhook_event_id))
        for batch in _batches(held) if together else [[each] for each in held]:
            self._deliver(batch)

    def _completed(
        self,
        channel: Channel,
        event: Mapping[str, Any],
        chat: Chat | None,
        source: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        now = self._world.clock()
        complete = {
            **event,
            "mode": "standby" if channel.standby else "active",
            "timestamp": now,
            "webhookEventId": self._world.ids.webhook_event_id(now),
            "deliveryContext": {"isRedelivery": False},
        }
        if chat is not None:
            complete["source"] = {"type": "user", "userId": chat.user_id}
        elif source is not None:
            complete["source"] = dict(source)
        if event["type"] in REPLIABLE and "source" in complete and not channel.standby:
            token = self._world.reply_tokens.issue(channel.channel_id, chat, now)
            complete["replyToken"] = token
        return complete

    def _record(self, channel: Channel, event: Mapping[str, Any]) -> WebhookEvent:
        body = encode_body(channel.bot_user_id, [event])
        signature = sign(channel.secret, body)
        return WebhookEvent(
            event=event, body=body, signature=signature, channel_id=channel.channel_id
        )

    def _pass_on(self, record: WebhookEvent) -> None:
        with self._world.lock:
            if self._to_lose:
                self._to_lose -= 1
                return
            if self._held is not None:
                self._held.append(record)
                return
        self._deliver([record])

    def _deliver(self, batch: Sequence[WebhookEvent], *, again: bool = False) -> None:
        channel = self._world.channels[batch[0].channel_id]
        with self._world.lock:
            repeats = 2 if self._to_duplicate else 1
            self._to_duplicate -= repeats - 1
        for _ in range(repeats):
            self._deliver_once(channel, batch, again=again)

    def _deliver_once(
        self, channel: Channel, batch: Sequence[WebhookEvent], *, again: bool
    ) -> None:
        with self._world.lock:
            now = self._world.clock()
            for each in batch:
                self._world.reply_tokens.arrived(each.reply_token, now, again=again)
        if not channel.takes_webhooks:
            return
        body = encode_body(channel.bot_user_id, [each.event for each in batch])
        delivery = Delivery(
            webhook_event_ids=tuple(each.webhook_event_id for each in batch),
            at=now,
            status=None,
            reason="UNCLASSIFIED",
        )
        try:
            status, reason = post(channel, body)
            delivery = evolve(delivery, status=status, reason=reason)
        finally:
            self.deliveries.append(delivery)


def _batches(events: Sequence[WebhookEvent]) -> list[list[WebhookEvent]]:
    by_channel: dict[str, list[WebhookEvent]] = {}
    for event in events:
        by_channel.setdefault(event.channel_id, []).append(event)
    return list(by_channel.values())


def post(channel: Channel, body: bytes) -> tuple[int | None, str]:
    """Deliver a body to the channel's receiver.

    Returns:
        The HTTP status, if there is one, and `OK` or LINE's word for what went wrong.
    """
    if channel.receiver is not None:
        channel.receiver(body, sign(channel.secret, body))
        return None, "OK"
    return _post_to(channel, channel.endpoint or "", body)


def post_verification(channel: Channel, endpoint: str) -> tuple[int | None, str]:
    """Send the empty webhook of the console's Verify button; returns what `post` does."""
    return _post_to(channel, endpoint, encode_body(channel.bot_user_id, []))


def _post_to(channel: Channel, endpoint: str, body: bytes) -> tuple[int | None, str]:
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "LineBotWebhook/2.0",
        "x-line-signature": sign(channel.secret, body),
    }
    try:
        status = _post_once(urlsplit(endpoint), body, headers)
    except TimeoutError:
        return None, "REQUEST_TIMEOUT"
    except (http.client.HTTPException, OSError):
        return None, "COULD_NOT_CONNECT"
    return status, "OK" if 200 <= status < 300 else "ERROR_STATUS_CODE"


def _post_once(url: SplitResult, body: bytes, headers: Mapping[str, str]) -> int:
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.hostname or "", url.port, timeout=TIMEOUT_SECONDS)
    with closing(connection):
        path = urlunsplit(("", "", url.path or "/", url.query, ""))
        connection.request("POST", path, body=body, headers=dict(headers))
        response = connection.getresponse()
        response.read()
        return response.status
