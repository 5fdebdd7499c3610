"""Rich menus, through the SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
from linebot.v3.messaging import (
    RichMenuBulkLinkRequest,
    RichMenuBulkUnlinkRequest,
    RichMenuRequest,
)

from linecs.testing.simulator import SimulationError
from linecs.testing.simulator.content import plain_png

if TYPE_CHECKING:
    from collections.abc import Callable

    from linebot.v3.messaging import (
        MessagingApi,
        MessagingApiBlob,
    )

    from linecs.testing import LineSimulator

MENU: dict[str, Any] = {
    "size": {"width": 2500, "height": 843},
    "selected": True,
    "name": "menu",
    "chatBarText": "メニュー",
    "areas": [
        {
            "bounds": {"x": 0, "y": 0, "width": 1250, "height": 843},
            "action": {"type": "message", "label": "返品", "text": "返品したい"},
        }
    ],
}


def create(api: MessagingApi, **changes: Any) -> str:
    """Create a menu and return its id."""
    request = RichMenuRequest.from_dict({**MENU, **changes})
    return str(api.create_rich_menu(request, _request_timeout=5).rich_menu_id)


@pytest.fixture
def menu_id(api: MessagingApi, blobs: MessagingApiBlob) -> str:
    """Give a menu with a picture."""
    menu_id = create(api)
    upload(blobs, menu_id)
    return menu_id


def upload(blobs: MessagingApiBlob, menu_id: str) -> None:
    """Give a menu its picture."""
    blobs.set_rich_menu_image(
        menu_id, body=plain_png(), _headers={"Content-Type": "image/png"}, _request_timeout=5
    )


def test_a_linked_menu_is_on_the_screen_and_can_be_tapped(
    line: LineSimulator, api: MessagingApi, menu_id: str
) -> None:
    """The customer sees their own menu, and its areas act."""
    customer = line.customer("c1")
    api.link_rich_menu_id_to_user(customer.user_id, menu_id, _request_timeout=5)
    assert customer.rich_menu is not None
    assert customer.rich_menu["chatBarText"] == "メニュー"
    assert customer.taps("返品").event is not None
    assert customer.chat[0].text == "返品したい"
    asked = api.get_rich_menu_id_of_user(customer.user_id, _request_timeout=5)
    assert asked.rich_menu_id == menu_id


def test_an_unlinked_menu_gives_way_to_the_default(
    line: LineSimulator, api: MessagingApi, blobs: MessagingApiBlob, menu_id: str
) -> None:
    """A menu of one's own comes before the default, and after it is gone the default shows."""
    default = create(api, name="default", chatBarText="既定")
    upload(blobs, default)
    api.set_default_rich_menu(default, _request_timeout=5)
    customer = line.customer("c1")
    api.link_rich_menu_id_to_user(customer.user_id, menu_id, _request_timeout=5)
    bars = [customer.rich_menu]
    api.unlink_rich_menu_id_from_user(customer.user_id, _request_timeout=5)
    bars.append(customer.rich_menu)
    assert [menu["chatBarText"] for menu in bars if menu] == ["メニュー", "既定"]
    assert api.get_default_rich_menu_id(_request_timeout=5).rich_menu_id == default
    api.cancel_default_rich_menu(_request_timeout=5)
    assert customer.rich_menu is None


def test_who_is_no_friend_is_silently_not_linked(
    line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any], menu_id: str
) -> None:
    """The call is accepted, and the menu is not there."""
    customer = line.customer("c1", friend=False)
    api.link_rich_menu_id_to_user(customer.user_id, menu_id, _request_timeout=5)
    assert refusal(api.get_rich_menu_id_of_user, customer.user_id).status == 404


def test_a_menu_without_a_picture_cannot_be_linked(
    line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any]
) -> None:
    """LINE asks for the picture first."""
    refused = refusal(api.link_rich_menu_id_to_user, line.customer("c1").user_id, create(api))
    assert (refused.status, "image" in refused.body["message"]) == (400, True)


def test_bulk_links_and_unlinks_many(line: LineSimulator, api: MessagingApi, menu_id: str) -> None:
    """Up to 500 users in one call, answered 202."""
    customers = [line.customer(f"c{number}") for number in range(3)]
    user_ids = [customer.user_id for customer in customers]
    link = RichMenuBulkLinkRequest(rich_menu_id=menu_id, user_ids=user_ids)
    answer = api.link_rich_menu_id_to_users_with_http_info(link, _request_timeout=5)
    assert answer.status_code == 202
    assert all(customer.rich_menu for customer in customers)
    unlink = RichMenuBulkUnlinkRequest(user_ids=user_ids[:1])
    api.unlink_rich_menu_id_from_users(unlink, _request_timeout=5)
    assert [customer.rich_menu is None for customer in customers] == [True, False, False]


