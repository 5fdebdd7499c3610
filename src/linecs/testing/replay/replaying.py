"""A log, told to a desk on an empty store."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, Any

from linecs.delivery.account import LineApiError
from linecs.model import ChannelId
from linecs.storage.ports import Query
from linecs.storage.tables import TABLES
from linecs.testing.replay.entropy import Entropy
from linecs.testing.replay.log import Entry, Head, ReplayError, read_log
from linecs.testing.replay.staging import HeldClock, staged, told
from linecs.testing.replay.values import as_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linecs.desk import SupportDesk
    from linecs.model import Channel
    from linecs.storage.ports import Storage

__all__ = ["replay", "rows"]


def replay(log: Iterable[str], desk: SupportDesk) -> int:
    """Tell a desk what a log holds, with LINE's answers as they were; return how many things.

    Nothing is sent to LINE. The desk has the recorded one's channels by their short names, its
    configuration, and an empty store; secrets and tokens may differ.

    Raises:
        ReplayError: The log is none, or the desk asks LINE something else, or ends an act
            otherwise than when it was recorded.
    """
    lines = read_log(log)
    head = next(lines, None)
    if not isinstance(head, Head):
        raise ReplayError(1, "the log is empty")
    stage = _Stage(head, desk)
    count = 0
    for count, entry in enumerate(lines, 1):
        assert isinstance(entry, Entry)
        stage.tell(entry, count + 1)
    return count


def rows(storage: Storage) -> dict[str, list[Any]]:
    """Return every row a store keeps, by table, in the order of their keys."""
    return storage.read(
        lambda tx: {
            table.name: list(tx.select(Query(row=table.row, order=table.key))) for table in TABLES
        }
    )


class _Stage:
    """A desk that is told what a log says."""

    def __init__(self, head: Head, desk: SupportDesk) -> None:
        self._head = head
        self._clock = HeldClock()
        self._entropy = Entropy(head.seed)
        self._line = _Remembered()
        self._desk = staged(desk, self._clock, self._line)
        self._channels = desk._core.channels  # noqa: SLF001 - there is no other way to the secrets

    def tell(self, entry: Entry, number: int) -> None:
        self._clock.now = entry.at
        self._line.begin(entry.answers, number)
        raised = ""
        with self._entropy.seeded():
            try:
                self._do(entry)
            except Exception as error:  # noqa: BLE001 - errors are outcomes too
                raised = type(error).__name__
        self._line.end()
        if raised != entry.raised:
            ended = f"{entry.act} ended with {raised or 'no error'}"
            raise ReplayError(number, f"{ended}, not with {entry.raised or 'none'}")

    def _do(self, entry: Entry) -> None:
        if entry.act == "receive":
            self._desk.receive(*self._signed(entry.body.encode()))
        else:
            told(self._desk, entry.act)(**as_value(entry.arguments))

    def _signed(self, body: bytes) -> tuple[bytes, str | None]:
        for name, bot_user_id in self._head.channels.items():
            channel = self._channels.get(ChannelId(name))
            if channel is not None and bot_user_id.encode() in body:
                own = body.replace(bot_user_id.encode(), channel.bot_user_id.encode())
                return own, _signature(channel, own)
        return body, None


class _Remembered:
    """Gateways that answer as LINE did."""

    def __init__(self) -> None:
        self._answers: list[dict[str, Any]] = []
        self._number = 0
        self._surprise: ReplayError | None = None

    def begin(self, answers: list[dict[str, Any]], number: int) -> None:
        self._answers, self._number = list(answers), number

    def end(self) -> None:
        # The desk takes an error of a job or a lane for theirs and goes on; here it comes out.
        if self._surprise is not None:
            raise self._surprise
        if self._answers:
            asked = self._answers[0]["operation"]
            raise ReplayError(self._number, f"LINE was asked {asked}, and is not asked now")

    def of(self, channel_id: ChannelId) -> _RememberedLine:
        return _RememberedLine(self, channel_id)

    def answer(self, channel_id: ChannelId, operation: str) -> Any:  # noqa: ANN401 - LINE's answer
        kept: Mapping[str, Any] = self._answers.pop(0) if self._answers else {}
        if (kept.get("channel"), kept.get("operation")) != (channel_id, operation):
            was = kept.get("operation", "nothing")
            problem = f"LINE is asked {operation}; it was asked {was}"
            self._surprise = self._surprise or ReplayError(self._number, problem)
            raise self._surprise
        if "error" in kept:
            raise LineApiError(**kept["error"])
        return as_value(kept["answer"])


class _RememberedLine:
    def __init__(self, remembered: _Remembered, channel_id: ChannelId) -> None:
        self._remembered = remembered
        self._channel_id = channel_id

    def __getattr__(self, operation: str) -> Any:  # noqa: ANN401 - a call that answers from memory
        return lambda *_given, **_named: self._remembered.answer(self._channel_id, operation)


def _signature(channel: Channel, body: bytes) -> str:
    digest = hmac.digest(channel.secrets[0].encode(), body, hashlib.sha256)
    return base64.b64encode(digest).decode()
