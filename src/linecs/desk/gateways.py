"""The way to LINE, one gateway a channel, made when first needed and anew after a fork."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linecs.delivery.gateway import LineGateway
    from linecs.model import Channel, ChannelId

__all__ = ["Gateways"]


class Gateways:
    """Gateways by channel.

    Args:
        channels: By the shop's own short names.
        timeout: How long one call may take, in ms.
    """

    def __init__(self, channels: Mapping[ChannelId, Channel], *, timeout: int) -> None:
        self._channels = channels
        self._timeout = timeout / 1_000
        self._lock = threading.Lock()
        self._made: dict[tuple[int, ChannelId], LineGateway] = {}

    def of(self, channel_id: ChannelId) -> LineGateway:
        """Return the channel's gateway. Sockets are not shared across a fork."""
        key = (os.getpid(), channel_id)
        with self._lock:
            if key not in self._made:
                # The SDK's client takes about a second to import; intake never needs it.
                from linecs.delivery.gateway import LineGateway  # noqa: PLC0415

                self._made[key] = LineGateway(self._channels[channel_id], timeout=self._timeout)
            return self._made[key]
