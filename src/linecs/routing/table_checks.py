"""Whether a workflow's table can work, and what it looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.hours import MINUTE_MS
from linecs.model import TicketStatus
from linecs.routing.transitions import TicketEvent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linecs.routing.transitions import Transition

__all__ = ["diagram", "find_problems"]

_END = TicketStatus.RESOLVED
_AFTER_THE_END = (
    TicketEvent.CUSTOMER_WROTE_AFTER_BOT,
    TicketEvent.CUSTOMER_CAME_BACK,
    TicketEvent.CUSTOMER_WROTE_LATER,
    TicketEvent.CUSTOMER_THANKED,
)


def find_problems(rows: Sequence[Transition]) -> tuple[str, ...]:
    """What is wrong with a table, in sentences; empty when nothing is.

    Every event has one row a status; every status can be reached and left for the end; a
    customer may write in each; and the bot's turn ends by itself.
    """
    reached = _reached(rows)
    return (
        *_ambiguous(rows),
        *_unreachable(rows, reached),
        *_endless(rows, reached),
        *_deaf(rows, reached),
        *_badly_timed(rows, reached),
    )


def _reached(rows: Sequence[Transition]) -> frozenset[TicketStatus]:
    reached: set[TicketStatus] = set()
    while more := {
        row.target
        for row in rows
        if row.target and row.target not in reached and (not row.source or row.source in reached)
    }:
        reached |= more
    return frozenset(reached)


def _ambiguous(rows: Sequence[Transition]) -> Iterator[str]:
    seen = set()
    for row in rows:
        if (row.on, row.source) in seen:
            yield f"{row.on!r} has more than one row from {row.source}."
        seen.add((row.on, row.source))


def _unreachable(rows: Sequence[Transition], reached: frozenset[TicketStatus]) -> Iterator[str]:
    if not reached:
        yield "No ticket can begin: a row needs the source None."
    for status in sorted({row.source for row in rows if row.source} - reached):
        yield f"No ticket can come to {status}."


def _endless(rows: Sequence[Transition], reached: frozenset[TicketStatus]) -> Iterator[str]:
    ending = {_END}
    while more := {
        row.source
        for row in rows
        if row.target in ending and row.source and row.source not in ending
    }:
        ending |= more
    for status in sorted(reached - ending):
        yield f"No ticket comes from {status} to its end."


def _deaf(rows: Sequence[Transition], reached: frozenset[TicketStatus]) -> Iterator[str]:
    taken = {(row.on, row.source) for row in rows}
    for status in sorted(reached):
        for on in _AFTER_THE_END if status is _END else (TicketEvent.CUSTOMER_WROTE,):
            if (on, status) not in taken:
                yield f"A customer would be refused: {status} takes no {on!r}."


def _badly_timed(rows: Sequence[Transition], reached: frozenset[TicketStatus]) -> Iterator[str]:
    timed = [row for row in rows if row.after_ms is not None]
    for row in timed:
        if row.after_ms is not None and row.after_ms <= 0:
            yield f"{row.on!r} cannot happen after {row.after_ms} ms."
    bot = TicketStatus.BOT
    if bot in reached and not any(row.on == TicketEvent.BOT_DEADLINE for row in timed):
        yield f"The bot's turn never ends: {TicketEvent.BOT_DEADLINE!r} needs a time."


def diagram(rows: Sequence[Transition]) -> str:
    """A table as a Mermaid state diagram."""
    edges: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        ends = (row.source or "[*]", row.target or "[*]")
        edges.setdefault(ends, []).append(_label(row))
    states = [f"    {status}: {status.japanese}" for status in sorted(_reached(rows))]
    arrows = [
        f"    {source} --> {target}: {' / '.join(labels)}"
        for (source, target), labels in edges.items()
    ]
    return "\n".join(("stateDiagram-v2", *states, *arrows)) + "\n"


def _label(row: Transition) -> str:
    return row.on if row.after_ms is None else f"{row.on} ({row.after_ms / MINUTE_MS:g} min)"
