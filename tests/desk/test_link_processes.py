"""Promise 7 in two processes: a link that ends discloses nothing, anywhere, at once."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from attrs import frozen

import link_process
from databases import scratch_database
from linecs.desk import SupportDesk
from linecs.idlink import LinkClaim, LinkRegistry
from linecs.model import ChannelId, LineUserId, MemberId
from linecs.model.link import LinkFlow, LinkSubject
from linecs.storage.sql import SqlStorage, migrate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@frozen
class OtherProcess:
    """A desk on the same database, in another process."""

    process: subprocess.Popen[str]

    def says(self, wish: str) -> str:
        """Have it do something, and return whose card it then shows."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{wish}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


@frozen
class Pair:
    """This process's desk, and another's, and one customer."""

    desk: SupportDesk
    other: OtherProcess
    subject: LinkSubject

    def links(self, member: str) -> None:
        """Link the customer."""
        claim = LinkClaim(
            subject=self.subject, member_id=MemberId(member), flow=LinkFlow.LOGIN, at=1
        )
        self.desk.links.run(lambda links: LinkRegistry().link(links, claim))

    def card(self) -> str:
        """Return whose card this process shows."""
        card = self.desk.members.card(self.subject.customer_id, actor="tanaka")
        return card.member_id if card else "no card"


_OTHERS = [pytest.param(each, marks=pytest.mark.slow) for each in ("sqlite", "mariadb")]


@pytest.fixture(params=["postgresql", *_OTHERS])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    """Two processes on one database."""
    with scratch_database(request.param, tmp_path) as url:
        migrate(url)
        storage = SqlStorage.connect(url)
        desk = link_process.desk_on(storage)
        subject = desk.links.subject(ChannelId("main"), LineUserId("U-hanako"))
        command = [sys.executable, link_process.__file__, url, subject.customer_id]
        with subprocess.Popen(  # noqa: S603 - this file's own script
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            yield Pair(desk, OtherProcess(process), subject)
            assert process.stdin is not None
            process.stdin.close()
            process.wait(20)
        storage.close()


def test_an_unlink_here_closes_a_cached_card_there(pair: Pair) -> None:
    """The other process had the card a moment ago, fresh in its cache."""
    pair.links("M1")
    assert pair.other.says("card") == "M1"
    pair.desk.links.unlink(pair.subject.customer_id, actor="shop", tells=False)
    assert pair.other.says("card") == "no card"


def test_an_unlink_there_closes_a_cached_card_here(pair: Pair) -> None:
    """And a link to another member shows that member in both, never the one before."""
    pair.links("M1")
    assert pair.card() == "M1"
    assert pair.other.says("unlink") == "no card"
    assert pair.card() == "no card"
    pair.links("M2")
    assert (pair.card(), pair.other.says("card")) == ("M2", "M2")
