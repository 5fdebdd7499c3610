"""What the gateway asks LINE for, over real HTTP."""

from __future__ import annotations

import hashlib
import io
from datetime import date
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from linebot.v3.messaging import ApiClient, Configuration, MessagingApi, RichMenuRequest

from delivery.server import http_answer
from delivery.values import NOW, an_attempt
from linecs.delivery import QuotaView, Refused
from linecs.delivery.account import (
    ContentGone,
    ContentPreparing,
    ContentTooLarge,
    DeliveryCounts,
    FetchedContent,
    LineApiError,
    Profile,
    TokenCheck,
    Transcoding,
    WebhookEndpoint,
)
from linecs.delivery.gateway import LineGateway
from linecs.delivery.media import FileMediaStore
from linecs.delivery.tokens import StatelessTokenSource
from linecs.model import Channel, Route
from linecs.testing.simulator import Fault

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

    from delivery.server import ScriptedServer
    from linecs.testing import LineSimulator, VirtualClock

LIMIT = 1_000_000


def test_a_friends_profile(line: LineSimulator, gateway: LineGateway) -> None:
    """Name, picture and language come as LINE shows them."""
    customer = line.customer("c1", display_name="花子")
    assert gateway.profile(customer.user_id) == Profile(display_name="花子", language="ja")


def test_a_blocked_profile_is_none(line: LineSimulator, gateway: LineGateway) -> None:
    """LINE answers 404 once the customer blocked the account."""
    customer = line.customer("c1")
    customer.blocks()
    assert gateway.profile(customer.user_id) is None


def test_an_error_tells_what_and_whether_to_come_back(
    line: LineSimulator, gateway: LineGateway
) -> None:
    """The operation is named without ids, and a server error is transient."""
    customer = line.customer("c1")
    line.faults.add(Fault.refuse(500))
    with pytest.raises(LineApiError) as caught:
        gateway.profile(customer.user_id)
    error = caught.value
    assert (error.operation, error.status, error.transient) == (
        "GET /v2/bot/profile/{user_id}",
        500,
        True,
    )
    assert error.request_id == line.calls[-1].request_id
    assert customer.user_id not in str(error)


def test_no_answer_is_transient(gateways: Callable[..., LineGateway]) -> None:
    """A lost connection is an error of ours, to be tried again."""
    with pytest.raises(LineApiError) as caught:
        gateways("http://127.0.0.1:1", "token").bot_info()
    assert (caught.value.status, caught.value.transient) == (0, True)


def test_a_wrong_secret_is_not_transient(
    line: LineSimulator, gateways: Callable[..., LineGateway]
) -> None:
    """No token can be had until somebody mends the settings."""
    source = StatelessTokenSource(channel_number="1", secret="wrong", api_url=line.url)
    with pytest.raises(LineApiError, match="invalid_client") as caught:
        gateways(line.url, source).bot_info()
    assert not caught.value.transient


def test_an_answer_of_another_form_is_an_error(
    server: ScriptedServer, gateways: Callable[..., LineGateway]
) -> None:
    """A 200 that is no JSON object raises our error, not a parser's."""
    server.answers = [http_answer(200, b"<html>")]
    with pytest.raises(LineApiError):
        gateways(server.url, "token").quota()


def test_an_id_cannot_leave_its_place_in_the_path(
    server: ScriptedServer, gateways: Callable[..., LineGateway]
) -> None:
    """Ids are percent-encoded whole, slashes and question marks too."""
    gateways(server.url, "token").profile("../info?x=1")
    assert server.seen[0].path == "/v2/bot/profile/..%2Finfo%3Fx%3D1"


def test_bot_info(line: LineSimulator, gateway: LineGateway) -> None:
    """The account's id is the webhook's destination; the chat mode is told."""
    info = gateway.bot_info()
    assert (info.user_id, info.chat_mode) == (line.channel.bot_user_id, "chat")


def test_a_new_chat_mode_is_taken(
    server: ScriptedServer, gateways: Callable[..., LineGateway]
) -> None:
    """LINE may add values to what was a closed list, also properties."""
    server.answers = [http_answer(200, b'{"userId":"U1","chatMode":"hologram","new":1}')]
    assert gateways(server.url, "token").bot_info().chat_mode == "hologram"


def test_quota_and_consumption(line: LineSimulator, gateway: LineGateway) -> None:
    """Used and allowed messages make the month's view; no limit is None."""
    assert gateway.quota_view(NOW) == QuotaView(limit=None, used=0, asked_at=NOW)
    line.channel.quota = 200
    line.channel.used_elsewhere = 5
    customer = line.customer("c1")
    gateway.send(evolve(an_attempt(), to=customer.user_id))
    assert gateway.quota_view(NOW) == QuotaView(limit=200, used=6, asked_at=NOW)


