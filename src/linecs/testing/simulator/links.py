"""The account link dialog: LINE checks who visits, then tells the account.

Source: LINE Developers, "User account linking"; "Messaging API reference", Account link
event.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import frozen

from linecs.testing.simulator import events
from linecs.testing.simulator.chats import Chat
from linecs.testing.simulator.visitors import choose_visitor, page, visitor_of
from linecs.testing.simulator.webhooks import WebhookEvent
from linecs.testing.simulator.wire import Route

if TYPE_CHECKING:
    from linecs.testing.simulator.accounts import Person
    from linecs.testing.simulator.webhooks import Webhooks
    from linecs.testing.simulator.wire import Answer, Call
    from linecs.testing.simulator.world import World

DIALOG_PATH = "/dialog/bot/accountLink"

__all__ = ["DIALOG_PATH", "AccountLink", "LinkDialogApi", "LinkResult", "LinkToken", "visit_dialog"]


_WORDS = {
    "ok": "アカウントを連携しました",
    "failed": "アカウントを連携できませんでした",
    "error_page": "このページは有効期限が切れています",
}


@frozen
class LinkToken:
    """A link token not yet used.

    Attributes:
        chat: Whom it was issued for.
        expires_at: When it expires, epoch milliseconds.
    """

    chat: Chat
    expires_at: int


class LinkResult(StrEnum):
    """How a visit to the dialog ended."""

    OK = "ok"
    FAILED = "failed"
    ERROR_PAGE = "error_page"


@frozen(kw_only=True)
class AccountLink:
    """A visit to the dialog.

    Attributes:
        result: `ok`, `failed` where LINE tells the account so, or `error_page` where the
            token or the nonce is no good and the account hears nothing.
        event: The `accountLink` event, where one was sent.
    """

    result: LinkResult
    event: WebhookEvent | None = None


def visit_dialog(
    world: World, webhooks: Webhooks, visitor: Person, link_token: str, nonce: str
) -> AccountLink:
    """Let a person open the dialog, and send the webhook that follows.

    The token is used up by the visit, whoever visits.
    """
    with world.lock:
        issued = world.link_tokens.get(link_token)
        if issued is None or world.clock() >= issued.expires_at or not 10 <= len(nonce) <= 255:
            return AccountLink(result=LinkResult.ERROR_PAGE)
        del world.link_tokens[link_token]
    chat = issued.chat
    result = LinkResult.OK if chat.person is visitor else LinkResult.FAILED
    told = chat if result is LinkResult.OK else None
    event = webhooks.send(chat.channel, events.account_link(result, nonce), chat=told)
    return AccountLink(result=result, event=event)


class LinkDialogApi:
    """The dialog's page, for a browser."""

    def __init__(self, world: World, webhooks: Webhooks) -> None:
        self._world = world
        self._webhooks = webhooks

    def routes(self) -> list[Route]:
        """Return the endpoints of this subject."""
        return [Route("GET", DIALOG_PATH, self._dialog, authorized=False, waits=True)]

    def _dialog(self, call: Call) -> Answer:
        visitor = visitor_of(self._world, call)
        if visitor is None:
            return choose_visitor(self._world, call)
        link_token, nonce = call.query.get("linkToken", ""), call.query.get("nonce", "")
        visit = visit_dialog(self._world, self._webhooks, visitor, link_token, nonce)
        status = 200 if visit.result is LinkResult.OK else 400
        return page(_WORDS[visit.result], status=status)
