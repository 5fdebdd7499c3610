"""Who looks at a page of `access.line.me`: a browser says so by a cookie.

On LINE the visitor is whoever is logged in; here a page asks once who that shall be.
"""

from __future__ import annotations

from html import escape
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlencode

from linecs.testing.simulator.wire import Answer

if TYPE_CHECKING:
    from linecs.testing.simulator.accounts import Person
    from linecs.testing.simulator.wire import Call
    from linecs.testing.simulator.world import World

__all__ = ["VISITOR_COOKIE", "choose_visitor", "page", "visitor_of"]

VISITOR_COOKIE = "line_simulator_visitor"

_CHOICE = "as"


def visitor_of(world: World, call: Call) -> Person | None:
    """Return who visits: as chosen on the page just now, or as the cookie says."""
    cookie = SimpleCookie(call.headers.get("cookie", "")).get(VISITOR_COOKIE)
    name = call.query.get(_CHOICE) or (unquote(cookie.value) if cookie else None)
    return world.people.get(name) if name else None


def choose_visitor(world: World, call: Call) -> Answer:
    """Return a page that asks who visits, and comes back to the same address."""
    links = [
        f'<li><a href="?{escape(urlencode({**call.query, _CHOICE: person.name}))}">'
        f"{escape(person.display_name)}</a></li>"
        for person in world.people.values()
    ]
    return page("どのお客様として開きますか", f"<ul>{''.join(links)}</ul>")


def page(heading: str, content: str = "", *, status: int = 200) -> Answer:
    """Return a page of LINE's; `content` is HTML, `heading` is text."""
    html = (
        '<!doctype html><html lang="ja"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(heading)}</title><h1>{escape(heading)}</h1>{content}"
    )
    headers = {"Content-Type": "text/html; charset=utf-8"}
    return Answer(status=status, body=html.encode(), headers=headers)
