"""A shop's web site in Flask: webhook, log-in, linking by LINE's dialog and by LINE Login."""

from __future__ import annotations

import secrets
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import Flask, abort, redirect, render_template_string, request, session
from werkzeug.serving import make_server

from linecs.errors import IntakeError
from linecs.idlink import InvitationError, LoginRefused, link_member, linked_member
from linecs.model.link import LoginFlow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from wsgiref.types import WSGIApplication

    from flask.typing import ResponseReturnValue

    from linecs.desk import SupportDesk
    from linecs.idlink import LineLogin, LinkRegistry

__all__ = ["add_linking", "add_login", "create_host", "serving"]

COOKIE = "line-login"
PAGE = """<!doctype html><html lang=ja><meta charset=utf-8>
<meta name=viewport content="width=device-width"><title>森の雑貨店</title>
<style>body{font:16px/1.7 sans-serif;max-width:32rem;margin:2rem auto;padding:0 1rem}
button{font:inherit;padding:.5rem 1.5rem;background:#06c755;border:0;border-radius:.5rem}
th{text-align:left;padding-right:1rem}</style>
<h1>森の雑貨店</h1>"""
LOG_IN = (
    PAGE
    + """<form method=post><input type=hidden name=csrf value="{{ csrf }}">
<label>会員ID <input name=member></label> <button>ログイン</button></form>"""
)
CONFIRM = (
    PAGE
    + """<p>会員 {{ member }} を、このLINEアカウントと連携しますか。
連携はいつでも解除できます。</p><form method=post><input type=hidden name=csrf value="{{ csrf }}">
<button>連携する</button></form>"""
)
HOME = (
    PAGE
    + """<p>会員 {{ member }} でログイン中です。</p><form method=post action=/line/login>
<input type=hidden name=csrf value="{{ csrf }}"><button>LINEと連携する</button></form>"""
)
OPERATOR = (
    PAGE
    + """<h2>担当者の画面</h2>{% if card %}<table>
<tr><th>会員ID</th><td>{{ card.member_id }}</td></tr>
<tr><th>お名前</th><td>{{ card.name }}</td></tr>
{% for order in card.orders %}<tr><th>注文 {{ order.number }}</th>
<td>{{ order.title }}（{{ order.status }}）</td></tr>{% endfor %}</table>
{% else %}<p>会員連携はありません。</p>{% endif %}"""
)


def shown(page: str, **more: object) -> str:
    """Return a page, with what its forms have to carry."""
    session.setdefault("csrf", secrets.token_hex(16))
    return render_template_string(page, csrf=session["csrf"], **more)


def create_host(desk: SupportDesk) -> Flask:
    """Return the site: what a shop would write, and nothing a shop could leave out."""
    app = Flask(__name__)
    app.secret_key = secrets.token_bytes()

    @app.before_request
    def refuse_forgery() -> None:
        if request.method == "POST" and request.path != "/line/webhook":
            given, own = request.form.get("csrf", ""), session.get("csrf", "")
            if not own or not secrets.compare_digest(given, own):
                abort(403)

    @app.post("/line/webhook")
    def webhook() -> ResponseReturnValue:
        try:
            desk.handle(request.get_data(), request.headers.get("x-line-signature"))
        except IntakeError:
            return "", 400
        return "", 200

    @app.get("/operator/<customer_id>")
    def operator(customer_id: str) -> ResponseReturnValue:
        return shown(OPERATOR, card=desk.members.card(customer_id, actor="tanaka"))

    return app


def add_linking(app: Flask, desk: SupportDesk) -> None:
    """Add the members' pages: log-in, home, and the confirmation of an invitation."""

    @app.route("/login", methods=["GET", "POST"])
    def log_in() -> ResponseReturnValue:
        if request.method == "GET":
            return shown(LOG_IN)
        session["member"] = request.form["member"]
        return redirect(session.pop("next", "/"))

    @app.get("/")
    def home() -> ResponseReturnValue:
        return shown(HOME, member=session.get("member", ""))

    @app.route("/line/link", methods=["GET", "POST"])
    def link() -> ResponseReturnValue:
        token = request.args.get("linkToken", "")
        if "member" not in session:
            session["next"] = request.full_path
            return redirect("/login")
        try:
            desk.links.invited(token)
            if request.method == "GET":
                return shown(CONFIRM, member=session["member"])
            return redirect(desk.links.approve(token, session["member"]))
        except InvitationError:
            return "この招待は使えません。", 400


def add_login(
    app: Flask,
    desk: SupportDesk,
    login: LineLogin,
    registry: LinkRegistry,
    clock: Callable[[], int],
) -> None:
    """Add LINE Login: linking for who is logged in, logging in for who is not."""

    @app.post("/line/login")
    def start() -> ResponseReturnValue:
        member = session.get("member")
        flow = LoginFlow.LINK if member else LoginFlow.LOG_IN
        started = login.authorization_url(
            flow, now=clock(), member_id=member, return_to=request.args.get("next")
        )
        desk.links.run(lambda links: links.add_login_attempt(started.attempt))
        response = redirect(started.url)
        response.set_cookie(COOKIE, started.browser_key, httponly=True, samesite="Lax")
        return response

    @app.get("/line/callback")
    def callback() -> ResponseReturnValue:
        key, now = request.cookies.get(COOKIE), clock()
        attempt = desk.links.run(lambda links: login.take_attempt(links, key))
        proof = login.callback(request.args, attempt, now=now)
        if isinstance(proof, LoginRefused):
            return f"ログインできませんでした（{proof.reason}）", 400
        if proof.flow is LoginFlow.LOG_IN:
            found = desk.links.run(lambda links: linked_member(registry, links, proof, now=now))
            session["member"] = found.member_id if found else ""
            return redirect(proof.return_to)
        subject, member = desk.links.subject("main", proof.line_user_id), session["member"]
        desk.links.run(
            lambda links: link_member(
                registry, links, proof, subject=subject, session_member_id=member, now=now
            )
        )
        return "LINEと連携しました。"


@contextmanager
def serving(app: WSGIApplication) -> Iterator[str]:
    """Run a site on a web server of its own; give its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
