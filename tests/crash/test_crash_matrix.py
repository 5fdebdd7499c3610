from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest

from crash.behaviours import BEHAVIOURS, let_line_behave

if TYPE_CHECKING:
    from crash.conftest import MakeTown

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_wherever_the_process_is_killed_nothing_is_lost_or_doubled(
    make_town: MakeTown, behaviour: str
) -> None:
    """Between every two steps from receive to outcome recorded, whatever LINE then answers."""
    found = {}
    for boundary in count(1):
        with make_town() as town:
            reply = town.open_question()
            let_line_behave(town, behaviour)
            event = town.question()
            ended = town.start(event, reply, dies_at=boundary)
            town.recover(event, reply, ended)
            found[boundary] = town.faults_of_the_shop()
        if not ended.killed:
            break
    assert boundary > 20
    assert {at: problems for at, problems in found.items() if problems} == {}
