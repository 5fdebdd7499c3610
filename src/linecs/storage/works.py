"""Works: functions that do something in a transaction they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["run_each"]

T = TypeVar("T")
W = TypeVar("W")


def run_each(run: Callable[[W], T], works: Sequence[W]) -> list[T]:
    """Return the results of all works; raise the first error once all are done."""
    results: list[T] = []
    errors: list[Exception] = []
    for work in works:
        try:
            results.append(run(work))
        except Exception as error:  # noqa: BLE001 - raised below, after the others
            errors.append(error)
    if errors:
        raise errors[0]
    return results
