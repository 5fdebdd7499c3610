"""The account link: invitation, approval, and the event that settles it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from attrs import evolve, field, frozen
from hypothesis import given
from hypothesis import strategies as st

from idlink.people import CHANNEL, NOW, PROVIDER, claim, subject
from linecs.errors import ConfigurationError, LimitError
from linecs.idlink import (
    AccountLink,
    InvitationError,
    LinkRegistry,
    LinkTexts,
    MemoryLinks,
    OnConflict,
    SettlementOutcome,
    safe_return_path,
)
from linecs.idlink.secret import hash_secret
from linecs.model import ChannelId, LineUserId

if TYPE_CHECKING:
    from linecs.idlink import (
        Settlement,
    )
    from linecs.model.link import LinkSubject

MINUTE = 60_000


@frozen
class Tokens:
    """Issues link tokens without LINE, and remembers for whom."""

    issued: list[str] = field(factory=list)

    def issue_link_token(self, channel_id: ChannelId, line_user_id: LineUserId) -> str:
        """Return a token nobody else has."""
        self.issued.append(f"token+/={len(self.issued)}-{channel_id}-{line_user_id}")
        return self.issued[-1]


@pytest.fixture
def account_link() -> AccountLink:
    """Give the account link of a shop."""
    return AccountLink(page_url="https://shop.example/line/link?from=line")


def invite(
    account_link: AccountLink, store: MemoryLinks, name: str = "hanako", now: int = NOW
) -> str:
    """Invite somebody and return the link token."""
    tokens = Tokens()
    store.add_invitation(account_link.begin(subject(name), tokens, now=now).row)
    return tokens.issued[0]


def nonce_in(url: str) -> str:
    """Return the nonce a redirect carries."""
    (nonce,) = parse_qs(urlsplit(url).query)["nonce"]
    return nonce


def event(nonce: object, name: str | None = "hanako", result: str = "ok") -> dict[str, Any]:
    """Return an `accountLink` event as LINE sends it."""
    made: dict[str, Any] = {"type": "accountLink", "link": {"result": result, "nonce": nonce}}
    if name is not None:
        made["source"] = {"type": "user", "userId": f"U-{name}"}
    return made


def settle(
    account_link: AccountLink,
    store: MemoryLinks,
    happened: dict[str, Any],
    sender: LinkSubject | None,
    now: int = NOW,
) -> Settlement:
    """Settle an event on the default channel."""
    return account_link.settle(store, store, happened, channel_id=CHANNEL, sender=sender, now=now)


def told(settlement: Settlement) -> list[tuple[str, str]]:
    """Return who is told what."""
    return [(each.line_user_id, each.message["text"]) for each in settlement.notices]


def test_the_invitation_says_that_unlinking_is_always_possible(
    account_link: AccountLink,
) -> None:
    """LINE asks for it; the bubble and its alternative text both say it."""
    message = account_link.begin(subject(), Tokens(), now=NOW).message
    assert "いつでも解除できます" in message["template"]["text"]
    assert "いつでも解除できます" in message["altText"]


def test_the_invitation_leads_to_the_shops_page_with_the_token(
    account_link: AccountLink,
) -> None:
    """The page's own query stays, and the token is escaped."""
    tokens = Tokens()
    message = account_link.begin(subject(), tokens, now=NOW).message
    url = urlsplit(message["template"]["actions"][0]["uri"])
    assert (url.scheme, url.netloc, url.path) == ("https", "shop.example", "/line/link")
    assert parse_qs(url.query) == {"from": ["line"], "linkToken": [tokens.issued[0]]}


def test_only_a_hash_of_the_link_token_is_kept(account_link: AccountLink) -> None:
    """Neither what is stored nor what is printed gives the token away."""
    tokens = Tokens()
    invitation = account_link.begin(subject(), tokens, now=NOW)
    assert tokens.issued[0] not in repr(invitation)
    assert len(invitation.row.token_hash) == 64


def test_an_approval_and_lines_word_make_a_link(
    account_link: AccountLink, store: MemoryLinks
) -> None:
    """The member of the session is linked to the LINE user of the event, who is told."""
    url = account_link.approve(store, invite(account_link, store), "M1", now=NOW)
    settlement = settle(account_link, store, event(nonce_in(url)), subject())
    assert settlement.outcome is SettlementOutcome.LINKED
    (link,) = store.current_links(PROVIDER, line_user_id=LineUserId("U-hanako"))
    assert (link, link.member_id) == (settlement.link, "M1")
    assert told(settlement) == [("U-hanako", account_link.texts.linked)]


