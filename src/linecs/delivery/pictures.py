"""Pictures and video made fit for LINE (extra `media`).

Source: LINE Developers, "Messaging API reference", Image message and Video message: JPEG or
PNG, at most 10 MB, with a preview of at most 1 MB; mp4 of at most 200 MB.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from attrs import field, frozen

from linecs.errors import ConfigurationError, LinecsError

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = [
    "Picture",
    "PictureError",
    "PreparedPicture",
    "check_video",
    "prepare_picture",
    "prepare_preview",
]

_MEGABYTE = 1_000_000
_LARGEST_INPUT = 30 * _MEGABYTE
_LARGEST_PICTURE = 10 * _MEGABYTE
_LARGEST_PREVIEW = _MEGABYTE
_LARGEST_VIDEO = 200 * _MEGABYTE
_MOST_PIXELS = 50_000_000
_LONGEST_SIDE = 4096
_PREVIEW_SIDE = 1024
_READ = ("JPEG", "PNG", "WEBP", "GIF")
_SHRINK = 0.7
_QUALITY = 88
# A profile of another mode would mean other colours once the picture is RGB.
_RGB_MODES = frozenset({"RGB", "RGBA", "P"})


class PictureError(LinecsError, ValueError):
    """A picture or video cannot be sent over LINE; the message says why."""


@frozen(kw_only=True)
class Picture:
    """A picture file.

    Attributes:
        content_type: `image/jpeg` or `image/png`.
    """

    data: bytes = field(repr=False)
    content_type: str


@frozen(kw_only=True)
class PreparedPicture:
    """A picture and its preview, both within LINE's limits."""

    original: Picture
    preview: Picture


def prepare_picture(data: bytes) -> PreparedPicture:
    """Return a JPEG, PNG, WebP or GIF picture as LINE takes it, and its preview.

    It is written anew: upright, without EXIF data such as the place it was taken at, and smaller
    where it was too large. Of an animation the first frame stays.

    Raises:
        PictureError: It is no such picture, or has too many bytes or pixels.
        ConfigurationError: Pillow is missing.
    """
    image = _opened(data)
    kept_format = "PNG" if image.format == "PNG" or _is_transparent(image) else "JPEG"
    upright = _upright(image)
    return PreparedPicture(
        original=_encoded(upright, kept_format, _LONGEST_SIDE, _LARGEST_PICTURE),
        preview=_encoded(upright, "JPEG", _PREVIEW_SIDE, _LARGEST_PREVIEW),
    )


def prepare_preview(data: bytes) -> Picture:
    """Return a picture as the preview of a video, which LINE does not make itself.

    Raises:
        PictureError: It is no picture, or has too many bytes or pixels.
        ConfigurationError: Pillow is missing.
    """
    return _encoded(_upright(_opened(data)), "JPEG", _PREVIEW_SIDE, _LARGEST_PREVIEW)


def check_video(head: bytes, size: int) -> None:
    """Check that a file is an mp4 LINE takes.

    Args:
        head: Its first bytes, twelve or more.
        size: Its length in bytes.

    Raises:
        PictureError: It is not.
    """
    if head[4:8] != b"ftyp":
        raise PictureError("LINE takes video as mp4 only; convert it first.")
    if size > _LARGEST_VIDEO:
        raise PictureError(f"LINE takes video up to 200 MB; this has {size:,} bytes.")


def _opened(data: bytes) -> Image:
    try:
        from PIL import Image as Pillow  # noqa: PLC0415 - in the extra `media`
    except ImportError as error:
        raise ConfigurationError("Pictures need Pillow: pip install 'linecs[media]'.") from error
    if len(data) > _LARGEST_INPUT:
        raise PictureError(f"A picture may have {_LARGEST_INPUT:,} bytes; this has {len(data):,}.")
    broken = (OSError, ValueError, SyntaxError, Warning, Pillow.DecompressionBombError)
    try:
        image = Pillow.open(io.BytesIO(data), formats=_READ)
        too_large = image.width * image.height > _MOST_PIXELS
        if not too_large:
            image.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
            image.load()
    except broken as error:
        raise PictureError("This is no JPEG, PNG, WebP or GIF picture, or it is broken.") from error
    if too_large:
        raise PictureError(f"A picture may have {_MOST_PIXELS:,} pixels; this has more.")
    return image


def _upright(image: Image) -> Image:
    from PIL import ImageOps  # noqa: PLC0415 - in the extra `media`

    turned = ImageOps.exif_transpose(image)
    upright = turned.convert("RGBA" if _is_transparent(turned) else "RGB")
    profile = turned.info.get("icc_profile") if turned.mode in _RGB_MODES else None
    # EXIF, XMP, comments and what else a format may carry stay behind.
    upright.info = {"icc_profile": profile}
    return upright


def _is_transparent(image: Image) -> bool:
    return image.has_transparency_data


def _encoded(image: Image, kept_format: str, longest_side: int, limit: int) -> Picture:
    if kept_format == "JPEG" and image.mode == "RGBA":
        image = _on_white(image)
    image = _within(image, longest_side)
    while True:
        data = _written(image, kept_format)
        if len(data) <= limit:
            return Picture(data=data, content_type=f"image/{kept_format.lower()}")
        image = _within(image, round(max(image.size) * _SHRINK))


def _within(image: Image, longest_side: int) -> Image:
    smaller = image.copy()
    smaller.thumbnail((longest_side, longest_side))
    return smaller


def _on_white(image: Image) -> Image:
    from PIL import Image as Pillow  # noqa: PLC0415 - in the extra `media`

    white = Pillow.new("RGBA", image.size, "white")
    flat = Pillow.alpha_composite(white, image).convert("RGB")
    flat.info = image.info
    return flat


def _written(image: Image, kept_format: str) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kept_format, quality=_QUALITY, icc_profile=image.info.get("icc_profile"))
    return buffer.getvalue()
