"""Matters of the past for tests of what is learnt from them: asked, answered, and at an end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from desks import make_scene
from linecs.model import Conversation, Customer, Ticket
from linecs.replies.faq import FaqEntry
from linecs.storage.ports import equal
from linecs.storage.sql import SqlStorage
from linecs.testing import LineSimulator, VirtualClock

if TYPE_CHECKING:
    from pathlib import Path

    from desks import Scene

FAQ = (
    FaqEntry(
        id="returns", question="返品はできますか", answer="到着から7日以内なら返品を承ります。"
    ),
    FaqEntry(id="fee", question="送料はいくらですか", answer="送料は全国一律500円です。"),
    FaqEntry(id="hours", question="営業時間を教えてください", answer="10時から18時です。"),
)
WRAPPING = "ギフト包装は一点300円で承ります。"
RETURN = "サイズ違いの商品の返品"
_DAYS = 40 * 24 * 60 * 60 * 1_000


def ask(scene: Scene, text: str, *taps: str, customer: str = "c1") -> None:
    """A customer asks, taps, and the matter comes to its end."""
    user = scene.line.customer(customer)
    user.says(text)
    scene.settle()
    for tap in taps:
        scene.clock.advance(seconds=20)
        user.taps(tap)
        scene.settle()
    scene.clock.advance(minutes=40)
    scene.settle()


def answer(scene: Scene, *texts: str, customer: str = "c1") -> None:
    """A person answers a customer's newest matter and ends it."""
    user = scene.one(Customer, equal("line_user_id", scene.line.customer(customer).user_id))
    for text in texts:
        now = scene.one(Conversation, equal("id", user.id))
        seen = now.newest_message_id
        scene.desk.reply(now.id, text, actor="sato", version=now.version, seen=seen)
        scene.settle()
    ticket = scene.rows(Ticket, equal("customer_id", user.id), order=("opened_at", "id"))[-1]
    scene.desk.resolve(ticket.id, actor="sato", version=ticket.version)
    scene.clock.advance(days=4)
    scene.settle()


def asked_and_answered(scene: Scene, customer: str, text: str, *answers: str) -> None:
    """A customer asks what only a person can answer."""
    ask(scene, text, customer=customer)
    answer(scene, *answers, customer=customer)


def teach(database: Path) -> None:
    """Leave a shop's desk in this SQLite file, with a month of customers to learn from."""
    storage = SqlStorage.connect(f"sqlite:///{database}")
    clock = VirtualClock(time.time_ns() // 1_000_000 - _DAYS)
    with LineSimulator(clock=clock) as line:
        scene = make_scene(line, clock, storage=storage, responder=None)
        scene.desk.knowledge.publish("faq", FAQ, by="寺澤")
        ask(scene, "送料はいくらですか", "はい")
        ask(scene, RETURN, "1", "はい", customer="c2")
        asked_and_answered(scene, "c3", "ギフト包装はできますか", "花子様、こんにちは。" + WRAPPING)
        asked_and_answered(scene, "c4", "ギフト包装をお願いできますか", WRAPPING)
        closed = "いまは募集しておりません。"
        asked_and_answered(scene, "c5", "アルバイトは募集していますか", closed)
        asked_and_answered(scene, "c6", "アルバイトを募集していませんか", closed)
    storage.close()
