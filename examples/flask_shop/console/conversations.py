"""The page of one conversation, what changes on it, and its buttons."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import abort, redirect, render_template, request, url_for

from console.acting import act
from console.bubbles import entries
from console.partials import unless_known
from console.ready import ReadyReplies
from console.showing import now, said_of
from linecs.errors import LinecsError
from linecs.model import ConversationId
from linecs.storage.ports import RowMissingError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Blueprint
    from werkzeug.wrappers import Response as AnyResponse

    from console.desk_view import DeskView
    from linecs.desk.inbox import ConversationView
    from linecs.model import Draft

__all__ = ["add_conversations"]


def add_conversations(console: Blueprint, view: DeskView) -> None:
    """Add the pages to the blueprint."""
    ready = ReadyReplies(view.desk)

    @console.get("/c/<conversation_id>")
    def conversation(conversation_id: str) -> str:
        return render_template("console/conversation.html", **_page(view, ready, conversation_id))

    @console.get("/c/<conversation_id>/bubbles")
    def bubbles(conversation_id: str) -> AnyResponse:
        found = _found(view, conversation_id)
        page = render_template(
            "console/_bubbles.html", view=found, entries=entries(view.desk, found)
        )
        part = unless_known(page)
        if part.status_code == HTTPStatus.OK:
            _read(view, found)  # The browser asks only while somebody looks at the page.
        return part

    @console.get("/c/<conversation_id>/writing")
    def writing(conversation_id: str) -> AnyResponse:
        drafts = view.desk.drafts(_found(view, conversation_id).conversation.id)
        page = render_template("console/_writing.html", writing=_others(view, drafts))
        return unless_known(page)

    @console.post("/c/<conversation_id>/draft")
    def draft(conversation_id: str) -> tuple[str, int]:
        found = _found(view, conversation_id)
        view.desk.write_draft(
            found.conversation.id,
            request.form.get("text", ""),
            actor=view.me,
            version=found.conversation.version,
        )
        return "", 204

    @console.post("/c/<conversation_id>/<what>")
    def do(conversation_id: str, what: str) -> AnyResponse | tuple[str, int]:
        found = ConversationId(conversation_id)
        try:
            act(view.desk, found, what, request.form, request.files, actor=view.me)
        except LinecsError as error:
            return _refused(view, ready, conversation_id, error), HTTPStatus.CONFLICT
        return redirect(url_for("console.conversation", conversation_id=conversation_id), code=303)


def _found(view: DeskView, conversation_id: str) -> ConversationView:
    try:
        before = request.args.get("before")
        return view.desk.inbox.conversation(ConversationId(conversation_id), before=before)
    except RowMissingError:
        abort(404)


def _read(view: DeskView, found: ConversationView) -> None:
    conversation = found.conversation
    view.desk.open_chat(conversation.id, actor=view.me, seen=conversation.newest_message_id)


def _page(view: DeskView, ready: ReadyReplies, conversation_id: str) -> dict[str, Any]:
    """Return what the page shows; the operator has read the chat by then."""
    found = _found(view, conversation_id)
    _read(view, found)
    card = view.desk.members.card(found.customer.id, actor=view.me)
    drafts = view.desk.drafts(found.conversation.id)
    return {
        "view": found,
        "entries": entries(view.desk, found),
        "card": card,
        "tags": view.desk.fields.tags_of(found.customer.id),
        "writing": _others(view, drafts),
        "kept": next((each.text for each in drafts if each.operator_id == view.me), ""),
        "ready": ready.groups(found, card, view.colleagues().get(view.me, view.me)),
        **view.listed(),
    }


def _refused(view: DeskView, ready: ReadyReplies, conversation_id: str, error: LinecsError) -> str:
    """Return the page that says why nothing was done, with what was written still in it."""
    page = _page(view, ready, conversation_id)
    problem = said_of(error, view.colleagues())
    kept = request.form.get("text", page["kept"])
    return render_template("console/conversation.html", **{**page, "kept": kept}, problem=problem)


def _others(view: DeskView, drafts: Iterable[Draft]) -> list[Draft]:
    """Return the drafts that colleagues are writing now."""
    return [each for each in drafts if each.operator_id != view.me and each.writing_until > now()]
