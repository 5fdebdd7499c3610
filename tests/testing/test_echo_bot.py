"""A bot of the SDK alone, without linecs, runs against the simulator."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from flask import Flask, abort, request
from linebot.v3 import WebhookHandler
from linebot.v3.exceptions import InvalidSignatureError
from linebot.v3.messaging import (
    ApiClient,
    MessagingApi,
    MessagingApiBlob,
    ReplyMessageRequest,
    TextMessage,
)
from linebot.v3.webhooks import (
    FollowEvent,
    ImageMessageContent,
    MessageEvent,
    TextMessageContent,
)
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linebot.v3.messaging import (
        Configuration,
    )

    from linecs.testing import LineSimulator


def echo_bot(secret: str, configuration: Configuration) -> Flask:
    """Return the SDK's own echo example, with an answer to pictures and new friends."""
    app = Flask("echo")
    handler = WebhookHandler(secret)

    def reply(event: MessageEvent | FollowEvent, text: str) -> None:
        with ApiClient(configuration) as client:
            answer = ReplyMessageRequest(
                reply_token=event.reply_token, messages=[TextMessage(text=text)]
            )
            MessagingApi(client).reply_message(answer, _request_timeout=5)
            client.rest_client.pool_manager.clear()

    @app.post("/callback")
    def callback() -> str:
        try:
            handler.handle(request.get_data(as_text=True), request.headers["X-Line-Signature"])
        except InvalidSignatureError:
            abort(400)
        return "OK"

    @handler.add(MessageEvent, message=TextMessageContent)
    def on_text(event: MessageEvent) -> None:
        reply(event, event.message.text)

    @handler.add(FollowEvent)
    def on_follow(event: FollowEvent) -> None:
        reply(event, "はじめまして")

    @handler.add(MessageEvent, message=ImageMessageContent)
    def on_image(event: MessageEvent) -> None:
        with ApiClient(configuration) as client:
            picture = MessagingApiBlob(client).get_message_content(
                event.message.id, _request_timeout=5
            )
            client.rest_client.pool_manager.clear()
        reply(event, f"{len(picture)}バイトの写真")

    return app


@pytest.fixture
def bot(line: LineSimulator, configuration: Configuration) -> Iterator[None]:
    """Run the bot on a web server of its own and give its address to LINE."""
    app = echo_bot(line.channel.secret, configuration)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    line.deliver_to(f"http://127.0.0.1:{server.server_port}/callback")
    yield
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.usefixtures("bot")
def test_it_echoes(line: LineSimulator) -> None:
    """What the customer writes comes back, emoji and all."""
    customer = line.customer("c1")
    customer.says("返品したい🍎")
    assert [(bubble.sender, bubble.text) for bubble in customer.chat] == [
        ("customer", "返品したい🍎"),
        ("account", "返品したい🍎"),
    ]
    assert [delivery.status for delivery in line.webhooks.deliveries] == [200]


@pytest.mark.usefixtures("bot")
def test_it_greets_and_fetches_pictures(line: LineSimulator) -> None:
    """Follow events and contents work through the SDK's handler too."""
    customer = line.customer("c1", friend=False)
    customer.follows()
    customer.sends_image(b"12345")
    assert [bubble.text for bubble in customer.chat] == ["はじめまして", None, "5バイトの写真"]


@pytest.mark.usefixtures("bot")
def test_it_fails_at_a_redelivery_as_it_would_on_line(line: LineSimulator) -> None:
    """A bot that does not look for repeats replies twice and is refused the second time."""
    customer = line.customer("c1")
    line.webhooks.redeliver(customer.says("一度だけ"))
    assert [delivery.status for delivery in line.webhooks.deliveries] == [200, 500]
    assert len(customer.chat) == 2
