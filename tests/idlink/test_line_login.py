"""LINE Login through the simulator, and what it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from attrs import evolve

from idlink.people import PROVIDER
from idlink.shop import Browser, subject_of
from linecs.errors import ConfigurationError
from linecs.idlink import (
    BotPrompt,
    LinkOutcome,
    ProofError,
    link_in_store,
    link_member,
    linked_member,
    sign_up,
)
from linecs.model.link import LinkFlow, LoginFlow

if TYPE_CHECKING:
    from idlink.shop import Shop
    from linecs.idlink import (
        LineLogin,
        LinkRegistry,
        MemoryLinks,
    )
    from linecs.testing import LineSimulator, VirtualClock
    from linecs.testing.simulator import Customer, LoginChannel


def test_the_authorization_url_asks_for_everything(shop: Shop) -> None:
    """State, nonce, PKCE by S256, scopes and the callback, at LINE's address."""
    started = shop.start(Browser())
    query = {name: values[0] for name, values in parse_qs(urlsplit(started.url).query).items()}
    assert (query["response_type"], query["scope"]) == ("code", "openid profile")
    assert (query["redirect_uri"], query["client_id"]) == (
        shop.login.redirect_uri,
        shop.login.channel_id,
    )
    assert (query["code_challenge_method"], len(query["code_challenge"])) == ("S256", 43)
    assert query["nonce"] == started.attempt.nonce
    assert started.attempt.code_verifier not in started.url
    assert started.browser_key not in started.url


def test_no_two_attempts_share_a_secret(shop: Shop) -> None:
    """State, nonce, verifier and browser key are fresh each time."""
    attempts = [shop.start(Browser()).attempt for _ in range(50)]
    secrets = [
        secret
        for each in attempts
        for secret in (each.state_hash, each.nonce, each.code_verifier, each.browser_hash)
    ]
    assert len(set(secrets)) == 200


def test_no_secret_shows_in_a_repr(shop: Shop, login_channel: LoginChannel) -> None:
    """What a log might catch gives nothing away."""
    started = shop.start(Browser())
    shown = repr((started, shop.login))
    state = parse_qs(urlsplit(started.url).query)["state"][0]
    for secret in (
        login_channel.secret,
        started.browser_key,
        started.attempt.nonce,
        started.attempt.code_verifier,
        state,
    ):
        assert secret not in shown


def test_a_login_proves_the_line_user(shop: Shop, hanako: Customer) -> None:
    """The id is the webhook's id of the same person, with the name LINE gives."""
    proof = shop.log_in(hanako)
    assert (proof.line_user_id, proof.display_name) == (hanako.user_id, "花子")
    assert (proof.is_friend, proof.methods) == (True, ("lineautologin",))


def test_the_email_comes_if_asked_for_and_shared(shop: Shop, hanako: Customer) -> None:
    """With the scope and the customer's tick, and not without."""
    scopes = frozenset({"openid", "profile", "email"})
    asking = evolve(shop, login=evolve(shop.login, scopes=scopes))
    assert "@" in asking.log_in(hanako).email
    assert shop.log_in(hanako).email == ""


def test_adding_the_account_on_the_way_is_known(shop: Shop, line: LineSimulator) -> None:
    """`bot_prompt` offers it, and the proof says what came of it."""
    offering = evolve(shop, login=evolve(shop.login, bot_prompt=BotPrompt.NORMAL))
    proof = offering.log_in(line.customer("new", friend=False), add_friend=True)
    assert (proof.friendship_changed, proof.is_friend) == (True, True)