def test_the_redirect_goes_to_lines_dialog_only(
    account_link: AccountLink, store: MemoryLinks
) -> None:
    """Whatever the token looks like, the address is LINE's and the token stays a parameter."""
    token = "&redirect=https://evil.example/#@evil.example/"
    row = account_link.begin(subject(), Tokens(), now=NOW).row
    store.add_invitation(evolve(row, token_hash=hash_secret(token)))
    url = urlsplit(account_link.approve(store, token, "M1", now=NOW))
    assert (url.scheme, url.netloc, url.fragment) == ("https", "access.line.me", "")
    assert url.path == "/dialog/bot/accountLink"
    assert parse_qs(url.query)["linkToken"] == [token]


def test_nonces_are_256_bits_in_lines_limits(account_link: AccountLink, store: MemoryLinks) -> None:
    """No two are alike, and each has the 10 to 255 characters LINE takes."""
    token = invite(account_link, store)
    nonces = {nonce_in(account_link.approve(store, token, "M1", now=NOW)) for _ in range(200)}
    assert len(nonces) == 200
    assert {len(each) for each in nonces} == {43}


def test_only_a_hash_of_the_nonce_is_kept(account_link: AccountLink, store: MemoryLinks) -> None:
    """Who reads the database cannot finish somebody's link."""
    nonce = nonce_in(account_link.approve(store, invite(account_link, store), "M1", now=NOW))
    assert nonce not in repr(vars(store))


def test_an_unknown_link_token_approves_nothing(
    account_link: AccountLink, store: MemoryLinks
) -> None:
    """A token the shop never asked LINE for is refused."""
    with pytest.raises(InvitationError):
        account_link.approve(store, "made up", "M1", now=NOW)


def test_an_old_link_token_approves_nothing(account_link: AccountLink, store: MemoryLinks) -> None:
    """After LINE's ten minutes the invitation is over."""
    token = invite(account_link, store)
    with pytest.raises(InvitationError):
        account_link.approve(store, token, "M1", now=NOW + 10 * MINUTE)


def test_the_page_can_say_whose_line_account_it_is(
    account_link: AccountLink, store: MemoryLinks
) -> None:
    """Before approving, the shop may show for whom the token was issued."""
    token = invite(account_link, store, "taro")
    assert account_link.invited(store, token, now=NOW) == subject("taro")


def test_a_replayed_nonce_is_refused(account_link: AccountLink, store: MemoryLinks) -> None:
    """The second event with a nonce changes nothing."""
    url = account_link.approve(store, invite(account_link, store), "M1", now=NOW)
    settle(account_link, store, event(nonce_in(url)), subject())
    before = list(store.ledger)
    again = settle(account_link, store, event(nonce_in(url)), subject())
    assert (again.outcome, store.ledger) == (SettlementOutcome.REPLAYED, before)


def test_an_expired_nonce_is_refused(account_link: AccountLink, store: MemoryLinks) -> None:
    """An approval older than its life makes no link, and the customer is told."""
    url = account_link.approve(store, invite(account_link, store), "M1", now=NOW)
    late = NOW + account_link.nonce_life
    settlement = settle(account_link, store, event(nonce_in(url)), subject(), now=late)
    assert settlement.outcome is SettlementOutcome.EXPIRED
    assert told(settlement) == [("U-hanako", account_link.texts.expired)]


def test_a_nonce_serves_only_whom_the_token_was_issued_for(
    account_link: AccountLink, store: MemoryLinks
) -> None:
    """An event from another LINE user links nobody, and uses the nonce up."""
    url = account_link.approve(store, invite(account_link, store, "hanako"), "M1", now=NOW)
    theirs = settle(account_link, store, event(nonce_in(url), "mallory"), subject("mallory"))
    after = settle(account_link, store, event(nonce_in(url)), subject())
    assert (theirs.outcome, after.outcome) == (
        SettlementOutcome.FOREIGN,
        SettlementOutcome.REPLAYED,
    )
    assert told(theirs) == [("U-mallory", account_link.texts.failed)]


def test_a_nonce_serves_only_its_channel(account_link: AccountLink, store: MemoryLinks) -> None:
    """An event of another channel with the same user id links nobody."""
    url = account_link.approve(store, invite(account_link, store), "M1", now=NOW)
    settlement = account_link.settle(
        store,
        store,
        event(nonce_in(url)),
        channel_id=ChannelId("other"),
        sender=subject(),
        now=NOW,
    )
    assert settlement.outcome is SettlementOutcome.FOREIGN


