"""Links in the desk: invited, approved, settled with the event, ended at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from attrs import evolve

from desks import channel_of
from linecs.desk import Linking, SupportDesk
from linecs.errors import ConfigurationError, NotPermittedError, UnreachableError
from linecs.idlink import AccountLink, InvitationError, LinkPolicy, LinkRegistry, LinkTexts
from linecs.model import Author, EventState, FeedEntry, Job, Message, StoredEvent, Ticket
from linecs.model.link import LedgerKind, Link, LinkEnd, LinkInvitation, LinkNonce
from linecs.storage.ports import equal
from linked_shop import Shop, account_linking

if TYPE_CHECKING:
    from desks import MakeScene, Scene
    from linecs.testing import LineSimulator, VirtualClock

TEXTS = LinkTexts()


@pytest.fixture
def shop(make: MakeScene, line: LineSimulator) -> Shop:
    """A shop that links accounts, and knows the customer c1."""
    shop = Shop(make(linking=account_linking(line)))
    shop.meets()
    return shop


def dialog_with(url: str, **changes: str) -> str:
    """Return a dialog's address with other parameters."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changes
    return parts._replace(query="&".join(f"{k}={v}" for k, v in query.items())).geturl()


def test_a_customer_is_linked_with_the_event(shop: Shop) -> None:
    """Invitation, approval and LINE's word make the link, and the customer is told."""
    link = shop.links()
    assert (link.member_id, link.customer_id) == ("M1", shop.customer_id())
    assert shop.heard()[-1] == TEXTS.linked


def test_the_event_and_the_nonce_are_used_up_together(shop: Shop) -> None:
    """Once the link is there, the nonce is used and the event done."""
    shop.links()
    nonce = shop.scene.one(LinkNonce)
    event = shop.scene.one(StoredEvent, equal("type", "accountLink"))
    assert nonce.used_at is not None
    assert event.state is EventState.DONE


def test_a_hook_that_raises_undoes_the_link(make: MakeScene, line: LineSimulator) -> None:
    """The event is set aside like any failing one, its nonce unused, and a retry links."""
    broken = [True]

    def on_linked(_link: Link, _connection: object) -> None:
        if broken:
            raise OSError("the shop's table is away")

    shop = Shop(make(linking=account_linking(line, LinkRegistry(on_linked=on_linked))))
    shop.meets()
    url = shop.approves()
    line.customer("c1").links_account(url)
    shop.scene.settle()
    (failed,) = shop.scene.desk.failed_events()
    assert shop.link() is None
    assert shop.scene.one(LinkNonce).used_at is None
    assert "shop's table" not in failed.error
    broken.clear()
    shop.scene.desk.retry(failed.id)
    shop.scene.settle()
    assert shop.link() is not None


def test_what_follows_a_link_is_done_after_the_commit(make: MakeScene, line: LineSimulator) -> None:
    """after_linked and after_unlinked see a committed link; one that raises is called again."""
    done: list[tuple[str, bool]] = []

    def after(link: Link) -> None:
        done.append((link.member_id, link.is_current))
        if len(done) == 1:
            raise OSError("the mail server is away")

    shop = Shop(make(linking=account_linking(line, after_linked=after, after_unlinked=after)))
    shop.meets()
    shop.links()
    shop.scene.clock.advance(seconds=10)
    shop.scene.settle()
    shop.scene.desk.links.unlink(shop.customer_id(), actor="customer")
    shop.scene.settle()
    assert done == [("M1", True), ("M1", True), ("M1", False)]
    assert shop.scene.rows(Job, equal("kind", "link.ended")) == []


def test_another_line_user_cannot_use_the_approval(shop: Shop) -> None:
    """LINE says failed; nothing is linked, and the invited customer is told."""
    url = shop.approves()
    shop.scene.line.customer("mallory").links_account(url)
    shop.scene.settle()
    assert shop.link() is None
    assert shop.heard()[-1] == TEXTS.failed


def test_a_foreign_nonce_links_nobody(shop: Shop) -> None:
    """An approval given for one LINE user is worth nothing with another one's link token."""
    shop.meets("mallory")
    theirs = parse_qs(urlsplit(shop.approves("c1", "M1")).query)["nonce"][0]
    own = shop.approves("mallory", "M2")
    shop.scene.line.customer("mallory").links_account(dialog_with(own, nonce=theirs))
    shop.scene.settle()
    assert shop.link("mallory") is None
    assert shop.heard("mallory")[-1] == TEXTS.failed


