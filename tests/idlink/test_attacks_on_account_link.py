"""Attacks on the account link, each played against the simulated LINE."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

from idlink.people import PROVIDER
from linecs.idlink import SettlementOutcome
from linecs.model import LineUserId

if TYPE_CHECKING:
    from idlink.backend import Backend
    from linecs.testing import VirtualClock
    from linecs.testing.simulator import Customer


def nonce_in(url: str) -> str:
    """Return the nonce a redirect carries."""
    return parse_qs(urlsplit(url).query)["nonce"][0]


class TestAccountLink:
    """Attacks on the Messaging API's account link."""

    def test_the_honest_way_works(self, backend: Backend, hanako: Customer) -> None:
        """Invitation, approval, dialog, event: linked. Without this the rest proves nothing."""
        hanako.links_account(backend.approve(backend.invite(hanako), "M1"))
        assert [each.outcome for each in backend.settled] == [SettlementOutcome.LINKED]
        assert backend.members_of(hanako) == ["M1"]

    def test_a_replayed_nonce(self, backend: Backend, hanako: Customer) -> None:
        """The same event again, under a new event id, changes nothing."""
        visit = hanako.links_account(backend.approve(backend.invite(hanako), "M1"))
        assert visit.event is not None
        before = list(backend.store.ledger)
        again = backend.settle({**visit.event.event, "webhookEventId": "0" * 26})
        assert (again.outcome, backend.store.ledger) == (SettlementOutcome.REPLAYED, before)

    def test_a_nonce_of_another_member(
        self, backend: Backend, hanako: Customer, mallory: Customer
    ) -> None:
        """Who got hold of a member's nonce cannot use it with a link token of their own."""
        theirs = nonce_in(backend.approve(backend.invite(hanako), "M1"))
        own = urlencode({"linkToken": backend.invite(mallory), "nonce": theirs})
        mallory.links_account(f"{backend.account_link.dialog_url}?{own}")
        assert backend.settled[-1].outcome is SettlementOutcome.FOREIGN
        assert (backend.members_of(mallory), backend.members_of(hanako)) == ([], [])

    def test_a_swapped_link_token(
        self, backend: Backend, hanako: Customer, mallory: Customer
    ) -> None:
        """A victim who approves on the attacker's invitation links nobody: LINE sees who visits."""
        url = backend.approve(backend.invite(mallory), "M-of-hanako")
        hanako.links_account(url)
        assert backend.settled[-1].outcome is SettlementOutcome.FAILED
        assert (backend.members_of(mallory), backend.members_of(hanako)) == ([], [])

    def test_an_event_from_another_line_user(
        self, backend: Backend, hanako: Customer, mallory: Customer
    ) -> None:
        """The event's user has to be whom the token was issued for, whatever LINE let through."""
        nonce = nonce_in(backend.approve(backend.invite(hanako), "M1"))
        event = {
            "type": "accountLink",
            "source": {"type": "user", "userId": mallory.user_id},
            "link": {"result": "ok", "nonce": nonce},
        }
        assert backend.settle(event).outcome is SettlementOutcome.FOREIGN
        assert backend.members_of(mallory) == []

    def test_an_old_invitation_expires_by_itself(
        self, backend: Backend, hanako: Customer, clock: VirtualClock
    ) -> None:
        """After ten minutes LINE shows an error page, sends nothing, and nobody is linked."""
        url = backend.approve(backend.invite(hanako), "M1")
        clock.advance(minutes=10)
        assert hanako.links_account(url).event is None
        assert (backend.settled, backend.members_of(hanako)) == ([], [])


def test_an_unlinked_pair_needs_new_proof(backend: Backend, hanako: Customer) -> None:
    """Neither the used invitation nor the used redirect brings an ended link back."""
    token = backend.invite(hanako)
    url = backend.approve(token, "M1")
    hanako.links_account(url)
    user = LineUserId(hanako.user_id)
    backend.account_link.registry.unlink(backend.store, PROVIDER, user, at=backend.line.clock())
    assert hanako.links_account(url).event is None
    assert hanako.links_account(backend.approve(token, "M1")).event is None
    assert backend.members_of(hanako) == []
    hanako.links_account(backend.approve(backend.invite(hanako), "M1"))
    assert backend.settled[-1].outcome is SettlementOutcome.LINKED
