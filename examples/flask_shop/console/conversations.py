"""The page of one conversation, its buttons, and the pictures in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, abort, redirect, render_template, request, url_for

from console.acting import act
from console.bubbles import entries
from console.partials import unless_known
from console.problems import said_of
from console.showing import now, ready_texts
from linecs.errors import LinecsError
from linecs.storage.ports import RowMissingError

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response as AnyResponse

    from console.desk_view import DeskView
    from linecs.desk.inbox import ConversationView
    from linecs.model import Draft

__all__ = ["add_conversations"]


def add_conversations(console: Blueprint, view: DeskView) -> None:
    """Add the pages to the blueprint."""

    @console.get("/c/<conversation_id>")
    def conversation(conversation_id: str) -> str:
        return render_template("console/conversation.html", **_page(view, conversation_id))

    @console.get("/c/<conversation_id>/bubbles")
    def bubbles(conversation_id: str) -> AnyResponse:
        found = _found(view, conversation_id)
        page = render_template(
            "console/_bubbles.html", view=found, entries=entries(view.desk, found)
        )
        return unless_known(page)

    @console.get("/c/<conversation_id>/writing")
    def writing(conversation_id: str) -> AnyResponse:
        found = _writing(view, conversation_id)
        return unless_known(render_template("console/_writing.html", writing=found))

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
        try:
            act(view.desk, conversation_id, what, request.form, request.files, actor=view.me)
        except LinecsError as error:
            return _refused(view, conversation_id, error), 409
        return redirect(url_for("console.conversation", conversation_id=conversation_id), code=303)

    @console.get("/why/<message_id>")
    def why(message_id: str) -> str:
        return render_template("console/_why.html", explained=view.desk.explain(message_id))

    @console.get("/media/<media_id>")
    def media(media_id: str) -> Response:
        served = view.desk.media.serve(
            media_id, public=False, range_header=request.headers.get("Range", "")
        )
        return Response(served.body, status=served.status, headers=dict(served.headers))


def _found(view: DeskView, conversation_id: str) -> ConversationView:
    try:
        return view.desk.inbox.conversation(conversation_id, before=request.args.get("before"))
    except RowMissingError:
        abort(404)


def _page(view: DeskView, conversation_id: str) -> dict[str, Any]:
    """Return what the page shows; the operator has read the chat by then."""
    found, knowledge = _found(view, conversation_id), view.desk.knowledge
    view.desk.open_chat(
        found.conversation.id, actor=view.me, seen=found.conversation.newest_message_id
    )
    return {
        "view": found,
        "entries": entries(view.desk, found),
        "card": view.desk.members.card(found.customer.id, actor=view.me),
        "writing": _writing(view, conversation_id),
        "kept": _own_draft(view, conversation_id),
        "ready": ready_texts(knowledge.current("templates"), knowledge.current("faq")),
        **view.listed(),
    }


def _refused(view: DeskView, conversation_id: str, error: LinecsError) -> str:
    """Return the page that says why nothing was done, with what was written still in it."""
    page = _page(view, conversation_id)
    problem = said_of(error, view.colleagues())
    kept = request.form.get("text", page["kept"])
    return render_template("console/conversation.html", **{**page, "kept": kept}, problem=problem)


def _drafts(view: DeskView, conversation_id: str) -> list[Draft]:
    return list(view.desk.drafts(_found(view, conversation_id).conversation.id))


def _writing(view: DeskView, conversation_id: str) -> list[Draft]:
    return [
        each
        for each in _drafts(view, conversation_id)
        if each.operator_id != view.me and each.writing_until > now()
    ]


def _own_draft(view: DeskView, conversation_id: str) -> str:
    return next(
        (each.text for each in _drafts(view, conversation_id) if each.operator_id == view.me), ""
    )
