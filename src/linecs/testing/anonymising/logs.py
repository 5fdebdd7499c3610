"""Every line of a log, made anonymous: what is not known to be harmless is replaced."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from linecs.testing.anonymising.texts import TextAnonymiser
from linecs.testing.replay.log import Head, read_log, write_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linecs.testing.replay.log import Entry


__all__ = ["anonymise"]

_ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_LINE_ID = re.compile(r"[UCR][0-9a-f]{32}")
# Words of LINE's and linecs' own; they name forms, never people.
_FORMS = frozenset(
    [
        "type",
        "mode",
        "stickerResourceType",
        "packageId",
        "stickerId",
        "result",
        "reason",
        "channel",
        "operation",
        "status",
        "linecs:type",
        "kind",
        "keywords",
        "language",
        "size",
        "layout",
        "align",
        "gravity",
        "weight",
        "style",
        "aspectRatio",
        "aspectMode",
        "color",
        "backgroundColor",
        "spacing",
        "margin",
        "position",
        "productId",
        "emojiId",
    ]
)
_COUNTS = frozenset(
    [
        "timestamp",
        "version",
        "wait",
        "after",
        "limit",
        "status",
        "index",
        "length",
        "total",
        "duration",
        "fileSize",
        "at",
        "until",
        "expires_in",
        "width",
        "height",
        "flex",
        "named",
    ]
)
_IDS = frozenset(
    [
        "id",
        "userId",
        "groupId",
        "roomId",
        "webhookEventId",
        "replyToken",
        "quoteToken",
        "markAsReadToken",
        "quotedMessageId",
        "messageId",
        "destination",
        "line_message_id",
        "quote_token",
        "request_id",
        "nonce",
        "actor",
        "line_user_id",
        "mark_as_read_token",
        "operator",
    ]
)
_PLACES = {"latitude": 35.681236, "longitude": 139.767125}
_WEB = re.compile(r"(https?://)(.*)", re.DOTALL)


def anonymise(log: Iterable[str], texts: TextAnonymiser) -> Iterator[str]:
    """Yield a log's lines made anonymous; the result replays as any log does.

    Times, sizes and the order of things stay.

    Raises:
        ReplayError: A line is none of a recorded desk.
    """
    lines = _Lines(texts=texts)
    for made in read_log(log):
        yield lines.head(made) if isinstance(made, Head) else lines.entry(made)


@frozen(kw_only=True)
class _Lines:
    """What one log's lines have in common.

    Attributes:
        texts: Replaces words.
        event_ids: LINE's ids of events; those of rows are made by the log's seed and stay.
    """

    texts: TextAnonymiser
    event_ids: set[str] = field(factory=set)

    def head(self, head: Head) -> str:
        channels = {name: self._id(bot) for name, bot in head.channels.items()}
        return write_line(
            {
                "linecs": head.linecs,
                "configuration": head.configuration,
                "seed": head.seed,
                "channels": channels,
                "form": head.form,
            }
        )

    def entry(self, entry: Entry) -> str:
        body = json.loads(entry.body) if entry.body else {}
        self.event_ids.update(each.get("webhookEventId", "") for each in body.get("events", ()))
        written = json.dumps(self._value("", body), ensure_ascii=False, separators=(",", ":"))
        return write_line(
            {
                "at": entry.at,
                "act": entry.act,
                "body": written if entry.body else "",
                "arguments": self._value("", entry.arguments),
                "answers": self._value("", entry.answers),
                "raised": entry.raised,
            }
        )

    def _value(self, name: str, value: Any) -> Any:  # noqa: ANN401 - any JSON value
        if name in _PLACES:
            return _PLACES[name]
        if isinstance(value, dict):
            return {self._key(key): self._value(key, inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._value(name, inner) for inner in value]
        if isinstance(value, str):
            return value if name in _FORMS else self._string(name, value)
        if isinstance(value, bool) or value is None or name in _COUNTS:
            return value
        return self._number(value)

    def _key(self, key: str) -> str:
        return key if re.fullmatch(r"[A-Za-z_:]{1,40}", key) else self.texts.text(key)

    def _string(self, name: str, value: str) -> str:
        if _ULID.fullmatch(value):
            return self.texts.pseudonyms.ulid(value) if value in self.event_ids else value
        if name in _IDS or _LINE_ID.fullmatch(value):
            return self._id(value)
        web = _WEB.fullmatch(value)
        if web:
            return web[1] + self.texts.pseudonyms.word(web[2])
        return self.texts.text(value)

    def _id(self, value: str) -> str:
        pseudonyms = self.texts.pseudonyms
        return (
            pseudonyms.hexadecimal(value) if _LINE_ID.fullmatch(value) else pseudonyms.word(value)
        )

    def _number(self, value: float) -> float:
        return int(self.texts.pseudonyms.word(str(value))) if isinstance(value, int) else 0.0
