"""Templates (定型文): messages with variables, refused before sending where one is missing."""

from __future__ import annotations

from linecs.replies.templates.rendering import (
    MissingVariableError,
    TemplateSyntaxError,
    Variables,
    fill,
    render_message,
    render_text,
    required_variables,
    variable_names,
    variables_of,
)

__all__ = [
    "MissingVariableError",
    "TemplateSyntaxError",
    "Variables",
    "fill",
    "render_message",
    "render_text",
    "required_variables",
    "variable_names",
    "variables_of",
]
