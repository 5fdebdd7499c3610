"""LINE Login through the simulator: three flows, every refusal, tokens and their end."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from attrs import evolve

from idlink.people import PROVIDER
from idlink.shop import Browser, subject_of
from linecs.errors import ConfigurationError
from linecs.idlink import (
    BotPrompt,
    LineHttp,
    LineLoginError,
    LinkOutcome,
    LoginProof,
    LoginRefusal,
    LoginRefused,
    ProofError,
    TokenVault,
    TokenVaultError,
    keep_tokens_of,
    link_in_store,
    link_member,
    linked_member,
    sign_up,
)
from linecs.model.link import LinkFlow, LoginFlow
from linecs.testing.simulator import AutoLogin, Fault

if TYPE_CHECKING:
    from idlink.shop import Shop
    from linecs.idlink import (
        LineLogin,
        LinkRegistry,
        MemoryLinks,
    )
    from linecs.model.link import KeptTokens
    from linecs.testing import LineSimulator, VirtualClock
    from linecs.testing.simulator import Customer, LoginChannel


def refused(answer: LoginProof | LoginRefused) -> LoginRefused:
    """Return a refusal, or fail."""
    assert isinstance(answer, LoginRefused)
    return answer


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


class TestRefusals:
    """Every way a login can end badly ends cleanly."""

    def test_the_customer_declines(self, shop: Shop, hanako: Customer) -> None:
        """No means no: nothing is retried by itself."""
        browser = Browser()
        fields = hanako.logs_in(shop.start(browser).url, allow=False).fields
        answer = refused(shop.callback(browser, fields))
        assert (answer.reason, answer.error, answer.may_retry) == (
            LoginRefusal.DECLINED,
            "ACCESS_DENIED",
            False,
        )

    @pytest.mark.parametrize(
        ("error", "reason"),
        [
            ("INVALID_REQUEST", LoginRefusal.MISCONFIGURED),
            ("ACCESS_DENIED", LoginRefusal.DECLINED),
            ("UNSUPPORTED_RESPONSE_TYPE", LoginRefusal.MISCONFIGURED),
            ("INVALID_SCOPE", LoginRefusal.MISCONFIGURED),
            ("SERVER_ERROR", LoginRefusal.LINE_FAILED),
            ("LOGIN_REQUIRED", LoginRefusal.LOGIN_REQUIRED),
            ("INTERACTION_REQUIRED", LoginRefusal.LOGIN_REQUIRED),
            ("SOMETHING_NEW", LoginRefusal.LINE_FAILED),
        ],
    )
    def test_every_documented_error_has_its_reason(
        self, shop: Shop, error: str, reason: LoginRefusal
    ) -> None:
        """LINE's word becomes ours, and one it adds later is LINE's failure."""
        browser = Browser()
        started = shop.start(browser)
        state = parse_qs(urlsplit(started.url).query)["state"][0]
        answer = refused(shop.callback(browser, {"error": error, "state": state}))
        assert (answer.reason, answer.error) == (reason, error)

    def test_lines_own_trouble_may_be_tried_again(
        self, shop: Shop, hanako: Customer, line: LineSimulator
    ) -> None:
        """SERVER_ERROR at the callback."""
        line.world.login.server_errors = 1
        browser = Browser()
        fields = hanako.logs_in(shop.start(browser).url).fields
        assert refused(shop.callback(browser, fields)).may_retry

    def test_failed_auto_login_is_retried_without_it_once(
        self, shop: Shop, hanako: Customer
    ) -> None:
        """LINE's loop is avoided: the second try asks LINE to show its login, the third is none."""
        browser = Browser()
        started = shop.start(browser, return_to="/orders")
        fields = hanako.logs_in(started.url, auto_login=AutoLogin.FAILS).fields
        first = refused(shop.callback(browser, fields))
        assert (first.reason, first.may_retry) == (LoginRefusal.STATE_MISMATCH, True)
        again = shop.send_off(browser, shop.login.retry(started.attempt, now=shop.clock()))
        answer = shop.callback(
            browser, hanako.logs_in(again.url, auto_login=AutoLogin.FAILS).fields
        )
        assert isinstance(answer, LoginProof)
        assert (answer.line_user_id, answer.return_to) == (hanako.user_id, "/orders")

    def test_a_second_mismatch_is_the_end(self, shop: Shop) -> None:
        """Without auto login a wrong state is no auto-login failure any more."""
        browser = Browser()
        retried = shop.login.retry(shop.start(browser).attempt, now=shop.clock())
        shop.send_off(browser, retried)
        answer = refused(shop.callback(browser, {"code": "c", "state": "s"}))
        assert (answer.reason, answer.may_retry) == (LoginRefusal.STATE_MISMATCH, False)

    def test_a_slow_customer_starts_again(
        self, shop: Shop, hanako: Customer, clock: VirtualClock
    ) -> None:
        """After ten minutes the attempt is over."""
        browser = Browser()
        fields = hanako.logs_in(shop.start(browser).url).fields
        clock.advance(minutes=10)
        assert refused(shop.callback(browser, fields)).reason is LoginRefusal.EXPIRED

    def test_a_callback_with_nothing_in_it(self, shop: Shop) -> None:
        """Neither code nor error is no answer of LINE's."""
        browser = Browser()
        started = shop.start(browser)
        state = parse_qs(urlsplit(started.url).query)["state"][0]
        answer = refused(shop.callback(browser, {"state": state}))
        assert answer.reason is LoginRefusal.LINE_FAILED

    def test_a_wrong_channel_secret_is_our_mistake(self, shop: Shop, hanako: Customer) -> None:
        """LINE refuses us, not the customer."""
        wrong = evolve(shop, login=evolve(shop.login, channel_secret="0" * 32))
        browser = Browser()
        fields = hanako.logs_in(wrong.start(browser).url).fields
        answer = refused(wrong.callback(browser, fields))
        assert (answer.reason, answer.error, answer.may_retry) == (
            LoginRefusal.MISCONFIGURED,
            "invalid_client",
            False,
        )

    @pytest.mark.parametrize("status", [429, 500])
    def test_line_refusing_the_exchange_is_told_with_its_request_id(
        self, shop: Shop, hanako: Customer, line: LineSimulator, status: int
    ) -> None:
        """What LINE's support asks for is in the answer, and the try may be repeated."""
        browser = Browser()
        fields = hanako.logs_in(shop.start(browser).url).fields
        line.faults.add(Fault.refuse(status), endpoint="/oauth2/v2.1/token")
        answer = refused(shop.callback(browser, fields))
        assert (answer.reason, answer.may_retry) == (LoginRefusal.LINE_FAILED, True)
        assert answer.request_id

    def test_line_not_answering_is_no_crash(self, shop: Shop, hanako: Customer) -> None:
        """No connection is LINE's failure too."""
        browser = Browser()
        fields = hanako.logs_in(shop.start(browser).url).fields
        away = evolve(shop, login=evolve(shop.login, api_url="http://127.0.0.1:9"))
        assert refused(away.callback(browser, fields)).reason is LoginRefusal.LINE_FAILED

    def test_a_slow_line_is_given_up(
        self, shop: Shop, hanako: Customer, line: LineSimulator
    ) -> None:
        """Every call has a timeout."""
        hasty = evolve(shop, login=evolve(shop.login, http=LineHttp(timeout=0.05)))
        browser = Browser()
        fields = hanako.logs_in(hasty.start(browser).url).fields
        line.faults.add(Fault.slow(0.5), endpoint="/oauth2/v2.1/token")
        assert refused(hasty.callback(browser, fields)).reason is LoginRefusal.LINE_FAILED

    def test_an_unknown_friendship_is_no_failure(
        self, shop: Shop, hanako: Customer, login_channel: LoginChannel
    ) -> None:
        """Where LINE does not tell, the proof stands and says so."""
        login_channel.linked_channel = None
        assert shop.log_in(hanako).is_friend is None


