"""Writes typed events back in LINE's own names, to compare them with what LINE sent."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any

from linecs.model import webhook
from linecs.model.webhook import SourceKind

if TYPE_CHECKING:
    from linecs.model.webhook import EventHead, Source


def as_line_wrote(event: EventHead) -> dict[str, Any]:
    """Return the event's typed parts as LINE's JSON; what is None or empty is left out."""
    return _without_gaps(
        {
            "type": event.type,
            "mode": event.mode,
            "timestamp": event.occurred_at,
            "webhookEventId": event.id,
            "deliveryContext": {"isRedelivery": event.is_redelivery},
            "replyToken": event.reply_token,
            "source": _source(event.source),
            **_particular(event),
        }
    )


def _without_gaps(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value not in (None, (), [], {})}


def _source(source: Source) -> dict[str, Any] | None:
    if source.kind is SourceKind.NONE:
        return None
    return _without_gaps(
        {
            "type": source.kind.value,
            "userId": source.user_id,
            "groupId": source.group_id,
            "roomId": source.room_id,
        }
    )


@singledispatch
def _particular(_event: object) -> dict[str, Any]:
    return {}


@_particular.register
def _(event: webhook.MessageEvent | webhook.MessageEditedEvent) -> dict[str, Any]:
    content = event.message
    head = {
        "type": content.kind,
        "id": content.line_message_id,
        "quoteToken": content.quote_token,
        "markAsReadToken": content.mark_as_read_token,
        "quotedMessageId": content.quoted_line_message_id,
    }
    return {"message": _without_gaps({**head, **_content(content)})}


@_particular.register
def _(event: webhook.UnsendEvent) -> dict[str, Any]:
    return {"unsend": {"messageId": event.line_message_id}}


@_particular.register
def _(event: webhook.FollowEvent) -> dict[str, Any]:
    return {"follow": {"isUnblocked": event.is_unblocked}}


@_particular.register
def _(event: webhook.MemberJoinedEvent) -> dict[str, Any]:
    return {"joined": {"members": [{"type": "user", "userId": each} for each in event.members]}}


@_particular.register
def _(event: webhook.MemberLeftEvent) -> dict[str, Any]:
    return {"left": {"members": [{"type": "user", "userId": each} for each in event.members]}}


@_particular.register
def _(event: webhook.PostbackEvent) -> dict[str, Any]:
    return {"postback": _without_gaps({"data": event.data, "params": dict(event.params)})}


@_particular.register
def _(event: webhook.VideoPlayCompleteEvent) -> dict[str, Any]:
    return {"videoPlayComplete": {"trackingId": event.tracking_id}}


@_particular.register
def _(event: webhook.BeaconEvent) -> dict[str, Any]:
    beacon = {"hwid": event.hardware_id, "type": event.action, "dm": event.device_message}
    return {"beacon": _without_gaps(beacon)}


@_particular.register
def _(event: webhook.AccountLinkEvent) -> dict[str, Any]:
    return {"link": {"result": event.result, "nonce": event.nonce}}


@_particular.register
def _(event: webhook.MembershipEvent) -> dict[str, Any]:
    return {"membership": {"type": event.action, "membershipId": event.membership_id}}


@_particular.register
def _(event: webhook.DeliveryEvent) -> dict[str, Any]:
    return {"delivery": {"data": event.data}}


@_particular.register
def _(event: webhook.ModuleEvent) -> dict[str, Any]:
    module = {
        "type": event.action,
        "botId": event.bot_id,
        "scopes": list(event.scopes),
        "reason": event.reason,
    }
    return {"module": _without_gaps(module)}


@_particular.register
def _(event: webhook.ActivatedEvent) -> dict[str, Any]:
    return {"chatControl": {"expireAt": event.expires_at}}


@singledispatch
def _content(_content: object) -> dict[str, Any]:
    return {}


@_content.register
def _(content: webhook.TextContent) -> dict[str, Any]:
    emojis = [
        {
            "index": each.index,
            "length": each.length,
            "productId": each.product_id,
            "emojiId": each.emoji_id,
        }
        for each in content.emojis
    ]
    mentionees = [
        _without_gaps(
            {
                "type": each.kind,
                "index": each.index,
                "length": each.length,
                "userId": each.user_id,
                "isSelf": each.is_self if each.kind == "user" else None,
            }
        )
        for each in content.mentions
    ]
    mention = {"mentionees": mentionees} if mentionees else None
    return {"text": content.text, "emojis": emojis, "mention": mention}


def _provided(
    content: webhook.ImageContent | webhook.VideoContent | webhook.AudioContent,
) -> dict[str, Any]:
    return _without_gaps(
        {
            "type": content.provider,
            "originalContentUrl": content.original_content_url,
            "previewImageUrl": content.preview_image_url,
        }
    )


@_content.register
def _(content: webhook.ImageContent) -> dict[str, Any]:
    image_set = content.image_set and _without_gaps(
        {
            "id": content.image_set.id,
            "index": content.image_set.index,
            "total": content.image_set.total,
        }
    )
    return {"contentProvider": _provided(content), "imageSet": image_set}


@_content.register
def _(content: webhook.VideoContent | webhook.AudioContent) -> dict[str, Any]:
    return {"contentProvider": _provided(content), "duration": content.duration}


@_content.register
def _(content: webhook.FileContent) -> dict[str, Any]:
    return {"fileName": content.file_name, "fileSize": content.file_size}


@_content.register
def _(content: webhook.LocationContent) -> dict[str, Any]:
    return {
        "title": content.title,
        "address": content.address,
        "latitude": content.latitude,
        "longitude": content.longitude,
    }


@_content.register
def _(content: webhook.StickerContent) -> dict[str, Any]:
    return {
        "packageId": content.package_id,
        "stickerId": content.sticker_id,
        "stickerResourceType": content.resource_type,
        "keywords": list(content.keywords),
        "text": content.text,
    }
