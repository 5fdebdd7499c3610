"""What LINE Login allowed is taken back when the link ends, as LINE asks of apps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attrs import field, frozen

from linecs.desk import Linking
from linecs.errors import ConfigurationError
from linecs.idlink import (
    LineLogin,
    LinkRegistry,
    LinkTexts,
    LoginProof,
    TokenVault,
    keep_tokens_of,
    link_member,
)
from linecs.model.link import KeptTokens, LoginFlow
from linecs.testing.simulator import Fault
from linked_shop import Shop

if TYPE_CHECKING:
    from desks import MakeScene
    from linecs.model.link import Link
    from linecs.testing import LineSimulator
    from linecs.testing.simulator import Customer

TEXTS = LinkTexts()
CALLBACK = "https://shop.example/line/callback"
PAGE = "https://shop.example/line/revoke"
DEAUTHORIZE = "/user/v1/deauthorize"


@frozen
class LoginShop(Shop):
    """A shop whose members link by LINE Login, over HTTP with the simulated LINE."""

    login: LineLogin = field(kw_only=True)

    def logs_in(self, flow: LoginFlow, member: str | None = None, name: str = "c1") -> LoginProof:
        """Take a customer to LINE and back."""
        now, links = self.scene.clock(), self.scene.desk.links
        started = self.login.authorization_url(flow, now=now, member_id=member)
        links.run(lambda store: store.add_login_attempt(started.attempt))
        fields = self.scene.line.customer(name).logs_in(started.url).fields
        attempt = links.run(lambda store: self.login.take_attempt(store, started.browser_key))
        proof = self.login.callback(fields, attempt, now=now)
        assert isinstance(proof, LoginProof)
        return proof

    def links_by_login(self, name: str = "c1", member: str = "M1") -> Link:
        """Link a logged-in member, and keep the tokens where the login has a vault."""
        proof = self.logs_in(LoginFlow.LINK, member, name)
        desk, now = self.scene.desk, self.scene.clock()
        subject = desk.links.subject("main", proof.line_user_id)

        def link(store: Any) -> Link:
            change = link_member(
                LinkRegistry(), store, proof, subject=subject, session_member_id=member, now=now
            )
            assert change.link is not None
            keep_tokens_of(store, proof, change.link)
            return change.link

        return desk.links.run(link)

    @property
    def is_authorized(self) -> bool:
        """Whether the app may still do anything at LINE for anybody."""
        login = self.scene.line.world.login
        return bool(login.grants or login.tokens)


def login_at(line: LineSimulator, vault: TokenVault | None = None) -> LineLogin:
    """Return the shop's side of LINE Login."""
    channel = line.add_login_channel(name="森の雑貨店", callbacks=[CALLBACK])
    return LineLogin(
        channel_id=channel.channel_id,
        channel_secret=channel.secret,
        redirect_uri=CALLBACK,
        authorize_url=f"{line.url}/oauth2/v2.1/authorize",
        api_url=line.url,
        vault=vault,
    )


@pytest.fixture
def keeping(make: MakeScene, line: LineSimulator) -> LoginShop:
    """A shop that keeps tokens, encrypted."""
    login = login_at(line, TokenVault([TokenVault.new_key()]))
    shop = LoginShop(make(linking=Linking(login=login)), login=login)
    shop.meets()
    return shop


@pytest.fixture
def dropping(make: MakeScene, line: LineSimulator) -> LoginShop:
    """A shop that keeps no tokens, and has a page for a fresh login."""
    login = login_at(line)
    shop = LoginShop(make(linking=Linking(deauthorize_url=PAGE)), login=login)
    shop.meets()
    return shop


@pytest.fixture
def c1(line: LineSimulator) -> Customer:
    """The customer."""
    return line.customer("c1")


def test_tokens_are_kept_only_as_ciphertext(keeping: LoginShop) -> None:
    """No column of any table has what LINE gave."""
    keeping.links_by_login()
    (token,) = keeping.scene.line.world.login.tokens
    assert len(keeping.scene.rows(KeptTokens)) == 1
    assert keeping.scene.desk.privacy.scan([token]) == []


