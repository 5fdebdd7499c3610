"""What can be wrong with a template, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.errors import ConfigurationError, LinecsError
from linecs.replies.wording import Language, Sentence

if TYPE_CHECKING:
    from linecs.replies.wording import Phrasebook

__all__ = ["MissingVariableError", "TemplateError", "TemplateSyntaxError"]

_PHRASES: Phrasebook = {
    "placeholder": (
        "「{placeholder}」は変数として読めません。{{{{ customer.name }}}} のように書いてください。",
        (
            "'{placeholder}' is no variable. Write {{{{ customer.name }}}}, "
            "or {{{{ customer.name | stand-in }}}}."
        ),
    ),
    "missing": (
        (
            "このお客様には「{variable}」がないので送信しません。値を入れるか、"
            "{{{{ {variable} | 代わりの言葉 }}}} と書いてください。"
        ),
        (
            "There is no '{variable}' for this customer, so nothing was sent. Fill it in, or give "
            "the template a stand-in: {{{{ {variable} | ... }}}}."
        ),
    ),
    "incomplete": (
        "id、title、messages を書いてください。",
        "needs an id, a title and messages.",
    ),
    "unknown_namespace": (
        "「{variable}」という変数はありません。使えるのは {known} の項目です。",
        "names '{variable}'; a reply knows of {known}.",
    ),
    "repeated_id": (
        "同じ id が2回あります。別の id にしてください。",
        "appears twice; give each an id of its own.",
    ),
}


class TemplateSyntaxError(LinecsError, ValueError):
    """A placeholder cannot be read.

    Attributes:
        placeholder: What stands between the braces.
        sentence: What to do, in both languages.
    """

    def __init__(self, placeholder: str) -> None:
        self.placeholder = placeholder
        self.sentence = Sentence(_PHRASES, "placeholder", {"placeholder": placeholder.strip()})
        super().__init__(self.sentence.say(Language.ENGLISH))


class MissingVariableError(LinecsError, LookupError):
    """A variable has no value, so the message was not sent.

    Attributes:
        variable: Its name, such as `member.rank`.
        sentence: What to do, in both languages.
    """

    def __init__(self, variable: str) -> None:
        self.variable = variable
        self.sentence = Sentence(_PHRASES, "missing", {"variable": variable})
        super().__init__(self.sentence.say(Language.ENGLISH))


class TemplateError(ConfigurationError):
    """A template cannot work.

    Attributes:
        template_id: Which template.
        sentence: What to do, in both languages.
    """

    def __init__(self, template_id: str, code: str, **values: object) -> None:
        self.template_id = template_id
        self.sentence = Sentence(_PHRASES, code, values)
        super().__init__(f"Template {template_id!r}: {self.sentence.say(Language.ENGLISH)}")
