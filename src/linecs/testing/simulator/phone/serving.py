"""The page's files, what it asks for, and the stream that keeps it up to date."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from aiohttp import web
from pydantic import ValidationError

from linecs.errors import LinecsError
from linecs.testing.simulator.errors import SimulationError
from linecs.testing.simulator.phone import acts, screens

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from linecs.testing.simulator.chats import Chat
    from linecs.testing.simulator.customer import Customer
    from linecs.testing.simulator.server import LineSimulator

__all__ = ["PHONE_PATH", "Phone"]

PHONE_PATH = "/simulator/phone/"

_logger = logging.getLogger("linecs.testing")

_LOOK_AGAIN_SECONDS = 0.1
_LARGEST_FILE = 100 * 1024 * 1024
_LARGEST_ACT = 1024 * 1024
_OWN_HEADER = "X-Linecs-Phone"
_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
# Only what a browser does not run.
_SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp", "video/", "audio/")
_MEDIA = "'self' blob: data: https: http://127.0.0.1:* http://localhost:*"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        f"img-src {_MEDIA}; media-src {_MEDIA}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Phone:
    """The phone page of a simulator.

    Args:
        line: The simulator whose customers it shows.
    """

    def __init__(self, line: LineSimulator) -> None:
        self._line = line
        self._page = {
            file.name: file.read_bytes() for file in files(__package__).joinpath("page").iterdir()
        }

    def routes(self) -> list[web.RouteDef]:
        """Return the page's own addresses, none of which are LINE's."""
        chat = PHONE_PATH + "chats/{channel}/{user}/"
        return [
            web.get("/", self._guarded(_to_page)),
            web.get(PHONE_PATH.rstrip("/"), self._guarded(_to_page)),
            web.get(PHONE_PATH, self._guarded(self._file)),
            web.get(PHONE_PATH + "page/{name}", self._guarded(self._file)),
            web.get(PHONE_PATH + "stream", self._guarded(self._stream)),
            web.post(PHONE_PATH + "customers", self._guarded(self._add_customer)),
            web.post(chat + "acts", self._guarded(self._act)),
            web.post(chat + "files", self._guarded(self._send_file)),
            web.get(chat + "contents/{message}", self._guarded(self._content)),
            web.get(chat + "menus/{menu}", self._guarded(self._menu)),
        ]

    def _guarded(
        self, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Keep other sites' pages out: they could write to loopback, and rebind names to it."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            if not _is_address(request.url.host or ""):
                return _refusal(403, "Open the page by its IP address or as localhost.")
            if request.method != "GET" and _OWN_HEADER not in request.headers:
                return _refusal(403, f"The header {_OWN_HEADER} is missing.")
            try:
                return await handler(request)
            except ValidationError:
                return _refusal(400, "The phone does not know this act.")
            except SimulationError as error:
                return _refusal(409, str(error))
            except LinecsError as error:
                _logger.warning("the webhook's receiver refused: %s", error)
                return _refusal(502, "The webhook's receiver refused; see its log.")

        return guarded

    async def _file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info.get("name", "index.html")
        if name not in self._page:
            return _refusal(404, "There is no such file.")
        kind = _TYPES[name.rpartition(".")[2]]
        return web.Response(
            body=self._page[name], content_type=kind, charset="utf-8", headers=_HEADERS
        )

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """Send every screen, then those that change, for as long as the page is open."""
        headers = {**_HEADERS, "Content-Type": "text/event-stream"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        seen: dict[str, object] = {}
        while not (request.transport is None or request.transport.is_closing()):
            news = self._news(seen)
            if news:
                written = json.dumps(news, ensure_ascii=False, separators=(",", ":"))
                await response.write(f"data: {written}\n\n".encode())
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        return response

    def _news(self, seen: dict[str, object]) -> dict[str, Any]:
        world, webhooks = self._line.world, self._line.webhooks
        with world.lock:
            changed = []
            for chat in world.chats.values():
                key, now = screens.key_of(chat), screens.fingerprint(world, webhooks, chat)
                if seen.get(key) != now:
                    seen[key] = now
                    changed.append(screens.screen(world, webhooks, chat))
            platform = screens.platform(world, webhooks)
        news: dict[str, Any] = {"screens": changed} if changed else {}
        if seen.get("") != platform:
            seen[""] = news["platform"] = platform
        return news

    async def _add_customer(self, request: web.Request) -> web.StreamResponse:
        asked = acts.NewCustomer.model_validate_json(await _read(request, _LARGEST_ACT))
        customer = self._line.customer(asked.name.strip(), friend=False)
        if asked.friend and customer.friendship == "not_friend":
            await asyncio.to_thread(customer.follows)
        return web.Response(status=204, headers=_HEADERS)

    async def _act(self, request: web.Request) -> web.StreamResponse:
        customer, body = self._customer(request), await _read(request, _LARGEST_ACT)
        await asyncio.to_thread(acts.perform, customer, body)
        return web.Response(status=204, headers=_HEADERS)

    async def _send_file(self, request: web.Request) -> web.StreamResponse:
        customer, data = self._customer(request), await _read(request, _LARGEST_FILE)
        await asyncio.to_thread(
            acts.send_file,
            customer,
            data,
            content_type=request.content_type,
            name=request.query.get("name", "file")[:255],
        )
        return web.Response(status=204, headers=_HEADERS)

    async def _content(self, request: web.Request) -> web.StreamResponse:
        chat, message_id = self._chat(request), request.match_info["message"]
        with self._line.world.lock:
            content = self._line.world.contents.get(message_id) if chat.find(message_id) else None
        if content is None:
            return _refusal(404, "There is no such content.")
        return _media(content.data, content.content_type)

    async def _menu(self, request: web.Request) -> web.StreamResponse:
        chat = self._chat(request)
        with self._line.world.lock:
            menu = self._line.world.rich_menu_of(chat)
        if menu is None or menu.picture is None or menu.rich_menu_id != request.match_info["menu"]:
            return _refusal(404, "There is no such menu.")
        return _media(menu.picture, menu.picture_type)

    def _chat(self, request: web.Request) -> Chat:
        key = (request.match_info["channel"], request.match_info["user"])
        chat = self._line.world.chats.get(key)
        if chat is None:
            raise SimulationError("There is no such customer.")
        return chat

    def _customer(self, request: web.Request) -> Customer:
        chat = self._chat(request)
        return self._line.customer(chat.person.name, channel=chat.channel)


async def _to_page(_request: web.Request) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": PHONE_PATH})


async def _read(request: web.Request, most: int) -> bytes:
    parts, size = [], 0
    async for part in request.content.iter_chunked(64 * 1024):
        parts.append(part)
        size += len(part)
        if size > most:
            raise SimulationError(f"That is larger than {most // 1024 // 1024} MB.")
    return b"".join(parts)


def _is_address(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _refusal(status: int, message: str) -> web.Response:
    return web.json_response({"message": message}, status=status, headers=_HEADERS)


def _media(data: bytes, content_type: str) -> web.Response:
    kind = content_type if content_type.startswith(_SHOWN) else "application/octet-stream"
    headers = {**_HEADERS, "Content-Security-Policy": "sandbox; default-src 'none'"}
    if kind == "application/octet-stream":
        headers["Content-Disposition"] = "attachment"
    return web.Response(body=data, headers={**headers, "Content-Type": kind})
