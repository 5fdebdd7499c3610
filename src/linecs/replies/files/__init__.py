"""Files that people edit: YAML and CSV, with errors that point at the line."""

from __future__ import annotations

from linecs.replies.files.documents import JAPAN, Placed, is_yaml
from linecs.replies.files.faq import locate_faq, read_faq, write_faq_csv, write_faq_yaml
from linecs.replies.files.official_account import read_official_account_list
from linecs.replies.files.problems import FileError, Problem
from linecs.replies.files.rules import locate_rules, read_rules, write_rules_csv, write_rules_yaml
from linecs.replies.files.scenarios import read_scenarios, write_scenarios_yaml
from linecs.replies.files.table import decode
from linecs.replies.files.templates import (
    read_templates,
    write_templates_csv,
    write_templates_yaml,
)
from linecs.replies.files.times import parse_moment

__all__ = [
    "JAPAN",
    "FileError",
    "Placed",
    "Problem",
    "decode",
    "is_yaml",
    "locate_faq",
    "locate_rules",
    "parse_moment",
    "read_faq",
    "read_official_account_list",
    "read_rules",
    "read_scenarios",
    "read_templates",
    "write_faq_csv",
    "write_faq_yaml",
    "write_rules_csv",
    "write_rules_yaml",
    "write_scenarios_yaml",
    "write_templates_csv",
    "write_templates_yaml",
]
