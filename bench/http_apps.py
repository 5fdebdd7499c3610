"""The applications that `http_intake.py` measures, as gunicorn and uvicorn load them."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from flask import Flask, request
from webhooks import CHANNEL, SECRET

from linecs.desk import SupportDesk
from linecs.errors import IntakeError
from linecs.storage.sql import SqlStorage

if TYPE_CHECKING:
    from linebot.v3.webhook import WebhookHandler

__all__ = ["asgi_bare", "asgi_desk", "flask_bare", "flask_desk", "flask_naive"]


@cache
def _desk() -> SupportDesk:
    return SupportDesk(
        storage=SqlStorage.connect(os.environ["LINECS_BENCH_DATABASE"]), channels=[CHANNEL]
    )


@cache
def _naive_handler() -> WebhookHandler:
    from linebot.v3.messaging import (  # noqa: PLC0415
        ApiClient,
        Configuration,
        MessagingApi,
        ReplyMessageRequest,
        TextMessage,
    )
    from linebot.v3.webhook import WebhookHandler  # noqa: PLC0415
    from linebot.v3.webhooks import MessageEvent, TextMessageContent  # noqa: PLC0415

    handler = WebhookHandler(SECRET)
    configuration = Configuration(access_token=SECRET, host=os.environ["LINECS_BENCH_LINE"])
    line = MessagingApi(ApiClient(configuration))

    def answer(event: Any) -> None:  # noqa: ANN401 - the SDK ships no types
        message = TextMessage(text=event.message.text)
        line.reply_message(ReplyMessageRequest(replyToken=event.reply_token, messages=[message]))

    handler.add(MessageEvent, message=TextMessageContent)(answer)
    return handler


flask_bare = Flask("bare")
flask_desk = Flask("desk")
flask_naive = Flask("naive")


@flask_bare.post("/line")
def _bare() -> str:
    request.get_data()
    return "OK"


@flask_desk.post("/line")
def _receive() -> tuple[str, int]:
    try:
        _desk().receive(request.get_data(), request.headers.get("x-line-signature"))
    except IntakeError:
        return "", 400
    return "OK", 200


@flask_naive.post("/line")
def _reply_at_once() -> str:
    signature = request.headers["x-line-signature"]
    _naive_handler().handle(request.get_data(as_text=True), signature)
    return "OK"


async def asgi_bare(scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
    """Answer OK."""
    if scope["type"] == "http":
        await _body(receive)
        await _answer(send, 200)


async def asgi_desk(scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
    """Make the webhook durable, and answer OK."""
    if scope["type"] != "http":
        return
    body = await _body(receive)
    signature = dict(scope["headers"]).get(b"x-line-signature", b"").decode()
    try:
        await _desk().receive_async(body, signature)
    except IntakeError:
        await _answer(send, 400)
    else:
        await _answer(send, 200)


async def _body(receive: Any) -> bytes:  # noqa: ANN401 - ASGI
    body = b""
    while True:
        message: dict[str, Any] = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return body


async def _answer(send: Any, status: int) -> None:  # noqa: ANN401 - ASGI
    headers = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"OK"})