def test_unlinking_in_the_chat_takes_the_rights_back(keeping: LoginShop, c1: Customer) -> None:
    """At once, and the customer is told that it is over, with nothing left for them to do."""
    keeping.links_by_login()
    c1.says("連携解除")
    keeping.scene.settle()
    assert not keeping.is_authorized
    assert keeping.scene.rows(KeptTokens) == []
    assert keeping.heard()[-1] == TEXTS.unlinked


@pytest.mark.parametrize("end", ["unlink", "withdraw", "erase"])
def test_whoever_ends_the_link_the_rights_are_taken_back(keeping: LoginShop, end: str) -> None:
    """The shop unlinks, the member leaves, the person is erased."""
    keeping.links_by_login()
    desk, customer_id = keeping.scene.desk, keeping.customer_id()
    if end == "unlink":
        desk.links.unlink(customer_id, actor="shop")
    elif end == "withdraw":
        desk.links.withdraw_member("M1")
    else:
        assert desk.privacy.erase(customer_id, actor="shop").revoke_by_hand is False
    keeping.scene.settle()
    assert not keeping.is_authorized
    assert keeping.scene.rows(KeptTokens) == []


def test_a_line_that_fails_is_asked_again(keeping: LoginShop) -> None:
    """The link is over with the commit; the rights follow when LINE answers, then the tokens go."""
    keeping.links_by_login()
    keeping.scene.line.faults.add(Fault.refuse(500), endpoint=DEAUTHORIZE, times=2)
    keeping.scene.desk.links.unlink(keeping.customer_id(), actor="shop")
    keeping.scene.settle()
    assert keeping.link() is None
    assert (keeping.is_authorized, len(keeping.scene.rows(KeptTokens))) == (True, 1)
    for _ in range(2):
        keeping.scene.clock.advance(minutes=10)
        keeping.scene.settle()
    assert not keeping.is_authorized
    assert keeping.scene.rows(KeptTokens) == []


def test_an_erasure_does_not_wait_for_line(keeping: LoginShop) -> None:
    """The person's data goes all the same, and whoever erased hears what is left to do by hand."""
    keeping.links_by_login()
    keeping.scene.line.faults.add(Fault.refuse(500), endpoint=DEAUTHORIZE)
    erasure = keeping.scene.desk.privacy.erase(keeping.customer_id(), actor="shop")
    assert erasure.revoke_by_hand
    assert keeping.scene.rows(KeptTokens) == []


def test_an_access_token_that_ended_is_refreshed_first(keeping: LoginShop) -> None:
    """A month later the refresh token gets one that LINE takes."""
    keeping.links_by_login()
    keeping.scene.clock.advance(days=31)
    keeping.scene.desk.links.unlink(keeping.customer_id(), actor="shop")
    keeping.scene.settle()
    assert not keeping.is_authorized


def test_without_kept_tokens_a_fresh_login_is_offered(dropping: LoginShop, c1: Customer) -> None:
    """A button for it, and the way by hand; nothing is claimed to have been done."""
    dropping.links_by_login()
    c1.says("連携解除")
    dropping.scene.settle()
    assert dropping.is_authorized
    assert dropping.heard()[-2:] == [TEXTS.unlinked, TEXTS.revoke_by_hand]
    offer = c1.chat[-2]
    assert offer.message["template"]["text"] == TEXTS.revoke_offer
    assert offer.actions[0]["uri"] == PAGE


def test_the_fresh_login_takes_the_rights_back_and_links_nobody(dropping: LoginShop) -> None:
    """The page behind the button starts a login that serves nothing else."""
    dropping.links_by_login()
    dropping.scene.desk.links.unlink(dropping.customer_id(), actor="shop")
    proof = dropping.logs_in(LoginFlow.DEAUTHORIZE)
    assert proof.deauthorized
    assert not dropping.is_authorized
    assert dropping.link() is None


def test_the_page_for_it_is_https() -> None:
    """A page that could be read on the way is refused at the start."""
    with pytest.raises(ConfigurationError, match="deauthorize_url"):
        Linking(deauthorize_url="http://shop.example/revoke")
