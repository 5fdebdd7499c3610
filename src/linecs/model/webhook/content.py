"""What a message event brings.

Source: LINE Developers, "Messaging API reference", Message event. Texts are safe to store:
NUL characters and lone surrogates are U+FFFD here, one for one, and as they came in `raw`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from attrs import field, frozen

from linecs.model.ids import LineUserId

__all__ = [
    "AudioContent",
    "ContentHead",
    "Emoji",
    "FileContent",
    "ImageContent",
    "ImageSet",
    "LocationContent",
    "Mention",
    "MessageContent",
    "ProvidedContent",
    "StickerContent",
    "TextContent",
    "UnrecognisedContent",
    "VideoContent",
]


@frozen(kw_only=True)
class ContentHead:
    """What every kind of message carries.

    Attributes:
        line_message_id: LINE's id; empty only on unrecognised content.
        quote_token: Quotes this message in an answer; never expires.
        mark_as_read_token: Marks this message and all earlier ones read; never expires.
        quoted_line_message_id: The message the customer quotes, by id; LINE gives no content.
        raw: The message object as it came.
    """

    line_message_id: str
    quote_token: str | None = field(default=None, repr=False)
    mark_as_read_token: str | None = field(default=None, repr=False)
    quoted_line_message_id: str | None = None
    raw: Mapping[str, Any] = field(repr=False)


@frozen(kw_only=True)
class Emoji:
    """A LINE emoji within a text; `index` and `length` are UTF-16 code units."""

    index: int
    length: int
    product_id: str
    emoji_id: str


@frozen(kw_only=True)
class Mention:
    """A mention within a text; `index` and `length` are UTF-16 code units.

    Attributes:
        kind: `user` or `all`, or as it came.
        is_self: Whether this account is meant.
    """

    kind: str
    index: int
    length: int
    user_id: LineUserId | None = None
    is_self: bool = False


@frozen(kw_only=True)
class TextContent(ContentHead):
    """A text; a LINE emoji in it reads like `(hello)`."""

    kind: ClassVar[str] = "text"
    text: str = field(repr=False)
    emojis: tuple[Emoji, ...] = ()
    mentions: tuple[Mention, ...] = ()


@frozen(kw_only=True)
class ImageSet:
    """Pictures sent together arrive one by one, in any order.

    Attributes:
        index: From 1; None from some old versions of LINE, as is `total`.
    """

    id: str
    index: int | None = None
    total: int | None = None


@frozen(kw_only=True)
class ProvidedContent(ContentHead):
    """Content that LINE or a third party holds.

    Attributes:
        provider: `line` or `external`, or as it came; only `line` may be fetched.
        original_content_url: A third party's address; never to be fetched.
        preview_image_url: A third party's address; never to be fetched.
    """

    provider: str
    original_content_url: str | None = field(default=None, repr=False)
    preview_image_url: str | None = field(default=None, repr=False)


@frozen(kw_only=True)
class ImageContent(ProvidedContent):
    """A picture."""

    kind: ClassVar[str] = "image"
    image_set: ImageSet | None = None


@frozen(kw_only=True)
class VideoContent(ProvidedContent):
    """A video; `duration` in milliseconds."""

    kind: ClassVar[str] = "video"
    duration: int | None = None


@frozen(kw_only=True)
class AudioContent(ProvidedContent):
    """A voice message; `duration` in milliseconds."""

    kind: ClassVar[str] = "audio"
    duration: int | None = None


@frozen(kw_only=True)
class FileContent(ContentHead):
    """A file, held by LINE; `file_size` in bytes."""

    kind: ClassVar[str] = "file"
    file_name: str = field(repr=False)
    file_size: int


@frozen(kw_only=True)
class LocationContent(ContentHead):
    """A place; degrees north and east."""

    kind: ClassVar[str] = "location"
    title: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    latitude: float = field(repr=False)
    longitude: float = field(repr=False)


@frozen(kw_only=True)
class StickerContent(ContentHead):
    """A sticker; LINE gives no picture of it.

    Attributes:
        resource_type: LINE's `stickerResourceType`, as it came.
        keywords: At most 15, a random choice where there are more; experimental.
        text: What the customer wrote on a message sticker.
    """

    kind: ClassVar[str] = "sticker"
    package_id: str
    sticker_id: str
    resource_type: str = ""
    keywords: tuple[str, ...] = ()
    text: str | None = field(default=None, repr=False)


@frozen(kw_only=True)
class UnrecognisedContent(ContentHead):
    """A message of a new kind, or one that is not as LINE describes it.

    Attributes:
        kind: LINE's `type` as it came, `unrecognised` where there was none.
    """

    kind: str


MessageContent = (
    TextContent
    | ImageContent
    | VideoContent
    | AudioContent
    | FileContent
    | LocationContent
    | StickerContent
    | UnrecognisedContent
)
