"""A customer to play: what a person does in the LINE app, and what they see there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linecs.testing.simulator import events
from linecs.testing.simulator.chats import Entry, Friendship, Sender
from linecs.testing.simulator.errors import SimulationError

if TYPE_CHECKING:
    from linecs.testing.simulator.chats import Bubble, Chat
    from linecs.testing.simulator.webhooks import WebhookEvent, Webhooks
    from linecs.testing.simulator.world import World

__all__ = ["Customer"]


class Customer:
    """One person's side of the chat with one account.

    Every method that LINE would tell the account about sends the webhook and returns it.
    """

    def __init__(self, world: World, webhooks: Webhooks, chat: Chat) -> None:
        self._world = world
        self._webhooks = webhooks
        self._chat = chat

    @property
    def user_id(self) -> str:
        """The LINE user id, valid within the channel's provider."""
        return self._chat.user_id

    @property
    def friendship(self) -> Friendship:
        """What the account is to the customer now."""
        return self._chat.friendship

    @property
    def chat(self) -> tuple[Bubble, ...]:
        """The bubbles on the customer's screen, oldest first."""
        with self._world.lock:
            return self._chat.bubbles()

    def says(self, text: str) -> WebhookEvent:
        """Send a text."""
        return self._send(events.text_message(text))

    def _send(self, message: dict[str, Any]) -> WebhookEvent:
        if self._chat.friendship is Friendship.BLOCKED:
            raise SimulationError("The account is blocked; call unblocks() before writing.")
        with self._world.lock:
            entry = self._entry(message)
            self._chat.add(entry)
            content = self._world.as_webhook_content(self._chat, entry)
        event = {"type": "message", "message": content}
        return self._webhooks.send(self._chat.channel, event, chat=self._chat)

    def _entry(self, message: dict[str, Any]) -> Entry:
        return Entry(
            sender=Sender.CUSTOMER,
            message=message,
            message_id=self._world.ids.message_id(),
            at=self._world.clock(),
            read=not self._chat.channel.chat_is_on,
        )
