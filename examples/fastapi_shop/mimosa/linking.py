"""「LINEと連携する」: the page where a member approves the link, and where they end it.

Plain functions, which FastAPI runs in threads: the desk is synchronous.
Source: LINE Developers, "Linking a LINE Official Account's user with your service's user".
"""

from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from linecs import SupportDesk
from linecs.idlink import InvitationError
from mimosa.pages import OwnForm, go, show

__all__ = ["create_linking"]


def create_linking(desk: SupportDesk) -> APIRouter:
    """Return the pages."""
    pages = APIRouter(prefix="/line")

    @pages.get("/link")
    def link(request: Request) -> Response:
        token = request.query_params.get("linkToken", "")
        if "member" not in request.session:
            # Kept by us, not taken from the address: nobody can send a member elsewhere.
            request.session["after_login"] = f"/line/link?linkToken={quote(token, safe='')}"
            return go("/login")
        try:
            desk.links.invited(token)
        except InvitationError:
            return show(request, "expired")
        return show(request, "link", token=token, member_id=request.session["member"])

    @pages.post("/link")
    def approve(request: Request, form: OwnForm) -> Response:
        try:
            address = desk.links.approve(str(form.get("linkToken", "")), _member_of(request))
        except InvitationError:
            return show(request, "expired")
        return go(address)

    @pages.post("/unlink")
    def unlink(request: Request, _: OwnForm) -> Response:
        for found in desk.links.of_member(_member_of(request)):
            desk.links.unlink(found.customer_id, actor="customer")
        return go("/")

    return pages


def _member_of(request: Request) -> str:
    member: str | None = request.session.get("member")
    if member is None:
        raise HTTPException(401)
    return member
