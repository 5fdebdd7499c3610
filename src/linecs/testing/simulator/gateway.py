"""Turns HTTP requests into calls, lets faults strike, and writes everything down."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from aiohttp import web
from attrs import evolve

from linecs.testing.simulator.rate_limits import RATE_LIMITED
from linecs.testing.simulator.wire import (
    UNAUTHORIZED,
    Answer,
    ApiCall,
    Call,
    Refusal,
    Route,
    refuse,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from linecs.testing.simulator.faults import Fault, Faults
    from linecs.testing.simulator.rate_limits import RateLimits
    from linecs.testing.simulator.world import World

__all__ = ["Gateway"]

_logger = logging.getLogger("linecs.testing")

_LARGEST_BODY = 2 * 1024 * 1024


class Gateway:
    """The front door of the simulated platform.

    Args:
        world: The platform's state.
        routes: What answers; several routes of one endpoint are tried in order.
        faults: What goes wrong.
        rate_limits: How many calls are let through.
    """

    def __init__(
        self, world: World, routes: Iterable[Route], faults: Faults, rate_limits: RateLimits
    ) -> None:
        self._world = world
        self._faults = faults
        self._rate_limits = rate_limits
        self._routes: dict[tuple[str, str], list[Route]] = {}
        for route in routes:
            self._routes.setdefault((route.method, route.endpoint), []).append(route)
        self.calls: list[ApiCall] = []

    def application(self, pages: Iterable[web.RouteDef] = ()) -> web.Application:
        """Return the web application that serves every route, and 501 elsewhere.

        Args:
            pages: Routes of our own beside LINE's; they are not written down as calls.
        """
        application = web.Application(client_max_size=_LARGEST_BODY)
        application.router.add_routes(pages)
        for (method, endpoint), routes in self._routes.items():
            application.router.add_route(method, endpoint, self._serve(endpoint, routes))
        elsewhere = Route("*", "", _not_simulated, authorized=False, takes_retry_key=True)
        application.router.add_route("*", "/{path:.*}", self._serve("", [elsewhere]))
        return application

    def _serve(
        self, endpoint: str, routes: list[Route]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            call, too_large = await self._call(request, endpoint)
            with self._world.lock:
                fault = self._faults.strike(call, self._world.users_named_in)
            if too_large:
                answer, accepted = too_large, False
            else:
                answer, accepted = await self._respond(routes, call, fault)
            drops = fault is not None and fault.drops
            self._write_down(call, None if drops else answer.status, accepted=accepted)
            if drops and request.transport is not None:
                request.transport.abort()
            return _response(call, answer)

        return serve

    async def _call(self, request: web.Request, endpoint: str) -> tuple[Call, Answer | None]:
        too_large = None
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            body, too_large = b"", Answer(status=413, json={"message": "Payload Too Large"})
        call = Call(
            method=request.method,
            path=request.path,
            endpoint=endpoint or request.path,
            parameters=dict(request.match_info),
            query=dict(request.query),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
            request_id=self._world.ids.request_id(),
            at=self._world.clock(),
        )
        return call, too_large

    async def _respond(
        self, routes: list[Route], call: Call, fault: Fault | None
    ) -> tuple[Answer, bool]:
        if fault is not None and fault.delays_acceptance:
            await asyncio.sleep(fault.delay_seconds)
        if fault is not None and not fault.accepts:
            return fault.answer or Answer(), False
        answer = await self._handle_in_turn(routes, call)
        if fault is not None and not fault.delays_acceptance:
            await asyncio.sleep(fault.delay_seconds)
        accepted = answer.status < 400
        return (fault.answer if fault and fault.answer else answer), accepted

    async def _handle_in_turn(self, routes: list[Route], call: Call) -> Answer:
        for route in routes:
            if route.waits:
                answer = await asyncio.to_thread(self._handle, route, call)
            else:
                with self._world.lock:
                    answer = self._handle(route, call)
            if answer is not None:
                return answer
        return Answer(status=400, json={"error": "invalid_request"})

    def _handle(self, route: Route, call: Call) -> Answer | None:
        try:
            with self._world.lock:
                let_in = self._let_in(route, call)
            return route.handle(let_in)
        except Refusal as refusal:
            return refusal.answer
        except Exception:
            _logger.exception("the simulator failed at %s %s", call.method, call.endpoint)
            return Answer(status=500, json={"message": "The simulator failed; see its log."})

    def _let_in(self, route: Route, call: Call) -> Call:
        if not route.takes_retry_key and "x-line-retry-key" in call.headers:
            refuse(400, "X-Line-Retry-Key is not supported by this endpoint.")
        if not route.authorized:
            return call
        let_in = self._authorized(call)
        if not self._rate_limits.allow(let_in):
            refuse(429, RATE_LIMITED)
        return let_in

    def _authorized(self, call: Call) -> Call:
        known = self._world.access_tokens.get(call.bearer())
        if known is None:
            refuse(401, UNAUTHORIZED.format(reason="invalid token"))
        if known.is_expired(call.at):
            refuse(401, UNAUTHORIZED.format(reason="expired token"))
        return evolve(call, channel=self._world.channels[known.channel_id])

    def _write_down(self, call: Call, status: int | None, *, accepted: bool) -> None:
        token = self._world.access_tokens.get(call.bearer())
        seen = ApiCall(
            method=call.method,
            path=call.path,
            endpoint=call.endpoint,
            body=_json_of(call),
            status=status,
            request_id=call.request_id,
            at=call.at,
            accepted=accepted,
            channel_id=token.channel_id if token else None,
            retry_key=call.headers.get("x-line-retry-key"),
        )
        self.calls.append(seen)


def _response(call: Call, answer: Answer) -> web.Response:
    headers = {"x-line-request-id": call.request_id, **answer.headers}
    headers.setdefault("Content-Type", "application/json")
    return web.Response(status=answer.status, body=answer.payload(), headers=headers)


def _json_of(call: Call) -> Any:  # noqa: ANN401 - any JSON value may arrive
    is_json = call.headers.get("content-type", "").startswith("application/json")
    return call.body_json() if is_json else None


def _not_simulated(call: Call) -> Answer:
    refuse(501, f"linecs' LINE simulator does not simulate {call.method} {call.path}.")
