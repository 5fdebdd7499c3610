"""What a support lead does with knowledge; `desk.knowledge`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linecs.desk.knowledge.embeddings import stored_vectors
from linecs.desk.knowledge.published import PublishedResponder
from linecs.desk.knowledge.versions import (
    add_version,
    current,
    draft_version,
    entries_of,
    versions_query,
)
from linecs.errors import ConfigurationError
from linecs.model.knowledge import KnowledgeKind, KnowledgeVersion
from linecs.replies.knowledge import difference

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linecs.desk.core import DeskCore
    from linecs.replies.faq import Embedder
    from linecs.replies.knowledge import Change

__all__ = ["KnowledgeRoom"]


class KnowledgeRoom:
    """Versions of rules, FAQ and templates: the newest of a kind answers."""

    def __init__(self, core: DeskCore) -> None:
        self._core = core

    def publish(
        self,
        kind: KnowledgeKind | str,
        entries: Sequence[Any],
        *,
        by: str,
        note: str = "",
        based_on: str | None = None,
    ) -> KnowledgeVersion:
        """Make these entries the ones that answer, in every process within seconds.

        Opens its own transaction (joins one under `using`).

        Args:
            kind: `rules`, `faq`, `scenarios` or `templates`.
            entries: All of them, such as `read_faq(...)` returns; what is left out is gone.
            by: Who publishes.
            note: Why.
            based_on: The id of the version these entries were made from (empty where nothing
                was published), so that nobody's work is overwritten. None publishes over
                whatever is there, as a program does that is the only one to write.

        Raises:
            KnowledgeError: The check finds an error in them; nothing is published.
            StaleKnowledgeError: Somebody has published since; the error says who and when.
        """
        core = self._core
        version = draft_version(KnowledgeKind(kind), entries, by=by, note=note, now=core.clock())
        return core.storage.run(lambda tx: add_version(core, tx, version, based_on=based_on))

    def current(self, kind: KnowledgeKind | str) -> tuple[Any, ...]:
        """Return the entries that answer now."""
        return entries_of(current(self._core.storage, KnowledgeKind(kind)))

    def versions(self, kind: KnowledgeKind | str, *, limit: int = 50) -> Sequence[KnowledgeVersion]:
        """Return a kind's publications, newest first."""
        query = versions_query(KnowledgeKind(kind), limit=limit)
        return self._core.storage.read(lambda tx: tx.select(query))

    def entries(self, version_id: str) -> tuple[Any, ...]:
        """Return the entries of one version. Raises `RowMissingError`."""
        return entries_of(self._version(version_id))

    def diff(self, before: str, after: str) -> tuple[Change, ...]:
        """Return what lies between two versions, entry by entry and field by field.

        Raises:
            ConfigurationError: They are not of one kind.
            RowMissingError: There is no such version.
        """
        old, new = self._version(before), self._version(after)
        if old.kind is not new.kind:
            raise ConfigurationError(f"{before} holds {old.kind}, {after} holds {new.kind}.")
        return difference(old.kind, entries_of(old), entries_of(new))

    def roll_back(
        self, version_id: str, *, by: str, based_on: str | None = None
    ) -> KnowledgeVersion:
        """Publish what an earlier version held, as a new version; nothing is overwritten.

        Args:
            version_id: The earlier version.
            by: Who publishes.
            based_on: As `publish` takes it.

        Raises:
            RowMissingError: There is no such version.
            StaleKnowledgeError: Somebody has published since; the error says who and when.
        """
        earlier = self._version(version_id)
        note = f"{version_id} に戻す"
        entries = entries_of(earlier)
        return self.publish(earlier.kind, entries, by=by, note=note, based_on=based_on)

    def embed(
        self, embedder: Embedder, *, progress: Callable[[int, int], None] | None = None
    ) -> int:
        """Compute and keep the vectors of the published FAQ; return how many there are.

        Otherwise the first process that answers does it. `progress` is told how many of how
        many are done.
        """
        entries = self.current(KnowledgeKind.FAQ)
        return len(stored_vectors(self._core.storage, entries, embedder, progress=progress))

    def responder(self, **options: Any) -> PublishedResponder:  # noqa: ANN401 - PublishedResponder's own
        """Return a responder that answers from this desk's published knowledge, in its hours."""
        given = {"is_open": self._core.rules.routing.calendar.is_open, **options}
        return PublishedResponder(self._core.storage, clock=self._core.clock, **given)

    def _version(self, version_id: str) -> KnowledgeVersion:
        return self._core.storage.read(lambda tx: tx.get(KnowledgeVersion, version_id))
