"""LINE's sizes and ways of counting; pure, and usable without a desk."""

from __future__ import annotations

from linecs.limits.counting import grapheme_length, split_text, utf16_length
from linecs.limits.messages import check_messages

__all__ = ["check_messages", "grapheme_length", "split_text", "utf16_length"]
