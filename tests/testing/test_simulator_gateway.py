"""What the platform's front door refuses, whatever the endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linebot.v3.messaging import (
    ApiClient,
    MessagingApi,
)

from testing.calls import STRANGER, post, push

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from linebot.v3.messaging import (
        Configuration,
    )

    from linecs.testing import LineSimulator


class TestTheDoor:
    def test_an_unknown_token_is_refused(
        self, configuration: Configuration, refusal: Callable[..., Any]
    ) -> None:
        """A call with a token LINE never issued is 401."""
        configuration.access_token = "made-up"
        with ApiClient(configuration) as client:
            refused = refusal(MessagingApi(client).push_message, push(STRANGER))
            client.rest_client.pool_manager.clear()
        assert (refused.status, "invalid token" in refused.body["message"]) == (401, True)

    def test_a_body_beyond_two_megabytes_is_too_large(self, line: LineSimulator) -> None:
        """LINE answers 413 above 2 MB."""
        body = {"to": STRANGER, "messages": [{"type": "text", "text": "a" * (2 * 1024 * 1024)}]}
        assert post(line, "/v2/bot/message/push", json=body).status_code == 413

    def test_another_content_type_is_refused(self, line: LineSimulator) -> None:
        """The Messaging API takes JSON."""
        answer = post(line, "/v2/bot/message/push", data={"to": STRANGER})
        assert answer.status_code == 415

    def test_a_body_that_is_no_json_is_refused(self, line: LineSimulator) -> None:
        """A broken body is a bad request, told in LINE's words."""
        headers = {"Content-Type": "application/json"}
        answer = post(line, "/v2/bot/message/push", data=b"{", headers=headers)
        assert answer.json()["message"].startswith("The request body could not be parsed as JSON")

    def test_a_mistake_of_the_simulator_is_a_500_in_its_log(
        self,
        line: LineSimulator,
        api: MessagingApi,
        refusal: Callable[..., Any],
        caplog: pytest.LogCaptureFixture,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """It is not taken for one of LINE's refusals."""
        monkeypatch.delattr(line.world, "ledger")
        refused = refusal(api.push_message, push(line.customer("c1").user_id))
        assert (refused.status, "failed" in refused.body["message"]) == (500, True)
        assert "AttributeError" in caplog.text

    def test_what_is_not_simulated_says_so(self, line: LineSimulator) -> None:
        """An endpoint the simulator lacks answers 501 with a request id."""
        answer = post(line, "/v2/bot/message/narrowcast", json={})
        assert (answer.status_code, "x-line-request-id" in answer.headers) == (501, True)
        assert "does not simulate POST /v2/bot/message/narrowcast" in answer.json()["message"]
