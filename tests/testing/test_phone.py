from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import pytest

from linecs.testing import LineSimulator, VirtualClock
from linecs.testing.simulator import SimulationError
from linecs.testing.simulator.content import plain_png
from linecs.testing.simulator.links import DIALOG_PATH
from linecs.testing.simulator.phone import PHONE_PATH
from linecs.testing.simulator.visitors import VISITOR_COOKIE

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN = {"X-Linecs-Phone": "1", "Content-Type": "application/json"}


def ask(
    line: LineSimulator,
    method: str,
    path: str,
    body: object = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of a request to the phone page."""
    home = urlsplit(line.url)
    written = body if isinstance(body, bytes) else json.dumps(body).encode()
    connection = http.client.HTTPConnection(home.hostname or "", home.port, timeout=5)
    with closing(connection):
        given = OWN if headers is None else headers
        connection.request(method, PHONE_PATH + path, written, dict(given))
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()


def act(line: LineSimulator, name: str, **asked: Any) -> int:
    """Return the status of what a customer's hands ask for."""
    chat = f"chats/{line.channel.channel_id}/{line.customer(name).user_id}/acts"
    return ask(line, "POST", chat, asked)[0]


def news(line: LineSimulator) -> dict[str, Any]:
    """Return the first message of the stream: everything there is."""
    home = urlsplit(line.url)
    connection = http.client.HTTPConnection(home.hostname or "", home.port, timeout=5)
    with closing(connection):
        connection.request("GET", PHONE_PATH + "stream")
        written = connection.getresponse().readline()
    found: dict[str, Any] = json.loads(written.removeprefix(b"data: "))
    return found


def push(line: LineSimulator, name: str, *messages: dict[str, Any]) -> None:
    """Send messages as the account does."""
    home = urlsplit(line.url)
    connection = http.client.HTTPConnection(home.hostname or "", home.port, timeout=5)
    body = json.dumps({"to": line.customer(name).user_id, "messages": messages})
    headers = {
        "Authorization": f"Bearer {line.channel.access_token}",
        "Content-Type": "application/json",
    }
    with closing(connection):
        connection.request("POST", "/v2/bot/message/push", body, headers)
        assert connection.getresponse().status == 200


def test_what_is_written_on_the_page_is_what_the_customer_says(line: LineSimulator) -> None:
    """A text typed on the page sends the webhook that `says` sends."""
    assert act(line, "c1", act="says", text="返品したい") == 204
    assert [bubble.text for bubble in line.customer("c1").chat] == ["返品したい"]
    assert line.webhooks.sent[-1].event["message"]["text"] == "返品したい"


def test_a_message_may_quote_another(line: LineSimulator) -> None:
    """The webhook of a quoting text names what is quoted."""
    first = line.customer("c1").says("注文の件")
    assert act(line, "c1", act="says", text="これです", quoting=first.message_id) == 204
    assert line.webhooks.sent[-1].event["message"]["quotedMessageId"] == first.message_id


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({"act": "sends_sticker", "packageId": "446", "stickerId": "1988"}, "sticker"),
        ({"act": "sends_location", "latitude": 35.6, "longitude": 139.7}, "location"),
    ],
)
def test_stickers_and_places_are_sent(
    line: LineSimulator, asked: dict[str, Any], kind: str
) -> None:
    """Everything the page offers to send arrives as LINE would send it."""
    assert act(line, "c1", **asked) == 204
    assert line.customer("c1").chat[-1].kind == kind


def test_a_friend_blocks_and_comes_back(line: LineSimulator) -> None:
    """Block, unblock and add-friend send unfollow and follow events."""
    line.customer("c1", friend=False)
    done = [act(line, "c1", act=name) for name in ("follows", "blocks", "unblocks")]
    assert done == [204, 204, 204]
    assert [each.event["type"] for each in line.webhooks.sent] == ["follow", "unfollow", "follow"]


def test_what_a_person_cannot_do_is_refused_in_words(line: LineSimulator) -> None:
    """Writing to who is blocked is answered 409 with the reason."""
    line.customer("c1").blocks()
    chat = f"chats/{line.channel.channel_id}/{line.customer('c1').user_id}/acts"
    status, _, body = ask(line, "POST", chat, {"act": "says", "text": "もしもし"})
    assert status == 409
    assert "blocked" in json.loads(body)["message"]


