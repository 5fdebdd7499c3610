"""The attacks a link has to withstand, each played against the simulated LINE."""

from __future__ import annotations

import base64
import hmac
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import urllib3
from attrs import evolve, field, frozen
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from idlink.people import CHANNEL, PROVIDER
from idlink.shop import Browser, subject_of
from linecs.idlink import (
    AccountLink,
    HttpAnswer,
    IdTokenError,
    LineHttp,
    LineKeys,
    LinkRegistry,
    LoginProof,
    LoginRefusal,
    LoginRefused,
    MemoryLinks,
    ProofError,
    Settlement,
    SettlementOutcome,
    link_from_liff,
    link_member,
    safe_return_path,
    verify_liff_id_token,
    verify_web_id_token,
)
from linecs.model import CustomerId, LineUserId
from linecs.model.link import LinkSubject, LoginFlow
from linecs.testing import LineSimulator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from idlink.shop import Shop
    from linecs.idlink import LineLogin
    from linecs.model import ChannelId
    from linecs.testing import VirtualClock
    from linecs.testing.simulator import Customer, LoginChannel


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
        uri = invitation.message["template"]["actions"][0]["uri"]
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


@pytest.fixture
def backend(line: LineSimulator, store: MemoryLinks) -> Backend:
    """Give a shop's backend that hears the default channel's webhooks."""
    account_link = AccountLink(
        page_url="https://shop.example/link",
        dialog_url=f"{line.url}/dialog/bot/accountLink",
    )
    made = Backend(line, account_link, store)
    line.deliver_to(made.receive)
    return made


@pytest.fixture
def mallory(line: LineSimulator) -> Customer:
    """Give the attacker, a customer like any other."""
    return line.customer("mallory")


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


class TestLoginCsrf:
    """A victim's browser made to finish a login the attacker began."""

    def attack(self, shop: Shop, mallory: Customer) -> Mapping[str, str]:
        """Begin a login as the attacker and stop before the callback."""
        return mallory.logs_in(shop.start(Browser()).url).fields

    def test_missing_state(self, shop: Shop, mallory: Customer) -> None:
        """A callback without `state` is refused though the browser has an attempt."""
        victim = Browser()
        shop.start(victim)
        fields = {"code": self.attack(shop, mallory)["code"]}
        assert reason(shop.callback(victim, fields)) is LoginRefusal.STATE_MISMATCH

    def test_foreign_state(self, shop: Shop, mallory: Customer) -> None:
        """The attacker's own state is not the victim's."""
        victim = Browser()
        shop.start(victim)
        answer = shop.callback(victim, self.attack(shop, mallory))
        assert reason(answer) is LoginRefusal.STATE_MISMATCH

    def test_a_browser_that_started_nothing(self, shop: Shop, mallory: Customer) -> None:
        """No cookie, no attempt, no login."""
        answer = shop.callback(Browser(), self.attack(shop, mallory))
        assert reason(answer) is LoginRefusal.NO_ATTEMPT

    def test_reused_state(self, shop: Shop, hanako: Customer) -> None:
        """A callback works once, also for the browser it belongs to."""
        browser = Browser()
        fields = hanako.logs_in(shop.start(browser).url).fields
        assert isinstance(shop.callback(browser, fields), LoginProof)
        assert reason(shop.callback(browser, fields)) is LoginRefusal.NO_ATTEMPT

    def test_no_call_to_line_is_made_for_it(
        self, shop: Shop, mallory: Customer, line: LineSimulator
    ) -> None:
        """A foreign code is not even redeemed."""
        shop.callback(Browser(), self.attack(shop, mallory))
        assert "/oauth2/v2.1/token" not in [each.path for each in line.calls]


def reason(answer: LoginProof | LoginRefused) -> LoginRefusal:
    """Return why a login was refused, or fail."""
    assert isinstance(answer, LoginRefused)
    return answer.reason


def test_code_injection_without_the_verifier(
    shop: Shop, hanako: Customer, mallory: Customer
) -> None:
    """A stolen code in the attacker's own attempt is refused by PKCE, and is used up."""
    victim, thief = Browser(), Browser()
    stolen = hanako.logs_in(shop.start(victim).url).fields
    own = mallory.logs_in(shop.start(thief).url).fields
    injected = shop.callback(thief, {**own, "code": stolen["code"]})
    assert reason(injected) is LoginRefusal.CODE_REFUSED
    assert reason(shop.callback(victim, stolen)) is LoginRefusal.CODE_REFUSED


