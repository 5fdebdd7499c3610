"""The shop's canned replies (定型文): found by kana, filled for one customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from linecs.model.message import MessageObject
from linecs.replies.normalisation import Normaliser
from linecs.replies.templates.errors import TemplateError
from linecs.replies.templates.rendering import (
    fill,
    has_value,
    required_variables,
    variable_names,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from linecs.model.inquiry import CustomerFacts
    from linecs.model.ticket import Ticket
    from linecs.replies.templates.rendering import Variables

__all__ = ["Template", "TemplateBook", "missing_variables", "reply_variables"]

NAMESPACES = ("customer", "member", "ticket", "operator")
"""What an operator's reply may name."""


@frozen(kw_only=True)
class Template:
    """One canned reply.

    Attributes:
        id: Stable and unique within the book.
        title: What operators see in the list.
        kana: How the title is read, for search: へんぴんのごあんない.
        category: The shop's own grouping.
        messages: One to five LINE message objects with variables.

    Raises:
        TemplateError: It has no id, title or message, or names what a reply never knows.
        TemplateSyntaxError: A placeholder cannot be read.
    """

    id: str
    title: str
    kana: str = ""
    category: str = ""
    messages: tuple[MessageObject, ...] = field(repr=False)

    def __attrs_post_init__(self) -> None:
        if not (self.id.strip() and self.title.strip() and self.messages):
            raise TemplateError(self.id, "incomplete")
        for name in self.variables:
            if name.partition(".")[0] not in NAMESPACES:
                known = ", ".join(NAMESPACES)
                raise TemplateError(self.id, "unknown_namespace", variable=name, known=known)

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables it uses, each once."""
        return tuple(dict.fromkeys(variable_names(self.messages)))

    def fill(self, variables: Variables) -> tuple[MessageObject, ...]:
        """Return the messages for one customer, ready to send.

        Raises:
            MissingVariableError: A variable has no value and no stand-in; nothing is sent.
            LimitError: What came out is larger than LINE takes; nothing is sent.
        """
        return fill(self.messages, variables)


def missing_variables(template: Template, variables: Variables) -> tuple[str, ...]:
    """Return the names of the variables that keep a template from being sent, each once."""
    return tuple(
        name
        for name in dict.fromkeys(required_variables(template.messages))
        if not has_value(name, variables)
    )


def reply_variables(
    *,
    customer: CustomerFacts,
    ticket: Ticket | None = None,
    operator: Mapping[str, object] | None = None,
) -> Variables:
    """Return what an operator's reply may say.

    Args:
        customer: `customer.name`, `customer.` and its fields, `member.` and the card's fields.
        ticket: `ticket.id`, `ticket.category`, `ticket.status` in Japanese.
        operator: `operator.` and whatever the host tells of who replies, such as `name`.
    """
    profile = {"name": customer.display_name, "language": customer.language}
    about = {}
    if ticket is not None:
        status = ticket.status.japanese
        about = {"id": ticket.id, "category": ticket.category, "status": status}
    return {
        "customer": {**customer.fields, **profile},
        "member": customer.member,
        "ticket": about,
        "operator": operator or {},
    }


class TemplateBook:
    """Templates by id, searched as operators type.

    Args:
        templates: In the order of the list.

    Raises:
        TemplateError: Two share an id.
    """

    def __init__(self, templates: Iterable[Template]) -> None:
        self._normalise = Normaliser()
        self._templates: dict[str, Template] = {}
        for template in templates:
            if template.id in self._templates:
                raise TemplateError(template.id, "repeated_id")
            self._templates[template.id] = template
        self._keys = {template.id: self._search_keys(template) for template in self}

    def __iter__(self) -> Iterator[Template]:
        """Yield the templates in the order of the list."""
        return iter(self._templates.values())

    def get(self, template_id: str) -> Template | None:
        """Return the template with this id, or None."""
        return self._templates.get(template_id)

    def search(self, typed: str) -> tuple[Template, ...]:
        """Return the templates that fit what was typed so far, the nearest first.

        Every word must be in the title, its reading, the category, the id or the text; hiragana,
        katakana, width and case are one. Titles and readings that start with it come first.
        """
        words = [word for word in map(self._normalise, typed.split()) if word]
        ranked = [(self._rank(template, words), template) for template in self]
        return tuple(
            template
            for rank, template in sorted(ranked, key=lambda found: found[0])
            if rank < _NOT_FOUND
        )

    def _rank(self, template: Template, words: list[str]) -> int:
        return max((_rank_of(word, self._keys[template.id]) for word in words), default=0)

    def _search_keys(self, template: Template) -> tuple[tuple[str, ...], ...]:
        texts = [message.get("text", "") for message in template.messages]
        names = (template.kana, template.title, template.id)
        return tuple(
            tuple(self._normalise(str(text)) for text in group)
            for group in (names, (template.category,), texts)
        )


_NOT_FOUND = 4


def _rank_of(word: str, keys: tuple[tuple[str, ...], ...]) -> int:
    names, categories, texts = keys
    if any(name.startswith(word) for name in names):
        return 0
    for rank, group in enumerate((names, categories, texts), start=1):
        if any(word in text for text in group):
            return rank
    return _NOT_FOUND