class TestTokens:
    """Dropped by default; kept encrypted for shops that deauthorize."""

    @pytest.fixture
    def vault(self) -> TokenVault:
        """Give a vault with one key."""
        return TokenVault([TokenVault.new_key()])

    @pytest.fixture
    def keeping(self, shop: Shop, vault: TokenVault) -> Shop:
        """Give a shop that keeps tokens."""
        return evolve(shop, login=evolve(shop.login, vault=vault))

    def kept(self, keeping: Shop, hanako: Customer, registry: LinkRegistry) -> KeptTokens:
        """Sign a customer up and return the kept tokens."""
        proof = keeping.log_in(hanako, LoginFlow.SIGN_UP)
        link = sign_up(
            registry,
            keeping.store,
            proof,
            subject=subject_of(proof),
            member_id="M1",
            now=keeping.clock(),
        ).link
        assert link is not None
        keep_tokens_of(keeping.store, proof, link)
        found = keeping.store.find_tokens(link.id)
        assert found is not None
        return found

    def test_tokens_are_dropped_by_default(
        self, shop: Shop, hanako: Customer, line: LineSimulator
    ) -> None:
        """Nothing of a login's tokens is in the proof."""
        proof = shop.log_in(hanako)
        (token,) = line.world.login.tokens
        assert proof.sealed_tokens is None
        assert token not in repr(proof) + str(vars(shop.store))

    def test_kept_tokens_are_sealed(
        self,
        keeping: Shop,
        hanako: Customer,
        registry: LinkRegistry,
        line: LineSimulator,
        vault: TokenVault,
    ) -> None:
        """The store holds ciphertext; the vault opens it."""
        kept = self.kept(keeping, hanako, registry)
        (token,) = line.world.login.tokens
        assert token not in str(vars(keeping.store)) + kept.sealed
        assert vault.open(kept.sealed).access_token == token
        assert token not in repr(vault.open(kept.sealed))

    def test_unlinking_deauthorizes(
        self, keeping: Shop, hanako: Customer, registry: LinkRegistry, line: LineSimulator
    ) -> None:
        """The app's rights are taken back at LINE, as its guidelines ask."""
        kept = self.kept(keeping, hanako, registry)
        keeping.login.deauthorize(kept, now=keeping.clock())
        assert (line.world.login.grants, line.world.login.tokens) == ({}, {})

    def test_deauthorizing_twice_is_done(
        self, keeping: Shop, hanako: Customer, registry: LinkRegistry, line: LineSimulator
    ) -> None:
        """A job that runs again, or a customer who was faster, is no error."""
        kept = self.kept(keeping, hanako, registry)
        keeping.login.deauthorize(kept, now=keeping.clock())
        keeping.login.deauthorize(kept, now=keeping.clock())
        assert line.world.login.grants == {}

    def test_an_old_access_token_is_refreshed_first(
        self,
        keeping: Shop,
        hanako: Customer,
        registry: LinkRegistry,
        line: LineSimulator,
        clock: VirtualClock,
    ) -> None:
        """After 30 days the refresh token, good for 90, gets one that deauthorizes."""
        kept = self.kept(keeping, hanako, registry)
        clock.advance(days=31)
        keeping.login.deauthorize(kept, now=clock())
        assert line.world.login.grants == {}

    def test_after_ninety_days_line_has_to_be_asked_by_hand(
        self, keeping: Shop, hanako: Customer, registry: LinkRegistry, clock: VirtualClock
    ) -> None:
        """No token lives; the caller hears it, and when that is is kept with the tokens."""
        kept = self.kept(keeping, hanako, registry)
        clock.advance(days=90)
        assert clock() >= kept.usable_until
        with pytest.raises(LineLoginError) as told:
            keeping.login.deauthorize(kept, now=clock())
        assert (told.value.operation, told.value.code) == ("refresh", "invalid_grant")

    def test_a_fresh_login_deauthorizes_without_kept_tokens(
        self, shop: Shop, hanako: Customer, line: LineSimulator
    ) -> None:
        """For shops that keep none: one more LINE Login, used at once for that alone."""
        shop.log_in(hanako)
        assert shop.log_in(hanako, LoginFlow.DEAUTHORIZE).deauthorized
        assert line.world.login.grants == {}

    def test_a_new_key_opens_what_the_old_one_sealed(
        self, keeping: Shop, hanako: Customer, registry: LinkRegistry, vault: TokenVault
    ) -> None:
        """Keys rotate: the new one is first, the old one stays behind it."""
        old = TokenVault.new_key()
        tokens = vault.open(self.kept(keeping, hanako, registry).sealed)
        sealed = TokenVault([old]).seal(tokens)
        assert TokenVault([TokenVault.new_key(), old]).open(sealed) == tokens

    def test_a_lost_key_opens_nothing(
        self, keeping: Shop, hanako: Customer, registry: LinkRegistry
    ) -> None:
        """Without the key the tokens are gone, said without showing them."""
        sealed = self.kept(keeping, hanako, registry).sealed
        with pytest.raises(TokenVaultError) as told:
            TokenVault([TokenVault.new_key()]).open(sealed)
        assert sealed not in str(told.value)

    @pytest.mark.parametrize("keys", [[], ["short"], ["!" * 44]])
    def test_a_vault_needs_real_keys(self, keys: list[str]) -> None:
        """No key, or one that is none, is refused at the start."""
        with pytest.raises(ConfigurationError):
            TokenVault(keys)

    def test_tokens_stay_with_their_line_user(
        self, keeping: Shop, hanako: Customer, line: LineSimulator, registry: LinkRegistry
    ) -> None:
        """Another customer's login does not lend a link its tokens."""
        theirs = keeping.log_in(line.customer("taro"))
        proof = keeping.log_in(hanako, LoginFlow.SIGN_UP)
        link = sign_up(
            registry,
            keeping.store,
            proof,
            subject=subject_of(proof),
            member_id="M1",
            now=keeping.clock(),
        ).link
        assert link is not None
        with pytest.raises(ProofError):
            keep_tokens_of(keeping.store, theirs, link)


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
    login: LineLogin, setting: dict[str, object]
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
