"""What several commands need: the rule and FAQ files named on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.errors import ConfigurationError
from linecs.replies.files import locate_faq, locate_rules

if TYPE_CHECKING:
    from pathlib import Path

    from linecs.replies.faq.entry import FaqEntry
    from linecs.replies.files import Placed
    from linecs.replies.keyword import KeywordRule

__all__ = ["load_faq", "load_rules", "read_file"]


def load_rules(path: Path, language: str) -> tuple[Placed[KeywordRule], ...]:
    """Return the keyword rules of a file with their lines.

    Raises:
        ConfigurationError: There is no such file.
        FileError: Anything is wrong with it.
    """
    return locate_rules(read_file(path), name=path.name, language=language)


def load_faq(path: Path, language: str) -> tuple[Placed[FaqEntry], ...]:
    """Return the FAQ entries of a file with their lines.

    Raises:
        ConfigurationError: There is no such file.
        FileError: Anything is wrong with it.
    """
    return locate_faq(read_file(path), name=path.name, language=language)


def read_file(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        ConfigurationError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from error
