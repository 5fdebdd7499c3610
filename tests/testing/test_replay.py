from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linecs.desk import SupportDesk
from linecs.errors import ConfigurationError, LinecsError
from linecs.model import Conversation
from linecs.replies import KeywordResponder, KeywordRule
from linecs.storage.memory import MemoryStorage
from linecs.storage.ports import Query
from linecs.storage.sql import SqlStorage
from linecs.testing import LineSimulator, VirtualClock, desk_channel, settle
from linecs.testing.replay import RecordedDesk, ReplayError, replay, rows
from linecs.testing.simulator import Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from linecs.storage.ports import Storage

HOURS = KeywordRule(id="hours", exact=("営業時間",), texts=("平日10時から18時です。",))


def make_desk(
    line: LineSimulator, storage: Storage, *rules: KeywordRule, **more: Any
) -> SupportDesk:
    """Return a desk that answers 営業時間."""
    return SupportDesk(
        storage=storage,
        channels=[desk_channel(line)],
        responder=KeywordResponder(rules or [HOURS]),
        clock=line.clock,
        **more,
    )


class Recording:
    """A recorded desk and its log."""

    def __init__(self, line: LineSimulator, storage: Storage) -> None:
        self.line = line
        self.storage = storage
        self._log = io.StringIO()
        self.desk = RecordedDesk(make_desk(line, storage), self._log, configuration="rules 1")
        line.deliver_to(self.desk.receive)

    @property
    def lines(self) -> list[str]:
        """The log so far."""
        return list(io.StringIO(self._log.getvalue()))

    def replayed(self, *rules: KeywordRule) -> dict[str, list[Any]]:
        """The rows of a new store after a replay; LINE is away meanwhile."""
        storage = MemoryStorage()
        replay(self.lines, make_desk(self.line, storage, *rules))
        return rows(storage)

    def conversation(self) -> Conversation:
        """The only customer's conversation."""
        query = Query(row=Conversation)
        (found,) = [
            each for each in self.storage.read(lambda tx: tx.select(query)) if each.customer_id
        ]
        return found


@pytest.fixture
def recording(line: LineSimulator) -> Recording:
    """A recorded desk in memory."""
    return Recording(line, MemoryStorage())


def test_an_answered_question_replays_to_equal_rows(recording: Recording) -> None:
    """Events, bubbles, tickets, attempts, feed: every row of every table is the same."""
    recording.line.customer("c1").says("営業時間")
    settle(recording.desk)
    replayed = recording.replayed()
    assert replayed == rows(recording.storage)
    assert {name for name, found in replayed.items() if found} >= {"events", "messages", "tickets"}


def test_a_replay_asks_line_nothing(recording: Recording) -> None:
    """LINE's answers come from the log."""
    recording.line.customer("c1").says("営業時間")
    settle(recording.desk)
    before = len(recording.line.calls)
    recording.replayed()
    assert len(recording.line.calls) == before
    assert before > 0


def test_an_operators_acts_are_replayed_with_their_errors(
    recording: Recording, clock: VirtualClock
) -> None:
    """A reply goes out as it did, and a stale one is refused as it was."""
    recording.line.customer("c1").says("裾がほつれています")
    settle(recording.desk)
    clock.advance(minutes=5)
    seen = recording.conversation()
    reply = {"actor": "sato", "version": seen.version, "seen": seen.newest_message_id}
    recording.desk.reply(seen.id, "すぐに確認いたします。", **reply)
    with pytest.raises(LinecsError):
        recording.desk.reply(seen.id, "もう一度", **reply)
    settle(recording.desk)
    assert recording.line.customer("c1").chat[-1].text == "すぐに確認いたします。"
    assert recording.replayed() == rows(recording.storage)


def test_a_database_and_memory_come_to_the_same(line: LineSimulator, tmp_path: Path) -> None:
    """What was recorded on SQLite replays in memory to equal rows."""
    storage = SqlStorage.connect(f"sqlite:///{tmp_path / 'desk.sqlite3'}", synchronous="NORMAL")
    recording = Recording(line, storage)
    customer = line.customer("c1")
    customer.says("営業時間")
    settle(recording.desk)
    customer.unsends(customer.says("まちがえました"))
    settle(recording.desk)
    assert recording.replayed() == rows(storage)
    storage.close()


