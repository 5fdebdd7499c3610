"""Types the message of an event, kind by kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linecs.intake.reading import (
    MisshapenError,
    each_of,
    identifier,
    integer,
    number,
    optional_identifier,
    optional_integer,
    optional_part,
    optional_text,
    part,
    strings,
    text,
    word,
)
from linecs.model.ids import LineUserId
from linecs.model.webhook.content import (
    AudioContent,
    Emoji,
    FileContent,
    ImageContent,
    ImageSet,
    LocationContent,
    Mention,
    StickerContent,
    TextContent,
    UnrecognisedContent,
    VideoContent,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from linecs.intake.reading import (
        Part,
    )
    from linecs.model.webhook.content import (
        MessageContent,
    )

__all__ = ["message_content"]

_Head = dict[str, Any]


def message_content(message: Part) -> MessageContent:
    """Return the message's typed value; unrecognised where it is not as LINE describes it."""
    kind = word(message, "type")
    read = _READERS.get(kind)
    if read is not None:
        try:
            return read(message, _head(message, identifier(message, "id")))
        except MisshapenError:
            pass
    line_message_id = optional_identifier(message, "id") or ""
    return UnrecognisedContent(kind=kind, **_head(message, line_message_id))


def _head(message: Part, line_message_id: str) -> _Head:
    return {
        "line_message_id": line_message_id,
        "quote_token": optional_text(message, "quoteToken"),
        "mark_as_read_token": optional_text(message, "markAsReadToken"),
        "quoted_line_message_id": optional_identifier(message, "quotedMessageId"),
        "raw": message,
    }


def _text(message: Part, head: _Head) -> TextContent:
    return TextContent(
        **head,
        text=text(message, "text"),
        emojis=each_of(message, "emojis", _emoji),
        mentions=each_of(optional_part(message, "mention"), "mentionees", _mention),
    )


def _emoji(emoji: Part) -> Emoji:
    return Emoji(
        index=integer(emoji, "index"),
        length=integer(emoji, "length"),
        product_id=identifier(emoji, "productId"),
        emoji_id=identifier(emoji, "emojiId"),
    )


def _mention(mention: Part) -> Mention:
    user_id = optional_identifier(mention, "userId")
    return Mention(
        kind=word(mention, "type"),
        index=integer(mention, "index"),
        length=integer(mention, "length"),
        user_id=LineUserId(user_id) if user_id else None,
        is_self=mention.get("isSelf") is True,
    )


def _image(message: Part, head: _Head) -> ImageContent:
    image_set = optional_part(message, "imageSet")
    return ImageContent(
        **head,
        **_provided(message),
        image_set=_image_set(image_set) if optional_identifier(image_set, "id") else None,
    )


def _image_set(image_set: Part) -> ImageSet:
    return ImageSet(
        id=identifier(image_set, "id"),
        index=optional_integer(image_set, "index"),
        total=optional_integer(image_set, "total"),
    )


def _video(message: Part, head: _Head) -> VideoContent:
    duration = optional_integer(message, "duration")
    return VideoContent(**head, **_provided(message), duration=duration)


def _audio(message: Part, head: _Head) -> AudioContent:
    duration = optional_integer(message, "duration")
    return AudioContent(**head, **_provided(message), duration=duration)


def _provided(message: Part) -> _Head:
    provider = part(message, "contentProvider")
    return {
        "provider": identifier(provider, "type"),
        "original_content_url": optional_text(provider, "originalContentUrl"),
        "preview_image_url": optional_text(provider, "previewImageUrl"),
    }


def _file(message: Part, head: _Head) -> FileContent:
    return FileContent(
        **head, file_name=text(message, "fileName"), file_size=integer(message, "fileSize")
    )


def _location(message: Part, head: _Head) -> LocationContent:
    return LocationContent(
        **head,
        title=optional_text(message, "title"),
        address=optional_text(message, "address"),
        latitude=number(message, "latitude"),
        longitude=number(message, "longitude"),
    )


def _sticker(message: Part, head: _Head) -> StickerContent:
    return StickerContent(
        **head,
        package_id=identifier(message, "packageId"),
        sticker_id=identifier(message, "stickerId"),
        resource_type=word(message, "stickerResourceType"),
        keywords=strings(message, "keywords"),
        text=optional_text(message, "text"),
    )


_READERS: dict[str, Callable[[Part, _Head], MessageContent]] = {
    "text": _text,
    "image": _image,
    "video": _video,
    "audio": _audio,
    "file": _file,
    "location": _location,
    "sticker": _sticker,
}
