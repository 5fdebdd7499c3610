"""Every table that holds somebody's data is exported, erased and scanned: none is forgotten."""

from __future__ import annotations

import json
from enum import Enum
from types import UnionType
from typing import TYPE_CHECKING, Any, NewType, Union, get_args, get_origin, get_type_hints

import attrs
import pytest

from linecs.desk.changes import Changes
from linecs.desk.privacy.exporting import NOT_EXPORTED
from linecs.desk.privacy.person import OF_NOBODY, REMOVED, find_person
from linecs.model import StoredEvent
from linecs.model.knowledge import ProposalSource
from linecs.model.link import Link
from linecs.storage.inbox_rows import Place, SearchBlock, SearchPosting, SearchText
from linecs.storage.ports import Query, one_of
from linecs.storage.tables import table_of
from linked_shop import Shop

if TYPE_CHECKING:
    from desks import Scene

MARKER = "ZZ-90417-KQ"
OF_WHOM = "conversation_id"
WHOSE = {"customer_id", OF_WHOM, "line_user_id", "member_id", "lane", "subject_id"}
JSON_TEXTS = ("content", "raw", "messages")
NOBODYS = {"channel_id": "main", "provider_id": "default"}
DERIVED = {Place, SearchText, SearchBlock, SearchPosting}
"""The lists and the index: what they hold is taken out with the rows it was made from."""


def filled(kind: Any, marker: str) -> Any:
    """Return a value of a column's type; a text is the marker."""
    if isinstance(kind, NewType):
        return filled(kind.__supertype__, marker)
    if get_origin(kind) in {Union, UnionType}:
        return filled(get_args(kind)[0], marker)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    made = get_origin(kind) or kind
    if made is str:
        return marker
    return {int: 1, bool: False, float: 1.0, tuple: ()}.get(made, {})


def planted(row: type[Any], column: str, owner: str) -> object:
    """Return a row of somebody's with the marker in every other text."""
    kinds = get_type_hints(row)
    values = {each.name: filled(kinds[each.name], MARKER) for each in attrs.fields(row)}
    values |= {name: json.dumps(MARKER) for name in JSON_TEXTS if name in values}
    known = {name: value for name, value in NOBODYS.items() if name in values}
    if "id" in values:
        known["id"] = f"{MARKER}-{row.__name__}"
    if row is StoredEvent:
        known |= {"id": "01", "type": "message"}
    return row(**{**values, **known, column: owner})


def add(scene: Scene, *rows: object) -> None:
    """Write rows as the desk does, with what the lists and the index make of them."""
    changes = Changes()
    changes.add(*rows)
    scene.storage.run(changes.write)


@pytest.fixture
def customer_id(scene: Scene) -> str:
    """Somebody of whom every table knows something."""
    shop = Shop(scene)
    customer_id = shop.meets()
    user = scene.line.customer("c1").user_id
    first = planted(Link, "line_user_id", user), planted(ProposalSource, OF_WHOM, customer_id)
    add(scene, *first)
    person = scene.storage.read(lambda tx: find_person(tx, customer_id))
    rows = [
        planted(row, column, getattr(person, attribute)[0])
        for row, (column, attribute) in {**REMOVED, StoredEvent: ("lane", "line_user_ids")}.items()
        if row not in {Link, ProposalSource}
    ]
    add(scene, *rows)
    return customer_id


@pytest.mark.parametrize("row", OF_NOBODY, ids=lambda row: row.__name__)
def test_a_table_of_nobody_names_nobody(row: type[Any]) -> None:
    """A table with a column that says whose its rows are has to say so to export and erasure."""
    columns = {each.name for each in attrs.fields(row)}
    assert row in DERIVED or not columns & WHOSE


def test_every_table_of_somebody_is_exported(scene: Scene, customer_id: str) -> None:
    """But for those that hold secrets alone, or are of several people."""
    exported = json.loads(scene.desk.privacy.export(customer_id, actor="shop"))
    wanted = {table_of(row).name for row in REMOVED if row not in NOT_EXPORTED}
    assert wanted <= set(exported)


def test_every_table_of_somebody_is_erased_and_scanned(scene: Scene, customer_id: str) -> None:
    """Each held the marker, the scan saw it there, and nothing of it is left."""
    wanted = {table_of(row).name for row in REMOVED}
    before = {each.place for each in scene.desk.privacy.scan([MARKER])}
    assert wanted <= before
    person = scene.storage.read(lambda tx: find_person(tx, customer_id))
    scene.desk.privacy.erase(customer_id, actor="shop")
    assert scene.desk.privacy.scan([MARKER, *person.line_user_ids]) == []
    scene.settle()
    for row, (column, attribute) in REMOVED.items():
        theirs = Query(row=row, where=(one_of(column, getattr(person, attribute)),))
        assert scene.storage.read(lambda tx, query=theirs: tx.select(query)) == []  # type: ignore[misc]
