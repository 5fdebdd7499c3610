"""Small hosts of three frameworks, and what sends a request to each."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

import django
import httpx
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.test import override_settings
from django.urls import clear_url_caches, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from fastapi import FastAPI, Request, Response  # noqa: TC002 - FastAPI reads annotations
from flask import Flask, request
from werkzeug.test import Client

from linecs.errors import IntakeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.http import HttpRequest
    from django.urls import URLPattern

    from linecs.desk import SupportDesk
    from linecs.testing.host_contract import Host

ADDRESS = "/line/webhook"


def flask_app(desk: SupportDesk) -> Flask:
    """Return the view of `docs/how-to/receive-webhooks.md` in Flask."""
    app = Flask("shop")

    @app.post(ADDRESS)
    def webhook() -> tuple[str, int]:
        try:
            desk.receive(request.get_data(), request.headers.get("X-Line-Signature"))
        except IntakeError:
            return "", 400
        return "", 200

    return app


def wsgi_host(app: object) -> Host:
    """Return what sends requests to a WSGI application, as a server would."""
    client = Client(app)

    def send(method: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        answer = client.open(ADDRESS, method=method, data=body, headers=dict(headers))
        return answer.status_code, answer.get_data()

    return send


def fastapi_host(desk: SupportDesk) -> Host:
    """Return the same in FastAPI, and what sends requests to it."""
    app = FastAPI()

    @app.post(ADDRESS)
    async def webhook(asked: Request) -> Response:
        try:
            await desk.receive_async(await asked.body(), asked.headers.get("x-line-signature"))
        except IntakeError:
            return Response(status_code=400)
        return Response()

    async def ask(method: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        # A server sends the 500 that the framework made; only then does it log the error.
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            answer = await client.request(method, ADDRESS, content=body, headers=dict(headers))
            return answer.status_code, answer.content

    return lambda method, body, headers: asyncio.run(ask(method, body, headers))


@contextmanager
def django_settings() -> Iterator[None]:
    """Django as a shop runs it: CSRF checks on, debugging off."""
    if not settings.configured:
        settings.configure()
    settings.SECRET_KEY = "for tests"
    django.setup()
    middleware = ["django.middleware.csrf.CsrfViewMiddleware"]
    with override_settings(ALLOWED_HOSTS=["*"], MIDDLEWARE=middleware, ROOT_URLCONF=_Urls):
        yield


class _Urls:
    urlpatterns: ClassVar[list[URLPattern]] = []


def django_host(desk: SupportDesk) -> Host:
    """Return the same in Django, and what sends requests to it; inside `django_settings`."""

    @csrf_exempt
    @require_POST
    def webhook(asked: HttpRequest) -> HttpResponse:
        try:
            desk.receive(asked.body, asked.headers.get("X-Line-Signature"))
        except IntakeError:
            return HttpResponse(status=400)
        return HttpResponse()

    _Urls.urlpatterns = [path(ADDRESS.lstrip("/"), webhook)]
    clear_url_caches()
    return wsgi_host(WSGIHandler())
