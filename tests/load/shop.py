"""The shop that `linecs work load.shop:desk` runs, told by its environment where things are."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from linecs.desk import SupportDesk
from linecs.model import Answer, Channel
from linecs.storage.sql import SqlStorage

if TYPE_CHECKING:
    from linecs.model import Bubble, Inquiry

__all__ = ["SETTINGS", "Reciter", "desk"]

SETTINGS = ("DATABASE_URL", "BOT_USER_ID", "CHANNEL_SECRET", "CHANNEL_ACCESS_TOKEN", "LINE_URL")


class Reciter:
    """Answers with the customer's own bubbles, so that an answer says what it answers."""

    name = "reciter"

    def respond(self, inquiry: Inquiry) -> Answer:
        said = " ".join(bubble.text for bubble in inquiry.bubbles)
        return Answer(messages=({"type": "text", "text": said},), source=self.name)

    def waits(self, bubble: Bubble) -> bool:
        """Nothing waits: the more separate answers, the more can go wrong."""
        return False


def desk() -> SupportDesk:
    """Return the desk."""
    url, bot_user_id, secret, token, line_url = (os.environ[name] for name in SETTINGS)
    channel = Channel(
        id="main", bot_user_id=bot_user_id, secrets=secret, access_token=token, api_url=line_url
    )
    storage = SqlStorage.connect(url)
    return SupportDesk(storage=storage, channels=[channel], responder=Reciter())
