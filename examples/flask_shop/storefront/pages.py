"""The shop's pages: log-in, orders, and the approval that links a LINE account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, redirect, render_template, request, session, url_for

from linecs.idlink import InvitationError

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from linecs import SupportDesk
    from storefront.members import Shop

__all__ = ["create_storefront"]


def create_storefront(desk: SupportDesk, shop: Shop) -> Blueprint:
    """Return the shop's pages."""
    pages = Blueprint("storefront", __name__, template_folder="templates")

    @pages.get("/")
    def home() -> str:
        member_id = session.get("member")
        card = shop.card(member_id) if member_id else None
        links = desk.links.of_member(member_id) if member_id else ()
        return render_template("storefront/home.html", card=card, links=links)

    @pages.route("/login", methods=["GET", "POST"])
    def login() -> str | Response:
        problem = ""
        if request.method == "POST":
            found = shop.log_in(request.form.get("email", ""), request.form.get("password", ""))
            if found is not None:
                following = session.get("after_login") or url_for(".home")
                session.clear()
                session["member"] = found
                return redirect(following)
            problem = "メールアドレスかパスワードが違います。"
        return render_template("storefront/login.html", problem=problem)

    @pages.post("/logout")
    def logout() -> Response:
        session.clear()
        return redirect(url_for(".home"))

    @pages.get("/line/link")
    def link() -> str | Response:
        token = request.args.get("linkToken", "")
        if "member" not in session:
            # Kept by us, not taken from the address: nobody can send a member elsewhere.
            session["after_login"] = url_for(".link", linkToken=token)
            return redirect(url_for(".login"))
        try:
            desk.links.invited(token)
        except InvitationError:
            return render_template("storefront/expired.html")
        card = shop.card(session["member"])
        return render_template("storefront/link.html", token=token, card=card)

    @pages.post("/line/link")
    def approve() -> Response | str:
        if "member" not in session:
            abort(401)
        try:
            address = desk.links.approve(request.form.get("linkToken", ""), session["member"])
        except InvitationError:
            return render_template("storefront/expired.html")
        return redirect(address)

    @pages.post("/line/unlink")
    def unlink() -> Response:
        if "member" not in session:
            abort(401)
        for found in desk.links.of_member(session["member"]):
            desk.links.unlink(found.customer_id, actor="customer")
        return redirect(url_for(".home"))

    return pages
