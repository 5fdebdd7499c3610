"""Rich menus: made, given a picture, and linked to customers.

Source: LINE Developers, "Messaging API reference", Rich menu; "Rich menus overview".
Aliases and batches are not simulated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field

from linecs.limits import grapheme_length
from linecs.testing.simulator.action_rules import check_action
from linecs.testing.simulator.chats import Friendship
from linecs.testing.simulator.places import Place
from linecs.testing.simulator.wire import Answer, Route, invalid, refuse

if TYPE_CHECKING:
    from linecs.testing.simulator.chats import Chat
    from linecs.testing.simulator.wire import Call
    from linecs.testing.simulator.world import World

__all__ = ["RichMenu", "RichMenuApi"]

_MOST_USERS = 500
_LARGEST_PICTURE = 1024 * 1024
_SMALLEST_RATIO = 1.45
_NO_PICTURE = "must upload richmenu image before applying it to user"


@define(eq=False, kw_only=True)
class RichMenu:
    """A rich menu of one channel.

    Attributes:
        rich_menu_id: Its id.
        channel_id: Whose it is.
        body: Its size, areas and texts, as created.
        picture: Its picture, which cannot be replaced.
        picture_type: The picture's media type.
    """

    rich_menu_id: str
    channel_id: str
    body: dict[str, Any]
    picture: bytes | None = field(default=None, repr=False)
    picture_type: str = "image/png"


class RichMenuApi:
    """The endpoints about rich menus."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """Return the endpoints of this subject."""
        menu = "/v2/bot/richmenu/{richMenuId}"
        of_user = "/v2/bot/user/{userId}/richmenu"
        return [
            Route("POST", "/v2/bot/richmenu", self._create),
            Route("POST", "/v2/bot/richmenu/validate", self._validate),
            Route("GET", "/v2/bot/richmenu/list", self._list),
            Route("POST", "/v2/bot/richmenu/bulk/link", self._bulk_link),
            Route("POST", "/v2/bot/richmenu/bulk/unlink", self._bulk_unlink),
            Route("GET", menu, self._get),
            Route("DELETE", menu, self._delete),
            Route("POST", f"{menu}/content", self._set_picture),
            Route("GET", f"{menu}/content", self._get_picture),
            Route("GET", "/v2/bot/user/all/richmenu", self._get_default),
            Route("DELETE", "/v2/bot/user/all/richmenu", self._unset_default),
            Route("POST", "/v2/bot/user/all/richmenu/{richMenuId}", self._set_default),
            Route("GET", of_user, self._get_of_user),
            Route("DELETE", of_user, self._unlink),
            Route("POST", of_user + "/{richMenuId}", self._link),
        ]

    def _create(self, call: Call) -> Answer:
        body = _checked(call.json())
        menu = RichMenu(
            rich_menu_id=f"richmenu-{self._world.ids.hex('rich menu')}",
            channel_id=call.sender().channel_id,
            body=body,
        )
        self._world.rich_menus[menu.rich_menu_id] = menu
        return Answer(json={"richMenuId": menu.rich_menu_id})

    def _validate(self, call: Call) -> Answer:
        _checked(call.json())
        return Answer()

    def _list(self, call: Call) -> Answer:
        own = call.sender().channel_id
        menus = [_shown(menu) for menu in self._world.rich_menus.values() if menu.channel_id == own]
        return Answer(json={"richmenus": menus})

    def _get(self, call: Call) -> Answer:
        return Answer(json=_shown(self._find(call, call.parameters["richMenuId"])))

    def _delete(self, call: Call) -> Answer:
        menu = self._find(call, call.parameters["richMenuId"])
        del self._world.rich_menus[menu.rich_menu_id]
        channel = call.sender()
        if channel.default_rich_menu_id == menu.rich_menu_id:
            channel.default_rich_menu_id = None
        for chat in self._world.chats_of(channel):
            if chat.rich_menu_id == menu.rich_menu_id:
                chat.rich_menu_id = None
        return Answer()

    def _set_picture(self, call: Call) -> Answer:
        menu = self._find(call, call.parameters["richMenuId"])
        kind = call.headers.get("content-type", "")
        if kind not in ("image/png", "image/jpeg"):
            refuse(415, f"The content type, {kind}, is not supported")
        if menu.picture is not None:
            refuse(400, "An image has already been uploaded to the richmenu")
        if not 0 < len(call.body) <= _LARGEST_PICTURE:
            refuse(400, "Invalid image size")
        menu.picture, menu.picture_type = call.body, kind
        return Answer()

    def _get_picture(self, call: Call) -> Answer:
        menu = self._find(call, call.parameters["richMenuId"])
        if menu.picture is None:
            refuse(404, "Not found")
        return Answer(body=menu.picture, headers={"Content-Type": menu.picture_type})

    def _set_default(self, call: Call) -> Answer:
        menu = self._usable(call, call.parameters["richMenuId"])
        call.sender().default_rich_menu_id = menu.rich_menu_id
        return Answer()

    def _get_default(self, call: Call) -> Answer:
        menu_id = call.sender().default_rich_menu_id
        if menu_id is None:
            refuse(404, "no default richmenu")
        return Answer(json={"richMenuId": menu_id})

    def _unset_default(self, call: Call) -> Answer:
        call.sender().default_rich_menu_id = None
        return Answer()

    def _get_of_user(self, call: Call) -> Answer:
        chat = self._world.find_chat(call.sender(), call.parameters["userId"])
        if chat is None or chat.rich_menu_id is None:
            refuse(404, "the user has no richmenu")
        return Answer(json={"richMenuId": chat.rich_menu_id})

    def _link(self, call: Call) -> Answer:
        menu = self._usable(call, call.parameters["richMenuId"])
        self._link_one(call, call.parameters["userId"], menu.rich_menu_id)
        return Answer()

    def _unlink(self, call: Call) -> Answer:
        self._link_one(call, call.parameters["userId"], None)
        return Answer()

    def _bulk_link(self, call: Call) -> Answer:
        body = call.json()
        menu = self._usable(call, body.get("richMenuId"))
        for user_id in _user_ids(body):
            self._link_one(call, user_id, menu.rich_menu_id)
        return Answer(status=202)

    def _bulk_unlink(self, call: Call) -> Answer:
        for user_id in _user_ids(call.json()):
            self._link_one(call, user_id, None)
        return Answer(status=202)

    def _link_one(self, call: Call, user_id: object, menu_id: str | None) -> None:
        chat = self._world.find_chat(call.sender(), user_id)
        if chat is not None and _can_have_menu(chat):
            chat.rich_menu_id = menu_id

    def _usable(self, call: Call, menu_id: object) -> RichMenu:
        menu = self._find(call, menu_id)
        if menu.picture is None:
            refuse(400, _NO_PICTURE)
        return menu

    def _find(self, call: Call, menu_id: object) -> RichMenu:
        menu = self._world.rich_menus.get(menu_id) if isinstance(menu_id, str) else None
        if menu is None or menu.channel_id != call.sender().channel_id:
            refuse(404, "richmenu not found")
        return menu


def _can_have_menu(chat: Chat) -> bool:
    return chat.friendship is Friendship.FRIEND


def _shown(menu: RichMenu) -> dict[str, Any]:
    return {"richMenuId": menu.rich_menu_id, **menu.body}


def _user_ids(body: dict[str, Any]) -> list[Any]:
    place = Place(value=body, within_message=False).at("userIds")
    if not isinstance(place.value, list) or not 1 <= len(place.value) <= _MOST_USERS:
        place.complain(f"Size must be between 1 and {_MOST_USERS}")
        invalid(place.problems)
    return list(place.value)


def _checked(body: dict[str, Any]) -> dict[str, Any]:
    place = Place(value=body, within_message=False)
    place.text("name", 300, count=grapheme_length)
    place.text("chatBarText", 14, count=grapheme_length)
    if not isinstance(place.at("selected").value, bool):
        place.at("selected").complain("must be true or false")
    _check_size(place.at("size"))
    for area in place.items("areas", 0, 20):
        for name in ("x", "y", "width", "height"):
            area.at("bounds").number(name, 0, 2500)
        check_action(area.at("action"), label_required=False, in_rich_menu=True)
    if place.problems:
        invalid(place.problems)
    return body


def _check_size(size: Place) -> None:
    if not size.require():
        return
    size.number("width", 800, 2500)
    size.number("height", 250, 2500)
    width, height = size.at("width").value, size.at("height").value
    if not size.problems and width / height < _SMALLEST_RATIO:
        size.complain("must be at least 1.45 times as wide as high")
