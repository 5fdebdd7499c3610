"""What stands behind a conversation: why the bot answered, pictures, and the whole record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, abort, render_template, request

from linecs.model import ConversationId, CustomerId
from linecs.replies.explanation import explain
from linecs.storage.ports import RowMissingError

if TYPE_CHECKING:
    from flask import Blueprint

    from console.desk_view import DeskView

__all__ = ["add_records"]

# A record brings its own style, and nothing else.
_RECORD_ALLOWS = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def add_records(console: Blueprint, view: DeskView) -> None:
    """Add the pages to the blueprint."""

    @console.get("/why/<message_id>")
    def why(message_id: str) -> str:
        found = view.desk.explain(message_id)
        lines = explain(found.steps) if found else ()
        return render_template("console/_why.html", explained=found, lines=lines)

    @console.get("/media/<media_id>")
    def media(media_id: str) -> Response:
        served = view.desk.media.serve(
            media_id, public=False, range_header=request.headers.get("Range", "")
        )
        return Response(served.body, status=served.status, headers=dict(served.headers))

    @console.get("/record/<customer_id>")
    def record(customer_id: str) -> Response:
        try:
            found = view.desk.inbox.history(CustomerId(customer_id))
        except RowMissingError:
            abort(404)
        # Who looked is in the audit trail, as for the conversation itself.
        view.desk.open_chat(ConversationId(customer_id), actor=view.me, seen=None)
        page = found.to_html()
        return Response(page, headers={"Content-Security-Policy": _RECORD_ALLOWS})
