from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from linecs.delivery.media import FileMediaStore
from linecs.desk import DeskSettings
from linecs.errors import ConfigurationError
from linecs.model import Media, MediaState

if TYPE_CHECKING:
    from pathlib import Path

    from desks import MakeScene, Scene


@pytest.fixture
def keeping(make: MakeScene, tmp_path: Path) -> Scene:
    """A desk that keeps media in a folder."""
    return make(media=FileMediaStore(tmp_path), media_url="https://shop.example/media")


def a_picture() -> bytes:
    """A small JPEG."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(buffer, "JPEG")
    return buffer.getvalue()


def files(folder: Path) -> list[Path]:
    """Every file below a folder."""
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_picture_is_fetched_as_soon_as_it_is_announced(keeping: Scene) -> None:
    """Its bytes, type and checksum are ours before LINE forgets it."""
    sent = a_picture()
    keeping.line.customer("c1").sends_image(sent, content_type="image/jpeg")
    keeping.settle()
    media = keeping.one(Media)
    assert (media.state, media.size, media.content_type) == (
        MediaState.STORED,
        len(sent),
        "image/jpeg",
    )
    served = keeping.desk.media.serve(media.id, public=False)
    assert b"".join(served.body) == sent


def test_what_a_customer_sent_is_not_public(keeping: Scene) -> None:
    """Only a host that has checked its operator may hand it out."""
    keeping.line.customer("c1").sends_image(a_picture())
    keeping.settle()
    assert keeping.desk.media.serve(keeping.one(Media).id).status == 404


def test_an_unsent_picture_is_erased(keeping: Scene, tmp_path: Path) -> None:
    """Nothing of it stays on disk."""
    customer = keeping.line.customer("c1")
    sent = customer.sends_image(a_picture())
    keeping.settle()
    customer.unsends(sent)
    keeping.settle()
    assert keeping.one(Media).state is MediaState.ERASED
    assert files(tmp_path) == []


def test_content_over_the_cap_is_refused(make: MakeScene, tmp_path: Path) -> None:
    """The row says why, and nothing of it stays on disk."""
    scene = make(media=FileMediaStore(tmp_path), settings=DeskSettings(media_limit=10))
    scene.line.customer("c1").sends_image(a_picture())
    scene.settle()
    media = scene.one(Media)
    assert (media.state, "larger" in media.error) == (MediaState.REFUSED, True)
    assert files(tmp_path) == []


def test_a_published_picture_reaches_the_customer_with_its_preview(keeping: Scene) -> None:
    """The addresses lie under the host's view, and anybody who has them may look."""
    keeping.line.customer("c1").says("写真はありますか")
    keeping.desk.process(wait=0)
    published = keeping.desk.media.publish(keeping.conversation.channel_id, a_picture())
    at = keeping.conversation
    keeping.desk.reply(
        at.id, published.message, actor="hanako", version=at.version, seen=at.newest_message_id
    )
    keeping.settle()
    bubble = keeping.line.customer("c1").chat[-1]
    assert bubble.message["originalContentUrl"].startswith("https://shop.example/media/")
    bodies = [b"".join(keeping.desk.media.serve(each).body) for each in published.media_ids]
    assert all(body.startswith(b"\xff\xd8") for body in bodies)


def test_publishing_without_a_store_says_what_to_configure(scene: Scene) -> None:
    """A clear error, and nothing is kept."""
    with pytest.raises(ConfigurationError, match="media"):
        scene.desk.media.publish("main", b"")
