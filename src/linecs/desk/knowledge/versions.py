"""Published versions: added, found, compared. Nothing is ever overwritten."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from attrs import evolve

from linecs.desk.feed import happened
from linecs.errors import LinecsError
from linecs.model import AuditEntry, OperatorId, new_id
from linecs.model.knowledge import KnowledgeKind, KnowledgeVersion
from linecs.replies import lint
from linecs.replies.files import JAPAN
from linecs.replies.knowledge import dump_knowledge, load_knowledge
from linecs.storage.ports import Query, equal
from linecs.storage.tables import Counter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linecs.desk.core import DeskCore
    from linecs.replies.lint import Finding
    from linecs.storage.ports import Storage, Transaction

__all__ = [
    "KnowledgeError",
    "StaleKnowledgeError",
    "add_version",
    "current",
    "draft_version",
    "entries_of",
    "newest_held",
    "tell",
]


class KnowledgeError(LinecsError):
    """Something cannot be published; nothing was.

    Attributes:
        findings: What the check found, each with what to do.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        listed = "\n".join(f"- {finding.subject}: {finding.say()}" for finding in findings)
        super().__init__(f"公開できません。次を直してください。\n{listed}")
        self.findings = tuple(findings)


class StaleKnowledgeError(LinecsError):
    """Somebody else has published since; nothing was.

    Attributes:
        version: What is published now, to be looked at and named in the next try.
        by: Who published it.
        at: When, epoch ms UTC.
    """

    def __init__(self, newest: KnowledgeVersion | None) -> None:
        super().__init__(_stale(newest))
        self.version = newest.id if newest else ""
        self.by = newest.published_by if newest else ""
        self.at = newest.published_at if newest else 0


def _stale(newest: KnowledgeVersion | None) -> str:
    if newest is None:
        return "公開できません。まだ何も公開されていません。元にした版を確かめてください。"
    at = datetime.fromtimestamp(newest.published_at / 1_000, UTC).astimezone(JAPAN)
    return (
        f"公開できません。{newest.published_by} さんが {at:%Y-%m-%d %H:%M} に"
        f"別の内容を公開しました(版 {newest.id})。"
        "その内容を取り込んでから、この版を元にして公開してください。"
    )


def entries_of(version: KnowledgeVersion | None) -> tuple[Any, ...]:
    """Return the rules, FAQ entries or templates a version holds; none for None."""
    if version is None:
        return ()
    return load_knowledge(version.kind, version.content)


def draft_version(
    kind: KnowledgeKind, entries: Sequence[Any], *, by: str, note: str, now: int
) -> KnowledgeVersion:
    """Return a version that holds these entries.

    Raises:
        KnowledgeError: The check finds an error in them.
    """
    errors = [
        each for each in _findings(kind, entries, now) if each.severity is lint.Severity.ERROR
    ]
    if errors:
        raise KnowledgeError(errors)
    return KnowledgeVersion(
        id=new_id(now),
        kind=kind,
        content=dump_knowledge(kind, entries),
        entries=len(entries),
        published_at=now,
        published_by=by,
        note=note,
    )


def _findings(kind: KnowledgeKind, entries: Sequence[Any], now: int) -> Sequence[Finding]:
    if kind is KnowledgeKind.RULES:
        return lint.lint_rules(entries, now=now)
    return lint.lint_faq(entries, now=now) if kind is KnowledgeKind.FAQ else ()


def current(storage: Storage, kind: KnowledgeKind) -> KnowledgeVersion | None:
    """Return the version that answers now, None where nothing was published."""
    newest = versions_query(kind, limit=1)
    found = storage.read(lambda tx: tx.select(newest))
    return found[0] if found else None


def versions_query(kind: KnowledgeKind, *, limit: int) -> Query[KnowledgeVersion]:
    """Return the query for a kind's versions, newest first."""
    return Query(
        row=KnowledgeVersion,
        where=(equal("kind", kind),),
        order=("-published_at", "-id"),
        limit=limit,
    )


def newest_held(tx: Transaction, kind: KnowledgeKind) -> KnowledgeVersion | None:
    """Return the version that answers now, and keep others from publishing until the end."""
    name = f"knowledge.{kind}"
    tx.insert_absent(Counter(name=name))
    tx.get(Counter, name, lock=True)
    found = tx.select(versions_query(kind, limit=1))
    return found[0] if found else None


def add_version(
    core: DeskCore, tx: Transaction, version: KnowledgeVersion, *, based_on: str | None
) -> KnowledgeVersion:
    """Publish a version, and return it as it was kept. Joins the transaction.

    Raises:
        StaleKnowledgeError: Another version than `based_on` is published.
    """
    newest = newest_held(tx, version.kind)
    if based_on is not None and based_on != (newest.id if newest else ""):
        raise StaleKnowledgeError(newest)
    if newest is not None and version.published_at <= newest.published_at:
        # Another process's clock runs ahead; what is published last answers all the same.
        at = newest.published_at + 1
        version = evolve(version, id=new_id(at), published_at=at)
    tx.insert(version)
    facts = {"kind": str(version.kind), "entries": version.entries}
    tell(core, tx, "knowledge.published", by=version.published_by, subject=version.id, facts=facts)
    return version


def tell(
    core: DeskCore,
    tx: Transaction,
    kind: str,
    *,
    by: str,
    subject: str,
    facts: Mapping[str, object],
) -> None:
    """Put what somebody did with knowledge into the feed and the audit trail. Joins."""
    now, channel = core.clock(), next(iter(core.channels))
    told = happened(
        kind,
        channel_id=channel,
        conversation_id="",
        now=now,
        actor=by,
        subject_id=subject,
        facts=facts,
    )
    kept = AuditEntry(
        id=new_id(now),
        at=now,
        actor=OperatorId(by),
        kind=kind,
        channel_id=channel,
        subject_id=subject,
        facts=facts,
    )
    tx.insert(told, kept)