def test_a_deleted_menu_is_off_the_screen(
    line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any], menu_id: str
) -> None:
    """Deleting takes it from the list and from everyone."""
    customer = line.customer("c1")
    api.link_rich_menu_id_to_user(customer.user_id, menu_id, _request_timeout=5)
    assert [menu.rich_menu_id for menu in api.get_rich_menu_list(_request_timeout=5).richmenus] == [
        menu_id
    ]
    api.delete_rich_menu(menu_id, _request_timeout=5)
    assert customer.rich_menu is None
    assert refusal(api.get_rich_menu, menu_id).status == 404


def test_a_picture_is_there_for_good(blobs: MessagingApiBlob, api: MessagingApi) -> None:
    """It is fetched as uploaded and cannot be replaced."""
    menu_id = create(api)
    upload(blobs, menu_id)
    assert bytes(blobs.get_rich_menu_image(menu_id, _request_timeout=5)) == plain_png()
    with pytest.raises(Exception, match="already been uploaded"):
        upload(blobs, menu_id)


def test_a_deleted_default_is_a_default_no_more(
    api: MessagingApi, refusal: Callable[..., Any], menu_id: str
) -> None:
    """Nobody is left with a menu that is gone."""
    api.set_default_rich_menu(menu_id, _request_timeout=5)
    api.delete_rich_menu(menu_id, _request_timeout=5)
    assert refusal(api.get_default_rich_menu_id).status == 404


def test_a_picture_is_a_png_or_jpeg_of_a_megabyte(
    line: LineSimulator, api: MessagingApi, blobs: MessagingApiBlob, refusal: Callable[..., Any]
) -> None:
    """Other kinds and sizes are refused, and until then there is none to fetch."""
    menu_id = create(api)
    assert refusal(blobs.get_rich_menu_image, menu_id).status == 404
    statuses = [
        requests.post(
            f"{line.url}/v2/bot/richmenu/{menu_id}/content",
            data=data,
            headers={
                "Authorization": f"Bearer {line.channel.access_token}",
                "Content-Type": kind,
            },
            timeout=5,
        ).status_code
        for data, kind in ((b"GIF89a", "image/gif"), (b"a" * (1024 * 1024 + 1), "image/png"))
    ]
    assert statuses == [415, 400]


def test_bulk_takes_500_users(line: LineSimulator, menu_id: str) -> None:
    """One more is too many."""
    headers = {"Authorization": f"Bearer {line.channel.access_token}"}
    body = {"richMenuId": menu_id, "userIds": ["U" + "0" * 32] * 501}
    answer = requests.post(
        f"{line.url}/v2/bot/richmenu/bulk/link", json=body, headers=headers, timeout=5
    )
    assert answer.json()["details"] == [
        {"message": "Size must be between 1 and 500", "property": "userIds"}
    ]


def test_a_switch_to_another_menu_is_said_not_to_be_simulated(
    line: LineSimulator, api: MessagingApi, blobs: MessagingApiBlob
) -> None:
    """Menus may hold the action; there are no aliases to follow it to."""
    switch = {
        "type": "richmenuswitch",
        "label": "次へ",
        "richMenuAliasId": "next",
        "data": "next",
    }
    menu_id = create(api, areas=[{**MENU["areas"][0], "action": switch}])
    upload(blobs, menu_id)
    customer = line.customer("c1")
    api.link_rich_menu_id_to_user(customer.user_id, menu_id, _request_timeout=5)
    with pytest.raises(SimulationError, match="alias"):
        customer.taps("次へ")


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"selected": "yes"}, "selected"),
        ({"size": None}, "size"),
        ({"chatBarText": "あ" * 15}, "chatBarText"),
        ({"name": "a" * 301}, "name"),
        ({"size": {"width": 2500, "height": 2000}}, "size"),
        ({"size": {"width": 700, "height": 300}}, "size.width"),
        ({"areas": MENU["areas"] * 21}, "areas"),
        (
            {"areas": [{**MENU["areas"][0], "action": {"type": "uri", "uri": "ftp://a"}}]},
            "areas[0].action.uri",
        ),
    ],
)
def test_a_menu_line_would_refuse_is_refused(
    line: LineSimulator, changes: dict[str, Any], place: str
) -> None:
    """Sizes, counts and actions are checked, when created and when validated."""
    headers = {"Authorization": f"Bearer {line.channel.access_token}"}
    for path in ("/v2/bot/richmenu", "/v2/bot/richmenu/validate"):
        answer = requests.post(
            f"{line.url}{path}", json={**MENU, **changes}, headers=headers, timeout=5
        )
        assert place in [detail["property"] for detail in answer.json()["details"]]
