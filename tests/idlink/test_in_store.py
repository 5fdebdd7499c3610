"""Linking in a store, from the code at the counter to the link."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from idlink.people import NOW, PROVIDER
from idlink.shop import subject_of
from linecs.errors import ConfigurationError
from linecs.idlink import (
    CodeError,
    InStoreLink,
    link_in_store,
    qr_code_svg,
)
from linecs.model import OperatorId
from linecs.model.link import LinkFlow, LoginFlow

if TYPE_CHECKING:
    from idlink.shop import Shop
    from linecs.idlink import (
        LinkOffer,
        LinkRegistry,
        MemoryLinks,
    )
    from linecs.testing.simulator import Customer

STAFF = OperatorId("staff-7")


@pytest.fixture
def counter() -> InStoreLink:
    """Give a counter with the shop's short address."""
    return InStoreLink(short_url="https://shop.example/l/")


def offer(counter: InStoreLink, store: MemoryLinks, member: str = "M1") -> LinkOffer:
    """Give out a code."""
    return counter.offer(store, PROVIDER, member, issued_by=STAFF, now=NOW)


def test_a_code_at_the_counter_becomes_a_link(
    counter: InStoreLink, shop: Shop, hanako: Customer, registry: LinkRegistry
) -> None:
    """Scan, press the button, log in with LINE: linked, and the ledger says in store."""
    given = counter.offer(shop.store, PROVIDER, "M1", issued_by=STAFF, now=shop.clock())
    member = counter.redeem(shop.store, given.url.rsplit("/", 1)[1], now=shop.clock())
    proof = shop.log_in(hanako, LoginFlow.IN_STORE, member_id=member)
    change = link_in_store(registry, shop.store, proof, subject=subject_of(proof), now=shop.clock())
    assert change.link is not None
    assert (change.link.member_id, change.link.flow) == ("M1", LinkFlow.IN_STORE)


def test_a_code_works_once(counter: InStoreLink, store: MemoryLinks) -> None:
    """Whoever comes second hears what a stranger hears."""
    code = offer(counter, store).code
    assert counter.redeem(store, code, now=NOW) == "M1"
    with pytest.raises(CodeError):
        counter.redeem(store, code, now=NOW)


def test_a_code_lives_ten_minutes(counter: InStoreLink, store: MemoryLinks) -> None:
    """Then it is worth nothing."""
    given = offer(counter, store)
    assert given.expires_at == NOW + 600_000
    with pytest.raises(CodeError):
        counter.redeem(store, given.code, now=given.expires_at)


def test_a_withdrawn_members_code_is_worth_nothing(
    counter: InStoreLink, store: MemoryLinks, registry: LinkRegistry
) -> None:
    """It goes with the member."""
    code = offer(counter, store).code
    registry.withdraw_member(store, store, PROVIDER, "M1", at=NOW)
    with pytest.raises(CodeError):
        counter.redeem(store, code, now=NOW)


def test_a_code_is_read_as_meant(counter: InStoreLink, store: MemoryLinks) -> None:
    """Small letters, spaces, and letters taken for digits."""
    for _ in range(40):
        code = offer(counter, store).code
        typed = code.replace("1", "l").replace("0", "o").replace("-", " ").lower()
        assert counter.redeem(store, typed, now=NOW) == "M1"


def test_codes_are_unguessable_and_not_kept(counter: InStoreLink, store: MemoryLinks) -> None:
    """Ten characters of 32, no two alike; the store has hashes only, a repr nothing."""
    offers = [offer(counter, store) for _ in range(200)]
    assert len({each.code for each in offers}) == 200
    assert {len(each.code) for each in offers} == {11}
    kept = repr(vars(store)) + repr(offers)
    assert [each.code for each in offers if each.code in kept] == []


def test_the_address_is_a_qr_code_too(counter: InStoreLink, store: MemoryLinks) -> None:
    """An SVG a page can hold, without a script."""
    svg = offer(counter, store).qr_code_svg()
    root = ET.fromstring(svg)  # noqa: S314 - our own picture
    assert root.tag.endswith("svg")
    assert "script" not in svg


def test_a_qr_code_says_its_address() -> None:
    """The modules differ with the address, and are the same for the same one."""
    one, other = qr_code_svg("https://shop.example/l/A"), qr_code_svg("https://shop.example/l/B")
    assert one != other
    assert one == qr_code_svg("https://shop.example/l/A")


def test_the_short_address_is_https() -> None:
    """A code must not travel in the open."""
    with pytest.raises(ConfigurationError):
        InStoreLink(short_url="http://shop.example/l")
