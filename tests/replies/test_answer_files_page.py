"""The page about files shows files that can be read, and names every field."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from linecs.replies import files
from linecs.replies.files.faq import FaqFields
from linecs.replies.files.fields import written_names
from linecs.replies.files.rule_fields import RuleFields, SegmentFields
from linecs.replies.files.scenario_fields import ScenarioFields, StepFields
from linecs.replies.files.templates import TemplateFields

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "answer-files.ja.md").read_text("utf-8")
EXAMPLES = re.findall(r"```\w+\n# file: (\S+)\n(.*?)```", PAGE, re.DOTALL)
READERS = {
    "rules": files.read_rules,
    "faq": files.read_faq,
    "templates": files.read_templates,
    "scenarios": files.read_scenarios,
    "list": files.read_official_account_list,
}
SCHEMAS = (RuleFields, SegmentFields, FaqFields, TemplateFields, ScenarioFields, StepFields)


@pytest.mark.parametrize(("name", "text"), EXAMPLES)
def test_every_example_can_be_read(name: str, text: str) -> None:
    """What a lead copies from the page works."""
    assert READERS[name.partition(".")[0]](text.encode(), name=name)


@pytest.mark.parametrize(
    "field", sorted({one for schema in SCHEMAS for one in written_names(schema)})
)
def test_every_field_is_on_the_page(field: str) -> None:
    """A field that nobody can find does not exist."""
    assert re.search(rf"\b{field}\b", PAGE)
