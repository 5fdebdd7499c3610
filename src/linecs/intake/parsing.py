"""Types a stored event; whatever LINE may have put into it, this gives a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linecs.intake.contents import message_content
from linecs.intake.keeping import is_dummy
from linecs.intake.reading import (
    MisshapenError,
    each_of,
    identifier,
    optional_identifier,
    optional_integer,
    optional_part,
    optional_text,
    part,
    strings,
    text,
    texts_by_name,
    word,
)
from linecs.intake.splitting import read_value
from linecs.model.ids import LineUserId
from linecs.model.webhook import event as events
from linecs.model.webhook.source import Source, SourceKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from linecs.intake.reading import (
        Part,
    )
    from linecs.model.event import StoredEvent
    from linecs.model.webhook.event import WebhookEvent

__all__ = ["parse_event"]

_Head = dict[str, Any]


def parse_event(stored: StoredEvent) -> WebhookEvent:
    """Return an event's typed value.

    An unknown type, a missing part or a part of a wrong type gives `UnrecognisedEvent`, or
    `UnrecognisedContent` inside a message event; an empty (redacted) or unreadable `raw` gives
    an `UnrecognisedEvent` without one. Never raises.
    """
    event = _value_of(stored.raw)
    head = _head(stored, event)
    read = _READERS.get(stored.type)
    if event and read is not None:
        try:
            return read(event, head)
        except MisshapenError:
            pass
    return events.UnrecognisedEvent(**head, raw=event)


def _value_of(raw: str) -> Part:
    try:
        value, _ = read_value(raw)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _head(stored: StoredEvent, event: Part) -> _Head:
    source = event.get("source")
    return {
        "id": stored.id,
        "type": stored.type,
        "occurred_at": stored.occurred_at,
        "mode": optional_identifier(event, "mode") or "",
        "source": _source(source),
        "reply_token": _reply_token(event),
        "is_redelivery": optional_part(event, "deliveryContext").get("isRedelivery") is True,
    }


def _source(source: object) -> Source:
    if source is None:
        return Source(kind=SourceKind.NONE)
    if not isinstance(source, dict):
        return Source(kind=SourceKind.UNRECOGNISED)
    return Source(
        kind=_SOURCE_KINDS.get(word(source, "type"), SourceKind.UNRECOGNISED),
        user_id=_user_id(source),
        group_id=optional_identifier(source, "groupId"),
        room_id=optional_identifier(source, "roomId"),
    )


def _user_id(source: Part) -> LineUserId | None:
    user_id = optional_identifier(source, "userId")
    return None if user_id is None else LineUserId(user_id)


def _reply_token(event: Part) -> str | None:
    if event.get("mode") == "standby" or is_dummy(event, optional_part(event, "source")):
        return None
    return optional_identifier(event, "replyToken")


def _message(event: Part, head: _Head) -> WebhookEvent:
    return events.MessageEvent(**head, message=message_content(optional_part(event, "message")))


def _message_edited(event: Part, head: _Head) -> WebhookEvent:
    message = message_content(optional_part(event, "message"))
    return events.MessageEditedEvent(**head, message=message)


def _unsend(event: Part, head: _Head) -> WebhookEvent:
    line_message_id = identifier(part(event, "unsend"), "messageId")
    return events.UnsendEvent(**head, line_message_id=line_message_id)


def _follow(event: Part, head: _Head) -> WebhookEvent:
    is_unblocked = optional_part(event, "follow").get("isUnblocked")
    return events.FollowEvent(
        **head, is_unblocked=is_unblocked if isinstance(is_unblocked, bool) else None
    )


def _member_joined(event: Part, head: _Head) -> WebhookEvent:
    return events.MemberJoinedEvent(**head, members=_members(part(event, "joined")))


def _member_left(event: Part, head: _Head) -> WebhookEvent:
    return events.MemberLeftEvent(**head, members=_members(part(event, "left")))


def _members(joined_or_left: Part) -> tuple[LineUserId, ...]:
    return each_of(
        joined_or_left, "members", lambda member: LineUserId(identifier(member, "userId"))
    )


def _postback(event: Part, head: _Head) -> WebhookEvent:
    postback = part(event, "postback")
    return events.PostbackEvent(
        **head, data=text(postback, "data"), params=texts_by_name(postback, "params")
    )


def _video_play_complete(event: Part, head: _Head) -> WebhookEvent:
    tracking_id = text(part(event, "videoPlayComplete"), "trackingId")
    return events.VideoPlayCompleteEvent(**head, tracking_id=tracking_id)


def _beacon(event: Part, head: _Head) -> WebhookEvent:
    beacon = part(event, "beacon")
    return events.BeaconEvent(
        **head,
        hardware_id=identifier(beacon, "hwid"),
        action=identifier(beacon, "type"),
        device_message=optional_text(beacon, "dm"),
    )


def _account_link(event: Part, head: _Head) -> WebhookEvent:
    link = part(event, "link")
    return events.AccountLinkEvent(
        **head, result=identifier(link, "result"), nonce=identifier(link, "nonce")
    )


def _membership(event: Part, head: _Head) -> WebhookEvent:
    membership = part(event, "membership")
    return events.MembershipEvent(
        **head,
        action=identifier(membership, "type"),
        membership_id=optional_integer(membership, "membershipId"),
    )


def _delivery(event: Part, head: _Head) -> WebhookEvent:
    return events.DeliveryEvent(**head, data=text(part(event, "delivery"), "data"))


def _module(event: Part, head: _Head) -> WebhookEvent:
    module = part(event, "module")
    return events.ModuleEvent(
        **head,
        action=identifier(module, "type"),
        bot_id=optional_identifier(module, "botId"),
        scopes=strings(module, "scopes"),
        reason=optional_text(module, "reason"),
    )


def _activated(event: Part, head: _Head) -> WebhookEvent:
    expires_at = optional_integer(optional_part(event, "chatControl"), "expireAt")
    return events.ActivatedEvent(**head, expires_at=expires_at)


def _plain(kind: Callable[..., WebhookEvent]) -> Callable[[Part, _Head], WebhookEvent]:
    return lambda _event, head: kind(**head)


_SOURCE_KINDS = {"user": SourceKind.USER, "group": SourceKind.GROUP, "room": SourceKind.ROOM}

_READERS: dict[str, Callable[[Part, _Head], WebhookEvent]] = {
    "message": _message,
    "messageEdited": _message_edited,
    "unsend": _unsend,
    "follow": _follow,
    "unfollow": _plain(events.UnfollowEvent),
    "join": _plain(events.JoinEvent),
    "leave": _plain(events.LeaveEvent),
    "memberJoined": _member_joined,
    "memberLeft": _member_left,
    "postback": _postback,
    "videoPlayComplete": _video_play_complete,
    "beacon": _beacon,
    "accountLink": _account_link,
    "membership": _membership,
    "delivery": _delivery,
    "module": _module,
    "activated": _activated,
    "deactivated": _plain(events.DeactivatedEvent),
    "botSuspended": _plain(events.BotSuspendedEvent),
    "botResumed": _plain(events.BotResumedEvent),
}
