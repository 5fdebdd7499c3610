"""`python -m mimosa.install`: tables, members, orders and answers; run it once, or again."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from linecs.replies.files import read_faq, read_rules, read_scenarios, read_templates
from linecs.storage.sql import migrate
from mimosa.database import Database
from mimosa.members import hashed
from mimosa.support import create_desk
from mimosa.tables import READY, Base, Member, Order

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from linecs import SupportDesk

__all__ = ["add_shop", "publish_answers"]

_CONTENT = Path(__file__).parents[2] / "shop_content"
_ANSWERS: Mapping[str, tuple[str, Callable[..., tuple[Any, ...]]]] = {
    "rules": ("rules.yaml", read_rules),
    "faq": ("faq.csv", read_faq),
    "scenarios": ("scenarios.yaml", read_scenarios),
    "templates": ("templates.yaml", read_templates),
}
_MEMBERS = (
    ("M1001", "aoi@example.com", "青井 葵", "ゴールド"),
    ("M1002", "mio@example.com", "三尾 澪", "レギュラー"),
)
_ORDERS = (
    ("240611", "M1001", "サテンドレス ネイビー M"),
    ("240630", "M1001", "ポインテッドパンプス 23.5cm"),
    ("240622", "M1002", "カラーコンタクト ワンデー ブラウン"),
)


async def add_shop(database: Database, *, password: str, now: int) -> None:
    """Make the shop's tables, with members and orders where there are none yet."""
    async with database.sessions.begin() as session:
        await session.run_sync(lambda each: Base.metadata.create_all(each.connection()))
        if await session.get(Member, _MEMBERS[0][0]) is None:
            names = ("id", "email", "name", "rank")
            kept = hashed(password)
            session.add_all(
                Member(**dict(zip(names, each, strict=True)), password=kept) for each in _MEMBERS
            )
            await session.flush()
            session.add_all(
                Order(number=number, member_id=member, title=title, status=READY, placed_at=now)
                for number, member, title in _ORDERS
            )


def publish_answers(desk: SupportDesk) -> None:
    """Publish the shop's rules, FAQ, scenarios and templates where nothing is published yet."""
    for kind, (name, read) in _ANSWERS.items():
        if not desk.knowledge.versions(kind, limit=1):
            entries = read((_CONTENT / name).read_bytes(), name=name)
            desk.knowledge.publish(kind, entries, by="lead", note="最初の公開")


async def _install() -> None:
    migrate(os.environ["DATABASE_URL"])
    database = Database(os.environ["DATABASE_URL"])
    password, now = os.environ["DEMO_PASSWORD"], time.time_ns() // 1_000_000
    await add_shop(database, password=password, now=now)
    await asyncio.to_thread(publish_answers, create_desk(database, os.environ))
    await database.close()


if __name__ == "__main__":
    asyncio.run(_install())
