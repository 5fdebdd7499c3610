"""A desk that writes down what it is told and what LINE answers."""

from __future__ import annotations

import inspect
import threading
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import attrs

from linecs.delivery.account import LineApiError
from linecs.errors import ConfigurationError
from linecs.testing.replay.entropy import Entropy
from linecs.testing.replay.log import Entry, Head, write_line
from linecs.testing.replay.staging import HeldClock, staged, told
from linecs.testing.replay.values import as_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from linecs.desk import SupportDesk
    from linecs.model import ChannelId

__all__ = ["RecordedDesk"]

_ONLY_LOOKS = frozenset(
    {"explain", "failed_events", "failed_jobs", "health", "inbox", "orphans", "quota"}
)
_NOT_RECORDED = frozenset({"handle", "knowledge", "media", "receive_async", "using"})


class RecordedDesk:
    """Does what the desk does, one thing after another, and keeps a log of it.

    It has the desk's methods. `deliver` makes one call to LINE at a time.

    Args:
        desk: On an empty store; used through this alone from now on.
        log: Where lines are written, as they come.
        configuration: The host's name for the rules and settings it runs with.
        seed: Decides every id that is made.

    Raises:
        ConfigurationError: The desk keeps media, which a log does not hold.
    """

    def __init__(
        self, desk: SupportDesk, log: TextIO, *, configuration: str = "", seed: int = 0
    ) -> None:
        core = desk._core  # noqa: SLF001 - there is no other way to the channels
        self._clock, self._time = HeldClock(), core.clock
        self._entropy = Entropy(seed)
        self._answers: list[dict[str, Any]] = []
        self._desk = staged(
            desk, self._clock, _Listening(core.gateways, self._entropy, self._answers)
        )
        self._log = log
        self._lock = threading.Lock()
        channels = {str(each.id): each.bot_user_id for each in core.channels.values()}
        head = Head(
            linecs=version("linecs"), configuration=configuration, seed=seed, channels=channels
        )
        self._log.write(write_line(attrs.asdict(head)))

    def receive(self, body: bytes, signature: str | None) -> Any:  # noqa: ANN401 - the desk's Receipt
        """Do what `SupportDesk.receive` does; a body that is refused is not written down."""
        with self._lock:
            self._clock.now = self._time()
            with self._entropy.seeded():
                receipt = self._desk.receive(body, signature)
            self._write(Entry(at=self._clock.now, act="receive", body=body.decode()))
            return receipt

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the desk has
        """Return the desk's method of that name; calling it is written down."""
        if name in _NOT_RECORDED:
            raise ConfigurationError(f"RecordedDesk cannot record {name}().")
        found = getattr(self._desk, name)
        if name in _ONLY_LOOKS or not callable(found):
            return found
        return partial(self._do, name, inspect.signature(found))

    def _do(self, act: str, signature: inspect.Signature, *given: object, **named: object) -> Any:  # noqa: ANN401 - the act's
        arguments = dict(signature.bind(*given, **named).arguments)
        written = {name: as_json(value) for name, value in arguments.items()}
        with self._lock:
            self._clock.now, raised = self._time(), ""
            self._answers.clear()
            try:
                with self._entropy.seeded():
                    return told(self._desk, act)(**arguments)
            except Exception as error:
                raised = type(error).__name__
                raise
            finally:
                entry = Entry(
                    at=self._clock.now,
                    act=act,
                    arguments=written,
                    answers=list(self._answers),
                    raised=raised,
                )
                self._write(entry)

    def _write(self, entry: Entry) -> None:
        self._log.write(write_line(attrs.asdict(entry, recurse=False)))
        self._log.flush()


class _Listening:
    """Gateways that write down LINE's answers."""

    def __init__(self, gateways: Any, entropy: Entropy, answers: list[dict[str, Any]]) -> None:  # noqa: ANN401 - Gateways
        self._gateways = gateways
        self._entropy = entropy
        self._answers = answers

    def of(self, channel_id: ChannelId) -> _Line:
        return _Line(partial(self._ask, channel_id))

    def _ask(self, channel_id: ChannelId, operation: str, *given: object, **named: object) -> Any:  # noqa: ANN401 - LINE's answer
        asked = {"channel": channel_id, "operation": operation}
        with self._entropy.suspended():
            try:
                answer = getattr(self._gateways.of(channel_id), operation)(*given, **named)
            except LineApiError as error:
                self._answers.append({**asked, "error": dict(vars(error))})
                raise
        self._answers.append({**asked, "answer": as_json(answer)})
        return answer


class _Line:
    """A gateway, each of whose calls goes through one function."""

    def __init__(self, ask: Callable[..., Any]) -> None:
        self._ask = ask

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        return partial(self._ask, operation)
