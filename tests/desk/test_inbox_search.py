"""Search: what the stored texts say, from two characters up, and nothing that was taken back."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from linecs.desk.changes import Changes
from linecs.desk.inbox import SearchTooShortError, indexing
from linecs.desk.inbox.indexing import SEGMENT
from linecs.desk.inbox.words import grams_of, searchable
from linecs.errors import ConfigurationError
from linecs.model import (
    Author,
    ChannelId,
    Conversation,
    ConversationId,
    Customer,
    CustomerId,
    LineUserId,
    Message,
    MessageId,
    MessageState,
    Note,
    NoteId,
)
from linecs.storage.inbox_rows import SearchBlock, SearchPosting, SearchText
from linecs.storage.ports import RowMissingError, at_most, equal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desks import Scene

WORDS = ["返品", "交換", "再入荷", "ドレス", "サイズ", "まだ", "届きません", "か", "VIP", "𠮷野"]
WHO = ConversationId("c1")


@pytest.fixture
def archive(scene: Scene) -> dict[str, Message]:
    """One segment of packed messages and some that came after, of one customer."""
    channel_id = ChannelId("main")
    customer = Customer(
        id=CustomerId(WHO), channel_id=channel_id, line_user_id=LineUserId("U1"), first_seen_at=1
    )
    conversation = Conversation(id=WHO, channel_id=channel_id, customer_id=customer.id)
    chance = random.Random(7)  # noqa: S311 - which texts, not a secret
    messages = [
        message(number, "".join(chance.choices(WORDS, k=3))) for number in range(SEGMENT + 60)
    ]
    changes = Changes()
    changes.add(customer, conversation, *messages)
    scene.storage.run(changes.write)
    scene.desk.run_jobs()
    assert len(scene.rows(SearchText)) == 60
    return {each.id: each for each in messages}


def message(number: int, text: str) -> Message:
    """Return a customer's message."""
    return Message(
        id=MessageId(f"m{number:06}"),
        channel_id=ChannelId("main"),
        conversation_id=WHO,
        ticket_id=None,
        author=Author.CUSTOMER,
        kind="text",
        text=text,
        occurred_at=number,
        state=MessageState.RECEIVED,
    )


def found(scene: Scene, text: str, *, limit: int = 50, pages: int = 1_000) -> list[str]:
    """Return the ids that a search finds, page by page."""
    ids: list[str] = []
    after = None
    for _ in range(pages):
        page = scene.desk.inbox.search(text, after=after, limit=limit)
        ids += [hit.message.id for hit in page.items if hit.message]
        after = page.next
        if after is None:
            break
    return ids


def expected(archive: dict[str, Message], text: str) -> list[str]:
    """Return what reading every text finds, newest first."""
    words = searchable(text).split()
    return sorted(
        (
            each.id
            for each in archive.values()
            if all(word in searchable(each.text) for word in words)
        ),
        reverse=True,
    )


def test_a_search_finds_what_reading_every_text_finds(
    scene: Scene, archive: dict[str, Message]
) -> None:
    """Two characters or many, present, rare or absent, in the index and beside it."""
    for text in (
        "返品",
        "返品交換返品",
        "ﾄﾞﾚｽ",
        "品交",
        "𠮷野",
        "vip まだ",
        "再入荷か",
        "返金",
        "品品",
    ):
        assert found(scene, text, limit=200) == expected(archive, text)


def test_the_pages_of_a_search_neither_repeat_nor_omit(
    scene: Scene, archive: dict[str, Message]
) -> None:
    """Also where texts are packed into the index between two pages."""
    first = scene.desk.inbox.search("返品", limit=7)
    ids = [hit.message.id for hit in first.items if hit.message]
    changes = Changes()
    changes.add(*[message(number, "返品") for number in range(10_000, 10_000 + SEGMENT)])
    scene.storage.run(changes.write)
    scene.clock.advance(hours=1)
    scene.desk.run_jobs()
    assert max(block.number for block in scene.rows(SearchBlock)) > SEGMENT // 128
    after = first.next
    while after is not None:
        page = scene.desk.inbox.search("返品", after=after, limit=50)
        ids += [hit.message.id for hit in page.items if hit.message]
        after = page.next
    assert ids == expected(archive, "返品")


