"""Tags and typed fields of customers: set, found, imported, remembered; and a waiting list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linecs.desk import Staff
from linecs.errors import ConfigurationError, NotPermittedError, StaleCustomerError
from linecs.idlink import FieldError
from linecs.model import AuditEntry, CustomerId, FeedEntry
from linecs.model.fields import FieldDefinition, FieldKind
from linecs.routing import Role
from linecs.storage.ports import equal
from linked_shop import Shop

if TYPE_CHECKING:
    from desks import MakeScene, Scene

FIELDS = (
    FieldDefinition(name="points", label="ポイント", kind=FieldKind.WHOLE_NUMBER),
    FieldDefinition(name="birthday", label="誕生日", kind=FieldKind.DATE),
)


@pytest.fixture
def scene(make: MakeScene) -> Scene:
    """A desk with two fields, where reika leads."""
    roles = {"reika": Role.LEAD}
    return make(fields=FIELDS, staff=Staff(roles=lambda name: roles.get(name, Role.OPERATOR)))


@pytest.fixture
def c1(scene: Scene) -> CustomerId:
    """A customer the desk knows."""
    return CustomerId(Shop(scene).meets())


def test_a_field_is_kept_in_its_canonical_form(scene: Scene, c1: CustomerId) -> None:
    """Japanese dates and full-width digits are read as meant."""
    acted = scene.desk.fields.set(c1, "birthday", "２０２６年６月１日", actor="tanaka", version=0)
    scene.desk.fields.set(
        c1, "points", "１，２００", actor="tanaka", version=acted.customer_version
    )
    assert scene.desk.fields.of_customer(c1) == {"birthday": "2026-06-01", "points": "1200"}


def test_a_field_that_changes_and_empties_has_a_history(scene: Scene, c1: CustomerId) -> None:
    """Who changed what from what to what, in order."""
    for version, text in enumerate(("1", "2", "")):
        scene.desk.fields.set(c1, "points", text, actor="tanaka", version=version)
        scene.clock.advance(seconds=1)
    changes = [(each.before, each.after) for each in scene.desk.fields.history(c1)]
    assert changes == [(None, "1"), ("1", "2"), ("2", None)]
    assert scene.desk.fields.of_customer(c1) == {}


def test_a_value_that_does_not_fit_changes_nothing(scene: Scene, c1: CustomerId) -> None:
    """The field says what it takes."""
    with pytest.raises(FieldError, match="whole number"):
        scene.desk.fields.set(c1, "points", "たくさん", actor="tanaka", version=0)
    assert scene.desk.fields.of_customer(c1) == {}


def test_a_stale_version_changes_nothing(scene: Scene, c1: CustomerId) -> None:
    """Two operators at once do not undo each other."""
    scene.desk.fields.set(c1, "points", "1", actor="tanaka", version=0)
    with pytest.raises(StaleCustomerError):
        scene.desk.fields.set(c1, "points", "2", actor="sato", version=0)
    assert scene.desk.fields.of_customer(c1) == {"points": "1"}


def test_a_field_nobody_defined_is_refused(scene: Scene, c1: CustomerId) -> None:
    """A misspelt name would keep what nobody finds."""
    with pytest.raises(ConfigurationError, match="no field"):
        scene.desk.fields.set(c1, "point", "1", actor="tanaka", version=0)


def test_no_value_enters_feed_or_audit(scene: Scene, c1: CustomerId) -> None:
    """Both say which field, never what is in it."""
    scene.desk.fields.set(c1, "points", "90417", actor="tanaka", version=0)
    kind = equal("kind", "customer.field_set")
    told, kept = scene.one(FeedEntry, kind), scene.one(AuditEntry, kind)
    assert told.facts == kept.facts == {"field": "points"}


def test_customers_are_found_by_number_and_value(scene: Scene, c1: CustomerId) -> None:
    """Numbers compare as numbers, not as text."""
    other = CustomerId(Shop(scene).meets("c2"))
    scene.desk.fields.set(c1, "points", "90", actor="tanaka", version=0)
    scene.desk.fields.set(other, "points", "1000", actor="tanaka", version=0)
    assert scene.desk.fields.find("points", least=100) == [other]
    assert scene.desk.fields.find("points", most=100) == [c1]
    assert scene.desk.fields.find("points", "90") == [c1]


def test_a_file_is_taken_over_but_for_what_does_not_fit(scene: Scene, c1: CustomerId) -> None:
    """Good cells come in, each bad one is said with its line."""
    text = f"customer_id,points,tags\n{c1},120,常連;再入荷:A-102\n{c1},たくさん,\nnobody,1,\n"
    done = scene.desk.fields.import_csv(text, actor="reika")
    assert done.changes == 3
    assert [(each.line, each.column) for each in done.problems] == [
        (3, "points"),
        (4, "customer_id"),
    ]
    assert scene.desk.fields.tags_of(c1) == ["再入荷:A-102", "常連"]
    assert scene.desk.fields.of_customer(c1) == {"points": "120"}


def test_a_dry_run_changes_nothing(scene: Scene, c1: CustomerId) -> None:
    """It says the same as the import that follows."""
    text = f"customer_id,points\n{c1},120\n"
    tried = scene.desk.fields.import_csv(text, actor="reika", dry_run=True)
    assert scene.desk.fields.of_customer(c1) == {}
    assert scene.desk.fields.import_csv(text, actor="reika") == tried


def test_importing_takes_a_role(scene: Scene, c1: CustomerId) -> None:
    """An operator changes one customer at a time."""
    with pytest.raises(NotPermittedError):
        scene.desk.fields.import_csv(f"customer_id,points\n{c1},1\n", actor="tanaka")


def test_who_waits_for_stock_is_told_in_turn(scene: Scene, c1: CustomerId) -> None:
    """The tag is the waiting list: the longest waiting first, and off it once told."""
    shop, other = Shop(scene), CustomerId(Shop(scene).meets("c2"))
    for customer_id in (other, c1):
        scene.desk.tag(customer_id, "再入荷:A-102", actor="tanaka", version=0)
        scene.clock.advance(seconds=1)
    waiting = scene.desk.fields.tagged("再入荷:A-102")
    for customer_id in waiting:
        scene.desk.notify(customer_id, {"type": "text", "text": "再入荷しました。"})
        scene.desk.untag(customer_id, "再入荷:A-102", actor="tanaka", version=1)
    scene.settle()
    assert waiting == [other, c1]
    assert [shop.heard("c2")[-1], shop.heard("c1")[-1]] == ["再入荷しました。"] * 2
    assert scene.desk.fields.tagged("再入荷:A-102") == []