def test_counts_are_ready_a_day_later(
    line: LineSimulator, clock: VirtualClock, gateway: LineGateway
) -> None:
    """The day's pushes are counted in Japan's days, and None until LINE has counted."""
    day = date(2026, 6, 1)
    gateway.send(evolve(an_attempt(), to=line.customer("c1").user_id))
    assert gateway.delivery_counts(day) is None
    assert gateway.insight_deliveries(day) is None
    clock.advance(days=1)
    assert gateway.delivery_counts(day) == DeliveryCounts(push=1)
    assert gateway.insight_deliveries(day) == {"apiPush": 1}


def test_the_webhook_endpoint(line: LineSimulator, gateway: LineGateway) -> None:
    """None where none is set; what was set comes back, and whether it is in use."""
    assert gateway.webhook_endpoint() is None
    gateway.set_webhook_endpoint(f"{line.url}/nowhere")
    assert gateway.webhook_endpoint() == WebhookEndpoint(url=f"{line.url}/nowhere", active=True)


def test_lines_own_webhook_test(line: LineSimulator, gateway: LineGateway) -> None:
    """A test against an address that refuses tells the status and LINE's reason."""
    result = gateway.test_webhook(f"{line.url}/nowhere")
    assert (result.success, result.status_code, result.reason) == (False, 501, "ERROR_STATUS_CODE")


def test_a_long_lived_token_is_checked(gateway: LineGateway) -> None:
    """LINE says how long the console's token lasts."""
    check = gateway.check_token()
    assert check.valid
    assert check.expires_in


def test_a_dead_token_is_no_error(
    line: LineSimulator, gateways: Callable[..., LineGateway]
) -> None:
    """A health check wants to know, not to crash."""
    assert gateways(line.url, "wrong").check_token() == TokenCheck(valid=False)


def test_content_goes_to_a_file(line: LineSimulator, gateway: LineGateway) -> None:
    """Bytes, type, size and checksum are those of what the customer sent."""
    picture = bytes(range(256)) * 1000
    event = line.customer("c1").sends_image(picture, content_type="image/png")
    target = io.BytesIO()
    fetched = gateway.content(str(event.message_id), target, limit=LIMIT)
    assert target.getvalue() == picture
    assert fetched == FetchedContent(
        content_type="image/png", size=256_000, sha256=hashlib.sha256(picture).hexdigest()
    )


def test_content_over_the_cap_is_cut(line: LineSimulator, gateway: LineGateway) -> None:
    """Not a byte over the limit is written."""
    event = line.customer("c1").sends_image(b"x" * 200_000)
    target = io.BytesIO()
    assert gateway.content(str(event.message_id), target, limit=150_000) == ContentTooLarge(
        limit=150_000
    )
    assert len(target.getvalue()) <= 150_000


def test_content_of_exactly_the_cap_is_whole(line: LineSimulator, gateway: LineGateway) -> None:
    """The limit itself is allowed."""
    event = line.customer("c1").sends_image(b"x" * 1000)
    assert isinstance(
        gateway.content(str(event.message_id), io.BytesIO(), limit=1000), FetchedContent
    )


def test_a_video_is_prepared_first(
    line: LineSimulator, clock: VirtualClock, gateway: LineGateway
) -> None:
    """202 while LINE prepares; transcoding tells when it is done."""
    event = line.customer("c1").sends_video(b"movie", preparing_seconds=30)
    assert gateway.content(str(event.message_id), io.BytesIO(), limit=LIMIT) == ContentPreparing()
    assert gateway.transcoding(str(event.message_id)) is Transcoding.PROCESSING
    clock.advance(seconds=31)
    assert gateway.transcoding(str(event.message_id)) is Transcoding.SUCCEEDED
    assert isinstance(
        gateway.content(str(event.message_id), io.BytesIO(), limit=LIMIT), FetchedContent
    )


def test_a_new_word_for_transcoding_means_wait(
    server: ScriptedServer, gateways: Callable[..., LineGateway]
) -> None:
    """What is neither done nor failed is still under way."""
    server.answers = [http_answer(200, b'{"status":"queued"}')]
    assert gateways(server.url, "token").transcoding("1") is Transcoding.PROCESSING


def test_expired_content_is_gone(
    line: LineSimulator, clock: VirtualClock, gateway: LineGateway
) -> None:
    """After LINE dropped it there is nothing to wait for."""
    event = line.customer("c1").sends_image(b"x")
    clock.advance(days=15)
    assert gateway.content(str(event.message_id), io.BytesIO(), limit=LIMIT) == ContentGone(
        status=410
    )


def test_an_unexpected_refusal_of_content_raises(line: LineSimulator, gateway: LineGateway) -> None:
    """LINE's content API has answered 400 in outages: that is not "gone"."""
    event = line.customer("c1").sends_image(b"x")
    line.faults.add(Fault.refuse(400, {"message": "Bad request"}))
    with pytest.raises(LineApiError) as caught:
        gateway.content(str(event.message_id), io.BytesIO(), limit=LIMIT)
    assert caught.value.status == 400


