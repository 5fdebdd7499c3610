"""The simulator's answers and webhooks against LINE's own API description.

Runs where LINE's description lies beside the repository, in `../shared/line-openapi`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from attrs import field, frozen
from jsonschema import Draft202012Validator, ValidationError
from ruamel.yaml import YAML

from linecs.testing.simulator import events
from linecs.testing.simulator.content import plain_png
from linecs.testing.simulator.events import encode_body

if TYPE_CHECKING:
    from collections.abc import Callable

    from linecs.testing import LineSimulator

FOLDER = Path(__file__).parents[3] / "shared" / "line-openapi"

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="LINE's OpenAPI description is not beside the repository"
)

TEXT = {"type": "text", "text": "こんにちは"}
STRANGER = "U" + "0" * 32
MENU = {
    "size": {"width": 2500, "height": 843},
    "selected": False,
    "name": "menu",
    "chatBarText": "メニュー",
    "areas": [],
}


@cache
def description(name: str) -> dict[str, Any]:
    """Read one of LINE's files."""
    loaded: dict[str, Any] = YAML(typ="safe").load(FOLDER / f"{name}.yml")
    return loaded


def check(name: str, schema: dict[str, Any], value: object) -> None:
    """Validate a value against a schema of one of LINE's files."""
    whole = {**schema, "components": description(name)["components"]}
    Draft202012Validator(whole).validate(value)


@frozen(kw_only=True)
class Probe:
    """A request, and the file that describes it."""

    method: str
    endpoint: str
    path: str
    status: int = 200
    file: str = "messaging-api"
    options: dict[str, Any] = field(factory=dict)


def ask(line: LineSimulator, probe: Probe) -> requests.Response:
    """Send a probe with the channel's token."""
    headers = {"Authorization": f"Bearer {line.channel.access_token}"}
    headers.update(probe.options.get("headers", {}))
    options = {**probe.options, "headers": headers}
    return requests.request(probe.method, f"{line.url}{probe.path}", timeout=5, **options)


def described(probe: Probe) -> dict[str, Any]:
    """Return what LINE describes for a probe's status; errors have one shape."""
    operation = description(probe.file)["paths"][probe.endpoint][probe.method.lower()]
    responses = operation["responses"]
    if str(probe.status) in responses:
        found: dict[str, Any] = responses[str(probe.status)]
        return found
    assert probe.status >= 400
    schema = {"$ref": "#/components/schemas/ErrorResponse"}
    return {"content": {"application/json": {"schema": schema}}}


def sending(kind: str, **body: Any) -> Probe:
    """Return a probe that sends."""
    path = f"/v2/bot/message/{kind}"
    return Probe(
        method="POST", endpoint=path, path=path, options={"json": {**body, "messages": [TEXT]}}
    )


def get(endpoint: str, path: str | None = None, **more: Any) -> Probe:
    """Return a probe that asks."""
    return Probe(method="GET", endpoint=endpoint, path=path or endpoint, **more)


def post(endpoint: str, path: str | None = None, **more: Any) -> Probe:
    """Return a probe that posts."""
    return Probe(method="POST", endpoint=endpoint, path=path or endpoint, **more)


