"""What a tap on one of the FAQ's buttons means, and what typing it means where no button shows.

Quick replies appear on phones only (LINE), so whatever can be tapped can also be typed.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import frozen

from linecs.replies.faq.features import matching_key
from linecs.replies.normalisation import Normaliser

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.replies.faq.entry import FaqEntry

__all__ = [
    "Tap",
    "TapKind",
    "parse_tap",
    "tap_data",
    "typed_choice",
    "typed_none_of_these",
    "typed_yes_or_no",
]

_PREFIX = "linecs:faq:"
_NUMBER = re.compile(r"(?:その)?(\d{1,2})(?:番目?|つ目)?(?:です|でお願いします|をお願いします)?")
_YES = re.compile("はい|うん|(解決)?しました|解決(した)?|yes|ok")
_NO = re.compile(
    "いいえ|いや|ううん|まだ(です)?|no|解決し(ません(でした)?|なかった|ない|てい?ません|てい?ない)"
)
_NONE = re.compile(
    "(?:どれ|いずれ|この中)?(?:でも|には|にも|に|も)?(?:該当|当てはまるもの)?(?:は|が|し)?"
    "(?:ない|なし|ありません|違う|違います|ちがう|ちがいます|当てはまらない|当てはまりません)(?:です)?"
)

_normalise = Normaliser()


class TapKind(StrEnum):
    """What a button stands for."""

    CHOSEN = "chosen"
    NONE_OF_THESE = "none_of_these"
    SOLVED = "solved"
    UNSOLVED = "unsolved"


@frozen
class Tap:
    """A button of the FAQ that was tapped.

    Attributes:
        kind: Which sort of button.
        entry_id: The entry it is about; empty for `NONE_OF_THESE`.
    """

    kind: TapKind
    entry_id: str = ""


def tap_data(tap: Tap) -> str:
    """The postback data of a button; LINE allows 300 characters."""
    return f"{_PREFIX}{tap.kind}:{tap.entry_id}"


def parse_tap(data: str) -> Tap | None:
    """The tap that postback data stands for; None where it is not one of the FAQ's buttons."""
    kind, colon, entry_id = data.removeprefix(_PREFIX).partition(":")
    if not data.startswith(_PREFIX) or not colon or kind not in set(TapKind):
        return None
    return Tap(TapKind(kind), entry_id)


def typed_choice(text: str, offered: Sequence[FaqEntry]) -> FaqEntry | None:
    """Which of the offered entries `text` picks by its number, title or label, if any.

    Args:
        text: As the customer wrote it: `2`, `２番`, `②です`, or a title.
        offered: In the order they were listed, from 1.
    """
    place = _place(text)
    if place is not None:
        return offered[place - 1] if 1 <= place <= len(offered) else None
    key = matching_key(text)
    same = [
        entry
        for entry in offered
        if key and key in {matching_key(entry.question), matching_key(entry.label)}
    ]
    return same[0] if same else None


def typed_none_of_these(text: str, *, label: str, place: int) -> bool:
    """Whether `text` says that none of the offered is meant.

    Args:
        text: As the customer wrote it: the label, its number, or words like どれでもない.
        label: What stood on the last button.
        place: At which number it was listed.
    """
    is_label = matching_key(text) == matching_key(label)
    return is_label or _place(text) == place or bool(_NONE.fullmatch(_normalise(text)))


def typed_yes_or_no(text: str, *, yes: str, no: str) -> bool | None:
    """Whether `text` says that the matter is solved (True) or is not (False); None for neither.

    Args:
        text: As the customer wrote it.
        yes: What stands on the first button, which may be typed as well.
        no: What stands on the second.
    """
    said = _normalise(text)
    if said == _normalise(yes) or _YES.fullmatch(said):
        return True
    return False if said == _normalise(no) or _NO.fullmatch(said) else None


def _place(text: str) -> int | None:
    found = _NUMBER.fullmatch(_normalise(text))
    return int(found[1]) if found else None