def test_a_replayed_nonce_changes_nothing(shop: Shop) -> None:
    """The second event with a nonce is told as such, and the link stays as it was."""
    used = parse_qs(urlsplit(shop.approves()).query)["nonce"][0]
    again = shop.approves()
    shop.scene.line.customer("c1").links_account(dialog_with(again, nonce=used))
    shop.scene.settle()
    before = shop.link()
    third = shop.approves()
    shop.scene.line.customer("c1").links_account(dialog_with(third, nonce=used))
    shop.scene.settle()
    assert shop.link() == before
    assert shop.heard()[-1] == TEXTS.replayed


def test_an_approval_that_waited_too_long_links_nobody(
    make: MakeScene, line: LineSimulator, clock: VirtualClock
) -> None:
    """LINE takes the link token for ten minutes; our nonce may have ended before."""
    account_link = AccountLink(
        page_url="https://shop.example/link",
        dialog_url=f"{line.url}/dialog/bot/accountLink",
        nonce_life=60_000,
    )
    shop = Shop(make(linking=Linking(account_link=account_link)))
    shop.meets()
    url = shop.approves()
    clock.advance(seconds=61)
    line.customer("c1").links_account(url)
    shop.scene.settle()
    assert shop.link() is None
    assert shop.heard()[-1] == TEXTS.expired
    (told,) = shop.scene.rows(FeedEntry, equal("kind", "link.not_made"))
    assert told.facts == {"outcome": "expired"}


def test_an_unknown_nonce_ends_cleanly(shop: Shop) -> None:
    """An event nobody here approved is done, and the customer is told that it failed."""
    url = dialog_with(shop.approves(), nonce="a-nonce-of-nobody")
    shop.scene.line.customer("c1").links_account(url)
    shop.scene.settle()
    assert shop.scene.desk.failed_events() == []
    assert shop.heard()[-1] == TEXTS.failed


def test_a_member_who_is_taken_is_refused(shop: Shop) -> None:
    """One member, one LINE user by default; the second is told, and the ledger says so."""
    shop.links("c1", "M1")
    shop.meets("c2")
    shop.scene.line.customer("c2").links_account(shop.approves("c2", "M1"))
    shop.scene.settle()
    assert shop.link("c2") is None
    assert shop.heard("c2")[-1] == TEXTS.refused
    (entry,) = shop.scene.desk.links.history(shop.customer_id("c2"))
    assert entry.kind is LedgerKind.REFUSED


def test_a_family_shares_a_member(make: MakeScene, line: LineSimulator) -> None:
    """Under that policy, each who proved it is linked."""
    shop = Shop(make(linking=account_linking(line, LinkRegistry(policy=LinkPolicy.FAMILY))))
    for name in ("c1", "c2"):
        shop.meets(name)
        shop.links(name, "M1")
    assert len(shop.scene.desk.links.of_member("M1")) == 2


def test_an_invitation_shows_whom_it_is_for_and_ends_after_ten_minutes(
    shop: Shop, clock: VirtualClock
) -> None:
    """The host's page can look before it approves; afterwards the token is nobody's."""
    token = shop.invites()
    assert shop.scene.desk.links.invited(token).customer_id == shop.customer_id()
    clock.advance(minutes=10)
    with pytest.raises(InvitationError):
        shop.scene.desk.links.approve(token, "M1")


def test_an_invitation_is_the_operators_word(shop: Shop) -> None:
    """Who invites is the bubble's author; only the token's hash is in the link tables."""
    shop.scene.desk.links.invite(shop.customer_id(), actor="tanaka")
    bubble = shop.scene.one(Message, equal("author", Author.OPERATOR))
    invitation = shop.scene.one(LinkInvitation)
    assert bubble.author_id == "tanaka"
    assert invitation.token_hash not in bubble.content


def test_nobody_is_invited_who_cannot_be_reached(shop: Shop) -> None:
    """LINE would take the message and drop it; no link token is asked for."""
    shop.scene.line.customer("c1").blocks()
    shop.scene.settle()
    with pytest.raises(UnreachableError):
        shop.scene.desk.links.invite(shop.customer_id())
    assert shop.scene.rows(LinkInvitation) == []


def test_a_desk_without_account_link_invites_nobody(make: MakeScene) -> None:
    """The error says what to give the desk."""
    shop = Shop(make())
    with pytest.raises(ConfigurationError, match="account_link"):
        shop.scene.desk.links.invite(shop.meets())


