"""Keyword rules answer what they should, and say why."""

from __future__ import annotations

import pytest

from linecs.model.inquiry import Answer, Bubble, Inquiry
from linecs.replies import KeywordResponder, KeywordRule, RuleError


def text(words: str) -> dict[str, str]:
    """A text message object."""
    return {"type": "text", "text": words}


def inquiry(words: str) -> Inquiry:
    """A customer writing `words`."""
    return Inquiry(
        id="01J", channel_id="shop", conversation_id="c1", at=1_700_000_000_000, text=words
    )


def test_an_exact_keyword_answers_in_any_width() -> None:
    """A keyword meets its full and half width, kana and case."""
    responder = KeywordResponder(
        [KeywordRule(id="log", exact=("ログイン",), messages=(text("A"),))]
    )
    decision = responder.respond(inquiry("ﾛｸﾞｲﾝ"))
    assert isinstance(decision, Answer)
    assert (decision.source, decision.messages) == ("rule:log", (text("A"),))


def test_another_text_is_left_to_the_next_responder() -> None:
    """A text that is no keyword gets no decision."""
    responder = KeywordResponder(
        [KeywordRule(id="log", exact=("ログイン",), messages=(text("A"),))]
    )
    assert responder.respond(inquiry("返品")) is None


def test_an_exact_keyword_does_not_wait() -> None:
    """An exact keyword and a tap are answered at once; other text may go on."""
    responder = KeywordResponder(
        [KeywordRule(id="log", exact=("ログイン",), messages=(text("A"),))]
    )
    kinds = [
        Bubble(kind="text", text="ろぐいん"),
        Bubble(kind="text", text="ろ"),
        Bubble(kind="postback"),
    ]
    assert [responder.waits(bubble) for bubble in kinds] == [False, True, False]


def test_a_rule_without_messages_is_refused() -> None:
    """A rule that could say nothing is an error at construction."""
    with pytest.raises(RuleError, match="'empty'"):
        KeywordRule(id="empty", exact=("a",))
