"""The shop's desk, from its settings."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from linecs import Channel, FileMediaStore, SupportDesk
from linecs.desk import Linking
from linecs.idlink import AccountLink, LinkRegistry
from mimosa.database import Database
from mimosa.members import MemberCards

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["create_desk", "desk"]


def create_desk(database: Database, settings: Mapping[str, str]) -> SupportDesk:
    """Return the desk of these settings: `PUBLIC_URL`, `MEDIA_FOLDER`, the `LINE_...` values."""
    return SupportDesk(
        storage=database.desk_storage,
        channels=[
            Channel(
                id="main",
                bot_user_id=settings["LINE_BOT_USER_ID"],
                secrets=settings["LINE_CHANNEL_SECRET"],
                access_token=settings["LINE_ACCESS_TOKEN"],
                api_url=settings.get("LINE_API_URL", "https://api.line.me"),
            )
        ],
        linking=Linking(account_link=_account_link(settings)),
        members=MemberCards(database.plain),
        media=FileMediaStore(Path(settings.get("MEDIA_FOLDER", "media"))),
        media_url=f"{settings['PUBLIC_URL']}/line/media",
    )


def _account_link(settings: Mapping[str, str]) -> AccountLink:
    return AccountLink(
        page_url=f"{settings['PUBLIC_URL']}/line/link",
        dialog_url=settings.get("LINE_DIALOG_URL", "https://access.line.me/dialog/bot/accountLink"),
        registry=LinkRegistry(),
    )


def desk() -> SupportDesk:
    """Return the desk of this process's environment; `linecs work mimosa.support:desk` calls it."""
    return create_desk(Database(os.environ["DATABASE_URL"]), os.environ)
