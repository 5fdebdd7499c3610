"""What the admin's buttons do: a form becomes one act of the desk, in Django's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import transaction

from linecs.errors import NotPermittedError
from linecs.model import ConversationId, TicketId
from support.desk import joined_desk
from support.operators import actor_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.contrib.auth.models import AbstractBaseUser

    from linecs import SupportDesk
    from support.models import Ticket

    Act = Callable[[SupportDesk, Ticket, Mapping[str, str], str], object]

__all__ = ["NAMES", "act"]

NAMES = {
    "reply": "返信",
    "note": "メモを残す",
    "claim": "担当する",
    "release": "担当を外れる",
    "resolve": "対応完了にする",
    "reopen": "再開する",
}


def act(what: str, ticket: Ticket, form: Mapping[str, str], user: AbstractBaseUser) -> None:
    """Do one thing inside the transaction that is open, or in one of its own.

    Args:
        what: One of `NAMES`.
        ticket: On which.
        form: What was typed, and the versions as they were when the page was made.
        user: Who does it.

    Raises:
        LinecsError: The desk refuses it; nothing was done.
        PermissionDenied: The user's role does not allow it.
        SuspiciousOperation: No page of ours sends such a form.
    """
    if what not in _ACTS:
        raise SuspiciousOperation(f"There is no act {what!r}.")
    try:
        with transaction.atomic():
            _ACTS[what](joined_desk(), ticket, form, actor_of(user))
    except NotPermittedError as error:
        raise PermissionDenied from error


def _reply(desk: SupportDesk, ticket: Ticket, form: Mapping[str, str], actor: str) -> None:
    text = form.get("text", "").strip()
    desk.reply(
        ConversationId(ticket.conversation_id),
        [{"type": "text", "text": text}] if text else [],
        actor=actor,
        version=_number(form, "version"),
        seen=form.get("seen") or None,
        asks=form.get("asks") == "yes",
        ticket_id=TicketId(ticket.pk),
    )


def _note(desk: SupportDesk, ticket: Ticket, form: Mapping[str, str], actor: str) -> None:
    text = form.get("text", "").strip()
    desk.note(TicketId(ticket.pk), text, actor=actor, version=_number(form, "ticket_version"))


def _move(name: str) -> Act:
    def move(desk: SupportDesk, ticket: Ticket, form: Mapping[str, str], actor: str) -> None:
        version = _number(form, "ticket_version")
        getattr(desk, name)(TicketId(ticket.pk), actor=actor, version=version)

    return move


_ACTS: Mapping[str, Act] = {
    "reply": _reply,
    "note": _note,
    **{name: _move(name) for name in ("claim", "release", "resolve", "reopen")},
}


def _number(form: Mapping[str, str], name: str) -> int:
    value = form.get(name, "")
    if not value.isdecimal():
        raise SuspiciousOperation(f"{name} is no number.")
    return int(value)
