"""The desk: the one room that knows all others."""

from __future__ import annotations

import os
import socket
import time
from copy import copy
from typing import TYPE_CHECKING

from attrs import evolve

from linecs.desk import (
    assigning,
    delivering,
    explaining,
    failing,
    feed,
    health,
    jobs,
    orphans,
    processing,
    quotas,
    receiving,
    ticking,
    working,
)
from linecs.desk.chores import CHORES, ensure_chores
from linecs.desk.core import DeskCore
from linecs.desk.evaluating import Evaluator
from linecs.desk.fields import FieldRoom
from linecs.desk.gateways import Gateways
from linecs.desk.gathering import Gatherer
from linecs.desk.inbox import Inbox
from linecs.desk.knowledge import KnowledgeRoom, PublishedResponder
from linecs.desk.link_room import LinkRoom
from linecs.desk.linking import Linking
from linecs.desk.media import MediaRoom
from linecs.desk.members import MemberRoom
from linecs.desk.operators.actions import OperatorActions
from linecs.desk.operators.staff import Staff
from linecs.desk.privacy import PrivacyRoom
from linecs.desk.routing import Routing
from linecs.desk.routing_actions import RoutingActions
from linecs.desk.settings import DeskSettings
from linecs.desk.tickets import TicketRules
from linecs.desk.turns import Turn
from linecs.errors import ConfigurationError
from linecs.idlink import MemberCards, check_definitions
from linecs.model import new_id

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence

    from linecs.delivery.media import MediaStore
    from linecs.desk.alerting import Alerting
    from linecs.desk.explaining import Explanation
    from linecs.desk.health import Finding
    from linecs.desk.orphans import Orphan
    from linecs.desk.quotas import QuotaReport
    from linecs.desk.receiving import Receipt
    from linecs.idlink import MemberDirectory
    from linecs.model import (
        Channel,
        EventId,
        FeedEntry,
        Job,
        Responder,
        StoredEvent,
    )
    from linecs.model.fields import FieldDefinition
    from linecs.storage.ports import Storage

__all__ = ["SupportDesk"]


def _now() -> int:
    return time.time_ns() // 1_000_000


