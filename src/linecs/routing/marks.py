"""A shop's own marks on tickets, customers and messages, and its categories of inquiries.

A row keeps a mark's key; its name, colour and urgency may change without touching the rows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from linecs.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CATEGORIES", "LINY_MARKS", "Mark", "MarkSet"]

_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
_COLOUR = re.compile(r"#[0-9a-f]{6}")


@frozen(kw_only=True)
class Mark:
    """A word of the shop's own on top of a status.

    Attributes:
        key: What rows keep: small letters, digits and underscores; never changed.
        name: What screens say.
        colour: As in CSS, six small hexadecimal digits.
        urgency: Higher is looked at first.
    """

    key: str
    name: str
    colour: str = "#8a8f98"
    urgency: int = 0

    def __attrs_post_init__(self) -> None:
        if not _KEY.fullmatch(self.key):
            raise ConfigurationError(
                f"The key {self.key!r} must be small letters, digits and underscores, at most 64."
            )
        if not self.name.strip():
            raise ConfigurationError(f"The mark {self.key!r} has no name.")
        if not _COLOUR.fullmatch(self.colour):
            raise ConfigurationError(f"The colour {self.colour!r} must be written as '#06c755'.")


def _in_order(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    return tuple(marks)


@frozen(kw_only=True)
class MarkSet:
    """The marks (or categories) of a shop, in the order in which they are offered.

    Attributes:
        marks: No two with the same key or name.
    """

    marks: tuple[Mark, ...] = field(default=(), converter=_in_order)

    def __attrs_post_init__(self) -> None:
        for values in ([mark.key for mark in self.marks], [mark.name for mark in self.marks]):
            if twice := sorted({value for value in values if values.count(value) > 1}):
                raise ConfigurationError(f"More than one mark is called {', '.join(twice)}.")

    def get(self, key: str) -> Mark:
        """The mark with this key.

        Raises:
            ConfigurationError: If there is none; the message lists those there are.
        """
        for mark in self.marks:
            if mark.key == key:
                return mark
        known = ", ".join(mark.key for mark in self.marks)
        raise ConfigurationError(f"There is no mark {key!r}; there are {known or 'none'}.")

    def urgency(self, key: str) -> int:
        """How urgent a row with this key is; 0 for none, or for a mark that is gone."""
        return next((mark.urgency for mark in self.marks if mark.key == key), 0)

    def by_urgency(self) -> tuple[Mark, ...]:
        """The most urgent first; equals stay in their order."""
        return tuple(sorted(self.marks, key=lambda mark: -mark.urgency))

    def renamed(self, key: str, name: str) -> MarkSet:
        """The same marks, one with another name.

        Raises:
            ConfigurationError: If there is no such mark, or the name is taken.
        """
        renamed = evolve(self.get(key), name=name)
        return MarkSet(marks=(renamed if mark.key == key else mark for mark in self.marks))


LINY_MARKS = MarkSet(
    marks=(
        Mark(key="unconfirmed", name="未確認", colour="#d92d20", urgency=50),
        Mark(key="confirmed", name="確認済み", colour="#06c755", urgency=0),
        Mark(key="question_low", name="質問(低)", colour="#2e90fa", urgency=20),
        Mark(key="question_medium", name="質問(中)", colour="#1570ef", urgency=30),
        Mark(key="account_trouble", name="アカウントトラブル", colour="#b54708", urgency=60),
        Mark(key="inquiry", name="問い合わせ", colour="#6941c6", urgency=40),
        Mark(key="needs_approach", name="要アプローチ", colour="#c11574", urgency=45),
        Mark(key="complaint", name="クレーム", colour="#912018", urgency=100),
    )
)
"""The eight marks that shops know from Liny, with urgencies of ours."""

CATEGORIES = MarkSet(
    marks=(
        Mark(key="returns", name="返品・交換"),
        Mark(key="restock", name="再入荷"),
        Mark(key="product", name="商品"),
        Mark(key="order", name="注文・変更・キャンセル"),
        Mark(key="delivery", name="配送"),
        Mark(key="payment", name="支払い"),
        Mark(key="account", name="会員・ログイン"),
        Mark(key="coupon", name="クーポン・ポイント"),
        Mark(key="other", name="その他"),
    )
)
"""Categories of inquiries for a shop to begin with."""
