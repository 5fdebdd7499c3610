"""Knowledge as one text, for a store: JSON with the fields of the files."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from attrs import frozen
from pydantic import BaseModel

from linecs.model.knowledge import KnowledgeKind
from linecs.replies.files.documents import JAPAN, Entry, build
from linecs.replies.files.faq import FaqFields, entry_fields
from linecs.replies.files.problems import FileError, problem
from linecs.replies.files.rule_fields import RuleFields, rule_fields
from linecs.replies.files.scenario_fields import ScenarioFields, scenario_fields
from linecs.replies.files.templates import TemplateFields, template_fields
from linecs.replies.wording import Language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.replies.files.yaml_reader import Path, Position

__all__ = ["dump_knowledge", "fields_of", "load_knowledge"]


@frozen
class _Shape:
    model: type[BaseModel]
    make: Callable[[Any], Any]
    fields: Callable[[Any], dict[str, Any]]


_SHAPES = {
    KnowledgeKind.RULES: _Shape(RuleFields, RuleFields.rule, lambda rule: rule_fields(rule, JAPAN)),
    KnowledgeKind.FAQ: _Shape(FaqFields, FaqFields.entry, lambda one: entry_fields(one, JAPAN)),
    KnowledgeKind.TEMPLATES: _Shape(TemplateFields, TemplateFields.template, template_fields),
    KnowledgeKind.SCENARIOS: _Shape(ScenarioFields, ScenarioFields.scenario, scenario_fields),
}


def fields_of(kind: KnowledgeKind | str, entry: Any) -> dict[str, Any]:  # noqa: ANN401 - of any kind
    """Return a rule, FAQ entry, template or scenario as files show it."""
    return _SHAPES[KnowledgeKind(kind)].fields(entry)


def dump_knowledge(kind: KnowledgeKind | str, entries: Sequence[Any]) -> str:
    """Return entries of one kind as JSON that `load_knowledge` reads back without loss.

    Much faster to read than YAML, and for no person's eyes.
    """
    return json.dumps([fields_of(kind, entry) for entry in entries], ensure_ascii=False)


def load_knowledge(kind: KnowledgeKind | str, text: str) -> tuple[Any, ...]:
    """Return the entries of a text that `dump_knowledge` wrote.

    Raises:
        FileError: It is something else.
    """
    shape, name = _SHAPES[KnowledgeKind(kind)], f"{kind}.json"
    try:
        items = json.loads(text)
    except ValueError as error:
        raise FileError(name, [problem("not_json")]) from error
    if not isinstance(items, list):
        raise FileError(name, [problem("not_list", name=str(kind))])
    entries = [Entry(item, (place,), _nowhere) for place, item in enumerate(items)]
    found = build(
        entries, shape.model, shape.make, name=name, language=Language.JAPANESE, zone=JAPAN
    )
    return tuple(placed.value for placed in found)


def _nowhere(path: Path) -> tuple[Path, Position]:
    """Where a part of a store's JSON stands: no person ever looks there."""
    return path, (0, 0)
