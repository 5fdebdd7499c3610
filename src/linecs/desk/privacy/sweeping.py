"""What is too old goes: by kind, in small commits, once a day."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from linecs.desk.inbox.indexing import forget_texts
from linecs.desk.knowledge.forgetting import drop_proposals
from linecs.desk.links import LinkTransaction
from linecs.desk.privacy.person import in_parts
from linecs.hours import DAY_MS
from linecs.model import (
    Attempt,
    AttemptState,
    AuditEntry,
    EventState,
    FeedEntry,
    Media,
    MediaState,
    Message,
    MessageState,
    Note,
    StoredEvent,
)
from linecs.model.knowledge import KnowledgeProposal, ProposalSource
from linecs.storage.ports import Condition, Query, Transaction, below, equal, one_of, unequal
from linecs.storage.tables import Trace, table_of

if TYPE_CHECKING:
    from linecs.desk.core import DeskCore
    from linecs.model import (
        Job,
    )

__all__ = ["SWEEP", "sweep"]

SWEEP = "retention.sweep"
_AT_ONCE = 500


@frozen
class _Rule:
    """Of which rows, by which time, and what else has to go with them."""

    row: type[Any]
    time: str
    where: tuple[Condition, ...] = ()
    before_deleting: Callable[[Transaction, list[Any]], None] | None = None


def sweep(core: DeskCore, job: Job) -> int:  # noqa: ARG001 - the Protocol's argument
    """Remove what is too old; return when to come back."""
    for name, rule in _RULES.items():
        days = getattr(core.settings.retention, name)
        if days is not None:
            _remove(core, rule, core.clock() - days * DAY_MS)
    _remove_media(core)
    _remove_proposals(core)
    before = core.clock() - core.settings.retention.link_secrets * DAY_MS
    core.storage.run(lambda tx: LinkTransaction(tx).forget_expired(before))
    return core.clock() + DAY_MS


def _forget_messages(tx: Transaction, messages: list[Message]) -> None:
    forget_texts(tx, messages)
    ids = [each.id for each in messages]
    tx.update(Media, [one_of("message_id", ids)], _ERASED)


def _forget_sources(tx: Transaction, proposals: list[KnowledgeProposal]) -> None:
    tx.delete(ProposalSource, [one_of("proposal_id", [each.id for each in proposals])])


_ERASED = {"state": MediaState.ERASED, "file_name": "", "sha256": ""}

_RULES: dict[str, _Rule] = {
    "events": _Rule(
        StoredEvent, "received_at", (one_of("state", (EventState.DONE, EventState.KEPT)),)
    ),
    "attempts": _Rule(
        Attempt,
        "created_at",
        (one_of("state", (AttemptState.ACCEPTED, AttemptState.REFUSED, AttemptState.UNKNOWN)),),
    ),
    "traces": _Rule(Trace, "until"),
    "messages": _Rule(
        Message,
        "occurred_at",
        (
            equal("answered", value=True),
            one_of(
                "state",
                (
                    MessageState.RECEIVED,
                    MessageState.UNSENT,
                    MessageState.SENT,
                    MessageState.DEAD,
                    MessageState.CANCELLED,
                ),
            ),
        ),
        _forget_messages,
    ),
    "notes": _Rule(Note, "at", (), forget_texts),
    "proposals": _Rule(KnowledgeProposal, "proposed_at", (), _forget_sources),
    "feed": _Rule(FeedEntry, "at"),
    "audit": _Rule(AuditEntry, "at"),
}


def _remove(core: DeskCore, rule: _Rule, before: int) -> None:
    while core.storage.run(lambda tx: _remove_some(tx, rule, before)) == _AT_ONCE:
        pass


def _remove_some(tx: Transaction, rule: _Rule, before: int) -> int:
    (key,) = table_of(rule.row).key
    where = (*rule.where, below(rule.time, before))
    rows = tx.select(Query(row=rule.row, where=where, order=(key,), limit=_AT_ONCE))
    if rows and rule.before_deleting is not None:
        rule.before_deleting(tx, rows)
    return tx.delete(rule.row, [one_of(key, [getattr(each, key) for each in rows])])


def _remove_media(core: DeskCore) -> None:
    days = core.settings.retention.media
    if days is not None:
        too_old = (
            below("announced_at", core.clock() - days * DAY_MS),
            unequal("conversation_id", None),
        )
        core.storage.run(lambda tx: tx.update(Media, too_old, _ERASED))
    erased = (equal("state", MediaState.ERASED), unequal("location", ""))
    for media in core.storage.read(lambda tx: tx.select(Query(row=Media, where=erased))):
        if core.media_store is not None:
            core.media_store.erase(media.location)
        _forget_location(core, media)


def _remove_proposals(core: DeskCore) -> None:
    """Remove what was proposed in the words of messages that are too old."""
    days = core.settings.retention.messages
    if days is not None:
        before = below("since", core.clock() - days * DAY_MS)
        core.storage.run(lambda tx: _drop_proposals_of(tx, before))


def _drop_proposals_of(tx: Transaction, before: Condition) -> None:
    sources = tx.select(Query(row=ProposalSource, where=(before,)))
    for ids in in_parts({each.proposal_id for each in sources}):
        drop_proposals(tx, ids)


def _forget_location(core: DeskCore, media: Media) -> None:
    gone = evolve(media, location="")
    core.storage.run(lambda tx: tx.save(media, gone))
