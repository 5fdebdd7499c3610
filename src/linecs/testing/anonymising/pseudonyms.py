"""Pseudo-text: other characters of the same scripts, the same for the same word; pure."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Pseudonyms"]

_KANJI = (
    "木林森竹草花葉根実種川池海波雨雪雲風空星光音色形糸布紙石岩砂土丘谷原野畑里鳥魚虫貝犬猫馬牛羊鹿"
)
_HIRAGANA = (
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわ"
)
_ALPHABETS = (
    ("0123456789", "0123456789"),
    ("０１２３４５６７８９", "０１２３４５６７８９"),
    ("abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz"),
    ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
)
_SAME_SCRIPT = {character: alphabet for source, alphabet in _ALPHABETS for character in source}
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_KATAKANA = "".join(chr(ord(each) + 0x60) for each in _HIRAGANA)
_HALF_WIDTH = "".join(map(chr, range(0xFF71, 0xFF9E)))
_ASTRAL_KANJI = "".join(map(chr, range(0x20000, 0x20040)))
_MOST_TRIES = 100


@frozen(kw_only=True)
class Pseudonyms:
    """Replaces words and ids; who does not know the key cannot find out which became which.

    Attributes:
        key: Decides every replacement; thrown away with the run.
    """

    key: bytes = field(repr=False)

    def word(self, word: str) -> str:
        """Return another word of the same length (also in UTF-16) and scripts.

        Signs and blanks stay. A word of letters or digits never stays itself.
        """
        return self._other(word, _alphabet_of)

    def ulid(self, event_id: str) -> str:
        """Return another 26-character id that sorts where this one does, by its time."""
        return event_id[:10] + self._other(event_id[10:], lambda _: _CROCKFORD)

    def hexadecimal(self, user_id: str) -> str:
        """Return another of LINE's user, group or room ids: a letter and hexadecimal digits."""
        return user_id[:1] + self._other(user_id[1:], lambda _: "0123456789abcdef")

    def _other(self, word: str, alphabet_of: Callable[[str], str]) -> str:
        for attempt in range(_MOST_TRIES):
            numbers = self._numbers(f"{attempt}/{word}")
            made = "".join(
                alphabet[next(numbers) % len(alphabet)] if (alphabet := alphabet_of(each)) else each
                for each in word
            )
            if made != word:
                return made
        return word

    def _numbers(self, name: str) -> Iterator[int]:
        block = 0
        while True:
            digest = hmac.digest(
                self.key, f"{block}/{name}".encode("utf-8", "surrogatepass"), hashlib.sha256
            )
            yield from digest
            block += 1


def _alphabet_of(character: str) -> str:
    """Return what may stand for a character; empty for signs and blanks, which stay."""
    if character in _SAME_SCRIPT:
        return _SAME_SCRIPT[character]
    code = ord(character)
    if 0x3041 <= code <= 0x309F:
        return _HIRAGANA
    if 0x30A1 <= code <= 0x30FF and character != "・":
        return _KATAKANA
    if 0xFF66 <= code <= 0xFF9F:
        return _HALF_WIDTH
    kind = unicodedata.category(character)
    if kind[0] not in "LMNC":
        return ""
    return _ASTRAL_KANJI if code > 0xFFFF else _other_script(character, kind)


def _other_script(character: str, kind: str) -> str:
    if character in "\n\r\t\u200d\ufe0f":
        return ""
    if kind[0] == "N":
        return "0123456789"
    return (
        _KANJI
        if "CJK" in unicodedata.name(character, "") or character in "々〆"
        else "abcdefghijklmnopqrstuvwxyz"
    )
