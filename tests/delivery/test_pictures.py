"""Pictures made fit for LINE."""

from __future__ import annotations

import io
import random
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from linecs.delivery.pictures import (
    PictureError,
    check_video,
    prepare_picture,
    prepare_preview,
)
from linecs.testing.simulator.content import plain_png

GPS_TAG, ORIENTATION = 0x8825, 0x0112


def a_photo(size: tuple[int, int] = (400, 300), *, noisy: bool = False) -> Image.Image:
    """Return a photo, red on its left half; noise does not compress."""
    if noisy:
        noise = random.Random(1).randbytes(size[0] * size[1] * 3)  # noqa: S311 - not a secret
        return Image.frombytes("RGB", size, noise)
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    return image


def written(image: Image.Image, kind: str, **options: object) -> bytes:
    """Return a picture file."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def read(data: bytes) -> Image.Image:
    """Return a picture, loaded."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/jpeg"), ("GIF", "image/jpeg")],
)
def test_a_picture_becomes_what_line_takes(kind: str, content_type: str) -> None:
    """JPEG and PNG stay what they are; other formats become JPEG; a preview comes with each."""
    prepared = prepare_picture(written(a_photo(), kind))
    assert prepared.original.content_type == content_type
    assert prepared.preview.content_type == "image/jpeg"
    assert read(prepared.original.data).size == (400, 300)


def test_where_it_was_taken_stays_behind() -> None:
    """EXIF with a place, and a comment, are not sent."""
    exif = Image.Exif()
    exif[GPS_TAG] = {1: "N", 2: (35.0, 40.0, 0.0)}
    exif[0x010F] = "SecretCamera"
    data = written(a_photo(), "JPEG", exif=exif, comment=b"SecretComment")
    assert b"SecretCamera" in data
    prepared = prepare_picture(data)
    for picture in (prepared.original, prepared.preview):
        assert b"Secret" not in picture.data
        assert not read(picture.data).getexif()


def test_a_png_keeps_no_words() -> None:
    """PNG text and EXIF chunks stay behind too."""
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    data = written(a_photo(), "PNG", exif=exif)
    prepared = prepare_picture(data)
    assert b"Secret" in data
    assert b"Secret" not in prepared.original.data


def test_a_picture_taken_sideways_stands_upright() -> None:
    """The turn that EXIF asked for is made before EXIF goes."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    prepared = prepare_picture(written(a_photo((400, 300)), "JPEG", exif=exif))
    image = read(prepared.original.data).convert("RGB")
    assert image.size == (300, 400)
    top, bottom = image.getpixel((150, 50)), image.getpixel((150, 350))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert (top[0] > 200, bottom[2] > 200) == (True, True)


def test_colours_keep_their_profile() -> None:
    """A colour profile is part of the picture, not of its story."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    prepared = prepare_picture(written(a_photo(), "JPEG", icc_profile=profile))
    assert read(prepared.original.data).info["icc_profile"] == profile


def test_transparency_is_kept_and_shown_on_white() -> None:
    """A transparent PNG stays one; its preview stands on white."""
    image = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    prepared = prepare_picture(written(image, "PNG"))
    assert read(prepared.original.data).mode == "RGBA"
    assert read(prepared.preview.data).getpixel((50, 50)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "LA", "1", "I;16"])
def test_every_colour_mode_is_taken(mode: str) -> None:
    """Grey, palette, print and 16-bit pictures become plain colour."""
    kind = "JPEG" if mode == "CMYK" else "PNG"
    source = a_photo().convert("I").convert("I;16") if mode == "I;16" else a_photo().convert(mode)
    assert read(prepare_picture(written(source, kind)).original.data).mode in {"RGB", "RGBA"}


def test_a_large_picture_shrinks_into_the_limits() -> None:
    """Noise that does not compress ends below 10 MB, its preview below 1 MB."""
    data = written(a_photo((2400, 2400), noisy=True), "PNG")
    assert len(data) > 10_000_000
    prepared = prepare_picture(data)
    assert len(prepared.original.data) <= 10_000_000
    assert len(prepared.preview.data) <= 1_000_000
    assert max(read(prepared.preview.data).size) <= 1024


def png_claiming(width: int, height: int) -> bytes:
    """Return a PNG whose header claims a size its data does not have."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    checksum = struct.pack(">I", zlib.crc32(b"IHDR" + header))
    small = plain_png()
    return small[:16] + header + checksum + small[33:]


@pytest.mark.parametrize("size", [(8000, 8000), (12_000, 12_000), (60_000, 60_000)])
def test_a_decompression_bomb_is_refused(size: tuple[int, int]) -> None:
    """A small file that claims a huge picture is refused by its header, before decoding."""
    with pytest.raises(PictureError):
        prepare_picture(png_claiming(*size))


def test_too_many_bytes_are_refused_unread() -> None:
    """More than 30 MB is not even opened."""
    with pytest.raises(PictureError, match="bytes"):
        prepare_picture(b"\x89PNG" + b"\0" * 30_000_000)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        written(a_photo(), "TIFF"),
        written(a_photo(), "JPEG")[:500],
        plain_png()[:60],
    ],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    """Other formats and broken files are our error, never a decoder's."""
    with pytest.raises(PictureError):
        prepare_picture(data)


@given(st.data())
def test_a_damaged_picture_is_prepared_or_refused(data: st.DataObject) -> None:
    """Whatever a byte is changed into, there is a picture or a PictureError."""
    whole = bytearray(written(a_photo((40, 30)), data.draw(st.sampled_from(["JPEG", "PNG"]))))
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        prepared = prepare_picture(bytes(whole))
    except PictureError:
        return
    assert len(prepared.preview.data) <= 1_000_000


def test_the_preview_of_a_video_is_given() -> None:
    """LINE makes none itself; any picture serves, cut down to size."""
    preview = prepare_preview(written(a_photo((3000, 2000)), "PNG"))
    assert preview.content_type == "image/jpeg"
    assert read(preview.data).size == (1024, 683)


@pytest.mark.parametrize(
    ("head", "size", "taken"),
    [
        (b"\0\0\0\x18ftypmp42", 1000, True),
        (b"\0\0\0\x18ftypmp42", 200_000_001, False),
        (b"RIFF\0\0\0\0AVI ", 1000, False),
        (b"", 0, False),
    ],
)
def test_line_takes_mp4_up_to_200_mb(head: bytes, size: int, *, taken: bool) -> None:
    """Other containers and larger files are refused before anything is published."""
    if taken:
        check_video(head, size)
    else:
        with pytest.raises(PictureError):
            check_video(head, size)
