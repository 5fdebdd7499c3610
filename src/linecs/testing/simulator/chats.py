"""A customer's one-to-one chat with an account, as the LINE app keeps and shows it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from linecs.testing.simulator.accounts import Channel, Person

if TYPE_CHECKING:
    from collections.abc import Iterator


__all__ = ["Bubble", "Chat", "Friendship", "QuickReply", "Sender", "actions_in", "shown_text"]

_OPEN_TO_NON_FRIENDS = 7 * 24 * 3600 * 1000


class Friendship(StrEnum):
    """What the account is to the customer."""

    FRIEND = "friend"
    BLOCKED = "blocked"
    NOT_FRIEND = "not_friend"


class Sender(StrEnum):
    """Whose bubble it is."""

    CUSTOMER = "customer"
    ACCOUNT = "account"


@frozen
class QuickReply:
    """A quick reply button on the screen."""

    label: str
    action: Mapping[str, Any]


@frozen(kw_only=True)
class Bubble:
    """One bubble on the customer's screen.

    Attributes:
        sender: `customer` or `account`.
        kind: LINE's message type, such as `text`, `sticker` or `flex`.
        text: A text's words; the `altText` of a template, Flex message or imagemap.
        message: The message's JSON.
        message_id: LINE's id of it.
        quick_replies: The quick reply buttons shown under it now.
        actions: The actions of its own buttons and areas, in order.
        quoted_message_id: The message it quotes, if any.
        read: Whether the other side has read it.
        at: When it was sent, epoch milliseconds.
    """

    sender: Sender
    kind: str
    text: str | None
    message: Mapping[str, Any]
    message_id: str
    quick_replies: tuple[QuickReply, ...]
    actions: tuple[Mapping[str, Any], ...]
    quoted_message_id: str | None
    read: bool
    at: int


@define
class Entry:
    """A bubble as the platform keeps it."""

    sender: Sender
    message: dict[str, Any]
    message_id: str
    at: int
    quoted_message_id: str | None = None
    read: bool = False


def shown_text(message: Mapping[str, Any]) -> str | None:
    """Return the words LINE shows for a message in the chat list, or None."""
    text = message.get("text", message.get("altText"))
    return text if isinstance(text, str) else None


def actions_in(value: object) -> Iterator[Mapping[str, Any]]:
    """Yield every action of a message's buttons and areas, in reading order.

    Quick replies are no part of the bubble and are left out.
    """
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("action", "defaultAction") and isinstance(inner, dict):
                yield inner
            elif key == "actions" and isinstance(inner, list):
                yield from inner
            elif key != "quickReply":
                yield from actions_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from actions_in(inner)


def _quick_replies(message: Mapping[str, Any]) -> tuple[QuickReply, ...]:
    items = message.get("quickReply", {}).get("items", [])
    return tuple(QuickReply(item["action"].get("label", ""), item["action"]) for item in items)


@define(eq=False)
class Chat:
    """One customer's chat with one channel's account.

    Attributes:
        channel: The account.
        person: The customer.
        user_id: The customer's id within the channel's provider.
        friendship: What the account is to the customer now.
        history: When the friendship changed, and to what.
        wrote_at: When the customer last wrote, epoch milliseconds.
        entries: The bubbles, oldest first.
        rich_menu_id: The menu linked to this user, if any.
        loading_until: Until when the loading animation shows, epoch milliseconds.
    """

    channel: Channel
    person: Person
    user_id: str
    friendship: Friendship = Friendship.NOT_FRIEND
    history: list[tuple[int, Friendship]] = field(factory=list)
    wrote_at: int | None = None
    entries: list[Entry] = field(factory=list)
    rich_menu_id: str | None = None
    loading_until: int = 0
    _quick_replies_used: bool = False

    def become(self, friendship: Friendship, now: int) -> None:
        """Change the friendship and remember when."""
        self.friendship = friendship
        self.history.append((now, friendship))

    def is_reachable(self, now: int) -> bool:
        """Say whether a push arrives: a friend, or someone who wrote within 7 days.

        Source: LINE Developers, "Send messages".
        """
        if self.friendship is Friendship.NOT_FRIEND:
            return self.wrote_at is not None and now - self.wrote_at <= _OPEN_TO_NON_FRIENDS
        return self.friendship is Friendship.FRIEND

    def has_profile(self) -> bool:
        """Say whether the account may read the customer's profile."""
        if self.friendship is Friendship.NOT_FRIEND:
            return self.wrote_at is not None
        return self.friendship is Friendship.FRIEND

    def add(self, entry: Entry) -> None:
        """Put a bubble at the end; older quick replies go."""
        self.entries.append(entry)
        self._quick_replies_used = False
        if entry.sender is Sender.CUSTOMER:
            self.wrote_at = entry.at
        else:
            self.loading_until = 0

    def use_quick_replies(self) -> None:
        """Take the quick replies off the screen, as a tap on one does."""
        self._quick_replies_used = True

    def find(self, message_id: str) -> Entry | None:
        """Return the bubble of that id, or None where there is none (any more)."""
        return next((entry for entry in self.entries if entry.message_id == message_id), None)

    def mark_read(self, sender: Sender, newest_id: str | None = None) -> None:
        """Mark bubbles of `sender` read: all, or up to the one of that id.

        The one itself need not be there any more.
        """
        for entry in self.entries:
            if entry.sender is sender and (newest_id is None or entry.message_id <= newest_id):
                entry.read = True

    def bubbles(self) -> tuple[Bubble, ...]:
        """Return what is on the screen, oldest first."""
        return tuple(self._bubble(entry) for entry in self.entries)

    def _bubble(self, entry: Entry) -> Bubble:
        shown = entry is self.entries[-1] and not self._quick_replies_used
        return Bubble(
            sender=entry.sender,
            kind=entry.message["type"],
            text=shown_text(entry.message),
            message=entry.message,
            message_id=entry.message_id,
            quick_replies=_quick_replies(entry.message) if shown else (),
            actions=tuple(actions_in(entry.message)),
            quoted_message_id=entry.quoted_message_id,
            read=entry.read,
            at=entry.at,
        )
