"""LINE's views keep the host contract, with the shop's middleware around them."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import support.line_views
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from werkzeug.test import Client

from linecs.model import StoredEvent
from linecs.storage.ports import Query
from linecs.testing.host_contract import CommonHostTests
from linecs.testing.simulator.events import sign

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linecs import SupportDesk
    from linecs.testing import LineSimulator
    from linecs.testing.host_contract import Host

MOST_LINES = 30


class TestDjangoShop(CommonHostTests):
    """The adapter passes the host contract inside the whole application."""

    @pytest.fixture(autouse=True)
    def _patched(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

    def create_host(self, desk: SupportDesk) -> Host:
        self.monkeypatch.setattr(support.line_views, "desk", lambda: desk)
        client = Client(WSGIHandler())

        def send(method: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
            answer = client.open("/line/webhook", method=method, data=body, headers=dict(headers))
            return answer.status_code, answer.get_data()

        return send


def test_it_commits_by_itself_where_requests_are_atomic(
    line: LineSimulator, desk: SupportDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under `ATOMIC_REQUESTS` the event is durable before the answer, and nobody waits for us."""
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)  # noqa: FBT003 - as Django has it
    event = line.customer("あおい").says("営業時間")
    body = event.body.replace(event.webhook_event_id.encode(), b"01ANOTHER")
    signature = sign(line.channel.secret, body)
    answer = Client(WSGIHandler()).post(
        "/line/webhook", data=body, headers={"X-Line-Signature": signature}
    )
    assert answer.status_code == 200
    kept = desk._core.storage.read(lambda tx: tx.select(Query(row=StoredEvent)))
    assert {each.id for each in kept} == {event.webhook_event_id, "01ANOTHER"}


def test_the_adapter_is_under_thirty_lines() -> None:
    """What the library leaves to a Django host is little: statements without words about them."""
    tree = ast.parse(Path(support.line_views.__file__).read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:]
    assert len(ast.unparse(tree).split("\n")) < MOST_LINES