def probes(line: LineSimulator) -> list[Probe]:
    """Return a successful request for every endpoint of the Messaging API, and refusals."""
    customer = line.customer("c1", display_name="花子")
    picture, video = customer.sends_image(), customer.sends_video(b"mp4")
    asked = customer.says("質問").event["message"]
    menu_id = create_menu(line)
    to = customer.user_id
    content = "/v2/bot/message/{messageId}/content"
    menu, of_user = "/v2/bot/richmenu/{richMenuId}", "/v2/bot/user/{userId}/richmenu"
    default = "/v2/bot/user/all/richmenu"
    bulk = {"richMenuId": menu_id, "userIds": [to]}
    return [
        sending("reply", replyToken=customer.says("質問").reply_token),
        sending("push", to=to),
        sending("multicast", to=[to]),
        sending("broadcast"),
        *(sending(f"validate/{kind}") for kind in ("reply", "push", "multicast", "broadcast")),
        *(
            get(
                f"/v2/bot/message/delivery/{kind}",
                f"/v2/bot/message/delivery/{kind}?date=20260531",
            )
            for kind in ("reply", "push", "multicast", "broadcast")
        ),
        get("/v2/bot/info"),
        get("/v2/bot/message/quota"),
        get("/v2/bot/message/quota/consumption"),
        get("/v2/bot/profile/{userId}", f"/v2/bot/profile/{to}"),
        get("/v2/bot/followers/ids"),
        get(content, f"/v2/bot/message/{picture.message_id}/content"),
        get(f"{content}/preview", f"/v2/bot/message/{picture.message_id}/content/preview"),
        get(f"{content}/transcoding", f"/v2/bot/message/{video.message_id}/content/transcoding"),
        post("/v2/bot/user/{userId}/linkToken", f"/v2/bot/user/{to}/linkToken"),
        post(
            "/v2/bot/chat/loading/start",
            status=202,
            options={"json": {"chatId": to, "loadingSeconds": 5}},
        ),
        post(
            "/v2/bot/chat/markAsRead",
            options={"json": {"markAsReadToken": asked["markAsReadToken"]}},
        ),
        post(
            "/v2/bot/message/markAsRead",
            status=403,
            options={"json": {"chat": {"userId": to}}},
        ),
        Probe(
            method="PUT",
            endpoint="/v2/bot/channel/webhook/endpoint",
            path="/v2/bot/channel/webhook/endpoint",
            options={"json": {"endpoint": "http://127.0.0.1:1/"}},
        ),
        get("/v2/bot/channel/webhook/endpoint"),
        post("/v2/bot/channel/webhook/test", options={"json": {}}),
        post("/v2/bot/richmenu", options={"json": MENU}),
        post("/v2/bot/richmenu/validate", options={"json": MENU}),
        get("/v2/bot/richmenu/list"),
        get(menu, f"/v2/bot/richmenu/{menu_id}"),
        get(f"{menu}/content", f"/v2/bot/richmenu/{menu_id}/content"),
        post(
            f"{menu}/content",
            f"/v2/bot/richmenu/{create_menu(line, picture=False)}/content",
            options={"data": plain_png(), "headers": {"Content-Type": "image/png"}},
        ),
        post("/v2/bot/richmenu/bulk/link", status=202, options={"json": bulk}),
        get(of_user, f"/v2/bot/user/{to}/richmenu"),
        post("/v2/bot/richmenu/bulk/unlink", status=202, options={"json": {"userIds": [to]}}),
        post(of_user + "/{richMenuId}", f"/v2/bot/user/{to}/richmenu/{menu_id}"),
        Probe(method="DELETE", endpoint=of_user, path=f"/v2/bot/user/{to}/richmenu"),
        post(default + "/{richMenuId}", f"{default}/{menu_id}"),
        get(default),
        Probe(method="DELETE", endpoint=default, path=default),
        Probe(method="DELETE", endpoint=menu, path=f"/v2/bot/richmenu/{menu_id}"),
        get(
            "/v2/bot/insight/message/delivery",
            "/v2/bot/insight/message/delivery?date=20260531",
            file="insight",
        ),
        get(
            "/v2/bot/insight/followers",
            "/v2/bot/insight/followers?date=20260531",
            file="insight",
        ),
    ]


def refusals(line: LineSimulator) -> list[Probe]:
    """Return requests LINE refuses, each with the status it answers."""
    customer = line.customer("c1")
    reply, push = "/v2/bot/message/reply", "/v2/bot/message/push"
    to = customer.user_id
    key = {"X-Line-Retry-Key": "123e4567-e89b-12d3-a456-426655440000"}
    retried = {"json": {"to": to, "messages": [TEXT]}, "headers": key}
    bad_text = {"messages": [{"type": "text", "text": ""}]}
    bad_flex = {"messages": [{"type": "flex", "altText": "a", "contents": {"type": "bubble"}}]}
    return [
        post(reply, status=400, options={"json": {"replyToken": "0", "messages": [TEXT]}}),
        post(reply, status=400, options={"json": {"replyToken": "0", **bad_text}}),
        post(push, status=400, options={"json": {"to": to, **bad_flex}}),
        post(push, options=retried),
        post(push, status=409, options=retried),
        get("/v2/bot/profile/{userId}", f"/v2/bot/profile/{STRANGER}", status=404),
        get("/v2/bot/info", status=401, options={"headers": {"Authorization": "Bearer no"}}),
    ]


def create_menu(line: LineSimulator, *, picture: bool = True) -> str:
    """Create a rich menu over HTTP."""
    menu_id = ask(line, post("/v2/bot/richmenu", options={"json": MENU})).json()["richMenuId"]
    if picture:
        options = {"data": plain_png(), "headers": {"Content-Type": "image/png"}}
        ask(line, post("", f"/v2/bot/richmenu/{menu_id}/content", options=options))
    return str(menu_id)


def hold_to_description(line: LineSimulator, probe: Probe) -> None:
    """Ask, and validate the answer against LINE's description."""
    answer = ask(line, probe)
    assert (probe.endpoint, answer.status_code) == (probe.endpoint, probe.status)
    media = described(probe).get("content", {})
    if "application/json" in media:
        check(probe.file, media["application/json"]["schema"], answer.json())
    else:
        assert not media or answer.headers["Content-Type"].startswith(("image/", "video/"))


