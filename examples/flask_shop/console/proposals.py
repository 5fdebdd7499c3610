"""What the FAQ could learn, for leads: where it comes from, what it would change, yes or no."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, redirect, render_template, request, url_for

from console.showing import said_of
from linecs.errors import LinecsError, NotPermittedError
from linecs.routing import Permission
from linecs.storage.ports import RowMissingError

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response

    from console.desk_view import DeskView

__all__ = ["add_proposals", "may_decide"]

_DONE = {
    "accepted": "採用して、FAQを公開しました。数秒で答えはじめます。",
    "rejected": "却下しました。同じ提案は、もう出ません。",
}


def add_proposals(console: Blueprint, view: DeskView) -> None:
    """Add the pages to the blueprint; to whoever is no lead they are closed."""

    @console.get("/proposals")
    def proposals() -> str:
        return _page(view, done=_DONE.get(request.args.get("done", ""), ""))

    @console.post("/proposals/<proposal_id>/<any(accept, reject):what>")
    def decide(proposal_id: str, what: str) -> Response | tuple[str, int]:
        _lead_first(view)
        try:
            done = _decide(view, proposal_id, what)
        except RowMissingError:
            return _page(view, problem="この提案はもうありません。"), 409
        except LinecsError as error:
            return _page(view, problem=said_of(error, view.colleagues())), 409
        return redirect(url_for("console.proposals", done=done))


def may_decide(view: DeskView) -> bool:
    """Return whether whoever is logged in may change the FAQ."""
    try:
        view.desk.staff.permit(view.me, Permission.EDIT_ANSWERS)
    except NotPermittedError:
        return False
    return True


def _lead_first(view: DeskView) -> None:
    if not may_decide(view):
        abort(403)


def _page(view: DeskView, **said: str) -> str:
    _lead_first(view)
    knowledge = view.desk.knowledge
    shown = [(each, knowledge.evidence(each.id, limit=5)) for each in knowledge.proposals()]
    titles = {entry.id: entry.question for entry in knowledge.current("faq")}
    listed: dict[str, Any] = view.listed()
    return render_template(
        "console/proposals.html", proposals=shown, titles=titles, **said, **listed
    )


def _decide(view: DeskView, proposal_id: str, what: str) -> str:
    knowledge, form = view.desk.knowledge, request.form
    if what == "reject":
        knowledge.reject(proposal_id, by=view.me)
        return "rejected"
    names = ("text", "answer", "entry_id")
    edits = {name: form.get(name, "").replace("\r\n", "\n").strip() for name in names}
    knowledge.accept(proposal_id, by=view.me, **edits)
    return "accepted"
