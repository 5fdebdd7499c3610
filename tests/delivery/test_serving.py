"""How kept media is handed out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from delivery.values import NOW
from linecs.delivery.media import FileMediaStore
from linecs.delivery.serving import serve
from linecs.model import ChannelId, ConversationId, Media, MediaState

if TYPE_CHECKING:
    from pathlib import Path

    from linecs.delivery.serving import ServedMedia

BYTES = bytes(range(256)) * 1000


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> FileMediaStore:
    """Give a store."""
    folder: Path = tmp_path_factory.mktemp("media")
    return FileMediaStore(folder)


@pytest.fixture(scope="module")
def media(store: FileMediaStore) -> Media:
    """Give a picture of ours, published."""
    with store.writer() as writer:
        writer.write(BYTES)
        location = writer.keep()
    return Media(
        id="unguessable",
        channel_id=ChannelId("main"),
        conversation_id=ConversationId("C1"),
        message_id=None,
        kind="image",
        state=MediaState.STORED,
        content_type="image/jpeg",
        size=len(BYTES),
        location=location,
        announced_at=NOW,
    )


def whole(served: ServedMedia) -> bytes:
    """Return all bytes of an answer."""
    return b"".join(served.body)


def test_a_published_picture_is_given(store: FileMediaStore, media: Media) -> None:
    """LINE and the customer's phone get the bytes, typed and not to be guessed at."""
    served = serve(media, store, public=True)
    assert whole(served) == BYTES
    assert served.status == 200
    assert served.headers["Content-Type"] == "image/jpeg"
    assert served.headers["Content-Length"] == str(len(BYTES))
    assert served.headers["Content-Disposition"] == "inline"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in served.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "content_type", ["text/html", "image/svg+xml", "application/pdf", "", "image/jpeg, text/html"]
)
def test_what_a_browser_might_run_is_a_download(
    store: FileMediaStore, media: Media, content_type: str
) -> None:
    """A customer's HTML or SVG never opens inside the shop's own site."""
    served = serve(evolve(media, content_type=content_type), store, public=False)
    assert served.headers["Content-Type"] == "application/octet-stream"
    assert served.headers["Content-Disposition"].startswith("attachment")
    served.close()


def test_a_types_parameters_are_dropped(store: FileMediaStore, media: Media) -> None:
    """LINE's `image/jpeg; charset=...` is an image/jpeg."""
    served = serve(evolve(media, content_type="Image/JPEG; x=1"), store, public=False)
    assert served.headers["Content-Type"] == "image/jpeg"
    served.close()


def test_a_file_name_cannot_break_the_header(store: FileMediaStore, media: Media) -> None:
    """Names come from customers: everything but plain letters is percent-encoded."""
    named = evolve(media, file_name='見積"\r\nX-Evil: 1.pdf', content_type="application/pdf")
    served = serve(named, store, public=False)
    disposition = served.headers["Content-Disposition"]
    assert disposition.isascii()
    assert not set('\r\n"') & set(disposition)
    assert disposition.startswith("attachment; filename*=UTF-8''%E8%A6%8B")
    served.close()


def test_what_a_customer_sent_is_not_public(store: FileMediaStore, media: Media) -> None:
    """The public view gives what we send; an operator may also see what came in."""
    received = evolve(media, line_message_id="461")
    assert serve(received, store, public=True).status == 404
    served = serve(received, store, public=False)
    assert whole(served) == BYTES


@pytest.mark.parametrize("state", [each for each in MediaState if each is not MediaState.STORED])
def test_only_stored_media_is_found(store: FileMediaStore, media: Media, state: MediaState) -> None:
    """Erased, lost and not yet fetched look alike from outside."""
    assert serve(evolve(media, state=state), store, public=False).status == 404


def test_nothing_is_not_found(store: FileMediaStore, media: Media) -> None:
    """An unknown id, and a file that is gone, are 404."""
    assert serve(None, store, public=True).status == 404
    gone = serve(evolve(media, location="00/" + "0" * 32), store, public=True)
    assert (gone.status, whole(gone)) == (404, b"")


@pytest.mark.parametrize(
    ("header", "status", "part"),
    [
        ("bytes=0-1", 206, range(2)),
        ("bytes=100-", 206, range(100, 256_000)),
        ("bytes=-100", 206, range(255_900, 256_000)),
        ("bytes=0-999999999", 200, range(256_000)),
        ("bytes=0-1,5-9", 200, range(256_000)),
        ("bytes=-", 200, range(256_000)),
        ("pages=1-2", 200, range(256_000)),
    ],
)
def test_video_players_get_the_part_they_ask_for(
    store: FileMediaStore, media: Media, header: str, status: int, part: range
) -> None:
    """One range is a 206; several or another unit are answered with the whole."""
    served = serve(media, store, public=True, range_header=header)
    assert (served.status, whole(served)) == (status, BYTES[part.start : part.stop])
    if status == 206:
        assert served.headers["Content-Range"] == f"bytes {part.start}-{part.stop - 1}/256000"


@pytest.mark.parametrize("header", ["bytes=256000-", "bytes=9-3", "bytes=-0"])
def test_a_part_that_is_not_there_is_416(store: FileMediaStore, media: Media, header: str) -> None:
    """The answer tells the size instead."""
    served = serve(media, store, public=True, range_header=header)
    assert (served.status, served.headers["Content-Range"]) == (416, "bytes */256000")
    assert whole(served) == b""


@given(header=st.one_of(st.text(max_size=30), st.from_regex(r"bytes=\d{0,20}-\d{0,20}")))
def test_any_range_header_has_an_answer(store: FileMediaStore, media: Media, header: str) -> None:
    """Whatever is asked, the length announced is the length given."""
    served = serve(media, store, public=True, range_header=header)
    assert served.status in {200, 206, 416}
    if served.status != 416:
        assert len(whole(served)) == int(served.headers["Content-Length"])
