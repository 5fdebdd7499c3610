"""What customers send as files, fetched through the SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from linecs.testing.simulator.content import plain_png

if TYPE_CHECKING:
    from collections.abc import Callable

    from linebot.v3.messaging import MessagingApiBlob

    from linecs.testing import LineSimulator, VirtualClock


def test_a_picture_is_fetched_as_sent(line: LineSimulator, blobs: MessagingApiBlob) -> None:
    """Bytes and media type are those the customer sent."""
    sent = line.customer("c1").sends_image(b"jpeg", content_type="image/jpeg")
    answer = blobs.get_message_content_with_http_info(sent.message_id, _request_timeout=5)
    assert (bytes(answer.data), answer.headers["Content-Type"]) == (b"jpeg", "image/jpeg")


def test_a_picture_has_a_preview(line: LineSimulator, blobs: MessagingApiBlob) -> None:
    """A smaller picture comes with an image."""
    sent = line.customer("c1").sends_image()
    preview = blobs.get_message_content_preview(sent.message_id, _request_timeout=5)
    assert bytes(preview).startswith(b"\x89PNG")


def test_the_default_picture_is_a_png() -> None:
    """Pillow reads the picture a customer sends unless given another."""
    pillow = pytest.importorskip("PIL.Image")
    from io import BytesIO  # noqa: PLC0415 - only where Pillow is

    with pillow.open(BytesIO(plain_png(4, 3))) as picture:
        assert (picture.size, picture.getpixel((3, 2))) == ((4, 3), (6, 199, 85))


def test_a_video_is_prepared_before_it_can_be_fetched(
    line: LineSimulator, blobs: MessagingApiBlob, clock: VirtualClock
) -> None:
    """Until then LINE answers 202 and says it is processing."""
    sent = line.customer("c1").sends_video(b"mp4", preparing_seconds=10)
    early = blobs.get_message_content_with_http_info(sent.message_id, _request_timeout=5)
    preview = blobs.get_message_content_preview_with_http_info
    state = blobs.get_message_content_transcoding_by_message_id
    assert (early.status_code, early.data) == (202, None)
    assert preview(sent.message_id, _request_timeout=5).status_code == 202
    assert state(sent.message_id, _request_timeout=5).status == "processing"
    clock.advance(seconds=10)
    assert state(sent.message_id, _request_timeout=5).status == "succeeded"
    assert bytes(blobs.get_message_content(sent.message_id, _request_timeout=5)) == b"mp4"


def test_preparing_may_fail(
    line: LineSimulator,
    blobs: MessagingApiBlob,
    clock: VirtualClock,
    refusal: Callable[..., Any],
) -> None:
    """A voice message LINE could not prepare is not found."""
    sent = line.customer("c1").sends_audio(b"m4a", preparing_seconds=1, preparing_fails=True)
    clock.advance(seconds=1)
    state = blobs.get_message_content_transcoding_by_message_id(sent.message_id, _request_timeout=5)
    assert state.status == "failed"
    assert refusal(blobs.get_message_content, sent.message_id).status == 404


def test_content_is_gone_after_a_while(
    line: LineSimulator,
    blobs: MessagingApiBlob,
    clock: VirtualClock,
    refusal: Callable[..., Any],
) -> None:
    """What LINE no longer keeps is 410."""
    sent = line.customer("c1").sends_file("a.pdf", b"%PDF-")
    clock.advance(days=14)
    assert refusal(blobs.get_message_content, sent.message_id).status == 410


def test_what_has_no_content_is_not_found(
    line: LineSimulator, blobs: MessagingApiBlob, refusal: Callable[..., Any]
) -> None:
    """A text, an unsent picture, a foreign channel's picture and a made-up id are 404."""
    customer = line.customer("c1")
    picture = customer.sends_image()
    customer.unsends(picture)
    foreign = line.customer("c1", channel=line.add_channel(name="別の店")).sends_image()
    for message_id in (
        customer.says("文").message_id,
        picture.message_id,
        foreign.message_id,
        "1",
    ):
        assert refusal(blobs.get_message_content, message_id).status == 404


def test_only_pictures_have_previews_and_only_recordings_are_prepared(
    line: LineSimulator, blobs: MessagingApiBlob, refusal: Callable[..., Any]
) -> None:
    """A file has no preview, a picture no preparation."""
    customer = line.customer("c1")
    file, picture = customer.sends_file("a.pdf", b"%PDF-"), customer.sends_image()
    assert refusal(blobs.get_message_content_preview, file.message_id).status == 404
    state = blobs.get_message_content_transcoding_by_message_id
    assert refusal(state, picture.message_id).status == 404
