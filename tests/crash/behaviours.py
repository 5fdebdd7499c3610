"""How LINE may behave when messages are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crash.child import CALL_TIMEOUT
from linecs.testing.simulator import Fault

if TYPE_CHECKING:
    from crash.town import Town

__all__ = ["BEHAVIOURS", "let_line_behave"]

_SENDING = ("/v2/bot/message/reply", "/v2/bot/message/push")
_TOO_LATE = 2.5 * CALL_TIMEOUT / 1000
BEHAVIOURS: dict[str, list[tuple[Fault, int | None]]] = {
    "answers": [],
    "refuses": [(Fault.refuse(403, {"message": "Not available for your plan"}), None)],
    "fails_without_accepting": [(Fault.refuse(500), 1)],
    "accepts_and_cuts_the_line": [(Fault.accept_then_drop(), 1)],
    "accepts_and_answers_too_late": [(Fault.slow(_TOO_LATE), 1)],
    "limits_the_rate": [(Fault.rate_limited(), 2)],
}


def let_line_behave(town: Town, behaviour: str) -> None:
    """From now on LINE does so at both ways of sending."""
    for fault, times in BEHAVIOURS[behaviour]:
        for endpoint in _SENDING:
            town.line.faults.add(fault, endpoint=endpoint, times=times)
