"""The console as one Flask blueprint: who may enter, what a browser may run, and its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect

from console import showing
from console.conversations import add_conversations
from console.desk_view import DeskView
from console.lists import add_lists
from console.proposals import add_proposals, may_decide
from console.records import add_records

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from linecs.desk import SupportDesk

__all__ = ["create_console"]

_HEADERS = {
    # Only what this folder serves may run or be shown; nothing a customer wrote can.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def create_console(
    desk: SupportDesk,
    *,
    operator: Callable[[], str | None],
    colleagues: Callable[[], dict[str, str]],
    login_url: Callable[[], str],
    logout_url: Callable[[], str],
) -> Blueprint:
    """Return the console; the application checks CSRF tokens, as Flask-WTF's `CSRFProtect` does.

    Args:
        desk: Whose tickets.
        operator: Returns who is logged in, None for nobody.
        colleagues: Names of all operators by their ids.
        login_url: Where nobody is sent to log in.
        logout_url: What the log-out button posts to.
    """
    console = Blueprint("console", __name__, template_folder="templates", static_folder="static")
    for name, shown in showing.FILTERS.items():
        console.add_app_template_filter(shown, name)
    view = DeskView(desk=desk, operator=operator, colleagues=colleagues)
    staff = desk.staff

    @console.before_request
    def log_in_first() -> AnyResponse | None:
        return None if operator() is not None else redirect(login_url())

    @console.context_processor
    def common() -> dict[str, Any]:
        return {
            "names": colleagues(),
            "me": operator(),
            "may_decide": operator() is not None and may_decide(view),
            "now": showing.now(),
            "logout_url": logout_url(),
            "marks": staff.marks.marks,
            "mark_names": {mark.key: mark.name for mark in staff.marks.marks},
            "categories": staff.categories.marks,
            "category_names": {each.key: each.name for each in staff.categories.marks},
        }

    console.after_request(_protect)
    add_lists(console, view)
    add_conversations(console, view)
    add_records(console, view)
    add_proposals(console, view)
    return console


def _protect(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    # Pages show customers; the console's own style and script may stay in the browser.
    response.headers.setdefault("Cache-Control", "no-store")
    return response
