"""What LINE refuses in message objects; pure.

Source: LINE Developers, "Messaging API reference", Message objects.
"""

from __future__ import annotations

from linecs.limits import utf16_length
from linecs.testing.simulator.wire import Problem

__all__ = ["problems_in"]


def problems_in(messages: object) -> list[Problem]:
    """Return LINE's complaints about a request's `messages`."""
    if not isinstance(messages, list) or not messages:
        return [Problem("messages", "May not be empty")]
    if len(messages) > 5:
        return [Problem("messages", "Size must be between 1 and 5")]
    found: list[Problem] = []
    for index, message in enumerate(messages):
        text = message.get("text")
        if message.get("type") == "text" and not text:
            found.append(Problem(f"messages[{index}].text", "May not be empty"))
        elif message.get("type") == "text" and utf16_length(text) > 5000:
            found.append(Problem(f"messages[{index}].text", "Length must be between 0 and 5000"))
    return found
