"""The messages an FAQ sends: answers, "did you mean", and the question whether it helped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from linecs.errors import ConfigurationError
from linecs.limits import check_messages, grapheme_length, split_text, utf16_length
from linecs.model.inquiry import Choice
from linecs.replies.faq.entry import LABEL_GRAPHEMES
from linecs.replies.faq.taps import Tap, TapKind, tap_data

if TYPE_CHECKING:
    from collections.abc import Sequence

    from attrs import Attribute

    from linecs.model.message import MessageObject
    from linecs.replies.faq.entry import FaqEntry

__all__ = ["FaqWording", "answer_messages", "choice_messages", "choices_of", "text_message"]

_MOST_MESSAGES = 5
_LONGEST_TITLE = 200
_LONGEST_SENTENCE = 500


def _sentence(_wording: FaqWording, attribute: Attribute[str], value: str) -> None:
    if utf16_length(value) > _LONGEST_SENTENCE:
        raise ConfigurationError(
            f"FaqWording.{attribute.name} has more than {_LONGEST_SENTENCE} characters; shorten it."
        )


def _button_label(_wording: FaqWording, attribute: Attribute[str], value: str) -> None:
    if grapheme_length(value) > LABEL_GRAPHEMES:
        raise ConfigurationError(
            f"FaqWording.{attribute.name} stands on a button and has more than "
            f"{LABEL_GRAPHEMES} characters; shorten it."
        )


def _needed_label(wording: FaqWording, attribute: Attribute[str], value: str) -> None:
    if not value.strip():
        raise ConfigurationError(f"FaqWording.{attribute.name} stands on a button; write it.")
    _button_label(wording, attribute, value)


@frozen(kw_only=True)
class FaqWording:
    """What the FAQ says around the shop's own words; a shop may change each sentence.

    Attributes:
        did_you_mean: Above the questions that may be meant.
        how_to_choose: Below them.
        none_of_these: The last choice, which brings a person at once; empty leaves it out.
        is_it_solved: After an answer.
        yes, no: The two buttons below that question.
        thanks: Said when the answer helped.
        links: Above the links of an answer.
        related: Above the related questions.

    Raises:
        ConfigurationError: A button has no label or more than 20 graphemes, or a sentence more
            than 500 UTF-16 code units.
    """

    did_you_mean: str = field(default="もしかして、次のご質問でしょうか？", validator=_sentence)
    how_to_choose: str = field(default="番号でもお答えいただけます。", validator=_sentence)
    none_of_these: str = field(default="オペレーターに相談", validator=_button_label)
    is_it_solved: str = field(default="解決しましたか？（はい／いいえ）", validator=_sentence)
    yes: str = field(default="はい", validator=_needed_label)
    no: str = field(default="いいえ", validator=_needed_label)
    thanks: str = field(default="お役に立ててよかったです。", validator=_sentence)
    links: str = field(default="くわしくはこちら", validator=_sentence)
    related: str = field(default="関連するご質問", validator=_sentence)


def text_message(text: str) -> dict[str, Any]:
    """A LINE text message object."""
    return {"type": "text", "text": text}


def choices_of(entries: Sequence[FaqEntry]) -> tuple[Choice, ...]:
    """The entries as choices; on the button stands the entry's short label or its number."""
    return tuple(
        Choice(id=entry.id, title=entry.question, label=entry.label or str(number))
        for number, entry in enumerate(entries, start=1)
    )


def choice_messages(choices: Sequence[Choice], wording: FaqWording) -> tuple[MessageObject, ...]:
    """One text that lists the choices by number, with a button for each and one for a person."""
    titles, buttons = [choice.title for choice in choices], _buttons(choices)
    if wording.none_of_these:
        titles.append(wording.none_of_these)
        person = Tap(TapKind.NONE_OF_THESE)
        buttons.append(_button(wording.none_of_these, person, wording.none_of_these))
    text = "\n".join(filter(None, [wording.did_you_mean, *_listed(titles), wording.how_to_choose]))
    messages = (_with_buttons(text_message(text), buttons),)
    check_messages(messages)
    return messages


def answer_messages(
    entry: FaqEntry,
    answer: Sequence[MessageObject],
    *,
    related: Sequence[Choice],
    wording: FaqWording,
    asks_if_solved: bool,
) -> tuple[MessageObject, ...]:
    """The shop's answer, then whether it helped, with related questions to go on to.

    Where the answer already fills LINE's five messages, the buttons go on its last one.
    """
    lines = [wording.is_it_solved] if asks_if_solved else []
    if related:
        lines += [wording.related, *_listed([choice.title for choice in related])]
    if not lines:
        return tuple(answer)
    solved = [
        _button(wording.yes, Tap(TapKind.SOLVED, entry.id), wording.yes),
        _button(wording.no, Tap(TapKind.UNSOLVED, entry.id), wording.no),
    ]
    buttons = [*(solved if asks_if_solved else []), *_buttons(related)]
    if len(answer) < _MOST_MESSAGES:
        messages = (*answer, _with_buttons(text_message("\n".join(lines)), buttons))
    else:
        messages = (*answer[:-1], {"quickReply": {"items": buttons}, **answer[-1]})
    check_messages(messages)
    return messages


def _listed(titles: Sequence[str]) -> list[str]:
    return [f"{number}. {_shortened(title)}" for number, title in enumerate(titles, start=1)]


def _buttons(choices: Sequence[Choice]) -> list[dict[str, Any]]:
    return [
        _button(choice.label, Tap(TapKind.CHOSEN, choice.id), choice.title) for choice in choices
    ]


def _button(label: str, tap: Tap, shown: str) -> dict[str, Any]:
    action = {
        "type": "postback",
        "label": label,
        "data": tap_data(tap),
        "displayText": _shortened(shown),
    }
    return {"type": "action", "action": action}


def _with_buttons(message: dict[str, Any], buttons: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {**message, "quickReply": {"items": list(buttons)}}


def _shortened(text: str) -> str:
    # LINE refuses a whole message for a NUL or half of a surrogate pair in it.
    text = text.replace("\0", "").encode("utf-8", "ignore").decode()
    if utf16_length(text) <= _LONGEST_TITLE:
        return text
    return split_text(text, _LONGEST_TITLE - 1)[0] + "…"
