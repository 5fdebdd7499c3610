"""What the ticket's page says of times and names, and its buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from support.acting import NAMES
from support.showing import clock_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from support.models import Ticket

register = template.Library()
register.filter("clock_time", clock_time)


@register.filter
def named(names: Mapping[str, str], who: str) -> str:
    """Return what to call an actor."""
    return names.get(who, who)


@register.inclusion_tag("support/act_button.html", takes_context=True)
def act_button(context: Mapping[str, Any], ticket: Ticket, what: str) -> dict[str, Any]:
    """Show a button that does one act on the ticket as it was seen."""
    token = context["csrf_token"]
    return {"ticket": ticket, "what": what, "label": NAMES[what], "csrf_token": token}
