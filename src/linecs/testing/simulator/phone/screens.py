"""What a customer's screen shows, as JSON for the page; take the world's lock first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linecs.testing.simulator.chats import Bubble, Chat
    from linecs.testing.simulator.webhooks import Webhooks
    from linecs.testing.simulator.world import World

__all__ = ["fingerprint", "key_of", "platform", "screen"]

_NEWEST = 300


def key_of(chat: Chat) -> str:
    """Return what names a chat in the page's addresses."""
    return f"{chat.channel.channel_id}/{chat.user_id}"


def fingerprint(world: World, webhooks: Webhooks, chat: Chat) -> tuple[object, ...]:
    """Return what differs whenever the screen does, without drawing it."""
    menu = world.rich_menu_of(chat)
    bubbles = chat.bubbles()
    return (
        chat.person.display_name,
        chat.friendship,
        [bubble.message_id for bubble in bubbles],
        sum(bubble.read for bubble in bubbles),
        bubbles[-1].quick_replies if bubbles else (),
        menu and (menu.rich_menu_id, menu.picture is not None),
        world.clock() < chat.loading_until,
        len(webhooks.sent),
    )


def screen(world: World, webhooks: Webhooks, chat: Chat) -> dict[str, Any]:
    """Return one customer's screen, at most the newest 300 bubbles."""
    shown = [_bubble(world, each) for each in chat.bubbles()]
    notices = [*_unsent(webhooks, chat)]
    ordered = sorted([*shown, *notices], key=lambda each: each["id"])
    return {
        "key": key_of(chat),
        "name": chat.person.name,
        "person": chat.person.display_name,
        "account": chat.channel.name,
        "friendship": chat.friendship,
        "isWaiting": world.clock() < chat.loading_until,
        "menu": _menu(world, chat),
        "bubbles": ordered[-_NEWEST:],
        "quickReplies": shown[-1]["quickReplies"] if shown else [],
    }


def platform(world: World, webhooks: Webhooks) -> dict[str, Any]:
    """Return what the page's head shows: the time, and how the last webhook fared."""
    last = webhooks.deliveries[-1] if webhooks.deliveries else None
    return {
        "endpoint": world.default_channel().endpoint,
        "delivery": last and {"status": last.status, "reason": last.reason, "at": last.at},
    }


def _bubble(world: World, bubble: Bubble) -> dict[str, Any]:
    return {
        "id": bubble.message_id,
        "sender": bubble.sender,
        "kind": bubble.kind,
        "message": bubble.message,
        "quoted": bubble.quoted_message_id,
        "isRead": bubble.read,
        "at": bubble.at,
        "hasContent": bubble.message_id in world.contents,
        "quickReplies": [dict(each.action) for each in bubble.quick_replies],
    }


def _unsent(webhooks: Webhooks, chat: Chat) -> Iterator[dict[str, Any]]:
    """Yield a line in the place of each message the customer took back."""
    written: dict[str, int] = {}
    for sent in list(webhooks.sent):
        event = sent.event
        source = event.get("source", {})
        if sent.channel_id != chat.channel.channel_id or source.get("userId") != chat.user_id:
            continue
        if event["type"] == "message":
            written[event["message"]["id"]] = event["timestamp"]
        elif event["type"] == "unsend":
            message_id = event["unsend"]["messageId"]
            at = written.get(message_id, event["timestamp"])
            yield {"id": message_id, "kind": "unsent", "sender": "notice", "at": at}


def _menu(world: World, chat: Chat) -> dict[str, Any] | None:
    menu = world.rich_menu_of(chat)
    if menu is None:
        return None
    return {"id": menu.rich_menu_id, "hasPicture": menu.picture is not None, **menu.body}
