"""What a customer can tap, and what a tap does; pure.

Source: LINE Developers, "Messaging API reference", Action objects; "Send messages", Quick
replies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

from linecs.testing.simulator.action_rules import is_picker_value
from linecs.testing.simulator.chats import Sender, actions_in
from linecs.testing.simulator.errors import SimulationError
from linecs.testing.simulator.webhooks import WebhookEvent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linecs.testing.simulator.chats import Bubble

__all__ = ["Tap", "Target", "find_target", "picker_params", "targets_on"]

_SENT = ("text", "displayText", "data", "uri", "clipboardText", "linkUri")


@frozen(kw_only=True)
class Target:
    """Something on the screen that can be tapped.

    Attributes:
        action: LINE's action object.
        is_quick_reply: Whether the tap takes the quick replies off the screen.
    """

    action: Mapping[str, Any]
    is_quick_reply: bool = False


@frozen(kw_only=True)
class Tap:
    """What a tap did.

    Attributes:
        kind: The action's type.
        event: The webhook it sent, for messages, postbacks and pickers.
        uri: The address it opened.
        copied: The text it put on the clipboard.
    """

    kind: str
    event: WebhookEvent | None = None
    uri: str | None = None
    copied: str | None = None


def targets_on(bubbles: Sequence[Bubble], rich_menu: Mapping[str, Any] | None) -> Iterator[Target]:
    """Yield what can be tapped: quick replies, then newest bubbles first, then the menu."""
    for bubble in reversed(bubbles):
        for quick_reply in bubble.quick_replies:
            yield Target(action=quick_reply.action, is_quick_reply=True)
    for bubble in reversed(bubbles):
        if bubble.sender is Sender.ACCOUNT:
            yield from (Target(action=action) for action in bubble.actions)
    yield from (Target(action=action) for action in actions_in((rich_menu or {}).get("areas")))


def find_target(targets: Iterator[Target], wanted: str | Mapping[str, Any]) -> Target:
    """Return the first target by its label, by what it sends, or by its whole action.

    Raises:
        SimulationError: None fits; the message lists the labels there are.
    """
    shown = list(targets)
    for target in shown:
        if wanted in (target.action, target.action.get("label")):
            return target
    for target in shown:
        if wanted in [target.action.get(name) for name in _SENT]:
            return target
    labels = ", ".join(str(each.action.get("label", each.action["type"])) for each in shown)
    raise SimulationError(f"Nothing to tap is called {wanted!r}; there is: {labels or 'nothing'}.")


def picker_params(action: Mapping[str, Any], value: str | None) -> dict[str, str]:
    """Return the `params` of a date and time picker's postback.

    Args:
        action: The picker.
        value: What the customer picks; by default what the picker opens with.

    Raises:
        SimulationError: There is no value, or it is not written as the picker's mode asks,
            or lies outside its bounds.
    """
    mode, picked = action["mode"], value or action.get("initial")
    if not is_picker_value(mode, picked) or picked is None:
        raise SimulationError(f"Pick a {mode}, such as taps(..., value='2026-06-01').")
    if not action.get("min", picked) <= picked <= action.get("max", picked):
        raise SimulationError(f"{picked} is outside what the picker offers.")
    return {mode: picked}
