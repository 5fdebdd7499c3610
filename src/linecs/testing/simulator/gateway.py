"""Turns HTTP requests into calls, checks their token, and writes them down."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web
from attrs import evolve

from linecs.testing.simulator.wire import (
    UNAUTHORIZED,
    ApiCall,
    Call,
    Refusal,
    Route,
    refuse,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from linecs.testing.simulator.wire import (
        Answer,
    )
    from linecs.testing.simulator.world import World

__all__ = ["Gateway"]

_LARGEST_BODY = 2 * 1024 * 1024


class Gateway:
    """The front door of the simulated platform."""

    def __init__(self, world: World, routes: Iterable[Route]) -> None:
        self._world = world
        self._routes = list(routes)
        self.calls: list[ApiCall] = []

    def application(self) -> web.Application:
        """Return the web application that serves every route, and 501 elsewhere."""
        application = web.Application(client_max_size=_LARGEST_BODY)
        for route in self._routes:
            application.router.add_route(route.method, route.endpoint, self._serve(route))
        elsewhere = Route("*", "/{path:.*}", _not_simulated, authorized=False)
        application.router.add_route("*", "/{path:.*}", self._serve(elsewhere))
        return application

    def _serve(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            call = self._call(route, request, await request.read())
            answer = await self._answer(route, call)
            self._write_down(call, answer.status, accepted=answer.status < 400)
            headers = {"x-line-request-id": call.request_id, **answer.headers}
            headers.setdefault("Content-Type", "application/json")
            return web.Response(status=answer.status, body=answer.payload(), headers=headers)

        return serve

    def _call(self, route: Route, request: web.Request, body: bytes) -> Call:
        return Call(
            method=request.method,
            path=request.path,
            endpoint=request.path if route.method == "*" else route.endpoint,
            parameters=dict(request.match_info),
            query=dict(request.query),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
            request_id=self._world.ids.request_id(),
            at=self._world.clock(),
        )

    async def _answer(self, route: Route, call: Call) -> Answer:
        if route.waits:
            return await asyncio.to_thread(self._handle, route, call)
        with self._world.lock:
            return self._handle(route, call)

    def _handle(self, route: Route, call: Call) -> Answer:
        try:
            return route.handle(self._authorized(call) if route.authorized else call)
        except Refusal as refusal:
            return refusal.answer

    def _authorized(self, call: Call) -> Call:
        known = self._world.access_tokens.get(call.bearer())
        if known is None:
            refuse(401, UNAUTHORIZED.format(reason="invalid token"))
        if known.expires_at is not None and call.at >= known.expires_at:
            refuse(401, UNAUTHORIZED.format(reason="expired token"))
        return evolve(call, channel=self._world.channels[known.channel_id])

    def _write_down(self, call: Call, status: int | None, *, accepted: bool) -> None:
        token = self._world.access_tokens.get(call.bearer())
        self.calls.append(
            ApiCall(
                method=call.method,
                path=call.path,
                endpoint=call.endpoint,
                body=call.body_json(),
                status=status,
                request_id=call.request_id,
                at=call.at,
                accepted=accepted,
                channel_id=token.channel_id if token else None,
                retry_key=call.headers.get("x-line-retry-key"),
            )
        )


def _not_simulated(call: Call) -> Answer:
    refuse(501, f"linecs' LINE simulator does not simulate {call.method} {call.path}.")
