"""What is too old goes by itself, by kind; what is young or still open stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linecs.delivery.media import FileMediaStore
from linecs.desk import DeskSettings, Retention
from linecs.errors import ConfigurationError
from linecs.model import Attempt, FeedEntry, Job, Media, Message, StoredEvent, Ticket
from linecs.model.link import LinkInvitation, LinkNonce
from linecs.storage.ports import equal
from linecs.storage.tables import Trace
from linked_shop import Shop, account_linking

if TYPE_CHECKING:
    from pathlib import Path

    from desks import MakeScene, Scene
    from linecs.testing import LineSimulator

PICTURE = b"\xff\xd8 a picture that says ZZ-90417-KQ"


def keeping(make: MakeScene, folder: Path, **days: int | None) -> Scene:
    """Return a desk that keeps nothing longer than said."""
    settings = DeskSettings(retention=Retention(**days))
    return make(settings=settings, media=FileMediaStore(folder))


def files_in(folder: Path) -> int:
    """How many files there are."""
    return sum(each.is_file() for each in folder.rglob("*"))


def pass_days(scene: Scene, days: int) -> None:
    """Let days pass, and what comes back daily be done."""
    scene.clock.advance(days=days)
    scene.settle()


def answered(scene: Scene, text: str = "営業時間") -> None:
    """Have a customer ask and be answered."""
    scene.line.customer("c1").says(text)
    scene.settle()


def test_events_attempts_and_traces_go_after_their_days(make: MakeScene, tmp_path: Path) -> None:
    """By default raw events after 30 days, calls after 90, traces after 180; messages stay."""
    scene = keeping(make, tmp_path)
    answered(scene)
    counts = []
    for days in (29, 2, 60, 90):
        pass_days(scene, days)
        counts.append([len(scene.rows(row)) for row in (StoredEvent, Attempt, Trace)])
    assert counts == [[1, 1, 1], [0, 1, 1], [0, 0, 1], [0, 0, 0]]
    assert len(scene.messages()) == 2


def test_messages_go_with_their_pictures_and_their_place_in_search(
    make: MakeScene, tmp_path: Path
) -> None:
    """What is answered and old is gone from the store, the index and the media store."""
    scene = keeping(make, tmp_path, messages=10)
    customer = scene.line.customer("c1")
    answered(scene)
    customer.sends_image(PICTURE)
    scene.settle()
    ticket = scene.rows(Ticket)[-1]
    conversation = scene.conversation
    scene.desk.reply(
        conversation.id,
        "受け取りました",
        actor="tanaka",
        version=conversation.version,
        seen=conversation.newest_message_id,
    )
    scene.settle()
    assert ticket.id
    assert files_in(tmp_path) == 1
    pass_days(scene, 11)
    assert scene.messages() == []
    assert scene.desk.inbox.search("営業時間").items == ()
    assert files_in(tmp_path) == 0


def test_what_waits_for_an_answer_never_goes(make: MakeScene, tmp_path: Path) -> None:
    """However old: a customer who was forgotten must be found, not removed."""
    scene = keeping(make, tmp_path, messages=10)
    scene.asks("裾上げはできますか")
    pass_days(scene, 400)
    assert [each.text for each in scene.messages(equal("answered", value=False))] == [
        "裾上げはできますか"
    ]


def test_pictures_may_go_before_the_messages(make: MakeScene, tmp_path: Path) -> None:
    """The bubble stays and says that its content is gone."""
    scene = keeping(make, tmp_path, media=5)
    scene.line.customer("c1").sends_image(PICTURE)
    scene.settle()
    pass_days(scene, 4)
    kept = files_in(tmp_path)
    pass_days(scene, 2)
    assert (kept, files_in(tmp_path)) == (1, 0)
    assert scene.one(Media).location == ""
    assert scene.rows(Message, equal("kind", "image"))


def test_expired_secrets_of_links_go_after_a_day(make: MakeScene, line: LineSimulator) -> None:
    """So long a replay is known as one."""
    shop = Shop(make(linking=account_linking(line)))
    shop.meets()
    shop.links()
    pass_days(shop.scene, 2)
    assert shop.scene.rows(LinkInvitation) == []
    assert shop.scene.rows(LinkNonce) == []
    assert shop.link() is not None


def test_more_than_one_commit_takes_goes_all_the_same(
    make: MakeScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows go a part at a time until none is left."""
    monkeypatch.setattr("linecs.desk.privacy.sweeping._AT_ONCE", 2)
    scene = keeping(make, tmp_path, feed=1)
    for _ in range(5):
        answered(scene)
        scene.clock.advance(minutes=1)
    assert len(scene.rows(FeedEntry)) > 4
    pass_days(scene, 3)
    assert [each for each in scene.rows(FeedEntry) if each.at < scene.clock() - 86_400_000] == []


def test_the_job_comes_back_every_day(scene: Scene) -> None:
    """Once for the whole desk."""
    scene.settle()
    job = scene.one(Job, equal("kind", "retention.sweep"))
    assert job.due_at == scene.clock() + 86_400_000


def test_less_than_a_day_is_refused() -> None:
    """Zero would remove what is being answered."""
    with pytest.raises(ConfigurationError, match="events"):
        Retention(events=0)
