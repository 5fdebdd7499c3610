"""Brings a desk and the simulated LINE together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.model import Channel, ChannelId

if TYPE_CHECKING:
    from linecs.desk import SupportDesk
    from linecs.testing.simulator import Channel as SimulatedChannel
    from linecs.testing.simulator import LineSimulator

__all__ = ["desk_channel", "settle"]


def desk_channel(
    line: LineSimulator, *, name: str = "main", channel: SimulatedChannel | None = None
) -> Channel:
    """Return a simulated channel as a desk takes it, secrets, token and address included.

    Args:
        line: A running simulator.
        name: The shop's own short name for the channel.
        channel: Which one; by default the one that is there from the start.

    Raises:
        SimulationError: The simulator is not running.
    """
    account = channel or line.channel
    return Channel(
        id=ChannelId(name),
        bot_user_id=account.bot_user_id,
        secrets=account.secret,
        access_token=account.access_token,
        api_url=line.url,
    )


def settle(desk: SupportDesk) -> None:
    """Do what a worker would until nothing is due: process, deliver, run jobs.

    No silence is waited for. What is due later needs the clock moved first.
    """
    while desk.process(wait=0) + desk.deliver() + desk.run_jobs():
        pass