def cut_off(connection: socket.socket) -> None:
    """Promise more than comes."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf")


def test_half_a_file_is_no_file(
    server: ScriptedServer, gateways: Callable[..., LineGateway]
) -> None:
    """A connection lost within the content raises; half of it never passes for the whole."""
    server.answers = [cut_off]
    with pytest.raises(LineApiError) as caught:
        gateways(server.url, "token").content("1", io.BytesIO(), limit=LIMIT)
    assert caught.value.transient


def test_content_renews_the_token_too(
    server: ScriptedServer, gateways: Callable[..., LineGateway]
) -> None:
    """A 401 on content is met like any other, once."""
    names = iter(["one", "two", "three"])
    server.answers = [http_answer(401), http_answer(200, b"file", content_type="text/plain")]
    gateway = gateways(server.url, lambda: next(names))
    target = io.BytesIO()
    gateway.content("1", target, limit=LIMIT)
    assert target.getvalue() == b"file"
    assert [seen.headers["authorization"] for seen in server.seen] == ["Bearer one", "Bearer two"]


def test_content_has_a_host_of_its_own(
    server: ScriptedServer, gateways: Callable[..., LineGateway]
) -> None:
    """Everything goes to `api_url`, content to `data_url` where one is given."""
    channel = Channel(
        id="main",
        bot_user_id="U0",
        secrets="secret",
        access_token="token",
        api_url="http://127.0.0.1:1",
        data_url=server.url,
    )
    gateway = LineGateway(channel)
    gateway.content("1", io.BytesIO(), limit=LIMIT)
    gateway.close()
    assert server.seen[0].path == "/v2/bot/message/1/content"


def test_link_token(line: LineSimulator, gateway: LineGateway) -> None:
    """A friend gets a link token; LINE refuses one for a stranger."""
    assert gateway.link_token(line.customer("c1").user_id)
    with pytest.raises(LineApiError) as caught:
        gateway.link_token("U" + "9" * 32)
    assert caught.value.status == 404


def test_marking_as_read(line: LineSimulator, gateway: LineGateway) -> None:
    """The customer sees that the message was read."""
    customer = line.customer("c1")
    event = customer.says("まだですか")
    gateway.mark_as_read(event.event["message"]["markAsReadToken"])
    assert customer.chat[0].read


def test_the_loading_animation(line: LineSimulator, gateway: LineGateway) -> None:
    """The customer sees that an answer is under way."""
    customer = line.customer("c1")
    gateway.start_loading(customer.user_id)
    assert customer.sees_loading


def test_validation_sends_nothing(line: LineSimulator, gateway: LineGateway) -> None:
    """LINE judges the messages; the customer sees none of them."""
    customer = line.customer("c1")
    assert gateway.validate(Route.PUSH, '[{"type":"text","text":"はい"}]') is None
    refused = gateway.validate(Route.REPLY, '[{"type":"text","text":""}]')
    assert isinstance(refused, Refused)
    assert refused.named == (0,)
    assert len(customer.chat) == 0


def test_validation_that_is_not_answered_raises(line: LineSimulator, gateway: LineGateway) -> None:
    """A limit or a server error is no verdict on the messages."""
    line.faults.add(Fault.rate_limited())
    with pytest.raises(LineApiError) as caught:
        gateway.validate(Route.PUSH, "[]")
    assert caught.value.transient


def test_a_rich_menu_of_ones_own(line: LineSimulator, gateway: LineGateway) -> None:
    """The customer sees the linked menu, and the account's own again afterwards."""
    customer = line.customer("c1")
    size = {"width": 2500, "height": 843}
    body = {
        "size": size,
        "selected": True,
        "name": "会員",
        "chatBarText": "メニュー",
        "areas": [
            {
                "bounds": {"x": 0, "y": 0, **size},
                "action": {"type": "message", "text": "返品"},
            }
        ],
    }
    with ApiClient(Configuration(host=line.url, access_token=line.channel.access_token)) as client:
        request = RichMenuRequest.from_dict(body)
        menu_id = MessagingApi(client).create_rich_menu(request).rich_menu_id
        client.rest_client.pool_manager.clear()
    line.world.rich_menus[menu_id].picture = b"a picture"
    gateway.link_rich_menu(customer.user_id, menu_id)
    assert (customer.rich_menu or {}).get("name") == "会員"
    gateway.unlink_rich_menu(customer.user_id)
    assert customer.rich_menu is None


def test_content_streams_into_a_media_store(
    line: LineSimulator, gateway: LineGateway, tmp_path: Path
) -> None:
    """What the customer sent is kept whole under the location the store gives."""
    store = FileMediaStore(tmp_path / "media")
    picture = b"picture" * 50_000
    event = line.customer("c1").sends_image(picture)
    with store.writer() as writer:
        fetched = gateway.content(str(event.message_id), writer, limit=LIMIT)
        location = writer.keep()
    assert isinstance(fetched, FetchedContent)
    with store.open(location) as file:
        assert hashlib.sha256(file.read()).hexdigest() == fetched.sha256
