"""What became of past inquiries, read from the desk's own rows: matters that are at an end."""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from linecs.model import Author, Message, MessageState, Ticket, TicketStatus
from linecs.replies.faq.taps import TapKind
from linecs.replies.learning import PastInquiry, Signal
from linecs.storage.ports import Query, at_least, equal, one_of
from linecs.storage.tables import Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from linecs.storage.ports import Storage, Transaction

__all__ = ["Recalled", "recall", "recalled_of"]

_PAGE, _PAGES = 200, 100
_TAPS = {f"faq:{kind}": kind for kind in TapKind}
_NOT_OURS = frozenset({MessageState.DEAD, MessageState.CANCELLED})
_ESCALATED, _PERSON_FIRST = "desk:escalation", "desk:answering"


@frozen(kw_only=True)
class Recalled:
    """A past inquiry and the bubbles it is made of.

    Attributes:
        message_ids: Its bubbles and those of its answer.
        since, until: When the first and the last of them were written, epoch ms UTC.
    """

    past: PastInquiry
    ticket: Ticket
    message_ids: tuple[str, ...]
    since: int
    until: int


def recall(
    storage: Storage,
    *,
    since: int,
    limit: int,
    bad_until: int = 2,
    progress: Callable[[str, int, int], None] | None = None,
) -> tuple[Recalled, ...]:
    """Return the newest inquiries whose outcome is known, oldest first.

    Reads tickets that are resolved, twenty thousand at most, in short transactions of a page
    each.

    Args:
        storage: Where they are.
        since: Tickets opened before this epoch millisecond (UTC) do not count.
        limit: At most so many inquiries.
        bad_until: Up to this score a customer was not content: nobody learns from the answer.
        progress: Told `read`, how many were found and how many are wanted.
    """
    found: list[Recalled] = []
    for page in islice(_pages(storage, since, bad_until), _PAGES):
        found += page
        if progress is not None:
            progress("read", min(len(found), limit), limit)
        if len(found) >= limit:
            break
    newest = sorted(found, key=lambda one: (one.since, one.past.id))
    return tuple(newest[-limit:])


def _pages(storage: Storage, since: int, bad_until: int) -> Iterator[list[Recalled]]:
    after: tuple[object, ...] | None = None
    while True:
        query = Query(
            row=Ticket,
            where=(equal("status", TicketStatus.RESOLVED), at_least("opened_at", since)),
            order=("-opened_at", "-id"),
            limit=_PAGE,
            after=after,
        )
        tickets, found = storage.read(lambda tx, query=query: _page(tx, query, bad_until))  # type: ignore[misc]
        yield found
        if len(tickets) < _PAGE:
            return
        after = (tickets[-1].opened_at, tickets[-1].id)


def _page(
    tx: Transaction, query: Query[Ticket], bad_until: int
) -> tuple[list[Ticket], list[Recalled]]:
    tickets = tx.select(query)
    of_them = (one_of("ticket_id", [ticket.id for ticket in tickets]),)
    traces, messages = defaultdict(list), defaultdict(list)
    for trace in tx.select(Query(row=Trace, where=of_them, order=("since", "inquiry_id"))):
        traces[trace.ticket_id].append(trace)
    for message in tx.select(Query(row=Message, where=of_them, order=("occurred_at", "id"))):
        messages[message.ticket_id].append(message)
    found = [
        one
        for ticket in tickets
        for one in recalled_of(
            ticket,
            traces[ticket.id],
            messages[ticket.id],
            is_bad=0 < ticket.score <= bad_until,
        )
    ]
    return tickets, found


@frozen(kw_only=True)
class _Asked:
    """An inquiry as its trace tells it, while what comes after is read."""

    id: str
    since: int
    until: int
    was_offered: bool = False
    entry_id: str = ""
    signal: Signal | None = None


def recalled_of(
    ticket: Ticket,
    traces: Sequence[Trace],
    messages: Sequence[Message],
    *,
    is_bad: bool = False,
) -> Iterator[Recalled]:
    """Give what is known of one ticket's inquiries; pure.

    Args:
        ticket: At its end.
        traces: Its traces, oldest first. Without any, nobody but people saw the matter.
        messages: Its bubbles, oldest first.
        is_bad: Whether the customer said afterwards that they were not content.
    """
    asked = list(_asked(traces)) if traces else list(_asked_of_people(messages))
    for one, after in zip(asked, [*asked[1:], None], strict=False):
        own = [
            message
            for message in messages
            if one.since <= message.occurred_at
            and (after is None or message.occurred_at < after.since)
        ]
        found = _recalled(ticket, _not_content(one) if is_bad else one, own, is_bad=is_bad)
        if found is not None:
            yield found


