"""One keyword rule: what it listens for and what it says."""

from __future__ import annotations

from attrs import field, frozen

from linecs.errors import ConfigurationError
from linecs.model.message import MessageObject

__all__ = ["MAXIMUM_MESSAGES", "KeywordRule", "RuleError"]

MAXIMUM_MESSAGES = 5
"""LINE takes at most five message objects in a call ("Messaging API reference", reply)."""


class RuleError(ConfigurationError):
    """A keyword rule cannot work.

    Attributes:
        rule_id: Which rule.
        reason: What is wrong and what to do.
    """

    def __init__(self, rule_id: str, reason: str) -> None:
        super().__init__(f"Keyword rule {rule_id!r}: {reason}")
        self.rule_id = rule_id
        self.reason = reason


@frozen(kw_only=True)
class KeywordRule:
    """What a shop wants said when a customer writes one of these.

    Attributes:
        id: The shop's own short name of the rule; shown wherever an answer is explained.
        exact: The whole message is one of these, after normalisation.
        messages: One to five LINE message objects.
        priority: Higher goes first.

    Raises:
        RuleError: The rule has no id, or not one to five messages.
    """

    id: str
    exact: tuple[str, ...] = ()
    messages: tuple[MessageObject, ...] = field(default=(), repr=False)
    priority: int = 0

    def __attrs_post_init__(self) -> None:
        if not self.id:
            raise RuleError(self.id, "give it an id.")
        if not 1 <= len(self.messages) <= MAXIMUM_MESSAGES:
            raise RuleError(self.id, f"has {len(self.messages)} messages; LINE takes 1 to 5.")
