"""A desk on each kind of store, LINE beside it, and time that only moves when told."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from databases import KINDS, empty, scratch_database
from desks import QUESTION, make_scene
from linecs.desk import Staff
from linecs.routing import Role
from linecs.storage.memory import MemoryStorage
from linecs.storage.sql import SqlStorage, migrate
from linecs.testing import LineSimulator, VirtualClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from desks import MakeScene, Scene
    from linecs.model import Conversation
    from linecs.storage.ports import Storage


@pytest.fixture(scope="session")
def sql_stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], SqlStorage]]:
    """A store on each kind of database, made when first asked for and kept for the run."""
    with ExitStack() as opened:
        made: dict[str, SqlStorage] = {}

        def store(kind: str) -> SqlStorage:
            if kind not in made:
                directory = tmp_path_factory.mktemp(kind)
                url = opened.enter_context(scratch_database(kind, directory))
                migrate(url)
                made[kind] = SqlStorage.connect(url, synchronous="NORMAL")
                opened.callback(made[kind].close)
            return made[kind]

        yield store


# Every rule on the embedded stores in every run; on the servers in the slow one, for the
# contract of stores (tests/storage) has asked them already.
_STORES = [
    "memory",
    *(pytest.param(kind, marks=[] if kind == "sqlite" else pytest.mark.slow) for kind in KINDS),
]


@pytest.fixture(params=_STORES)
def storage(request: pytest.FixtureRequest, sql_stores: Callable[[str], SqlStorage]) -> Storage:
    """An empty store of each kind."""
    if request.param == "memory":
        return MemoryStorage()
    kept = sql_stores(request.param)
    empty(kept)
    return kept


@pytest.fixture
def clock() -> VirtualClock:
    """Shared by the desk and the simulated LINE."""
    return VirtualClock()


@pytest.fixture
def line(clock: VirtualClock) -> Iterator[LineSimulator]:
    """LINE on loopback."""
    with LineSimulator(clock=clock) as simulator:
        yield simulator


@pytest.fixture
def make(line: LineSimulator, clock: VirtualClock, storage: Storage) -> MakeScene:
    """Makes a desk with the options a test gives."""
    return lambda **options: make_scene(line, clock, storage=storage, **options)


@pytest.fixture
def scene(make: MakeScene) -> Scene:
    """A desk that answers 営業時間, with nothing else to say."""
    return make()


@pytest.fixture
def asked(scene: Scene) -> Conversation:
    """A customer's question waits for a person."""
    return scene.asks(QUESTION)


@pytest.fixture
def led(make: MakeScene) -> Scene:
    """A desk where reika leads and everyone else is an operator; a question waits."""
    roles = {"reika": Role.LEAD}
    scene = make(staff=Staff(roles=lambda name: roles.get(name, Role.OPERATOR)))
    scene.asks(QUESTION)
    return scene
