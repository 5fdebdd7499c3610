"""Who the members are: for the log-in page, and for the desk."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from linecs.idlink.member import MemberCard, Shipment
from linecs.idlink.member import Order as CardOrder
from mimosa.tables import Member, Order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from linecs.model import MemberId

__all__ = ["MemberCards", "hashed", "log_in"]


async def log_in(session: AsyncSession, email: str, password: str) -> Member | None:
    """Return the member, None where address and password do not belong together."""
    member = await session.scalar(select(Member).where(Member.email == email))
    # An unknown address takes as long as a wrong password.
    known = member.password if member else _NOBODY
    fits = await run_in_threadpool(_fits, password, known)
    return member if fits else None


@frozen
class MemberCards:
    """Keeps `linecs.idlink.MemberDirectory`: what operators see of a linked member."""

    engine: sa.Engine

    def card(self, member_id: MemberId) -> MemberCard | None:
        """Return a member's card. Called by the desk, in a thread of its own."""
        newest_first = Order.placed_at.desc()
        with Session(self.engine) as session:
            member = session.get(Member, member_id)
            orders = session.scalars(
                select(Order).where(Order.member_id == member_id).order_by(newest_first)
            ).all()
        return None if member is None else _card(member_id, member, orders)


def _card(member_id: MemberId, member: Member, orders: Sequence[Order]) -> MemberCard:
    return MemberCard(
        member_id=member_id,
        name=member.name,
        rank=member.rank,
        orders=tuple(
            CardOrder(
                number=each.number,
                placed_at=each.placed_at,
                status=each.status,
                title=each.title,
            )
            for each in orders
        ),
        shipments=tuple(
            Shipment(
                order_number=each.number,
                carrier=each.carrier,
                tracking_number=each.tracking,
                status=each.status,
            )
            for each in orders
            if each.tracking
        ),
    )


def hashed(password: str) -> str:
    """Return a password as the table keeps it."""
    return _hashed(password, secrets.token_hex(16))


def _hashed(password: str, salt: str) -> str:
    return (
        f"{salt}${hashlib.scrypt(password.encode(), salt=salt.encode(), n=2**14, r=8, p=1).hex()}"
    )


def _fits(password: str, known: str) -> bool:
    return hmac.compare_digest(_hashed(password, known.partition("$")[0]), known)


_NOBODY = hashed(secrets.token_hex(16))
