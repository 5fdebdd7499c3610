"""The calls LINE Login needs, beside the browser's.

Source: LINE Developers, "LINE Login v2.1 API reference".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from attrs import evolve, field, frozen

from linecs.idlink.errors import LineLoginError
from linecs.idlink.http import Http

if TYPE_CHECKING:
    from linecs.idlink.http import HttpAnswer
    from linecs.idlink.vault import LoginTokens

__all__ = ["LoginCalls"]

_OK = 200
_NO_CONTENT = 204
_BAD_REQUEST = 400
_SECOND = 1000


@frozen(kw_only=True)
class LoginCalls:
    """Speaks to `api.line.me` as one LINE Login channel; opens no transaction."""

    channel_id: str
    channel_secret: str = field(repr=False)
    api_url: str
    http: Http

    def exchange(self, code: str, redirect_uri: str, code_verifier: str) -> HttpAnswer:
        """Return LINE's answer to a code. Raises `LineLoginError` unless it is 200."""
        return self._post(
            "token",
            "/oauth2/v2.1/token",
            grant_type="authorization_code",
            code=code,
            redirect_uri=redirect_uri,
            code_verifier=code_verifier,
        )

    def refresh(self, tokens: LoginTokens, *, now: int) -> LoginTokens:
        """Return the tokens with a fresh access token. Raises `LineLoginError`."""
        answer = self._post(
            "refresh",
            "/oauth2/v2.1/token",
            grant_type="refresh_token",
            refresh_token=tokens.refresh_token,
        )
        body = answer.json()
        try:
            return evolve(
                tokens,
                access_token=str(body["access_token"]),
                access_until=now + int(body["expires_in"]) * _SECOND,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise LineLoginError("refresh", status=_OK, request_id=answer.request_id) from error

    def is_friend(self, access_token: str) -> bool | None:
        """Return whether the linked account is a friend and not blocked; None if not told."""
        try:
            answer = self.http.call(
                "GET",
                f"{self.api_url}/friendship/v1/status",
                headers={"Authorization": f"Bearer {access_token}"},
            )
        except LineLoginError:
            return None
        flag = answer.json().get("friendFlag")
        return flag if isinstance(flag, bool) else None

    def deauthorize(self, access_token: str) -> None:
        """Take back what the user allowed the app; nothing happens where that is done already.

        Raises:
            LineLoginError: LINE did not do it; try again later.
        """
        channel_token = self._post(
            "channel token", "/oauth2/v3/token", grant_type="client_credentials"
        ).json()
        headers = {
            "Authorization": f"Bearer {channel_token.get('access_token', '')}",
            "Content-Type": "application/json",
        }
        body = json.dumps({"userAccessToken": access_token}).encode()
        url = f"{self.api_url}/user/v1/deauthorize"
        answer = self.http.call("POST", url, headers=headers, body=body)
        # LINE answers 400 where the user or we took the rights back before.
        if answer.status not in {_NO_CONTENT, _BAD_REQUEST}:
            raise _failure("deauthorize", answer)

    def _post(self, operation: str, path: str, **form: str) -> HttpAnswer:
        fields = {**form, "client_id": self.channel_id, "client_secret": self.channel_secret}
        answer = self.http.call(
            "POST",
            self.api_url + path,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body=urlencode(fields).encode(),
        )
        if answer.status != _OK:
            raise _failure(operation, answer)
        return answer


def _failure(operation: str, answer: HttpAnswer) -> LineLoginError:
    code = answer.json().get("error")
    return LineLoginError(
        operation,
        status=answer.status,
        code=code if isinstance(code, str) else "",
        request_id=answer.request_id,
    )
