"""What a link is for: the member's card, shown while the link holds and not a moment longer."""

from __future__ import annotations

import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from attrs import field, frozen

from linecs.model.ids import MemberId

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from linecs.model.link import Link

__all__ = ["MemberCard", "MemberCards", "MemberDirectory", "Order", "Shipment"]

_log = logging.getLogger("linecs")

_MINUTE = 60_000
_Key = tuple[str, int]


def _read_only(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(values))


@frozen(kw_only=True)
class Order:
    """One of a member's orders, as the shop names it.

    Attributes:
        number: As the customer knows it.
        placed_at: Epoch ms UTC.
        status: In the customer's words, such as 発送済み.
        title: What was ordered.
    """

    number: str
    placed_at: int
    status: str = ""
    title: str = field(default="", repr=False)


@frozen(kw_only=True)
class Shipment:
    """One parcel on its way, or arrived.

    Attributes:
        tracking_url: Where the carrier shows it; HTTPS.
        expected_at: Epoch ms UTC; None where nobody knows.
    """

    order_number: str
    carrier: str = ""
    tracking_number: str = ""
    tracking_url: str = ""
    status: str = ""
    expected_at: int | None = None


@frozen(kw_only=True)
class MemberCard:
    """What the shop shows of a member beside the conversation.

    Attributes:
        fields: Whatever else operators should see, by its label.
        variables: What templates and responders may say to the customer, by name.
    """

    member_id: MemberId = field(converter=MemberId)
    name: str = field(default="", repr=False)
    rank: str = ""
    orders: tuple[Order, ...] = field(default=(), repr=False)
    shipments: tuple[Shipment, ...] = field(default=(), repr=False)
    fields: Mapping[str, str] = field(factory=dict, repr=False, converter=_read_only)
    variables: Mapping[str, str] = field(factory=dict, repr=False, converter=_read_only)


class MemberDirectory(Protocol):
    """The shop's members, as the shop's backend knows them."""

    def card(self, member_id: MemberId) -> MemberCard | None:
        """Return the card of a member; None where there is no such member (any more).

        Called by `MemberCards` from a thread of its own, with no transaction of ours open.
        Should answer well within the deadline; what comes later is thrown away. May raise.
        """
        ...


@frozen
class _Cached:
    card: MemberCard | None
    until: int


class MemberCards:
    """Gives out cards of linked members: with a deadline, from a cache, checked on each read.

    The link is read anew each time, before and after the directory is asked, so an ended or
    changed link discloses nothing, in any process, at once (Promise 7). The cache is keyed by
    the link and its version; what it holds for another version is never found.

    Args:
        directory: The shop's members.
        deadline: How long to wait for the directory, in ms.
        fresh_for: How long a card is good, in ms.
        most: How many cards are cached.
        threads: How many cards are fetched at once; more wait, within their deadline.
    """

    def __init__(
        self,
        directory: MemberDirectory,
        *,
        deadline: int = 800,
        fresh_for: int = _MINUTE,
        most: int = 10_000,
        threads: int = 8,
    ) -> None:
        self._directory = directory
        self._deadline = deadline
        self._fresh_for = fresh_for
        self._most = most
        self._threads = threads
        self._pool: ThreadPoolExecutor | None = None
        self._process = 0
        self._cache: OrderedDict[_Key, _Cached] = OrderedDict()
        self._asked: dict[_Key, Future[MemberCard | None]] = {}
        self._lock = threading.Lock()

    def find(self, current_link: Callable[[], Link | None], *, now: int) -> MemberCard | None:
        """Return the card of whoever the link says; None where no link holds or none came in time.

        Open no transaction around it.

        Args:
            current_link: Reads the customer's current link from the store, in a short
                transaction of its own; called once or twice.
            now: Epoch ms UTC.
        """
        link = current_link()
        if link is None or not link.is_current:
            return None
        key = (link.id, link.version)
        found = self._cached_or_asked(key, link.member_id, now)
        if isinstance(found, _Cached):
            return found.card
        card = self._wait(found)
        after = current_link()
        still = after is not None and after.is_current and (after.id, after.version) == key
        return card if still else None

    def close(self) -> None:
        """Stop the threads; a fetch under way is not waited for."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _cached_or_asked(
        self, key: _Key, member_id: MemberId, now: int
    ) -> _Cached | Future[MemberCard | None]:
        """Return the fresh card, or the one question about it that is under way."""
        with self._lock:
            cached = self._cache.get(key)
            if cached is not None and now < cached.until:
                self._cache.move_to_end(key)
                return cached
            if key not in self._asked:
                self._asked[key] = self._workers().submit(self._ask, key, member_id, now)
            return self._asked[key]

    def _wait(self, asked: Future[MemberCard | None]) -> MemberCard | None:
        try:
            return asked.result(self._deadline / 1000)
        except TimeoutError:
            _log.warning("the member directory took longer than %d ms", self._deadline)
        except Exception as error:  # noqa: BLE001 - the host's code may raise anything
            _log.warning("the member directory failed with %s", type(error).__name__)
        return None

    def _workers(self) -> ThreadPoolExecutor:
        # Threads do not follow into a forked process.
        if self._pool is None or self._process != os.getpid():
            self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="linecs-member")
            self._process = os.getpid()
        return self._pool

    def _ask(self, key: _Key, member_id: MemberId, now: int) -> MemberCard | None:
        cached = None
        try:
            card = self._directory.card(member_id)
            if card is not None and card.member_id != member_id:
                _log.error("the member directory gave the card of another member")
                card = None
            cached = _Cached(card, now + self._fresh_for)
            return card
        finally:
            self._answered(key, cached)

    def _answered(self, key: _Key, cached: _Cached | None) -> None:
        with self._lock:
            del self._asked[key]
            if cached is not None:
                self._cache[key] = cached
                self._cache.move_to_end(key)
            while len(self._cache) > self._most:
                self._cache.popitem(last=False)
