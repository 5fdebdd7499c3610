"""The adapter: what a Flask shop adds to receive LINE's webhooks and to show what it sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from linecs import IntakeError

if TYPE_CHECKING:
    from linecs import SupportDesk


def line_views(desk: SupportDesk) -> Blueprint:
    """Return the webhook view and the view of published pictures."""
    views = Blueprint("line", __name__)

    @views.post("/line/webhook")
    def webhook() -> tuple[str, int]:
        try:
            desk.receive(request.get_data(), request.headers.get("X-Line-Signature"))
        except IntakeError:
            return "", 400
        return "", 200

    @views.get("/line/media/<media_id>")
    def media(media_id: str) -> Response:
        served = desk.media.serve(media_id, range_header=request.headers.get("Range", ""))
        return Response(served.body, status=served.status, headers=dict(served.headers))

    return views
