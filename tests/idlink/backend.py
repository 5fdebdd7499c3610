"""A shop's backend that links accounts over the simulated Messaging API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import urllib3
from attrs import field, frozen

from idlink.people import CHANNEL, PROVIDER
from linecs.idlink import (
    AccountLink,
    MemoryLinks,
    Settlement,
)
from linecs.model import CustomerId, LineUserId
from linecs.model.link import LinkSubject
from linecs.testing import LineSimulator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linecs.model import ChannelId
    from linecs.testing.simulator import Customer


@frozen
class Backend:
    """A shop that links accounts over the simulated Messaging API, by HTTP both ways."""

    line: LineSimulator
    account_link: AccountLink
    store: MemoryLinks
    settled: list[Settlement] = field(factory=list)

    def issue_link_token(self, _channel_id: ChannelId, line_user_id: LineUserId) -> str:
        """Ask the simulator for a link token."""
        answer = urllib3.request(
            "POST",
            f"{self.line.url}/v2/bot/user/{line_user_id}/linkToken",
            headers={"Authorization": f"Bearer {self.line.channel.access_token}"},
            timeout=5,
        )
        token: str = answer.json()["linkToken"]
        return token

    def receive(self, body: bytes, _signature: str) -> None:
        """Settle the account links of a webhook body."""
        for event in json.loads(body)["events"]:
            if event["type"] == "accountLink":
                self.settled.append(self.settle(event))

    def settle(self, event: Mapping[str, Any]) -> Settlement:
        """Settle one event in one transaction."""
        user = event.get("source", {}).get("userId")
        sender = subject_for(user) if user else None
        with self.store.transaction() as links:
            return self.account_link.settle(
                links, links, event, channel_id=CHANNEL, sender=sender, now=self.line.clock()
            )

    def invite(self, customer: Customer) -> str:
        """Send an invitation and return the link token the customer finds in it."""
        subject = subject_for(customer.user_id)
        invitation = self.account_link.begin(subject, self, now=self.line.clock())
        self.store.add_invitation(invitation.row)
        uri: str = invitation.message["template"]["actions"][0]["uri"]
        return parse_qs(urlsplit(uri).query)["linkToken"][0]

    def approve(self, token: str, member: str) -> str:
        """Let a logged-in member press the button; return where the browser goes."""
        return self.account_link.approve(self.store, token, member, now=self.line.clock())

    def members_of(self, customer: Customer) -> list[str]:
        """Return the members a customer is linked to now."""
        links = self.store.current_links(PROVIDER, line_user_id=LineUserId(customer.user_id))
        return [each.member_id for each in links]


def subject_for(user_id: str) -> LinkSubject:
    """Return a LINE user as our customer."""
    return LinkSubject(
        provider_id=PROVIDER,
        channel_id=CHANNEL,
        customer_id=CustomerId(f"customer-of-{user_id[-6:]}"),
        line_user_id=LineUserId(user_id),
    )