class SupportDesk(OperatorActions, RoutingActions):
    """LINE customer support inside a host's own backend.

    Args:
        storage: Where everything is kept, such as `SqlStorage.connect("sqlite:///shop.db")`.
        channels: The LINE Official Accounts this desk serves, all of one provider.
        responder: What answers by itself; `linecs.replies.Chain` joins several. None answers
            from what `desk.knowledge` has published, and leaves the rest to a person.
        settings: Times and choices.
        routing: Hours, promises, who answers and to whom; around the clock by default, and
            everyone picks from the queue.
        staff: Who may do what, and the shop's marks and categories. By default everyone whom
            the host lets in may do what an operator may.
        alerting: How staff are told by mail, chat or otherwise; None tells nobody.
        linking: How LINE users become members: invitations, policy, hooks.
        members: The shop's members, shown while a link holds.
        fields: What the shop keeps of its customers besides.
        media: Where pictures, video and files are kept, such as `FileMediaStore("media")`.
            None leaves with LINE what customers send, and LINE forgets it after a while.
        media_url: The public https address under which the host mounts its media view.
        clock: Returns epoch milliseconds UTC.

    Raises:
        ConfigurationError: Two channels share a name or a destination, are of two providers, or
            there is none.
    """

    def __init__(
        self,
        *,
        storage: Storage,
        channels: Sequence[Channel],
        responder: Responder | None = None,
        settings: DeskSettings | None = None,
        routing: Routing | None = None,
        staff: Staff | None = None,
        linking: Linking | None = None,
        alerting: Alerting | None = None,
        members: MemberDirectory | None = None,
        fields: Sequence[FieldDefinition] = (),
        media: MediaStore | None = None,
        media_url: str = "",
        clock: Callable[[], int] = _now,
    ) -> None:
        _check_channels(channels)
        chosen = settings or DeskSettings()
        hours = (routing or Routing()).calendar
        answering = responder or PublishedResponder(storage, clock=clock, is_open=hours.is_open)
        by_id = {channel.id: channel for channel in channels}
        self._core = DeskCore(
            storage=storage,
            channels=by_id,
            destinations={channel.bot_user_id: channel for channel in channels},
            gateways=Gateways(by_id, timeout=chosen.call_timeout),
            responder=answering,
            evaluator=Evaluator(answering, deadline=chosen.evaluation_deadline),
            rules=TicketRules(routing=routing or Routing()),
            settings=chosen,
            staff=staff or Staff(),
            linking=linking or Linking(),
            alerting=alerting,
            members=MemberCards(members, deadline=chosen.member_deadline) if members else None,
            fields=check_definitions(fields),
            media_store=media,
            media_url=media_url,
            clock=clock,
            worker=f"{socket.gethostname()[:60]}:{os.getpid()}:{new_id(clock())[-8:]}",
        )
        self._gatherer: Gatherer[Receipt] = Gatherer(storage)
        self._has_chores = False

    @property
    def knowledge(self) -> KnowledgeRoom:
        """Rules, FAQ, scenarios and templates: publish, compare, roll back."""
        return KnowledgeRoom(self._core)

    @property
    def media(self) -> MediaRoom:
        """Pictures and video: publish what is sent, serve what is kept."""
        return MediaRoom(self._core)

    @property
    def links(self) -> LinkRoom:
        """Who is a member: invite, approve, unlink, look up."""
        return LinkRoom(self._core)

    @property
    def members(self) -> MemberRoom:
        """Member cards, while a link holds."""
        return MemberRoom(self._core)

    @property
    def fields(self) -> FieldRoom:
        """Typed fields and tags of customers: set, look up, import."""
        return FieldRoom(self._core)

    @property
    def privacy(self) -> PrivacyRoom:
        """One person's data: export, erase, look for what is left."""
        return PrivacyRoom(self._core)

    @property
    def inbox(self) -> Inbox:
        """What operators look at: lists, counts, conversations, search, histories."""
        return Inbox(self._core)

    def using(self, storage: Storage) -> SupportDesk:
        """Return this desk working through another storage, such as `store.join(connection)`.

        What it then does joins the host's transaction: it commits and rolls back with it.
        """
        desk = copy(self)
        desk._core = evolve(self._core, storage=storage)  # noqa: SLF001 - a second self
        desk._gatherer = Gatherer(storage)  # noqa: SLF001 - same
        return desk

    def receive(self, body: bytes, signature: str | None) -> Receipt:
        """Verify a webhook body and keep its events; answer LINE 200 when this returns.

        Opens and commits its own transaction (joins one under `using`). About the cost of one
        commit: no network, no responder.

        Args:
            body: The request's raw bytes, before any framework parsed them.
            signature: The `x-line-signature` header.

        Raises:
            IntakeError: The request may not come in; answer 400. Its children say why.
        """
        return self._core.storage.run(receiving.prepare(self._core, body, signature))

    async def receive_async(self, body: bytes, signature: str | None) -> Receipt:
        """Do what `receive` does without blocking the event loop.

        Requests that come while a commit is under way share the next one.

        Raises:
            IntakeError: The request may not come in; answer 400.
        """
        return await self._gatherer.run(receiving.prepare(self._core, body, signature))

    def process(self, *, wait: int | None = None, stop: threading.Event | None = None) -> int:
        """File pending events and answer complete inquiries; return how many lanes were done.

        Opens its own transactions; call it until it returns 0, from any number of workers.

        Args:
            wait: Milliseconds of silence that end an inquiry; the settings' by default.
            stop: Set it from elsewhere to have nothing more begun; what was taken and not begun
                is then any worker's again.
        """
        silence = self._core.settings.inquiry_wait if wait is None else wait
        return processing.process(self._core, self._turn(stop), wait=silence)

    def deliver(self, *, stop: threading.Event | None = None) -> int:
        """Make the calls to LINE that are due and record their outcomes; return how many.

        Opens its own transactions, none of them around a call; call it until it returns 0, from
        any number of workers.

        Args:
            stop: As for `process`.
        """
        return delivering.deliver(self._core, self._turn(stop))

    def run_jobs(self, *, stop: threading.Event | None = None) -> int:
        """Do the jobs and move the tickets whose time has come; return how many.

        Opens its own transactions; call it until it returns 0, from any number of workers.

        Args:
            stop: As for `process`.
        """
        if not self._has_chores:
            ensure_chores(self._core)
            self._has_chores = True
        moved = ticking.tick(self._core) + assigning.assign_waiting(self._core)
        return moved + jobs.run_jobs(self._core, self._turn(stop), CHORES)

    def _turn(self, stop: threading.Event | None) -> Turn:
        return Turn(self._core.clock, stop)

    def handle(self, body: bytes, signature: str | None) -> Receipt:
        """Receive, process and deliver within the settings' `handle_budget`, without a worker.

        LINE waits two seconds. What takes longer goes on in a thread of its own, and what that
        does not reach is left to `process`, `deliver` and `run_jobs`, which cron or the host's
        background task may call. Bubbles are not gathered: each is answered at once.

        Raises:
            IntakeError: The request may not come in; answer 400.
        """
        begun = time.monotonic()
        receipt = self.receive(body, signature)
        spent = time.monotonic() - begun
        working.answer_now(self, within=self._core.settings.handle_budget / 1_000 - spent)
        return receipt

    def feed(self, *, after: int = 0, limit: int = 500) -> Sequence[FeedEntry]:
        """Return what happened after a cursor, in order; remember the last entry's `cursor`.

        Opens its own transactions.
        """
        feed.publish(self._core)
        return feed.read_feed(self._core, after=after, limit=limit)

    def quota(self) -> Sequence[QuotaReport]:
        """Return what each channel may still push this month, and who may use it."""
        return quotas.quota_reports(self._core)

    def health(self, *, ask_line: bool = True) -> Sequence[Finding]:
        """Return what all checks found, each with what to do; `linecs doctor` prints it.

        Args:
            ask_line: Whether to ask LINE too: tokens, webhooks, chat mode, answers of its own.
        """
        return health.examine(self._core, ask_line=ask_line)

    def failed_jobs(self, *, limit: int = 100) -> Sequence[Job]:
        """Return the jobs that were set aside after their last try, oldest first."""
        return jobs.failed_jobs(self._core, limit)

    def explain(self, message_id: str) -> Explanation | None:
        """Return why the bot said a bubble: rules, steps, scores, and what else was considered.

        None for what a person said, and for what the customer has taken back.
        """
        return explaining.explain(self._core, message_id)

    def orphans(self, *, limit: int = 100) -> Sequence[Orphan]:
        """Return what nobody would come back to by itself; empty when all is well (Promise 3)."""
        return orphans.find_orphans(self._core, limit=limit)

    def failed_events(self, *, limit: int = 100) -> Sequence[StoredEvent]:
        """Return the events that were set aside with their error, oldest first."""
        return failing.failed_events(self._core, limit)

    def retry(self, event_id: EventId) -> bool:
        """Take a set-aside event up again; False where it is not set aside."""
        return failing.retry_event(self._core, event_id)


def _check_channels(channels: Sequence[Channel]) -> None:
    if not channels:
        msg = "SupportDesk.channels needs at least one Channel."
        raise ConfigurationError(msg)
    for name in ("id", "bot_user_id"):
        values = [getattr(channel, name) for channel in channels]
        if len(set(values)) < len(values):
            msg = f"SupportDesk.channels: two channels have the same {name}."
            raise ConfigurationError(msg)
    if len({channel.provider_id for channel in channels}) > 1:
        msg = "SupportDesk.channels: user ids differ by provider; make a desk for each."
        raise ConfigurationError(msg)
