"""What a customer sent, read from LINE's answer into a file."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import TYPE_CHECKING

from linecs.delivery.account import (
    ContentGone,
    ContentPreparing,
    ContentTooLarge,
    FetchedContent,
)
from linecs.delivery.calls import api_error

if TYPE_CHECKING:
    from linecs.delivery.media import ByteSink
    from linecs.delivery.wire import Incoming

__all__ = ["received"]

_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


def received(
    operation: str, incoming: Incoming, target: ByteSink, limit: int
) -> FetchedContent | ContentPreparing | ContentGone | ContentTooLarge:
    """Write the content into `target`, in pieces, at most `limit` bytes, and say what it is.

    Raises:
        LineApiError: An answer that is none of these.
        NoAnswerError: The connection was lost, or the deadline passed.
    """
    if incoming.status == HTTPStatus.ACCEPTED:
        return ContentPreparing()
    if incoming.status in _GONE:
        return ContentGone(status=incoming.status)
    if incoming.status != HTTPStatus.OK:
        raise api_error(operation, incoming.status, incoming.headers)
    digest, size = hashlib.sha256(), 0
    for chunk in incoming.chunks():
        size += len(chunk)
        if size > limit:
            return ContentTooLarge(limit=limit)
        digest.update(chunk)
        target.write(chunk)
    content_type = incoming.headers.get("content-type", "application/octet-stream")
    return FetchedContent(content_type=content_type, size=size, sha256=digest.hexdigest())
