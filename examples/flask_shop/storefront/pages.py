"""The shop's pages: log-in and orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, session, url_for

from storefront.linking import add_linking

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from linecs import SupportDesk
    from storefront.members import Shop

__all__ = ["create_storefront"]

_HEADERS = {
    # No form-action: after 「連携する」 the browser goes on to LINE.
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def create_storefront(desk: SupportDesk, shop: Shop) -> Blueprint:
    """Return the shop's pages."""
    pages = Blueprint("storefront", __name__, template_folder="templates")
    pages.after_request(_protect)

    @pages.get("/")
    def home() -> str:
        member_id = session.get("member")
        card = shop.card(member_id) if member_id else None
        links = desk.links.of_member(member_id) if member_id else ()
        return render_template("storefront/home.html", card=card, links=links)

    @pages.route("/login", methods=["GET", "POST"])
    def login() -> str | AnyResponse:
        if request.method == "GET":
            return render_template("storefront/login.html")
        found = shop.log_in(request.form.get("email", ""), request.form.get("password", ""))
        if found is None:
            problem = "メールアドレスかパスワードが違います。"
            return render_template("storefront/login.html", problem=problem)
        following = session.get("after_login") or url_for(".home")
        session.clear()
        session["member"] = found
        return redirect(following)

    @pages.post("/logout")
    def logout() -> AnyResponse:
        session.clear()
        return redirect(url_for(".home"))

    add_linking(pages, desk, shop)
    return pages


def _protect(response: Response) -> Response:
    response.headers.update(_HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
    return response