@pytest.mark.parametrize(
    "body", [{}, {"act": "deletes"}, {"act": "says"}, {"act": "says", "text": "a", "more": 1}, b"{"]
)
def test_what_hands_cannot_do_is_refused(line: LineSimulator, body: object) -> None:
    """A body that is no act of the page is answered 400."""
    chat = f"chats/{line.channel.channel_id}/{line.customer('c1').user_id}/acts"
    assert ask(line, "POST", chat, body)[0] == 400


def test_taps_act_on_what_is_on_the_screen_only(line: LineSimulator) -> None:
    """A button's action is done when it is shown, and refused when it is not."""
    action = {"type": "postback", "label": "はい", "data": "yes", "displayText": "はい"}
    buttons = {"type": "buttons", "text": "よろしいですか", "actions": [action]}
    assert act(line, "c1", act="taps", action=action) == 409
    push(line, "c1", {"type": "template", "altText": "確認", "template": buttons})
    assert act(line, "c1", act="taps", action=action) == 204
    assert line.webhooks.sent[-1].event["postback"] == {"data": "yes"}


@pytest.mark.parametrize(
    ("media_type", "kind"),
    [("image/png", "image"), ("video/mp4", "video"), ("audio/mp4", "audio"), ("text/html", "file")],
)
def test_files_become_the_kind_their_type_says(
    line: LineSimulator, media_type: str, kind: str
) -> None:
    """A picture is sent as an image, what is no medium as a file with its name."""
    customer = line.customer("c1")
    path = f"chats/{line.channel.channel_id}/{customer.user_id}/files?name=a.html"
    assert ask(line, "POST", path, b"<b>1</b>", {**OWN, "Content-Type": media_type})[0] == 204
    assert customer.chat[-1].kind == kind


def test_contents_are_shown_but_never_run(line: LineSimulator) -> None:
    """A picture comes as a picture; HTML a customer sent comes as a download, sandboxed."""
    customer = line.customer("c1")
    sent = [
        customer.sends_image(plain_png()),
        customer.sends_file("a.html", b"<script>", content_type="text/html"),
    ]
    base = f"chats/{line.channel.channel_id}/{customer.user_id}/contents/"
    (_, picture, data), (_, page, _) = (
        ask(line, "GET", base + str(each.message_id)) for each in sent
    )
    assert (picture["Content-Type"], data) == ("image/png", plain_png())
    assert page["Content-Type"] == "application/octet-stream"
    assert page["Content-Disposition"] == "attachment"
    assert page["Content-Security-Policy"].startswith("sandbox")


def test_content_of_another_chat_is_not_shown(line: LineSimulator) -> None:
    """A message id opens a content only in the chat it was sent in."""
    sent = line.customer("c1").sends_image()
    other = f"chats/{line.channel.channel_id}/{line.customer('c2').user_id}/contents/"
    assert ask(line, "GET", other + str(sent.message_id))[0] == 404


def test_the_stream_starts_with_every_screen(line: LineSimulator) -> None:
    """Who opens the page sees all chats as they are, read marks and quick replies included."""
    customer = line.customer("c1", display_name="あおい")
    customer.says("営業時間")
    quick = {"type": "message", "label": "はい", "text": "はい"}
    item = {"type": "action", "action": quick}
    push(line, "c1", {"type": "text", "text": "解決しましたか", "quickReply": {"items": [item]}})
    line.customer("c2")
    first, second = news(line)["screens"]
    assert (first["person"], second["person"]) == ("あおい", "c2")
    assert [(each["sender"], each["isRead"]) for each in first["bubbles"]] == [
        ("customer", False),
        ("account", False),
    ]
    assert first["quickReplies"] == [quick]
    assert second["bubbles"] == []


def test_an_unsent_message_leaves_a_line_in_its_place(line: LineSimulator) -> None:
    """The page says that a message was taken back, and no longer says what it was."""
    customer = line.customer("c1")
    first = customer.says("まちがえた住所")
    customer.says("こちらです")
    customer.unsends(first)
    (screen,) = news(line)["screens"]
    assert [each["kind"] for each in screen["bubbles"]] == ["unsent", "text"]
    assert "まちがえた" not in json.dumps(screen, ensure_ascii=False)


def test_a_customer_is_added_and_follows(line: LineSimulator) -> None:
    """A new phone's owner adds the account, of which LINE tells it."""
    assert ask(line, "POST", "customers", {"name": " ひまり ", "friend": True})[0] == 204
    assert line.webhooks.sent[-1].event["type"] == "follow"
    assert line.customer("ひまり").friendship == "friend"


