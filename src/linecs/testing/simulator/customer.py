"""A customer to play: what a person does in the LINE app, and what they see there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from linecs.testing.simulator import events
from linecs.testing.simulator.chats import Entry, Friendship, Sender
from linecs.testing.simulator.content import Content, plain_png
from linecs.testing.simulator.errors import SimulationError
from linecs.testing.simulator.links import DIALOG_PATH, visit_dialog
from linecs.testing.simulator.login import LoginCustomer
from linecs.testing.simulator.taps import Tap, find_target, picker_params, targets_on

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linecs.testing.simulator.accounts import Person
    from linecs.testing.simulator.chats import Bubble, Chat
    from linecs.testing.simulator.links import AccountLink
    from linecs.testing.simulator.webhooks import WebhookEvent, Webhooks
    from linecs.testing.simulator.world import World

__all__ = ["Customer"]


class Customer(LoginCustomer):
    """One person's side of the chat with one account.

    Every method that LINE would tell the account about sends the webhook and returns it.
    What a person cannot do in the app raises `SimulationError`.
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
    def person(self) -> Person:
        """The person behind it, the same one in every channel."""
        return self._chat.person

    @property
    def friendship(self) -> Friendship:
        """What the account is to the customer now."""
        return self._chat.friendship

    @property
    def chat(self) -> tuple[Bubble, ...]:
        """The bubbles on the customer's screen, oldest first."""
        with self._world.lock:
            return self._chat.bubbles()

    @property
    def rich_menu(self) -> Mapping[str, Any] | None:
        """The rich menu on the screen, as it was created: their own, or the default."""
        with self._world.lock:
            menu = self._world.rich_menu_of(self._chat)
            return None if menu is None else menu.body

    @property
    def sees_loading(self) -> bool:
        """Whether the loading animation shows."""
        return self._world.clock() < self._chat.loading_until

    def says(
        self,
        text: str,
        *,
        quoting: Bubble | WebhookEvent | None = None,
        emojis: Sequence[Mapping[str, Any]] | None = None,
        mention: Mapping[str, Any] | None = None,
    ) -> WebhookEvent:
        """Send a text."""
        quoted = quoting.message_id if quoting else None
        return self._send(
            events.text(text, emojis=emojis, mention=mention, quoted_message_id=quoted)
        )

    def sends_sticker(
        self,
        package_id: str = "446",
        sticker_id: str = "1988",
        *,
        resource_type: str = "STATIC",
        keywords: Sequence[str] | None = None,
        text: str | None = None,
    ) -> WebhookEvent:
        """Send a sticker; `text` is what is written on a message sticker."""
        return self._send(
            events.sticker(
                package_id, sticker_id, resource_type=resource_type, keywords=keywords, words=text
            )
        )

    def sends_image(
        self,
        data: bytes | None = None,
        *,
        content_type: str = "image/png",
        image_set: Mapping[str, Any] | None = None,
        external_url: str | None = None,
    ) -> WebhookEvent:
        """Send a picture, by default a small PNG.

        Args:
            data: The picture's bytes.
            content_type: Their media type.
            image_set: `id`, `index` and `total` of pictures sent together.
            external_url: Where a third party keeps the picture instead of LINE.
        """
        if external_url is not None:
            return self._send(
                events.image(provider={"type": "external", "originalContentUrl": external_url})
            )
        picture = plain_png() if data is None else data
        content = self._content("image", picture, content_type)
        return self._send(events.image(image_set=image_set), content)

    def sends_video(
        self,
        data: bytes,
        *,
        duration: int | None = None,
        content_type: str = "video/mp4",
        preparing_seconds: float = 0,
        preparing_fails: bool = False,
    ) -> WebhookEvent:
        """Send a video of `duration` milliseconds.

        Args:
            data: The video's bytes.
            duration: Its length.
            content_type: Its media type.
            preparing_seconds: How long LINE answers 202 before it can be fetched.
            preparing_fails: Whether LINE fails to prepare it.
        """
        content = self._content("video", data, content_type, preparing_seconds, preparing_fails)
        return self._send(events.video(duration=duration), content)

    def sends_audio(
        self,
        data: bytes,
        *,
        duration: int | None = None,
        content_type: str = "audio/x-m4a",
        preparing_seconds: float = 0,
        preparing_fails: bool = False,
    ) -> WebhookEvent:
        """Send a voice message; the arguments are those of `sends_video`."""
        content = self._content("audio", data, content_type, preparing_seconds, preparing_fails)
        return self._send(events.audio(duration=duration), content)

    def sends_file(
        self, name: str, data: bytes, *, content_type: str = "application/octet-stream"
    ) -> WebhookEvent:
        """Send a file."""
        return self._send(events.file(name, len(data)), self._content("file", data, content_type))

    def sends_location(
        self,
        latitude: float,
        longitude: float,
        *,
        title: str | None = None,
        address: str | None = None,
    ) -> WebhookEvent:
        """Send a place on the map."""
        return self._send(events.location(latitude, longitude, title=title, address=address))

    def taps(self, wanted: str | Mapping[str, Any], *, value: str | None = None) -> Tap:
        """Tap a quick reply, a button, a picture or an area of the rich menu.

        Args:
            wanted: Its label, what it sends, or its whole action; the newest one wins.
            value: What is picked in a date and time picker.

        Raises:
            SimulationError: There is no such thing on the screen.
        """
        with self._world.lock:
            shown = targets_on(self._chat.bubbles(), self.rich_menu)
            target = find_target(shown, wanted)
            self._require_open("tap")
            if target.is_quick_reply:
                self._chat.use_quick_replies()
        return self._act(target.action, value)

    def unsends(self, message: WebhookEvent | Bubble) -> WebhookEvent:
        """Take back a message of one's own; its bubble and content are gone."""
        with self._world.lock:
            entry = self._chat.find(message.message_id or "")
            if entry is None or entry.sender is not Sender.CUSTOMER:
                raise SimulationError("Only a message of one's own that is there can be unsent.")
            self._chat.entries.remove(entry)
            self._world.contents.pop(entry.message_id, None)
        return self._tell(events.unsend(entry.message_id))

    def follows(self) -> WebhookEvent:
        """Add the account as a friend."""
        if self._chat.friendship is not Friendship.NOT_FRIEND:
            raise SimulationError("Only who is not a friend can follow; see unblocks().")
        self._become(Friendship.FRIEND)
        return self._tell(events.follow(is_unblocked=False))

    def blocks(self) -> WebhookEvent:
        """Block the account."""
        if self._chat.friendship is Friendship.BLOCKED:
            raise SimulationError("The account is blocked already.")
        self._become(Friendship.BLOCKED)
        return self._tell(events.bot_event("unfollow"))

    def unblocks(self) -> WebhookEvent:
        """Take the block back; the account is a friend again."""
        if self._chat.friendship is not Friendship.BLOCKED:
            raise SimulationError("The account is not blocked.")
        self._become(Friendship.FRIEND)
        return self._tell(events.follow(is_unblocked=True))

    def reads(self) -> None:
        """Open the chat and read it; LINE tells the account nothing."""
        with self._world.lock:
            self._chat.mark_read(Sender.ACCOUNT)

    def watches(self, video: Bubble) -> WebhookEvent:
        """Watch a video with a tracking id to its end."""
        tracking_id = video.message.get("trackingId")
        if tracking_id is None:
            raise SimulationError("LINE reports videos with a trackingId only.")
        return self._tell(events.video_play_complete(tracking_id))

    def links_account(self, url: str) -> AccountLink:
        """Open the account link dialog, as the redirect from the shop's page does.

        Args:
            url: The dialog's address with `linkToken` and `nonce`.

        Raises:
            SimulationError: It is the address of something else.
        """
        parts = urlsplit(url)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.path != DIALOG_PATH:
            raise SimulationError(f"The account link dialog is at {DIALOG_PATH}.")
        link_token, nonce = query.get("linkToken", ""), query.get("nonce", "")
        return visit_dialog(self._world, self._webhooks, self.person, link_token, nonce)

    def _send(self, message: dict[str, Any], content: Content | None = None) -> WebhookEvent:
        self._require_open("write")
        with self._world.lock:
            entry = self._add(message)
            if content is not None:
                self._world.contents[entry.message_id] = content
            shown = self._world.as_webhook_content(self._chat, entry)
        return self._tell(events.message(shown))

    def _add(self, message: dict[str, Any]) -> Entry:
        entry = Entry(
            sender=Sender.CUSTOMER,
            message=message,
            message_id=self._world.ids.message_id(),
            at=self._world.clock(),
            quoted_message_id=message.get("quotedMessageId"),
            read=not self._chat.channel.chat_is_on,
        )
        self._chat.add(entry)
        return entry

    def _tell(self, event: Mapping[str, Any]) -> WebhookEvent:
        return self._webhooks.send(self._chat.channel, event, chat=self._chat)

    def _become(self, friendship: Friendship) -> None:
        with self._world.lock:
            self._chat.become(friendship, self._world.clock())

    def _require_open(self, verb: str) -> None:
        if self._chat.friendship is Friendship.BLOCKED:
            raise SimulationError(f"The account is blocked; call unblocks() to {verb} again.")

    def _act(self, action: Mapping[str, Any], value: str | None) -> Tap:
        kind = action["type"]
        if kind == "message":
            return Tap(kind=kind, event=self.says(action["text"]))
        if kind == "postback":
            return Tap(kind=kind, event=self._posts_back(action))
        if kind == "datetimepicker":
            params = picker_params(action, value)
            return Tap(kind=kind, event=self._tell(events.postback(action["data"], params)))
        if kind == "richmenuswitch":
            raise SimulationError("The simulator has no rich menu aliases to switch to.")
        uri = action.get("uri", action.get("linkUri"))
        return Tap(kind=kind, uri=uri, copied=action.get("clipboardText"))

    def _posts_back(self, action: Mapping[str, Any]) -> WebhookEvent:
        words = action.get("displayText", action.get("text"))
        if words is not None:
            with self._world.lock:
                self._add(events.text(words))
        return self._tell(events.postback(action["data"]))

    def _content(
        self,
        kind: str,
        data: bytes,
        content_type: str,
        preparing_seconds: float = 0,
        preparing_fails: bool = False,  # noqa: FBT001, FBT002 - called here alone
    ) -> Content:
        now = self._world.clock()
        return Content(
            channel_id=self._chat.channel.channel_id,
            kind=kind,
            data=data,
            preview=plain_png(),
            content_type=content_type,
            ready_at=now + int(preparing_seconds * 1000),
            expires_at=now + self._world.content_lifetime,
            fails=preparing_fails,
        )
