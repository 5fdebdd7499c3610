"""What the console's buttons do: a form becomes one act of the desk."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from werkzeug.exceptions import BadRequest

from linecs.model import TicketId

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from werkzeug.datastructures import FileStorage

    from linecs.desk import SupportDesk

__all__ = ["act"]

_HOUR = 3_600_000
_LARGEST_PICTURE = 20 * 1024 * 1024


def act(
    desk: SupportDesk,
    conversation_id: str,
    what: str,
    form: Mapping[str, str],
    files: Mapping[str, FileStorage],
    *,
    actor: str,
) -> None:
    """Do one thing. Raises `LinecsError` where the desk refuses it."""
    if what == "reply":
        _reply(desk, conversation_id, form, files, actor=actor)
    elif what == "invite":
        desk.links.invite(conversation_id, actor=actor)
    elif what in _TICKET_ACTS:
        ticket_id, version = TicketId(_text(form, "ticket")), _number(form, "ticket_version")
        _TICKET_ACTS[what](desk, ticket_id, version, form, actor)
    else:
        raise BadRequest


def _reply(
    desk: SupportDesk,
    conversation_id: str,
    form: Mapping[str, str],
    files: Mapping[str, FileStorage],
    *,
    actor: str,
) -> None:
    view = desk.inbox.conversation(conversation_id, limit=1)
    messages = []
    if text := form.get("text", "").strip():
        messages.append({"type": "text", "text": text})
    picture = files.get("picture")
    if picture is not None and (content := picture.read(_LARGEST_PICTURE)):
        published = desk.media.publish(view.conversation.channel_id, content)
        messages.append(dict(published.message))
    desk.reply(
        view.conversation.id,
        messages,
        actor=actor,
        version=_number(form, "version"),
        seen=form.get("seen") or None,
        asks=form.get("asks") == "yes",
        quoting=form.get("quoting") or None,  # type: ignore[arg-type] # a message id of this page
    )


def _claim(
    desk: SupportDesk, ticket: TicketId, version: int, _form: Mapping[str, str], actor: str
) -> None:
    desk.claim(ticket, actor=actor, version=version)


def _release(
    desk: SupportDesk, ticket: TicketId, version: int, _form: Mapping[str, str], actor: str
) -> None:
    desk.release(ticket, actor=actor, version=version)


def _hand_over(
    desk: SupportDesk, ticket: TicketId, version: int, form: Mapping[str, str], actor: str
) -> None:
    desk.hand_over(
        ticket, _text(form, "to"), note=form.get("text", ""), actor=actor, version=version
    )


def _note(
    desk: SupportDesk, ticket: TicketId, version: int, form: Mapping[str, str], actor: str
) -> None:
    desk.note(ticket, _text(form, "text"), actor=actor, version=version)


def _snooze(
    desk: SupportDesk, ticket: TicketId, version: int, form: Mapping[str, str], actor: str
) -> None:
    until = time.time_ns() // 1_000_000 + _number(form, "hours") * _HOUR
    desk.snooze(ticket, until, actor=actor, version=version)


def _mark(
    desk: SupportDesk, ticket: TicketId, version: int, form: Mapping[str, str], actor: str
) -> None:
    desk.set_mark(ticket, form.get("mark", ""), actor=actor, version=version)


def _resolve(
    desk: SupportDesk, ticket: TicketId, version: int, _form: Mapping[str, str], actor: str
) -> None:
    desk.resolve(ticket, actor=actor, version=version)


def _reopen(
    desk: SupportDesk, ticket: TicketId, version: int, _form: Mapping[str, str], actor: str
) -> None:
    desk.reopen(ticket, actor=actor, version=version)


_TICKET_ACTS: dict[str, Callable[[SupportDesk, TicketId, int, Mapping[str, str], str], None]] = {
    "claim": _claim,
    "release": _release,
    "hand_over": _hand_over,
    "note": _note,
    "snooze": _snooze,
    "mark": _mark,
    "resolve": _resolve,
    "reopen": _reopen,
}


def _text(form: Mapping[str, str], name: str) -> str:
    if not (value := form.get(name, "").strip()):
        raise BadRequest(f"{name} is missing.")
    return value


def _number(form: Mapping[str, str], name: str) -> int:
    value = form.get(name, "")
    if not value.isdecimal():
        raise BadRequest(f"{name} is no number.")
    return int(value)