def test_a_failed_link_is_told_to_whom_it_was_for(
    account_link: AccountLink, store: MemoryLinks
) -> None:
    """The event names nobody; the nonce does, and is used up."""
    url = account_link.approve(store, invite(account_link, store), "M1", now=NOW)
    failed = settle(account_link, store, event(nonce_in(url), None, "failed"), None)
    assert failed.outcome is SettlementOutcome.FAILED
    assert told(failed) == [("U-hanako", account_link.texts.failed)]
    again = settle(account_link, store, event(nonce_in(url)), subject())
    assert again.outcome is SettlementOutcome.REPLAYED


def test_a_withdrawn_members_approval_is_worth_nothing(
    account_link: AccountLink, store: MemoryLinks, registry: LinkRegistry
) -> None:
    """Who approved and then left the shop is not linked by an event that comes late."""
    url = account_link.approve(store, invite(account_link, store), "M1", now=NOW)
    registry.withdraw_member(store, store, PROVIDER, "M1", at=NOW)
    settlement = settle(account_link, store, event(nonce_in(url)), subject())
    assert settlement.outcome is SettlementOutcome.UNKNOWN


def test_a_link_in_the_way_is_refused_and_told(
    account_link: AccountLink, store: MemoryLinks
) -> None:
    """By default nobody is unlinked by somebody else's proof."""
    account_link.registry.link(store, claim("taro", "M1"))
    url = account_link.approve(store, invite(account_link, store), "M1", now=NOW)
    settlement = settle(account_link, store, event(nonce_in(url)), subject())
    assert settlement.outcome is SettlementOutcome.REFUSED
    assert told(settlement) == [("U-hanako", account_link.texts.refused)]


def test_whoever_is_replaced_is_told(store: MemoryLinks) -> None:
    """Where the shop lets proof replace, the LINE user who lost the member hears of it."""
    registry = LinkRegistry(on_conflict=OnConflict.REPLACE)
    account_link = AccountLink(page_url="https://shop.example/link", registry=registry)
    registry.link(store, claim("taro", "M1"))
    url = account_link.approve(store, invite(account_link, store), "M1", now=NOW)
    settlement = settle(account_link, store, event(nonce_in(url)), subject())
    assert told(settlement) == [
        ("U-hanako", account_link.texts.linked),
        ("U-taro", account_link.texts.replaced),
    ]


@given(
    happened=st.dictionaries(
        st.sampled_from(["type", "link", "source"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: (
                st.lists(inner)
                | st.dictionaries(st.sampled_from(["result", "nonce", "userId", "type"]), inner)
            ),
            max_leaves=6,
        ),
    )
)
def test_no_event_breaks_settling(happened: dict[str, Any]) -> None:
    """Whatever JSON comes in the shape of an event, it ends cleanly and links nobody."""
    account_link = AccountLink(page_url="https://shop.example/link")
    store = MemoryLinks()
    settlement = settle(account_link, store, happened, None)
    assert (settlement.outcome, settlement.notices) == (SettlementOutcome.UNKNOWN, ())


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/link",
        "javascript:alert(1)",
        "//shop.example/link",
        "https://user:password@shop.example/link",
        "https://shop.example/link#fragment",
        "https:///link",
    ],
)
def test_the_link_page_is_https(url: str) -> None:
    """A page that could be read on the way, or is no page, is refused at the start."""
    with pytest.raises(ConfigurationError):
        AccountLink(page_url=url)


def test_development_on_this_machine_needs_no_certificate() -> None:
    """HTTP is let through for loopback addresses."""
    page = "http://127.0.0.1:5000/link"
    assert AccountLink(page_url=page).page_url == page


@pytest.mark.parametrize("text", ["", "あ" * 161])
def test_texts_line_would_refuse_are_refused_at_the_start(text: str) -> None:
    """A buttons template takes 1 to 160 grapheme clusters."""
    with pytest.raises(LimitError):
        LinkTexts(invitation=text)


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/a\nLocation: https://evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/" + "a" * 1001,
    ],
)
def test_a_return_path_never_leaves_the_site(path: str | None) -> None:
    """What a browser could take for another site becomes the default."""
    assert safe_return_path(path, default="/mypage") == "/mypage"


@pytest.mark.parametrize("path", ["/", "/orders/1?tab=a", "/検索?q=傘#top"])
def test_a_return_path_on_the_site_stays(path: str) -> None:
    """A plain path comes back as it is."""
    assert safe_return_path(path) == path


@given(st.text())
def test_a_return_path_has_no_host(path: str) -> None:
    """Nothing that passes has a scheme or a host."""
    parts = urlsplit(safe_return_path(path))
    assert (parts.scheme, parts.netloc) == ("", "")
