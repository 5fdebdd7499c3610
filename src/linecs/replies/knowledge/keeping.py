"""All knowledge in one text: YAML for people, JSON for a store."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from attrs import frozen
from pydantic import BaseModel

from linecs.replies.files.documents import JAPAN, Entry, build, is_yaml
from linecs.replies.files.faq import FaqFields, entry_fields
from linecs.replies.files.problems import FileError, hint, problem
from linecs.replies.files.rule_fields import RuleFields, rule_fields
from linecs.replies.files.scenario_fields import ScenarioFields, scenario_fields
from linecs.replies.files.table import decode
from linecs.replies.files.templates import TemplateFields, template_fields
from linecs.replies.files.yaml_reader import read_yaml
from linecs.replies.files.yaml_writer import write_yaml
from linecs.replies.knowledge.versions import Knowledge
from linecs.replies.wording import Language

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linecs.replies.files.fields import Locate
    from linecs.replies.files.problems import Problem
    from linecs.replies.files.yaml_reader import Path, Position

__all__ = ["dump_knowledge", "read_knowledge", "write_knowledge"]


@frozen
class _Section:
    model: type[BaseModel]
    make: Callable[[Any], Any]
    fields: Callable[[Any, tzinfo], dict[str, Any]]


_SECTIONS = {
    "rules": _Section(RuleFields, RuleFields.rule, rule_fields),
    "faq": _Section(FaqFields, FaqFields.entry, entry_fields),
    "templates": _Section(
        TemplateFields, TemplateFields.template, lambda one, _zone: template_fields(one)
    ),
    "scenarios": _Section(
        ScenarioFields, ScenarioFields.scenario, lambda one, _zone: scenario_fields(one)
    ),
}


def write_knowledge(knowledge: Knowledge, *, zone: tzinfo = JAPAN) -> str:
    """Return all knowledge as YAML that `read_knowledge` reads back without loss."""
    return write_yaml(_data(knowledge, zone))


def dump_knowledge(knowledge: Knowledge) -> str:
    """Return all knowledge as JSON that `read_knowledge` reads back without loss, and fast."""
    return json.dumps(_data(knowledge, JAPAN), ensure_ascii=False)


def read_knowledge(
    data: bytes | str,
    *,
    name: str = "knowledge.json",
    language: Language | str = Language.JAPANESE,
    zone: tzinfo = JAPAN,
) -> Knowledge:
    """Return the knowledge of a text, YAML or JSON by its name.

    Args:
        data: A file with any of the sections `rules`, `faq`, `templates` and `scenarios`.
        name: The file's name, as errors say it.
        language: What errors speak.
        zone: Of dates without an offset.

    Raises:
        FileError: Anything is wrong with it; says all of it, with lines and columns.
    """
    text = decode(data, name=name, language=language) if isinstance(data, bytes) else data
    sections, locate = _opened(text, name=name, language=language)
    made: dict[str, Any] = {}
    problems = list(_unknown(sections, locate))
    for section in _SECTIONS.keys() & sections.keys():
        try:
            items = _entries(sections[section], section, locate)
            made[section] = _built(items, section, name=name, language=language, zone=zone)
        except FileError as error:
            problems += error.problems
    if problems:
        raise FileError(name, problems, language)
    return Knowledge(**made)


def _built(
    entries: Iterable[Entry], section: str, *, name: str, language: Language | str, zone: tzinfo
) -> tuple[Any, ...]:
    kind = _SECTIONS[section]
    found = build(entries, kind.model, kind.make, name=name, language=language, zone=zone)
    return tuple(placed.value for placed in found)


def _data(knowledge: Knowledge, zone: tzinfo) -> dict[str, Any]:
    written = {
        section: [kind.fields(one, zone) for one in getattr(knowledge, section)]
        for section, kind in _SECTIONS.items()
    }
    return {section: things for section, things in written.items() if things}


def _opened(text: str, *, name: str, language: Language | str) -> tuple[Mapping[str, Any], Locate]:
    locate: Locate = _nowhere
    if is_yaml(name):
        messages = frozenset({"messages", "say"})
        located = read_yaml(text, name=name, language=language, messages=messages)
        found, locate = located.data, located.locate
    else:
        try:
            found = json.loads(text)
        except ValueError as error:
            raise FileError(name, [problem("not_json")], language) from error
    if isinstance(found, Mapping):
        return found, locate
    raise FileError(name, [problem("not_fields", name=name)], language)


def _unknown(sections: Mapping[str, Any], locate: Locate) -> Iterable[Problem]:
    for section in sections.keys() - _SECTIONS.keys():
        _, (line, column) = locate((section,))
        meant = hint(section, list(_SECTIONS))
        yield problem("unknown_field", line=line, column=column, name=section, hint=meant)


def _entries(items: object, section: str, locate: Locate) -> list[Entry]:
    if not isinstance(items, list):
        _, (line, column) = locate((section,))
        raise FileError(section, [problem("not_list", line=line, column=column, name=section)])
    return [Entry(item, (section, place), locate) for place, item in enumerate(items)]


def _nowhere(path: Path) -> tuple[Path, Position]:
    """Where a part of a store's JSON stands: no person ever looks there."""
    return path, (0, 0)
