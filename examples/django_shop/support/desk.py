"""The shop's desk: from Django's settings, with what the support lead wrote."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from shop.members import ShopMembers

from linecs import Channel, FileMediaStore, SqlStorage, SupportDesk
from linecs.desk import Linking, Staff
from linecs.desk.knowledge import PublishedResponder
from linecs.idlink import AccountLink, LinkRegistry
from linecs.replies.faq import shipped_policy
from linecs.replies.files import read_faq, read_rules, read_scenarios, read_templates
from support.operators import role_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

__all__ = ["desk", "joined_desk", "publish_content"]

CONTENT = Path(__file__).parents[2] / "shop_content"
_READERS: Mapping[str, tuple[str, Callable[..., tuple[Any, ...]]]] = {
    "rules": ("rules.yaml", read_rules),
    "faq": ("faq.csv", read_faq),
    "scenarios": ("scenarios.yaml", read_scenarios),
    "templates": ("templates.yaml", read_templates),
}


@cache
def desk() -> SupportDesk:
    """Return the desk of this process, made when it is first asked for."""
    storage = SqlStorage.connect_django()
    return SupportDesk(
        storage=storage,
        # This FAQ was read through by people; a shop that has not done so begins stricter.
        responder=PublishedResponder(storage, clock=_now, policy=shipped_policy("none")),
        channels=[Channel(id="main", **settings.LINE)],
        staff=Staff(roles=role_of),
        linking=Linking(account_link=_account_link()),
        members=ShopMembers(),
        media=FileMediaStore(settings.DATA_FOLDER / "media"),
        media_url=f"{settings.PUBLIC_URL}/line/media",
    )


def joined_desk() -> SupportDesk:
    """Return the desk inside whatever `transaction.atomic()` is open."""
    return desk().using(SqlStorage.join_django())


def publish_content(*, by: str) -> None:
    """Publish what stands in the content folder, where nothing was published yet."""
    for kind, (name, read) in _READERS.items():
        if not desk().knowledge.versions(kind, limit=1):
            entries = read((CONTENT / name).read_bytes(), name=name)
            desk().knowledge.publish(kind, entries, by=by, note="最初の公開")


def _now() -> int:
    return time.time_ns() // 1_000_000


def _account_link() -> AccountLink:
    own = {"dialog_url": settings.LINE_DIALOG_URL} if settings.LINE_DIALOG_URL else {}
    page = f"{settings.PUBLIC_URL}/account/link"
    return AccountLink(page_url=page, registry=LinkRegistry(), **own)
