"""What operators read where the desk refused an act."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import linecs.desk
from linecs.desk.refusals import ACT_REFUSALS, spoken_refusal
from linecs.errors import (
    ActRefusedError,
    LinecsError,
    NotPermittedError,
    StaleReplyError,
    StaleTicketError,
    UnseenMessageError,
)
from linecs.hours import DAY_MS, MINUTE_MS
from linecs.routing import Permission

NOW = 2_000_000_000_000
NAMES = {"hanako": "花子"}
REASON = re.compile(r'ActRefusedError\(\s*(?:reason=)?"([a-z_]+)"')


def said(error: LinecsError) -> str:
    """What an operator reads now."""
    return spoken_refusal(error, now=NOW, names=NAMES)


@pytest.mark.parametrize(
    ("by", "ago", "expected"),
    [
        ("hanako", MINUTE_MS, "1分前に花子さんが返信しました"),
        ("taro", 2 * DAY_MS, "2日前にtaroさんが返信しました"),
        ("hanako", 59_999, "たった今、花子さんが返信しました"),
        ("bot", 0, "たった今、自動応答がありました"),
        ("customer", MINUTE_MS, "1分前にお客様の送信取消がありました"),
        ("", MINUTE_MS, "会話が更新されました"),
    ],
)
def test_a_stale_reply_names_who_came_between_and_when(by: str, ago: int, expected: str) -> None:
    """And says that nothing was sent."""
    told = said(StaleReplyError(version=2, by=by, at=NOW - ago))
    assert told == f"送信していません。{expected}。内容を確認して送り直してください。"


def test_every_reason_that_the_desk_gives_has_words() -> None:
    """A new reason without Japanese words fails here."""
    room = Path(inspect.getfile(linecs.desk)).parent
    given = {
        reason for file in room.rglob("*.py") for reason in REASON.findall(file.read_text("utf-8"))
    }
    assert given == set(ACT_REFUSALS)
    for reason in given:
        assert said(ActRefusedError(reason=reason)) == ACT_REFUSALS[reason]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (UnseenMessageError(newest="m"), "お客様の新しいメッセージがあります"),
        (StaleTicketError(version=3), "ほかの担当者がこのチケットを更新しました"),
        (NotPermittedError(actor="taro", permission=Permission.REPLY), "権限がありません"),
    ],
)
def test_other_refusals_say_what_to_do(error: LinecsError, expected: str) -> None:
    """Each kind in words of its own."""
    assert expected in said(error)


def test_what_nobody_foresaw_is_told_as_it_is() -> None:
    """Rather than hidden."""
    assert said(LinecsError("the disk is full")) == "できませんでした: the disk is full"
