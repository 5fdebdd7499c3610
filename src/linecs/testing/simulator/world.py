"""What the simulated platform knows: accounts, people, chats, tokens."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from linecs.testing.simulator.accounts import AccessToken, Channel, Person
from linecs.testing.simulator.chats import Chat, Friendship
from linecs.testing.simulator.events import QUOTABLE
from linecs.testing.simulator.ids import stable_hex, stable_token
from linecs.testing.simulator.ledger import Ledger
from linecs.testing.simulator.login_state import LoginState
from linecs.testing.simulator.reply_tokens import ReplyTokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linecs.testing.simulator.chats import Entry
    from linecs.testing.simulator.content import Content
    from linecs.testing.simulator.ids import Ids
    from linecs.testing.simulator.links import LinkToken
    from linecs.testing.simulator.rich_menus import RichMenu
    from linecs.testing.simulator.wire import Call

__all__ = ["World"]


class World:
    """The state behind the simulator; take `lock` to read or change it.

    Args:
        clock: Returns the current moment in epoch milliseconds, UTC.
        ids: Where every id and token comes from.
        reply_token_seconds: How long reply tokens live.
        content_days: How long content is kept.
    """

    def __init__(
        self,
        clock: Callable[[], int],
        *,
        ids: Ids,
        reply_token_seconds: float,
        content_days: float,
    ) -> None:
        self.clock = clock
        self.ids = ids
        self.lock = threading.RLock()
        self.channels: dict[str, Channel] = {}
        self.people: dict[str, Person] = {}
        self.chats: dict[tuple[str, str], Chat] = {}
        self.access_tokens: dict[str, AccessToken] = {}
        self.reply_tokens = ReplyTokens(self.ids, int(reply_token_seconds * 1000))
        self.ledger = Ledger()
        self.login = LoginState(self.ids)
        self.quote_tokens: dict[str, tuple[Chat | None, str]] = {}
        self.content_lifetime = int(content_days * 24 * 3600 * 1000)
        self.contents: dict[str, Content] = {}
        self.rich_menus: dict[str, RichMenu] = {}
        self.link_tokens: dict[str, LinkToken] = {}
        self.mark_as_read_tokens: dict[str, tuple[Chat, str]] = {}

    def add_channel(self, name: str, provider: str) -> Channel:
        """Create a channel with an account of that name."""
        number = len(self.channels)
        key = (self.ids.seed, provider, name, number)
        channel = Channel(
            channel_id=str(1_650_000_000 + int(stable_hex("channel", *key)[:6], 16) * 10 + number),
            name=name,
            provider=provider,
            secret=stable_hex("secret", *key),
            access_token=stable_token("long-lived", *key),
            bot_user_id="U" + stable_hex("bot", *key),
            basic_id=f"@{stable_hex('basic', *key)[:3]}{number:05d}",
        )
        self.channels[channel.channel_id] = channel
        self.access_tokens[channel.access_token] = AccessToken(
            channel_id=channel.channel_id, kind="long-lived", issued_at=self.clock()
        )
        return channel

    def person(self, name: str, display_name: str | None = None) -> Person:
        """Return the person of that name, created at the first mention."""
        known = self.people.get(name)
        if known is None:
            known = self.people[name] = Person(name=name, display_name=display_name or name)
        elif display_name is not None:
            known.display_name = display_name
        return known

    def chat(self, channel: Channel, person: Person) -> Chat | None:
        """Return the person's chat with the channel's account, or None so far."""
        return self.chats.get((channel.channel_id, person.user_id(channel.provider)))

    def open_chat(self, channel: Channel, person: Person, *, friend: bool) -> Chat:
        """Return the person's chat with the channel's account, created if there is none."""
        known = self.chat(channel, person)
        if known is not None:
            return known
        user_id = person.user_id(channel.provider)
        chat = Chat(channel=channel, person=person, user_id=user_id)
        chat.become(Friendship.FRIEND if friend else Friendship.NOT_FRIEND, self.clock())
        self.chats[channel.channel_id, user_id] = chat
        return chat

    def find_chat(self, channel: Channel, user_id: object) -> Chat | None:
        """Return the chat of a user id of the channel's provider, or None."""
        return self.chats.get((channel.channel_id, user_id)) if isinstance(user_id, str) else None

    def chats_of(self, channel: Channel) -> Iterator[Chat]:
        """Yield every chat of a channel, oldest first."""
        return (each for each in self.chats.values() if each.channel is channel)

    def is_foreign(self, channel: Channel, user_id: str) -> bool:
        """Say whether the id belongs to someone, but under another provider."""
        if self.find_chat(channel, user_id) is not None:
            return False
        others = {each.provider for each in self.channels.values()}
        others |= {each.provider for each in self.login.channels.values()}
        return any(
            person.user_id(provider) == user_id
            for provider in others - {channel.provider}
            for person in self.people.values()
        )

    def used_this_month(self, channel: Channel, now: int) -> int:
        """Return how many messages count against the channel's quota this month."""
        return self.ledger.charged_in_month(channel.channel_id, now) + channel.used_elsewhere

    def quoted(self, token: object, chat: Chat | None) -> str | None:
        """Return the message a quote token quotes in that chat, or None."""
        known = self.quote_tokens.get(token) if isinstance(token, str) else None
        return known[1] if known is not None and known[0] is chat else None

    def issue_quote_token(self, chat: Chat | None, message_id: str) -> str:
        """Return a token that quotes the message; it never expires."""
        token = self.ids.token("quote")
        self.quote_tokens[token] = (chat, message_id)
        return token

    def as_webhook_content(self, chat: Chat, entry: Entry) -> dict[str, Any]:
        """Return a customer's message as the webhook shows it: with its id and tokens."""
        content = {**entry.message, "id": entry.message_id}
        if content["type"] in QUOTABLE:
            content["quoteToken"] = self.issue_quote_token(chat, entry.message_id)
        token = self.ids.token("mark-as-read")
        self.mark_as_read_tokens[token] = (chat, entry.message_id)
        return {**content, "markAsReadToken": token}

    def rich_menu_of(self, chat: Chat) -> RichMenu | None:
        """Return the menu a customer sees: their own, or the channel's default."""
        menu_id = chat.rich_menu_id or chat.channel.default_rich_menu_id
        return self.rich_menus.get(menu_id) if menu_id else None

    def users_named_in(self, call: Call) -> set[str]:
        """Return the ids of the users a call names, or answers through a reply token."""
        body = call.body_json()
        fields = body if isinstance(body, dict) else {}
        named = {call.parameters.get("userId"), fields.get("chatId")}
        to = fields.get("to")
        named.update(to if isinstance(to, list) else [to])
        chat = self.reply_tokens.chat_of(fields.get("replyToken"))
        return {each for each in named if isinstance(each, str)} | (
            {chat.user_id} if chat else set()
        )

    def default_channel(self) -> Channel:
        """Return the first channel; the simulator adds it at its start."""
        return next(iter(self.channels.values()))