@pytest.mark.parametrize("fault", ["lost", "limited"])
def test_line_troubles_are_replayed(recording: Recording, clock: VirtualClock, fault: str) -> None:
    """Answers that never came, and limits, lead to the same tries and the same end."""
    faults = {"lost": Fault.accept_then_drop(), "limited": Fault.rate_limited()}
    recording.line.faults.add(faults[fault], times=2)
    recording.line.customer("c1").says("営業時間")
    for _ in range(4):
        settle(recording.desk)
        clock.advance(minutes=2)
    settle(recording.desk)
    assert recording.replayed() == rows(recording.storage)


ACTS: dict[str, Callable[[Recording, VirtualClock], object]] = {
    "asks": lambda recording, _: recording.line.customer("c1").says("営業時間"),
    "wonders": lambda recording, _: recording.line.customer("c2").says("どうしましょう"),
    "sticks": lambda recording, _: recording.line.customer("c1").sends_sticker(),
    "settles": lambda recording, _: settle(recording.desk),
    "processes": lambda recording, _: recording.desk.process(),
    "waits": lambda _, clock: clock.advance(seconds=4),
    "leaves": lambda _, clock: clock.advance(hours=30),
    "publishes": lambda recording, _: recording.desk.feed(),
}


@given(names=st.lists(st.sampled_from(sorted(ACTS)), max_size=12))
@settings(max_examples=25)
def test_any_history_replays_to_equal_rows(names: list[str]) -> None:
    """Whatever happened in whatever order, the log tells all of it."""
    clock = VirtualClock()
    with LineSimulator(clock=clock) as line:
        recording = Recording(line, MemoryStorage())
        for name in names:
            ACTS[name](recording, clock)
        assert recording.replayed() == rows(recording.storage)


def test_other_rules_do_not_replay_in_silence(recording: Recording) -> None:
    """Where the desk now asks LINE something else, the replay says at which line."""
    recording.line.customer("c1").says("営業時間")
    settle(recording.desk)
    other = KeywordRule(id="other", exact=("返品",), texts=("14日以内です。",))
    with pytest.raises(ReplayError, match=r"line \d+ of the log"):
        recording.replayed(other)


def test_secrets_stay_out_of_the_log(recording: Recording) -> None:
    """Neither a channel's secret nor its token nor a signature is written down."""
    event = recording.line.customer("c1").says("営業時間")
    settle(recording.desk)
    channel = recording.line.channel
    written = "".join(recording.lines)
    assert [
        each for each in (channel.secret, channel.access_token, event.signature) if each in written
    ] == []
    assert "営業時間" in written


def test_a_refused_body_is_no_part_of_the_log(recording: Recording) -> None:
    """What the desk did not take in changed nothing."""
    with pytest.raises(LinecsError):
        recording.desk.receive(b"{}", "AAAA")
    assert len(recording.lines) == 1


def test_the_head_says_what_was_recorded(recording: Recording) -> None:
    """Version, configuration, channels and seed come first."""
    head = json.loads(recording.lines[0])
    assert head["configuration"] == "rules 1"
    assert head["channels"] == {"main": recording.line.channel.bot_user_id}


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["nonsense\n"],
        ['{"a":1}\n'],
        ['{"linecs":"1","configuration":"","seed":0,"channels":{},"form":9}\n'],
    ],
)
def test_what_is_no_log_is_refused(line: LineSimulator, lines: list[str]) -> None:
    """A file that no recorded desk wrote, or a newer one, is refused by its line."""
    with pytest.raises(ReplayError, match="line 1"):
        replay(lines, make_desk(line, MemoryStorage()))


def test_a_log_runs_no_code_but_the_desks(line: LineSimulator, recording: Recording) -> None:
    """A log that names another class than a value of linecs is refused, not imported."""
    evil = {
        "at": 0,
        "act": "process",
        "arguments": {"wait": {"linecs:type": "os:system", "value": "x"}},
    }
    with pytest.raises(ReplayError):
        replay([*recording.lines, json.dumps(evil)], make_desk(line, MemoryStorage()))


@pytest.mark.parametrize("name", ["handle", "receive_async", "using", "media", "knowledge"])
def test_what_cannot_be_recorded_is_refused(recording: Recording, name: str) -> None:
    """A way around the log is closed rather than forgotten."""
    with pytest.raises(ConfigurationError, match=name):
        getattr(recording.desk, name)
