"""What would be wrong with a message once it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from linecs.errors import LimitError
from linecs.limits import check_messages
from linecs.replies.lint.findings import Severity, finding
from linecs.replies.templates import fill_alike, variable_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linecs.model.message import MessageObject
    from linecs.replies.lint.findings import Finding

__all__ = ["IsThere", "find_in_messages"]

IsThere = Callable[[str], bool]
"""Whether the picture at a URL is there, as far as the caller can tell."""

_NAMESPACES = frozenset({"customer", "member"})
_SHORT, _LONG = "1", "あ" * 20
"""LINE's display names have at most 20 characters."""


def find_in_messages(
    subject: str, messages: Sequence[MessageObject], is_there: IsThere | None
) -> Iterator[Finding]:
    """Yield what is wrong with messages that are sent together.

    Args:
        subject: The id of the rule or entry that says them.
        messages: LINE message objects with variables.
        is_there: Tells whether a picture exists; None to leave pictures alone.
    """
    for name in dict.fromkeys(variable_names(messages)):
        if name.partition(".")[0] not in _NAMESPACES:
            yield finding(Severity.ERROR, subject, "unknown_variable", variable=name)
    yield from _sizes(subject, messages)
    if is_there is not None:
        for place, message in enumerate(messages):
            for url in _pictures(message):
                if not is_there(url):
                    where = f"messages[{place}]"
                    yield finding(Severity.ERROR, subject, "missing_image", place=where, url=url)


def _sizes(subject: str, messages: Sequence[MessageObject]) -> Iterator[Finding]:
    refused = _refusal(messages, _SHORT)
    if refused is not None:
        yield finding(Severity.ERROR, subject, "refused_by_line", **_problem(refused))
        return
    refused = _refusal(messages, _LONG)
    if refused is not None:
        yield finding(Severity.WARNING, subject, "may_be_too_long", **_problem(refused))


def _refusal(messages: Sequence[MessageObject], value: str) -> LimitError | None:
    try:
        check_messages(fill_alike(messages, value))
    except LimitError as error:
        return error
    return None


def _problem(error: LimitError) -> dict[str, str]:
    japanese = str(error)
    if error.actual and error.limit:
        japanese = f"{error.field} が長すぎます({error.actual:,}、上限 {error.limit:,})。"
    return {"japanese": japanese, "english": str(error)}


def _pictures(part: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value may be there
    if isinstance(part, Mapping):
        for key, value in part.items():
            if isinstance(value, str) and _is_picture(part, key):
                yield value
            else:
                yield from _pictures(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _pictures(value)


def _is_picture(part: Mapping[str, Any], key: str) -> bool:
    if key == "originalContentUrl":
        return part.get("type") == "image"
    if key == "url":
        return part.get("type") in {"image", "icon"}
    return key in {"previewImageUrl", "thumbnailImageUrl", "imageUrl", "iconUrl"}
