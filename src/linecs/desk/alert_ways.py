"""How alerts reach people: mail, a chat's incoming webhook, or whatever the shop calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

from linecs.errors import ConfigurationError
from linecs.model import OperatorId

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linecs.desk.alerting import Alert

__all__ = ["AlertWay", "CallAlerts", "EmailAlerts", "WebhookAlerts"]

_TIMEOUT = 10.0


class AlertWay(Protocol):
    """One way to reach the staff."""

    @property
    def name(self) -> str:
        """A name that stays: under it the desk remembers what was told."""
        ...

    def send(self, alerts: Sequence[Alert], lines: Sequence[str], *, to: OperatorId | None) -> None:
        """Tell somebody, or the team where `to` is None; raise where it did not work.

        Called by the desk's job, with no transaction open, at least once for each alert.
        """
        ...


Call = Callable[["Sequence[Alert]", "OperatorId | None"], None]


@frozen(kw_only=True)
class CallAlerts:
    """Calls a function of the shop's."""

    call: Call = field(repr=False)
    name: str = "call"

    def send(
        self,
        alerts: Sequence[Alert],
        lines: Sequence[str],  # noqa: ARG002 - the port's
        *,
        to: OperatorId | None,
    ) -> None:
        """Call it."""
        self.call(alerts, to)


def _https(_way: object, _attribute: object, url: str) -> None:
    if not url.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        msg = "WebhookAlerts.url: an incoming webhook's address begins with https://."
        raise ConfigurationError(msg)


@frozen(kw_only=True)
class WebhookAlerts:
    """Posts to an incoming webhook as Slack, Mattermost and Google Chat take it.

    Attributes:
        url: Its address; whoever has it may post, so it is a secret.
        names: How the chat calls each operator, such as `<@U012ABC>`.
    """

    url: str = field(repr=False, validator=_https)
    names: Mapping[OperatorId, str] = field(factory=dict)
    name: str = "webhook"

    def send(
        self,
        alerts: Sequence[Alert],  # noqa: ARG002 - the port's
        lines: Sequence[str],
        *,
        to: OperatorId | None,
    ) -> None:
        """Post one message. Raises what `urllib` raises where the chat does not take it."""
        import urllib.request  # noqa: PLC0415 - only a shop that alerts this way needs it

        called = [self.names.get(to, to)] if to else []
        body = json.dumps({"text": "\n".join([*called, *lines])}, ensure_ascii=False)
        request = urllib.request.Request(  # noqa: S310 - the address was checked when it was given
            self.url, data=body.encode(), headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=_TIMEOUT):  # noqa: S310 - same
            pass


def _in_order(addresses: Iterable[str]) -> tuple[str, ...]:
    return tuple(addresses)


@frozen(kw_only=True)
class EmailAlerts:
    """Sends mail through the shop's own server.

    Attributes:
        host, port: The server's.
        sender: Whose mail it is.
        team: Who gets what concerns all.
        addresses: Each operator's own; who has none is told with the team.
        username, password: For servers that ask for them.
        starttls: Whether the line is encrypted; leave it on unless the server is this machine.
    """

    host: str
    sender: str
    team: tuple[str, ...] = field(converter=_in_order)
    port: int = 587
    addresses: Mapping[OperatorId, str] = field(factory=dict, repr=False)
    username: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = True
    name: str = "email"

    def send(
        self,
        alerts: Sequence[Alert],  # noqa: ARG002 - the port's
        lines: Sequence[str],
        *,
        to: OperatorId | None,
    ) -> None:
        """Send one mail. Raises what `smtplib` raises where the server does not take it."""
        import smtplib  # noqa: PLC0415 - only a shop that alerts this way needs it
        import ssl  # noqa: PLC0415 - same
        from email.message import EmailMessage  # noqa: PLC0415 - same

        mail = EmailMessage()
        mail["From"], mail["Subject"] = self.sender, f"LINEサポート: {len(lines)}件のお知らせ"
        own = self.addresses.get(to) if to else None
        mail["To"] = own or ", ".join(self.team)
        mail.set_content("\n".join(lines) + "\n")
        with smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT) as server:
            if self.starttls:
                server.starttls(context=ssl.create_default_context())
            if self.username:
                server.login(self.username, self.password)
            server.send_message(mail)
