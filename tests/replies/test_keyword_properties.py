"""Matching thousands of rules in one pass equals looking at each rule by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from linecs.model.inquiry import Bubble, Inquiry
from linecs.replies.keyword import KeywordResponder, KeywordRule, Kind, Triggers
from linecs.replies.keyword.texts import RegexSet
from linecs.replies.normalisation import Normaliser

if TYPE_CHECKING:
    import random

NORMALISE = Normaliser()
WORDS = st.text("あいアイａa1 ー", min_size=1, max_size=4).filter(Normaliser())
LISTS = st.lists(WORDS, max_size=2).map(tuple)
TRIGGERS = st.builds(Triggers, exact=LISTS, contains=LISTS, prefix=LISTS)
SOME = st.builds(Triggers, contains=WORDS.map(lambda word: (word,)), prefix=LISTS)
NAMES = st.integers(0, 10_000).map(str)
SAID = ({"type": "text", "text": "a"},)


def is_listening(rule: KeywordRule) -> bool:
    """Whether a rule has triggers at all."""
    return bool(list(rule.patterns()) or rule.all_of)


@st.composite
def rules(draw: st.DrawFn) -> list[KeywordRule]:
    """Rules with ids of their own and different priorities."""
    ids = draw(st.lists(NAMES, max_size=8, unique=True))
    made = []
    for priority, id_ in enumerate(draw(st.permutations(ids))):
        triggers = draw(SOME)
        groups = st.lists(SOME, max_size=2)
        made.append(
            KeywordRule(
                id=id_,
                exact=triggers.exact,
                contains=triggers.contains,
                prefix=triggers.prefix,
                all_of=tuple(draw(groups)),
                none_of=draw(TRIGGERS),
                priority=priority,
                messages=SAID,
            )
        )
    return made


TEXTS = st.lists(st.text("あいアイａa1 ー", max_size=8), min_size=1, max_size=3)


def inquiry(texts: list[str]) -> Inquiry:
    """An inquiry of these bubbles."""
    bubbles = tuple(Bubble(kind="text", text=words) for words in texts)
    return Inquiry(
        id="e", channel_id="s", conversation_id="c", at=1, text="\n".join(texts), bubbles=bubbles
    )


def is_there(triggers: Triggers, texts: list[str]) -> bool:
    """Say the obvious way whether one of the triggers is in the bubbles or the whole."""
    forms = [NORMALISE(words) for words in {*texts, "\n".join(texts)}]
    checks = {
        Kind.EXACT: lambda pattern, form: form == pattern,
        Kind.PREFIX: lambda pattern, form: form.startswith(pattern),
        Kind.CONTAINS: lambda pattern, form: pattern in form,
    }
    return any(
        checks[kind](NORMALISE(pattern), form)
        for kind, pattern in triggers.patterns()
        for form in forms
    )


def expected(rule: KeywordRule, texts: list[str]) -> bool:
    """Say the obvious way whether a rule may answer."""
    return (
        is_there(rule, texts)
        and all(is_there(group, texts) for group in rule.all_of)
        and not is_there(rule.none_of, texts)
    )


@given(rules(), TEXTS)
def test_one_pass_finds_what_looking_at_each_rule_finds(
    given_rules: list[KeywordRule], texts: list[str]
) -> None:
    """The rules that match are those that a plain look at each of them finds."""
    matches = KeywordResponder(given_rules).ranked(inquiry(texts))
    answering = {match.rule.id for match in matches if not match.is_forbidden}
    assert answering == {rule.id for rule in given_rules if expected(rule, texts)}


@given(rules(), TEXTS, st.randoms(use_true_random=False))
def test_the_order_of_rules_does_not_matter_where_priorities_differ(
    given_rules: list[KeywordRule], texts: list[str], shuffle: random.Random
) -> None:
    """Shuffling a file changes no answer and no trace."""
    shuffled = list(given_rules)
    shuffle.shuffle(shuffled)
    asked = inquiry(texts)
    assert KeywordResponder(given_rules).consider(asked) == KeywordResponder(shuffled).consider(
        asked
    )


@given(
    st.lists(st.sampled_from(["a", "a.{1,9}b", "(a|b)+1", "b$", "^1"]), unique=True), st.text("ab1")
)
def test_regexes_are_found_also_where_their_set_outgrows_its_memory(
    patterns: list[str], message: str
) -> None:
    """With no memory for a set, each pattern is searched alone and the result is the same."""
    results = []
    for memory in (2_500, 64 << 20):
        regexes = RegexSet(memory=memory)
        for number, pattern in enumerate(patterns):
            regexes.add(pattern, number)
        regexes.compile()
        results.append(regexes.find(message))
    assert results[0] == results[1]
