"""Checks of what people wrote, before customers find the mistakes."""

from __future__ import annotations

from linecs.replies.lint.checks import lint_faq, lint_rules
from linecs.replies.lint.findings import Finding, Severity
from linecs.replies.lint.messages import IsThere

__all__ = ["Finding", "IsThere", "Severity", "lint_faq", "lint_rules"]
