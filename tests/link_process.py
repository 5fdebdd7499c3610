"""A desk in a process of its own that does what its standard input says, a line each."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from linecs.desk import SupportDesk
from linecs.idlink import MemberCard
from linecs.model import Channel
from linecs.storage.sql import SqlStorage

if TYPE_CHECKING:
    from linecs.model import MemberId

__all__ = ["desk_on"]


class Members:
    """A shop where every member has a card."""

    def card(self, member_id: MemberId) -> MemberCard:
        """Return the card."""
        return MemberCard(member_id=member_id)


def desk_on(storage: SqlStorage) -> SupportDesk:
    """Return a desk with members, which calls nobody."""
    channel = Channel(id="main", bot_user_id="U", secrets="s", access_token="t")
    return SupportDesk(storage=storage, channels=[channel], members=Members())


def main(url: str, customer_id: str) -> None:
    """Show the customer's card, or end the link, as often as asked."""
    storage = SqlStorage.connect(url)
    desk = desk_on(storage)
    for wish in sys.stdin:
        if wish.strip() == "unlink":
            desk.links.unlink(customer_id, actor="shop", tells=False)
        card = desk.members.card(customer_id, actor="tanaka")
        sys.stdout.write(f"{card.member_id if card else 'no card'}\n")
        sys.stdout.flush()
    storage.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