def part_of(token: str, number: int) -> dict[str, Any]:
    """Return a token's header (0) or claims (1), unverified."""
    part = token.split(".")[number]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def claims_of(token: str) -> dict[str, Any]:
    """Return a token's claims, unverified."""
    return part_of(token, 1)


def encoded(value: bytes) -> str:
    """Return bytes as a token's part."""
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def forged(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    """Return a token signed HS256 with any bytes, which no careful library would do."""
    signed = f"{encoded(json.dumps(header).encode())}.{encoded(json.dumps(claims).encode())}"
    return f"{signed}.{encoded(hmac.digest(secret, signed.encode(), 'sha256'))}"


class Tampering:
    """A network between the shop and LINE that swaps id tokens."""

    def __init__(self, swap: Callable[[str], str]) -> None:
        """Swap by this function."""
        self._line = LineHttp()
        self._swap = swap

    def call(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b""
    ) -> HttpAnswer:
        """Pass a call on and swap the id token in its answer."""
        answer = self._line.call(method, url, headers=headers, body=body)
        found = answer.json()
        if "id_token" not in found:
            return answer
        changed = {**found, "id_token": self._swap(found["id_token"])}
        return HttpAnswer(status=answer.status, body=json.dumps(changed).encode())


class TestWebIdToken:
    """Id tokens of the web flow that are not what they claim."""

    @pytest.fixture
    def key(self, login_channel: LoginChannel) -> OctKey:
        """Give the channel secret as a key."""
        return OctKey.import_key(login_channel.secret)

    def outcome(
        self, shop: Shop, customer: Customer, swap: Callable[[str], str]
    ) -> LoginProof | LoginRefused:
        """Log in over a network that swaps id tokens."""
        tampered = evolve(shop, login=evolve(shop.login, http=Tampering(swap)))
        browser = Browser()
        fields = customer.logs_in(tampered.start(browser).url).fields
        return tampered.callback(browser, fields)

    def resigned(self, key: OctKey, **changed: object) -> Callable[[str], str]:
        """Return a swap that changes claims and signs anew with a key."""

        def swap(token: str) -> str:
            claims = claims_of(token)
            return jwt.encode({"alg": "HS256"}, {**claims, **changed}, key)

        return swap

    def test_an_untouched_token_is_taken(self, shop: Shop, hanako: Customer, key: OctKey) -> None:
        """Resigned with the right key and claims it passes: the swaps below do bite."""
        assert isinstance(self.outcome(shop, hanako, self.resigned(key)), LoginProof)

    def test_algorithm_none(self, shop: Shop, hanako: Customer) -> None:
        """A token without a signature is refused."""

        def unsigned(token: str) -> str:
            return f"eyJhbGciOiJub25lIn0.{token.split('.')[1]}."

        answer = self.outcome(shop, hanako, unsigned)
        assert reason(answer) is LoginRefusal.IDENTITY_REFUSED

    def test_another_channels_secret(
        self, shop: Shop, hanako: Customer, line: LineSimulator
    ) -> None:
        """A secret of the same provider's other channel is another secret."""
        other = line.add_login_channel(name="別", callbacks=[])

        def swap(token: str) -> str:
            claims = claims_of(token)
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(other.secret))

        assert reason(self.outcome(shop, hanako, swap)) is LoginRefusal.IDENTITY_REFUSED

    def test_a_token_of_the_liff_algorithm(
        self, shop: Shop, hanako: Customer, login_channel: LoginChannel
    ) -> None:
        """LINE's own ES256 signature is not what the web flow expects."""
        answer = self.outcome(shop, hanako, lambda _: hanako.liff_id_token(login_channel))
        assert reason(answer) is LoginRefusal.IDENTITY_REFUSED

    @pytest.mark.parametrize(
        "changed",
        [
            {"aud": "1234567890"},
            {"aud": ["1234567890"]},
            {"aud": []},
            {"iss": "https://access.line.me.evil.example"},
            {"iss": "http://access.line.me"},
            {"nonce": "another"},
            {"nonce": None},
            {"exp": 1},
            {"exp": "never"},
            {"iat": 4_000_000_000},
            {"sub": ""},
            {"sub": 5},
            {"sub": "U" * 300},
        ],
        ids=str,
    )
    def test_a_wrong_claim(
        self, shop: Shop, hanako: Customer, key: OctKey, changed: dict[str, object]
    ) -> None:
        """Well signed, and still not for us, not from LINE, not now, or not this login's."""
        answer = self.outcome(shop, hanako, self.resigned(key, **changed))
        assert reason(answer) is LoginRefusal.IDENTITY_REFUSED

    def test_a_token_larger_than_any_of_lines(
        self, shop: Shop, hanako: Customer, key: OctKey
    ) -> None:
        """However well signed, it is not looked into."""
        answer = self.outcome(shop, hanako, self.resigned(key, more="x" * 20_000))
        assert reason(answer) is LoginRefusal.IDENTITY_REFUSED

    @pytest.mark.parametrize("name", ["iss", "aud", "exp", "iat", "sub", "nonce"])
    def test_a_missing_claim(self, shop: Shop, hanako: Customer, key: OctKey, name: str) -> None:
        """What is not said is not proven."""

        def swap(token: str) -> str:
            claims = claims_of(token)
            del claims[name]
            return jwt.encode({"alg": "HS256"}, claims, key)

        assert reason(self.outcome(shop, hanako, swap)) is LoginRefusal.IDENTITY_REFUSED

    def test_an_expired_token(
        self, login: LineLogin, login_channel: LoginChannel, hanako: Customer, clock: VirtualClock
    ) -> None:
        """At its `exp` a token is over, without a second's grace."""
        person = hanako.person
        token = hanako._world.login.id_tokens.web(
            login_channel, person, frozenset({"openid"}), clock(), nonce="n"
        )
        settings = {"channel_id": login.channel_id, "channel_secret": login.channel_secret}
        clock.advance(seconds=3599)
        verify_web_id_token(token, nonce="n", now=clock(), **settings)
        clock.advance(seconds=1)
        with pytest.raises(IdTokenError):
            verify_web_id_token(token, nonce="n", now=clock(), **settings)

    @pytest.mark.parametrize("token", ["", "a.b.c", "....", "é.é.é", "x" * 20_000])
    def test_what_is_no_token(self, shop: Shop, hanako: Customer, token: str) -> None:
        """Rubbish is refused, not crashed on."""
        answer = self.outcome(shop, hanako, lambda _: token)
        assert reason(answer) is LoginRefusal.IDENTITY_REFUSED

    def test_no_token_at_all(self, shop: Shop, hanako: Customer) -> None:
        """An answer without an id token proves nobody."""
        answer = self.outcome(shop, hanako, lambda _: None)  # type: ignore[arg-type,return-value]  # what a broken proxy might send
        assert reason(answer) is LoginRefusal.IDENTITY_REFUSED


