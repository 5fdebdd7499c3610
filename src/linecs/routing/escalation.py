"""When the bot must let go: a person is asked for, it missed again, or the customer is angry."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from attrs import field, frozen, validators

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ANGRY_WORDS", "NOT_ANGRY", "Escalation", "EscalationRules"]

ANGRY_WORDS = (
    "ふざけるな",
    "ふざけんな",
    "いい加減にし",
    "最悪",
    "最低です",
    "最低だ",
    "最低な",
    "詐欺",
    "騙され",
    "許せない",
    "許さない",
    "話にならない",
    "信じられない",
    "ありえない",
    "あり得ない",
    "腹が立",
    "怒って",
    "馬鹿にし",
    "バカにし",
    "なめてる",
    "舐めてる",
    "責任者",
    "上の人",
    "消費者センター",
    "消費生活センター",
    "弁護士",
    "訴え",
    "訴訟",
    "警察",
    "二度と買わ",
    "二度と使わ",
    "返金しろ",
    "早くしろ",
    "何回言",
    "何度言",
    "クレーム",
)
"""Words by which an angry customer is known; a shop adds its own."""

NOT_ANGRY = (
    "最悪の場合",
    "最悪でも",
    "以上の人",
    "怒ってな",
    "怒っていな",
    "怒っていませ",
    "クレームでは",
    "詐欺メール",
    "詐欺サイト",
    "詐欺でしょうか",
    "警察官",
    "信じられないくらい",
    "信じられないほど",
    "ありえないくらい",
    "ありえないほど",
    "クレームブリュレ",
)
"""Phrases in which those words mean something else."""

_WHOM = (
    r"(?:おぺれた|担当(?:者|の方|の人)?|すたっふ|係(?:の方|の人|員)|有人|人間|店員|窓口)"
    r"(?:さん|の方)?"
)
_REACH = (
    r"(?:つな|繋|代わ|替わ|かわって|話し?たい|話させ|話せ|はなし?たい|相談し?たい|対応して"
    r"|呼んで|よんで|お願い|おねがい|出して|出せ)"
)
_ASKED = {
    "担当者を呼ぶ一言": re.compile(
        rf"{_WHOM}(?:対応|ちゃっと)?[をにと]?(?:お願いします|おねがいします|希望(?:します|です)?)?\Z"
    ),
    "担当者につなぐ・話す": re.compile(rf".*?{_WHOM}.{{0,6}}?{_REACH}", re.DOTALL),
    "人と話す": re.compile(
        r".*?(?<![一-龠々])人[とに].{0,4}?(?:話|はな|つな|繋|代わ|かわ|相談)", re.DOTALL
    ),
}
"""How a person is asked for, by what a trace says of it."""
_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
_IGNORED = re.compile(r"[\s!.,、。・…ー~〜?]+")


@frozen(kw_only=True)
class Escalation:
    """Why a person should take it.

    Attributes:
        reason: `asked_for_person`, `angry` or `repeated_misses`.
        because: The word of the list or the kind of request that was found, or how many
            misses; never the customer's own text.
    """

    reason: str
    because: str


def _in_order(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(words)


@frozen(kw_only=True)
class EscalationRules:
    """What a shop takes for a call for a person.

    Attributes:
        misses: Inquiries in a row nobody could answer, this one included, that are too many.
        angry_words: Kana, width and case do not matter.
        not_angry: Phrases that are taken out before angry words are looked for.
        person_words: Words of the shop's own by which a person is asked for, wherever they
            stand; 「オペレーター」 and the like are known without them.
    """

    misses: int = field(default=2, validator=validators.ge(1))
    angry_words: tuple[str, ...] = field(default=ANGRY_WORDS, converter=_in_order)
    not_angry: tuple[str, ...] = field(default=NOT_ANGRY, converter=_in_order)
    person_words: tuple[str, ...] = field(default=(), converter=_in_order)

    def find(self, text: str, *, misses: int = 0) -> Escalation | None:
        """Why a person should take this inquiry; None where the bot may go on.

        Args:
            text: What the customer wrote.
            misses: Inquiries in a row nobody could answer, this one included.
        """
        folded = _fold(text)
        if asked := self._asked(folded):
            return Escalation(reason="asked_for_person", because=asked)
        if angry := self._angry(folded):
            return Escalation(reason="angry", because=angry)
        if misses >= self.misses:
            return Escalation(reason="repeated_misses", because=str(misses))
        return None

    def _asked(self, folded: str) -> str:
        for word in self.person_words:
            if _fold(word) in folded:
                return word
        return next((name for name, pattern in _ASKED.items() if pattern.match(folded)), "")

    def _angry(self, folded: str) -> str:
        for phrase in self.not_angry:
            folded = folded.replace(_fold(phrase), "\n")
        return next((word for word in self.angry_words if _fold(word) in folded), "")


def _fold(text: str) -> str:
    lowered = unicodedata.normalize("NFKC", text).lower().translate(_TO_HIRAGANA)
    return _IGNORED.sub("", lowered)
