"""Knowledge is kept without loss, and what changed between two versions can be read."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from linecs.replies.faq import FaqEntry
from linecs.replies.files import FileError, read_scenarios
from linecs.replies.keyword import KeywordRule
from linecs.replies.knowledge import difference, dump_knowledge, load_knowledge
from linecs.replies.templates import Template

SCENARIOS = b"- {id: s, start: a, steps: {x: {say: b, ask: text}, y: {end: hand_off}}}"
RULES = (
    KeywordRule(id="r", exact=("返品",), texts=("はい",), valid_from=1, priority=3),
    KeywordRule(id="q", always=True, messages=({"type": "flex", "n": 1, "altText": "x"},)),
)
KNOWLEDGE = {
    "rules": RULES,
    "faq": (FaqEntry(id="f", question="送料は", variants=("a|b",), answer="500円", valid_until=5),),
    "templates": (Template(id="t", title="お礼", messages=({"type": "text", "text": "どうも"},)),),
    "scenarios": read_scenarios(SCENARIOS, name="s.yaml"),
}


@pytest.mark.parametrize("kind", KNOWLEDGE)
def test_knowledge_of_every_kind_is_kept_without_loss(kind: str) -> None:
    """What a store gives back is what it was given."""
    entries: tuple[Any, ...] = KNOWLEDGE[kind]
    assert load_knowledge(kind, dump_knowledge(kind, entries)) == entries
    assert load_knowledge(kind, dump_knowledge(kind, ())) == ()


@pytest.mark.parametrize("text", ["", "{}", '[{"id": "a"}]', '[{"id": "a", "question": "b"}]' * 2])
def test_a_text_that_is_no_knowledge_is_refused(text: str) -> None:
    """A row that somebody else wrote does not become answers."""
    with pytest.raises(FileError):
        load_knowledge("faq", text)


def test_two_entries_with_one_id_are_refused() -> None:
    """Also where nobody can be pointed at a line."""
    (entry,) = KNOWLEDGE["faq"]
    with pytest.raises(FileError, match="id「f」"):
        load_knowledge("faq", dump_knowledge("faq", [entry, entry]))


def test_a_difference_says_what_was_done() -> None:
    """Added, removed and changed, with the fields that differ, side by side."""
    first, second = RULES
    new = (
        evolve(first, priority=0, texts=("いいえ",)),
        KeywordRule(id="n", exact=("a",), texts=("b",)),
    )
    changed, added, removed = difference("rules", RULES, new)
    assert [change.say() for change in (changed, added, removed)] == [
        "＊ ルール r を変更: texts, priority",
        "＋ ルール n を追加",
        "－ ルール q を削除",
    ]
    assert changed.texts() == ("texts: [はい]\npriority: 3\n", "texts: [いいえ]\n")
    assert added.texts() == ("", "id: n\nexact: [a]\ntexts: [b]\n")
    assert removed.say("en") == f"- rule {second.id} removed"


def test_a_moved_rule_is_told() -> None:
    """Among equals the order in the list decides, so that moving one is a change."""
    rules = tuple(KeywordRule(id=name, exact=(name,), texts=("a",)) for name in "abcd")
    changes = difference("rules", rules, (rules[3], *rules[:3]))
    assert [change.say() for change in changes] == ["↕ ルール d の順番を変更"]


WORDS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=6).filter(str.strip)
ENTRIES = st.lists(
    st.builds(FaqEntry, id=st.sampled_from("abcdef"), question=WORDS, answer=WORDS),
    unique_by=lambda entry: entry.id,
).map(tuple)


@given(ENTRIES, ENTRIES)
def test_a_difference_leads_from_one_to_the_other(
    old: tuple[FaqEntry, ...], new: tuple[FaqEntry, ...]
) -> None:
    """Doing what it says to the old entries gives the new ones, and no more than that."""
    changes = difference("faq", old, new)
    entries = {entry.id: entry for entry in old}
    wanted = {entry.id: entry for entry in new}
    for change in changes:
        assert change.action != "moved" or entries[change.id] == wanted[change.id]
        if change.action == "removed":
            del entries[change.id]
        else:
            entries[change.id] = wanted[change.id]
    assert entries == wanted
    touched = {change.id for change in changes}
    still = [entry.id for entry in new if entry.id not in touched]
    assert still == [entry.id for entry in old if entry.id in still]


@given(ENTRIES)
def test_whatever_texts_hold_is_kept(entries: tuple[FaqEntry, ...]) -> None:
    """Kept without loss."""
    assert load_knowledge("faq", dump_knowledge("faq", entries)) == entries
