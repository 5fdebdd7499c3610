from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from testing.inner_runs import run_inside

if TYPE_CHECKING:
    from pathlib import Path

SHOP_TESTS = """
import pytest
from linecs.replies import KeywordResponder, KeywordRule
from linecs.testing import settle

pytest_plugins = ["linecs.testing.plugin"]


@pytest.fixture
def linecs_desk_options():
    rule = KeywordRule(id="hours", exact=("営業時間",), texts=("平日10時から18時です。",))
    return {"responder": KeywordResponder([rule])}


def test_opening_hours(line, desk):
    customer = line.customer("c1")
    customer.says("営業時間")
    settle(desk)
    assert customer.chat[-1].text == "平日10時から18時です。"


def test_time_stands_still(line, desk, clock):
    line.customer("c1").says("注文の件")
    settle(desk)
    before = clock()
    assert desk.orphans() == []
    clock.advance(days=3)
    assert clock() - before == 3 * 24 * 3600 * 1000
    assert line.clock() == clock()


def test_each_test_has_a_desk_of_its_own(line, desk):
    assert desk.feed() == []


class TestOnSqlite:
    @pytest.fixture
    def linecs_storage(self, linecs_sqlite):
        return linecs_sqlite

    def test_a_database_may_be_given(self, line, desk, linecs_storage, tmp_path):
        line.customer("c1").says("営業時間")
        settle(desk)
        linecs_storage.check()
        assert (tmp_path / "linecs.sqlite3").stat().st_size > 0
        assert line.customer("c1").chat[-1].text == "平日10時から18時です。"


def test_this_one_is_wrong(line, desk):
    line.customer("c1").says("営業時間")
    settle(desk)
    assert line.customer("c1").chat[-1].text == "年中無休です。"
"""


def test_a_shop_opts_in_by_one_line(tmp_path: Path) -> None:
    """A test file that names the plugin gets `line`, `clock` and `desk`, wired to each other."""
    file = tmp_path / "test_shop.py"
    file.write_text(SHOP_TESTS, encoding="utf-8")
    run = run_inside(file)
    assert run.passed == {
        "": {
            "test_opening_hours",
            "test_time_stands_still",
            "test_each_test_has_a_desk_of_its_own",
        },
        "TestOnSqlite": {"test_a_database_may_be_given"},
    }
    assert run.failed == {"": {"test_this_one_is_wrong"}}


TEN_LINES = """
from linecs import KeywordResponder, KeywordRule, MemoryStorage, SupportDesk
from linecs.testing import LineSimulator, desk_channel, settle

hours = KeywordRule(id="hours", exact=("営業時間",), texts=("平日10時から18時です。",))

def a_customer_asks():
    with LineSimulator() as line:
        answers = KeywordResponder([hours])
        channel = desk_channel(line)
        desk = SupportDesk(storage=MemoryStorage(), channels=[channel], responder=answers)
        line.deliver_to(desk.receive)
        customer = line.customer("c1")
        customer.says("営業時間")
        settle(desk)
        assert customer.chat[-1].text == "平日10時から18時です。"
"""

WATCHED = """
import sys, time
peers = []
def watch(event, arguments):
    if event == "socket.connect":
        peers.append(arguments[1][0])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        peers.append(arguments[0])
sys.addaudithook(watch)
a_customer_asks()
times = []
for _ in range(5):
    begun = time.perf_counter()
    a_customer_asks()
    times.append(time.perf_counter() - begun)
print(min(times) * 1000, *sorted({str(peer) for peer in peers}))
"""


def test_the_readme_test_is_quick_and_leaves_nothing_outside() -> None:
    """Asking and seeing the answer takes under 50 ms once imported; all on loopback."""
    command = [sys.executable, "-c", TEN_LINES + WATCHED]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own code
    milliseconds, *peers = done.stdout.split()
    assert peers == ["127.0.0.1"]
    assert float(milliseconds) < 50