@pytest.mark.parametrize("which", [probes, refusals])
def test_every_answer_is_as_line_describes_it(
    line: LineSimulator, which: Callable[[LineSimulator], list[Probe]]
) -> None:
    """Status and JSON of each endpoint's answer validate against LINE's OpenAPI files."""
    for probe in which(line):
        hold_to_description(line, probe)


def test_no_endpoint_is_left_out(line: LineSimulator) -> None:
    """Every endpoint the simulator has under /v2/bot is described by LINE and asked above."""
    asked = {(probe.method, probe.endpoint) for probe in probes(line)}
    ours = {
        (route.method, route.endpoint)
        for route in line._routes()
        if route.endpoint.startswith("/v2/bot/")
    }
    assert ours == asked


def test_tokens_are_issued_as_line_describes_it(line: LineSimulator) -> None:
    """Issuing and verifying answer what channel-access-token.yml says."""
    client = {"client_id": line.channel.channel_id, "client_secret": line.channel.secret}
    grant = {"grant_type": "client_credentials", **client}
    issue = post("/v2/oauth/accessToken", file="channel-access-token", options={"data": grant})
    token = ask(line, issue).json()["access_token"]
    for probe in (
        issue,
        post("/oauth2/v3/token", file="channel-access-token", options={"data": grant}),
        post(
            "/v2/oauth/verify",
            file="channel-access-token",
            options={"data": {"access_token": token}},
        ),
        post(
            "/v2/oauth/accessToken",
            file="channel-access-token",
            status=400,
            options={"data": {**grant, "client_secret": "no"}},
        ),
    ):
        hold_to_description(line, probe)


def test_a_wrong_answer_would_be_found(line: LineSimulator) -> None:
    """The check is no formality: an answer short of a property fails it."""
    info = ask(line, get("/v2/bot/info")).json()
    del info["basicId"]
    with pytest.raises(ValidationError):
        check("messaging-api", {"$ref": "#/components/schemas/BotInfoResponse"}, info)


def check_event(event: dict[str, Any]) -> None:
    """Validate a webhook event, and its message, against the schema of its own type."""
    schemas = description("webhook")["components"]["schemas"]
    mapping = schemas["Event"]["discriminator"]["mapping"]
    check("webhook", {"$ref": mapping[event["type"]]}, event)
    if "message" in event:
        kinds = schemas["MessageContent"]["discriminator"]["mapping"]
        check("webhook", {"$ref": kinds[event["message"]["type"]]}, event["message"])


def test_what_a_customer_does_is_told_as_line_describes_it(line: LineSimulator) -> None:
    """Each of the customer's events validates, and so does the body around it."""
    customer = line.customer("c1", friend=False)
    customer.follows()
    said = customer.says("返品したい🍎")
    customer.says("これ", quoting=said)
    customer.sends_image(image_set={"id": "s", "index": 1, "total": 1})
    customer.sends_video(b"mp4", duration=1)
    customer.sends_audio(b"m4a", duration=1)
    customer.sends_file("a.pdf", b"%PDF-")
    customer.sends_location(35.6, 139.7, title="本店", address="東京都")
    customer.sends_sticker(keywords=["ok"], text="了解", resource_type="MESSAGE")
    customer.unsends(said)
    customer.blocks()
    customer.unblocks()
    assert len(line.webhooks.sent) == 12
    for sent in line.webhooks.sent:
        check_event(dict(sent.event))
    body = {"destination": line.channel.bot_user_id, "events": [dict(sent.event)]}
    check("webhook", {"$ref": "#/components/schemas/CallbackRequest"}, body)
    assert encode_body(body["destination"], body["events"]) == sent.body


GROUP = {"type": "group", "groupId": "C" + "0" * 32}


@pytest.mark.parametrize(
    "event",
    [
        events.bot_event("join"),
        events.bot_event("leave"),
        events.member_joined(STRANGER),
        events.member_left(STRANGER),
        events.postback("d", {"date": "2026-06-01"}),
        events.video_play_complete("t1"),
        events.beacon("d41d8cd98f"),
        events.account_link("ok", "n" * 22),
        events.membership("renewed", 1),
        events.module("attached", STRANGER, scopes=["message:send"]),
        events.delivery("tag"),
        events.bot_event("botSuspended"),
    ],
)
def test_every_other_event_is_as_line_describes_it(
    line: LineSimulator, event: dict[str, Any]
) -> None:
    """Events no customer causes by hand validate too."""
    check_event(dict(line.webhooks.send(line.channel, event, source=GROUP).event))
