"""A store beside `MemoryStorage`: whatever is asked, both must answer alike.

TestMyStorage = storage_machine(MyStorage).TestCase
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from linecs.model import Conversation, Customer, CustomerTag, Job, StoredEvent
from linecs.storage.memory import MemoryStorage
from linecs.storage.ports import (
    Query,
    StorageError,
    above,
    at_least,
    at_most,
    below,
    equal,
    one_of,
    unequal,
)
from linecs.storage.tables import Counter, table_of
from linecs.testing.storage_contract.samples import conversation, customer, event, job, tag

if TYPE_CHECKING:
    from collections.abc import Callable

    from linecs.storage.ports import Condition, Storage, Transaction

__all__ = ["storage_machine"]

_NAMES = st.sampled_from(["ハ", "パ", "A", "a", "Ａ", "🍣", "🍺", "", "が", "か\u3099"])
_NUMBERS = st.integers(0, 4)
_COMPARISONS = st.sampled_from([equal, unequal, below, at_most, above, at_least])
_ROWS = st.one_of(
    st.builds(event, _NAMES, tries=_NUMBERS, occurred_at=_NUMBERS),
    st.builds(customer, _NAMES, _NAMES),
    st.builds(conversation, _NAMES, version=_NUMBERS, ticket_id=st.none() | _NAMES),
    st.builds(job, _NAMES, _NAMES, st.dictionaries(_NAMES, _NUMBERS, max_size=2)),
    st.builds(tag, _NAMES, _NAMES, at=_NUMBERS),
)


@frozen
class _Kept:
    """What is asked of one table.

    Attributes:
        names: Columns of names besides the key.
        numbers: Columns of numbers.
    """

    row: type[Any]
    names: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        return table_of(self.row).key

    @property
    def keys(self) -> st.SearchStrategy[tuple[str, ...]]:
        return st.tuples(*(_NAMES for _ in self.key))


_KEPT = (
    _Kept(StoredEvent, numbers=("tries", "occurred_at")),
    _Kept(Customer, names=("line_user_id",), numbers=("last_seen_at",)),
    _Kept(Conversation, names=("ticket_id",), numbers=("version",)),
    _Kept(Job, names=("key",), numbers=("tries",)),
    _Kept(CustomerTag, names=("actor",), numbers=("at",)),
)


@frozen
class _Call:
    """One call of the port, made on both stores."""

    method: str
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any] = {}

    def __call__(self, transaction: Transaction) -> Any:  # noqa: ANN401 - of any method
        return getattr(transaction, self.method)(*self.arguments, **self.keywords)


@frozen
class _Work:
    """Calls in one transaction, which in the end may be undone."""

    calls: list[_Call]
    raises: bool

    def __call__(self, transaction: Transaction) -> list[Any]:
        results = [call(transaction) for call in self.calls]
        if self.raises:
            raise _UndoneError
        return results


class _UndoneError(Exception):
    pass


@st.composite
def _conditions(draw: st.DrawFn, kept: _Kept) -> tuple[Condition, ...]:
    number = st.builds(
        lambda compare, column, value: compare(column, value),
        _COMPARISONS,
        st.sampled_from(kept.numbers),
        _NUMBERS,
    )
    names = st.sampled_from((*kept.key, *kept.names))
    name = st.builds(
        lambda compare, column, value: compare(column, value), _COMPARISONS, names, _NAMES
    )
    listed = st.builds(one_of, names, st.lists(_NAMES, max_size=3))
    empty = st.builds(
        lambda compare, column: compare(column, None), st.sampled_from([equal, unequal]), names
    )
    return tuple(draw(st.lists(st.one_of(number, name, listed, empty), max_size=2)))


@st.composite
def _queries(draw: st.DrawFn, kept: _Kept) -> Query[Any]:
    down = draw(st.booleans())
    first = draw(st.sampled_from([(), *((name,) for name in kept.numbers)]))
    after = (*(draw(_NUMBERS) for _ in first), *draw(kept.keys))
    return Query(
        row=kept.row,
        where=draw(_conditions(kept)),
        order=tuple(f"-{name}" if down else name for name in (*first, *kept.key)),
        limit=draw(st.none() | _NUMBERS),
        after=draw(st.none() | st.just(after)),
    )


@st.composite
def _changes(draw: st.DrawFn, kept: _Kept) -> dict[str, Any]:
    numbers = st.dictionaries(st.sampled_from(kept.numbers), _NUMBERS, max_size=2)
    if not kept.names:
        return draw(numbers)
    return draw(numbers) | draw(st.dictionaries(st.sampled_from(kept.names), _NAMES, max_size=1))


@st.composite
def _updates(draw: st.DrawFn, kept: _Kept) -> list[tuple[list[Condition], dict[str, int]]]:
    keys = draw(st.lists(kept.keys, unique=True, max_size=3))
    numbers = st.dictionaries(st.sampled_from(kept.numbers), _NUMBERS, min_size=1)
    return [(list(map(equal, kept.key, key)), draw(numbers)) for key in keys]


@st.composite
def _saves(draw: st.DrawFn) -> tuple[Any, Any, tuple[str, ...]]:
    before = draw(_ROWS)
    kept = next(each for each in _KEPT if each.row is type(before))
    guard = draw(st.sampled_from([(), kept.numbers[:1], kept.names]))
    return before, evolve(before, **draw(_changes(kept))), guard


def _call(method: str, *arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[_Call]:
    return st.builds(_Call, st.just(method), st.tuples(*arguments))


def _calls_on(kept: _Kept) -> st.SearchStrategy[_Call]:
    row = st.just(kept.row)
    return st.one_of(
        _call("find", row, kept.keys),
        _call("select", _queries(kept)),
        _call("count", _queries(kept)),
        _call("claim", _queries(kept), _changes(kept)),
        _call("update", row, _conditions(kept), _changes(kept)),
        _call("update_each", row, _updates(kept)),
        _call("delete", row, _conditions(kept)),
    )


_rows = st.lists(_ROWS, min_size=1, max_size=3).map(tuple)
_CALLS = st.one_of(
    st.builds(_Call, st.just("insert"), _rows),
    st.builds(_Call, st.just("insert_absent"), _rows),
    st.sampled_from(_KEPT).flatmap(_calls_on),
    _saves().map(lambda save: _Call("save", save[:2], {"guard": save[2]})),
    _call("add", st.just(Counter), _NAMES, st.fixed_dictionaries({"value": _NUMBERS})),
)
_WORKS = st.builds(_Work, st.lists(_CALLS, min_size=1, max_size=4), st.booleans())


def storage_machine(make: Callable[[], Storage]) -> type[RuleBasedStateMachine]:
    """Return a machine that asks a store and `MemoryStorage` the same.

    Args:
        make: Returns the store, empty.
    """

    class StorageMachine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self._stores = (make(), MemoryStorage())

        @rule(work=_WORKS)
        def run(self, work: _Work) -> None:
            self._answer_alike(lambda storage: storage.run(work))

        @rule(works=st.lists(_WORKS, max_size=3))
        def run_together(self, works: list[_Work]) -> None:
            self._answer_alike(lambda storage: storage.run_together(works))

        @rule(work=_WORKS)
        def read(self, work: _Work) -> None:
            self._answer_alike(lambda storage: storage.read(work))

        @invariant()
        def rows_are_the_same(self) -> None:
            self._answer_alike(lambda storage: storage.read(_all_rows))

        def teardown(self) -> None:
            for storage in self._stores:
                storage.close()

        def _answer_alike(self, ask: Callable[[Storage], Any]) -> None:
            given, expected = (_outcome(ask, storage) for storage in self._stores)
            assert given == expected

    return StorageMachine


def _outcome(ask: Callable[[Storage], Any], storage: Storage) -> Any:  # noqa: ANN401 - of any call
    try:
        return ask(storage)
    except (StorageError, _UndoneError) as error:
        return type(error)


def _all_rows(transaction: Transaction) -> list[Any]:
    tables = [*(kept.row for kept in _KEPT), Counter]
    queries: list[Query[Any]] = [Query(row=row, order=table_of(row).key) for row in tables]
    return [transaction.select(query) for query in queries]
