"""Files that people edit: YAML and CSV, with errors that point at the line."""

from __future__ import annotations

from linecs.replies.files.documents import JAPAN
from linecs.replies.files.problems import FileError, Problem
from linecs.replies.files.rules import read_rules, write_rules_csv, write_rules_yaml

__all__ = [
    "JAPAN",
    "FileError",
    "Problem",
    "read_rules",
    "write_rules_csv",
    "write_rules_yaml",
]
