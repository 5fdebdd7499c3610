"""An order and the message about it are one commit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from django.db import connections, transaction
from forms import opened, send
from shop import orders
from shop.models import Order

from linecs.errors import LimitError
from linecs.model import MemberId, OutboxItem
from linecs.model.link import Link, LinkFlow, LinkId
from linecs.storage.ports import Query
from linecs.testing import settle

if TYPE_CHECKING:
    from django.test import Client

    from linecs import SqlStorage, SupportDesk
    from linecs.testing import LineSimulator

NUMBER = "240634"


@pytest.fixture
def linked(desk: SupportDesk, line: LineSimulator) -> None:
    """あおい is the member M1001."""
    subject = desk.links.subject("main", line.customer("あおい").user_id)
    link = Link(
        id=LinkId("l1"),
        provider_id=subject.provider_id,
        channel_id=subject.channel_id,
        customer_id=subject.customer_id,
        line_user_id=subject.line_user_id,
        member_id=MemberId("M1001"),
        flow=LinkFlow.ACCOUNT_LINK,
        linked_at=1,
        proven_at=1,
        user_seat=subject.line_user_id,
        member_seat="M1001",
    )
    assert desk.links.run(lambda links: links.add_link(link))


@pytest.fixture
def order(linked: None) -> Order:
    """An order of hers that waits to be shipped."""
    return Order.objects.get(number=NUMBER)


def waiting(storage: SqlStorage) -> int:
    """Return how many messages are decided and not sent."""
    return storage.read(lambda tx: tx.count(Query(row=OutboxItem)))


def status() -> str:
    """Return where the order stands, as others see it."""
    return Order.objects.get(number=NUMBER).status


def test_a_shipped_order_tells_its_member(
    order: Order, desk: SupportDesk, line: LineSimulator
) -> None:
    """The message is queued in the order's own transaction, and goes out once."""
    assert orders.ship(order.pk)
    settle(desk)
    assert status() == "shipped"
    (said,) = line.customer("あおい").chat
    assert "お問い合わせ番号: 4000-240634" in (said.text or "")


def test_a_rollback_takes_both_back(order: Order, desk: SupportDesk, line: LineSimulator) -> None:
    """Where the shop's transaction fails afterwards, nobody hears of a parcel that never left."""

    @transaction.atomic
    def ship_and_fail() -> None:
        assert orders.ship(order.pk)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ship_and_fail()
    assert (status(), waiting(desk._core.storage)) == ("preparing", 0)
    settle(desk)
    assert line.customer("あおい").chat == ()


def test_a_message_that_cannot_be_written_keeps_the_order(
    order: Order, desk: SupportDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No order is shipped whose member is not told."""
    monkeypatch.setattr(orders, "_TEXT", "発送しました。" * 1_000)
    with pytest.raises(LimitError):
        orders.ship(order.pk)
    assert (status(), waiting(desk._core.storage)) == ("preparing", 0)


def test_two_who_ship_at_once_send_one_message(order: Order, desk: SupportDesk) -> None:
    """The second finds the order shipped."""

    def ship(_: int) -> bool:
        try:
            return orders.ship(order.pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(ship, range(4))) == [False, False, False, True]
    assert waiting(desk._core.storage) == 1


def test_the_admin_ships_by_its_action(
    order: Order, desk: SupportDesk, hanako: Client, line: LineSimulator
) -> None:
    """Status cannot be typed over; the action ships, and tells the member."""
    assert 'name="status"' not in opened(hanako, f"/admin/shop/order/{order.pk}/change/")
    orders_list = "/admin/shop/order/"
    chosen = {"action": "ship_orders", "_selected_action": [order.pk]}
    send(hanako, opened(hanako, orders_list), "", at=orders_list, **chosen)
    settle(desk)
    assert status() == "shipped"
    assert len(line.customer("あおい").chat) == 1
