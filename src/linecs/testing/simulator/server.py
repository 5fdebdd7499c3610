"""The simulated LINE platform as a web server on this machine."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, Self

from aiohttp import web

from linecs.testing.simulator.account_api import AccountApi
from linecs.testing.simulator.content import ContentApi
from linecs.testing.simulator.customer import Customer
from linecs.testing.simulator.errors import SimulationError
from linecs.testing.simulator.faults import Faults
from linecs.testing.simulator.gateway import Gateway
from linecs.testing.simulator.ids import Ids
from linecs.testing.simulator.links import LinkDialogApi
from linecs.testing.simulator.login import LoginApi
from linecs.testing.simulator.phone import PHONE_PATH, Phone
from linecs.testing.simulator.rate_limits import RateLimits
from linecs.testing.simulator.rich_menus import RichMenuApi
from linecs.testing.simulator.sending import SendingApi
from linecs.testing.simulator.tokens import TokenApi
from linecs.testing.simulator.user_api import UserApi
from linecs.testing.simulator.webhooks import Webhooks
from linecs.testing.simulator.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from linecs.testing.simulator.accounts import Channel, WebhookReceiver
    from linecs.testing.simulator.login_state import LoginChannel
    from linecs.testing.simulator.wire import ApiCall, Route

__all__ = ["LineSimulator"]


def _system_clock() -> int:
    return time.time_ns() // 1_000_000


class LineSimulator:
    """LINE on this machine, for tests and development.

    A context manager: inside, `url` answers what `api.line.me`, `api-data.line.me` and
    `access.line.me` answer, so it is what the SDK's `Configuration(host=...)` takes.
    Nothing leaves the machine but webhooks to a URL given to `deliver_to`.

    Args:
        clock: Returns the current moment in epoch milliseconds, UTC; a `VirtualClock`
            shared with the desk, or by default the computer's.
        seed: Decides every id and token; simulators that share a database need different
            ones.
        reply_token_seconds: How long a reply token lives after its webhook.
        content_days: How long LINE keeps what customers send; undisclosed by LINE.
        rate_limits: Whether LINE's rate limits hold, by the clock.
        host: The address to listen on; other than loopback lets everyone on the network in.
        port: The port to listen on; 0 takes a free one.
        run: Sets apart the ids of several runs that share a database, while the channels
            keep their secrets and tokens.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], int] = _system_clock,
        seed: int = 0,
        reply_token_seconds: float = 60,
        content_days: float = 14,
        rate_limits: bool = True,
        host: str = "127.0.0.1",
        port: int = 0,
        run: str = "",
    ) -> None:
        self.clock = clock
        self.world = World(
            clock,
            ids=Ids(seed, run),
            reply_token_seconds=reply_token_seconds,
            content_days=content_days,
        )
        self.webhooks = Webhooks(self.world)
        self._host, self._port = host, port
        self._customers: dict[tuple[str, str], Customer] = {}
        self.faults = Faults(seed)
        self._gateway = Gateway(
            self.world, self._routes(), self.faults, RateLimits(enforced=rate_limits)
        )
        self._server: _Server | None = None
        self.world.add_channel("linecs", "linecs")

    def _routes(self) -> list[Route]:
        subjects = (SendingApi, AccountApi, UserApi, RichMenuApi, ContentApi, TokenApi)
        routes = [route for subject in subjects for route in subject(self.world).routes()]
        login = LoginApi(self.world, self.webhooks)
        return [*routes, *login.routes(), *LinkDialogApi(self.world, self.webhooks).routes()]

    def __enter__(self) -> Self:
        """Start the server."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the server."""
        self.stop()

    def start(self) -> None:
        """Start the server in a thread of its own."""
        if self._server is None:
            application = self._gateway.application(Phone(self).routes())
            self._server = _Server(application, self._host, self._port)

    def stop(self) -> None:
        """Stop the server; open connections are closed."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    @property
    def url(self) -> str:
        """The server's address, such as `http://127.0.0.1:50123`.

        Raises:
            SimulationError: The server is not running.
        """
        if self._server is None:
            raise SimulationError("The simulator is not running; use it as a context manager.")
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def phone_url(self) -> str:
        """The page that shows the customers' chats, for a browser.

        Raises:
            SimulationError: The server is not running.
        """
        return self.url + PHONE_PATH

    @property
    def channel(self) -> Channel:
        """The channel that is there from the start."""
        return self.world.default_channel()

    def add_channel(self, *, name: str, provider: str = "linecs") -> Channel:
        """Add a channel with an account of that name."""
        with self.world.lock:
            return self.world.add_channel(name, provider)

    def add_login_channel(
        self,
        *,
        name: str,
        callbacks: Sequence[str],
        provider: str = "linecs",
        linked_channel: Channel | None = None,
    ) -> LoginChannel:
        """Add a LINE Login channel.

        Args:
            name: The app's name on the consent screen.
            callbacks: The registered callback URLs.
            provider: User ids are those of the provider's Messaging API channels.
            linked_channel: The account that `bot_prompt` offers; by default the provider's
                first.
        """
        with self.world.lock:
            channel = self.world.login.add_channel(name, provider, tuple(callbacks))
            ours = (each for each in self.world.channels.values() if each.provider == provider)
            channel.linked_channel = linked_channel or next(ours, None)
            return channel

    def deliver_to(self, target: WebhookReceiver | str) -> None:
        """Send the default channel's webhooks to a callable (body, signature) or to a URL."""
        self.channel.deliver_to(target)

    def customer(
        self,
        name: str,
        *,
        display_name: str | None = None,
        friend: bool = True,
        channel: Channel | None = None,
    ) -> Customer:
        """Return a person's side of the chat with an account.

        Args:
            name: What the test calls them; one name is one person in every channel.
            display_name: What they call themselves on LINE; the name if not given.
            friend: Whether they are the account's friend when first mentioned.
            channel: The account; by default the first one.
        """
        with self.world.lock:
            account = channel or self.channel
            person = self.world.person(name, display_name)
            chat = self.world.open_chat(account, person, friend=friend)
            key = (account.channel_id, name)
            return self._customers.setdefault(key, Customer(self.world, self.webhooks, chat))

    @property
    def calls(self) -> tuple[ApiCall, ...]:
        """Every API call seen, oldest first."""
        return tuple(self._gateway.calls)


class _Server:
    """An aiohttp application in a daemon thread with a loop of its own."""

    def __init__(self, application: web.Application, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self._application = application
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._started = threading.Event()
        self._error: OSError | None = None
        self._thread = threading.Thread(target=self._run, name="line-simulator", daemon=True)
        self._thread.start()
        self._started.wait()
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._started.set()
            self._loop.close()

    async def _serve(self) -> None:
        runner = web.AppRunner(self._application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            site = web.TCPSite(runner, self.host, self.port)
            await site.start()
            self.port = runner.addresses[0][1]
            self._started.set()
            await self._stopping.wait()
        except OSError as error:
            self._error = error
        finally:
            await runner.cleanup()
            await _end_other_tasks()


async def _end_other_tasks() -> None:
    """End what outlives its connection, such as a page's stream."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
