"""The messages an FAQ sends: answers, "did you mean", and the question whether it helped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import regex
from attrs import frozen

from linecs.limits import check_messages
from linecs.model.inquiry import Choice
from linecs.replies.faq.taps import Tap, TapKind, tap_data

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.model.message import MessageObject
    from linecs.replies.faq.entry import FaqEntry

__all__ = ["FaqWording", "answer_messages", "choice_messages", "choices_of", "text_message"]

_MOST_MESSAGES = 5
_LONGEST_TITLE = 200
_GRAPHEME = regex.compile(r"\X")


@frozen(kw_only=True)
class FaqWording:
    """What the FAQ says around the shop's own words; a shop may change each sentence."""

    did_you_mean: str = "もしかして、次のご質問でしょうか？"
    how_to_choose: str = "番号でもお答えいただけます。"
    none_of_these: str = "どれでもない"
    is_it_solved: str = "解決しましたか？（はい／いいえ）"
    yes: str = "はい"
    no: str = "いいえ"
    thanks: str = "お役に立ててよかったです。"
    links: str = "くわしくはこちら"
    related: str = "関連するご質問"


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
    """One text that lists the choices by number, with a button for each and one for none."""
    text = "\n".join([wording.did_you_mean, *_listed(choices), wording.how_to_choose])
    none = _button(wording.none_of_these, Tap(TapKind.NONE_OF_THESE), wording.none_of_these)
    messages = (_with_buttons(text_message(text), [*_buttons(choices), none]),)
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
        lines += [wording.related, *_listed(related)]
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


def _listed(choices: Sequence[Choice]) -> list[str]:
    return [
        f"{number}. {_shortened(choice.title, _LONGEST_TITLE)}"
        for number, choice in enumerate(choices, start=1)
    ]


def _buttons(choices: Sequence[Choice]) -> list[dict[str, Any]]:
    return [
        _button(choice.label, Tap(TapKind.CHOSEN, choice.id), choice.title) for choice in choices
    ]


def _button(label: str, tap: Tap, shown: str) -> dict[str, Any]:
    action = {
        "type": "postback",
        "label": label,
        "data": tap_data(tap),
        "displayText": _shortened(shown, _LONGEST_TITLE),
    }
    return {"type": "action", "action": action}


def _with_buttons(message: dict[str, Any], buttons: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {**message, "quickReply": {"items": list(buttons)}}


def _shortened(text: str, longest: int) -> str:
    characters = _GRAPHEME.findall(text)
    return text if len(characters) <= longest else "".join(characters[: longest - 1]) + "…"
