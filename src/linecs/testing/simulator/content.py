"""What customers send as files: fetched once it is prepared, until it expires.

Source: LINE Developers, "Messaging API reference", Get content. How long LINE keeps
content is undisclosed; the simulator's two weeks are a setting.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from attrs import define, field

from linecs.testing.simulator.wire import Answer, Route, refuse

if TYPE_CHECKING:
    from linecs.testing.simulator.wire import Call
    from linecs.testing.simulator.world import World

__all__ = ["Content", "ContentApi", "plain_png"]

_PREVIEWED = frozenset({"image", "video"})
_TRANSCODED = frozenset({"video", "audio"})


@define(eq=False, kw_only=True)
class Content:
    """A file a customer has sent.

    Attributes:
        channel_id: The account it was sent to.
        kind: The message's type.
        data: The file.
        preview: The smaller picture of an image or a video.
        content_type: Its media type.
        ready_at: When it is prepared, epoch milliseconds.
        expires_at: When the platform drops it, epoch milliseconds.
        fails: Whether preparing it fails.
    """

    channel_id: str
    kind: str
    data: bytes = field(repr=False)
    preview: bytes = field(repr=False)
    content_type: str
    ready_at: int
    expires_at: int
    fails: bool = False

    def state(self, now: int) -> str:
        """Return `processing`, `succeeded` or `failed`."""
        if now < self.ready_at:
            return "processing"
        return "failed" if self.fails else "succeeded"


class ContentApi:
    """The endpoints that hand out what customers sent."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """Return the endpoints of this subject."""
        base = "/v2/bot/message/{messageId}/content"
        return [
            Route("GET", base, self._content),
            Route("GET", f"{base}/preview", self._preview),
            Route("GET", f"{base}/transcoding", self._transcoding),
        ]

    def _content(self, call: Call) -> Answer:
        content = self._find(call)
        state = content.state(call.at)
        if state == "processing":
            return Answer(status=202)
        if state == "failed":
            refuse(404, "Not found")
        return Answer(body=content.data, headers={"Content-Type": content.content_type})

    def _preview(self, call: Call) -> Answer:
        content = self._find(call)
        if content.kind not in _PREVIEWED or content.state(call.at) == "failed":
            refuse(404, "Not found")
        if content.state(call.at) == "processing":
            return Answer(status=202)
        return Answer(body=content.preview, headers={"Content-Type": "image/png"})

    def _transcoding(self, call: Call) -> Answer:
        content = self._find(call)
        if content.kind not in _TRANSCODED:
            refuse(404, "Not found")
        return Answer(json={"status": content.state(call.at)})

    def _find(self, call: Call) -> Content:
        content = self._world.contents.get(call.parameters["messageId"])
        if content is None or content.channel_id != call.sender().channel_id:
            refuse(404, "Not found")
        if call.at >= content.expires_at:
            refuse(410, "Gone")
        return content


def plain_png(width: int = 32, height: int = 24, colour: bytes = b"\x06\xc7\x55") -> bytes:
    """Return a small picture of one colour, a valid PNG.

    Args:
        width: In pixels.
        height: In pixels.
        colour: Red, green and blue, one byte each.
    """
    rows = (b"\x00" + colour * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + checksum
