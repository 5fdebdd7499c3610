"""The shop's Flask application: storefront, LINE's views, and the operators' console."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from console import create_console
from flask import Flask, redirect, render_template, request, session, url_for
from flask_wtf import CSRFProtect
from line_views import line_views
from storefront import create_storefront
from werkzeug.security import check_password_hash, generate_password_hash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from storefront import Shop
    from werkzeug.wrappers import Response

    from linecs import SupportDesk

__all__ = ["create_app", "staff_with"]

_OPERATORS = {"hanako": "花子", "taro": "太郎"}

# An unknown operator takes as long as a wrong password.
_NOBODY = generate_password_hash("nobody")


def staff_with(password: str) -> dict[str, tuple[str, str]]:
    """Return the shop's two operators, with this password."""
    hashed = generate_password_hash(password)
    return {each: (name, hashed) for each, name in _OPERATORS.items()}


def create_app(
    desk: SupportDesk,
    shop: Shop,
    *,
    staff: Mapping[str, tuple[str, str]],
    secret_key: str | None = None,
    is_https: bool = False,
) -> Flask:
    """Return the application.

    Args:
        desk: The shop's desk.
        shop: Its members and orders.
        staff: Names and hashed passwords of the operators by their ids.
        secret_key: Signs the sessions; give one that stays, or a restart logs everybody out.
        is_https: Whether browsers come by HTTPS; then cookies go no other way.
    """
    app = Flask(__name__)
    app.secret_key = secret_key or secrets.token_hex(32)
    app.config.update(SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax")
    app.config["SESSION_COOKIE_SECURE"] = is_https
    app.config["MAX_CONTENT_LENGTH"] = 32 * 1024 * 1024
    line = line_views(desk)
    # LINE signs its webhooks; it has no session and no token of ours.
    CSRFProtect(app).exempt(line)
    app.register_blueprint(line)
    app.register_blueprint(create_storefront(desk, shop))
    app.register_blueprint(
        create_console(
            desk,
            operator=lambda: session.get("operator"),
            colleagues=lambda: {each: name for each, (name, _) in staff.items()},
            login_url=lambda: url_for("staff_login"),
            logout_url=lambda: url_for("staff_logout"),
        ),
        url_prefix="/desk",
    )

    _add_staff_login(app, staff)
    return app


def _add_staff_login(app: Flask, staff: Mapping[str, tuple[str, str]]) -> None:
    @app.route("/staff", methods=["GET", "POST"])
    def staff_login() -> str | Response:
        if request.method == "GET":
            return render_template("staff_login.html")
        who = request.form.get("operator", "")
        name, hashed = staff.get(who, ("", _NOBODY))
        if not check_password_hash(hashed, request.form.get("password", "")) or not name:
            problem = "担当者IDかパスワードが違います。"
            return render_template("staff_login.html", problem=problem)
        session.clear()
        session["operator"] = who
        return redirect(url_for("console.inbox"))

    @app.post("/staff/logout")
    def staff_logout() -> Response:
        session.clear()
        return redirect(url_for("staff_login"))
