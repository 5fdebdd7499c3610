"""Whether a rule may speak now, to this customer, in this conversation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from linecs.replies.keyword.rule import Opening

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linecs.model.inquiry import CustomerFacts, Inquiry
    from linecs.replies.keyword.rule import KeywordRule, Segment

__all__ = ["COOLDOWN_KEY", "IsOpen", "objection", "remembered_cooldowns"]

IsOpen = Callable[[int], bool]
"""Whether the shop is open at this epoch millisecond UTC, such as `BusinessCalendar.is_open`."""

COOLDOWN_KEY = "keyword.cooldown"
"""Where a conversation's memory keeps when each resting rule may speak again, epoch ms UTC."""


def objection(rule: KeywordRule, inquiry: Inquiry, is_open: IsOpen | None) -> str:
    """Return why `rule` may not answer `inquiry`, or an empty text if it may."""
    return next(_objections(rule, inquiry, is_open), "")


def remembered_cooldowns(rule: KeywordRule, inquiry: Inquiry) -> Mapping[str, Any]:
    """Return what to remember once `rule` has answered; rests that are over are forgotten."""
    resting = {id_: until for id_, until in _cooldowns(inquiry).items() if until > inquiry.at}
    if rule.cooldown:
        resting[rule.id] = inquiry.at + rule.cooldown
    if resting == _cooldowns(inquiry):
        return {}
    return {COOLDOWN_KEY: resting or None}


def _objections(rule: KeywordRule, inquiry: Inquiry, is_open: IsOpen | None) -> Iterator[str]:
    if rule.valid_from is not None and inquiry.at < rule.valid_from:
        yield "not_yet_valid"
    if rule.valid_until is not None and inquiry.at >= rule.valid_until:
        yield "expired"
    if rule.opening is not Opening.ANY and is_open is not None:
        is_wanted = is_open(inquiry.at) == (rule.opening is Opening.OPEN)
        if not is_wanted:
            yield f"only_while_{rule.opening.value}"
    yield from _outside(rule.segment, inquiry.customer)
    if _cooldowns(inquiry).get(rule.id, 0) > inquiry.at:
        yield "cooldown"


def _outside(segment: Segment, customer: CustomerFacts) -> Iterator[str]:
    if segment.member is not None and segment.member != customer.is_member:
        yield "segment:member"
    if segment.languages and customer.language not in segment.languages:
        yield "segment:language"
    if not customer.tags.issuperset(segment.tags) or not customer.tags.isdisjoint(
        segment.without_tags
    ):
        yield "segment:tags"
    for name, values in segment.fields.items():
        if str(_field(customer, name)) not in values:
            yield f"segment:fields:{name}"


def _field(customer: CustomerFacts, name: str) -> object:
    if name.startswith("member."):
        return customer.member.get(name.removeprefix("member."), "")
    return customer.fields.get(name, "")


def _cooldowns(inquiry: Inquiry) -> dict[str, int]:
    kept = inquiry.memory.get(COOLDOWN_KEY)
    return dict(kept) if isinstance(kept, Mapping) else {}
