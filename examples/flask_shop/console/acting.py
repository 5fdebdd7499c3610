"""What the console's buttons do: a form becomes one act of the desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen
from werkzeug.exceptions import BadRequest

from console.showing import now
from linecs.desk import SupportDesk, TicketChange
from linecs.model import MessageId, TicketId

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.datastructures import FileStorage

    from linecs.model import ConversationId


__all__ = ["act"]

_HOUR = 3_600_000
_LARGEST_PICTURE = 20 * 1024 * 1024


def act(
    desk: SupportDesk,
    conversation_id: ConversationId,
    what: str,
    form: Mapping[str, str],
    files: Mapping[str, FileStorage],
    *,
    actor: str,
) -> None:
    """Do one thing. Raises `LinecsError` where the desk refuses it."""
    if what == "reply":
        _reply(desk, conversation_id, form, files.get("picture"), actor=actor)
    elif what == "invite":
        desk.links.invite(conversation_id, actor=actor)
    elif what in ("tag", "untag"):
        _tag(desk, conversation_id, form, actor=actor, is_on=what == "tag")
    elif what in _TICKET_ACTS:
        _TICKET_ACTS[what](_Asked(desk=desk, form=form, actor=actor))
    else:
        raise BadRequest(f"There is no act {what!r}.")


def _reply(
    desk: SupportDesk,
    conversation_id: ConversationId,
    form: Mapping[str, str],
    picture: FileStorage | None,
    *,
    actor: str,
) -> None:
    conversation = desk.inbox.conversation(conversation_id, limit=1).conversation
    messages: list[Mapping[str, Any]] = []
    if text := form.get("text", "").strip():
        messages.append({"type": "text", "text": text})
    if picture is not None and (content := picture.read(_LARGEST_PICTURE)):
        messages.append(desk.media.publish(conversation.channel_id, content).message)
    if not messages:
        raise BadRequest("There is nothing to send.")
    quoted = form.get("quoting", "")
    desk.reply(
        conversation.id,
        messages,
        actor=actor,
        version=_number(form, "version"),
        seen=form.get("seen") or None,
        asks=form.get("asks") == "yes",
        quoting=MessageId(quoted) if quoted else None,
    )


def _tag(
    desk: SupportDesk,
    conversation_id: ConversationId,
    form: Mapping[str, str],
    *,
    actor: str,
    is_on: bool,
) -> None:
    customer = desk.inbox.conversation(conversation_id, limit=1).customer
    change = desk.tag if is_on else desk.untag
    change(customer.id, form.get("tag", "").strip(), actor=actor, version=_number(form, "customer"))


@frozen(kw_only=True)
class _Asked:
    """A ticket's form: which ticket, as it was when the page was made."""

    desk: SupportDesk
    form: Mapping[str, str]
    actor: str

    @property
    def ticket(self) -> TicketId:
        return TicketId(self.text("ticket"))

    @property
    def by(self) -> dict[str, Any]:
        return {"actor": self.actor, "version": _number(self.form, "ticket_version")}

    def text(self, name: str) -> str:
        if not (value := self.form.get(name, "").strip()):
            raise BadRequest(f"{name} is missing.")
        return value


def _hand_over(asked: _Asked) -> None:
    note = asked.form.get("text", "").strip()
    asked.desk.hand_over(asked.ticket, asked.text("to"), note=note, **asked.by)


def _snooze(asked: _Asked) -> None:
    until = now() + _number(asked.form, "hours") * _HOUR
    asked.desk.snooze(asked.ticket, until, **asked.by)


def _sort(asked: _Asked) -> None:
    wanted = TicketChange(
        mark=asked.form.get("mark", ""),
        category=asked.form.get("category", ""),
        priority=_number(asked.form, "priority"),
    )
    asked.desk.change(asked.ticket, wanted, **asked.by)


_TICKET_ACTS: Mapping[str, Callable[[_Asked], object]] = {
    "claim": lambda asked: asked.desk.claim(asked.ticket, **asked.by),
    "release": lambda asked: asked.desk.release(asked.ticket, **asked.by),
    "hand_over": _hand_over,
    "note": lambda asked: asked.desk.note(asked.ticket, asked.text("text"), **asked.by),
    "snooze": _snooze,
    "sort": _sort,
    "resolve": lambda asked: asked.desk.resolve(asked.ticket, **asked.by),
    "reopen": lambda asked: asked.desk.reopen(asked.ticket, **asked.by),
}


def _number(form: Mapping[str, str], name: str) -> int:
    value = form.get(name, "")
    if not value.isdecimal():
        raise BadRequest(f"{name} is no number.")
    return int(value)
