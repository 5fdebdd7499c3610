"""The shop's pages: home with the orders, log-in, log-out."""

import hmac
import secrets
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from fastapi.templating import Jinja2Templates
from sqlalchemy import select
from starlette.datastructures import FormData

from linecs import SupportDesk
from mimosa.database import Database
from mimosa.members import log_in
from mimosa.tables import Member, Order

__all__ = ["OwnForm", "create_pages", "go", "show"]

_TEMPLATES = Jinja2Templates(Path(__file__).parent / "templates")
_HEADERS = {
    # No form-action: after 「連携する」 the browser goes on to LINE.
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def show(request: Request, name: str, **shown: object) -> Response:
    """Return a page, with the token that its forms have to send back."""
    request.session.setdefault("csrf", secrets.token_hex(16))
    return _TEMPLATES.TemplateResponse(request, f"{name}.html", shown, headers=_HEADERS)


def go(address: str) -> Response:
    """Return what sends the browser on with a GET."""
    return RedirectResponse(address, status_code=303)


async def _own_form(request: Request) -> FormData:
    form = await request.form()
    given, own = str(form.get("csrf", "")), request.session.get("csrf", "")
    if not own or not hmac.compare_digest(given.encode(), own.encode()):
        raise HTTPException(400, "このページを開き直して、もう一度お試しください。")
    return form


OwnForm = Annotated[FormData, Depends(_own_form)]
"""The form of a POST, once it is sure that a page of ours sent it."""


def create_pages(desk: SupportDesk, database: Database) -> APIRouter:
    """Return the shop's pages."""
    pages = APIRouter()

    @pages.get("/")
    async def home(request: Request) -> Response:
        member_id = request.session.get("member")
        if member_id is None:
            return show(request, "home")
        async with database.sessions() as session:
            member = await session.get(Member, member_id)
            newest_first = Order.placed_at.desc()
            orders = await session.scalars(
                select(Order).where(Order.member_id == member_id).order_by(newest_first)
            )
        # The desk is synchronous, so a coroutine asks it in a thread.
        links = await run_in_threadpool(desk.links.of_member, member_id)
        return show(request, "home", member=member, orders=orders.all(), is_linked=bool(links))

    @pages.get("/login")
    async def login(request: Request) -> Response:
        return show(request, "login")

    @pages.post("/login")
    async def check_login(request: Request, form: OwnForm) -> Response:
        email, password = str(form.get("email", "")), str(form.get("password", ""))
        async with database.sessions() as session:
            member = await log_in(session, email, password)
        if member is None:
            return show(request, "login", problem="メールアドレスかパスワードが違います。")
        following = request.session.get("after_login", "/")
        request.session.clear()
        request.session["member"] = member.id
        return go(following)

    @pages.post("/logout")
    async def logout(request: Request, _: OwnForm) -> Response:
        request.session.clear()
        return go("/")

    return pages
