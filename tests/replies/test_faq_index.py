"""The FAQ index: fusion, stored vectors, validity."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import example, given
from hypothesis import strategies as st

from faqs import NOON, SHOP, LetterEmbedder
from linecs.replies.faq import (
    EmbedderError,
    FaqEntry,
    FaqError,
    FaqIndex,
    embed_entries,
    vector_key,
)


def first(index: FaqIndex, text: str, at: int | None = None) -> str:
    """The id of the nearest entry."""
    return index.search(text, at=at).candidates[0].entry.id


@pytest.mark.parametrize("embedder", [None, LetterEmbedder()], ids=["words", "words+meaning"])
def test_the_nearest_question_comes_first(embedder: LetterEmbedder | None) -> None:
    """A question in other words finds its entry."""
    index = FaqIndex(SHOP, embedder=embedder)
    assert first(index, "キャンセルしたい") == "cancel"
    assert first(index, "ポイントの期限っていつまで") == "points"


def test_a_variant_stands_for_its_entry() -> None:
    """A match on a variant names the entry and the variant that matched."""
    found = FaqIndex(SHOP).search("配送料を知りたい")
    assert found.candidates[0].entry.id == "fee"
    assert found.candidates[0].text == "配送料を知りたい"


def test_each_entry_is_a_candidate_once() -> None:
    """Variants do not fill the places of other entries."""
    ids = [found.entry.id for found in FaqIndex(SHOP).search("送料", limit=10).candidates]
    assert sorted(ids) == sorted(entry.id for entry in SHOP)


def test_exact_means_but_for_manner_and_writing() -> None:
    """An entry asked in its own words is exact in any width, kana or politeness."""
    index = FaqIndex(SHOP)
    assert [entry.id for entry in index.search("ポイントの有効期限は").exact] == []
    assert [entry.id for entry in index.search("送料はいくら").exact] == ["fee"]
    assert [entry.id for entry in index.search("ｻｲｽﾞを交換でき ますか").exact] == ["size"]


def test_marks_alone_are_nobodys_question() -> None:
    """A message of marks is not taken for an entry that normalises to nothing."""
    assert FaqIndex([FaqEntry(id="x", question="？")]).search("！").exact == ()


def test_an_expired_entry_is_not_found() -> None:
    """Entries answer from `valid_from` until just before `valid_until`."""
    sale = FaqEntry(id="sale", question="セールはいつ", valid_from=NOON, valid_until=NOON + 10)
    index = FaqIndex([*SHOP, sale])
    assert first(index, "セールはいつ", at=NOON) == "sale"
    assert index.search("セールはいつ", at=NOON + 9).exact == (sale,)
    assert first(index, "セールはいつ", at=NOON + 10) != "sale"
    assert index.search("セールはいつ", at=NOON - 1).exact == ()


def test_where_nothing_is_valid_nothing_is_found() -> None:
    """An FAQ whose entries have all ended has no candidates and no evidence."""
    ended = [evolve(entry, valid_until=NOON) for entry in SHOP]
    found = FaqIndex(ended).search("送料", at=NOON)
    assert found.candidates == ()
    assert found.evidence is None


def test_an_empty_faq_answers_nothing() -> None:
    """An FAQ without entries can be asked, with and without an embedder."""
    assert FaqIndex([]).search("送料").candidates == ()
    assert FaqIndex([], embedder=LetterEmbedder()).search("送料").candidates == ()


def test_ids_are_unique() -> None:
    """Two entries with one id are refused by name."""
    with pytest.raises(FaqError, match="'fee'"):
        FaqIndex([*SHOP, SHOP[2]])


def test_a_label_fits_its_button() -> None:
    """A label of more than LINE's 20 characters is refused when it is written."""
    with pytest.raises(FaqError, match="label"):
        FaqEntry(id="x", question="x", label="あ" * 21)


def test_stored_vectors_are_not_computed_again() -> None:
    """An index built from stored vectors asks the embedder about questions only."""
    vectors = embed_entries(SHOP, LetterEmbedder())
    embedder = LetterEmbedder()
    index = FaqIndex(SHOP, embedder=embedder, vectors=vectors)
    assert embedder.seen == []
    assert first(index, "送料") == "fee"


def test_only_new_texts_are_embedded() -> None:
    """A changed FAQ costs one vector a changed text, and progress counts just those."""
    stored = embed_entries(SHOP, LetterEmbedder())
    changed = [*SHOP, FaqEntry(id="new", question="ギフト包装はできますか")]
    embedder, told = LetterEmbedder(), []
    vectors = embed_entries(
        changed, embedder, stored=stored, progress=lambda done, total: told.append((done, total))
    )
    assert len(embedder.seen) == 1
    assert told == [(1, 1)]
    assert set(vectors) == {vector_key(text) for entry in changed for text in entry.texts}


def test_stored_vectors_rank_as_fresh_ones() -> None:
    """What the store keeps loses nothing that matters."""
    fresh = FaqIndex(SHOP, embedder=LetterEmbedder())
    kept = FaqIndex(SHOP, embedder=LetterEmbedder(), vectors=embed_entries(SHOP, LetterEmbedder()))
    for text in ("送料", "サイズ交換", "返金まだ"):
        assert first(fresh, text) == first(kept, text)


def test_a_model_reads_the_shops_own_katakana() -> None:
    """Words the FAQ has in katakana are given to the model so, however the customer wrote them."""
    embedder = LetterEmbedder()
    index = FaqIndex([*SHOP, FaqEntry(id="login", question="ログインできない")], embedder=embedder)
    index.search("ろぐいん できないです")
    assert embedder.seen[-1] == "ログイン できない"


def test_short_words_inside_others_are_left() -> None:
    """くださいと is not read as a word of three kana that the FAQ happens to have."""
    embedder = LetterEmbedder()
    index = FaqIndex([FaqEntry(id="x", question="サイトの使い方")], embedder=embedder)
    index.search("くださいと言われた")
    assert embedder.seen[-1] == "くださいと言われた"


def test_missing_vectors_say_what_to_do() -> None:
    """An index without the vectors of its texts names the remedy."""
    with pytest.raises(EmbedderError, match="embed_entries"):
        FaqIndex(SHOP, embedder=LetterEmbedder(), vectors={})


def test_vectors_of_another_model_are_refused() -> None:
    """Vectors of another size are found out at the first question."""
    vectors = embed_entries(SHOP, LetterEmbedder(size=32))
    index = FaqIndex(SHOP, embedder=LetterEmbedder(size=64), vectors=vectors)
    with pytest.raises(EmbedderError, match="32"):
        index.search("送料")


@given(st.text(max_size=40))
@example("送料\ud800いくら")
def test_any_message_can_be_asked(text: str) -> None:
    """No message breaks the search; its evidence stays within its bounds."""
    evidence = FaqIndex(SHOP, embedder=LetterEmbedder()).search(text).evidence
    assert evidence is not None
    assert 0 <= evidence.coverage <= 1
    assert evidence.coverage_lead <= evidence.coverage + 1e-9


@given(
    order=st.permutations(SHOP), text=st.sampled_from(["送料いくら", "返金", "交換したい", "期限"])
)
def test_the_order_of_entries_does_not_matter(order: list[FaqEntry], text: str) -> None:
    """The nearest entry is the nearest in whatever order the FAQ is written."""
    assert first(FaqIndex(order), text) == first(FaqIndex(SHOP), text)
