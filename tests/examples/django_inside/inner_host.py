"""LINE's views keep the host contract, with the shop's middleware around them."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import support.line_views
from django.core.handlers.wsgi import WSGIHandler
from werkzeug.test import Client

from linecs.testing.host_contract import CommonHostTests

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linecs import SupportDesk
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


def test_the_adapter_is_under_thirty_lines() -> None:
    """What the library leaves to a Django host is little: statements without words about them."""
    tree = ast.parse(Path(support.line_views.__file__).read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:]
    assert len(ast.unparse(tree).split("\n")) < MOST_LINES
