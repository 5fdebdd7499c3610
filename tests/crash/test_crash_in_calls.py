from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from crash.behaviours import BEHAVIOURS, let_line_behave
from crash.switchboard import Moment, switchboard
from linecs.model import MessageState

if TYPE_CHECKING:
    from crash.conftest import MakeTown

pytestmark = pytest.mark.slow

UNKNOWN, SENT = MessageState.UNKNOWN, MessageState.SENT
# Only a reply has no retry key: once LINE may have taken it, nobody can know.
REPLY_ENDS = {
    Moment.BEFORE_LINE_HEARS: SENT,
    Moment.WHILE_LINE_ACTS: UNKNOWN,
    Moment.BEFORE_LINE_ANSWERS: UNKNOWN,
    Moment.IN_THE_ANSWER: UNKNOWN,
}


@pytest.mark.parametrize("moment", Moment)
def test_a_reply_cut_off_by_a_crash_goes_out_once_or_is_called_unknown(
    make_town: MakeTown, moment: Moment
) -> None:
    """The same token settles it where LINE saw nothing; else a person is told."""
    with make_town() as town, switchboard(town.line.url) as board:
        town.call_through(board.url)
        board.kill("/v2/bot/message/reply", moment)
        event = town.question()
        ended = town.start(event, watch=board.watch)
        town.recover(event, None, ended)
        assert ended.killed
        assert town.faults_of_the_shop() == []
        assert town.state_of("c1") is REPLY_ENDS[moment]


@pytest.mark.parametrize("moment", Moment)
def test_a_push_cut_off_by_a_crash_goes_out_once(make_town: MakeTown, moment: Moment) -> None:
    """Its retry key makes a second call safe, and its 409 a success."""
    with make_town() as town, switchboard(town.line.url) as board:
        reply = town.open_question()
        town.call_through(board.url)
        board.kill("/v2/bot/message/push", moment)
        event = town.question()
        ended = town.start(event, reply, watch=board.watch)
        town.recover(event, reply, ended)
        assert ended.killed
        assert town.faults_of_the_shop() == []
        assert town.state_of("c2") is SENT


@pytest.mark.parametrize("seed", range(20))
def test_recovery_may_die_too(make_town: MakeTown, seed: int) -> None:
    """Three crashes in a row, at boundaries drawn by lot, and LINE in any of its moods."""
    drawn = random.Random(seed)  # noqa: S311 - where to die, not a secret
    with make_town() as town:
        reply = town.open_question()
        let_line_behave(town, drawn.choice(sorted(BEHAVIOURS)))
        event = town.question()
        ended = town.start(event, reply, dies_at=drawn.randint(1, 20))
        town.come_back(event, reply, ended)
        for _ in range(2):
            town.worker(1_000, 70_000, dies_at=drawn.randint(1, 20))
        town.recover(event, reply, ended)
        assert town.faults_of_the_shop() == []
