"""Vectors of FAQ texts, computed once and kept for all processes."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from linecs.model.knowledge import EmbeddedText
from linecs.storage.ports import Query, equal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from linecs.replies.faq import Embedder, FaqEntry
    from linecs.storage.ports import Storage

__all__ = ["stored_vectors"]


def stored_vectors(
    storage: Storage,
    entries: Sequence[FaqEntry],
    embedder: Embedder,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Mapping[str, bytes]:
    """Return the vectors of all texts, computing and keeping those that are missing."""
    from linecs.replies.faq import embed_entries  # noqa: PLC0415 - brings numpy

    model = f"{embedder.name}/{embedder.version}"[:255]
    of_model = Query(row=EmbeddedText, where=(equal("embedder", model),))
    kept = {
        row.text_key: base64.b64decode(row.vector)
        for row in storage.read(lambda tx: tx.select(of_model))
    }
    vectors = embed_entries(entries, embedder, stored=kept, progress=progress)
    fresh = [
        EmbeddedText(embedder=model, text_key=key, vector=base64.b64encode(vector).decode())
        for key, vector in vectors.items()
        if key not in kept
    ]
    if fresh:
        storage.run(lambda tx: tx.insert_absent(*fresh))
    return vectors