def test_other_sites_cannot_use_the_phone(line: LineSimulator) -> None:
    """A request without the page's own header, or under a rebound name, is refused."""
    chat = f"chats/{line.channel.channel_id}/{line.customer('c1').user_id}/acts"
    plain = {"Content-Type": "text/plain"}
    assert ask(line, "POST", chat, {"act": "says", "text": "x"}, plain)[0] == 403
    assert ask(line, "GET", "stream", headers={"Host": "evil.example"})[0] == 403
    assert line.customer("c1").chat == ()


def test_the_page_runs_no_script_but_its_own(line: LineSimulator) -> None:
    """The policy allows the page's own files alone, and the HTML holds no script or style."""
    status, headers, body = ask(line, "GET", "")
    policy = headers["Content-Security-Policy"]
    assert status == 200
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert (
        re.search(
            rb"<script(?! type=\"module\" src=\"page/main.js\"></script>)| style=| on\w+=", body
        )
        is None
    )


def test_the_pages_scripts_never_parse_html(line: LineSimulator) -> None:
    """Text reaches the screen as text nodes: no script writes HTML or evaluates."""
    _, _, page = ask(line, "GET", "page/main.js")
    names = set(re.findall(rb'from "\./(\w+\.js)"', page)) | {b"main.js"}
    seen: set[bytes] = set()
    while names - seen:
        name = (names - seen).pop()
        seen.add(name)
        status, _, script = ask(line, "GET", f"page/{name.decode()}")
        assert status == 200
        assert (
            re.search(
                rb"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function",
                script,
            )
            is None
        )
        names |= set(re.findall(rb'from "\./(\w+\.js)"', script))
    assert len(seen) > 8


def test_no_other_file_is_served(line: LineSimulator) -> None:
    """The page's folder is all there is; paths do not lead out of it."""
    assert ask(line, "GET", "page/..%2fserving.py")[0] == 404
    assert ask(line, "GET", "page/nothing.js")[0] == 404


def test_phone_calls_are_no_calls_to_line(line: LineSimulator) -> None:
    """`line.calls` holds what the shop asked of LINE, not what the page asked."""
    act(line, "c1", act="says", text="返品したい")
    assert line.calls == ()


def test_the_phones_address_needs_a_running_server() -> None:
    """`phone_url` is known while the simulator runs."""
    line = LineSimulator(clock=VirtualClock())
    with pytest.raises(SimulationError):
        _ = line.phone_url
    with line:
        assert line.phone_url == line.url + PHONE_PATH


def test_the_command_serves_until_it_is_told_to_stop() -> None:
    """`linecs simulator` prints where the page is and ends cleanly at SIGTERM."""
    linecs = "from linecs.cli import main; raise SystemExit(main())"
    command = [sys.executable, "-c", linecs, "simulator", "--port", "0", "--customer", "はると"]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    with subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        home = urlsplit(url)
        connection = http.client.HTTPConnection(home.hostname or "", home.port, timeout=5)
        with closing(connection):
            connection.request("GET", home.path)
            assert connection.getresponse().status == 200
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
    assert process.returncode == 0
    assert "LINE_CHANNEL_SECRET=" in rest


def test_two_runs_share_secrets_but_no_ids() -> None:
    """A restarted simulator knows the shop's secret and gives no message id twice."""
    first, second = (LineSimulator(clock=VirtualClock(), run=run) for run in ("1", "2"))
    assert first.channel.secret == second.channel.secret
    assert first.channel.access_token == second.channel.access_token
    ids = [each.customer("c1").says("同じ").message_id for each in (first, second)]
    assert len(set(ids)) == 2


def test_a_link_opened_on_a_phone_is_opened_by_its_owner(line: LineSimulator) -> None:
    """The page's cookie tells LINE's own pages who visits, also by a Japanese name."""
    line.customer("はると")
    home = urlsplit(line.url)
    connection = http.client.HTTPConnection(home.hostname or "", home.port, timeout=5)
    cookie = f"{VISITOR_COOKIE}={quote('はると')}"
    with closing(connection):
        connection.request("GET", f"{DIALOG_PATH}?linkToken=none", headers={"Cookie": cookie})
        page = connection.getresponse().read().decode()
    assert "どのお客様として" not in page
    assert "有効期限が切れています" in page
