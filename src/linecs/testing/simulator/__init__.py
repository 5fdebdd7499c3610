"""LINE on this machine: the platform, and customers to play."""

from __future__ import annotations

from linecs.testing.simulator.accounts import Channel
from linecs.testing.simulator.chats import Bubble, Friendship, QuickReply, Sender
from linecs.testing.simulator.customer import Customer
from linecs.testing.simulator.errors import SimulationError
from linecs.testing.simulator.faults import Fault
from linecs.testing.simulator.links import AccountLink, LinkResult
from linecs.testing.simulator.login import AutoLogin, Callback, LoginChannel
from linecs.testing.simulator.server import LineSimulator
from linecs.testing.simulator.taps import Tap
from linecs.testing.simulator.webhooks import Delivery, WebhookEvent, Webhooks
from linecs.testing.simulator.wire import ApiCall

__all__ = [
    "AccountLink",
    "ApiCall",
    "AutoLogin",
    "Bubble",
    "Callback",
    "Channel",
    "Customer",
    "Delivery",
    "Fault",
    "Friendship",
    "LineSimulator",
    "LinkResult",
    "LoginChannel",
    "QuickReply",
    "Sender",
    "SimulationError",
    "Tap",
    "WebhookEvent",
    "Webhooks",
]