@pytest.mark.parametrize("number", [0, 1_000, SEGMENT - 1, SEGMENT, SEGMENT + 59])
def test_what_was_taken_back_is_gone_from_the_index(
    scene: Scene, archive: dict[str, Message], number: int
) -> None:
    """Not found, and not named by the index in any way, while all others stay."""
    gone = archive.pop(f"m{number:06}")
    changes = Changes()
    changes.alter(gone, evolve(gone, text="", state=MessageState.UNSENT))
    scene.storage.run(changes.write)
    for gram in sorted(grams_of(searchable(gone.text))):
        assert found(scene, gram, limit=200, pages=3)[:200] == expected(archive, gram)[:200]
    assert not [row for row in scene.rows(SearchText) if row.document_id == gone.id]
    named = {name for block in scene.rows(SearchBlock) for name in block.documents}
    assert f"m{gone.id}" not in named
    places = sum(len(row.places) // 2 for row in scene.rows(SearchPosting))
    indexed = [text for name, text in archive.items() if f"m{name}" in named]
    assert places == sum(len(grams_of(searchable(each.text))) for each in indexed)


def test_a_message_that_is_removed_is_gone_from_the_index(
    scene: Scene, archive: dict[str, Message]
) -> None:
    """An erasure of a whole conversation leaves nothing in the index, not even a name."""
    changes = Changes()
    changes.remove(Message, equal("conversation_id", WHO), at_most("occurred_at", 40))
    scene.storage.run(changes.write)
    gone = {name for name, each in archive.items() if each.occurred_at <= 40}
    named = {name[1:] for block in scene.rows(SearchBlock) for name in block.documents}
    assert not gone & named
    places = sum(len(row.places) // 2 for row in scene.rows(SearchPosting))
    kept = [archive[name] for name in named if name]
    assert places == sum(len(grams_of(searchable(each.text))) for each in kept)


def test_what_is_taken_back_while_it_is_packed_is_not_packed(
    scene: Scene, archive: dict[str, Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job works out a segment beside the database, and looks again before it writes."""
    changes = Changes()
    changes.add(*[message(number, "返品") for number in range(10_000, 10_000 + SEGMENT)])
    scene.storage.run(changes.write)
    gone = archive.pop(f"m{SEGMENT + 7:06}")
    work_out = indexing.segment_rows

    def taken_back_meanwhile(segment: int, texts: Sequence[SearchText]) -> object:
        if any(text.document_id == gone.id for text in texts):
            unsent = Changes()
            unsent.alter(gone, evolve(gone, text="", state=MessageState.UNSENT))
            scene.storage.run(unsent.write)
        return work_out(segment, texts)

    monkeypatch.setattr(indexing, "segment_rows", taken_back_meanwhile)
    scene.clock.advance(hours=1)
    for _ in range(2):
        scene.desk.run_jobs()
        scene.clock.advance(hours=1)
    named = {name[1:] for block in scene.rows(SearchBlock) for name in block.documents}
    assert len(named) == 2 * SEGMENT
    assert gone.id not in named


def test_a_search_in_one_conversation_finds_what_reading_it_finds(
    scene: Scene, archive: dict[str, Message]
) -> None:
    """All of it, page by page, and nothing of another customer's."""
    changes = Changes()
    other = Conversation(id=ConversationId("c2"), channel_id=ChannelId("main"), customer_id=None)
    changes.add(other, evolve(message(99_999, "返品"), conversation_id=other.id))
    scene.storage.run(changes.write)
    for text in ("返品", "返品交換返品", "ﾄﾞﾚｽ", "返金"):
        ids: list[str] = []
        after = None
        while True:
            page = scene.desk.inbox.search(text, conversation_id=WHO, after=after, limit=130)
            ids += [hit.message.id for hit in page.items if hit.message]
            after = page.next
            if after is None:
                break
        assert ids == expected(archive, text)


def test_a_search_in_one_conversation_finds_its_notes(scene: Scene) -> None:
    """What colleagues wrote is found beside what was said, the newest first."""
    asked = scene.asks("裾上げはできますか")
    scene.clock.advance(seconds=5)
    ticket = scene.ticket
    scene.desk.note(ticket.id, "裾上げは2cmまで", actor="hanako", version=ticket.version)
    first, second = scene.desk.inbox.search("裾上げ", conversation_id=asked.id).items
    assert first.note is not None
    assert second.message is not None
    with pytest.raises(ConfigurationError):
        scene.desk.inbox.search("裾上げ", conversation_id=asked.id, after="x")
    with pytest.raises(RowMissingError):
        scene.desk.inbox.search("裾上げ", conversation_id=ConversationId("nobody"))


def test_an_index_made_again_is_the_same(scene: Scene, archive: dict[str, Message]) -> None:
    """Also where rows of it are lost, or name what is long gone."""
    kinds = (SearchBlock, SearchPosting)
    before = [sorted(scene.rows(kind), key=repr) for kind in kinds]
    scene.storage.run(lambda tx: tx.delete(SearchPosting, [equal("gram", "返品")]))
    gone = SearchText(document_id="zz", kind="message", conversation_id=WHO, text="返品")
    scene.storage.run(lambda tx: tx.insert(gone))
    heard: list[tuple[int, int]] = []
    read = scene.desk.inbox.reindex(lambda done, total: heard.append((done, total)))
    assert read == len(archive)
    assert heard[-1] == (len(archive), len(archive))
    assert [sorted(scene.rows(kind), key=repr) for kind in kinds] == before
    assert len(scene.rows(SearchText)) == 60
    assert found(scene, "返品", limit=200) == expected(archive, "返品")


def test_what_comes_while_the_index_is_made_again_is_in_it_once(
    scene: Scene, archive: dict[str, Message]
) -> None:
    """A message that is written, and one that is taken back, between two steps."""
    gone, fresh = archive["m003000"], message(50_000, "返品")
    done: list[int] = []

    def meanwhile(read: int, _total: int) -> None:
        if not done:
            changes = Changes()
            changes.alter(gone, evolve(gone, text="", state=MessageState.UNSENT))
            changes.add(fresh)
            scene.storage.run(changes.write)
            del archive[gone.id]
            archive[fresh.id] = fresh
        done.append(read)

    scene.desk.inbox.reindex(meanwhile)
    assert len(done) > 1
    assert found(scene, "返品", limit=200) == expected(archive, "返品")
    named = [name for block in scene.rows(SearchBlock) for name in block.documents]
    assert f"m{gone.id}" not in named
    assert len(named) == len(set(named))


def test_notes_are_indexed_again_among_the_messages(scene: Scene) -> None:
    """In the order of time, as they were."""
    scene.asks("裾上げはできますか")
    ticket = scene.ticket
    scene.desk.note(ticket.id, "裾上げは2cmまで", actor="hanako", version=ticket.version)
    before = sorted(scene.rows(SearchText), key=repr)
    assert scene.desk.inbox.reindex() == 2
    assert sorted(scene.rows(SearchText), key=repr) == before


def test_an_empty_shop_has_an_empty_index(scene: Scene) -> None:
    """Nothing to read is no mistake."""
    assert scene.desk.inbox.reindex() == 0


def test_a_note_is_found_and_forgotten_with_the_words_it_quotes(scene: Scene) -> None:
    """An unsend takes the customer's words out of a note, and the note out of the search."""
    customer = scene.line.customer("c1")
    written = customer.says("裾上げはできますか")
    scene.settle()
    conversation = scene.conversation
    note = Note(
        id=NoteId("n1"),
        channel_id=conversation.channel_id,
        conversation_id=conversation.id,
        ticket_id=None,
        author_id="hanako",
        text="お客様より「裾上げはできますか」とのこと",
        at=scene.clock(),
    )
    changes = Changes()
    changes.add(note)
    scene.storage.run(changes.write)
    page = scene.desk.inbox.search("裾上")
    assert [(hit.message is None, hit.note) for hit in page.items if hit.note] == [(True, note)]
    assert len(page.items) == 2
    customer.unsends(written)
    scene.settle()
    assert scene.desk.inbox.search("裾上").items == ()
    assert len(scene.desk.inbox.search("お客様より").items) == 1


def test_an_answer_of_ours_is_found_too(scene: Scene) -> None:
    """Messages that went out are searched like those that came in."""
    scene.line.customer("c1").says("営業時間")
    scene.settle()
    (hit,) = scene.desk.inbox.search("平日10時").items
    assert hit.message is not None
    assert hit.message.author is Author.BOT
    assert hit.customer.id == scene.conversation.customer_id


@pytest.mark.parametrize("text", ["", "返", "返 品", "　"])
def test_a_search_without_a_word_of_two_characters_is_refused(scene: Scene, text: str) -> None:
    """One character would find nearly everything."""
    with pytest.raises(SearchTooShortError):
        scene.desk.inbox.search(text)


def test_a_mark_that_no_search_gave_is_refused(scene: Scene) -> None:
    """`after` is a page's own `next`, or a mistake."""
    with pytest.raises(ConfigurationError):
        scene.desk.inbox.search("返品", after="x~y~z")


def test_spelling_makes_no_difference() -> None:
    """Width, case and the two kana are alike; a space parts words."""
    assert searchable("ﾄﾞﾚｽ　ＶＩＰ\n様") == "どれす vip 様"
    assert grams_of("どれ 様") == {"どれ"}
