"""Pages: the list, one conversation, the search, and pictures that customers sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for

from console import showing
from console.acting import act
from linecs.desk.inbox import InboxFilter, ListOrder
from linecs.errors import ConfigurationError, LinecsError
from linecs.model import TicketStatus
from linecs.storage.ports import RowMissingError

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response as AnyResponse

    from linecs.desk import SupportDesk

__all__ = ["create_console"]

_VIEWS: dict[str, tuple[str, Callable[[str], InboxFilter]]] = {
    "all": ("すべて", lambda _me: InboxFilter()),
    "mine": ("自分の担当", lambda me: InboxFilter(assignee=me)),
    "unassigned": ("担当なし", lambda _me: InboxFilter(unassigned=True)),
    "overdue": ("期限切れ", lambda _me: InboxFilter(overdue=True)),
    "open": ("未対応", lambda _me: InboxFilter(status=TicketStatus.OPEN)),
    "in_progress": ("対応中", lambda _me: InboxFilter(status=TicketStatus.IN_PROGRESS)),
    "waiting": ("返信待ち", lambda _me: InboxFilter(status=TicketStatus.WAITING)),
    "bot": ("自動応答中", lambda _me: InboxFilter(status=TicketStatus.BOT)),
    "resolved": ("対応完了", lambda _me: InboxFilter(status=TicketStatus.RESOLVED)),
}
# Only what this folder serves may run or be shown; nothing a customer wrote can.
_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
_POLICY += "connect-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none'; "
_POLICY += "frame-ancestors 'none'"


def create_console(  # noqa: C901 - a list of routes, each a few lines
    desk: SupportDesk,
    *,
    operator: Callable[[], str | None],
    colleagues: Callable[[], dict[str, str]],
    login_url: Callable[[], str],
) -> Blueprint:
    """Return the console.

    Args:
        desk: Whose tickets.
        operator: Returns who is logged in, None for nobody.
        colleagues: Names of all operators by their ids.
        login_url: Where nobody is sent to log in.
    """
    console = Blueprint("console", __name__, template_folder="templates", static_folder="static")
    console.add_app_template_filter(showing.clock_time, "clock_time")
    console.add_app_template_filter(showing.elapsed, "elapsed")
    console.add_app_template_filter(showing.status_name, "status_name")

    def me() -> str:
        found = operator()
        if found is None:
            abort(401)
        return found

    @console.before_request
    def log_in_first() -> AnyResponse | None:
        return None if operator() is not None else redirect(login_url())

    @console.after_request
    def protect(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cache-Control"] = "no-store"
        return response

    @console.context_processor
    def common() -> dict[str, Any]:
        return {"names": colleagues(), "me": operator(), "now": showing.now()}

    def listed() -> dict[str, Any]:
        view = request.args.get("view", "all")
        if view not in _VIEWS:
            abort(404)
        order = ListOrder.NEWEST if view == "resolved" else ListOrder.WAITING_LONGEST
        page = desk.inbox.list(
            _VIEWS[view][1](me()), order=order, after=request.args.get("after"), actor=me()
        )
        names = [(name, title) for name, (title, _) in _VIEWS.items()]
        counts = desk.inbox.counts(actor=me())
        return {"page": page, "chosen": view, "views": names, "counts": counts}

    @console.get("/")
    def inbox() -> str:
        try:
            return render_template("console/list.html", **listed())
        except ConfigurationError:
            abort(404)

    @console.get("/rows")
    def rows() -> str:
        return render_template("console/_rows.html", **listed())

    def shown(conversation_id: str, **more: Any) -> str:
        try:
            view = desk.inbox.conversation(conversation_id, before=request.args.get("before"))
        except (RowMissingError, LookupError):
            abort(404)
        newest = view.conversation.newest_message_id
        desk.open_chat(view.conversation.id, actor=me(), seen=newest)
        return render_template(
            "console/conversation.html",
            view=view,
            bubbles=showing.bubbles(desk, view),
            card=desk.members.card(view.customer.id, actor=me()),
            writing=[
                each for each in desk.drafts(view.conversation.id) if each.operator_id != me()
            ],
            templates=showing.quick_texts(desk.knowledge.current("templates")),
            **listed(),
            **more,
        )

    @console.get("/c/<conversation_id>")
    def conversation(conversation_id: str) -> str:
        return shown(conversation_id)

    @console.get("/c/<conversation_id>/bubbles")
    def bubbles(conversation_id: str) -> str:
        view = desk.inbox.conversation(conversation_id)
        return render_template(
            "console/_bubbles.html", view=view, bubbles=showing.bubbles(desk, view)
        )

    @console.post("/c/<conversation_id>/<what>")
    def do(conversation_id: str, what: str) -> AnyResponse | tuple[str, int]:
        try:
            act(desk, conversation_id, what, request.form, request.files, actor=me())
        except LinecsError as error:
            page = shown(
                conversation_id,
                problem=showing.said_of(error, colleagues()),
                draft=request.form.get("text", ""),
                seen=getattr(error, "newest", None),
            )
            return page, 409
        return redirect(url_for("console.conversation", conversation_id=conversation_id), code=303)

    @console.get("/why/<message_id>")
    def why(message_id: str) -> str:
        return render_template("console/_why.html", explained=desk.explain(message_id))

    @console.get("/search")
    def search() -> str:
        text = request.args.get("q", "").strip()
        hits = desk.inbox.search(text).items if len(text) > 1 else ()
        return render_template("console/search.html", hits=hits, q=text, **listed())

    @console.get("/news")
    def news() -> dict[str, Any]:
        counts = desk.inbox.counts(actor=me())
        return {"owed": counts.owed, "overdue": counts.overdue, "unassigned": counts.unassigned}

    @console.get("/media/<media_id>")
    def media(media_id: str) -> Response:
        served = desk.media.serve(
            media_id, public=False, range_header=request.headers.get("Range", "")
        )
        return Response(served.body, status=served.status, headers=dict(served.headers))

    return console