class TestThreeFlows:
    """Sign-up, log-in and link are not interchangeable."""

    def test_a_stranger_signs_up(
        self, shop: Shop, hanako: Customer, registry: LinkRegistry, clock: VirtualClock
    ) -> None:
        """The member the shop just made is linked, and the ledger says how."""
        proof = shop.log_in(hanako, LoginFlow.SIGN_UP)
        change = sign_up(
            registry,
            shop.store,
            proof,
            subject=subject_of(proof),
            member_id="M1",
            now=clock(),
        )
        assert change.outcome is LinkOutcome.LINKED
        assert shop.store.ledger[0].flow is LinkFlow.SIGN_UP

    def test_a_linked_customer_logs_in(
        self, shop: Shop, hanako: Customer, registry: LinkRegistry, clock: VirtualClock
    ) -> None:
        """The member is the linked one; a stranger is nobody, whatever their email address."""
        before = linked_member(registry, shop.store, shop.log_in(hanako), now=clock())
        proof = shop.log_in(hanako, LoginFlow.LINK, member_id="M1")
        link_member(
            registry,
            shop.store,
            proof,
            subject=subject_of(proof),
            session_member_id="M1",
            now=clock(),
        )
        after = linked_member(registry, shop.store, shop.log_in(hanako), now=clock())
        assert before is None
        assert after is not None
        assert after.member_id == "M1"

    def test_an_unlinked_customer_logs_in_no_more(
        self, shop: Shop, hanako: Customer, registry: LinkRegistry, clock: VirtualClock
    ) -> None:
        """The moment the link ends, LINE Login opens nothing."""
        proof = shop.log_in(hanako, LoginFlow.SIGN_UP)
        subject = subject_of(proof)
        sign_up(registry, shop.store, proof, subject=subject, member_id="M1", now=clock())
        registry.unlink(shop.store, PROVIDER, subject.line_user_id, at=clock())
        assert linked_member(registry, shop.store, shop.log_in(hanako), now=clock()) is None

    @pytest.mark.parametrize("flow", [LoginFlow.LOG_IN, LoginFlow.SIGN_UP])
    def test_a_proof_of_another_flow_links_no_member(
        self,
        shop: Shop,
        hanako: Customer,
        registry: LinkRegistry,
        clock: VirtualClock,
        flow: LoginFlow,
    ) -> None:
        """A login that was started to get in cannot be turned into a link."""
        proof = shop.log_in(hanako, flow)
        with pytest.raises(ProofError):
            link_member(
                registry,
                shop.store,
                proof,
                subject=subject_of(proof),
                session_member_id="M1",
                now=clock(),
            )

    def test_a_stores_login_is_not_a_members_own(
        self, shop: Shop, hanako: Customer, registry: LinkRegistry, clock: VirtualClock
    ) -> None:
        """Also where the member is the same, each flow takes only its own proof."""
        in_store = shop.log_in(hanako, LoginFlow.IN_STORE, member_id="M1")
        linking = shop.log_in(hanako, LoginFlow.LINK, member_id="M1")
        subject = subject_of(linking)
        with pytest.raises(ProofError):
            link_member(
                registry,
                shop.store,
                in_store,
                subject=subject,
                session_member_id="M1",
                now=clock(),
            )
        with pytest.raises(ProofError):
            link_in_store(registry, shop.store, linking, subject=subject, now=clock())
        with pytest.raises(ProofError):
            linked_member(registry, shop.store, linking, now=clock())
        with pytest.raises(ProofError):
            sign_up(registry, shop.store, linking, subject=subject, member_id="M1", now=clock())

    def test_a_login_in_a_store_names_its_member(
        self, shop: Shop, hanako: Customer, registry: LinkRegistry, clock: VirtualClock
    ) -> None:
        """A proof that lost its member links nobody."""
        proof = evolve(shop.log_in(hanako, LoginFlow.IN_STORE, member_id="M1"), member_id=None)
        with pytest.raises(ProofError):
            link_in_store(registry, shop.store, proof, subject=subject_of(proof), now=clock())

    def test_a_link_serves_the_member_who_started_it(
        self, shop: Shop, hanako: Customer, registry: LinkRegistry, clock: VirtualClock
    ) -> None:
        """Whoever is logged in at the callback has to be who pressed the button."""
        proof = shop.log_in(hanako, LoginFlow.LINK, member_id="M1")
        with pytest.raises(ProofError):
            link_member(
                registry,
                shop.store,
                proof,
                subject=subject_of(proof),
                session_member_id="M2",
                now=clock(),
            )

    def test_an_old_proof_is_worth_nothing(
        self, shop: Shop, hanako: Customer, registry: LinkRegistry, clock: VirtualClock
    ) -> None:
        """Half an hour later the customer has to log in anew."""
        proof = shop.log_in(hanako, LoginFlow.IN_STORE, member_id="M1")
        clock.advance(minutes=30)
        with pytest.raises(ProofError):
            link_in_store(registry, shop.store, proof, subject=subject_of(proof), now=clock())

    @pytest.mark.parametrize(
        ("flow", "member"),
        [(LoginFlow.LINK, None), (LoginFlow.LOG_IN, "M1"), (LoginFlow.SIGN_UP, "M1")],
    )
    def test_only_linking_starts_with_a_member(
        self, login: LineLogin, flow: LoginFlow, member: str | None
    ) -> None:
        """A flow without its member, or with one it has no use for, does not start."""
        with pytest.raises(ConfigurationError):
            login.authorization_url(flow, now=0, member_id=member)


@pytest.mark.parametrize(
    "setting",
    [
        {"channel_id": ""},
        {"channel_secret": " "},
        {"redirect_uri": "http://shop.example/cb"},
        {"scopes": frozenset({"profile"})},
        {"api_url": "http://api.line.me"},
    ],
)
def test_settings_that_cannot_be_safe_are_refused(
    login: LineLogin, setting: dict[str, Any]
) -> None:
    """Empty credentials, plain HTTP, or no id token: said at the start."""
    with pytest.raises(ConfigurationError):
        evolve(login, **setting)


def test_memory_keeps_one_attempt_per_browser(store: MemoryLinks, shop: Shop) -> None:
    """An attempt is taken once, by whoever comes first."""
    browser = Browser()
    started = shop.start(browser)
    assert shop.login.take_attempt(store, browser.cookie) == started.attempt
    assert shop.login.take_attempt(store, browser.cookie) is None
