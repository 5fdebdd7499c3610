"""The shop's own tables."""

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

__all__ = ["READY", "SHIPPED", "Base", "Member", "Order"]

READY, SHIPPED = "発送準備中", "発送済み"


class Base(DeclarativeBase):
    """All of the shop's tables."""


class Member(Base):
    """Who may log in; the password is salted and hashed."""

    __tablename__ = "members"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    email: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    rank: Mapped[str] = mapped_column(String(20))
    password: Mapped[str] = mapped_column(String(200))


class Order(Base):
    """What a member bought; `placed_at` is epoch ms UTC."""

    __tablename__ = "orders"

    number: Mapped[str] = mapped_column(String(20), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey(Member.id), index=True)
    placed_at: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(String(100))
    status: Mapped[str] = mapped_column(String(20))
    carrier: Mapped[str] = mapped_column(String(50), default="")
    tracking: Mapped[str] = mapped_column(String(50), default="")
