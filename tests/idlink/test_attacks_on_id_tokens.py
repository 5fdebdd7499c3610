"""Id tokens that are not what they claim, each played against the simulated LINE."""

from __future__ import annotations

import base64
import hmac
import json
from typing import TYPE_CHECKING, Any

import pytest
import urllib3
from attrs import evolve
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from idlink.backend import subject_for
from idlink.shop import Browser, reason
from linecs.idlink import (
    HttpAnswer,
    IdTokenError,
    LineHttp,
    LineKeys,
    LineLoginError,
    LinkRegistry,
    LoginProof,
    LoginRefusal,
    ProofError,
    link_from_liff,
    verify_liff_id_token,
    verify_web_id_token,
)
from linecs.testing.simulator import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from idlink.shop import Shop
    from linecs.idlink import LineLogin, LoginRefused
    from linecs.testing import LineSimulator, VirtualClock
    from linecs.testing.simulator import Customer, LoginChannel


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

    def test_an_audience_of_many(self, shop: Shop, hanako: Customer, key: OctKey) -> None:
        """LINE names one channel; a token for several, ours among them, is not LINE's."""
        both = [shop.login.channel_id, "1234567890"]
        answer = self.outcome(shop, hanako, self.resigned(key, aud=both))
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

    def test_an_honest_token_links_the_sessions_member(
        self, shop: Shop, keys: LineKeys, hanako: Customer, login_channel: LoginChannel
    ) -> None:
        """Token and session together are proof of both, and the ledger says LIFF."""
        claims = verify_liff_id_token(
            hanako.liff_id_token(login_channel),
            channel_id=shop.login.channel_id,
            keys=keys,
            now=shop.clock(),
        )
        change = link_from_liff(
            LinkRegistry(),
            shop.store,
            claims,
            subject=subject_for(hanako.user_id),
            session_member_id="M1",
            now=shop.clock(),
        )
        assert change.link is not None
        assert (change.link.member_id, change.link.flow) == ("M1", "liff")

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

    def test_an_address_inside_the_token_is_not_asked_for_keys(
        self, shop: Shop, line: LineSimulator, hanako: Customer, login_channel: LoginChannel
    ) -> None:
        """Keys come from LINE's address, whatever `jku` and `x5u` name."""
        asked: list[str] = []

        class Watched(LineHttp):
            def call(self, method: str, url: str, **more: Any) -> HttpAnswer:
                asked.append(url)
                return super().call(method, url, **more)

        claims = claims_of(hanako.liff_id_token(login_channel))
        own, elsewhere = ECKey.generate_key("P-256"), "https://evil.example/keys"
        header = {"alg": "ES256", "kid": "own", "jku": elsewhere, "x5u": elsewhere}
        certs = f"{line.url}/oauth2/v2.1/certs"
        token, keys = jwt.encode(header, claims, own), LineKeys(url=certs, http=Watched())
        with pytest.raises(IdTokenError):
            self.verify(token, shop, keys)
        assert asked == [certs]

    def test_a_token_of_a_key_that_line_made_since(
        self, shop: Shop, hanako: Customer, login_channel: LoginChannel, clock: VirtualClock
    ) -> None:
        """LINE changes its key: the new one is fetched once, and the old one is worth nothing."""
        made = {name: ECKey.generate_key("P-256", {"kid": name}) for name in ("old", "new")}
        calls: list[str] = []

        class Publishing:
            current = "old"

            def call(self, *_: object, **__: object) -> HttpAnswer:
                calls.append(self.current)
                key = {**made[self.current].as_dict(private=False), "kid": self.current}
                return HttpAnswer(status=200, body=json.dumps({"keys": [key]}).encode())

        line = Publishing()
        keys = LineKeys(http=line)
        claims = claims_of(hanako.liff_id_token(login_channel))
        signed = {
            name: jwt.encode({"alg": "ES256", "kid": name}, claims, key)
            for name, key in made.items()
        }
        assert self.verify(signed["old"], shop, keys) == hanako.user_id
        line.current = "new"
        clock.advance(minutes=2)
        for _ in range(3):
            assert self.verify(signed["new"], shop, keys) == hanako.user_id
        assert calls == ["old", "new"]
        with pytest.raises(IdTokenError):
            self.verify(signed["old"], shop, keys)

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

    def test_keys_known_before_outlast_an_outage(
        self,
        shop: Shop,
        keys: LineKeys,
        hanako: Customer,
        line: LineSimulator,
        login_channel: LoginChannel,
    ) -> None:
        """While LINE is away the last keys serve; without any the caller hears of it."""
        self.verify(hanako.liff_id_token(login_channel), shop, keys)
        line.clock.advance(hours=25)  # type: ignore[attr-defined]  # the virtual clock
        line.faults.add(Fault.drop(), endpoint="/oauth2/v2.1/certs")
        assert self.verify(hanako.liff_id_token(login_channel), shop, keys) == hanako.user_id
        fresh = LineKeys(url=f"{line.url}/oauth2/v2.1/certs")
        with pytest.raises(LineLoginError):
            self.verify(hanako.liff_id_token(login_channel), shop, fresh)

    @pytest.mark.parametrize(
        "published",
        [
            b"not JSON",
            b"[]",
            b'{"keys": [{"kty": "EC", "crv": "P-256", "kid": "k", "x": "!", "y": "!"}]}',
            b'{"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "k"}, {}, 5]}',
        ],
    )
    def test_keys_that_are_none(self, published: bytes) -> None:
        """What LINE might publish by mistake is no key, least of all a symmetric one."""

        class Odd:
            def call(self, *_: object, **__: object) -> HttpAnswer:
                return HttpAnswer(status=200, body=published)

        with pytest.raises(LineLoginError):
            LineKeys(http=Odd()).find("k", now=0)

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
