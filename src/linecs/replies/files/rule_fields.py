"""Keyword rules as the fields of a file, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from linecs.replies.files.fields import (
    CLOSED,
    Duration,
    Messages,
    MomentEnd,
    MomentStart,
    Texts,
    message_fields,
    moment_fields,
)
from linecs.replies.files.times import write_duration
from linecs.replies.keyword import KeywordRule, Kind, Opening, Segment, Triggers

if TYPE_CHECKING:
    from datetime import tzinfo

__all__ = ["RuleFields", "TriggerFields", "rule_fields", "trigger_fields"]


_KINDS = tuple(kind.value for kind in Kind)


class TriggerFields(BaseModel):
    """What a customer may send."""

    model_config = CLOSED

    exact: Texts = ()
    contains: Texts = ()
    prefix: Texts = ()
    regex: Texts = ()
    stickers: Texts = ()
    postbacks: Texts = ()

    def triggers(self) -> dict[str, tuple[str, ...]]:
        """Return the patterns by kind."""
        return {kind: getattr(self, kind) for kind in _KINDS}


def _words(value: object) -> object:
    return {"contains": value} if isinstance(value, str | list | tuple) else value


def _groups(value: object) -> object:
    return [value] if isinstance(value, str | Mapping) else value


Group = Annotated[TriggerFields, BeforeValidator(_words)]
Groups = Annotated[tuple[Group, ...], BeforeValidator(_groups)]


class SegmentFields(BaseModel):
    """Which customers a rule is for."""

    model_config = CLOSED

    member: bool | None = None
    languages: Texts = ()
    tags: Texts = ()
    without_tags: Texts = ()
    fields: dict[str, Texts] = Field(default_factory=dict)


class RuleFields(TriggerFields):
    """One keyword rule of a file."""

    id: str
    all_of: Groups = ()
    none_of: Group | None = None
    always: bool = False
    messages: Messages = ()
    texts: Texts = ()
    hand_off: str = ""
    queue: str = ""
    resolves: bool = True
    priority: int = 0
    valid_from: MomentStart | None = Field(default=None, alias="from")
    valid_until: MomentEnd | None = Field(default=None, alias="until")
    opening: Opening = Opening.ANY
    segment: SegmentFields | None = None
    cooldown: Duration = 0

    def rule(self) -> KeywordRule:
        """Return the rule.

        Raises:
            RuleError: The rule could never answer, or says more than LINE takes.
        """
        return KeywordRule(
            id=self.id,
            **self.triggers(),
            all_of=tuple(Triggers(**group.triggers()) for group in self.all_of),
            none_of=Triggers(**self.none_of.triggers()) if self.none_of else Triggers(),
            always=self.always,
            messages=self.messages,
            texts=self.texts,
            hand_off=self.hand_off,
            queue=self.queue,
            resolves=self.resolves,
            priority=self.priority,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            opening=self.opening,
            segment=Segment(**dict(self.segment)) if self.segment else Segment(),
            cooldown=self.cooldown,
        )


def rule_fields(rule: KeywordRule, zone: tzinfo) -> dict[str, Any]:
    """Return a rule as a file shows it: only what is not the default."""
    fields = {
        "id": rule.id,
        **trigger_fields(rule),
        "all_of": [_group_fields(group) for group in rule.all_of],
        "none_of": _group_fields(rule.none_of),
        "always": rule.always,
        "messages": message_fields(rule.messages),
        "texts": list(rule.texts),
        "hand_off": rule.hand_off,
        "queue": rule.queue,
        "priority": rule.priority,
        **moment_fields(rule.valid_from, rule.valid_until, zone),
        "opening": "" if rule.opening is Opening.ANY else rule.opening.value,
        "segment": _segment_fields(rule.segment),
        "cooldown": write_duration(rule.cooldown) if rule.cooldown else "",
    }
    kept = {name: value for name, value in fields.items() if value or name == "id"}
    return kept if rule.resolves else {**kept, "resolves": False}


def trigger_fields(triggers: Triggers) -> dict[str, list[str]]:
    """Return the patterns of a group as a file shows them, by kind."""
    patterns = {kind: list(getattr(triggers, kind)) for kind in _KINDS}
    return {kind: written for kind, written in patterns.items() if written}


def _group_fields(triggers: Triggers) -> dict[str, list[str]] | list[str]:
    fields = trigger_fields(triggers)
    return fields.get("contains", []) if fields.keys() <= {"contains"} else fields


def _segment_fields(segment: Segment) -> dict[str, Any]:
    fields = {
        "languages": list(segment.languages),
        "tags": list(segment.tags),
        "without_tags": list(segment.without_tags),
        "fields": {name: list(values) for name, values in segment.fields.items()},
    }
    kept: dict[str, Any] = {name: value for name, value in fields.items() if value}
    return kept if segment.member is None else {"member": segment.member, **kept}
