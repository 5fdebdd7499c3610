"""Both languages always say the same."""

from __future__ import annotations

import importlib
import pkgutil
import string

import linecs.replies


def phrasebooks() -> list[tuple[str, str, str, str]]:
    """Every phrase of every phrasebook: where, code, Japanese, English."""
    found = []
    for module in pkgutil.walk_packages(linecs.replies.__path__, "linecs.replies."):
        held = vars(importlib.import_module(module.name))
        for name in ("_PHRASES", "_NAMES"):
            book = held.get(name, {})
            if isinstance(book, dict):
                found += [(module.name, code, *phrases) for code, phrases in book.items()]
    return found


def fields(template: str) -> set[str]:
    """What a template is filled with."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_phrase_is_in_both_languages() -> None:
    """Each sentence has its fields in both, but for details that only engineers read."""
    books = phrasebooks()
    assert len(books) > 100
    for where, code, japanese, english in books:
        assert japanese, (where, code)
        assert english, (where, code)
        extra = fields(japanese) ^ fields(english)
        assert extra <= {"detail", "japanese", "english", "found", "others"}, (where, code, extra)