def _asked(traces: Iterable[Trace]) -> Iterator[_Asked]:
    last: _Asked | None = None
    for trace in traces:
        steps = {step["name"]: step["detail"] for step in json.loads(trace.content)}
        tap = next((name for name in steps if name in _TAPS), None)
        if tap is not None:
            if last is not None:
                last = _after_tap(last, _TAPS[tap], steps[tap].get("entry", ""))
        elif _is_question(trace, steps):
            if last is not None:
                yield last
            last = _begun(trace)
    if last is not None:
        yield last


def _begun(trace: Trace) -> _Asked:
    kind, _, entry_id = trace.source.partition(":")
    is_answered = trace.decision == "Answer" and kind == "faq"
    return _Asked(
        id=trace.inquiry_id,
        since=trace.since,
        until=trace.until,
        was_offered=trace.decision == "Choices" and kind == "faq",
        entry_id=entry_id if is_answered else "",
    )


def _is_question(trace: Trace, steps: Mapping[str, object]) -> bool:
    """Whether the FAQ was asked, or would have been: rules, forms and escalations go before it."""
    if "faq:judged" in steps:
        return trace.source != _ESCALATED
    is_silent = trace.decision == "HandOff" and ":" not in trace.source
    return is_silent or trace.source == _PERSON_FIRST


def _after_tap(asked: _Asked, tap: TapKind, entry_id: str) -> _Asked:
    if tap is TapKind.CHOSEN and asked.was_offered and not asked.entry_id:
        return evolve(asked, entry_id=entry_id, signal=Signal.TAPPED)
    if not entry_id or entry_id != asked.entry_id:
        return asked
    if tap is TapKind.UNSOLVED:
        return evolve(asked, signal=Signal.UNSATISFIED)
    if tap is TapKind.SOLVED:
        return evolve(asked, signal=asked.signal or Signal.CONFIRMED)
    return asked


def _asked_of_people(messages: Sequence[Message]) -> Iterator[_Asked]:
    first = list(takewhile(lambda each: each.author is not Author.OPERATOR, messages))
    bubbles = [each for each in first if each.author is Author.CUSTOMER and each.text]
    if bubbles:
        last = bubbles[-1]
        id_ = last.event_id or last.id
        yield _Asked(id=id_, since=bubbles[0].occurred_at, until=last.occurred_at)


def _not_content(asked: _Asked) -> _Asked:
    if asked.entry_id and asked.signal is None:
        return evolve(asked, signal=Signal.UNSATISFIED)
    return asked


def _recalled(
    ticket: Ticket, asked: _Asked, messages: Sequence[Message], *, is_bad: bool
) -> Recalled | None:
    words = [m for m in messages if m.occurred_at <= asked.until and _is_word(m, Author.CUSTOMER)]
    is_settled = is_bad or asked.signal in {Signal.CONFIRMED, Signal.TAPPED}
    answer = [] if is_settled else _answer(messages)
    signal = asked.signal or (Signal.OPERATOR if answer else None)
    if not words or signal is None:
        return None
    past = PastInquiry(
        id=asked.id,
        text="\n".join(each.text for each in words),
        signal=signal,
        entry_id=asked.entry_id if asked.signal else "",
        operator_answer="\n".join(each.text for each in answer),
    )
    return Recalled(
        past=past,
        ticket=ticket,
        message_ids=tuple(each.id for each in (*words, *answer)),
        since=asked.since,
        until=max(asked.until, *(each.occurred_at for each in answer)) if answer else asked.until,
    )


def _answer(messages: Sequence[Message]) -> list[Message]:
    """Return what a person said first, until the customer wrote again."""
    answer: list[Message] = []
    for message in messages:
        if _is_word(message, Author.OPERATOR):
            answer.append(message)
        elif answer and message.author is Author.CUSTOMER:
            break
    return answer


def _is_word(message: Message, author: Author) -> bool:
    is_text = message.author is author and message.kind == "text" and bool(message.text.strip())
    return is_text and message.state not in _NOT_OURS
