"""Columns that stand below each other, also where Japanese letters are two wide."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["aligned"]


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Return each row as a line, its cells set to the right and two spaces apart."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return ("  ".join(map(_pad, row, widths)) for row in rows)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _pad(text: str, width: int) -> str:
    return " " * (width - _width(text)) + text