class TestLiffIdToken:
    """What a client of a host's API may send instead of its own id token."""

    def verify(self, token: str, shop: Shop, keys: LineKeys) -> str:
        """Return the LINE user of a token."""
        claims = verify_liff_id_token(
            token, channel_id=shop.login.channel_id, keys=keys, now=shop.clock()
        )
        return claims.line_user_id

    def test_an_honest_token(
        self, shop: Shop, keys: LineKeys, hanako: Customer, login_channel: LoginChannel
    ) -> None:
        """What `liff.getIDToken()` gives names its LINE user."""
        token = hanako.liff_id_token(login_channel)
        assert self.verify(token, shop, keys) == hanako.user_id

    def test_hs256_signed_with_the_public_key(
        self, shop: Shop, keys: LineKeys, hanako: Customer, login_channel: LoginChannel
    ) -> None:
        """The published key as an HMAC secret, in every form it can be written, signs nothing."""
        published = urllib3.request("GET", f"{shop.login.api_url}/oauth2/v2.1/certs").json()[
            "keys"
        ][0]
        public = ECKey.import_key(published)
        claims = claims_of(hanako.liff_id_token(login_channel))
        header = {"alg": "HS256", "typ": "JWT", "kid": published["kid"]}
        for secret in (public.as_pem(), public.as_der(), json.dumps(published).encode()):
            with pytest.raises(IdTokenError):
                self.verify(forged(header, claims, secret), shop, keys)

    def test_hs256_with_the_channel_secret(
        self, shop: Shop, keys: LineKeys, hanako: Customer, login_channel: LoginChannel
    ) -> None:
        """A web id token is not what a LIFF app has."""
        token = hanako._world.login.id_tokens.web(
            login_channel, hanako.person, frozenset({"openid"}), shop.clock()
        )
        with pytest.raises(IdTokenError):
            self.verify(token, shop, keys)

    def test_algorithm_none(
        self, shop: Shop, keys: LineKeys, hanako: Customer, login_channel: LoginChannel
    ) -> None:
        """A token without a signature is refused."""
        body = hanako.liff_id_token(login_channel).split(".")[1]
        with pytest.raises(IdTokenError):
            self.verify(f"eyJhbGciOiJub25lIn0.{body}.", shop, keys)

    def test_a_key_of_ones_own(
        self, shop: Shop, keys: LineKeys, hanako: Customer, login_channel: LoginChannel
    ) -> None:
        """LINE's key id on another key, or a key inside the token, signs nothing."""
        honest = hanako.liff_id_token(login_channel)
        claims, key_id = claims_of(honest), part_of(honest, 0)["kid"]
        own = ECKey.generate_key("P-256")
        for extra in ({"kid": key_id}, {"jwk": own.as_dict(private=False)}, {"kid": "own"}):
            token = jwt.encode({"alg": "ES256", **extra}, claims, own)
            with pytest.raises(IdTokenError):
                self.verify(token, shop, keys)

    def test_a_token_for_another_channel(
        self, shop: Shop, keys: LineKeys, hanako: Customer, line: LineSimulator
    ) -> None:
        """Another app's token, honest as it is, is not for this one."""
        other = line.add_login_channel(name="別", callbacks=[])
        with pytest.raises(IdTokenError):
            self.verify(hanako.liff_id_token(other), shop, keys)

    def test_a_user_id_from_a_query_string(
        self,
        shop: Shop,
        keys: LineKeys,
        hanako: Customer,
        line: LineSimulator,
        login_channel: LoginChannel,
    ) -> None:
        """The attacker's own token beside the victim's user id links neither to anything."""
        claims = verify_liff_id_token(
            line.customer("mallory").liff_id_token(login_channel),
            channel_id=shop.login.channel_id,
            keys=keys,
            now=shop.clock(),
        )
        with pytest.raises(ProofError):
            link_from_liff(
                LinkRegistry(),
                shop.store,
                claims,
                subject=subject_for(hanako.user_id),
                session_member_id="M1",
                now=shop.clock(),
            )

    def test_made_up_key_ids_cost_one_call_a_minute(
        self, shop: Shop, hanako: Customer, line: LineSimulator, clock: VirtualClock
    ) -> None:
        """An attacker's flood of key ids is no flood at LINE."""
        keys = LineKeys(url=f"{line.url}/oauth2/v2.1/certs")
        found = [keys.find(f"made up {number}", now=clock()) for number in range(20)]
        clock.advance(minutes=1)
        keys.find("another", now=clock())
        fetched = [each.path for each in line.calls if each.path == "/oauth2/v2.1/certs"]
        assert (set(found), len(fetched)) == ({None}, 2)


