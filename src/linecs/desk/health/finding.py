"""One thing a check found, and what to do about it."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from linecs.model import ChannelId

__all__ = ["Finding", "Severity"]


class Severity(StrEnum):
    """How much it matters."""

    OK = "ok"
    WARNING = "warning"
    """Look at it soon."""
    ERROR = "error"
    """Customers are not answered, or may be answered wrongly."""


@frozen(kw_only=True)
class Finding:
    """What one check found.

    Attributes:
        check: Which check, such as `token`.
        said: What was found, in Japanese.
        to_do: What to do, in Japanese; empty where all is well.
        channel_id: Which channel, where it is one's own.
    """

    check: str
    severity: Severity
    said: str
    to_do: str = ""
    channel_id: ChannelId | None = None


def well(check: str, said: str, channel_id: ChannelId | None = None) -> Finding:
    """Return that all is well."""
    return Finding(check=check, severity=Severity.OK, said=said, channel_id=channel_id)
