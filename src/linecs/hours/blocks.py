"""Opening times of a stretch of days, laid out for fast arithmetic."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable


@frozen(kw_only=True)
class Block:
    """The open intervals between two instants, all in epoch milliseconds UTC.

    Attributes:
        start: The first instant of the block.
        end: The first instant after it.
        opens: When each interval opens, rising.
        closes: When each interval closes, rising; none touches the next.
        earlier: Open milliseconds in the block before each interval.
        total: Open milliseconds in the whole block.
    """

    start: int
    end: int
    opens: tuple[int, ...]
    closes: tuple[int, ...]
    earlier: tuple[int, ...]
    total: int

    def first_open(self, at: int) -> int | None:
        """The first open instant not before `at`, or None when the block has no more."""
        index = bisect_right(self.closes, at)
        return max(at, self.opens[index]) if index < len(self.opens) else None

    def first_closed(self, at: int) -> int | None:
        """The first closed instant not before `at`, or None when the block stays open."""
        index = bisect_right(self.opens, at) - 1
        closed = max(at, self.closes[index]) if index >= 0 else at
        return closed if closed < self.end else None

    def opened(self, at: int) -> int:
        """Open milliseconds from the block's start to `at`."""
        index = bisect_right(self.opens, at) - 1
        if index < 0:
            return 0
        return self.earlier[index] + min(at, self.closes[index]) - self.opens[index]

    def when(self, opened: int) -> int:
        """The first instant by which so many milliseconds (1 to `total`) have been open."""
        index = bisect_left(self.earlier, opened) - 1
        return self.opens[index] + opened - self.earlier[index]


def lay_out(intervals: Iterable[tuple[int, int]], start: int, end: int) -> Block:
    """Cut the intervals to the block and join those that overlap or touch."""
    joined: list[tuple[int, int]] = []
    for opens, closes in sorted(
        (max(opens, start), min(closes, end)) for opens, closes in intervals
    ):
        if opens >= closes:
            continue
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(closes, joined[-1][1]))
        else:
            joined.append((opens, closes))
    sums = list(accumulate((closes - opens for opens, closes in joined), initial=0))
    return Block(
        start=start,
        end=end,
        opens=tuple(opens for opens, _ in joined),
        closes=tuple(closes for _, closes in joined),
        earlier=tuple(sums[:-1]),
        total=sums[-1],
    )
