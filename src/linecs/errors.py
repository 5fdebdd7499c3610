"""Every error linecs raises: what was wrong, where, and what to do.

An error carries fields, never a secret, a token, a signature or a message's text.
"""

from __future__ import annotations

__all__ = [
    "ConfigurationError",
    "DestinationError",
    "IntakeError",
    "LimitError",
    "LinecsError",
    "PayloadError",
    "SignatureError",
]


class LinecsError(Exception):
    """The base of every error linecs raises on purpose."""


class ConfigurationError(LinecsError, ValueError):
    """A setting cannot work; the message names it and says what it should be."""


class IntakeError(LinecsError):
    """A webhook request may not come in; the host's view answers 400."""


class SignatureError(IntakeError):
    """The `x-line-signature` header is missing or does not match the raw body."""


class DestinationError(IntakeError):
    """The body is addressed to a channel this desk does not serve."""


class PayloadError(IntakeError):
    """The body is too large, or is not the JSON object LINE describes."""


class LimitError(LinecsError, ValueError):
    """A message is not as LINE's API takes it; the message says which field and what to do.

    Attributes:
        field: The path of the offending field, such as `messages[0].text`.
        problem: What is wrong with it, in English.
        actual: The measured size, in `unit`; 0 where the problem is not a size.
        limit: LINE's limit, in `unit`; 0 where the problem is not a size.
        unit: What is counted, such as `UTF-16 code units`.
    """

    def __init__(
        self, *, field: str, problem: str, actual: int = 0, limit: int = 0, unit: str = ""
    ) -> None:
        super().__init__(f"{field} {problem}")
        self.field = field
        self.problem = problem
        self.actual = actual
        self.limit = limit
        self.unit = unit
