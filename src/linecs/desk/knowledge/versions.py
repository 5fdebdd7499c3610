"""Published versions: added, found, compared. Nothing is ever overwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from linecs.errors import LinecsError
from linecs.model import new_id
from linecs.model.knowledge import KnowledgeKind, KnowledgeVersion
from linecs.replies import lint
from linecs.replies.knowledge import dump_knowledge, load_knowledge
from linecs.storage.ports import Query, equal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.replies.lint import Finding
    from linecs.storage.ports import Storage

__all__ = [
    "Difference",
    "KnowledgeError",
    "compare",
    "current",
    "draft_version",
    "entries_of",
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


@frozen(kw_only=True)
class Difference:
    """What lies between two versions, by the entries' ids."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]


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


def compare(before: Sequence[Any], after: Sequence[Any]) -> Difference:
    """Return what was added, removed and changed, by id, in the files' order."""
    old = {entry.id: entry for entry in before}
    new = {entry.id: entry for entry in after}
    return Difference(
        added=tuple(each for each in new if each not in old),
        removed=tuple(each for each in old if each not in new),
        changed=tuple(each for each in new if each in old and new[each] != old[each]),
    )
