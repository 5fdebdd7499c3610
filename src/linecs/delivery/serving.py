"""How kept media is handed out over HTTP; the host mounts one view around it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import quote

from attrs import field, frozen

from linecs.delivery.media import MediaMissingError
from linecs.model import MediaState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linecs.delivery.media import MediaStore
    from linecs.model import Media

__all__ = ["ServedMedia", "serve"]

_CHUNK = 64 * 1024
_SHOWN = frozenset(
    {
        "audio/aac",
        "audio/mp4",
        "audio/mpeg",
        "audio/x-m4a",
        "image/gif",
        "image/jpeg",
        "image/png",
        "image/webp",
        "video/mp4",
    }
)
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_ALWAYS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, max-age=3600",
}


@frozen(kw_only=True)
class ServedMedia:
    """An HTTP answer for the host's view to give as it is.

    Attributes:
        body: The bytes in pieces; its file is closed at the end, or by `close`.
    """

    status: int
    headers: Mapping[str, str]
    _file: BinaryIO | None = field(default=None, repr=False)
    _span: range = range(0)

    @property
    def body(self) -> Iterator[bytes]:
        """The bytes, in pieces; to be read once. Closes the file at its end."""
        if self._file is None:
            return
        with self._file as file:
            file.seek(self._span.start)
            left = len(self._span)
            while left and (chunk := file.read(min(_CHUNK, left))):
                left -= len(chunk)
                yield chunk

    def close(self) -> None:
        """Give back the file where the body is not read."""
        if self._file is not None:
            self._file.close()


def serve(
    media: Media | None, store: MediaStore, *, public: bool, range_header: str = ""
) -> ServedMedia:
    """Return the answer to a request for a piece of media.

    Types a browser might run are handed out as a download of unknown type.

    Args:
        media: What is kept under the requested id; None for nothing.
        store: Where its bytes are.
        public: Whether anybody may ask, as LINE does for what we send; what customers sent is
            then not found. False where the host has checked that an operator asks.
        range_header: The request's `Range`; video players ask for parts.
    """
    if media is None or media.state is not MediaState.STORED or (public and media.line_message_id):
        return _nothing(404)
    try:
        file = store.open(media.location)
    except MediaMissingError:
        return _nothing(404)
    size = file.seek(0, os.SEEK_END)
    span = _span(range_header, size)
    if span is None:
        file.close()
        return ServedMedia(status=416, headers={**_ALWAYS, "Content-Range": f"bytes */{size}"})
    headers = {**_ALWAYS, **_description(media), "Content-Length": str(len(span))}
    headers["Accept-Ranges"] = "bytes"
    partial = len(span) < size
    if partial:
        headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{size}"
    return ServedMedia(status=206 if partial else 200, headers=headers, file=file, span=span)


def _nothing(status: int) -> ServedMedia:
    return ServedMedia(status=status, headers={**_ALWAYS, "Content-Length": "0"})


def _description(media: Media) -> Mapping[str, str]:
    kind = media.content_type.partition(";")[0].strip().lower()
    shown = kind in _SHOWN
    name = f"; filename*=UTF-8''{quote(media.file_name, safe='')}" if media.file_name else ""
    return {
        "Content-Type": kind if shown else "application/octet-stream",
        "Content-Disposition": ("inline" if shown else "attachment") + name,
    }


def _span(header: str, size: int) -> range | None:
    """Return which bytes to give; None where the asked part does not exist.

    Several parts at once, and headers of another form, are answered with the whole (RFC 9110).
    """
    found = _RANGE.fullmatch(header.replace(" ", ""))
    if found is None or not any(found.groups()):
        return range(size)
    first, last = found.groups()
    if not first:
        return range(max(size - int(last), 0), size) if int(last) and size else None
    start, stop = int(first), min(int(last) + 1 if last else size, size)
    return range(start, stop) if start < stop else None
