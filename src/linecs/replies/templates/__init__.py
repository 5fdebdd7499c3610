"""Templates (定型文): messages with variables, refused before sending where one is missing."""

from __future__ import annotations

from linecs.replies.templates.book import (
    Template,
    TemplateBook,
    missing_variables,
    reply_variables,
)
from linecs.replies.templates.errors import (
    MissingVariableError,
    TemplateError,
    TemplateSyntaxError,
)
from linecs.replies.templates.rendering import (
    Variables,
    fill,
    fill_alike,
    render_message,
    render_text,
    required_variables,
    variable_names,
    variables_of,
)

__all__ = [
    "MissingVariableError",
    "Template",
    "TemplateBook",
    "TemplateError",
    "TemplateSyntaxError",
    "Variables",
    "fill",
    "fill_alike",
    "missing_variables",
    "render_message",
    "render_text",
    "reply_variables",
    "required_variables",
    "variable_names",
    "variables_of",
]
