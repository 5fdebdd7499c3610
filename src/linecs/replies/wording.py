"""Sentences for the people who write answers, in plain Japanese and plain English.

Everything a support lead reads about files, rules, scenarios and traces is said through here,
so that both languages always say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from attrs import field, frozen

__all__ = ["Language", "Phrasebook", "Sentence"]


class Language(StrEnum):
    """The languages the tools speak."""

    JAPANESE = "ja"
    ENGLISH = "en"


Phrasebook = Mapping[str, tuple[str, str]]
"""By code: the sentence in Japanese and in English, with `str.format` fields."""


@frozen
class Sentence:
    """Something to say, not yet in a language.

    Attributes:
        phrases: The phrasebook that holds the sentence.
        code: Which sentence; stable, for tools.
        values: What its fields are filled with.
    """

    phrases: Phrasebook = field(repr=False, eq=False)
    code: str
    values: Mapping[str, Any] = field(factory=dict)

    def say(self, language: Language | str = Language.JAPANESE) -> str:
        """Return the sentence in a language."""
        japanese, english = self.phrases[self.code]
        template = english if Language(language) is Language.ENGLISH else japanese
        return template.format_map(self.values)
