"""What people wrote, with every word replaced that the vocabulary does not hold; pure."""

from __future__ import annotations

import re
import unicodedata

from attrs import frozen

from linecs.testing.anonymising.pseudonyms import Pseudonyms
from linecs.testing.anonymising.vocabulary import Vocabulary

__all__ = ["TextAnonymiser"]

# Addresses first, then numbers with what is joined to them, then words by script.
_PIECES = re.compile(
    r"(?P<secret>[a-z][a-z0-9+.-]*://\S+|www\.\S+|[^\s@＠、。「」（）]{1,64}[@＠][^\s@＠、。「」（）]+"
    r"|[A-Za-z#＃_-]*[0-9０-９][A-Za-z0-9０-９#＃_-]*)"
    r"|(?P<latin>[A-Za-zÀ-ɏ']+)"
    r"|(?P<japanese>[々〆㐀-鿿豈-﫿ぁ-ゟァ-ヺーｦ-ﾟ]+)"
    r"|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)


@frozen(kw_only=True)
class TextAnonymiser:
    """Replaces words.

    Attributes:
        vocabulary: What may stay.
        pseudonyms: What stands for the rest.
    """

    vocabulary: Vocabulary
    pseudonyms: Pseudonyms

    def text(self, text: str) -> str:
        """Return a text of the same length (also in UTF-16) in which only known words stay."""
        if self.vocabulary.holds_whole(text):
            return text
        return _PIECES.sub(self._piece, text)

    def _piece(self, found: re.Match[str]) -> str:
        if found["japanese"]:
            return self._japanese(found[0])
        if found["latin"] and len(found[0]) > 1 and self.vocabulary.holds(found[0]):
            return found[0]
        return self.pseudonyms.word(found[0])

    def _japanese(self, run: str) -> str:
        """Keep the known words of a run that are no part of a name."""
        tiles = _separated(self._tiles(run))
        return "".join(tile if is_known else self.pseudonyms.word(tile) for tile, is_known in tiles)

    def _tiles(self, run: str) -> list[tuple[str, bool]]:
        """Cut a run into known words, the longest first from the left, and the rest."""
        tiles: list[tuple[str, bool]] = []
        place = 0
        while place < len(run):
            word = self._longest_at(run, place)
            tiles.append((word or run[place], bool(word)))
            place += len(word) or 1
        return tiles

    def _longest_at(self, run: str, place: int) -> str:
        for size in range(min(self.vocabulary.longest, len(run) - place), 0, -1):
            word = run[place : place + size]
            if self.vocabulary.holds(word):
                return word
        return ""


def _separated(tiles: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Give up known words that touch an unknown one, or a single sign, of the same script.

    田中返品 may be a name, and so may はな, though は and な are words. Neighbouring unknown
    tiles become one, so that a name is replaced as a whole.
    """
    known = [is_known for _, is_known in tiles]
    changed = True
    while changed:
        changed = False
        for number in range(len(tiles)):
            if known[number] and not _stands(tiles, known, number):
                known[number] = False
                changed = True
    joined: list[tuple[str, bool]] = []
    for (tile, _), is_known in zip(tiles, known, strict=True):
        if joined and not is_known and not joined[-1][1]:
            joined[-1] = (joined[-1][0] + tile, False)
        else:
            joined.append((tile, is_known))
    return joined


def _stands(tiles: list[tuple[str, bool]], known: list[bool], number: int) -> bool:
    tile = tiles[number][0]
    for neighbour, (ours, theirs) in ((number - 1, (0, -1)), (number + 1, (-1, 0))):
        if not 0 <= neighbour < len(tiles):
            continue
        other = tiles[neighbour][0]
        touches = _script(tile[ours]) == _script(other[theirs])
        if touches and (not known[neighbour] or 1 in (len(tile), len(other))):
            return False
    return True


def _script(character: str) -> str:
    return "prolonged" if character == "ー" else unicodedata.name(character, "").split(" ")[0]
