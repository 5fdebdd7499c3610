from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.desk.health import Severity
from linecs.testing.simulator import Fault

if TYPE_CHECKING:
    from desks import Scene


def found(scene: Scene, *, ask_line: bool = False) -> dict[str, Severity]:
    """The severity of each check."""
    return {each.check: each.severity for each in scene.desk.health(ask_line=ask_line)}


def test_a_desk_with_nothing_to_do_is_well(scene: Scene) -> None:
    """Every check of the store is fine."""
    assert set(found(scene).values()) == {Severity.OK}


def test_events_that_nobody_processes_are_found(scene: Scene) -> None:
    """A backlog grows from a warning to an error."""
    scene.line.customer("c1").says("こんにちは")
    scene.clock.advance(minutes=2)
    assert found(scene)["backlog"] is Severity.WARNING
    scene.clock.advance(minutes=10)
    assert found(scene)["backlog"] is Severity.ERROR


def test_messages_that_nobody_delivers_are_found(scene: Scene) -> None:
    """An answer that waits too long for its call is named."""
    scene.line.customer("c1").says("営業時間")
    scene.desk.process()
    scene.clock.advance(minutes=2)
    assert found(scene)["undelivered"] is Severity.WARNING


def test_a_month_that_is_used_up_is_an_error(scene: Scene) -> None:
    """The quota finding says so and counts what is held back."""
    scene.line.channel.quota = 0
    scene.settle()
    assert found(scene)["quota"] is Severity.ERROR


def test_a_token_that_does_not_work_is_an_error(scene: Scene) -> None:
    """LINE is asked, and nothing else can be asked after that."""
    scene.line.faults.add(Fault.expired_token())
    checks = found(scene, ask_line=True)
    assert checks["token"] is Severity.ERROR
    assert "webhook" not in checks


def test_a_webhook_without_an_address_is_an_error(scene: Scene) -> None:
    """Nothing would ever come in."""
    checks = found(scene, ask_line=True)
    assert (checks["token"], checks["webhook"]) == (Severity.OK, Severity.ERROR)


def test_every_finding_that_is_not_well_says_what_to_do(scene: Scene) -> None:
    """No finding leaves its reader alone."""
    scene.line.customer("c1").says("こんにちは")
    scene.clock.advance(minutes=20)
    troubles = [f for f in scene.desk.health() if f.severity is not Severity.OK]
    assert troubles
    assert all(trouble.to_do for trouble in troubles)
