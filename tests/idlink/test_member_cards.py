"""Member cards: in time, from a cache, and never past the link."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from idlink.people import NOW, PROVIDER, claim
from linecs.idlink import MemberCard, MemberCards
from linecs.model import LineUserId, MemberId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linecs.idlink import LinkRegistry, MemoryLinks
    from linecs.model.link import Link

HANAKO = LineUserId("U-hanako")
MINUTE = 60_000


class Directory:
    """A shop's members, and how often it was asked."""

    def __init__(self, before: Callable[[], object] = lambda: None) -> None:
        """Do something before each answer."""
        self.asked: list[str] = []
        self._before = before

    def card(self, member_id: MemberId) -> MemberCard | None:
        """Return a card with a name."""
        self.asked.append(member_id)
        self._before()
        return MemberCard(member_id=member_id, name=f"会員 {member_id}", variables={"点": "120"})


@pytest.fixture
def directory() -> Directory:
    """Give a directory that answers at once."""
    return Directory()


@pytest.fixture
def linked(store: MemoryLinks, registry: LinkRegistry) -> Callable[[], Link | None]:
    """Link 花子 to M1 and give what reads her link."""
    registry.link(store, claim())
    return lambda: registry.current(store, PROVIDER, HANAKO)


@pytest.fixture
def cards(directory: Directory) -> Iterator[MemberCards]:
    """Give cards from that directory."""
    made = MemberCards(directory, deadline=5_000)
    yield made
    made.close()


def test_a_linked_customer_has_a_card(
    cards: MemberCards, linked: Callable[[], Link | None]
) -> None:
    """With what the shop says of the member."""
    card = cards.find(linked, now=NOW)
    assert card is not None
    assert (card.member_id, card.name, card.variables) == ("M1", "会員 M1", {"点": "120"})


def test_nobody_is_asked_about_a_stranger(cards: MemberCards, directory: Directory) -> None:
    """Without a link there is no card and no question."""
    assert cards.find(lambda: None, now=NOW) is None
    assert directory.asked == []


def test_a_card_is_asked_for_once_a_minute(
    cards: MemberCards, linked: Callable[[], Link | None], directory: Directory
) -> None:
    """The cache answers while the card is fresh."""
    for now in (NOW, NOW + MINUTE - 1, NOW + MINUTE):
        cards.find(linked, now=now)
    assert directory.asked == ["M1", "M1"]


def test_an_unlink_shows_at_once_though_the_card_is_cached(
    cards: MemberCards,
    linked: Callable[[], Link | None],
    store: MemoryLinks,
    registry: LinkRegistry,
) -> None:
    """The link is read each time; what another process ended discloses nothing here."""
    cards.find(linked, now=NOW)
    registry.unlink(store, PROVIDER, HANAKO, at=NOW)
    assert cards.find(linked, now=NOW) is None


def test_a_relink_to_another_member_shows_that_member(
    cards: MemberCards,
    linked: Callable[[], Link | None],
    store: MemoryLinks,
    registry: LinkRegistry,
) -> None:
    """The old member's cached card belongs to the old link."""
    cards.find(linked, now=NOW)
    registry.unlink(store, PROVIDER, HANAKO, at=NOW)
    registry.link(store, claim(member="M2"))
    card = cards.find(linked, now=NOW)
    assert card is not None
    assert card.member_id == "M2"


def test_an_unlink_while_the_directory_thinks_shows_nothing(
    linked: Callable[[], Link | None], store: MemoryLinks, registry: LinkRegistry
) -> None:
    """The link is read again before the card is given out."""
    slow = MemberCards(
        Directory(lambda: registry.unlink(store, PROVIDER, HANAKO, at=NOW)), deadline=5_000
    )
    assert cards_then_close(slow, linked) is None


def test_a_new_proof_while_the_directory_thinks_asks_again(
    linked: Callable[[], Link | None], store: MemoryLinks, registry: LinkRegistry
) -> None:
    """A card read under another version is stale, even where the pair is the same."""
    slow = MemberCards(Directory(lambda: registry.link(store, claim())), deadline=5_000)
    assert cards_then_close(slow, linked) is None


