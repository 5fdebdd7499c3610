"""Variables in messages: `{{ customer.name }}`, with an optional stand-in after a bar.

There is no logic and no nesting: a variable is a name with a dot in it. What a value holds is
never read as a template again, so a customer's display name cannot reach another variable.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from linecs.limits import check_messages
from linecs.replies.templates.errors import MissingVariableError, TemplateSyntaxError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from linecs.model.inquiry import Inquiry
    from linecs.model.message import MessageObject

__all__ = [
    "Variables",
    "fill",
    "fill_alike",
    "has_value",
    "render_message",
    "render_text",
    "required_variables",
    "variable_names",
    "variables_of",
]

Variables = Mapping[str, Mapping[str, Any]]
"""Values by namespace: `{"customer": {"name": "花子"}, "member": {"rank": "gold"}}`."""

_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_VARIABLE = re.compile(r"\s*([^\s.|{}]+)\.([^\s|{}]+)\s*(?:\|\s*([^{}]*?)\s*)?")
_ENCODED_KEYS = frozenset({"uri", "data", "linkUri"})


def variables_of(inquiry: Inquiry) -> Variables:
    """Return what an automatic answer may say of its customer: profile, fields, member card."""
    customer = inquiry.customer
    profile = {"name": customer.display_name, "language": customer.language}
    return {"customer": {**customer.fields, **profile}, "member": customer.member}


def variable_names(message: object) -> Iterator[str]:
    """Yield the variables a text or a message object uses, in order, repeats included.

    Raises:
        TemplateSyntaxError: A placeholder cannot be read.
    """
    return (name for name, _ in _variables_in(message))


def required_variables(message: object) -> Iterator[str]:
    """Yield those variables that have no stand-in.

    Raises:
        TemplateSyntaxError: A placeholder cannot be read.
    """
    return (name for name, stand_in in _variables_in(message) if stand_in is None)


def _variables_in(message: object) -> Iterator[tuple[str, str | None]]:
    if isinstance(message, str):
        for placeholder in _PLACEHOLDER.findall(message):
            namespace, name, stand_in = _parsed(placeholder)
            yield f"{namespace}.{name}", stand_in
    elif isinstance(message, Mapping):
        for value in message.values():
            yield from _variables_in(value)
    elif isinstance(message, list | tuple):
        for value in message:
            yield from _variables_in(value)


def has_value(variable: str, variables: Variables) -> bool:
    """Return whether a variable, such as `member.rank`, has something to say."""
    namespace, _, name = variable.partition(".")
    return _is_said(variables.get(namespace, {}).get(name))


def render_text(text: str, variables: Variables) -> str:
    """Return `text` with every variable replaced by its value.

    Raises:
        MissingVariableError: A variable is absent or empty and has no stand-in.
        TemplateSyntaxError: A placeholder cannot be read.
    """
    return _rendered(text, variables, str)


def fill(messages: Iterable[MessageObject], variables: Variables) -> tuple[MessageObject, ...]:
    """Return message objects ready to send: all variables replaced, and within LINE's sizes.

    Raises:
        LimitError: LINE would refuse what came out; the error names the field.
        MissingVariableError: A variable is absent or empty and has no stand-in.
        TemplateSyntaxError: A placeholder cannot be read.
    """
    filled = tuple(render_message(message, variables) for message in messages)
    if filled:
        check_messages(filled)
    return filled


def fill_alike(messages: Iterable[MessageObject], value: str) -> tuple[MessageObject, ...]:
    """Return message objects with one value for every variable, to see how large they get.

    Raises:
        TemplateSyntaxError: A placeholder cannot be read.
    """
    given = tuple(messages)
    variables: dict[str, dict[str, str]] = defaultdict(dict)
    for variable in variable_names(given):
        namespace, _, name = variable.partition(".")
        variables[namespace][name] = value
    return tuple(render_message(message, variables) for message in given)


def render_message(message: MessageObject, variables: Variables) -> MessageObject:
    """Return a message object with the variables of all its texts replaced.

    Values are percent-encoded in addresses and postback data, and braces are doubled in
    `textV2`, where LINE gives them a meaning.

    Raises:
        MissingVariableError: A variable is absent or empty and has no stand-in.
        TemplateSyntaxError: A placeholder cannot be read.
    """
    braces = _double_braces if message.get("type") == "textV2" else str
    return {
        key: _render_part(value, variables, _escape_for(key, braces if key == "text" else str))
        for key, value in message.items()
    }


def _render_part(part: Any, variables: Variables, escape: Callable[[str], str]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(part, str):
        return _rendered(part, variables, escape) if "{{" in part else part
    if isinstance(part, Mapping):
        return {
            key: _render_part(value, variables, _escape_for(key, str))
            for key, value in part.items()
        }
    if isinstance(part, list | tuple):
        return [_render_part(value, variables, escape) for value in part]
    return part


def _rendered(text: str, variables: Variables, escape: Callable[[str], str]) -> str:
    return _PLACEHOLDER.sub(lambda found: escape(_value(found[1], variables)), text)


def _value(placeholder: str, variables: Variables) -> str:
    namespace, name, stand_in = _parsed(placeholder)
    value = variables.get(namespace, {}).get(name)
    if _is_said(value):
        return str(value)
    if stand_in is None:
        raise MissingVariableError(f"{namespace}.{name}")
    return stand_in


def _is_said(value: object) -> bool:
    return isinstance(value, str | int | float) and value != ""


def _parsed(placeholder: str) -> tuple[str, str, str | None]:
    found = _VARIABLE.fullmatch(placeholder)
    if found is None:
        raise TemplateSyntaxError(placeholder)
    return found[1], found[2], found[3]


def _escape_for(key: str, otherwise: Callable[[str], str]) -> Callable[[str], str]:
    if key in _ENCODED_KEYS or key.lower().endswith("url"):
        return _percent_encoded
    return otherwise


def _percent_encoded(value: str) -> str:
    return quote(value, safe="", errors="replace")


def _double_braces(value: str) -> str:
    return value.replace("{", "{{").replace("}", "}}")
