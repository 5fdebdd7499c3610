"""Scenarios in YAML files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.replies.files.documents import JAPAN, build, read_yaml_entries
from linecs.replies.files.scenario_fields import ScenarioFields, scenario_fields
from linecs.replies.files.yaml_writer import write_yaml
from linecs.replies.wording import Language

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linecs.replies.scenario import Scenario

__all__ = ["read_scenarios", "write_scenarios_yaml"]


def read_scenarios(
    data: bytes, *, name: str, language: Language | str = Language.JAPANESE
) -> tuple[Scenario, ...]:
    """Return the scenarios of a YAML file.

    Args:
        data: The file.
        name: The file's name, as errors say it.
        language: What errors speak.

    Raises:
        FileError: Anything is wrong with it; says all of it, with lines and columns.
    """
    entries = read_yaml_entries(data, section="scenarios", name=name, language=language)
    make = ScenarioFields.scenario
    found = build(entries, ScenarioFields, make, name=name, language=language, zone=JAPAN)
    return tuple(placed.value for placed in found)


def write_scenarios_yaml(scenarios: Iterable[Scenario]) -> str:
    """Return scenarios as YAML that `read_scenarios` reads back without loss."""
    return write_yaml({"scenarios": [scenario_fields(scenario) for scenario in scenarios]})
