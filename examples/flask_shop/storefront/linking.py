"""「LINEと連携する」: the page where a member approves the link, and where they end it.

Source: LINE Developers, "Linking a LINE Official Account's user with your service's user".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, redirect, render_template, request, session, url_for

from linecs.idlink import InvitationError
from linecs.model import MemberId

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response

    from linecs import SupportDesk
    from storefront.members import Shop

__all__ = ["add_linking"]


def add_linking(pages: Blueprint, desk: SupportDesk, shop: Shop) -> None:
    """Add the pages to the storefront."""

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
        try:
            address = desk.links.approve(request.form.get("linkToken", ""), _member())
        except InvitationError:
            return render_template("storefront/expired.html")
        return redirect(address)

    @pages.post("/line/unlink")
    def unlink() -> Response:
        for found in desk.links.of_member(_member()):
            desk.links.unlink(found.customer_id, actor="customer")
        return redirect(url_for(".home"))


def _member() -> MemberId:
    if "member" not in session:
        abort(401)
    return MemberId(session["member"])
