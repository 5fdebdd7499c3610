from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from linecs.testing.host_contract import CommonHostTests
from testing.inner_runs import run_inside
from testing.web_hosts import (
    django_host,
    django_settings,
    fastapi_host,
    flask_app,
    wsgi_host,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linecs.desk import SupportDesk
    from linecs.testing.host_contract import Host


class TestFlaskHost(CommonHostTests):
    """Flask's view keeps the contract."""

    def create_host(self, desk: SupportDesk) -> Host:
        return wsgi_host(flask_app(desk))


class TestFastApiHost(CommonHostTests):
    """FastAPI's view keeps the contract."""

    def create_host(self, desk: SupportDesk) -> Host:
        return fastapi_host(desk)


class TestDjangoHost(CommonHostTests):
    """Django's view keeps the contract."""

    @pytest.fixture(autouse=True)
    def django(self) -> Iterator[None]:
        """Run Django as a shop does."""
        with django_settings():
            yield

    def create_host(self, desk: SupportDesk) -> Host:
        return django_host(desk)


FAILURE = "test_a_failure_is_no_200_and_says_nothing"
NONSENSE = "test_signed_nonsense_is_refused"
ONCE = "test_a_repeat_is_answered_200_and_done_once"
RAW = "test_the_body_is_taken_byte_for_byte"
SIGNATURE = "test_a_bad_signature_is_refused"
MISTAKES = {
    "TestWritesTheBodyAnew": {RAW},
    "TestKnowsOneCaseOfTheHeader": {"test_the_case_of_the_header_does_not_matter"},
    "TestLetsTheRefusalOut": {SIGNATURE, NONSENSE},
    "TestIsAlwaysContent": {SIGNATURE, NONSENSE, FAILURE},
    "TestKeepsNothing": {"test_an_event_is_taken_and_kept", RAW, ONCE, FAILURE},
    "TestRefusesRepeats": {ONCE},
    "TestWantsEvents": {"test_no_events_are_fine"},
    "TestAnswersInsideTheRequest": {"test_slow_work_is_not_in_the_request"},
    "TestShowsItsErrors": {SIGNATURE, NONSENSE, FAILURE},
    "TestAnswersGet": {"test_get_is_refused"},
}


@pytest.mark.slow
def test_a_view_with_one_mistake_fails_the_rules_it_breaks() -> None:
    """The contract finds each mistake, and only that."""
    assert run_inside(Path(__file__).with_name("broken_hosts.py")).failed == MISTAKES


def test_every_rule_is_broken_by_one_of_the_mistakes() -> None:
    """No rule of the contract is one that nothing could fail."""
    rules = {name for name in vars(CommonHostTests) if name.startswith("test_")}
    assert set().union(*MISTAKES.values()) == rules
