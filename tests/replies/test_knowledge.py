"""Knowledge is published in versions that never change, can be compared, and come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from linecs.replies.faq import FaqEntry
from linecs.replies.files import FileError, read_scenarios
from linecs.replies.keyword import KeywordRule
from linecs.replies.knowledge import (
    Knowledge,
    StaleKnowledgeError,
    UnknownVersionError,
    current,
    difference,
    dump_knowledge,
    publish,
    read_knowledge,
    roll_back,
    write_knowledge,
)
from linecs.replies.templates import Template

if TYPE_CHECKING:
    from linecs.replies.knowledge import (
        KnowledgeVersion,
    )

SCENARIOS = b"- {id: s, start: a, steps: {x: {say: b, ask: text}, y: {end: hand_off}}}"
FULL = Knowledge(
    rules=(
        KeywordRule(id="r", exact=("返品",), texts=("はい",), valid_from=1, priority=3),
        KeywordRule(id="q", always=True, messages=({"type": "flex", "n": 1, "altText": "x"},)),
    ),
    faq=(FaqEntry(id="f", question="送料は", variants=("a|b",), answer="500円", valid_until=5),),
    templates=(Template(id="t", title="お礼", messages=({"type": "text", "text": "どうも"},)),),
    scenarios=read_scenarios(SCENARIOS, name="s.yaml"),
)


def published(*contents: Knowledge) -> list[KnowledgeVersion]:
    """Versions of these contents."""
    versions: list[KnowledgeVersion] = []
    for number, content in enumerate(contents):
        versions.append(publish(versions, content, based_on=number, at=number, by="寺澤"))
    return versions


def test_the_newest_version_answers() -> None:
    """Numbers go up without gaps, whatever the order they are stored in."""
    versions = published(Knowledge(), FULL)
    assert [version.number for version in versions] == [1, 2]
    newest = current(versions[::-1])
    assert newest is not None
    assert newest.knowledge == FULL
    assert current([]) is None


def test_publishing_over_a_colleagues_version_is_refused() -> None:
    """Two leads edit at once: the second is told by whom, and nothing is lost."""
    versions = published(Knowledge())
    with pytest.raises(StaleKnowledgeError, match="寺澤 published version 1") as raised:
        publish(versions, FULL, based_on=0, at=5, by="佐藤")
    assert raised.value.sentence.say().startswith("編集中に 寺澤 が第1版を公開しました")


def test_rolling_back_publishes_the_old_content_again() -> None:
    """History is never rewritten."""
    versions = published(Knowledge(), FULL, Knowledge())
    back = roll_back(versions, 2, at=9, by="佐藤", note="戻します")
    assert (back.number, back.knowledge, back.rolled_back_to) == (4, FULL, 2)
    assert difference(versions[1].knowledge, back.knowledge) == ()


@pytest.mark.parametrize("versions", [[], published(FULL)])
def test_a_version_that_never_was_cannot_come_back(versions: list[KnowledgeVersion]) -> None:
    """The error names the number."""
    with pytest.raises(UnknownVersionError, match="7"):
        roll_back(versions, 7, at=1, by="a")


def test_a_difference_says_what_was_done() -> None:
    """Added, removed and changed things of every kind, with the fields that differ."""
    (rule, other), (entry,) = FULL.rules, FULL.faq
    new = evolve(
        FULL,
        rules=(evolve(rule, priority=0, texts=("いいえ",)), other),
        faq=(entry, FaqEntry(id="g", question="営業時間は")),
        templates=(),
    )
    changes = difference(FULL, new)
    assert [change.say() for change in changes] == [
        "＊ ルール r を変更: texts, priority",
        "＋ FAQ g を追加",
        "－ 定型文 t を削除",
    ]
    assert changes[0].texts() == ("texts: [はい]\npriority: 3\n", "texts: [いいえ]\n")
    assert changes[1].texts() == ("", "id: g\nquestion: 営業時間は\n")
    assert changes[2].say("en") == "- template t removed"


def test_a_moved_rule_is_told() -> None:
    """Among equals the order in the list decides, so that moving one is a change."""
    rules = tuple(KeywordRule(id=name, exact=(name,), texts=("a",)) for name in "abcd")
    moved = (rules[3], *rules[:3])
    changes = difference(Knowledge(rules=rules), Knowledge(rules=moved))
    assert [change.say() for change in changes] == ["↕ ルール d の順番を変更"]


@pytest.mark.parametrize(
    ("write", "name"), [(dump_knowledge, "k.json"), (write_knowledge, "k.yaml")]
)
def test_all_knowledge_survives_in_one_text(write: Any, name: str) -> None:
    """Stores keep JSON, people YAML; nothing is lost in either."""
    assert read_knowledge(write(FULL), name=name) == FULL
    assert read_knowledge(write(FULL).encode(), name=name) == FULL
    empty = Knowledge()
    assert read_knowledge(dump_knowledge(empty)) == empty


WORDS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=6).filter(str.strip)
ENTRIES = st.lists(
    st.builds(FaqEntry, id=st.sampled_from("abcdef"), question=WORDS, answer=WORDS),
    unique_by=lambda entry: entry.id,
).map(tuple)


@given(ENTRIES, ENTRIES)
def test_a_difference_leads_from_one_to_the_other(
    old: tuple[FaqEntry, ...], new: tuple[FaqEntry, ...]
) -> None:
    """Doing what it says to the old entries gives the new ones."""
    changes = difference(Knowledge(faq=old), Knowledge(faq=new))
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
def test_stored_entries_survive(entries: tuple[FaqEntry, ...]) -> None:
    """Whatever texts hold."""
    knowledge = Knowledge(faq=entries)
    assert read_knowledge(dump_knowledge(knowledge)) == knowledge


@pytest.mark.parametrize(
    ("text", "name", "problems"),
    [
        ("rulez: []\nfaq: {a: b}", "k.yaml", ["1:1 unknown_field", "2:1 not_list"]),
        ("faq:\n  - id: a\nrules:\n  - id: b", "k.yaml", ["2:5 missing", "4:5 says_nothing"]),
        ("[]", "k.json", ["0:0 not_fields"]),
        ("{", "k.json", ["0:0 not_json"]),
        (
            '{"faq": [{"id": "a", "question": "b"}, {"id": "a", "question": "b"}]}',
            "k.json",
            ["0:0 repeated_id"],
        ),
    ],
)
def test_a_mistake_in_knowledge_is_told(text: str, name: str, problems: list[str]) -> None:
    """All sections are looked through, and everything is told at once."""
    with pytest.raises(FileError) as raised:
        read_knowledge(text, name=name)
    found = [f"{one.line}:{one.column} {one.sentence.code}" for one in raised.value.problems]
    assert found == problems
