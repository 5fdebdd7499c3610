"""The shop's desk: from its settings, with what the support lead wrote."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve
from storefront import Shop

from linecs import Channel, FileMediaStore, SqlStorage, SupportDesk
from linecs.desk import Linking, Staff, read_routing
from linecs.desk.knowledge import PublishedResponder
from linecs.idlink import AccountLink, LinkRegistry
from linecs.replies.faq import shipped_policy
from linecs.replies.files import read_faq, read_rules, read_scenarios, read_templates
from linecs.routing import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

__all__ = ["create_desk", "desk", "publish_content"]

_LEADS = {"hanako"}
_CONTENT = Path(__file__).parent.parent / "shop_content"
_READERS: Mapping[str, tuple[str, Callable[..., tuple[Any, ...]]]] = {
    "rules": ("rules.yaml", read_rules),
    "faq": ("faq.csv", read_faq),
    "scenarios": ("scenarios.yaml", read_scenarios),
    "templates": ("templates.yaml", read_templates),
}


def create_desk(settings: Mapping[str, str]) -> SupportDesk:
    """Return the desk of these settings.

    Args:
        settings: `DATABASE_URL`, `DATA_FOLDER`, `PUBLIC_URL`, and the channel's `LINE_...` values.
    """
    folder = Path(settings["DATA_FOLDER"])
    storage = SqlStorage.connect(settings["DATABASE_URL"])
    return SupportDesk(
        storage=storage,
        # This FAQ was read through by people; a shop that has not done so begins stricter.
        responder=PublishedResponder(storage, clock=_now, policy=shipped_policy("none")),
        channels=[
            Channel(
                id="main",
                bot_user_id=settings["LINE_BOT_USER_ID"],
                secrets=settings["LINE_CHANNEL_SECRET"],
                access_token=settings["LINE_ACCESS_TOKEN"],
                api_url=settings.get("LINE_API_URL", "https://api.line.me"),
            )
        ],
        staff=Staff(roles=lambda name: Role.LEAD if name in _LEADS else Role.OPERATOR),
        routing=read_routing((_CONTENT / "hours.yaml").read_bytes(), name="hours.yaml"),
        linking=Linking(account_link=_account_link(settings)),
        members=Shop(folder / "shop.sqlite3"),
        media=FileMediaStore(folder / "media"),
        media_url=f"{settings['PUBLIC_URL']}/line/media",
    )


def _now() -> int:
    return time.time_ns() // 1_000_000


def _account_link(settings: Mapping[str, str]) -> AccountLink:
    page = f"{settings['PUBLIC_URL']}/line/link"
    link = AccountLink(page_url=page, registry=LinkRegistry())
    dialog = settings.get("LINE_DIALOG_URL")  # a simulator's
    return evolve(link, dialog_url=dialog) if dialog else link


def publish_content(desk: SupportDesk, *, by: str) -> None:
    """Publish what stands in the content folder, where nothing was published yet."""
    for kind, (name, read) in _READERS.items():
        if not desk.knowledge.versions(kind, limit=1):
            entries = read((_CONTENT / name).read_bytes(), name=name)
            desk.knowledge.publish(kind, entries, by=by, note="最初の公開")


def desk() -> SupportDesk:
    """Return the desk of this process's environment; `linecs work shop_desk:desk` calls it."""
    return create_desk(os.environ)
