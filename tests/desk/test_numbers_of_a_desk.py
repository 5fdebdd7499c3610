"""`desk.numbers` and `linecs numbers`."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from desks import QUESTION, found_by_commands
from linecs.cli import main
from linecs.desk import Routing
from linecs.hours import DAY_MS, HOUR_MS, BusinessCalendar
from linecs.model import Conversation, Ticket, TicketStatus
from linecs.storage.ports import equal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desks import MakeScene, Scene


def solve(scene: Scene) -> None:
    """Have a person answer c1's question after five minutes, and end the matter."""
    asked = scene.asks(QUESTION)
    scene.clock.advance(seconds=299)
    scene.desk.reply(
        asked.id, "はい。", actor="sato", version=asked.version, seen=asked.newest_message_id
    )
    ticket = scene.rows(Ticket)[-1]
    scene.desk.resolve(ticket.id, actor="sato", version=ticket.version)
    scene.settle()


def test_todays_numbers_come_from_todays_tickets(make: MakeScene) -> None:
    """What a person solved, what the bot solved in silence, and nothing of tomorrow."""
    scene = make()
    solve(scene)
    scene.line.customer("c2").says("営業時間")
    scene.settle()
    scene.clock.advance(seconds=1_801)
    scene.settle()
    today = scene.desk.numbers()
    assert (today.opened, today.replied, today.solved_by_bot, today.resolved) == (2, 1, 1, 2)
    assert today.first_reply.median_ms == 300_000
    scene.clock.advance(seconds=24 * 3_600)
    assert scene.desk.numbers().opened == 0
    yesterday, _ = scene.desk.routing.calendar.day(scene.clock() - DAY_MS)
    assert scene.desk.numbers(since=yesterday) == today


def test_a_day_ends_at_the_shops_midnight(make: MakeScene) -> None:
    """Not at midnight UTC."""
    hours = BusinessCalendar(weekly={"mon-sun": "00:00-24:00"}, timezone="Asia/Tokyo")
    scene = make(routing=Routing(calendar=hours))
    start, end = hours.day(scene.clock())
    assert hours.local(start).hour == 0
    assert end - start == DAY_MS
    scene.asks(QUESTION)
    assert scene.desk.numbers(since=start, until=end).unanswered == 1
    assert scene.desk.numbers(since=end).opened == 0


def test_more_tickets_than_a_page_are_all_counted(
    make: MakeScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each once, in whatever state."""
    monkeypatch.setattr("linecs.desk.numbers._AT_ONCE", 2)
    scene = make()
    for name in "abcde":
        scene.line.customer(name).says(QUESTION)
    scene.settle()
    assert scene.desk.numbers().opened == 5
    assert {ticket.status for ticket in scene.rows(Ticket)} == {TicketStatus.OPEN}


@pytest.fixture
def shop() -> Iterator[Scene]:
    """A desk that the command finds under `a_shop:desk`; what happens here is an hour past."""
    with found_by_commands(ago=HOUR_MS) as made:
        yield made


def test_the_command_prints_a_line_a_day_and_the_sum(
    shop: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """Days without tickets too, so that a quiet day can be seen."""
    solve(shop)
    tomorrow = shop.desk.routing.calendar.local(shop.clock() + DAY_MS).date().isoformat()
    assert main(["numbers", "a_shop:desk", "--days", "3", "--until", tomorrow]) == 0
    heading, *days, total, categories = capsys.readouterr().out.splitlines()
    assert "初回返信(中央値)" in heading
    assert len(days) == 3
    assert days[-1].split()[:2] == [tomorrow, "0"]
    assert total.split()[:6] == ["合計", "1", "0", "1", "0", "5分"]
    assert categories == "分類: なし 1"


def test_spreadsheets_get_a_csv(shop: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    """The same cells, in the language asked for."""
    solve(shop)
    assert main(["numbers", "a_shop:desk", "--days", "2", "--csv", "--lang", "en"]) == 0
    rows = list(csv.reader(capsys.readouterr().out.splitlines()))
    assert next(row[0] for row in rows) == "day"
    assert rows[-1][:4] == ["all", "1", "0", "1"]


@pytest.mark.parametrize("wrong", [["--until", "yesterday"], ["--days", "0"]])
def test_what_cannot_be_read_is_told(
    shop: Scene, wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """By the argument's name."""
    assert main(["numbers", "a_shop:desk", *wrong]) == 2
    assert wrong[0] in capsys.readouterr().err


def test_staffing_counts_the_desks_own_inquiries(
    shop: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the bot solved is nobody's work, and the hours are those in which people wrote."""
    solve(shop)
    shop.line.customer("c2").says("営業時間")
    shop.settle()
    shop.clock.advance(seconds=1_801)
    shop.settle()
    words = ["staffing", "--desk", "a_shop:desk", "--days", "2", "--handling", "10m"]
    assert main(words) == 0
    _, *rows, _ = capsys.readouterr().out.splitlines()
    assert sum(float(row.split()[1]) for row in rows) == 1.0


def test_people_who_answer_side_by_side_are_measured(make: MakeScene) -> None:
    """Two matters open at once from first to last reply count as two."""
    scene = make()
    start = scene.clock()
    for name in "ab":
        scene.line.customer(name).says(QUESTION)
    scene.settle()
    for _ in range(2):
        for ticket in scene.rows(Ticket):
            chat = scene.one(Conversation, equal("id", ticket.conversation_id))
            scene.desk.reply(
                chat.id,
                "確認します。",
                actor="sato",
                version=chat.version,
                seen=chat.newest_message_id,
            )
        scene.settle()
        scene.clock.advance(seconds=600)
    workload = scene.desk.workload(since=start - DAY_MS, until=scene.clock() + DAY_MS)
    assert workload.concurrency == pytest.approx(2.0)
    assert sum(workload.arrivals.values()) == 2.0
