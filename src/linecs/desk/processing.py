"""Pending events become bubbles, answers and tickets: read, think, write; order per customer.

No transaction is open while responders think. The lease on the conversation keeps other
workers away; its guarded columns refuse a write that somebody else's act has overtaken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from linecs.desk.attending import escalate, person_first, tell_place
from linecs.desk.changes import ConflictError
from linecs.desk.deciding import apply_decision, inquiry_of
from linecs.desk.failing import set_aside
from linecs.desk.filing import Filing, file_events
from linecs.desk.link_events import attend_links, unlink_answer
from linecs.desk.log import log
from linecs.desk.members import know
from linecs.desk.reading import Lane, conversations_of, lane_of, view_lane
from linecs.desk.surveying import ask_in, recent_tickets
from linecs.idlink import LinkBusyError
from linecs.model import Conversation, ConversationId, CustomerFacts, EventState, StoredEvent
from linecs.storage.ports import Query, StorageError, above, at_most, equal, one_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linecs.desk.core import DeskCore
    from linecs.desk.turns import Turn
    from linecs.model import Decision, EventId
    from linecs.storage.ports import Transaction

__all__ = ["process"]

_ROWS_LOOKED_AT = 100
_END_OF_TIME = (1 << 63) - 1
_LANES_AT_ONCE = 20
_TRIES_ON_CONFLICT = 2


@frozen(kw_only=True)
class _Leased:
    lane: Lane
    conversation_id: ConversationId


def process(core: DeskCore, turn: Turn, *, wait: int) -> int:
    """Process lanes that have something to do; return how many were.

    Opens its own transactions. Any number of workers may call it at the same time: what this
    one cannot soon do is left to the others, so the first lane shows how long lanes take.
    """
    if turn.is_over:
        return 0
    first, others_wait = core.storage.run(lambda tx: _lease_lanes(core, tx, 1))
    done = _process_lanes(core, turn, wait, first)
    if not (others_wait and turn.is_quick):
        return done
    more, _ = core.storage.run(lambda tx: _lease_lanes(core, tx, _LANES_AT_ONCE - 1))
    return done + _process_lanes(core, turn, wait, more)


def _process_lanes(core: DeskCore, turn: Turn, wait: int, leased: Sequence[_Leased]) -> int:
    for number, one in enumerate(leased):
        if turn.is_over:
            _release(core, leased[number:])
            return number
        _process_lane(core, one, wait)
    return len(leased)


def _lease_lanes(core: DeskCore, tx: Transaction, at_once: int) -> tuple[list[_Leased], bool]:
    """Return what was leased, and whether more was seen to wait."""
    now = core.clock()
    leased: list[_Leased] = []
    for lanes in _lanes_to_do(tx, now):
        missing = at_once - len(leased)
        leased += _lease(core, tx, lanes, now, missing)
        if len(leased) >= at_once:
            return leased, len(lanes) > missing
    return leased, False


def _lanes_to_do(tx: Transaction, now: int) -> Iterable[Sequence[Lane]]:
    """Yield some lanes at a time; what other workers hold must not hide those behind it."""
    due = Query(
        row=Conversation,
        where=(above("inquiry_due_at", 0), at_most("inquiry_due_at", now)),
        order=("inquiry_due_at",),
        limit=_ROWS_LOOKED_AT,
    )
    yield [lane_of(tx, conversation) for conversation in tx.select(due)]
    pending = Query(
        row=StoredEvent,
        where=(equal("state", EventState.PENDING),),
        order=("channel_id", "lane", "occurred_at"),
        limit=_ROWS_LOOKED_AT,
    )
    while events := tx.select(pending):
        yield list(dict.fromkeys(Lane(event.channel_id, event.lane) for event in events))
        last = events[-1]
        pending = evolve(pending, after=(last.channel_id, last.lane, _END_OF_TIME))


def _lease(
    core: DeskCore, tx: Transaction, lanes: Sequence[Lane], now: int, at_most_so_many: int
) -> list[_Leased]:
    if not lanes:
        return []
    lane_by_id = {own: lane for lane, own in conversations_of(tx, lanes, now).items()}
    free = Query(
        row=Conversation,
        where=(one_of("id", list(lane_by_id)), at_most("lease_until", now)),
        order=("id",),
        limit=at_most_so_many,
    )
    until = now + core.settings.lease
    mine = tx.claim(free, {"lease_owner": core.worker, "lease_until": until})
    return [_Leased(lane=lane_by_id[each.id], conversation_id=each.id) for each in mine]


def _process_lane(core: DeskCore, leased: _Leased, wait: int) -> None:
    try:
        for _ in range(_TRIES_ON_CONFLICT):
            if _step(core, leased, wait):
                return
        _release(core, [leased])
    except StorageError:
        # The database's trouble is no event's fault; the lease runs out by itself.
        raise
    except Exception as error:  # noqa: BLE001 - one lane's trouble must not stop the others
        log.warning("Lane of %s failed with %s", leased.conversation_id, type(error).__name__)
        _process_one_by_one(core, leased, wait)


def _process_one_by_one(core: DeskCore, leased: _Leased, wait: int) -> None:
    """Find the event that fails, set it aside, and let its customer go on."""
    view = core.storage.read(lambda tx: view_lane(tx, leased.lane, leased.conversation_id))
    for stored, _ in view.events:
        try:
            _step(core, leased, wait, only=stored.id, keep_lease=True)
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this event's
            set_aside(core, stored, leased.conversation_id, error)
    _release(core, [leased])


def _step(
    core: DeskCore,
    leased: _Leased,
    wait: int,
    *,
    only: EventId | None = None,
    keep_lease: bool = False,
) -> bool:
    """Read, think, write; False where somebody else's act came between."""
    survey = core.rules.routing.survey
    view, recent = core.storage.read(
        lambda tx: (
            view_lane(tx, leased.lane, leased.conversation_id, only=only),
            recent_tickets(tx, leased.conversation_id, survey),
        )
    )
    if view.conversation.lease_owner != core.worker:
        return True
    filing = Filing(
        view,
        now=core.clock(),
        wait=wait,
        settings=core.settings,
        waits=core.responder.waits,
        keeps_media=core.media_store is not None,
        survey=survey,
        recent=recent,
    )
    file_events(filing, core.rules)
    attend_links(core, filing)
    if filing.inquiry_is_complete:
        _answer(core, filing)
    ask_in(filing, survey)
    try:
        core.storage.run(filing.finish(keep_lease=keep_lease).write)
    except (ConflictError, LinkBusyError):
        return False
    return True


def _answer(core: DeskCore, filing: Filing) -> None:
    farewell = unlink_answer(core, filing)
    if farewell is not None:
        apply_decision(filing, inquiry_of(filing, CustomerFacts()), farewell, core.rules)
        return
    known = know(core, filing.customer)
    inquiry = inquiry_of(filing, known.facts)
    decision: Decision | None = person_first(core, filing, inquiry)
    if decision is None:
        decision = escalate(core, inquiry, core.evaluator.decide(inquiry))
    tell_place(core, filing)
    apply_decision(filing, inquiry, decision, core.rules)
    filing.changes.then(known.still_holds)


def _release(core: DeskCore, leased: Sequence[_Leased]) -> None:
    """Let other workers have these lanes at once."""
    ids = sorted(each.conversation_id for each in leased)
    where = [one_of("id", ids), equal("lease_owner", core.worker)]
    changes = {"lease_owner": "", "lease_until": 0}
    core.storage.run(lambda tx: tx.update(Conversation, where, changes))
