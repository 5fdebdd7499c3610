"""The pages of many tickets: the list, the search, and what the browser asks for news."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request

from console.partials import unless_known
from console.today import Today
from linecs.desk.inbox import SearchTooShortError

if TYPE_CHECKING:
    from flask import Blueprint, Response

    from console.desk_view import DeskView
    from linecs.desk.inbox import Page, SearchHit

__all__ = ["add_lists"]


def add_lists(console: Blueprint, view: DeskView) -> None:
    """Add the pages to the blueprint."""
    of_today = Today(view.desk)

    @console.get("/")
    def inbox() -> str:
        return render_template("console/list.html", today=of_today.last, **view.listed())

    @console.get("/today")
    def today() -> Response:
        return unless_known(render_template("console/_today.html", today=of_today.current()))

    @console.get("/rows")
    def rows() -> Response:
        return unless_known(render_template("console/_rows.html", **view.listed()))

    @console.get("/search")
    def search() -> str:
        text = request.args.get("q", "").strip()
        found = _found(view, text)
        return render_template("console/search.html", found=found, q=text, **view.listed())

    @console.get("/news")
    def news() -> dict[str, int]:
        counts = view.desk.inbox.counts(actor=view.me)
        return {"owed": counts.owed, "overdue": counts.overdue}


def _found(view: DeskView, text: str) -> Page[SearchHit] | None:
    """Return the first page of hits, None where the words are too short."""
    try:
        return view.desk.inbox.search(text)
    except SearchTooShortError:
        return None
