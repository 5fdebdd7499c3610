from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linecs.errors import ConfigurationError, StaleCustomerError
from linecs.idlink import FieldError
from linecs.model import Customer, CustomerTag, FieldChange, Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from desks import Scene
    from linecs.desk import Acted
    from linecs.model import Conversation

ACTS: dict[str, Callable[[Scene, Customer, int], Acted]] = {
    "mark": lambda s, c, v: s.desk.mark_customer(c.id, "complaint", actor="hanako", version=v),
    "mark_message": lambda s, _, v: s.desk.mark_message(
        s.messages()[0].id, "complaint", actor="hanako", version=v
    ),
    "tag": lambda s, c, v: s.desk.tag(c.id, "常連", actor="hanako", version=v),
    "untag": lambda s, c, v: s.desk.untag(c.id, "常連", actor="hanako", version=v),
    "owner": lambda s, c, v: s.desk.set_owner(c.id, "taro", actor="hanako", version=v),
}


def state(scene: Scene) -> list[object]:
    """All that these acts may change."""
    return [
        *scene.rows(Customer),
        *scene.rows(CustomerTag),
        *scene.rows(FieldChange),
        *scene.rows(Message),
    ]


@pytest.mark.parametrize("act", ACTS)
def test_every_act_refuses_a_version_that_is_gone(
    scene: Scene, asked: Conversation, act: str
) -> None:
    """What somebody decided on an older look changes nothing."""
    before = scene.one(Customer)
    scene.desk.tag(before.id, "VIP", actor="taro", version=before.version)
    now = state(scene)
    with pytest.raises(StaleCustomerError) as refused:
        ACTS[act](scene, before, before.version)
    assert refused.value.version == before.version + 1
    assert state(scene) == now


@pytest.mark.parametrize("act", ACTS)
def test_every_act_returns_the_version_for_the_next(
    scene: Scene, asked: Conversation, act: str
) -> None:
    """The customer's own; tickets and drafts are not made stale by it."""
    ticket = scene.ticket
    acted = ACTS[act](scene, scene.one(Customer), 0)
    assert acted.customer_version == scene.one(Customer).version == 1
    assert acted.conversation_version == asked.version
    assert (acted.ticket_id, scene.ticket) == (None, ticket)


def test_a_tag_is_put_on_once_and_taken_off(scene: Scene, asked: Conversation) -> None:
    """What was there already leaves no second line of history."""
    customer = scene.one(Customer)
    for version, tag in enumerate(["常連", " 常連 "]):
        scene.desk.tag(customer.id, tag, actor="hanako", version=version)
    assert [tag.tag for tag in scene.rows(CustomerTag)] == ["常連"]
    for version in (2, 3):
        scene.desk.untag(customer.id, "常連", actor="taro", version=version)
    assert scene.rows(CustomerTag) == []
    history = [(change.before, change.after) for change in scene.rows(FieldChange, order=("at",))]
    assert sorted(history, key=str) == [("常連", None), (None, "常連")]


def test_an_empty_tag_is_refused(scene: Scene, asked: Conversation) -> None:
    """It would be a tag nobody sees."""
    with pytest.raises(FieldError):
        scene.desk.tag(scene.one(Customer).id, " ", actor="hanako", version=0)
    assert scene.one(Customer).version == 0


def test_marks_on_customers_and_bubbles_are_the_shops_own(
    scene: Scene, asked: Conversation
) -> None:
    """An unknown mark is refused, an empty text takes one off."""
    customer, message = scene.one(Customer), scene.messages()[0]
    with pytest.raises(ConfigurationError):
        scene.desk.mark_message(message.id, "complain", actor="hanako", version=0)
    ACTS["mark"](scene, customer, 0)
    ACTS["mark_message"](scene, customer, 1)
    assert (scene.one(Customer).mark, scene.messages()[0].mark) == ("complaint", "complaint")
    scene.desk.mark_message(message.id, "", actor="hanako", version=2)
    assert scene.messages()[0].mark == ""


def test_an_owner_is_of_the_customer_and_not_of_the_ticket(
    scene: Scene, asked: Conversation
) -> None:
    """Who looks after a customer need not answer each of their questions."""
    customer = scene.one(Customer)
    scene.desk.set_owner(customer.id, "taro", actor="hanako", version=0)
    assert (scene.one(Customer).owner_id, scene.ticket.assignee_id) == ("taro", None)
    scene.desk.set_owner(customer.id, None, actor="hanako", version=1)
    assert scene.one(Customer).owner_id is None


def test_a_profile_that_comes_meanwhile_makes_nobody_stale(
    scene: Scene, asked: Conversation
) -> None:
    """Only what operators change counts."""
    customer = scene.one(Customer)
    scene.settle()
    assert scene.one(Customer).profile_at
    acted = scene.desk.tag(customer.id, "常連", actor="hanako", version=customer.version)
    assert acted.customer_version == 1
