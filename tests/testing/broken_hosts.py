"""Hosts with one mistake each, to show that the contract finds it; not collected by itself."""

from __future__ import annotations

import json
import traceback
from typing import TYPE_CHECKING, ClassVar

from flask import Flask, abort, request

from linecs.errors import IntakeError
from linecs.storage.memory import MemoryStorage
from linecs.testing.host_contract import CommonHostTests
from testing.web_hosts import ADDRESS, wsgi_host

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from linecs.desk import SupportDesk
    from linecs.testing.host_contract import Host


class FlaskHost(CommonHostTests):
    """A Flask host of one view."""

    methods: ClassVar = ["POST"]

    def view(self, desk: SupportDesk) -> Any:
        raise NotImplementedError

    def create_host(self, desk: SupportDesk) -> Host:
        app = Flask("shop")
        app.add_url_rule(ADDRESS, "webhook", lambda: self.view(desk), methods=self.methods)
        return wsgi_host(app)


def receive(desk: SupportDesk, body: bytes | None = None) -> Any:
    """Do it right, for views that make their mistake elsewhere."""
    try:
        return desk.receive(body or request.get_data(), request.headers.get("X-Line-Signature"))
    except IntakeError:
        abort(400)


def _written(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


class TestWritesTheBodyAnew(FlaskHost):
    """Parses the body and writes it again, as a framework's JSON field does."""

    def view(self, desk: SupportDesk) -> str:
        receive(desk, _written(request.get_json()))
        return ""


class TestKnowsOneCaseOfTheHeader(FlaskHost):
    """Looks the header up in a plain dictionary, as gateways hand it over."""

    def create_host(self, desk: SupportDesk) -> Host:
        def send(method: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
            if method != "POST":
                return 405, b""
            try:
                desk.receive(body, headers.get("X-Line-Signature"))
            except IntakeError:
                return 400, b""
            except RuntimeError:
                return 500, b""
            return 200, b""

        return send


class TestLetsTheRefusalOut(FlaskHost):
    """Answers what LINE did not sign with the framework's 500."""

    def view(self, desk: SupportDesk) -> str:
        desk.receive(request.get_data(), request.headers.get("X-Line-Signature"))
        return ""


class TestIsAlwaysContent(FlaskHost):
    """Answers 200 whatever comes and whatever happens."""

    def view(self, desk: SupportDesk) -> str:
        try:
            desk.receive(request.get_data(), request.headers.get("X-Line-Signature"))
        except Exception:  # noqa: BLE001 - the mistake
            return "ok"
        return ""


class TestKeepsNothing(FlaskHost):
    """Checks the signature and forgets the event."""

    def view(self, desk: SupportDesk) -> str:
        receive(desk.using(MemoryStorage()))
        return ""


class TestRefusesRepeats(FlaskHost):
    """Answers a repeat with an error, so that LINE sends it again and again."""

    def view(self, desk: SupportDesk) -> tuple[str, int]:
        receipt = receive(desk)
        return "", 200 if receipt.fresh or not receipt.event_ids else 409


class TestWantsEvents(FlaskHost):
    """Takes the Verify button's empty body for a mistake."""

    def view(self, desk: SupportDesk) -> tuple[str, int]:
        return "", 200 if receive(desk).event_ids else 400


class TestAnswersInsideTheRequest(FlaskHost):
    """Does the worker's work while LINE waits."""

    def view(self, desk: SupportDesk) -> str:
        receive(desk)
        desk.process()
        desk.deliver()
        return ""


class TestShowsItsErrors(FlaskHost):
    """Sends the stack trace to whoever asked, as a debug page does."""

    def view(self, desk: SupportDesk) -> tuple[str, int]:
        try:
            desk.receive(request.get_data(), request.headers.get("X-Line-Signature"))
        except IntakeError:
            return traceback.format_exc(), 400
        except RuntimeError:
            return traceback.format_exc(), 500
        return "", 200


class TestAnswersGet(FlaskHost):
    """Answers a GET as if it were a webhook."""

    methods: ClassVar = ["GET", "POST"]

    def view(self, desk: SupportDesk) -> str:
        if request.method == "POST":
            receive(desk)
        return ""