def test_two_registries_are_refused() -> None:
    """Links made under one policy and ended under another would follow none."""
    with pytest.raises(ConfigurationError, match="registry"):
        Linking(
            account_link=AccountLink(page_url="https://shop.example/link"),
            registry=LinkRegistry(policy=LinkPolicy.FAMILY),
        )


def test_channels_of_two_providers_are_refused(make: MakeScene, line: LineSimulator) -> None:
    """A member who withdrew at one would stay linked at the other."""
    elsewhere = evolve(channel_of(line), id="other", bot_user_id="U2", provider_id="other")
    with pytest.raises(ConfigurationError, match="provider"):
        SupportDesk(storage=make().storage, channels=[channel_of(line), elsewhere])


def test_a_customer_ends_the_link_in_the_chat(shop: Shop) -> None:
    """The words of the notice work: the link ends, the bot says so, the matter is settled."""
    link = shop.links()
    shop.scene.line.customer("c1").says("「連携解除」")
    shop.scene.settle()
    ended = shop.scene.one(Link)
    assert (ended.id, ended.ended_because) == (link.id, LinkEnd.UNLINKED_BY_CUSTOMER)
    assert shop.heard()[-1] == TEXTS.unlinked


def test_a_customer_ends_the_link_while_a_person_holds_the_chat(shop: Shop) -> None:
    """At any time means also now."""
    shop.links()
    ticket = shop.scene.rows(Ticket)[-1]
    shop.scene.desk.claim(ticket.id, actor="tanaka", version=ticket.version)
    shop.scene.line.customer("c1").says("連携解除")
    shop.scene.settle()
    assert shop.link() is None
    assert shop.heard()[-1] == TEXTS.unlinked


def test_the_words_mean_nothing_where_no_link_is(shop: Shop) -> None:
    """They go the way of any question."""
    shop.scene.line.customer("c1").says("連携解除")
    shop.scene.settle()
    assert TEXTS.unlinked not in shop.heard()


def test_ending_a_link_by_hand_takes_a_role(shop: Shop) -> None:
    """An operator may not; the link holds."""
    shop.links()
    with pytest.raises(NotPermittedError):
        shop.scene.desk.links.unlink(shop.customer_id(), actor="tanaka")
    assert shop.link() is not None


def test_a_member_who_leaves_is_unlinked_and_told(shop: Shop) -> None:
    """Also the approvals that wait are worth nothing any more."""
    url = shop.approves()
    shop.links()
    shop.scene.desk.links.withdraw_member("M1")
    shop.scene.line.customer("c1").links_account(url)
    shop.scene.settle()
    assert shop.link() is None
    assert TEXTS.unlinked in shop.heard()


def test_the_ledger_tells_the_whole_story(shop: Shop) -> None:
    """Linked, ended, linked again: three lines, in order."""
    shop.links()
    shop.scene.clock.advance(seconds=1)
    shop.scene.desk.links.unlink(shop.customer_id(), actor="customer")
    shop.scene.clock.advance(seconds=1)
    shop.links(member="M2")
    kinds = [each.kind for each in shop.scene.desk.links.history(shop.customer_id())]
    assert kinds == [LedgerKind.LINKED, LedgerKind.ENDED, LedgerKind.LINKED]


def test_a_login_can_link_a_line_user_who_never_wrote(scene: Scene) -> None:
    """The desk makes the customer that the link's ledger speaks of."""
    subject = scene.desk.links.subject("main", scene.line.customer("c9").user_id)
    assert scene.desk.links.of_customer(subject.customer_id) is None
    assert scene.desk.links.subject("main", subject.line_user_id) == subject


def test_two_workers_give_a_member_to_one_of_two_customers(
    make: MakeScene, line: LineSimulator
) -> None:
    """Both proved to be the member; their events are settled at the same time, in two workers."""
    shops = [Shop(make(linking=account_linking(line))) for _ in range(2)]
    for name in ("c1", "c2"):
        shops[0].meets(name)
        line.customer(name).links_account(shops[0].approves(name, "M1"))
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(lambda shop: shop.scene.settle(), shops))
    shops[0].scene.clock.advance(minutes=2)
    shops[0].scene.settle()
    linked = [name for name in ("c1", "c2") if shops[0].link(name) is not None]
    (loser,) = {"c1", "c2"} - set(linked)
    assert TEXTS.refused in shops[0].heard(loser)
    assert shops[0].scene.desk.failed_events() == []