def test_the_members_id_of_a_login_is_the_sessions(
    shop: Shop, mallory: Customer, registry: LinkRegistry
) -> None:
    """A login the attacker started for their own member does not link the victim's."""
    proof = shop.log_in(mallory, LoginFlow.LINK, member_id="M-of-mallory")
    with pytest.raises(ProofError):
        link_member(
            registry,
            shop.store,
            proof,
            subject=subject_of(proof, "mallory"),
            session_member_id="M-of-hanako",
            now=shop.clock(),
        )


def test_another_customers_proof_links_nobody(
    shop: Shop, hanako: Customer, mallory: Customer, registry: LinkRegistry
) -> None:
    """A proof is of the LINE user it names, not of whom the caller says."""
    proof = shop.log_in(mallory, LoginFlow.LINK, member_id="M1")
    with pytest.raises(ProofError):
        link_member(
            registry,
            shop.store,
            proof,
            subject=subject_for(hanako.user_id),
            session_member_id="M1",
            now=shop.clock(),
        )


@pytest.mark.parametrize(
    "return_to",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\r\nSet-Cookie: a=b",
    ],
)
def test_open_redirect_on_the_return_url(shop: Shop, hanako: Customer, return_to: str) -> None:
    """Where a login returns to is a path on the shop's site, from start to proof."""
    browser = Browser()
    started = shop.start(browser, return_to=return_to)
    answer = shop.callback(browser, hanako.logs_in(started.url).fields)
    assert answer.return_to == "/"
    assert safe_return_path(answer.return_to) == answer.return_to


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
