"""Texts that every matcher takes."""

from __future__ import annotations

__all__ = ["sound_text"]


def sound_text(text: str) -> str:
    """`text` with each lone surrogate, which a webhook's JSON may hold, replaced by `?`."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
