"""LINE Login and LIFF: the channels, and what a customer does with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.testing.simulator.login_authorize import AuthorizeApi
from linecs.testing.simulator.login_browser import Callback, LoginBrowser
from linecs.testing.simulator.login_state import AutoLogin, LoginChannel
from linecs.testing.simulator.login_tokens import LoginTokenApi

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linecs.testing.simulator.chats import Chat
    from linecs.testing.simulator.webhooks import Webhooks
    from linecs.testing.simulator.wire import Route
    from linecs.testing.simulator.world import World

__all__ = ["AutoLogin", "Callback", "LoginApi", "LoginChannel", "LoginCustomer"]


class LoginApi:
    """Everything LINE Login answers.

    Args:
        world: The platform's state.
        webhooks: Tells an account that it was added during a login.
    """

    def __init__(self, world: World, webhooks: Webhooks) -> None:
        pages = AuthorizeApi(world, webhooks, world.login)
        self._subjects = (pages, LoginTokenApi(world, world.login))

    def routes(self) -> list[Route]:
        """Return the endpoints of this subject."""
        return [route for subject in self._subjects for route in subject.routes()]


class LoginCustomer:
    """What a customer does with LINE Login."""

    _world: World
    _chat: Chat

    def logs_in(
        self,
        url: str,
        *,
        allow: bool = True,
        share_email: bool = True,
        add_friend: bool = False,
        auto_login: AutoLogin = AutoLogin.WORKS,
    ) -> Callback:
        """Open an app's authorization URL, go through LINE's pages, and return the callback.

        Nothing is sent to the app: hand it the callback's URL or fields.

        Args:
            url: As the app made it.
            allow: Whether the customer allows what the app asks for.
            share_email: Whether the email address is left ticked.
            add_friend: Whether the account is added where `bot_prompt` offers it.
            auto_login: How LINE's auto login fares in the customer's browser.

        Raises:
            SimulationError: LINE shows its error page instead of going back to the app.
        """
        browser = LoginBrowser(
            person=self._chat.person.name,
            allow=allow,
            share_email=share_email,
            add_friend=add_friend,
            auto_login=auto_login,
        )
        return browser.open(url)

    def liff_id_token(
        self, channel: LoginChannel, *, scopes: Iterable[str] = ("profile", "openid")
    ) -> str:
        """Return what `liff.getIDToken()` gives in a LIFF app of the channel: signed ES256."""
        with self._world.lock:
            return self._world.login.id_tokens.liff(
                channel, self._chat.person, frozenset(scopes), self._world.clock()
            )

    def revokes(self, channel: LoginChannel) -> None:
        """Take back, in the LINE app's settings, what the app was allowed."""
        with self._world.lock:
            self._world.login.revoke_grant(channel, self._chat.person)