def cards_then_close(cards: MemberCards, linked: Callable[[], Link | None]) -> MemberCard | None:
    """Find one card and stop the threads."""
    try:
        return cards.find(linked, now=NOW)
    finally:
        cards.close()


def test_a_slow_directory_is_not_waited_for(
    linked: Callable[[], Link | None], caplog: pytest.LogCaptureFixture
) -> None:
    """After the deadline there is no card; the answer that comes later serves the next read."""
    answer = threading.Event()
    slow = MemberCards(Directory(lambda: answer.wait(10)), deadline=20)
    with caplog.at_level(logging.WARNING, "linecs"):
        assert slow.find(linked, now=NOW) is None
    answer.set()
    patient = MemberCards(Directory(), deadline=5_000)
    assert cards_then_close(patient, linked) is not None
    slow.close()
    assert "20 ms" in caplog.text
    assert "M1" not in caplog.text


def test_a_late_answer_serves_the_next_read(linked: Callable[[], Link | None]) -> None:
    """What was asked in vain is not asked again."""
    answer = threading.Event()
    directory = Directory(lambda: answer.wait(10))
    slow = MemberCards(directory, deadline=20)
    assert slow.find(linked, now=NOW) is None
    answer.set()
    slow._deadline = 5_000
    assert slow.find(linked, now=NOW) is not None
    slow.close()
    assert directory.asked == ["M1"]


def test_many_readers_ask_once(linked: Callable[[], Link | None]) -> None:
    """A burst on one customer is one question."""
    answer = threading.Event()
    directory = Directory(lambda: answer.wait(10))
    cards = MemberCards(directory, deadline=5_000)
    with ThreadPoolExecutor(8) as pool:
        reads = [pool.submit(cards.find, linked, now=NOW) for _ in range(8)]
        answer.set()
        found = [each.result(10) for each in reads]
    cards.close()
    assert len({each.member_id for each in found if each}) == 1
    assert (None in found, directory.asked) == (False, ["M1"])


def test_a_failing_directory_shows_no_card(
    linked: Callable[[], Link | None], caplog: pytest.LogCaptureFixture
) -> None:
    """The host's error is named by its type; its message may hold a member's data."""

    def fail() -> None:
        raise RuntimeError("member M1 lives at 1-2-3")

    with caplog.at_level(logging.WARNING, "linecs"):
        assert cards_then_close(MemberCards(Directory(fail)), linked) is None
    assert "RuntimeError" in caplog.text
    assert "lives" not in caplog.text


def test_a_card_of_another_member_is_never_shown(
    linked: Callable[[], Link | None],
) -> None:
    """A directory that mixes members up discloses nothing."""

    class Mixed(Directory):
        def card(self, member_id: MemberId) -> MemberCard | None:
            card = super().card(member_id)
            return card and evolve(card, member_id=MemberId("M2"))

    assert cards_then_close(MemberCards(Mixed(), deadline=5_000), linked) is None


def same(link: Link | None) -> Link | None:
    """Return a link as it is."""
    return link


def test_the_cache_stays_small(store: MemoryLinks, registry: LinkRegistry) -> None:
    """The card not seen for longest goes."""
    directory = Directory()
    cards = MemberCards(directory, deadline=5_000, most=2)
    for name in ("a", "b", "a", "c", "a", "b"):
        registry.link(store, claim(name, f"M-{name}"))
        link = registry.current(store, PROVIDER, LineUserId(f"U-{name}"))
        cards.find(partial(same, evolve(link, version=1) if link else None), now=NOW)
    cards.close()
    assert directory.asked == ["M-a", "M-b", "M-c", "M-b"]


def test_a_card_cannot_be_changed_from_outside() -> None:
    """Neither its fields nor the mapping it was made from reach the cached card."""
    given = {"住所": "東京"}
    card = MemberCard(member_id=MemberId("M1"), fields=given)
    given["住所"] = "大阪"
    assert card.fields == {"住所": "東京"}
    with pytest.raises(TypeError):
        card.fields["住所"] = "京都"  # type: ignore[index]  # the point of the test
    assert "東京" not in repr(card)
