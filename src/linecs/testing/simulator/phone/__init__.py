"""A phone to look at: a page that shows customers' chats and does what their hands would."""

from __future__ import annotations

from linecs.testing.simulator.phone.serving import PHONE_PATH, Phone

__all__ = ["PHONE_PATH", "Phone"]
